//! Whether a version lies in what an advisory describes: the evaluation of the OSV schema.
//!
//! A version is affected when it is listed, or when it lies in a range. Events count in the
//! order of their versions; `introduced: "0"` is before everything. Two events at one version are
//! taken in the order fixed, introduced, last affected, so that a version that is named by both
//! of the first is affected. The last event that the version has reached decides, so nothing is
//! sorted: Maven's order does not carry over for some odd texts, and a sort relies on that.
//!
//! What cannot be decided (commits, a word of the future, a version that does not parse) is
//! undecided and never "not affected". A list of versions decides beside a range of commits,
//! because it was made from that range.
//!
//! Every version that an advisory names is read once, however many are asked about.

use std::cmp::Ordering;

use super::{Affected, Event, Range, RangeKind};
use crate::version::{Scheme, Version, Versions};

/// What an advisory says of a version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Decision {
    Affected,
    NotAffected,
    Undecided(String),
}

/// One package of an advisory with its versions read.
pub(crate) struct Described {
    listed: Versions,
    lists: bool,
    /// Intervals, or why a range says nothing.
    ranges: Vec<Result<Line, Fault>>,
}

/// Events on a line of versions.
struct Line {
    /// The scheme, where it is not that of the package.
    foreign: Option<Scheme>,
    events: Vec<Point>,
    /// Ends of the line; `None` is no end.
    limits: Vec<Option<Version>>,
}

/// An event and its version, which is `None` before every version.
struct Point {
    what: What,
    version: Option<Version>,
}

/// In the order in which events at one version are taken.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum What {
    Fixed,
    Introduced,
    LastAffected,
}

enum Fault {
    /// Commits beside versions say the same once more.
    Commits,
    Unclear(String),
}

impl Described {
    pub(crate) fn new(affected: &Affected) -> Self {
        let scheme = Scheme::of(affected.ecosystem);
        let listed = affected.versions.iter();
        let listed = listed.filter_map(|text| Version::parse(scheme, text).ok()).collect();
        Self {
            listed: Versions::new(scheme, listed),
            lists: !affected.versions.is_empty(),
            ranges: affected.ranges.iter().map(|range| line(range, scheme)).collect(),
        }
    }

    /// Decides for a version in use; `text` is the same before it was read.
    pub(crate) fn decide(&self, text: &str, version: &Version) -> Decision {
        if self.listed.hold(version) {
            return Decision::Affected;
        }
        if self.ranges.is_empty() && !self.lists {
            return Decision::Undecided("names neither versions nor ranges".to_owned());
        }
        let mut decided = self.lists;
        let (mut commits, mut unclear) = (false, None);
        for range in &self.ranges {
            match range {
                Err(Fault::Commits) => commits = true,
                Err(Fault::Unclear(why)) => unclear = Some(why.clone()),
                Ok(line) => match line.holds(text, version) {
                    Ok(true) => return Decision::Affected,
                    Ok(false) => decided = true,
                    Err(why) => unclear = Some(why),
                },
            }
        }
        match unclear {
            Some(why) => Decision::Undecided(why),
            None if commits && !decided => {
                Decision::Undecided("is given by commits alone".to_owned())
            }
            None => Decision::NotAffected,
        }
    }
}

fn line(range: &Range, own: Scheme) -> Result<Line, Fault> {
    let unclear = |why: String| Err(Fault::Unclear(why));
    let scheme = match &range.kind {
        RangeKind::Ecosystem => own,
        RangeKind::Semver => Scheme::Semantic,
        RangeKind::Git => return Err(Fault::Commits),
        RangeKind::Other(word) => {
            return unclear(format!("has a range of the unknown type `{word}`"));
        }
    };
    let read = |text: &str| {
        Version::parse(scheme, text).map(Some).map_err(|error| Fault::Unclear(error.to_string()))
    };
    let foreign = Some(scheme).filter(|scheme| *scheme != own);
    let mut line = Line { foreign, events: Vec::new(), limits: Vec::new() };
    for event in &range.events {
        let (what, named) = match event {
            Event::Introduced(named) => (What::Introduced, named),
            Event::Fixed(named) => (What::Fixed, named),
            Event::LastAffected(named) => (What::LastAffected, named),
            Event::Limit(limit) => {
                line.limits.push(if limit == "*" { None } else { read(limit)? });
                continue;
            }
            Event::Other => return unclear("has an event of an unknown sort".to_owned()),
        };
        let first = what == What::Introduced && named == "0";
        line.events.push(Point { what, version: if first { None } else { read(named)? } });
    }
    if !line.events.iter().any(|point| point.what == What::Introduced) {
        return unclear("has a range without a beginning".to_owned());
    }
    Ok(line)
}

