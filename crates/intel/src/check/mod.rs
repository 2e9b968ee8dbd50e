//! Dependencies × database → report. A pure function of both and of the instant.

use std::collections::{BTreeMap, BTreeSet};

use annex_isms::{Dependency, Ecosystem, Instant};

use crate::database::Database;
use crate::osv::Advisory;
use crate::osv::range::{self, Decision};
use crate::report::{AdvisoryRanges, Match, Report, State, Unknown, Why};
use crate::severity;
use crate::version::{Scheme, Version};

impl Database {
    /// Matches dependencies against what is known. `at` is the instant that the age is told for.
    ///
    /// Nothing is left out: a dependency is in the matches, among the unknown, or clean as far
    /// as the database goes, whose age and coverage are part of the answer.
    pub fn check(&self, dependencies: &[Dependency], at: Instant) -> Report {
        let mut report = Report {
            at,
            age_days: None,
            ages_days: BTreeMap::new(),
            coverage: self.coverage().clone(),
            dependencies: dependencies.len() as u64,
            matches: Vec::new(),
            unknown: Vec::new(),
            statements_ignored: Vec::new(),
        };
        for dependency in dependencies {
            self.one(dependency, &mut report);
        }
        self.age(dependencies, &mut report);
        report.matches.sort_by(|left, right| {
            let gravity = |m: &Match| m.rating.as_ref().map(|r| (r.severity, r.score_tenths));
            gravity(right)
                .cmp(&gravity(left))
                .then_with(|| left.dependency.cmp(&right.dependency))
                .then_with(|| left.id.cmp(&right.id))
        });
        report
    }

    fn age(&self, dependencies: &[Dependency], report: &mut Report) {
        let asked: BTreeSet<Ecosystem> = dependencies.iter().map(|row| row.ecosystem).collect();
        let mut dated = true;
        for ecosystem in asked {
            let covered = self.coverage().ecosystems.get(&ecosystem);
            match covered.and_then(|row| row.newest) {
                Some(newest) => {
                    report.ages_days.insert(ecosystem, report.at.days_since(newest));
                }
                None => dated = false,
            }
        }
        report.age_days = if dated { report.ages_days.values().copied().max() } else { None };
    }

    fn one(&self, dependency: &Dependency, report: &mut Report) {
        let mut unknown =
            |why| report.unknown.push(Unknown { dependency: dependency.clone(), why });
        if !self.covers(dependency.ecosystem) {
            return unknown(Why::NotCovered);
        }
        let Some(text) = &dependency.version else {
            return unknown(Why::NotPinned { constraint: dependency.constraint.clone() });
        };
        let version = match Version::parse(Scheme::of(dependency.ecosystem), text) {
            Ok(version) => version,
            Err(error) => return unknown(Why::NotAVersion { fault: error.to_string() }),
        };
        let mut groups: BTreeMap<usize, Group<'_>> = BTreeMap::new();
        let name = dependency.ecosystem.normalised(&dependency.name);
        for at in self.about(dependency.ecosystem, &name) {
            let advisory = &self.advisories[*at];
            let group = groups.entry(self.groups[*at]).or_default();
            group.add(advisory, decide(advisory, dependency, &name, text, &version));
        }
        for group in groups.into_values() {
            if group.rows.iter().any(|row| row.decision == Decision::Affected) {
                report.matches.push(group.matched(dependency, &name));
                continue;
            }
            for row in group.rows {
                if let Decision::Undecided(fault) = row.decision {
                    let why = Why::Undecided { id: row.advisory.id.clone(), fault };
                    report.unknown.push(Unknown { dependency: dependency.clone(), why });
                }
            }
        }
    }
}

/// What all packages of that name in one advisory say together.
fn decide(
    advisory: &Advisory,
    dependency: &Dependency,
    name: &str,
    text: &str,
    version: &Version,
) -> Decision {
    let mut together = Decision::NotAffected;
    for affected in about(advisory, dependency.ecosystem, name) {
        match range::decide(affected, text, version) {
            Decision::Affected => return Decision::Affected,
            Decision::Undecided(fault) => together = Decision::Undecided(fault),
            Decision::NotAffected => {}
        }
    }
    together
}

fn about<'a>(
    advisory: &'a Advisory,
    ecosystem: Ecosystem,
    name: &'a str,
) -> impl Iterator<Item = &'a crate::osv::Affected> {
    advisory.affected.iter().filter(move |row| row.ecosystem == ecosystem && row.name == name)
}

/// Advisories that are aliases of one another and name the package.
#[derive(Default)]
struct Group<'d> {
    rows: Vec<Row<'d>>,
}

struct Row<'d> {
    advisory: &'d Advisory,
    decision: Decision,
}

impl<'d> Group<'d> {
    fn add(&mut self, advisory: &'d Advisory, decision: Decision) {
        self.rows.push(Row { advisory, decision });
    }

    fn matched(mut self, dependency: &Dependency, name: &str) -> Match {
        self.rows.sort_by_key(|row| rank(&row.advisory.id));
        let ids = self.rows.iter().flat_map(|row| {
            std::iter::once(&row.advisory.id).chain(&row.advisory.aliases).cloned()
        });
        let mut ids: Vec<String> = ids.collect::<BTreeSet<_>>().into_iter().collect();
        ids.sort_by(|left, right| rank(left).cmp(&rank(right)));
        let aliases = ids.split_off(1);
        let mut matched = Match {
            dependency: dependency.clone(),
            id: ids.swap_remove(0),
            aliases,
            summary: String::new(),
            rating: None,
            fixed: BTreeSet::new(),
            ranges: Vec::new(),
            references: BTreeSet::new(),
            published: None,
            modified: None,
            state: State::UNSTATED,
        };
        for Row { advisory, decision } in &self.rows {
            if matched.summary.is_empty() {
                matched.summary.clone_from(&advisory.summary);
            }
            let mut words = Vec::new();
            let mut rating = advisory.rating.clone();
            for affected in about(advisory, dependency.ecosystem, name) {
                words.extend(range::words(affected));
                matched.fixed.extend(range::fixes(affected).map(str::to_owned));
                rating = severity::worse(rating, affected.rating.clone());
            }
            matched.rating = severity::worse(matched.rating.take(), rating);
            matched.references.extend(advisory.references.iter().cloned());
            matched.published = [matched.published, advisory.published].into_iter().flatten().min();
            matched.modified = matched.modified.max(advisory.modified);
            let affected = match decision {
                Decision::Affected => Some(true),
                Decision::NotAffected => Some(false),
                Decision::Undecided(_) => None,
            };
            matched.ranges.push(AdvisoryRanges { id: advisory.id.clone(), words, affected });
        }
        matched
    }
}

/// The order in which ids are preferred as the name of a vulnerability.
fn rank(id: &str) -> (usize, &str) {
    const ORDER: [&str; 5] = ["GHSA-", "CVE-", "PYSEC-", "RUSTSEC-", "GO-"];
    let place = ORDER.iter().position(|prefix| id.starts_with(prefix));
    (place.unwrap_or(ORDER.len()), id)
}

#[cfg(test)]
mod tests;
