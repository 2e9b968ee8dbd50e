//! The files of a model's folder.
//!
//! Every entry is a file to digest, is left out by a rule that is told, or is a finding: nothing
//! is passed over in silence. What lies in a folder that is left out is not looked at.

use std::collections::BTreeMap;
use std::fs::Metadata;
use std::path::{Path, PathBuf};

use crate::finding::{Finding, FindingKind};
use crate::{FileName, GIT_PATHS, Limits, SealError};

/// Which paths of a folder count.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Scope {
    pub(crate) follows_links: bool,
    left_out: BTreeMap<FileName, Because>,
}

/// Why a path is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Because {
    /// It belongs to git.
    Git,
    /// It is the signature.
    Signature,
    /// The manifest says so.
    Manifest,
    /// Whoever runs this says so.
    Argument,
}

/// A path that is there and was left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// The path.
    pub name: FileName,
    /// Why.
    pub because: Because,
    /// It is a folder, and was left out with all that lies in it.
    pub folder: bool,
}

/// A file that counts.
#[derive(Debug)]
pub(crate) struct Listed {
    pub(crate) name: FileName,
    pub(crate) path: PathBuf,
    pub(crate) bytes: u64,
}

#[derive(Debug, Default)]
pub(crate) struct Listing {
    pub(crate) files: Vec<Listed>,
    pub(crate) left_out: Vec<LeftOut>,
    pub(crate) findings: Vec<Finding>,
}

impl Because {
    /// One word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Git => "git",
            Self::Signature => "signature",
            Self::Manifest => "manifest",
            Self::Argument => "argument",
        }
    }
}

impl Scope {
    /// Everything counts. Links to files are followed or not; links to folders never are.
    pub const fn new(follows_links: bool) -> Self {
        Self { follows_links, left_out: BTreeMap::new() }
    }

    /// Leaves out a path with all that lies in it. Whoever says so first stays the reason.
    pub fn leave_out(&mut self, name: FileName, because: Because) {
        self.left_out.entry(name).or_insert(because);
    }

    /// Leaves out what belongs to git.
    ///
    /// # Panics
    ///
    /// Never: the names are constants.
    pub fn leave_out_git(&mut self) {
        for name in GIT_PATHS {
            self.leave_out(name.parse().expect("a name"), Because::Git);
        }
    }

    /// Leaves out the file at `path`, when that lies in the folder `root`.
    pub fn leave_out_path(&mut self, root: &Path, path: &Path, because: Because) {
        if let Some(name) = name_in(root, path) {
            self.leave_out(name, because);
        }
    }

    pub(crate) fn retain(&mut self, keep: impl Fn(&FileName, Because) -> bool) {
        self.left_out.retain(|name, because| keep(name, *because));
    }

    /// What is left out, whether it is there or not.
    pub fn left_out(&self) -> impl Iterator<Item = &FileName> {
        self.left_out.keys()
    }

    /// Why a path is left out, by itself or with a folder above it.
    pub(crate) fn because(&self, name: &FileName) -> Option<Because> {
        name.with_folders().find_map(|name| self.left_out.get(&name).copied())
    }
}

/// The name of `path` in the folder `root`, when it lies there; `path` need not exist.
pub fn name_in(root: &Path, path: &Path) -> Option<FileName> {
    let root = root.canonicalize().ok()?;
    let parent = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let real = parent.canonicalize().ok()?.join(path.file_name()?);
    real.strip_prefix(root).ok()?.to_str()?.parse().ok()
}

