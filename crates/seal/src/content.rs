//! Digests of content: which algorithms there are, and how a digest is written.

use std::fmt;
use std::str::FromStr;

/// An algorithm for digests of files. `model_signing` knows these three.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    /// SHA-256, the default.
    Sha256,
    /// `BLAKE2b` with 64 bytes.
    Blake2b,
    /// BLAKE3 with 32 bytes; one file is digested by several threads.
    Blake3,
}

/// The digest of a file or of a part of one.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ContentDigest(Box<[u8]>);

/// A text that names no algorithm.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no digest algorithm; expected sha256, blake2b or blake3")]
pub struct ParseAlgorithmError(String);

impl Algorithm {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Sha256, Self::Blake2b, Self::Blake3];

    /// Its name in a manifest.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sha256 => "sha256",
            Self::Blake2b => "blake2b",
            Self::Blake3 => "blake3",
        }
    }

    /// How long its digests are.
    pub const fn digest_bytes(self) -> usize {
        match self {
            Self::Sha256 | Self::Blake3 => 32,
            Self::Blake2b => 64,
        }
    }
}

impl FromStr for Algorithm {
    type Err = ParseAlgorithmError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let known = Self::ALL.into_iter().find(|algorithm| algorithm.as_str() == text);
        known.ok_or_else(|| ParseAlgorithmError(text.chars().take(80).collect()))
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl ContentDigest {
    pub(crate) fn new(bytes: impl Into<Box<[u8]>>) -> Self {
        Self(bytes.into())
    }

    /// Reads lower- or upper-case hexadecimal digits; `None` when they are not that, or not as
    /// many as the algorithm's digests have.
    pub(crate) fn from_hex(algorithm: Algorithm, text: &str) -> Option<Self> {
        if text.len() != 2 * algorithm.digest_bytes() || !text.is_ascii() {
            return None;
        }
        let nibble = |digit: u8| char::from(digit).to_digit(16);
        let byte = |pair: &[u8]| u8::try_from(nibble(pair[0])? << 4 | nibble(pair[1])?).ok();
        let bytes: Option<Vec<u8>> = text.as_bytes().chunks_exact(2).map(byte).collect();
        Some(Self::new(bytes?))
    }

    /// The bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Lower-case hexadecimal digits.
    pub fn hex(&self) -> String {
        use fmt::Write as _;
        self.0.iter().fold(String::with_capacity(2 * self.0.len()), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
    }
}

impl fmt::Debug for ContentDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.hex())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hexadecimal_digits_are_read_and_written() {
        let text = "00ff".repeat(16);
        let digest = ContentDigest::from_hex(Algorithm::Sha256, &text).unwrap();
        assert_eq!(digest.hex(), text);
        assert_eq!(ContentDigest::from_hex(Algorithm::Sha256, &text.to_uppercase()), Some(digest));
        for text in ["", "00", &"0g".repeat(32), &"ä".repeat(32), &"00".repeat(64)] {
            assert_eq!(ContentDigest::from_hex(Algorithm::Sha256, text), None, "{text}");
        }
    }

    #[test]
    fn an_algorithm_is_read_by_its_name_in_a_manifest() {
        for algorithm in Algorithm::ALL {
            assert_eq!(algorithm.as_str().parse(), Ok(algorithm));
        }
        assert!("md5".parse::<Algorithm>().unwrap_err().to_string().contains("expected sha256"));
    }
}
