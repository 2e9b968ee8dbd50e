//! A result per requirement and subject.

use std::collections::{BTreeMap, BTreeSet};

use annex_catalog::{Catalogue, Requirement};
use annex_isms::assessment::{Missing, RequirementResult};
use annex_isms::{
    AssetKind, Attribute, Basis, ControlId, Outcome, RecordedObservation, Subject, SubjectKind,
    SupplierId, SystemId, Value,
};
use annex_policy::{EvaluationError, Rules};

use crate::facts::{Facts, Known, known_value};
use crate::index::Index;

/// The most combinations of conflicting values that are tried for one result.
const COMBINATIONS_MAX: usize = 64;

pub(crate) struct Judge<'a> {
    catalogue: &'a Catalogue,
    index: &'a Index<'a>,
    facts: &'a Facts<'a>,
    kinds_of_system: BTreeMap<&'a SystemId, BTreeSet<AssetKind>>,
    kinds_of_supplier: BTreeMap<&'a SupplierId, BTreeSet<AssetKind>>,
    inapplicable: BTreeMap<(String, &'a Subject), &'a str>,
    excluded: BTreeMap<&'a ControlId, String>,
}

impl<'a> Judge<'a> {
    pub(crate) fn new(
        catalogue: &'a Catalogue,
        index: &'a Index<'a>,
        facts: &'a Facts<'a>,
    ) -> Self {
        let snapshot = index.snapshot;
        let mut kinds_of_system: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
        let mut kinds_of_supplier: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
        for asset in snapshot.assets.iter().filter(|asset| concerns(asset)) {
            for system in &asset.systems {
                kinds_of_system.entry(system).or_default().insert(asset.kind);
            }
            if let Some(supplier) = &asset.supplier {
                kinds_of_supplier.entry(supplier).or_default().insert(asset.kind);
            }
        }
        let inapplicable = snapshot
            .inapplicable
            .iter()
            .filter(|entry| !entry.justification.is_empty())
            .map(|entry| {
                ((entry.requirement.to_string(), &entry.subject), entry.justification.as_str())
            })
            .collect();
        let approved = snapshot.soa.iter().rfind(|version| version.approval.is_some());
        let excluded = approved
            .into_iter()
            .flat_map(|version| {
                version.decisions.iter().map(move |decision| (version.version, decision))
            })
            .filter(|(_, (_, decision))| !decision.included)
            .map(|(version, (control, decision))| {
                (
                    control,
                    format!(
                        "Excluded by the Statement of Applicability, version {version}: {}",
                        decision.reason
                    ),
                )
            })
            .collect();
        Self { catalogue, index, facts, kinds_of_system, kinds_of_supplier, inapplicable, excluded }
    }

    /// All results, ordered by requirement and subject.
    pub(crate) fn results(&self) -> Vec<RequirementResult> {
        let mut by_kind: BTreeMap<SubjectKind, Vec<&Requirement>> = BTreeMap::new();
        for requirement in self.catalogue.requirements.values() {
            by_kind.entry(requirement.subject).or_default().push(requirement);
        }
        let mut results = Vec::new();
        for (kind, requirements) in by_kind {
            for subject in self.subjects(kind) {
                let undisputed = self.facts.undisputed(&subject);
                let facts = annex_policy::Facts::new(
                    undisputed.iter().map(|(name, value)| (*name, *value)),
                );
                for requirement in &requirements {
                    if self.is_concerned(requirement, &subject) {
                        results.push(self.result(
                            requirement,
                            &subject,
                            &undisputed,
                            facts.as_ref(),
                        ));
                    }
                }
            }
        }
        results.sort_by(|a, b| (&a.requirement, &a.subject).cmp(&(&b.requirement, &b.subject)));
        results
    }

