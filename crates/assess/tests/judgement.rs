//! How a requirement is judged: the four outcomes, freshness, basis, change, disagreement.

mod support;

use std::collections::BTreeSet;

use annex_assess::{assess, changes};
use annex_catalog::Catalogue;
use annex_isms::assessment::{Answer, Criteria, Missing, RequirementResult, ReviewState};
use annex_isms::entity::{
    Consequence, Flow, Inapplicability, Registration, Risk, RiskReview, SoaApproval, SoaDecision,
    SoaVersion, Supplier, Treatment,
};
use annex_isms::{
    AssetKind, Basis, DataClass, FlowId, Outcome, RiskId, Score, Snapshot, Subject, SupplierId,
};
use support::{NOW, asset, catalogue, instant, model, seen, snapshot};

const BOTH: &str = "X.test/both";
const TODAY: &str = "2026-06-30T06:00:00Z";

fn judge(catalogue: &Catalogue, snapshot: &Snapshot) -> RequirementResult {
    of(BOTH, catalogue, snapshot)
}

fn of(requirement: &str, catalogue: &Catalogue, snapshot: &Snapshot) -> RequirementResult {
    let assessment = assess(catalogue, snapshot, Criteria::default());
    let wanted = requirement.parse().expect("id");
    let found = assessment.results.into_iter().find(|result| result.requirement == wanted);
    found.expect("a result")
}

#[test]
fn met_needs_every_attribute_fresh_and_of_sufficient_basis() {
    let catalogue = catalogue();
    let mut snapshot = snapshot();
    let model = model(&snapshot);
    snapshot.observations.push(seen(&model, "t_signed", true, Basis::Document, "answer", TODAY));
    snapshot.observations.push(seen(&model, "t_days", 3, Basis::Runtime, "probe", TODAY));
    assert_eq!(judge(&catalogue, &snapshot).outcome, Outcome::Met);
}

#[test]
fn nothing_observed_is_unknown_never_met() {
    let result = judge(&catalogue(), &snapshot());
    assert_eq!(result.outcome, Outcome::Unknown);
    assert!(result.missing.values().all(|missing| *missing == Missing::NeverObserved));
}

#[test]
fn false_on_what_is_known_is_a_gap_even_while_the_rest_is_unknown() {
    let catalogue = catalogue();
    let mut snapshot = snapshot();
    let model = model(&snapshot);
    snapshot.observations.push(seen(
        &model,
        "t_signed",
        false,
        Basis::Statement,
        "declared",
        TODAY,
    ));
    let result = judge(&catalogue, &snapshot);
    assert_eq!(
        (result.outcome, result.reasons.as_slice()),
        (Outcome::Gap, &["It is not signed.".to_owned()][..])
    );
    assert!(result.missing.is_empty());
}

#[test]
fn stale_weak_and_older_than_a_change_are_unknown_and_say_so() {
    let catalogue = catalogue();
    let mut snapshot = snapshot();
    let model = model(&snapshot);
    snapshot.observations.push(seen(
        &model,
        "t_signed",
        true,
        Basis::Document,
        "answer",
        "2026-05-01T00:00:00Z",
    ));
    snapshot.observations.push(seen(&model, "t_days", 3, Basis::Source, "discover", TODAY));
    let result = judge(&catalogue, &snapshot);
    assert_eq!(result.outcome, Outcome::Unknown);
    let missing: Vec<&Missing> = result.missing.values().collect();
    assert!(matches!(missing[0], Missing::WeakBasis { have: Basis::Source, need: Basis::Runtime }));
    assert!(matches!(missing[1], Missing::Stale { fresh_days: 30, .. }));

    snapshot.observations.clear();
    snapshot.observations.push(seen(&model, "t_signed", true, Basis::Document, "answer", TODAY));
    snapshot.observations.push(seen(&model, "t_days", 3, Basis::Runtime, "probe", TODAY));
    snapshot.changed.push((model, instant("2026-06-30T09:00:00Z")));
    let result = judge(&catalogue, &snapshot);
    assert_eq!(result.outcome, Outcome::Unknown);
    assert!(matches!(result.missing.values().next(), Some(Missing::BeforeChange { .. })));
}

#[test]
fn a_statement_shows_as_stated_and_never_overrides_a_measurement() {
    let catalogue = catalogue();
    let mut snapshot = snapshot();
    let model = model(&snapshot);
    snapshot.observations.push(seen(&model, "t_signed", true, Basis::Statement, "declared", TODAY));
    snapshot.observations.push(seen(&model, "t_days", 3, Basis::Statement, "declared", TODAY));
    let result = judge(&catalogue, &snapshot);
    assert_eq!((result.outcome, result.stated), (Outcome::Unknown, true));

    snapshot.observations.push(seen(&model, "t_signed", false, Basis::Source, "discover", TODAY));
    assert_eq!(judge(&catalogue, &snapshot).outcome, Outcome::Gap);
}

