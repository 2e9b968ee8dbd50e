//! Readers of configuration syntax: bytes in, [`Node`](crate::tree::Node) or a fault out.

pub(crate) mod env;
pub(crate) mod json;
pub(crate) mod properties;
pub(crate) mod toml;
pub(crate) mod xml;
pub(crate) mod yaml;

use crate::limits::Limits;
use crate::tree::{Fault, Node};

/// The syntax of a document, by the end of its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Syntax {
    Json,
    Yaml,
    Toml,
    Properties,
}

impl Syntax {
    pub(crate) fn of(name: &str) -> Option<Self> {
        let (_, end) = name.rsplit_once('.')?;
        match end.to_ascii_lowercase().as_str() {
            "json" | "jsonc" | "json5" => Some(Self::Json),
            "yaml" | "yml" => Some(Self::Yaml),
            "toml" => Some(Self::Toml),
            "properties" => Some(Self::Properties),
            _ => None,
        }
    }
}

/// Reads a document; one with several parts gives a list of them.
pub(crate) fn document(syntax: Syntax, text: &str, limits: &Limits) -> Result<Node, Fault> {
    match syntax {
        Syntax::Json => json::read(text, limits),
        Syntax::Yaml => yaml::read(text, limits),
        Syntax::Toml => toml::read(text, limits),
        Syntax::Properties => properties::read(text, limits),
    }
}
