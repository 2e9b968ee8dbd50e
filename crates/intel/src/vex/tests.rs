//! Statements that apply, that do not, and that are not valid.

use super::*;
use crate::report::{Match, Report};

fn document(statements: &str) -> Result<Document, VexError> {
    let text = format!(
        r#"{{"@context":"https://openvex.dev/ns/v0.2.0","@id":"urn:doc","author":"A. Person","timestamp":"2026-01-01T00:00:00Z","version":1,"statements":[{statements}]}}"#
    );
    Document::parse(text.as_bytes(), &crate::Limits::default())
}

fn report() -> Report {
    let record = r#"{"id":"PYSEC-1","aliases":["CVE-1"],"modified":"2024-01-01T00:00:00Z","affected":[{"package":{"ecosystem":"PyPI","name":"torch"},"ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"}]}]}]}"#;
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("a.json");
    std::fs::write(&path, record).expect("write");
    let mut importer = crate::Importer::new(crate::Limits::default());
    importer.add(&path).expect("a source");
    let torch = annex_isms::Dependency::new(annex_isms::Ecosystem::Pypi, "torch", Some("2.1.0"));
    importer.finish().check(&[torch], "2026-06-01T00:00:00Z".parse().expect("an instant"))
}

fn after(statements: &str) -> Match {
    let mut report = report();
    let document = document(statements).unwrap_or_else(|error| panic!("{error}"));
    report.apply(&[document], &["urn:ours"]);
    report.matches.remove(0)
}

fn not_affected(product: &str) -> String {
    format!(
        r#"{{"vulnerability":{{"name":"CVE-1"}},"products":[{product}],"status":"not_affected","justification":"vulnerable_code_not_present"}}"#
    )
}

#[test]
fn a_statement_decides_when_it_is_about_this_dependency_in_our_product() {
    for (product, decides) in [
        (r#"{"@id":"pkg:pypi/torch"}"#, true),
        (r#""pkg:pypi/torch@2.1.0""#, true),
        (r#"{"identifiers":{"purl":"pkg:pypi/torch@2.1.0"}}"#, true),
        (r#"{"@id":"urn:ours","subcomponents":[{"@id":"pkg:pypi/torch"}]}"#, true),
        (r#"{"@id":"urn:ours"}"#, true),
        (r#"{"@id":"urn:theirs","subcomponents":[{"@id":"pkg:pypi/torch"}]}"#, false),
        (r#"{"@id":"urn:ours","subcomponents":[{"@id":"pkg:pypi/other"}]}"#, false),
        (r#"{"@id":"pkg:pypi/torch@2.2.0"}"#, false),
        (r#"{"@id":"pkg:pypi/torch?arch=arm"}"#, false),
    ] {
        let found = after(&not_affected(product));
        let expected = if decides { Status::NotAffected } else { Status::Affected };
        assert_eq!(found.state.status, expected, "{product}");
        let by = found.state.statement.map(|statement| (statement.author, statement.document));
        assert_eq!(by, decides.then(|| ("A. Person".to_owned(), "urn:doc".to_owned())));
    }
}

#[test]
fn the_latest_statement_wins_and_the_future_does_not_count() {
    let statement = |status: &str, more: &str, at: &str| {
        format!(
            r#"{{"vulnerability":{{"name":"X","aliases":["PYSEC-1"]}},"products":["pkg:pypi/torch"],"status":"{status}","timestamp":"{at}"{more}}}"#
        )
    };
    let why = r#","justification":"component_not_present""#;
    let all = [
        statement("under_investigation", "", "2026-03-01T00:00:00Z"),
        statement("not_affected", why, "2026-02-01T00:00:00Z"),
        statement("fixed", "", "2027-01-01T00:00:00Z"),
    ]
    .join(",");
    assert_eq!(after(&all).state.status, Status::UnderInvestigation);
    let mut report = report();
    report.apply(&[document(&all).expect("valid")], &[]);
    assert_eq!(report.statements_ignored.len(), 1);
    assert!(
        report.statements_ignored[0].contains("statement 3"),
        "{:?}",
        report.statements_ignored
    );
}

#[test]
fn what_is_not_valid_is_named_by_statement() {
    let fault = |statement: &str| {
        let good = not_affected(r#""pkg:pypi/a""#);
        document(&format!("{good},{statement}")).expect_err(statement).to_string()
    };
    for (statement, words) in [
        (r#"{"products":["a"],"status":"fixed"}"#, "statement 2: `vulnerability`"),
        (r#"{"vulnerability":"C","products":["a"],"status":"fine"}"#, "`fine` is not known"),
        (
            r#"{"vulnerability":"C","products":["a"],"status":"not_affected"}"#,
            "statement 2: `justification`: missing",
        ),
        (
            r#"{"vulnerability":"C","products":["a"],"status":"not_affected","justification":"trust_me"}"#,
            "expected one of component_not_present",
        ),
        (
            r#"{"vulnerability":"C","products":["a"],"status":"fixed","justification":"component_not_present"}"#,
            "belongs to `not_affected`",
        ),
        (r#"{"vulnerability":"C","products":["a"],"status":"affected"}"#, "`action_statement`"),
        (r#"{"vulnerability":"C","status":"fixed"}"#, "`products`: missing"),
        (r#"{"vulnerability":"C","products":[{}],"status":"fixed"}"#, "no `@id`"),
        (
            r#"{"vulnerability":"C","products":["a"],"status":"fixed","timestamp":"2026-01-01"}"#,
            "no time of day",
        ),
    ] {
        assert!(fault(statement).contains(words), "{}", fault(statement));
    }
    let parse = |text: &str| Document::parse(text.as_bytes(), &crate::Limits::default());
    assert!(matches!(parse("{"), Err(VexError::Json { .. })));
    assert!(matches!(
        parse(r#"{"@context":"https://x.example"}"#),
        Err(VexError::Document { field: "@context", .. })
    ));
    assert!(matches!(document(""), Err(VexError::Document { field: "statements", .. })));
}

#[test]
fn what_is_written_reads_back_and_is_checked() {
    let read =
        document(&not_affected(r#"{"@id":"urn:ours","subcomponents":[{"@id":"pkg:pypi/torch"}]}"#));
    let mut read = read.expect("valid");
    let text = read.to_json().expect("valid");
    assert_eq!(Document::parse(text.as_bytes(), &crate::Limits::default()).as_ref(), Ok(&read));
    read.statements[0].justification = None;
    assert!(read.to_json().is_err());
}
