//! What a collector delivers: an [`ObservationBatch`].
//!
//! A collector knows nothing of the register. It names assets by kind and canonical key, and
//! says what it covered and what it skipped: absence counts only inside the covered scope.

use std::collections::BTreeSet;
use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    AgreementId, AssetKind, Attribute, Basis, DataClass, Digest, DocumentId, Instant, SupplierId,
    SystemId, Value,
};

/// The version of the batch format.
pub const BATCH_SCHEMA: u32 = 1;

/// Everything one run of one collector saw.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ObservationBatch {
    /// The format, [`BATCH_SCHEMA`].
    #[schemars(range(min = 1, max = 1))]
    pub schema: u32,
    /// Who saw it.
    pub collector: Collector,
    /// Where it looked.
    pub scope: Scope,
    /// When it began and ended.
    pub period: Period,
    /// How much of the scope it saw.
    pub coverage: Coverage,
    /// What lies in the scope and was not read, each with the reason.
    pub skipped: Vec<Skipped>,
    /// The AI systems it saw.
    pub systems: Vec<SeenSystem>,
    /// The assets it saw, once each.
    pub assets: Vec<SeenAsset>,
    /// The data flows it saw, once each.
    pub flows: Vec<SeenFlow>,
    /// What it saw of them; at most one per subject and attribute.
    pub observations: Vec<Observation>,
}

/// A collector and its version.
#[derive(
    Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(deny_unknown_fields)]
pub struct Collector {
    /// Its name, such as `discover`.
    pub name: String,
    /// Its version.
    pub version: String,
}

/// What a collector looked at.
#[derive(
    Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(deny_unknown_fields)]
pub struct Scope {
    /// What sort of place: `repository`, `host`, `declaration`, `answer`.
    pub kind: String,
    /// Its name, the same in every run: a repository's name, not the folder it was checked out in.
    pub name: String,
    /// The commit, when the place has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// Whether the working tree differed from that commit.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub modified: bool,
}

/// A stretch of time, both ends included.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(deny_unknown_fields)]
pub struct Period {
    /// First instant.
    pub from: Instant,
    /// Last instant.
    pub to: Instant,
}

/// How much of its scope a collector saw.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Coverage {
    /// Files that lie in the scope.
    pub files_seen: u64,
    /// Files whose content was read and understood.
    pub files_read: u64,
    /// Files whose content says nothing of AI to this collector (images, licences).
    pub files_ignored: u64,
    /// Bytes read.
    pub bytes_read: u64,
}

/// Something in the scope that was not read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Skipped {
    /// Path within the scope, `/`-separated.
    pub path: String,
    /// Why, and what to do.
    pub reason: String,
    /// Left out on purpose, because nothing that is looked for lies there (installed packages,
    /// build output). Anything else makes a run incomplete.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub deliberate: bool,
}

/// An AI system that a collector saw.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SeenSystem {
    /// Its id.
    pub id: SystemId,
    /// Its name for people.
    pub name: String,
}

/// The name of an asset outside the register: its kind and canonical key.
///
/// The key is what makes the thing itself (`openai/gpt-4o`, `pypi/langchain`), never a path.
#[derive(
    Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(deny_unknown_fields)]
pub struct AssetKey {
    /// The kind.
    pub kind: AssetKind,
    /// The canonical key.
    pub key: String,
}

impl fmt::Display for AssetKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.kind, self.key)
    }
}

/// An asset that a collector saw.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SeenAsset {
    /// Its kind and canonical key.
    #[serde(flatten)]
    pub key: AssetKey,
    /// Other keys under which the same asset may be known, such as its digest. A known alias
    /// keeps the identity of an asset that was renamed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
    /// Its name for people.
    pub name: String,
    /// The supplier that provides it, when it comes from one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub supplier: Option<SupplierId>,
    /// The systems that it belongs to.
    pub systems: BTreeSet<SystemId>,
    /// Where it was seen.
    pub locations: BTreeSet<Location>,
}

/// A place in a file. On a machine also `processes/4312/ollama`, and `listening/127.0.0.1:11434`
/// with the port as the line.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Location {
    /// Path within the scope, `/`-separated.
    pub path: String,
    /// Line, from 1; `None` is the file as a whole.
    pub line: Option<u32>,
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}:{line}", self.path),
            None => f.write_str(&self.path),
        }
    }
}

impl std::str::FromStr for Location {
    type Err = std::convert::Infallible;

    /// Reads `path:line`, or a path alone. A path that itself ends in `:digits` loses them to the line.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parsed = text
            .rsplit_once(':')
            .and_then(|(path, line)| line.parse().ok().map(|line| (path, line)));
        Ok(match parsed {
            Some((path, line)) => Self { path: path.to_owned(), line: Some(line) },
            None => Self { path: text.to_owned(), line: None },
        })
    }
}

crate::id::text_serde!(Location);

/// A data flow that a collector saw.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SeenFlow {
    /// Where the data comes from.
    pub from: AssetKey,
    /// Where it goes.
    pub to: AssetKey,
    /// What it carries, in a word or two: `prompts`, `documents`, `embeddings`.
    pub carries: String,
    /// The data classes that travel on it; empty is not known.
    pub classes: BTreeSet<DataClass>,
    /// Where it was seen.
    pub locations: BTreeSet<Location>,
}

/// What an observation is about, as a collector can name it.
#[derive(
    Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Seen {
    /// The organisation.
    Organisation,
    /// An AI system.
    System(SystemId),
    /// An asset by kind and key.
    Asset(AssetKey),
    /// A flow by its ends.
    Flow {
        /// Where the data comes from.
        from: AssetKey,
        /// Where it goes.
        to: AssetKey,
    },
    /// A supplier.
    Supplier(SupplierId),
    /// An agreement.
    Agreement(AgreementId),
    /// A document.
    Document(DocumentId),
    /// Anything by its subject in the register, for what a person says of it.
    Subject(crate::Subject),
}

/// One attribute of one subject, as seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Observation {
    /// What it is about.
    pub subject: Seen,
    /// Which attribute.
    pub attribute: Attribute,
    /// Its value.
    pub value: Value,
    /// How it is known.
    pub basis: Basis,
    /// When the value was so; the last instant decides whether it is fresh.
    pub period: Period,
    /// The evidence for it, when there are bytes to show.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<Digest>,
    /// Where it was seen.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub locations: BTreeSet<Location>,
    /// Whether a person settles by it what collectors disagreed on before.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub resolves: bool,
}
