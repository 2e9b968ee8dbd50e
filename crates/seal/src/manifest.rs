//! What is signed: every file of a model with its digests, and how these were taken.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroU64;

use annex_isms::Digest;
use sha2::{Digest as _, Sha256};

use crate::{Algorithm, ContentDigest, FileName, Limits, StatementFault, statement};

/// The size of a shard where none is named: that of `model_signing`.
pub const SHARD_BYTES: NonZeroU64 = NonZeroU64::new(1_000_000_000).expect("not zero");

/// The paths of git that are left out by default, in the model's own folder only.
pub const GIT_PATHS: [&str; 4] = [".git", ".gitattributes", ".github", ".gitignore"];

/// How digests of files are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Method {
    /// The algorithm.
    pub algorithm: Algorithm,
    /// With a size, files are digested in shards of it, by several threads; without, as a whole.
    pub shard_bytes: Option<NonZeroU64>,
}

/// A model as it was signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    /// What the model was called; it says nothing about the content.
    pub model: String,
    /// How the digests were taken.
    pub method: Method,
    /// Whether links to files were followed.
    pub follows_links: bool,
    /// What was left out.
    pub ignored: BTreeSet<FileName>,
    /// The files.
    pub files: BTreeMap<FileName, FileDigests>,
}

/// The digests of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileDigests {
    /// Its size; a manifest of whole files does not tell it.
    pub bytes: Option<u64>,
    /// One for a whole file, otherwise one for each shard in order.
    pub digests: Vec<ContentDigest>,
}

impl Default for Method {
    fn default() -> Self {
        Self { algorithm: Algorithm::Sha256, shard_bytes: None }
    }
}

impl Method {
    /// A method; BLAKE3 is a tree by itself and has no shards.
    ///
    /// # Errors
    ///
    /// When the two do not go together.
    pub fn new(
        algorithm: Algorithm,
        shard_bytes: Option<NonZeroU64>,
    ) -> Result<Self, StatementFault> {
        match (algorithm, shard_bytes) {
            (Algorithm::Blake3, Some(_)) => Err(StatementFault::ShardSize),
            _ => Ok(Self { algorithm, shard_bytes }),
        }
    }

    /// Its name in a manifest.
    pub const fn as_str(self) -> &'static str {
        if self.shard_bytes.is_some() { "shards" } else { "files" }
    }

    /// What a manifest calls the algorithm of each digest.
    pub(crate) fn resource_algorithm(self) -> String {
        match self.shard_bytes {
            None => self.algorithm.to_string(),
            Some(bytes) => format!("{}-sharded-{bytes}", self.algorithm),
        }
    }
}

impl Manifest {
    /// Reads the payload of a bundle whose signature was verified; [`crate::open`] does both.
    ///
    /// # Errors
    ///
    /// When it is not a manifest, or contradicts itself.
    pub fn parse(payload: &[u8], limits: &Limits) -> Result<Self, StatementFault> {
        statement::read(payload, limits)
    }

    /// The payload that is signed.
    pub fn to_payload(&self) -> Vec<u8> {
        statement::write(self)
    }

    /// One digest for the whole model: SHA-256 over the digests of all files in the order of
    /// their names.
    pub fn root(&self) -> Digest {
        root(self.files.values().flat_map(|file| &file.digests))
    }
}

/// What lies in a folder follows it in the order of names.
pub(crate) fn first_in<'a>(
    files: &'a BTreeMap<FileName, FileDigests>,
    path: &FileName,
) -> Option<&'a FileName> {
    files.range(path..).next().map(|(name, _)| name).filter(|name| name.is_in(path))
}

pub(crate) fn root<'a>(digests: impl IntoIterator<Item = &'a ContentDigest>) -> Digest {
    let mut hasher = Sha256::new();
    for digest in digests {
        hasher.update(digest.as_bytes());
    }
    Digest::from_bytes(hasher.finalize().into())
}

/// The bounds of the shards of a file. An empty file has none.
pub(crate) fn shards(bytes: u64, shard_bytes: NonZeroU64) -> impl Iterator<Item = (u64, u64)> {
    let step = shard_bytes.get();
    (0..bytes.div_ceil(step)).map(move |n| (n * step, bytes.min((n + 1).saturating_mul(step))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shards_cover_a_file_without_gaps() {
        let of = |bytes, step| shards(bytes, NonZeroU64::new(step).unwrap()).collect::<Vec<_>>();
        assert_eq!(of(0, 4), []);
        assert_eq!(of(4, 4), [(0, 4)]);
        assert_eq!(of(9, 4), [(0, 4), (4, 8), (8, 9)]);
        assert_eq!(of(9, u64::MAX), [(0, 9)]);
    }
}
