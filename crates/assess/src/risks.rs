//! The risk register: which threats apply, whether their review counts, how likelihood moved.

use std::collections::{BTreeMap, BTreeSet};

use annex_catalog::{Catalogue, Threat};
use annex_isms::assessment::{
    Criteria, InherentView, LikelihoodStep, RequirementResult, ResidualView, ReviewState, RiskView,
};
use annex_isms::entity::{AiSystem, Asset, Risk};
use annex_isms::{Outcome, RiskId, Severity, Subject, SystemId, ThreatId};

use crate::controls::all_met;
use crate::index::Index;
use crate::judge::concerns;

/// The most that measurements move likelihood, each way. What people judged stays the anchor.
const STEPS_MAX: usize = 2;

/// The threats whose parts an AI system has, in the catalogue's order.
pub(crate) fn applicable_threats<'a>(
    catalogue: &'a Catalogue,
    index: &Index<'_>,
    system: &SystemId,
) -> Vec<&'a Threat> {
    let kinds: BTreeSet<_> = parts(index, system).map(|asset| asset.kind).collect();
    catalogue
        .threats
        .iter()
        .filter(|threat| threat.parts.iter().all(|one_of| !one_of.is_disjoint(&kinds)))
        .collect()
}

/// Whether the review of a risk counts: made, and not older than the system's last change.
pub(crate) fn review_state(
    index: &Index<'_>,
    system: &SystemId,
    risk: Option<&Risk>,
) -> ReviewState {
    let Some(review) = risk.and_then(|risk| risk.review.as_ref()) else {
        return ReviewState::NotReviewed;
    };
    let changed = index.changed(&Subject::System(system.clone()));
    if changed.is_some_and(|at| review.at < at) {
        ReviewState::Outdated
    } else {
        ReviewState::Reviewed
    }
}

/// Every scenario of every system, the principal threats first.
pub(crate) fn views(
    catalogue: &Catalogue,
    index: &Index<'_>,
    results: &[RequirementResult],
    criteria: Criteria,
) -> Vec<RiskView> {
    let mut by_subject: BTreeMap<&Subject, Vec<&RequirementResult>> = BTreeMap::new();
    for result in results {
        by_subject.entry(&result.subject).or_default().push(result);
    }
    let mut views = Vec::new();
    for system in &index.snapshot.systems {
        let own: Vec<&RequirementResult> = subjects(index, &system.id)
            .iter()
            .filter_map(|subject| by_subject.get(subject))
            .flatten()
            .copied()
            .collect();
        for threat in applicable_threats(catalogue, index, &system.id) {
            views.push(view(catalogue, index, system, threat, &own, criteria));
        }
    }
    let threats = catalogue.threats.iter().enumerate();
    let order: BTreeMap<&ThreatId, usize> =
        threats.map(|(position, threat)| (&threat.id, position)).collect();
    let order = |risk: &RiskView| order.get(&risk.threat).copied();
    views.sort_by(|a, b| (order(a), &a.system).cmp(&(order(b), &b.system)));
    views
}

fn view(
    catalogue: &Catalogue,
    index: &Index<'_>,
    system: &AiSystem,
    threat: &Threat,
    results: &[&RequirementResult],
    criteria: Criteria,
) -> RiskView {
    let kinds: BTreeSet<_> = threat.parts.iter().flatten().copied().collect();
    let risk = index.risk(&system.id, &threat.id);
    let review = risk.and_then(|risk| risk.review.as_ref());
    let steps = steps(catalogue, threat, results);
    let moved: i8 = steps.iter().map(|step| step.by).sum();
    let current_likelihood = review.map(|review| review.likelihood.moved(moved));
    let current_score = review
        .zip(current_likelihood)
        .map(|(review, likelihood)| likelihood.get() * review.consequence.worst().get());
    let residual = review
        .and_then(|review| review.residual.as_ref())
        .filter(|residual| residual.approved_by.is_some())
        .map(|own| ResidualView { likelihood: own.likelihood, consequence: own.consequence });
    RiskView {
        id: RiskId::derive(&system.id, &threat.id),
        system: system.id.clone(),
        threat: threat.id.clone(),
        title: threat.title.clone(),
        principal: threat.principal,
        assets: parts(index, &system.id)
            .filter(|asset| kinds.contains(&asset.kind))
            .map(|asset| asset.id.clone())
            .collect(),
        owner: risk.and_then(|risk| risk.owner.clone()).or_else(|| system.owner.clone()),
        review: review_state(index, &system.id, risk),
        inherent: review.map(|review| InherentView {
            likelihood: review.likelihood,
            consequence: review.consequence,
        }),
        current_likelihood,
        steps,
        current_score,
        residual,
        residual_score: residual.map(|own| own.likelihood.get() * own.consequence.get()),
        acceptable: current_score.map(|score| score <= criteria.accept_score_max),
        treatment: review.map(|review| review.treatment),
        references: threat.refs.keys().cloned().collect(),
    }
}

/// One step per control, up for gaps that matter, down when all is met; the first
/// [`STEPS_MAX`] of each direction count. A control and the test of it are one step. Only what
/// is asked of the control itself counts: that a risk waits for review makes it no likelier.
fn steps(
    catalogue: &Catalogue,
    threat: &Threat,
    results: &[&RequirementResult],
) -> Vec<LikelihoodStep> {
    let mut up = Vec::new();
    let mut down = Vec::new();
    for control in &threat.controls {
        let own: Vec<&RequirementResult> = results
            .iter()
            .copied()
            .filter(|result| result.requirement.control() == control)
            .filter(|result| result.outcome != Outcome::NotApplicable)
            .filter(|result| {
                catalogue.requirements.get(&result.requirement).is_some_and(|r| r.question == 1)
            })
            .collect();
        let gaps: Vec<&&RequirementResult> = own
            .iter()
            .filter(|result| result.outcome == Outcome::Gap && result.severity >= Severity::High)
            .collect();
        if let Some(first) = gaps.first() {
            let title =
                catalogue.requirements.get(&first.requirement).map_or("", |r| r.title.as_str());
            let more = gaps.len() - 1;
            let more = if more == 0 { String::new() } else { format!(", and {more} more") };
            up.push(LikelihoodStep {
                by: 1,
                control: control.clone(),
                reason: format!("Gap in {} ({title}){more}.", first.requirement),
            });
        } else if !own.is_empty() && all_met(own.iter().copied()) {
            down.push(LikelihoodStep {
                by: -1,
                control: control.clone(),
                reason: format!("All {} results of {control} are met.", own.len()),
            });
        }
    }
    up.truncate(STEPS_MAX);
    down.truncate(STEPS_MAX);
    up.append(&mut down);
    up
}

fn parts<'a>(index: &Index<'a>, system: &SystemId) -> impl Iterator<Item = &'a Asset> {
    index.assets_of(system).iter().copied().filter(|asset| concerns(asset))
}

/// What bears on a system: itself, its assets, flows and suppliers, and the organisation.
fn subjects(index: &Index<'_>, system: &SystemId) -> BTreeSet<Subject> {
    let mut subjects = BTreeSet::from([Subject::Organisation, Subject::System(system.clone())]);
    for asset in parts(index, system) {
        subjects.insert(Subject::Asset(asset.id.clone()));
        subjects.extend(asset.supplier.iter().cloned().map(Subject::Supplier));
        let flows = index.flows_from(&asset.id).iter();
        subjects.extend(flows.map(|flow| Subject::Flow(flow.id.clone())));
    }
    subjects
}
