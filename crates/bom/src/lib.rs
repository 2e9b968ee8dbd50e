//! Bills of materials of AI systems: what a collector saw, in the words of other tools.
//!
//! ```text
//!  ObservationBatch ─┐               ┌▶ cyclonedx ─▶ CycloneDX 1.6, 1.7 (JSON) ─┐
//!  Matched ──────────┴▶ Inventory ───┴▶ spdx ──────▶ SPDX 3.0.1 (JSON-LD) ──────┤
//!                                                                               ▼
//!                        any two such files, also of other tools ─▶ diff ─▶ Difference
//! ```
//!
//! # Design
//!
//! - **It translates and never judges.** Nothing stands in a bill that is not in the batch. Where
//!   a format has no field, the attribute becomes a property `annex:NAME`; where a format asks for
//!   what nobody knows, its own word for that is used (`noAssertion`, `unknown`), and what it has
//!   no word for is left out and named in the comment of the document.
//! - **Incomplete looks incomplete.** What a collector could not read stands in the bill with the
//!   reason, and the bill says `incomplete`. A scan that read everything says `unknown`, not
//!   `complete`: no scan of source code sees what is put together at run time.
//! - **The same input gives the same bytes**: no clock, no randomness, no hash order. Ids come
//!   from the digest of the input.
//! - **Every reference resolves.** What points outside the batch is named in a property, and no
//!   dependency is made of it.
//! - **A difference is in what a part is**, its version, hashes, endpoints and properties, and not
//!   in where it was seen: a line that moved is no change.
//!
//! # Rejected
//!
//! - *One structure for both formats*: they differ in what a service, a file or a relation is.
//! - *XML and tag-value*: JSON is the one spelling that every tool of both formats reads.
//!
//! # How it can still go wrong
//!
//! - Two tools that name one part differently, without a package URL, show it as removed and
//!   added.
//! - Required times and suppliers of SPDX's AI and Dataset profiles are not in source code; see
//!   the head of `spdx`.

mod cyclonedx;
mod diff;
mod inventory;
mod iri;
mod purl;
mod spdx;
mod vulnerability;

use annex_isms::{CanonicalError, ObservationBatch};

pub use diff::{Bill, Change, ChangedPart, Difference, Part, ReadError, diff, limits};
pub use vulnerability::{Analysis, Justification, Matched, State, Vulnerability};

use inventory::Inventory;

/// A format of bills of materials that is written here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// CycloneDX 1.6, JSON.
    CycloneDx16,
    /// CycloneDX 1.7, JSON.
    CycloneDx17,
    /// SPDX 3.0.1, JSON-LD.
    Spdx301,
}

impl Format {
    /// Every format, the default first.
    pub const ALL: &[Self] = &[Self::CycloneDx16, Self::CycloneDx17, Self::Spdx301];

    /// Its name: `cyclonedx-1.6`, `cyclonedx-1.7`, `spdx-3.0.1`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CycloneDx16 => "cyclonedx-1.6",
            Self::CycloneDx17 => "cyclonedx-1.7",
            Self::Spdx301 => "spdx-3.0.1",
        }
    }
}

/// Why a bill cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum BomError {
    /// The batch has no canonical form, from which the ids are derived.
    #[error("cannot digest the observations")]
    Digest(#[source] CanonicalError),
    /// The document cannot be expressed as JSON.
    #[error("cannot write the bill of materials as {format}")]
    Write {
        /// The format.
        format: &'static str,
        /// What the writer said.
        #[source]
        source: serde_json::Error,
    },
}

/// The bill of materials of what `batch` saw, with the vulnerabilities that someone matched to its
/// parts by package URL: an indented JSON document with a last line break.
///
/// Observations of suppliers, agreements and documents are about no part and are left out.
///
/// # Errors
/// When the input cannot be expressed as JSON, which a batch that was read from JSON always can.
pub fn write(
    batch: &ObservationBatch,
    matched: &Matched,
    format: Format,
) -> Result<Vec<u8>, BomError> {
    let inventory = Inventory::new(batch, matched, format).map_err(BomError::Digest)?;
    let written = match format {
        Format::CycloneDx16 => cyclonedx::write(&inventory, "1.6"),
        Format::CycloneDx17 => cyclonedx::write(&inventory, "1.7"),
        Format::Spdx301 => spdx::write(&inventory),
    };
    let mut bytes =
        written.map_err(|source| BomError::Write { format: format.as_str(), source })?;
    bytes.push(b'\n');
    Ok(bytes)
}
