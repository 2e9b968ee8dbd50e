//! The audit pack: the newest assessment, its evidence, and the ledger with proofs.

use std::io::Write;

use annex_isms::Digest;
use annex_report::{PackEntry, Report, Written};

use crate::{OperationError, Operations};

/// A pack that was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Packed {
    /// Files in it.
    pub files: usize,
    /// Its size.
    pub bytes: u64,
    /// Entries of the ledger that were recorded after the assessment that the pack reports.
    pub entries_since_assessment: u64,
}

impl Operations<'_> {
    /// Writes the pack of the newest recorded assessment.
    ///
    /// # Errors
    /// When nothing was assessed yet, something cannot be read, or the ledger grew meanwhile.
    pub async fn pack(&self, out: &mut impl Write) -> Result<Packed, OperationError> {
        let (digest, assessment, document) =
            self.recorded_assessment().await?.ok_or_else(|| {
                OperationError::input("nothing was assessed yet; run `annex assess PATH` first")
            })?;
        if assessment.catalogue != self.catalogue.digest {
            return Err(OperationError::input(
                "the newest assessment was judged by another catalogue; run `annex assess` again",
            ));
        }
        let report = Report::new(&assessment, &self.catalogue);
        let mut pack = report.pack(document)?;
        let snapshot = self.part(&["evidence"]).await?;
        for evidence in &snapshot.evidence {
            pack.add_evidence(self.blobs.get(&evidence.digest)?);
        }
        let nothing = || OperationError::Internal("an assessment without a ledger".to_owned());
        let head = self.scope().head().await?.ok_or_else(nothing)?;
        let mut entries = Vec::new();
        let mut assessed_at = 0;
        for entry in self.scope().entries(0..head.head.size).await? {
            // An erased body is not in the pack; that the log has it shows in the size.
            let (Some(nonce), Some(body)) = (entry.nonce, entry.body) else { continue };
            let proof = self.scope().inclusion_proof(entry.index).await?;
            if proof.tree_size != head.head.size {
                return Err(OperationError::input(
                    "the ledger grew while the pack was made; try again",
                ));
            }
            if entry.kind == "assessment"
                && entry.key.parse::<Digest>().is_ok_and(|key| key == digest)
            {
                assessed_at = entry.index;
            }
            entries.push(PackEntry { nonce, body, proof });
        }
        let checkpoint = String::from_utf8(head.checkpoint)
            .map_err(|_| OperationError::Internal("the checkpoint is not text".to_owned()))?;
        pack.add_ledger(&checkpoint, entries)?;
        let Written { files, bytes } = pack.write(&self.signing_key()?, out)?;
        Ok(Packed { files, bytes, entries_since_assessment: head.head.size - 1 - assessed_at })
    }
}
