//! What collectors other than the scan record: matches of advisories, verdicts on model files,
//! bills. Each becomes dated evidence, and what it shows becomes a result.

use serde_json::{Value, json};

use crate::desk::{Desk, Run, rows, texts};

/// The result of a requirement for the first subject whose name begins so.
fn result(assessment: &Value, requirement: &str, subject: &str) -> Value {
    let fits = |row: &&Value| {
        row["requirement"] == requirement
            && row["subject"].as_str().is_some_and(|name| name.starts_with(subject))
    };
    rows(assessment, "results").iter().find(fits).cloned().expect("a result")
}

const FLAWS: &str = "A.8.8/framework-flaws-decided";

fn flaws(desk: &Desk) -> Value {
    result(&desk.json(&["assess"]), FLAWS, "system:helpdesk")
}

/// An advisory on a package before a version.
fn advisory(id: &str, package: &str, fixed: &str, published: &str, modified: &str) -> String {
    let events = json!([{ "introduced": "0" }, { "fixed": fixed }]);
    json!({
        "id": id, "published": published, "modified": modified, "summary": "An example",
        "severity": [{ "type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H" }],
        "affected": [{
            "package": { "ecosystem": "PyPI", "name": package },
            "ranges": [{ "type": "ECOSYSTEM", "events": events }],
        }],
    })
    .to_string()
}

/// Writes a database whose newest record is of `newest`: one advisory on `openai` before 1.60.
fn database(desk: &Desk, newest: &str) {
    let lines = [
        advisory("CVE-2026-1", "openai", "1.60", "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"),
        advisory("CVE-2026-2", "another", "1", newest, newest),
    ];
    desk.write("osv.jsonl", lines.join("\n"));
}

const CHECK: [&str; 4] = ["vulnerabilities", "helpdesk", "--database", "osv.jsonl"];

fn recorded(desk: &Desk, more: &[&str]) -> Run {
    desk.annex(&[&CHECK[..], &["--record", "--format", "json"], more].concat())
}

/// Gives every AI part of the example an exact version that can be compared.
fn pinned(desk: &Desk, openai: &str) {
    std::fs::remove_file(desk.path("helpdesk/.mcp.json")).expect("the MCP servers");
    desk.write(
        "helpdesk/requirements.txt",
        format!(
            "anthropic==0.42.0\nfastapi==0.115.6\nlangchain-community==0.3.14\n\
             langchain-core==0.3.29\nlangchain-openai==0.3.0\nlanggraph==0.2.62\n\
             langgraph-prebuilt==0.1.0\nopenai=={openai}\nqdrant-client==1.12.2\n\
             sentence-transformers==3.3.1\n"
        ),
    );
    desk.write(
        "helpdesk/requirements-train.txt",
        "datasets==3.2.0\npeft==0.14.0\ntorch==2.5.1\ntransformers==4.47.1\n",
    );
}