    fn subjects(&self, kind: SubjectKind) -> Vec<Subject> {
        let snapshot = self.index.snapshot;
        match kind {
            SubjectKind::Organisation => vec![Subject::Organisation],
            SubjectKind::System => {
                snapshot.systems.iter().map(|s| Subject::System(s.id.clone())).collect()
            }
            SubjectKind::Asset => snapshot
                .assets
                .iter()
                .filter(|asset| concerns(asset))
                .map(|asset| Subject::Asset(asset.id.clone()))
                .collect(),
            SubjectKind::Flow => snapshot
                .flows
                .iter()
                .filter(|flow| flow.present)
                .map(|flow| Subject::Flow(flow.id.clone()))
                .collect(),
            SubjectKind::Supplier => {
                snapshot.suppliers.iter().map(|s| Subject::Supplier(s.id.clone())).collect()
            }
            SubjectKind::Agreement => {
                snapshot.agreements.iter().map(|a| Subject::Agreement(a.id.clone())).collect()
            }
            SubjectKind::Document => {
                snapshot.documents.iter().map(|d| Subject::Document(d.id.clone())).collect()
            }
        }
    }

    fn is_concerned(&self, requirement: &Requirement, subject: &Subject) -> bool {
        let having = &requirement.having;
        if having.is_empty() {
            return true;
        }
        let any = |kinds: Option<&BTreeSet<AssetKind>>| {
            kinds.is_some_and(|kinds| !kinds.is_disjoint(having))
        };
        let kind_of = |id| self.index.asset(id).map(|asset| asset.kind);
        match subject {
            Subject::Asset(id) => kind_of(id).is_some_and(|kind| having.contains(&kind)),
            Subject::System(id) => any(self.kinds_of_system.get(id)),
            Subject::Supplier(id) => any(self.kinds_of_supplier.get(id)),
            Subject::Flow(id) => self
                .index
                .flow(id)
                .and_then(|flow| kind_of(&flow.to))
                .is_some_and(|kind| having.contains(&kind)),
            Subject::Organisation | Subject::Agreement(_) | Subject::Document(_) => true,
        }
    }

    fn result(
        &self,
        requirement: &Requirement,
        subject: &Subject,
        undisputed: &BTreeMap<&Attribute, &Value>,
        facts: Result<&annex_policy::Facts, &EvaluationError>,
    ) -> RequirementResult {
        let mut result = RequirementResult {
            requirement: requirement.id.clone(),
            subject: subject.clone(),
            outcome: Outcome::Unknown,
            severity: requirement.severity,
            reasons: Vec::new(),
            values: BTreeMap::new(),
            missing: BTreeMap::new(),
            stated: false,
            error: None,
        };
        let excluded = self.excluded.get(requirement.id.control()).map(String::as_str);
        let justified = self.inapplicable.get(&(requirement.id.to_string(), subject)).copied();
        if let Some(justification) = justified.or(excluded) {
            result.outcome = Outcome::NotApplicable;
            result.reasons.push(justification.to_owned());
            return result;
        }
        let known: BTreeMap<&Attribute, Known<'_>> = requirement
            .needs
            .iter()
            .map(|(name, need)| (name, self.facts.known(subject, name, *need)))
            .collect();
        for (name, known) in &known {
            if let Some(missing) = &known.missing {
                result.missing.insert((*name).clone(), missing.clone());
            }
        }
        match decide(&requirement.rules, &known, undisputed, facts) {
            Err(error) => {
                result.error = Some(error);
                result.values =
                    values(known.iter().filter_map(|(n, k)| Some((*n, *k.candidates.first()?))));
            }
            Ok(Decision { reasons, deciding }) => {
                result.values = values(deciding);
                result.outcome = if !reasons.is_empty() {
                    result.missing.clear();
                    Outcome::Gap
                } else if result.missing.is_empty() {
                    Outcome::Met
                } else {
                    Outcome::Unknown
                };
                result.reasons = reasons;
            }
        }
        result.stated = result.outcome == Outcome::Unknown
            && result.error.is_none()
            && result
                .missing
                .values()
                .all(|m| matches!(m, Missing::WeakBasis { have: Basis::Statement, .. }));
        result
    }
}

