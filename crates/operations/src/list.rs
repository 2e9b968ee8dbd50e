//! What is asked of the registers page by page, and that an entry is in the ledger.
//!
//! Nothing here reads the whole register: a list, a history and a proof cost what they show.

use annex_isms::{Digest, RecordedObservation, Subject};
use annex_ledger::{InclusionProof, leaf_commitment, leaf_hash, open_checkpoint};
use annex_register::{ListQuery, Listed, Page, Population, Proven, StoredEntry};

use crate::{OperationError, Operations};

/// An entry of the ledger, what proves that it is there, and whether the proof holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// The entry as it is stored.
    pub entry: StoredEntry,
    /// The hash of its leaf.
    pub leaf: String,
    /// Its path to the root.
    pub path: InclusionProof,
    /// The signed checkpoint that names the root.
    pub checkpoint: String,
    /// What does not hold; `None` when everything does.
    pub fault: Option<String>,
}

impl Operations<'_> {
    /// One page of the latest records of a kind.
    ///
    /// # Errors
    /// When the kind does not have what is asked for, or the register cannot be read.
    pub async fn list(&self, query: &ListQuery) -> Result<Page, OperationError> {
        Ok(self.scope().list(query).await?)
    }

    /// How many records each of these kinds has.
    ///
    /// # Errors
    /// When the register cannot be read.
    pub async fn lengths(&self, kinds: &[&str]) -> Result<Vec<u64>, OperationError> {
        Ok(self.scope().lengths(kinds).await?)
    }

    /// The entries that a list would show on all its pages, the first `rows_max` of them.
    ///
    /// # Errors
    /// As [`list`](Self::list).
    pub async fn list_indexes(
        &self,
        query: &ListQuery,
        rows_max: u64,
    ) -> Result<Vec<u64>, OperationError> {
        Ok(self.scope().list_indexes(query, rows_max).await?)
    }

    /// The entries with these indexes, in this order.
    ///
    /// # Errors
    /// When there are more than a page has, or the register cannot be read.
    pub async fn entries_at(&self, indexes: &[u64]) -> Result<Vec<Listed>, OperationError> {
        Ok(self.scope().entries_at(indexes).await?)
    }

    /// The latest entry of each of these records of a kind, by key; those that are not on record
    /// are left out.
    ///
    /// # Errors
    /// When there are more than a page has, or the register cannot be read.
    pub async fn find(&self, kind: &str, keys: &[String]) -> Result<Vec<Listed>, OperationError> {
        Ok(self.scope().find(kind, keys).await?)
    }

    /// What became of one record, the oldest entry first.
    ///
    /// # Errors
    /// When the register cannot be read.
    pub async fn history(
        &self,
        kind: &str,
        key: &str,
        offset: u64,
        limit: u64,
    ) -> Result<Page, OperationError> {
        Ok(self.scope().history(kind, key, offset, limit).await?)
    }

    /// What was recorded in a period, and how much of it there is: what an auditor samples from.
    ///
    /// # Errors
    /// When the register cannot be read.
    pub async fn population(&self, asked: &Population) -> Result<Page, OperationError> {
        Ok(self.scope().population(asked).await?)
    }

    /// The newest observations of a subject, one for each attribute and source.
    ///
    /// # Errors
    /// When the register cannot be read.
    pub async fn observations_of(
        &self,
        subject: &Subject,
    ) -> Result<Vec<RecordedObservation>, OperationError> {
        Ok(self.scope().observations_of(subject).await?)
    }

    /// An entry with its proof, verified against the key of this ledger; `None` when there is no
    /// such entry.
    ///
    /// # Errors
    /// When the register or the key cannot be read; what does not hold is in the answer.
    pub async fn proof(&self, index: u64) -> Result<Option<Proof>, OperationError> {
        let Some(proven) = self.scope().proven(index).await? else { return Ok(None) };
        let fault = self.fault_of(&proven)?;
        let Proven { entry, proof, head } = proven;
        Ok(Some(Proof {
            leaf: leaf_hash(&entry.commitment).to_string(),
            path: proof,
            checkpoint: String::from_utf8_lossy(&head.checkpoint).into_owned(),
            fault,
            entry,
        }))
    }

    /// What of a proof does not hold.
    fn fault_of(&self, proven: &Proven) -> Result<Option<String>, OperationError> {
        let Proven { entry, proof, head } = proven;
        let note = match open_checkpoint(&head.checkpoint, &self.verifying_key()?) {
            Ok(note) => note,
            Err(error) => return Ok(Some(error.to_string())),
        };
        if note.head != head.head {
            return Ok(Some("the checkpoint is of another state of the ledger".to_owned()));
        }
        if let (Some(nonce), Some(body)) = (&entry.nonce, &entry.body)
            && leaf_commitment(nonce, body) != entry.commitment
        {
            return Ok(Some("the body is not the one that was recorded".to_owned()));
        }
        Ok(proof.verify(&entry.commitment, &head.head).err().map(|error| error.to_string()))
    }

    /// A folder of the workplace in which a file without a name may lie for a while.
    pub fn scratch_folder(&self) -> &std::path::Path {
        self.blobs.path()
    }

    /// The bytes of a piece of evidence that is on record, verified against their digest and then
    /// opened to be read piece by piece.
    ///
    /// # Errors
    /// When they are not there, or are not what their digest says.
    pub fn evidence_file(&self, digest: &Digest) -> Result<std::fs::File, OperationError> {
        self.blobs.copy_to(digest, std::io::sink())?;
        Ok(self.blobs.open_blob(digest)?)
    }
}