#[test]
fn between_measurements_the_unfavourable_holds_until_someone_resolves_it() {
    let catalogue = catalogue();
    let mut snapshot = snapshot();
    let model = model(&snapshot);
    snapshot.observations.push(seen(
        &model,
        "t_signed",
        true,
        Basis::Document,
        "answer",
        "2026-06-29T00:00:00Z",
    ));
    snapshot.observations.push(seen(
        &model,
        "t_signed",
        false,
        Basis::Source,
        "discover",
        "2026-06-29T00:00:00Z",
    ));
    snapshot.observations.push(seen(&model, "t_days", 3, Basis::Runtime, "probe", TODAY));
    let result = judge(&catalogue, &snapshot);
    assert_eq!(result.outcome, Outcome::Gap);
    assert!(result.reasons[1].contains("disagree on t_signed"), "{:?}", result.reasons);

    let mut resolution = seen(&model, "t_signed", true, Basis::Document, "answer document", TODAY);
    resolution.resolves = true;
    snapshot.observations.push(resolution);
    assert_eq!(judge(&catalogue, &snapshot).outcome, Outcome::Met);

    snapshot.observations.push(seen(
        &model,
        "t_signed",
        false,
        Basis::Source,
        "discover",
        "2026-06-30T11:00:00Z",
    ));
    assert_eq!(
        judge(&catalogue, &snapshot).outcome,
        Outcome::Gap,
        "a newer measurement disagrees again"
    );
}

#[test]
fn classes_that_code_shows_can_be_too_many_and_are_never_all() {
    let catalogue = catalogue();
    let outcome = |class, basis| {
        let mut snapshot = snapshot();
        let supplier: SupplierId = "openai".parse().expect("id");
        snapshot.suppliers.push(Supplier {
            id: supplier.clone(),
            name: "OpenAI".to_owned(),
            owner: None,
            certifications: Vec::new(),
        });
        snapshot.assets[0].supplier = Some(supplier);
        snapshot.assets.push(asset(AssetKind::Application, "desk"));
        let (from, to) = (snapshot.assets[1].id.clone(), snapshot.assets[0].id.clone());
        snapshot.flows.push(Flow {
            id: FlowId::derive(&from, &to),
            from,
            to,
            carries: "prompts".to_owned(),
            classes: BTreeSet::from([class]),
            basis,
            locations: BTreeSet::new(),
            present: true,
        });
        of("X.test/sent", &catalogue, &snapshot).outcome
    };
    assert_eq!(outcome(DataClass::Restricted, Basis::Source), Outcome::Gap);
    assert_eq!(outcome(DataClass::Internal, Basis::Source), Outcome::Unknown);
    assert_eq!(outcome(DataClass::Internal, Basis::Document), Outcome::Met);
}

#[test]
fn not_applicable_needs_a_justification() {
    let catalogue = catalogue();
    let mut snapshot = snapshot();
    let mut entry = Inapplicability {
        requirement: BOTH.parse().expect("id"),
        subject: model(&snapshot),
        justification: String::new(),
        by: "dana".parse().expect("id"),
    };
    snapshot.inapplicable.push(entry.clone());
    assert_eq!(judge(&catalogue, &snapshot).outcome, Outcome::Unknown, "withdrawn");
    entry.justification = "Not deployed".to_owned();
    snapshot.inapplicable[0] = entry;
    let result = judge(&catalogue, &snapshot);
    assert_eq!(
        (result.outcome, result.reasons[0].as_str()),
        (Outcome::NotApplicable, "Not deployed")
    );
}

#[test]
fn only_an_approved_statement_of_applicability_excludes() {
    let catalogue = catalogue();
    let mut snapshot = snapshot();
    let decision = SoaDecision {
        included: false,
        grounds: BTreeSet::new(),
        reason: "No such thing".to_owned(),
        by: None,
    };
    snapshot.soa.push(SoaVersion {
        version: 1,
        author: "dana".parse().expect("id"),
        approval: None,
        decisions: [("X.test".parse().expect("id"), decision)].into(),
    });
    assert_eq!(judge(&catalogue, &snapshot).outcome, Outcome::Unknown);
    snapshot.soa[0].approval = Some(SoaApproval {
        by: "kim".parse().expect("id"),
        at: instant(TODAY),
        compensating_review: String::new(),
    });
    assert_eq!(judge(&catalogue, &snapshot).outcome, Outcome::NotApplicable);
}

#[test]
fn more_disagreements_than_can_be_tried_are_an_error_and_unknown() {
    let catalogue = catalogue();
    let mut snapshot = snapshot();
    let model = model(&snapshot);
    for number in 0..65 {
        snapshot.observations.push(seen(
            &model,
            "t_days",
            number,
            Basis::Runtime,
            &format!("probe {number}"),
            TODAY,
        ));
    }
    let result = judge(&catalogue, &snapshot);
    assert_eq!(result.outcome, Outcome::Unknown);
    assert!(result.error.is_some_and(|error| error.contains("64 ways")));
}

