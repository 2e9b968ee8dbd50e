//! Reading the ledger: heads, entries, proofs, and the latest body of an entity.

use std::ops::Range;

use annex_isms::record::AssessmentRecord;
use annex_isms::{Entry, Instant, Record};
use annex_ledger::{Hash, Head, InclusionProof, Node, Nodes, inclusion_nodes};
use sea_orm::sea_query::{Expr, ExprTrait as _, LikeExpr, Query};
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _, Select,
};

use crate::error::During as _;
use crate::table::{asset, ledger_entry, ledger_head, ledger_node};
use crate::{RegisterError, Scope};

/// The most assets that a search gives.
pub const ASSETS_FOUND_MAX: u64 = 50;

/// The most indexes that are asked for in one statement.
const INDEXES_MAX: usize = 1_000;

/// An entry as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredEntry {
    /// Its index in the log, from 0.
    pub index: u64,
    /// The kind of what was recorded.
    pub kind: String,
    /// Its key within the kind.
    pub key: String,
    /// When it was recorded.
    pub recorded_at: Instant,
    /// The nonce of its commitment; gone when the body was erased.
    pub nonce: Option<[u8; 32]>,
    /// The canonical JSON of an [`Entry`]; gone when it was erased.
    pub body: Option<Vec<u8>>,
    /// The schema of the body.
    pub body_schema: u32,
    /// What the log commits to.
    pub commitment: Hash,
}

/// The head of the log and the note that signs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredHead {
    /// Size and root.
    pub head: Head,
    /// The signed checkpoint.
    pub checkpoint: Vec<u8>,
}

impl StoredEntry {
    pub(crate) fn from_row(row: ledger_entry::Model) -> Result<Self, RegisterError> {
        let what = |problem: &str| RegisterError::corrupt(format!("entry {}: {problem}", row.idx));
        Ok(Self {
            index: unsigned(row.idx)?,
            recorded_at: row.recorded_at.parse().map_err(|_| what("not an instant"))?,
            nonce: row
                .nonce
                .map(|nonce| nonce.try_into().map_err(|_| what("a nonce has 32 bytes")))
                .transpose()?,
            body_schema: row.body_schema.try_into().map_err(|_| what("not a schema"))?,
            commitment: hash(&row.commitment, "ledger_entry")?,
            kind: row.kind,
            key: row.key,
            body: row.body,
        })
    }

    /// The entry that the body holds, unless it was erased.
    pub fn entry(&self) -> Result<Option<Entry>, RegisterError> {
        let Some(body) = &self.body else { return Ok(None) };
        serde_json::from_slice(body).map(Some).map_err(|error| {
            RegisterError::corrupt(format!(
                "the body of entry {} cannot be read: {error}",
                self.index
            ))
        })
    }
}

