//! A report as SARIF 2.1.0, in the form that pages for code scanning take.
//!
//! A rule is a vulnerability, a result is that vulnerability in one dependency. The fingerprint
//! is made of vulnerability, package and file, and not of version or line, so that a result is
//! the same one after an update that does not fix it. What a statement decided is in the results
//! too, suppressed with its reason. What is unknown becomes notifications of the run: they say
//! that the absence of results is not the absence of vulnerabilities.

use std::collections::BTreeMap;

use annex_isms::{Digest, Severity};
use serde_json::{Value, json};

use crate::report::{Match, Report, State};
use crate::vex::Status;

/// Where the schema of the format is published.
const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";
/// How many places one result names.
const LOCATIONS_MAX: usize = 100;

/// The document. `version` is that of the program that shows itself as the tool.
pub fn document(report: &Report, version: &str) -> Value {
    let mut rules: BTreeMap<&str, &Match> = BTreeMap::new();
    for row in &report.matches {
        // The worst comes first, so the rule has the worst rating.
        rules.entry(&row.id).or_insert(row);
    }
    let places: BTreeMap<&str, usize> = rules.keys().zip(0..).map(|(id, at)| (*id, at)).collect();
    let results: Vec<Value> = report
        .matches
        .iter()
        .map(|row| result(row, places.get(row.id.as_str()).copied()))
        .collect();
    let unread = report.coverage.unreadable;
    let mut notifications = vec![notification("note", &age(report))];
    if unread > 0 {
        let words = format!("{unread} advisories could not be read");
        notifications.push(notification("warning", &words));
    }
    notifications.extend(report.unknown.iter().map(|row| {
        let mut entry = notification("warning", &format!("{}: {}", row.dependency.purl(), row.why));
        entry["locations"] = locations(&row.dependency);
        entry
    }));
    json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "annex-intel",
                "version": version,
                "rules": rules.values().map(|row| rule(row)).collect::<Vec<_>>(),
            } },
            "columnKind": "unicodeCodePoints",
            "results": results,
            "invocations": [{
                "executionSuccessful": true,
                "endTimeUtc": report.at.to_string(),
                "toolExecutionNotifications": notifications,
            }],
            "properties": {
                "ageDays": report.age_days,
                "databaseDigest": report.coverage.digest.to_string(),
                "dependencies": report.dependencies,
                "unknown": report.unknown.len(),
            },
        }],
    })
}

fn age(report: &Report) -> String {
    let covered: Vec<String> = report
        .coverage
        .ecosystems
        .iter()
        .map(|(ecosystem, row)| format!("{} of {}", row.records, ecosystem.osv()))
        .collect();
    let covered = if covered.is_empty() { "no ecosystem".to_owned() } else { covered.join(", ") };
    match report.age_days {
        Some(days) => format!("The advisories are {days} days old and cover {covered}"),
        None => format!("The age of the advisories is not known; they cover {covered}"),
    }
}

fn notification(level: &str, text: &str) -> Value {
    json!({ "level": level, "message": { "text": text } })
}

fn rule(row: &Match) -> Value {
    let rating = row.rating.as_ref();
    let mut properties = json!({ "tags": ["security", "vulnerability"] });
    if let Some(tenths) = rating.and_then(|rating| rating.score_tenths) {
        properties["security-severity"] = json!(format!("{}.{}", tenths / 10, tenths % 10));
    }
    let name = if row.summary.is_empty() { &row.id } else { &*row.summary };
    let mut rule = json!({
        "id": row.id,
        "shortDescription": { "text": format!("{}: {name}", row.id) },
        "fullDescription": { "text": name },
        "defaultConfiguration": { "level": level(row) },
        "properties": properties,
    });
    if let Some(reference) = row.references.first() {
        rule["helpUri"] = json!(reference);
    }
    rule
}

/// An unrated vulnerability is a warning: nobody said that it is harmless.
fn level(row: &Match) -> &'static str {
    match &row.rating {
        None => "warning",
        Some(rating) => match rating.severity {
            Some(Severity::Critical | Severity::High) => "error",
            Some(Severity::Medium) => "warning",
            Some(Severity::Low) | None => "note",
        },
    }
}