#[test]
fn question_two_never_says_yes_when_nothing_was_found() {
    let catalogue = catalogue();
    let mut snapshot = snapshot();
    let question = |snapshot: &Snapshot| {
        let assessment = assess(&catalogue, snapshot, Criteria::default());
        let wanted = "X.test".parse().expect("id");
        let control = assessment.controls.into_iter().find(|control| control.id == wanted);
        control.expect("control").questions[1].clone()
    };
    assert_eq!(question(&snapshot).answer, Answer::No);
    snapshot.assets[0].registration =
        Some(Registration { in_scope: false, reason: "A trial".to_owned() });
    assert_eq!(question(&snapshot).answer, Answer::Yes);
    snapshot.assets.clear();
    let nothing = question(&snapshot);
    assert_eq!(nothing.answer, Answer::NothingFound);
    assert!(nothing.reason.starts_with("None found in 0 files"));
}

#[test]
fn a_review_counts_until_the_system_changes_and_likelihood_moves_with_a_reason() {
    let catalogue = catalogue();
    let mut snapshot = snapshot();
    for key in ["prompt", "application"] {
        snapshot.assets.push(asset(key.parse().expect("kind"), key));
    }
    snapshot.assets.sort_by(|a, b| a.id.cmp(&b.id));
    let score = |number: u8| Score::try_from(number).expect("score");
    let system = snapshot.systems[0].id.clone();
    let threat = catalogue.threats[0].id.clone();
    snapshot.risks.push(Risk {
        id: RiskId::derive(&system, &threat),
        system: system.clone(),
        threat: threat.clone(),
        assets: BTreeSet::new(),
        identified_at: instant(TODAY),
        owner: None,
        review: Some(RiskReview {
            at: instant(TODAY),
            by: "dana".parse().expect("id"),
            likelihood: score(3),
            consequence: Consequence {
                confidentiality: score(4),
                integrity: score(2),
                availability: score(1),
            },
            treatment: Treatment::Mitigate,
            plan: "Filter".to_owned(),
            residual: None,
        }),
    });
    let view = |snapshot: &Snapshot| {
        let risks = assess(&catalogue, snapshot, Criteria::default()).risks;
        risks.into_iter().find(|risk| risk.threat == threat).expect("risk")
    };
    let before = view(&snapshot);
    assert_eq!(before.review, ReviewState::Reviewed);
    assert_eq!(before.current_likelihood, Some(score(3)));
    assert_eq!((before.current_score, before.acceptable), (Some(12), Some(false)));

    let subject = Subject::System(system);
    snapshot.observations.push(seen(
        &subject,
        "guardrail_present",
        false,
        Basis::Source,
        "discover",
        TODAY,
    ));
    let after = view(&snapshot);
    assert!(
        after.steps.iter().all(|step| step.by == 1 && !step.reason.is_empty()),
        "{:?}",
        after.steps
    );
    assert_eq!(
        after.current_likelihood,
        Some(score(3).moved(i8::try_from(after.steps.len()).expect("few")))
    );

    snapshot.changed.push((subject, instant("2026-06-30T09:00:00Z")));
    assert_eq!(view(&snapshot).review, ReviewState::Outdated);
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let catalogue = catalogue();
    let mut snapshot = snapshot();
    let model = model(&snapshot);
    snapshot.observations.push(seen(&model, "t_signed", false, Basis::Source, "discover", TODAY));
    let bytes = |catalogue: &Catalogue| {
        annex_isms::canonical_json(&assess(catalogue, &snapshot, Criteria::default()))
            .expect("canonical")
    };
    assert_eq!(bytes(&catalogue), bytes(&support::catalogue()));
}

#[test]
fn changes_tell_new_fixed_stale_and_gone() {
    let catalogue = catalogue();
    let mut snapshot = snapshot();
    let model = model(&snapshot);
    snapshot.observations.push(seen(&model, "t_signed", true, Basis::Document, "answer", TODAY));
    snapshot.observations.push(seen(&model, "t_days", 3, Basis::Runtime, "probe", TODAY));
    let met = assess(&catalogue, &snapshot, Criteria::default());
    let wanted = |key: &annex_isms::assessment::ResultKey| key.requirement.to_string() == BOTH;

    snapshot.at = instant("2026-07-30T13:00:00Z");
    let stale = assess(&catalogue, &snapshot, Criteria::default());
    assert!(changes(&met, &stale).gone_stale.iter().any(wanted));

    snapshot.at = instant(NOW);
    snapshot.observations[0].value = false.into();
    let gap = assess(&catalogue, &snapshot, Criteria::default());
    assert!(changes(&met, &gap).new_gaps.iter().any(wanted));
    assert!(changes(&gap, &met).fixed.iter().any(wanted));

    snapshot.assets[0].present = false;
    let gone = changes(&gap, &assess(&catalogue, &snapshot, Criteria::default()));
    assert_eq!(gone.gone_assets.len(), 1);
    assert!(gone.fixed.iter().any(wanted), "a gap on something that is gone is no work any more");
}
