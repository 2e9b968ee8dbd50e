//! Orders and ranges against the libraries that define them, over versions that nobody chose.
//!
//! `bench/versions/generate.py` draws versions and ranges from a seed and asks `packaging` of
//! Python and `semver` of npm. Where these cannot be had, the test says that it was skipped; with
//! `ANNEX_TEST_VERSIONS=1` it fails instead. `ANNEX_TEST_VERSIONS_SEED` draws others.

#![expect(clippy::print_stdout, reason = "a test that is skipped, and its seed, must be seen")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use annex_intel::version::{Scheme, Version};
use annex_intel::{Importer, Limits};
use annex_isms::{Dependency, Ecosystem};

/// How many orders, and how many ranges, are drawn of each ecosystem.
const ROWS: &str = "5000";

#[test]
fn random_orders_and_ranges_are_those_of_the_libraries() {
    let seed = std::env::var("ANNEX_TEST_VERSIONS_SEED").unwrap_or_else(|_| "1".to_owned());
    let table = match table(&seed) {
        Ok(table) => table,
        Err(why) if std::env::var("ANNEX_TEST_VERSIONS").is_ok_and(|value| value == "1") => {
            panic!("no libraries: {why}")
        }
        Err(why) => {
            println!("SKIPPED: no libraries: {why}");
            return;
        }
    };
    let (mut orders, mut wrong, mut ranges) = (0, Vec::new(), Vec::new());
    let facts = table.lines().filter(|line| !line.starts_with('#') && !is_rounded(line));
    for line in facts {
        let fields: Vec<&str> = line.split('\t').collect();
        let ecosystem: Ecosystem = fields[1].parse().expect("an ecosystem");
        let read = |text| Version::parse(Scheme::of(ecosystem), text).expect(line);
        match fields.as_slice() {
            ["order", _, left, right, order] => {
                orders += 1;
                let found = read(left).compare(&read(right)).expect("one scheme");
                if (found as i8).to_string() != *order {
                    wrong.push(line.to_owned());
                }
            }
            ["range", _, version, events, inside] => {
                ranges.push((ecosystem, *version, *events, *inside == "true"));
            }
            _ => {}
        }
    }
    wrong.extend(outside(&ranges));
    println!("seed {seed}: {orders} orders and {} ranges", ranges.len());
    assert!(orders >= 8_000 && ranges.len() >= 5_000, "{orders} {}", ranges.len());
    assert!(wrong.is_empty(), "seed {seed}: {} do not hold: {wrong:#?}", wrong.len());
}

/// Whether npm's library reads a number of the line as a float that cannot hold it, and so takes
/// different versions for one. Here they are compared as the numbers they are.
fn is_rounded(line: &str) -> bool {
    /// Every number of as many digits is exact in a float of 64 bits.
    const DIGITS_MAX: usize = 15;
    let mut numbers = line.split(|c: char| !c.is_ascii_digit());
    line.contains("\tnpm\t") && numbers.any(|digits| digits.len() > DIGITS_MAX)
}

/// The ranges that are decided otherwise than the libraries do: each is an advisory on a package
/// of its own, and all of them are checked at once.
fn outside(ranges: &[(Ecosystem, &str, &str, bool)]) -> Vec<String> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("ranges.jsonl");
    let record = |(at, (ecosystem, _, events, _)): (usize, &(Ecosystem, &str, &str, bool))| {
        let events: Vec<_> = events
            .split(';')
            .map(|event| event.split_once('=').expect("an event"))
            .map(|(kind, version)| serde_json::json!({ kind: version }))
            .collect();
        serde_json::json!({
            "id": format!("X-{at}"),
            "affected": [{
                "package": { "ecosystem": ecosystem.osv(), "name": format!("p{at}") },
                "ranges": [{ "type": "ECOSYSTEM", "events": events }],
            }],
        })
        .to_string()
    };
    let lines: Vec<String> = ranges.iter().enumerate().map(record).collect();
    std::fs::write(&path, lines.join("\n")).expect("the ranges");
    let mut importer = Importer::new(Limits::default());
    importer.add(&path).expect("a source");
    let asked: Vec<Dependency> = ranges
        .iter()
        .enumerate()
        .map(|(at, (ecosystem, version, ..))| {
            Dependency::new(*ecosystem, &format!("p{at}"), Some(version))
        })
        .collect();
    let at = "2026-01-01T00:00:00Z".parse().expect("an instant");
    let report = importer.finish().check(&asked, at);
    let hits: BTreeSet<&str> = report.matches.iter().map(|found| found.id.as_str()).collect();
    let unknown: BTreeMap<&str, String> = report
        .unknown
        .iter()
        .map(|row| (row.dependency.name.as_str(), row.why.to_string()))
        .collect();
    let decided =
        |(at, (ecosystem, version, events, inside)): (usize, &(Ecosystem, &str, &str, bool))| {
            let why = unknown.get(format!("p{at}").as_str());
            let same = hits.contains(format!("X-{at}").as_str()) == *inside && why.is_none();
            (!same)
                .then(|| format!("{ecosystem} {version} in {events}: {inside}, not so ({why:?})"))
        };
    ranges.iter().enumerate().filter_map(decided).collect()
}

/// The facts of a seed, from libraries that are installed once below the target folder.
fn table(seed: &str) -> Result<String, String> {
    let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join("version-libraries");
    let python = home.join("bin/python");
    let done = home.join("installed");
    if !done.is_file() {
        run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&home))?;
        let install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
        run(Command::new(&python).args(install).arg("packaging"))?;
        run(Command::new("npm").args(["install", "--silent", "semver", "--prefix"]).arg(&home))?;
        std::fs::write(&done, "").map_err(|error| error.to_string())?;
    }
    let script: PathBuf = Path::new(&std::env::var("CARGO_MANIFEST_DIR").expect("cargo sets it"))
        .join("../../bench/versions/generate.py");
    let rows = ["--seed", seed, "--orders", ROWS, "--ranges", ROWS];
    run(Command::new(&python).arg(script).args(rows).arg(home.join("node_modules")))
}

fn run(command: &mut Command) -> Result<String, String> {
    let output = command.output().map_err(|error| format!("{command:?}: {error}"))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    Err(format!("{command:?}: {}", String::from_utf8_lossy(&output.stderr)))
}
