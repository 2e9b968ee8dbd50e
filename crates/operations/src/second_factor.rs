//! The second factor: codes by time (RFC 6238), and recovery codes for who lost what makes them.
//!
//! ```text
//!  begin ── password ─▶ secret, shown once ─▶ confirm ── first code ─▶ on, ten recovery codes, shown once
//! ```
//!
//! The secret must be known to make a code, so a digest of it will not do. It is kept encrypted
//! under a key that follows from the ledger's signing key, which is not in the data folder: who
//! copies that folder, or the database, makes no codes. What it is encrypted with names the
//! organisation and the person, so a row that was put under another name opens nothing.
//!
//! How it can still go wrong: with another signing key no code fits any more, and each second
//! factor has to be reset on the server.

use annex_isms::{Instant, PersonId};
use annex_register::{Means, SecondFactor};
use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use totp_rs::{Algorithm, Builder, Secret, Totp};

use crate::account::{SignedIn, sha256};
use crate::{OperationError, Operations};

/// What the key is derived for.
const PURPOSE: &str = "annex 2026-11 secrets of second factors";
/// The length of a secret (RFC 4226, 4) and of the nonce before it.
const SECRET_BYTES: usize = 20;
const NONCE_BYTES: usize = 24;
/// How long a code lasts, and how many steps a clock may be off.
const STEP_SECONDS: u64 = 30;
const SKEW_STEPS: u16 = 1;
const DIGITS: u8 = 6;
/// How many recovery codes there are, each of 80 random bits: enough that the plain digest keeps
/// them secret.
const RECOVERY_CODES: usize = 10;
const RECOVERY_BYTES: usize = 10;

/// A second factor that is being set up.
pub struct Enrolment {
    /// The secret in Base32, to be typed.
    pub secret: String,
    /// The address that a picture of it holds.
    pub address: String,
}

