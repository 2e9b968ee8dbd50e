//! Signatures and digests of models, in the format of OpenSSF model signing.
//!
//! ```text
//!  a folder ─ measure ─▶ digests of every file ─ sign ────▶ a bundle
//!                │                                 ▲
//!                │                          key, certificate
//!                ▼
//!  a folder ─ compare ─▶ findings                   key or roots
//!                ▲                                       │
//!                └── manifest, signer ◀── open ◀── a bundle
//! ```
//!
//! A model is a folder of files, or one file. What is signed is a manifest: each file's path and
//! digest. The bundle around it is the one that the Python package `model-signing` reads and
//! writes, so that a model signed there is verified here and the other way round.
//!
//! # Design
//!
//! - **Every file counts.** A file that is not in the manifest is a finding like one that changed;
//!   what is left out is told; what could not be read is never taken for unchanged.
//! - **Trust comes from outside.** A bundle names its key and carries certificates, but what it is
//!   verified with is given by whoever verifies.
//! - **First the signature, then the content.** The manifest is not read before the signature
//!   holds, and is foreign input even then.
//! - **No primitive of our own.** Curves, digests, encodings are those of RustCrypto, the path of
//!   certificates is followed by `webpki`.
//! - **By all cores.** Files, shards of files, or subtrees (BLAKE3) are digested beside each other.
//!
//! # Stricter than `model_signing`
//!
//! - An empty file beside a manifest of shards, which cannot list it, is a finding.
//! - Several signatures, names and paths to leave out that are spelled in two ways or lead out of
//!   the folder, an empty manifest and a file listed twice are refused, not read as they come.
//! - The certificate of a signer is not one of an authority, unless it is itself given as root.
//!
//! # Rejected
//!
//! - *Verifying bundles without a key* (Sigstore, keyless): only the current trust root of that
//!   service could do it, and that cannot be had offline. They are recognised and refused.
//! - *Looking behind links to folders*: `model_signing` lists nothing there, so a signature would
//!   not cover it.
//!
//! # How it can still go wrong
//!
//! - A signature says who signed, not that the model is harmless: scan it too.
//! - Nothing proves when a bundle was signed, and revoked certificates are not looked up.
//! - A file can be changed between this verification and its use.
#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test stops where it is surprised"))]

mod bundle;
mod certificate;
mod content;
mod error;
mod finding;
mod folder;
mod key;
mod limits;
mod manifest;
mod measure;
mod name;
mod secret;
mod sign;
mod statement;
mod verify;

pub use bundle::{Bundle, BundleFault};
pub use certificate::{Certificate, CertificateFault, Identity, Roots};
pub use content::{Algorithm, ContentDigest, ParseAlgorithmError};
pub use error::SealError;
pub use finding::{Finding, FindingKind, is_incomplete};
pub use folder::{Because, LeftOut, Scope, name_in};
pub use key::{Curve, KeyFault, PrivateKey, PublicKey};
pub use limits::Limits;
pub use manifest::{FileDigests, GIT_PATHS, Manifest, Method, SHARD_BYTES};
pub use measure::{Measured, Progress, measure};
pub use name::{FileName, NAME_BYTES_MAX, NameFault};
pub use secret::Secret;
pub use sign::{Credentials, Signed, sign};
pub use statement::StatementFault;
pub use verify::{Comparison, Opened, Signer, Trust, Untrusted, compare, open};
