//! The signing key stays in its file.

use std::fs;

use crate::desk::{Desk, Run, files_below};

/// What begins the text of a signing key.
const MARK: &str = "PRIVATE+KEY";

#[test]
fn the_signing_key_is_nowhere_but_in_its_file() {
    let desk = Desk::assessed();
    let text = fs::read_to_string(desk.key()).expect("a key");
    assert!(text.contains(MARK), "the mark that is looked for");
    // What is secret in it is the part after name and hash.
    let secret = text.trim().splitn(5, '+').last().expect("a part").to_owned();
    assert!(secret.len() > 20);
    desk.write("note.txt", "seen\n");
    for arguments in [
        &["assess", "helpdesk"][..],
        &["assess", "--format", "json"],
        &["evidence", "add", "note.txt"],
        &["ledger", "key"],
        &["ledger", "checkpoint"],
        &["ledger", "verify", "--format", "json"],
        &["pack", "-o", "audit.annex"],
    ] {
        let run = desk.annex(arguments).done();
        for printed in [&run.out, &run.err] {
            assert!(!printed.contains(MARK) && !printed.contains(&secret), "{arguments:?}");
        }
    }
    // Nor is it told when something is wrong with it.
    let broken = desk.write("keys/broken.key", text.replace("annex", "annxe"));
    let run = Run::of(
        desk.prepared(&["people", "add", "a", "--name", "A"]).env("ANNEX_KEY_FILE", &broken),
    );
    assert_eq!(run.code, Some(2), "{}", run.err);
    assert!(!run.err.contains(MARK) && !run.err.contains(&secret), "{}", run.err);
    fs::remove_file(broken).expect("removed");

    let holds = |bytes: &[u8], part: &str| {
        bytes.windows(part.len()).any(|window| window == part.as_bytes())
    };
    let mut seen = 0;
    for (name, bytes) in files_below(&desk.folder()) {
        if holds(&bytes, MARK) || holds(&bytes, &secret) {
            assert!(name.ends_with("keys/ledger.key"), "{}", name.display());
            seen += 1;
        }
    }
    assert_eq!(seen, 1);
    assert!(desk.path("audit.annex").is_file());
}
