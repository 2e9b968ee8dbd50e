//! What is said of a system, and what is left unsaid.

use annex_isms::observation::{AssetKey, SeenSystem};
use annex_isms::{AssetKind, Ecosystem};

use super::*;
use crate::Importer;
use crate::vex::Document;

const AT: &str = "2026-06-15T00:00:00Z";

/// A repository with one system that holds `assets` by kind, key and place.
fn found(assets: &[(AssetKind, &str, &str)]) -> ObservationBatch {
    let system = SeenSystem { id: "desk".parse().expect("an id"), name: "Desk".to_owned() };
    let assets = assets.iter().map(|(kind, key, place)| SeenAsset {
        key: AssetKey { kind: *kind, key: (*key).to_owned() },
        aliases: Vec::new(),
        name: key.rsplit('/').next().expect("a name").to_owned(),
        supplier: None,
        systems: BTreeSet::from([system.id.clone()]),
        locations: BTreeSet::from([place.parse().expect("a place")]),
    });
    let at = AT.parse().expect("an instant");
    ObservationBatch {
        schema: BATCH_SCHEMA,
        collector: Collector { name: "discover".to_owned(), version: "1".to_owned() },
        scope: Scope {
            kind: "repository".to_owned(),
            name: "desk".to_owned(),
            commit: None,
            modified: false,
        },
        period: Period { from: at, to: at },
        coverage: Coverage::default(),
        skipped: Vec::new(),
        assets: assets.collect(),
        systems: vec![system],
        flows: Vec::new(),
        observations: Vec::new(),
    }
}

fn tree(rows: &[(&str, Option<&str>)]) -> LockedTree {
    let rows = rows.iter().map(|(name, version)| {
        let mut row = Dependency::new(Ecosystem::Pypi, name, *version);
        row.locations.insert("requirements.txt:1".parse().expect("a place"));
        row
    });
    LockedTree { dependencies: rows.collect(), files: vec![], skipped: vec![] }
}

