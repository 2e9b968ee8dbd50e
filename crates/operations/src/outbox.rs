//! What is told outside: what is due, what expires, what waits for an approval.
//!
//! ```text
//!  registers ─ due? ─▶ Event ─ for whom? ─▶ Notice in the outbox, once ─▶ `notify` tells it
//! ```
//!
//! An event is a record, what is to be said of it, and a day; its notice for a person or webhook has
//! an id that follows from these. So whoever looks again, after a restart or beside another server,
//! finds it there. What became of a notice is no entry of the ledger: what it tells is one.
//!
//! How it can still go wrong: a server that ends after it told something and before it said so tells
//! it again. The id goes along, so who is told can know.

use std::collections::{BTreeMap, BTreeSet};

use annex_isms::approval::DecisionState;
use annex_isms::entity::{GapStatus, Person, Role};
use annex_isms::{Date, Digest, Instant, MailAddress, PersonId, Record};
use annex_register::{ListQuery, NONE, Notice, NoticeState, Way};

use crate::account::later;
use crate::{OperationError, Operations};

const DAY_SECONDS: i64 = 24 * 60 * 60;
/// How long what was settled is kept.
const KEPT_DAYS: i64 = 366;
/// The most records of a sort that are looked through at once, the latest first: what came before
/// these was told when it was among them, unless so much was there from the beginning.
const RECORDS_MAX: u64 = 2_000;
/// What is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr, strum::EnumString)]
#[strum(serialize_all = "kebab-case")]
pub enum NoticeKind {
    /// A gap is due soon.
    GapDue,
    /// A gap should be closed by now.
    GapOverdue,
    /// A piece of evidence counts no longer, soon.
    EvidenceExpires,
    /// An agreement ends soon.
    AgreementExpires,
    /// Someone asks for an approval.
    ApprovalAsked,
}

impl NoticeKind {
    /// What it says, before the name of the record.
    pub const fn words(self) -> &'static str {
        match self {
            Self::GapDue => "Gap due soon",
            Self::GapOverdue => "Gap overdue",
            Self::EvidenceExpires => "Evidence expires soon",
            Self::AgreementExpires => "Agreement ends soon",
            Self::ApprovalAsked => "Your approval is asked for",
        }
    }
}

/// Who is told besides those whom a record concerns.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Told {
    /// Whether mail can be sent.
    pub mail: bool,
    /// The names of the webhooks; each is told everything.
    pub webhooks: Vec<String>,
    /// How many days before its day something is told.
    pub days_before: u32,
}

/// What was put into the outbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Noted {
    /// How many notices.
    pub put: usize,
    /// Whether there is more of a sort than is looked through.
    pub cut: bool,
}

/// What is to be said, and whether there is more than was looked through.
#[derive(Default)]
struct Events {
    all: Vec<Event>,
    cut: bool,
}

/// A record of which something is to be said.
struct Event {
    kind: NoticeKind,
    record_kind: &'static str,
    record_key: String,
    title: String,
    due: Option<Date>,
    people: BTreeSet<PersonId>,
}

/// Who is there to be told.
struct People {
    reached: BTreeMap<PersonId, MailAddress>,
    managers: BTreeSet<PersonId>,
    approvers: BTreeSet<PersonId>,
}

