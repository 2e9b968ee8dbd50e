//! One OSV record: bytes in, [`Advisory`] or the reason why not out.

use annex_isms::Ecosystem;
use serde::{Deserialize, Deserializer};

use super::{Advisory, Affected, Event, Range, RangeKind};
use crate::severity::{self, Rating};

/// Summaries are shown in one line; the whole text stays at its source.
const SUMMARY_CHARS_MAX: usize = 300;

#[derive(Deserialize)]
struct RawRecord {
    id: String,
    #[serde(default, deserialize_with = "nullable")]
    modified: String,
    #[serde(default, deserialize_with = "nullable")]
    published: String,
    #[serde(default)]
    withdrawn: Option<String>,
    #[serde(default, deserialize_with = "nullable")]
    aliases: Vec<String>,
    #[serde(default, deserialize_with = "nullable")]
    summary: String,
    #[serde(default, deserialize_with = "nullable")]
    details: String,
    #[serde(default, deserialize_with = "nullable")]
    severity: Vec<RawSeverity>,
    #[serde(default, deserialize_with = "nullable")]
    affected: Vec<RawAffected>,
    #[serde(default, deserialize_with = "nullable")]
    references: Vec<RawReference>,
    #[serde(default, deserialize_with = "nullable")]
    database_specific: serde_json::Value,
}

#[derive(Deserialize)]
struct RawSeverity {
    #[serde(default, deserialize_with = "nullable")]
    score: String,
}

#[derive(Deserialize)]
struct RawAffected {
    #[serde(default)]
    package: Option<RawPackage>,
    #[serde(default, deserialize_with = "nullable")]
    ranges: Vec<RawRange>,
    #[serde(default, deserialize_with = "nullable")]
    versions: Vec<Box<str>>,
    #[serde(default, deserialize_with = "nullable")]
    severity: Vec<RawSeverity>,
}

#[derive(Deserialize)]
struct RawPackage {
    ecosystem: String,
    name: String,
}

#[derive(Deserialize)]
struct RawRange {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default, deserialize_with = "nullable")]
    events: Vec<RawEvent>,
}

#[derive(Deserialize)]
struct RawEvent {
    #[serde(default)]
    introduced: Option<String>,
    #[serde(default)]
    fixed: Option<String>,
    #[serde(default)]
    last_affected: Option<String>,
    #[serde(default)]
    limit: Option<String>,
}

#[derive(Deserialize)]
struct RawReference {
    #[serde(default, deserialize_with = "nullable")]
    url: String,
}

fn nullable<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Default + Deserialize<'de>,
{
    Ok(Option::<T>::deserialize(deserializer)?.unwrap_or_default())
}

/// Reads one record.
///
/// # Errors
/// What is wrong with it, in words.
pub(crate) fn parse(bytes: &[u8]) -> Result<Advisory, String> {
    let raw: RawRecord = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
    if raw.id.is_empty() || raw.id.len() > 128 || raw.id.chars().any(char::is_control) {
        return Err("its `id` is empty, too long or holds control characters".to_owned());
    }
    let mut foreign = Vec::new();
    let mut affected = Vec::new();
    for row in raw.affected {
        // Without a package it is about commits of a repository alone.
        let Some(package) = row.package else { continue };
        match Ecosystem::from_osv(&package.ecosystem) {
            Some(ecosystem) => affected.push(Affected {
                ecosystem,
                name: ecosystem.normalised(&package.name),
                ranges: row.ranges.into_iter().map(range).collect(),
                versions: row.versions,
                rating: rating(&row.severity),
            }),
            None => foreign.push(package.ecosystem),
        }
    }
    foreign.sort();
    foreign.dedup();
    let word = raw.database_specific.get("severity").and_then(serde_json::Value::as_str);
    let mut aliases = raw.aliases;
    aliases.retain(|alias| !alias.is_empty() && *alias != raw.id);
    Ok(Advisory {
        rating: rating(&raw.severity).or_else(|| word.and_then(severity::from_word)),
        summary: summary(&raw.summary, &raw.details),
        references: raw.references.into_iter().map(|r| r.url).filter(|url| web(url)).collect(),
        published: raw.published.parse().ok(),
        modified: raw.modified.parse().ok(),
        withdrawn: raw.withdrawn.is_some_and(|at| !at.is_empty()),
        id: raw.id,
        aliases,
        affected,
        foreign,
    })
}

fn rating(rows: &[RawSeverity]) -> Option<Rating> {
    severity::best(rows.iter().map(|row| row.score.as_str()))
}

/// Only what a reader may follow is shown as a reference.
fn web(url: &str) -> bool {
    (url.starts_with("https://") || url.starts_with("http://"))
        && !url.chars().any(|c| c.is_control() || c.is_whitespace())
}

fn range(raw: RawRange) -> Range {
    let kind = match raw.kind.as_str() {
        "ECOSYSTEM" => RangeKind::Ecosystem,
        "SEMVER" => RangeKind::Semver,
        "GIT" => RangeKind::Git,
        _ => RangeKind::Other(raw.kind),
    };
    let mut events = Vec::with_capacity(raw.events.len());
    for event in raw.events {
        let before = events.len();
        // One object is one event; where a feed puts several into one, all of them count.
        events.extend(event.introduced.map(Event::Introduced));
        events.extend(event.fixed.map(Event::Fixed));
        events.extend(event.last_affected.map(Event::LastAffected));
        events.extend(event.limit.map(Event::Limit));
        if events.len() == before {
            events.push(Event::Other);
        }
    }
    Range { kind, events }
}

fn summary(summary: &str, details: &str) -> String {
    let text = if summary.trim().is_empty() { details } else { summary };
    let line: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= SUMMARY_CHARS_MAX {
        return line;
    }
    let mut short: String = line.chars().take(SUMMARY_CHARS_MAX).collect();
    short.push('…');
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_fields_and_words_survive_and_nulls_are_nothing() {
        let text = br#"{"id":"X-1","aliases":null,"new":[1],"modified":"2024-01-02T03:04:05Z",
            "affected":[{"package":{"ecosystem":"Debian:11","name":"a"}},
            {"package":{"ecosystem":"PyPI","name":"A_b","purl":"x"},"versions":null,
             "ranges":[{"type":"LUNAR","events":[{"introduced":"0"},{"waning":"3"}]}]}]}"#;
        let advisory = parse(text).expect("read");
        assert_eq!(advisory.foreign, ["Debian:11"]);
        assert_eq!(advisory.affected[0].name, "a-b");
        assert_eq!(
            advisory.affected[0].ranges[0],
            Range {
                kind: RangeKind::Other("LUNAR".to_owned()),
                events: vec![Event::Introduced("0".to_owned()), Event::Other],
            }
        );
    }

    #[test]
    fn what_is_needed_and_wrong_is_named() {
        assert!(parse(b"{}").expect_err("no id").contains("missing field `id`"));
        assert!(parse(br#"{"id":""}"#).expect_err("empty").contains("`id` is empty"));
        assert!(
            parse(br#"{"id":"X","affected":"PyPI"}"#).expect_err("type").contains("invalid type")
        );
        assert!(parse(&b"[".repeat(100_000)).is_err());
    }
}