fn result(row: &Match, rule: Option<usize>) -> Value {
    let dependency = &row.dependency;
    let version = dependency.version.as_deref().unwrap_or_default();
    let fixed = if row.fixed.is_empty() {
        "no fixed version is known".to_owned()
    } else {
        format!("fixed in {}", row.fixed.iter().map(String::as_str).collect::<Vec<_>>().join(", "))
    };
    let others = if row.aliases.is_empty() {
        String::new()
    } else {
        format!(" ({})", row.aliases.join(", "))
    };
    let text = format!("{} {version} has {}{others}; {fixed}.", dependency.name, row.id);
    let mut result = json!({
        "ruleId": row.id,
        "level": level(row),
        "message": { "text": text },
        "locations": locations(dependency),
        "partialFingerprints": { "annexDependency/v1": fingerprint(row) },
        "properties": { "purl": dependency.purl() },
    });
    if let Some(at) = rule {
        result["ruleIndex"] = json!(at);
    }
    if let Some(suppression) = suppression(&row.state) {
        result["suppressions"] = json!([suppression]);
    }
    result
}

fn suppression(state: &State) -> Option<Value> {
    let status = match state.status {
        Status::NotAffected | Status::Fixed => "accepted",
        Status::UnderInvestigation => "underReview",
        Status::Affected => return None,
    };
    let statement = state.statement.as_ref()?;
    let word = statement.justification.map(|word| format!(" ({})", word.as_str()));
    let because = if statement.because.is_empty() { "" } else { ": " };
    let justification = format!(
        "{}{}{because}{}, stated by {} on {}",
        state.status.as_str(),
        word.unwrap_or_default(),
        statement.because,
        statement.author,
        statement.at.date()
    );
    Some(json!({ "kind": "external", "status": status, "justification": justification }))
}

fn fingerprint(row: &Match) -> String {
    let file = row.dependency.locations.first().map_or("", |place| place.path.as_str());
    let ecosystem = row.dependency.ecosystem.as_str();
    Digest::of_parts([row.id.as_str(), ecosystem, &row.dependency.name, file]).hex()
}

fn locations(dependency: &annex_isms::Dependency) -> Value {
    let rows = dependency.locations.iter().take(LOCATIONS_MAX).map(|place| {
        let mut physical = json!({ "artifactLocation": { "uri": uri(&place.path) } });
        if let Some(line) = place.line {
            physical["region"] = json!({ "startLine": line.max(1) });
        }
        json!({ "physicalLocation": physical })
    });
    Value::Array(rows.collect())
}

/// A path as a relative reference: what a URI does not allow is percent-encoded.
fn uri(path: &str) -> String {
    use std::fmt::Write as _;
    path.bytes().fold(String::with_capacity(path.len()), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~/!$&'()*+,;=@".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vex::Document;

    fn report() -> Report {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("a.jsonl");
        let record = |id: &str, more: &str| {
            format!(
                r#"{{"id":"{id}","modified":"2024-01-01T00:00:00Z"{more},"affected":[{{"package":{{"ecosystem":"PyPI","name":"torch"}},"ranges":[{{"type":"ECOSYSTEM","events":[{{"introduced":"0"}},{{"fixed":"2.2"}}]}}]}}]}}"#
            )
        };
        let rated = r#","summary":"It fails","severity":[{"type":"CVSS_V3","score":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}],"references":[{"type":"WEB","url":"https://x.example/1"}]"#;
        let lines = format!("{}\n{}\n", record("GHSA-1", rated), record("PYSEC-2", ""));
        std::fs::write(&path, lines).expect("write");
        let mut importer = crate::Importer::new(crate::Limits::default());
        importer.add(&path).expect("a source");
        let limits = crate::Limits::default();
        let text = "torch==2.1.0\nnumpy\n";
        let locked = crate::lock::read("my app/requirements.txt", text, &limits).expect("read");
        let at = "2026-06-01T00:00:00Z".parse().expect("an instant");
        let mut report = importer.finish().check(&locked.dependencies, at);
        let vex = r#"{"@context":"https://openvex.dev/ns/v0.2.0","@id":"urn:d","author":"A","timestamp":"2026-01-01T00:00:00Z","version":1,"statements":[{"vulnerability":{"name":"PYSEC-2"},"products":["pkg:pypi/torch"],"status":"not_affected","impact_statement":"never called"}]}"#;
        report.apply(&[Document::parse(vex.as_bytes(), &limits).expect("valid")], &[]);
        report
    }

    #[test]
    fn the_whole_document() {
        // Whether a map keeps its order depends on who else uses the JSON library.
        insta::with_settings!({ sort_maps => true }, {
            insta::assert_json_snapshot!(document(&report(), "0.1.0"));
        });
    }

    #[test]
    fn a_result_keeps_its_fingerprint_when_the_version_moves() {
        let mut report = report();
        let before = fingerprint(&report.matches[0]);
        report.matches[0].dependency.version = Some("2.1.1".to_owned());
        assert_eq!(fingerprint(&report.matches[0]), before);
        assert_ne!(fingerprint(&report.matches[1]), before);
    }
}
