//! Errors.

use std::path::PathBuf;

use crate::{BundleFault, CertificateFault, Finding, KeyFault, StatementFault, Untrusted};

/// Why something could not be signed, verified or digested at all.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// There is no folder, and no file either.
    #[error("there is nothing at {}", .path.display())]
    Nothing {
        /// The path.
        path: PathBuf,
    },
    /// A folder has too many files, folders or shards.
    #[error("{} has more than {files_max} files, folders or shards (files_max)", .path.display())]
    TooManyFiles {
        /// The folder.
        path: PathBuf,
        /// The limit.
        files_max: usize,
    },
    /// A folder has no file that counts.
    #[error("there is no file in {} to sign", .path.display())]
    NoFiles {
        /// The folder.
        path: PathBuf,
    },
    /// Something in a folder cannot stand in a manifest.
    #[error("{} in the folder cannot be signed", findings_count(.findings))]
    Unsignable {
        /// All of it.
        findings: Vec<Finding>,
    },
    /// The private key gave no signature.
    #[error("no signature could be made with the private key")]
    Signing,
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
    /// The bundle carries no certificate.
    #[error("the bundle was signed with a key, without a certificate; give the public key")]
    NeedsKey,
    /// A certificate is none.
    #[error("the certificate cannot be used: {0}")]
    Certificate(#[from] CertificateFault),
    /// A key is none.
    #[error("the key cannot be used: {0}")]
    Key(#[from] KeyFault),
}

fn findings_count(findings: &[Finding]) -> String {
    match findings {
        [finding] => format!("{:?} ({})", finding.path, finding.detail),
        findings => format!("{} paths", findings.len()),
    }
}
