//! What changed between two bills of materials.
//!
//! ```text
//!  bytes ─ read ─▶ Bill ─┐
//!  bytes ─ read ─▶ Bill ─┴─ diff ─▶ Difference (added, removed, changed)
//! ```
//!
//! The bills may be of different tools and formats. A part is the same part when its package URL
//! without the version is the same; without a package URL, when Annex gave it the same key; else
//! when type and name are the same. Several versions of one package are one part with several
//! versions.
//!
//! What is compared are facts: versions, hashes, endpoints, licences, suppliers and properties.
//! Bills of different formats are compared by the facts that both formats have. Where something was
//! seen (occurrences, the property `annex:location`) is no fact of the part.

mod cyclonedx;
mod json;
pub mod limits;
mod spdx;

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::Value;

use crate::purl;

/// Why a bill cannot be read. Each says which file.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// It is longer than [`limits::BILL_BYTES_MAX`].
    #[error("{file}: is longer than {} bytes, the most that is read", limits::BILL_BYTES_MAX)]
    Long {
        /// The file.
        file: String,
    },
    /// It is not JSON.
    #[error(
        "{file}: line {line}, column {column}: not JSON; export the bill as JSON (XML and tag-value are not read)"
    )]
    Json {
        /// The file.
        file: String,
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
        /// What the parser said.
        #[source]
        source: serde_json::Error,
    },
    /// A field is missing or not what the format says.
    #[error("{file}: {field}: expected {expected}, found {found}")]
    Field {
        /// The file.
        file: String,
        /// The path of the field, such as `components[3].name`.
        field: String,
        /// What the format says.
        expected: &'static str,
        /// What is there, shortened.
        found: String,
    },
    /// It has more parts than [`limits::PARTS_MAX`].
    #[error("{file}: has more than {} parts", limits::PARTS_MAX)]
    Parts {
        /// The file.
        file: String,
    },
}

/// The parts of a bill of materials, by what makes each the same part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bill {
    /// Its format, in words: `CycloneDX 1.6`.
    pub format: String,
    pub(crate) dialect: Dialect,
    /// The parts, by identity.
    pub parts: BTreeMap<String, Part>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    CycloneDx,
    Spdx,
}

/// A part of a bill.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Part {
    /// What makes it the same part in another bill.
    pub identity: String,
    /// What it is: `library`, `model`, `data`, `service`, …
    pub kind: String,
    /// Its name.
    pub name: String,
    /// What is known of it: names of facts with their values.
    pub facts: BTreeMap<String, BTreeSet<String>>,
}

impl Part {
    pub(crate) fn new(kind: &str, name: &str) -> Self {
        Self {
            identity: String::new(),
            kind: kind.to_owned(),
            name: name.to_owned(),
            facts: BTreeMap::new(),
        }
    }

    pub(crate) fn fact(&mut self, name: &str, value: &str) {
        self.facts.entry(name.to_owned()).or_default().insert(value.to_owned());
    }

    /// A property; places and what names the part are no facts of it.
    pub(crate) fn property(&mut self, name: &str, value: &str) {
        match name {
            "annex:location" => {}
            "annex:endpoint" => self.fact("endpoint", value),
            "annex:version" => self.fact("version", value),
            _ => self.fact(&format!("property {name}"), value),
        }
    }

    /// The versions, joined; empty when none is known.
    pub fn version(&self) -> String {
        self.facts.get("version").map(joined).unwrap_or_default()
    }

    /// Decides what makes it the same part elsewhere.
    pub(crate) fn identify(&mut self, package_url: Option<&str>) {
        let given = |name: &str| self.facts.get(&format!("property annex:asset:{name}"))?.first();
        self.identity = match (package_url, given("kind"), given("key")) {
            (Some(url), _, _) => purl::unversioned(url).0,
            (None, Some(kind), Some(key)) => format!("{kind}:{key}"),
            (None, _, _) => format!("{}:{}", self.kind, self.name),
        };
        if let Some((_, Some(version))) = package_url.map(purl::unversioned)
            && !self.facts.contains_key("version")
        {
            let version = version.to_owned();
            self.fact("version", &version);
        }
    }
}

