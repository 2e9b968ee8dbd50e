//! What a scan says: a verdict for each file, with the findings that made it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use serde::Serialize;

/// What is known of a file. Ordered: the worst finding makes the verdict of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// All of it was read, and nothing in it runs code or reaches outside.
    Clean,
    /// A part of it could not be read, so nothing can be said of that part.
    Unreadable,
    /// It needs a look by a person: it may run code, or it is built to be read in two ways.
    Suspicious,
    /// Loading it runs code of the author's choice or reaches outside of it.
    Malicious,
}

impl Verdict {
    /// The word of the verdict, as it is written everywhere.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Clean => "clean",
            Self::Unreadable => "unreadable",
            Self::Suspicious => "suspicious",
            Self::Malicious => "malicious",
        }
    }
}

impl std::fmt::Display for Verdict {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.pad(self.as_str())
    }
}

/// One reason for a verdict, and where it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What this reason alone makes of the file.
    pub verdict: Verdict,
    /// The id of the rule, a key of [`RULES`](crate::RULES).
    pub code: &'static str,
    /// What was seen, in plain words.
    pub reason: String,
    /// Where it begins, in bytes from the start of the file, or of the member where one is named.
    pub offset: Option<u64>,
    /// The part of the file that holds it: members of archives, joined by ` > `.
    pub member: Option<String>,
}

/// What was found in one file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FileReport {
    /// The file.
    pub path: PathBuf,
    /// Its size in bytes.
    pub bytes: u64,
    /// The formats that were recognised in it, by content.
    pub formats: BTreeSet<&'static str>,
    /// The worst of the findings; `clean` where there are none.
    pub verdict: Verdict,
    /// Why, in the order of the file.
    pub findings: Vec<Finding>,
    /// What its headers say: `architecture`, `licence`, `tensors`, `quantisation` and the like.
    pub metadata: BTreeMap<&'static str, String>,
    /// Files beside it that hold its numbers, by their paths from its folder.
    #[serde(skip)]
    pub(crate) beside: BTreeSet<String>,
}

/// What was found in a folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TreeReport {
    /// A report for each file that is or may be a model file, in the order of their paths.
    pub files: Vec<FileReport>,
    /// How many files are none, by content and by name.
    pub ignored: u64,
    /// What was not looked at, and why: links, unreadable folders, files beyond a limit.
    pub skipped: Vec<SkippedPath>,
}

/// A path that a scan did not look into.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SkippedPath {
    /// The path.
    pub path: PathBuf,
    /// Why not.
    pub reason: String,
}

/// How far the scan of a folder is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Files done.
    pub files_done: u64,
    /// Files to look at.
    pub files_total: u64,
}
