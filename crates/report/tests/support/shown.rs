//! The statement, the checklist and the answers of the help desk.

use std::collections::BTreeMap;

use annex_isms::assessment::Presence::{Missing, Present, Stale};
use annex_isms::assessment::{AnswerHint, Presence, SoaDecisionView, SoaRow, Stage2Item};
use annex_isms::entity::EvidenceKind::{
    self, Agreement, ArchitectureDiagram, Dashboard, PenetrationTest, Playbook, Tabletop,
};
use annex_isms::{Assessment, Digest, Instant};

use super::{of, set};

pub(super) fn soa(assessment: &Assessment) -> Vec<SoaRow> {
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

pub(super) fn stage2() -> Vec<Stage2Item> {
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
            .map(|(kind, presence, date)| {
                let digest = date.map(|date| Digest::of(date.as_bytes()));
                let date = date.map(of::<Instant>);
                let evidence = serde_json::json!({
                    "kind": kind, "presence": presence, "digest": digest, "date": date,
                    "collected_by": date.map(|_| "mara"),
                    "of": (*kind == Agreement).then_some("openai"),
                });
                serde_json::from_value(evidence).expect("evidence")
            })
            .collect(),
        role: role.to_owned(),
        owner: owner.map(of),
    };
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

pub(super) fn answers() -> Vec<AnswerHint> {
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
