//! Passwords and sessions.
//!
//! A password is kept as its Argon2id digest, a session as the SHA-256 of a random token. Neither
//! they nor attempts to sign in are ledger entries; what a person does once signed in is.

use std::collections::BTreeSet;

use annex_isms::entity::Role;
use annex_isms::{Actor, Digest, Instant, PersonId, Record};
use annex_register::{Account, Ended, Session};
use argon2::Argon2;
use argon2::password_hash::{PasswordHash, PasswordHasher as _, PasswordVerifier as _, SaltString};
use sha2::{Digest as _, Sha256};

use crate::access::{Caller, roles_of};
use crate::{OperationError, Operations};

/// The shortest password, in characters; length is what counts (NIST SP 800-63B, 5.1.1).
const PASSWORD_CHARS_MIN: usize = 12;
/// The longest, so that nobody can make the server digest megabytes.
pub(crate) const PASSWORD_CHARS_MAX: usize = 256;
/// How long a session lasts.
const SESSION_SECONDS: i64 = 12 * 60 * 60;
/// How far the clocks of servers may be apart.
const SKEW_SECONDS_MAX: i64 = 5 * 60;

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
    /// How many entries the ledger had when they asked: what they are shown is of so many at least.
    pub ledger_size: u64,
}

/// A session, as its owner sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnSession {
    /// What names it; nobody can take part in the session by it.
    pub id: Digest,
    /// Since when.
    pub began_at: Instant,
    /// Until when.
    pub ends_at: Instant,
    /// Whether it is the one that asks.
    pub present: bool,
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
        Ok(self.scope().end_sessions(Ended::OfPerson(who)).await?)
    }

    /// Whether someone has a password here.
    ///
    /// # Errors
    /// When the register cannot be read.
    pub async fn has_password(&self, who: &PersonId) -> Result<bool, OperationError> {
        Ok(self.scope().account(who).await?.is_some())
    }

    /// Whether anyone can sign in.
    ///
    /// # Errors
    /// When the register cannot be read.
    pub async fn has_accounts(&self) -> Result<bool, OperationError> {
        Ok(self.scope().has_accounts().await?)
    }

    /// Replaces a person's own password, which they show that they know, and ends all their other
    /// sessions.
    ///
    /// # Errors
    /// When the present password is wrong or the account is locked, which is not told apart, or the
    /// new one is too short or too long.
    pub async fn change_password(
        &self,
        who: &SignedIn,
        present: &str,
        password: &str,
        from: Option<String>,
    ) -> Result<(), OperationError> {
        check_password(password)?;
        self.confirm(&who.person, present, None, from).await?;
        let password = digest(password, (self.ports.random)()).await?;
        self.scope().change_account(&who.person, |account| account.password = password).await?;
        let kept = sha256(&who.token);
        Ok(self.scope().end_sessions(Ended::Others { person: &who.person, kept: &kept }).await?)
    }

    /// Begins a session of a person who has shown who they are.
    pub(crate) async fn begin_session(
        &self,
        person: &PersonId,
        now: Instant,
    ) -> Result<Option<SignedIn>, OperationError> {
        // Hashed only to be text: nobody can tell the random bytes from it, and 64 digits they are.
        let drawn = Digest::of(&(self.ports.random)()).to_string();
        let token = drawn.rsplit(':').next().unwrap_or_default().to_owned();
        let session = Session {
            token: sha256(&token),
            person: person.clone(),
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
        let Some(visit) = self.scope().visit(&sha256(token)).await? else { return Ok(None) };
        let session = visit.session;
        let now = self.now();
        // One that began in the future would last longer than others: a clock was set back.
        if session.ends_at <= now || session.began_at > later(now, SKEW_SECONDS_MAX) {
            return Ok(None);
        }
        let Some(Record::Person(person)) = visit.person.map(|entry| entry.record) else {
            return Ok(None);
        };
        let roles = roles_of(visit.grant);
        let (name, token, ledger_size) = (person.name, token.to_owned(), visit.ledger_size);
        Ok(Some(SignedIn { person: session.person, name, roles, token, ledger_size }))
    }

    /// A person on record.
    ///
    /// # Errors
    /// When the register cannot be read.
    pub async fn person(
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
        Ok(self.scope().end_sessions(Ended::Session(&sha256(token))).await?)
    }

    /// A person's own sessions, the newest first.
    ///
    /// # Errors
    /// When the register cannot be read.
    pub async fn sessions(&self, of: &SignedIn) -> Result<Vec<OwnSession>, OperationError> {
        let (now, present) = (self.now(), sha256(&of.token));
        let sessions = self.scope().sessions(&of.person, now).await?;
        Ok(sessions
            .into_iter()
            .map(|session| OwnSession {
                present: session.token == present,
                id: Digest::from_bytes(session.token),
                began_at: session.began_at,
                ends_at: session.ends_at,
            })
            .collect())
    }

    /// Ends one of a person's own sessions.
    ///
    /// # Errors
    /// When the register cannot be written.
    pub async fn end_session(&self, of: &SignedIn, id: &Digest) -> Result<(), OperationError> {
        let one = Ended::One { person: &of.person, token: id.as_bytes() };
        Ok(self.scope().end_sessions(one).await?)
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
pub(crate) const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

async fn digest(password: &str, salt: [u8; 32]) -> Result<String, OperationError> {
    let password = password.to_owned();
    blocking(move || {
        let salt = SaltString::encode_b64(salt.get(..16).unwrap_or_default())?;
        Ok(Argon2::default().hash_password(password.as_bytes(), &salt)?.to_string())
    })
    .await
}

pub(crate) async fn matches(kept: &str, password: &str) -> Result<bool, OperationError> {
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

pub(crate) fn later(at: Instant, seconds: i64) -> Instant {
    Instant::from_microseconds(at.microseconds() + seconds * 1_000_000)
}

pub(crate) fn sha256(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}
