//! Addresses on the web that may be asked: `https`, or plain `http` on this very machine.

use std::fmt;
use std::str::FromStr;

use serde::Deserialize;
use url::{Host, Url};

/// An address that can be asked without anybody on the way reading or changing what is said.
///
/// It is kept as it was written, because some are compared letter by letter.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "String")]
pub struct WebAddress {
    text: String,
    host: String,
    origin: String,
}

/// Why a text is no such address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WebAddressError {
    /// It cannot be read.
    #[error("`{0}` is no address, such as https://annex.example.org")]
    NoAddress(String),
    /// Others can read what is sent there.
    #[error("`{0}` is not encrypted; use https, or plain http on this machine alone")]
    Plain(String),
    /// It holds a name, a password or a fragment.
    #[error("an address has no name, password or fragment in it")]
    More,
}

impl WebAddress {
    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The name of the machine: all that should be told of an address whose path may be a secret.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Scheme, host and port, without a slash at the end.
    pub fn origin(&self) -> &str {
        &self.origin
    }
}

impl TryFrom<String> for WebAddress {
    type Error = WebAddressError;

    fn try_from(text: String) -> Result<Self, WebAddressError> {
        text.parse()
    }
}

impl FromStr for WebAddress {
    type Err = WebAddressError;

    fn from_str(text: &str) -> Result<Self, WebAddressError> {
        let none = || WebAddressError::NoAddress(text.to_owned());
        let url = Url::parse(text).map_err(|_| none())?;
        if !url.username().is_empty() || url.password().is_some() || url.fragment().is_some() {
            return Err(WebAddressError::More);
        }
        let here = match url.host().ok_or_else(none)? {
            Host::Domain(name) => name == "localhost",
            Host::Ipv4(address) => address.is_loopback(),
            Host::Ipv6(address) => address.is_loopback(),
        };
        match url.scheme() {
            "https" => {}
            "http" if here => {}
            "http" => return Err(WebAddressError::Plain(text.to_owned())),
            _ => return Err(none()),
        }
        let host = url.host_str().ok_or_else(none)?.to_owned();
        Ok(Self { text: text.to_owned(), host, origin: url.origin().ascii_serialization() })
    }
}

impl fmt::Display for WebAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// A path can be a secret, so only the host is told.
impl fmt::Debug for WebAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "WebAddress({}/…)", self.origin)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_encrypted_or_of_this_machine() {
        for (text, origin) in [
            ("https://id.example.org", "https://id.example.org"),
            ("https://id.example.org:8443/realm?x=1", "https://id.example.org:8443"),
            ("http://127.0.0.1:8600/", "http://127.0.0.1:8600"),
            ("http://[::1]:80", "http://[::1]"),
            ("http://localhost:3000", "http://localhost:3000"),
        ] {
            let address: WebAddress = text.parse().expect(text);
            assert_eq!((address.as_str(), address.origin()), (text, origin));
            assert!(!format!("{address:?}").contains("realm"), "a path may be a secret");
        }
        for text in [
            "",
            "id.example.org",
            "http://id.example.org",
            "http://127.0.0.1.example.org",
            "http://localhost.example.org",
            "http://169.254.169.254/",
            "https://name:password@id.example.org",
            "https://id.example.org/#x",
            "ftp://127.0.0.1",
            "file:///etc/passwd",
            "https://",
        ] {
            assert!(text.parse::<WebAddress>().is_err(), "{text}");
        }
    }
}
