//! What was counted, for as long as it stays true: to count a million rows takes longer than to
//! show fifty of them.
//!
//! What a list has stays as it is until the ledger grows. What a period has of each kind only
//! grows with it, so that of a larger ledger only the entries since are counted.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};

use annex_isms::{Instant, OrganisationId};
use sea_orm::ConnectionTrait;
use sea_orm::sea_query::SelectStatement;

use crate::error::During as _;
use crate::read::unsigned;
use crate::{RegisterError, Scope};

const OPERATION: &str = "count what a list has";

/// The most of each that is remembered; when it is full, it is forgotten.
const REMEMBERED_MAX: usize = 1_000;

/// A period of an organisation.
type PeriodOf = (OrganisationId, Instant, Instant);
/// How many entries a period has of each kind.
pub(crate) type Kinds = BTreeMap<String, u64>;

/// What was counted when the ledger had so many entries.
#[derive(Debug, Default)]
pub(crate) struct Counted {
    lists: Mutex<HashMap<String, (u64, u64)>>,
    periods: Mutex<HashMap<PeriodOf, (u64, Kinds)>>,
}

impl Counted {
    /// The length of a list, where it was counted at this size of the ledger.
    pub(crate) fn list(&self, asked: &str, size: u64) -> Option<u64> {
        let lists = held(&self.lists);
        lists.get(asked).filter(|(of, _)| *of == size).map(|(_, total)| *total)
    }

    pub(crate) fn keep_list(&self, asked: String, size: u64, total: u64) {
        keep(&mut held(&self.lists), asked, (size, total));
    }

    /// What was counted of a period at a size that is not larger than this; else nothing, at 0.
    pub(crate) fn period(&self, of: &PeriodOf, size: u64) -> (u64, Kinds) {
        let periods = held(&self.periods);
        periods.get(of).filter(|(at, _)| *at <= size).cloned().unwrap_or_default()
    }

    pub(crate) fn keep_period(&self, of: PeriodOf, size: u64, kinds: Kinds) {
        keep(&mut held(&self.periods), of, (size, kinds));
    }
}

impl Scope<'_> {
    /// How long a list is in a ledger of this size; what was counted holds until it grows.
    pub(crate) async fn total<C: ConnectionTrait>(
        &self,
        connection: &C,
        size: u64,
        counting: SelectStatement,
    ) -> Result<u64, RegisterError> {
        let asked = connection.get_database_backend().build(&counting).to_string();
        if let Some(total) = self.register.counted.list(&asked, size) {
            return Ok(total);
        }
        let total = count(connection, &counting).await?;
        self.register.counted.keep_list(asked, size, total);
        Ok(total)
    }
}

async fn count<C: ConnectionTrait>(
    connection: &C,
    counting: &SelectStatement,
) -> Result<u64, RegisterError> {
    let row = connection.query_one(counting).await.during(OPERATION)?;
    let count: Option<i64> =
        row.map(|row| row.try_get_by_index(0)).transpose().during(OPERATION)?;
    unsigned(count.unwrap_or(0))
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn keep<K: Eq + std::hash::Hash, V>(map: &mut HashMap<K, V>, key: K, value: V) {
    if map.len() >= REMEMBERED_MAX && !map.contains_key(&key) {
        map.clear();
    }
    map.insert(key, value);
}