impl Scope<'_> {
    /// The latest entry of an entity.
    pub async fn get(&self, kind: &str, key: &str) -> Result<Option<Entry>, RegisterError> {
        let transaction = self.read("look up a record").await?;
        let found = self.latest_of(&transaction, kind, &[key.to_owned()]).await?;
        found.first().map_or(Ok(None), StoredEntry::entry)
    }

    /// The index of the latest entry of an entity.
    pub async fn version(&self, kind: &str, key: &str) -> Result<Option<u64>, RegisterError> {
        let transaction = self.read("look up a version").await?;
        let found = self.latest_of(&transaction, kind, &[key.to_owned()]).await?;
        Ok(found.first().map(|stored| stored.index))
    }

    /// The latest entry of every entity of a kind, by key.
    pub async fn latest(&self, kind: &str) -> Result<Vec<Entry>, RegisterError> {
        let newest = Query::select()
            .expr(Expr::col(ledger_entry::Column::Idx).max())
            .from(ledger_entry::Entity)
            .and_where(ledger_entry::Column::Organisation.eq(self.id.as_str()))
            .and_where(ledger_entry::Column::Kind.eq(kind))
            .group_by_col(ledger_entry::Column::Key)
            .to_owned();
        let transaction = self.read("list records").await?;
        let found = self
            .find_entries()
            .filter(ledger_entry::Column::Idx.in_subquery(newest))
            .order_by_asc(ledger_entry::Column::Key)
            .all(&transaction)
            .await
            .during("list records")?;
        let entries = found.into_iter().map(|row| StoredEntry::from_row(row)?.entry());
        entries.filter_map(Result::transpose).collect()
    }

    /// The assessments, newest first.
    pub async fn assessments(&self) -> Result<Vec<AssessmentRecord>, RegisterError> {
        let transaction = self.read("list assessments").await?;
        let found = self
            .find_entries()
            .filter(ledger_entry::Column::Kind.eq("assessment"))
            .order_by_desc(ledger_entry::Column::Idx)
            .all(&transaction)
            .await
            .during("list assessments")?;
        let mut assessments = Vec::with_capacity(found.len());
        for row in found {
            if let Some(Entry { record: Record::Assessment(record), .. }) =
                StoredEntry::from_row(row)?.entry()?
            {
                assessments.push(record);
            }
        }
        Ok(assessments)
    }

    /// The assets whose id or name begins with `text`, by id; at most [`ASSETS_FOUND_MAX`].
    /// Upper and lower case are the same.
    pub async fn find_assets(
        &self,
        text: &str,
    ) -> Result<Vec<annex_isms::entity::Asset>, RegisterError> {
        let mut pattern = String::new();
        for character in text.chars().flat_map(char::to_lowercase) {
            if matches!(character, '%' | '_' | '\\') {
                pattern.push('\\');
            }
            pattern.push(character);
        }
        pattern.push('%');
        let begins = |column: asset::Column| {
            Expr::expr(sea_orm::sea_query::Func::lower(Expr::col(column)))
                .like(LikeExpr::new(pattern.as_str()).escape('\\'))
        };
        let transaction = self.read("search assets").await?;
        let ids: Vec<String> = asset::Entity::find()
            .select_only()
            .column(asset::Column::Id)
            .filter(asset::Column::Organisation.eq(self.id.as_str()))
            .filter(
                Condition::any().add(begins(asset::Column::Id)).add(begins(asset::Column::Name)),
            )
            .order_by_asc(asset::Column::Id)
            .limit(ASSETS_FOUND_MAX)
            .into_tuple()
            .all(&transaction)
            .await
            .during("search assets")?;
        let mut assets = Vec::with_capacity(ids.len());
        for stored in self.latest_of(&transaction, "asset", &ids).await? {
            if let Some(Entry { record: Record::Asset(asset), .. }) = stored.entry()? {
                assets.push(asset);
            }
        }
        assets.sort_by(|a, b| a.id.cmp(&b.id));
        Ok(assets)
    }

    /// The entries with these indexes, as stored; those beyond the end of the log are left out.
    pub async fn entries(&self, range: Range<u64>) -> Result<Vec<StoredEntry>, RegisterError> {
        let transaction = self.read("read entries").await?;
        self.entries_in(&transaction, range).await?.into_iter().map(StoredEntry::from_row).collect()
    }

    /// The head of the log; `None` when nothing was recorded yet.
    pub async fn head(&self) -> Result<Option<StoredHead>, RegisterError> {
        let transaction = self.read("read the head of the ledger").await?;
        self.stored_head(&transaction, false).await
    }

    /// Proves that an entry is in the log as its head is now.
    pub async fn inclusion_proof(&self, index: u64) -> Result<InclusionProof, RegisterError> {
        const OPERATION: &str = "prove that an entry is in the ledger";
        let transaction = self.read(OPERATION).await?;
        let size =
            self.stored_head(&transaction, false).await?.map_or(0, |stored| stored.head.size);
        let indexes = inclusion_nodes(index, size).during(OPERATION)?;
        let nodes = self.nodes(&transaction, &indexes).await?;
        InclusionProof::create(index, size, &nodes).during(OPERATION)
    }

    pub(crate) fn find_entries(&self) -> Select<ledger_entry::Entity> {
        ledger_entry::Entity::find().filter(ledger_entry::Column::Organisation.eq(self.id.as_str()))
    }

    pub(crate) async fn entries_in<C: ConnectionTrait>(
        &self,
        connection: &C,
        range: Range<u64>,
    ) -> Result<Vec<ledger_entry::Model>, RegisterError> {
        self.find_entries()
            .filter(ledger_entry::Column::Idx.gte(signed(range.start)))
            .filter(ledger_entry::Column::Idx.lt(signed(range.end)))
            .order_by_asc(ledger_entry::Column::Idx)
            .all(connection)
            .await
            .during("read entries")
    }

    /// The latest entry of each of these keys.
    pub(crate) async fn latest_of<C: ConnectionTrait>(
        &self,
        connection: &C,
        kind: &str,
        keys: &[String],
    ) -> Result<Vec<StoredEntry>, RegisterError> {
        let mut found = Vec::new();
        // PostgreSQL holds no NUL and refuses to compare with one: nothing is on record under it.
        let keys: Vec<&str> =
            keys.iter().map(String::as_str).filter(|key| !key.contains('\0')).collect();
        for keys in keys.chunks(INDEXES_MAX) {
            let newest = Query::select()
                .expr(Expr::col(ledger_entry::Column::Idx).max())
                .from(ledger_entry::Entity)
                .and_where(ledger_entry::Column::Organisation.eq(self.id.as_str()))
                .and_where(ledger_entry::Column::Kind.eq(kind))
                .and_where(ledger_entry::Column::Key.is_in(keys.iter().copied()))
                .group_by_col(ledger_entry::Column::Key)
                .to_owned();
            let rows = self
                .find_entries()
                .filter(ledger_entry::Column::Idx.in_subquery(newest))
                .all(connection)
                .await
                .during("read the latest records")?;
            for row in rows {
                found.push(StoredEntry::from_row(row)?);
            }
        }
        Ok(found)
    }

    /// The head; to append to it, locked until the transaction ends (PostgreSQL; on SQLite the
    /// transaction is alone anyway).
    pub(crate) async fn stored_head<C: ConnectionTrait>(
        &self,
        connection: &C,
        to_append: bool,
    ) -> Result<Option<StoredHead>, RegisterError> {
        let mut query = ledger_head::Entity::find_by_id(self.id.to_string());
        if to_append {
            query = query.lock_exclusive();
        }
        let row = query.one(connection).await.during("read the head of the ledger")?;
        let Some(row) = row else { return Ok(None) };
        let head = Head { size: unsigned(row.size)?, root: hash(&row.root, "ledger_head")? };
        Ok(Some(StoredHead { head, checkpoint: row.checkpoint }))
    }

    /// The nodes with these indexes, as far as they are stored.
    pub(crate) async fn nodes<C: ConnectionTrait>(
        &self,
        connection: &C,
        indexes: &[u64],
    ) -> Result<Nodes, RegisterError> {
        let mut nodes = Nodes::new();
        for indexes in indexes.chunks(INDEXES_MAX) {
            let rows = ledger_node::Entity::find()
                .filter(ledger_node::Column::Organisation.eq(self.id.as_str()))
                .filter(ledger_node::Column::Idx.is_in(indexes.iter().map(|index| signed(*index))))
                .all(connection)
                .await
                .during("read nodes of the ledger")?;
            for row in rows {
                let hash = hash(&row.hash, "ledger_node")?;
                nodes.insert(Node { index: unsigned(row.idx)?, hash });
            }
        }
        Ok(nodes)
    }
}

/// An index or a size as a column holds it. The log ends far below where the two differ.
pub(crate) fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// An index or a size from a column.
pub(crate) fn unsigned(number: i64) -> Result<u64, RegisterError> {
    number.try_into().map_err(|_| RegisterError::corrupt(format!("{number} is no index or size")))
}

/// A hash from a column.
pub(crate) fn hash(bytes: &[u8], table: &str) -> Result<Hash, RegisterError> {
    let bytes: [u8; 32] = bytes.try_into().map_err(|_| {
        RegisterError::corrupt(format!("a hash in {table} has {} bytes, not 32", bytes.len()))
    })?;
    Ok(Hash::from_bytes(bytes))
}
