//! Every byte of a pack is one that verifying compares.

use std::sync::OnceLock;

use annex_isms::{Digest, canonical_json};
use annex_ledger::{Origin, SigningKey};
use annex_report::{Fault, Pack, PackLimits, Place, Report};
use proptest::prelude::*;

use crate::support;
use crate::support::packs::{EVIDENCE, bodies, bytes, key, small, verify, with_ledger};

/// The whole report of the help desk as a pack.
fn whole() -> Vec<u8> {
    let (assessment, catalogue) = (support::assessment(), support::catalogue());
    let document = canonical_json(&assessment).expect("canonical");
    let mut pack = Report::new(&assessment, &catalogue).pack(document.clone()).expect("a pack");
    pack.add_evidence(EVIDENCE.to_vec());
    bytes(&with_ledger(pack, &bodies(&document)))
}

/// The same, made once.
fn shared() -> &'static [u8] {
    static WHOLE: OnceLock<Vec<u8>> = OnceLock::new();
    WHOLE.get_or_init(whole)
}

/// Refused, and the message begins with a place.
fn refused(pack: &[u8]) -> String {
    match verify(pack) {
        Ok(verified) => panic!("accepted: {verified:?}"),
        Err(error) => {
            let (place, message) = (error.place.to_string(), error.to_string());
            assert!(!place.is_empty() && message.starts_with(&place), "{message}");
            assert!(message.len() > place.len() + 2, "{message}");
            message
        }
    }
}

#[test]
fn a_pack_verifies_and_is_the_same_each_time() {
    let pack = whole();
    assert_eq!(pack, whole());
    let verified = verify(&pack).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(verified.bytes, pack.len() as u64);
    assert_eq!((verified.entries, verified.log_size), (3, 3));
    assert_eq!((verified.evidence, verified.evidence_recorded), (1, 1));
    assert_eq!(verified.at.to_string(), "2026-08-01T12:00:00.000000Z");
    assert_eq!(verified.files, 2 + 4 + 26 + 1 + 3 + 2);
    let assessment = canonical_json(&support::assessment()).expect("canonical");
    assert_eq!(verified.assessment, Digest::of(&assessment));
}

#[test]
fn every_changed_byte_of_a_small_pack_is_refused_by_name() {
    let pack = small();
    verify(&pack).unwrap_or_else(|error| panic!("{error}"));
    let mut changed = pack.clone();
    let mut places = std::collections::BTreeSet::new();
    for at in 0..pack.len() {
        // Another bit in each place, and a value that differs in several.
        for change in [1 << (at % 8), u8::try_from(at % 251).expect("small") ^ 0xff | 1] {
            changed[at] = pack[at] ^ change;
            let message = refused(&changed);
            places.insert(message.split(": ").next().unwrap_or_default().to_owned());
        }
        changed[at] = pack[at];
    }
    let entries: Vec<String> =
        (0..3).map(|index| format!("ledger/entries/{index:015}.json")).collect();
    let evidence = format!("evidence/{}", Digest::of(EVIDENCE).hex());
    let mut files = vec!["manifest.note", "manifest", "assessment.json", "csv/gaps.csv", &evidence];
    files.extend(["ledger/checkpoint", "ledger/proofs.json"]);
    files.extend(entries.iter().map(String::as_str));
    for file in files {
        for place in [
            file.to_owned(),
            format!("local header of {file}"),
            format!("central directory, header of {file}"),
        ] {
            assert!(places.contains(&place), "{place} was never named in {places:?}");
        }
    }
    assert!(places.contains("end of central directory"), "{places:?}");
}

