//! Private keys: read from PEM, overwritten in memory when dropped, never printed.

use std::fmt;

use p256::elliptic_curve::rand_core;
use pkcs8::der::{Decode as _, SecretDocument};
use pkcs8::{EncryptedPrivateKeyInfo, PrivateKeyInfo};
use zeroize::Zeroizing;

use super::{Curve, KeyFault, PublicKey, block};
use crate::Secret as SecretText;

/// A private key. Overwritten in memory when dropped; cannot be printed.
pub struct PrivateKey(Secret);

enum Secret {
    P256(p256::ecdsa::SigningKey),
    P384(p384::ecdsa::SigningKey),
    P521(p521::ecdsa::SigningKey),
}

impl PrivateKey {
    /// Reads PEM: PKCS #8, also encrypted, or SEC 1.
    ///
    /// # Errors
    ///
    /// When there is no private key in it that can be used.
    pub fn parse(text: &SecretText, password: Option<&SecretText>) -> Result<Self, KeyFault> {
        let text = text.expose();
        if let Some(block) = block(text, "ENCRYPTED PRIVATE KEY") {
            let password = password.ok_or(KeyFault::NoPassword)?;
            let (_, der) = SecretDocument::from_pem(block).map_err(|_| KeyFault::Damaged)?;
            let info = EncryptedPrivateKeyInfo::from_der(der.as_bytes());
            let der = info.map_err(|_| KeyFault::Damaged)?.decrypt(password.expose());
            return Self::from_pkcs8(der.map_err(|_| KeyFault::Password)?.as_bytes());
        }
        if let Some(block) = block(text, "PRIVATE KEY") {
            let (_, der) = SecretDocument::from_pem(block).map_err(|_| KeyFault::Damaged)?;
            return Self::from_pkcs8(der.as_bytes());
        }
        if let Some(block) = block(text, "EC PRIVATE KEY") {
            if block.contains("ENCRYPTED") {
                return Err(KeyFault::OldEncryption);
            }
            let (_, der) = SecretDocument::from_pem(block).map_err(|_| KeyFault::Damaged)?;
            let key = sec1::EcPrivateKey::from_der(der.as_bytes());
            let named = key
                .map_err(|_| KeyFault::Damaged)?
                .parameters
                .and_then(sec1::EcParameters::named_curve);
            let curve = Curve::ALL.into_iter().find(|curve| Some(curve.oid()) == named);
            return Self::from_sec1(curve.ok_or(KeyFault::Curve)?, der.as_bytes());
        }
        let other = text.contains("PRIVATE KEY-----");
        Err(if other { KeyFault::Kind } else { KeyFault::NoBlock("PRIVATE KEY") })
    }

    /// Its public half.
    pub fn public_key(&self) -> PublicKey {
        let (curve, point): (_, Box<[u8]>) = match &self.0 {
            Secret::P256(key) => {
                (Curve::P256, key.verifying_key().to_encoded_point(false).as_bytes().into())
            }
            Secret::P384(key) => {
                (Curve::P384, key.verifying_key().to_encoded_point(false).as_bytes().into())
            }
            Secret::P521(key) => {
                let key = p521::ecdsa::VerifyingKey::from(key);
                (Curve::P521, key.to_encoded_point(false).as_bytes().into())
            }
        };
        PublicKey { curve, point }
    }

    /// A signature in DER. `random` gives 32 secret random bytes at a time.
    pub(crate) fn sign(&self, message: &[u8], random: &dyn Fn() -> [u8; 32]) -> Option<Vec<u8>> {
        use p256::ecdsa::signature::hazmat::RandomizedPrehashSigner as _;
        let random = &mut Random(random);
        let digest = self.public_key().curve.digest(message);
        match &self.0 {
            Secret::P256(key) => {
                let signature: p256::ecdsa::Signature =
                    key.sign_prehash_with_rng(random, &digest).ok()?;
                Some(signature.to_der().as_bytes().to_vec())
            }
            Secret::P384(key) => {
                let signature: p384::ecdsa::Signature =
                    key.sign_prehash_with_rng(random, &digest).ok()?;
                Some(signature.to_der().as_bytes().to_vec())
            }
            Secret::P521(key) => {
                let signature = key.sign_prehash_with_rng(random, &digest).ok()?;
                Some(signature.to_der().as_bytes().to_vec())
            }
        }
    }

    fn from_pkcs8(der: &[u8]) -> Result<Self, KeyFault> {
        let info = PrivateKeyInfo::from_der(der).map_err(|_| KeyFault::Damaged)?;
        Self::from_sec1(Curve::of(info.algorithm)?, info.private_key)
    }

    fn from_sec1(curve: Curve, der: &[u8]) -> Result<Self, KeyFault> {
        let numbers = |_| KeyFault::Numbers;
        Ok(Self(match curve {
            Curve::P256 => {
                Secret::P256(p256::SecretKey::from_sec1_der(der).map_err(numbers)?.into())
            }
            Curve::P384 => {
                Secret::P384(p384::SecretKey::from_sec1_der(der).map_err(numbers)?.into())
            }
            Curve::P521 => {
                let key = p521::SecretKey::from_sec1_der(der).map_err(numbers)?;
                let bytes = Zeroizing::new(key.to_bytes());
                let key = p521::ecdsa::SigningKey::from_bytes(&bytes);
                Secret::P521(key.map_err(|_| KeyFault::Numbers)?)
            }
        }))
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let public = self.public_key();
        write!(f, "PrivateKey({}, of {})", public.curve.as_str(), public.digest())
    }
}

/// Randomness that comes in as an argument.
struct Random<'a>(&'a dyn Fn() -> [u8; 32]);

impl rand_core::RngCore for Random<'_> {
    fn next_u32(&mut self) -> u32 {
        let mut bytes = [0; 4];
        self.fill_bytes(&mut bytes);
        u32::from_le_bytes(bytes)
    }

    fn next_u64(&mut self) -> u64 {
        let mut bytes = [0; 8];
        self.fill_bytes(&mut bytes);
        u64::from_le_bytes(bytes)
    }

    fn fill_bytes(&mut self, target: &mut [u8]) {
        for chunk in target.chunks_mut(32) {
            let bytes = Zeroizing::new((self.0)());
            chunk.copy_from_slice(&bytes[..chunk.len()]);
        }
    }

    fn try_fill_bytes(&mut self, target: &mut [u8]) -> Result<(), rand_core::Error> {
        self.fill_bytes(target);
        Ok(())
    }
}

impl rand_core::CryptoRng for Random<'_> {}
