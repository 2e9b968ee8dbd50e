//! Any batch gives a bill of which every reference resolves.

use std::collections::BTreeSet;

use annex_bom::{Bill, Format, diff, write};
use annex_isms::{AssetKind, DataClass, ObservationBatch};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::desk;

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-c]{0,2}",
        "(huggingface|pypi|npm|maven|endpoint)/[a-b@:/%#? ]{0,5}",
        "https?://[a-b:/#%\\[\\]]{0,6}",
        any::<String>(),
    ]
}

fn key() -> impl Strategy<Value = Value> {
    (prop::sample::select(AssetKind::ALL), text())
        .prop_map(|(kind, key)| json!({ "kind": kind, "key": key }))
}

fn place() -> impl Strategy<Value = String> {
    (text(), 0..3u32).prop_map(|(path, line)| format!("{path}:{line}"))
}

fn attribute() -> impl Strategy<Value = (&'static str, Value)> {
    let names = prop::sample::select(vec![
        "version",
        "endpoint",
        "content_digest",
        "base_model",
        "authentication_configured",
        "other",
    ]);
    let value = prop_oneof![
        text().prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        prop::collection::btree_set(text(), 0..3).prop_map(|set| json!(set)),
    ];
    (names, value)
}

prop_compose! {
    fn batches()(
        assets in prop::collection::vec(
            (key(), text(), prop::collection::btree_set("[a-b]", 0..3),
             prop::collection::btree_set(place(), 0..3), any::<bool>(),
             prop::collection::vec(attribute(), 0..4)),
            0..8,
        ),
        others in prop::collection::vec((key(), key()), 0..3),
        within in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(),
            prop::sample::subsequence(DataClass::ALL, 0..=2)), 0..6),
        name in text(), commit in prop::option::of(text()), skipped in any::<bool>(),
    ) -> ObservationBatch {
        let mut batch = desk::json_batch();
        let period = batch["period"].clone();
        let mut observations = Vec::new();
        let mut seen = Vec::new();
        for (key, name, systems, places, supplied, attributes) in &assets {
            let mut asset = json!({
                "kind": key["kind"], "key": key["key"], "name": name,
                "systems": systems, "locations": places,
            });
            if *supplied {
                asset["supplier"] = "someone".into();
            }
            seen.push(asset);
            observations.extend(attributes.iter().map(|(attribute, value)| json!({
                "subject": { "asset": key }, "attribute": attribute, "value": value,
                "basis": "source", "period": period,
            })));
        }
        let flow = |from: &Value, to: &Value, classes: &[DataClass]| json!({
            "from": from, "to": to, "carries": "x", "classes": classes, "locations": [],
        });
        let mut flows: Vec<Value> = others.iter().map(|(from, to)| flow(from, to, &[])).collect();
        if !assets.is_empty() {
            flows.extend(within.iter().map(|(from, to, classes)| {
                flow(&from.get(&assets).0, &to.get(&assets).0, classes)
            }));
        }
        batch["assets"] = seen.into();
        batch["observations"] = observations.into();
        batch["flows"] = flows.into();
        batch["scope"] = json!({ "kind": "repository", "name": name, "commit": commit });
        if !skipped {
            batch["skipped"] = json!([]);
        }
        serde_json::from_value(batch).expect("a batch")
    }
}

/// The references of a CycloneDX document that point into it, and the ids that it gives.
fn cyclonedx(document: &Value) -> (Vec<String>, Vec<String>) {
    let (mut uses, mut gives) = (Vec::new(), Vec::new());
    let link =
        format!("{}/1#", document["serialNumber"].as_str().expect("text").replace("uuid", "cdx"));
    let mut open = vec![("", document)];
    while let Some((name, value)) = open.pop() {
        match value {
            Value::Object(fields) => {
                open.extend(fields.iter().map(|(name, value)| (name.as_str(), value)));
            }
            Value::Array(items) => open.extend(items.iter().map(|item| (name, item))),
            Value::String(text) => match name {
                "bom-ref" => gives.push(text.clone()),
                "ref" | "dependsOn" | "assemblies" | "dependencies" => uses.push(text.clone()),
                "source" | "destination" => {
                    let encoded = text.strip_prefix(&link).expect("a link into the document");
                    uses.push(decoded(encoded));
                }
                _ => {}
            },
            _ => {}
        }
    }
    (uses, gives)
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        if *first == b'%' {
            let pair = std::str::from_utf8(&tail[..2]).expect("digits");
            bytes.push(u8::from_str_radix(pair, 16).expect("digits"));
            rest = &tail[2..];
        } else {
            bytes.push(*first);
            rest = tail;
        }
    }
    String::from_utf8(bytes).expect("text")
}

/// The same of an SPDX document.
fn spdx(document: &Value) -> (Vec<String>, Vec<String>) {
    let (mut uses, mut gives) = (Vec::new(), Vec::new());
    for element in document["@graph"].as_array().expect("a graph") {
        gives.extend(element["spdxId"].as_str().map(str::to_owned));
        gives.extend(element["@id"].as_str().map(str::to_owned));
        for name in [
            "creationInfo",
            "createdBy",
            "createdUsing",
            "from",
            "to",
            "rootElement",
            "element",
            "suppliedBy",
            "originatedBy",
        ] {
            match &element[name] {
                Value::String(text) => uses.push(text.clone()),
                Value::Array(items) => {
                    uses.extend(items.iter().filter_map(Value::as_str).map(str::to_owned));
                }
                _ => {}
            }
        }
    }
    uses.retain(|used| used != "expandedlicensing_NoAssertionLicense");
    (uses, gives)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn every_reference_resolves_and_no_id_stands_twice(batch in batches()) {
        let known: BTreeSet<_> = batch.assets.iter().map(|asset| asset.key.clone()).collect();
        for &format in Format::ALL {
            let bytes = write(&batch, &desk::matched(), format).expect("a bill");
            let document: Value = serde_json::from_slice(&bytes).expect("JSON");
            let (uses, gives) =
                if format == Format::Spdx301 { spdx(&document) } else { cyclonedx(&document) };
            let distinct: BTreeSet<&String> = gives.iter().collect();
            prop_assert_eq!(distinct.len(), gives.len(), "an id stands twice: {:?}", gives);
            for used in &uses {
                prop_assert!(distinct.contains(used), "{:?} does not resolve", used);
            }
            prop_assert!(gives.len() >= known.len());
            let bill = Bill::read("bill", &bytes).expect("a bill that can be read");
            prop_assert!(diff(&bill, &bill).is_empty());
        }
    }

    #[test]
    fn no_input_makes_reading_panic(text in any::<String>(), cut in any::<prop::sample::Index>()) {
        let _ = Bill::read("bill", text.as_bytes());
        let whole = desk::bill(&desk::batch(), Format::CycloneDx16);
        prop_assert!(Bill::read("bill", &whole[..cut.index(whole.len() - 1)]).is_err());
    }
}
