//! Whoever passes a model on can write the bundle, and the certificates in it.

use annex_isms::Instant;
use annex_seal::{
    Bundle, Certificate, Limits, Manifest, PrivateKey, PublicKey, Roots, Secret, Trust, open,
};

const KEY: &str = include_str!("../../crates/seal/tests/data/keys/p256.pub");
const ROOTS: [&str; 3] = [
    include_str!("../../crates/seal/tests/data/keys/usual-roots.crt"),
    include_str!("../../crates/seal/tests/data/keys/rsa-root-roots.crt"),
    include_str!("../../crates/seal/tests/data/keys/ed25519-root-roots.crt"),
];

/// Small limits, so that the fuzzer finds them.
fn limits() -> Limits {
    Limits { bundle_bytes_max: 64 << 10, files_max: 64, ignored_max: 8, ..Limits::default() }
}

/// Any bytes are refused by name or are understood: as a bundle, as what a bundle signs, as
/// certificates and as keys. A manifest that is understood is the same after writing and reading.
///
/// # Panics
///
/// When that is not so.
pub fn seal_bundle(bytes: &[u8]) {
    let limits = limits();
    if let Ok(bundle) = Bundle::parse(bytes, &limits) {
        let key = PublicKey::parse(KEY).expect("a key");
        let mut roots = Roots::default();
        for root in ROOTS {
            roots.add(root, &limits).expect("a root");
        }
        let now = Instant::from_microseconds(0);
        for trust in [Trust::Key(&key), Trust::Roots(&roots)] {
            if let Err(error) = open(&bundle, trust, now, &limits) {
                assert!(!error.to_string().is_empty());
            }
        }
    }
    match Manifest::parse(bytes, &limits) {
        Ok(manifest) => {
            assert!(!manifest.files.is_empty());
            let again = Manifest::parse(&manifest.to_payload(), &limits).expect("what was written");
            assert_eq!(again, manifest);
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
    let text = String::from_utf8_lossy(bytes);
    for certificate in Certificate::parse(&text).unwrap_or_default() {
        assert!(!format!("{certificate:?}").is_empty());
    }
    if let Ok(key) = PublicKey::parse(&text) {
        assert_eq!(PublicKey::parse(&key.to_pem()), Ok(key));
    }
    let _ = PrivateKey::parse(&Secret::new(text.into_owned()), None);
}
