//! What can go wrong, with the operation and the cause.
//!
//! No message repeats a body or a value that is on record: those may be confidential. For a
//! command line every variant but [`NotFound`](RegisterError::NotFound),
//! [`Asked`](RegisterError::Asked), [`Conflict`](RegisterError::Conflict) and
//! [`Stale`](RegisterError::Stale) is a failure of storage.

use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use sea_orm::{DbErr, RuntimeErr, SqlxError};

/// An operation on the register that failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RegisterError {
    /// Another process writes to it.
    #[error("the register is being written by {holder}")]
    Locked {
        /// Who, as far as is known.
        holder: String,
    },

    /// No room: on the disk, in a quota, or under a limit on the size of files.
    #[error("cannot {operation}: no room is left, or a limit on the size of files is reached")]
    Full {
        /// What was tried.
        operation: &'static str,
        /// What the system said.
        source: Box<dyn std::error::Error + Send + Sync>,
    },

    /// It may be read and not be written.
    #[error("cannot {operation}: it is read-only, or its permissions forbid it")]
    ReadOnly {
        /// What was tried.
        operation: &'static str,
        /// What the system said; `None` when it was opened for reading.
        source: Option<Box<dyn std::error::Error + Send + Sync>>,
    },

    /// The folder is on a network file system, whose locks do not hold.
    #[error(
        "{} is on a network file system ({file_system}), where locks do not hold; use a local folder, or a server",
        folder.display()
    )]
    NetworkFileSystem {
        /// The folder.
        folder: PathBuf,
        /// The file system.
        file_system: &'static str,
    },

    /// A newer version wrote it.
    #[error("the register has schema {found}; this version knows up to {known}")]
    NewerSchema {
        /// The schema of the register.
        found: i32,
        /// The newest that is known here.
        known: i32,
    },

    /// An older version wrote it, and it is opened for reading only.
    #[error("the register has schema {found} and needs {known}; open it once for writing")]
    OlderSchema {
        /// The schema of the register.
        found: i32,
        /// The schema that is needed.
        known: i32,
    },

    /// Something that is stored cannot be so.
    #[error("the register is damaged: {what}")]
    Corrupt {
        /// What.
        what: String,
    },

    /// Something that was asked for is not there.
    #[error("not found: {what}")]
    NotFound {
        /// What.
        what: String,
    },

    /// A question that cannot be answered, and which can.
    #[error("{what}")]
    Asked {
        /// What is wrong, and what is possible.
        what: String,
    },

    /// A change that contradicts what is on record.
    #[error("{what}")]
    Conflict {
        /// What contradicts what.
        what: String,
    },

    /// Somebody recorded an entity between the reading that a change was decided on and the
    /// change. Nothing was recorded.
    #[error(
        "the {kind} `{key}` was changed by somebody else meanwhile; nothing was recorded, look at it again and decide anew"
    )]
    Stale {
        /// The kind of the entity.
        kind: &'static str,
        /// Its key within the kind.
        key: String,
    },

    /// The ledger refused.
    #[error("cannot {operation}")]
    Ledger {
        /// What was tried.
        operation: &'static str,
        /// What it said.
        source: annex_ledger::Error,
    },

    /// A file could not be used.
    #[error("cannot {operation} {}", path.display())]
    Io {
        /// What was tried.
        operation: &'static str,
        /// On which path.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },

    /// Any other failure of the database.
    #[error("cannot {operation}")]
    Database {
        /// What was tried.
        operation: &'static str,
        /// What it said.
        source: DbErr,
    },
}

/// The primary result codes of SQLite that are told apart (<https://sqlite.org/rescode.html>).
mod code {
    pub(super) const PERM: i32 = 3;
    pub(super) const BUSY: i32 = 5;
    pub(super) const READONLY: i32 = 8;
    pub(super) const CORRUPT: i32 = 11;
    pub(super) const FULL: i32 = 13;
    pub(super) const CANTOPEN: i32 = 14;
    pub(super) const NOTADB: i32 = 26;
    /// An extended code. SQLite answers it to EFBIG and EDQUOT, only ENOSPC becomes `FULL`.
    pub(super) const IOERR_WRITE: i32 = 778;
}

impl RegisterError {
    pub(crate) fn io(operation: &'static str, path: &Path, source: io::Error) -> Self {
        match source.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => {
                Self::Full { operation, source: source.into() }
            }
            ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
                Self::ReadOnly { operation, source: Some(source.into()) }
            }
            _ => Self::Io { operation, path: path.to_owned(), source },
        }
    }

    pub(crate) fn corrupt(what: impl Into<String>) -> Self {
        Self::Corrupt { what: what.into() }
    }
}

/// Names the operation to an error of a layer below.
pub(crate) trait During<T> {
    fn during(self, operation: &'static str) -> Result<T, RegisterError>;
}

impl<T> During<T> for Result<T, annex_ledger::Error> {
    fn during(self, operation: &'static str) -> Result<T, RegisterError> {
        self.map_err(|source| RegisterError::Ledger { operation, source })
    }
}

impl<T> During<T> for Result<T, DbErr> {
    fn during(self, operation: &'static str) -> Result<T, RegisterError> {
        self.map_err(|source| match sqlite_code(&source) {
            Some(code::IOERR_WRITE) => RegisterError::Full { operation, source: source.into() },
            Some(extended) => match extended & 0xff {
                code::FULL => RegisterError::Full { operation, source: source.into() },
                code::BUSY => RegisterError::Locked { holder: "another program".to_owned() },
                code::PERM | code::READONLY | code::CANTOPEN => {
                    RegisterError::ReadOnly { operation, source: Some(source.into()) }
                }
                code::CORRUPT | code::NOTADB => RegisterError::corrupt(source.to_string()),
                _ => RegisterError::Database { operation, source },
            },
            None => RegisterError::Database { operation, source },
        })
    }
}

fn sqlite_code(error: &DbErr) -> Option<i32> {
    let (DbErr::Conn(RuntimeErr::SqlxError(error))
    | DbErr::Exec(RuntimeErr::SqlxError(error))
    | DbErr::Query(RuntimeErr::SqlxError(error))) = error
    else {
        return None;
    };
    match &**error {
        SqlxError::Database(error) => error.code()?.parse().ok(),
        _ => None,
    }
}
