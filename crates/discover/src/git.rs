//! What git knows of the tree: the repository's name and the commit, read from its files.
//!
//! `git` itself is not called: a repository's own configuration can make it run programs
//! (`core.fsmonitor`, filters), and a scan never runs what it scans. So whether the working tree
//! differs from the commit is not told, unless a file of the index is gone or has another size.
//! Files that the index names and the working tree lacks (a sparse or partial check-out, a missing
//! large file) are told, because a scan cannot read them.

use std::fs;
use std::path::{Path, PathBuf};

/// What was found; each part is `None` when it is not there.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Git {
    pub(crate) name: Option<String>,
    pub(crate) commit: Option<String>,
    pub(crate) modified: bool,
    /// Tracked, and not in the working tree; in order, at most [`ABSENT_MAX`].
    pub(crate) absent: Vec<String>,
    /// What is tracked below the folder, which can be one within the working tree; `None` where
    /// there is no git or its list has a form that is not read.
    pub(crate) tracked: Option<Vec<String>>,
}

/// The most absent files that are named.
pub(crate) const ABSENT_MAX: usize = 10_000;

/// The largest file of git's own that is read.
const GIT_FILE_BYTES_MAX: u64 = 64 << 20;

pub(crate) fn read(root: &Path) -> Git {
    let tracked = tracked(root);
    let Some((folder, common)) = folders(root) else {
        return Git { tracked, ..Git::default() };
    };
    let commit = commit(&folder, &common);
    let tree = compared(root, &folder.join("index")).unwrap_or_default();
    Git {
        name: small(&common.join("config")).and_then(|config| origin(&config)),
        modified: commit.is_some() && tree.differs,
        absent: tree.absent,
        tracked,
        commit,
    }
}

/// The folder with `HEAD`, and the one with refs and configuration (another one in a worktree).
fn folders(root: &Path) -> Option<(PathBuf, PathBuf)> {
    let dot = root.join(".git");
    let folder = if dot.is_dir() {
        dot
    } else {
        let text = small(&dot)?;
        let target = text.strip_prefix("gitdir:")?.trim();
        root.join(target)
    };
    let common = small(&folder.join("commondir"))
        .map_or_else(|| folder.clone(), |path| folder.join(path.trim()));
    Some((folder, common))
}

fn small(path: &Path) -> Option<String> {
    let data = fs::metadata(path).ok()?;
    if !data.is_file() || data.len() > GIT_FILE_BYTES_MAX {
        return None;
    }
    fs::read_to_string(path).ok()
}

fn commit(folder: &Path, common: &Path) -> Option<String> {
    let head = small(&folder.join("HEAD"))?;
    let head = head.trim();
    let Some(name) = head.strip_prefix("ref:") else {
        return is_commit(head).then(|| head.to_owned());
    };
    let name = name.trim();
    if name.split('/').any(|part| part == "..") || !name.starts_with("refs/") {
        return None;
    }
    [folder, common]
        .iter()
        .find_map(|folder| small(&folder.join(name)))
        .map(|text| text.trim().to_owned())
        .or_else(|| packed(&small(&common.join("packed-refs"))?, name))
        .filter(|text| is_commit(text))
}

fn packed(text: &str, name: &str) -> Option<String> {
    text.lines()
        .filter_map(|line| line.split_once(' '))
        .find(|(_, packed)| packed.trim() == name)
        .map(|(commit, _)| commit.to_owned())
}

fn is_commit(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && text.bytes().all(|b| b.is_ascii_hexdigit())
}

/// `owner/name` of the remote `origin`.
fn origin(config: &str) -> Option<String> {
    let mut inside = false;
    for line in config.lines().map(str::trim) {
        if line.starts_with('[') {
            inside = line == "[remote \"origin\"]";
        } else if let Some((key, url)) = line.split_once('=').filter(|_| inside)
            && key.trim() == "url"
        {
            return name_of_url(url.trim());
        }
    }
    None
}

fn name_of_url(url: &str) -> Option<String> {
    let url = url.trim_end_matches('/').trim_end_matches(".git");
    let path = match url.split_once("://") {
        Some((_, rest)) => rest.split_once('/')?.1,
        None => url.split_once(':').map_or(url, |(_, path)| path),
    };
    let parts: Vec<_> = path.split('/').filter(|part| !part.is_empty()).collect();
    match parts.as_slice() {
        [.., owner, name] => Some(format!("{owner}/{name}")),
        [name] => Some((*name).to_owned()),
        [] => None,
    }
}

/// The working tree beside git's index.
#[derive(Debug, Default, PartialEq, Eq)]
struct Tree {
    differs: bool,
    absent: Vec<String>,
}

