//! What a change does to evidence: a test of a system speaks only of what was tested.

use serde_json::{Value, json};

use crate::desk::{Desk, rows, texts};

const TESTED: &str = "A.8.8/provider-switch-assessed";

/// A system that loads a model of a hub at a revision, trains on a file and logs with a package.
fn bot(desk: &Desk, revision: &str, package: &str, data: &str) {
    desk.write("bot/requirements.txt", format!("transformers==4.47.1\ndatasets=={package}\n"));
    desk.write(
        "bot/app.py",
        format!(
            "from datasets import load_dataset\nfrom transformers import AutoModelForCausalLM\n\n\
             model = AutoModelForCausalLM.from_pretrained(\"acme/help-7b\", revision=\"{revision}\")\n\
             rows = load_dataset(\"acme/questions\", revision=\"{data}\")\n"
        ),
    );
}

/// The outcome for the system, and why what is missing does not count.
fn tested(desk: &Desk) -> (String, Vec<String>) {
    let assessment = desk.json(&["assess"]);
    let row = rows(&assessment, "results").iter().find(|row| row["requirement"] == TESTED);
    let row = row.expect("a result");
    let missing = row["missing"].as_object().expect("missing");
    let why = missing.values().map(|why| why["why"].as_str().expect("why").to_owned());
    (row["outcome"].as_str().expect("an outcome").to_owned(), why.collect())
}

/// Records the evidence of tests of the system as it is now.
fn test_again(desk: &Desk, report: &str) {
    desk.write("report.md", report);
    desk.shell(
        "annex answer system:bot provider_routes_untested=0 provider_switches_unassessed=0 \
         --evidence report.md --kind penetration-test",
    )
    .done();
}

const OLD: &str = "0123456789abcdef0123456789abcdef01234567";
const NEW: &str = "89abcdef0123456789abcdef0123456789abcdef";

#[test]
fn a_changed_model_takes_older_tests_away_until_they_are_run_again() {
    let desk = Desk::new();
    bot(&desk, OLD, "3.2.0", OLD);
    desk.annex(&["assess", "bot"]).done();
    assert_eq!(tested(&desk).0, "unknown");
    test_again(&desk, "Tested at the old revision.\n");
    assert_eq!(tested(&desk), ("met".to_owned(), vec![]));

    // The same scan again changes nothing.
    desk.annex(&["discover", "bot", "--record"]).done();
    assert_eq!(tested(&desk).0, "met");

    // The same model at another revision is another model.
    bot(&desk, NEW, "3.2.0", OLD);
    let drift = desk.json(&["discover", "bot", "--record"]);
    let change = &rows(&drift, "changes")[0];
    assert_eq!(change["kind"], "model");
    assert_eq!(
        change["what"]["changed"]["attributes"],
        json!([{ "attribute": "version", "from": OLD, "to": NEW }])
    );
    assert!(texts(&drift["outdated"]).contains(&TESTED), "{drift}");
    let (outcome, why) = tested(&desk);
    assert_eq!(outcome, "unknown");
    assert!(!why.is_empty() && why.iter().all(|why| why == "before_change"), "{why:?}");
    let shown = desk.annex(&["requests"]).done().out;
    assert!(shown.contains("A.8.8"), "{shown}");

    test_again(&desk, "Tested at the new revision.\n");
    assert_eq!(tested(&desk), ("met".to_owned(), vec![]));
    desk.ledger_holds();
}

#[test]
fn a_changed_provider_takes_older_tests_away() {
    let desk = Desk::with_small_repository();
    std::fs::rename(desk.path("small"), desk.path("bot")).expect("a name");
    desk.annex(&["assess", "bot"]).done();
    test_again(&desk, "Tested.\n");
    assert_eq!(tested(&desk).0, "met");
    desk.write("bot/requirements.txt", "anthropic==0.42.0\n");
    desk.write(
        "bot/app.py",
        "from anthropic import Anthropic\n\nclient = Anthropic()\n\
         client.messages.create(model=\"claude-3-5-haiku-20241022\", max_tokens=9, messages=[])\n",
    );
    desk.annex(&["assess", "bot"]).done();
    let (outcome, why) = tested(&desk);
    assert_eq!((outcome.as_str(), why[0].as_str()), ("unknown", "before_change"));
}

/// They are told with the controls they touch; the configuration that answers is the same.
#[test]
fn a_changed_package_or_dataset_is_told_and_leaves_the_tests() {
    let desk = Desk::new();
    bot(&desk, OLD, "3.2.0", OLD);
    desk.annex(&["assess", "bot"]).done();
    test_again(&desk, "Tested.\n");
    for (package, data, kind) in [("3.3.0", OLD, "framework"), ("3.3.0", NEW, "dataset")] {
        bot(&desk, OLD, package, data);
        let drift: Value = desk.json(&["discover", "bot", "--record"]);
        let kinds: Vec<_> = rows(&drift, "changes").iter().map(|row| &row["kind"]).collect();
        assert_eq!(kinds, [kind], "{drift}");
        assert_eq!(rows(&drift, "outdated").len(), 0, "{drift}");
        assert_eq!(tested(&desk).0, "met", "{kind}");
    }
}
