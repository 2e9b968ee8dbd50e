//! `annex assess`: what it prints and writes, and what it says on a rerun.

use std::fs;

use annex_isms::Assessment;
use serde_json::{Value, json};

use crate::desk::{Desk, Run, rows, texts};

/// Two screens.
const SUMMARY_LINES_MAX: usize = 90;

#[test]
fn the_summary_fits_two_screens_and_has_its_sections_in_order() {
    let desk = Desk::with_example();
    let run = desk.annex(&["assess", "helpdesk"]).done();
    let lines: Vec<&str> = run.out.lines().collect();
    assert!(lines.len() <= SUMMARY_LINES_MAX, "{} lines:\n{}", lines.len(), run.out);
    let heads: Vec<&str> = lines
        .iter()
        .filter(|line| line.starts_with(|first: char| first.is_ascii_digit()))
        .map(|line| line.split(" · ").next().unwrap_or_default())
        .collect();
    insta::assert_snapshot!(heads.join("\n"), @r"
1 Scope
2 AI systems
3 Controls
4 Gaps
5 Answers
6 Threats
7 Stage 2 checklist
");
    assert!(lines.iter().all(|line| line.chars().count() <= 180), "{}", run.out);
    assert!(!run.out.contains('\u{1b}'), "no colour where there is no terminal");
    assert!(!run.out.to_lowercase().contains("compliant"));
    for note in ["report: .annex/report.html", "assessment: sha256:", "entries, signed"] {
        assert!(run.err.contains(note), "{}", run.err);
    }
    assert!(desk.annex(&["assess", "--quiet"]).done().err.is_empty());
}

#[test]
fn a_rerun_names_what_changed_and_adds_nothing_twice() {
    let desk = Desk::assessed();
    let assets = desk.json(&["assets"]);
    let before = desk.ledger_holds();
    let run = desk.annex(&["assess", "helpdesk"]).done();
    let section =
        run.out.split("\n8 ").nth(1).unwrap_or_else(|| panic!("no section 8: {}", run.out));
    assert!(section.to_lowercase().starts_with("change"), "{section}");
    assert_eq!(assets.as_array().map(Vec::len), desk.json(&["assets"]).as_array().map(Vec::len));
    // The assessment and the diagrams are new; what was found again is not recorded again.
    assert!(desk.ledger_holds() - before <= 8, "{} to {}", before, desk.ledger_holds());

    desk.write("helpdesk/app/summaries.py", "import cohere\n\nclient = cohere.ClientV2()\n");
    let document = desk.json(&["assess", "helpdesk"]);
    let changes = serde_json::to_string(&document["changes"]).expect("text");
    assert!(changes.contains("cohere"), "{changes}");
    let kinds: Vec<&str> = names(&document, "cohere");
    assert_eq!(kinds.iter().filter(|kind| **kind == "framework").count(), 1, "{kinds:?}");
}

/// The kinds of the assets whose name contains `part`.
fn names<'a>(document: &'a Value, part: &str) -> Vec<&'a str> {
    rows(document, "assets")
        .iter()
        .filter(|asset| {
            asset["name"].as_str().is_some_and(|name| name.to_lowercase().contains(part))
        })
        .filter_map(|asset| asset["kind"].as_str())
        .collect()
}

#[test]
fn the_report_is_one_page_that_loads_nothing() {
    let desk = Desk::assessed();
    let page = fs::read_to_string(desk.data().join("report.html")).expect("a report");
    assert!(page.contains("Content-Security-Policy"));
    assert!(page.contains("default-src 'none'"), "{}", &page[..600]);
    for banned in
        ["<script", "src=\"http", "href=\"http", "url(http", "@import", "<iframe", "<link"]
    {
        assert!(!page.contains(banned), "{banned}");
    }
    assert!(page.contains("<svg") || page.contains("mermaid"), "a diagram");
    for word in ["Velmora Pumps", "A.5.23", "scripts/try_model.py:7"] {
        assert!(page.contains(word), "{word}");
    }
    let elsewhere = desk.path("elsewhere.html");
    desk.annex(&["assess", "--report", &elsewhere.to_string_lossy()]).done();
    assert!(fs::read_to_string(elsewhere).expect("a report").contains("</html>"));
}

