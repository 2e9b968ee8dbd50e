//! The keys of a log, in the text forms of C2SP signed-note.
//!
//! ```text
//!  verifying   annex/acme+5cf5b6e8+AVhk…       origin, key id, base64 of (1 ‖ public key)
//!  signing     PRIVATE+KEY+annex/acme+…        the same with the secret seed; for a key file
//! ```
//!
//! The key id is the beginning of a digest over name and public key, so a key that was copied
//! under another log's name is refused. Each text has one spelling: what was understood is
//! encoded again and compared.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use ed25519_dalek::Signer as _;
use zeroize::Zeroizing;

use crate::{Error, Origin, Result};

/// The byte that says Ed25519 in front of a key (C2SP signed-note, signature types).
const ED25519: u8 = 1;

/// What a signing key's text begins with, so that nobody takes it for a public one.
const PRIVATE: &str = "PRIVATE+KEY+";

/// The secret key of a log. Overwritten in memory when dropped; `Debug` shows only whose it is.
pub struct SigningKey {
    origin: Origin,
    secret: ed25519_dalek::SigningKey,
}

/// The public key of a log.
#[derive(Clone, PartialEq, Eq)]
pub struct VerifyingKey {
    origin: Origin,
    public: ed25519_dalek::VerifyingKey,
}

impl SigningKey {
    /// The key that a seed gives. The seed must be 32 secret random bytes; the caller draws
    /// them and forgets them.
    pub fn from_seed(origin: Origin, seed: &[u8; 32]) -> Self {
        Self { origin, secret: ed25519_dalek::SigningKey::from_bytes(seed) }
    }

    /// Reads the text of a key file, `PRIVATE+KEY+<origin>+<id>+<base64>`, with or without the
    /// line break at its end.
    pub fn parse(text: &str) -> Result<Self> {
        let refuse = |reason| Error::KeyMalformed { kind: "signing", reason };
        let text = text.strip_suffix('\n').unwrap_or(text);
        let fields = text
            .strip_prefix(PRIVATE)
            .ok_or_else(|| refuse("it does not begin with `PRIVATE+KEY+`"))?;
        let (origin, seed) = parse_fields(fields).map_err(refuse)?;
        let key = Self::from_seed(origin, &seed);
        if *key.to_text() == text {
            return Ok(key);
        }
        Err(refuse("the key id does not fit the key, or the text is spelled otherwise"))
    }

    /// The text for a key file, without a line break. It is the secret itself.
    pub fn to_text(&self) -> Zeroizing<String> {
        let mut bytes = Zeroizing::new([ED25519; 33]);
        bytes[1..].copy_from_slice(self.secret.as_bytes());
        let start = format!("{PRIVATE}{}+{:08x}+", self.origin, self.verifying_key().id());
        // Reserved in one piece: a buffer that grows leaves copies of the secret behind.
        let mut text = Zeroizing::new(String::with_capacity(start.len() + 44));
        text.push_str(&start);
        BASE64_STANDARD.encode_string(bytes.as_slice(), &mut text);
        text
    }

    /// Another secret key that follows from this one: each purpose has its own, and none tells
    /// anything of another or of this one.
    pub fn derive(&self, purpose: &str) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(blake3::derive_key(purpose, self.secret.as_bytes()))
    }

    /// The public half.
    pub fn verifying_key(&self) -> VerifyingKey {
        VerifyingKey { origin: self.origin.clone(), public: self.secret.verifying_key() }
    }

    /// The log that this key signs for.
    pub const fn origin(&self) -> &Origin {
        &self.origin
    }

    pub(crate) fn sign(&self, text: &[u8]) -> [u8; 64] {
        self.secret.sign(text).to_bytes()
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({}, secret)", self.origin)
    }
}

impl VerifyingKey {
    /// The log that this key speaks for.
    pub const fn origin(&self) -> &Origin {
        &self.origin
    }

    /// The key id: the first four bytes of a digest over name and public key.
    pub fn id(&self) -> u32 {
        signed_note::key_id(self.origin.as_str(), &self.tagged())
    }

    pub(crate) fn verifies(&self, text: &[u8], signature: &[u8]) -> bool {
        // Strict: besides a wrong signature it refuses those that fit more than one text.
        ed25519_dalek::Signature::from_slice(signature)
            .is_ok_and(|signature| self.public.verify_strict(text, &signature).is_ok())
    }

    fn tagged(&self) -> [u8; 33] {
        let mut bytes = [ED25519; 33];
        bytes[1..].copy_from_slice(self.public.as_bytes());
        bytes
    }
}

impl FromStr for VerifyingKey {
    type Err = Error;

    /// Reads `<origin>+<id>+<base64>`, with or without a line break at its end.
    fn from_str(text: &str) -> Result<Self> {
        let refuse = |reason| Error::KeyMalformed { kind: "verifying", reason };
        let text = text.strip_suffix('\n').unwrap_or(text);
        if text.starts_with(PRIVATE) {
            return Err(refuse("it is a signing key, which must stay secret"));
        }
        let (origin, bytes) = parse_fields(text).map_err(refuse)?;
        let public = ed25519_dalek::VerifyingKey::from_bytes(&bytes)
            .map_err(|_| refuse("the bytes are not a point of the curve"))?;
        if public.is_weak() {
            return Err(refuse("it is one of the few keys for which anyone can sign"));
        }
        let key = Self { origin, public };
        if key.to_string() == text {
            return Ok(key);
        }
        Err(refuse("the key id does not fit the key, or the text is spelled otherwise"))
    }
}

