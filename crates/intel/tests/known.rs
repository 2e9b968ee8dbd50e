//! Known answers over real advisories, where the shared reference data is at hand.

#![expect(clippy::print_stdout, reason = "a test that is skipped says so")]

use std::collections::{BTreeSet, HashSet};
use std::path::{Path, PathBuf};

use annex_intel::{Database, Importer, Limits, Report};
use annex_isms::{Dependency, Ecosystem, Instant};

/// A file of the reference data; `None`, and a line that says so, where it is absent.
fn data(name: &str) -> Option<PathBuf> {
    let root = std::env::var_os("ANNEX_SHARED_DATA").map_or_else(
        || {
            Path::new(&std::env::var("CARGO_MANIFEST_DIR").expect("cargo sets it"))
                .join("../../../shared/data")
        },
        PathBuf::from,
    );
    let path = root.join("osv").join(name);
    if path.is_file() {
        return Some(path);
    }
    println!("skipped: there is no {name} in the reference data (ANNEX_SHARED_DATA)");
    None
}

fn database(names: &[&str]) -> Option<Database> {
    let mut importer = Importer::new(Limits::default());
    for name in names {
        importer.add(&data(name)?).expect("a source");
    }
    Some(importer.finish())
}

fn at() -> Instant {
    "2026-11-22T00:00:00Z".parse().expect("an instant")
}

fn asked(database: &Database, ecosystem: Ecosystem, name: &str, version: &str) -> Report {
    database.check(&[Dependency::new(ecosystem, name, Some(version))], at())
}

#[test]
fn python_advisories() {
    let Some(database) = database(&["osv-pypi-all.jsonl.gz"]) else { return };
    let coverage = database.coverage();
    let pypi = &coverage.ecosystems[&Ecosystem::Pypi];
    assert_eq!((pypi.records, pypi.withdrawn, coverage.unreadable), (2_651, 10, 0));
    assert_eq!(coverage.newest.map(|at| at.date().to_string()).as_deref(), Some("2024-10-10"));
    let langchain = asked(&database, Ecosystem::Pypi, "LangChain", "0.0.200");
    assert_eq!(langchain.matches.len(), 11);
    assert_eq!(langchain.unknown, []);
    assert_eq!(langchain.age_days, Some(772));
    for (name, version) in [("transformers", "4.36.0"), ("torch", "2.1.0"), ("litellm", "1.30.0")] {
        let report = asked(&database, Ecosystem::Pypi, name, version);
        assert_eq!((report.matches.len(), report.unknown.len()), (0, 0), "{name}");
        assert!(report.age_days.is_some_and(|days| days > 365), "the age is part of the answer");
    }
}

#[test]
fn a_source_within_another_adds_nothing() {
    let Some(both) = database(&["osv-pypi-all.jsonl.gz", "osv.jsonl.gz"]) else { return };
    let coverage = both.coverage();
    assert_eq!(coverage.ecosystems[&Ecosystem::Pypi].records, 2_651);
    assert_eq!((coverage.repeated, coverage.sources.len()), (1_022, 2));
    assert_eq!(asked(&both, Ecosystem::Pypi, "langchain", "0.0.200").matches.len(), 11);
}

#[test]
fn rust_advisories() {
    let Some(database) = database(&["osv-rustsec-all.jsonl.gz"]) else { return };
    assert_eq!(database.coverage().unreadable, 0);
    let ids = |name: &str, version: &str| {
        let report = asked(&database, Ecosystem::Crates, name, version);
        report.matches.iter().map(|found| found.id.clone()).collect::<Vec<_>>()
    };
    assert_eq!(ids("rocket", "0.4.5-rc.1").len(), 2);
    assert_eq!(ids("rocket", "0.4.6"), ["GHSA-vcw4-8ph6-7vw8"]);
    assert_eq!(ids("rocket", "0.4.7"), Vec::<String>::new());
    // The advisory names neither versions nor ranges: that is not clean.
    let time = asked(&database, Ecosystem::Crates, "time", "0.2.22");
    assert_eq!((time.matches.len(), time.unknown.len()), (0, 1));
    assert!(time.unknown[0].why.to_string().starts_with("RUSTSEC-2020-0071 names neither"));
}

