//! The manifest, a line for every file, and the note that signs it.
//!
//! ```text
//!  annex audit pack 1
//!  sha256:9f86… 1234 README.txt
//!  …                                     in the order of the paths' bytes
//! ```

use std::collections::BTreeSet;
use std::fmt::Write as _;

use annex_isms::Digest;

use super::error::PackError;
use super::{PackLimits, path};

const HEAD: &str = "annex audit pack 1";
/// The longest path.
const PATH_BYTES_MAX: usize = 240;

/// A file as the manifest lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Listed {
    pub(super) path: String,
    pub(super) size: u64,
    pub(super) digest: Digest,
}

/// The text of a manifest.
pub(super) fn text(files: &[Listed]) -> String {
    let mut text = format!("{HEAD}\n");
    for Listed { path, size, digest } in files {
        let _ = writeln!(text, "{digest} {size} {path}");
    }
    text
}

/// Reads a manifest. It has one spelling: what was understood, written again, is the same text.
pub(super) fn parse(bytes: &[u8], limits: &PackLimits) -> Result<Vec<Listed>, PackError> {
    let refuse = |what: String| PackError::form(path::MANIFEST, what);
    let given = std::str::from_utf8(bytes).map_err(|_| refuse("it is not UTF-8".to_owned()))?;
    let mut files: Vec<Listed> = Vec::new();
    for (number, line) in (2..).zip(given.lines().skip(1)) {
        let parsed = listed(line)
            .ok_or_else(|| refuse(format!("line {number} is not a digest, a size and a path")))?;
        check_path(&parsed.path).map_err(|why| refuse(format!("line {number}: {why}")))?;
        if files.last().is_some_and(|last| last.path >= parsed.path) {
            return Err(refuse(format!("line {number} is not in order, or twice")));
        }
        if files.len() + 2 >= limits.files_max {
            return Err(refuse(format!("it lists more than {} files", limits.files_max - 2)));
        }
        files.push(parsed);
    }
    if text(&files) != given {
        return Err(refuse("it is spelled otherwise than it must be".to_owned()));
    }
    check_tree(&files).map_err(refuse)?;
    Ok(files)
}

/// What the note signs.
pub(super) fn note_text(manifest: &[u8]) -> String {
    format!("{HEAD}\n{} {} {}\n", Digest::of(manifest), manifest.len(), path::MANIFEST)
}

/// Reads what the note signs: the manifest's digest and size.
pub(super) fn parse_note(given: &str) -> Result<Listed, PackError> {
    let refuse = || PackError::form(path::NOTE, "it does not name a manifest");
    let (head, line) =
        given.strip_suffix('\n').and_then(|g| g.split_once('\n')).ok_or_else(refuse)?;
    let listed = listed(line).ok_or_else(refuse)?;
    let again = format!("{HEAD}\n{} {} {}\n", listed.digest, listed.size, path::MANIFEST);
    if head == HEAD && again == given { Ok(listed) } else { Err(refuse()) }
}

fn listed(line: &str) -> Option<Listed> {
    let mut fields = line.splitn(3, ' ');
    let digest = fields.next()?.parse().ok()?;
    let size = fields.next()?.parse().ok()?;
    Some(Listed { path: fields.next()?.to_owned(), size, digest })
}

/// Whether a path can be unpacked anywhere without leaving the folder or surprising anyone.
pub(super) fn check_path(path: &str) -> Result<(), String> {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"._-".contains(&b);
    let segment =
        |s: &str| !s.is_empty() && !s.starts_with('.') && !s.ends_with('.') && s.bytes().all(plain);
    if path.len() > PATH_BYTES_MAX {
        return Err(format!("a path is longer than {PATH_BYTES_MAX} bytes"));
    }
    if path == path::NOTE || path == path::MANIFEST {
        return Err(format!("`{path}` cannot be listed, for it lists"));
    }
    if path.split('/').all(segment) {
        return Ok(());
    }
    Err(format!("`{}` is not a path of a pack", path.escape_debug()))
}

/// No file is also a folder, and no two differ only in the case of letters.
fn check_tree(files: &[Listed]) -> Result<(), String> {
    let mut names = BTreeSet::from([path::NOTE.to_owned(), path::MANIFEST.to_owned()]);
    for file in files {
        if !names.insert(file.path.to_ascii_lowercase()) {
            return Err(format!("`{}` differs from another path only in case", file.path));
        }
    }
    for file in files {
        let name = file.path.to_ascii_lowercase();
        let folders = name.match_indices('/').map(|(at, _)| &name[..at]);
        if let Some(folder) = folders.into_iter().find(|folder| names.contains(*folder)) {
            return Err(format!("`{folder}` is a file and a folder"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_that_leave_the_folder_or_hide_are_refused() {
        for bad in [
            "",
            "/a",
            "a/",
            "a//b",
            "../a",
            "a/../b",
            "a/./b",
            ".hidden",
            "a\\b",
            "a:b",
            "a b",
            "ä",
            "a\n",
            "a.",
            "manifest",
            "manifest.note",
        ] {
            assert!(check_path(bad).is_err(), "{bad:?}");
        }
        assert!(check_path(&"a".repeat(241)).is_err());
        for good in
            ["index.html", "README.txt", "csv/gaps.csv", "ledger/entries/000000000000001.json"]
        {
            assert_eq!(check_path(good), Ok(()), "{good}");
        }
    }

    #[test]
    fn a_manifest_has_one_spelling() {
        let listed =
            |path: &str| Listed { path: path.to_owned(), size: 7, digest: Digest::of(b"x") };
        let files = vec![listed("a"), listed("b/c")];
        let good = text(&files);
        let limits = PackLimits::default();
        assert_eq!(parse(good.as_bytes(), &limits).expect("good"), files);
        for bad in [
            good.replace(" 7 ", " 07 "),
            good.replace(" 7 ", " +7 "),
            good.replace(" 7 ", "  7 "),
            good.replace('\n', "\r\n"),
            good.replace("pack 1", "pack 2"),
            format!("{good}\n"),
            good.trim_end().to_owned(),
            text(&[listed("b"), listed("a")]),
            text(&[listed("a"), listed("a")]),
            text(&[listed("A"), listed("a")]),
            text(&[listed("a"), listed("a/b")]),
            text(&[listed("a"), listed("../b")]),
            String::new(),
        ] {
            assert!(parse(bad.as_bytes(), &limits).is_err(), "{bad}");
        }
        let few = PackLimits { files_max: 3, ..limits };
        assert!(parse(good.as_bytes(), &few).is_err());
    }
}
