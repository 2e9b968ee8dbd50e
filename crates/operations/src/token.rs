//! Keys to the programming interface: made once, scoped, ending, and withdrawn at will.
//!
//! A key reads `annex_ORGANISATION_ID_SECRET`. Its secret has 256 random bits, so the plain SHA-256 of it is
//! enough to keep, and what is kept gives nobody access. The record is in the ledger like
//! everything else: who made it, for whom, for what, until when.

use std::collections::BTreeSet;

use annex_isms::entity::{Role, Token};
use annex_isms::{Actor, Digest, Entry, Instant, PersonId, Record, TokenId};
use annex_register::Receipt;

use crate::access::{self, By, Caller};
use crate::{OperationError, Operations, Reply};

const PREFIX: &str = "annex_";
/// The organisation that a key says it is of; whether it opens anything there is not said.
pub fn organisation_of(key: &str) -> Option<&str> {
    key.strip_prefix(PREFIX)?.split('_').next()
}

/// The longest life of a key.
const DAYS_MAX: i64 = 366;
const DAY_MICROSECONDS: i64 = 24 * 60 * 60 * 1_000_000;

impl Operations<'_> {
    pub(crate) async fn create_token(
        &self,
        holder: &PersonId,
        description: &str,
        actions: &BTreeSet<String>,
        expires: Instant,
        by: &By,
    ) -> Result<Reply, OperationError> {
        let roles = self.roles(holder).await?;
        if roles.is_empty() {
            return Err(OperationError::input(format!(
                "`{holder}` has no access, so a key would carry none; grant a role first"
            )));
        }
        if by.actor.authenticated && by.actor.name != holder.as_str() && !is_program(&roles) {
            return Err(OperationError::Forbidden(format!(
                "only `{holder}` can make a key that acts as `{holder}`"
            )));
        }
        if description.trim().is_empty() {
            return Err(OperationError::input("say what the key is for"));
        }
        let known = access::actions()?;
        if let Some(unknown) = actions.iter().find(|action| !known.contains(*action)) {
            let known: Vec<&str> = known.iter().map(String::as_str).collect();
            return Err(OperationError::input(format!(
                "`{unknown}` is no action; there are {}",
                known.join(", ")
            )));
        }
        if actions.is_empty() {
            return Err(OperationError::input(
                "a key is for named actions; give at least one, such as `read`",
            ));
        }
        let now = self.now();
        let last = now.microseconds() + DAYS_MAX * DAY_MICROSECONDS;
        if expires <= now || expires.microseconds() > last {
            return Err(OperationError::input(format!(
                "a key ends in the future, and within {DAYS_MAX} days; {expires} is not so"
            )));
        }
        let secret = hexadecimal(&(self.ports.random)());
        let drawn = hexadecimal(&(self.ports.random)());
        let id = format!("t-{}", drawn.get(..12).unwrap_or_default());
        let id: TokenId =
            id.parse().map_err(|error| OperationError::Internal(format!("{error}")))?;
        let token = Token {
            id: id.clone(),
            holder: holder.clone(),
            description: description.trim().to_owned(),
            actions: actions.clone(),
            expires,
            revoked: false,
            secret: Digest::of(secret.as_bytes()),
        };
        let receipt = self.record(vec![token.into()], by).await?;
        let key = format!("{PREFIX}{}_{id}_{secret}", self.organisation);
        Ok(Reply::Token { id, key, ledger_size: receipt.size })
    }

    pub(crate) async fn revoke_token(
        &self,
        id: &TokenId,
        by: &By,
    ) -> Result<(Receipt, String), OperationError> {
        let entry = self.scope().get("token", id.as_str()).await?;
        let Some(Record::Token(mut token)) = entry.map(|entry| entry.record) else {
            return Err(OperationError::not_found(format!("no key `{id}` is on record")));
        };
        token.revoked = true;
        Ok((self.record(vec![token.into()], by).await?, format!("the key {id} is withdrawn")))
    }

    /// Who holds a key, with the access that it carries now; `None` when it is not one, has ended
    /// or was withdrawn.
    ///
    /// # Errors
    /// When the register cannot be read.
    pub async fn key_holder(
        &self,
        key: &str,
        from: Option<String>,
    ) -> Result<Option<Caller>, OperationError> {
        let mut parts = key.strip_prefix(PREFIX).unwrap_or_default().splitn(3, '_');
        let (Some(organisation), Some(id), Some(secret)) =
            (parts.next(), parts.next(), parts.next())
        else {
            return Ok(None);
        };
        if organisation != self.organisation.as_str() || id.parse::<TokenId>().is_err() {
            return Ok(None);
        }
        let entry = self.scope().get("token", id).await?;
        let Some(Entry { actor: maker, record: Record::Token(token), .. }) = entry else {
            return Ok(None);
        };
        // Digests of a secret: how far they agree tells nothing of it.
        let right = token.secret == Digest::of(secret.as_bytes());
        if !right || token.revoked || token.expires <= self.now() {
            return Ok(None);
        }
        let roles = self.roles(&token.holder).await?;
        // A program's name may become a person's; who made the key does not get that person's
        // access with it.
        let foreign = maker.authenticated && maker.name != token.holder.as_str();
        if foreign && !is_program(&roles) {
            return Ok(None);
        }
        let actor = Actor {
            name: token.holder.to_string(),
            authenticated: true,
            via: format!("key {id}"),
            from,
        };
        Ok(Some(Caller::authenticated(actor, roles, Some(token.actions))))
    }
}

fn is_program(roles: &BTreeSet<Role>) -> bool {
    roles.contains(&Role::Service)
}

fn hexadecimal(bytes: &[u8]) -> String {
    let drawn = Digest::of(bytes).to_string();
    drawn.rsplit(':').next().unwrap_or_default().to_owned()
}
