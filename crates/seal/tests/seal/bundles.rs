//! What `model_signing` signed, by every curve, algorithm and form, judged as it judges.

use annex_seal::{Because, Limits, Scope, SealError, Signer, Trust, compare};

use crate::support::{compared, data, findings, key, now, opened, roots};

#[test]
fn a_model_signed_with_a_key_is_verified() {
    for (bundle, name) in [
        ("p256", "p256"),
        ("p384", "p384"),
        ("p521", "p521"),
        ("blake2b", "p256"),
        ("blake3", "p256"),
        ("before-1-key", "p256"),
    ] {
        let key = key(name);
        let opened = opened(bundle, Trust::Key(&key)).expect(bundle);
        assert_eq!(opened.signer, Signer::Key(key));
        let comparison = compared(&opened, &data("model"));
        assert_eq!(findings(&comparison), [""; 0], "{bundle}");
        assert_eq!((comparison.files, comparison.bytes), (4, 97), "{bundle}");
        assert_eq!(opened.notes.is_empty(), bundle != "before-1-key", "{:?}", opened.notes);
    }
}

/// A manifest of shards says nothing of an empty file, so neither does the signature.
#[test]
fn an_empty_file_is_not_verified_by_a_manifest_of_shards() {
    let key = key("p256");
    let opened = opened("shards", Trust::Key(&key)).expect("a signature");
    assert_eq!(findings(&compared(&opened, &data("model"))), ["empty empty.txt"]);
    let mut scope = Scope::default();
    scope.leave_out("empty.txt".parse().expect("a name"), Because::Argument);
    let limits = Limits::default();
    let compared = compare(&data("model"), &opened.manifest, scope, &limits, &|_| {});
    let compared = compared.expect("read");
    assert_eq!(findings(&compared), [""; 0]);
    assert_eq!(compared.left_out[0].because, Because::Argument);
}

#[test]
fn what_the_manifest_leaves_out_is_told() {
    let key = key("p256");
    let opened = opened("ignored", Trust::Key(&key)).expect("a signature");
    let compared = compared(&opened, &data("model"));
    assert_eq!(findings(&compared), [""; 0]);
    let [left_out] = compared.left_out.as_slice() else { panic!("{:?}", compared.left_out) };
    assert_eq!(left_out.name.as_str(), "tokenizer");
    assert_eq!((left_out.because, left_out.folder), (Because::Manifest, true));
}

/// `peer.rs` asks `model_signing` about the same signers.
#[test]
fn certificates_are_judged_as_model_signing_judges_them() {
    for (name, fault) in [
        ("usual", ""),
        ("rsa-root", ""),
        ("rsa-between", ""),
        ("ed25519-root", ""),
        ("self", ""),
        ("no-usage", "must allow digital signatures"),
        ("wrong-usage", "must allow digital signatures"),
        ("not-an-authority", "not one of an authority issued another"),
        ("no-certificate-signing", "must not sign certificates"),
        ("path-too-long", "more certificates in between"),
        ("unknown-critical", "critical extension"),
        ("root-too-young", "was not valid yet"),
    ] {
        let roots = roots(name);
        let result = opened(&format!("certificate-{name}"), Trust::Roots(&roots));
        match result {
            Ok(opened) => {
                assert_eq!(fault, "", "{name}");
                assert_eq!(findings(&compared(&opened, &data("model"))), [""; 0], "{name}");
            }
            Err(error) => {
                assert!(matches!(error, SealError::Untrusted(_)), "{name}: {error:?}");
                let error = error.to_string();
                assert!(!fault.is_empty() && error.contains(fault), "{name}: {error}");
            }
        }
    }
}

#[test]
fn a_certificate_says_who_signed_and_that_it_has_ended() {
    let roots = roots("usual");
    let Ok(opened) = opened("certificate-usual", Trust::Roots(&roots)) else { panic!("refused") };
    let Signer::Certificate(identity) = &opened.signer else { panic!("{:?}", opened.signer) };
    assert_eq!(identity.subject, "CN=usual signer,O=Annex tests");
    assert_eq!(identity.issuer, "CN=usual between,O=Annex tests");
    assert_eq!(identity.root, "CN=usual root,O=Annex tests");
    assert_eq!(identity.names, ["email:release@tests.annex.invalid"]);
    assert_eq!(identity.not_before.to_string(), "2026-01-31T10:00:00.000000Z");
    assert!(identity.serial.len() > 20 && identity.serial.bytes().all(|b| b.is_ascii_hexdigit()));
    assert!(opened.notes[0].contains("nothing proves when it was signed"));

    let late = "2040-01-01T00:00:00Z".parse().expect("an instant");
    assert!(identity.not_after > now() && identity.not_after < late);
    let bundle = crate::support::bundle("certificate-usual");
    let opened = annex_seal::open(&bundle, Trust::Roots(&roots), late, &Limits::default());
    let notes = opened.expect("a signature").notes;
    assert!(notes[1].starts_with("the signer's certificate ended at 2036-"), "{notes:?}");

    let old =
        self::opened("before-1-certificate", Trust::Roots(&crate::support::roots("rsa-root")));
    let notes = old.expect("a signature").notes;
    assert!(notes.iter().any(|note| note.contains("before 1.0")), "{notes:?}");
}

#[test]
fn trust_comes_from_outside_alone() {
    let (p256, p384, usual, rsa) = (key("p256"), key("p384"), roots("usual"), roots("rsa-root"));
    for (bundle, trust, fault) in [
        ("p256", Trust::Key(&p384), "it was made with the key \"sha256:"),
        ("before-1-key", Trust::Key(&p384), "it is not one by the key sha256:"),
        ("certificate-usual", Trust::Roots(&rsa), "lead to none of the given roots"),
        ("before-1-certificate", Trust::Roots(&usual), "lead to none of the given roots"),
        ("certificate-usual", Trust::Key(&p256), "give the roots"),
        ("p256", Trust::Roots(&usual), "give the public key"),
    ] {
        let error = opened(bundle, trust).expect_err(bundle).to_string();
        assert!(error.contains(fault), "{bundle}: {error}");
    }
}
