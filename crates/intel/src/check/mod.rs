//! Dependencies × database → report. A pure function of both and of the instant.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use annex_isms::{Dependency, Ecosystem, Instant};

use crate::database::Database;
use crate::osv::range::{self, Decision, Described};
use crate::osv::{Advisory, Affected};
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
        let mut asked: BTreeMap<(Ecosystem, String), Vec<&Dependency>> = BTreeMap::new();
        for dependency in dependencies {
            let name = dependency.ecosystem.normalised(&dependency.name);
            asked.entry((dependency.ecosystem, name)).or_default().push(dependency);
        }
        for ((ecosystem, name), dependencies) in &asked {
            let known = self.known(*ecosystem, name);
            for dependency in dependencies {
                self.one(dependency, &known, &mut report);
            }
        }
        self.age(dependencies, &mut report);
        report.matches.sort_by(|left, right| {
            let gravity = |m: &Match| m.rating.as_ref().map(|r| (r.severity, r.score_tenths));
            gravity(right)
                .cmp(&gravity(left))
                .then_with(|| left.dependency.cmp(&right.dependency))
                .then_with(|| left.id.cmp(&right.id))
        });
        report.unknown.sort();
        report
    }

    /// The advisories about a package with their versions read, those of one vulnerability together.
    fn known(&self, ecosystem: Ecosystem, name: &str) -> Vec<Vulnerability<'_>> {
        let mut groups: BTreeMap<usize, Vec<About<'_>>> = BTreeMap::new();
        for at in self.about(ecosystem, name) {
            let advisory = &self.advisories[*at];
            let rows = advisory.affected.iter();
            let rows = rows.filter(|row| row.ecosystem == ecosystem && row.name == name);
            let (affected, described) = rows.map(|row| (row, Described::new(row))).unzip();
            let about = About { advisory, affected, described };
            groups.entry(self.groups[*at]).or_default().push(about);
        }
        let package = Dependency::new(ecosystem, name, None);
        groups.into_values().map(|rows| Vulnerability::new(&package, rows)).collect()
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

    fn one(&self, dependency: &Dependency, known: &[Vulnerability<'_>], report: &mut Report) {
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
        for vulnerability in known {
            let decisions = vulnerability.decide(text, &version);
            if decisions.contains(&Decision::Affected) {
                report.matches.push(vulnerability.matched(dependency, &decisions));
                continue;
            }
            for (about, decision) in vulnerability.advisories.iter().zip(decisions) {
                if let Decision::Undecided(fault) = decision {
                    unknown(Why::Undecided { id: about.advisory.id.clone(), fault });
                }
            }
        }
    }
}

/// An advisory, and what it says of one package.
struct About<'d> {
    advisory: &'d Advisory,
    affected: Vec<&'d Affected>,
    described: Vec<Described>,
}

impl About<'_> {
    /// What all of its rows on the package say together.
    fn decide(&self, text: &str, version: &Version) -> Decision {
        let mut together = Decision::NotAffected;
        for described in &self.described {
            match described.decide(text, version) {
                Decision::Affected => return Decision::Affected,
                Decision::Undecided(fault) => together = Decision::Undecided(fault),
                Decision::NotAffected => {}
            }
        }
        together
    }
}

/// Advisories that are aliases of one another and name the package.
struct Vulnerability<'d> {
    advisories: Vec<About<'d>>,
    /// What they say together of any version.
    said: Match,
}

impl<'d> Vulnerability<'d> {
    fn new(package: &Dependency, mut advisories: Vec<About<'d>>) -> Self {
        advisories.sort_by_key(|about| rank(&about.advisory.id));
        Self { said: said(package, &advisories), advisories }
    }

    fn decide(&self, text: &str, version: &Version) -> Vec<Decision> {
        self.advisories.iter().map(|about| about.decide(text, version)).collect()
    }

    fn matched(&self, dependency: &Dependency, decisions: &[Decision]) -> Match {
        let mut matched = Match { dependency: dependency.clone(), ..self.said.clone() };
        for (ranges, decision) in matched.ranges.iter_mut().zip(decisions) {
            ranges.affected = match decision {
                Decision::Affected => Some(true),
                Decision::NotAffected => Some(false),
                Decision::Undecided(_) => None,
            };
        }
        matched
    }
}

fn said(package: &Dependency, advisories: &[About<'_>]) -> Match {
    let ids = advisories.iter().flat_map(|about| {
        std::iter::once(&about.advisory.id).chain(&about.advisory.aliases).cloned()
    });
    let mut ids: Vec<String> = ids.collect::<BTreeSet<_>>().into_iter().collect();
    ids.sort_by(|left, right| rank(left).cmp(&rank(right)));
    let aliases = ids.split_off(1);
    let rows = || advisories.iter().map(|about| about.advisory);
    let own = || advisories.iter().flat_map(|about| about.affected.iter().copied());
    let ratings = rows().map(|row| &row.rating).chain(own().map(|row| &row.rating));
    let summary = rows().map(|row| row.summary.as_str()).find(|text| !text.is_empty());
    let ranges = advisories.iter().map(|About { advisory, affected, .. }| AdvisoryRanges {
        id: advisory.id.clone(),
        words: Arc::new(affected.iter().flat_map(|row| range::words(row)).collect()),
        affected: None,
    });
    Match {
        dependency: package.clone(),
        id: ids.swap_remove(0),
        aliases: Arc::new(aliases),
        summary: summary.unwrap_or_default().into(),
        rating: ratings.cloned().reduce(severity::worse).flatten(),
        fixed: Arc::new(own().flat_map(range::fixes).map(str::to_owned).collect()),
        ranges: ranges.collect(),
        references: Arc::new(rows().flat_map(|row| row.references.iter().cloned()).collect()),
        published: rows().filter_map(|row| row.published).min(),
        modified: rows().filter_map(|row| row.modified).max(),
        state: State::UNSTATED,
        used: None,
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
