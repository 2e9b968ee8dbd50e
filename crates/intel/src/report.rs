//! The answer to "which of these dependencies have known vulnerabilities?", as plain data.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use annex_isms::observation::Location;
use annex_isms::{Dependency, Ecosystem, Instant, SystemId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::database::Coverage;
use crate::severity::Rating;
use crate::vex::{Justification, Status};

/// What is known, what is not, and of what age the knowledge is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Report {
    /// The instant that it speaks for.
    pub at: Instant,
    /// Whole days since the newest record, of the ecosystem for which that is longest among
    /// those that were asked for; negative when a record is dated later than `at`, `None` when one
    /// of them has no dated record.
    pub age_days: Option<i64>,
    /// The same for each ecosystem that was asked for and is covered.
    pub ages_days: BTreeMap<Ecosystem, i64>,
    /// What the database holds and what it does not.
    pub coverage: Coverage,
    /// How many dependencies were asked for.
    pub dependencies: u64,
    /// Vulnerabilities that concern a dependency, the worst first.
    pub matches: Vec<Match>,
    /// Dependencies of which nothing, or not everything, can be said, in their order.
    pub unknown: Vec<Unknown>,
    /// Statements of `OpenVEX` documents that were passed over, and why.
    pub statements_ignored: Vec<String>,
}

/// A vulnerability of a dependency. What is the same for every dependency is shared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Match {
    /// The dependency.
    pub dependency: Dependency,
    /// The name it goes by here: of its ids the first in the order GHSA, CVE, PYSEC, RUSTSEC,
    /// GO, others, and within one by the alphabet.
    pub id: String,
    /// Its other ids, in the same order.
    pub aliases: Arc<Vec<String>>,
    /// A line of the advisory, to be shown and not stored elsewhere.
    pub summary: Arc<str>,
    /// The worst rating of its advisories; `None` when none rates it.
    pub rating: Option<Rating>,
    /// The versions in which it is fixed, as the advisories name them.
    pub fixed: Arc<BTreeSet<String>>,
    /// What each advisory says is affected.
    pub ranges: Vec<AdvisoryRanges>,
    /// Addresses that the advisories name.
    pub references: Arc<BTreeSet<String>>,
    /// When it was first published.
    pub published: Option<Instant>,
    /// When an advisory on it was last changed.
    pub modified: Option<Instant>,
    /// Where it stands here.
    pub state: State,
    /// Where a scan saw the package in use; `None` is not seen, which is not the same as not used.
    #[serde(default)]
    pub used: Option<Use>,
}

/// Where AI systems use a package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Use {
    /// The systems.
    pub systems: BTreeSet<SystemId>,
    /// The imports, or the settings that start it.
    pub locations: BTreeSet<Location>,
}

/// What one advisory says is affected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AdvisoryRanges {
    /// The advisory.
    pub id: String,
    /// Its ranges in words.
    pub words: Arc<Vec<String>>,
    /// Whether it says that the version in use is affected; aliases can disagree. `None` when
    /// that could not be decided.
    pub affected: Option<bool>,
}

/// Where a vulnerability stands: what was stated of it, or that nothing was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct State {
    /// Affected unless someone stated otherwise.
    pub status: Status,
    /// The statement that decided it.
    #[serde(default)]
    pub statement: Option<Decided>,
}

impl State {
    /// Affected, and nobody stated anything.
    pub const UNSTATED: Self = Self { status: Status::Affected, statement: None };
}

/// The statement that decided where a vulnerability stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Decided {
    /// Who stated it.
    pub author: String,
    /// When.
    pub at: Instant,
    /// The document that holds the statement.
    pub document: String,
    /// Why the dependency is not affected, in a word.
    #[serde(default)]
    pub justification: Option<Justification>,
    /// The same in a sentence, or what is done about it.
    #[serde(default)]
    pub because: String,
}

/// A dependency of which something cannot be said.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Unknown {
    /// The dependency.
    pub dependency: Dependency,
    /// Why.
    pub why: Why,
}

/// Why something cannot be said.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", tag = "reason")]
pub enum Why {
    /// No exact version is fixed.
    NotPinned {
        /// What is asked for instead, where it is known.
        constraint: Option<String>,
    },
    /// The version is none of its ecosystem.
    NotAVersion {
        /// What is wrong with it.
        fault: String,
    },
    /// The database holds no record of the ecosystem.
    NotCovered,
    /// An advisory on the package cannot be decided for this version.
    Undecided {
        /// The advisory.
        id: String,
        /// What about it cannot be decided.
        fault: String,
    },
}

impl std::fmt::Display for Why {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NotPinned { constraint: Some(constraint) } => {
                write!(f, "no exact version is fixed, only `{constraint}`")
            }
            Self::NotPinned { constraint: None } => f.write_str("no exact version is fixed"),
            Self::NotAVersion { fault } => f.write_str(fault),
            Self::NotCovered => f.write_str("the database holds no advisories of its ecosystem"),
            Self::Undecided { id, fault } => write!(f, "{id} {fault}"),
        }
    }
}