impl Line {
    fn holds(&self, text: &str, version: &Version) -> Result<bool, String> {
        let again = self.foreign.map(|scheme| Version::parse(scheme, text)).transpose();
        let again = again.map_err(|error| error.to_string())?;
        let version = again.as_ref().unwrap_or(version);
        let mut last: Option<&Point> = None;
        for point in &self.events {
            let reached = match &point.version {
                None => true,
                Some(named) => version.compare_to_named(named).is_some_and(|order| {
                    if point.what == What::LastAffected { order.is_gt() } else { order.is_ge() }
                }),
            };
            if reached && last.is_none_or(|last| point.is_after(last)) {
                last = Some(point);
            }
        }
        Ok(self.is_before_the_end(version) && last.is_some_and(|l| l.what == What::Introduced))
    }

    /// A range with limits ends before the last of them.
    fn is_before_the_end(&self, version: &Version) -> bool {
        self.limits.is_empty()
            || self.limits.iter().any(|limit| match limit {
                None => true,
                Some(limit) => version.compare_to_named(limit).is_some_and(Ordering::is_lt),
            })
    }
}

impl Point {
    fn is_after(&self, last: &Self) -> bool {
        let versions = match (&self.version, &last.version) {
            (Some(version), Some(last)) => version.compare(last).unwrap_or(Ordering::Equal),
            (version, last) => version.is_some().cmp(&last.is_some()),
        };
        versions.then(self.what.cmp(&last.what)).is_gt()
    }
}

/// The ranges and lists of a package in words, such as `>= 1.0, < 1.2`.
pub(crate) fn words(affected: &Affected) -> Vec<String> {
    /// More listed versions than this are counted.
    const LISTED_MAX: usize = 8;
    let mut out = Vec::new();
    for range in &affected.ranges {
        match &range.kind {
            RangeKind::Git => {}
            RangeKind::Other(word) => out.push(format!("a range of the unknown type `{word}`")),
            RangeKind::Ecosystem | RangeKind::Semver => intervals(range, &mut out),
        }
    }
    if out.is_empty() && !affected.versions.is_empty() {
        let shown: Vec<&str> = affected.versions.iter().take(LISTED_MAX).map(|v| &**v).collect();
        let more = affected.versions.len().saturating_sub(LISTED_MAX);
        out.push(match more {
            0 => shown.join(", "),
            more => format!("{} and {more} more", shown.join(", ")),
        });
    }
    out
}

fn intervals(range: &Range, out: &mut Vec<String>) {
    let mut open: Option<String> = None;
    for event in &range.events {
        let end = match event {
            Event::Introduced(named) => {
                let from = if named == "0" { String::new() } else { format!(">= {named}") };
                out.extend(open.replace(from).map(all));
                continue;
            }
            Event::Fixed(named) => format!("< {named}"),
            Event::LastAffected(named) => format!("<= {named}"),
            Event::Limit(_) | Event::Other => continue,
        };
        out.push(match open.take() {
            Some(from) if !from.is_empty() => format!("{from}, {end}"),
            _ => end,
        });
    }
    out.extend(open.map(all));
}

fn all(from: String) -> String {
    if from.is_empty() { "all versions".to_owned() } else { from }
}

