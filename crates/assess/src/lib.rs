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
mod judge;
mod risks;
mod stage2;
mod views;
mod work;

use annex_catalog::Catalogue;
use annex_isms::assessment::{Assessment, Criteria, SCHEMA};
use annex_isms::{Snapshot, Subject};

pub use changes::changes;
pub use days::{DatedStatuses, days};
pub use diagram::diagram;
pub use drift::drift;
pub use risks::applicable_threats;

use crate::facts::Facts;
use crate::judge::Judge;

/// Judges a snapshot.
pub fn assess(catalogue: &Catalogue, snapshot: &Snapshot, criteria: Criteria) -> Assessment {
    let derived = derive::observations(snapshot, catalogue);
    let facts = Facts::new(snapshot, &derived);
    let results = Judge::new(catalogue, snapshot, &facts).results();
    let risks = risks::views(catalogue, snapshot, &results, criteria);
    let controls = controls::views(catalogue, snapshot, &results, &risks);
    Assessment {
        schema: SCHEMA.to_owned(),
        at: snapshot.at,
        organisation: snapshot.organisation.name.clone(),
        catalogue: catalogue.digest,
        criteria,
        scope: views::scope(snapshot),
        systems: views::systems(snapshot),
        assets: views::assets(snapshot, &facts),
        flows: views::flows(snapshot),
        architecture: controls::architecture(catalogue, snapshot, &results),
        soa: controls::soa(catalogue, snapshot, &results, &risks, &controls),
        requests: work::requests(catalogue, snapshot, &results, criteria),
        gaps: work::gaps(catalogue, snapshot, &results, criteria),
        answers: work::hints(catalogue, snapshot, &results),
        stage2: stage2::items(catalogue, snapshot),
        skipped: views::skipped(snapshot),
        controls,
        results,
        risks,
    }
}

/// The name of a subject for people; its id when it has none.
pub(crate) fn subject_name(snapshot: &Snapshot, subject: &Subject) -> String {
    let name = match subject {
        Subject::Organisation => Some(&snapshot.organisation.name),
        Subject::System(id) => snapshot.systems.iter().find(|s| s.id == *id).map(|s| &s.name),
        Subject::Asset(id) => {
            let index = snapshot.assets.binary_search_by(|asset| asset.id.cmp(id)).ok();
            index.map(|index| &snapshot.assets[index].name)
        }
        Subject::Flow(_) => None,
        Subject::Supplier(id) => snapshot.suppliers.iter().find(|s| s.id == *id).map(|s| &s.name),
        Subject::Agreement(id) => {
            snapshot.agreements.iter().find(|a| a.id == *id).map(|a| &a.title)
        }
        Subject::Document(id) => snapshot.documents.iter().find(|d| d.id == *id).map(|d| &d.title),
    };
    name.cloned().unwrap_or_else(|| subject.id().to_owned())
}
