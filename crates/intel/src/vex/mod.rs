//! `OpenVEX`: what people state about a vulnerability in their product, read, applied, written.
//!
//! ```text
//!  bytes ─▶ Document (validated) ─▶ apply to a Report: the latest statement on a match wins
//!  statements on record ─▶ Document ─▶ bytes
//! ```
//!
//! A statement is about a product. Either the product is the dependency itself, or it is one of
//! the products that the caller calls his own and the dependency is a subcomponent of it. A
//! statement about somebody else's product decides nothing here, however well it fits. Nothing
//! is removed from a report: a match that is not affected stays in it and says why.

mod apply;
mod purl;
mod read;

use annex_isms::Instant;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use read::VexError;

/// The context of the documents that are written.
pub const CONTEXT: &str = "https://openvex.dev/ns/v0.2.0";

/// What is stated of a vulnerability in a product.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// It concerns the product.
    Affected,
    /// Somebody looks into it.
    UnderInvestigation,
    /// The product holds a fix.
    Fixed,
    /// It does not concern the product, for a reason.
    NotAffected,
}

/// Why a product is not affected.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Justification {
    /// The component is not in the product.
    ComponentNotPresent,
    /// The component is there, the vulnerable part of it is not.
    VulnerableCodeNotPresent,
    /// Nothing calls the vulnerable part.
    VulnerableCodeNotInExecutePath,
    /// An attacker has no say over what reaches it.
    VulnerableCodeCannotBeControlledByAdversary,
    /// Something before it keeps the attack away.
    InlineMitigationsAlreadyExist,
}

impl Status {
    /// The word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Affected => "affected",
            Self::UnderInvestigation => "under_investigation",
            Self::Fixed => "fixed",
            Self::NotAffected => "not_affected",
        }
    }
}

impl Justification {
    /// The word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ComponentNotPresent => "component_not_present",
            Self::VulnerableCodeNotPresent => "vulnerable_code_not_present",
            Self::VulnerableCodeNotInExecutePath => "vulnerable_code_not_in_execute_path",
            Self::VulnerableCodeCannotBeControlledByAdversary => {
                "vulnerable_code_cannot_be_controlled_by_adversary"
            }
            Self::InlineMitigationsAlreadyExist => "inline_mitigations_already_exist",
        }
    }
}

/// An `OpenVEX` document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Document {
    /// The version of the format.
    #[serde(rename = "@context")]
    pub context: String,
    /// Its name, an IRI.
    #[serde(rename = "@id")]
    pub id: String,
    /// Who states it.
    pub author: String,
    /// When it was issued.
    pub timestamp: Instant,
    /// Its revision, from 1.
    pub version: u64,
    /// What is stated.
    pub statements: Vec<Statement>,
}

/// One statement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Statement {
    /// The vulnerability.
    pub vulnerability: Vulnerability,
    /// The products that it is about; at least one.
    pub products: Vec<Product>,
    /// What is stated.
    pub status: Status,
    /// Why it is not affected, in a word.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub justification: Option<Justification>,
    /// The same in a sentence.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub impact_statement: String,
    /// What to do when it is affected.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub action_statement: String,
    /// When it was stated or last confirmed.
    pub timestamp: Instant,
}

/// The vulnerability that a statement is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Vulnerability {
    /// Its name, such as `CVE-2024-1234`.
    pub name: String,
    /// Other names.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
}

/// The product that a statement is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Product {
    /// Its name: an IRI, most often a package URL.
    #[serde(rename = "@id")]
    pub id: String,
    /// The parts of it that the statement is about; none is all.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub subcomponents: Vec<Component>,
}

/// A part of a product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Component {
    /// Its name, most often a package URL.
    #[serde(rename = "@id")]
    pub id: String,
}

impl Document {
    /// A document of the current format.
    pub fn new(id: &str, author: &str, timestamp: Instant, statements: Vec<Statement>) -> Self {
        Self {
            context: CONTEXT.to_owned(),
            id: id.to_owned(),
            author: author.to_owned(),
            timestamp,
            version: 1,
            statements,
        }
    }

    /// The document as JSON, checked as a reader would check it.
    ///
    /// # Errors
    /// When a statement is not valid; it is named.
    pub fn to_json(&self) -> Result<String, VexError> {
        let text = serde_json::to_string_pretty(self)
            .map_err(|error| VexError::Json { fault: error.to_string() })?;
        Self::parse(text.as_bytes(), &crate::Limits::default())?;
        Ok(text + "\n")
    }
}

#[cfg(test)]
mod tests;
