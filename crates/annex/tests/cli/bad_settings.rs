//! `annex.toml` and arguments with faults: the message names the file, the line and the field.

use crate::desk::{Desk, Run};

/// The message for an `annex.toml` in the small repository, without the picture of the line.
fn fault(text: &str) -> String {
    let desk = Desk::with_small_repository();
    desk.write("small/annex.toml", text);
    let message = desk.refused(&["assess", "small"]);
    assert!(!desk.data().exists(), "what is refused leaves nothing behind");
    message.lines().next().unwrap_or_default().to_owned()
}

const ORGANISATION: &str = "[organisation]\nid = \"acme\"\nname = \"Acme\"\n";

#[test]
fn a_bad_value_is_named_with_its_line() {
    let date = "\n[[document]]\nid = \"policy\"\ntitle = \"Policy\"\napproved = \"2026-02-30\"\n";
    insta::assert_snapshot!(fault(&format!("{ORGANISATION}{date}")), @"error: small/annex.toml:8: `2026-02-30` is not a date such as 2026-08-01");
    insta::assert_snapshot!(fault("[organisation]\nid = \"Acme Ltd\"\nname = \"Acme\"\n"), @"error: small/annex.toml:2: `Acme Ltd` is not an organisation id: only lower-case letters, digits and hyphens are allowed");
    insta::assert_snapshot!(fault(&format!("{ORGANISATION}scop = \"x\"\n")), @"error: small/annex.toml:4: unknown field `scop`, expected one of `id`, `name`, `scope`, `interfaces`, `attributes`");
    insta::assert_snapshot!(fault("[organization]\nid = \"acme\"\n"), @"error: small/annex.toml:1: unknown field `organization`, expected one of `organisation`, `person`, `system`, `supplier`, `agreement`, `document`, `implementation`, `asset`, `data`, `catalog`, `key_file`, `lock_wait_ms`, `scan`, `evidence`, `register`, `risk`, `due`, `server`");
    insta::assert_snapshot!(fault("[scan]\nfiles_max = -1\n"), @"error: small/annex.toml:2: `scan.files_max`: `-1` is not a whole number from 0 to 18446744073709551615");
    insta::assert_snapshot!(fault("[scan]\nfile_max = 1\n"), @"error: small/annex.toml:2: there is no setting `scan.file_max`");
    insta::assert_snapshot!(fault("a = [1,\n\nb = 2"), @"error: small/annex.toml:3: unexpected `=` in array, expected value, `]`");
    let class = "\n[[system]]\nid = \"a\"\nname = \"A\"\nclasses = [\"secret\"]\n";
    insta::assert_snapshot!(fault(&format!("{ORGANISATION}{class}")), @"error: small/annex.toml:8: unknown variant `secret`, expected one of `public`, `internal`, `confidential`, `restricted`");
    let control =
        "\n[[implementation]]\ncontrol = \"5.7\"\nstatement = \"x\"\nstatus = \"planned\"\n";
    insta::assert_snapshot!(fault(&format!("{ORGANISATION}{control}")), @"error: small/annex.toml:6: `5.7` is not a control id: expected a form such as `A.5.7`, or `X.` and a slug");
}

#[test]
fn a_duplicate_or_dangling_id_is_named_with_its_line() {
    let person = "\n[[person]]\nid = \"lee\"\nname = \"Lee\"\nroles = [\"security\"]\n";
    insta::assert_snapshot!(fault(&format!("{ORGANISATION}{person}{person}")), @"error: small/annex.toml:10: the person `lee` is declared twice");
    let owner = "\n[[supplier]]\nid = \"openai\"\nname = \"OpenAI\"\nowner = \"nobody\"\n";
    insta::assert_snapshot!(fault(&format!("{ORGANISATION}{owner}")), @"error: small/annex.toml:5: no person `nobody` is declared; add a [[person]]");
    let agreement = "\n[[agreement]]\nid = \"dpa\"\nsupplier = \"nobody\"\ntitle = \"DPA\"\n";
    insta::assert_snapshot!(fault(&format!("{ORGANISATION}{agreement}")), @"error: small/annex.toml:5: no supplier `nobody` is declared; add a [[supplier]]");
}

