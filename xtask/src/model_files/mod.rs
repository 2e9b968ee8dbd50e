//! `cargo xtask model-files DIR`: the corpus that a scanner of model files is measured by.
//!
//! ```text
//!  malicious: written here, byte by byte ─┐
//!  harmless:  bench/model-files/harmless ─┴─▶ DIR/malicious  DIR/harmless  DIR/expected.json
//! ```
//!
//! The malicious files are made and not stored: a repository of working exploits is a nuisance to
//! everyone who scans it, and bytes that are written here can be read beside what is said of
//! them. All of them are inert: what they would run is `echo annex`, and the places and hosts
//! that they name do not exist. The same bytes come out on every machine.
//!
//! The harmless files were saved by the real libraries and are stored, because no test may need
//! those libraries. `bench/model-files/harmless.py` makes them.

mod archives;
mod arrays;
mod broken;
mod callables;
mod case;
mod configs;
mod gguf;
mod graphs;
mod hdf5;
mod keras;
mod opcodes;
mod pack;
mod pickle;
mod proto;
mod safetensors;
mod second;
mod tar;
mod templates;
mod torch;
mod zip;

use std::path::Path;

use anyhow::{Context as _, ensure};
use serde_json::Value;

use crate::project::Project;
use case::{Accept, Case};

/// Where the harmless files and their manifest are.
const HARMLESS: &str = "bench/model-files/harmless";
const MANIFEST: &str = "bench/model-files/harmless.json";

/// Writes the corpus into a folder that is new or empty.
pub(crate) fn run(project: &Project, folder: &str) -> anyhow::Result<()> {
    let folder = Path::new(folder);
    std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let mut entries =
        folder.read_dir().with_context(|| format!("cannot read {}", folder.display()))?;
    ensure!(entries.next().is_none(), "{} is not empty; name a new folder", folder.display());

    let malicious = malicious();
    let harmless = harmless(project)?;
    let counts = (malicious.len(), harmless.len());
    let cases: Vec<Case> = malicious.into_iter().chain(harmless).collect();
    case::check(&cases)?;
    write(folder, &cases)?;
    println!("{}: {} malicious, {} harmless", folder.display(), counts.0, counts.1);
    Ok(())
}

/// Writes the files and the list of what may be said of them.
fn write(folder: &Path, cases: &[Case]) -> anyhow::Result<()> {
    for case in cases {
        let path = folder.join(&case.path);
        let parent = path.parent().unwrap_or(folder);
        std::fs::create_dir_all(parent)
            .and_then(|()| std::fs::write(&path, &case.bytes))
            .with_context(|| format!("cannot write {}", path.display()))?;
    }
    let rows: Vec<Value> = cases.iter().map(Case::row).collect();
    let path = folder.join("expected.json");
    let text = serde_json::to_string_pretty(&rows).context("cannot write the rows")? + "\n";
    std::fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))
}

fn malicious() -> Vec<Case> {
    let mut cases = Vec::new();
    for add in [
        opcodes::add,
        broken::add,
        callables::add,
        torch::add,
        arrays::add,
        keras::add,
        graphs::add,
        templates::add,
        safetensors::add,
        archives::add,
        configs::add,
        second::add,
    ] {
        add(&mut cases);
    }
    cases
}