/// The versions in which a package is fixed, in the order of the record.
pub(crate) fn fixes(affected: &Affected) -> impl Iterator<Item = &str> {
    let versioned = affected.ranges.iter().filter(|range| range.kind != RangeKind::Git);
    versioned.flat_map(|range| &range.events).filter_map(|event| match event {
        Event::Fixed(version) => Some(version.as_str()),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use annex_isms::Ecosystem;

    fn affected(ecosystem: Ecosystem, json: &str) -> Affected {
        let record = format!(
            r#"{{"id":"X","affected":[{{"package":{{"ecosystem":"{}","name":"a"}},{json}}}]}}"#,
            ecosystem.osv()
        );
        super::super::parse(record.as_bytes()).expect("record").affected.remove(0)
    }

    fn decided(affected: &Affected, text: &str) -> Decision {
        let version = Version::parse(Scheme::of(affected.ecosystem), text).expect("a version");
        Described::new(affected).decide(text, &version)
    }

    fn hits(affected: &Affected, texts: &[&str]) -> Vec<bool> {
        texts.iter().map(|text| decided(affected, text) == Decision::Affected).collect()
    }

    #[test]
    fn several_unsorted_events_are_several_intervals() {
        let row = affected(
            Ecosystem::Pypi,
            r#""ranges":[{"type":"ECOSYSTEM","events":[{"fixed":"5.2"},{"introduced":"0"},{"fixed":"4.3"},{"introduced":"5.0"}]}]"#,
        );
        let texts = ["0.1.dev1", "4.3rc1", "4.3", "4.9", "5.0a1", "5.0", "5.2", "5.1+cu118"];
        assert_eq!(hits(&row, &texts), [true, true, false, false, false, true, false, true]);
    }

    #[test]
    fn last_affected_is_inside_and_limits_end_a_range() {
        let row = affected(
            Ecosystem::Npm,
            r#""ranges":[{"type":"SEMVER","events":[{"introduced":"1.0.0"},{"last_affected":"1.0.0"},{"introduced":"2.0.0"},{"limit":"3.0.0"}]}]"#,
        );
        let texts = ["1.0.0-rc.1", "1.0.0", "1.0.1", "2.0.0", "2.9.9", "3.0.0"];
        assert_eq!(hits(&row, &texts), [false, true, false, true, true, false]);
    }

    #[test]
    fn a_local_build_is_the_version_it_was_built_from() {
        let row = affected(
            Ecosystem::Pypi,
            r#""versions":["2.0"],"ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"2.1"},{"last_affected":"2.1.0"}]}]"#,
        );
        assert_eq!(hits(&row, &["2.1.0+cu118", "2.0.0+cpu", "2.1.1+cu118"]), [true, true, false]);
    }

    #[test]
    fn commits_alone_are_undecided_and_beside_versions_they_are_not() {
        let git = r#"{"type":"GIT","events":[{"introduced":"0"},{"fixed":"b42dd4b"}]}"#;
        let alone = affected(Ecosystem::Pypi, &format!(r#""ranges":[{git}]"#));
        assert!(
            matches!(decided(&alone, "1.0"), Decision::Undecided(why) if why.contains("commits"))
        );
        let listed = affected(Ecosystem::Pypi, &format!(r#""versions":["1.0"],"ranges":[{git}]"#));
        assert_eq!(decided(&listed, "1.0"), Decision::Affected);
        assert_eq!(decided(&listed, "1.1"), Decision::NotAffected);
    }

    #[test]
    fn what_is_not_understood_is_undecided_unless_something_else_hits() {
        for json in [
            r#""ranges":[]"#,
            r#""ranges":[{"type":"LUNAR","events":[{"introduced":"0"}]}]"#,
            r#""ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"},{"waning":"2"}]}]"#,
            r#""ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"},{"fixed":"soon"}]}]"#,
            r#""ranges":[{"type":"ECOSYSTEM","events":[{"fixed":"2"}]}]"#,
            r#""versions":["9"],"ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"},{"fixed":"soon"}]}]"#,
        ] {
            let row = affected(Ecosystem::Pypi, json);
            assert!(matches!(decided(&row, "1.0"), Decision::Undecided(_)), "{json}");
        }
        let row = affected(
            Ecosystem::Pypi,
            r#""ranges":[{"type":"LUNAR","events":[]},{"type":"ECOSYSTEM","events":[{"introduced":"0"}]}]"#,
        );
        assert_eq!(decided(&row, "1.0"), Decision::Affected);
    }

    #[test]
    fn ranges_read_as_words() {
        let row = affected(
            Ecosystem::Pypi,
            r#""ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"},{"fixed":"4.3"},{"introduced":"5.0"},{"last_affected":"5.2"},{"introduced":"6"}]}]"#,
        );
        assert_eq!(words(&row), ["< 4.3", ">= 5.0, <= 5.2", ">= 6"]);
        assert_eq!(fixes(&row).collect::<Vec<_>>(), ["4.3"]);
    }
}