/// A database with one advisory on `torch` before 2, published on a day, and one of another day
/// that says how old it is.
fn report(tree: &LockedTree, published: &str, newest: &str) -> Report {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.jsonl");
    let date = |name: &str, day: &str| match day {
        "" => String::new(),
        day => format!(r#""{name}":"{day}T00:00:00Z","#),
    };
    let lines = format!(
        r#"{{"id":"CVE-1",{}"affected":[{{"package":{{"ecosystem":"PyPI","name":"torch"}},"ranges":[{{"type":"ECOSYSTEM","events":[{{"introduced":"0"}},{{"fixed":"2"}}]}}]}}]}}
{{"id":"CVE-2",{}"affected":[{{"package":{{"ecosystem":"PyPI","name":"other"}},"versions":["1"]}}]}}"#,
        date("published", published),
        date("modified", newest),
    );
    std::fs::write(&path, lines).expect("write");
    let mut importer = Importer::new(Limits::default());
    importer.add(&path).expect("a source");
    importer.finish().check(&tree.dependencies, AT.parse().expect("an instant"))
}

/// `ai_parts_unscanned` and `ai_vulnerabilities_undecided_days`.
fn said(
    tree: &LockedTree,
    report: &Report,
    found: &ObservationBatch,
) -> (Option<i64>, Option<i64>) {
    let digest = Digest::of(b"report");
    let batch = Checked { tree, report, found }.observe(digest, &Limits::default());
    assert!(batch.observations.iter().all(|o| o.evidence == Some(digest)));
    let value = |name: &str| {
        let observed = batch.observations.iter().find(|o| o.attribute.as_str() == name)?;
        let Value::Long(value) = observed.value else { panic!("{observed:?}") };
        Some(value)
    };
    (value("ai_parts_unscanned"), value("ai_vulnerabilities_undecided_days"))
}

const TORCH: (AssetKind, &str, &str) = (AssetKind::Framework, "pypi/torch", "app.py:1");

#[test]
fn nothing_is_said_to_be_right_by_old_advisories_and_what_is_wrong_is_said_by_any() {
    let found = found(&[TORCH]);
    let (safe, open) = (tree(&[("torch", Some("2.1"))]), tree(&[("torch", Some("1.9"))]));
    for (tree, published, newest, expected) in [
        (&safe, "2026-01-01", "2026-06-14", (Some(0), Some(0))),
        (&safe, "2026-01-01", "2026-06-01", (Some(0), Some(0))),
        (&safe, "2026-01-01", "2026-05-31", (None, None)),
        (&safe, "2026-01-01", "2026-06-18", (None, None)),
        (&safe, "2026-01-01", "", (None, None)),
        (&open, "2026-06-05", "2026-06-14", (Some(0), Some(10))),
        (&open, "2026-01-01", "2026-06-14", (Some(0), Some(165))),
        // An old database shows what is late, and nothing that may have become late since.
        (&open, "2026-01-01", "2026-05-31", (None, Some(165))),
        (&open, "2026-06-05", "2026-05-31", (None, None)),
        (&open, "", "2026-06-14", (Some(0), None)),
    ] {
        let report = report(tree, published, newest);
        assert_eq!(said(tree, &report, &found), expected, "{published} {newest}");
    }
}

#[test]
fn a_part_without_a_version_that_was_compared_is_unscanned() {
    let parts = found(&[
        TORCH,
        (AssetKind::Framework, "pypi/peft", "requirements.txt:2"),
        (AssetKind::Framework, "npm/ai", "package.json:4"),
        (AssetKind::McpServer, "npm/@acme/files", ".mcp.json:3"),
        (AssetKind::McpServer, "desk/own", "server.py:9"),
        (AssetKind::ModelApi, "ollama", "compose.yaml:3"),
        (AssetKind::Model, "huggingface/acme/help", "app.py:7"),
    ]);
    let some = tree(&[("torch", Some("2.1")), ("peft", None)]);
    let report = report(&some, "2026-01-01", "2026-06-14");
    // peft, ai, files, ollama; not our own server, and not weights.
    assert_eq!(said(&some, &report, &parts), (Some(4), None));
    let words =
        Checked { tree: &some, report: &report, found: &parts }.population(&Limits::default());
    assert!(words.ends_with("checked: torch; not checked: peft, ai, files, ollama"), "{words}");
}

#[test]
fn what_was_not_read_takes_the_zeroes_away() {
    let (safe, mut scan) = (tree(&[("torch", Some("2.1"))]), found(&[TORCH]));
    let report = report(&safe, "2026-01-01", "2026-06-14");
    let mut cut = safe.clone();
    cut.skipped.push("poetry.lock: cannot be read".to_owned());
    assert_eq!(said(&cut, &report, &scan), (None, None));
    scan.skipped.push(Skipped {
        path: "app".to_owned(),
        reason: "cannot be read".to_owned(),
        deliberate: false,
    });
    assert_eq!(said(&safe, &report, &scan), (None, None));
    scan.skipped[0].deliberate = true;
    let mut torn = report.clone();
    torn.coverage.unreadable = 1;
    assert_eq!(said(&safe, &torn, &scan), (None, None));
    assert_eq!(said(&safe, &report, &scan), (Some(0), Some(0)));
    // Without AI parts there is nothing to leave out; a database of nothing still says nothing.
    let mut none = report.clone();
    assert_eq!(said(&safe, &none, &found(&[])), (Some(0), Some(0)));
    none.coverage.newest = None;
    assert_eq!(said(&safe, &none, &found(&[])), (None, None));
}

#[test]
fn a_statement_ends_the_waiting_unless_someone_still_looks() {
    let (open, scan) = (tree(&[("torch", Some("1.9"))]), found(&[TORCH]));
    for (statement, days) in [
        (r#""status":"not_affected","justification":"vulnerable_code_not_present""#, 0),
        (r#""status":"affected","action_statement":"update in July""#, 0),
        (r#""status":"under_investigation""#, 165),
    ] {
        let mut report = report(&open, "2026-01-01", "2026-06-14");
        let document = format!(
            r#"{{"@context":"https://openvex.dev/ns/v0.2.0","@id":"urn:d","author":"A","timestamp":"2026-02-01T00:00:00Z","version":1,"statements":[{{"vulnerability":"CVE-1","products":["pkg:pypi/torch"],{statement}}}]}}"#
        );
        let document = Document::parse(document.as_bytes(), &Limits::default()).expect("valid");
        report.apply(&[document], &[]);
        assert_eq!(said(&open, &report, &scan), (Some(0), Some(days)), "{statement}");
    }
}

#[test]
fn a_match_names_where_the_package_is_used() {
    let open = tree(&[("torch", Some("1.9"))]);
    let used = |place: &str, kind| {
        let mut report = report(&open, "2026-01-01", "2026-06-14");
        report.note_uses(&found(&[(kind, "pypi/torch", place)]));
        let used = report.matches.remove(0).used?;
        let places: Vec<String> = used.locations.iter().map(ToString::to_string).collect();
        Some((places.join(" "), used.systems.len()))
    };
    let framework = AssetKind::Framework;
    assert_eq!(used("src/app.py:3", framework), Some(("src/app.py:3".to_owned(), 1)));
    for place in ["requirements.txt:3", "setup.py:9", "pyproject.toml"] {
        assert_eq!(used(place, framework), None, "{place}");
    }
    let started = used(".mcp.json:2", AssetKind::McpServer);
    assert_eq!(started, Some((".mcp.json:2".to_owned(), 1)));
}
