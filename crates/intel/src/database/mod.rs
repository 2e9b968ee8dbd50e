//! The advisories of several sources, indexed by package.
//!
//! ```text
//!  source ─▶ Importer ─▶ newest record of each id ─▶ withdrawn go ─▶ aliases join ─▶ Database
//! ```
//!
//! A database always says what it is: when its newest record was changed, how many records of
//! which ecosystem it holds, what could not be read, and the digest of its sources. "Nothing
//! known" without that would be a claim that nobody can check.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use annex_isms::{Digest, Ecosystem, Instant};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Limits;
use crate::osv::{self, Advisory, source};

pub use crate::osv::source::SourceError;

/// What a database holds and what it does not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Coverage {
    /// When its newest record was changed; `None` when no record says.
    pub newest: Option<Instant>,
    /// What it holds of each ecosystem; one that is missing here is not covered.
    pub ecosystems: BTreeMap<Ecosystem, EcosystemCoverage>,
    /// Records of ecosystems that are not matched here, by the spelling of the record.
    pub foreign: BTreeMap<String, u64>,
    /// Records about commits of a repository alone, which no package can be matched to.
    pub without_package: u64,
    /// Records that their source withdrew; they match nothing.
    pub withdrawn: u64,
    /// Records that were there again, under the same id; the newer counts.
    pub repeated: u64,
    /// Records that could not be read.
    pub unreadable: u64,
    /// The first of them by name: file and line or member, and why.
    pub unreadable_named: Vec<Unreadable>,
    /// Where the records come from, in the order in which they were added.
    pub sources: Vec<Source>,
    /// The digest of the sources' digests.
    pub digest: Digest,
}

/// What a database holds of one ecosystem.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct EcosystemCoverage {
    /// Records that can match.
    pub records: u64,
    /// Packages that they are about.
    pub packages: u64,
    /// Records that their source withdrew.
    pub withdrawn: u64,
    /// When the newest of its records was changed.
    pub newest: Option<Instant>,
}

/// A record that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Unreadable {
    /// `file:line`, `archive!member` or the file.
    pub place: String,
    /// Why.
    pub why: String,
}

/// A file or folder of records.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Source {
    /// Its name, without the folders above it.
    pub name: String,
    /// Records that were read.
    pub records: u64,
    /// Records that could not be read.
    pub unreadable: u64,
    /// The digest of its bytes; of a folder, of the names and digests of its files.
    pub digest: Digest,
}

/// Takes sources one after the other.
#[derive(Debug, Default)]
pub struct Importer {
    limits: Limits,
    advisories: Vec<Advisory>,
    by_id: HashMap<String, usize>,
    repeated: u64,
    unreadable: u64,
    unreadable_named: Vec<Unreadable>,
    sources: Vec<Source>,
}

impl Importer {
    /// An importer that holds to `limits`.
    pub fn new(limits: Limits) -> Self {
        Self { limits, ..Self::default() }
    }

    /// Adds a folder, a file or an archive of OSV records.
    ///
    /// # Errors
    /// When the source cannot be opened, is of no known sort, or holds more than the limit of
    /// records. A record that cannot be read is no error: it is counted and named.
    pub fn add(&mut self, path: &Path) -> Result<(), SourceError> {
        let (mut records, mut unreadable, mut full) = (0, 0, false);
        let limits = self.limits.clone();
        let digest = source::read(path, &limits, &mut |place, item| {
            match item.and_then(osv::parse) {
                Ok(advisory) => {
                    records += 1;
                    full = !self.insert(advisory);
                }
                Err(why) => {
                    unreadable += 1;
                    self.refuse(place, why);
                }
            }
            !full
        })?;
        if full {
            let records_max = limits.records_max;
            return Err(SourceError::Full { path: path.display().to_string(), records_max });
        }
        let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
        self.sources.push(Source { name, records, unreadable, digest });
        Ok(())
    }

    /// Keeps the newer of two records of one id; `false` when there is no more room.
    fn insert(&mut self, advisory: Advisory) -> bool {
        if let Some(at) = self.by_id.get(&advisory.id) {
            self.repeated += 1;
            if advisory.modified > self.advisories[*at].modified {
                self.advisories[*at] = advisory;
            }
            return true;
        }
        if self.advisories.len() >= self.limits.records_max {
            return false;
        }
        self.by_id.insert(advisory.id.clone(), self.advisories.len());
        self.advisories.push(advisory);
        true
    }

