//! What was judged of the help desk.

use std::collections::BTreeMap;

use annex_isms::assessment::{
    Answer, ArchitectureCell, ControlStatus, ControlView, Counts, GapView, InherentView,
    KnownValue, LikelihoodStep, Missing, QuestionView, RequestView, RequirementResult, ReviewState,
    RiskView,
};
use annex_isms::entity::{
    Consequence, GapStatus, Implementation, ImplementationStatus, Owner, Treatment,
};
use annex_isms::{
    Assessment, Basis, Digest, GapId, Outcome, RequestId, RiskId, Score, Subject, SubjectKind,
    Value,
};
use std::collections::BTreeSet;

use super::{PRINCIPAL, catalogue, house, of, set};

fn score(number: u8) -> Score {
    Score::try_from(number).expect("1 to 5")
}

pub(super) fn results(assessment: &Assessment) -> Vec<RequirementResult> {
    let mut results = Vec::new();
    for (number, requirement) in catalogue().requirements.values().enumerate() {
        let subjects: Vec<Subject> = match requirement.subject {
            SubjectKind::Organisation => vec![Subject::Organisation],
            SubjectKind::System => {
                assessment.systems.iter().map(|s| Subject::System(s.id.clone())).collect()
            }
            SubjectKind::Supplier => vec![of("supplier:openai"), of("supplier:qdrant-cloud")],
            _ => assessment.assets.iter().take(6).map(|a| Subject::Asset(a.id.clone())).collect(),
        };
        for (at, subject) in subjects.into_iter().enumerate() {
            let outcome = match (number * 5 + at * 3) % 11 {
                0 | 7 => Outcome::Gap,
                1 => Outcome::Met,
                4 if at > 0 => Outcome::NotApplicable,
                _ => Outcome::Unknown,
            };
            results.push(result(requirement, subject, outcome));
        }
    }
    results
}

fn result(
    requirement: &annex_catalog::Requirement,
    subject: Subject,
    outcome: Outcome,
) -> RequirementResult {
    let known = |value: Value, basis| KnownValue {
        value,
        basis,
        source: "discover repository/help-desk".to_owned(),
        seen_at: of("2026-07-30T09:00:00Z"),
        locations: set(&["src/helpdesk/llm/client.py:41"]),
        evidence: Some(Digest::of(b"agreement")),
    };
    let decided = outcome == Outcome::Gap || outcome == Outcome::Met;
    let mut missing = BTreeMap::new();
    if outcome == Outcome::Unknown {
        missing.insert(of("last_test"), Missing::NeverObserved);
        missing.insert(
            of("agreement_reviewed_days"),
            Missing::Stale { seen_at: of("2025-03-02"), fresh_days: 365 },
        );
        missing.insert(
            of("guard_enabled"),
            Missing::WeakBasis { have: Basis::Source, need: Basis::Runtime },
        );
    }
    RequirementResult {
        requirement: requirement.id.clone(),
        subject,
        outcome,
        severity: requirement.severity,
        reasons: match outcome {
            Outcome::Gap => {
                requirement.rules.clauses().iter().map(|c| c.reason().to_owned()).collect()
            }
            Outcome::NotApplicable => {
                vec!["The pilot is switched off until its review in October.".to_owned()]
            }
            _ => vec![],
        },
        values: if decided {
            BTreeMap::from([
                (
                    of("agreement_signed"),
                    known(Value::from(outcome == Outcome::Met), Basis::Document),
                ),
                (
                    of("sent_classes"),
                    known(
                        Value::Set(BTreeSet::from([
                            "confidential".to_owned(),
                            "internal".to_owned(),
                        ])),
                        Basis::Source,
                    ),
                ),
            ])
        } else {
            BTreeMap::new()
        },
        missing,
        stated: outcome == Outcome::Unknown && requirement.title.len().is_multiple_of(3),
        error: None,
    }
}

pub(super) fn controls(results: &[RequirementResult]) -> Vec<ControlView> {
    let catalogue = catalogue();
    catalogue
        .controls
        .values()
        .map(|control| {
            let base = control.ai.is_none();
            let mut counts = Counts::default();
            results
                .iter()
                .filter(|r| *r.requirement.control() == control.id)
                .for_each(|r| counts.add(r.outcome));
            let found = !results.is_empty();
            let first = match (found, counts.gap, counts.met) {
                (false, ..) => Answer::NothingFound,
                (_, 0, 0) => Answer::Unknown,
                (_, 0, _) => Answer::Partly,
                _ => Answer::No,
            };
            let registered = Counts {
                met: if found { 5 } else { 0 },
                unknown: if found { 9 } else { 0 },
                ..Counts::default()
            };
            let risks = Counts {
                met: u64::from(found) * 2,
                unknown: u64::from(found) * 6,
                ..Counts::default()
            };
            let question = |number, answer, reason: &str, counts| QuestionView {
                number,
                answer,
                reason: reason.to_owned(),
                counts,
            };
            let other = if found { Answer::Partly } else { Answer::NothingFound };
            ControlView {
                id: control.id.clone(),
                title: control.title.clone(),
                status: match first {
                    _ if base => ControlStatus::NotAssessed,
                    Answer::No => ControlStatus::Gap,
                    _ => ControlStatus::Unknown,
                },
                implementation: (control.id.to_string().ends_with(['3', '7'])).then(|| {
                    Implementation {
                        control: control.id.clone(),
                        statement: "Contracts are signed by legal after a security questionnaire."
                            .to_owned(),
                        owner: Some(of("mara")),
                        since: Some(of("2024-03-01")),
                        status: ImplementationStatus::Implemented,
                    }
                }),
                questions: if base {
                    vec![]
                } else {
                    vec![
                        question(
                            1,
                            first,
                            "The base control stands, but its AI requirements have gaps.",
                            counts,
                        ),
                        question(
                            2,
                            other,
                            "5 of 14 assets that it concerns are registered.",
                            registered,
                        ),
                        question(
                            3,
                            other,
                            "2 of 8 risks that it is linked to are reviewed.",
                            risks,
                        ),
                    ]
                },
            }
        })
        .collect()
}

