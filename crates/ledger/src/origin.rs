//! The name of a log: `annex/<organisation>`.
//!
//! It is the first line of each checkpoint and the name of the key that signs it, which is what
//! the checkpoint format recommends. The organisation is a slug by the same rule as the
//! vocabulary's organisation id, so that each organisation has a log name and no name needs
//! quoting in a note.

use std::fmt;
use std::str::FromStr;

use crate::{Error, Result};

/// What every origin begins with.
const PREFIX: &str = "annex/";

/// The longest organisation in an origin, in bytes.
const ORGANISATION_BYTES_MAX: usize = 96;

/// The name of a log, `annex/<organisation>`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Origin(String);

impl Origin {
    /// The log of an organisation.
    pub fn of(organisation: &str) -> Result<Self> {
        format!("{PREFIX}{organisation}").parse()
    }

    /// The whole name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The organisation alone.
    pub fn organisation(&self) -> &str {
        &self.0[PREFIX.len()..]
    }
}

impl FromStr for Origin {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let refuse = |reason| {
            // A hostile text could be long: the message repeats only its beginning.
            let text = text.chars().take(ORGANISATION_BYTES_MAX).collect();
            Err(Error::OriginMalformed { text, reason })
        };
        let Some(organisation) = text.strip_prefix(PREFIX) else {
            return refuse("it does not begin with `annex/`");
        };
        if organisation.is_empty() {
            return refuse("the organisation is empty");
        }
        if organisation.len() > ORGANISATION_BYTES_MAX {
            return refuse("the organisation is longer than 96 bytes");
        }
        let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if !organisation.bytes().all(allowed) {
            return refuse("only lower-case letters, digits and hyphens are allowed");
        }
        if organisation.starts_with('-') || organisation.ends_with('-') {
            return refuse("the organisation begins or ends with a hyphen");
        }
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_names_an_organisation() {
        let origin: Origin = "annex/acme-2".parse().unwrap();
        assert_eq!(origin.organisation(), "acme-2");
        assert_eq!(origin, Origin::of("acme-2").unwrap());
    }

    #[test]
    fn anything_else_is_refused_and_named() {
        for wrong in [
            "",
            "acme",
            "annex/",
            "Annex/acme",
            "annex/Acme",
            "annex/a b",
            "annex/a+b",
            "annex/a/b",
            "annex/-a",
            "annex/a-",
            "annex/a\n",
            "annex/é",
        ] {
            let error = wrong.parse::<Origin>().unwrap_err().to_string();
            assert!(error.contains(wrong), "{error}");
        }
        assert!(Origin::of(&"a".repeat(96)).is_ok());
        assert!(Origin::of(&"a".repeat(97)).is_err());
    }
}
