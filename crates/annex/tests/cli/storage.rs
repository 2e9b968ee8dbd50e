//! Storage that gives out: each failure has code 4, and nothing that was recorded is lost.

use std::fs;

use crate::desk::{Desk, Run};

/// Bytes that do not repeat.
fn noise(bytes: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    std::iter::repeat_with(|| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[4]
    })
    .take(bytes)
    .collect()
}

/// A register that has no more room than it takes now.
fn pages(desk: &Desk) -> String {
    let bytes = fs::metadata(desk.data().join("register.sqlite")).expect("a register").len();
    (bytes / 4096).to_string()
}

#[test]
fn a_full_register_fails_and_loses_nothing() {
    let desk = Desk::assessed();
    let before = desk.ledger_holds();
    for n in 0..40 {
        desk.write(format!("helpdesk/app/more{n}.py"), "import cohere\nmodel = \"command-r\"\n");
    }
    let pages = pages(&desk);
    let run =
        Run::of(desk.prepared(&["assess", "helpdesk"]).env("ANNEX_REGISTER_PAGES_MAX", &pages))
            .code(4);
    assert!(run.err.contains("no room is left"), "{}", run.err);
    assert!(run.out.is_empty(), "nothing is acknowledged: {}", run.out);
    let after = desk.ledger_holds();
    assert!(after >= before);
    desk.annex(&["gaps"]).done();
    // With room again the same command succeeds.
    desk.annex(&["assess", "helpdesk"]).done();
    assert!(desk.ledger_holds() > after);
}

#[test]
fn a_register_that_never_had_room_can_be_made_later() {
    let desk = Desk::with_small_repository();
    let run =
        Run::of(desk.prepared(&["assess", "small"]).env("ANNEX_REGISTER_PAGES_MAX", "20")).code(4);
    assert!(run.err.contains("no room is left"), "{}", run.err);
    desk.annex(&["assess", "small"]).done();
    desk.ledger_holds();
}

#[cfg(unix)]
#[test]
fn a_limit_on_file_sizes_is_an_error_and_no_signal() {
    let desk = Desk::assessed();
    let before = desk.ledger_holds();
    desk.write("large.bin", noise(3 << 20));
    let run = desk.shell("ulimit -f 1000; exec annex evidence add large.bin").code(4);
    assert!(run.err.contains("no room is left"), "{}", run.err);
    assert_eq!(desk.ledger_holds(), before);
    let incoming = fs::read_dir(desk.data().join("blobs/incoming")).expect("a folder");
    let left: Vec<_> = incoming.map(|entry| entry.expect("an entry").file_name()).collect();
    assert_eq!(left, ["lock"], "what was begun is cleared away");

    // Every place where a write of an assessment may end: register, evidence, report.
    desk.write("helpdesk/app/more.py", "import cohere\nmodel = \"command-r\"\n");
    for blocks in [1, 20, 100, 300, 500, 900] {
        let run = desk.shell(&format!("ulimit -f {blocks}; exec annex assess helpdesk")).code(4);
        let told = ["no room is left", "File too large", "disk I/O error"]
            .iter()
            .any(|words| run.err.contains(words));
        assert!(told, "{blocks}: {}", run.err);
        assert!(desk.ledger_holds() >= before, "{blocks}");
    }
    desk.annex(&["assess", "helpdesk"]).done();
    let report = fs::read_to_string(desk.data().join("report.html")).expect("a report");
    assert!(report.trim_end().ends_with("</html>"));
    desk.ledger_holds();
}

#[cfg(unix)]
#[test]
fn a_report_that_cannot_be_written_is_named() {
    let desk = Desk::assessed();
    let run = desk.annex(&["assess", "--report", "nowhere/report.html"]).code(4);
    insta::assert_snapshot!(run.err, @r"
error: cannot write the report nowhere/report.html
  because: No such file or directory (os error 2)
");
    let run = desk.shell("annex gaps --format json > /dev/full").code(4);
    insta::assert_snapshot!(run.err, @r"
error: cannot write to standard output
  because: No space left on device (os error 28)
");
    desk.ledger_holds();
}

#[cfg(target_os = "linux")]
mod read_only {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};
    use std::path::Path;

    use super::*;
    use crate::desk::{ANNEX, skipped};

    const NOBODY: u32 = 65_534;

    fn set_mode(path: &Path, mode: u32) {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("permissions");
    }

    /// Every path below a folder, and the folder.
    fn tree(folder: &Path) -> Vec<std::path::PathBuf> {
        let mut all = vec![folder.to_owned()];
        let mut next = 0;
        while next < all.len() {
            if all[next].is_dir() {
                let entries = fs::read_dir(&all[next]).expect("a folder");
                all.extend(entries.map(|entry| entry.expect("an entry").path()));
            }
            next += 1;
        }
        all
    }

    /// Runs `annex` as someone whom permissions bind.
    fn ordinary(desk: &Desk, arguments: &[&str]) -> Run {
        if fs::metadata(desk.folder()).expect("metadata").uid() != NOBODY {
            return desk.annex(arguments);
        }
        let mut command = desk.command("setpriv");
        command
            .args(["--reuid=65534", "--regid=65534", "--clear-groups", "./annex"])
            .args(arguments);
        Run::of(&mut command)
    }

    #[test]
    fn a_folder_that_cannot_be_written_is_read_and_refuses_writers() {
        let desk = Desk::assessed();
        desk.write("note.txt", "seen\n");
        if fs::metadata(desk.folder()).expect("metadata").uid() == 0 {
            if desk.shell("setpriv --version").code != Some(0) {
                return skipped(
                    "a read-only folder",
                    "root is not bound by permissions, and there is no setpriv",
                );
            }
            // The program may lie where only root can go.
            if fs::hard_link(ANNEX, desk.path("annex")).is_err() {
                fs::copy(ANNEX, desk.path("annex")).expect("a copy of the program");
            }
            for path in tree(&desk.folder()).iter().filter(|path| !path.ends_with("annex")) {
                chown(path, Some(NOBODY), Some(NOBODY)).expect("an owner");
            }
        }
        ordinary(&desk, &["gaps"]).done();
        let before = desk.ledger_holds();
        for path in tree(&desk.data()) {
            set_mode(&path, if path.is_dir() { 0o500 } else { 0o400 });
        }
        for arguments in [
            &["people", "add", "lee", "--name", "Lee"][..],
            &["evidence", "add", "note.txt"],
            &["answer", "helpdesk", "drill_passed=true", "--evidence", "note.txt"],
            &["assess", "helpdesk"],
        ] {
            let run = ordinary(&desk, arguments).code(4);
            let told =
                ["read-only", "permission", "Permission"].iter().any(|word| run.err.contains(word));
            assert!(told && run.err.contains("error: cannot "), "{arguments:?}: {}", run.err);
            assert!(run.out.is_empty(), "{arguments:?}: {}", run.out);
        }
        ordinary(&desk, &["gaps"]).done();
        let verified = ordinary(&desk, &["ledger", "verify"]).done();
        assert!(verified.out.contains(&format!("holds: {before} entries")), "{}", verified.out);

        // A copy on a medium that keeps only the database and the evidence.
        set_mode(&desk.data(), 0o700);
        for name in ["register.sqlite-wal", "register.sqlite-shm"] {
            let _ = fs::remove_file(desk.data().join(name));
        }
        set_mode(&desk.data(), 0o500);
        ordinary(&desk, &["gaps"]).done();
        for path in tree(&desk.data()) {
            set_mode(&path, 0o700);
        }
    }
}