/// The stored files that the manifest names; one that it does not name is a fault.
fn harmless(project: &Project) -> anyhow::Result<Vec<Case>> {
    let path = project.path(MANIFEST);
    let text = std::fs::read_to_string(&path).with_context(|| format!("cannot read {MANIFEST}"))?;
    let manifest: Value =
        serde_json::from_str(&text).with_context(|| format!("{MANIFEST} is not JSON"))?;
    let rows = manifest.as_array().with_context(|| format!("{MANIFEST} is not a list"))?;
    let mut cases = Vec::new();
    for row in rows {
        let text = |key: &str| {
            row[key].as_str().with_context(|| format!("{MANIFEST}: {row} has no `{key}`"))
        };
        let (path, library) = (text("path")?, text("library")?);
        let stored = format!("{HARMLESS}/{path}");
        let bytes = std::fs::read(project.path(&stored))
            .with_context(|| format!("cannot read {stored}"))?;
        cases.push(Case {
            path: format!("harmless/{path}"),
            technique: format!("harmless/{library}"),
            accept: Accept::Clean,
            bytes,
        });
    }
    Ok(cases)
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;

    /// The least that is measured by.
    const MALICIOUS_MIN: usize = 150;
    const HARMLESS_MIN: usize = 100;
    const HARMLESS_BYTES_MAX: usize = 20_000;
    const MALICIOUS_BYTES_MAX: usize = 400_000;

    #[test]
    fn the_malicious_files_are_many_small_and_the_same_again() {
        let cases = malicious();
        assert!(cases.len() >= MALICIOUS_MIN, "{}", cases.len());
        case::check(&cases).expect("paths");
        for (case, again) in cases.iter().zip(malicious()) {
            assert!(case.bytes == again.bytes, "{} is not the same again", case.path);
            assert!(case.accept != Accept::Clean, "{}", case.path);
            let size = case.bytes.len();
            assert!((1..=MALICIOUS_BYTES_MAX).contains(&size), "{}: {size} bytes", case.path);
        }
        let techniques: BTreeSet<&str> = cases.iter().map(|case| case.technique.as_str()).collect();
        assert_eq!(techniques.len(), cases.len(), "a technique stands twice in one group");
    }

    /// What is judged otherwise than the corpus accepts, one path a line.
    const MISJUDGED: &str = "bench/model-files/misjudged.txt";

    #[test]
    fn the_scanner_judges_every_file_as_the_corpus_accepts() {
        let project = Project::find().expect("project");
        let mut cases = malicious();
        cases.extend(harmless(&project).expect("harmless"));
        let folder = tempfile::tempdir().expect("a folder");
        write(folder.path(), &cases).expect("written");
        let limits = annex_modelfile::Limits::default();
        let report = annex_modelfile::scan_tree(folder.path(), &limits, &mut |_| {});
        let verdicts: BTreeMap<String, &str> = report
            .expect("a report")
            .files
            .iter()
            .map(|file| {
                let path = file.path.strip_prefix(folder.path()).expect("below");
                (path.display().to_string(), file.verdict.as_str())
            })
            .collect();
        // A harmless file that is no model file by its content has no verdict, and needs none.
        let misjudged: BTreeSet<&str> = cases
            .iter()
            .filter(|case| match verdicts.get(&case.path) {
                Some(verdict) => !case.accept.verdicts().contains(verdict),
                None => case.accept != Accept::Clean,
            })
            .map(|case| case.path.as_str())
            .collect();
        let told = std::fs::read_to_string(project.path(MISJUDGED)).expect(MISJUDGED);
        let told: BTreeSet<&str> = told.lines().filter(|line| !line.starts_with('#')).collect();
        assert_eq!(misjudged, told, "{MISJUDGED} must name exactly what is misjudged");
    }

    #[test]
    fn the_harmless_files_are_those_of_the_manifest() {
        let project = Project::find().expect("project");
        let cases = harmless(&project).expect("harmless");
        assert!(cases.len() >= HARMLESS_MIN, "{}", cases.len());
        case::check(&cases).expect("paths");
        let listed: BTreeSet<String> =
            cases.iter().map(|case| format!("bench/model-files/{}", case.path)).collect();
        let stored: BTreeSet<String> = project
            .files()
            .expect("files")
            .into_iter()
            .filter(|path| path.starts_with(&format!("{HARMLESS}/")))
            .collect();
        assert_eq!(listed, stored);
        for case in &cases {
            let size = case.bytes.len();
            assert!((1..=HARMLESS_BYTES_MAX).contains(&size), "{}: {size} bytes", case.path);
        }
    }

    #[test]
    fn two_files_of_one_path_and_a_path_that_leads_out_are_faults() {
        let case = |path: &str| Case {
            path: path.to_owned(),
            technique: String::new(),
            accept: Accept::Found,
            bytes: Vec::new(),
        };
        assert!(case::check(&[case("a/b"), case("a/c")]).is_ok());
        assert!(case::check(&[case("a"), case("a")]).is_err());
        assert!(case::check(&[case("../a")]).is_err());
        assert!(case::check(&[case("a//b")]).is_err());
    }
}