pub(super) fn architecture(assessment: &Assessment) -> Vec<ArchitectureCell> {
    let mut cells = Vec::new();
    for (row, asset) in assessment.assets.iter().enumerate() {
        for (column, control) in PRINCIPAL.iter().enumerate() {
            let number = (row * 7 + column * 3) as u64;
            if number % 4 != 1 {
                cells.push(ArchitectureCell {
                    asset: asset.id.clone(),
                    control: of(control.0),
                    counts: Counts {
                        met: number % 3,
                        gap: (number % 5) / 3,
                        unknown: number % 7,
                        not_applicable: 0,
                    },
                });
            }
        }
    }
    cells
}

pub(super) fn gaps(assessment: &Assessment) -> Vec<GapView> {
    let catalogue = catalogue();
    let mut gaps: Vec<GapView> = assessment
        .results
        .iter()
        .filter(|result| result.outcome == Outcome::Gap)
        .enumerate()
        .map(|(number, result)| {
            let requirement = &catalogue.requirements[&result.requirement];
            GapView {
                id: GapId::derive(&result.requirement, &result.subject),
                requirement: result.requirement.clone(),
                title: requirement.title.clone(),
                subject: result.subject.clone(),
                subject_name: result.subject.id().replace('-', " "),
                severity: result.severity,
                reasons: result.reasons.clone(),
                locations: set(&[
                    "src/helpdesk/llm/client.py:41",
                    "deploy/compose.yaml:12",
                    "src/helpdesk/agent/tools/refund.py:88",
                ]),
                remedy: requirement.remedy.clone(),
                owner: (number % 3 < 2)
                    .then(|| Owner { person: of("jonas"), confirmed: number % 3 == 1 }),
                role: requirement.role.clone(),
                due: of("2026-08-15"),
                status: if number == 2 { GapStatus::ReadyToVerify } else { GapStatus::Open },
                excepted_until: (number == 3).then(|| of("2026-10-31")),
            }
        })
        .collect();
    gaps.sort_by(|a, b| b.severity.cmp(&a.severity).then(a.id.cmp(&b.id)));
    gaps
}

pub(super) fn requests(assessment: &Assessment) -> Vec<RequestView> {
    let catalogue = catalogue();
    let unknown = assessment.results.iter().filter(|result| result.outcome == Outcome::Unknown);
    unknown
        .enumerate()
        .map(|(number, result)| RequestView {
            id: RequestId::derive(&result.requirement, &result.subject),
            requirement: result.requirement.clone(),
            subject: result.subject.clone(),
            ask: "When was the last test of this, and where is its report?".to_owned(),
            by_person: number % 4 != 0,
            owner: (number % 2 == 0).then(|| Owner { person: of("mara"), confirmed: false }),
            role: catalogue.requirements[&result.requirement].role.clone(),
            due: of("2026-08-31"),
        })
        .collect()
}

pub(super) fn risks() -> Vec<RiskView> {
    let mut risks = Vec::new();
    for (number, threat) in catalogue().threats.iter().enumerate() {
        for system in ["help-desk", "returns-pilot"] {
            if number == 3 && system == "returns-pilot" {
                continue;
            }
            let judged = system == "help-desk" && number < 3;
            let view = InherentView {
                likelihood: score(4),
                consequence: Consequence {
                    confidentiality: score(5),
                    integrity: score(3),
                    availability: score(2),
                },
            };
            risks.push(RiskView {
                id: RiskId::derive(&of(system), &threat.id),
                system: of(system),
                threat: threat.id.clone(),
                title: threat.title.clone(),
                principal: threat.principal,
                assets: house::assets().iter().take(3).map(|a| a.id.clone()).collect(),
                owner: judged.then(|| of("mara")),
                review: match (judged, number) {
                    (true, 1) => ReviewState::Outdated,
                    (true, _) => ReviewState::Reviewed,
                    _ => ReviewState::NotReviewed,
                },
                inherent: judged.then_some(view),
                current_likelihood: judged.then(|| score(if number == 0 { 5 } else { 3 })),
                steps: if judged {
                    vec![
                        LikelihoodStep {
                            by: 1,
                            control: of("A.8.25"),
                            reason: "2 of 4 requirements are gaps on this system.".to_owned(),
                        },
                        LikelihoodStep {
                            by: -1,
                            control: of("A.8.16"),
                            reason: "A seeded attack raised an alert on 2026-07-12.".to_owned(),
                        },
                    ]
                } else {
                    vec![]
                },
                current_score: judged.then_some(if number == 0 { 25 } else { 6 }),
                residual: None,
                residual_score: judged.then_some(6),
                acceptable: judged.then_some(number != 0),
                treatment: judged.then_some(Treatment::Mitigate),
                references: set(&["owasp-llm:2026/LLM01", "atlas:5.6.0/AML.T0051.000"]),
            });
        }
    }
    risks
}
