//! References into other frameworks, always with their edition: `owasp-llm:2026/LLM01`.

use std::fmt;
use std::str::FromStr;

/// A reference to an item of an edition of a framework: `framework:edition/item`.
///
/// Framework and edition are lower-case; the item is spelled as the framework spells it and may
/// contain spaces (`nist-ai-rmf:1.0/GOVERN 1.1`).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FrameworkRef {
    framework: String,
    edition: String,
    item: String,
}

/// A text that is not `framework:edition/item`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not a framework reference; expected `framework:edition/item` such as `owasp-llm:2026/LLM01`"
)]
pub struct ParseFrameworkRefError(String);

impl FrameworkRef {
    /// The framework, such as `owasp-llm`.
    pub fn framework(&self) -> &str {
        &self.framework
    }

    /// The edition, such as `2026`.
    pub fn edition(&self) -> &str {
        &self.edition
    }

    /// The item, such as `LLM01`.
    pub fn item(&self) -> &str {
        &self.item
    }
}

impl fmt::Display for FrameworkRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}/{}", self.framework, self.edition, self.item)
    }
}

impl fmt::Debug for FrameworkRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for FrameworkRef {
    type Err = ParseFrameworkRefError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parts = text.split_once(':').and_then(|(framework, rest)| {
            rest.split_once('/').map(|(edition, item)| (framework, edition, item))
        });
        let word = |part: &str| {
            !part.is_empty()
                && part
                    .bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'.')
        };
        let item_ok = |item: &str| {
            !item.is_empty()
                && item.trim() == item
                && item.bytes().all(|b| b.is_ascii_alphanumeric() || b" .-".contains(&b))
        };
        match parts {
            Some((framework, edition, item))
                if word(framework) && word(edition) && item_ok(item) =>
            {
                Ok(Self {
                    framework: framework.to_owned(),
                    edition: edition.to_owned(),
                    item: item.to_owned(),
                })
            }
            _ => Err(ParseFrameworkRefError(text.to_owned())),
        }
    }
}

crate::id::text_serde!(
    FrameworkRef,
    "pattern": "^[a-z0-9.-]+:[a-z0-9.-]+/[A-Za-z0-9.-]([A-Za-z0-9 .-]*[A-Za-z0-9.-])?$"
);
