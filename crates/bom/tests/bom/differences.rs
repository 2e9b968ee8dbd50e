//! What changed between two bills.

use annex_bom::{Bill, Format, diff};
use serde_json::{Value, json};

use crate::desk;

fn read(bytes: &[u8]) -> Bill {
    Bill::read("bill.json", bytes).expect("a bill")
}

fn refused(document: &Value) -> String {
    Bill::read("bill.json", document.to_string().as_bytes()).expect_err("no bill").to_string()
}

fn words(old: &Bill, new: &Bill) -> String {
    let found = diff(old, new);
    let mut lines = Vec::new();
    lines.extend(
        found
            .added
            .iter()
            .map(|part| format!("+ {} {}", part.identity, part.version()).trim_end().to_owned()),
    );
    lines.extend(
        found
            .removed
            .iter()
            .map(|part| format!("- {} {}", part.identity, part.version()).trim_end().to_owned()),
    );
    for part in &found.changed {
        lines.extend(
            part.changes.iter().map(|change| format!("~ {}: {}", part.identity, change.words())),
        );
    }
    lines.join("\n")
}

#[test]
fn every_sort_of_change_is_said_in_both_formats() {
    let mut changed = desk::batch();
    changed.assets.retain(|asset| asset.key.key != "litellm");
    for asset in &mut changed.assets {
        if asset.key.key == "desk/run" {
            asset.key.key = "desk/walk".to_owned();
            asset.name = "walk".to_owned();
        }
        // A line that moved is no change.
        asset.locations = ["elsewhere.py:99".parse().expect("a place")].into();
    }
    for observed in &mut changed.observations {
        let text = observed.value.to_string();
        if text == "0.3.1" {
            observed.value = "0.4.0".into();
        } else if text.starts_with("https://tools") {
            observed.value = "http://tools.example.org/mcp".into();
        } else if observed.attribute.as_str() == "remote_code_trusted" {
            observed.value = false.into();
        }
    }
    let said = |format| {
        words(&read(&desk::bill(&desk::batch(), format)), &read(&desk::bill(&changed, format)))
    };
    let cyclonedx = said(Format::CycloneDx16);
    insta::assert_snapshot!(cyclonedx, @r#"
    + tool:desk/walk
    - gateway:litellm
    - tool:desk/run
    ~ mcp_server:endpoint/tools.example.org: endpoint: https://tools.example.org/mcp -> http://tools.example.org/mcp
    ~ pkg:huggingface/acme/help-7b: property annex:remote_code_trusted: true -> false
    ~ pkg:pypi/langchain-openai: version: 0.3.1 -> 0.4.0
    "#);
    assert_eq!(cyclonedx, said(Format::Spdx301));
    assert_eq!(said(Format::CycloneDx17), cyclonedx);
}

#[test]
fn the_same_desk_in_two_formats_differs_in_what_only_one_of_them_lists() {
    let cyclonedx = read(&desk::bill(&desk::batch(), Format::CycloneDx16));
    let spdx = read(&desk::bill(&desk::batch(), Format::Spdx301));
    insta::assert_snapshot!(words(&cyclonedx, &spdx), @r#"
    + pkg:huggingface/Qwen/Qwen2.5-7B
    "#);
}

#[test]
fn foreign_bills_are_read_with_nested_parts_and_groups() {
    let old = json!({
        "bomFormat": "CycloneDX", "specVersion": "1.4",
        "components": [
            { "type": "library", "group": "@a", "name": "b", "version": "1", "purl": "pkg:npm/%40a/b@1",
              "components": [{ "type": "library", "name": "inner", "version": "2" }] },
            { "type": "library", "name": "twice", "purl": "pkg:pypi/twice@1" },
            { "type": "library", "name": "twice", "purl": "pkg:pypi/twice@2",
              "hashes": [{ "alg": "SHA-256", "content": "AA" }] },
        ],
        "services": [{ "name": "api", "endpoints": ["http://a"], "services": [{ "name": "inner" }] }],
    });
    let new = json!({
        "@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld",
        "@graph": [
            { "type": "software_Package", "spdxId": "urn:x:1", "name": "b", "software_packageVersion": "3",
              "software_packageUrl": "pkg:npm/%40a/b@3" },
            { "type": "software_Package", "spdxId": "urn:x:2", "name": "twice",
              "software_packageUrl": "pkg:pypi/twice@2",
              "verifiedUsing": { "type": "Hash", "algorithm": "sha256", "hashValue": "bb" } },
            { "type": "Person", "spdxId": "urn:x:3" },
        ],
    });
    let read = |document: &Value| read(document.to_string().as_bytes());
    insta::assert_snapshot!(words(&read(&old), &read(&new)), @r#"
    - library:inner 2
    - service:api
    - service:inner
    ~ pkg:npm/%40a/b: version: 1 -> 3
    ~ pkg:pypi/twice: hash sha256: aa -> bb
    ~ pkg:pypi/twice: version: 1, 2 -> 2
    "#);
}

#[test]
fn what_cannot_be_read_is_named_with_file_and_field() {
    let bill = |components: Value| json!({ "bomFormat": "CycloneDX", "specVersion": "1.6", "components": components });
    let mut faults = vec![
        refused(&json!({})),
        refused(&json!([1])),
        refused(&json!({ "bomFormat": "SPDX" })),
        refused(&json!({ "bomFormat": "CycloneDX" })),
        refused(&json!({ "bomFormat": "CycloneDX", "specVersion": "1.3" })),
        refused(&bill(json!("x".repeat(300)))),
        refused(&bill(json!([{ "type": "library", "name": "a" }, { "type": "library" }]))),
        refused(&bill(json!([{ "type": "library", "name": "a", "properties": [{ "name": 7 }] }]))),
        refused(
            &json!({ "@context": "https://spdx.org/rdf/3.0.0/spdx-context.jsonld", "@graph": [] }),
        ),
        refused(&json!({ "@graph": [] })),
        refused(
            &json!({ "@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld", "@graph": [3] }),
        ),
    ];
    for text in ["<bom/>", "{\n \"bomFormat\"", &"[".repeat(100_000)] {
        faults.push(Bill::read("bill.json", text.as_bytes()).expect_err("no bill").to_string());
    }
    insta::assert_snapshot!(faults.join("\n"), @r#"
    bill.json: the document: expected a CycloneDX document (`bomFormat`) or SPDX 3 (`@context`, `@graph`), found an object
    bill.json: the document: expected a CycloneDX document (`bomFormat`) or SPDX 3 (`@context`, `@graph`), found a list
    bill.json: bomFormat: expected "CycloneDX", found "SPDX"
    bill.json: specVersion: expected 1.4, 1.5, 1.6 or 1.7, found nothing
    bill.json: specVersion: expected 1.4, 1.5, 1.6 or 1.7, found "1.3"
    bill.json: components: expected a list, found "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…
    bill.json: components[1].name: expected a name, found nothing
    bill.json: components[0].properties[0].name: expected a text, found 7
    bill.json: @context: expected the context of SPDX 3.0.1, found "https://spdx.org/rdf/3.0.0/spdx-context.jsonld"
    bill.json: @context: expected the context of SPDX 3.0.1, found nothing
    bill.json: @graph[0]: expected an object, found 3
    bill.json: line 1, column 1: not JSON; export the bill as JSON (XML and tag-value are not read)
    bill.json: line 2, column 12: not JSON; export the bill as JSON (XML and tag-value are not read)
    bill.json: line 1, column 128: not JSON; export the bill as JSON (XML and tag-value are not read)
    "#);
}
