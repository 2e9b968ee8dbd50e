//! Whole documents, and what they must say.

use annex_bom::{Format, Matched, write};
use serde_json::Value;

use crate::desk;

fn document(format: Format) -> Value {
    serde_json::from_slice(&desk::bill(&desk::batch(), format)).expect("JSON")
}

#[test]
fn a_help_desk_in_cyclonedx() {
    let text = String::from_utf8(desk::bill(&desk::batch(), Format::CycloneDx16)).expect("text");
    insta::assert_snapshot!(text);
}

#[test]
fn a_help_desk_in_spdx() {
    let text = String::from_utf8(desk::bill(&desk::batch(), Format::Spdx301)).expect("text");
    insta::assert_snapshot!(text);
}

#[test]
fn the_two_versions_of_cyclonedx_differ_in_number_and_id_alone() {
    let numbered = |format| {
        let mut document = document(format);
        let serial = document["serialNumber"].as_str().expect("a serial number").to_owned();
        document["specVersion"] = "x".into();
        document["$schema"] = "x".into();
        document.to_string().replace(serial.trim_start_matches("urn:uuid:"), "ID")
    };
    assert_eq!(numbered(Format::CycloneDx16), numbered(Format::CycloneDx17));
}

#[test]
fn the_same_input_gives_the_same_bytes_and_another_input_another_id() {
    for &format in Format::ALL {
        let first = desk::bill(&desk::batch(), format);
        assert_eq!(first, desk::bill(&desk::batch(), format));
        let mut other = desk::batch();
        other.scope.commit = Some("fedc".to_owned());
        let id = |bytes: &[u8]| {
            let text = String::from_utf8(bytes.to_vec()).expect("text");
            let at = text.find("urn:uuid:").expect("an id");
            text[at..at + 45].to_owned()
        };
        assert_ne!(id(&first), id(&desk::bill(&other, format)));
    }
}

#[test]
fn what_was_not_read_makes_a_bill_incomplete_and_nothing_makes_it_complete() {
    let bill = document(Format::CycloneDx16);
    assert_eq!(bill["compositions"][0]["aggregate"], "incomplete");
    let text = bill["metadata"]["properties"].to_string();
    assert!(text.contains("broken.yaml: line 2: not YAML"), "{text}");

    let mut read = desk::batch();
    read.skipped.retain(|skipped| skipped.deliberate);
    let bill: Value = serde_json::from_slice(
        &write(&read, &Matched::default(), Format::CycloneDx16).expect("a bill"),
    )
    .expect("JSON");
    assert_eq!(bill["compositions"][0]["aggregate"], "unknown");
    let bill =
        String::from_utf8(write(&read, &Matched::default(), Format::Spdx301).expect("a bill"))
            .expect("text");
    assert!(!bill.contains("INCOMPLETE") && bill.contains("is not known"), "{bill}");
    assert!(!bill.contains("\"completeness\": \"complete\""));
}

#[test]
fn a_digest_over_several_definitions_is_no_hash_and_a_variable_no_endpoint() {
    let bill = document(Format::CycloneDx16);
    let part = |reference: &str| {
        bill["components"]
            .as_array()
            .into_iter()
            .chain(bill["services"].as_array())
            .flatten()
            .find(|part| part["bom-ref"] == reference)
            .unwrap_or_else(|| panic!("no {reference}"))
            .clone()
    };
    assert_eq!(part("prompt:desk/answer")["hashes"][0]["content"], "ab".repeat(32));
    let inline = part("prompt:desk/INLINE");
    assert_eq!(inline["hashes"], Value::Null);
    assert!(inline["properties"].to_string().contains("annex:content_digest"));
    let store = part("vector_store:qdrant");
    assert_eq!(store["endpoints"], Value::Null);
    assert!(store["properties"].to_string().contains("http://${HOST}:6333"));
}

#[test]
fn a_vulnerability_stands_on_the_parts_that_it_names_and_on_no_other() {
    let bill = document(Format::CycloneDx17);
    let affected: Vec<usize> = bill["vulnerabilities"]
        .as_array()
        .expect("vulnerabilities")
        .iter()
        .map(|one| one["affects"].as_array().map_or(0, Vec::len))
        .collect();
    assert_eq!(affected, [1, 1, 1, 1, 1, 1, 0, 0]);
    assert_eq!(bill["vulnerabilities"][0]["ratings"][0]["score"].to_string(), "9.8");
    assert_eq!(bill["vulnerabilities"][5]["ratings"], Value::Null);
    let named = bill["vulnerabilities"][6]["properties"][0]["value"].as_str();
    assert_eq!(named, Some("pkg:pypi/absent"));
}
