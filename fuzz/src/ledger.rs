//! The ledger reads notes, keys and proofs that anyone may have written.

use annex_ledger::{
    Checkpoint, ConsistencyProof, Hash, Head, InclusionProof, Origin, SigningKey, VerifyingKey,
    open_checkpoint, open_text, sign_checkpoint, sign_text,
};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// The key that the seeds are signed with. It signs nothing else.
///
/// # Panics
///
/// Never: the name is a constant.
pub fn test_key() -> SigningKey {
    let origin = Origin::of("fuzz").expect("`fuzz` is an organisation");
    SigningKey::from_seed(origin, &[7; 32])
}

/// A note, a checkpoint or a key has one spelling: what is understood encodes to the same bytes.
///
/// # Panics
///
/// When that is not so.
pub fn ledger_note(bytes: &[u8]) {
    let (secret, public) = (test_key(), test_key().verifying_key());
    if let Ok(checkpoint) = open_checkpoint(bytes, &public) {
        let again = sign_checkpoint(&checkpoint.head, &secret).expect("what was signed once");
        assert_eq!(again.as_bytes(), bytes);
        assert!(open_text(bytes, &public).is_err(), "read as both");
    }
    if let Ok(text) = open_text(bytes, &public) {
        let again = sign_text(&text, &secret).expect("what was signed once");
        assert_eq!(again.as_bytes(), bytes);
    }
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    if let Ok(note) = sign_text(text, &secret) {
        let opened = open_text(note.as_bytes(), &public).expect("what was just signed");
        assert_eq!(opened, text);
    }
    if let Ok(checkpoint) = text.parse::<Checkpoint>() {
        assert_eq!(checkpoint.to_text(), text);
    }
    // A key file may end with a line break.
    let line = text.strip_suffix('\n').unwrap_or(text);
    if let Ok(key) = text.parse::<VerifyingKey>() {
        assert_eq!(key.to_string(), line);
    }
    if let Ok(key) = SigningKey::parse(text) {
        assert_eq!(*key.to_text(), line);
    }
}

/// A proof that reads writes the same proof, and checking it ends without a panic.
///
/// # Panics
///
/// When that is not so.
pub fn ledger_proof(bytes: &[u8]) {
    if let Some(proof) = reads_back::<InclusionProof>(bytes) {
        let root = proof.path.last().copied().unwrap_or(Hash::EMPTY_ROOT);
        let size = proof.tree_size;
        let _ = proof.verify(&root, &Head { size, root });
    }
    if let Some(proof) = reads_back::<ConsistencyProof>(bytes) {
        let root = proof.path.last().copied().unwrap_or(Hash::EMPTY_ROOT);
        let head = |size| Head { size, root };
        let _ = proof.verify(&head(proof.old_size), &head(proof.new_size));
        let _ = proof.verify(&Head::EMPTY, &head(proof.new_size));
    }
    if let Some(head) = reads_back::<Head>(bytes) {
        let _ = sign_checkpoint(&head, &test_key());
    }
}

fn reads_back<T: DeserializeOwned + Serialize + PartialEq>(bytes: &[u8]) -> Option<T> {
    let value: T = serde_json::from_slice(bytes).ok()?;
    let json = serde_json::to_vec(&value).expect("what was read can be written");
    let again: T = serde_json::from_slice(&json).expect("what was written can be read");
    assert!(value == again, "another value after writing and reading");
    Some(value)
}