    fn refuse(&mut self, place: &str, why: String) {
        self.unreadable += 1;
        if self.unreadable_named.len() < self.limits.unreadable_named_max {
            self.unreadable_named.push(Unreadable { place: place.to_owned(), why });
        }
    }

    /// The database of what was added.
    pub fn finish(self) -> Database {
        let parts: Vec<String> =
            self.sources.iter().map(|source| source.digest.to_string()).collect();
        let mut coverage = Coverage {
            newest: None,
            ecosystems: BTreeMap::new(),
            foreign: BTreeMap::new(),
            without_package: 0,
            withdrawn: 0,
            repeated: self.repeated,
            unreadable: self.unreadable,
            unreadable_named: self.unreadable_named,
            sources: self.sources,
            digest: Digest::of_parts(parts.iter().map(String::as_str)),
        };
        self.advisories.iter().for_each(|advisory| coverage.count(advisory));
        let mut advisories = self.advisories;
        advisories.retain(|advisory| !advisory.withdrawn);
        let mut index: BTreeMap<Ecosystem, HashMap<String, Vec<usize>>> = BTreeMap::new();
        for (at, advisory) in advisories.iter().enumerate() {
            for affected in &advisory.affected {
                let names = index.entry(affected.ecosystem).or_default();
                let rows = names.entry(affected.name.clone()).or_default();
                // A record can name one package several times, in a row.
                if rows.last() != Some(&at) {
                    rows.push(at);
                }
            }
        }
        for (ecosystem, names) in &index {
            coverage.ecosystems.entry(*ecosystem).or_default().packages = names.len() as u64;
        }
        let groups = groups(&advisories);
        Database { coverage, advisories, groups, index }
    }
}

impl Coverage {
    fn count(&mut self, advisory: &Advisory) {
        self.newest = self.newest.max(advisory.modified);
        if advisory.withdrawn {
            self.withdrawn += 1;
        } else if advisory.affected.is_empty() && advisory.foreign.is_empty() {
            self.without_package += 1;
        }
        for foreign in &advisory.foreign {
            *self.foreign.entry(foreign.clone()).or_default() += 1;
        }
        let mut ecosystems: Vec<_> = advisory.affected.iter().map(|row| row.ecosystem).collect();
        ecosystems.sort();
        ecosystems.dedup();
        for ecosystem in ecosystems {
            let row = self.ecosystems.entry(ecosystem).or_default();
            row.newest = row.newest.max(advisory.modified);
            if advisory.withdrawn {
                row.withdrawn += 1;
            } else {
                row.records += 1;
            }
        }
    }
}

/// Advisories in memory, ready to be matched.
#[derive(Debug)]
pub struct Database {
    pub(crate) coverage: Coverage,
    pub(crate) advisories: Vec<Advisory>,
    /// For each advisory the first of those that are its aliases.
    pub(crate) groups: Vec<usize>,
    index: BTreeMap<Ecosystem, HashMap<String, Vec<usize>>>,
}

impl Database {
    /// What it holds and what it does not.
    pub const fn coverage(&self) -> &Coverage {
        &self.coverage
    }

    /// Whether it holds any record of the ecosystem that can match.
    pub(crate) fn covers(&self, ecosystem: Ecosystem) -> bool {
        self.index.contains_key(&ecosystem)
    }

    /// The advisories about a package, by their place.
    pub(crate) fn about(&self, ecosystem: Ecosystem, name: &str) -> &[usize] {
        self.index.get(&ecosystem).and_then(|names| names.get(name)).map_or(&[], Vec::as_slice)
    }
}

/// Joins advisories that name one another, or the same alias, over any number of steps.
fn groups(advisories: &[Advisory]) -> Vec<usize> {
    let mut parents: Vec<usize> = (0..advisories.len()).collect();
    let mut named: HashMap<&str, usize> = HashMap::new();
    for (at, advisory) in advisories.iter().enumerate() {
        for id in std::iter::once(&advisory.id).chain(&advisory.aliases) {
            match named.get(id.as_str()) {
                Some(other) => {
                    let (left, right) = (root(&mut parents, at), root(&mut parents, *other));
                    parents[left.max(right)] = left.min(right);
                }
                None => {
                    named.insert(id, at);
                }
            }
        }
    }
    (0..advisories.len()).map(|at| root(&mut parents, at)).collect()
}

fn root(parents: &mut [usize], mut at: usize) -> usize {
    while parents[at] != at {
        // Halves the way for the next one.
        parents[at] = parents[parents[at]];
        at = parents[at];
    }
    at
}

#[cfg(test)]
mod tests;
