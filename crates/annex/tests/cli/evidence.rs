//! The loop: an unknown is answered with evidence, and is judged again.

use serde_json::Value;

use crate::desk::{Desk, rows, texts};

/// How many results are unknown.
fn unknown(assessment: &Value) -> usize {
    rows(assessment, "results").iter().filter(|row| row["outcome"] == "unknown").count()
}

/// The result of a requirement for a subject.
fn result<'a>(assessment: &'a Value, requirement: &str, subject: &str) -> &'a Value {
    rows(assessment, "results")
        .iter()
        .find(|row| row["requirement"] == requirement && row["subject"] == subject)
        .unwrap_or_else(|| panic!("no result of {requirement} for {subject}"))
}

/// The first answer that an assessment asks for: the line, the subject, what it resolves.
fn first_answer(assessment: &Value) -> (String, String, Vec<&str>) {
    let answers = rows(assessment, "answers");
    let with_evidence = |row: &&Value| row["command"].to_string().contains("--evidence");
    let answer = answers.iter().find(with_evidence).expect("an answer");
    let text = |name: &str| answer[name].as_str().expect("a text").to_owned();
    (text("command"), text("subject"), texts(&answer["resolves"]))
}

#[test]
fn the_first_answer_with_evidence_decides_what_it_promises() {
    let desk = Desk::assessed();
    let before = desk.json(&["assess"]);
    let (line, subject, resolves) = first_answer(&before);
    let count = resolves.len();
    assert!(line.starts_with("annex answer ") && line.ends_with("--evidence FILE"), "{line}");

    desk.write("our record.txt", "What was stored of one conversation, redacted.\n");
    let run = desk.shell(&line.replace("FILE", "'our record.txt'")).done();
    assert!(run.out.starts_with("recorded: 1 answer(s) about "), "{}", run.out);
    assert!(run.out.contains("shown by our record.txt (document)"), "{}", run.out);

    let after = desk.json(&["assess"]);
    for requirement in &resolves {
        let outcome = &result(&after, requirement, &subject)["outcome"];
        assert!(outcome == "met" || outcome == "gap", "{requirement} is {outcome}");
    }
    let fell = unknown(&before) - unknown(&after);
    assert!(fell >= count, "{fell} of {count}");
    assert_eq!(
        rows(&before, "requests").len() - rows(&after, "requests").len(),
        fell,
        "a request for each unknown"
    );

    // What was known then does not change by what is known now.
    let at = before["at"].as_str().expect("an instant");
    let then = desk.json(&["assess", "--at", at]);
    for requirement in &resolves {
        assert_eq!(result(&then, requirement, &subject)["outcome"], "unknown", "{requirement}");
    }
    assert_eq!(unknown(&then), unknown(&before));
    assert_eq!(then["results"], before["results"]);
}

#[test]
fn an_answer_without_evidence_is_stated_and_stays_unknown() {
    let desk = Desk::assessed();
    let before = desk.json(&["assess"]);
    let (line, subject, resolves) = first_answer(&before);
    let stated = line.replace(" --evidence FILE", "");
    let run = desk.shell(&stated).done();
    assert!(run.out.contains("stated without evidence"), "{}", run.out);
    let after = desk.json(&["assess"]);
    for requirement in &resolves {
        let row = result(&after, requirement, &subject);
        assert_eq!(
            (&row["outcome"], &row["stated"]),
            (&Value::from("unknown"), &Value::from(true)),
            "{row}"
        );
    }
    assert_eq!(unknown(&before), unknown(&after));
    // A statement is no evidence, so the question stays open.
    assert_eq!(first_answer(&after).0, line);
}

#[test]
fn evidence_comes_back_byte_by_byte() {
    let desk = Desk::assessed();
    let bytes: Vec<u8> = (0..100_000_u32).map(|n| n.wrapping_mul(n).to_le_bytes()[1]).collect();
    desk.write("pentest.bin", &bytes);
    let add = ["evidence", "add", "pentest.bin", "--kind", "penetration-test"];
    let run = desk
        .annex(&[&add[..], &["--control", "A.8.29", "--period", "2026-03-01..2026-03-05"]].concat())
        .done();
    let digest = run.out.split_whitespace().find(|word| word.starts_with("sha256:"));
    let digest = digest.expect("a digest");
    let listed = desk.json(&["evidence", "list"]);
    let row = listed.as_array().expect("a list").iter().find(|row| row["digest"] == digest);
    let row = row.unwrap_or_else(|| panic!("{digest} is not in {listed}"));
    assert_eq!(row["kind"], "penetration-test");
    assert_eq!(texts(&row["controls"]), ["A.8.29"]);
    assert_eq!((&row["from"], &row["to"]), (&"2026-03-01".into(), &"2026-03-05".into()));
    let beginning = &digest[..19];
    assert!(desk.annex(&["evidence", "show", beginning]).done().bytes == bytes);
    let record = desk.json(&["evidence", "show", digest, "--record"]);
    assert_eq!(record["bytes"], 100_000);

    // The checklist counts it, and the same bytes again are the same evidence.
    let stage2 = desk.json(&["assess"])["stage2"].to_string();
    assert!(stage2.contains("2026-03-05") || stage2.contains(digest), "{stage2}");
    desk.annex(&add).done();
    let again = desk.json(&["evidence", "list"]);
    assert_eq!(again.as_array().map(Vec::len), listed.as_array().map(Vec::len));

    // It serves as the evidence of an answer.
    desk.annex(&["answer", "helpdesk", "drill_passed=true", "--evidence", digest]).done();
    desk.ledger_holds();
}

