//! `annex bom`: a bill of materials of what a scan finds, and what changed between two bills.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::Path;

use annex_bom::{Analysis, Bill, Difference, Justification, Matched, State, Vulnerability};
use annex_catalog::Catalogue;
use annex_intel::Match;
use annex_intel::vex::{self, Status};
use annex_isms::{Basis, ObservationBatch};
use annex_operations::{Command, Exit, OperationError};
use annex_report::{Cell, Table};
use serde_json::json;

use crate::args::{BomArgs, BomCommand, BomFormat, Format};
use crate::context::{Context, Loaded, caller, write_access};
use crate::deliver::{Shown, deliver};
use crate::registers::plain_table;
use crate::{discover, output, vulnerabilities};

pub(crate) async fn bom(context: &Context, args: &BomArgs) -> Result<Exit, OperationError> {
    match (&args.command, &args.path) {
        (Some(BomCommand::Diff { old, new, fail_on_change }), _) => {
            diff(context, old, new, *fail_on_change)
        }
        (None, Some(path)) => write(context, args, path).await,
        (None, None) => Err(OperationError::Input("which repository?".to_owned())),
    }
}

async fn write(context: &Context, args: &BomArgs, path: &Path) -> Result<Exit, OperationError> {
    let loaded = context.load(Some(path))?;
    let catalogue = annex_operations::catalogue(&loaded.settings)?;
    let repository = args.repository.as_deref();
    let batch = discover::scanned(context, path, repository, &loaded, &catalogue)?;
    let format = match args.bom_format {
        BomFormat::CycloneDx16 => annex_bom::Format::CycloneDx16,
        BomFormat::CycloneDx17 => annex_bom::Format::CycloneDx17,
        BomFormat::Spdx301 => annex_bom::Format::Spdx301,
    };
    let (matched, unread) = matched(args, path, &batch)?;
    let bytes = annex_bom::write(&batch, &matched, format)
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
    if let Some(database) = &matched.database {
        context.note(&format!("{} vulnerabilities; {database}", matched.vulnerabilities.len()));
    }
    let exit = discover::incomplete(context, &batch, "the bill lists all as annex:skipped");
    if args.record {
        record(context, loaded, catalogue, batch, &bytes, format.as_str()).await?;
    }
    Ok(if unread { Exit::Incomplete } else { exit })
}

/// What advisories say of the dependencies, and whether something of that could not be read.
fn matched(
    args: &BomArgs,
    path: &Path,
    batch: &ObservationBatch,
) -> Result<(Matched, bool), OperationError> {
    if args.database.is_empty() {
        return Ok((Matched::default(), false));
    }
    let (tree, report) = vulnerabilities::check(path, &args.database, &args.vex, batch)?;
    let mut by_id: BTreeMap<&str, Vec<&Match>> = BTreeMap::new();
    for found in &report.matches {
        by_id.entry(&found.id).or_default().push(found);
    }
    let matched = Matched {
        database: Some(format!(
            "{}; {} dependencies or advisories without an answer",
            vulnerabilities::age(&report),
            report.unknown.len()
        )),
        vulnerabilities: by_id.into_iter().filter_map(|(id, rows)| listed(id, &rows)).collect(),
    };
    Ok((matched, !tree.skipped.is_empty() || report.coverage.unreadable > 0))
}

/// One vulnerability of the bill, in all the dependencies that have it.
fn listed(id: &str, rows: &[&Match]) -> Option<Vulnerability> {
    let first = rows.first()?;
    let rating = first.rating.as_ref();
    // Where it stands worst: a decision on one dependency is none on another.
    let state = rows.iter().map(|row| &row.state).min_by_key(|state| match state.status {
        Status::Affected if state.statement.is_none() => 0,
        Status::Affected => 1,
        Status::UnderInvestigation => 2,
        Status::Fixed => 3,
        Status::NotAffected => 4,
    })?;
    Some(Vulnerability {
        id: id.to_owned(),
        aliases: first.aliases.iter().cloned().collect(),
        source: "OSV".to_owned(),
        url: first.references.first().cloned(),
        score_tenths: rating.and_then(|rating| rating.score_tenths),
        severity: rating.and_then(|rating| rating.severity),
        vector: rating.and_then(|rating| rating.vector.clone()),
        description: Some(first.summary.to_string()).filter(|text| !text.is_empty()),
        affects: rows.iter().map(|row| row.dependency.purl()).collect(),
        fixed_versions: rows.iter().flat_map(|row| row.fixed.iter().cloned()).collect(),
        analysis: state.statement.as_ref().map(|decided| Analysis {
            state: match state.status {
                Status::Affected => State::Exploitable,
                Status::UnderInvestigation => State::InTriage,
                Status::Fixed => State::Resolved,
                Status::NotAffected => State::NotAffected,
            },
            justification: decided.justification.map(justification),
            detail: decided.because.clone(),
        }),
    })
}

const fn justification(stated: vex::Justification) -> Justification {
    use vex::Justification as Stated;
    match stated {
        Stated::ComponentNotPresent => Justification::ComponentNotPresent,
        Stated::VulnerableCodeNotPresent => Justification::VulnerableCodeNotPresent,
        Stated::VulnerableCodeNotInExecutePath => Justification::VulnerableCodeNotInExecutePath,
        Stated::VulnerableCodeCannotBeControlledByAdversary => {
            Justification::VulnerableCodeCannotBeControlledByAdversary
        }
        Stated::InlineMitigationsAlreadyExist => Justification::InlineMitigationsAlreadyExist,
    }
}

/// Records the scan, and the bill that shows it.
async fn record(
    context: &Context,
    loaded: Loaded,
    catalogue: Catalogue,
    batch: ObservationBatch,
    bytes: &[u8],
    format: &str,
) -> Result<(), OperationError> {
    let operations = context.open_with(loaded, catalogue, write_access("bom")).await?;
    operations.execute(Command::Declare, &caller()).await?;
    let coverage = &batch.coverage;
    let shown = Shown {
        name: "bom.json",
        description: format!("Bill of materials, {format}: {} assets", batch.assets.len()),
        population: format!(
            "{} of {} files of {} read, {} without AI content",
            coverage.files_read, coverage.files_seen, batch.scope.name, coverage.files_ignored
        ),
        basis: Basis::Source,
        controls: &["A.5.9", "A.5.21"],
    };
    deliver(context, &operations, bytes, shown, |_| batch.clone()).await?;
    operations.close().await
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
