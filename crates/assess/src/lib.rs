//! The only place that judges: catalogue × snapshot × criteria → assessment.
//!
//! ```text
//!  Snapshot ─▶ facts: fresh candidates per subject and attribute ─┐
//!            └▶ derive: what the register itself knows ───────────┤
//!  Catalogue ─ requirements ──────────────────────────────────────┴▶ judge ─▶ results
//!                                                                              │
//!        three questions · architecture · risks · SoA · Stage 2 · gaps · requests ◀┘
//! ```
//!
//! It is a pure function: same input, same bytes. The snapshot's instant is *now*; nothing
//! else tells the time, and nothing is read or written.
//!
//! A result has four values. False on what is known, whatever its basis, is a gap. True on
//! fresh attributes of sufficient basis is met. A justified exclusion is not applicable.
//! Everything else is unknown and opens an evidence request. Collectors that disagree are not
//! averaged: every combination of their values is tried, and one that violates makes the gap.
//!
//! Rejected: weighing or scoring controls. A percentage hides which requirement is open.
//!
//! What can still go wrong: a collector that is wrong is believed. Its name, version and
//! evidence stand beside every value for that reason.

mod changes;
mod controls;
mod days;
mod derive;
mod diagram;
mod drift;
mod facts;
mod index;
mod judge;
mod risks;
mod stage2;
mod views;
mod work;

use annex_catalog::Catalogue;
use annex_isms::Snapshot;
use annex_isms::assessment::{Assessment, Criteria, SCHEMA};

pub use changes::changes;
pub use days::{DatedStatuses, days};
pub use diagram::diagram;
pub use drift::drift;
pub use index::Index;

use crate::facts::Facts;
use crate::judge::Judge;

/// Judges a snapshot.
pub fn assess(catalogue: &Catalogue, snapshot: &Snapshot, criteria: Criteria) -> Assessment {
    let index = Index::new(snapshot);
    let derived = derive::observations(&index, catalogue);
    let facts = Facts::new(snapshot, &derived);
    let results = Judge::new(catalogue, &index, &facts).results();
    let risks = risks::views(catalogue, &index, &results, criteria);
    let controls = controls::views(catalogue, snapshot, &results, &risks);
    Assessment {
        schema: SCHEMA.to_owned(),
        at: snapshot.at,
        organisation: snapshot.organisation.name.clone(),
        catalogue: catalogue.digest,
        criteria,
        scope: views::scope(snapshot),
        systems: views::systems(&index),
        assets: views::assets(snapshot, &facts),
        flows: views::flows(snapshot),
        architecture: controls::architecture(catalogue, snapshot, &results),
        soa: controls::soa(catalogue, snapshot, &results, &risks, &controls),
        requests: work::requests(catalogue, &index, &results, criteria),
        gaps: work::gaps(catalogue, &index, &results, criteria),
        answers: work::hints(catalogue, &index, &results),
        stage2: stage2::items(catalogue, snapshot),
        skipped: views::skipped(snapshot),
        controls,
        results,
        risks,
    }
}
