//! The outbox: what is to be told outside, kept until it was told.
//!
//! ```text
//!  put ── once for each id ─▶ waiting ─ claim: a lease ─▶ tried ─┬▶ sent
//!                                ▲  retry, by a person            ├▶ waiting, later
//!                                └─────────────────── failed ◀────┘
//! ```
//!
//! Like accounts these are rows without a body in the ledger: what is told is on record already. A
//! lease lets one of several servers try a notice; one that ended while it tried leaves it to
//! another when the lease is over.

use std::collections::BTreeMap;

use annex_isms::{Date, Instant};
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ColumnTrait as _, Condition, EntityTrait as _, IntoActiveModel as _, PaginatorTrait as _,
    QueryFilter as _, QueryOrder as _, QuerySelect as _,
};

use crate::account::instant;
use crate::error::During as _;
use crate::table::notice;
use crate::{RegisterError, Scope};

/// The most rows that one statement writes.
const STATEMENT_ROWS_MAX: usize = 500;

/// A notice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// What it is of, with its day, and for whom.
    pub id: String,
    /// What it says, as a word: `gap-overdue`.
    pub kind: String,
    /// By which way it goes.
    pub way: Way,
    /// The person, or the name of the webhook.
    pub recipient: String,
    /// The kind of the record that it is about.
    pub record_kind: String,
    /// The key of that record.
    pub record_key: String,
    /// What the record is called.
    pub title: String,
    /// The day that it is about.
    pub due: Option<Date>,
    /// Since when it is there.
    pub created_at: Instant,
    /// Where it stands.
    pub state: NoticeState,
    /// How often it was tried.
    pub tries: u32,
    /// When it is tried, while it waits; else when it was tried last.
    pub at: Instant,
    /// Why the last try failed.
    pub fault: Option<String>,
    /// Until when one server tries it.
    pub leased_until: Option<Instant>,
}

macro_rules! words {
    ($(#[$about:meta])* $name:ident { $($(#[$what:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum $name { $($(#[$what])* $variant,)* }

        impl $name {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The word that is stored.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }

            fn read(word: &str) -> Result<Self, RegisterError> {
                match word {
                    $($word => Ok(Self::$variant),)*
                    _ => Err(RegisterError::corrupt(format!("`{word}` is not known of a notice"))),
                }
            }
        }
    };
}

words! {
    /// How a notice goes.
    Way {
        /// By mail to a person.
        Mail = "mail",
        /// By a request to another program.
        Webhook = "webhook",
    }
}

words! {
    /// Where a notice stands.
    NoticeState {
        /// It is to be told.
        Waiting = "waiting",
        /// It was told.
        Sent = "sent",
        /// It was tried too often, and somebody has to look.
        Failed = "failed",
    }
}

