//! `annex ledger`, `annex pack` and `annex verify`.

use std::path::Path;

use annex_ledger::VerifyingKey;
use annex_operations::{Exit, OperationError};
use annex_report::PackLimits;

use crate::args::{Format, LedgerArgs, LedgerCommand, PackArgs, VerifyArgs};
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

pub(crate) async fn pack(context: &Context, args: &PackArgs) -> Result<Exit, OperationError> {
    let operations = context.reading().await?;
    let mut bytes = Vec::new();
    let packed = operations.pack(&mut bytes).await?;
    std::fs::write(&args.output, &bytes).map_err(|source| OperationError::File {
        operation: "write the pack",
        path: args.output.display().to_string(),
        source,
    })?;
    let output = args.output.display();
    context.note(&format!("wrote {output}: {} files, {} bytes", packed.files, packed.bytes));
    if packed.entries_since_assessment > 0 {
        context.note(&format!(
            "{} entries were recorded since the assessment that it reports; `annex assess` takes them in",
            packed.entries_since_assessment
        ));
    }
    context.note(&format!("verify it with: annex verify {output} --key FILE"));
    Ok(Exit::Done)
}

pub(crate) fn verify(context: &Context, args: &VerifyArgs) -> Result<Exit, OperationError> {
    let key = read_key(&args.key)?;
    let file = std::fs::File::open(&args.pack).map_err(|error| {
        OperationError::Input(format!("cannot read {}: {error}", args.pack.display()))
    })?;
    let verified =
        annex_report::verify(std::io::BufReader::new(file), &key, &PackLimits::default())?;
    if context.global.format == Format::Json {
        return output::json(&serde_json::json!({
            "holds": true,
            "origin": verified.origin.as_str(),
            "files": verified.files,
            "bytes": verified.bytes,
            "entries": verified.entries,
            "log_size": verified.log_size,
            "log_root": verified.log_root,
            "assessment": verified.assessment,
            "at": verified.at,
            "catalogue": verified.catalogue,
            "evidence": verified.evidence,
            "evidence_recorded": verified.evidence_recorded,
        }))
        .map(|()| Exit::Done);
    }
    output::bytes(
        format!(
            "holds: {} files of {}, signed by its ledger key\n\
             assessment as of {}\n\
             {} of {} ledger entries, each proven; {} pieces of evidence, {} of them recorded in these entries\n\
             It proves what was recorded and in which order, not when: compare root {} with a checkpoint kept elsewhere.\n",
            verified.files,
            verified.origin,
            verified.at,
            verified.entries,
            verified.log_size,
            verified.evidence,
            verified.evidence_recorded,
            verified.log_root,
        )
        .as_bytes(),
    )?;
    Ok(Exit::Done)
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
