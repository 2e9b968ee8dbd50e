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

use std::cmp::Ordering;

use super::{Affected, Event, Range, RangeKind};
use crate::version::{Scheme, Version};

/// What an advisory says of a version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Decision {
    Affected,
    NotAffected,
    Undecided(String),
}

/// Decides for one package of an advisory. `text` is the version in use, `version` the same read.
pub(crate) fn decide(affected: &Affected, text: &str, version: &Version) -> Decision {
    if affected.versions.iter().any(|listed| **listed == *text) {
        return Decision::Affected;
    }
    if affected.ranges.is_empty() && affected.versions.is_empty() {
        return Decision::Undecided("names neither versions nor ranges".to_owned());
    }
    let scheme = Scheme::of(affected.ecosystem);
    let mut decided = !affected.versions.is_empty();
    let (mut commits, mut unclear) = (None, None);
    for range in &affected.ranges {
        match in_range(range, scheme, text, version) {
            Ok(true) => return Decision::Affected,
            Ok(false) => decided = true,
            // Commits beside versions say the same once more.
            Err(why) if range.kind == RangeKind::Git => commits = Some(why),
            Err(why) => unclear = Some(why),
        }
    }
    // Last, because reading every listed version takes longest: `1.0` is also `1.0.0`.
    let same = |listed: &Version| version.compare_to_named(listed) == Some(Ordering::Equal);
    if affected.versions.iter().any(|listed| Version::parse(scheme, listed).is_ok_and(|v| same(&v)))
    {
        return Decision::Affected;
    }
    match (unclear, commits) {
        (Some(why), _) => Decision::Undecided(why),
        (None, Some(why)) if !decided => Decision::Undecided(why),
        _ => Decision::NotAffected,
    }
}

/// The last event before or at the version in use; its version is `None` before every version.
struct Last<'e> {
    event: &'e Event,
    version: Option<Version>,
}

fn in_range(range: &Range, own: Scheme, text: &str, version: &Version) -> Result<bool, String> {
    let scheme = match &range.kind {
        RangeKind::Ecosystem => own,
        RangeKind::Semver => Scheme::Semantic,
        RangeKind::Git => return Err("is given by commits alone".to_owned()),
        RangeKind::Other(word) => return Err(format!("has a range of the unknown type `{word}`")),
    };
    // Within its own ecosystem the version is already read.
    let parsed;
    let version = if scheme == own {
        version
    } else {
        parsed = Version::parse(scheme, text).map_err(|error| error.to_string())?;
        &parsed
    };
    let (mut last, mut limits, mut begins): (Option<Last<'_>>, _, _) = (None, Vec::new(), false);
    for event in &range.events {
        let named = match event {
            Event::Introduced(named) | Event::Fixed(named) | Event::LastAffected(named) => named,
            Event::Limit(limit) => {
                limits.push(limit.as_str());
                continue;
            }
            Event::Other => return Err("has an event of an unknown sort".to_owned()),
        };
        let introduced = matches!(event, Event::Introduced(_));
        begins |= introduced;
        let named = if introduced && named == "0" {
            None
        } else {
            Some(Version::parse(scheme, named).map_err(|error| error.to_string())?)
        };
        let order = named.as_ref().map_or(Some(Ordering::Greater), |n| version.compare_to_named(n));
        let order = order.unwrap_or(Ordering::Less);
        let reached =
            if matches!(event, Event::LastAffected(_)) { order.is_gt() } else { order.is_ge() };
        if reached && last.as_ref().is_none_or(|last| after(event, named.as_ref(), last)) {
            last = Some(Last { event, version: named });
        }
    }
    if !begins {
        return Err("has a range without a beginning".to_owned());
    }
    let inside = last.is_some_and(|last| matches!(last.event, Event::Introduced(_)));
    Ok(before(&limits, scheme, version)? && inside)
}

fn after(event: &Event, version: Option<&Version>, last: &Last<'_>) -> bool {
    let versions = match (version, &last.version) {
        (Some(version), Some(last)) => version.compare(last).unwrap_or(Ordering::Equal),
        (version, last) => version.is_some().cmp(&last.is_some()),
    };
    versions.then(rank(event).cmp(&rank(last.event))).is_gt()
}

const fn rank(event: &Event) -> u8 {
    match event {
        Event::Fixed(_) => 0,
        Event::Introduced(_) => 1,
        _ => 2,
    }
}

/// A range with limits ends before the last of them.
fn before(limits: &[&str], scheme: Scheme, version: &Version) -> Result<bool, String> {
    let mut before = limits.is_empty();
    for limit in limits {
        if *limit == "*" {
            before = true;
        } else {
            let limit = Version::parse(scheme, limit).map_err(|error| error.to_string())?;
            before |= version.compare_to_named(&limit).is_some_and(Ordering::is_lt);
        }
    }
    Ok(before)
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
        decide(affected, text, &version)
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
