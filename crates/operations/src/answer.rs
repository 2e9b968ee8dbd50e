//! What a person says of a subject, with or without evidence.

use std::collections::{BTreeMap, BTreeSet};

use annex_isms::entity::{Evidence, Inapplicability};
use annex_isms::observation::{Observation, Period, Seen};
use annex_isms::{
    Attribute, Basis, ControlId, PersonId, Record, RequirementId, SubjectKind, Value,
};
use annex_register::Receipt;

use crate::access::By;
use crate::declare::person_batch;
use crate::{EvidenceSource, OperationError, Operations};

impl Operations<'_> {
    pub(crate) async fn answer(
        &self,
        subject: &str,
        values: &BTreeMap<String, String>,
        evidence: Option<&EvidenceSource>,
        resolves: bool,
        by: &By,
    ) -> Result<(Receipt, String), OperationError> {
        let subject = self.subject(subject).await?;
        if values.is_empty() {
            return Err(OperationError::input("there is no answer; give ATTRIBUTE=VALUE"));
        }
        if resolves && evidence.is_none() {
            return Err(OperationError::input(
                "a disagreement is settled with evidence; give --evidence",
            ));
        }
        let values = values
            .iter()
            .map(|(name, text)| self.parse_value(subject.kind(), name, text))
            .collect::<Result<Vec<_>, _>>()?;
        let now = self.now();
        let mut records: Vec<Record> = Vec::new();
        let shown: Option<Evidence> = match evidence {
            None => None,
            Some(EvidenceSource::Known(digest)) => {
                let known = self.look_up(&digest.to_string()).await?;
                Some(known.ok_or_else(|| {
                    OperationError::input(format!(
                        "no evidence {digest} is on record; `annex evidence list` shows it"
                    ))
                })?)
            }
            Some(EvidenceSource::New(new)) => {
                let mut new = new.as_ref().clone();
                new.subject.get_or_insert_with(|| subject.to_string());
                new.controls.extend(
                    self.controls_reading(subject.kind(), values.iter().map(|(name, _)| name)),
                );
                let evidence = self.new_evidence(&new, by).await?;
                records.push(evidence.clone().into());
                Some(evidence)
            }
        };
        let basis =
            shown.as_ref().map_or(Basis::Statement, |evidence| evidence.basis.min(Basis::Document));
        let observation = |(attribute, value): (Attribute, Value)| Observation {
            subject: Seen::Subject(subject.clone()),
            attribute,
            value,
            basis,
            period: shown
                .as_ref()
                .map_or(Period { from: now, to: now }, |evidence| evidence.period),
            evidence: shown.as_ref().map(|evidence| evidence.digest),
            locations: BTreeSet::new(),
            resolves,
        };
        let count = values.len();
        let batch = person_batch(
            "answer",
            basis.as_str(),
            now,
            values.into_iter().map(observation).collect(),
        );
        records.extend(self.scope().ingest(batch).await?.records);
        let how = match &shown {
            Some(evidence) => format!("shown by {} ({})", evidence.name, evidence.basis),
            None => "stated without evidence: what it answers stays unknown".to_owned(),
        };
        let what = format!("{count} answer(s) about {subject}, {how}");
        Ok((self.record(records, by).await?, what))
    }

    pub(crate) async fn not_applicable(
        &self,
        requirement: &RequirementId,
        subject: &str,
        justification: &str,
        who: &PersonId,
        by: &By,
    ) -> Result<(Receipt, String), OperationError> {
        let subject = self.subject(subject).await?;
        let known = self.catalogue.requirements.get(requirement).ok_or_else(|| {
            OperationError::input(format!("no requirement `{requirement}` is in the catalogue; `annex catalog list` shows them"))
        })?;
        if known.subject != subject.kind() {
            return Err(OperationError::input(format!(
                "`{requirement}` is asked of a subject of kind {}, not of `{subject}`",
                known.subject
            )));
        }
        self.known_person(who).await?;
        let record = Inapplicability {
            requirement: requirement.clone(),
            subject: subject.clone(),
            justification: justification.trim().to_owned(),
            by: who.clone(),
        };
        let what = if record.justification.is_empty() {
            format!("{requirement} applies to {subject} again")
        } else {
            format!("{requirement} does not apply to {subject}")
        };
        Ok((self.record(vec![record.into()], by).await?, what))
    }

    fn parse_value(
        &self,
        kind: SubjectKind,
        name: &str,
        text: &str,
    ) -> Result<(Attribute, Value), OperationError> {
        let attribute: Attribute =
            name.parse().map_err(|error| OperationError::input(format!("{error}")))?;
        let spec = self.catalogue.attributes.get(&(kind, attribute.clone())).ok_or_else(|| {
            OperationError::input(format!(
                "a subject of kind {kind} has no attribute `{name}`; `annex requests` names what is asked"
            ))
        })?;
        if spec.ask.is_none() {
            let collectors: Vec<&str> = spec.collectors.iter().map(String::as_str).collect();
            return Err(OperationError::input(format!(
                "`{name}` is not answered by a person; it comes from {}",
                collectors.join(", ")
            )));
        }
        let value = Value::parse(text, spec.value_type)
            .map_err(|error| OperationError::input(format!("`{name}`: {error}")))?;
        Ok((attribute, value))
    }

    /// The controls with a requirement that reads one of these attributes.
    pub(crate) fn controls_reading<'n>(
        &self,
        kind: SubjectKind,
        names: impl Iterator<Item = &'n Attribute>,
    ) -> BTreeSet<ControlId> {
        let names: BTreeSet<&Attribute> = names.collect();
        self.catalogue
            .requirements
            .values()
            .filter(|r| r.subject == kind && r.needs.keys().any(|name| names.contains(name)))
            .map(|requirement| requirement.id.control().clone())
            .collect()
    }
}