#[test]
fn an_attribute_that_does_not_exist_or_fit_is_named() {
    let attributes = |row: &str| {
        let desk = Desk::with_small_repository();
        desk.write(
            "small/annex.toml",
            format!("{ORGANISATION}\n[organisation.attributes]\n{row}\n"),
        );
        desk.refused(&["assess", "small"])
    };
    insta::assert_snapshot!(attributes("no_such_attribute = true"), @"error: annex.toml: a subject of kind organisation has no attribute `no_such_attribute`");
    insta::assert_snapshot!(attributes("ai_tabletop_held = \"yes\""), @"error: annex.toml: `ai_tabletop_held` is of type bool, not text");
}

#[test]
fn the_line_is_shown_to_people() {
    let desk = Desk::with_small_repository();
    desk.write("small/annex.toml", "[organisation]\nid = 7\nname = \"Acme\"\n");
    insta::assert_snapshot!(desk.refused(&["assess", "small"]), @r#"
error: small/annex.toml:2: invalid type: integer `7`, expected a string
  × small/annex.toml:2: invalid type: integer `7`, expected a string
   ╭─[small/annex.toml:2:6]
 1 │ [organisation]
 2 │ id = 7
   ·      ┬
   ·      ╰── here
 3 │ name = "Acme"
   ╰────
"#);
}

#[test]
fn what_is_not_utf8_not_there_or_a_folder_is_refused() {
    let desk = Desk::with_small_repository();
    desk.write("bad.toml", b"name = \"\xff\"\n");
    insta::assert_snapshot!(desk.refused(&["assess", "small", "--config", "bad.toml"]), @r"
error: cannot read bad.toml
  × cannot read bad.toml
  ╰─▶ stream did not contain valid UTF-8
");
    insta::assert_snapshot!(desk.refused(&["assess", "small", "--config", "nowhere.toml"]), @"error: there is no file nowhere.toml");
    insta::assert_snapshot!(desk.refused(&["gaps", "--config", "small"]), @r"
error: cannot read small
  × cannot read small
  ╰─▶ Is a directory (os error 21)
");
}

#[test]
fn a_variable_of_the_environment_is_named() {
    let desk = Desk::with_small_repository();
    let run = Run::of(desk.prepared(&["gaps"]).env("ANNEX_LOCK_WAIT_MS", "soon")).code(2);
    insta::assert_snapshot!(run.err, @r"
error: ANNEX_LOCK_WAIT_MS: `soon` is not a whole number from 0 to 18446744073709551615
  × ANNEX_LOCK_WAIT_MS: `soon` is not a whole number from 0 to 18446744073709551615
");
}

#[test]
fn a_bad_argument_is_named_with_what_was_expected() {
    let desk = Desk::assessed();
    insta::assert_snapshot!(desk.refused(&["assess", "--at", "yesterday"]), @r"
error: invalid value 'yesterday' for '--at <INSTANT>': `yesterday` is not an instant such as 2026-08-01T12:00:00Z or a date such as 2026-08-01

For more information, try '--help'.
");
    insta::assert_snapshot!(desk.refused(&["assess", "helpdesk", "--at", "2026-08-01"]), @r"
error: the argument '[PATH]' cannot be used with '--at <INSTANT>'

Usage: annex assess <PATH>

For more information, try '--help'.
");
    insta::assert_snapshot!(desk.refused(&["gaps", "--format", "xml"]), @r"
error: invalid value 'xml' for '--format <FORMAT>'
  [possible values: table, json, csv, md, html]

  tip: a similar value exists: 'html'

For more information, try '--help'.
");
    assert!(desk.refused(&["evidence", "add", "x", "--kind", "feeling"]).contains("`feeling`"));
    assert!(desk.refused(&["assess", "--at", "2026-13-01"]).contains("2026-13-01"));
    assert!(desk.refused(&["no-such-command"]).contains("no-such-command"));
    // Before anything was recorded there is nothing to judge.
    insta::assert_snapshot!(desk.refused(&["assess", "--at", "2001-01-01"]), @"error: nothing of the organisation `velmora` was on record by 2001-01-01T23:59:59.999999Z");
}

#[test]
fn where_nothing_was_recorded_a_reader_says_so() {
    let desk = Desk::new();
    insta::assert_snapshot!(desk.refused(&["gaps"]), @"error: not found: a register in .annex; `annex assess PATH` makes one, --data names another folder");
    assert!(!desk.data().exists(), "a reader makes no folder");
}
