//! Appending: commitments in, new nodes and a new head out.
//!
//! The appender holds the right edge only, one hash for each binary one in the size of the log.
//! A new leaf carries like an addition: it joins with each subtree of its own size at the end
//! of the edge, and every join is a node to store.

use crate::node::fetch;
use crate::tree::{check_size, root_of_edge};
use crate::{
    Error, Hash, Head, LEAVES_MAX, Node, NodeStore, Result, edge_nodes, leaf_hash, node_count,
};

/// A log that is being appended to. Holds at most 48 hashes, however long the log.
#[derive(Clone, Debug)]
pub struct Appender {
    size: u64,
    /// The roots of the complete subtrees, largest first: one for each binary one in `size`.
    edge: Vec<Hash>,
}

impl Appender {
    /// A log without leaves.
    pub const fn empty() -> Self {
        Self { size: 0, edge: Vec::new() }
    }

    /// Goes on from `head`, reading the right edge ([`edge_nodes`]).
    ///
    /// Fails with [`Error::RootMismatch`] when the stored nodes do not give the root of the
    /// head: then one of the two was changed, and appending would sign the damage.
    pub fn resume<S: NodeStore + ?Sized>(head: &Head, store: &S) -> Result<Self> {
        const OPERATION: &str = "append to the log";
        head.check()?;
        let edge = fetch(store, &edge_nodes(head.size)?, OPERATION)?;
        let computed = root_of_edge(&edge);
        if computed != head.root {
            return Err(Error::RootMismatch {
                operation: OPERATION,
                size: head.size,
                expected: head.root,
                computed,
            });
        }
        Ok(Self { size: head.size, edge })
    }

    /// Appends leaves and returns the nodes to store, by rising index and without a gap.
    ///
    /// When it fails nothing was appended.
    pub fn append(&mut self, commitments: &[Hash]) -> Result<Vec<Node>> {
        let size_after = self.size.saturating_add(commitments.len() as u64);
        check_size(size_after)?;
        let mut nodes = Vec::with_capacity(commitments.len().saturating_mul(2));
        let mut index = node_count(self.size);
        let mut store = |hash| {
            nodes.push(Node { index, hash });
            index += 1;
        };
        for commitment in commitments {
            let mut hash = leaf_hash(commitment);
            store(hash);
            let completed = self.size.trailing_ones() as usize;
            for left in self.edge.drain(self.edge.len() - completed..).rev() {
                hash = Hash::node(left, hash);
                store(hash);
            }
            self.edge.push(hash);
            self.size += 1;
        }
        debug_assert!(self.size == size_after && self.size <= LEAVES_MAX);
        Ok(nodes)
    }

    /// The head of the log as it is now.
    pub fn head(&self) -> Head {
        Head { size: self.size, root: root_of_edge(&self.edge) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Nodes, leaf_commitment};

    fn commitments(range: std::ops::Range<u64>) -> Vec<Hash> {
        range.map(|number| leaf_commitment(&[0; 32], &number.to_be_bytes())).collect()
    }

    #[test]
    fn nodes_come_numbered_without_a_gap() {
        let mut appender = Appender::empty();
        let mut next = 0;
        for chunk in [1, 0, 6, 3, 22] {
            let first = appender.head().size;
            for node in appender.append(&commitments(first..first + chunk)).unwrap() {
                assert_eq!(node.index, next);
                next += 1;
            }
            assert_eq!(next, node_count(appender.head().size));
        }
    }

    #[test]
    fn an_empty_log_has_the_empty_head() {
        assert_eq!(Appender::empty().head(), Head::EMPTY);
        assert_eq!(Appender::resume(&Head::EMPTY, &Nodes::new()).unwrap().head(), Head::EMPTY);
        let wrong = Head { size: 0, root: Hash::from_bytes([1; 32]) };
        assert!(matches!(
            Appender::resume(&wrong, &Nodes::new()),
            Err(Error::EmptyRootWrong { .. })
        ));
    }

    #[test]
    fn a_damaged_or_missing_edge_stops_the_log() {
        let mut appender = Appender::empty();
        let nodes: Nodes = appender.append(&commitments(0..7)).unwrap().into_iter().collect();
        let head = appender.head();
        for index in edge_nodes(7).unwrap() {
            let mut damaged = nodes.clone();
            damaged.insert(Node { index, hash: Hash::from_bytes([9; 32]) });
            assert!(matches!(Appender::resume(&head, &damaged), Err(Error::RootMismatch { .. })));

            let lost: Nodes = nodes.iter().filter(|node| node.index != index).collect();
            let error = Appender::resume(&head, &lost).unwrap_err();
            assert_eq!(
                error.to_string(),
                format!("cannot append to the log: node {index} of the log is missing")
            );
        }
    }

    #[test]
    fn a_store_that_answers_too_little_is_noticed() {
        struct Short;
        impl NodeStore for Short {
            fn read(&self, _: &[u64]) -> Result<Vec<Hash>, crate::NodeMissing> {
                Ok(vec![Hash::EMPTY_ROOT])
            }
        }
        let head = Head { size: 7, root: Hash::EMPTY_ROOT };
        assert!(matches!(
            Appender::resume(&head, &Short),
            Err(Error::NodesMiscounted { asked: 3, answered: 1, .. })
        ));
    }

    #[test]
    fn a_full_log_takes_no_leaf_and_stays_as_it_is() {
        let mut full = Appender { size: LEAVES_MAX, edge: vec![Hash::EMPTY_ROOT] };
        let before = full.head();
        assert!(matches!(
            full.append(&commitments(0..1)),
            Err(Error::TooManyLeaves { leaves }) if leaves == LEAVES_MAX + 1
        ));
        assert_eq!(full.head(), before);
        assert!(full.append(&[]).unwrap().is_empty());
    }
}
