//! One file of the corpus, and the list that they are collected in.

use anyhow::ensure;
use serde_json::{Value, json};

/// What a scanner may say of a file without being wrong.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Accept {
    /// Nothing in it runs.
    Clean,
    /// It runs something, or is made to mislead: `malicious` or `suspicious`.
    Found,
    /// It hides what it holds, or holds more than anyone reads: `unreadable` is an answer too.
    FoundOrUnreadable,
}

impl Accept {
    /// The verdicts as `expected.json` names them.
    pub(crate) const fn verdicts(self) -> &'static [&'static str] {
        match self {
            Self::Clean => &["clean"],
            Self::Found => &["malicious", "suspicious"],
            Self::FoundOrUnreadable => &["malicious", "suspicious", "unreadable"],
        }
    }
}

/// One file.
pub(crate) struct Case {
    /// Below the corpus, `/`-separated.
    pub(crate) path: String,
    /// Group and trick: `pickle-opcode/stack-global`.
    pub(crate) technique: String,
    pub(crate) accept: Accept,
    pub(crate) bytes: Vec<u8>,
}

impl Case {
    /// Its row of `expected.json`.
    pub(crate) fn row(&self) -> Value {
        json!({
            "path": self.path,
            "technique": self.technique,
            "accept": self.accept.verdicts(),
        })
    }
}

/// Collects the malicious files of one group.
pub(crate) struct Group<'a> {
    name: &'static str,
    cases: &'a mut Vec<Case>,
}

impl<'a> Group<'a> {
    pub(crate) fn new(name: &'static str, cases: &'a mut Vec<Case>) -> Self {
        Self { name, cases }
    }

    /// A file that must be found, under a name of its own: `torch-zip.pt`.
    pub(crate) fn file(&mut self, file: &str, bytes: Vec<u8>) {
        let trick = file.split('.').next().unwrap_or(file).to_owned();
        self.push(&trick, file, Accept::Found, bytes);
    }

    /// The same, where nobody can be asked to read it.
    pub(crate) fn hidden(&mut self, file: &str, bytes: Vec<u8>) {
        let trick = file.split('.').next().unwrap_or(file).to_owned();
        self.push(&trick, file, Accept::FoundOrUnreadable, bytes);
    }

    /// A file that is known by its name, in a folder that is named after the trick.
    pub(crate) fn named(&mut self, trick: &str, file: &str, bytes: Vec<u8>) {
        self.push(trick, &format!("{trick}/{file}"), Accept::Found, bytes);
    }

    fn push(&mut self, trick: &str, file: &str, accept: Accept, bytes: Vec<u8>) {
        self.cases.push(Case {
            path: format!("malicious/{}/{file}", self.name),
            technique: format!("{}/{trick}", self.name),
            accept,
            bytes,
        });
    }
}

/// Every path stands once and names no place outside the corpus.
pub(crate) fn check(cases: &[Case]) -> anyhow::Result<()> {
    let mut paths: Vec<&str> = cases.iter().map(|case| case.path.as_str()).collect();
    paths.sort_unstable();
    for pair in paths.windows(2) {
        ensure!(pair[0] != pair[1], "{}: two files of the corpus have this path", pair[0]);
    }
    for path in paths {
        let plain = path.split('/').all(|part| !part.is_empty() && part != "." && part != "..");
        ensure!(plain, "{path}: not a plain relative path");
    }
    Ok(())
}
