//! Addresses of electronic mail, without anything that could be more than an address.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The longest address that mail can be sent to (RFC 5321, 4.5.3.1.3).
const ADDRESS_BYTES_MAX: usize = 254;

/// The marks that may stand before the `@` (RFC 5322, 3.2.3), without those that need quotes.
const MARKS: &str = ".!#$%&'*+/=?^_`{|}~-";

/// The address of a mailbox, such as `ines@example.org`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String")]
pub struct MailAddress(String);

/// A text is no address of a mailbox.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no mail address, such as ines@example.org")]
pub struct MailAddressError(String);

impl MailAddress {
    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether a text is this address. Letters are compared without their case: no provider of
    /// mail gives two people addresses that differ in nothing else.
    pub fn is(&self, text: &str) -> bool {
        self.0.eq_ignore_ascii_case(text)
    }
}

impl FromStr for MailAddress {
    type Err = MailAddressError;

    fn from_str(text: &str) -> Result<Self, MailAddressError> {
        let is_name = |name: &str| {
            let fits = |c: char| c.is_ascii_alphanumeric() || MARKS.contains(c);
            let dots = name.starts_with('.') || name.ends_with('.') || name.contains("..");
            !name.is_empty() && !dots && name.chars().all(fits)
        };
        let is_part = |part: &str| {
            let fits = |c: char| c.is_ascii_alphanumeric() || c == '-';
            let hyphens = part.starts_with('-') || part.ends_with('-');
            !part.is_empty() && !hyphens && part.chars().all(fits)
        };
        let parts = text.split_once('@').filter(|_| text.len() <= ADDRESS_BYTES_MAX);
        let fits = parts.is_some_and(|(name, at)| is_name(name) && at.split('.').all(is_part));
        if fits { Ok(Self(text.to_owned())) } else { Err(MailAddressError(text.to_owned())) }
    }
}

impl TryFrom<String> for MailAddress {
    type Error = MailAddressError;

    fn try_from(text: String) -> Result<Self, MailAddressError> {
        text.parse()
    }
}

impl From<MailAddress> for String {
    fn from(address: MailAddress) -> Self {
        address.0
    }
}

impl fmt::Display for MailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_nothing_more() {
        for text in ["ines@example.org", "a.b+c@localhost", "o'neil@mail.example.org"] {
            assert!(text.parse::<MailAddress>().expect(text).is(&text.to_uppercase()));
        }
        let long = format!("a@{}", "b.".repeat(130));
        for text in [
            "",
            "ines",
            "@example.org",
            "ines@",
            "ines@example..org",
            "ines@-example.org",
            ".ines@example.org",
            "in es@example.org",
            "ines@example.org\r\nBcc: all@example.org",
            "Ines <ines@example.org>",
            "ines@example.org,tomas@example.org",
            "\"ines\"@example.org",
            "ines@exämple.org",
            "a@b@c",
            &long,
        ] {
            assert!(text.parse::<MailAddress>().is_err(), "{text}");
        }
    }
}
