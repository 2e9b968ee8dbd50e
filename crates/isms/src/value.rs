//! Attribute names and values. There are no floats: shares are per mille, as in Cedar.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::scale::words;

words! {
    /// The types that an attribute can have.
    ValueType, "a type of attribute", "snake_case" {
        /// `true` or `false`.
        Bool = "bool",
        /// A whole number.
        Long = "long",
        /// A text.
        Text = "text",
        /// A set of texts.
        Set = "set",
    }
}

/// The value of an attribute.
#[derive(
    Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(untagged)]
pub enum Value {
    /// Yes or no.
    Bool(bool),
    /// A whole number.
    Long(i64),
    /// A text.
    Text(String),
    /// A set of texts.
    Set(BTreeSet<String>),
}

impl Value {
    /// The type of this value.
    pub const fn value_type(&self) -> ValueType {
        match self {
            Self::Bool(_) => ValueType::Bool,
            Self::Long(_) => ValueType::Long,
            Self::Text(_) => ValueType::Text,
            Self::Set(_) => ValueType::Set,
        }
    }

    /// Reads a value of a known type from a person's text; a set is separated by commas.
    ///
    /// # Errors
    /// When the text is not of that type; the error says what is expected.
    pub fn parse(text: &str, value_type: ValueType) -> Result<Self, AttributeError> {
        let error = |expected| AttributeError::Value { text: text.to_owned(), expected };
        Ok(match value_type {
            ValueType::Bool => Self::Bool(text.parse().map_err(|_| error("true or false"))?),
            ValueType::Long => Self::Long(text.parse().map_err(|_| error("a whole number"))?),
            ValueType::Text => Self::Text(text.to_owned()),
            ValueType::Set => Self::Set(
                text.split(',')
                    .map(str::trim)
                    .filter(|part| !part.is_empty())
                    .map(str::to_owned)
                    .collect(),
            ),
        })
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Long(value)
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}

impl From<BTreeSet<String>> for Value {
    fn from(value: BTreeSet<String>) -> Self {
        Self::Set(value)
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool(value) => write!(f, "{value}"),
            Self::Long(value) => write!(f, "{value}"),
            Self::Text(value) => f.write_str(value),
            Self::Set(values) if values.is_empty() => f.write_str("none"),
            Self::Set(values) => {
                f.write_str(&values.iter().map(String::as_str).collect::<Vec<_>>().join(", "))
            }
        }
    }
}

/// Why a text is no attribute name or no value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AttributeError {
    /// Not a name in `snake_case`.
    #[error(
        "`{0}` is not an attribute name; expected lower-case letters, digits and underscores, a letter first"
    )]
    Name(String),
    /// Not of the attribute's type.
    #[error("`{text}` is not {expected}")]
    Value {
        /// What was given.
        text: String,
        /// What the type wants.
        expected: &'static str,
    },
}

/// The name of an attribute, in `snake_case`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Attribute(String);

impl Attribute {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Attribute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Attribute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Attribute {
    type Err = AttributeError;

    fn from_str(text: &str) -> Result<Self, AttributeError> {
        let named = text.starts_with(|c: char| c.is_ascii_lowercase())
            && text.len() <= 64
            && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
        if named { Ok(Self(text.to_owned())) } else { Err(AttributeError::Name(text.to_owned())) }
    }
}

crate::id::text_serde!(Attribute, "pattern": "^[a-z][a-z0-9_]{0,63}$");
