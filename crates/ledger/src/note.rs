//! Signed notes: a text, a blank line, one signature line (C2SP signed-note).
//!
//! ```text
//!  a text of whole lines
//!
//!  — annex/acme XPW26O…        key id and Ed25519 signature over the text, in base64
//! ```
//!
//! The format allows more than one note for one text: several signatures, in any order. Here a
//! note is accepted only if it is the very bytes that signing gives.

use crate::{Error, Origin, Result, SigningKey, VerifyingKey};

/// The longest note, in bytes: what `signed_note` reads. Sign the digest of a longer text.
pub const NOTE_BYTES_MAX: usize = 1_000_000;

/// Signs a text that is not a checkpoint, such as the manifest of a pack.
///
/// The text consists of whole lines in UTF-8 without control characters. Its first line must not
/// be the name of a log: such a text could be read as a checkpoint, which is for
/// [`sign_checkpoint`](crate::sign_checkpoint) to sign.
pub fn sign_text(text: &str, key: &SigningKey) -> Result<String> {
    if names_a_log(text) {
        let reason = "its first line names a log, so it could be taken for a checkpoint";
        return Err(Error::TextUnsignable { reason });
    }
    sign(text, key)
}

/// The text of a note that [`sign_text`] made with the other half of `key`.
///
/// Refuses every other sequence of bytes.
pub fn open_text(note: &[u8], key: &VerifyingKey) -> Result<String> {
    let text = open(note, key)?;
    if names_a_log(&text) {
        let reason = "its first line names a log, as a checkpoint's does";
        return Err(Error::NoteRefused { reason, source: None });
    }
    Ok(text)
}

fn names_a_log(text: &str) -> bool {
    text.lines().next().is_some_and(|line| line.parse::<Origin>().is_ok())
}

/// Signs any text that a note can hold.
pub(crate) fn sign(text: &str, key: &SigningKey) -> Result<String> {
    let refuse = |reason| Error::TextUnsignable { reason };
    if !text.ends_with('\n') {
        return Err(refuse("it does not end with a line break"));
    }
    if text.chars().any(|character| character < ' ' && character != '\n') {
        return Err(refuse("it contains a control character"));
    }
    let id = key.verifying_key().id();
    let signature = key.sign(text.as_bytes()).to_vec();
    let note = signed_note::Signature::new(key.origin().to_string(), id, signature)
        .and_then(|signature| signed_note::Note::new(text.as_bytes(), &[signature]))
        .map_err(|_| refuse("it is longer than a note may be"))?
        .to_bytes();
    if note.len() > NOTE_BYTES_MAX {
        return Err(refuse("it is longer than a note may be"));
    }
    String::from_utf8(note).map_err(|_| refuse("it is not UTF-8"))
}

/// Opens a note that [`sign`] made with the other half of `key`.
pub(crate) fn open(note: &[u8], key: &VerifyingKey) -> Result<String> {
    let parsed = signed_note::Note::from_bytes(note)
        .map_err(|error| refuse("it is not a signed note", error))?;
    let (signatures, _) = parsed.verify(&Known(key)).map_err(|error| match error {
        signed_note::NoteError::UnverifiedNote => refuse("the key did not sign it", error),
        error => refuse("its signature does not fit its text", error),
    })?;
    // Only what was verified is encoded again, so a second signature shows here as well.
    let encoded = signed_note::Note::new(parsed.text(), &signatures)
        .map_err(|error| refuse("it is not a signed note", error))?
        .to_bytes();
    if encoded != note {
        let reason = "it has more than one signature, or is spelled otherwise than it was signed";
        return Err(Error::NoteRefused { reason, source: None });
    }
    String::from_utf8(parsed.text().to_vec()).map_err(|error| Error::NoteRefused {
        reason: "it is not UTF-8",
        source: Some(Box::new(error)),
    })
}

fn refuse(reason: &'static str, error: signed_note::NoteError) -> Error {
    Error::NoteRefused { reason, source: Some(Box::new(error)) }
}

/// The one key that a note is opened with, as `signed_note` wants to see it.
struct Known<'a>(&'a VerifyingKey);

impl signed_note::Verifier for Known<'_> {
    fn name(&self) -> &str {
        self.0.origin().as_str()
    }

    fn key_id(&self) -> u32 {
        self.0.id()
    }

    fn verify(&self, text: &[u8], signature: &[u8]) -> bool {
        self.0.verifies(text, signature)
    }
}

impl signed_note::Verifiers for Known<'_> {
    fn verifier(
        &self,
        name: &str,
        id: u32,
    ) -> Result<&dyn signed_note::Verifier, signed_note::VerificationError> {
        if name == self.0.origin().as_str() && id == self.0.id() {
            return Ok(self);
        }
        Err(signed_note::VerificationError::UnknownKey { name: name.to_owned(), id })
    }
}
