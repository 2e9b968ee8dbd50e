//! A repository of ten thousand files and eighty megabytes, one file in ten with something of AI.
//!
//! `cargo bench -p annex-discover`. `ANNEX_BENCH_REPOSITORY` names a folder to scan instead.

use std::fmt::Write as _;
use std::fs;
use std::hint::black_box;
use std::path::{Path, PathBuf};

use annex_discover::{Known, Limits, Options, scan};
use annex_isms::Instant;
use criterion::{Criterion, SamplingMode, criterion_group, criterion_main};

const FILES: usize = 10_000;
const FILE_BYTES: usize = 8_000;

/// Ordinary code of each language, without AI.
fn ordinary(end: &str, number: usize) -> String {
    let mut text = String::new();
    let mut line = 0;
    while text.len() < FILE_BYTES {
        line += 1;
        let written = match end {
            "py" => writeln!(
                text,
                "def total_{line}(rows, rate={number}):\n    amount = sum(row[\"price\"] * rate for row in rows)\n    return {{\"amount\": amount, \"label\": \"sum {line}\"}}\n"
            ),
            "tsx" => writeln!(
                text,
                "export function total{line}(rows: Row[], rate = {number}): Total {{\n  const amount = rows.map((row) => row.price * rate).reduce((a, b) => a + b, 0);\n  return {{ amount, label: \"sum {line}\" }};\n}}\n"
            ),
            "go" if text.is_empty() => writeln!(text, "package total\n"),
            "go" => writeln!(
                text,
                "func Total{line}(rows []Row) Total {{\n\tamount := {number}\n\tfor _, row := range rows {{\n\t\tamount += row.Price\n\t}}\n\treturn Total{{Amount: amount, Label: \"sum {line}\"}}\n}}\n"
            ),
            _ => writeln!(
                text,
                "pub fn total_{line}(rows: &[Row]) -> Total {{\n    let amount: u64 = rows.iter().map(|row| row.price * {number}).sum();\n    Total {{ amount, label: \"sum {line}\".to_owned() }}\n}}\n"
            ),
        };
        written.expect("text");
    }
    text
}

fn repository(root: &Path) {
    let fixtures = Path::new(&std::env::var("CARGO_MANIFEST_DIR").expect("cargo sets it"))
        .join("tests/fixtures");
    let sources = [("python", "py"), ("typescript", "tsx"), ("go", "go"), ("rust", "rs")];
    for number in 0..FILES {
        let (language, end) = sources[number % sources.len()];
        let folder = root.join(format!("{language}/part{}", number / 100));
        fs::create_dir_all(&folder).expect("a folder");
        let mut text = ordinary(end, number);
        if number % 10 < 4 && number % 40 < 4 * 4 && number % 3 == 0 {
            let own = first_source(&fixtures.join(language), end);
            text.push_str(&own);
        }
        fs::write(folder.join(format!("file{number}.{end}")), text).expect("a file");
    }
}

/// The first source file of a fixture.
fn first_source(folder: &Path, end: &str) -> String {
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        let mut entries: Vec<PathBuf> =
            fs::read_dir(folder).expect("a folder").map(|e| e.expect("an entry").path()).collect();
        entries.sort();
        for path in entries {
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|own| own == end) {
                return fs::read_to_string(path).expect("a file");
            }
        }
    }
    panic!("no source of {end}")
}

fn known() -> Known {
    #[derive(serde::Deserialize)]
    struct Rows {
        #[serde(default)]
        package: Vec<annex_discover::KnownPackage>,
        #[serde(default)]
        provider: Vec<annex_discover::KnownProvider>,
    }
    let rows = |file: &str| -> Rows {
        let path = Path::new(&std::env::var("CARGO_MANIFEST_DIR").expect("cargo sets it"))
            .join("../../catalog")
            .join(file);
        toml::from_str(&fs::read_to_string(path).expect("the catalogue")).expect("TOML")
    };
    Known { packages: rows("packages.toml").package, providers: rows("providers.toml").provider }
}

fn scanning(criterion: &mut Criterion) {
    let made = tempfile::tempdir().expect("a folder");
    let root = std::env::var_os("ANNEX_BENCH_REPOSITORY").map_or_else(
        || {
            repository(made.path());
            made.path().to_owned()
        },
        PathBuf::from,
    );
    let known = known();
    let options = Options {
        repository: Some("acme/bench".to_owned()),
        clock: &|| Instant::from_microseconds(0),
    };
    let mut group = criterion.benchmark_group("discover");
    group.sampling_mode(SamplingMode::Flat).sample_size(10);
    group.bench_function("a repository", |bencher| {
        bencher.iter(|| {
            let batch = scan(&root, &known, &Limits::default(), &options, &mut |_| {});
            black_box(batch.expect("a scan"))
        });
    });
    group.finish();
}

criterion_group!(benches, scanning);
criterion_main!(benches);