#[test]
fn a_change_is_named_where_it_is() {
    let pack = small();
    let at = |needle: &[u8], nth: usize| {
        let found = pack.windows(needle.len()).enumerate().filter(|(_, window)| *window == needle);
        found.map(|(at, _)| at).nth(nth).expect("it is there")
    };
    let change = |at: usize| {
        let mut changed = pack.clone();
        changed[at] ^= 1;
        refused(&changed)
    };
    assert_eq!(
        change(at(EVIDENCE, 0)),
        format!("evidence/{}: content does not match the manifest", Digest::of(EVIDENCE).hex())
    );
    // The name stands in the manifest, in front of the file, and in the directory.
    let local = at(b"csv/gaps.csv", 1);
    assert_eq!(
        change(local - 20),
        "local header of csv/gaps.csv: modification time is not canonical: 0x1 instead of 0x0"
    );
    assert!(change(local).starts_with("local header of csv/gaps.csv: the name is not"));
    let central = at(b"csv/gaps.csv", 2);
    assert!(
        change(central - 4)
            .starts_with("central directory, header of csv/gaps.csv: offset of the local header")
    );
    assert!(
        change(at(b"annex audit pack", 0)).starts_with("manifest.note: signature does not hold")
    );
    assert_eq!(
        change(at(b"annex audit pack", 1)),
        "manifest: content does not match manifest.note"
    );
}

#[test]
fn every_truncation_and_every_addition_is_refused() {
    let pack = small();
    for length in 0..pack.len() {
        refused(&pack[..length]);
    }
    let mut longer = pack.clone();
    longer.push(0);
    assert_eq!(refused(&longer), "end of central directory: bytes follow after it");
    refused(&[b"\0", pack.as_slice()].concat());
    refused(&[pack.as_slice(), pack.as_slice()].concat());
    refused(b"");
}

#[test]
fn another_key_is_refused_and_the_pack_brings_none() {
    let pack = small();
    for (name, seed) in [("nordlicht", 8), ("other", 7)] {
        let other = SigningKey::from_seed(Origin::of(name).expect("a name"), &[seed; 32]);
        let error = annex_report::verify(
            std::io::Cursor::new(&pack),
            &other.verifying_key(),
            &PackLimits::default(),
        );
        let error = error.expect_err("another key");
        assert_eq!(error.place, Place::File("manifest.note".to_owned()));
        assert!(matches!(error.fault, Fault::Signature(_)), "{error}");
    }
}

/// Signed rightly, yet not what a pack may hold.
#[test]
fn the_holder_of_the_key_cannot_sign_nonsense_either() {
    let assessment = b"{}".to_vec();
    let start = || {
        let mut pack = Pack::default();
        pack.add("assessment.json", assessment.clone()).expect("a path");
        pack
    };
    let whole = |pack: Pack| refused(&bytes(&with_ledger(pack, &bodies(&assessment))));

    let mut pack = start();
    pack.add(&format!("evidence/{}", Digest::of(b"a").hex()), b"b".to_vec()).expect("a path");
    assert!(whole(pack).ends_with("content does not match its name"));

    let mut pack = start();
    pack.add("ledger/note.txt", vec![]).expect("a path");
    assert_eq!(whole(pack), "ledger/note.txt: it has no place in the ledger");

    let mut pack = start();
    pack.add("ledger/entries/000000000000009.json", vec![]).expect("a path");
    assert!(whole(pack).starts_with("ledger/entries/000000000000009.json: no proof says"));

    let other = refused(&bytes(&with_ledger(start(), &bodies(b"another assessment"))));
    assert_eq!(other, "assessment.json: no entry of the ledger in the pack holds its digest");

    let mut pack = start();
    for bad in ["../a", "/a", "a//b", "a\\b", "manifest", ".a"] {
        assert!(pack.add(bad, vec![]).is_err(), "{bad}");
    }
    assert!(pack.add("assessment.json", vec![]).is_err(), "twice");
    let incomplete = pack.write(&key(), &mut Vec::new()).expect_err("no ledger");
    assert_eq!(incomplete.to_string(), "ledger/checkpoint: it is missing in the pack");
}

#[test]
fn a_body_that_is_not_in_the_log_is_refused_by_name() {
    let mut pack = Pack::default();
    pack.add("assessment.json", b"{}".to_vec()).expect("a path");
    let pack = with_ledger(pack, &bodies(b"{}"));
    let mut other = Pack::default();
    // The same proofs over other bodies, all of it signed.
    for name in ["assessment.json", "ledger/checkpoint", "ledger/proofs.json"] {
        other.add(name, pack.file(name).expect(name).to_vec()).expect("a path");
    }
    for index in 0..3 {
        let name = format!("ledger/entries/{index:015}.json");
        let body = if index == 1 {
            b"changed".to_vec()
        } else {
            pack.file(&name).expect("a body").to_vec()
        };
        other.add(&name, body).expect("a path");
    }
    let message = refused(&bytes(&other));
    assert!(
        message.starts_with("ledger/entries/000000000000001.json: leaf 1 is not proven"),
        "{message}"
    );
}

