//! What is answered of a dependency, and how the answer is named.

use super::*;
use crate::database::Importer;
use crate::limits::Limits;

fn database(lines: &str) -> Database {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("a.jsonl");
    std::fs::write(&path, lines).expect("write");
    let mut importer = Importer::new(Limits::default());
    importer.add(&path).expect("a source");
    let database = importer.finish();
    assert_eq!(database.coverage().unreadable, 0);
    database
}

const RECORDS: &str = r#"
{"id":"PYSEC-1","modified":"2024-05-01T00:00:00Z","published":"2023-01-01T00:00:00Z","aliases":["CVE-1"],"details":"First  line\nand second","affected":[{"package":{"ecosystem":"PyPI","name":"Some_Thing"},"ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"1.0"},{"fixed":"1.5"}]}]}]}
{"id":"GHSA-1","modified":"2024-06-01T00:00:00Z","published":"2023-02-01T00:00:00Z","aliases":["CVE-1"],"summary":"A summary","severity":[{"type":"CVSS_V3","score":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}],"references":[{"type":"WEB","url":"https://x.example/1"},{"type":"WEB","url":"javascript:alert(1)"}],"affected":[{"package":{"ecosystem":"PyPI","name":"some-thing"},"ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"1.0"},{"fixed":"1.4"}]}]}]}
{"id":"GHSA-2","modified":"2024-06-01T00:00:00Z","affected":[{"package":{"ecosystem":"PyPI","name":"some-thing"},"ranges":[{"type":"GIT","events":[{"introduced":"0"}]}]}]}
"#;

fn asked(version: Option<&str>) -> Report {
    let at = "2026-06-01T00:00:00Z".parse().expect("an instant");
    database(RECORDS.trim()).check(&[Dependency::new(Ecosystem::Pypi, "some.thing", version)], at)
}

#[test]
fn aliases_are_one_match_that_keeps_what_each_says() {
    let report = asked(Some("1.4.2"));
    assert_eq!(report.matches.len(), 1);
    let found = &report.matches[0];
    assert_eq!(
        (found.id.as_str(), found.aliases.join(" ")),
        ("GHSA-1", "CVE-1 PYSEC-1".to_owned())
    );
    assert_eq!(&*found.summary, "A summary");
    assert_eq!(found.rating.as_ref().and_then(|rating| rating.score_tenths), Some(98));
    assert_eq!(found.fixed.iter().map(String::as_str).collect::<Vec<_>>(), ["1.4", "1.5"]);
    let ranges: Vec<_> = found
        .ranges
        .iter()
        .map(|row| (row.id.as_str(), row.words.join(";"), row.affected))
        .collect();
    assert_eq!(
        ranges,
        [
            ("GHSA-1", ">= 1.0, < 1.4".to_owned(), Some(false)),
            ("PYSEC-1", ">= 1.0, < 1.5".to_owned(), Some(true)),
        ]
    );
    assert_eq!(found.references.len(), 1);
    assert_eq!(found.published.map(|at| at.date().to_string()).as_deref(), Some("2023-01-01"));
    assert_eq!(report.unknown[0].why.to_string(), "GHSA-2 is given by commits alone");
    assert_eq!((report.age_days, report.dependencies), (Some(730), 1));
}

#[test]
fn what_is_not_known_is_never_clean() {
    let whys = |dependency: Dependency| {
        let at = "2026-06-01T00:00:00Z".parse().expect("an instant");
        let report = database(RECORDS.trim()).check(&[dependency], at);
        assert!(report.matches.is_empty());
        let whys: Vec<String> = report.unknown.iter().map(|row| row.why.to_string()).collect();
        (whys.join(";"), report.age_days)
    };
    let mut ranged = Dependency::new(Ecosystem::Pypi, "some-thing", None);
    ranged.constraint = Some(">=1.0".to_owned());
    assert_eq!(whys(ranged), ("no exact version is fixed, only `>=1.0`".to_owned(), Some(730)));
    let (why, _) = whys(Dependency::new(Ecosystem::Pypi, "some-thing", Some("latest")));
    assert!(why.starts_with("`latest` is not a version"), "{why}");
    let npm = whys(Dependency::new(Ecosystem::Npm, "some-thing", Some("1.0.0")));
    assert_eq!(npm, ("the database holds no advisories of its ecosystem".to_owned(), None));
    let (why, _) = whys(Dependency::new(Ecosystem::Pypi, "other", Some("1.0.0")));
    assert_eq!(why, "", "known and clean as far as the database goes");
}

#[test]
fn a_report_reads_back() {
    let report = asked(Some("1.4.2"));
    let text = serde_json::to_string(&report).expect("json");
    assert_eq!(serde_json::from_str::<Report>(&text).expect("read"), report);
}
