//! Errors, and the exit code that each has.

use annex_register::RegisterError;
use annex_settings::SettingsError;

/// Why a command or query failed.
#[derive(Debug, thiserror::Error)]
pub enum OperationError {
    /// What was asked for is wrong; says what, and what to do.
    #[error("{0}")]
    Input(String),
    /// What is to be changed is not on record; says what lists such things.
    #[error("{0}")]
    NotFound(String),
    /// The caller may not; says what, and who can change that.
    #[error("{0}")]
    Forbidden(String),
    /// Settings or declarations.
    #[error(transparent)]
    Settings(#[from] Box<SettingsError>),
    /// The catalogue.
    #[error(transparent)]
    Catalogue(#[from] annex_catalog::CatalogueError),
    /// The scan.
    #[error(transparent)]
    Discover(#[from] annex_discover::DiscoverError),
    /// The register.
    #[error(transparent)]
    Register(#[from] RegisterError),
    /// The evidence store.
    #[error(transparent)]
    Blobs(#[from] annex_blobs::Error),
    /// A key or a checkpoint.
    #[error(transparent)]
    Ledger(#[from] annex_ledger::Error),
    /// A pack.
    #[error(transparent)]
    Pack(#[from] annex_report::PackError),
    /// A file cannot be read or written.
    #[error("cannot {operation} {path}")]
    File {
        /// What was tried.
        operation: &'static str,
        /// On which path.
        path: String,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A fault of Annex itself.
    #[error("internal error: {0}")]
    Internal(String),
}

/// Exit codes of the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Done.
    Done = 0,
    /// Done, and what was looked for was found.
    Found = 1,
    /// Bad usage or input.
    Input = 2,
    /// Something could not be read or reached.
    Incomplete = 3,
    /// Storage, lock or internal failure.
    Failure = 4,
}

impl OperationError {
    /// The exit code that this error has.
    pub const fn exit(&self) -> Exit {
        match self {
            Self::Input(_)
            | Self::NotFound(_)
            | Self::Forbidden(_)
            | Self::Settings(_)
            | Self::Catalogue(_)
            | Self::Discover(_)
            | Self::Pack(_)
            | Self::Ledger(_)
            | Self::Blobs(annex_blobs::Error::TooLarge { .. })
            | Self::Register(
                RegisterError::NotFound { .. }
                | RegisterError::Asked { .. }
                | RegisterError::Conflict { .. }
                | RegisterError::Stale { .. },
            ) => Exit::Input,
            Self::Register(_) | Self::Blobs(_) | Self::File { .. } | Self::Internal(_) => {
                Exit::Failure
            }
        }
    }

    /// Whether what was to be changed was changed by someone else meanwhile.
    pub const fn is_stale(&self) -> bool {
        matches!(self, Self::Register(RegisterError::Stale { .. }))
    }

    /// Whether something was asked for that cannot be answered; the error says what can.
    pub const fn is_asked(&self) -> bool {
        matches!(self, Self::Register(RegisterError::Asked { .. }))
    }

    /// Whether the register is away or busy for a while: the same may go well later. The message
    /// says what became of what was tried, and names no secret.
    pub const fn is_away(&self) -> bool {
        matches!(
            self,
            Self::Register(
                RegisterError::Unreachable { .. }
                    | RegisterError::Unconfirmed
                    | RegisterError::Locked { .. }
            )
        )
    }

    /// There is no such thing, of this organisation.
    pub(crate) fn not_found(message: impl Into<String>) -> Self {
        Self::NotFound(message.into())
    }

    pub(crate) fn input(message: impl Into<String>) -> Self {
        Self::Input(message.into())
    }
}

impl From<annex_isms::CanonicalError> for OperationError {
    fn from(error: annex_isms::CanonicalError) -> Self {
        Self::Internal(error.to_string())
    }
}
