//! One record of every kind, so that every table has a row.

use std::collections::{BTreeMap, BTreeSet};

use annex_isms::approval::{Decision, DecisionState, ExpiryDefault, Prompt};
use annex_isms::comment::{About, AboutKind, Comment};
use annex_isms::entity::{
    Agreement, Document, Evidence, EvidenceKind, Exception, Flow, Gap, GapStatus, Grant, Identity,
    Implementation, ImplementationStatus, Inapplicability, Nonconformity, NonconformityStatus,
    Owner, Person, Registration, Request, RequestStatus, Risk, Role, SoaVersion, Supplier, Token,
};
use annex_isms::observation::Period;
use annex_isms::record::{AssessmentRecord, Batch};
use annex_isms::sample::{Sample, SampleCount, SampleFrame, SampleMethod};
use annex_isms::view::View;
use annex_isms::{
    Basis, DataClass, Date, Digest, FlowId, GapId, IdentityId, Record, RequestId, RequirementId,
    RiskId, Severity, Subject, canonical_json,
};

use crate::support::{acme, asset, batch, observed, second, seen, system};

fn day() -> Date {
    "2026-09-01".parse().unwrap()
}

fn requirement() -> RequirementId {
    "A.5.7/intel-triaged".parse().unwrap()
}

fn subject() -> Subject {
    "system:help-desk".parse().unwrap()
}

/// A batch as it is recorded.
pub(crate) fn recorded(batch: annex_isms::ObservationBatch) -> Record {
    Batch { digest: Digest::of(&canonical_json(&batch).unwrap()), batch }.into()
}

fn owner() -> Owner {
    Owner { person: "ada".parse().unwrap(), confirmed: true }
}

pub(crate) fn everything() -> Vec<Record> {
    let mut model = asset("acme", "gpt");
    model.systems = BTreeSet::from(["help-desk".parse().unwrap()]);
    model.supplier = Some("openai".parse().unwrap());
    model.registration = Some(Registration { in_scope: true, reason: String::new() });
    model.owner = Some(owner());
    model.classification = Some(DataClass::Internal);
    let other = asset("acme", "other");
    let flow = Flow {
        id: FlowId::derive(&model.id, &other.id),
        from: model.id.clone(),
        to: other.id.clone(),
        carries: "prompts".to_owned(),
        classes: BTreeSet::new(),
        basis: Basis::Source,
        locations: BTreeSet::new(),
        present: true,
    };
    let mut batch = batch("help-desk", second(0), vec![seen("gpt", &["sha256-of-gpt"])]);
    batch.scope.commit = Some("0123".to_owned());
    batch.observations = vec![observed("gpt", "digest", "one"), observed("gpt", "pinned", true)];
    batch.observations[0].evidence = Some(Digest::of(b"evidence"));
    let mut changes: Vec<Record> = vec![
        acme("acme").into(),
        system("help-desk").into(),
        model.into(),
        other.into(),
        flow.into(),
        Supplier {
            id: "openai".parse().unwrap(),
            name: "OpenAI".to_owned(),
            owner: Some("ada".parse().unwrap()),
            certifications: Vec::new(),
        }
        .into(),
        recorded(batch),
    ];
    changes.extend(documents());
    changes.extend(work());
    changes
}