#[test]
fn what_cannot_be_evidence_is_refused_with_the_reason() {
    let desk = Desk::assessed();
    desk.write("note.txt", "seen\n");
    let before = desk.ledger_holds();
    insta::assert_snapshot!(desk.refused(&["evidence", "add", "nowhere.pdf"]), @"error: cannot read the evidence nowhere.pdf: No such file or directory (os error 2)");
    insta::assert_snapshot!(desk.refused(&["evidence", "add", "helpdesk"]), @"error: the evidence helpdesk is not a file");
    insta::assert_snapshot!(desk.refused(&["evidence", "add", "note.txt", "--basis", "runtime"]), @"error: a person delivers a statement or a document; the basis runtime needs a collector");
    let period =
        desk.refused(&["evidence", "add", "note.txt", "--period", "2026-01-01..2999-01-01"]);
    assert!(period.contains("2999-01-01") && period.contains("still to come"), "{period}");
    let period =
        desk.refused(&["evidence", "add", "note.txt", "--period", "2026-02-30..2026-03-01"]);
    assert!(period.contains("--period") && period.contains("2026-02-30"), "{period}");
    insta::assert_snapshot!(desk.refused(&["evidence", "add", "note.txt", "--control", "A.9.9"]), @r"
error: invalid value 'A.9.9' for '--control <CONTROL>': `A.9.9` is not a control id: Annex A of ISO/IEC 27001:2022 has 5.1–5.37, 6.1–6.8, 7.1–7.14 and 8.1–8.34

For more information, try '--help'.
");
    insta::assert_snapshot!(desk.refused(&["evidence", "show", "sha256:ffff"]), @"error: no evidence `sha256:ffff` is on record; `annex evidence list` lists it");
    let unknown = "sha256:0000000000000000000000000000000000000000000000000000000000000000";
    insta::assert_snapshot!(
        desk.refused(&["answer", "helpdesk", "drill_passed=true", "--evidence", unknown]),
        @"error: no evidence sha256:0000000000000000000000000000000000000000000000000000000000000000 is on record; `annex evidence list` shows it"
    );
    assert_eq!(desk.ledger_holds(), before, "a refusal records nothing");
}

#[test]
fn what_is_no_answer_is_refused_with_the_reason() {
    let desk = Desk::assessed();
    let refused = |arguments: &[&str]| desk.refused(&[&["answer"], arguments].concat());
    insta::assert_snapshot!(refused(&["system:nowhere", "drill_passed=true"]), @"error: nothing on record is named `system:nowhere`; a subject is `organisation` or a form such as `system:help-desk` (`annex systems` and `annex assets` list them)");
    insta::assert_snapshot!(refused(&["helpdesk", "no_such_attribute=true"]), @"error: a subject of kind system has no attribute `no_such_attribute`; `annex requests` names what is asked");
    insta::assert_snapshot!(refused(&["helpdesk", "drill_passed"]), @"error: `drill_passed` is not an answer; expected ATTRIBUTE=VALUE");
    insta::assert_snapshot!(refused(&["helpdesk", "drill_passed=perhaps"]), @"error: `drill_passed`: `perhaps` is not true or false");
    insta::assert_snapshot!(refused(&["helpdesk", "drill_passed=true", "drill_passed=false"]), @"error: `drill_passed` is answered twice");
    insta::assert_snapshot!(refused(&["helpdesk", "drill_passed=true", "--resolve"]), @"error: a disagreement is settled with evidence; give --evidence");
    // Nobody sits at a terminal, so the open questions are listed.
    let questions = refused(&["organisation"]);
    assert!(questions.contains("ai_incident_criteria=… (set)  For which of"), "{questions}");
}
