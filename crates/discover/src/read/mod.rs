//! Readers of configuration syntax: bytes in, [`Node`](crate::tree::Node) or a fault out.

pub(crate) mod bicep;
pub(crate) mod env;
pub(crate) mod expr;
pub(crate) mod hcl;
pub(crate) mod json;
pub(crate) mod properties;
pub(crate) mod template;
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

/// The text of a file. Java's `.properties` are ISO 8859-1 by their definition, where they are not
/// UTF-8; everything else has to be UTF-8.
pub(crate) fn decoded(path: &str, bytes: Vec<u8>) -> Result<String, String> {
    String::from_utf8(bytes).or_else(|error| {
        if Syntax::of(path) == Some(Syntax::Properties) {
            return Ok(error.as_bytes().iter().map(|byte| char::from(*byte)).collect());
        }
        let at = error.utf8_error().valid_up_to();
        let line = String::from_utf8_lossy(&error.as_bytes()[..at]).matches('\n').count() + 1;
        Err(format!("line {line}: not UTF-8"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_properties_may_be_latin() {
        let bytes = b"a=1\nb=caf\xe9".to_vec();
        assert_eq!(decoded("x/a.properties", bytes.clone()).as_deref(), Ok("a=1\nb=caf\u{e9}"));
        assert_eq!(decoded("x/a.yml", bytes), Err("line 2: not UTF-8".to_owned()));
    }
}
