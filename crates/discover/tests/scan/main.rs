//! Whole scans: small applications of our own, and trees that are made to be difficult.

mod cloud;
mod constructs;
mod flows;
mod host;
mod infra;
mod machine;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use annex_discover::{
    ATTRIBUTES, DiscoverError, Known, KnownPackage, KnownProvider, Limits, Options, scan,
};
use annex_isms::observation::{ObservationBatch, Seen};
use annex_isms::{Instant, SubjectKind};
use proptest::prelude::*;

#[derive(serde::Deserialize)]
struct Catalog {
    #[serde(default)]
    package: Vec<KnownPackage>,
    #[serde(default)]
    provider: Vec<KnownProvider>,
    #[serde(default)]
    attribute: Vec<toml::Table>,
}

fn catalog(file: &str) -> Catalog {
    let path = Path::new(&std::env::var("CARGO_MANIFEST_DIR").expect("cargo sets it"))
        .join("../../catalog")
        .join(file);
    toml::from_str(&fs::read_to_string(path).expect("the catalogue")).expect("TOML")
}

fn known() -> Known {
    Known {
        packages: catalog("packages.toml").package,
        providers: catalog("providers.toml").provider,
    }
}

fn scanned(root: &Path, limits: &Limits) -> ObservationBatch {
    let options = Options {
        repository: Some("acme/desk".to_owned()),
        clock: &|| Instant::from_microseconds(0),
    };
    scan(root, &known(), limits, &options, &mut |_| {}).expect("a scan")
}

/// A batch as lines that a person can check.
fn shown(batch: &ObservationBatch) -> String {
    let mut out = String::new();
    let coverage = &batch.coverage;
    writeln!(
        out,
        "seen {} read {} ignored {}",
        coverage.files_seen, coverage.files_read, coverage.files_ignored
    )
    .expect("text");
    for skipped in &batch.skipped {
        writeln!(out, "skipped {}: {}", skipped.path, skipped.reason).expect("text");
    }
    for asset in &batch.assets {
        let places: Vec<_> = asset.locations.iter().map(ToString::to_string).collect();
        let supplier = asset.supplier.as_ref().map(|id| format!(" by {id}")).unwrap_or_default();
        writeln!(out, "{}{supplier} at {}", asset.key, places.join(" ")).expect("text");
    }
    for flow in &batch.flows {
        writeln!(out, "flow {} -> {}: {}", flow.from, flow.to, flow.carries).expect("text");
    }
    for seen in &batch.observations {
        let subject = match &seen.subject {
            Seen::Asset(key) => key.to_string(),
            Seen::System(id) => format!("system:{id}"),
            other => format!("{other:?}"),
        };
        let places: Vec<_> = seen.locations.iter().map(ToString::to_string).collect();
        let mut value = seen.value.to_string();
        value.truncate(30);
        writeln!(out, "{subject} {} = {value} at {}", seen.attribute, places.join(" "))
            .expect("text");
    }
    out
}

fn fixture(name: &str) -> PathBuf {
    Path::new(&std::env::var("CARGO_MANIFEST_DIR").expect("cargo sets it"))
        .join("tests/fixtures")
        .join(name)
}

#[test]
fn a_python_application() {
    insta::assert_snapshot!(shown(&scanned(&fixture("python"), &Limits::default())));
}

#[test]
fn a_typescript_application() {
    insta::assert_snapshot!(shown(&scanned(&fixture("typescript"), &Limits::default())));
}

#[test]
fn a_go_application() {
    insta::assert_snapshot!(shown(&scanned(&fixture("go"), &Limits::default())));
}

#[test]
fn a_rust_application() {
    insta::assert_snapshot!(shown(&scanned(&fixture("rust"), &Limits::default())));
}

#[test]
fn a_java_application() {
    insta::assert_snapshot!(shown(&scanned(&fixture("java"), &Limits::default())));
}

#[test]
fn a_dotnet_application() {
    insta::assert_snapshot!(shown(&scanned(&fixture("dotnet"), &Limits::default())));
}

#[test]
fn what_one_file_hands_to_another() {
    insta::assert_snapshot!(shown(&scanned(&fixture("across"), &Limits::default())));
}

#[test]
fn a_repository_that_trains() {
    insta::assert_snapshot!(shown(&scanned(&fixture("training"), &Limits::default())));
}

#[test]
fn the_same_tree_gives_the_same_batch() {
    let root = fixture("python");
    assert_eq!(scanned(&root, &Limits::default()), scanned(&root, &Limits::default()));
}

#[test]
fn the_catalogue_declares_what_the_code_observes() {
    let field = |table: &toml::Table, key: &str| {
        table.get(key).and_then(toml::Value::as_str).map(str::to_owned)
    };
    let declared: BTreeSet<_> = catalog("attributes/discover.toml")
        .attribute
        .iter()
        .map(|table| (field(table, "subject"), field(table, "name"), field(table, "type")))
        .collect();
    let observed: BTreeSet<_> = ATTRIBUTES
        .iter()
        .map(|a| {
            (Some(a.subject.to_string()), Some(a.name.to_owned()), Some(a.value_type.to_string()))
        })
        .collect();
    assert_eq!(declared, observed);
}

#[test]
fn every_observation_is_in_the_table() {
    for name in ["python", "typescript", "go", "rust"] {
        for seen in scanned(&fixture(name), &Limits::default()).observations {
            let subject = match seen.subject {
                Seen::System(_) => SubjectKind::System,
                Seen::Flow { .. } => SubjectKind::Flow,
                _ => SubjectKind::Asset,
            };
            let known = ATTRIBUTES.iter().any(|a| {
                a.subject == subject
                    && a.name == seen.attribute.as_str()
                    && a.value_type == seen.value.value_type()
            });
            assert!(known, "{subject} {}", seen.attribute);
        }
    }
}