#[test]
fn limits_are_answers() {
    let assessment = b"{}".to_vec();
    let pack = || {
        let mut pack = Pack::default();
        pack.add("assessment.json", assessment.clone()).expect("a path");
        with_ledger(pack, &bodies(&assessment))
    };
    let limits = PackLimits { pack_bytes_max: 500, ..PackLimits::default() };
    let mut out = Vec::new();
    let error = pack().with_limits(limits).write(&key(), &mut out).expect_err("too large");
    assert!(error.to_string().starts_with("pack: bytes of the pack: "), "{error}");
    assert!(out.is_empty(), "nothing is written before it is known to fit");
    let limits = PackLimits { files_max: 4, ..PackLimits::default() };
    let error = pack().with_limits(limits).write(&key(), &mut out).expect_err("too many");
    assert!(error.to_string().contains("more than 2 files"), "{error}");
    let limits =
        PackLimits { body_bytes_max: 10, proofs_bytes_max: 1 << 20, ..PackLimits::default() };
    let written = bytes(&pack());
    let error =
        annex_report::verify(std::io::Cursor::new(written), &key().verifying_key(), &limits);
    assert!(
        error
            .expect_err("a long body")
            .to_string()
            .starts_with("ledger/entries/000000000000000.json: bytes")
    );
}

#[test]
fn an_assessment_that_is_not_the_one_reported_is_not_packed() {
    let (assessment, catalogue) = (support::assessment(), support::catalogue());
    let report = Report::new(&assessment, &catalogue);
    let other = canonical_json(&support::empty()).expect("canonical");
    assert!(report.pack(other).expect_err("another").to_string().contains("another assessment"));
    let spelled = serde_json::to_vec_pretty(&assessment).expect("JSON");
    assert!(report.pack(spelled).expect_err("spelled").to_string().contains("canonical"));
}

/// What other tools make of it: one that knows nothing of packs opens it.
#[test]
fn the_directory_at_the_end_leads_to_every_file() {
    let pack = small();
    let end = pack.len() - 22;
    let number = |at: usize, width: usize| {
        (0..width).fold(0, |sum, byte| sum | usize::from(pack[at + byte]) << (8 * byte))
    };
    let mut at = number(end + 16, 4);
    for _ in 0..number(end + 10, 2) {
        let length = number(at + 28, 2);
        let (name, offset) = (&pack[at + 46..at + 46 + length], number(at + 42, 4));
        assert_eq!(&pack[offset + 30..offset + 30 + length], name);
        at += 46 + length;
    }
    assert_eq!(at, end);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn any_change_of_a_whole_pack_is_refused(
        changes in proptest::collection::vec((any::<prop::sample::Index>(), 1_u8..), 1..4),
    ) {
        let pack = shared();
        let mut changed = pack.to_vec();
        for (at, change) in changes {
            let at = at.index(changed.len());
            changed[at] = pack[at] ^ change;
        }
        refused(&changed);
    }

    #[test]
    fn pieces_in_another_order_are_refused(
        cuts in (any::<prop::sample::Index>(), any::<prop::sample::Index>(), any::<prop::sample::Index>()),
    ) {
        let pack = small();
        let mut at = [cuts.0.index(pack.len()), cuts.1.index(pack.len()), cuts.2.index(pack.len())];
        at.sort_unstable();
        let [a, b, c] = at;
        let moved = [&pack[..a], &pack[b..c], &pack[a..b], &pack[c..]].concat();
        prop_assume!(moved != pack);
        refused(&moved);
    }

    #[test]
    fn arbitrary_bytes_are_refused(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        refused(&bytes);
        refused(&[&small()[..200], &bytes].concat());
    }
}
