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

    /// The request was carried out before.
    #[error("this request was carried out before; nothing was recorded again")]
    Repeated,

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

    /// The server of the database is not there, or does not answer. Nothing was recorded.
    #[error(
        "cannot {operation}: cannot reach the database, or it does not answer; nothing was recorded, try again once it runs"
    )]
    Unreachable {
        /// What was tried.
        operation: &'static str,
        /// What the system said.
        source: Box<dyn std::error::Error + Send + Sync>,
    },

    /// The connection broke while changes were being committed, and nobody could be asked since.
    #[error(
        "the connection to the database broke while changes were being committed: they are on record whole or not at all; look which before you try again"
    )]
    Unconfirmed,

    /// Any other failure of the database.
    #[error("cannot {operation}")]
    Database {
        /// What was tried.
        operation: &'static str,
        /// What it said.
        source: DbErr,
    },
}

/// The codes of PostgreSQL that are told apart; five characters each, the first two the class
/// (<https://www.postgresql.org/docs/current/errcodes-appendix.html>).
mod state {
    pub(super) const CONNECTION: &str = "08";
    pub(super) const UNTRANSLATABLE: &str = "22021";
    pub(super) const READ_ONLY: &str = "25006";
    pub(super) const IDLE_IN_TRANSACTION: &str = "25P03";
    pub(super) const DISK_FULL: &str = "53100";
    pub(super) const TOO_MANY_CONNECTIONS: &str = "53300";
    pub(super) const NO_PRIVILEGE: &str = "42501";
    pub(super) const LOCK_NOT_AVAILABLE: &str = "55P03";
    pub(super) const SHUT_DOWN: &str = "57P";
    pub(super) const CORRUPT: &str = "XX00";
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
        self.map_err(|source| match code_of(&source) {
            Code::Sqlite(code) => of_sqlite(code, operation, source),
            Code::Postgres(code) => of_postgres(&code, operation, source),
            Code::Connection => RegisterError::Unreachable { operation, source: source.into() },
            Code::None => RegisterError::Database { operation, source },
        })
    }
}

fn of_sqlite(code: i32, operation: &'static str, source: DbErr) -> RegisterError {
    match code {
        code::IOERR_WRITE => RegisterError::Full { operation, source: source.into() },
        extended => match extended & 0xff {
            code::FULL => RegisterError::Full { operation, source: source.into() },
            code::BUSY => RegisterError::Locked { holder: "another program".to_owned() },
            code::PERM | code::READONLY | code::CANTOPEN => {
                RegisterError::ReadOnly { operation, source: Some(source.into()) }
            }
            code::CORRUPT | code::NOTADB => RegisterError::corrupt(source.to_string()),
            _ => RegisterError::Database { operation, source },
        },
    }
}

fn of_postgres(code: &str, operation: &'static str, source: DbErr) -> RegisterError {
    match code {
        state::DISK_FULL => RegisterError::Full { operation, source: source.into() },
        state::READ_ONLY | state::NO_PRIVILEGE => {
            RegisterError::ReadOnly { operation, source: Some(source.into()) }
        }
        state::LOCK_NOT_AVAILABLE => RegisterError::Locked { holder: "another process".to_owned() },
        state::UNTRANSLATABLE => RegisterError::Conflict {
            what: "a text has a character that the database cannot hold (NUL)".to_owned(),
        },
        state::IDLE_IN_TRANSACTION | state::TOO_MANY_CONNECTIONS => {
            RegisterError::Unreachable { operation, source: source.into() }
        }
        code if code.starts_with(state::CONNECTION) || code.starts_with(state::SHUT_DOWN) => {
            RegisterError::Unreachable { operation, source: source.into() }
        }
        code if code.starts_with(state::CORRUPT) && code != "XX000" => {
            RegisterError::corrupt(source.to_string())
        }
        _ => RegisterError::Database { operation, source },
    }
}

/// What a database says of a failure.
enum Code {
    Sqlite(i32),
    Postgres(String),
    /// The way to the database failed, not the database.
    Connection,
    None,
}

fn code_of(error: &DbErr) -> Code {
    let error = match error {
        DbErr::ConnectionAcquire(_) => return Code::Connection,
        DbErr::Conn(RuntimeErr::SqlxError(error))
        | DbErr::Exec(RuntimeErr::SqlxError(error))
        | DbErr::Query(RuntimeErr::SqlxError(error)) => error,
        _ => return Code::None,
    };
    match &**error {
        // What hangs up in the middle of a greeting is no protocol that the driver knows.
        SqlxError::Io(_)
        | SqlxError::Protocol(_)
        | SqlxError::PoolTimedOut
        | SqlxError::PoolClosed => Code::Connection,
        SqlxError::Database(error) => match error.code() {
            Some(code) if code.len() == state::READ_ONLY.len() => Code::Postgres(code.into_owned()),
            Some(code) => code.parse().map_or(Code::None, Code::Sqlite),
            None => Code::None,
        },
        _ => Code::None,
    }
}
