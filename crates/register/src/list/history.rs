//! What became of one record, what was recorded in a period, and that an entry is in the ledger.

use annex_isms::Instant;
use annex_ledger::{InclusionProof, inclusion_nodes};
use sea_orm::{
    ColumnTrait as _, PaginatorTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
    Select,
};

use super::{Listed, OFFSET_MAX, Page, check_limit};
use crate::error::During as _;
use crate::read::{StoredEntry, StoredHead};
use crate::table::ledger_entry;
use crate::{RegisterError, Scope};

/// What was recorded in a period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Population {
    /// Of this kind; `None` is of any.
    pub kind: Option<String>,
    /// From this instant on.
    pub from: Instant,
    /// To this instant.
    pub to: Instant,
    /// How many to pass over.
    pub offset: u64,
    /// How many to give, at most [`LIST_ROWS_MAX`](super::LIST_ROWS_MAX).
    pub limit: u64,
}

/// An entry with what proves that it is in the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proven {
    /// The entry.
    pub entry: StoredEntry,
    /// Its path to the root of `head`.
    pub proof: InclusionProof,
    /// The head, with the signed checkpoint.
    pub head: StoredHead,
}

impl Scope<'_> {
    /// The entries of one record, the oldest first, at most
    /// [`LIST_ROWS_MAX`](super::LIST_ROWS_MAX) of them.
    pub async fn history(
        &self,
        kind: &str,
        key: &str,
        offset: u64,
        limit: u64,
    ) -> Result<Page, RegisterError> {
        let entries = self
            .find_entries()
            .filter(ledger_entry::Column::Kind.eq(kind))
            .filter(ledger_entry::Column::Key.eq(key));
        self.page_of(entries, offset, limit).await
    }

    /// The entries of a period, in order.
    pub async fn population(&self, asked: &Population) -> Result<Page, RegisterError> {
        let mut entries = self
            .find_entries()
            .filter(ledger_entry::Column::RecordedAt.gte(asked.from.to_string()))
            .filter(ledger_entry::Column::RecordedAt.lte(asked.to.to_string()));
        if let Some(kind) = &asked.kind {
            entries = entries.filter(ledger_entry::Column::Kind.eq(kind.as_str()));
        }
        self.page_of(entries, asked.offset, asked.limit).await
    }

    /// An entry with its proof of now; `None` when the log does not have it.
    pub async fn proven(&self, index: u64) -> Result<Option<Proven>, RegisterError> {
        const OPERATION: &str = "prove that an entry is in the ledger";
        let transaction = self.read(OPERATION).await?;
        let Some(head) = self.stored_head(&transaction, false).await? else { return Ok(None) };
        if index >= head.head.size {
            return Ok(None);
        }
        let mut rows = self.entries_in(&transaction, index..index + 1).await?;
        let missing = || RegisterError::corrupt(format!("entry {index} is missing"));
        let entry = StoredEntry::from_row(rows.pop().ok_or_else(missing)?)?;
        let indexes = inclusion_nodes(index, head.head.size).during(OPERATION)?;
        let nodes = self.nodes(&transaction, &indexes).await?;
        let proof = InclusionProof::create(index, head.head.size, &nodes).during(OPERATION)?;
        Ok(Some(Proven { entry, proof, head }))
    }

    async fn page_of(
        &self,
        entries: Select<ledger_entry::Entity>,
        offset: u64,
        limit: u64,
    ) -> Result<Page, RegisterError> {
        const OPERATION: &str = "read entries";
        check_limit(limit)?;
        let transaction = self.read(OPERATION).await?;
        let total = entries.clone().count(&transaction).await.during(OPERATION)?;
        let rows = entries
            .order_by_asc(ledger_entry::Column::Idx)
            .offset(offset.min(OFFSET_MAX))
            .limit(limit)
            .all(&transaction)
            .await
            .during(OPERATION)?;
        let items = rows.into_iter().map(|row| Listed::try_from(StoredEntry::from_row(row)?));
        Ok(Page { items: items.collect::<Result<_, _>>()?, total })
    }
}
