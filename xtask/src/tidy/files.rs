//! Rules for single files: heads, sizes, ends, banned words and paths.

use std::path::Path;

use super::lines;

/// The largest tracked file. Test data is generated, not stored.
const FILE_BYTES_MAX: usize = 512 * 1024;

/// Words that mark unfinished work. Spelled in two parts, so that this file passes.
const UNFINISHED: [&str; 3] = [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("XX", "X")];

/// Folders of somebody's machine.
const MACHINES: [&str; 4] =
    [concat!("/", "root"), concat!("/", "home"), concat!("/", "work"), concat!("/", "Users")];

/// Files that may hold a banned word or path, and why.
const EXCUSED: &[(&str, &str)] = &[];

/// Checks one file.
pub(crate) fn check(path: &str, bytes: &[u8], faults: &mut Vec<String>) {
    if bytes.len() > FILE_BYTES_MAX {
        faults.push(format!(
            "{path}: has {} bytes, at most {FILE_BYTES_MAX} may be tracked; generate it where it is needed",
            bytes.len()
        ));
    }
    // Seeds for parsers and pictures are bytes, not text.
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    if seed(path) {
        return;
    }
    if !text.is_empty() && !text.ends_with('\n') {
        faults.push(format!("{path}: does not end with a line break"));
    }
    if !EXCUSED.iter().any(|(excused, _)| *excused == path) {
        for (number, line) in (1..).zip(text.lines()) {
            words(path, number, line, faults);
        }
    }
    if rust(path) {
        if headed(path) && !text.starts_with("//!") {
            faults.push(format!("{path}:1: begins without `//!`: say what the module is for"));
        }
        lines::check(path, text, faults);
    }
}

fn words(path: &str, number: usize, line: &str, faults: &mut Vec<String>) {
    for word in UNFINISHED.iter().filter(|word| has_word(line, word)) {
        faults.push(format!("{path}:{number}: `{word}`: finish it, or open an issue"));
    }
    for folder in MACHINES.iter().filter(|folder| has_path(line, folder)) {
        faults.push(format!("{path}:{number}: names `{folder}`, a folder of one machine"));
    }
}

fn has_word(line: &str, word: &str) -> bool {
    let part = |c: char| c.is_alphanumeric() || c == '_';
    line.match_indices(word)
        .any(|(at, _)| !line[..at].ends_with(part) && !line[at + word.len()..].starts_with(part))
}

/// A path that starts at the root of the file system; not a part of an address or another path.
fn has_path(line: &str, folder: &str) -> bool {
    let name =
        |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '~' | '}' | ')' | '*');
    let longer = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
    line.match_indices(folder).any(|(at, _)| {
        !line[..at].ends_with(name) && !line[at + folder.len()..].starts_with(longer)
    })
}

fn rust(path: &str) -> bool {
    Path::new(path).extension().is_some_and(|extension| extension == "rs")
}

fn seed(path: &str) -> bool {
    path.starts_with("fuzz/corpus/")
}

/// Whether a Rust file must say what it is for: modules do, build scripts and tests may.
fn headed(path: &str) -> bool {
    (path.starts_with("crates/") || path.starts_with("xtask/")) && path.contains("/src/")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(path: &str, text: &str) -> Vec<String> {
        let mut faults = Vec::new();
        check(path, text.as_bytes(), &mut faults);
        faults
    }

    #[test]
    fn a_good_file_has_no_faults() {
        assert_eq!(faults("crates/a/src/lib.rs", "//! A.\n\nfn a() {}\n"), Vec::<String>::new());
        assert_eq!(faults("catalog/a.toml", "a = 1\n"), Vec::<String>::new());
        assert_eq!(faults("crates/a/tests/all.rs", "use a::b;\n"), Vec::<String>::new());
        assert_eq!(faults("crates/a/src/empty.txt", ""), Vec::<String>::new());
    }

    #[test]
    fn each_rule_names_file_and_line() {
        let one = |path: &str, text: &str| faults(path, text).join("\n");
        assert!(one("crates/a/src/b.rs", "fn b() {}\n").starts_with("crates/a/src/b.rs:1: begins"));
        assert!(one("a.md", "x").contains("line break"));
        let unfinished = format!("a\nb {}: later\n", UNFINISHED[0]);
        assert!(one("a.md", &unfinished).starts_with("a.md:2: "));
        let machine = format!("see `{}/me/file`\n", MACHINES[1]);
        assert!(one("a.md", &machine).starts_with("a.md:1: names"));
        assert!(one("a.bin", &"a\n".repeat(FILE_BYTES_MAX)).contains("may be tracked"));
    }

    #[test]
    fn words_and_paths_inside_others_do_not_count() {
        let inside = format!(
            "{}_LIST https://x.example{}/a ./b{} ~{}",
            UNFINISHED[0], MACHINES[1], MACHINES[2], MACHINES[1]
        );
        assert!(!UNFINISHED.iter().any(|word| has_word(&inside, word)), "{inside}");
        assert!(!MACHINES.iter().any(|folder| has_path(&inside, folder)), "{inside}");
        assert!(!has_path(&format!("{}bench", MACHINES[2]), MACHINES[2]));
        assert!(has_path(&format!("WORKDIR {}", MACHINES[0]), MACHINES[0]));
    }
}
