//! Reading `OpenVEX`, format 0.2.0 and the older ones in which names were plain texts.

use annex_isms::Instant;
use serde::Deserialize;

use super::{Component, Document, Justification, Product, Statement, Status, Vulnerability};
use crate::Limits;

/// Why bytes are no valid `OpenVEX` document.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VexError {
    /// Not JSON of that shape.
    #[error("not an OpenVEX document: {fault}")]
    Json {
        /// What is wrong, with line and column.
        fault: String,
    },
    /// A part of the document itself is wrong.
    #[error("`{field}`: {fault}")]
    Document {
        /// Which.
        field: &'static str,
        /// What is wrong and what was expected.
        fault: String,
    },
    /// A statement is wrong.
    #[error("statement {number}: `{field}`: {fault}")]
    Statement {
        /// Which, from 1.
        number: usize,
        /// The part of it.
        field: &'static str,
        /// What is wrong and what was expected.
        fault: String,
    },
}

#[derive(Deserialize)]
struct RawDocument {
    #[serde(rename = "@context")]
    context: String,
    #[serde(rename = "@id", default)]
    id: String,
    #[serde(default)]
    author: String,
    #[serde(default)]
    timestamp: Option<String>,
    #[serde(default)]
    version: serde_json::Value,
    #[serde(default)]
    statements: Vec<RawStatement>,
}

#[derive(Deserialize)]
struct RawStatement {
    #[serde(default)]
    vulnerability: Option<RawName>,
    #[serde(default)]
    products: Vec<RawName>,
    #[serde(default)]
    subcomponents: Vec<RawName>,
    #[serde(default)]
    status: String,
    #[serde(default)]
    justification: Option<String>,
    #[serde(default)]
    impact_statement: Option<String>,
    #[serde(default)]
    action_statement: Option<String>,
    #[serde(default)]
    timestamp: Option<String>,
    #[serde(default)]
    last_updated: Option<String>,
}

/// Something named by a text, or by an object with a text in it.
#[derive(Deserialize)]
#[serde(untagged)]
enum RawName {
    Text(String),
    Object {
        #[serde(rename = "@id", default)]
        id: Option<String>,
        #[serde(default)]
        name: Option<String>,
        #[serde(default)]
        aliases: Vec<String>,
        #[serde(default)]
        identifiers: std::collections::BTreeMap<String, String>,
        #[serde(default)]
        subcomponents: Vec<RawName>,
    },
}

impl RawName {
    /// The package URL where there is one, else the name.
    fn component(&self) -> Option<String> {
        match self {
            Self::Text(text) => Some(text.clone()),
            Self::Object { id, identifiers, .. } => {
                identifiers.get("purl").or(id.as_ref()).cloned()
            }
        }
        .filter(|text| !text.trim().is_empty())
    }

    fn vulnerability(&self) -> Option<Vulnerability> {
        let (name, aliases) = match self {
            Self::Text(text) => (text.clone(), Vec::new()),
            Self::Object { id, name, aliases, .. } => {
                (name.as_ref().or(id.as_ref())?.clone(), aliases.clone())
            }
        };
        (!name.trim().is_empty()).then_some(Vulnerability { name, aliases })
    }

    fn subcomponents(&self) -> &[Self] {
        match self {
            Self::Text(_) => &[],
            Self::Object { subcomponents, .. } => subcomponents,
        }
    }
}

impl Document {
    /// Reads a document and checks every statement.
    ///
    /// # Errors
    /// The first thing that is wrong, with the number of its statement.
    pub fn parse(bytes: &[u8], limits: &Limits) -> Result<Self, VexError> {
        let error = |field, fault: &str| VexError::Document { field, fault: fault.to_owned() };
        if bytes.len() as u64 > limits.vex_bytes_max {
            let fault = format!("has more than {} bytes (vex_bytes_max)", limits.vex_bytes_max);
            return Err(VexError::Json { fault });
        }
        let raw: RawDocument = serde_json::from_slice(bytes)
            .map_err(|error| VexError::Json { fault: error.to_string() })?;
        if !raw.context.starts_with("https://openvex.dev/ns") {
            return Err(error("@context", "expected https://openvex.dev/ns/v0.2.0"));
        }
        if raw.author.trim().is_empty() {
            return Err(error("author", "missing: a statement that nobody makes decides nothing"));
        }
        if raw.statements.len() > limits.statements_max {
            let fault = format!("more than {} (statements_max)", limits.statements_max);
            return Err(error("statements", &fault));
        }
        if raw.statements.is_empty() {
            return Err(error("statements", "missing: expected at least one"));
        }
        let timestamp = match &raw.timestamp {
            Some(text) => instant(text).map_err(|fault| error("timestamp", &fault))?,
            None => return Err(error("timestamp", "missing: expected when it was issued")),
        };
        // Older documents write the revision as a text.
        let version = match &raw.version {
            serde_json::Value::Number(number) => number.as_u64(),
            serde_json::Value::String(text) => text.parse().ok(),
            serde_json::Value::Null => Some(1),
            _ => None,
        };
        let version = version.ok_or_else(|| error("version", "expected a whole number"))?;
        let statements = (1..).zip(&raw.statements);
        let statements = statements.map(|(number, raw)| {
            statement(raw, timestamp).map_err(|(field, fault)| VexError::Statement {
                number,
                field,
                fault,
            })
        });
        Ok(Self {
            context: raw.context,
            id: raw.id,
            author: raw.author,
            timestamp,
            version,
            statements: statements.collect::<Result<_, _>>()?,
        })
    }
}

