//! What cannot be signed, and what a signature holds.

use std::num::NonZeroU64;

use annex_seal::{
    Algorithm, Bundle, Certificate, Credentials, Limits, Method, Scope, SealError, Signer, Trust,
    open, sign,
};

use crate::support::{
    bundle_of, compared, data, drawn, findings, model, now, private, roots, signed, text,
};

fn refused(root: &std::path::Path, method: Method) -> SealError {
    let credentials = Credentials::key(private("p256"));
    let scope = Scope::default();
    sign(root, method, &scope, &credentials, &drawn(7), &Limits::default(), &|_| {})
        .expect_err("not signed")
}

#[test]
fn every_method_signs_what_it_verifies() {
    let folder = model();
    std::fs::remove_file(folder.path().join("empty.txt")).expect("removed");
    let shards = NonZeroU64::new(7);
    for (algorithm, shards) in [
        (Algorithm::Sha256, None),
        (Algorithm::Blake2b, None),
        (Algorithm::Blake3, None),
        (Algorithm::Sha256, shards),
        (Algorithm::Blake2b, shards),
    ] {
        let method = Method::new(algorithm, shards).expect("a method");
        let opened = signed(folder.path(), method, &Scope::default());
        assert_eq!(opened.manifest.method, method);
        assert_eq!(findings(&compared(&opened, folder.path())), [""; 0], "{method:?}");
    }
    assert!(Method::new(Algorithm::Blake3, shards).is_err());
}

#[test]
fn every_curve_and_a_certificate_sign() {
    for name in ["p256", "p384", "p521"] {
        let credentials = Credentials::key(private(name));
        let bytes = bundle_of(&data("model"), Method::default(), &Scope::default(), &credentials);
        let bundle = Bundle::parse(&bytes, &Limits::default()).expect("a bundle");
        let key = crate::support::key(name);
        open(&bundle, Trust::Key(&key), now(), &Limits::default()).expect(name);
    }
    for name in ["usual", "rsa-root"] {
        let certificates = |file: String| Certificate::parse(&text(&file)).expect("certificates");
        let own = certificates(format!("keys/{name}.crt")).remove(0);
        let others = certificates(format!("keys/{name}-chain.crt"));
        let credentials =
            Credentials::certificate(private(name), own, others, &Limits::default()).expect(name);
        let bytes = bundle_of(&data("model"), Method::default(), &Scope::default(), &credentials);
        let bundle = Bundle::parse(&bytes, &Limits::default()).expect("a bundle");
        let roots = roots(name);
        let opened = open(&bundle, Trust::Roots(&roots), now(), &Limits::default()).expect(name);
        let Signer::Certificate(identity) = opened.signer else { panic!("{name}") };
        assert_eq!(Some(identity.subject), credentials.subject());
    }
}

#[test]
fn what_a_signature_cannot_hold_stops_it() {
    let folder = model();
    let method = Method::new(Algorithm::Sha256, NonZeroU64::new(16)).expect("a method");
    std::fs::write(folder.path().join("a:b"), "x").expect("a file");
    let SealError::Unsignable { findings } = refused(folder.path(), method) else { panic!() };
    let told: Vec<String> =
        findings.iter().map(|f| format!("{} {}", f.kind.as_str(), f.path)).collect();
    assert_eq!(told, ["empty empty.txt", "name a:b"]);
    signed(folder.path(), Method::default(), &Scope::default());

    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("config.json", folder.path().join("link")).expect("a link");
        let error = refused(folder.path(), Method::default()).to_string();
        assert_eq!(error, "\"link\" (links are not followed) in the folder cannot be signed");
    }
    let empty = tempfile::tempdir().expect("a folder");
    let error = refused(empty.path(), Method::default());
    assert!(matches!(error, SealError::NoFiles { .. }), "{error}");
}

/// Each signature draws its own randomness: the same twice would give the key away.
#[test]
fn the_randomness_goes_into_the_signature() {
    let credentials = Credentials::key(private("p521"));
    let (scope, limits) = (Scope::default(), Limits::default());
    let with = |seed: u8| {
        let model = data("model");
        sign(&model, Method::default(), &scope, &credentials, &drawn(seed), &limits, &|_| {})
            .expect("signed")
            .bundle
    };
    assert_eq!(with(1), with(1));
    assert_ne!(with(1), with(2));
}
