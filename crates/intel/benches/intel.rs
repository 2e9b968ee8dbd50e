//! How long an import and a check take, over real advisories where they are at hand.

#![expect(clippy::print_stderr, reason = "a measurement that is skipped says so")]

use std::path::{Path, PathBuf};

use annex_intel::{Database, Importer, Limits};
use annex_isms::{Dependency, Ecosystem, Instant};
use criterion::{Criterion, criterion_group, criterion_main};

const DEPENDENCIES: usize = 5_000;

fn data() -> Option<PathBuf> {
    let root = std::env::var_os("ANNEX_SHARED_DATA").map_or_else(
        || {
            Path::new(&std::env::var("CARGO_MANIFEST_DIR").expect("cargo sets it"))
                .join("../../../shared/data")
        },
        PathBuf::from,
    );
    Some(root.join("osv/osv-pypi-all.jsonl.gz")).filter(|path| path.is_file())
}

fn imported(path: &Path) -> Database {
    let mut importer = Importer::new(Limits::default());
    importer.add(path).expect("a source");
    importer.finish()
}

/// Names that have advisories, and as many that have none.
fn dependencies() -> Vec<Dependency> {
    const KNOWN: [&str; 10] = [
        "tensorflow",
        "django",
        "langchain",
        "pillow",
        "ansible",
        "vyper",
        "gradio",
        "mlflow",
        "requests",
        "torch",
    ];
    (0..DEPENDENCIES)
        .map(|at| {
            let name = match at % 2 {
                0 => KNOWN[at / 2 % KNOWN.len()].to_owned(),
                _ => format!("package-{at}"),
            };
            let version = format!("{}.{}.{}", at % 5, at % 11, at % 7);
            Dependency::new(Ecosystem::Pypi, &name, Some(&version))
        })
        .collect()
}

fn intel(criterion: &mut Criterion) {
    let Some(path) = data() else {
        eprintln!("skipped: there are no advisories in the reference data (ANNEX_SHARED_DATA)");
        return;
    };
    criterion.bench_function("import of 2,661 records", |bench| bench.iter(|| imported(&path)));
    let (database, dependencies) = (imported(&path), dependencies());
    let at: Instant = "2026-01-01T00:00:00Z".parse().expect("an instant");
    criterion.bench_function("check of 5,000 dependencies", |bench| {
        bench.iter(|| database.check(&dependencies, at));
    });
}

criterion_group!(benches, intel);
criterion_main!(benches);
