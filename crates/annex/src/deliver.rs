//! Recording what a collector delivers: bytes first, then the batch that names them.

use annex_isms::entity::EvidenceKind;
use annex_isms::{Basis, ControlId, Digest, ObservationBatch};
use annex_operations::{Command, NewEvidence, OperationError, Operations, Reply};

use crate::context::{Context, caller};

/// What the bytes of a report are.
pub(crate) struct Shown<'a> {
    pub(crate) name: &'a str,
    pub(crate) description: String,
    pub(crate) population: String,
    pub(crate) basis: Basis,
    /// Controls that it supports beside those whose requirements read what was observed.
    pub(crate) controls: &'a [&'a str],
}

/// Stores a report and records the batch that `observe` makes of it.
pub(crate) async fn deliver(
    context: &Context,
    operations: &Operations<'_>,
    bytes: &[u8],
    shown: Shown<'_>,
    observe: impl FnOnce(Digest) -> ObservationBatch,
) -> Result<(), OperationError> {
    let stored = operations.store_bytes(bytes)?;
    let controls = shown.controls.iter().map(|id| {
        id.parse::<ControlId>().map_err(|error| OperationError::Internal(error.to_string()))
    });
    let evidence = NewEvidence {
        digest: stored.digest,
        bytes: stored.bytes,
        name: shown.name.to_owned(),
        kind: EvidenceKind::Measurement,
        description: shown.description,
        period: None,
        basis: shown.basis,
        population: shown.population,
        expires: None,
        controls: controls.collect::<Result<_, _>>()?,
        subject: None,
    };
    let batch = Box::new(observe(stored.digest));
    let command = Command::Ingest { batch, evidence: Some(Box::new(evidence)) };
    if let Reply::Recorded { what, entries, .. } = operations.execute(command, &caller()).await? {
        context.note(&format!("recorded: {what} ({entries} entries)"));
    }
    Ok(())
}

/// A document as it is stored: indented, with a last line break, as it is printed.
pub(crate) fn json(document: &serde_json::Value) -> Result<Vec<u8>, OperationError> {
    let mut bytes = serde_json::to_vec_pretty(document)
        .map_err(|error| OperationError::Internal(error.to_string()))?;
    bytes.push(b'\n');
    Ok(bytes)
}
