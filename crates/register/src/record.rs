//! Recording: rows, bodies, nodes and a signed checkpoint in one transaction, then the receipt.
//!
//! ```text
//!  BEGIN IMMEDIATE ─▶ head ─▶ bodies, commitments ─▶ entries ─▶ rows ─▶ nodes, checkpoint, head ─▶ COMMIT ─▶ receipt
//!                      └ indexes go on from here, and no body is dated before the last one
//! ```
//!
//! The head is read first because a body says when it was recorded, and order and time must
//! agree. On SQLite the transaction is alone from its beginning; on PostgreSQL it holds the lock of
//! the organisation from its beginning, and the head's row from that reading on.

use std::collections::{HashMap, HashSet};

use annex_isms::{Actor, Entry, Instant, Record, canonical_json, record};
use annex_ledger::{
    Appender, Hash, Head, SigningKey, edge_nodes, leaf_commitment, open_checkpoint, sign_checkpoint,
};
use sea_orm::{ConnectionTrait, EntityTrait as _, QuerySelect as _};

use crate::alias::{Aliases, Keys};
use crate::error::During as _;
use crate::project::{self, Place};
use crate::read::signed;
use crate::table::{
    self, Rows, asset_system, ledger_checkpoint, ledger_entry, ledger_head, ledger_node,
};
use crate::transaction::Transaction;
use crate::{Once, RegisterError, Scope};

/// What the register acknowledges: it is on disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// How many changes became entries.
    pub recorded: u64,
    /// How many were as on record already.
    pub skipped: u64,
    /// The number of entries in the log.
    pub size: u64,
    /// The root over them.
    pub root: Hash,
    /// The signed checkpoint. To keep it elsewhere is what makes a truncation show.
    pub checkpoint: Vec<u8>,
}

/// On what condition changes are recorded.
#[derive(Debug, Clone, Default)]
pub struct Condition {
    /// The size of the ledger that the changes were decided on, as
    /// [`Current::size`](crate::Current::size) says it. An entity that somebody recorded since,
    /// and that one of the changes would replace, makes the call fail with
    /// [`RegisterError::Stale`].
    pub read: Option<u64>,
    /// The changes are recorded once, however often they are sent.
    pub once: Option<Once>,
}

const OPERATION: &str = "record changes";

/// What all changes of one call have in common.
struct Terms<'a> {
    by: &'a Actor,
    at: Instant,
    signer: &'a SigningKey,
    condition: &'a Condition,
}