/// An instant with its time of day: a date alone would not order two statements of one day.
fn instant(text: &str) -> Result<Instant, String> {
    if !text.contains(['T', 't', ' ']) {
        return Err(format!("`{text}` has no time of day; expected 2026-08-01T12:00:00Z"));
    }
    text.parse::<Instant>().map_err(|error| error.to_string())
}

type Fault = (&'static str, String);

fn statement(raw: &RawStatement, issued: Instant) -> Result<Statement, Fault> {
    let vulnerability = raw.vulnerability.as_ref().and_then(RawName::vulnerability);
    let vulnerability =
        vulnerability.ok_or(("vulnerability", "missing: expected its name".to_owned()))?;
    let status = match raw.status.as_str() {
        "not_affected" => Status::NotAffected,
        "affected" => Status::Affected,
        "fixed" => Status::Fixed,
        "under_investigation" => Status::UnderInvestigation,
        other => {
            let expected = "expected not_affected, affected, fixed or under_investigation";
            return Err(("status", format!("`{other}` is not known; {expected}")));
        }
    };
    let justification = raw.justification.as_deref().filter(|word| !word.is_empty());
    let justification = justification.map(justified).transpose()?;
    let impact_statement = raw.impact_statement.clone().unwrap_or_default();
    let action_statement = raw.action_statement.clone().unwrap_or_default();
    if status == Status::NotAffected {
        if justification.is_none() && impact_statement.trim().is_empty() {
            let fault = "missing: `not_affected` needs a justification or an impact_statement";
            return Err(("justification", fault.to_owned()));
        }
    } else if justification.is_some() {
        let fault = format!("belongs to `not_affected`, not to `{}`", status.as_str());
        return Err(("justification", fault));
    }
    if status == Status::Affected && action_statement.trim().is_empty() {
        let fault = "missing: `affected` needs what to do about it";
        return Err(("action_statement", fault.to_owned()));
    }
    if raw.products.is_empty() {
        return Err(("products", "missing: a statement is about at least one product".to_owned()));
    }
    let products = raw.products.iter().map(|product| {
        // Older documents list the subcomponents beside the products.
        let parts = product.subcomponents().iter().chain(&raw.subcomponents);
        Ok(Product {
            id: component(product, "products")?.id,
            subcomponents: parts
                .map(|part| component(part, "subcomponents"))
                .collect::<Result<_, _>>()?,
        })
    });
    let products = products.collect::<Result<_, Fault>>()?;
    let timestamp = match raw.last_updated.as_ref().or(raw.timestamp.as_ref()) {
        Some(text) => instant(text).map_err(|fault| ("timestamp", fault))?,
        None => issued,
    };
    Ok(Statement {
        vulnerability,
        products,
        status,
        justification,
        impact_statement,
        action_statement,
        timestamp,
    })
}

fn component(raw: &RawName, field: &'static str) -> Result<Component, Fault> {
    let id = raw.component().ok_or((field, "one has no `@id` and no package URL".to_owned()))?;
    Ok(Component { id })
}

fn justified(word: &str) -> Result<Justification, Fault> {
    use Justification as J;
    const ALL: [Justification; 5] = [
        J::ComponentNotPresent,
        J::VulnerableCodeNotPresent,
        J::VulnerableCodeNotInExecutePath,
        J::VulnerableCodeCannotBeControlledByAdversary,
        J::InlineMitigationsAlreadyExist,
    ];
    ALL.into_iter().find(|known| known.as_str() == word).ok_or_else(|| {
        let expected = ALL.map(J::as_str).join(", ");
        ("justification", format!("`{word}` is not known; expected one of {expected}"))
    })
}
