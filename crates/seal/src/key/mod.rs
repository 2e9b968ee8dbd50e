//! Keys: ECDSA over the three NIST curves that `model_signing` takes.
//!
//! A key is named by the SHA-256 of its public half as PEM, which is the hint that a bundle
//! carries and what `sha256sum` says of the file that `openssl ec -pubout` writes.
//!
//! The arithmetic is that of RustCrypto.

mod private;

use std::fmt;

use annex_isms::Digest;
use pkcs8::ObjectIdentifier;
use pkcs8::der::asn1::BitStringRef;
use pkcs8::der::pem::LineEnding;
use pkcs8::der::{Decode as _, EncodePem as _, SecretDocument};
use pkcs8::spki::{AlgorithmIdentifierRef, SubjectPublicKeyInfoRef};
use sha2::{Digest as _, Sha256, Sha384, Sha512};

pub use self::private::PrivateKey;

const EC_KEY: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");

/// A curve, which also says how messages are digested before they are signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Curve {
    /// P-256 with SHA-256.
    P256,
    /// P-384 with SHA-384.
    P384,
    /// P-521 with SHA-512.
    P521,
}

/// A public key.
#[derive(Clone, PartialEq, Eq)]
pub struct PublicKey {
    curve: Curve,
    /// An uncompressed point on the curve.
    point: Box<[u8]>,
}

/// Why a text is not a key that can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyFault {
    /// There is no such block of PEM in it.
    #[error("it holds no PEM block `{0}`")]
    NoBlock(&'static str),
    /// It was given where a public key is expected.
    #[error("it is a private key; give the public one (`openssl pkey -in KEY -pubout`)")]
    Private,
    /// It is PEM, and not of a key.
    #[error("its PEM or DER is damaged, or its curve is written out instead of named")]
    Damaged,
    /// It is a key of another kind.
    #[error("it is no elliptic-curve key; only P-256, P-384 and P-521 are used")]
    Kind,
    /// It is on another curve.
    #[error("its curve is none of P-256, P-384 and P-521")]
    Curve,
    /// Its numbers do not make a key on its curve.
    #[error("its numbers are no key on its curve")]
    Numbers,
    /// It is encrypted, and there is no password.
    #[error("it is encrypted, and no password was given")]
    NoPassword,
    /// It is encrypted under another password.
    #[error("the password does not open it, or it was encrypted in an outdated way")]
    Password,
    /// It is encrypted in OpenSSL's old form.
    #[error("it is encrypted in an outdated form; convert it with `openssl pkcs8 -topk8`")]
    OldEncryption,
}

impl Curve {
    const ALL: [Self; 3] = [Self::P256, Self::P384, Self::P521];

    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::P256 => "P-256",
            Self::P384 => "P-384",
            Self::P521 => "P-521",
        }
    }

    const fn oid(self) -> ObjectIdentifier {
        ObjectIdentifier::new_unwrap(match self {
            Self::P256 => "1.2.840.10045.3.1.7",
            Self::P384 => "1.3.132.0.34",
            Self::P521 => "1.3.132.0.35",
        })
    }

    fn of(algorithm: AlgorithmIdentifierRef<'_>) -> Result<Self, KeyFault> {
        if algorithm.oid != EC_KEY {
            return Err(KeyFault::Kind);
        }
        let named = algorithm.parameters_oid().map_err(|_| KeyFault::Curve)?;
        Self::ALL.into_iter().find(|curve| curve.oid() == named).ok_or(KeyFault::Curve)
    }

    fn digest(self, message: &[u8]) -> Vec<u8> {
        match self {
            Self::P256 => Sha256::digest(message).to_vec(),
            Self::P384 => Sha384::digest(message).to_vec(),
            Self::P521 => Sha512::digest(message).to_vec(),
        }
    }
}

impl PublicKey {
    /// Reads PEM.
    ///
    /// # Errors
    ///
    /// When there is no public key in it that can be used.
    pub fn parse(text: &str) -> Result<Self, KeyFault> {
        let Some(block) = block(text, "PUBLIC KEY") else {
            let private = text.contains("PRIVATE KEY-----");
            return Err(if private { KeyFault::Private } else { KeyFault::NoBlock("PUBLIC KEY") });
        };
        let (_, der) = SecretDocument::from_pem(block).map_err(|_| KeyFault::Damaged)?;
        Self::from_der(der.as_bytes())
    }

