//! Who has access: people, programs, their roles and keys, and who can sign in.

use std::collections::{BTreeMap, BTreeSet};

use annex_isms::entity::{Role, Token};
use annex_isms::{Instant, PersonId, Record};

use crate::{OperationError, Operations};

/// A person on record, or a program that has or had access.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// The id.
    pub id: PersonId,
    /// The name of a person; a program has none.
    pub name: Option<String>,
    /// What they may do.
    pub roles: BTreeSet<Role>,
    /// Whether there is a password.
    pub account: bool,
    /// Whether they sign in by a provider of identities.
    pub provider: bool,
    /// Whether signing in asks for a code as well.
    pub second_factor: bool,
    /// Until when the account is locked, if it is.
    pub locked_until: Option<Instant>,
}

impl Operations<'_> {
    /// Everyone who has access, or could be given it.
    ///
    /// # Errors
    /// When the register cannot be read.
    pub async fn holders(&self) -> Result<Vec<Holder>, OperationError> {
        let new = |id: &PersonId| Holder {
            id: id.clone(),
            name: None,
            roles: BTreeSet::new(),
            account: false,
            provider: false,
            second_factor: false,
            locked_until: None,
        };
        let mut holders: BTreeMap<PersonId, Holder> = BTreeMap::new();
        for entry in self.scope().latest("person").await? {
            let Record::Person(person) = entry.record else { continue };
            holders.entry(person.id.clone()).or_insert_with(|| new(&person.id)).name =
                Some(person.name);
        }
        for entry in self.scope().latest("grant").await? {
            let Record::Grant(grant) = entry.record else { continue };
            holders.entry(grant.holder.clone()).or_insert_with(|| new(&grant.holder)).roles =
                grant.roles;
        }
        let now = self.now();
        for account in self.scope().accounts().await? {
            let holder =
                holders.entry(account.person.clone()).or_insert_with(|| new(&account.person));
            holder.account = true;
            holder.locked_until = account.locked_until.filter(|until| now < *until);
        }
        for factor in self.scope().second_factors().await? {
            if let Some(holder) = holders.get_mut(&factor.person) {
                holder.second_factor = factor.confirmed;
            }
        }
        for identity in self.identities(None).await? {
            if let Some(holder) = holders.get_mut(&identity.person) {
                holder.provider |= !identity.ended;
            }
        }
        Ok(holders.into_values().collect())
    }

    /// The keys to the programming interface, of one holder or of all; those that end last first.
    ///
    /// # Errors
    /// When the register cannot be read.
    pub async fn keys(&self, holder: Option<&PersonId>) -> Result<Vec<Token>, OperationError> {
        let mut keys = Vec::new();
        for entry in self.scope().latest("token").await? {
            if let Record::Token(token) = entry.record
                && holder.is_none_or(|holder| *holder == token.holder)
            {
                keys.push(token);
            }
        }
        keys.sort_by(|a, b| b.expires.cmp(&a.expires).then_with(|| a.id.cmp(&b.id)));
        Ok(keys)
    }
}