impl Scope<'_> {
    /// Puts notices that are not there yet; those that were settled before `kept_since` go.
    pub async fn put_notices(
        &self,
        notices: &[Notice],
        kept_since: Instant,
    ) -> Result<(), RegisterError> {
        const OPERATION: &str = "put notices";
        let (transaction, _guard) = self.write(OPERATION).await?;
        notice::Entity::delete_many()
            .filter(notice::Column::Organisation.eq(self.id.as_str()))
            .filter(notice::Column::State.ne(NoticeState::Waiting.as_str()))
            .filter(notice::Column::At.lt(kept_since.to_string()))
            .exec(&transaction)
            .await
            .during(OPERATION)?;
        for some in notices.chunks(STATEMENT_ROWS_MAX) {
            let rows = some.iter().map(|one| self.notice_row(one).into_active_model());
            let known = [notice::Column::Organisation, notice::Column::Id];
            let stays = OnConflict::columns(known).do_nothing().to_owned();
            notice::Entity::insert_many(rows)
                .on_conflict(stays)
                .exec_without_returning(&transaction)
                .await
                .during(OPERATION)?;
        }
        transaction.commit().await.during(OPERATION)
    }

    /// Which of these notices are there.
    pub async fn known_notices(&self, ids: &[String]) -> Result<Vec<String>, RegisterError> {
        const OPERATION: &str = "look for notices";
        let transaction = self.read(OPERATION).await?;
        let mut known = Vec::new();
        for some in ids.chunks(STATEMENT_ROWS_MAX) {
            let rows: Vec<String> = notice::Entity::find()
                .select_only()
                .column(notice::Column::Id)
                .filter(notice::Column::Organisation.eq(self.id.as_str()))
                .filter(notice::Column::Id.is_in(some.iter().map(String::as_str)))
                .into_tuple()
                .all(&transaction)
                .await
                .during(OPERATION)?;
            known.extend(rows);
        }
        Ok(known)
    }

    /// Takes some of the notices that are to be tried now, so that no other server tries them
    /// before `until`.
    pub async fn claim_notices(
        &self,
        now: Instant,
        until: Instant,
        limit: u64,
    ) -> Result<Vec<Notice>, RegisterError> {
        const OPERATION: &str = "claim notices";
        let free = Condition::any()
            .add(notice::Column::LeasedUntil.is_null())
            .add(notice::Column::LeasedUntil.lte(now.to_string()));
        let waiting = notice::Entity::find()
            .filter(notice::Column::Organisation.eq(self.id.as_str()))
            .filter(notice::Column::State.eq(NoticeState::Waiting.as_str()))
            .filter(notice::Column::At.lte(now.to_string()))
            .filter(free)
            .order_by_asc(notice::Column::At)
            .order_by_asc(notice::Column::Id)
            .limit(limit);
        // Mostly nothing waits, and looking needs no lock.
        let looking = self.read(OPERATION).await?;
        if waiting.clone().one(&looking).await.during(OPERATION)?.is_none() {
            return Ok(Vec::new());
        }
        drop(looking);
        let (transaction, _guard) = self.write(OPERATION).await?;
        let rows = waiting.all(&transaction).await.during(OPERATION)?;
        let ids = rows.iter().map(|row| row.id.as_str());
        notice::Entity::update_many()
            .col_expr(notice::Column::LeasedUntil, until.to_string().into())
            .filter(notice::Column::Organisation.eq(self.id.as_str()))
            .filter(notice::Column::Id.is_in(ids))
            .exec(&transaction)
            .await
            .during(OPERATION)?;
        transaction.commit().await.during(OPERATION)?;
        let claimed =
            |row| Notice::try_from(row).map(|one| Notice { leased_until: Some(until), ..one });
        rows.into_iter().map(claimed).collect()
    }

    /// Says what became of a notice that was claimed, unless its lease ended and another server
    /// has it.
    pub async fn settle_notice(&self, settled: &Notice) -> Result<(), RegisterError> {
        const OPERATION: &str = "settle a notice";
        let Some(lease) = settled.leased_until else { return Ok(()) };
        let (transaction, _guard) = self.write(OPERATION).await?;
        let tries = i32::try_from(settled.tries).unwrap_or(i32::MAX);
        notice::Entity::update_many()
            .col_expr(notice::Column::State, settled.state.as_str().into())
            .col_expr(notice::Column::Tries, tries.into())
            .col_expr(notice::Column::At, settled.at.to_string().into())
            .col_expr(notice::Column::Fault, settled.fault.clone().into())
            .col_expr(notice::Column::LeasedUntil, Option::<String>::None.into())
            .filter(notice::Column::Organisation.eq(self.id.as_str()))
            .filter(notice::Column::Id.eq(settled.id.as_str()))
            .filter(notice::Column::LeasedUntil.eq(lease.to_string()))
            .exec(&transaction)
            .await
            .during(OPERATION)?;
        transaction.commit().await.during(OPERATION)
    }

    /// Lets a notice that failed be tried anew; whether there is one.
    pub async fn retry_notice(&self, id: &str, now: Instant) -> Result<bool, RegisterError> {
        const OPERATION: &str = "try a notice anew";
        let (transaction, _guard) = self.write(OPERATION).await?;
        let done = notice::Entity::update_many()
            .col_expr(notice::Column::State, NoticeState::Waiting.as_str().into())
            .col_expr(notice::Column::Tries, 0.into())
            .col_expr(notice::Column::At, now.to_string().into())
            .filter(notice::Column::Organisation.eq(self.id.as_str()))
            .filter(notice::Column::Id.eq(id))
            .filter(notice::Column::State.eq(NoticeState::Failed.as_str()))
            .exec(&transaction)
            .await
            .during(OPERATION)?;
        transaction.commit().await.during(OPERATION)?;
        Ok(done.rows_affected == 1)
    }

    /// Part of the notices in a state, or of all, the latest first; and how many there are.
    pub async fn notices(
        &self,
        state: Option<NoticeState>,
        offset: u64,
        limit: u64,
    ) -> Result<(Vec<Notice>, u64), RegisterError> {
        const OPERATION: &str = "list the notices";
        let mut found =
            notice::Entity::find().filter(notice::Column::Organisation.eq(self.id.as_str()));
        if let Some(state) = state {
            found = found.filter(notice::Column::State.eq(state.as_str()));
        }
        let transaction = self.read(OPERATION).await?;
        let total = found.clone().count(&transaction).await.during(OPERATION)?;
        let rows = found
            .order_by_desc(notice::Column::At)
            .order_by_asc(notice::Column::Id)
            .offset(offset.min(crate::list::OFFSET_MAX))
            .limit(limit)
            .all(&transaction)
            .await
            .during(OPERATION)?;
        Ok((rows.into_iter().map(Notice::try_from).collect::<Result<_, _>>()?, total))
    }

    /// How many notices are in each state.
    pub async fn count_notices(&self) -> Result<BTreeMap<NoticeState, u64>, RegisterError> {
        const OPERATION: &str = "count the notices";
        let transaction = self.read(OPERATION).await?;
        let mut counts = BTreeMap::new();
        for state in NoticeState::ALL {
            let found = notice::Entity::find()
                .filter(notice::Column::Organisation.eq(self.id.as_str()))
                .filter(notice::Column::State.eq(state.as_str()));
            counts.insert(*state, found.count(&transaction).await.during(OPERATION)?);
        }
        Ok(counts)
    }

    fn notice_row(&self, one: &Notice) -> notice::Model {
        notice::Model {
            organisation: self.id.to_string(),
            id: one.id.clone(),
            kind: one.kind.clone(),
            way: one.way.as_str().to_owned(),
            recipient: one.recipient.clone(),
            record_kind: one.record_kind.clone(),
            record_key: one.record_key.clone(),
            title: one.title.clone(),
            due: one.due.map(|day| day.to_string()),
            created_at: one.created_at.to_string(),
            state: one.state.as_str().to_owned(),
            tries: i32::try_from(one.tries).unwrap_or(i32::MAX),
            at: one.at.to_string(),
            leased_until: one.leased_until.map(|at| at.to_string()),
            fault: one.fault.clone(),
        }
    }
}

impl TryFrom<notice::Model> for Notice {
    type Error = RegisterError;

    fn try_from(row: notice::Model) -> Result<Self, RegisterError> {
        let day = |text: String| {
            text.parse().map_err(|_| RegisterError::corrupt(format!("`{text}` is no day")))
        };
        Ok(Self {
            way: Way::read(&row.way)?,
            due: row.due.map(day).transpose()?,
            created_at: instant(&row.created_at)?,
            state: NoticeState::read(&row.state)?,
            tries: u32::try_from(row.tries).unwrap_or(0),
            at: instant(&row.at)?,
            leased_until: row.leased_until.as_deref().map(instant).transpose()?,
            id: row.id,
            kind: row.kind,
            recipient: row.recipient,
            record_kind: row.record_kind,
            record_key: row.record_key,
            title: row.title,
            fault: row.fault,
        })
    }
}