    /// Reads a `SubjectPublicKeyInfo` in DER.
    pub(crate) fn from_der(der: &[u8]) -> Result<Self, KeyFault> {
        let info = SubjectPublicKeyInfoRef::from_der(der).map_err(|_| KeyFault::Damaged)?;
        let curve = Curve::of(info.algorithm)?;
        let bytes = info.subject_public_key.as_bytes().ok_or(KeyFault::Numbers)?;
        Self::from_point(curve, bytes)
    }

    /// Reads a point on a curve (SEC 1).
    pub(crate) fn from_point(curve: Curve, bytes: &[u8]) -> Result<Self, KeyFault> {
        let numbers = |_| KeyFault::Numbers;
        let point: Box<[u8]> = match curve {
            Curve::P256 => {
                let key = p256::ecdsa::VerifyingKey::from_sec1_bytes(bytes).map_err(numbers)?;
                key.to_encoded_point(false).as_bytes().into()
            }
            Curve::P384 => {
                let key = p384::ecdsa::VerifyingKey::from_sec1_bytes(bytes).map_err(numbers)?;
                key.to_encoded_point(false).as_bytes().into()
            }
            Curve::P521 => {
                let key = p521::ecdsa::VerifyingKey::from_sec1_bytes(bytes).map_err(numbers)?;
                key.to_encoded_point(false).as_bytes().into()
            }
        };
        Ok(Self { curve, point })
    }

    /// Its curve.
    pub const fn curve(&self) -> Curve {
        self.curve
    }

    /// The SHA-256 of its PEM, by which it is named.
    pub fn digest(&self) -> Digest {
        Digest::of(self.to_pem().as_bytes())
    }

    /// Its PEM, in the one spelling that is digested.
    ///
    /// # Panics
    ///
    /// Never: a point on a curve can be encoded.
    pub fn to_pem(&self) -> String {
        let curve = self.curve.oid();
        let algorithm = AlgorithmIdentifierRef { oid: EC_KEY, parameters: Some((&curve).into()) };
        let point = BitStringRef::from_bytes(&self.point);
        let pem = point.and_then(|subject_public_key| {
            SubjectPublicKeyInfoRef { algorithm, subject_public_key }.to_pem(LineEnding::LF)
        });
        pem.expect("a point on a curve can be encoded")
    }

    /// Whether `signature` (DER) is this key's over `message`, digested as its curve demands.
    pub(crate) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        self.verifies_digest(&self.curve.digest(message), signature)
    }

    /// Whether `signature` (DER) is this key's over a message of this digest.
    pub(crate) fn verifies_digest(&self, digest: &[u8], signature: &[u8]) -> bool {
        use p256::ecdsa::signature::hazmat::PrehashVerifier as _;
        // The library asks for half the curve's size; the number is the same with zeros in front.
        let mut padded = [0; 64];
        padded[64 - digest.len().min(64)..].copy_from_slice(&digest[..digest.len().min(64)]);
        let digest = if self.curve == Curve::P521 { &padded } else { digest };
        match self.curve {
            Curve::P256 => p256::ecdsa::VerifyingKey::from_sec1_bytes(&self.point)
                .and_then(|key| {
                    key.verify_prehash(digest, &p256::ecdsa::Signature::from_der(signature)?)
                })
                .is_ok(),
            Curve::P384 => p384::ecdsa::VerifyingKey::from_sec1_bytes(&self.point)
                .and_then(|key| {
                    key.verify_prehash(digest, &p384::ecdsa::Signature::from_der(signature)?)
                })
                .is_ok(),
            Curve::P521 => p521::ecdsa::VerifyingKey::from_sec1_bytes(&self.point)
                .and_then(|key| {
                    key.verify_prehash(digest, &p521::ecdsa::Signature::from_der(signature)?)
                })
                .is_ok(),
        }
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({}, {})", self.curve.as_str(), self.digest())
    }
}

/// The blocks of PEM with this label. What stands around them is passed over: `openssl ecparam`
/// writes another block in front of a key, and bundles of roots have comments.
pub(crate) fn blocks<'a>(mut text: &'a str, label: &str) -> impl Iterator<Item = &'a str> {
    let (begin, end) = (format!("-----BEGIN {label}-----"), format!("-----END {label}-----"));
    std::iter::from_fn(move || {
        let from = &text[text.find(&begin)?..];
        let (block, rest) = from.split_at(from.find(&end)? + end.len());
        text = rest;
        Some(block)
    })
}

fn block<'a>(text: &'a str, label: &str) -> Option<&'a str> {
    blocks(text, label).next()
}
