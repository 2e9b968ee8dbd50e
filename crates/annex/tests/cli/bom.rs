//! `annex bom`: the bill of the example, and what changed between two bills.

use std::fs;

use crate::desk::Desk;

#[test]
fn the_example_has_a_bill_in_every_format() {
    let desk = Desk::with_example();
    let bill = desk.json(&["bom", "helpdesk"]);
    assert_eq!(bill["specVersion"], "1.6");
    assert_eq!(bill["metadata"]["component"]["name"], "helpdesk");
    let names = |list: &str| -> Vec<&str> {
        bill[list]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|part| part["name"].as_str())
            .collect()
    };
    assert!(names("components").contains(&"gpt-4o-mini"), "{:?}", names("components"));
    assert!(names("services").contains(&"OpenAI"), "{:?}", names("services"));
    assert!(!desk.data().exists(), "a bill needs no register");

    desk.annex(&["bom", "helpdesk", "--bom-format", "cyclonedx-1.7", "-o", "new.json"]).done();
    desk.annex(&["bom", "helpdesk", "--bom-format", "spdx-3.0.1", "-o", "spdx.json"]).done();
    let run = desk.annex(&["bom", "diff", "new.json", "spdx.json", "--fail-on-change"]).done();
    assert!(run.out.contains("Nothing changed"), "{}", run.out);
    assert!(run.err.contains("CycloneDX 1.7 -> SPDX 3.0.1: 0 added"), "{}", run.err);
}

#[test]
fn a_change_is_said_and_fails_where_that_is_asked() {
    let desk = Desk::with_small_repository();
    desk.annex(&["bom", "small", "-o", "old.json"]).done();
    desk.write("small/requirements.txt", "openai==1.3.0\nchromadb==0.5.0\n");
    desk.annex(&["bom", "small", "-o", "new.json"]).done();
    let run = desk.annex(&["bom", "diff", "old.json", "new.json"]).done();
    for words in ["pkg:pypi/chromadb", "version 0.5.0", "version: 1.2.0 -> 1.3.0"] {
        assert!(run.out.contains(words), "{words}: {}", run.out);
    }
    desk.annex(&["bom", "diff", "old.json", "new.json", "--fail-on-change"]).code(1);
    desk.annex(&["bom", "diff", "new.json", "new.json", "--fail-on-change"]).done();
    let page = desk.annex(&["bom", "diff", "old.json", "new.json", "--format", "md"]).done();
    assert!(page.out.contains("| added |"), "{}", page.out);
    let found = desk.json(&["bom", "diff", "old.json", "new.json"]);
    assert_eq!(found["changed"][0]["identity"], "pkg:pypi/openai", "{found}");
}

#[test]
fn what_could_not_be_read_is_in_the_bill_and_in_the_exit_code() {
    let desk = Desk::with_small_repository();
    desk.write("small/broken.yaml", "a: [1\nb: ]\n- model: x");
    let run = desk.annex(&["bom", "small", "-o", "bom.json"]).code(3);
    assert!(run.err.contains("incomplete: broken.yaml"), "{}", run.err);
    let bill = fs::read_to_string(desk.path("bom.json")).expect("a bill");
    assert!(bill.contains("\"aggregate\": \"incomplete\""), "{bill}");
    assert!(bill.contains("broken.yaml: "), "{bill}");
}

#[test]
fn bad_bills_are_refused_by_name() {
    let desk = Desk::new();
    desk.write("a.json", "{\"bomFormat\": \"CycloneDX\", \"specVersion\": \"9\"}");
    desk.write("b.json", "<bom/>");
    for (arguments, words) in [
        (["bom", "diff", "a.json", "a.json"], "a.json: specVersion: expected 1.4"),
        (["bom", "diff", "b.json", "a.json"], "b.json: line 1, column 1: not JSON"),
        (["bom", "diff", "none.json", "a.json"], "cannot read none.json"),
    ] {
        let refused = desk.refused(&arguments);
        assert!(refused.contains(words), "{refused}");
    }
}
