//! `annex bom`: a bill of materials of what a scan finds, and what changed between two bills.

use std::io::Read as _;
use std::path::Path;

use annex_bom::{Bill, Difference};
use annex_operations::{Exit, OperationError};
use annex_report::{Cell, Table};
use serde_json::json;

use crate::args::{BomArgs, BomCommand, BomFormat, Format};
use crate::context::Context;
use crate::registers::plain_table;
use crate::{discover, output};

pub(crate) fn bom(context: &Context, args: &BomArgs) -> Result<Exit, OperationError> {
    match (&args.command, &args.path) {
        (Some(BomCommand::Diff { old, new, fail_on_change }), _) => {
            diff(context, old, new, *fail_on_change)
        }
        (None, Some(path)) => write(context, args, path),
        (None, None) => Err(OperationError::Input("which repository?".to_owned())),
    }
}

fn write(context: &Context, args: &BomArgs, path: &Path) -> Result<Exit, OperationError> {
    let loaded = context.load(Some(path))?;
    let catalogue = annex_operations::catalogue(&loaded.settings)?;
    let repository = args.repository.as_deref();
    let batch = discover::scanned(context, path, repository, &loaded, &catalogue)?;
    let format = match args.bom_format {
        BomFormat::CycloneDx16 => annex_bom::Format::CycloneDx16,
        BomFormat::CycloneDx17 => annex_bom::Format::CycloneDx17,
        BomFormat::Spdx301 => annex_bom::Format::Spdx301,
    };
    let bytes = annex_bom::write(&batch, &[], format)
        .map_err(|error| OperationError::Internal(error.to_string()))?;
    match &args.output {
        None => output::bytes(&bytes)?,
        Some(file) => std::fs::write(file, &bytes).map_err(|source| OperationError::File {
            operation: "write the bill of materials",
            path: file.display().to_string(),
            source,
        })?,
    }
    context.note(&format!("{}: {} assets", format.as_str(), batch.assets.len()));
    Ok(discover::incomplete(context, &batch, "the bill lists all as annex:skipped"))
}

fn diff(
    context: &Context,
    old: &Path,
    new: &Path,
    fail_on_change: bool,
) -> Result<Exit, OperationError> {
    let (before, after) = (read(old)?, read(new)?);
    let difference = annex_bom::diff(&before, &after);
    if context.global.format == Format::Json {
        let bill = |file: &Path, bill: &Bill| {
            json!({
                "file": file.display().to_string(),
                "format": bill.format,
                "parts": bill.parts.len(),
            })
        };
        output::json(&json!({
            "old": bill(old, &before),
            "new": bill(new, &after),
            "added": difference.added,
            "removed": difference.removed,
            "changed": difference.changed,
        }))?;
    } else {
        let none = format!("Nothing changed; {} parts in {}.", after.parts.len(), new.display());
        output::table(&table(&difference, &none), &context.global)?;
    }
    let (added, removed) = (difference.added.len(), difference.removed.len());
    let changed = difference.changed.len();
    context.note(&format!(
        "{} -> {}: {added} added, {removed} removed, {changed} changed",
        before.format, after.format
    ));
    Ok(if fail_on_change && !difference.is_empty() { Exit::Found } else { Exit::Done })
}

fn table(difference: &Difference, none: &str) -> Table {
    let columns = [("change", "Change"), ("kind", "Kind"), ("part", "Part"), ("what", "What")];
    let mut table = plain_table("Changes", none, &columns);
    let whole = [("added", &difference.added), ("removed", &difference.removed)];
    for (change, parts) in whole {
        table.rows.extend(parts.iter().map(|part| {
            let version = Some(part.version()).filter(|version| !version.is_empty());
            vec![
                Cell::text(change),
                Cell::text(&part.kind),
                Cell::text(&part.identity),
                Cell::maybe(version.map(|version| format!("version {version}"))),
            ]
        }));
    }
    for part in &difference.changed {
        table.rows.extend(part.changes.iter().map(|change| {
            vec![
                Cell::text("changed"),
                Cell::text(&part.kind),
                Cell::text(&part.identity),
                Cell::text(change.words()),
            ]
        }));
    }
    table
}

/// Reads a bill, and no more of its file than a bill may have.
fn read(path: &Path) -> Result<Bill, OperationError> {
    let file = path.display().to_string();
    let bytes_max = annex_bom::limits::BILL_BYTES_MAX as u64 + 1;
    let mut bytes = Vec::new();
    std::fs::File::open(path)
        .and_then(|opened| opened.take(bytes_max).read_to_end(&mut bytes))
        .map_err(|error| OperationError::Input(format!("cannot read {file}: {error}")))?;
    Bill::read(&file, &bytes).map_err(|error| {
        let cause = std::error::Error::source(&error).map(|cause| format!(" ({cause})"));
        OperationError::Input(format!("{error}{}", cause.unwrap_or_default()))
    })
}