#[test]
fn matches_become_evidence_that_decides_and_goes_stale() {
    let desk = Desk::with_example();
    desk.annex(&["assess", "helpdesk"]).done();
    assert_eq!(flaws(&desk)["outcome"], "unknown");

    // Old advisories are enough to show what is wrong.
    database(&desk, "2026-01-02T00:00:00Z");
    let run = recorded(&desk, &[]).code(1);
    let printed: Value = serde_json::from_str(&run.out).expect("JSON");
    let used = &printed["report"]["matches"][0]["used"];
    assert_eq!(texts(&used["locations"]), ["app/answers.py:7", "scripts/try_model.py:5"]);
    assert_eq!(texts(&used["systems"]), ["helpdesk"]);
    let row = flaws(&desk);
    assert_eq!(row["outcome"], "gap");
    assert_eq!(rows(&row, "reasons").len(), 2, "{row}");
    let digest = row["values"]["ai_parts_unscanned"]["evidence"].as_str().expect("evidence");
    let shown = desk.annex(&["evidence", "show", digest]).done();
    assert_eq!(shown.bytes, run.bytes, "what was printed is what is stored");
    let record = desk.annex(&["evidence", "show", "--record", digest]).done();
    let record: Value = serde_json::from_str(&record.out).expect("JSON");
    assert_eq!(record["controls"], json!(["A.8.8"]));
    assert_eq!(record["collected_by"], concat!("intel ", env!("CARGO_PKG_VERSION")));
    assert_eq!(record["subject"], "system:helpdesk");
    let population = record["population"].as_str().expect("a population");
    assert!(population.starts_with("16 dependencies of 2 lock files: "), "{population}");
    assert!(population.contains("not checked: articles, fetch, anthropic"), "{population}");

    // Everything is pinned, the advisories are of today, and the known flaw is decided.
    pinned(&desk, "1.59.6");
    let now = printed["report"]["at"].as_str().expect("an instant");
    database(&desk, now);
    desk.write(
        "vex.json",
        format!(
            r#"{{"@context":"https://openvex.dev/ns/v0.2.0","@id":"urn:vex","author":"Ines","timestamp":"{now}","version":1,
            "statements":[{{"vulnerability":"CVE-2026-1","products":["pkg:pypi/openai"],"status":"not_affected","justification":"vulnerable_code_not_in_execute_path"}}]}}"#
        ),
    );
    recorded(&desk, &["--vex", "vex.json"]).done();
    let row = flaws(&desk);
    assert_eq!(row["outcome"], "unknown", "{row}");
    for name in ["ai_parts_unscanned", "ai_vulnerabilities_undecided_days"] {
        assert_eq!(row["values"][name]["value"], 0, "{row}");
    }
    // What no advisory says stays with a person.
    let answer = "annex answer system:helpdesk ai_vulnerabilities_overdue=0 \
                  ai_vulnerabilities_exploited=0 --evidence vex.json";
    desk.shell(answer).done();
    assert_eq!(flaws(&desk)["outcome"], "met");

    // Fourteen days on, nobody looked again.
    let day = |days: i64| {
        let at: annex_isms::Instant = now.parse().expect("an instant");
        let later = at.microseconds() + days * 86_400_000_000;
        annex_isms::Instant::from_microseconds(later).to_string()
    };
    for (days, outcome) in [(13, "met"), (15, "unknown")] {
        let then = desk.json(&["assess", "--at", &day(days)]);
        let row = result(&then, FLAWS, "system:helpdesk");
        assert_eq!(row["outcome"], outcome, "{row}");
        if outcome == "unknown" {
            assert_eq!(row["missing"]["ai_parts_unscanned"]["why"], "stale");
        }
    }
    desk.ledger_holds();
}

#[test]
fn a_decision_that_is_missing_makes_the_gap_again() {
    let desk = Desk::with_example();
    pinned(&desk, "1.59.6");
    desk.annex(&["assess", "helpdesk"]).done();
    database(&desk, "2026-01-02T00:00:00Z");
    let run = recorded(&desk, &[]).code(1);
    assert!(run.err.contains("not recorded as zero"), "{}", run.err);
    let row = flaws(&desk);
    assert_eq!(row["outcome"], "gap");
    assert_eq!(row["values"]["ai_parts_unscanned"], Value::Null, "nothing old shows that all is");
    let printed: Value = serde_json::from_str(&run.out).expect("JSON");
    database(&desk, printed["report"]["at"].as_str().expect("an instant"));
    recorded(&desk, &[]).code(1);
    let row = flaws(&desk);
    assert_eq!(
        texts(&row["reasons"]),
        ["A known vulnerability of an AI part has waited more than 14 days for a decision."]
    );
    assert_eq!(
        row["values"]["ai_vulnerabilities_undecided_days"]["locations"],
        json!(["requirements.txt:8"])
    );
}

