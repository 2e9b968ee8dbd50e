//! Why a pack is refused: always with the file or the header, and what is wrong with it.

use std::fmt;
use std::io;

/// Where in a pack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A file, by its path.
    File(String),
    /// The header in front of a file.
    LocalHeader(String),
    /// The header of a file in the directory at the end.
    CentralHeader(String),
    /// The record that ends the pack.
    EndRecord,
    /// The pack as a whole.
    Pack,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => f.write_str(path),
            Self::LocalHeader(path) => write!(f, "local header of {path}"),
            Self::CentralHeader(path) => write!(f, "central directory, header of {path}"),
            Self::EndRecord => f.write_str("end of central directory"),
            Self::Pack => f.write_str("pack"),
        }
    }
}

/// A pack that was refused or could not be made.
#[derive(Debug, thiserror::Error)]
#[error("{place}: {fault}")]
pub struct PackError {
    /// Where.
    pub place: Place,
    /// What is wrong.
    #[source]
    pub fault: Fault,
}

/// What is wrong.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    /// It could not be read or written.
    #[error("cannot be read or written")]
    Io(#[source] io::Error),
    /// The pack ends too early.
    #[error("the pack ends within it")]
    Truncated,
    /// A field of a header has another value than the only one it may have.
    #[error("{field} is not canonical: {found:#x} instead of {canonical:#x}")]
    Field {
        /// Which.
        field: &'static str,
        /// The value it has.
        found: u64,
        /// The value it must have.
        canonical: u64,
    },
    /// Another name than the one that must stand there.
    #[error("the name is not the one that stands here in the manifest")]
    Name,
    /// The bytes are not those that were signed for.
    #[error("content does not match {by}")]
    Content {
        /// By what it is named.
        by: &'static str,
    },
    /// A signature that does not hold.
    #[error("signature does not hold with this key: {0}")]
    Signature(#[source] Box<annex_ledger::Error>),
    /// A proof that does not hold.
    #[error("{0}")]
    Proof(#[source] Box<annex_ledger::Error>),
    /// Signed, but not of the form that a pack has.
    #[error("{0}")]
    Form(String),
    /// A limit was reached.
    #[error("{what}: {found} is more than {max}")]
    Limit {
        /// Which limit.
        what: &'static str,
        /// What was found.
        found: u64,
        /// What is allowed.
        max: u64,
    },
    /// Bytes after the end.
    #[error("bytes follow after it")]
    Trailing,
}

impl PackError {
    pub(crate) const fn new(place: Place, fault: Fault) -> Self {
        Self { place, fault }
    }

    pub(crate) fn file(path: &str, fault: Fault) -> Self {
        Self { place: Place::File(path.to_owned()), fault }
    }

    pub(crate) fn form(path: &str, what: impl Into<String>) -> Self {
        Self::file(path, Fault::Form(what.into()))
    }

    pub(crate) fn io(place: Place, error: io::Error) -> Self {
        let fault = match error.kind() {
            io::ErrorKind::UnexpectedEof => Fault::Truncated,
            _ => Fault::Io(error),
        };
        Self { place, fault }
    }
}
