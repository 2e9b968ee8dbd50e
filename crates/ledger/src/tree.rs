//! The shape of the tree: its head, and which stored nodes an operation needs.
//!
//! ```text
//!  level 2            6
//!                 ┌───┴───┐
//!  level 1        2       5       9          a log of 7 leaves has the nodes 0 to 10;
//!               ┌─┴─┐   ┌─┴─┐   ┌─┴─┐        its right edge is 6, 9 and 10
//!  level 0      0   1   3   4   7   8   10
//! ```
//!
//! All arithmetic on indexes is `tlog_tiles`'. It panics on sizes near the end of `u64`, and
//! sizes arrive from outside (in proofs and checkpoints), so each way in passes [`check_size`].

use std::cell::RefCell;

use serde::{Deserialize, Serialize};

use crate::node::fetch;
use crate::{Error, Hash, NodeStore, Result};

/// The most leaves that a log may hold: node indexes stay well inside a signed 64-bit column,
/// and sizes are exact in a JSON number.
pub const LEAVES_MAX: u64 = 1 << 48;

/// A log at one moment: how many leaves it has and the root over them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Head {
    /// The number of leaves.
    pub size: u64,
    /// The root of the tree over all of them.
    pub root: Hash,
}

impl Head {
    /// The head of a log without leaves.
    pub const EMPTY: Self = Self { size: 0, root: Hash::EMPTY_ROOT };

    /// The head that a log had at `size`, from its stored nodes ([`edge_nodes`]).
    ///
    /// This is how a checkpoint that was kept elsewhere is compared with the log of today.
    pub fn compute<S: NodeStore + ?Sized>(size: u64, store: &S) -> Result<Self> {
        let edge = fetch(store, &edge_nodes(size)?, "compute the head")?;
        Ok(Self { size, root: root_of_edge(&edge) })
    }

    /// Refuses a head that no log can have.
    pub(crate) fn check(&self) -> Result<()> {
        check_size(self.size)?;
        if self.size == 0 && self.root != Hash::EMPTY_ROOT {
            return Err(Error::EmptyRootWrong { root: self.root });
        }
        Ok(())
    }
}

/// How many nodes a log of `size` leaves has stored; also the index of the next one.
pub const fn node_count(size: u64) -> u64 {
    // Each leaf brings itself and, but for one per subtree of the edge, an inner node.
    size.saturating_mul(2) - size.count_ones() as u64
}

/// The nodes needed to append to a log of `size` leaves, or to compute its head: the roots of
/// the complete subtrees on its right edge, largest first. At most 48.
pub fn edge_nodes(size: u64) -> Result<Vec<u64>> {
    check_size(size)?;
    Ok(tlog_tiles::sub_tree_index(0, size, Vec::new()))
}

/// The nodes needed to prove that leaf `leaf_index` is in a log of `tree_size` leaves.
pub fn inclusion_nodes(leaf_index: u64, tree_size: u64) -> Result<Vec<u64>> {
    check_leaf(leaf_index, tree_size)?;
    Ok(recorded(|recorder| {
        // The recorder answers every read, and what it answers is not looked at.
        let _ = tlog_tiles::prove_record(tree_size, leaf_index, recorder);
    }))
}

/// The nodes needed to prove that a log of `new_size` leaves begins with its first `old_size`.
pub fn consistency_nodes(old_size: u64, new_size: u64) -> Result<Vec<u64>> {
    check_growth(old_size, new_size)?;
    if old_size == 0 {
        return Ok(Vec::new());
    }
    Ok(recorded(|recorder| {
        let _ = tlog_tiles::prove_tree(new_size, old_size, recorder);
    }))
}

pub(crate) fn check_size(leaves: u64) -> Result<()> {
    if leaves > LEAVES_MAX {
        return Err(Error::TooManyLeaves { leaves });
    }
    Ok(())
}

pub(crate) fn check_leaf(leaf_index: u64, tree_size: u64) -> Result<()> {
    check_size(tree_size)?;
    if leaf_index >= tree_size {
        return Err(Error::LeafOutOfRange { leaf_index, tree_size });
    }
    Ok(())
}

pub(crate) fn check_growth(old_size: u64, new_size: u64) -> Result<()> {
    check_size(new_size)?;
    if old_size > new_size {
        return Err(Error::SizesReversed { old_size, new_size });
    }
    Ok(())
}

/// The root over the subtrees of a right edge, largest first.
pub(crate) fn root_of_edge(edge: &[Hash]) -> Hash {
    let right_to_left = edge.iter().rev().copied();
    right_to_left.reduce(|right, left| Hash::node(left, right)).unwrap_or(Hash::EMPTY_ROOT)
}

/// Runs a proof for the sake of what it would read. `tlog_tiles` keeps the index lists of proofs
/// to itself, and asking it is safer than computing them a second time here.
fn recorded(prove: impl FnOnce(&Recorder)) -> Vec<u64> {
    let recorder = Recorder(RefCell::new(Vec::new()));
    prove(&recorder);
    recorder.0.into_inner()
}

struct Recorder(RefCell<Vec<u64>>);

impl tlog_tiles::HashReader for Recorder {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<tlog_tiles::Hash>, tlog_tiles::Error> {
        self.0.borrow_mut().extend_from_slice(indexes);
        Ok(vec![tlog_tiles::Hash::default(); indexes.len()])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_picture_in_the_module_head_is_true() {
        assert_eq!(node_count(7), 11);
        assert_eq!(edge_nodes(7).unwrap(), [6, 9, 10]);
        assert_eq!(inclusion_nodes(0, 7).unwrap(), [1, 5, 9, 10]);
        assert_eq!(inclusion_nodes(6, 7).unwrap(), [6, 9]);
        assert_eq!(consistency_nodes(6, 7).unwrap(), [6, 9, 10]);
    }

    #[test]
    fn the_node_count_is_that_of_the_numbering() {
        for size in 0..2000 {
            assert_eq!(node_count(size), tlog_tiles::stored_hash_count(size), "size {size}");
        }
        assert_eq!(node_count(LEAVES_MAX), tlog_tiles::stored_hash_count(LEAVES_MAX));
        let _ = node_count(u64::MAX);
    }

    #[test]
    fn sizes_that_no_log_has_are_answered_not_computed() {
        for size in [LEAVES_MAX + 1, 1 << 63, u64::MAX] {
            assert!(edge_nodes(size).is_err());
            assert!(inclusion_nodes(0, size).is_err());
            assert!(consistency_nodes(1, size).is_err());
        }
        assert!(inclusion_nodes(0, 0).is_err());
        assert!(inclusion_nodes(5, 5).is_err());
        assert!(consistency_nodes(6, 5).is_err());
        assert!(edge_nodes(LEAVES_MAX - 1).unwrap().len() == 48);
        assert!(inclusion_nodes(LEAVES_MAX - 2, LEAVES_MAX - 1).is_ok());
        assert!(consistency_nodes(1, LEAVES_MAX).is_ok());
    }

    #[test]
    fn growth_from_nothing_and_no_growth_need_no_nodes() {
        assert!(consistency_nodes(0, 9).unwrap().is_empty());
        assert!(consistency_nodes(9, 9).unwrap().is_empty());
        assert!(edge_nodes(0).unwrap().is_empty());
    }
}
