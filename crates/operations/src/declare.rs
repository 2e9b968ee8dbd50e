//! What `annex.toml` declares, as records and statements.

use annex_isms::entity::{
    Agreement, AiSystem, Asset, EvidenceKind, Implementation, Organisation, Owner, Registration,
    Supplier,
};
use annex_isms::observation::{
    BATCH_SCHEMA, Collector, Coverage, Observation, ObservationBatch, Period, Scope, Seen,
};
use annex_isms::{
    AssetId, Basis, Digest, Instant, OrganisationId, Record, Snapshot, Subject, SubjectKind, Value,
};
use annex_register::{Receipt, RegisterError};
use annex_settings::DeclaredAgreement;
use std::collections::{BTreeMap, BTreeSet};

use crate::access::By;
use crate::{NewEvidence, OperationError, Operations, evidence};

impl Operations<'_> {
    /// Records the declarations. Identity and relations replace what was declared before; what
    /// was decided since (owners of assets, registrations) stays.
    pub(crate) async fn declare(&self, by: &By) -> Result<Receipt, OperationError> {
        let declared = &self.declarations;
        let snapshot = match self.part(&["person", "supplier", "asset", "evidence"]).await {
            Err(OperationError::Register(RegisterError::NotFound { .. })) => {
                Snapshot::empty(self.now(), unnamed(&self.organisation))
            }
            other => other?,
        };
        let mut records: Vec<Record> = vec![organisation(self, &snapshot).into()];
        records.extend(declared.people.iter().map(|row| {
            let known = snapshot.people.iter().find(|known| known.id == row.id);
            let mut person = row.clone();
            // An address that was given since is not taken back by a file that has none.
            person.email = person.email.or_else(|| known?.email.clone());
            Record::from(person)
        }));
        records.extend(declared.systems.iter().map(|row| {
            Record::from(AiSystem {
                id: row.id.clone(),
                name: row.name.clone(),
                purpose: row.purpose.clone(),
                owner: row.owner.clone(),
                audiences: row.audiences.clone(),
                classes: row.classes.clone(),
            })
        }));
        records.extend(declared.suppliers.iter().map(|row| {
            Record::from(Supplier {
                id: row.id.clone(),
                name: row.name.clone(),
                owner: row.owner.clone(),
                certifications: snapshot
                    .suppliers
                    .iter()
                    .find(|known| known.id == row.id)
                    .map(|known| known.certifications.clone())
                    .unwrap_or_default(),
            })
        }));
        for row in &declared.agreements {
            records.extend(self.agreement(row, &snapshot)?);
        }
        records.extend(declared.documents.iter().cloned().map(Record::from));
        records.extend(declared.implementations.iter().map(|row| {
            Record::from(Implementation {
                control: row.control.clone(),
                statement: row.statement.clone(),
                owner: row.owner.clone(),
                since: row.since,
                status: row.status,
            })
        }));
        let organisation = self.organisation.clone();
        for row in &declared.assets {
            let known = snapshot.assets.iter().find(|a| a.kind == row.kind && a.key == row.key);
            let id = known.map_or_else(
                || AssetId::derive(&organisation, row.kind, &row.key),
                |known| known.id.clone(),
            );
            let mut asset = known.cloned().unwrap_or(Asset {
                id,
                kind: row.kind,
                key: row.key.clone(),
                name: row.name.clone().unwrap_or_else(|| row.key.clone()),
                supplier: None,
                systems: BTreeSet::new(),
                locations: BTreeSet::new(),
                seen_in: String::new(),
                present: true,
                registration: None,
                owner: None,
                classification: None,
            });
            asset.systems.extend(row.systems.iter().cloned());
            asset.supplier = row.supplier.clone().or(asset.supplier);
            if let Some(person) = &row.owner {
                asset.owner = Some(Owner { person: person.clone(), confirmed: true });
            }
            asset.classification = row.classification.or(asset.classification);
            if let Some(in_scope) = row.in_scope {
                asset.registration = Some(Registration { in_scope, reason: row.reason.clone() });
            }
            records.push(asset.into());
        }
        if let Some(batch) = self.statements()? {
            records.extend(self.scope().ingest(batch).await?.records);
        }
        self.record(records, by).await
    }

    /// Attributes that are stated, as one batch whose content decides whether it is new.
    fn statements(&self) -> Result<Option<ObservationBatch>, OperationError> {
        let declared = &self.declarations;
        let mut stated: Vec<(Seen, SubjectKind, &BTreeMap<String, Value>)> = Vec::new();
        if let Some(row) = &declared.organisation {
            stated.push((Seen::Organisation, SubjectKind::Organisation, &row.attributes));
        }
        for row in &declared.systems {
            stated.push((Seen::System(row.id.clone()), SubjectKind::System, &row.attributes));
        }
        for row in &declared.suppliers {
            stated.push((Seen::Supplier(row.id.clone()), SubjectKind::Supplier, &row.attributes));
        }
        let now = self.now();
        let mut observations = Vec::new();
        for (subject, kind, attributes) in stated {
            for (name, value) in attributes {
                let attribute = name
                    .parse()
                    .map_err(|error| OperationError::input(format!("annex.toml: {error}")))?;
                if let Some(fault) = self.catalogue.table.fault(kind, &attribute, value) {
                    return Err(OperationError::input(format!("annex.toml: {fault}")));
                }
                observations.push(Observation {
                    subject: subject.clone(),
                    attribute,
                    value: value.clone(),
                    basis: Basis::Statement,
                    period: Period { from: now, to: now },
                    evidence: None,
                    locations: BTreeSet::new(),
                    resolves: false,
                });
            }
        }
        if observations.is_empty() {
            return Ok(None);
        }
        Ok(Some(person_batch("declared", "annex.toml", now, observations)))
    }

    fn agreement(
        &self,
        row: &DeclaredAgreement,
        snapshot: &Snapshot,
    ) -> Result<Vec<Record>, OperationError> {
        let mut records = Vec::new();
        let mut text: Option<Digest> = None;
        if let Some(file) = &row.file {
            let path = self.declared_in.parent().unwrap_or(&self.declared_in).join(file);
            let stored = evidence::store(&self.blobs, &path)?;
            text = Some(stored.digest);
            let known = snapshot.evidence.iter().find(|evidence| evidence.digest == stored.digest);
            if known.is_none() {
                let from = row.signed.map_or_else(|| self.now(), |day| day.start().min(self.now()));
                let new = NewEvidence {
                    digest: stored.digest,
                    bytes: stored.bytes,
                    name: file.clone(),
                    kind: EvidenceKind::Agreement,
                    description: row.title.clone(),
                    period: Some(Period { from, to: self.now() }),
                    basis: Basis::Document,
                    population: String::new(),
                    expires: row.expires,
                    controls: self.controls_of(SubjectKind::Supplier),
                    subject: None,
                };
                let subject = Subject::Supplier(row.supplier.clone());
                records.push(evidence::record(self, &new, subject, "annex.toml")?.into());
            }
        }
        records.push(
            Agreement {
                id: row.id.clone(),
                supplier: row.supplier.clone(),
                title: row.title.clone(),
                signed: row.signed,
                expires: row.expires,
                reviewed: row.reviewed,
                review_days: snapshot
                    .agreements
                    .iter()
                    .find(|known| known.id == row.id)
                    .and_then(|known| known.review_days),
                training_on_our_data: row.training_on_our_data,
                retention_days: row.retention_days,
                permitted_classes: row.permitted_classes.clone(),
                regions: row.regions.clone(),
                sub_processors: row.sub_processors.clone(),
                breach_notice_hours: row.breach_notice_hours,
                evidence: text,
            }
            .into(),
        );
        Ok(records)
    }

    /// The controls whose requirements ask about a kind of subject.
    pub(crate) fn controls_of(&self, kind: SubjectKind) -> BTreeSet<annex_isms::ControlId> {
        self.catalogue
            .requirements
            .values()
            .filter(|requirement| requirement.subject == kind)
            .map(|requirement| requirement.id.control().clone())
            .collect()
    }
}

