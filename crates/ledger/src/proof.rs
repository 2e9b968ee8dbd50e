//! Proofs that travel: one leaf is in a log, one log begins with another.
//!
//! A proof is worth as much as the heads it is held against. It names sizes only so that a
//! mix-up can be told from a forgery; the roots come from checkpoints that the verifier trusts.
//!
//! As JSON a proof is an object of numbers and of hashes in hexadecimal. Reading one refuses
//! unknown fields, sizes that no log has and paths longer than any log needs.

use serde::{Deserialize, Serialize};

use crate::node::fetch;
use crate::tree::{check_growth, check_leaf};
use crate::{Error, Hash, Head, NodeStore, Result, consistency_nodes, inclusion_nodes, leaf_hash};

/// The most hashes that a proof may have; a log of [`LEAVES_MAX`](crate::LEAVES_MAX) needs 49.
pub const PATH_HASHES_MAX: usize = 64;

/// A proof that a leaf is in a log, at its place (RFC 6962, section 2.1.1).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "InclusionFields")]
pub struct InclusionProof {
    /// The leaf, counted from 0.
    pub leaf_index: u64,
    /// The number of leaves of the log.
    pub tree_size: u64,
    /// The hashes beside the way from the leaf up to the root.
    pub path: Vec<Hash>,
}

impl InclusionProof {
    /// Proves that leaf `leaf_index` is in the log of `tree_size` leaves, reading
    /// [`inclusion_nodes`].
    pub fn create<S: NodeStore + ?Sized>(
        leaf_index: u64,
        tree_size: u64,
        store: &S,
    ) -> Result<Self> {
        let indexes = inclusion_nodes(leaf_index, tree_size)?;
        let hashes = fetch(store, &indexes, "prove that a leaf is in the log")?;
        let path = tlog_tiles::prove_record(tree_size, leaf_index, &Fetched { indexes, hashes })
            .map_err(|_| Error::LeafOutOfRange { leaf_index, tree_size })?;
        Ok(Self { leaf_index, tree_size, path: ours(path) })
    }

    /// Checks that the leaf with this commitment is in the log of `head`.
    pub fn verify(&self, commitment: &Hash, head: &Head) -> Result<()> {
        self.check()?;
        head.check()?;
        check_same_size("inclusion", self.tree_size, head.size)?;
        tlog_tiles::check_record(
            &theirs(&self.path),
            self.tree_size,
            head.root.into(),
            self.leaf_index,
            leaf_hash(commitment).into(),
        )
        .map_err(|_| Error::InclusionRefused {
            leaf_index: self.leaf_index,
            tree_size: self.tree_size,
            root: head.root,
        })
    }

    fn check(&self) -> Result<()> {
        check_leaf(self.leaf_index, self.tree_size)?;
        check_path("inclusion", &self.path)
    }
}

/// A proof that a log begins with all of an earlier one (RFC 6962, section 2.1.2).
///
/// Growth from an empty log and no growth at all need an empty path.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "ConsistencyFields")]
pub struct ConsistencyProof {
    /// The number of leaves of the earlier log.
    pub old_size: u64,
    /// The number of leaves of the later log.
    pub new_size: u64,
    /// The hashes from which both roots are computed.
    pub path: Vec<Hash>,
}

impl ConsistencyProof {
    /// Proves that the log of `new_size` leaves begins with its first `old_size`, reading
    /// [`consistency_nodes`].
    pub fn create<S: NodeStore + ?Sized>(old_size: u64, new_size: u64, store: &S) -> Result<Self> {
        let indexes = consistency_nodes(old_size, new_size)?;
        let hashes = fetch(store, &indexes, "prove that the log has only grown")?;
        let path = if old_size == 0 {
            Vec::new()
        } else {
            tlog_tiles::prove_tree(new_size, old_size, &Fetched { indexes, hashes })
                .map_err(|_| Error::SizesReversed { old_size, new_size })?
        };
        Ok(Self { old_size, new_size, path: ours(path) })
    }

    /// Checks that the log of `new` begins with the log of `old`.
    pub fn verify(&self, old: &Head, new: &Head) -> Result<()> {
        self.check()?;
        old.check()?;
        new.check()?;
        check_same_size("consistency", self.old_size, old.size)?;
        check_same_size("consistency", self.new_size, new.size)?;
        let holds = if self.old_size == 0 {
            // RFC 6962 leaves this case open. Every log begins with nothing.
            self.path.is_empty()
        } else {
            tlog_tiles::check_tree(
                &theirs(&self.path),
                self.new_size,
                new.root.into(),
                self.old_size,
                old.root.into(),
            )
            .is_ok()
        };
        if holds {
            return Ok(());
        }
        Err(Error::ConsistencyRefused {
            old_size: self.old_size,
            old_root: old.root,
            new_size: self.new_size,
        })
    }

    fn check(&self) -> Result<()> {
        check_growth(self.old_size, self.new_size)?;
        check_path("consistency", &self.path)
    }
}

/// `tlog_tiles` copies the path once for each level, so its length is bounded before it sees it.
fn check_path(proof: &'static str, path: &[Hash]) -> Result<()> {
    if path.len() > PATH_HASHES_MAX {
        return Err(Error::ProofTooLong { proof, hashes: path.len() });
    }
    Ok(())
}

fn check_same_size(proof: &'static str, proof_size: u64, head_size: u64) -> Result<()> {
    if proof_size != head_size {
        return Err(Error::ProofElsewhere { proof, proof_size, head_size });
    }
    Ok(())
}

fn ours(path: Vec<tlog_tiles::Hash>) -> Vec<Hash> {
    path.into_iter().map(Hash::from).collect()
}

