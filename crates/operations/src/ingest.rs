//! What a collector delivers: a batch, and the bytes that show it.

use std::collections::BTreeSet;

use annex_isms::entity::Evidence;
use annex_isms::observation::{AssetKey, BATCH_SCHEMA, Observation, Seen};
use annex_isms::{AssetKind, ObservationBatch, Subject, SubjectKind};
use annex_register::Receipt;

use crate::access::By;
use crate::find::{SUBJECTS, resolve_subject};
use crate::{NewEvidence, OperationError, Operations, evidence};

impl Operations<'_> {
    /// Records a batch, and before it the evidence that its observations name.
    pub(crate) async fn ingest(
        &self,
        batch: &ObservationBatch,
        shown: Option<&NewEvidence>,
        by: &By,
    ) -> Result<(Receipt, String), OperationError> {
        if batch.schema != BATCH_SCHEMA {
            return Err(OperationError::input(format!(
                "the batch is of the format {}; this version reads {BATCH_SCHEMA}",
                batch.schema
            )));
        }
        if batch.collector.name.is_empty() || batch.scope.name.is_empty() {
            return Err(OperationError::input("a batch names its collector and its scope"));
        }
        let mut records = Vec::new();
        let what = match shown {
            None => format!("{} assets seen", batch.assets.len()),
            Some(new) => {
                records.push(self.delivered(batch, new)?.into());
                format!("{} observations, shown by {}", batch.observations.len(), new.digest)
            }
        };
        records.extend(self.scope().ingest(batch.clone()).await?.records);
        Ok((self.record(records, by).await?, what))
    }

    /// The evidence of a batch: its period, its collector, and the controls that read it.
    fn delivered(
        &self,
        batch: &ObservationBatch,
        new: &NewEvidence,
    ) -> Result<Evidence, OperationError> {
        let name = &batch.collector.name;
        let known = self.catalogue.collectors.get(name).filter(|known| known.basis >= new.basis);
        if known.is_none() {
            return Err(OperationError::input(format!(
                "no collector `{name}` of the catalogue delivers evidence of the basis {}",
                new.basis
            )));
        }
        let mut new = NewEvidence { period: Some(batch.period), ..new.clone() };
        let naming = || batch.observations.iter().filter(|o| o.evidence == Some(new.digest));
        let mut controls = BTreeSet::new();
        for kind in SubjectKind::ALL {
            let read = naming().filter(|seen| kind_of(seen) == *kind).map(|seen| &seen.attribute);
            controls.extend(self.controls_reading(*kind, read));
        }
        new.controls.extend(controls);
        let subject = match batch.systems.as_slice() {
            [only] => Subject::System(only.id.clone()),
            _ => Subject::Organisation,
        };
        let by = format!("{name} {}", batch.collector.version);
        evidence::record(self, &new, subject, &by)
    }

    /// The models on record that the organisation loads itself, or the one that `named` means.
    ///
    /// # Errors
    /// When the register cannot be read, or `named` means no model.
    pub async fn loaded_models(
        &self,
        named: Option<&str>,
    ) -> Result<Vec<AssetKey>, OperationError> {
        let snapshot = self.part(&SUBJECTS).await?;
        let wanted = match named {
            None => None,
            Some(text) => Some(resolve_subject(&snapshot, text)?),
        };
        let models: Vec<AssetKey> = snapshot
            .assets
            .iter()
            .filter(|asset| matches!(asset.kind, AssetKind::Model | AssetKind::EmbeddingModel))
            .filter(|asset| match &wanted {
                Some(subject) => *subject == Subject::Asset(asset.id.clone()),
                // Behind the interface of a supplier there is no file to look at.
                None => asset.present && asset.supplier.is_none(),
            })
            .map(|asset| AssetKey { kind: asset.kind, key: asset.key.clone() })
            .collect();
        match (named, models.is_empty()) {
            (Some(text), true) => Err(OperationError::input(format!(
                "`{text}` is no model; `annex assets` lists the models on record"
            ))),
            _ => Ok(models),
        }
    }
}

fn kind_of(seen: &Observation) -> SubjectKind {
    match &seen.subject {
        Seen::Organisation => SubjectKind::Organisation,
        Seen::System(_) => SubjectKind::System,
        Seen::Asset(_) => SubjectKind::Asset,
        Seen::Flow { .. } => SubjectKind::Flow,
        Seen::Supplier(_) => SubjectKind::Supplier,
        Seen::Agreement(_) => SubjectKind::Agreement,
        Seen::Document(_) => SubjectKind::Document,
        Seen::Subject(subject) => subject.kind(),
    }
}
