//! What a check says of the AI systems of a repository, as observations.
//!
//! | attribute of a system | value |
//! | --- | --- |
//! | `ai_parts_unscanned` | parts without a version that could be compared, or of an ecosystem that the database does not hold |
//! | `ai_vulnerabilities_undecided_days` | days since the oldest match of a part that nobody decided on was published |
//!
//! What is wrong is said whatever else is not known. That nothing is wrong is said only when
//! everything was read and the database is young enough: otherwise the attribute is absent, never
//! 0. Whether a flaw is exploited somewhere, and which date was set for it, is in no advisory;
//! that stays with a person.

use std::collections::{BTreeMap, BTreeSet};

use annex_isms::observation::{
    BATCH_SCHEMA, Collector, Coverage, Location, Observation, Period, Scope, Seen, SeenAsset,
    Skipped,
};
use annex_isms::{Attribute, Basis, Dependency, Digest, ObservationBatch, Value};

use crate::Limits;
use crate::lock::LockedTree;
use crate::parts::{self, Package, Part};
use crate::report::{Match, Report};
use crate::vex::Status;

/// A check of a repository: what was asked, what was answered, and what a scan found there.
#[derive(Debug, Clone, Copy)]
pub struct Checked<'a> {
    /// The lock files.
    pub tree: &'a LockedTree,
    /// What the database answered to their dependencies.
    pub report: &'a Report,
    /// What a scan of the same folder saw.
    pub found: &'a ObservationBatch,
}

/// A number, and the places that it comes from.
type Counted = (i64, BTreeSet<Location>);

impl<'a> Checked<'a> {
    /// The observations that the check gives. `evidence` is the digest of the stored report.
    pub fn observe(self, evidence: Digest, limits: &Limits) -> ObservationBatch {
        let Self { tree, report, found } = self;
        let period = Period { from: report.at, to: report.at };
        let parts = self.parts(limits);
        let mut observations = Vec::new();
        for system in &found.systems {
            let own: Vec<&Assessed<'_>> =
                parts.iter().filter(|part| part.asset.systems.contains(&system.id)).collect();
            let seen = [
                ("ai_parts_unscanned", self.unscanned(&own, limits)),
                ("ai_vulnerabilities_undecided_days", self.undecided_days(&own, limits)),
            ];
            for (name, seen) in seen {
                let (Some((value, locations)), Ok(attribute)) = (seen, name.parse::<Attribute>())
                else {
                    continue;
                };
                observations.push(Observation {
                    subject: Seen::System(system.id.clone()),
                    attribute,
                    value: Value::Long(value),
                    basis: Basis::Document,
                    period,
                    evidence: Some(evidence),
                    locations,
                    resolves: false,
                });
            }
        }
        let files = tree.files.len() as u64;
        ObservationBatch {
            schema: BATCH_SCHEMA,
            collector: Collector {
                name: "intel".to_owned(),
                version: env!("CARGO_PKG_VERSION").to_owned(),
            },
            // Not that of the scan: what it saw is not gone because no asset is named here.
            scope: Scope { kind: "dependencies".to_owned(), ..found.scope.clone() },
            period,
            coverage: Coverage { files_seen: files, files_read: files, ..Coverage::default() },
            skipped: tree.skipped.iter().map(|text| skipped(text)).chain(self.unread()).collect(),
            systems: found.systems.clone(),
            assets: Vec::new(),
            flows: Vec::new(),
            observations,
        }
    }

    /// What the check speaks for, in words.
    pub fn population(self, limits: &Limits) -> String {
        let parts = self.parts(limits);
        let names = |covered: bool| {
            let names: Vec<&str> = parts
                .iter()
                .filter(|part| part.covered == covered)
                .map(|part| part.asset.name.as_str())
                .collect();
            if names.is_empty() { "none".to_owned() } else { names.join(", ") }
        };
        format!(
            "{} dependencies of {} lock files: {}. AI parts that were checked: {}; not checked: {}",
            self.report.dependencies,
            self.tree.files.len(),
            self.tree.files.join(", "),
            names(true),
            names(false)
        )
    }

