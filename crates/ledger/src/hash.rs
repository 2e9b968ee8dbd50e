//! A SHA-256 value and the two ways in which the log makes one from an entry.
//!
//! In JSON and in messages a hash is 64 lower-case hexadecimal digits; inside a checkpoint the
//! format prescribes base64, and only `checkpoint` writes that.

use std::fmt;
use std::str::FromStr;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest as _, Sha256};

use crate::{Error, Result};

/// A SHA-256 value: a commitment, a node of the tree or its root.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hash([u8; 32]);

/// What the log keeps of an entry: SHA-256 over the nonce followed by the body.
///
/// The nonce has a fixed length, so no two pairs of nonce and body run together. It must be fresh
/// and secret until the body is shown: it is what hides a guessable body after erasure.
pub fn leaf_commitment(nonce: &[u8; 32], body: &[u8]) -> Hash {
    let mut hasher = Sha256::new();
    hasher.update(nonce);
    hasher.update(body);
    Hash(hasher.finalize().into())
}

/// The node at the bottom of the tree for a commitment: the leaf hash of RFC 6962, section 2.1,
/// SHA-256 over a zero byte and the commitment.
pub fn leaf_hash(commitment: &Hash) -> Hash {
    tlog_tiles::record_hash(&commitment.0).into()
}

impl Hash {
    /// The root of the empty log (RFC 6962): SHA-256 of nothing.
    pub const EMPTY_ROOT: Self = Self(tlog_tiles::EMPTY_HASH.0);

    /// A hash that was computed elsewhere.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// A node from its two children (RFC 6962): SHA-256 over a one byte, left and right.
    pub(crate) fn node(left: Self, right: Self) -> Self {
        tlog_tiles::node_hash(left.into(), right.into()).into()
    }
}

impl From<tlog_tiles::Hash> for Hash {
    fn from(hash: tlog_tiles::Hash) -> Self {
        Self(hash.0)
    }
}

impl From<Hash> for tlog_tiles::Hash {
    fn from(hash: Hash) -> Self {
        Self(hash.0)
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Hash {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let refuse = |reason| Error::HashMalformed { reason };
        if text.len() != 64 {
            return Err(refuse("it is not 64 digits long"));
        }
        let mut bytes = [0; 32];
        for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
            let (Some(high), Some(low)) = (digit(pair[0]), digit(pair[1])) else {
                return Err(refuse("only the digits 0 to 9 and a to f are allowed"));
            };
            *byte = high << 4 | low;
        }
        Ok(Self(bytes))
    }
}

const fn digit(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    }
}

impl Serialize for Hash {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Hash {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_commitment_is_sha_256_of_nonce_and_body() {
        let by_hand: [u8; 32] = Sha256::digest([&[7; 32][..], b"body"].concat()).into();
        assert_eq!(leaf_commitment(&[7; 32], b"body"), Hash(by_hand));
        assert_ne!(leaf_commitment(&[8; 32], b"body"), Hash(by_hand));
    }

    #[test]
    fn the_empty_root_is_sha_256_of_nothing() {
        assert_eq!(
            Hash::EMPTY_ROOT.to_string(),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        );
    }

    #[test]
    fn text_has_one_spelling() {
        let text = Hash::EMPTY_ROOT.to_string();
        assert_eq!(text.parse::<Hash>().unwrap(), Hash::EMPTY_ROOT);
        for wrong in [text.to_uppercase(), format!("{text}0"), text[1..].to_owned(), String::new()]
        {
            assert!(wrong.parse::<Hash>().is_err(), "{wrong} was taken for a hash");
        }
        // 64 bytes, but not 64 characters: no slicing inside a character.
        assert!("é".repeat(32).parse::<Hash>().is_err());
    }
}
