//! Known vulnerabilities, matched offline and exactly.
//!
//! ```text
//!  lock files ─▶ lock ─▶ [Dependency] ─┐
//!                                      ├▶ Database::check ─▶ Report ─▶ apply (OpenVEX) ─▶ sarif
//!  OSV records ─▶ Importer ─▶ Database ┘                        │
//!  a scan's batch ─▶ parts: what AI uses of it ─────────────────┴▶ observe ─▶ ObservationBatch
//! ```
//!
//! Three things decide whether such an answer is worth anything, and all three are kept here:
//!
//! - **Versions are compared as their ecosystem compares them** ([`version`]), and a range is
//!   evaluated as the OSV schema says. A range is never read as its lower bound.
//! - **What is not known is said.** A dependency without an exact version, a version that does
//!   not parse, an advisory given by commits alone, an ecosystem that the database does not hold:
//!   each is in [`Report::unknown`] with the reason, and none of them is clean.
//! - **The database says its age.** Zero matches against records of two years ago is no clean
//!   bill, so age and [`Coverage`] are part of every report.
//!
//! Everything read here was written by others and is hostile until read: all of it is bounded
//! by [`Limits`]. Nothing is fetched; records are brought by whoever runs it.
//!
//! What can still go wrong: an advisory can be wrong about its versions; a package that is
//! copied into a repository, or fetched from elsewhere under the same name, is not what the
//! lock file says.

mod check;
mod database;
mod limits;
pub mod lock;
mod observe;
mod osv;
mod parts;
mod report;
pub mod sarif;
mod severity;
pub mod version;
pub mod vex;

pub use database::{
    Coverage, Database, EcosystemCoverage, Importer, Source, SourceError, Unreadable,
};
pub use limits::Limits;
pub use observe::Checked;
pub use report::{AdvisoryRanges, Decided, Match, Report, State, Unknown, Use, Why};
pub use severity::Rating;
