//! The part of the ledger in a pack: entries, proofs, the checkpoint.

use std::collections::BTreeSet;

use annex_isms::record::{AssessmentRecord, Entry, Record};
use annex_isms::{Digest, Instant};
use annex_ledger::{Checkpoint, Hash, InclusionProof, leaf_commitment};
use serde::{Deserialize, Serialize};

use super::error::{Fault, PackError};
use super::path;

/// `ledger/proofs.json`.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Proofs {
    /// In the order of the log.
    pub(super) entries: Vec<Proven>,
}

/// What proves that an entry is in the log.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Proven {
    /// 32 bytes, written as a hash is.
    nonce: Hash,
    pub(super) proof: InclusionProof,
}

/// What the entries of a pack say.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// The newest record of the assessment in the pack.
    pub(super) assessment: Option<(Instant, Digest)>,
    /// Evidence that an entry names.
    pub(super) evidence: BTreeSet<Digest>,
}

impl Proven {
    pub(super) fn new(nonce: [u8; 32], proof: InclusionProof) -> Self {
        Self { nonce: Hash::from_bytes(nonce), proof }
    }

    /// Where its body is.
    pub(super) fn path(&self) -> String {
        path::entry(self.proof.leaf_index)
    }

    /// Checks that `body` is the body of this entry in the log of `checkpoint`.
    pub(super) fn check(&self, body: &[u8], checkpoint: &Checkpoint) -> Result<(), PackError> {
        let commitment = leaf_commitment(self.nonce.as_bytes(), body);
        self.proof
            .verify(&commitment, &checkpoint.head)
            .map_err(|error| PackError::file(&self.path(), Fault::Proof(Box::new(error))))
    }
}

/// Reads `ledger/proofs.json`: one proof for each entry of the pack, in order, no other.
pub(super) fn parse(bytes: &[u8], entries: &[&str]) -> Result<Proofs, PackError> {
    let proofs: Proofs = serde_json::from_slice(bytes)
        .map_err(|error| PackError::form(path::PROOFS, format!("it cannot be read: {error}")))?;
    let proven: Vec<String> = proofs.entries.iter().map(Proven::path).collect();
    if proven != entries {
        let proven: BTreeSet<&str> = proven.iter().map(String::as_str).collect();
        return Err(match entries.iter().find(|path| !proven.contains(*path)) {
            Some(path) => PackError::form(path, "no proof says that it is in the log"),
            None => PackError::form(path::PROOFS, "it is not one proof for each entry, in order"),
        });
    }
    Ok(proofs)
}

impl Found {
    /// Takes in what a body says. Only what this version writes is understood; the proof of a
    /// body holds whatever it says.
    pub(super) fn read(&mut self, body: &[u8], assessment: &Digest) {
        let Ok(entry) = serde_json::from_slice::<Entry>(body) else { return };
        match entry.record {
            Record::Assessment(AssessmentRecord { digest, at, catalogue, .. })
                if digest == *assessment =>
            {
                self.assessment = Some((at, catalogue));
            }
            Record::Evidence(evidence) => {
                self.evidence.insert(evidence.digest);
            }
            _ => {}
        }
    }
}
