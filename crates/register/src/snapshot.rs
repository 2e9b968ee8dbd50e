//! The register at an instant.
//!
//! Time and order agree in the ledger, so an instant is a number of entries: what was recorded
//! by then is what lies before it. The past and the present are read the same way.

use std::collections::BTreeMap;

use annex_isms::entity::Organisation;
use annex_isms::{
    Attribute, Entry, Instant, Record, Recorded as _, RecordedBatch, RecordedObservation, Snapshot,
    Subject,
};
use sea_orm::sea_query::{Alias, Expr, ExprTrait as _, Query};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait as _, EntityTrait as _, FromQueryResult as _, Iterable as _,
    QueryFilter as _, QueryOrder as _, QuerySelect as _,
};

use crate::error::During as _;
use crate::read::{StoredEntry, signed};
use crate::table::{batch, ledger_entry, observation};
use crate::transaction::Transaction;
use crate::{RegisterError, Scope};

const OPERATION: &str = "read the register";

/// The attribute whose value stands for the subject itself.
const DIGEST: &str = "digest";

/// The kinds that are read in another way, or that no assessment asks for.
const NOT_JUDGED: [&str; 4] = ["batch", "assessment", "prompt", "decision"];

/// Everything on record, to decide a change on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Current {
    /// What is on record.
    pub snapshot: Snapshot,
    /// The size of the ledger that it was read from; [`Scope::record`] refuses to replace what
    /// was recorded since.
    pub size: u64,
}

