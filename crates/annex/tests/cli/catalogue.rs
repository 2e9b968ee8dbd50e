//! `annex catalog`: what it holds, filters, and faults in a folder of one's own.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::desk::{Desk, rows};

#[test]
fn the_list_holds_all_controls_of_annex_a_with_their_requirements() {
    let desk = Desk::new();
    let catalogue = desk.json(&["catalog", "list"]);
    let controls = rows(&catalogue, "controls");
    let ids: BTreeSet<&str> = controls.iter().filter_map(|row| row["id"].as_str()).collect();
    let annex_a = (1..=37)
        .map(|n| format!("A.5.{n}"))
        .chain((1..=8).map(|n| format!("A.6.{n}")))
        .chain((1..=14).map(|n| format!("A.7.{n}")))
        .chain((1..=34).map(|n| format!("A.8.{n}")));
    for id in annex_a {
        assert!(ids.contains(id.as_str()), "{id}");
    }
    assert_eq!(ids.len(), 93);
    for control in controls {
        assert!(control["requirements"].is_array(), "{control}");
    }
    for id in ["A.5.7", "A.5.10", "A.5.23", "A.5.29", "A.8.8", "A.8.16", "A.8.24", "A.8.25"] {
        let control = controls.iter().find(|row| row["id"] == id).expect(id);
        assert!(rows(control, "requirements").len() >= 5, "{id}");
    }
    assert!(rows(&catalogue, "threats").len() >= 20);
}

#[test]
fn a_reference_filters_the_list_by_item_and_edition() {
    let desk = Desk::new();
    let list = |reference: &str| desk.json(&["catalog", "list", "--ref", reference]);
    let refers = |row: &Value, reference: &str| row["refs"].to_string().contains(reference);
    let found = list("owasp-llm:2026/LLM01");
    let mut requirements = 0;
    for control in rows(&found, "controls") {
        for requirement in rows(control, "requirements") {
            assert!(refers(requirement, "owasp-llm:2026/LLM01"), "{requirement}");
            requirements += 1;
        }
    }
    assert!(requirements > 0);
    assert!(rows(&found, "threats").iter().any(|row| row["id"] == "prompt-injection"));
    assert_ne!(found, list("owasp-llm:2025/LLM02"));
    let none = desk.annex(&["catalog", "list", "--ref", "owasp-llm:1999/LLM01"]).done();
    assert!(none.out.contains("Nothing in the catalogue refers to it."), "{}", none.out);
    assert!(desk.refused(&["catalog", "list", "--ref", "LLM01"]).contains("LLM01"));
}

#[test]
fn one_control_requirement_or_threat_is_shown() {
    let desk = Desk::new();
    let show = |id: &str| desk.annex(&["catalog", "show", id]).done().out;
    let requirement = show("A.5.23/agreement-covers-traffic");
    for part in ["Met when: ", "Needs:", "A gap when:", "Remedy: "] {
        assert!(requirement.contains(part), "{requirement}");
    }
    assert!(show("A.5.23").contains("A.5.23/agreement-covers-traffic"));
    assert!(show("A.5.1").contains("Base ISMS, not assessed here."));
    assert!(show("prompt-injection").contains("Likelihood:"));
    insta::assert_snapshot!(desk.refused(&["catalog", "show", "A.5.99"]), @"error: the catalogue has no control, requirement or threat `A.5.99`; `annex catalog list` shows them");
}

/// A requirement whose policy reads `attribute`.
fn requirement(attribute: &str) -> String {
    format!(
        r#"# Ours.

[[attribute]]
subject = "system"
name = "our_review_done"
type = "bool"
words = "Whether our review was done."
collectors = ["answer"]
ask = "Was our review done? Attach its record."
example = "true"

[[requirement]]
id = "A.8.25/our-review"
title = "Our review was done"
question = 1
subject = "system"
words = "Met when our own review of the system was done and recorded."
policy = '''
@reason("The review was not done.")
forbid(principal, action, resource)
unless {{ resource.{attribute} }};
'''
basis = "document"
fresh_days = 365
severity = "medium"
role = "security"
remedy = "Do the review and attach its record."
"#
    )
}

#[test]
fn a_folder_adds_to_the_catalogue_and_is_assessed() {
    let desk = Desk::with_small_repository();
    desk.write("ours/review.toml", requirement("our_review_done"));
    let run = desk.annex(&["catalog", "check", "ours"]).done();
    assert!(run.out.starts_with("no faults: 93 controls, "), "{}", run.out);
    let document = desk.json(&["assess", "small", "--catalog", "ours"]);
    let ours = rows(&document, "results")
        .iter()
        .filter(|row| row["requirement"] == "A.8.25/our-review")
        .collect::<Vec<_>>();
    assert_eq!(ours.len(), 1);
    assert_eq!(ours[0]["outcome"], "unknown");
}

#[test]
fn a_wrong_attribute_in_a_policy_is_named_with_file_and_line() {
    let desk = Desk::with_small_repository();
    let text = requirement("our_reviev_done");
    let line = text.lines().position(|line| line.contains("our_reviev_done")).expect("it") + 1;
    desk.write("ours/review.toml", &text);
    let place = format!("ours/review.toml:{line}: ");
    let checked = desk.refused(&["catalog", "check", "ours"]);
    assert!(checked.contains(&place) && checked.contains("our_reviev_done"), "{checked}");
    // Nothing is judged by a catalogue with a fault.
    let assessed = desk.refused(&["assess", "small", "--catalog", "ours"]);
    assert!(assessed.contains(&place), "{assessed}");
    assert!(!desk.data().exists());
}

#[test]
fn other_faults_in_a_folder_are_named_with_file_and_line() {
    let desk = Desk::new();
    desk.write("ours/a.toml", "[[requirement]]\nid = \"A.8.25/x\"\nseverty = \"high\"\n");
    desk.write("ours/b.toml", "[[control]\n");
    let faults = desk.refused(&["catalog", "check", "ours"]);
    for part in ["the catalogue has 2 fault(s)", "ours/a.toml:", "severty", "ours/b.toml:1: "] {
        assert!(faults.contains(part), "{part}: {faults}");
    }
    insta::assert_snapshot!(desk.refused(&["catalog", "check", "nowhere"]), @r"
error: cannot read nowhere
  because: No such file or directory (os error 2)
");
    std::fs::create_dir(desk.path("empty")).expect("a folder");
    insta::assert_snapshot!(desk.refused(&["catalog", "check", "empty"]), @"error: empty: there is no *.toml file; a catalogue is a folder of such files");
}