impl Scope<'_> {
    /// Records changes, in order, all or none. When it returns they are on disk.
    ///
    /// A change equal to what is on record is skipped. `nonce` draws 32 secret random bytes; it
    /// is called once for each entry. `signer` must be the key of this organisation's log.
    ///
    /// When the `condition` does not hold, nothing is recorded.
    pub async fn record(
        &self,
        changes: Vec<Record>,
        by: &Actor,
        at: Instant,
        signer: &SigningKey,
        nonce: &mut (dyn FnMut() -> [u8; 32] + Send),
        condition: &Condition,
    ) -> Result<Receipt, RegisterError> {
        if signer.origin().organisation() != self.id.as_str() {
            let what = format!("the signing key is of {}, not of {}", signer.origin(), self.id);
            return Err(RegisterError::Conflict { what });
        }
        let (transaction, guard) = self.write(OPERATION).await?;
        let terms = Terms { by, at, signer, condition };
        match self.append(&transaction, changes, &terms, nonce).await {
            Ok(receipt) => match transaction.commit().await.during(OPERATION) {
                Ok(()) => Ok(receipt),
                Err(error) => {
                    drop(guard);
                    self.confirm(receipt, error).await
                }
            },
            Err(error) => {
                // The first error says more than one of the rollback, which SQLite may have done.
                let _ = transaction.rollback().await;
                Err(error)
            }
        }
    }

    /// After a commit without an answer: what came of it. Once the lock is free the commit has
    /// either happened or never will.
    async fn confirm(
        &self,
        receipt: Receipt,
        error: RegisterError,
    ) -> Result<Receipt, RegisterError> {
        if !matches!(error, RegisterError::Unreachable { .. }) {
            return Err(error);
        }
        let Ok((transaction, _guard)) = self.write(OPERATION).await else {
            return Err(RegisterError::Unconfirmed);
        };
        let key = (self.id.to_string(), signed(receipt.size));
        match ledger_checkpoint::Entity::find_by_id(key).one(&transaction).await {
            Ok(Some(stored)) if stored.note == receipt.checkpoint => Ok(receipt),
            Ok(_) => Err(error),
            Err(_) => Err(RegisterError::Unconfirmed),
        }
    }

    async fn append(
        &self,
        transaction: &Transaction,
        changes: Vec<Record>,
        terms: &Terms<'_>,
        nonce: &mut (dyn FnMut() -> [u8; 32] + Send),
    ) -> Result<Receipt, RegisterError> {
        let Terms { by, at, signer, condition } = *terms;
        if let Some(once) = &condition.once {
            self.only_once(transaction, once, at).await?;
        }
        let stored = self.stored_head(transaction, true).await?;
        if let Some(stored) = &stored {
            // Two processes that began an organisation at once may each have made a key.
            open_checkpoint(&stored.checkpoint, &signer.verifying_key()).map_err(|error| {
                let what =
                    format!("the signing key is not the one that signs this ledger ({error})");
                RegisterError::Conflict { what }
            })?;
        }
        let head = stored.as_ref().map_or(Head::EMPTY, |stored| stored.head);
        let edge = edge_nodes(head.size).during(OPERATION)?;
        let edge = self.nodes(transaction, &edge).await?;
        let mut appender = Appender::resume(&head, &edge).during(OPERATION)?;

        let at = at.max(self.last_recorded(transaction, head.size).await?.unwrap_or(at));
        let (fresh, skipped) = self.unrecorded(transaction, changes, condition.read).await?;
        let recorded = fresh.len() as u64;
        if let (true, Some(stored)) = (fresh.is_empty(), stored) {
            let Head { size, root } = stored.head;
            return Ok(Receipt { recorded, skipped, size, root, checkpoint: stored.checkpoint });
        }
        let mut entries = Vec::with_capacity(fresh.len());
        let mut commitments = Vec::with_capacity(fresh.len());
        for (record, index) in fresh.iter().zip(head.size..) {
            let (row, commitment) = self.entry(record, by, at, index, nonce())?;
            entries.push(row);
            commitments.push(commitment);
        }
        let rows = self.rows(transaction, &fresh, at, head.size).await?;
        table::insert::<ledger_entry::Entity, _>(transaction, entries).await.during(OPERATION)?;
        let assets: Vec<String> = rows.asset.iter().map(|asset| asset.id.clone()).collect();
        table::delete_where::<asset_system::Entity, _>(
            transaction,
            (asset_system::Column::Organisation, self.id.as_str()),
            asset_system::Column::Asset,
            &assets,
        )
        .await
        .during(OPERATION)?;
        rows.write(transaction).await.during(OPERATION)?;

        let nodes = appender.append(&commitments).during(OPERATION)?;
        let nodes = nodes.into_iter().map(|node| ledger_node::Model {
            organisation: self.id.to_string(),
            idx: signed(node.index),
            hash: node.hash.as_bytes().to_vec(),
        });
        table::insert::<ledger_node::Entity, _>(transaction, nodes.collect())
            .await
            .during(OPERATION)?;
        let head = appender.head();
        let checkpoint = sign_checkpoint(&head, signer).during(OPERATION)?.into_bytes();
        self.write_head(transaction, head, &checkpoint).await?;
        Ok(Receipt { recorded, skipped, size: head.size, root: head.root, checkpoint })
    }

    /// When the last entry was recorded.
    pub(crate) async fn last_recorded(
        &self,
        transaction: &Transaction,
        size: u64,
    ) -> Result<Option<Instant>, RegisterError> {
        let Some(last) = size.checked_sub(1) else { return Ok(None) };
        let recorded_at: Option<String> =
            ledger_entry::Entity::find_by_id((self.id.to_string(), signed(last)))
                .select_only()
                .column(ledger_entry::Column::RecordedAt)
                .into_tuple()
                .one(transaction)
                .await
                .during(OPERATION)?;
        let what = || RegisterError::corrupt(format!("entry {last} is missing or has no instant"));
        recorded_at.ok_or_else(what)?.parse().map(Some).map_err(|_| what())
    }

    /// Drops the changes that are on record already, and says how many. One of the others that
    /// would replace what was recorded from the entry `read` on is an error.
    async fn unrecorded(
        &self,
        transaction: &Transaction,
        changes: Vec<Record>,
        read: Option<u64>,
    ) -> Result<(Vec<Record>, u64), RegisterError> {
        let mut keys: HashMap<&'static str, HashSet<String>> = HashMap::new();
        for change in &changes {
            keys.entry(change.kind()).or_default().insert(change.key());
        }
        let mut latest: HashMap<(&'static str, String), Record> = HashMap::new();
        let mut unread: HashSet<(&'static str, String)> = HashSet::new();
        for (kind, keys) in keys {
            let keys: Vec<String> = keys.into_iter().collect();
            for stored in self.latest_of(transaction, kind, &keys).await? {
                if read.is_some_and(|read| stored.index >= read) {
                    unread.insert((kind, stored.key.clone()));
                }
                if let Some(entry) = stored.entry()? {
                    latest.insert((kind, stored.key), entry.record);
                }
            }
        }
        let count = changes.len();
        let mut fresh = Vec::new();
        for change in changes {
            let key = (change.kind(), change.key());
            if latest.get(&key) != Some(&change) {
                if unread.contains(&key) {
                    return Err(RegisterError::Stale { kind: key.0, key: key.1 });
                }
                self.check_belongs(&change)?;
                latest.insert(key, change.clone());
                fresh.push(change);
            }
        }
        let skipped = (count - fresh.len()) as u64;
        Ok((fresh, skipped))
    }

    /// Refuses what contradicts itself.
    fn check_belongs(&self, change: &Record) -> Result<(), RegisterError> {
        let what = match change {
            Record::Organisation(organisation) if organisation.id != self.id => {
                format!("{} cannot be recorded as {}", organisation.id, self.id)
            }
            Record::Batch(record::Batch { digest, batch }) if batch_digest(batch)? != *digest => {
                format!("{digest} is not the digest of the batch")
            }
            _ => return Ok(()),
        };
        Err(RegisterError::Conflict { what })
    }

    fn entry(
        &self,
        record: &Record,
        by: &Actor,
        at: Instant,
        index: u64,
        nonce: [u8; 32],
    ) -> Result<(ledger_entry::Model, Hash), RegisterError> {
        let (kind, key) = (record.kind().to_owned(), record.key());
        let entry = Entry { schema: record::SCHEMA, at, actor: by.clone(), record: record.clone() };
        let body = canonical_json(&entry).map_err(|error| RegisterError::Conflict {
            what: format!("{kind} `{key}` cannot be recorded: it {error}"),
        })?;
        let commitment = leaf_commitment(&nonce, &body);
        let row = ledger_entry::Model {
            organisation: self.id.to_string(),
            idx: signed(index),
            kind,
            key,
            recorded_at: at.to_string(),
            nonce: Some(nonce.to_vec()),
            body: Some(body),
            body_schema: record::SCHEMA.try_into().unwrap_or(i32::MAX),
            commitment: commitment.as_bytes().to_vec(),
        };
        Ok((row, commitment))
    }

    /// The rows of the new entries, without those that a later one of them replaces.
    async fn rows(
        &self,
        transaction: &Transaction,
        fresh: &[Record],
        at: Instant,
        first: u64,
    ) -> Result<Rows, RegisterError> {
        let mut keys = Keys::default();
        for record in fresh {
            keys.add_record(record);
        }
        let mut aliases = Aliases::load(transaction, &self.id, &keys).await?;
        let last: HashMap<(&'static str, String), u64> =
            fresh.iter().zip(first..).map(|(r, index)| ((r.kind(), r.key()), index)).collect();
        let mut rows = Rows::default();
        for (record, index) in fresh.iter().zip(first..) {
            let place =
                Place { organisation: &self.id, entry_index: signed(index), recorded_at: at };
            project::lasting(place, record, &mut aliases, &mut rows)?;
            if last.get(&(record.kind(), record.key())) == Some(&index) {
                project::replaceable(place, record, &mut rows);
            }
        }
        Ok(rows)
    }

    async fn write_head<C: ConnectionTrait>(
        &self,
        connection: &C,
        head: Head,
        checkpoint: &[u8],
    ) -> Result<(), RegisterError> {
        let (organisation, size) = (self.id.to_string(), signed(head.size));
        let note = ledger_checkpoint::Model {
            organisation: organisation.clone(),
            size,
            note: checkpoint.to_vec(),
        };
        table::upsert::<ledger_checkpoint::Entity, _>(connection, vec![note])
            .await
            .during(OPERATION)?;
        let row = ledger_head::Model {
            organisation,
            size,
            root: head.root.as_bytes().to_vec(),
            checkpoint: checkpoint.to_vec(),
        };
        table::upsert::<ledger_head::Entity, _>(connection, vec![row]).await.during(OPERATION)
    }
}

/// The digest that names a batch: over its canonical JSON.
pub(crate) fn batch_digest(
    batch: &annex_isms::ObservationBatch,
) -> Result<annex_isms::Digest, RegisterError> {
    let bytes = canonical_json(batch).map_err(|error| RegisterError::Conflict {
        what: format!("the batch cannot be recorded: it {error}"),
    })?;
    Ok(annex_isms::Digest::of(&bytes))
}