impl Scope<'_> {
    /// What was on record at `at`, each list by id.
    pub async fn snapshot(&self, at: Instant) -> Result<Snapshot, RegisterError> {
        let transaction = self.read(OPERATION).await?;
        let end = self.entries_by(&transaction, at).await?;
        self.snapshot_before(&transaction, at, end).await
    }

    /// Everything on record, as of `now` or, where another clock is ahead, as of the last entry.
    pub async fn current(&self, now: Instant) -> Result<Current, RegisterError> {
        let transaction = self.read(OPERATION).await?;
        let size =
            self.stored_head(&transaction, false).await?.map_or(0, |stored| stored.head.size);
        let at = self.last_recorded(&transaction, size).await?.map_or(now, |last| last.max(now));
        let snapshot = self.snapshot_before(&transaction, at, signed(size)).await?;
        Ok(Current { snapshot, size })
    }

    /// The organisation and the records of these kinds as of now, without batches and
    /// observations: a decision on a few of them need not read a million others.
    pub async fn part(&self, now: Instant, kinds: &[&str]) -> Result<Snapshot, RegisterError> {
        let transaction = self.read(OPERATION).await?;
        let kinds = kinds.iter().copied().chain([Organisation::KIND]);
        let kinds = Expr::col(ledger_entry::Column::Kind).is_in(kinds);
        self.records_before(&transaction, now, i64::MAX, kinds).await
    }

    /// What the first `end` entries come to, said to be of `at`.
    async fn snapshot_before(
        &self,
        transaction: &Transaction,
        at: Instant,
        end: i64,
    ) -> Result<Snapshot, RegisterError> {
        let kinds = Expr::col(ledger_entry::Column::Kind).is_not_in(NOT_JUDGED);
        let mut snapshot = self.records_before(transaction, at, end, kinds).await?;
        snapshot.batches = self.last_batches(transaction, end).await?;
        snapshot.observations = self.newest_observations(transaction, end, None).await?;
        snapshot.changed = self.changed(transaction, end).await?;
        Ok(snapshot)
    }

    /// The latest records of some kinds among the first `end` entries.
    async fn records_before(
        &self,
        transaction: &Transaction,
        at: Instant,
        end: i64,
        kinds: Expr,
    ) -> Result<Snapshot, RegisterError> {
        let newest = Query::select()
            .expr(Expr::col(ledger_entry::Column::Idx).max())
            .from(ledger_entry::Entity)
            .and_where(ledger_entry::Column::Organisation.eq(self.id.as_str()))
            .and_where(ledger_entry::Column::Idx.lt(end))
            .and_where(kinds)
            .group_by_columns([ledger_entry::Column::Kind, ledger_entry::Column::Key])
            .to_owned();
        let mut snapshot = None;
        let mut others = Vec::new();
        for record in self.records_of(transaction, newest).await? {
            match record {
                Record::Organisation(organisation) => {
                    snapshot = Some(Snapshot::empty(at, organisation));
                }
                other => others.push(other),
            }
        }
        let mut snapshot = snapshot.ok_or_else(|| RegisterError::NotFound {
            what: format!("the organisation {} (at {at})", self.id),
        })?;
        for record in others {
            put(&mut snapshot, record);
        }
        sort(&mut snapshot);
        Ok(snapshot)
    }

    /// How many entries were recorded by `at`.
    async fn entries_by(
        &self,
        transaction: &Transaction,
        at: Instant,
    ) -> Result<i64, RegisterError> {
        let last: Option<i64> = self
            .find_entries()
            .select_only()
            .column(ledger_entry::Column::Idx)
            .filter(ledger_entry::Column::RecordedAt.lte(at.to_string()))
            .order_by_desc(ledger_entry::Column::RecordedAt)
            .order_by_desc(ledger_entry::Column::Idx)
            .into_tuple()
            .one(transaction)
            .await
            .during(OPERATION)?;
        Ok(last.map_or(0, |last| last + 1))
    }

    /// The last batch of each collector and scope, by these.
    async fn last_batches(
        &self,
        transaction: &Transaction,
        end: i64,
    ) -> Result<Vec<RecordedBatch>, RegisterError> {
        let newest = Query::select()
            .expr(Expr::col(batch::Column::EntryIndex).max())
            .from(batch::Entity)
            .and_where(batch::Column::Organisation.eq(self.id.as_str()))
            .and_where(batch::Column::EntryIndex.lt(end))
            .group_by_columns([
                batch::Column::Collector,
                batch::Column::ScopeKind,
                batch::Column::ScopeName,
            ])
            .to_owned();
        let mut batches = Vec::new();
        for record in self.records_of(transaction, newest).await? {
            if let Record::Batch(record) = record {
                batches.push(RecordedBatch {
                    digest: record.digest,
                    collector: record.batch.collector,
                    scope: record.batch.scope,
                    period: record.batch.period,
                    coverage: record.batch.coverage,
                    skipped: record.batch.skipped,
                });
            }
        }
        batches.sort_by(|a, b| {
            (&a.collector.name, &a.scope.kind, &a.scope.name, a.digest).cmp(&(
                &b.collector.name,
                &b.scope.kind,
                &b.scope.name,
                b.digest,
            ))
        });
        Ok(batches)
    }

    pub(crate) async fn records_of(
        &self,
        transaction: &Transaction,
        indexes: sea_orm::sea_query::SelectStatement,
    ) -> Result<Vec<Record>, RegisterError> {
        let rows = self
            .find_entries()
            .filter(ledger_entry::Column::Idx.in_subquery(indexes))
            .all(transaction)
            .await
            .during(OPERATION)?;
        let mut records = Vec::with_capacity(rows.len());
        for row in rows {
            if let Some(Entry { record, .. }) = StoredEntry::from_row(row)?.entry()? {
                records.push(record);
            }
        }
        Ok(records)
    }

    /// The newest observation of each attribute of one subject from each source.
    pub async fn observations_of(
        &self,
        subject: &Subject,
    ) -> Result<Vec<RecordedObservation>, RegisterError> {
        let transaction = self.read(OPERATION).await?;
        self.newest_observations(&transaction, i64::MAX, Some(subject)).await
    }

    /// The newest observation of each subject and attribute from each source; of one subject
    /// when it is given.
    async fn newest_observations(
        &self,
        transaction: &Transaction,
        end: i64,
        subject: Option<&Subject>,
    ) -> Result<Vec<RecordedObservation>, RegisterError> {
        let rank = Alias::new("rank_from_newest");
        let mut ranked = Query::select()
            .columns(observation::Column::iter())
            .expr_as(
                Expr::cust(
                    "ROW_NUMBER() OVER (PARTITION BY subject_kind, subject_id, attribute, source \
                     ORDER BY recorded_at DESC, period_to DESC, entry_index DESC, position DESC)",
                ),
                rank.clone(),
            )
            .from(observation::Entity)
            .and_where(observation::Column::Organisation.eq(self.id.as_str()))
            .and_where(observation::Column::EntryIndex.lt(end))
            .to_owned();
        if let Some(subject) = subject {
            ranked
                .and_where(observation::Column::SubjectKind.eq(subject.kind().as_str()))
                .and_where(observation::Column::SubjectId.eq(subject.id()));
        }
        let newest = Query::select()
            .columns(observation::Column::iter())
            .from_subquery(ranked, Alias::new("ranked"))
            .and_where(Expr::col(rank).eq(1))
            .to_owned();
        let rows = transaction.query_all(&newest).await.during(OPERATION)?;
        let mut observations = Vec::with_capacity(rows.len());
        for row in rows {
            let row = observation::Model::from_query_result(&row, "").during(OPERATION)?;
            observations.push(recorded(&row)?);
        }
        observations.sort_by(|a, b| {
            (&a.subject, &a.attribute, &a.source).cmp(&(&b.subject, &b.attribute, &b.source))
        });
        Ok(observations)
    }

    /// When the value of `digest` last became another, for each subject whose value ever did.
    async fn changed(
        &self,
        transaction: &Transaction,
        end: i64,
    ) -> Result<Vec<(Subject, Instant)>, RegisterError> {
        let rows = observation::Entity::find()
            .filter(observation::Column::Organisation.eq(self.id.as_str()))
            .filter(observation::Column::Attribute.eq(DIGEST))
            .filter(observation::Column::EntryIndex.lt(end))
            .order_by_asc(observation::Column::RecordedAt)
            .order_by_asc(observation::Column::PeriodTo)
            .order_by_asc(observation::Column::EntryIndex)
            .order_by_asc(observation::Column::Position)
            .all(transaction)
            .await
            .during(OPERATION)?;
        // Two sources may digest differently; only a source that contradicts itself saw a change.
        let mut values: BTreeMap<(String, String, String), String> = BTreeMap::new();
        let mut changed: BTreeMap<Subject, Instant> = BTreeMap::new();
        for row in rows {
            let seen = recorded(&row)?;
            let value = row.value.clone();
            let before = values.insert((row.subject_kind, row.subject_id, row.source), row.value);
            if before.is_some_and(|before| before != value) {
                let last = changed.entry(seen.subject).or_insert(seen.period.from);
                *last = seen.period.from.max(*last);
            }
        }
        Ok(changed.into_iter().collect())
    }
}