impl Operations<'_> {
    /// How many recovery codes someone has left; `None` when no second factor is on.
    ///
    /// # Errors
    /// When the register cannot be read.
    pub async fn second_factor(&self, who: &PersonId) -> Result<Option<u64>, OperationError> {
        if !self.has_second_factor(who).await? {
            return Ok(None);
        }
        Ok(Some(self.scope().recovery_codes(who).await?))
    }

    pub(crate) async fn has_second_factor(&self, who: &PersonId) -> Result<bool, OperationError> {
        let factor = self.scope().second_factor(who).await?;
        Ok(factor.is_some_and(|factor| factor.confirmed))
    }

    /// Draws a secret. It asks for nothing until [`confirm`](Self::confirm_second_factor).
    ///
    /// # Errors
    /// When one is on already, or the password is wrong.
    pub async fn begin_second_factor(
        &self,
        who: &SignedIn,
        password: &str,
        from: Option<String>,
    ) -> Result<Enrolment, OperationError> {
        self.confirm(&who.person, password, None, from).await?;
        if self.has_second_factor(&who.person).await? {
            return Err(OperationError::input(
                "a second factor is on; turn it off before you set up another",
            ));
        }
        let drawn = (self.ports.random)();
        let secret = drawn.get(..SECRET_BYTES).unwrap_or_default();
        let factor = SecondFactor {
            person: who.person.clone(),
            secret: self.seal(&who.person, secret)?,
            confirmed: false,
            step: 0,
        };
        self.scope().put_second_factor(&factor, &[]).await?;
        let secret = base32(secret);
        // Ids have no letter that means something in an address.
        let address = format!(
            "otpauth://totp/Annex%20{0}:{1}?secret={secret}&issuer=Annex%20{0}",
            self.organisation, who.person
        );
        Ok(Enrolment { secret, address })
    }

    /// Turns the second factor on by its first code, and gives the recovery codes. They are not
    /// kept and cannot be shown again.
    ///
    /// # Errors
    /// When none is being set up, or the code does not fit.
    pub async fn confirm_second_factor(
        &self,
        who: &SignedIn,
        code: &str,
    ) -> Result<Vec<String>, OperationError> {
        let factor = self.scope().second_factor(&who.person).await?;
        let Some(mut factor) = factor.filter(|factor| !factor.confirmed) else {
            return Err(OperationError::input("no second factor is being set up; begin anew"));
        };
        let step = self.step_of(&factor, code, self.now())?.ok_or_else(|| {
            OperationError::input(
                "the code does not fit; check that the clock of your device is right, and try the next one",
            )
        })?;
        (factor.confirmed, factor.step) = (true, step);
        let codes: Vec<String> = (0..RECOVERY_CODES).map(|_| self.recovery_code()).collect();
        let digests: Vec<[u8; 32]> = codes.iter().map(|code| sha256(&bare(code))).collect();
        self.scope().put_second_factor(&factor, &digests).await?;
        Ok(codes)
    }

    /// Turns someone's own second factor off.
    ///
    /// # Errors
    /// When the password is wrong or the code does not fit, which is not told apart.
    pub async fn end_second_factor(
        &self,
        who: &SignedIn,
        password: &str,
        code: &str,
        from: Option<String>,
    ) -> Result<(), OperationError> {
        self.confirm(&who.person, password, Some(code), from).await?;
        self.scope().remove_second_factor(&who.person).await?;
        Ok(())
    }

    /// Removes the second factor of someone who lost it, and ends all their sessions; whether
    /// there was one.
    ///
    /// # Errors
    /// When the register cannot be written.
    pub async fn reset_second_factor(&self, who: &PersonId) -> Result<bool, OperationError> {
        let removed = self.scope().remove_second_factor(who).await?;
        self.scope().end_sessions(annex_register::Ended::OfPerson(who)).await?;
        Ok(removed)
    }

    /// Takes a code: each fits once. `None` when it does not fit.
    pub(crate) async fn take_code(
        &self,
        who: &PersonId,
        code: &str,
        now: Instant,
    ) -> Result<Option<Means>, OperationError> {
        let Some(factor) = self.scope().second_factor(who).await? else { return Ok(None) };
        if let Some(step) = self.step_of(&factor, code, now)? {
            return Ok(self.scope().take_step(who, step).await?.then_some(Means::Code));
        }
        let taken = self.scope().take_recovery_code(who, &sha256(&bare(code))).await?;
        Ok(taken.then_some(Means::Recovery))
    }

    /// The time step of which this is the code, if it is one of those that are near.
    fn step_of(
        &self,
        factor: &SecondFactor,
        code: &str,
        now: Instant,
    ) -> Result<Option<i64>, OperationError> {
        let totp = totp(&self.unseal(&factor.person, &factor.secret)?)?;
        let seconds = u64::try_from(now.microseconds() / 1_000_000).unwrap_or_default();
        let step = totp.check(&bare(code), seconds);
        Ok(step.and_then(|step| i64::try_from(step).ok()))
    }

    fn recovery_code(&self) -> String {
        let drawn = (self.ports.random)();
        let letters = base32(drawn.get(..RECOVERY_BYTES).unwrap_or_default());
        let parts = letters.as_bytes().chunks(4).map(String::from_utf8_lossy);
        parts.collect::<Vec<_>>().join("-")
    }

    fn seal(&self, who: &PersonId, secret: &[u8]) -> Result<Vec<u8>, OperationError> {
        let drawn = (self.ports.random)();
        let nonce = drawn.get(..NONCE_BYTES).unwrap_or_default();
        let whose = self.whose(who);
        let payload = Payload { msg: secret, aad: whose.as_bytes() };
        let sealed = self.cipher()?.encrypt(&nonce_of(nonce)?, payload);
        let sealed = sealed.map_err(|_| internal("a secret cannot be encrypted"))?;
        Ok([nonce, &sealed].concat())
    }

    fn unseal(&self, who: &PersonId, sealed: &[u8]) -> Result<Vec<u8>, OperationError> {
        let (nonce, sealed) = sealed
            .split_at_checked(NONCE_BYTES)
            .ok_or_else(|| internal("the secret of a second factor is cut off"))?;
        let whose = self.whose(who);
        let payload = Payload { msg: sealed, aad: whose.as_bytes() };
        self.cipher()?.decrypt(&nonce_of(nonce)?, payload).map_err(|_| {
            internal(
                "the secret of a second factor was made with another signing key, or changed; `annexd account PERSON --reset-second-factor` removes it",
            )
        })
    }

    fn cipher(&self) -> Result<XChaCha20Poly1305, OperationError> {
        let key = self.signing_key()?.derive(PURPOSE);
        Ok(XChaCha20Poly1305::new(&Key::from(*key)))
    }

    fn whose(&self, who: &PersonId) -> String {
        format!("{}/{who}", self.organisation)
    }
}

fn nonce_of(bytes: &[u8]) -> Result<XNonce, OperationError> {
    XNonce::try_from(bytes).map_err(|_| internal("a nonce has another length"))
}

fn internal(what: &str) -> OperationError {
    OperationError::Internal(what.to_owned())
}

fn totp(secret: &[u8]) -> Result<Totp, OperationError> {
    // SHA-1, because that is what most programs that make codes understand.
    Builder::new()
        .with_algorithm(Algorithm::SHA1)
        .with_digits(DIGITS)
        .with_skew(SKEW_STEPS)
        .with_step_duration(STEP_SECONDS)
        .with_secret(secret.to_vec())
        .build()
        .map_err(|error| OperationError::Internal(error.to_string()))
}

fn base32(bytes: &[u8]) -> String {
    Secret::new(bytes.into()).to_base32()
}

/// A code without what only helps to read it.
fn bare(code: &str) -> String {
    code.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect()
}
