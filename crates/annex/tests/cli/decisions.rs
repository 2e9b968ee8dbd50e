//! What people decide: gaps, risks, the Statement of Applicability, exceptions, nonconformities.

use serde_json::Value;

use crate::desk::{Desk, rows};

/// The rows of a register.
fn register(desk: &Desk, name: &str) -> Vec<Value> {
    desk.json(&[name]).as_array().expect("rows").clone()
}

/// The row with an id.
fn row(desk: &Desk, name: &str, id: &str) -> Value {
    let found = register(desk, name).into_iter().find(|row| row["id"] == id);
    found.unwrap_or_else(|| panic!("no {id} in {name}"))
}

/// The id of the first row.
fn first(desk: &Desk, name: &str) -> String {
    register(desk, name)[0]["id"].as_str().expect("an id").to_owned()
}

#[test]
fn the_proposed_registration_resolves_as_many_gaps_as_it_says() {
    let desk = Desk::assessed();
    let before = desk.json(&["assess"]);
    let hint = &rows(&before, "answers")[0];
    let line = hint["command"].as_str().expect("a command");
    assert_eq!(line, "annex assets register --all-of helpdesk --owner tomas-beck");
    desk.shell(line).done();
    let gaps = |assessment: &Value| {
        let results = rows(assessment, "results");
        results.iter().filter(|result| result["outcome"] == "gap").count() as u64
    };
    let after = desk.json(&["assess"]);
    assert_eq!(hint["count"], gaps(&before) - gaps(&after));
    assert!(!rows(&after, "answers")[0]["command"].to_string().contains("assets register"));
}

#[test]
fn a_gap_is_assigned_done_and_closed_by_someone_else() {
    let desk = Desk::assessed();
    let gap = first(&desk, "gaps");
    let closing = ["gaps", "close", &gap, "--by", "ines-arvid", "--verification", "Seen"];
    let refused = |arguments: &[&str]| desk.refused(arguments).replace(&gap, "GAP");
    insta::assert_snapshot!(refused(&["gaps", "ready", &gap]), @"error: gap GAP has no confirmed owner; assign one first (`annex gaps assign GAP`)");
    insta::assert_snapshot!(refused(&closing), @"error: gap GAP is open; only one that is ready to verify can be closed");

    let plan = "Pin the model snapshot";
    desk.annex(&[
        "gaps",
        "assign",
        &gap[..9],
        "--owner",
        "ines-arvid",
        "--due",
        "2999-12-31",
        "--plan",
        plan,
    ])
    .done();
    let assigned = row(&desk, "gaps", &gap);
    assert!(assigned.to_string().contains("ines-arvid"), "{assigned}");
    assert_eq!(assigned["due"], "2999-12-31");
    // An assessment keeps what people decided.
    desk.annex(&["assess", "helpdesk"]).done();
    let kept = row(&desk, "gaps", &gap);
    assert_eq!((&kept["due"], &kept["owner"]), (&assigned["due"], &assigned["owner"]));

    desk.annex(&["gaps", "ready", &gap]).done();
    assert_eq!(row(&desk, "gaps", &gap)["status"], "ready_to_verify");
    let said = desk
        .annex(&["gaps", "comment", &gap[..9], "--by", "lars-winther", "--text", "Seen in main"])
        .done();
    assert!(said.out.contains(&format!("on gap {gap}")), "{}", said.out);
    insta::assert_snapshot!(refused(&["gaps", "comment", &gap, "--by", "lars-winther", "--text", " "]), @"error: a comment has 1 to 4000 characters; say more in another one");
    insta::assert_snapshot!(refused(&closing), @"error: `ines-arvid` owns gap GAP; someone else must verify it");
    let run = desk
        .annex(&["gaps", "close", &gap, "--by", "lars-winther", "--verification", "Seen"])
        .done();
    assert!(run.out.contains("is closed, verified by lars-winther"), "{}", run.out);
    // It is still measured, so it opens again.
    desk.annex(&["assess"]).done();
    assert_eq!(row(&desk, "gaps", &gap)["status"], "open");
    desk.ledger_holds();
}

