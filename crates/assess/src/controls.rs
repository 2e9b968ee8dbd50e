//! Controls: the three questions, the architecture, the draft Statement of Applicability.

use std::collections::BTreeMap;

use annex_catalog::{Catalogue, Control};
use annex_isms::assessment::{
    Answer, ArchitectureCell, ControlStatus, ControlView, Counts, QuestionView, RequirementResult,
    ReviewState, RiskView, SoaDecisionView, SoaRow,
};
use annex_isms::entity::{Asset, Implementation, ImplementationStatus};
use annex_isms::{ControlId, Outcome, Snapshot, Subject};

use crate::judge::concerns;

/// Every control with its questions.
pub(crate) fn views(
    catalogue: &Catalogue,
    snapshot: &Snapshot,
    results: &[RequirementResult],
    risks: &[RiskView],
) -> Vec<ControlView> {
    let mut counts: BTreeMap<(&ControlId, u8), Counts> = BTreeMap::new();
    for result in results {
        let Some(requirement) = catalogue.requirements.get(&result.requirement) else { continue };
        counts
            .entry((requirement.id.control(), requirement.question))
            .or_default()
            .add(result.outcome);
    }
    let counted = |control: &Control, question| {
        counts.get(&(&control.id, question)).copied().unwrap_or_default()
    };
    let view = |control: &Control| {
        let implementation =
            snapshot.implementations.iter().find(|i| i.control == control.id).cloned();
        let questions = if control.ai.is_some() {
            vec![
                addressed(counted(control, 1), implementation.as_ref()),
                registered(control, snapshot, counted(control, 2)),
                in_risk_register(catalogue, control, risks, counted(control, 3)),
            ]
        } else {
            Vec::new()
        };
        ControlView {
            id: control.id.clone(),
            title: control.title.clone(),
            status: status(&questions),
            implementation,
            questions,
        }
    };
    catalogue.controls.values().map(view).collect()
}

fn status(questions: &[QuestionView]) -> ControlStatus {
    if questions.is_empty() {
        ControlStatus::NotAssessed
    } else if questions.iter().any(|question| question.counts.gap > 0) {
        ControlStatus::Gap
    } else if questions.iter().all(|question| question.answer == Answer::Yes) {
        ControlStatus::Addressed
    } else {
        ControlStatus::Unknown
    }
}

/// Question 1: does the control, as implemented, address AI risk?
fn addressed(counts: Counts, implementation: Option<&Implementation>) -> QuestionView {
    let base = match implementation {
        None => "No base control on record.".to_owned(),
        Some(own) => {
            let since = own.since.map(|day| format!(" since {day}")).unwrap_or_default();
            format!("Base control {}{since}.", own.status)
        }
    };
    let operating =
        implementation.is_some_and(|own| own.status == ImplementationStatus::Implemented);
    let (answer, measured) = if counts.total() == 0 {
        (Answer::NothingFound, "Nothing that its requirements apply to was found.".to_owned())
    } else if counts.gap > 0 && counts.met > 0 {
        (
            Answer::Partly,
            format!("{} gaps, {} met, {} unknown.", counts.gap, counts.met, counts.unknown),
        )
    } else if counts.gap > 0 {
        let words = if operating { "It does not address AI risk: " } else { "" };
        (Answer::No, format!("{words}{}, {} unknown, none met.", gaps(counts.gap), counts.unknown))
    } else if counts.unknown > 0 {
        (Answer::Unknown, format!("{} unknown, {} met.", counts.unknown, counts.met))
    } else if counts.met == 0 {
        (Answer::Unknown, "Every requirement was justified not to apply.".to_owned())
    } else if operating {
        (Answer::Yes, format!("All {} results are met.", counts.met))
    } else {
        (
            Answer::Unknown,
            format!("All {} results are met, without a base control in operation.", counts.met),
        )
    };
    QuestionView { number: 1, answer, reason: format!("{base} {measured}"), counts }
}

fn gaps(count: u64) -> String {
    if count == 1 { "1 gap".to_owned() } else { format!("{count} gaps") }
}

/// Question 2: are the AI parts that the control concerns in the asset register?
fn registered(control: &Control, snapshot: &Snapshot, results: Counts) -> QuestionView {
    let concerned: Vec<&Asset> = snapshot
        .assets
        .iter()
        .filter(|asset| asset.present && control.concerns.contains(&asset.kind))
        .collect();
    let done = concerned.iter().filter(|asset| is_registered(asset)).count();
    let total = concerned.len();
    let answer = match done {
        _ if total == 0 => Answer::NothingFound,
        0 => Answer::No,
        _ if done < total || results.gap > 0 => Answer::Partly,
        _ => Answer::Yes,
    };
    let reason = if total == 0 {
        let files: u64 = snapshot.batches.iter().map(|batch| batch.coverage.files_read).sum();
        format!("None found in {files} files read.")
    } else {
        format!("{done} of {total} are registered with a confirmed owner and a classification.")
    };
    let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
    let counts = Counts {
        met: count(done),
        unknown: count(total - done),
        gap: results.gap,
        ..Counts::default()
    };
    QuestionView { number: 2, answer, reason, counts }
}

