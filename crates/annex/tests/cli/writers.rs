//! Several processes on one folder, and whose key signs.

use std::fs::{self, File};
use std::io::Write as _;
use std::time::Duration;

use crate::desk::{Desk, Run};

/// Holds the lock of the data folder as another writer does.
fn held(desk: &Desk) -> File {
    let mut lock = File::options().write(true).open(desk.data().join("lock")).expect("a lock file");
    lock.lock().expect("the lock");
    lock.set_len(0).expect("an empty file");
    lock.write_all(b"annex test, process 1").expect("a name");
    lock
}

#[test]
fn a_second_writer_ends_with_the_name_of_the_first_while_readers_proceed() {
    let desk = Desk::assessed();
    desk.write("note.txt", "seen\n");
    let before = desk.ledger_holds();
    let lock = held(&desk);
    for arguments in [
        &["assess", "helpdesk"][..],
        &["evidence", "add", "note.txt"],
        &["answer", "helpdesk", "drill_passed=true"],
        &["people", "add", "lee", "--name", "Lee"],
    ] {
        let run = Run::of(desk.prepared(arguments).env("ANNEX_LOCK_WAIT_MS", "300")).code(4);
        let message = "error: the register is being written by annex test, process 1";
        assert!(run.err.contains(message), "{}", run.err);
    }
    desk.annex(&["gaps"]).done();
    desk.annex(&["assess", "--at", "2999-01-01"]).done();
    assert_eq!(desk.ledger_holds(), before);
    drop(lock);
    desk.annex(&["evidence", "add", "note.txt"]).done();
}

#[test]
fn a_second_writer_waits_for_the_first() {
    let desk = Desk::assessed();
    let lock = held(&desk);
    let mut second = desk.prepared(&["people", "add", "lee", "--name", "Lee"]);
    let second = second.env("ANNEX_LOCK_WAIT_MS", "60000").spawn().expect("it starts");
    std::thread::sleep(Duration::from_millis(2500));
    drop(lock);
    let run: Run = second.wait_with_output().expect("it ends").into();
    run.done();
    assert!(desk.annex(&["people"]).done().out.contains("Lee"));
}

#[test]
fn writers_at_the_same_time_all_record() {
    let desk = Desk::assessed();
    let before = desk.ledger_holds();
    let started: Vec<_> = (0..6)
        .map(|n| {
            let id = format!("person-{n}");
            let mut command = desk.prepared(&["people", "add", &id, "--name", "One of six"]);
            command.env("ANNEX_LOCK_WAIT_MS", "120000").spawn().expect("it starts")
        })
        .collect();
    for process in started {
        Run::from(process.wait_with_output().expect("it ends")).done();
    }
    assert_eq!(desk.ledger_holds(), before + 6);
    let people = desk.json(&["people"]).to_string();
    assert_eq!(people.matches("One of six").count(), 6);
}

#[test]
fn a_key_in_the_data_folder_is_refused_and_nothing_is_made() {
    let desk = Desk::with_small_repository();
    for key in [".annex/ledger.key", ".annex/keys/ledger.key", "small/../.annex/ledger.key"] {
        let run = Run::of(desk.prepared(&["assess", "small"]).env("ANNEX_KEY_FILE", key)).code(2);
        assert!(run.err.contains("lies in the data folder"), "{key}: {}", run.err);
        assert!(!desk.data().exists(), "{key}");
    }
    // By another way to the same folder, once it is there.
    desk.annex(&["assess", "small"]).done();
    #[cfg(unix)]
    std::os::unix::fs::symlink(".annex", desk.path("alias")).expect("a link");
    fs::copy(desk.key(), desk.data().join("ledger.key")).expect("a copy");
    let key = desk.path("alias/ledger.key");
    let run = Run::of(desk.prepared(&["assess"]).env("ANNEX_KEY_FILE", key)).code(2);
    assert!(run.err.contains("lies in the data folder"), "{}", run.err);
}

#[test]
fn the_key_of_another_organisation_or_no_key_at_all_is_refused() {
    let desk = Desk::assessed();
    let other = Desk::with_small_repository();
    other.annex(&["assess", "small"]).done();
    let before = desk.ledger_holds();
    let with = |key: &std::path::Path, arguments: &[&str]| {
        let run = Run::of(desk.prepared(arguments).env("ANNEX_KEY_FILE", key)).code(2);
        desk.redact(&run.err.replace(&*other.folder().to_string_lossy(), "OTHER"))
    };
    let add = ["people", "add", "lee", "--name", "Lee"];
    insta::assert_snapshot!(with(&other.key(), &add), @"error: OTHER/keys/ledger.key holds the key of `annex/organisation`, not of `annex/velmora`; set `key_file` to the right one");
    let missing = desk.path("keys/no.key");
    insta::assert_snapshot!(with(&missing, &["ledger", "key"]), @"error: there is no signing key at DESK/keys/no.key; set `key_file` or ANNEX_KEY_FILE to the one that signs this ledger");
    let empty = desk.write("keys/empty.key", "");
    insta::assert_snapshot!(with(&empty, &add), @"error: not a signing key: it does not begin with `PRIVATE+KEY+`");
    assert!(!missing.exists(), "a reader makes no key");
    assert_eq!(desk.ledger_holds(), before);

    // A key of the same organisation that is not the ledger's own cannot go on with it either.
    let fresh = Desk::with_example();
    fresh.annex(&["init", "helpdesk"]).done();
    let run = Run::of(desk.prepared(&add).env("ANNEX_KEY_FILE", fresh.key()));
    assert!(matches!(run.code, Some(2 | 4)), "{:?} {} {}", run.code, run.out, run.err);
    assert_eq!(desk.ledger_holds(), before);
}

#[test]
fn the_key_is_made_once_and_belongs_to_its_owner() {
    let desk = Desk::with_small_repository();
    let mut command = desk.prepared(&["assess", "small"]);
    Run::of(command.env_remove("ANNEX_KEY_FILE")).done();
    let key = desk.path("home/.config/annex/keys/organisation.key");
    let text = fs::read_to_string(&key).expect("a key in the user's configuration folder");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = |path: &std::path::Path| {
            fs::metadata(path).expect("metadata").permissions().mode() & 0o777
        };
        assert_eq!(mode(&key), 0o600);
        assert_eq!(mode(key.parent().expect("a folder")), 0o700);
        assert_eq!(mode(&desk.data()), 0o700);
    }
    let mut command = desk.prepared(&["assess", "small"]);
    Run::of(command.env_remove("ANNEX_KEY_FILE")).done();
    assert_eq!(fs::read_to_string(&key).expect("a key"), text);
    let beside = fs::read_dir(key.parent().expect("a folder")).expect("a folder").count();
    assert_eq!(beside, 1, "nothing else is left there");
}
