//! Passwords from the terminal: of the first who signs in, and of anyone on record.
//!
//! A password is typed twice without an echo, or is the first line of standard input; it is never
//! an argument, which every user of the machine could read.

use std::collections::BTreeSet;
use std::io::{IsTerminal as _, Read as _};

use annex_isms::entity::Role;
use annex_isms::{PersonId, WebAddress};
use annex_operations::{Caller, Command, OperationError, Operations, Query, check_password};
use dialoguer::{Input, Password, Select};

/// The most bytes of standard input that are read for a password.
const INPUT_BYTES_MAX: u64 = 4096;

/// Gives a person on record a password and, where they have none, roles.
pub(crate) async fn set(
    operations: &Operations<'_>,
    person: &PersonId,
    roles: &[Role],
) -> Result<(), OperationError> {
    let first = !operations.has_accounts().await?;
    let password = if std::io::stdin().is_terminal() { asked(person)? } else { given()? };
    operations.set_password(person, &password).await?;
    grant(operations, person, roles, first).await?;
    tracing::info!("`{person}` can sign in with the new password");
    Ok(())
}

/// Removes the second factor of someone who has neither it nor a recovery code.
pub(crate) async fn reset_second_factor(
    operations: &Operations<'_>,
    person: &PersonId,
) -> Result<(), OperationError> {
    if operations.reset_second_factor(person).await? {
        tracing::info!("`{person}` signs in with the password alone");
    } else {
        tracing::info!("`{person}` has no second factor; nothing was changed");
    }
    Ok(())
}

/// Lets someone sign in by the provider of identities, which calls them so.
pub(crate) async fn link(
    operations: &Operations<'_>,
    person: &PersonId,
    issuer: Option<&WebAddress>,
    name: &str,
) -> Result<(), OperationError> {
    let issuer = issuer.ok_or_else(|| {
        OperationError::Input(
            "no provider of identities is set; set `server.oidc.issuer`".to_owned(),
        )
    })?;
    let command = Command::LinkIdentity {
        person: person.clone(),
        issuer: issuer.as_str().to_owned(),
        subject: name.to_owned(),
    };
    operations.execute(command, &Caller::of_folder("annexd account")).await?;
    tracing::info!("`{person}` signs in as {name} of {issuer}");
    Ok(())
}

/// Ends that someone signs in by a provider, which calls them so, and all their sessions.
pub(crate) async fn unlink(
    operations: &Operations<'_>,
    person: &PersonId,
    name: &str,
) -> Result<(), OperationError> {
    let mut any = false;
    for identity in operations.identities(Some(person)).await? {
        if identity.subject == name && !identity.ended {
            any = true;
            let command = Command::EndIdentity { identity: identity.id };
            operations.execute(command, &Caller::of_folder("annexd account")).await?;
            tracing::info!("`{person}` no longer signs in as {name} of {}", identity.issuer);
        }
    }
    if any {
        return Ok(());
    }
    Err(OperationError::Input(format!("`{person}` does not sign in as `{name}` of any provider")))
}

/// Grants the roles that are named, or those that someone without any begins with.
async fn grant(
    operations: &Operations<'_>,
    person: &PersonId,
    named: &[Role],
    first: bool,
) -> Result<(), OperationError> {
    let roles: BTreeSet<Role> = if !named.is_empty() {
        named.iter().copied().collect()
    } else if !operations.roles(person).await?.is_empty() {
        return Ok(());
    } else if first {
        [Role::Administrator, Role::IsmsManager].into()
    } else {
        [Role::ControlOwner].into()
    };
    let words: Vec<String> = roles.iter().map(ToString::to_string).collect();
    let command = Command::GrantAccess { holder: person.clone(), roles };
    operations.execute(command, &Caller::of_folder("annexd account")).await?;
    tracing::info!("`{person}` has the roles: {}", words.join(", "));
    Ok(())
}

/// Asks who is the first to sign in, when nobody can yet.
pub(crate) async fn first(operations: &Operations<'_>) -> Result<(), OperationError> {
    if operations.has_accounts().await? {
        return Ok(());
    }
    if !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
        return Err(OperationError::Input(
            "nobody can sign in yet; `annexd account PERSON` gives a person on record a password"
                .to_owned(),
        ));
    }
    let people = operations.snapshot_of(Query::Now).await?.people;
    let person = if people.is_empty() {
        new_person(operations).await?
    } else {
        let width = people.iter().map(|person| person.name.chars().count()).max().unwrap_or(0);
        let lines: Vec<String> = people
            .iter()
            .map(|person| {
                let roles: Vec<&str> = person.roles.iter().map(String::as_str).collect();
                format!("{:width$}  {}  {}", person.name, person.id, roles.join(", "))
            })
            .collect();
        let chosen = Select::new()
            .with_prompt("Nobody can sign in yet. Who administers Annex? (arrow keys and Enter)")
            .items(&lines)
            .default(0)
            .interact()
            .map_err(unasked)?;
        people.into_iter().nth(chosen).map(|person| person.id).ok_or_else(|| {
            OperationError::Internal("the chosen person is not in the list".to_owned())
        })?
    };
    operations.set_password(&person, &asked(&person)?).await?;
    grant(operations, &person, &[], true).await?;
    tracing::info!("`{person}` can sign in; `annexd account PERSON` lets others in");
    Ok(())
}

/// Records the first person of an organisation that has nobody on record.
async fn new_person(operations: &Operations<'_>) -> Result<PersonId, OperationError> {
    let name: String = Input::new()
        .with_prompt("Nobody is on record yet. Your name")
        .interact_text()
        .map_err(unasked)?;
    let id: PersonId = Input::new()
        .with_prompt("Your id, with which you sign in, such as ines-arvid")
        .interact_text()
        .map_err(unasked)?;
    let command = Command::AddPerson { id: id.clone(), name, roles: BTreeSet::new(), email: None };
    operations.execute(command, &Caller::of_folder("annexd")).await?;
    Ok(id)
}

/// A password that is typed twice.
fn asked(person: &PersonId) -> Result<String, OperationError> {
    Password::new()
        .with_prompt(format!("Password of {person}"))
        .validate_with(|typed: &String| check_password(typed).map_err(|error| error.to_string()))
        .with_confirmation("Once more", "the two are not the same; type both anew")
        .interact()
        .map_err(unasked)
}

/// The first line of standard input.
fn given() -> Result<String, OperationError> {
    let mut text = String::new();
    std::io::stdin().take(INPUT_BYTES_MAX).read_to_string(&mut text).map_err(|source| {
        OperationError::File { operation: "read", path: "standard input".to_owned(), source }
    })?;
    Ok(text.lines().next().unwrap_or_default().to_owned())
}

fn unasked(error: dialoguer::Error) -> OperationError {
    let dialoguer::Error::IO(source) = error;
    OperationError::File { operation: "ask on", path: "the terminal".to_owned(), source }
}
