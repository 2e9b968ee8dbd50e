//! The audit pack is read by people who have every reason to distrust it.

use std::io::Cursor;
use std::sync::OnceLock;

use annex_isms::record::{Actor, AssessmentRecord, Entry, Record, SCHEMA};
use annex_isms::{Digest, Instant, canonical_json};
use annex_ledger::{Appender, InclusionProof, Nodes, leaf_commitment, sign_checkpoint};
use annex_report::{Pack, PackEntry, PackError, PackLimits, Verified};

use crate::test_key;

/// Any bytes are refused by name or are a pack; and a good pack with any change is refused. The
/// bytes are read twice: as a pack, and as changes of four bytes each, three for the place and
/// one for what is changed there.
///
/// # Panics
///
/// When that is not so.
pub fn pack(bytes: &[u8]) {
    match verify(bytes) {
        Ok(verified) => {
            assert_eq!(verified.bytes, bytes.len() as u64);
            assert!(verify(&bytes[..bytes.len() - 1]).is_err(), "cut short");
            assert!(verify(&[bytes, b"\0"].concat()).is_err(), "something follows");
        }
        Err(error) => assert!(!error.place.to_string().is_empty()),
    }
    let mut changed = good_pack().to_vec();
    for change in bytes.chunks_exact(4) {
        let place =
            usize::from(change[0]) << 16 | usize::from(change[1]) << 8 | usize::from(change[2]);
        let length = changed.len();
        changed[place % length] ^= change[3];
    }
    assert_eq!(verify(&changed).is_ok(), changed == good_pack(), "a change was not refused");
}

fn verify(bytes: &[u8]) -> Result<Verified, PackError> {
    // Small limits, so that the fuzzer finds them.
    let limits = PackLimits { pack_bytes_max: 1 << 20, files_max: 64, ..PackLimits::default() };
    annex_report::verify(Cursor::new(bytes), &test_key().verifying_key(), &limits)
}

/// A small pack, signed with the test key.
///
/// # Panics
///
/// Never: nothing in it can fail.
pub fn good_pack() -> &'static [u8] {
    static PACK: OnceLock<Vec<u8>> = OnceLock::new();
    PACK.get_or_init(|| {
        let assessment = b"{}".to_vec();
        let at = Instant::from_microseconds(0);
        let record = AssessmentRecord {
            digest: Digest::of(&assessment),
            at,
            catalogue: Digest::of(b""),
            counts: None,
            controls: std::collections::BTreeMap::new(),
        };
        let actor = Actor {
            name: "fuzz".to_owned(),
            authenticated: false,
            via: "fuzz".to_owned(),
            from: None,
        };
        let entry = Entry { schema: SCHEMA, at, actor, record: Record::Assessment(record) };
        let body = canonical_json(&entry).expect("whole numbers");
        let nonce = [1; 32];
        let mut log = Appender::empty();
        let nodes: Nodes =
            log.append(&[leaf_commitment(&nonce, &body)]).expect("room").into_iter().collect();
        let checkpoint = sign_checkpoint(&log.head(), &test_key()).expect("a head");
        let proof = InclusionProof::create(0, 1, &nodes).expect("in the log");
        let mut pack = Pack::default();
        pack.add("assessment.json", assessment).expect("a path");
        pack.add_evidence(b"evidence".to_vec());
        pack.add_ledger(&checkpoint, [PackEntry { nonce, body, proof }]).expect("no entries yet");
        let mut bytes = Vec::new();
        pack.write(&test_key(), &mut bytes).expect("complete");
        bytes
    })
}
