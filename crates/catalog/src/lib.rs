//! The catalogue: controls, requirements, threats, crosswalks and what is known by name.
//!
//! ```text
//!  catalog/**/*.toml (embedded) ─┐
//!                                ├─▶ files ─▶ rows ─▶ merged by id ─▶ checked ─▶ Catalogue
//!  --catalog DIR/**/*.toml ──────┘            (a later layer overrides)
//! ```
//!
//! It is data; `catalog/README.md` documents its format. Loading parses every file, reports
//! *all* faults with file and line, and yields a catalogue only when there are none: policies
//! are compiled and validated, every reference is looked up in the edition that it names,
//! every control that AI changes has requirements, and every attribute that a policy reads is
//! declared for that kind of subject.
//!
//! The digest of a catalogue covers the bytes of its files, so that an assessment can name
//! exactly what judged.
//!
//! What can still go wrong: a reference whose id exists but whose reason is mistaken. That is
//! a matter for review, not for a parser.

mod check;
mod load;
mod model;
mod row;

pub use load::{CatalogueError, Fault, Layer};
pub use model::{
    AttributeSpec, Catalogue, Collector, Control, Framework, Known, Level, Need, Package, Provider,
    References, Requirement, Scale, Stage2, Stage2Need, Theme, Threat,
};
