//! The stored model, keys and bundles. `bench/signing/fixtures.py` makes them.

use std::fs;
use std::path::{Path, PathBuf};

use annex_seal::{
    Bundle, Comparison, Limits, Opened, PublicKey, Scope, SealError, Trust, compare, open,
};

pub(crate) fn data(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(path)
}

pub(crate) fn text(path: &str) -> String {
    fs::read_to_string(data(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

pub(crate) fn key(name: &str) -> PublicKey {
    PublicKey::parse(&text(&format!("keys/{name}.pub"))).expect("a public key")
}

pub(crate) fn bundle(name: &str) -> Bundle {
    let bytes = fs::read(data(&format!("bundles/{name}.sig"))).expect(name);
    Bundle::parse(&bytes, &Limits::default()).expect(name)
}

pub(crate) fn opened(name: &str, trust: Trust<'_>) -> Result<Opened, SealError> {
    open(&bundle(name), trust, &Limits::default())
}

/// A copy of the model, to change.
pub(crate) fn model() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    copy(&data("model"), folder.path());
    folder
}

fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            fs::create_dir(&target).expect("a new folder");
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).expect("a copy");
        }
    }
}

pub(crate) fn compared(opened: &Opened, root: &Path) -> Comparison {
    compare(root, &opened.manifest, Scope::default(), &Limits::default(), &|_| {}).expect("read")
}

/// `kind path`, one a line.
pub(crate) fn findings(comparison: &Comparison) -> Vec<String> {
    let word =
        |finding: &annex_seal::Finding| format!("{} {}", finding.kind.as_str(), finding.path);
    comparison.findings.iter().map(word).collect()
}
