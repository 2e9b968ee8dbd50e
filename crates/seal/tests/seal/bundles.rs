//! What `model_signing` signed is verified, by every curve, algorithm and form.

use annex_seal::{Signer, Trust};

use crate::support::{compared, data, findings, key, opened};

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
    }
}
