//! What holds for every manifest and every text.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroU64;

use annex_seal::{
    Algorithm, Bundle, Certificate, FileName, Limits, Manifest, Method, PublicKey, Trust, open,
};
use base64::Engine as _;
use proptest::prelude::*;
use serde_json::json;

use crate::support::{bundle, text};

/// A manifest as it comes from measuring files with random contents.
fn manifests() -> impl Strategy<Value = Manifest> {
    let name = "[a-c.]{1,2}(/[a-d ä\"\\\\]{1,3}){0,2}";
    let files = prop::collection::btree_map(name, prop::collection::vec(any::<u8>(), 1..40), 1..6);
    let method = prop_oneof![
        prop::sample::select(Algorithm::ALL.to_vec()).prop_map(|algorithm| (algorithm, None)),
        (1_u64..50).prop_map(|bytes| (Algorithm::Sha256, NonZeroU64::new(bytes))),
    ];
    (files, method, "[a-z ]{0,5}").prop_filter_map("names of files", |(files, method, model)| {
        let folder = tempfile::tempdir().ok()?;
        let mut names = BTreeSet::new();
        for (name, content) in files {
            let name: FileName = name.parse().ok()?;
            let path = folder.path().join(name.as_str());
            std::fs::create_dir_all(path.parent()?).ok()?;
            std::fs::write(path, content).ok()?;
            names.insert(name);
        }
        let method = Method::new(method.0, method.1).ok()?;
        let (scope, limits) = (annex_seal::Scope::default(), Limits::default());
        let mut files: BTreeMap<_, _> =
            annex_seal::measure(folder.path(), method, &scope, &limits, &|_| {}).ok()?.files;
        assert_eq!(files.len(), names.len());
        // A manifest of whole files does not tell sizes.
        if method.shard_bytes.is_none() {
            for file in files.values_mut() {
                file.bytes = None;
            }
        }
        let ignored = BTreeSet::from(["z".parse().ok()?]);
        Some(Manifest { model, method, follows_links: true, ignored, files })
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn a_manifest_is_read_as_it_was_written(manifest in manifests()) {
        let payload = manifest.to_payload();
        let read = Manifest::parse(&payload, &Limits::default());
        prop_assert_eq!(read.expect("what was written"), manifest);
    }

    #[test]
    fn a_changed_payload_is_refused_or_says_something_else_of_the_files(
        manifest in manifests(), place in any::<prop::sample::Index>(), change in 1_u8..,
    ) {
        let mut payload = manifest.to_payload();
        let place = place.index(payload.len());
        payload[place] ^= change;
        if let Ok(read) = Manifest::parse(&payload, &Limits::default()) {
            // Digests are bound together by that of the model; names and rules are only signed.
            prop_assert_eq!(read.root(), manifest.root());
        }
    }

    #[test]
    fn no_text_makes_a_parser_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let limits = Limits::default();
        let _ = (Bundle::parse(&bytes, &limits), Manifest::parse(&bytes, &limits));
        let text = String::from_utf8_lossy(&bytes);
        let _ = (Certificate::parse(&text), PublicKey::parse(&text));
    }

    #[test]
    fn no_change_of_a_certificate_makes_it_hold_or_panics(
        place in any::<prop::sample::Index>(), change in 1_u8..,
    ) {
        let file = text("bundles/certificate-usual.sig");
        let mut json: serde_json::Value = serde_json::from_str(&file).expect("JSON");
        let chain = &mut json["verificationMaterial"]["x509CertificateChain"]["certificates"];
        let engine = base64::prelude::BASE64_STANDARD;
        let text = chain[0]["rawBytes"].as_str().expect("a certificate");
        let mut der = engine.decode(text).expect("base64");
        let place = place.index(der.len());
        der[place] ^= change;
        chain[0]["rawBytes"] = json!(engine.encode(der));
        let changed = Bundle::parse(json.to_string().as_bytes(), &Limits::default());
        let changed = changed.expect("a bundle");
        prop_assert_ne!(&changed, &bundle("certificate-usual"));
        let roots = crate::support::roots("usual");
        let opened = open(&changed, Trust::Roots(&roots), crate::support::now(), &Limits::default());
        prop_assert!(opened.is_err());
    }
}
