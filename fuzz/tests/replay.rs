//! Every seed through its target, and the table against the files.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use annex_fuzz::{TARGETS, test_key};
use annex_ledger::{Appender, ConsistencyProof, Hash, InclusionProof, Nodes};

fn here(path: &str) -> PathBuf {
    Path::new(&std::env::var("CARGO_MANIFEST_DIR").expect("cargo sets it")).join(path)
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries =
        fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    entries.map(|entry| entry.unwrap().path()).collect()
}

fn stems(folder: &str) -> BTreeSet<String> {
    let stem = |path: &PathBuf| path.file_stem().unwrap().to_str().unwrap().to_owned();
    files(&here(folder)).iter().map(stem).collect()
}

#[test]
fn every_seed_of_every_target_keeps_the_promise() {
    for target in TARGETS {
        let seeds = files(&here("corpus").join(target.name));
        assert!(!seeds.is_empty(), "{} has no seeds", target.name);
        for seed in seeds {
            // Shown by the test runner only if the body panics.
            println!("{}", seed.display());
            (target.body)(&fs::read(&seed).unwrap());
        }
    }
}

#[test]
fn the_table_the_fuzz_targets_and_the_corpora_agree() {
    let table: BTreeSet<String> = TARGETS.iter().map(|target| target.name.to_owned()).collect();
    assert_eq!(table.len(), TARGETS.len());
    assert_eq!(table, stems("fuzz_targets"));
    assert_eq!(table, stems("corpus"));
    let manifest = fs::read_to_string(here("Cargo.toml")).unwrap();
    for name in table {
        assert!(manifest.contains(&format!("path = \"fuzz_targets/{name}.rs\"")), "{name}");
    }
}

/// A seed that no longer opens would fuzz nothing behind the signature, and nobody would notice.
#[test]
fn the_good_seeds_of_the_ledger_are_what_it_writes_today() {
    let leaves: Vec<Hash> = (0..7).map(|number| Hash::from_bytes([number; 32])).collect();
    let mut log = Appender::empty();
    let nodes: Nodes = log.append(&leaves).unwrap().into_iter().collect();
    let inclusion = InclusionProof::create(2, 7, &nodes).unwrap();
    let consistency = ConsistencyProof::create(3, 7, &nodes).unwrap();
    let manifest = "annex audit pack\n\nsnapshot.json 12\n";
    for (seed, expected) in [
        (
            "ledger_note/checkpoint.note",
            annex_ledger::sign_checkpoint(&log.head(), &test_key()).unwrap(),
        ),
        ("ledger_note/manifest.note", annex_ledger::sign_text(manifest, &test_key()).unwrap()),
        ("ledger_note/verifying.key", test_key().verifying_key().to_string()),
        ("ledger_proof/inclusion.json", serde_json::to_string(&inclusion).unwrap()),
        ("ledger_proof/consistency.json", serde_json::to_string(&consistency).unwrap()),
        ("ledger_proof/head.json", serde_json::to_string(&log.head()).unwrap()),
    ] {
        let found = fs::read_to_string(here("corpus").join(seed)).unwrap_or_default();
        assert_eq!(found, expected, "{seed}");
    }
}

/// A seed that is no longer a pack would only fuzz the refusal of its first bytes.
#[test]
fn the_good_seed_of_the_pack_is_what_is_written_today() {
    let found = fs::read(here("corpus/pack/good.zip")).unwrap_or_default();
    assert_eq!(found, annex_fuzz::good_pack());
}
