//! Evidence: bytes first, then the record that says what they speak for.

use std::fs::File;
use std::path::Path;

use annex_blobs::{Folder, Stored};
use annex_isms::entity::Evidence;
use annex_isms::observation::Period;
use annex_isms::{Basis, Subject};
use annex_register::Receipt;

use crate::access::By;
use crate::{NewEvidence, OperationError, Operations};

/// Stores the bytes of a file.
pub(crate) fn store(blobs: &Folder, path: &Path) -> Result<Stored, OperationError> {
    let failed = |source: std::io::Error| {
        OperationError::input(format!("cannot read the evidence {}: {source}", path.display()))
    };
    let file = File::open(path).map_err(failed)?;
    if !file.metadata().map_err(failed)?.is_file() {
        return Err(OperationError::input(format!(
            "the evidence {} is not a file",
            path.display()
        )));
    }
    Ok(blobs.put(file)?)
}

/// The entity for a new piece of evidence.
pub(crate) fn record(
    operations: &Operations<'_>,
    new: &NewEvidence,
    subject: Subject,
    collected_by: &str,
) -> Result<Evidence, OperationError> {
    let now = operations.now();
    let period = new.period.unwrap_or(Period { from: now, to: now });
    if period.from > period.to {
        return Err(OperationError::input(format!(
            "the period begins at {} after it ends at {}",
            period.from, period.to
        )));
    }
    if period.to > now {
        return Err(OperationError::input(format!(
            "the period ends at {}, which is still to come; evidence speaks for the past",
            period.to
        )));
    }
    if !operations.blobs.contains(&new.digest)? {
        return Err(OperationError::input(format!("the bytes of {} are not stored", new.digest)));
    }
    Ok(Evidence {
        digest: new.digest,
        bytes: new.bytes,
        name: new.name.clone(),
        kind: new.kind,
        description: new.description.clone(),
        period,
        collected_at: now,
        collected_by: collected_by.to_owned(),
        basis: new.basis,
        population: new.population.clone(),
        expires: new.expires,
        controls: new.controls.clone(),
        subject,
    })
}

impl Operations<'_> {
    pub(crate) async fn add_evidence(
        &self,
        new: &NewEvidence,
        by: &By,
    ) -> Result<(Receipt, String), OperationError> {
        let evidence = self.new_evidence(new, by).await?;
        let what =
            format!("evidence {} ({}) about {}", evidence.digest, evidence.kind, evidence.subject);
        Ok((self.record(vec![evidence.into()], by).await?, what))
    }

    /// A new piece of evidence; what is on record of the same bytes is widened, not replaced.
    pub(crate) async fn new_evidence(
        &self,
        new: &NewEvidence,
        by: &By,
    ) -> Result<Evidence, OperationError> {
        if let Some(control) =
            new.controls.iter().find(|id| !self.catalogue.controls.contains_key(*id))
        {
            return Err(OperationError::input(format!(
                "no control `{control}` is in the catalogue"
            )));
        }
        let subject = match &new.subject {
            Some(text) => self.subject(text).await?,
            None => Subject::Organisation,
        };
        if new.basis > Basis::Document {
            return Err(OperationError::input(format!(
                "a person delivers a statement or a document; the basis {} needs a collector",
                new.basis
            )));
        }
        let mut evidence = record(self, new, subject, &by.actor.name)?;
        let known: Option<Evidence> = self.look_up(&new.digest.to_string()).await?;
        evidence.controls.extend(known.into_iter().flat_map(|known| known.controls));
        Ok(evidence)
    }
}
