//! Verifying: the log against itself, then every row against the log.
//!
//! ```text
//!  bodies ─▶ commitments ─▶ nodes ─▶ roots ═ checkpoints, head, the checkpoint kept elsewhere
//!     └───▶ rows, computed again ═ rows as they are
//! ```
//!
//! Both passes go by rising index and stop at the first thing that does not fit. The rows come
//! second because only a log that holds says what they should be.

mod log;
mod rows;

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::ops::Range;

use annex_ledger::{Appender, Checkpoint, VerifyingKey, node_count, open_checkpoint};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _};

use crate::error::During as _;
use crate::read::unsigned;
use crate::table::{ledger_checkpoint, ledger_entry};
use crate::transaction::Transaction;
use crate::{RegisterError, Scope};

/// What verifying found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verification {
    /// How many entries of the log hold.
    pub entries: u64,
    /// How many stored checkpoints are of it.
    pub checkpoints: u64,
    /// The first thing that does not fit; `None` when all does.
    pub fault: Option<Fault>,
}

/// Something that does not fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// What sort of thing.
    pub what: Faulty,
    /// The entry that it is of or, for a checkpoint, the size of the log that it speaks of.
    pub index: u64,
    /// In words.
    pub detail: String,
}

/// What sort of thing does not fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Faulty {
    /// An entry: its body, its nonce, or what is stored beside them.
    Entry,
    /// A node of the tree.
    Node,
    /// A stored checkpoint.
    Checkpoint,
    /// The head of the log.
    Head,
    /// The checkpoint that was kept elsewhere.
    KeptCheckpoint,
    /// A row of a table.
    Row {
        /// The table.
        table: &'static str,
    },
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { what, index, detail } = self;
        match what {
            Faulty::Entry => write!(f, "entry {index}: {detail}"),
            Faulty::Node => write!(f, "the tree at entry {index}: {detail}"),
            Faulty::Checkpoint => write!(f, "the checkpoint of {index} entries: {detail}"),
            Faulty::Head => write!(f, "the head of {index} entries: {detail}"),
            Faulty::KeptCheckpoint => write!(f, "the kept checkpoint: {detail}"),
            Faulty::Row { table } => write!(f, "table {table}, entry {index}: {detail}"),
        }
    }
}

const OPERATION: &str = "verify the register";

/// How many entries are looked at at once.
const PAGE_ENTRIES: u64 = 256;

/// Why a pass ended early.
enum Stop {
    Fault(Fault),
    Error(RegisterError),
}

impl From<RegisterError> for Stop {
    fn from(error: RegisterError) -> Self {
        Self::Error(error)
    }
}

fn fault<T>(what: Faulty, index: u64, detail: impl Into<String>) -> Result<T, Stop> {
    Err(Stop::Fault(Fault { what, index, detail: detail.into() }))
}

impl Scope<'_> {
    /// Verifies the log with the key of the organisation, and the rows against it.
    ///
    /// A truncated log verifies in itself; that entries are missing at its end shows only
    /// against a checkpoint that was kept elsewhere.
    pub async fn verify(
        &self,
        key: &VerifyingKey,
        kept_checkpoint: Option<&[u8]>,
    ) -> Result<Verification, RegisterError> {
        let transaction = self.read(OPERATION).await?;
        self.verify_in(&transaction, key, kept_checkpoint).await
    }

    pub(crate) async fn verify_in(
        &self,
        transaction: &Transaction,
        key: &VerifyingKey,
        kept_checkpoint: Option<&[u8]>,
    ) -> Result<Verification, RegisterError> {
        let kept = kept_checkpoint
            .map(|note| open_checkpoint(note, key))
            .transpose()
            .during("open the checkpoint that was kept")?;
        let mut verifying = Verifying {
            scope: self,
            transaction,
            key,
            kept,
            found: Verification { entries: 0, checkpoints: 0, fault: None },
            latest: HashMap::new(),
        };
        match verifying.run().await {
            Ok(()) => {}
            Err(Stop::Fault(fault)) => verifying.found.fault = Some(fault),
            Err(Stop::Error(error)) => return Err(error),
        }
        Ok(verifying.found)
    }
}

struct Verifying<'a> {
    scope: &'a Scope<'a>,
    transaction: &'a Transaction,
    key: &'a VerifyingKey,
    kept: Option<Checkpoint>,
    found: Verification,
    /// The last entry of each entity.
    latest: HashMap<(&'static str, String), u64>,
}

impl Verifying<'_> {
    async fn run(&mut self) -> Result<(), Stop> {
        let stored = match self.scope.stored_head(self.transaction, false).await {
            Err(RegisterError::Corrupt { what }) => return fault(Faulty::Head, 0, what),
            stored => stored?,
        };
        let size = stored.as_ref().map_or(0, |stored| stored.head.size);
        let mut checkpoints = self.checkpoints().await?;
        if let (None, Some(last)) = (&stored, checkpoints.keys().last()) {
            return fault(Faulty::Head, *last, "it is missing");
        }
        let mut appender = Appender::empty();
        self.check_size(&appender, checkpoints.remove(&0).as_deref())?;
        let mut last_note = None;
        let mut recorded_at = None;
        for page in pages(size) {
            let mut entries = self.entries(page.clone()).await?;
            let mut nodes = self.nodes(node_count(page.start)..node_count(page.end)).await?;
            for index in page {
                let Some(row) = entries.remove(&index) else {
                    return fault(Faulty::Entry, index, "it is missing");
                };
                let entry = self.check_entry(row, index)?;
                if recorded_at.is_some_and(|before| before > entry.recorded_at) {
                    return fault(Faulty::Entry, index, "it is dated before the one before it");
                }
                recorded_at = Some(entry.recorded_at);
                log::append(&mut appender, &entry, &mut nodes)?;
                self.found.entries += 1;
                let note = checkpoints.remove(&(index + 1));
                self.check_size(&appender, note.as_deref())?;
                last_note = note;
            }
        }
        self.check_end(stored, &appender, last_note.as_deref())?;
        if let Some(size) = checkpoints.keys().next() {
            return fault(Faulty::Checkpoint, *size, "the log has no such size");
        }
        self.check_surplus(size).await?;
        self.check_rows(size).await
    }

    async fn entries(
        &self,
        range: Range<u64>,
    ) -> Result<BTreeMap<u64, ledger_entry::Model>, RegisterError> {
        let rows = self.scope.entries_in(self.transaction, range).await?;
        rows.into_iter().map(|row| Ok((unsigned(row.idx)?, row))).collect()
    }

    async fn checkpoints(&self) -> Result<BTreeMap<u64, Vec<u8>>, RegisterError> {
        let rows = ledger_checkpoint::Entity::find()
            .filter(ledger_checkpoint::Column::Organisation.eq(self.scope.id.as_str()))
            .order_by_asc(ledger_checkpoint::Column::Size)
            .all(self.transaction)
            .await
            .during(OPERATION)?;
        rows.into_iter().map(|row| Ok((unsigned(row.size)?, row.note))).collect()
    }
}

fn pages(size: u64) -> impl Iterator<Item = Range<u64>> {
    let starts = (0..size.div_ceil(PAGE_ENTRIES)).map(|page| page * PAGE_ENTRIES);
    starts.map(move |start| start..size.min(start + PAGE_ENTRIES))
}