fn organisation(operations: &Operations<'_>, snapshot: &Snapshot) -> Organisation {
    match &operations.declarations.organisation {
        Some(row) => Organisation {
            id: row.id.clone(),
            name: row.name.clone(),
            scope: row.scope.clone(),
            interfaces: row.interfaces.clone(),
        },
        None => snapshot.organisation.clone(),
    }
}

fn unnamed(id: &OrganisationId) -> Organisation {
    Organisation {
        id: id.clone(),
        name: "Organisation (not named yet)".to_owned(),
        scope: String::new(),
        interfaces: Vec::new(),
    }
}

/// A batch of what a person says: nothing is covered, so nothing is absent by it.
pub(crate) fn person_batch(
    collector: &str,
    place: &str,
    now: Instant,
    observations: Vec<Observation>,
) -> ObservationBatch {
    ObservationBatch {
        schema: BATCH_SCHEMA,
        collector: Collector {
            name: collector.to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
        },
        scope: Scope {
            kind: "person".to_owned(),
            name: place.to_owned(),
            commit: None,
            modified: false,
        },
        period: Period { from: now, to: now },
        coverage: Coverage::default(),
        skipped: Vec::new(),
        systems: Vec::new(),
        assets: Vec::new(),
        flows: Vec::new(),
        observations,
    }
}