fn theirs(path: &[Hash]) -> Vec<tlog_tiles::Hash> {
    path.iter().copied().map(tlog_tiles::Hash::from).collect()
}

/// Nodes that were read before: `tlog_tiles` asks for exactly these.
struct Fetched {
    indexes: Vec<u64>,
    hashes: Vec<Hash>,
}

impl tlog_tiles::HashReader for Fetched {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<tlog_tiles::Hash>, tlog_tiles::Error> {
        if indexes != self.indexes {
            return Err(tlog_tiles::Error::IndexesNotInTree);
        }
        Ok(theirs(&self.hashes))
    }
}

/// [`InclusionProof`] before it is checked.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct InclusionFields {
    leaf_index: u64,
    tree_size: u64,
    path: Vec<Hash>,
}

impl TryFrom<InclusionFields> for InclusionProof {
    type Error = Error;

    fn try_from(InclusionFields { leaf_index, tree_size, path }: InclusionFields) -> Result<Self> {
        let proof = Self { leaf_index, tree_size, path };
        proof.check().map(|()| proof)
    }
}

/// [`ConsistencyProof`] before it is checked.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ConsistencyFields {
    old_size: u64,
    new_size: u64,
    path: Vec<Hash>,
}

impl TryFrom<ConsistencyFields> for ConsistencyProof {
    type Error = Error;

    fn try_from(ConsistencyFields { old_size, new_size, path }: ConsistencyFields) -> Result<Self> {
        let proof = Self { old_size, new_size, path };
        proof.check().map(|()| proof)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Appender, Nodes};

    fn log(size: u8) -> (Head, Nodes) {
        let leaves: Vec<Hash> = (0..size).map(|number| Hash::from_bytes([number; 32])).collect();
        let mut appender = Appender::empty();
        let nodes = appender.append(&leaves).unwrap().into_iter().collect();
        (appender.head(), nodes)
    }

    #[test]
    fn a_proof_is_readable_json_and_reads_back() {
        let (_, nodes) = log(3);
        let proof = InclusionProof::create(2, 3, &nodes).unwrap();
        let json = serde_json::to_string(&proof).unwrap();
        let left = nodes.get(2).unwrap();
        assert_eq!(json, format!(r#"{{"leaf_index":2,"tree_size":3,"path":["{left}"]}}"#));
        assert_eq!(serde_json::from_str::<InclusionProof>(&json).unwrap(), proof);

        let proof = ConsistencyProof::create(2, 3, &nodes).unwrap();
        let json = serde_json::to_string(&proof).unwrap();
        assert_eq!(serde_json::from_str::<ConsistencyProof>(&json).unwrap(), proof);
    }

    #[test]
    fn json_that_no_log_could_have_written_is_refused() {
        let hash = Hash::EMPTY_ROOT;
        let path = vec![format!("\"{hash}\""); PATH_HASHES_MAX + 1].join(",");
        for wrong in [
            r#"{"leaf_index":3,"tree_size":3,"path":[]}"#.to_owned(),
            r#"{"leaf_index":0,"tree_size":281474976710657,"path":[]}"#.to_owned(),
            r#"{"leaf_index":0,"tree_size":1,"path":[],"more":1}"#.to_owned(),
            r#"{"leaf_index":0,"leaf_index":0,"tree_size":1,"path":[]}"#.to_owned(),
            r#"{"leaf_index":-1,"tree_size":1,"path":[]}"#.to_owned(),
            r#"{"leaf_index":0,"tree_size":1}"#.to_owned(),
            format!(r#"{{"leaf_index":0,"tree_size":2,"path":["{}"]}}"#, "A".repeat(64)),
            format!(r#"{{"leaf_index":0,"tree_size":2,"path":[{path}]}}"#),
        ] {
            assert!(serde_json::from_str::<InclusionProof>(&wrong).is_err(), "{wrong}");
        }
        assert!(
            serde_json::from_str::<ConsistencyProof>(r#"{"old_size":2,"new_size":1,"path":[]}"#)
                .is_err()
        );
    }

    #[test]
    fn a_proof_about_another_log_says_so() {
        let (head, nodes) = log(3);
        let proof = InclusionProof::create(0, 2, &nodes).unwrap();
        assert_eq!(
            proof.verify(&Hash::from_bytes([0; 32]), &head).unwrap_err().to_string(),
            "the inclusion proof is about a log of 2 leaves, the head about one of 3"
        );
    }

    #[test]
    fn growth_from_nothing_holds_and_only_with_an_empty_path() {
        let (head, nodes) = log(3);
        let mut proof = ConsistencyProof::create(0, 3, &nodes).unwrap();
        proof.verify(&Head::EMPTY, &head).unwrap();
        let forged = Head { size: 0, root: head.root };
        assert!(proof.verify(&forged, &head).is_err());
        proof.path.push(head.root);
        assert!(proof.verify(&Head::EMPTY, &head).is_err());
    }

    #[test]
    fn a_path_that_is_too_long_is_refused_without_being_run() {
        let (head, _) = log(3);
        let path = vec![Hash::EMPTY_ROOT; PATH_HASHES_MAX + 1];
        let inclusion = InclusionProof { leaf_index: 0, tree_size: 3, path: path.clone() };
        let refused = inclusion.verify(&Hash::EMPTY_ROOT, &head);
        assert!(matches!(refused, Err(Error::ProofTooLong { hashes: 65, .. })));
        let consistency = ConsistencyProof { old_size: 3, new_size: 3, path };
        assert!(matches!(consistency.verify(&head, &head), Err(Error::ProofTooLong { .. })));
    }
}
