//! Advisories in the OSV schema.
//!
//! ```text
//!  folder, JSON lines, zip, tar ─▶ source ─▶ record ─▶ Advisory ─▶ Database
//!                                                         └─▶ range: does it concern a version?
//! ```
//!
//! Feeds are read with tolerant types: fields and words that are not known here are passed over,
//! what is needed and wrong makes the record unreadable, and an unreadable record is counted and
//! named.

pub(crate) mod range;
mod record;
pub(crate) mod source;

use annex_isms::{Ecosystem, Instant};

use crate::severity::Rating;

pub(crate) use record::parse;

/// The part of an OSV record that matching needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Advisory {
    pub(crate) id: String,
    pub(crate) aliases: Vec<String>,
    pub(crate) summary: String,
    pub(crate) rating: Option<Rating>,
    pub(crate) references: Vec<String>,
    pub(crate) published: Option<Instant>,
    pub(crate) modified: Option<Instant>,
    pub(crate) withdrawn: bool,
    pub(crate) affected: Vec<Affected>,
    /// Ecosystems that are not matched here, in the spelling of the record.
    pub(crate) foreign: Vec<String>,
}

/// A package that an advisory is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Affected {
    pub(crate) ecosystem: Ecosystem,
    pub(crate) name: String,
    pub(crate) ranges: Vec<Range>,
    pub(crate) versions: Vec<Box<str>>,
    pub(crate) rating: Option<Rating>,
}

/// Events on a line of versions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Range {
    pub(crate) kind: RangeKind,
    pub(crate) events: Vec<Event>,
}

/// What the versions of a range are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum RangeKind {
    /// Versions of the package's own ecosystem.
    Ecosystem,
    /// Semantic versions, whatever the ecosystem.
    Semver,
    /// Commits.
    Git,
    /// A word that is not known here.
    Other(String),
}

/// What happens at a version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Event {
    Introduced(String),
    Fixed(String),
    LastAffected(String),
    Limit(String),
    /// A sort of event that is not known here.
    Other,
}