/// Every version that an advisory lists must be found, whatever its ranges say.
#[test]
fn every_listed_version_is_found() {
    use std::io::Read as _;
    let Some(path) = data("osv-pypi-all.jsonl.gz") else { return };
    let Some(database) = database(&["osv-pypi-all.jsonl.gz"]) else { return };
    let mut text = String::new();
    let file = std::fs::File::open(path).expect("open");
    flate2::read::GzDecoder::new(file).read_to_string(&mut text).expect("read");
    let mut listed: Vec<(String, Dependency)> = Vec::new();
    for line in text.lines() {
        let record: serde_json::Value = serde_json::from_str(line).expect("json");
        if !record["withdrawn"].is_null() {
            continue;
        }
        let id = record["id"].as_str().expect("an id");
        for affected in record["affected"].as_array().into_iter().flatten() {
            let name = affected["package"]["name"].as_str().expect("a name");
            for version in affected["versions"].as_array().into_iter().flatten().step_by(7) {
                let version = version.as_str().expect("a version");
                let dependency = Dependency::new(Ecosystem::Pypi, name, Some(version));
                listed.push((id.to_owned(), dependency));
            }
        }
    }
    let asked: BTreeSet<&Dependency> = listed.iter().map(|(_, dependency)| dependency).collect();
    let asked: Vec<Dependency> = asked.into_iter().cloned().collect();
    let report = database.check(&asked, at());
    let hits: HashSet<(&str, &Dependency)> = report
        .matches
        .iter()
        .flat_map(|m| m.ranges.iter().map(|range| (range.id.as_str(), &m.dependency)))
        .collect();
    let unread: BTreeSet<&Dependency> = report
        .unknown
        .iter()
        .filter(|row| matches!(row.why, annex_intel::Why::NotAVersion { .. }))
        .map(|row| &row.dependency)
        .collect();
    let mut found = 0;
    for (id, dependency) in &listed {
        if !unread.contains(dependency) {
            assert!(hits.contains(&(id.as_str(), dependency)), "{id}: {dependency:?}");
            found += 1;
        }
    }
    println!("{found} listed versions found, {} are no versions", unread.len());
    assert!(found > 10_000 && unread.len() < found / 100, "{found}, {}", unread.len());
}

/// From a lock file to a report: the one of this workspace, which is always at hand.
#[test]
fn the_lock_file_of_this_workspace_is_read_and_checked() {
    let root =
        Path::new(&std::env::var("CARGO_MANIFEST_DIR").expect("cargo sets it")).join("../..");
    let locked =
        annex_intel::lock::read_file(&root, "Cargo.lock", &Limits::default()).expect("Cargo.lock");
    assert!(locked.dependencies.len() > 100 && locked.notes.is_empty());
    let serde = locked.dependencies.iter().find(|row| row.name == "serde").expect("serde");
    assert_eq!(serde.direct, Some(true));
    let place = serde.locations.first().expect("a place");
    let text = std::fs::read_to_string(root.join("Cargo.lock")).expect("Cargo.lock");
    let line = place.line.and_then(|line| usize::try_from(line).ok()).expect("a line");
    assert_eq!(text.lines().nth(line - 1), Some("name = \"serde\""));
    let Some(database) = database(&["osv-rustsec-all.jsonl.gz"]) else { return };
    let report = database.check(&locked.dependencies, at());
    assert_eq!(report.dependencies, locked.dependencies.len() as u64);
    // Every version of a lock file of Cargo is one that can be compared.
    assert!(
        !report.unknown.iter().any(|row| matches!(row.why, annex_intel::Why::NotAVersion { .. }))
    );
}