/// In or out with a reason; when in, with a confirmed owner and a classification.
fn is_registered(asset: &Asset) -> bool {
    asset.registration.as_ref().is_some_and(|registration| {
        !registration.in_scope
            || asset.owner.as_ref().is_some_and(|owner| owner.confirmed)
                && asset.classification.is_some()
    })
}

/// Question 3: does the risk register hold the AI threats that the control treats?
fn in_risk_register(
    catalogue: &Catalogue,
    control: &Control,
    risks: &[RiskView],
    results: Counts,
) -> QuestionView {
    let threats: Vec<_> = catalogue.threats_of(&control.id).map(|threat| &threat.id).collect();
    let scenarios: Vec<&RiskView> =
        risks.iter().filter(|risk| threats.contains(&&risk.threat)).collect();
    let reviewed = scenarios.iter().filter(|risk| risk.review == ReviewState::Reviewed).count();
    let total = scenarios.len();
    let answer = match reviewed {
        _ if total == 0 => Answer::NothingFound,
        0 => Answer::No,
        _ if reviewed < total || results.gap > 0 => Answer::Partly,
        _ => Answer::Yes,
    };
    let reason = if total == 0 {
        "No AI system was found that has the parts these threats need.".to_owned()
    } else {
        format!("{reviewed} of {total} scenarios have a review by their owner in force.")
    };
    let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
    let counts = Counts {
        met: count(reviewed),
        unknown: count(total - reviewed),
        gap: results.gap,
        ..Counts::default()
    };
    QuestionView { number: 3, answer, reason, counts }
}

/// Component × control: results of the component itself, its systems and its supplier.
pub(crate) fn architecture(
    catalogue: &Catalogue,
    snapshot: &Snapshot,
    results: &[RequirementResult],
) -> Vec<ArchitectureCell> {
    let mut by_subject: BTreeMap<&Subject, BTreeMap<&ControlId, Counts>> = BTreeMap::new();
    for result in results {
        by_subject
            .entry(&result.subject)
            .or_default()
            .entry(result.requirement.control())
            .or_default()
            .add(result.outcome);
    }
    let mut cells = Vec::new();
    for asset in snapshot.assets.iter().filter(|asset| concerns(asset)) {
        let mut subjects = vec![Subject::Asset(asset.id.clone())];
        subjects.extend(asset.systems.iter().cloned().map(Subject::System));
        subjects.extend(asset.supplier.iter().cloned().map(Subject::Supplier));
        for control in catalogue.controls.values().filter(|c| c.concerns.contains(&asset.kind)) {
            let mut counts = Counts::default();
            for own in subjects.iter().filter_map(|s| by_subject.get(s)?.get(&control.id)) {
                counts.met += own.met;
                counts.gap += own.gap;
                counts.unknown += own.unknown;
                counts.not_applicable += own.not_applicable;
            }
            cells.push(ArchitectureCell {
                asset: asset.id.clone(),
                control: control.id.clone(),
                counts,
            });
        }
    }
    cells
}

/// The Statement of Applicability as drafted: what the register holds beside what people decided.
pub(crate) fn soa(
    catalogue: &Catalogue,
    snapshot: &Snapshot,
    results: &[RequirementResult],
    risks: &[RiskView],
    controls: &[ControlView],
) -> Vec<SoaRow> {
    let version = snapshot.soa.iter().max_by_key(|version| version.version);
    let mut counts: BTreeMap<&ControlId, Counts> = BTreeMap::new();
    for result in results {
        counts.entry(result.requirement.control()).or_default().add(result.outcome);
    }
    let row = |view: &ControlView| SoaRow {
        control: view.id.clone(),
        title: view.title.clone(),
        reasons: catalogue
            .controls
            .get(&view.id)
            .map(|control| reasons(catalogue, control, snapshot, risks))
            .unwrap_or_default(),
        decision: version.and_then(|version| {
            let decision = version.decisions.get(&view.id)?;
            Some(SoaDecisionView {
                version: version.version,
                included: decision.included,
                reason: decision.reason.clone(),
                approved_by: version.approval.as_ref().map(|approval| approval.by.clone()),
            })
        }),
        implementation: view.implementation.clone(),
        measured: view.status,
        counts: counts.get(&view.id).copied().unwrap_or_default(),
    };
    controls.iter().map(row).collect()
}

fn reasons(
    catalogue: &Catalogue,
    control: &Control,
    snapshot: &Snapshot,
    risks: &[RiskView],
) -> Vec<String> {
    let mut reasons = Vec::new();
    let threats: Vec<_> = catalogue.threats_of(&control.id).map(|threat| &threat.id).collect();
    let treated = risks.iter().filter(|risk| threats.contains(&&risk.threat)).count();
    if treated > 0 {
        reasons.push(format!("It treats {treated} AI risks in the risk register."));
    }
    let assets = snapshot
        .assets
        .iter()
        .filter(|asset| concerns(asset) && control.concerns.contains(&asset.kind))
        .count();
    if assets > 0 {
        reasons.push(format!("{assets} AI assets that it concerns were found."));
    }
    reasons
}

/// Whether every one of some results is met.
pub(crate) fn all_met<'a>(mut results: impl Iterator<Item = &'a RequirementResult>) -> bool {
    results.all(|result| result.outcome == Outcome::Met)
}
