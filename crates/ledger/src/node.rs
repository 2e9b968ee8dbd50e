//! The numbered hashes of the tree, and where an operation reads them from.
//!
//! Nodes are numbered in the dense order of `tlog_tiles`: a leaf, then each subtree that it
//! completes, then the next leaf. A node never changes once it is written, so a store is a table
//! with the index as its key, and inserting an index twice is a mistake that the key shows.

use std::collections::BTreeMap;

use crate::{Error, Hash, Result};

/// A hash of the tree and its place in storage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Node {
    /// The stored-hash index, counted from 0 without a gap.
    pub index: u64,
    /// The hash.
    pub hash: Hash,
}

/// A node that a store was asked for and does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("node {index} of the log is missing")]
pub struct NodeMissing {
    /// The stored-hash index.
    pub index: u64,
}

/// Where nodes are read from.
///
/// Synchronous on purpose: a caller whose storage can wait asks [`edge_nodes`](crate::edge_nodes),
/// [`inclusion_nodes`](crate::inclusion_nodes) or
/// [`consistency_nodes`](crate::consistency_nodes) which nodes are needed, fetches them in one
/// go into [`Nodes`], and passes those.
pub trait NodeStore {
    /// The hashes of `indexes`, in the same order and number, or the first index that is missing.
    fn read(&self, indexes: &[u64]) -> Result<Vec<Hash>, NodeMissing>;
}

/// Nodes in memory: what was fetched for one operation, or a whole small log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Nodes(BTreeMap<u64, Hash>);

impl Nodes {
    /// No nodes.
    pub const fn new() -> Self {
        Self(BTreeMap::new())
    }

    /// Adds a node and returns the hash that was there before, if any.
    pub fn insert(&mut self, node: Node) -> Option<Hash> {
        self.0.insert(node.index, node.hash)
    }

    /// The hash with this index.
    pub fn get(&self, index: u64) -> Option<Hash> {
        self.0.get(&index).copied()
    }

    /// How many nodes there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The nodes by rising index.
    pub fn iter(&self) -> impl Iterator<Item = Node> {
        self.0.iter().map(|(&index, &hash)| Node { index, hash })
    }
}

impl NodeStore for Nodes {
    fn read(&self, indexes: &[u64]) -> Result<Vec<Hash>, NodeMissing> {
        indexes.iter().map(|&index| self.get(index).ok_or(NodeMissing { index })).collect()
    }
}

impl Extend<Node> for Nodes {
    fn extend<T: IntoIterator<Item = Node>>(&mut self, nodes: T) {
        self.0.extend(nodes.into_iter().map(|node| (node.index, node.hash)));
    }
}

impl FromIterator<Node> for Nodes {
    fn from_iter<T: IntoIterator<Item = Node>>(nodes: T) -> Self {
        let mut all = Self::new();
        all.extend(nodes);
        all
    }
}

/// Reads `indexes` and checks that as many hashes came back.
pub(crate) fn fetch<S: NodeStore + ?Sized>(
    store: &S,
    indexes: &[u64],
    operation: &'static str,
) -> Result<Vec<Hash>> {
    let hashes = store
        .read(indexes)
        .map_err(|NodeMissing { index }| Error::NodeMissing { operation, index })?;
    if hashes.len() != indexes.len() {
        let (asked, answered) = (indexes.len(), hashes.len());
        return Err(Error::NodesMiscounted { operation, asked, answered });
    }
    Ok(hashes)
}