/// Whether an asset is asked about: there, and not decided to be out of scope.
pub(crate) fn concerns(asset: &annex_isms::entity::Asset) -> bool {
    asset.present && asset.registration.as_ref().is_none_or(|registration| registration.in_scope)
}

struct Decision<'a> {
    /// What is wrong; empty when nothing is, on what is known.
    reasons: Vec<String>,
    /// The observations that were used.
    deciding: Vec<(&'a Attribute, &'a RecordedObservation)>,
}

/// Tries every combination of the values that are known; the first that violates decides.
fn decide<'a>(
    rules: &Rules,
    known: &BTreeMap<&'a Attribute, Known<'a>>,
    undisputed: &BTreeMap<&Attribute, &Value>,
    facts: Result<&annex_policy::Facts, &EvaluationError>,
) -> Result<Decision<'a>, String> {
    let present: Vec<(&Attribute, &[&RecordedObservation])> = known
        .iter()
        .filter(|(_, known)| !known.candidates.is_empty())
        .map(|(name, known)| (*name, known.candidates.as_slice()))
        .collect();
    let names: BTreeSet<&Attribute> = present.iter().map(|(name, _)| *name).collect();
    let complete = names.len() == known.len();
    let combinations = present
        .iter()
        .try_fold(1_usize, |product, (_, values)| product.checked_mul(values.len()))
        .filter(|product| *product <= COMBINATIONS_MAX)
        .ok_or_else(|| {
            format!("the sources disagree in more than {COMBINATIONS_MAX} ways; resolve them first")
        })?;
    let mut deciding = Vec::new();
    for combination in 0..combinations {
        let mut rest = combination;
        let chosen: Vec<(&Attribute, &RecordedObservation)> = present
            .iter()
            .map(|(name, values)| {
                let value = values[rest % values.len()];
                rest /= values.len();
                (*name, value)
            })
            .collect();
        let own;
        let same =
            chosen.iter().all(|(name, o)| undisputed.get(name).is_some_and(|v| **v == o.value));
        let facts = if same {
            facts.map_err(ToString::to_string)?
        } else {
            let values = chosen.iter().map(|(name, observation)| (*name, &observation.value));
            own = annex_policy::Facts::new(values).map_err(|error| error.to_string())?;
            &own
        };
        let violated =
            if complete { rules.violated(facts) } else { rules.violated_among(facts, &names) }
                .map_err(|error| error.to_string())?;
        if !violated.is_empty() {
            let mut reasons: Vec<String> =
                violated.iter().map(|clause| clause.reason().to_owned()).collect();
            let read: BTreeSet<&Attribute> =
                violated.iter().flat_map(|clause| clause.needs()).collect();
            for (name, values) in
                present.iter().filter(|(name, v)| v.len() > 1 && read.contains(name))
            {
                let sources: Vec<String> =
                    values.iter().map(|o| format!("{} says {}", o.source, o.value)).collect();
                reasons.push(format!(
                    "The sources disagree on {name} ({}); the unfavourable value holds until someone resolves it.",
                    sources.join("; ")
                ));
            }
            let deciding = chosen.into_iter().filter(|(name, _)| read.contains(name)).collect();
            return Ok(Decision { reasons, deciding });
        }
        if combination == 0 {
            deciding = chosen;
        }
    }
    Ok(Decision { reasons: Vec::new(), deciding })
}

fn values<'a>(
    deciding: impl IntoIterator<Item = (&'a Attribute, &'a RecordedObservation)>,
) -> BTreeMap<Attribute, annex_isms::assessment::KnownValue> {
    deciding
        .into_iter()
        .map(|(name, observation)| (name.clone(), known_value(observation)))
        .collect()
}
