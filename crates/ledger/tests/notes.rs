//! Signed notes: they open with their key, and nothing but what was signed opens.
#![expect(clippy::unwrap_used, reason = "a test stops where it is surprised")]

use annex_ledger::{
    Error, Hash, Head, NOTE_BYTES_MAX, Origin, SigningKey, open_checkpoint, open_text,
    sign_checkpoint, sign_text,
};
use proptest::prelude::*;

fn key_of(organisation: &str, seed: u8) -> SigningKey {
    SigningKey::from_seed(Origin::of(organisation).unwrap(), &[seed; 32])
}

fn checkpoint() -> String {
    let head = Head { size: 1234, root: Hash::from_bytes([0xc3; 32]) };
    sign_checkpoint(&head, &key_of("acme", 7)).unwrap()
}

#[test]
fn every_single_byte_change_of_a_checkpoint_is_refused() {
    let (note, key) = (checkpoint().into_bytes(), key_of("acme", 7).verifying_key());
    open_checkpoint(&note, &key).unwrap();
    for position in 0..note.len() {
        let flipped = (0..8).map(|bit| note[position] ^ (1 << bit));
        for byte in flipped.chain(*b"\n\r \0=A\xff").filter(|byte| *byte != note[position]) {
            let mut changed = note.clone();
            changed[position] = byte;
            assert!(open_checkpoint(&changed, &key).is_err(), "byte {byte} at {position}");
        }
        let mut shorter = note.clone();
        shorter.remove(position);
        assert!(open_checkpoint(&shorter, &key).is_err(), "without the byte at {position}");
        assert!(open_checkpoint(&note[..position], &key).is_err(), "cut at {position}");
        let mut doubled = note.clone();
        doubled.insert(position, note[position]);
        assert!(open_checkpoint(&doubled, &key).is_err(), "byte at {position} doubled");
    }
    for more in ["\n", " ", "\0", "— annex/acme AAAA\n"] {
        assert!(open_checkpoint(&[&note, more.as_bytes()].concat(), &key).is_err());
    }
}

#[test]
fn a_second_signature_is_refused_whoever_made_it() {
    let (note, key) = (checkpoint(), key_of("acme", 7).verifying_key());
    let text = note.split_once("\n\n").unwrap().0;
    let line = |note: &str| note.rsplit_once("\n\n").unwrap().1.to_owned();
    let (ours, text) = (line(&note), format!("{text}\n"));

    let mut witnessed = signed_note::Note::from_bytes(note.as_bytes()).unwrap();
    let witness = signed_note::StandardSigner::new(&key_of("witness", 8).to_text()).unwrap();
    witnessed.add_sigs(&[&witness]).unwrap();
    let theirs =
        String::from_utf8(witnessed.to_bytes()).unwrap().lines().last().unwrap().to_owned();

    for signatures in [
        format!("{ours}{ours}"),
        format!("{ours}{theirs}\n"),
        format!("{theirs}\n{ours}"),
        format!("{theirs}\n"),
    ] {
        let note = format!("{text}\n{signatures}");
        let error = open_checkpoint(note.as_bytes(), &key).unwrap_err();
        assert!(matches!(error, Error::NoteRefused { .. }), "{error}");
    }
    open_checkpoint(format!("{text}\n{ours}").as_bytes(), &key).unwrap();
}

#[test]
fn only_the_logs_own_key_opens_it() {
    let note = checkpoint();
    for other in [key_of("acme", 8), key_of("other", 7)] {
        let error = open_checkpoint(note.as_bytes(), &other.verifying_key()).unwrap_err();
        assert_eq!(error.to_string(), "the signed note is refused: the key did not sign it");
    }
}

#[test]
fn another_implementation_opens_it() {
    let (note, key) = (checkpoint(), key_of("acme", 7).verifying_key());
    let verifier = signed_note::StandardVerifier::new(&key.to_string()).unwrap();
    let known = signed_note::VerifierList::new(vec![Box::new(verifier)]);
    let note = signed_note::Note::from_bytes(note.as_bytes()).unwrap();
    assert_eq!(note.verify(&known).unwrap().0.len(), 1);
    let checkpoint = tlog_tiles::Checkpoint::from_bytes(note.text()).unwrap();
    assert_eq!((checkpoint.origin(), checkpoint.size()), ("annex/acme", 1234));
}

#[test]
fn a_manifest_and_a_checkpoint_never_pass_for_each_other() {
    let key = key_of("acme", 7);
    assert!(open_text(checkpoint().as_bytes(), &key.verifying_key()).is_err());
    let manifest = sign_text("annex audit pack\n7\n", &key).unwrap();
    assert!(open_checkpoint(manifest.as_bytes(), &key.verifying_key()).is_err());
    for text in ["annex/acme\n", "annex/other\n7\nAAAA\n"] {
        assert!(matches!(sign_text(text, &key), Err(Error::TextUnsignable { .. })));
    }
}

#[test]
fn texts_that_a_note_cannot_hold_are_not_signed() {
    let key = key_of("acme", 7);
    for text in ["", "no line break", "a\tb\n", "a\r\n", "\0\n"] {
        assert!(matches!(sign_text(text, &key), Err(Error::TextUnsignable { .. })), "{text:?}");
    }
    // At the limit what is signed can also be opened; one byte more is not signed.
    let overhead = sign_text("\n", &key).unwrap().len() - 1;
    let text = format!("{}\n", "a".repeat(NOTE_BYTES_MAX - overhead - 1));
    let note = sign_text(&text, &key).unwrap();
    assert_eq!(note.len(), NOTE_BYTES_MAX);
    assert_eq!(open_text(note.as_bytes(), &key.verifying_key()).unwrap(), text);
    assert!(sign_text(&format!("a{text}"), &key).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn any_text_of_lines_reads_back(lines in prop::collection::vec("[^\\x00-\\x1f]{0,30}", 0..8)) {
        let key = key_of("acme", 7);
        prop_assume!(!lines.is_empty() && !lines[0].starts_with("annex/"));
        let text = format!("{}\n", lines.join("\n"));
        let note = sign_text(&text, &key).unwrap();
        prop_assert_eq!(open_text(note.as_bytes(), &key.verifying_key()).unwrap(), text);
    }

    #[test]
    fn any_bytes_are_refused_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let key = key_of("acme", 7).verifying_key();
        prop_assert!(open_text(&bytes, &key).is_err());
        prop_assert!(open_checkpoint(&bytes, &key).is_err());
    }
}