#[test]
fn who_or_what_is_not_on_record_is_named_with_what_to_do() {
    let desk = Desk::assessed();
    let gap = first(&desk, "gaps");
    insta::assert_snapshot!(desk.refused(&["gaps", "assign", &gap, "--owner", "nobody-here"]), @"error: no person `nobody-here` is on record (known are ines-arvid, lars-winther, noor-halden, petra-osei, tomas-beck); add them with `annex people add nobody-here --name NAME`, or as [[person]] in annex.toml");
    insta::assert_snapshot!(desk.refused(&["gaps", "ready", "g-nowhere"]), @"error: no gap `g-nowhere` is on record; `annex gaps` lists them");
    insta::assert_snapshot!(desk.refused(&["requests", "assign", "r-nowhere"]), @"error: no evidence request `r-nowhere` is on record; `annex requests` lists them");
    insta::assert_snapshot!(desk.refused(&["nonconformities", "update", "nc-9"]), @"error: no nonconformity `nc-9` is on record; `annex nonconformities` lists them");
    insta::assert_snapshot!(desk.refused(&["assets", "register", "gpt-nowhere"]), @"error: nothing on record is named `asset:gpt-nowhere`; a subject is `organisation` or a form such as `system:help-desk` (`annex systems` and `annex assets` list them)");
    let many = desk.refused(&["gaps", "ready", "g-"]);
    assert!(many.contains("is the beginning of") && many.contains("give more of it"), "{many}");
    let past = desk.refused(&["gaps", "assign", &gap, "--due", "2020-01-01"]);
    assert!(past.contains("2020-01-01 is past"), "{past}");
    let bad = desk.refused(&["gaps", "assign", &gap, "--due", "2026-02-30"]);
    assert!(bad.contains("2026-02-30") && bad.contains("--due"), "{bad}");

    desk.annex(&["people", "add", "nobody-here", "--name", "Now Here", "--role", "security"])
        .done();
    desk.annex(&["gaps", "assign", &gap, "--owner", "nobody-here"]).done();
    assert!(desk.annex(&["people"]).done().out.contains("Now Here"));
}

#[test]
fn a_risk_is_reviewed_and_someone_else_approves_what_remains() {
    let desk = Desk::assessed();
    let risk = first(&desk, "risks");
    let review = |plan: &str| {
        let scores = "--likelihood 4 --confidentiality 4 --integrity 3 --availability 2";
        format!(
            "annex risks review {risk} --by ines-arvid {scores} --treatment mitigate --plan '{plan}'"
        )
    };
    let residual =
        |by: &str| format!("annex risks residual {risk} --by {by} --likelihood 2 --consequence 3");
    let refused = |line: &str| desk.shell(line).code(2).err.replace(&risk, "RISK");
    insta::assert_snapshot!(refused(&residual("lars-winther")), @"error: risk RISK was not reviewed; `annex risks review` comes first");
    insta::assert_snapshot!(refused(&review(" ")), @"error: say what is done about the risk, or why nothing is; give --plan");
    desk.shell(&review("Filter input, limit tools")).done();
    insta::assert_snapshot!(refused(&residual("ines-arvid")), @"error: `ines-arvid` is also the author or owner; someone else must approve");
    desk.shell(&residual("lars-winther")).done();
    let reviewed = row(&desk, "risks", &risk);
    assert_eq!(reviewed["review"], "reviewed", "{reviewed}");
    assert_eq!(reviewed["inherent_likelihood"], 4);
    assert_eq!(reviewed["inherent_consequence"], 4);
    assert_eq!(reviewed["residual_score"], 6);
    assert!(refused(&review("x").replace("--likelihood 4", "--likelihood 6")).contains("`6`"));
    desk.ledger_holds();
}

#[test]
fn an_exception_ends_and_never_makes_a_result_met() {
    let desk = Desk::assessed();
    let assessment = desk.json(&["assess"]);
    let gap = &rows(&assessment, "gaps")[0];
    let text = |name: &str| gap[name].as_str().expect("a text");
    let (requirement, subject) = (text("requirement"), text("subject"));
    let except = |expires: &str, approver: &str| {
        format!(
            "annex risks except {} --requirement {requirement} --subject {subject} \
             --reason 'Until the new contract' --expires {expires} --by ines-arvid --approved-by {approver}",
            first(&desk, "risks")
        )
    };
    let refused = |line: &str| desk.shell(line).code(2).err;
    insta::assert_snapshot!(refused(&except("2999-01-31", "ines-arvid")), @"error: `ines-arvid` is also the author or owner; someone else must approve");
    insta::assert_snapshot!(refused(&except("2020-01-31", "lars-winther")), @"error: 2020-01-31 is past; an exception ends on a day to come");
    desk.shell(&except("2999-01-31", "lars-winther")).done();
    let after = desk.json(&["assess"]);
    let excepted = rows(&after, "gaps").iter().find(|row| row["id"] == gap["id"]);
    assert_eq!(excepted.expect("the gap stays")["excepted_until"], "2999-01-31");
}

