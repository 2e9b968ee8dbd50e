//! `annex ledger`, `annex pack` and `annex verify`.

use std::path::Path;

use annex_ledger::VerifyingKey;
use annex_operations::{Exit, OperationError};

use crate::args::{Format, LedgerArgs, LedgerCommand};
use crate::context::Context;
use crate::output;

pub(crate) async fn ledger(context: &Context, args: LedgerArgs) -> Result<Exit, OperationError> {
    let operations = context.reading().await?;
    match args.command {
        LedgerCommand::Key => {
            output::bytes(format!("{}\n", operations.verifying_key()?).as_bytes())?;
            Ok(Exit::Done)
        }
        LedgerCommand::Checkpoint => {
            output::bytes(&operations.checkpoint().await?)?;
            Ok(Exit::Done)
        }
        LedgerCommand::Verify { key, checkpoint } => {
            let key = match key {
                Some(file) => read_key(&file)?,
                None => operations.verifying_key()?,
            };
            let kept = checkpoint.as_deref().map(read).transpose()?;
            let verified = operations.verify(&key, kept.as_deref()).await?;
            if context.global.format == Format::Json {
                output::json(&verified)?;
            } else {
                let counts = format!(
                    "{} entries, {} signed checkpoints, {} pieces of evidence",
                    verified.entries, verified.checkpoints, verified.evidence
                );
                let line = match &verified.fault {
                    None => format!("holds: {counts}\n"),
                    Some(fault) => format!("does not hold: {fault}\n(as far as that: {counts})\n"),
                };
                output::bytes(line.as_bytes())?;
            }
            Ok(if verified.fault.is_none() { Exit::Done } else { Exit::Found })
        }
    }
}

fn read_key(file: &Path) -> Result<VerifyingKey, OperationError> {
    let bytes = read(file)?;
    let text = String::from_utf8(bytes)
        .map_err(|_| OperationError::Input(format!("{} is not a public key", file.display())))?;
    Ok(text.parse()?)
}

fn read(file: &Path) -> Result<Vec<u8>, OperationError> {
    std::fs::read(file)
        .map_err(|error| OperationError::Input(format!("cannot read {}: {error}", file.display())))
}