impl Operations<'_> {
    /// Puts into the outbox what is to be told now and is not there yet.
    ///
    /// # Errors
    /// When the register cannot be read or written.
    pub async fn note(&self, told: &Told) -> Result<Noted, OperationError> {
        let now = self.now();
        let people = self.people().await?;
        let mut notices = Vec::new();
        let events = self.events(told, &people, now).await?;
        for event in events.all {
            let mail = if told.mail { people.of(&event) } else { BTreeSet::new() };
            let mail = mail.into_iter().map(|person| (Way::Mail, person.to_string()));
            let hooks = told.webhooks.iter().map(|name| (Way::Webhook, name.clone()));
            notices.extend(mail.chain(hooks).map(|(way, who)| event.notice(way, who, now)));
        }
        let ids: Vec<String> = notices.iter().map(|notice| notice.id.clone()).collect();
        let known: BTreeSet<String> = self.scope().known_notices(&ids).await?.into_iter().collect();
        notices.retain(|notice| !known.contains(&notice.id));
        if !notices.is_empty() {
            let kept_since = later(now, -KEPT_DAYS * DAY_SECONDS);
            self.scope().put_notices(&notices, kept_since).await?;
        }
        Ok(Noted { put: notices.len(), cut: events.cut })
    }

    async fn events(
        &self,
        told: &Told,
        people: &People,
        now: Instant,
    ) -> Result<Events, OperationError> {
        let today = now.date();
        let soon = later(now, (i64::from(told.days_before) + 1) * DAY_SECONDS).date().to_string();
        let mut events = Events::default();
        let late = |query: ListQuery| query.with("due_before", today.to_string());
        let near = |query: ListQuery| {
            query.with("due_from", today.to_string()).with("due_before", soon.clone())
        };
        for status in [GapStatus::Open, GapStatus::ReadyToVerify] {
            let of = || ListQuery::of("gap").with("status", status.to_string());
            let mut gaps = self.latest(late(of()), "due", &mut events.cut).await?;
            gaps.extend(self.latest(near(of()), "due", &mut events.cut).await?);
            for record in gaps {
                let Record::Gap(gap) = record else { continue };
                let late = gap.due < today;
                events.all.push(Event {
                    kind: if late { NoticeKind::GapOverdue } else { NoticeKind::GapDue },
                    record_kind: "gap",
                    record_key: gap.id.to_string(),
                    title: format!("{} of {}", gap.requirement, gap.subject),
                    due: Some(gap.due),
                    people: gap.owner.map(|owner| owner.person).into_iter().collect(),
                });
            }
        }
        let between = |kind: &str| {
            let query = ListQuery::of(kind).with("expires_from", today.to_string());
            query.with("expires_before", soon.clone())
        };
        for record in self.latest(between("evidence"), "expires", &mut events.cut).await? {
            let Record::Evidence(evidence) = record else { continue };
            events.all.push(Event {
                kind: NoticeKind::EvidenceExpires,
                record_kind: "evidence",
                record_key: evidence.digest.to_string(),
                title: evidence.name,
                due: evidence.expires,
                people: people.known(&evidence.collected_by),
            });
        }
        for record in self.latest(between("agreement"), "expires", &mut events.cut).await? {
            let Record::Agreement(agreement) = record else { continue };
            events.all.push(Event {
                kind: NoticeKind::AgreementExpires,
                record_kind: "agreement",
                record_key: agreement.id.to_string(),
                title: agreement.title,
                due: agreement.expires,
                people: BTreeSet::new(),
            });
        }
        self.approvals(people, now, &mut events).await?;
        Ok(events)
    }

    /// What waits for someone's approval.
    async fn approvals(
        &self,
        people: &People,
        now: Instant,
        events: &mut Events,
    ) -> Result<(), OperationError> {
        const CHANGED: &str = "recorded";
        let Events { all, cut } = events;
        let others = |than: &PersonId| {
            people.approvers.iter().filter(|own| *own != than).cloned().collect::<BTreeSet<_>>()
        };
        let mut asked = |record_kind, record_key, title, due, people| {
            let kind = NoticeKind::ApprovalAsked;
            all.push(Event { kind, record_kind, record_key, title, due, people });
        };
        let query = ListQuery::of("exception").with("approved_by", NONE);
        let query = query.with("refused_by", NONE).with("expires_from", now.date().to_string());
        for record in self.latest(query, CHANGED, cut).await? {
            let Record::Exception(row) = record else { continue };
            let title = format!("exception from {} of {}", row.requirement, row.subject);
            asked("exception", row.id.to_string(), title, None, others(&row.requested_by));
        }
        for record in self.latest(ListQuery::of("prompt"), CHANGED, cut).await? {
            let Record::Prompt(prompt) = record else { continue };
            let Some(last) = prompt.versions.last() else { continue };
            if last.review.is_some() && last.approval.is_none() {
                let title = format!("prompt {}, version {}", prompt.name, last.number);
                asked(
                    "prompt",
                    format!("{}/{}", prompt.id, last.number),
                    title,
                    None,
                    others(&last.author),
                );
            }
        }
        for record in self.latest(ListQuery::of("decision"), CHANGED, cut).await? {
            let Record::Decision(decision) = record else { continue };
            if decision.state_at(now) == DecisionState::Pending {
                let due = Some(decision.deadline.date());
                let people = people.approvers.clone();
                asked("decision", decision.id.to_string(), decision.question, due, people);
            }
        }
        Ok(())
    }

    /// The last records of a list by a field, up to a limit; `cut` says that there are more.
    async fn latest(
        &self,
        query: ListQuery,
        by: &str,
        cut: &mut bool,
    ) -> Result<Vec<Record>, OperationError> {
        let query = ListQuery { sort: Some(by.to_owned()), descending: true, ..query };
        let mut indexes = self.scope().list_indexes(&query, RECORDS_MAX + 1).await?;
        let most = usize::try_from(RECORDS_MAX).unwrap_or(usize::MAX);
        *cut |= indexes.len() > most;
        indexes.truncate(most);
        let page = usize::try_from(annex_register::LIST_ROWS_MAX).unwrap_or(1);
        let mut records = Vec::with_capacity(indexes.len());
        for some in indexes.chunks(page) {
            let listed = self.scope().entries_at(some).await?;
            records.extend(listed.into_iter().filter_map(|one| Some(one.entry?.record)));
        }
        Ok(records)
    }

    async fn people(&self) -> Result<People, OperationError> {
        let (mut managers, mut approvers) = (BTreeSet::new(), BTreeSet::new());
        for entry in self.scope().latest("grant").await? {
            let Record::Grant(grant) = entry.record else { continue };
            for (role, group) in
                [(Role::IsmsManager, &mut managers), (Role::Approver, &mut approvers)]
            {
                if grant.roles.contains(&role) {
                    group.insert(grant.holder.clone());
                }
            }
        }
        let people = self.scope().latest("person").await?;
        let reached = people.into_iter().filter_map(|entry| match entry.record {
            Record::Person(Person { id, email: Some(email), .. }) => Some((id, email)),
            _ => None,
        });
        Ok(People { reached: reached.collect(), managers, approvers })
    }
}

