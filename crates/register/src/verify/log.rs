//! The log against itself: bodies, nodes, and what was signed or kept of each size.

use std::collections::HashMap;
use std::ops::Range;

use annex_ledger::{Appender, Head, leaf_commitment, node_count, open_checkpoint};
use sea_orm::{ColumnTrait as _, Condition, EntityTrait as _, QueryFilter as _};

use super::{Faulty, OPERATION, Stop, Verifying, fault};
use crate::RegisterError;
use crate::error::During as _;
use crate::read::{StoredEntry, StoredHead, signed, unsigned};
use crate::table::{ledger_entry, ledger_node};

impl Verifying<'_> {
    /// The entry as stored, if it is what the log commits to.
    pub(super) fn check_entry(
        &mut self,
        row: ledger_entry::Model,
        index: u64,
    ) -> Result<StoredEntry, Stop> {
        let recorded_at = row.recorded_at.clone();
        let stored = match StoredEntry::from_row(row) {
            Err(RegisterError::Corrupt { what }) => return fault(Faulty::Entry, index, what),
            stored => stored?,
        };
        // Erasing a body will leave a receipt on record; until there is one, gone is a fault.
        let (Some(nonce), Some(body)) = (&stored.nonce, &stored.body) else {
            return fault(Faulty::Entry, index, "its body or nonce is gone");
        };
        if leaf_commitment(nonce, body) != stored.commitment {
            return fault(Faulty::Entry, index, "its body is not what was committed to");
        }
        let Ok(Some(entry)) = stored.entry() else {
            return fault(Faulty::Entry, index, "its body cannot be read");
        };
        let beside = [
            ("kind", stored.kind == entry.record.kind()),
            ("key", stored.key == entry.record.key()),
            ("instant", stored.recorded_at == entry.at && recorded_at == entry.at.to_string()),
            ("schema", stored.body_schema == entry.schema),
        ];
        if let Some((name, _)) = beside.iter().find(|(_, fits)| !fits) {
            return fault(Faulty::Entry, index, format!("its {name} is not that of its body"));
        }
        self.latest.insert((entry.record.kind(), stored.key.clone()), index);
        Ok(stored)
    }

    /// Holds what was signed or kept of a size against the log at that size.
    pub(super) fn check_size(
        &mut self,
        appender: &Appender,
        note: Option<&[u8]>,
    ) -> Result<(), Stop> {
        let head = appender.head();
        if let Some(note) = note {
            self.check_note(Faulty::Checkpoint, note, head)?;
            self.found.checkpoints += 1;
        }
        if self.kept.as_ref().is_some_and(|kept| kept.head.size == head.size && kept.head != head) {
            let detail = "the log had another root at that size";
            return fault(Faulty::KeptCheckpoint, head.size, detail);
        }
        Ok(())
    }

    fn check_note(&self, what: Faulty, note: &[u8], head: Head) -> Result<(), Stop> {
        match open_checkpoint(note, self.key) {
            Ok(checkpoint) if checkpoint.head == head => Ok(()),
            Ok(_) => fault(what, head.size, "it is not of the log at that size"),
            Err(error) => fault(what, head.size, error.to_string()),
        }
    }

    /// Holds the head, and the size of the checkpoint that was kept, against the whole log.
    pub(super) fn check_end(
        &self,
        stored: Option<StoredHead>,
        appender: &Appender,
        last_note: Option<&[u8]>,
    ) -> Result<(), Stop> {
        let head = appender.head();
        if let Some(stored) = stored {
            if stored.head != head {
                return fault(Faulty::Head, head.size, "its root is not that of the entries");
            }
            self.check_note(Faulty::Head, &stored.checkpoint, head)?;
            if head.size > 0 && last_note != Some(stored.checkpoint.as_slice()) {
                return fault(Faulty::Checkpoint, head.size, "it is missing, or not the head's");
            }
        }
        match &self.kept {
            Some(kept) if kept.head.size > head.size => {
                let (kept, size) = (kept.head.size, head.size);
                let detail = format!("it is of {kept} entries and {size} are left");
                fault(Faulty::KeptCheckpoint, size, detail)
            }
            _ => Ok(()),
        }
    }

    /// Refuses what lies outside of the log.
    pub(super) async fn check_surplus(&self, size: u64) -> Result<(), Stop> {
        let outside = self
            .scope
            .find_entries()
            .filter(
                Condition::any()
                    .add(ledger_entry::Column::Idx.gte(signed(size)))
                    .add(ledger_entry::Column::Idx.lt(0)),
            )
            .one(self.transaction)
            .await
            .during(OPERATION)?;
        if outside.is_some() {
            return fault(Faulty::Entry, size, "it is beyond the head of the log");
        }
        let outside = ledger_node::Entity::find()
            .filter(ledger_node::Column::Organisation.eq(self.scope.id.as_str()))
            .filter(
                Condition::any()
                    .add(ledger_node::Column::Idx.gte(signed(node_count(size))))
                    .add(ledger_node::Column::Idx.lt(0)),
            )
            .one(self.transaction)
            .await
            .during(OPERATION)?;
        if outside.is_some() {
            return fault(Faulty::Node, size, "it has a node beyond the head of the log");
        }
        Ok(())
    }

    /// The stored nodes by index.
    pub(super) async fn nodes(
        &self,
        range: Range<u64>,
    ) -> Result<HashMap<u64, Vec<u8>>, RegisterError> {
        let rows = ledger_node::Entity::find()
            .filter(ledger_node::Column::Organisation.eq(self.scope.id.as_str()))
            .filter(ledger_node::Column::Idx.gte(signed(range.start)))
            .filter(ledger_node::Column::Idx.lt(signed(range.end)))
            .all(self.transaction)
            .await
            .during(OPERATION)?;
        rows.into_iter().map(|row| Ok((unsigned(row.idx)?, row.hash))).collect()
    }
}

/// Appends an entry and compares the nodes that it gives with those stored.
pub(super) fn append(
    appender: &mut Appender,
    entry: &StoredEntry,
    nodes: &mut HashMap<u64, Vec<u8>>,
) -> Result<(), Stop> {
    for node in appender.append(&[entry.commitment]).during(OPERATION)? {
        match nodes.remove(&node.index) {
            Some(hash) if hash == node.hash.as_bytes() => {}
            Some(_) => {
                let detail = format!("node {} is not that of the entries", node.index);
                return fault(Faulty::Node, entry.index, detail);
            }
            None => {
                return fault(Faulty::Node, entry.index, format!("node {} is missing", node.index));
            }
        }
    }
    Ok(())
}
