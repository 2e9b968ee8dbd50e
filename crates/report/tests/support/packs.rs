//! Packs to verify and to damage.

use std::collections::BTreeMap;
use std::io::Cursor;

use annex_isms::entity::{Evidence, EvidenceKind};
use annex_isms::observation::Period;
use annex_isms::record::{Actor, AssessmentRecord, Record};
use annex_isms::{Basis, Digest, Entry, Subject, canonical_json};
use annex_ledger::{
    Appender, InclusionProof, Nodes, Origin, SigningKey, leaf_commitment, sign_checkpoint,
};
use annex_report::{Pack, PackEntry, PackError, PackLimits, Verified};

use super::of;

pub const EVIDENCE: &[u8] = b"signed agreement";

pub fn key() -> SigningKey {
    SigningKey::from_seed(Origin::of("nordlicht").expect("a name"), &[7; 32])
}

pub fn verify(pack: &[u8]) -> Result<Verified, PackError> {
    annex_report::verify(Cursor::new(pack), &key().verifying_key(), &PackLimits::default())
}

/// The bodies of a log: evidence, something else, the assessment.
pub fn bodies(assessment: &[u8]) -> Vec<Vec<u8>> {
    let at = of("2026-08-01T12:00:00Z");
    let entry = |record: Record| Entry {
        schema: annex_isms::record::SCHEMA,
        at,
        actor: Actor {
            name: "mara".to_owned(),
            authenticated: false,
            via: "command-line".to_owned(),
            from: None,
        },
        record,
    };
    let evidence = Evidence {
        digest: Digest::of(EVIDENCE),
        bytes: EVIDENCE.len() as u64,
        name: "agreement.pdf".to_owned(),
        kind: EvidenceKind::Agreement,
        description: String::new(),
        period: Period { from: at, to: at },
        collected_at: at,
        collected_by: "mara".to_owned(),
        basis: Basis::Document,
        population: String::new(),
        expires: None,
        controls: super::set(&["A.5.23"]),
        subject: Subject::Organisation,
    };
    let assessed = AssessmentRecord {
        digest: Digest::of(assessment),
        at,
        catalogue: Digest::of(b"catalogue"),
        counts: None,
        controls: BTreeMap::new(),
    };
    vec![
        canonical_json(&entry(evidence.into())).expect("canonical"),
        b"a body of a later version".to_vec(),
        canonical_json(&entry(assessed.into())).expect("canonical"),
    ]
}

/// Adds a log of these bodies to a pack.
pub fn with_ledger(mut pack: Pack, bodies: &[Vec<u8>]) -> Pack {
    let nonce = |index: usize| [u8::try_from(index).expect("few"); 32];
    let leaves: Vec<_> =
        bodies.iter().enumerate().map(|(i, body)| leaf_commitment(&nonce(i), body)).collect();
    let mut log = Appender::empty();
    let nodes: Nodes = log.append(&leaves).expect("a log").into_iter().collect();
    let checkpoint = sign_checkpoint(&log.head(), &key()).expect("a checkpoint");
    let size = leaves.len() as u64;
    let entries = bodies.iter().enumerate().map(|(index, body)| PackEntry {
        nonce: nonce(index),
        body: body.clone(),
        proof: InclusionProof::create(index as u64, size, &nodes).expect("a proof"),
    });
    pack.add_ledger(&checkpoint, entries).expect("no entries yet");
    pack
}

pub fn bytes(pack: &Pack) -> Vec<u8> {
    let mut bytes = Vec::new();
    let written = pack.write(&key(), &mut bytes).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(written.bytes, bytes.len() as u64);
    bytes
}

/// A pack as small as one can be.
pub fn small() -> Vec<u8> {
    let assessment = b"{}".to_vec();
    let mut pack = Pack::default();
    pack.add("assessment.json", assessment.clone()).expect("a path");
    pack.add("csv/gaps.csv", b"id\r\n".to_vec()).expect("a path");
    pack.add_evidence(EVIDENCE.to_vec());
    bytes(&with_ledger(pack, &bodies(&assessment)))
}
