//! Signing in: what is checked in which order, lock-out, and the list of attempts.
//!
//! ```text
//!  name, password ─▶ digest compared ─▶ locked? ─▶ code, if a second factor is on
//!                                                    ├▶ one is wrong: counted, the fifth locks
//!                                                    └▶ all right: session
//! ```
//!
//! The password is compared whether or not there is such an account and whether or not it is
//! locked, so that an answer takes the same time. What came of it is counted in one transaction
//! with the account as it is then: none of several attempts at once is counted for another.

use annex_isms::{Instant, PersonId};
use annex_register::{Account, Means, SignIn, SignInOutcome};

use crate::account::{NOBODY, PASSWORD_CHARS_MAX, SignedIn, later, matches};
use crate::{OperationError, Operations};

/// Wrong attempts in a row before an account is locked, and for how long.
const FAILURES_MAX: u32 = 5;
const LOCKED_SECONDS: i64 = 15 * 60;
/// How long an attempt is kept.
const KEPT_DAYS: i64 = 366;

/// What someone who wants to sign in gives. Not to be printed: it holds a password.
pub struct Attempt {
    /// The name.
    pub person: String,
    /// The password.
    pub password: String,
    /// The code of the second factor, or a recovery code; empty where there is none.
    pub code: String,
    /// From where.
    pub from: Option<String>,
}

impl Operations<'_> {
    /// Signs a person in. `None` when what was given does not go together, or the account is
    /// locked: which of them is not said.
    ///
    /// # Errors
    /// When the register cannot be read or written.
    pub async fn sign_in(&self, given: &Attempt) -> Result<Option<SignedIn>, OperationError> {
        let now = self.now();
        let Ok(id) = given.person.parse::<PersonId>() else {
            self.is_right(None, &given.password).await?;
            return Ok(None);
        };
        let (outcome, means) = self.judge(&id, &given.password, Some(&given.code), now).await?;
        self.keep(&id, now, outcome, means, given.from.clone()).await?;
        if outcome != SignInOutcome::In {
            return Ok(None);
        }
        self.begin_session(&id, now).await
    }

    /// Keeps that an attempt was turned away unseen, because too many came from one address.
    ///
    /// # Errors
    /// When the register cannot be written.
    pub async fn turn_away(&self, given: &Attempt) -> Result<(), OperationError> {
        let Ok(id) = given.person.parse::<PersonId>() else { return Ok(()) };
        let (now, from) = (self.now(), given.from.clone());
        self.keep(&id, now, SignInOutcome::OutOfTurn, Means::Password, from).await
    }

    /// Part of the attempts to sign in, of one person or of all, the newest first; and how many
    /// there are.
    ///
    /// # Errors
    /// When the register cannot be read.
    pub async fn sign_ins(
        &self,
        person: Option<&PersonId>,
        offset: u64,
        limit: u64,
    ) -> Result<(Vec<SignIn>, u64), OperationError> {
        Ok(self.scope().sign_ins(person, offset, limit).await?)
    }

    /// Refuses unless this is the person's password and, where one is asked for, a code of theirs.
    /// Wrong ones count as wrong attempts to sign in: who found a session open must not try
    /// passwords with it.
    pub(crate) async fn confirm(
        &self,
        who: &PersonId,
        password: &str,
        code: Option<&str>,
        from: Option<String>,
    ) -> Result<(), OperationError> {
        let now = self.now();
        let (outcome, means) = self.judge(who, password, code, now).await?;
        if outcome == SignInOutcome::In {
            return Ok(());
        }
        self.keep(who, now, outcome, means, from).await?;
        let wrong = if code.is_some() { "password or code" } else { "password" };
        Err(OperationError::input(format!(
            "that is not your present {wrong}, or the account is locked for a quarter of an hour after five wrong ones"
        )))
    }

    /// What comes of a name, a password and, where one is asked for, a code; it is counted.
    async fn judge(
        &self,
        id: &PersonId,
        password: &str,
        code: Option<&str>,
        now: Instant,
    ) -> Result<(SignInOutcome, Means), OperationError> {
        let known = self.scope().account(id).await?;
        let right = self.is_right(known.as_ref(), password).await?;
        let mut means = Some(Means::Password);
        // A code fits once, so none is taken while the account is locked.
        if let (true, Some(account), Some(code)) = (right, &known, code)
            && !is_locked(account, now)
            && self.has_second_factor(id).await?
        {
            means = self.take_code(id, code, now).await?;
        }
        let mut outcome = SignInOutcome::Wrong;
        self.scope()
            .change_account(id, |account| outcome = count(account, right, means.is_some(), now))
            .await?;
        Ok((outcome, means.unwrap_or(Means::Password)))
    }

    /// Whether a password is that of an account; takes as long when there is none.
    async fn is_right(
        &self,
        account: Option<&Account>,
        password: &str,
    ) -> Result<bool, OperationError> {
        let kept = account.map_or(NOBODY, |account| &account.password);
        Ok(password.chars().count() <= PASSWORD_CHARS_MAX && matches(kept, password).await?)
    }

    /// Keeps an attempt of a person on record.
    pub(crate) async fn keep(
        &self,
        person: &PersonId,
        at: Instant,
        outcome: SignInOutcome,
        means: Means,
        address: Option<String>,
    ) -> Result<(), OperationError> {
        if self.person(person).await?.is_none() {
            return Ok(());
        }
        let (id, person) = ((self.ports.random)(), person.clone());
        let attempt = SignIn { id, person, at, outcome, means, address };
        let kept_since = later(at, -KEPT_DAYS * 24 * 60 * 60);
        Ok(self.scope().put_sign_in(&attempt, kept_since).await?)
    }
}

fn is_locked(account: &Account, now: Instant) -> bool {
    account.locked_until.is_some_and(|until| now < until)
}

/// Counts an attempt.
fn count(account: &mut Account, password: bool, code: bool, now: Instant) -> SignInOutcome {
    if is_locked(account, now) {
        return SignInOutcome::Locked;
    }
    if password && code {
        (account.failures, account.locked_until) = (0, None);
        return SignInOutcome::In;
    }
    account.failures += 1;
    if account.failures >= FAILURES_MAX {
        (account.failures, account.locked_until) = (0, Some(later(now, LOCKED_SECONDS)));
    }
    if password { SignInOutcome::Code } else { SignInOutcome::Wrong }
}
