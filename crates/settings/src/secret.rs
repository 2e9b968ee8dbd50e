//! Where a secret is, never the secret itself; and how what goes out is encrypted.

use std::path::PathBuf;
use std::str::FromStr;

use serde::Deserialize;

/// Where a secret is read from when it is needed.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub enum SecretSource {
    /// The first line of a file.
    File(PathBuf),
    /// A variable of the environment.
    Variable(String),
}

/// How what goes to a mail server is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encryption {
    /// From the first byte.
    Tls,
    /// Once the server was asked to.
    StartTls,
    /// Not at all, on this very machine.
    None,
}

impl TryFrom<String> for SecretSource {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl FromStr for SecretSource {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once(':') {
            Some(("file", path)) if !path.is_empty() => Ok(Self::File(path.into())),
            Some(("env", name)) if !name.is_empty() => Ok(Self::Variable(name.to_owned())),
            // What stands there may be the secret: it is not repeated.
            _ => {
                Err("a secret has no place here; say where it is: file:PATH or env:VARIABLE"
                    .to_owned())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_itself_is_refused_and_not_repeated() {
        assert_eq!("env:MINE".parse(), Ok(SecretSource::Variable("MINE".to_owned())));
        assert_eq!("file:a:b".parse(), Ok(SecretSource::File("a:b".into())));
        for text in ["hunter2", "file:", "env:", "", "https://x"] {
            let error = text.parse::<SecretSource>().expect_err(text);
            assert!(text.is_empty() || text.ends_with(':') || !error.contains(text), "{error}");
        }
    }
}