fn documents() -> Vec<Record> {
    vec![
        Agreement {
            id: "dpa".parse().unwrap(),
            supplier: "openai".parse().unwrap(),
            title: "Processing".to_owned(),
            signed: Some(day()),
            expires: None,
            reviewed: None,
            review_days: None,
            training_on_our_data: Some(false),
            retention_days: None,
            permitted_classes: None,
            regions: None,
            sub_processors: None,
            breach_notice_hours: None,
            evidence: None,
        }
        .into(),
        Document {
            id: "policy".parse().unwrap(),
            title: "Policy".to_owned(),
            owner: None,
            approved: Some(day()),
            evidence: None,
        }
        .into(),
        Implementation {
            control: "A.5.7".parse().unwrap(),
            statement: "By hand.".to_owned(),
            owner: None,
            since: Some(day()),
            status: ImplementationStatus::Partial,
        }
        .into(),
        Person {
            id: "ada".parse().unwrap(),
            name: "Ada".to_owned(),
            roles: BTreeSet::new(),
            email: Some("ada@example.org".parse().unwrap()),
        }
        .into(),
        Evidence {
            digest: Digest::of(b"evidence"),
            bytes: 8,
            name: "evidence.txt".to_owned(),
            kind: EvidenceKind::Record,
            description: String::new(),
            period: Period { from: second(0), to: second(1) },
            collected_at: second(2),
            collected_by: "ada".to_owned(),
            basis: Basis::Document,
            population: String::new(),
            expires: Some(day()),
            controls: BTreeSet::new(),
            subject: subject(),
        }
        .into(),
        Grant { holder: "ada".parse().unwrap(), roles: BTreeSet::from([Role::Auditor]) }.into(),
        Token {
            id: "t-1".parse().unwrap(),
            holder: "ada".parse().unwrap(),
            description: "reads".to_owned(),
            actions: BTreeSet::from(["read".to_owned()]),
            expires: second(9),
            revoked: false,
            secret: Digest::of(b"secret"),
        }
        .into(),
        Sample {
            id: "s-1".parse().unwrap(),
            frame: SampleFrame {
                kind: "asset".to_owned(),
                evidence_kinds: BTreeSet::new(),
                from: day(),
                to: day(),
                controls: BTreeSet::new(),
            },
            count: SampleCount {
                items: 1,
                erased: 0,
                recorded: 1,
                first: Some(0),
                last: Some(0),
                ledger_size: 1,
                ledger_root: Digest::of(b"root"),
            },
            method: SampleMethod::Picked,
            chosen: BTreeSet::from([0]),
            note: String::new(),
            by: "ada".parse().unwrap(),
            at: second(0),
        }
        .into(),
        View {
            id: "ada-1".parse().unwrap(),
            owner: "ada".parse().unwrap(),
            kind: "asset".to_owned(),
            name: "Mine".to_owned(),
            text: String::new(),
            filters: BTreeMap::new(),
            sort: None,
            descending: false,
            removed: false,
        }
        .into(),
        Identity {
            id: IdentityId::derive("https://id.example.org", "248289761001"),
            person: "ada".parse().unwrap(),
            issuer: "https://id.example.org".to_owned(),
            subject: "248289761001".to_owned(),
            ended: false,
        }
        .into(),
        AssessmentRecord {
            digest: Digest::of(b"assessment"),
            at: second(0),
            catalogue: Digest::of(b"catalogue"),
            counts: None,
            controls: BTreeMap::new(),
        }
        .into(),
    ]
}

fn work() -> Vec<Record> {
    let system = "help-desk".parse().unwrap();
    let threat = "prompt-injection".parse().unwrap();
    let risk = RiskId::derive(&system, &threat);
    vec![
        Request {
            id: RequestId::derive(&requirement(), &subject()),
            requirement: requirement(),
            subject: subject(),
            owner: Some(owner()),
            due: day(),
            status: RequestStatus::Open,
            opened_at: second(0),
        }
        .into(),
        Gap {
            id: GapId::derive(&requirement(), &subject()),
            requirement: requirement(),
            subject: subject(),
            plan: String::new(),
            owner: Some(owner()),
            due: day(),
            severity: Severity::High,
            status: GapStatus::Open,
            opened_at: second(0),
            closed_by: None,
            verification: String::new(),
        }
        .into(),
        Risk {
            id: risk.clone(),
            system,
            threat,
            assets: BTreeSet::new(),
            identified_at: second(0),
            owner: None,
            review: None,
        }
        .into(),
        Exception {
            id: "later".parse().unwrap(),
            risk,
            requirement: requirement(),
            subject: subject(),
            reason: "Later.".to_owned(),
            expires: day(),
            requested_by: "ada".parse().unwrap(),
            approved_by: None,
            compensating_review: String::new(),
            refusal: None,
        }
        .into(),
        Nonconformity {
            id: "nc-1".parse().unwrap(),
            control: "A.5.7".parse().unwrap(),
            finding: "None kept.".to_owned(),
            raised_by: "ada".parse().unwrap(),
            raised: day(),
            correction: String::new(),
            cause: String::new(),
            similar_cases: String::new(),
            corrective_action: String::new(),
            effectiveness_review: None,
            status: NonconformityStatus::Open,
        }
        .into(),
        SoaVersion {
            version: 1,
            author: "ada".parse().unwrap(),
            approval: None,
            decisions: BTreeMap::new(),
        }
        .into(),
        Prompt {
            id: "answer".parse().unwrap(),
            system: "help-desk".parse().unwrap(),
            name: "Answer".to_owned(),
            versions: Vec::new(),
        }
        .into(),
        Decision {
            id: "d-1".parse().unwrap(),
            system: "help-desk".parse().unwrap(),
            question: "Send it?".to_owned(),
            proposal: "Yes.".to_owned(),
            deadline: second(9),
            on_expiry: ExpiryDefault::Reject,
            put_by: "gateway".to_owned(),
            put_at: second(0),
            state: DecisionState::Pending,
            settlement: None,
        }
        .into(),
        Comment {
            id: "c-1".parse().unwrap(),
            about: About { kind: AboutKind::Gap, key: "g-1".to_owned() },
            text: "Who has the log?".to_owned(),
            by: "ada".parse().unwrap(),
            at: second(0),
        }
        .into(),
        Inapplicability {
            requirement: requirement(),
            subject: subject(),
            justification: "No feed.".to_owned(),
            by: "ada".parse().unwrap(),
        }
        .into(),
    ]
}

#[test]
fn every_kind_is_here() {
    let kinds: BTreeSet<&str> = everything().iter().map(Record::kind).collect();
    assert_eq!(kinds, Record::KINDS.iter().copied().collect());
}
