//! Signing in: passwords, lock-out, sessions.
//!
//! A password is kept as its Argon2id digest, a session as the SHA-256 of a random token. Neither
//! they nor wrong attempts are ledger entries; what a person does once signed in is.

use std::collections::BTreeSet;

use annex_isms::entity::Role;
use annex_isms::{Actor, Instant, PersonId, Record};
use annex_register::{Account, Session};
use argon2::Argon2;
use argon2::password_hash::{PasswordHash, PasswordHasher as _, PasswordVerifier as _, SaltString};
use sha2::{Digest as _, Sha256};

use crate::access::Caller;
use crate::{OperationError, Operations};

/// The shortest password, in characters; length is what counts (NIST SP 800-63B, 5.1.1).
const PASSWORD_CHARS_MIN: usize = 12;
/// The longest, so that nobody can make the server digest megabytes.
const PASSWORD_CHARS_MAX: usize = 256;
/// Wrong passwords in a row before an account is locked, and for how long.
const FAILURES_MAX: u32 = 5;
const LOCKED_SECONDS: i64 = 15 * 60;
/// How long a session lasts.
const SESSION_SECONDS: i64 = 12 * 60 * 60;

/// A person who is signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedIn {
    /// Who.
    pub person: PersonId,
    /// The name.
    pub name: String,
    /// What they may do.
    pub roles: BTreeSet<Role>,
    /// What the browser holds: 64 hexadecimal digits.
    pub token: String,
}

impl SignedIn {
    /// Who asks for what this person does, and from which address.
    pub fn caller(&self, from: Option<String>) -> Caller {
        let name = self.person.to_string();
        let actor = Actor { name, authenticated: true, via: "web".to_owned(), from };
        Caller::authenticated(actor, self.roles.clone(), None)
    }
}

impl Operations<'_> {
    /// Gives a person on record a password, and ends all sessions of that person.
    ///
    /// # Errors
    /// When the person is not on record, or the password is too short or too long.
    pub async fn set_password(&self, who: &PersonId, password: &str) -> Result<(), OperationError> {
        if self.person(who).await?.is_none() {
            return Err(OperationError::input(format!(
                "no person `{who}` is on record; add them with `annex people add {who} --name NAME`, or as [[person]] in annex.toml"
            )));
        }
        check_password(password)?;
        let salt = (self.ports.random)();
        let password = digest(password, salt).await?;
        let account = Account { person: who.clone(), password, failures: 0, locked_until: None };
        self.scope().put_account(&account).await?;
        Ok(self.scope().end_sessions(None, Some(who)).await?)
    }

    /// Whether anyone can sign in.
    ///
    /// # Errors
    /// When the register cannot be read.
    pub async fn has_accounts(&self) -> Result<bool, OperationError> {
        Ok(self.scope().has_accounts().await?)
    }

    /// Signs a person in. `None` when name and password do not go together, or the account is
    /// locked: which of them is not said, and takes the same time.
    ///
    /// # Errors
    /// When the register cannot be read or written.
    pub async fn sign_in(
        &self,
        who: &str,
        password: &str,
    ) -> Result<Option<SignedIn>, OperationError> {
        let now = self.now();
        let known = match who.parse::<PersonId>() {
            Ok(id) => self.scope().account(&id).await?,
            Err(_) => None,
        };
        let kept = known.as_ref().map_or(NOBODY, |account| &account.password);
        let right =
            password.chars().count() <= PASSWORD_CHARS_MAX && matches(kept, password).await?;
        let Some(account) = known else { return Ok(None) };
        if account.locked_until.is_some_and(|until| now < until) {
            return Ok(None);
        }
        if !right {
            let count = |account: &mut Account| {
                account.failures += 1;
                if account.failures >= FAILURES_MAX {
                    account.failures = 0;
                    account.locked_until = Some(later(now, LOCKED_SECONDS));
                }
            };
            self.scope().change_account(&account.person, count).await?;
            return Ok(None);
        }
        if account.failures > 0 || account.locked_until.is_some() {
            let clear =
                |account: &mut Account| (account.failures, account.locked_until) = (0, None);
            self.scope().change_account(&account.person, clear).await?;
        }
        // Hashed only to be text: nobody can tell the random bytes from it, and 64 digits they are.
        let drawn = annex_isms::Digest::of(&(self.ports.random)()).to_string();
        let token = drawn.rsplit(':').next().unwrap_or_default().to_owned();
        let session = Session {
            token: sha256(&token),
            person: account.person.clone(),
            began_at: now,
            ends_at: later(now, SESSION_SECONDS),
        };
        self.scope().begin_session(&session).await?;
        self.signed_in(&token).await
    }

    /// Who holds a token, as long as the session lasts and the person is on record.
    ///
    /// # Errors
    /// When the register cannot be read.
    pub async fn signed_in(&self, token: &str) -> Result<Option<SignedIn>, OperationError> {
        let Some(session) = self.scope().session(&sha256(token)).await? else { return Ok(None) };
        if session.ends_at <= self.now() {
            return Ok(None);
        }
        let Some(person) = self.person(&session.person).await? else { return Ok(None) };
        let roles = self.roles(&session.person).await?;
        let (name, token) = (person.name, token.to_owned());
        Ok(Some(SignedIn { person: session.person, name, roles, token }))
    }

    /// A person on record.
    async fn person(
        &self,
        id: &PersonId,
    ) -> Result<Option<annex_isms::entity::Person>, OperationError> {
        let entry = self.scope().get("person", id.as_str()).await?;
        Ok(match entry.map(|entry| entry.record) {
            Some(Record::Person(person)) => Some(person),
            _ => None,
        })
    }

    /// Ends a session.
    ///
    /// # Errors
    /// When the register cannot be written.
    pub async fn sign_out(&self, token: &str) -> Result<(), OperationError> {
        Ok(self.scope().end_sessions(Some(&sha256(token)), None).await?)
    }
}

/// Whether a password is one that can be set.
///
/// # Errors
/// When it is too short or too long.
pub fn check_password(password: &str) -> Result<(), OperationError> {
    let length = password.chars().count();
    if (PASSWORD_CHARS_MIN..=PASSWORD_CHARS_MAX).contains(&length) {
        return Ok(());
    }
    Err(OperationError::input(format!(
        "a password has {PASSWORD_CHARS_MIN} to {PASSWORD_CHARS_MAX} characters; this one has {length}"
    )))
}

/// The digest of no password, so that a name that nobody has takes as long as one that somebody has.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

async fn digest(password: &str, salt: [u8; 32]) -> Result<String, OperationError> {
    let password = password.to_owned();
    blocking(move || {
        let salt = SaltString::encode_b64(salt.get(..16).unwrap_or_default())?;
        Ok(Argon2::default().hash_password(password.as_bytes(), &salt)?.to_string())
    })
    .await
}

async fn matches(kept: &str, password: &str) -> Result<bool, OperationError> {
    let (kept, password) = (kept.to_owned(), password.to_owned());
    blocking(move || {
        let kept = PasswordHash::new(&kept)?;
        Ok(Argon2::default().verify_password(password.as_bytes(), &kept).is_ok())
    })
    .await
}

/// Argon2 takes a core and 19 MiB for tens of milliseconds; requests go on meanwhile.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, argon2::password_hash::Error> + Send + 'static,
) -> Result<T, OperationError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| OperationError::Internal(error.to_string()))?
        .map_err(|error| OperationError::Internal(error.to_string()))
}

fn later(at: Instant, seconds: i64) -> Instant {
    Instant::from_microseconds(at.microseconds() + seconds * 1_000_000)
}

fn sha256(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}
