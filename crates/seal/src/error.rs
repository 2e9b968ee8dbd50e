//! Errors.

use std::path::PathBuf;

use crate::{BundleFault, KeyFault, StatementFault, Untrusted};

/// Why something could not be signed, verified or digested at all.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// A folder cannot be read.
    #[error("cannot read {}", .path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What the operating system said.
        #[source]
        source: std::io::Error,
    },
    /// A folder has too many files or shards.
    #[error("{} has more than {files_max} files or shards (files_max)", .path.display())]
    TooManyFiles {
        /// The folder.
        path: PathBuf,
        /// The limit.
        files_max: usize,
    },
    /// The bundle is none.
    #[error("the bundle cannot be used: {0}")]
    Bundle(#[from] BundleFault),
    /// The bundle signs something else than a model.
    #[error("the bundle cannot be used: {0}")]
    Statement(#[from] StatementFault),
    /// The signature does not hold.
    #[error("the signature does not hold: {0}")]
    Untrusted(#[from] Untrusted),
    /// The bundle carries certificates.
    #[error("the bundle was signed with a certificate; give the roots that it must lead to")]
    NeedsRoots,
    /// A key is none.
    #[error("the key cannot be used: {0}")]
    Key(#[from] KeyFault),
}