/// Lists a folder, or one file, which is a model by itself.
pub(crate) fn list(root: &Path, scope: &Scope, limits: &Limits) -> Result<Listing, SealError> {
    let mut listing = Listing::default();
    let metadata = match std::fs::metadata(root) {
        Ok(metadata) => metadata,
        Err(source) if source.kind() == std::io::ErrorKind::NotFound => {
            return Err(SealError::Nothing { path: root.to_owned() });
        }
        Err(error) => {
            listing.findings.push(unread(".".to_owned(), &error.to_string()));
            return Ok(listing);
        }
    };
    if metadata.is_file() {
        // What was named is meant, also where it is a link.
        let path = root.canonicalize().unwrap_or_else(|_| root.to_owned());
        listing.files.push(Listed { name: FileName::whole(), path, bytes: metadata.len() });
        return Ok(listing);
    }
    let mut open = vec![(root.to_owned(), None, 0)];
    let mut seen = 0;
    while let Some((folder, name, depth)) = open.pop() {
        let shown = || name.as_ref().map_or_else(|| ".".to_owned(), FileName::to_string);
        let failed = |error: std::io::Error| unread(shown(), &error.to_string());
        let entries = match std::fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) => {
                listing.findings.push(failed(error));
                continue;
            }
        };
        for entry in entries {
            seen += 1;
            if seen > limits.files_max {
                let path = root.to_owned();
                return Err(SealError::TooManyFiles { path, files_max: limits.files_max });
            }
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    listing.findings.push(failed(error));
                    continue;
                }
            };
            match listing.take(&entry.path(), name.as_ref(), scope) {
                Some(inner) if depth >= limits.folders_max => {
                    let fault = format!("it lies deeper than {depth} folders (folders_max)");
                    listing.findings.push(unread(inner.to_string(), &fault));
                }
                Some(inner) => open.push((entry.path(), Some(inner), depth + 1)),
                None => {}
            }
        }
    }
    listing.files.sort_by(|a, b| a.name.cmp(&b.name));
    listing.left_out.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(listing)
}

impl Listing {
    /// Takes in one entry; returns its name when it is a folder to look into.
    fn take(&mut self, path: &Path, folder: Option<&FileName>, scope: &Scope) -> Option<FileName> {
        let file = path.file_name().unwrap_or_default();
        let shown = match folder {
            None => file.to_string_lossy().into_owned(),
            Some(folder) => format!("{folder}/{}", file.to_string_lossy()),
        };
        let name = match (file.to_str(), folder) {
            (None, _) => Err("it is not UTF-8".to_owned()),
            (Some(file), None) => file.parse().map_err(|fault| format!("{fault}")),
            (Some(file), Some(folder)) => folder.join(file).map_err(|fault| fault.to_string()),
        };
        let name: FileName = match name {
            Ok(name) => name,
            Err(fault) => {
                self.findings.push(Finding::new(shown, FindingKind::Name, fault));
                return None;
            }
        };
        let metadata = match std::fs::symlink_metadata(path) {
            Ok(metadata) => metadata,
            Err(error) => {
                self.findings.push(unread(shown, &error.to_string()));
                return None;
            }
        };
        if let Some(because) = scope.left_out.get(&name).copied() {
            self.left_out.push(LeftOut { name, because, folder: metadata.is_dir() });
            return None;
        }
        if metadata.is_dir() {
            return Some(name);
        }
        match regular(path, metadata, scope.follows_links) {
            Ok(bytes) => self.files.push(Listed { name, path: path.to_owned(), bytes }),
            Err((kind, detail)) => self.findings.push(Finding::new(shown, kind, detail)),
        }
        None
    }
}

/// The size of a regular file, or what it is instead.
fn regular(
    path: &Path,
    metadata: Metadata,
    follows_links: bool,
) -> Result<u64, (FindingKind, String)> {
    let target = match (metadata.is_symlink(), follows_links) {
        (false, _) => metadata,
        (true, false) => {
            return Err((FindingKind::Link, "links are not followed".to_owned()));
        }
        (true, true) => std::fs::metadata(path)
            .map_err(|error| (FindingKind::Link, format!("it leads nowhere: {error}")))?,
    };
    if target.is_dir() {
        return Err((
            FindingKind::Link,
            "it leads to a folder, which is never followed".to_owned(),
        ));
    }
    if !target.is_file() {
        return Err((FindingKind::Special, "it is neither a file nor a folder".to_owned()));
    }
    Ok(target.len())
}

pub(crate) fn unread(path: String, fault: &str) -> Finding {
    Finding::new(path, FindingKind::Unreadable, fault)
}
