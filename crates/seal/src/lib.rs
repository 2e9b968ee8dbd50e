//! Signatures.
mod bundle;
mod content;
mod error;
mod finding;
mod folder;
mod key;
mod limits;
mod manifest;
mod measure;
mod name;
mod statement;
mod verify;

pub use bundle::{Bundle, BundleFault};
pub use content::{Algorithm, ContentDigest, ParseAlgorithmError};
pub use error::SealError;
pub use finding::{Finding, FindingKind, is_incomplete};
pub use folder::{Because, LeftOut, Scope, name_in};
pub use key::{Curve, KeyFault, PrivateKey, PublicKey};
pub use limits::Limits;
pub use manifest::{FileDigests, GIT_PATHS, Manifest, Method, SHARD_BYTES};
pub use measure::{Measured, Progress, measure};
pub use name::{FileName, NAME_BYTES_MAX, NameFault};
pub use statement::StatementFault;
pub use verify::{Comparison, Opened, Signer, Trust, Untrusted, compare, open};
