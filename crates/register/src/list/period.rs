//! What a ledger of a certain size has of a period: how much of each kind, and the entries of one.
//!
//! Entries are numbered without a hole and dated in their order, so the entries of a period are
//! those from its first to its last, and whoever counts them sees whether one is missing.

use std::collections::BTreeMap;

use annex_isms::Instant;
use annex_ledger::{Appender, Head, edge_nodes};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait as _, Order, QueryFilter as _, QueryOrder as _, QuerySelect as _, Select,
};

use super::OFFSET_MAX;
use crate::error::During as _;
use crate::read::{signed, unsigned};
use crate::table::ledger_entry;
use crate::{RegisterError, Scope};

/// A period as it was in the ledger at one of its sizes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    /// From this instant on.
    pub from: Instant,
    /// To this instant, which is in it.
    pub to: Instant,
    /// Of the entries below this index.
    pub size: u64,
}

const OPERATION: &str = "read entries of a period";

impl Scope<'_> {
    fn of_period(&self, period: &Period) -> Select<ledger_entry::Entity> {
        self.find_entries()
            .filter(ledger_entry::Column::RecordedAt.gte(period.from.to_string()))
            .filter(ledger_entry::Column::RecordedAt.lte(period.to.to_string()))
            .filter(ledger_entry::Column::Idx.lt(signed(period.size)))
    }

    /// The first and the last entry of a period; `None` when it has none.
    pub async fn bounds_of(&self, period: &Period) -> Result<Option<(u64, u64)>, RegisterError> {
        let transaction = self.read(OPERATION).await?;
        let end = async |order: Order| {
            let index: Option<i64> = self
                .of_period(period)
                .select_only()
                .column(ledger_entry::Column::Idx)
                .order_by(ledger_entry::Column::RecordedAt, order.clone())
                .order_by(ledger_entry::Column::Idx, order)
                .into_tuple()
                .one(&transaction)
                .await
                .during(OPERATION)?;
            index.map(unsigned).transpose()
        };
        Ok(end(Order::Asc).await?.zip(end(Order::Desc).await?))
    }

    /// How many entries of each kind a period has.
    pub async fn kinds_of(&self, period: &Period) -> Result<BTreeMap<String, u64>, RegisterError> {
        let of = (self.id.clone(), period.from, period.to);
        let (counted, mut kinds) = self.register.counted.period(&of, period.size);
        if counted == period.size {
            return Ok(kinds);
        }
        let transaction = self.read(OPERATION).await?;
        let counts: Vec<(String, i64)> = self
            .of_period(period)
            .filter(ledger_entry::Column::Idx.gte(signed(counted)))
            .select_only()
            .column(ledger_entry::Column::Kind)
            .column_as(Expr::cust("COUNT(*)"), "entries")
            .group_by(ledger_entry::Column::Kind)
            .into_tuple()
            .all(&transaction)
            .await
            .during(OPERATION)?;
        for (kind, count) in counts {
            *kinds.entry(kind).or_default() += unsigned(count)?;
        }
        self.register.counted.keep_period(of, period.size, kinds.clone());
        Ok(kinds)
    }

    /// The indexes of the entries of a kind in a period, in order: after `offset` of them, at
    /// most `entries_max`.
    pub async fn indexes_of(
        &self,
        period: &Period,
        kind: &str,
        offset: u64,
        entries_max: u64,
    ) -> Result<Vec<u64>, RegisterError> {
        let transaction = self.read(OPERATION).await?;
        let indexes: Vec<i64> = self
            .of_period(period)
            .filter(ledger_entry::Column::Kind.eq(kind))
            .select_only()
            .column(ledger_entry::Column::Idx)
            // Entries are dated in their order, and an index has them so.
            .order_by_asc(ledger_entry::Column::RecordedAt)
            .order_by_asc(ledger_entry::Column::Idx)
            .offset(offset.min(OFFSET_MAX))
            .limit(entries_max)
            .into_tuple()
            .all(&transaction)
            .await
            .during(OPERATION)?;
        indexes.into_iter().map(unsigned).collect()
    }

    /// Whether the ledger had this root when it had so many entries.
    pub async fn had(&self, head: &Head) -> Result<bool, RegisterError> {
        let transaction = self.read(OPERATION).await?;
        let now = self.stored_head(&transaction, false).await?;
        if now.is_none_or(|now| now.head.size < head.size) {
            return Ok(false);
        }
        let edge = edge_nodes(head.size).during(OPERATION)?;
        let edge = self.nodes(&transaction, &edge).await?;
        Ok(Appender::resume(head, &edge).is_ok())
    }
}