#[test]
fn json_has_the_promised_keys_and_fits_the_schema() {
    let desk = Desk::assessed();
    let document = desk.json(&["assess", "helpdesk"]);
    for key in [
        "systems",
        "assets",
        "flows",
        "architecture",
        "controls",
        "results",
        "requests",
        "gaps",
        "risks",
        "soa",
        "stage2",
        "skipped",
        "answers",
    ] {
        assert!(document[key].is_array(), "{key}");
    }
    for asset in rows(&document, "assets") {
        assert!(asset["kind"].is_string() && asset["name"].is_string(), "{asset}");
        for location in texts(&asset["locations"]) {
            // What is an asset as a whole file, such as a prompt, has no line.
            let (path, line) = location.rsplit_once(':').unwrap_or((location, "1"));
            let line: usize = line.parse().unwrap_or_else(|_| panic!("{location}"));
            let file = desk.path("helpdesk").join(path);
            let text = fs::read_to_string(&file).unwrap_or_else(|_| panic!("{location}"));
            assert!(line >= 1 && line <= text.lines().count(), "{location}");
        }
    }
    assert_eq!(rows(&document, "controls").len(), 93);
    assert_eq!(rows(&document, "soa").len(), 93);
    assert_eq!(rows(&document, "stage2").len(), 5);
    for control in rows(&document, "controls") {
        assert!(control["id"].is_string() && !control["status"].is_null(), "{control}");
        assert!(control.get("questions").is_some(), "{control}");
    }
    let results = rows(&document, "results");
    let outcomes = ["met", "gap", "unknown", "not_applicable"];
    assert!(results.iter().all(|row| outcomes.contains(&row["outcome"].as_str().unwrap_or(""))));
    let systems: Vec<&str> =
        rows(&document, "systems").iter().filter_map(|system| system["id"].as_str()).collect();
    assert_eq!(systems, ["helpdesk"]);

    let mut schema = serde_json::to_value(schemars::schema_for!(Assessment)).expect("a schema");
    // `changes` is added by the command: it compares with the assessment before.
    schema["properties"]["changes"] = json!(true);
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let faults: Vec<String> =
        validator.iter_errors(&document).take(5).map(|error| error.to_string()).collect();
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn the_threshold_counts_unknowns_unless_they_are_allowed() {
    let desk = Desk::assessed();
    desk.annex(&["assess", "--fail-on", "high"]).code(1);
    let document = desk.json(&["assess"]);
    let any = |outcome: &str| {
        rows(&document, "results")
            .iter()
            .any(|row| row["severity"] == "critical" && row["outcome"] == outcome)
    };
    let (gap, unknown) = (any("gap"), any("unknown"));
    assert!(gap, "the example sends what its agreement does not permit");
    desk.annex(&["assess", "--fail-on", "critical"]).code(i32::from(gap || unknown));
    desk.annex(&["assess", "--fail-on", "critical", "--allow-unknown"]).code(i32::from(gap));

    // Nothing was scanned and nothing is known: that is not a pass, and not a gap either.
    let empty = Desk::new();
    fs::create_dir(empty.path("nothing")).expect("a folder");
    empty.annex(&["assess", "nothing", "--fail-on", "medium"]).code(1);
    empty.annex(&["assess", "nothing", "--fail-on", "low", "--allow-unknown"]).done();
    assert!(desk.refused(&["assess", "--allow-unknown"]).contains("--fail-on"));
    assert!(desk.refused(&["assess", "--fail-on", "severe"]).contains("`severe`"));
}

#[test]
fn every_register_prints_in_every_format() {
    let desk = Desk::assessed();
    for register in ["systems", "assets", "gaps", "requests", "risks", "soa", "people"] {
        for (format, sign) in [("csv", ","), ("md", "| "), ("html", "<table"), ("json", "[")] {
            let run = desk.annex(&[register, "--format", format]).done();
            assert!(run.out.contains(sign), "{register} as {format}: {}", run.out);
            assert!(run.out.lines().count() >= 2, "{register} as {format}: {}", run.out);
        }
    }
    for (format, sign) in [("csv", "requirement,"), ("md", "| "), ("html", "</html>")] {
        let run = desk.annex(&["assess", "--format", format]).done();
        assert!(run.out.contains(sign), "{format}: {}", &run.out[..run.out.len().min(300)]);
    }
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let desk = Desk::assessed();
    let run: Run = desk.shell("annex gaps --format json | head -c 1; annex man | true");
    assert_eq!((run.code, run.err.as_str()), (Some(0), ""));
}
