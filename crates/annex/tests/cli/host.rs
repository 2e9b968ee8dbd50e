//! `annex discover --host`: the machine that the tests run on, with caches of their own.
//!
//! What else runs here, and whether all of it may be read, differs from machine to machine: only
//! what a test put there is looked for, and a scan may be incomplete.

use serde_json::{Value, json};

use crate::desk::{Desk, Run, rows};

const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

/// A desk at which a model was fetched from the hub.
fn with_model() -> Desk {
    let desk = Desk::new();
    let model = "home/.cache/huggingface/hub/models--acme--help-7b";
    desk.write(format!("{model}/refs/main"), COMMIT);
    desk.write(format!("{model}/snapshots/{COMMIT}/config.json"), "{}");
    desk
}

/// Looks at the machine; what others run on it may be unreadable.
fn looked(desk: &Desk, more: &[&str]) -> Run {
    let run = desk.annex(&[&["discover", "--host", "--repository", "desk-1"], more].concat());
    assert!(matches!(run.code, Some(0 | 3)), "{:?}: {}", run.code, run.err);
    run
}

fn json_of(run: &Run) -> Value {
    serde_json::from_slice(&run.bytes).expect("JSON")
}

#[test]
fn models_in_caches_are_found_with_their_revision() {
    let desk = with_model();
    let found = json_of(&looked(&desk, &["--format", "json"]));
    assert_eq!(found["scope"], json!({ "kind": "host", "name": "desk-1" }));
    let own = |row: &&Value| row["key"] == "huggingface/acme/help-7b";
    let model = rows(&found, "assets").iter().find(own).expect("the model");
    assert_eq!(model["version"], COMMIT);
    assert_eq!(model["systems"], json!(["desk-1"]));
    for part in ["flows", "observations", "skipped"] {
        assert!(found[part].is_array(), "{part}");
    }
    assert!(looked(&desk, &[]).out.contains("acme/help-7b"));
    assert!(!desk.data().exists(), "a data folder was made");
}

#[test]
fn a_recorded_look_is_what_the_next_is_compared_with() {
    let desk = with_model();
    let first = looked(&desk, &["--record"]);
    assert!(first.err.contains("the first scan of this host"), "{}", first.err);
    desk.write("models/desk.safetensors", "\x02\0\0\0\0\0\0\0{}");
    let drift = json_of(&looked(&desk, &["--host-dir", "models", "--record", "--format", "json"]));
    let new: Vec<_> = rows(&drift, "changes")
        .iter()
        .filter(|change| change["what"] == "new")
        .map(|change| change["key"].clone())
        .collect();
    assert!(new.contains(&json!("desk-1/desk")), "{drift}");
    let assets = desk.json(&["assets"]);
    assert!(assets.to_string().contains("acme/help-7b"), "{assets}");
    desk.ledger_holds();
}

#[test]
fn a_machine_and_a_repository_are_not_mixed_up() {
    let desk = with_model();
    for mixed in [&["discover", ".", "--host"][..], &["discover", ".", "--host-dir", "x"]] {
        let refused = desk.refused(mixed);
        assert!(refused.contains("cannot be used with"), "{refused}");
    }
    for missing in [&["discover"][..], &["discover", "--host-dir", "x"]] {
        let refused = desk.refused(missing);
        assert!(refused.contains("required arguments were not provided"), "{refused}");
    }
    let missing = desk.refused(&["discover", "--host", "--host-dir", "none"]);
    insta::assert_snapshot!(missing, @"error: there is nothing at `DESK/none`");
    desk.write("found.json", looked(&desk, &["--format", "json"]).bytes);
    let against = ["discover", "home", "--repository", "desk-1", "--against", "found.json"];
    insta::assert_snapshot!(desk.refused(&against), @"error: found.json is a scan of a host, not of a repository");
}