/// Compares the working tree with the index; one that is not read says nothing.
fn compared(root: &Path, index: &Path) -> Option<Tree> {
    let mut tree = Tree::default();
    for entry in entries(index)? {
        if let Ok(data) = fs::symlink_metadata(root.join(&entry.path)) {
            tree.differs |= entry.size != 0 && data.len() != u64::from(entry.size);
        } else {
            tree.differs |= !entry.left_out;
            if tree.absent.len() < ABSENT_MAX {
                tree.absent.push(entry.path);
            }
        }
    }
    Some(tree)
}

/// What is tracked below a folder of a working tree, and is there.
fn tracked(root: &Path) -> Option<Vec<String>> {
    let full = fs::canonicalize(root).ok()?;
    let top = full.ancestors().find(|folder| folder.join(".git").exists())?;
    let index = folders(top)?.0.join("index");
    // Before the first `git add` nothing is tracked.
    let all = if index.exists() { entries(&index)? } else { Vec::new() };
    let below = full.strip_prefix(top).ok()?.to_str()?.replace('\\', "/");
    let own = |path: &str| {
        let rest = path.strip_prefix(&below)?;
        let rest = if below.is_empty() { rest } else { rest.strip_prefix('/')? };
        full.join(rest).symlink_metadata().is_ok_and(|data| data.is_file()).then(|| rest.to_owned())
    };
    Some(all.iter().filter_map(|entry| own(&entry.path)).collect())
}

/// A plain file that git tracks.
struct Entry {
    path: String,
    size: u32,
    /// It is meant not to be in the working tree.
    left_out: bool,
}

/// The plain files of an index: of versions 2 and 3, and only when all is as it should be.
fn entries(index: &Path) -> Option<Vec<Entry>> {
    if fs::metadata(index).ok()?.len() > GIT_FILE_BYTES_MAX {
        return None;
    }
    let bytes = fs::read(index).ok()?;
    let number = |at: usize| -> Option<u32> {
        Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
    };
    let version = number(4)?;
    if bytes.get(..4)? != b"DIRC" || !matches!(version, 2 | 3) {
        return None;
    }
    let mut all = Vec::new();
    let mut at = 12;
    for _ in 0..number(8)? {
        let mode = number(at + 24)?;
        let size = number(at + 36)?;
        let flags = u16::from_be_bytes(bytes.get(at + 60..at + 62)?.try_into().ok()?);
        let extended = flags & 0x4000 != 0;
        let left_out = extended
            && u16::from_be_bytes(bytes.get(at + 62..at + 64)?.try_into().ok()?) & 0x4000 != 0;
        let start = at + if extended { 64 } else { 62 };
        let length = bytes.get(start..)?.iter().position(|b| *b == 0)?;
        let path = std::str::from_utf8(bytes.get(start..start + length)?).ok()?;
        // A hostile index could name files elsewhere.
        let inside = !path.starts_with('/') && !path.split('/').any(|part| part == "..");
        if mode & 0o170_000 == 0o100_000 && inside {
            all.push(Entry { path: path.to_owned(), size, left_out });
        }
        at += (start - at + length + 8) & !7;
    }
    Some(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_is_the_end_of_the_remote() {
        for (url, name) in [
            ("https://example.org/acme/help-desk.git", "acme/help-desk"),
            ("git@example.org:acme/help-desk.git", "acme/help-desk"),
            ("https://example.org/group/sub/app/", "sub/app"),
            ("/srv/git/app", "git/app"),
        ] {
            assert_eq!(name_of_url(url).as_deref(), Some(name));
        }
        assert_eq!(
            origin("[core]\n url = x\n[remote \"origin\"]\n\turl = a:b/c\n"),
            Some("b/c".to_owned())
        );
    }

    #[test]
    fn commits_come_from_head_refs_and_packed_refs() {
        let root = tempfile::tempdir().expect("folder");
        let git = root.path().join(".git");
        fs::create_dir_all(&git).expect("folder");
        let commit = "a".repeat(40);
        fs::write(git.join("HEAD"), "ref: refs/heads/main\n").expect("write");
        assert_eq!(read(root.path()).commit, None);
        fs::write(git.join("packed-refs"), format!("# x\n{commit} refs/heads/main\n"))
            .expect("write");
        assert_eq!(read(root.path()).commit, Some(commit.clone()));
        fs::write(git.join("HEAD"), "ref: ../../etc/passwd\n").expect("write");
        assert_eq!(read(root.path()).commit, None);
        fs::write(git.join("HEAD"), &commit).expect("write");
        assert_eq!(read(root.path()).commit, Some(commit));
    }
}
