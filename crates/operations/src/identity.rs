//! Signing in by a provider of identities: which person a name there belongs to.
//!
//! ```text
//!  administrator, terminal ─ LinkIdentity ─┐
//!                                          ▼
//!  provider says (issuer, subject) ─▶ Identity on record? ─ yes ─▶ session of its person
//!                                          │ no
//!                                          └▶ verified address of one person with access? ─▶ link
//! ```
//!
//! What the provider says opens what a person on record has, and gives nobody access: a name that
//! is linked to nobody opens nothing. One name there belongs to one person here; a person may have
//! several. Links are entries of the ledger, so it shows who let whom in.

use annex_isms::entity::Identity;
use annex_isms::{Actor, IdentityId, PersonId, Record};
use annex_register::{Ended, Means, Receipt, SignInOutcome};

use crate::access::By;
use crate::account::SignedIn;
use crate::{OperationError, Operations};

/// The longest name that a provider can give someone.
const SUBJECT_CHARS_MAX: usize = 255;

/// Whom a provider says that someone is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vouched {
    /// The provider, as it names itself.
    pub issuer: String,
    /// What it calls them.
    pub subject: String,
    /// An address that it has verified, where a person may be linked by it.
    pub email: Option<String>,
}

impl Operations<'_> {
    /// Signs in whom a provider vouches for. `None` when that is nobody here.
    ///
    /// # Errors
    /// When the register cannot be read or written.
    pub async fn sign_in_by_provider(
        &self,
        vouched: &Vouched,
        from: Option<String>,
    ) -> Result<Option<SignedIn>, OperationError> {
        let now = self.now();
        let linked = self.identity(&IdentityId::derive(&vouched.issuer, &vouched.subject)).await?;
        let person = match linked {
            // It ended, which an address must not undo.
            Some(identity) if identity.ended => None,
            Some(identity) => Some(identity.person),
            None => self.link_by_email(vouched, from.clone()).await?,
        };
        let Some(person) = person else { return Ok(None) };
        if self.person(&person).await?.is_none() {
            return Ok(None);
        }
        self.keep(&person, now, SignInOutcome::In, Means::Provider, from).await?;
        self.begin_session(&person, now).await
    }

    /// The names at providers, of one person or of all, by person.
    ///
    /// # Errors
    /// When the register cannot be read.
    pub async fn identities(
        &self,
        person: Option<&PersonId>,
    ) -> Result<Vec<Identity>, OperationError> {
        let entries = self.scope().latest("identity").await?;
        let mut identities: Vec<Identity> = entries
            .into_iter()
            .filter_map(|entry| match entry.record {
                Record::Identity(identity) => Some(identity),
                _ => None,
            })
            .filter(|identity| person.is_none_or(|person| identity.person == *person))
            .collect();
        identities.sort_by(|a, b| (&a.person, &a.id).cmp(&(&b.person, &b.id)));
        Ok(identities)
    }

    async fn identity(&self, id: &IdentityId) -> Result<Option<Identity>, OperationError> {
        let entry = self.scope().get("identity", id.as_str()).await?;
        Ok(match entry.map(|entry| entry.record) {
            Some(Record::Identity(identity)) => Some(identity),
            _ => None,
        })
    }

    pub(crate) async fn link_identity(
        &self,
        person: &PersonId,
        issuer: &str,
        subject: &str,
        by: &By,
    ) -> Result<(Receipt, String), OperationError> {
        if self.person(person).await?.is_none() {
            return Err(OperationError::input(format!(
                "no person `{person}` is on record; add them first"
            )));
        }
        let (issuer, subject) = (issuer.trim(), subject.trim());
        let length = subject.chars().count();
        if length == 0 || length > SUBJECT_CHARS_MAX || subject.chars().any(char::is_control) {
            return Err(OperationError::input(format!(
                "say what the provider calls them, in 1 to {SUBJECT_CHARS_MAX} characters"
            )));
        }
        issuer.parse::<annex_isms::WebAddress>().map_err(|error| {
            OperationError::input(format!("the provider, as it names itself: {error}"))
        })?;
        let id = IdentityId::derive(issuer, subject);
        if let Some(known) = self.identity(&id).await?
            && !known.ended
        {
            return Err(OperationError::input(format!(
                "that name at the provider belongs to `{}`; end that first",
                known.person
            )));
        }
        let identity = Identity {
            id,
            person: person.clone(),
            issuer: issuer.to_owned(),
            subject: subject.to_owned(),
            ended: false,
        };
        let what = format!("`{person}` signs in as {subject} of {issuer}");
        Ok((self.record(vec![identity.into()], by).await?, what))
    }

    pub(crate) async fn end_identity(
        &self,
        id: &IdentityId,
        by: &By,
    ) -> Result<(Receipt, String), OperationError> {
        let Some(mut identity) = self.identity(id).await? else {
            return Err(OperationError::not_found(format!("no identity `{id}` is on record")));
        };
        identity.ended = true;
        let person = identity.person.clone();
        let receipt = self.record(vec![identity.into()], by).await?;
        // Whoever was let in by it may be signed in still.
        self.scope().end_sessions(Ended::OfPerson(&person)).await?;
        Ok((receipt, format!("`{person}` no longer signs in by {id}")))
    }

    /// Links someone by a verified address, which must be one person's alone. They must have
    /// access already, and no other name at this provider.
    async fn link_by_email(
        &self,
        vouched: &Vouched,
        from: Option<String>,
    ) -> Result<Option<PersonId>, OperationError> {
        let Some(email) = &vouched.email else { return Ok(None) };
        let people = self.scope().latest("person").await?;
        let mut theirs = people.into_iter().filter_map(|entry| match entry.record {
            Record::Person(person) if person.email.as_ref().is_some_and(|own| own.is(email)) => {
                Some(person.id)
            }
            _ => None,
        });
        let (Some(person), None) = (theirs.next(), theirs.next()) else { return Ok(None) };
        let others = self.identities(Some(&person)).await?;
        let has_other = others.iter().any(|identity| identity.issuer == vouched.issuer);
        if has_other || self.roles(&person).await?.is_empty() {
            return Ok(None);
        }
        let name = person.to_string();
        let via = "provider of identities".to_owned();
        let actor = Actor { name, authenticated: true, via, from };
        let by = By { actor, read: self.ledger_size().await?, once: None };
        self.link_identity(&person, &vouched.issuer, &vouched.subject, &by).await?;
        Ok(Some(person))
    }
}
