//! `annex pack` and `annex verify`: what a pack shows, and that no byte of it can be changed.

use std::fs;

use crate::desk::{Desk, Run};

/// How many changes are tried; each is a run of the program.
const CHANGES: usize = 200;

/// An assessed desk with a pack and the public key beside it.
fn packed() -> Desk {
    let desk = Desk::assessed();
    desk.write("note.txt", "seen\n");
    desk.annex(&["answer", "helpdesk", "drill_passed=true", "--evidence", "note.txt"]).done();
    desk.annex(&["assess"]).done();
    desk.annex(&["pack", "-o", "audit.annex"]).done();
    let key = desk.annex(&["ledger", "key"]).done();
    desk.write("acme.pub", key.bytes);
    desk
}

fn verify(desk: &Desk, pack: &str) -> Run {
    desk.annex(&["verify", pack, "--key", "acme.pub"])
}

#[test]
fn a_pack_verifies_with_the_key_and_nothing_else() {
    let desk = packed();
    let run = verify(&desk, "audit.annex").done();
    assert!(run.out.starts_with("holds: "), "{}", run.out);
    let verified = desk.json(&["verify", "audit.annex", "--key", "acme.pub"]);
    assert_eq!(verified["holds"], true, "{verified}");
    assert_eq!(verified["entries"], desk.ledger_holds(), "{verified}");

    // Whoever verifies has the pack and the key, and no data folder.
    let auditor = Desk::new();
    for name in ["audit.annex", "acme.pub"] {
        auditor.write(name, fs::read(desk.path(name)).expect("a file"));
    }
    verify(&auditor, "audit.annex").done();
    assert!(!auditor.data().exists());

    let other = Desk::with_small_repository();
    other.annex(&["assess", "small"]).done();
    desk.write("other.pub", other.annex(&["ledger", "key"]).done().bytes);
    let run = desk.annex(&["verify", "audit.annex", "--key", "other.pub"]);
    assert!(matches!(run.code, Some(1 | 2)), "{:?} {}{}", run.code, run.out, run.err);
    assert!(!run.out.contains("holds: "), "{}", run.out);
    // A key of the same name that is another key.
    let twin = Desk::with_example();
    twin.annex(&["init", "helpdesk"]).done();
    desk.write("twin.pub", twin.annex(&["ledger", "key"]).done().bytes);
    let run = desk.annex(&["verify", "audit.annex", "--key", "twin.pub"]);
    assert!(matches!(run.code, Some(1 | 2)), "{:?} {}{}", run.code, run.out, run.err);
    desk.write("private.pub", fs::read(desk.key()).expect("a key"));
    desk.annex(&["verify", "audit.annex", "--key", "private.pub"]).code(2);
    insta::assert_snapshot!(desk.refused(&["verify", "nowhere.annex", "--key", "acme.pub"]), @"error: cannot read nowhere.annex: No such file or directory (os error 2)");
    insta::assert_snapshot!(desk.refused(&["verify", "audit.annex", "--key", "nowhere.pub"]), @"error: cannot read nowhere.pub: No such file or directory (os error 2)");
    assert!(desk.refused(&["verify", "audit.annex"]).contains("--key <FILE>"));
}

#[test]
fn the_same_record_gives_the_same_pack() {
    let desk = packed();
    desk.annex(&["pack", "-o", "second.annex"]).done();
    let bytes = |name: &str| fs::read(desk.path(name)).expect("a pack");
    assert!(bytes("audit.annex") == bytes("second.annex"));
}

#[test]
fn every_changed_byte_is_refused_with_the_place_named() {
    let desk = packed();
    let pack = fs::read(desk.path("audit.annex")).expect("a pack");
    let mut state = 0xdead_beef_cafe_f00d_u64;
    let mut random = |end: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state >> 16).expect("64 bits") % end
    };
    for change in 0..CHANGES {
        // The ends hold headers; most of the middle is the documents.
        let position = match change % 4 {
            0 => random(4096.min(pack.len())),
            1 => pack.len() - 1 - random(4096.min(pack.len())),
            _ => random(pack.len()),
        };
        let mut changed = pack.clone();
        changed[position] ^= 1 << random(8);
        desk.write("changed.annex", &changed);
        let run = verify(&desk, "changed.annex");
        let place = format!("byte {position}: {:?} {}{}", run.code, run.out, run.err);
        assert!(matches!(run.code, Some(1 | 2)), "{place}");
        assert!(!run.out.contains("holds: "), "{place}");
        let words = format!("{}{}", run.out, run.err);
        assert!(words.trim().len() > 20, "{place}");
        let named = ["header", "directory"].iter().any(|part| words.contains(part));
        assert!(named || words.contains('/') || words.contains('.'), "{place}");
    }
    for cut in [0, 1, 100, pack.len() / 2, pack.len() - 1] {
        desk.write("changed.annex", &pack[..cut]);
        assert!(matches!(verify(&desk, "changed.annex").code, Some(1 | 2)), "cut at {cut}");
    }
    desk.write("changed.annex", [&pack[..], b"x"].concat());
    assert!(matches!(verify(&desk, "changed.annex").code, Some(1 | 2)), "a byte more");
}

#[test]
fn a_pack_of_nothing_is_refused_and_a_bad_target_named() {
    let desk = Desk::with_small_repository();
    insta::assert_snapshot!(desk.refused(&["pack", "-o", "audit.annex"]), @"error: not found: a register in .annex; `annex assess PATH` makes one, --data names another folder");
    let desk = Desk::assessed();
    let run = desk.annex(&["pack", "-o", "nowhere/audit.annex"]);
    assert!(matches!(run.code, Some(2 | 4)), "{}", run.err);
    assert!(run.err.contains("nowhere/audit.annex"), "{}", run.err);
    assert!(!desk.path("audit.annex").exists());
}