#[test]
fn the_statement_of_applicability_has_an_author_and_another_approver() {
    let desk = Desk::assessed();
    insta::assert_snapshot!(desk.refused(&["soa", "approve", "--by", "lars-winther"]), @"error: there is no draft to approve; `annex soa decide` begins one");
    let decide = |controls: &[&str], how: &str, reason: &str| {
        let arguments =
            [&["soa", "decide"], controls, &[how, "--by", "ines-arvid", "--reason", reason]];
        desk.annex(&arguments.concat())
    };
    decide(&["A.8.30"], "--exclude", "Nothing is developed by others").done();
    insta::assert_snapshot!(desk.refused(&["soa", "approve", "--by", "lars-winther"]), @"error: 92 controls are not decided yet; `annex soa` lists them");
    decide(&[], "--include", "Treats risks of the register").done();
    insta::assert_snapshot!(desk.refused(&["soa", "approve", "--by", "ines-arvid"]), @"error: `ines-arvid` is also the author or owner; someone else must approve");
    desk.annex(&["soa", "approve", "--by", "lars-winther"]).done();
    let rows = register(&desk, "soa");
    assert_eq!(rows.len(), 93);
    assert!(rows.iter().all(|row| row["approved_by"].to_string().contains("lars-winther")));
    let excluded: Vec<&Value> = rows.iter().filter(|row| row["included"] == false).collect();
    assert_eq!(excluded.len(), 1);
    assert_eq!(excluded[0]["control"], "A.8.30");
    // The next decision begins the next version; the approved one stays.
    let run = decide(&["A.8.30"], "--include", "A supplier develops now").done();
    assert!(run.out.contains("version 2"), "{}", run.out);
    assert_eq!(decide(&["A.5.99"], "--include", "x").code, Some(2));
    assert_eq!(decide(&["A.5.7"], "--include", " ").code, Some(2));
}

#[test]
fn a_requirement_that_does_not_apply_carries_its_justification() {
    let desk = Desk::assessed();
    let assessment = desk.json(&["assess"]);
    let unknown = rows(&assessment, "results")
        .iter()
        .find(|row| row["outcome"] == "unknown" && row["subject"] == "system:helpdesk")
        .expect("an unknown");
    let requirement = unknown["requirement"].as_str().expect("a text");
    let outcome = || {
        let assessment = desk.json(&["assess"]);
        let results = rows(&assessment, "results");
        let found = results
            .iter()
            .find(|row| row["requirement"] == requirement && row["subject"] == "system:helpdesk");
        found.expect("a result")["outcome"].as_str().expect("an outcome").to_owned()
    };
    let command = ["answer", "helpdesk", "--not-applicable", requirement, "--by", "noor-halden"];
    desk.annex(&[&command[..], &["--because", "Nothing is trained"]].concat()).done();
    assert_eq!(outcome(), "not_applicable");
    // Without a reason it is withdrawn.
    desk.annex(&command).done();
    assert_eq!(outcome(), "unknown");
    assert!(desk.refused(&command[..4]).contains("--by"));
    let other = ["answer", "organisation", "--not-applicable", requirement, "--by", "noor-halden"];
    assert!(desk.refused(&other).contains("is asked of a subject of kind system"));
}

#[test]
fn assets_are_registered_in_or_out_with_a_reason() {
    let desk = Desk::assessed();
    let open = || register(&desk, "assets").iter().filter(|row| row["in_scope"].is_null()).count();
    let before = open();
    let all = ["assets", "register", "--all-of", "helpdesk", "--owner", "tomas-beck"];
    desk.annex(&[&all[..], &["--class", "internal"]].concat()).done();
    assert!(open() < before, "{} of {before} are open", open());
    desk.annex(&["assets", "register", "qdrant", "--out", "--reason", "Taken out"]).done();
    assert!(desk.refused(&["assets", "register", "qdrant", "--out"]).contains("--reason"));
}

#[test]
fn a_nonconformity_is_raised_and_followed() {
    let desk = Desk::assessed();
    assert!(desk.annex(&["nonconformities"]).done().out.contains("None is on record."));
    let raise = ["nonconformities", "raise", "A.5.23", "--by", "noor-halden", "--finding"];
    desk.annex(&[&raise[..], &["No agreement covers the model"]].concat()).done();
    assert_eq!(desk.annex(&[&raise[..], &[" "]].concat()).code, Some(2));
    let id = first(&desk, "nonconformities");
    let update = ["nonconformities", "update", &id, "--cause", "A supplier without a review"];
    desk.annex(&[&update[..], &["--effectiveness-review", "2999-06-30"]].concat()).done();
    let followed = row(&desk, "nonconformities", &id);
    assert_eq!(followed["cause"], "A supplier without a review");
    assert_eq!(followed["effectiveness_review"], "2999-06-30");
    assert_eq!(followed["finding"], "No agreement covers the model");
}
