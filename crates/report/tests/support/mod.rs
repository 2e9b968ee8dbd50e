//! An assessment as a small company would get it: a help desk with retrieval, an agent and tools.

#![allow(dead_code, unreachable_pub, reason = "each user of this module needs a part of it")]

mod catalogue;
mod house;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;
use std::str::FromStr;

use annex_isms::assessment::*;
use annex_isms::entity::{Consequence, EvidenceKind, GapStatus, Implementation, Owner, Treatment};
use annex_isms::observation::{Coverage, Scope, Skipped};
use annex_isms::*;

pub use catalogue::{PRINCIPAL, catalogue};

/// Reads any word of the vocabulary.
pub fn of<T: FromStr<Err: Debug>>(text: &str) -> T {
    text.parse().unwrap_or_else(|error| panic!("{text}: {error:?}"))
}

pub fn set<T: FromStr<Err: Debug> + Ord>(texts: &[&str]) -> BTreeSet<T> {
    texts.iter().map(|text| of(text)).collect()
}

fn score(number: u8) -> Score {
    Score::try_from(number).expect("1 to 5")
}

/// An organisation in which nothing was looked at and nothing found.
pub fn empty() -> Assessment {
    Assessment {
        schema: SCHEMA.to_owned(),
        at: of("2026-08-01T12:00:00Z"),
        organisation: "Empty Ltd".to_owned(),
        catalogue: catalogue().digest,
        criteria: Criteria::default(),
        scope: ScopeView { statement: String::new(), interfaces: vec![], looked_at: vec![] },
        systems: vec![],
        assets: vec![],
        flows: vec![],
        architecture: vec![],
        controls: vec![],
        results: vec![],
        requests: vec![],
        gaps: vec![],
        risks: vec![],
        soa: vec![],
        stage2: vec![],
        answers: vec![],
        skipped: vec![],
    }
}

/// A place was read and nothing of AI was in it.
pub fn nothing_found() -> Assessment {
    let mut assessment = empty();
    assessment.scope.looked_at.push(looked_at("plain-shop", 312));
    assessment.controls = controls(&[]);
    assessment
}

fn looked_at(name: &str, files: u64) -> LookedAt {
    LookedAt {
        collector: "discover 0.1.0".to_owned(),
        scope: Scope {
            kind: "repository".to_owned(),
            name: name.to_owned(),
            commit: Some("3f2a1bc09d1e4b7a8c6d5e4f3a2b1c0d9e8f7a6b".to_owned()),
            modified: true,
        },
        at: of("2026-08-01T11:58:00Z"),
        coverage: Coverage {
            files_seen: files,
            files_read: files - 24,
            files_ignored: 21,
            bytes_read: 1_234_567,
        },
        skipped: 3,
    }
}

/// The help desk.
pub fn assessment() -> Assessment {
    let mut assessment = empty();
    assessment.organisation = "Nordlicht Versand GmbH".to_owned();
    assessment.scope.statement = "Development and operation of the online shop and its customer service in Hamburg and Gdańsk, with the software, the people and the suppliers that serve them; without the warehouse.".to_owned();
    assessment.scope.interfaces = vec!["Parcel carriers".to_owned(), "Payment provider".to_owned()];
    assessment.scope.looked_at = vec![
        looked_at("help-desk", 412),
        LookedAt {
            collector: "declaration 0.1.0".to_owned(),
            scope: Scope {
                kind: "declaration".to_owned(),
                name: "annex.toml".to_owned(),
                commit: None,
                modified: false,
            },
            at: of("2026-08-01T11:58:00Z"),
            coverage: Coverage::default(),
            skipped: 0,
        },
    ];
    assessment.systems = house::systems();
    assessment.assets = house::assets();
    assessment.flows = house::flows();
    assessment.results = results(&assessment);
    assessment.controls = controls(&assessment.results);
    assessment.architecture = architecture(&assessment);
    assessment.gaps = gaps(&assessment);
    assessment.requests = requests(&assessment);
    assessment.risks = risks();
    assessment.soa = soa(&assessment);
    assessment.stage2 = stage2();
    assessment.answers = answers();
    assessment.skipped = vec![
        Skipped {
            path: "models/reranker.onnx".to_owned(),
            reason: "a binary of 312 MB; declare its origin in annex.toml".to_owned(),
            deliberate: false,
        },
        Skipped {
            path: "data/export-2025.json".to_owned(),
            reason: "104 MB is more than the 16 MB that are read of one file".to_owned(),
            deliberate: false,
        },
        Skipped {
            path: "vendor/loop".to_owned(),
            reason: "a link that leads back to its own folder".to_owned(),
            deliberate: false,
        },
    ];
    assessment
}

fn results(assessment: &Assessment) -> Vec<RequirementResult> {
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
        stated: outcome == Outcome::Unknown && requirement.title.len() % 3 == 0,
        error: None,
    }
}

fn controls(results: &[RequirementResult]) -> Vec<ControlView> {
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
                        status: annex_isms::entity::ImplementationStatus::Implemented,
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

fn architecture(assessment: &Assessment) -> Vec<ArchitectureCell> {
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

fn gaps(assessment: &Assessment) -> Vec<GapView> {
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

fn requests(assessment: &Assessment) -> Vec<RequestView> {
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

fn risks() -> Vec<RiskView> {
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
                residual_score: judged.then_some(6),
                acceptable: judged.then_some(number != 0),
                treatment: judged.then_some(Treatment::Mitigate),
                references: set(&["owasp-llm:2026/LLM01", "atlas:5.6.0/AML.T0051.000"]),
            });
        }
    }
    risks
}

