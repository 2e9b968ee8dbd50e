//! Advisories, versions, lock files and statements that anyone may have written.

use std::cmp::Ordering;

use annex_intel::lock;
use annex_intel::version::{Scheme, Version};
use annex_intel::vex::Document;
use annex_intel::{Importer, Limits};
use annex_isms::{Dependency, Ecosystem, Instant};

/// One name for each way in which a lock file is read; the first byte chooses.
const NAMES: [&str; 24] = [
    "requirements.txt",
    "poetry.lock",
    "uv.lock",
    "pdm.lock",
    "pylock.toml",
    "Pipfile.lock",
    "conda-lock.yml",
    "environment.yml",
    "package-lock.json",
    "npm-shrinkwrap.json",
    "yarn.lock",
    "pnpm-lock.yaml",
    "bun.lock",
    "Cargo.lock",
    "go.mod",
    "go.sum",
    "pom.xml",
    "gradle.lockfile",
    "libs.versions.toml",
    "packages.lock.json",
    "packages.config",
    "app.csproj",
    "Directory.Packages.props",
    "environment.yaml",
];

const SCHEMES: [Scheme; 4] = [Scheme::Pep440, Scheme::Semantic, Scheme::Nuget, Scheme::Maven];

/// Small limits, so that the fuzzer finds them.
fn limits() -> Limits {
    Limits { record_bytes_max: 4 << 10, unpacked_bytes_max: 64 << 10, ..Limits::default() }
}

/// A lock file is read or refused, twice in the same way, and every dependency has a place in it
/// and either a version or none with what stands for it.
///
/// # Panics
///
/// When that is not so.
pub fn intel_lock(bytes: &[u8]) {
    let Some((first, rest)) = bytes.split_first() else {
        return;
    };
    let name = NAMES[usize::from(*first) % NAMES.len()];
    let text = String::from_utf8_lossy(rest);
    let once = lock::read(name, &text, &limits());
    let again = lock::read(name, &text, &limits());
    match (once, again) {
        (Ok(once), Ok(again)) => {
            assert_eq!(once, again);
            // A place is told apart from the text's end: lines are counted as editors do.
            let lines = u32::try_from(text.split('\n').count()).expect("short");
            for row in once.dependencies {
                assert!(!row.name.is_empty(), "no name");
                assert!(row.version.is_none() || row.constraint.is_none(), "{row:?}");
                let line = row.locations.first().and_then(|place| place.line).expect("a line");
                assert!((1..=lines.max(1)).contains(&line), "{row:?} of {lines} lines");
            }
        }
        (Err(once), Err(again)) => assert_eq!(once.to_string(), again.to_string()),
        _ => panic!("read once and refused once"),
    }
}

/// A record is counted as read or as unreadable, and what is read can be asked about: each
/// dependency is matched, unknown or clean, and the same twice.
///
/// # Panics
///
/// When that is not so.
pub fn intel_osv(bytes: &[u8]) {
    let ends = ["a.json", "a.jsonl", "a.jsonl.gz", "a.zip", "a.tar.gz"];
    let Some((first, rest)) = bytes.split_first() else {
        return;
    };
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join(ends[usize::from(*first) % ends.len()]);
    std::fs::write(&path, rest).expect("written");
    let mut importer = Importer::new(limits());
    importer.add(&path).expect("a known end of a name");
    let database = importer.finish();
    let coverage = database.coverage();
    assert_eq!(coverage.unreadable, coverage.sources[0].unreadable);
    let dependencies = [
        Dependency::new(Ecosystem::Pypi, "torch", Some("1.0")),
        Dependency::new(Ecosystem::Npm, "ai", Some("1.0.0-rc.1")),
        Dependency::new(Ecosystem::Maven, "g:a", Some("1.0-SNAPSHOT")),
    ];
    let at = Instant::from_microseconds(0);
    let report = database.check(&dependencies, at);
    assert_eq!(report, database.check(&dependencies, at));
    for dependency in &dependencies {
        let covered =
            coverage.ecosystems.get(&dependency.ecosystem).is_some_and(|row| row.records > 0);
        assert!(covered || report.unknown.iter().any(|row| row.dependency == *dependency));
    }
    let _ = annex_intel::sarif::document(&report, "0").to_string();
}

/// The order of versions is an order: a version is itself, two are the same seen from both
/// sides, and of three the order carries over. Three lines are three versions.
///
/// # Panics
///
/// When that is not so.
pub fn intel_version(bytes: &[u8]) {
    let Some((first, rest)) = bytes.split_first() else {
        return;
    };
    let scheme = SCHEMES[usize::from(*first) % SCHEMES.len()];
    let text = String::from_utf8_lossy(rest);
    let read: Vec<Version> =
        text.lines().take(3).filter_map(|line| Version::parse(scheme, line).ok()).collect();
    let order = |a: &Version, b: &Version| a.compare(b).expect("one scheme");
    for a in &read {
        assert_eq!(order(a, a), Ordering::Equal);
        for b in &read {
            assert_eq!(order(a, b), order(b, a).reverse(), "{text}");
            for c in &read {
                // Maven's own order does not carry over: `2ga` = `2` < `2.x-a` < `2ga`.
                if scheme != Scheme::Maven && order(a, b).is_le() && order(b, c).is_le() {
                    assert!(order(a, c).is_le(), "{text}");
                }
            }
        }
    }
}

/// A document that is valid is still valid, and the same, after writing and reading.
///
/// # Panics
///
/// When that is not so.
pub fn intel_vex(bytes: &[u8]) {
    match Document::parse(bytes, &limits()) {
        Ok(document) => {
            let text = document.to_json().expect("what is valid can be written");
            let again = Document::parse(text.as_bytes(), &limits()).expect("what was written");
            assert_eq!(document, again);
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}