#[test]
fn the_catalogue_knows_enough() {
    let known = known();
    assert!(known.packages.len() >= 150 && known.providers.len() >= 20);
    let distinct: BTreeSet<_> = known.packages.iter().map(|p| (&p.ecosystem, &p.name)).collect();
    assert_eq!(distinct.len(), known.packages.len());
    for package in known.packages.iter().filter_map(|package| package.provider.as_ref()) {
        assert!(known.providers.iter().any(|provider| provider.id == *package), "{package}");
    }
}

#[test]
fn what_is_no_folder_is_refused() {
    let folder = tempfile::tempdir().expect("folder");
    let file = folder.path().join("file");
    fs::write(&file, "x").expect("write");
    let options = Options { repository: None, clock: &|| Instant::from_microseconds(0) };
    let refused =
        |path: &Path| scan(path, &Known::default(), &Limits::default(), &options, &mut |_| {});
    assert!(matches!(refused(&file), Err(DiscoverError::NotFolder { .. })));
    assert!(matches!(refused(&folder.path().join("no")), Err(DiscoverError::Missing { .. })));
}

#[test]
fn what_cannot_be_read_is_listed() {
    let folder = tempfile::tempdir().expect("folder");
    let write =
        |name: &str, bytes: &[u8]| fs::write(folder.path().join(name), bytes).expect("write");
    write("requirements.txt", b"openai\0binary");
    write("pyproject.toml", b"[project\nname = 1");
    write("package.json", b"{\"dependencies\": {");
    write("latin.py", b"x = '\xe4'\n");
    write("broken.yaml", b"a: [1\nb: }\n");
    write("Main.java", b"class Main {}");
    write("deep.json", "[".repeat(200_000).as_bytes());
    write("deep.py", format!("# openai\n{}", "(".repeat(200_000)).as_bytes());
    let huge = fs::File::create(folder.path().join("huge.json")).expect("create");
    huge.set_len(100 << 20).expect("sparse");
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(folder.path(), folder.path().join("loop")).expect("link");
        std::os::unix::fs::symlink("nowhere.py", folder.path().join("gone.py")).expect("link");
    }
    fs::create_dir_all(folder.path().join("node_modules/x")).expect("folder");
    let batch = scanned(folder.path(), &Limits::default());
    let listed: Vec<_> =
        batch.skipped.iter().map(|s| format!("{}: {}", s.path, s.reason)).collect();
    insta::assert_snapshot!(listed.join("\n"));
    assert!(batch.assets.is_empty(), "{:?}", batch.assets);
}

#[test]
fn limits_that_are_reached_are_listed() {
    let folder = tempfile::tempdir().expect("folder");
    for number in 0..5 {
        fs::write(folder.path().join(format!("{number}.py")), "import openai\n").expect("write");
    }
    fs::create_dir_all(folder.path().join("a/b/c")).expect("folders");
    fs::write(folder.path().join("a/b/c/d.py"), "import openai\n").expect("write");
    let limits = Limits { files_max: 3, ..Limits::default() };
    let few = scanned(folder.path(), &limits);
    assert!(few.skipped.iter().any(|s| s.reason.contains("files_max")));
    let limits = Limits { depth_max: 2, ..Limits::default() };
    let flat = scanned(folder.path(), &limits);
    assert!(flat.skipped.iter().any(|s| s.reason.contains("deeper")), "{:?}", flat.skipped);
    let limits = Limits { nodes_max: 2, ..Limits::default() };
    assert_eq!(scanned(folder.path(), &limits).skipped.len(), 6);
}

const NAMES: [&str; 36] = [
    "requirements.txt",
    "pyproject.toml",
    "poetry.lock",
    "uv.lock",
    "Pipfile",
    "Pipfile.lock",
    "setup.cfg",
    "environment.yml",
    "package.json",
    "package-lock.json",
    "pnpm-lock.yaml",
    "yarn.lock",
    "Cargo.toml",
    "Cargo.lock",
    "go.mod",
    "go.sum",
    "a.py",
    "a.ts",
    "a.tsx",
    "a.js",
    "a.rs",
    "a.go",
    "a.ipynb",
    "a.json",
    "a.yaml",
    "a.toml",
    ".env",
    "Dockerfile",
    "docker-compose.yml",
    ".mcp.json",
    "main.tf",
    "main.bicep",
    "chart/templates/a.yaml",
    "chart/Chart.yaml",
    ".github/workflows/a.yml",
    "azuredeploy.json",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever the bytes: no panic, and a file is read or listed.
    #[test]
    fn any_bytes_are_read_or_listed(name in 0..NAMES.len(), bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        read_or_listed(NAMES[name], &bytes)?;
    }

    /// The same for texts that look more like what the parsers expect.
    #[test]
    fn any_text_is_read_or_listed(name in 0..NAMES.len(), text in "([a-z=:\"'{}\\[\\]()#@.,\\-/ $?\n]|model|import|def|openai|prompt|version|dependencies|resource|param|for|in|<<|\\$\\{|\\{\\{){0,120}") {
        read_or_listed(NAMES[name], text.as_bytes())?;
    }
}

fn read_or_listed(name: &str, bytes: &[u8]) -> Result<(), TestCaseError> {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join(name);
    fs::create_dir_all(path.parent().expect("a parent")).expect("folders");
    fs::write(path, bytes).expect("write");
    let batch = scanned(folder.path(), &Limits::default());
    let accounted = batch.coverage.files_read + batch.coverage.files_ignored > 0
        || batch.skipped.iter().any(|skipped| skipped.path == name);
    prop_assert!(accounted, "{name} is neither read nor listed");
    Ok(())
}