    fn parts(self, limits: &Limits) -> Vec<Assessed<'a>> {
        let of = |row: &Dependency| (row.ecosystem, row.name.clone());
        let asked: BTreeSet<Package> = self.tree.dependencies.iter().map(of).collect();
        let unknown: BTreeSet<Package> =
            self.report.unknown.iter().map(|row| of(&row.dependency)).collect();
        let mut waiting: BTreeMap<Package, Vec<&Match>> = BTreeMap::new();
        for found in self.report.matches.iter().filter(|found| waits(found)) {
            waiting.entry(of(&found.dependency)).or_default().push(found);
        }
        let assessed = |Part { asset, package }: Part<'a>| {
            let Some(package) = package else {
                return Assessed { asset, covered: false, young: false, waiting: Vec::new() };
            };
            let age = self.report.ages_days.get(&package.0);
            Assessed {
                asset,
                covered: asked.contains(&package) && !unknown.contains(&package),
                young: age.is_some_and(|age| is_young(*age, limits)),
                waiting: waiting.get(&package).cloned().unwrap_or_default(),
            }
        };
        parts::of(self.found).into_iter().map(assessed).collect()
    }

    fn unscanned(self, own: &[&Assessed<'_>], limits: &Limits) -> Option<Counted> {
        let left: Vec<_> = own.iter().filter(|part| !part.covered).collect();
        if left.is_empty() && !self.is_sure(own, limits) {
            return None;
        }
        let places = left.iter().flat_map(|part| part.asset.locations.iter().cloned());
        Some((i64::try_from(left.len()).unwrap_or(i64::MAX), places.collect()))
    }

    fn undecided_days(self, own: &[&Assessed<'_>], limits: &Limits) -> Option<Counted> {
        let waiting = || own.iter().flat_map(|part| &part.waiting);
        let sure = self.is_sure(own, limits)
            && own.iter().all(|part| part.covered)
            && waiting().all(|found| found.published.is_some());
        let days = |found: &Match| Some(self.report.at.days_since(found.published?).max(0));
        let oldest = waiting().filter_map(|found| Some((days(found)?, *found))).max_by_key(|w| w.0);
        match oldest {
            None => sure.then(|| (0, BTreeSet::new())),
            // What is not known could only have waited longer.
            Some((days, found)) => (sure || days > limits.database_age_days_max)
                .then(|| (days, found.dependency.locations.clone())),
        }
    }

    /// Whether it counts that nothing else was found: all was read, against young advisories.
    fn is_sure(self, own: &[&Assessed<'_>], limits: &Limits) -> bool {
        let newest = self.report.coverage.newest;
        self.tree.skipped.is_empty()
            && self.unread().next().is_none()
            && self.report.coverage.unreadable == 0
            && newest.is_some_and(|newest| is_young(self.report.at.days_since(newest), limits))
            && own.iter().all(|part| part.young)
    }

    fn unread(self) -> impl Iterator<Item = Skipped> + 'a {
        self.found.skipped.iter().filter(|skipped| !skipped.deliberate).cloned()
    }
}

/// An AI part and what the check says of it.
struct Assessed<'a> {
    asset: &'a SeenAsset,
    /// Every version of it that is named was compared.
    covered: bool,
    /// The advisories of its ecosystem are young enough.
    young: bool,
    /// Its matches that nobody decided on.
    waiting: Vec<&'a Match>,
}

/// A day ahead is another clock; more is a date that says nothing of the age.
fn is_young(age_days: i64, limits: &Limits) -> bool {
    (-1..=limits.database_age_days_max).contains(&age_days)
}

/// A statement decides, unless it says that someone still looks.
fn waits(found: &Match) -> bool {
    found.state.statement.is_none() || found.state.status == Status::UnderInvestigation
}

/// `path: reason`, as the readers of lock files say it.
fn skipped(text: &str) -> Skipped {
    let (path, reason) = text.split_once(": ").unwrap_or(("", text));
    Skipped { path: path.to_owned(), reason: reason.to_owned(), deliberate: false }
}

#[cfg(test)]
mod tests;