fn soa(assessment: &Assessment) -> Vec<SoaRow> {
    let rows = assessment.controls.iter().enumerate();
    rows.map(|(number, control)| SoaRow {
        control: control.id.clone(),
        title: control.title.clone(),
        reasons: if number % 2 == 0 {
            vec!["Risk: prompt injection on help-desk".to_owned()]
        } else {
            vec![]
        },
        decision: (number % 3 == 0).then(|| SoaDecisionView {
            version: 2,
            included: number % 6 != 3,
            reason: "Needed for customer data.".to_owned(),
            approved_by: (number % 6 == 0).then(|| of("mara")),
        }),
        implementation: control.implementation.clone(),
        measured: control.status,
        counts: control.questions.first().map(|q| q.counts).unwrap_or_default(),
    })
    .collect()
}

fn stage2() -> Vec<Stage2Item> {
    let item = |id: &str,
                title: &str,
                role: &str,
                owner: Option<&str>,
                evidence: &[(EvidenceKind, Presence, Option<&str>)]| Stage2Item {
        id: id.to_owned(),
        title: title.to_owned(),
        presence: evidence.iter().map(|e| e.1).max().expect("evidence"),
        evidence: evidence
            .iter()
            .map(|(kind, presence, date)| Stage2Evidence {
                kind: *kind,
                presence: *presence,
                digest: date.map(|date| Digest::of(date.as_bytes())),
                date: date.map(of),
                collected_by: date.map(|_| "mara".to_owned()),
            })
            .collect(),
        role: role.to_owned(),
        owner: owner.map(of),
    };
    use EvidenceKind::{
        Agreement, ArchitectureDiagram, Dashboard, PenetrationTest, Playbook, Tabletop,
    };
    use Presence::{Missing, Present, Stale};
    vec![
        item(
            "architecture-diagrams",
            "Architecture diagrams of the AI systems, with data flows and trust boundaries",
            "engineering",
            Some("jonas"),
            &[(ArchitectureDiagram, Present, Some("2026-06-18"))],
        ),
        item(
            "penetration-test",
            "Penetration test that attacked the models, retrieval and agents, with findings followed up",
            "security",
            None,
            &[(PenetrationTest, Missing, None)],
        ),
        item(
            "agreements",
            "Agreements with AI suppliers: data processing, training use, retention, regions, sub-processors",
            "legal",
            Some("ida"),
            &[(Agreement, Stale, Some("2025-03-02"))],
        ),
        item(
            "playbook-and-tabletop",
            "Incident playbook for AI scenarios and the record of a tabletop exercise with it",
            "security",
            Some("mara"),
            &[(Playbook, Present, Some("2026-05-04")), (Tabletop, Missing, None)],
        ),
        item(
            "dashboards",
            "Dashboards that show how the AI systems are monitored: usage, detections, alerts and triage",
            "operations",
            None,
            &[(Dashboard, Missing, None)],
        ),
    ]
}

fn answers() -> Vec<AnswerHint> {
    let hint = |subject: &str,
                attribute: &str,
                question: &str,
                example: &str,
                resolves: &[&str],
                count| AnswerHint {
        subject: of(subject),
        questions: BTreeMap::from([(of(attribute), question.to_owned())]),
        command: format!("annex answer {subject} {attribute}={example} --evidence FILE"),
        resolves: set(resolves),
        count,
    };
    vec![
        hint(
            "supplier:openai",
            "agreement_signed",
            "Is the agreement with this provider signed, and does it forbid training on your data?",
            "true",
            &["A.5.23/agreement-covers-traffic"],
            14,
        ),
        hint(
            "system:help-desk",
            "injection_attempts",
            "How many prompt injection attempts did the last test of this system make?",
            "400",
            &["A.8.25/rag-boundary", "A.8.8/tested-as-running"],
            9,
        ),
        hint(
            "system:help-desk",
            "fallback_drill_date",
            "When did you last switch this system to its fallback in a drill?",
            "2026-06-01",
            &["A.5.29/fallback-keeps-security"],
            6,
        ),
        hint(
            "organisation",
            "acceptable_use_audiences",
            "For which kinds of user does the approved acceptable use policy speak?",
            "employees,customers",
            &["A.5.10/policy-is-enforced"],
            4,
        ),
        hint(
            "system:returns-pilot",
            "retention_days",
            "For how many days are prompts and answers of this system kept?",
            "30",
            &["A.5.10/retention-real"],
            3,
        ),
    ]
}

/// What changed since July.
pub fn changes(assessment: &Assessment) -> Changes {
    let key = |number: usize| ResultKey {
        requirement: assessment.results[number].requirement.clone(),
        subject: assessment.results[number].subject.clone(),
    };
    Changes {
        since: of("2026-07-01"),
        new_gaps: vec![key(0), key(3), key(5), key(8)],
        fixed: vec![key(1)],
        gone_stale: vec![key(2), key(4)],
        answered: vec![key(6), key(7), key(9)],
        new_assets: vec![assessment.assets[0].id.clone()],
        gone_assets: vec![],
    }
}

/// The help desk, with as many results as asked for, nearly all of them unknown.
pub fn large(results: usize) -> Assessment {
    let mut assessment = assessment();
    let template =
        assessment.results.iter().find(|r| r.outcome == Outcome::Unknown).expect("unknown").clone();
    while assessment.results.len() < results {
        let number = assessment.results.len();
        let subject = of(&format!("asset:generated-component-number-{number}"));
        assessment.results.push(RequirementResult { subject, ..template.clone() });
    }
    assessment
}
