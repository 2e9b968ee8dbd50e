//! Who asks, and whether they may.
//!
//! ```text
//!  command line ── has folder and key ─────────────┐
//!  session ── Grant: roles ──────┐                 ▼
//!  token ──── Grant ∩ actions ───┴─▶ Caller ─▶ permits? (roles.cedar) ─▶ command ─▶ ledger
//! ```
//!
//! Roles are what a [`Grant`](annex_isms::entity::Grant) on record says; what a role permits is
//! in `roles.cedar`. Whoever works on the folder itself has its key and is not asked. A caller
//! who was authenticated speaks for no one else: a command that names who decides must name them.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use annex_isms::entity::{Grant, Role};
use annex_isms::{Actor, Entry, PersonId, Record};
use annex_policy::Access;
use annex_register::Once;

use crate::{Command, OperationError, Operations};

static ACCESS: LazyLock<Result<Access, String>> = LazyLock::new(|| {
    Access::compile(include_str!("roles.cedarschema"), include_str!("roles.cedar"))
        .map_err(|error| error.to_string())
});

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    actor: Actor,
    rights: Rights,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Rights {
    /// Of whoever has the folder and its key.
    Folder,
    /// Of these roles, and of nothing but these actions where a token says so.
    Roles { roles: BTreeSet<Role>, only: Option<BTreeSet<String>> },
}

impl Caller {
    /// Whoever works on the folder; nobody verified the name.
    pub fn of_folder(name: &str) -> Self {
        let actor = Actor {
            name: name.to_owned(),
            authenticated: false,
            via: "command-line".to_owned(),
            from: None,
        };
        Self { actor, rights: Rights::Folder }
    }

    /// Someone whose name was verified.
    pub(crate) const fn authenticated(
        actor: Actor,
        roles: BTreeSet<Role>,
        only: Option<BTreeSet<String>>,
    ) -> Self {
        Self { actor, rights: Rights::Roles { roles, only } }
    }

    /// Whom the ledger names.
    pub const fn actor(&self) -> &Actor {
        &self.actor
    }

    /// Whether they may do this, to something that is theirs or not.
    pub fn may(&self, action: &str, owned: bool) -> bool {
        let Rights::Roles { roles, only } = &self.rights else { return true };
        let Ok(access) = &*ACCESS else { return false };
        only.as_ref().is_none_or(|only| only.contains(action))
            && access.permits(roles.iter().map(|role| role.as_str()), action, owned)
    }
}

/// By whom a command is carried out, how much of the ledger they had read, and whether it is
/// carried out only once.
#[derive(Debug, Clone)]
pub(crate) struct By {
    pub(crate) actor: Actor,
    pub(crate) read: u64,
    pub(crate) once: Option<Once>,
}

/// Every action that can be permitted, by name.
///
/// # Errors
/// When the policies that come with Annex do not compile.
pub fn actions() -> Result<BTreeSet<String>, OperationError> {
    match &*ACCESS {
        Ok(access) => Ok(access.actions()),
        Err(error) => Err(OperationError::Internal(error.clone())),
    }
}

/// Every action that someone with these roles may do, at least to what is theirs.
///
/// # Errors
/// When the policies that come with Annex do not compile.
pub fn permitted(roles: &BTreeSet<Role>) -> Result<BTreeSet<String>, OperationError> {
    let access = ACCESS.as_ref().map_err(|error| OperationError::Internal(error.clone()))?;
    let names = || roles.iter().map(|role| role.as_str());
    let may = |action: &String| {
        access.permits(names(), action, true) || access.permits(names(), action, false)
    };
    Ok(access.actions().into_iter().filter(may).collect())
}

/// The action that reads records of a kind: who may do what is not everybody's to know.
pub fn reading(kind: &str) -> &'static str {
    match kind {
        "grant" | "token" | "identity" => "read-access",
        "sample" => "audit",
        _ => "read",
    }
}

