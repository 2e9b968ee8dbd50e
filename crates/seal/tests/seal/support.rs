//! The stored model, keys and bundles. `bench/signing/fixtures.py` makes them.

use std::fs;
use std::path::{Path, PathBuf};

use annex_isms::Instant;
use annex_seal::{
    Bundle, Comparison, Credentials, Limits, Method, Opened, PrivateKey, PublicKey, Roots, Scope,
    SealError, Secret, Trust, compare, open, sign,
};

pub(crate) fn data(path: &str) -> PathBuf {
    Path::new(&std::env::var("CARGO_MANIFEST_DIR").expect("cargo sets it"))
        .join("tests/data")
        .join(path)
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
    open(&bundle(name), trust, now(), &Limits::default())
}

/// Some day after the certificates began.
pub(crate) fn now() -> Instant {
    "2026-11-01T00:00:00Z".parse().expect("an instant")
}

pub(crate) fn roots(name: &str) -> Roots {
    let mut roots = Roots::default();
    roots.add(&text(&format!("keys/{name}-roots.crt")), &Limits::default()).expect("certificates");
    roots
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

/// Signs a folder with the key `p256`, and opens what comes out.
pub(crate) fn signed(root: &Path, method: Method, scope: &Scope) -> Opened {
    let bundle = bundle_of(root, method, scope, &Credentials::key(private("p256")));
    let bundle = Bundle::parse(&bundle, &Limits::default()).expect("a bundle");
    open(&bundle, Trust::Key(&key("p256")), now(), &Limits::default()).expect("our signature")
}

pub(crate) fn bundle_of(
    root: &Path,
    method: Method,
    scope: &Scope,
    credentials: &Credentials,
) -> Vec<u8> {
    let limits = Limits::default();
    let signed = sign(root, method, scope, credentials, &drawn(7), &limits, &|_| {});
    signed.expect("signed").bundle
}

/// Bytes that look random and are the same in every run.
pub(crate) fn drawn(seed: u8) -> impl Fn() -> [u8; 32] {
    let counter = std::cell::Cell::new(0_u64);
    move || {
        counter.set(counter.get() + 1);
        *annex_isms::Digest::of(format!("{seed} {}", counter.get()).as_bytes()).as_bytes()
    }
}

pub(crate) fn private(name: &str) -> PrivateKey {
    let text = Secret::new(text(&format!("keys/{name}.pem")));
    PrivateKey::parse(&text, None).expect("a private key")
}
