//! Text that must not be seen: a private key, a password.

use std::fmt;
use std::io::{self, Read};

use zeroize::Zeroizing;

/// A secret text. Overwritten in memory when dropped; cannot be printed.
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// A text that is secret from here on.
    pub fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    /// Reads all of a file that is not larger than `bytes_max`.
    ///
    /// # Errors
    ///
    /// When it cannot be read, is larger, or is not UTF-8.
    pub fn read(file: impl Read, bytes_max: u64) -> io::Result<Self> {
        let room = usize::try_from(bytes_max.saturating_add(1)).unwrap_or(usize::MAX);
        // Reserved in one piece: a buffer that grows leaves copies of the secret behind.
        let mut bytes = Zeroizing::new(Vec::with_capacity(room));
        file.take(room as u64).read_to_end(&mut bytes)?;
        if bytes.len() == room {
            return Err(io::Error::other(format!("it has more than {bytes_max} bytes")));
        }
        let text = std::str::from_utf8(&bytes).map_err(|_| io::Error::other("it is not text"))?;
        Ok(Self(Zeroizing::new(text.to_owned())))
    }

    /// The first line: of a file with a password, all but its line break.
    #[must_use]
    pub fn first_line(&self) -> Self {
        Self::new(self.0.lines().next().unwrap_or_default().to_owned())
    }

    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_read_within_its_limit_and_not_printed() {
        let secret = Secret::read(&b"hunter2\nrest"[..], 12).unwrap();
        assert_eq!(secret.first_line().expose(), "hunter2");
        assert_eq!(format!("{secret:?}"), "Secret");
        assert!(Secret::read(&b"hunter2"[..], 6).unwrap_err().to_string().contains("6 bytes"));
        assert!(Secret::read(&b"\xff"[..], 6).is_err());
    }
}