/// The roles that the latest entry of a grant gives; nobody has any without one.
pub(crate) fn roles_of(grant: Option<Entry>) -> BTreeSet<Role> {
    match grant.map(|entry| entry.record) {
        Some(Record::Grant(grant)) => grant.roles,
        _ => BTreeSet::new(),
    }
}

impl Operations<'_> {
    /// The roles that someone has.
    ///
    /// # Errors
    /// When the register cannot be read.
    pub async fn roles(&self, holder: &PersonId) -> Result<BTreeSet<Role>, OperationError> {
        Ok(roles_of(self.scope().get("grant", holder.as_str()).await?))
    }

    /// Refuses what the caller may not do.
    pub(crate) async fn permit(
        &self,
        command: &Command,
        by: &Caller,
    ) -> Result<(), OperationError> {
        if by.rights == Rights::Folder {
            return Ok(());
        }
        let name = &by.actor.name;
        if let Some(other) = command.speaks_for().into_iter().find(|who| who.as_str() != name) {
            return Err(OperationError::Forbidden(format!(
                "`{name}` is signed in and cannot speak for `{other}`"
            )));
        }
        let Command::Together { commands } = command else {
            return self.permit_one(command, by).await;
        };
        for versioned in commands {
            self.permit_one(&versioned.command, by).await?;
        }
        Ok(())
    }

    async fn permit_one(&self, command: &Command, by: &Caller) -> Result<(), OperationError> {
        let name = &by.actor.name;
        let owned = self.is_own(command, name).await?;
        let action: &'static str = command.into();
        if by.may(action, owned) {
            return Ok(());
        }
        Err(OperationError::Forbidden(format!(
            "`{name}` may not do this ({action}); an administrator grants roles"
        )))
    }

    /// Whether what the command changes is the caller's, or nobody's yet.
    async fn is_own(&self, command: &Command, name: &str) -> Result<bool, OperationError> {
        let (kind, key) = match command {
            Command::GrantAccess { holder, .. } | Command::CreateToken { holder, .. } => {
                return Ok(holder.as_str() == name);
            }
            // Whose it is, it names, and nobody speaks for someone else.
            Command::SaveView { .. } | Command::RemoveView { .. } => return Ok(true),
            other => match other.target() {
                Some(target) => target,
                None => return Ok(false),
            },
        };
        let record = self.scope().get(kind, &key).await?.map(|entry| entry.record);
        let owner = match record {
            Some(Record::Gap(gap)) => gap.owner.filter(|o| o.confirmed).map(|o| o.person),
            Some(Record::Request(request)) => {
                request.owner.filter(|o| o.confirmed).map(|o| o.person)
            }
            Some(Record::Risk(risk)) => risk.owner,
            Some(Record::Token(token)) => Some(token.holder),
            Some(Record::Nonconformity(row)) => Some(row.raised_by),
            _ => return Ok(false),
        };
        Ok(owner.is_none_or(|owner| owner.as_str() == name))
    }

    /// Grants or withdraws access.
    pub(crate) async fn grant_access(
        &self,
        holder: &PersonId,
        roles: &BTreeSet<Role>,
        by: &By,
    ) -> Result<(annex_register::Receipt, String), OperationError> {
        let is_person = self.scope().get("person", holder.as_str()).await?.is_some();
        if !roles.contains(&Role::Service) {
            if !is_person {
                return Err(OperationError::input(format!(
                    "no person `{holder}` is on record; add them first, or give the role `service` to a program"
                )));
            }
        } else if roles.len() > 1 {
            return Err(OperationError::input("a program has the role `service` and no other"));
        } else if is_person {
            return Err(OperationError::input(format!(
                "`{holder}` is a person; give a program a name of its own, so that nobody acts under theirs"
            )));
        }
        let named: Vec<&str> = roles.iter().map(|role| role.as_str()).collect();
        let named = if named.is_empty() { "no access".to_owned() } else { named.join(", ") };
        let grant = Grant { holder: holder.clone(), roles: roles.clone() };
        Ok((self.record(vec![grant.into()], by).await?, format!("{holder}: {named}")))
    }
}