#[test]
fn verdicts_on_model_files_become_evidence() {
    let desk = Desk::new();
    desk.write("bot/requirements.txt", "transformers==4.47.1\n");
    desk.write(
        "bot/app.py",
        "from transformers import AutoModelForCausalLM\n\n\
         model = AutoModelForCausalLM.from_pretrained(\"acme/help-7b\", revision=\"0123456789abcdef0123456789abcdef01234567\", trust_remote_code=False)\n",
    );
    desk.annex(&["assess", "bot"]).done();
    let loads = || {
        let assessment = desk.json(&["assess"]);
        result(&assessment, "A.8.28/models-load-without-code", "asset:huggingface-acme-help-7b")
    };
    assert_eq!(loads()["outcome"], "unknown");
    assert_eq!(loads()["missing"]["model_files_harmful"]["why"], "never_observed");

    // A pickle that runs a program, in the cache of a hub and beside a file of another model.
    desk.write("hub/models--acme--help-7b/blobs/weights.bin", "cos\nsystem\n(S'id'\ntR.");
    desk.write("hub/models--acme--other/blobs/weights.bin", "cos\nsystem\n(S'id'\ntR.");
    desk.annex(&["models", "scan", "hub", "--record"]).code(1);
    let row = loads();
    assert_eq!(row["outcome"], "gap");
    let seen = &row["values"]["model_files_harmful"];
    assert_eq!(seen["value"], 1, "{row}");
    assert_eq!(seen["locations"], json!(["models--acme--help-7b/blobs/weights.bin"]));
    let digest = seen["evidence"].as_str().expect("evidence");
    let record = desk.annex(&["evidence", "show", "--record", digest]).done();
    let record: Value = serde_json::from_str(&record.out).expect("JSON");
    assert_eq!(record["controls"], json!(["A.8.7", "A.8.28"]));

    // A harmless file in its place, named by hand; a cut one says nothing.
    desk.write("weights/model.safetensors", b"\x08\0\0\0\0\0\0\0{}      ");
    desk.annex(&["models", "scan", "weights", "--record", "--model", "help-7b"]).code(2);
    desk.annex(&["models", "scan", "weights", "--record", "--model", "acme/help-7b"]).done();
    assert_eq!(loads()["outcome"], "gap", "two scans disagree, and the unfavourable one holds");
    desk.write("hub/models--acme--help-7b/blobs/weights.bin", b"\x80\x02}q\x00.");
    desk.write("hub/models--acme--other/blobs/weights.bin", b"\x80\x02}q\x00.");
    desk.annex(&["models", "scan", "hub", "--record"]).done();
    assert_eq!(loads()["outcome"], "met", "{}", loads());
    desk.ledger_holds();
}

#[test]
fn a_bill_holds_vulnerabilities_with_the_age_of_the_advisories_and_is_evidence() {
    let desk = Desk::with_small_repository();
    database(&desk, "2026-01-02T00:00:00Z");
    let arguments = ["bom", "small", "--database", "osv.jsonl"];
    let bill = desk.json(&[&arguments[..], &["--record"]].concat());
    let found = &bill["vulnerabilities"][0];
    assert_eq!(found["id"], "CVE-2026-1");
    assert_eq!(found["ratings"][0]["score"], 9.8);
    assert_eq!(found["affects"][0]["ref"], "framework:pypi/openai");
    let words = bill["metadata"]["properties"].to_string();
    assert!(words.contains("annex:advisories") && words.contains("days old"), "{words}");
    let listed = desk.json(&["evidence", "list"]);
    assert_eq!(listed[0]["controls"], json!(["A.5.9", "A.5.21"]));

    let spdx = [&arguments[..], &["--bom-format", "spdx-3.0.1"]].concat();
    let bill = desk.annex(&spdx).done().out;
    assert!(bill.contains("security_CvssV3VulnAssessmentRelationship"), "{bill}");
    // An advisory that cannot be read is not one that does not match.
    desk.write("osv.jsonl", "{");
    desk.annex(&arguments).code(3);
}
