//! The audit pack: everything that an assessment rests on, in one file that cannot be changed.
//!
//! ```text
//!  manifest.note      signed: the digest of the manifest
//!   └▶ manifest       the digest and size of every other file
//!       ├▶ assessment.json ──────── its digest is in ▼
//!       ├▶ ledger/entries/*.json ── proven by ledger/proofs.json ─▶ ledger/checkpoint (signed)
//!       ├▶ evidence/<sha-256>       named by their own digest
//!       └▶ index.html, README.txt, catalogue.json, csv/*, json/*
//! ```
//!
//! # Design
//!
//! - **A ZIP that has one spelling.** Every tool opens it, but of all the ways to write a ZIP one
//!   is canonical: stored, fixed dates and versions, no extra fields, the signed files first, the
//!   others in the order of their names. [`format`] is the table of every header field; writing
//!   and verifying both read it, so there is no byte that nobody compares.
//! - **What is signed comes first**, so that verifying trusts nothing before it is checked:
//!   after `manifest.note` and `manifest`, the name, size and digest of everything else is known.
//! - **The key comes from elsewhere.** A pack that brought its own key would prove nothing.
//! - **The note signs the manifest's digest**, because a signed note holds at most a megabyte
//!   and a manifest of 65,000 files needs ten.
//!
//! # What it does not prove
//!
//! Order, not time: who holds the key can make another log and date it as they like. And a pack
//! may leave entries out; that the log has others shows in the size of the checkpoint.

mod build;
mod error;
mod format;
mod ledger;
mod manifest;
mod verify;

pub use build::{Pack, PackEntry, Written};
pub use error::{Fault, PackError, Place};
pub use verify::{Verified, verify};

/// What a pack may hold. Reaching a limit is an error that names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PackLimits {
    /// The whole file; a ZIP without the 64-bit extension ends below 4 GiB.
    pub pack_bytes_max: u64,
    /// Files, the manifest and its note included.
    pub files_max: usize,
    /// The manifest, which is held in memory.
    pub manifest_bytes_max: u64,
    /// The proofs, which are held in memory.
    pub proofs_bytes_max: u64,
    /// A body of the ledger, which is held in memory, one at a time.
    pub body_bytes_max: u64,
}

impl Default for PackLimits {
    fn default() -> Self {
        Self {
            pack_bytes_max: 0xffff_fffe,
            files_max: 0xfffe,
            manifest_bytes_max: 32 << 20,
            proofs_bytes_max: 256 << 20,
            body_bytes_max: 256 << 20,
        }
    }
}

/// The paths that verifying knows.
pub(crate) mod path {
    pub(crate) const NOTE: &str = "manifest.note";
    pub(crate) const MANIFEST: &str = "manifest";
    pub(crate) const ASSESSMENT: &str = "assessment.json";
    pub(crate) const CATALOGUE: &str = "catalogue.json";
    pub(crate) const CHECKPOINT: &str = "ledger/checkpoint";
    pub(crate) const PROOFS: &str = "ledger/proofs.json";
    pub(crate) const ENTRIES: &str = "ledger/entries/";
    pub(crate) const EVIDENCE: &str = "evidence/";

    /// Where the body of an entry is: padded, so that names are in the order of the log.
    pub(crate) fn entry(index: u64) -> String {
        format!("{ENTRIES}{index:015}.json")
    }
}
