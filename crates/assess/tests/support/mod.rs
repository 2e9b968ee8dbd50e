//! A small catalogue of our own on top of the built-in one, and snapshots to judge.

use std::collections::BTreeSet;

use annex_catalog::{Catalogue, Layer};
use annex_isms::entity::{AiSystem, Asset, Organisation};
use annex_isms::observation::Period;
use annex_isms::{
    AssetId, AssetKind, Basis, Instant, RecordedObservation, Snapshot, Subject, Value,
};

pub(crate) const CATALOGUE: &str = r#"
[[control]]
id = "X.test"
title = "Test"
theme = "technological"
ai = "For tests."
concerns = ["model"]

[[attribute]]
subject = "asset"
name = "t_signed"
type = "bool"
words = "It is signed"
collectors = ["discover", "answer", "probe"]
ask = "Is it signed?"
example = "true"

[[attribute]]
subject = "asset"
name = "t_days"
type = "long"
words = "Days"
collectors = ["discover", "answer", "probe"]
ask = "How many days?"
example = "1"

[[requirement]]
id = "X.test/both"
title = "Signed and recent"
question = 1
subject = "asset"
having = ["model"]
words = "It is signed and not older than 14 days."
policy = '''
@reason("It is not signed.")
forbid(principal, action, resource) unless { resource.t_signed };
@reason("It waited more than 14 days.")
forbid(principal, action, resource) when { resource.t_days > 14 };
'''
basis = "document"
fresh_days = 30
severity = "high"
remedy = "Sign it."
role = "security"
[requirement.needs.t_days]
basis = "runtime"
fresh_days = 1
after_change = true

[[requirement]]
id = "X.test/sent"
title = "Only what may be sent"
question = 1
subject = "supplier"
words = "Only internal data is sent."
policy = '''
@reason("More than internal data is sent.")
forbid(principal, action, resource) unless { ["internal"].containsAll(resource.sent_classes) };
'''
basis = "document"
fresh_days = 30
severity = "high"
remedy = "Send less."
role = "security"
"#;

pub(crate) fn catalogue() -> Catalogue {
    let layer = Layer::files([("own.toml".to_owned(), CATALOGUE.to_owned())]);
    Catalogue::load(&[Layer::embedded(), layer]).unwrap_or_else(|error| panic!("{error}"))
}

pub(crate) fn instant(text: &str) -> Instant {
    text.parse().expect(text)
}

pub(crate) const NOW: &str = "2026-06-30T12:00:00Z";

/// One system with one model.
pub(crate) fn snapshot() -> Snapshot {
    let organisation = Organisation {
        id: "acme".parse().expect("id"),
        name: "Acme".to_owned(),
        scope: String::new(),
        interfaces: Vec::new(),
    };
    let mut snapshot = Snapshot::empty(instant(NOW), organisation);
    snapshot.systems.push(AiSystem {
        id: "desk".parse().expect("id"),
        name: "Desk".to_owned(),
        purpose: String::new(),
        owner: None,
        audiences: BTreeSet::new(),
        classes: BTreeSet::new(),
    });
    snapshot.assets.push(asset(AssetKind::Model, "openai/gpt-4o"));
    snapshot
}

pub(crate) fn asset(kind: AssetKind, key: &str) -> Asset {
    Asset {
        id: AssetId::derive(&"acme".parse().expect("id"), kind, key),
        kind,
        key: key.to_owned(),
        name: key.to_owned(),
        supplier: None,
        systems: BTreeSet::from(["desk".parse().expect("id")]),
        locations: BTreeSet::from(["app.py:3".parse().expect("location")]),
        seen_in: String::new(),
        present: true,
        registration: None,
        owner: None,
        classification: None,
    }
}

pub(crate) fn model(snapshot: &Snapshot) -> Subject {
    Subject::Asset(snapshot.assets[0].id.clone())
}

pub(crate) fn seen(
    subject: &Subject,
    name: &str,
    value: impl Into<Value>,
    basis: Basis,
    source: &str,
    at: &str,
) -> RecordedObservation {
    let at = instant(at);
    RecordedObservation {
        subject: subject.clone(),
        attribute: name.parse().expect(name),
        value: value.into(),
        basis,
        source: source.to_owned(),
        period: Period { from: at, to: at },
        recorded_at: at,
        evidence: None,
        locations: BTreeSet::new(),
        resolves: false,
    }
}