impl fmt::Display for VerifyingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let base64 = BASE64_STANDARD.encode(self.tagged());
        write!(f, "{}+{:08x}+{base64}", self.origin, self.id())
    }
}

impl fmt::Debug for VerifyingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Splits `<origin>+<id>+<base64>`. The id is compared later, when the whole is encoded again.
fn parse_fields(text: &str) -> Result<(Origin, Zeroizing<[u8; 32]>), &'static str> {
    // Base64 may itself contain a plus, an origin and an id may not.
    let mut fields = text.splitn(3, '+');
    let (Some(origin), Some(_), Some(base64)) = (fields.next(), fields.next(), fields.next())
    else {
        return Err("it is not `<origin>+<id>+<base64>`");
    };
    let origin = origin.parse().map_err(|_| "its name is not `annex/<organisation>`")?;
    let bytes = BASE64_STANDARD.decode(base64).map(Zeroizing::new);
    let bytes = bytes.map_err(|_| "its last field is not base64")?;
    let mut key = Zeroizing::new([0; 32]);
    match bytes.as_slice() {
        [ED25519, rest @ ..] if rest.len() == key.len() => key.copy_from_slice(rest),
        [ED25519, ..] => return Err("an Ed25519 key has 32 bytes"),
        _ => return Err("it is not an Ed25519 key"),
    }
    Ok((origin, key))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> SigningKey {
        SigningKey::from_seed(Origin::of("acme").unwrap(), &[7; 32])
    }

    #[test]
    fn texts_read_back_with_and_without_a_line_break() {
        let text = key().to_text();
        for text in [text.to_string(), format!("{}\n", *text)] {
            assert_eq!(*SigningKey::parse(&text).unwrap().to_text(), text.trim_end());
        }
        let public = key().verifying_key();
        assert_eq!(public.to_string().parse::<VerifyingKey>().unwrap(), public);
        assert_eq!(format!("{public}\n").parse::<VerifyingKey>().unwrap(), public);
        assert!(format!("{public}\n\n").parse::<VerifyingKey>().is_err());
    }

    #[test]
    fn the_texts_are_those_of_signed_note() {
        use signed_note::{Signer as _, Verifier as _};
        let signer = signed_note::StandardSigner::new(&key().to_text()).unwrap();
        let public = key().verifying_key();
        let verifier = signed_note::StandardVerifier::new(&public.to_string()).unwrap();
        assert_eq!(signer.key_id(), public.id());
        assert!(verifier.verify(b"text", &key().sign(b"text")));
        assert!(public.verifies(b"text", &signer.sign(b"text").unwrap()));
        assert!(!public.verifies(b"texT", &signer.sign(b"text").unwrap()));
    }

    #[test]
    fn every_other_byte_in_a_key_is_refused() {
        let texts = [key().to_text().to_string(), key().verifying_key().to_string()];
        for text in texts {
            for position in 0..text.len() {
                for byte in 0..128 {
                    let mut bytes = text.clone().into_bytes();
                    if bytes[position] == byte {
                        continue;
                    }
                    bytes[position] = byte;
                    let changed = String::from_utf8(bytes).unwrap();
                    assert!(SigningKey::parse(&changed).is_err(), "{changed}");
                    assert!(changed.parse::<VerifyingKey>().is_err(), "{changed}");
                }
            }
        }
    }

    #[test]
    fn a_weak_key_is_refused() {
        let mut weak = [0; 33];
        weak[0] = ED25519;
        weak[1] = 1;
        let id = signed_note::key_id("annex/acme", &weak);
        let text = format!("annex/acme+{id:08x}+{}", BASE64_STANDARD.encode(weak));
        let error = text.parse::<VerifyingKey>().unwrap_err().to_string();
        assert!(error.contains("anyone can sign"), "{error}");
    }

    #[test]
    fn no_message_shows_the_secret() {
        let text = key().to_text();
        let secret = text.rsplit('+').next().unwrap();
        assert!(!format!("{:?}", key()).contains(secret));
        assert_eq!(format!("{:?}", key()), "SigningKey(annex/acme, secret)");
        let wrong = text.replace("PRIVATE+KEY", "PRIVATE-KEY");
        for error in [
            SigningKey::parse(&wrong).unwrap_err(),
            SigningKey::parse(&text.replace("acme", "acne")).unwrap_err(),
            text.parse::<VerifyingKey>().unwrap_err(),
        ] {
            assert!(!format!("{error} {error:?}").contains(secret));
        }
    }

    #[test]
    fn what_is_derived_differs_by_purpose_and_key() {
        let key = |seed: u8| SigningKey::from_seed(Origin::of("acme").expect("one"), &[seed; 32]);
        let derived = key(1).derive("one purpose");
        assert_eq!(derived, key(1).derive("one purpose"));
        assert_ne!(derived, key(1).derive("another purpose"));
        assert_ne!(derived, key(2).derive("one purpose"));
        assert_ne!(*derived, [1; 32]);
    }
}
