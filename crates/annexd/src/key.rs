//! Keys to the programming interface, from the terminal: `annexd key HOLDER`.
//!
//! The key is the only thing on standard output, so that it can go straight to where secrets are
//! kept; it is shown this once.

use std::io::Write as _;

use annex_isms::Instant;
use annex_isms::entity::Role;
use annex_operations::{Caller, Command, OperationError, Operations, Query, Reply};

use crate::args::KeyArgs;

const DAY_MICROSECONDS: i64 = 24 * 60 * 60 * 1_000_000;

/// Makes a key, and first gives a program that has no access yet the role of one.
pub(crate) async fn make(
    operations: &Operations<'_>,
    arguments: &KeyArgs,
) -> Result<(), OperationError> {
    let holder = &arguments.holder;
    let by = Caller::of_folder("annexd key");
    let people = operations.snapshot_of(Query::Now).await?.people;
    let is_person = people.iter().any(|person| person.id == *holder);
    if !is_person && operations.roles(holder).await?.is_empty() {
        let roles = [Role::Service].into();
        let command = Command::GrantAccess { holder: holder.clone(), roles };
        operations.execute(command, &by).await?;
        tracing::info!("`{holder}` is no person on record, and is from now on a program");
    }
    let now = operations.now().microseconds();
    let expires = Instant::from_microseconds(
        now.saturating_add(i64::from(arguments.days) * DAY_MICROSECONDS),
    );
    let command = Command::CreateToken {
        holder: holder.clone(),
        description: arguments.purpose.clone(),
        actions: arguments.actions.iter().cloned().collect(),
        expires,
    };
    let Reply::Token { id, key, .. } = operations.execute(command, &by).await? else {
        return Err(OperationError::Internal("a key was made, and is not in the reply".to_owned()));
    };
    writeln!(std::io::stdout(), "{key}").map_err(|source| OperationError::File {
        operation: "write",
        path: "standard output".to_owned(),
        source,
    })?;
    tracing::info!("the key {id} ends on {expires}; it is not shown again");
    Ok(())
}