impl Bill {
    /// Reads the bill `bytes` of the file `file`: CycloneDX 1.4 to 1.7 or SPDX 3.0.1, as JSON.
    ///
    /// # Errors
    /// When it is none of them, or a field that is read is not what the format says.
    pub fn read(file: &str, bytes: &[u8]) -> Result<Self, ReadError> {
        if bytes.len() > limits::BILL_BYTES_MAX {
            return Err(ReadError::Long { file: file.to_owned() });
        }
        let value: Value = serde_json::from_slice(bytes).map_err(|source| ReadError::Json {
            file: file.to_owned(),
            line: source.line(),
            column: source.column(),
            source,
        })?;
        let root = json::Field::root(file, &value);
        if value.get("bomFormat").is_some() {
            cyclonedx::read(&root)
        } else if value.get("@graph").is_some() {
            spdx::read(&root)
        } else {
            Err(root.wrong("a CycloneDX document (`bomFormat`) or SPDX 3 (`@context`, `@graph`)"))
        }
    }

    /// Takes in a part; what another part of the same identity says is added to it.
    pub(crate) fn add(&mut self, file: &str, part: Part) -> Result<(), ReadError> {
        if let Some(known) = self.parts.get_mut(&part.identity) {
            for (name, values) in part.facts {
                known.facts.entry(name).or_default().extend(values);
            }
            return Ok(());
        }
        if self.parts.len() >= limits::PARTS_MAX {
            return Err(ReadError::Parts { file: file.to_owned() });
        }
        self.parts.insert(part.identity.clone(), part);
        Ok(())
    }
}

/// What changed from one bill to another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// Parts that only the new bill has.
    pub added: Vec<Part>,
    /// Parts that only the old bill has.
    pub removed: Vec<Part>,
    /// Parts that both have, with other facts.
    pub changed: Vec<ChangedPart>,
}

/// A part that both bills have, with other facts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ChangedPart {
    /// What makes it the same part.
    pub identity: String,
    /// What it is.
    pub kind: String,
    /// Its name in the new bill.
    pub name: String,
    /// The facts that differ.
    pub changes: Vec<Change>,
}

/// A fact that differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// Which fact.
    pub fact: String,
    /// Its values in the old bill; empty when it had none.
    pub old: BTreeSet<String>,
    /// Its values in the new bill; empty when it has none.
    pub new: BTreeSet<String>,
}

impl Change {
    /// The change in words.
    pub fn words(&self) -> String {
        match (self.old.is_empty(), self.new.is_empty()) {
            (true, _) => format!("{} is now {}", self.fact, joined(&self.new)),
            (_, true) => {
                format!("{} was {} and is not given any more", self.fact, joined(&self.old))
            }
            _ => format!("{}: {} -> {}", self.fact, joined(&self.old), joined(&self.new)),
        }
    }
}

impl Difference {
    /// Whether nothing changed.
    pub fn is_empty(&self) -> bool {
        self.added.is_empty() && self.removed.is_empty() && self.changed.is_empty()
    }
}

/// What changed from `old` to `new`.
pub fn diff(old: &Bill, new: &Bill) -> Difference {
    let only = |one: &Bill, other: &Bill| -> Vec<Part> {
        let parts = one.parts.iter().filter(|(identity, _)| !other.parts.contains_key(*identity));
        parts.map(|(_, part)| part.clone()).collect()
    };
    let comparable = |fact: &str| old.dialect == new.dialect || shared(fact);
    let mut both = Vec::new();
    for (identity, part) in &new.parts {
        let Some(before) = old.parts.get(identity) else { continue };
        let facts: BTreeSet<&String> = before.facts.keys().chain(part.facts.keys()).collect();
        let changes: Vec<Change> = facts
            .into_iter()
            .filter(|fact| comparable(fact))
            .filter_map(|fact| {
                let old = before.facts.get(fact).cloned().unwrap_or_default();
                let new = part.facts.get(fact).cloned().unwrap_or_default();
                (old != new).then(|| Change { fact: fact.clone(), old, new })
            })
            .collect();
        if !changes.is_empty() {
            both.push(ChangedPart {
                identity: identity.clone(),
                kind: part.kind.clone(),
                name: part.name.clone(),
                changes,
            });
        }
    }
    Difference { added: only(new, old), removed: only(old, new), changed: both }
}

/// Facts that both formats have.
fn shared(fact: &str) -> bool {
    matches!(fact, "version" | "endpoint" | "supplier")
        || fact.starts_with("hash ")
        || fact.starts_with("property ")
}

fn joined(values: &BTreeSet<String>) -> String {
    values.iter().map(String::as_str).collect::<Vec<_>>().join(", ")
}
