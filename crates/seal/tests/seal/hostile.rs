//! Bundles that someone changed. Each is refused by its own reason, none by a crash.

use annex_seal::{Bundle, Limits, SealError, Trust, open};
use serde_json::{Value, json};

use crate::support::{data, key, now};

fn stored(name: &str) -> Value {
    let bytes = std::fs::read(data(&format!("bundles/{name}.sig"))).expect(name);
    serde_json::from_slice(&bytes).expect("JSON")
}

/// Why a bundle is refused.
fn refused(bundle: &Value, limits: &Limits) -> String {
    let key = key("p256");
    let error = Bundle::parse(bundle.to_string().as_bytes(), limits)
        .map_err(SealError::from)
        .and_then(|bundle| open(&bundle, Trust::Key(&key), now(), limits));
    error.expect_err("refused").to_string()
}

/// Why a stored bundle is refused when the value at a place is another, or gone.
fn changed(place: &str, value: Value) -> String {
    let mut bundle = stored("p256");
    let (parent, field) = place.rsplit_once('/').expect("a pointer");
    let parent = bundle.pointer_mut(parent).expect("a place");
    if value.is_null() {
        parent.as_object_mut().expect("an object").remove(field);
    } else {
        parent[field] = value;
    }
    refused(&bundle, &Limits::default())
}

#[test]
fn a_bundle_of_another_kind_is_refused_by_name() {
    let signature = stored("p256")["dsseEnvelope"]["signatures"][0].clone();
    let certificate = json!({ "rawBytes": "" });
    let old = "application/vnd.dev.sigstore.bundle+json;version=0.2";
    let one_of = "exactly one of a public key and a chain";
    for (place, value, fault) in [
        ("/mediaType", json!(old), "its media type is \"application/vnd"),
        ("/verificationMaterial", json!({ "certificate": certificate }), "keyless"),
        ("/messageSignature", json!({}), "signs the digest of a message"),
        ("/dsseEnvelope", json!(null), "has no DSSE envelope"),
        ("/verificationMaterial", json!({}), one_of),
        (
            "/verificationMaterial/x509CertificateChain",
            json!({ "certificates": [certificate] }),
            one_of,
        ),
        (
            "/verificationMaterial",
            json!({ "x509CertificateChain": { "certificates": [] } }),
            "it has 0 certificates",
        ),
        ("/dsseEnvelope/signatures", json!([]), "it has 0 signatures"),
        ("/dsseEnvelope/signatures", json!([signature, signature]), "it has 2 signatures"),
        ("/dsseEnvelope/payloadType", json!("text/plain"), "its payload is \"text/plain\""),
        ("/dsseEnvelope/payload", json!("a*"), "`payload` is not base64"),
        ("/dsseEnvelope/signatures", json!([{ "sig": "=" }]), "`sig` is not base64"),
        ("/extra", json!(1), "unknown field `extra`"),
        ("/mediaType", json!(null), "missing field `mediaType`"),
    ] {
        let error = changed(place, value);
        let bad = error.starts_with("the bundle cannot be used: ") && error.contains(fault);
        assert!(bad, "{place}: {error}");
    }
    assert!(Bundle::parse(b"[]", &Limits::default()).is_err());
}

#[test]
fn a_payload_or_a_signature_that_was_changed_does_not_hold() {
    let mut payload = stored("p256");
    payload["dsseEnvelope"]["payload"] = stored("ignored")["dsseEnvelope"]["payload"].clone();
    let mut signature = stored("p256");
    signature["dsseEnvelope"]["signatures"] =
        stored("ignored")["dsseEnvelope"]["signatures"].clone();
    let mut short = stored("p256");
    short["dsseEnvelope"]["signatures"][0]["sig"] = json!("");
    for bundle in [payload, signature, short] {
        let error = refused(&bundle, &Limits::default());
        assert!(error.starts_with("the signature does not hold: it is not one by"), "{error}");
    }
    let hint = changed("/verificationMaterial/publicKey/hint", json!("\u{1b}[2J"));
    assert!(hint.contains("it was made with the key \"\\u{1b}[2J\""), "{hint}");
}

/// Entries of a log are not verified here, and that is said.
#[test]
fn log_entries_do_not_pass_in_silence() {
    let mut bundle = stored("p256");
    bundle["verificationMaterial"]["tlogEntries"] = json!([{ "logIndex": "1" }]);
    let bundle = Bundle::parse(bundle.to_string().as_bytes(), &Limits::default()).expect("read");
    let opened = open(&bundle, Trust::Key(&key("p256")), now(), &Limits::default());
    let notes = opened.expect("a signature").notes;
    assert_eq!(notes, ["its log entries and time stamps were not verified"]);
}

#[test]
fn limits_of_a_bundle_are_named() {
    let small = Limits { bundle_bytes_max: 100, ..Limits::default() };
    assert!(refused(&stored("p256"), &small).contains("more than 100 bytes (bundle_bytes_max)"));
    let few = Limits { chain_certificates_max: 1, ..Limits::default() };
    assert!(refused(&stored("certificate-usual"), &few).contains("(chain_certificates_max)"));
    let few = Limits { files_max: 3, ..Limits::default() };
    assert!(refused(&stored("p256"), &few).contains("more than 3 files or shards (files_max)"));
    let few = Limits { ignored_max: 3, ..Limits::default() };
    assert!(
        refused(&stored("p256"), &few).contains("more than 3 paths to leave out (ignored_max)")
    );
}