/// The page of what a notice is about.
pub fn page_of(notice: &Notice) -> String {
    let key = &notice.record_key;
    match notice.record_kind.as_str() {
        "gap" => format!("/gaps/{key}"),
        "evidence" => format!("/registers/evidence/{key}"),
        "agreement" => format!("/registers/agreements/{key}"),
        "prompt" => format!("/prompts/{}", key.split('/').next().unwrap_or_default()),
        "decision" => format!("/decisions/{key}"),
        _ => "/exceptions".to_owned(),
    }
}

impl Event {
    fn notice(&self, way: Way, recipient: String, now: Instant) -> Notice {
        let kind: &'static str = self.kind.into();
        let due = self.due.map(|day| day.to_string()).unwrap_or_default();
        let parts = [kind, self.record_kind, &self.record_key, &due, way.as_str(), &recipient];
        Notice {
            id: Digest::of_parts(parts).hex().chars().take(32).collect(),
            kind: kind.to_owned(),
            way,
            recipient,
            record_kind: self.record_kind.to_owned(),
            record_key: self.record_key.clone(),
            title: self.title.clone(),
            due: self.due,
            created_at: now,
            state: NoticeState::Waiting,
            tries: 0,
            at: now,
            fault: None,
            leased_until: None,
        }
    }
}

impl People {
    /// Whom an event concerns and mail reaches; when that is nobody, who manages the whole.
    fn of(&self, event: &Event) -> BTreeSet<PersonId> {
        let reached = |people: &BTreeSet<PersonId>| -> BTreeSet<PersonId> {
            people.iter().filter(|person| self.reached.contains_key(*person)).cloned().collect()
        };
        let own = reached(&event.people);
        if own.is_empty() { reached(&self.managers) } else { own }
    }

    /// The person of this name, if it is one.
    fn known(&self, name: &str) -> BTreeSet<PersonId> {
        let id: Option<PersonId> = name.parse().ok();
        id.filter(|id| self.reached.contains_key(id)).into_iter().collect()
    }
}
