//! A repository: all of its lock files, each dependency once with all its places.

use std::collections::BTreeMap;
use std::path::Path;

use annex_isms::{Dependency, Ecosystem};
use ignore::WalkBuilder;

use super::{is_lock_file, read_file};
use crate::Limits;

/// The deepest folder that is entered.
const DEPTH_MAX: usize = 64;
/// Folders of other people's packages.
const INSTALLED: [&str; 6] = ["node_modules", "site-packages", ".venv", "venv", "vendor", ".git"];

/// What the lock files of a repository hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LockedTree {
    /// Every dependency once per version, in order.
    pub dependencies: Vec<Dependency>,
    /// The files that were read.
    pub files: Vec<String>,
    /// What was not read or not understood, as `path: reason`.
    pub skipped: Vec<String>,
}

/// Reads every lock file below `root`. Links are not followed, and what git ignores is not read.
pub fn read_tree(root: &Path, limits: &Limits) -> LockedTree {
    let mut tree = LockedTree::default();
    let mut paths = Vec::new();
    let walk = WalkBuilder::new(root)
        .hidden(false)
        .follow_links(false)
        .parents(false)
        .git_global(false)
        .require_git(false)
        .max_depth(Some(DEPTH_MAX))
        .filter_entry(|entry| {
            !INSTALLED.iter().any(|name| entry.file_name().to_string_lossy() == **name)
        })
        .sort_by_file_name(std::cmp::Ord::cmp)
        .build();
    for entry in walk {
        match entry {
            Ok(entry) if entry.file_type().is_some_and(|kind| kind.is_file()) => {
                let parts = entry.path().strip_prefix(root).unwrap_or(entry.path()).components();
                let parts: Vec<_> =
                    parts.map(|part| part.as_os_str().to_string_lossy().into_owned()).collect();
                paths.push(parts.join("/"));
            }
            Ok(_) => {}
            Err(error) => tree.skipped.push(error.to_string()),
        }
    }
    let mut found: BTreeMap<(Ecosystem, String, Option<String>, Option<String>), Dependency> =
        BTreeMap::new();
    for path in paths.iter().filter(|path| is_lock_file(path)) {
        // The sums of Go name more than is built; the module file decides.
        let module = path.strip_suffix("go.sum").map(|folder| format!("{folder}go.mod"));
        if module.is_some_and(|module| paths.contains(&module)) {
            continue;
        }
        match read_file(root, path, limits) {
            Ok(locked) => {
                tree.files.push(path.clone());
                tree.skipped.extend(locked.notes);
                for dependency in locked.dependencies {
                    let key = (
                        dependency.ecosystem,
                        dependency.name.clone(),
                        dependency.version.clone(),
                        dependency.constraint.clone(),
                    );
                    match found.get_mut(&key) {
                        Some(known) => {
                            known.locations.extend(dependency.locations);
                            known.development &= dependency.development;
                        }
                        None => {
                            found.insert(key, dependency);
                        }
                    }
                }
            }
            Err(error) => tree.skipped.push(error.to_string()),
        }
    }
    tree.dependencies = found.into_values().collect();
    tree
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_lock_file_is_read_once_and_what_cannot_be_is_named() {
        let folder = tempfile::tempdir().expect("a folder");
        let write = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
            std::fs::write(path, text).expect("a file");
        };
        write("requirements.txt", "openai==1.59.6\nhttpx\n");
        write("worker/requirements.txt", "openai==1.59.6\n");
        write("Cargo.lock", "not TOML");
        write("node_modules/x/package-lock.json", "{");
        let tree = read_tree(folder.path(), &Limits::default());
        assert_eq!(tree.files, ["requirements.txt", "worker/requirements.txt"]);
        let found: Vec<_> = tree
            .dependencies
            .iter()
            .map(|d| (d.name.as_str(), d.version.as_deref(), d.locations.len()))
            .collect();
        assert_eq!(found, [("httpx", None, 1), ("openai", Some("1.59.6"), 2)]);
        assert_eq!(tree.skipped.len(), 1, "{:?}", tree.skipped);
        assert!(tree.skipped[0].starts_with("Cargo.lock"), "{:?}", tree.skipped);
    }
}
