//! The ledger: an append-only Merkle log per organisation, its signed checkpoints and its proofs.
//!
//! An auditor asks two things of a record: *is this what you wrote down then*, and *is this all
//! that you wrote down*. The ledger answers both with hashes. Each entry is a leaf of the Merkle
//! tree of RFC 6962; the root of the tree stands for every entry and for their order; a
//! checkpoint is that root, signed. Who holds an old checkpoint can check that the log of today
//! contains the log of then, unchanged.
//!
//! ```text
//!  body ─┬▶ leaf_commitment ─▶ Appender ─▶ new nodes, new Head ─▶ sign_checkpoint ─▶ note
//!  nonce ┘   SHA-256(nonce‖body)  ▲             │                                      │
//!                                 │             ▼ stored by the caller                 ▼ given away
//!                        the right edge ◀── NodeStore ──▶ InclusionProof      open_checkpoint
//!                                                         ConsistencyProof ─▶ verify ◀─┘
//! ```
//!
//! # Design
//!
//! - **A leaf commits to a nonce and a body**, so a body can be erased and the log still
//!   verifies. The nonce is what makes erasure real: without it, a short body (a name, a yes)
//!   could be guessed from its hash. Whoever erases a body must erase its nonce with it.
//! - **The tree is stored as numbered hashes** in the dense order of `tlog_tiles`: a log of `n`
//!   leaves has exactly [`node_count`]`(n)` nodes, numbered from 0 without a gap, and appending
//!   never rewrites one. That is a table with one key, in any database.
//! - **Reading is told beforehand.** [`edge_nodes`], [`inclusion_nodes`] and
//!   [`consistency_nodes`] say which nodes an operation needs. A caller on asynchronous SQL
//!   fetches those into [`Nodes`] with one query and then calls a function that cannot wait.
//!   [`NodeStore`] is therefore synchronous and this crate knows neither threads nor sockets.
//! - **What is read is checked.** [`Appender::resume`] recomputes the root from the right edge
//!   before it appends, so a damaged node stops the log instead of being signed into it.
//! - **Notes have one spelling.** A signed note is refused unless encoding what was understood
//!   gives back the same bytes, with exactly one signature, by the expected key. No byte can be
//!   changed, added or removed, not even one without a meaning.
//! - **A key belongs to one log.** Its name is the [`Origin`], `annex/<organisation>`, and a
//!   checkpoint must carry the origin of the key that opens it. A manifest signed with
//!   [`sign_text`] can never be read as a checkpoint, nor the other way round.
//! - **Time, randomness and storage come in as arguments.** A signing key is made from a seed.
//!
//! # Rejected
//!
//! - *A hash chain*: proving one entry needs all later ones.
//! - *A signature per entry*: proves neither order nor completeness.
//! - *Hashing the bodies directly*: then nothing could be erased.
//! - *An asynchronous storage trait*: it would carry a database's life cycle into pure code.
//! - *Several signatures on a note now*: witnesses need a policy of how many are enough; until
//!   there is one, a second signature is refused rather than ignored.
//!
//! # How it can still go wrong
//!
//! - **A self-signed checkpoint proves order, not time.** Who holds the key can make a whole new
//!   log and date it as they like. Only a time stamp or a witness from outside proves *when*.
//! - **Truncation shows only against a checkpoint kept elsewhere.** A log cut back to an earlier
//!   size, with its later checkpoints removed, verifies in itself.
//! - **Two readers can be shown two logs** (a split view) until they compare checkpoints.
//! - **Commitments are opaque**: that a body means what it says, or that an event was recorded at
//!   all, no hash can tell.
#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test stops where it is surprised"))]

mod appender;
mod checkpoint;
mod error;
mod hash;
mod key;
mod node;
mod note;
mod origin;
mod proof;
mod tree;

pub use appender::Appender;
pub use checkpoint::{Checkpoint, open_checkpoint, sign_checkpoint};
pub use error::Error;
pub use hash::{Hash, leaf_commitment, leaf_hash};
pub use key::{SigningKey, VerifyingKey};
pub use node::{Node, NodeMissing, NodeStore, Nodes};
pub use note::{NOTE_BYTES_MAX, open_text, sign_text};
pub use origin::Origin;
pub use proof::{ConsistencyProof, InclusionProof, PATH_HASHES_MAX};
pub use tree::{Head, LEAVES_MAX, consistency_nodes, edge_nodes, inclusion_nodes, node_count};

/// The result of an operation of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;
