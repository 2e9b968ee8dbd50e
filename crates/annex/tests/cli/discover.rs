//! `annex discover`: what it finds, what changed, and what it says of what it could not read.

use std::fs;

use serde_json::{Value, json};

use crate::desk::{Desk, rows};

#[test]
fn discover_prints_what_is_there_and_records_nothing() {
    let desk = Desk::with_example();
    let found = desk.json(&["discover", "helpdesk"]);
    let framework = |name: &str| {
        let named = |row: &&Value| row["kind"] == "framework" && row["name"] == name;
        rows(&found, "assets").iter().find(named).cloned().expect("a framework")
    };
    assert_eq!(framework("openai")["version"], "1.59.6");
    // Where it is declared, and where it is imported.
    assert_eq!(
        framework("openai")["locations"],
        json!(["app/answers.py:7", "requirements.txt:8", "scripts/try_model.py:5"])
    );
    for part in ["flows", "observations"] {
        assert!(!rows(&found, part).is_empty(), "{part}");
    }
    assert_eq!(found["skipped"], json!([]));
    assert!(!desk.data().exists(), "a data folder was made");

    // What cannot be read is named, and outranks everything else.
    desk.write("helpdesk/requirements.txt", b"openai==1.0\n\xff\xfe\n");
    let run = desk.annex(&["discover", "helpdesk"]).code(3);
    assert!(run.err.contains("incomplete: requirements.txt: "), "{}", run.err);
}

/// Replaces a text in a file of the example.
fn edit(desk: &Desk, name: &str, from: &str, to: &str) {
    let path = desk.path(name);
    let text = fs::read_to_string(&path).expect("a file");
    assert!(text.contains(from), "{name}");
    fs::write(path, text.replace(from, to)).expect("a file");
}

#[test]
fn what_changed_since_an_earlier_scan_is_told_with_its_controls() {
    let desk = Desk::with_example();
    let earlier = desk.annex(&["discover", "helpdesk", "--format", "json"]).done().out;
    desk.write("earlier.json", earlier);
    let against = ["discover", "helpdesk", "--against", "earlier.json", "--fail-on-change"];
    let same = desk.annex(&against).done();
    assert_eq!(same.out, "nothing changed\n");

    edit(&desk, "helpdesk/app/agent.py", "gpt-4o-2024-11-20", "gpt-4.1");
    edit(&desk, "helpdesk/requirements.txt", "openai==1.59.6", "openai==1.60.0");
    let run = desk.annex(&against).code(1);
    assert!(run.err.contains("A.8.8"), "{}", run.err);
    insta::assert_snapshot!(run.out, @r"
    What     Kind       Name               Changes                   Seen at
    ───────  ─────────  ─────────────────  ────────────────────────  ─────────────────────
    new      model      gpt-4.1                                      app/agent.py:11
    gone     model      gpt-4o-2024-11-20                            app/agent.py:11
    changed  framework  openai             version: 1.59.6 → 1.60.0  app/answers.py:7 (+2)
    ");
    let mut page = against.to_vec();
    page.extend(["--format", "md"]);
    let comment = desk.annex(&page).code(1).out;
    assert!(
        comment.contains("| changed | framework `openai` | version: 1.59.6 → 1.60.0 |"),
        "{comment}"
    );
    assert!(comment.contains("- **A.8.8 "), "{comment}");
    assert!(comment.contains("run the security tests again"), "{comment}");
}

#[test]
fn a_recorded_scan_is_what_the_next_is_compared_with() {
    let desk = Desk::with_example();
    let first = desk.annex(&["discover", "helpdesk", "--record"]).done();
    assert!(first.err.contains("the first scan of this repository"), "{}", first.err);
    edit(&desk, "helpdesk/app/agent.py", "gpt-4o-2024-11-20", "gpt-4.1");
    let drift = desk.json(&["discover", "helpdesk", "--record"]);
    let told: Vec<_> = rows(&drift, "changes")
        .iter()
        .map(|change| (change["what"].clone(), change["name"].clone()))
        .collect();
    assert_eq!(
        told,
        [(json!("new"), json!("gpt-4.1")), (json!("gone"), json!("gpt-4o-2024-11-20"))]
    );
    assert!(rows(&drift, "outdated").contains(&json!("A.8.25/injection-tested")), "{drift}");
    desk.ledger_holds();
}

#[test]
fn what_is_no_earlier_scan_is_refused() {
    let desk = Desk::with_example();
    let against = ["discover", "helpdesk", "--against", "earlier.json"];
    insta::assert_snapshot!(desk.refused(&against), @"error: there is no file earlier.json");
    desk.write("earlier.json", "{\"assets\": 1}");
    insta::assert_snapshot!(desk.refused(&against), @"error: earlier.json: not what `annex discover --format json` prints: invalid type: integer `1`, expected a sequence");
    let mut other: Value = desk.json(&["discover", "helpdesk"]);
    other["scope"]["name"] = json!("another");
    desk.write("earlier.json", other.to_string());
    insta::assert_snapshot!(desk.refused(&against), @"error: earlier.json is a scan of `another`, not of `helpdesk`; give the name with --repository");
}
