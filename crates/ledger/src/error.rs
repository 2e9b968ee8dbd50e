//! What can go wrong, in the words of the operation that failed.

use std::error::Error as StdError;

use crate::{Hash, LEAVES_MAX, Origin};

/// An operation on the ledger that was refused, and why.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The store lacks a node that the operation needs: it was not fetched, or it is lost.
    #[error("cannot {operation}: node {index} of the log is missing")]
    NodeMissing {
        /// What was tried.
        operation: &'static str,
        /// The stored-hash index of the node.
        index: u64,
    },

    /// A [`NodeStore`](crate::NodeStore) answered with another number of nodes than asked for.
    #[error("cannot {operation}: {asked} nodes were asked for and {answered} came back")]
    NodesMiscounted {
        /// What was tried.
        operation: &'static str,
        /// How many nodes were asked for.
        asked: usize,
        /// How many nodes came back.
        answered: usize,
    },

    /// The stored nodes do not hash to the root of the head: one of the two was changed.
    #[error(
        "cannot {operation}: the nodes of the {size} leaves hash to {computed}, but the head says {expected}"
    )]
    RootMismatch {
        /// What was tried.
        operation: &'static str,
        /// The number of leaves.
        size: u64,
        /// The root that the head or checkpoint states.
        expected: Hash,
        /// The root that the nodes give.
        computed: Hash,
    },

    /// More leaves than a log may hold.
    #[error("{leaves} leaves are more than the {LEAVES_MAX} that a log may hold")]
    TooManyLeaves {
        /// The number of leaves.
        leaves: u64,
    },

    /// A head without leaves whose root is not that of the empty log.
    #[error("the root of an empty log is {}, not {root}", Hash::EMPTY_ROOT)]
    EmptyRootWrong {
        /// The root that was stated.
        root: Hash,
    },

    /// A leaf that is not in the log.
    #[error("leaf {leaf_index} is not in a log of {tree_size} leaves")]
    LeafOutOfRange {
        /// The leaf, counted from 0.
        leaf_index: u64,
        /// The number of leaves.
        tree_size: u64,
    },

    /// A log that would have had to shrink.
    #[error("a log of {new_size} leaves cannot have grown from one of {old_size}")]
    SizesReversed {
        /// The number of leaves of the older log.
        old_size: u64,
        /// The number of leaves of the newer log.
        new_size: u64,
    },

    /// A proof that is about another head than the one it is held against.
    #[error(
        "the {proof} proof is about a log of {proof_size} leaves, the head about one of {head_size}"
    )]
    ProofElsewhere {
        /// Which proof.
        proof: &'static str,
        /// The number of leaves in the proof.
        proof_size: u64,
        /// The number of leaves in the head.
        head_size: u64,
    },

    /// A proof longer than any log needs.
    #[error(
        "the {proof} proof has {hashes} hashes; no log needs more than {}",
        crate::PATH_HASHES_MAX
    )]
    ProofTooLong {
        /// Which proof.
        proof: &'static str,
        /// How many hashes it has.
        hashes: usize,
    },

    /// The commitment and the path do not lead to the root.
    #[error(
        "leaf {leaf_index} is not proven to be in the log of {tree_size} leaves with root {root}"
    )]
    InclusionRefused {
        /// The leaf, counted from 0.
        leaf_index: u64,
        /// The number of leaves.
        tree_size: u64,
        /// The root that the path should lead to.
        root: Hash,
    },

    /// The path does not lead from the old root to the new one.
    #[error(
        "the log of {new_size} leaves is not proven to begin with the {old_size} leaves of root {old_root}"
    )]
    ConsistencyRefused {
        /// The number of leaves of the older log.
        old_size: u64,
        /// The root of the older log.
        old_root: Hash,
        /// The number of leaves of the newer log.
        new_size: u64,
    },

    /// A text that is not a hash.
    #[error("not a hash: {reason}")]
    HashMalformed {
        /// What is wrong with it.
        reason: &'static str,
    },

    /// A text that does not name a log.
    #[error("`{text}` does not name a log (annex/<organisation>): {reason}")]
    OriginMalformed {
        /// The text.
        text: String,
        /// What is wrong with it.
        reason: &'static str,
    },

    /// A text that is not a key. The text is not repeated: it may be a secret.
    #[error("not a {kind} key: {reason}")]
    KeyMalformed {
        /// `signing` or `verifying`.
        kind: &'static str,
        /// What is wrong with it.
        reason: &'static str,
    },

    /// A text that cannot be signed as a note.
    #[error("cannot sign the text: {reason}")]
    TextUnsignable {
        /// What is wrong with it.
        reason: &'static str,
    },

    /// A note that is not what the key signed.
    #[error("the signed note is refused: {reason}")]
    NoteRefused {
        /// What is wrong with it.
        reason: &'static str,
        /// What the parser or the signature check said.
        source: Option<Box<dyn StdError + Send + Sync>>,
    },

    /// A signed text that is not a checkpoint.
    #[error("not a checkpoint: {reason}")]
    CheckpointMalformed {
        /// What is wrong with it.
        reason: &'static str,
    },

    /// A checkpoint of one log held against the key of another.
    #[error("the checkpoint is of the log {origin}, the key is of {key}")]
    CheckpointElsewhere {
        /// The log of the checkpoint.
        origin: Origin,
        /// The log of the key.
        key: Origin,
    },
}
