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

fn change(change: impl FnOnce(&mut Value)) -> String {
    let mut bundle = stored("p256");
    change(&mut bundle);
    refused(&bundle, &Limits::default())
}

#[test]
fn a_bundle_of_another_kind_is_refused_by_name() {
    let cases: Vec<(&str, Box<dyn FnOnce(&mut Value)>)> = vec![
        (
            "its media type is \"application/vnd.dev.sigstore.bundle+json;version=0.2\"",
            Box::new(|b| {
                b["mediaType"] = json!("application/vnd.dev.sigstore.bundle+json;version=0.2")
            }),
        ),
        (
            "keyless",
            Box::new(|b| b["verificationMaterial"] = json!({ "certificate": { "rawBytes": "" } })),
        ),
        (
            "signs the digest of a message",
            Box::new(|b| {
                b.as_object_mut().expect("an object").remove("dsseEnvelope");
                b["messageSignature"] = json!({});
            }),
        ),
        (
            "has no DSSE envelope",
            Box::new(|b| {
                b.as_object_mut().expect("an object").remove("dsseEnvelope");
            }),
        ),
        (
            "exactly one of a public key and a chain",
            Box::new(|b| b["verificationMaterial"] = json!({})),
        ),
        (
            "exactly one of a public key and a chain",
            Box::new(|b| {
                let chain = json!({ "certificates": [{ "rawBytes": "" }] });
                b["verificationMaterial"]["x509CertificateChain"] = chain;
            }),
        ),
        (
            "it has 0 certificates",
            Box::new(|b| {
                let chain = json!({ "x509CertificateChain": { "certificates": [] } });
                b["verificationMaterial"] = chain;
            }),
        ),
        ("it has 0 signatures", Box::new(|b| b["dsseEnvelope"]["signatures"] = json!([]))),
        (
            "it has 2 signatures",
            Box::new(|b| {
                let signature = b["dsseEnvelope"]["signatures"][0].clone();
                b["dsseEnvelope"]["signatures"] = json!([signature, signature]);
            }),
        ),
        (
            "the type of its payload is \"text/plain\"",
            Box::new(|b| b["dsseEnvelope"]["payloadType"] = json!("text/plain")),
        ),
        ("`payload` is not base64", Box::new(|b| b["dsseEnvelope"]["payload"] = json!("a*"))),
        (
            "`sig` is not base64",
            Box::new(|b| b["dsseEnvelope"]["signatures"][0]["sig"] = json!("=")),
        ),
        ("unknown field `extra`", Box::new(|b| b["extra"] = json!(1))),
        ("not the JSON of a Sigstore bundle", Box::new(|b| *b = json!([]))),
    ];
    for (fault, changed) in cases {
        let error = change(changed);
        assert!(
            error.starts_with("the bundle cannot be used: ") && error.contains(fault),
            "{error}"
        );
    }
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
    let hint = change(|b| b["verificationMaterial"]["publicKey"]["hint"] = json!("\u{1b}[2J"));
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