fn recorded(row: &observation::Model) -> Result<RecordedObservation, RegisterError> {
    let damaged = |what: String| {
        let (index, position) = (row.entry_index, row.position);
        RegisterError::corrupt(format!("observation {position} of entry {index}: {what}"))
    };
    let subject = if row.subject_kind == "organisation" {
        row.subject_kind.clone()
    } else {
        format!("{}:{}", row.subject_kind, row.subject_id)
    };
    let instant = |text: &str| text.parse::<Instant>().map_err(|error| damaged(error.to_string()));
    Ok(RecordedObservation {
        subject: subject.parse().map_err(|error| damaged(format!("{error}")))?,
        attribute: row
            .attribute
            .parse::<Attribute>()
            .map_err(|error| damaged(error.to_string()))?,
        value: serde_json::from_str(&row.value).map_err(|error| damaged(error.to_string()))?,
        basis: row.basis.parse().map_err(|error| damaged(format!("{error}")))?,
        source: row.source.clone(),
        period: annex_isms::observation::Period {
            from: instant(&row.period_from)?,
            to: instant(&row.period_to)?,
        },
        recorded_at: instant(&row.recorded_at)?,
        evidence: row
            .evidence
            .as_deref()
            .map(str::parse)
            .transpose()
            .map_err(|error| damaged(format!("{error}")))?,
        locations: serde_json::from_str(&row.locations)
            .map_err(|error| damaged(error.to_string()))?,
        resolves: row.resolves,
    })
}

fn put(snapshot: &mut Snapshot, record: Record) {
    match record {
        Record::System(entity) => snapshot.systems.push(entity),
        Record::Asset(entity) => snapshot.assets.push(entity),
        Record::Flow(entity) => snapshot.flows.push(entity),
        Record::Supplier(entity) => snapshot.suppliers.push(entity),
        Record::Agreement(entity) => snapshot.agreements.push(entity),
        Record::Document(entity) => snapshot.documents.push(entity),
        Record::Implementation(entity) => snapshot.implementations.push(entity),
        Record::Person(entity) => snapshot.people.push(entity),
        Record::Evidence(entity) => snapshot.evidence.push(entity),
        Record::Request(entity) => snapshot.requests.push(entity),
        Record::Gap(entity) => snapshot.gaps.push(entity),
        Record::Risk(entity) => snapshot.risks.push(entity),
        Record::Exception(entity) => snapshot.exceptions.push(entity),
        Record::Nonconformity(entity) => snapshot.nonconformities.push(entity),
        Record::Soa(entity) => snapshot.soa.push(entity),
        Record::Inapplicability(entity) => snapshot.inapplicable.push(entity),
        // No judgement reads who may do what, nor what else waits for people.
        Record::Organisation(_)
        | Record::Batch(_)
        | Record::Assessment(_)
        | Record::Grant(_)
        | Record::Token(_)
        | Record::Identity(_)
        | Record::Prompt(_)
        | Record::Decision(_)
        | Record::Comment(_)
        | Record::Sample(_)
        | Record::View(_) => {}
    }
}

fn sort(snapshot: &mut Snapshot) {
    snapshot.systems.sort_by(|a, b| a.id.cmp(&b.id));
    snapshot.assets.sort_by(|a, b| a.id.cmp(&b.id));
    snapshot.flows.sort_by(|a, b| a.id.cmp(&b.id));
    snapshot.suppliers.sort_by(|a, b| a.id.cmp(&b.id));
    snapshot.agreements.sort_by(|a, b| a.id.cmp(&b.id));
    snapshot.documents.sort_by(|a, b| a.id.cmp(&b.id));
    snapshot.implementations.sort_by(|a, b| a.control.cmp(&b.control));
    snapshot.people.sort_by(|a, b| a.id.cmp(&b.id));
    snapshot.evidence.sort_by_key(|entity| entity.digest);
    snapshot.requests.sort_by(|a, b| a.id.cmp(&b.id));
    snapshot.gaps.sort_by(|a, b| a.id.cmp(&b.id));
    snapshot.risks.sort_by(|a, b| a.id.cmp(&b.id));
    snapshot.exceptions.sort_by(|a, b| a.id.cmp(&b.id));
    snapshot.nonconformities.sort_by(|a, b| a.id.cmp(&b.id));
    snapshot.soa.sort_by_key(|entity| entity.version);
    snapshot
        .inapplicable
        .sort_by(|a, b| (&a.requirement, &a.subject).cmp(&(&b.requirement, &b.subject)));
}
