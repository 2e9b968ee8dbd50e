//! What can be asked.

use std::sync::Arc;

use annex_catalog::Catalogue;
use annex_isms::Assessment;
use annex_isms::{Instant, Snapshot};
use annex_ledger::VerifyingKey;
use annex_register::RegisterError;
use serde::{Deserialize, Serialize};

use crate::{OperationError, Operations};

/// An instant to ask about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Query {
    /// What is on record now.
    Now,
    /// What was on record then.
    At(Instant),
}

/// What was verified, and the first thing that does not fit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Verified {
    /// Entries of the ledger that hold.
    pub entries: u64,
    /// Signed checkpoints that are of it.
    pub checkpoints: u64,
    /// Pieces of evidence whose bytes are what their digest says.
    pub evidence: u64,
    /// The first thing that does not fit.
    pub fault: Option<String>,
}

impl Operations<'_> {
    /// The register at an instant.
    ///
    /// # Errors
    /// When it cannot be read.
    pub async fn snapshot_of(&self, query: Query) -> Result<Snapshot, OperationError> {
        let at = match query {
            Query::Now => self.now(),
            Query::At(at) => at,
        };
        self.scope().snapshot(at).await.map_err(|error| match error {
            RegisterError::NotFound { .. } => OperationError::input(format!(
                "nothing of the organisation `{}` was on record by {at}",
                self.organisation
            )),
            other => other.into(),
        })
    }

    /// What follows from the register at an instant. Nothing is recorded.
    ///
    /// # Errors
    /// When it cannot be read.
    pub async fn assessment(&self, query: Query) -> Result<Assessment, OperationError> {
        let snapshot = self.snapshot_of(query).await?;
        let (catalogue, criteria) = (Arc::clone(&self.catalogue), self.settings.criteria());
        // It takes a core for as long as the register is large; requests go on meanwhile.
        let judged = tokio::task::spawn_blocking(move || {
            annex_assess::assess(&catalogue, &snapshot, criteria)
        });
        judged.await.map_err(|error| OperationError::Internal(error.to_string()))
    }

    /// Verifies ledger, register and evidence against a key, and against a checkpoint that was
    /// kept elsewhere.
    ///
    /// # Errors
    /// When something cannot be read; what does not fit is in the answer.
    pub async fn verify(
        &self,
        key: &VerifyingKey,
        kept: Option<&[u8]>,
    ) -> Result<Verified, OperationError> {
        let ledger = self.scope().verify(key, kept).await?;
        let mut verified = Verified {
            entries: ledger.entries,
            checkpoints: ledger.checkpoints,
            evidence: 0,
            fault: ledger.fault.map(|fault| fault.to_string()),
        };
        let snapshot = self.part(&["evidence"]).await?;
        let assessments = self.scope().assessments().await?;
        let digests = snapshot.evidence.iter().map(|evidence| evidence.digest);
        for digest in digests.chain(assessments.iter().map(|assessment| assessment.digest)) {
            match self.blobs.copy_to(&digest, std::io::sink()) {
                Ok(_) => verified.evidence += 1,
                Err(error) if verified.fault.is_none() => verified.fault = Some(error.to_string()),
                Err(_) => {}
            }
        }
        Ok(verified)
    }

    /// The public key of the ledger.
    ///
    /// # Errors
    /// When there is no key file.
    pub fn verifying_key(&self) -> Result<VerifyingKey, OperationError> {
        Ok(self.signing_key()?.verifying_key())
    }

    /// How many entries the ledger has: whatever was recorded since shows in it.
    ///
    /// # Errors
    /// When the register cannot be read.
    pub async fn ledger_size(&self) -> Result<u64, OperationError> {
        Ok(self.scope().head().await?.map_or(0, |head| head.head.size))
    }

    /// The index of the latest entry of a thing: its version.
    ///
    /// # Errors
    /// When the register cannot be read.
    pub async fn version(&self, kind: &str, key: &str) -> Result<Option<u64>, OperationError> {
        Ok(self.scope().version(kind, key).await?)
    }

    /// The newest signed checkpoint.
    ///
    /// # Errors
    /// When nothing was recorded yet.
    pub async fn checkpoint(&self) -> Result<Vec<u8>, OperationError> {
        let head = self.scope().head().await?;
        head.map(|head| head.checkpoint)
            .ok_or_else(|| OperationError::input("nothing was recorded yet"))
    }
}

/// Loads the catalogue that the settings name.
///
/// # Errors
/// When it has faults.
pub fn catalogue(settings: &annex_settings::Settings) -> Result<Catalogue, OperationError> {
    crate::open::catalogue(settings)
}
