//! Files that a scan cannot read: each is named, and nothing of it counts as looked at.

use std::fs::{self, File};
use std::io::Write as _;

use serde_json::Value;

use crate::desk::{Desk, Run, rows};

const MEGABYTE: usize = 1 << 20;

/// Assesses `small` and gives its document; the exit code says that something was not read.
fn incomplete(desk: &Desk) -> Value {
    let run = desk.annex(&["assess", "small", "--format", "json"]).code(3);
    assert!(run.err.contains("incomplete: some files could not be read"), "{}", run.err);
    serde_json::from_str(&run.out).expect("JSON")
}

/// Why a file was skipped.
fn reason(document: &Value, file: &str) -> String {
    rows(document, "skipped")
        .iter()
        .find(|row| row["path"].as_str().is_some_and(|path| path.ends_with(file)))
        .unwrap_or_else(|| panic!("{file} is not in {}", document["skipped"]))["reason"]
        .as_str()
        .expect("a reason")
        .to_owned()
}

#[test]
fn a_path_that_is_no_folder_is_refused() {
    let desk = Desk::new();
    desk.write("file.txt", "text");
    insta::assert_snapshot!(desk.refused(&["assess", "nowhere"]), @"error: there is nothing at `nowhere`");
    insta::assert_snapshot!(desk.refused(&["assess", "file.txt"]), @"error: `file.txt` is not a folder; a scan takes folders");
    assert!(!desk.data().exists(), "nothing is left behind");
}

#[test]
fn what_is_binary_not_utf8_or_malformed_is_listed_with_the_reason() {
    let desk = Desk::with_small_repository();
    desk.write("small/package.json", [0x7f, b'E', b'L', b'F', 0, 1, 2, 3, 0xff, 0xfe]);
    desk.write("small/latin.py", b"import openai\nname = \"caf\xe9\"\n");
    desk.write("small/pyproject.toml", "[project]\nname = \"a\"\n\n[project\n");
    desk.write("small/deep/Cargo.toml", "[dependencies]\nx = \n");
    desk.write("small/deep/package-lock.json", "{\"packages\": {");
    let document = incomplete(&desk);
    let reasons: Vec<String> =
        ["package.json", "latin.py", "pyproject.toml", "deep/Cargo.toml", "deep/package-lock.json"]
            .iter()
            .map(|file| format!("{file}: {}", reason(&document, file)))
            .collect();
    insta::assert_snapshot!(reasons.join("\n"), @r"
package.json: is binary, not text
latin.py: line 2: not UTF-8
pyproject.toml: line 4: unclosed table, expected `]`
deep/Cargo.toml: line 2: string values must be quoted, expected literal string
deep/package-lock.json: line 1: expected a name in quotes or `}`
");
    // The rest was read.
    assert!(rows(&document, "assets").iter().any(|asset| asset["name"] == "gpt-4o"));
    assert!(desk.annex(&["assess", "small"]).code(3).out.contains("5 skipped"));
    desk.annex(&["assess", "small", "--fail-on", "low"]).code(3);
}

#[test]
fn a_hundred_megabytes_of_json_are_neither_read_nor_passed_over() {
    let desk = Desk::with_small_repository();
    let mut file = File::create(desk.path("small/package.json")).expect("a file");
    file.write_all(b"{\"dependencies\": {").expect("bytes");
    let row = b"\"a-package-with-a-name\": \"1.2.3\", ".repeat(MEGABYTE / 34);
    for _ in 0..100 {
        file.write_all(&row).expect("bytes");
    }
    assert!(file.metadata().expect("metadata").len() > 99 * MEGABYTE as u64);
    // Two gigabytes of address space do for the program; that does not hold it twenty times over.
    let line = "ulimit -v 2000000; exec annex assess small --format json";
    let run: Run = desk.shell(line).code(3);
    let document: Value = serde_json::from_str(&run.out).expect("JSON");
    let why = reason(&document, "package.json");
    assert!(why.contains(" bytes, more than "), "{why}");
}

#[test]
fn json_nested_a_hundred_thousand_deep_is_no_crash() {
    let desk = Desk::with_small_repository();
    desk.write("small/package.json", "[".repeat(100_000));
    desk.write("small/mcp.json", "{\"a\":".repeat(100_000));
    desk.write("small/compose.yaml", "[".repeat(50_000));
    desk.write("small/deep.py", "(".repeat(50_000));
    let run = desk.annex(&["assess", "small", "--format", "json"]).code(3);
    let document: Value = serde_json::from_str(&run.out).expect("JSON");
    assert!(!reason(&document, "package.json").is_empty());
}

#[cfg(unix)]
#[test]
fn a_loop_of_links_ends_and_a_link_outwards_is_not_followed() {
    use std::os::unix::fs::symlink;
    let desk = Desk::with_small_repository();
    fs::create_dir(desk.path("small/sub")).expect("a folder");
    symlink(".", desk.path("small/loop")).expect("a link");
    symlink("..", desk.path("small/sub/up")).expect("a link");
    symlink("itself.py", desk.path("small/itself.py")).expect("a link");
    desk.write("outside/app.py", "import anthropic\n");
    symlink("../outside", desk.path("small/out")).expect("a link");
    // They are left aside on purpose, so the scan is complete.
    let document = desk.json(&["assess", "small"]);
    for link in ["loop", "sub/up", "itself.py", "out"] {
        assert!(reason(&document, link).contains("symbolic link"), "{link}");
    }
    assert!(!document["assets"].to_string().contains("anthropic"));
}

#[cfg(unix)]
#[test]
fn a_pipe_in_the_repository_does_not_hold_the_scan() {
    let desk = Desk::with_small_repository();
    if desk.shell("mkfifo small/package.json").code != Some(0) {
        return crate::desk::skipped("a pipe in the repository", "there is no mkfifo");
    }
    let run = desk.annex(&["assess", "small", "--format", "json"]);
    assert!(matches!(run.code, Some(0 | 3)), "{:?}: {}", run.code, run.err);
}

#[test]
fn more_files_than_the_limit_are_listed_as_skipped() {
    let desk = Desk::with_small_repository();
    for n in 0..20 {
        desk.write(format!("small/more/m{n}.py"), "x = 1\n");
    }
    let run = Run::of(
        desk.prepared(&["assess", "small", "--format", "json"]).env("ANNEX_SCAN_FILES_MAX", "5"),
    )
    .code(3);
    assert!(run.out.contains("files_max"), "{}", run.err);
}
