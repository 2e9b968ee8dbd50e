//! `annex discover`: what AI is in a repository or on this machine, and what changed; nothing is
//! judged.

use std::path::Path;

use annex_catalog::Catalogue;
use annex_isms::drift::Drift;
use annex_isms::observation::{ObservationBatch, Seen, SeenAsset};
use annex_operations::{
    Command, Exit, HostRequest, OperationError, Progress, ScanRequest, drift, scan, scan_host,
};
use annex_report::{Cell, Table};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::Value;

use crate::args::{DiscoverArgs, Format};
use crate::context::{Context, Loaded, PORTS, caller, write_access};
use crate::drift;
use crate::output;
use crate::registers::plain_table;

pub(crate) async fn discover(
    context: &Context,
    args: &DiscoverArgs,
) -> Result<Exit, OperationError> {
    let loaded = context.load(args.path.as_deref())?;
    let catalogue = annex_operations::catalogue(&loaded.settings)?;
    let name = args.repository.as_deref();
    let batch = if let Some(path) = &args.path {
        scanned(context, path, name, &loaded, &catalogue)?
    } else {
        let request = HostRequest { folders: &args.host_dir, name };
        scan_host(request, &catalogue, &loaded.settings, PORTS)?
    };
    let exit = incomplete(context, &batch, "`--format json` lists all as skipped");
    let drift = if args.record {
        recorded(context, loaded, catalogue, &batch).await?
    } else if let Some(file) = &args.against {
        let old = read(file)?;
        let (was, is) = (&old.scope, &batch.scope);
        if was.kind != is.kind {
            return Err(OperationError::Input(format!(
                "{} is a scan of a {}, not of a {}",
                file.display(),
                was.kind,
                is.kind
            )));
        }
        if was.name != is.name {
            return Err(OperationError::Input(format!(
                "{} is a scan of `{}`, not of `{}`; give the name with --repository",
                file.display(),
                was.name,
                is.name
            )));
        }
        Some(drift(&catalogue, &old, &batch))
    } else {
        None
    };
    if let Some(drift) = &drift {
        match context.global.format {
            Format::Json => output::json(drift)?,
            Format::Md => output::bytes(drift::comment(drift).as_bytes())?,
            _ => output::table(&drift::table(drift), &context.global)?,
        }
        drift::note(context, drift);
        let changed = args.fail_on_change && !drift.is_empty();
        return Ok(if exit == Exit::Done && changed { Exit::Found } else { exit });
    }
    match context.global.format {
        Format::Json => output::json(&document(&batch)?)?,
        _ => output::table(&assets(&batch), &context.global)?,
    }
    let coverage = &batch.coverage;
    context.note(&format!(
        "{} assets and {} flows in {} systems; {} of {} {} read, {} without AI content",
        batch.assets.len(),
        batch.flows.len(),
        batch.systems.len(),
        coverage.files_read,
        coverage.files_seen,
        read_of(&batch),
        coverage.files_ignored
    ));
    Ok(exit)
}

/// Records a scan. What changed since the one before; `None` when it is the first.
async fn recorded(
    context: &Context,
    loaded: Loaded,
    catalogue: Catalogue,
    batch: &ObservationBatch,
) -> Result<Option<Drift>, OperationError> {
    let operations = context.open_with(loaded, catalogue, write_access("discover")).await?;
    let by = caller();
    operations.execute(Command::Declare, &by).await?;
    let before = operations.scan_before(batch).await?;
    operations
        .execute(Command::Ingest { batch: Box::new(batch.clone()), evidence: None }, &by)
        .await?;
    let drift = before.map(|before| drift(operations.catalogue(), &before, batch));
    operations.close().await?;
    match drift {
        Some(_) => context.note("recorded"),
        None => context.note(&format!(
            "recorded, the first scan of this {}: there is nothing to compare it with",
            batch.scope.kind
        )),
    }
    Ok(drift)
}

/// The largest file with an earlier scan.
const SCAN_BYTES_MAX: u64 = 256 << 20;

/// Reads what an earlier run printed as JSON.
fn read(file: &Path) -> Result<ObservationBatch, OperationError> {
    if !file.exists() {
        return Err(OperationError::Input(format!("there is no file {}", file.display())));
    }
    let failed = |source| OperationError::File {
        operation: "read the earlier scan",
        path: file.display().to_string(),
        source,
    };
    let bytes = std::fs::metadata(file).map_err(failed)?.len();
    if bytes > SCAN_BYTES_MAX {
        return Err(OperationError::Input(format!(
            "{}: {bytes} bytes, more than {SCAN_BYTES_MAX} that are read of an earlier scan",
            file.display()
        )));
    }
    let text = std::fs::read_to_string(file).map_err(failed)?;
    let wrong = |error: serde_json::Error| {
        OperationError::Input(format!(
            "{}: not what `annex discover --format json` prints: {error}",
            file.display()
        ))
    };
    let mut document: Value = serde_json::from_str(&text).map_err(wrong)?;
    // The version stands there for people; it is an observation.
    for asset in document["assets"].as_array_mut().into_iter().flatten() {
        if let Some(fields) = asset.as_object_mut() {
            fields.remove("version");
        }
    }
    serde_json::from_value(document).map_err(wrong)
}

/// Scans a folder under a progress bar.
pub(crate) fn scanned(
    context: &Context,
    path: &Path,
    repository: Option<&str>,
    loaded: &Loaded,
    catalogue: &Catalogue,
) -> Result<ObservationBatch, OperationError> {
    let bar = if context.global.quiet { ProgressBar::hidden() } else { ProgressBar::new(0) };
    if let Ok(style) = ProgressStyle::with_template("scanning {bar:30} {pos}/{len} files") {
        bar.set_style(style);
    }
    let mut progress = |progress: Progress| {
        bar.set_length(progress.files_total);
        bar.set_position(progress.files_done);
    };
    let request = ScanRequest { path, name: repository };
    let batch = scan(request, catalogue, &loaded.settings, PORTS, &mut progress);
    bar.finish_and_clear();
    batch
}

/// Whether something could not be read; names the first of it, and where all of it stands.
pub(crate) fn incomplete(context: &Context, batch: &ObservationBatch, all: &str) -> Exit {
    let mut unread = batch.skipped.iter().filter(|skipped| !skipped.deliberate);
    let Some(first) = unread.next() else { return Exit::Done };
    let others = match unread.count() {
        0 => String::new(),
        others => format!(", and {others} more"),
    };
    context.note(&format!(
        "incomplete: {}: {}{others}; {all} (exit code 3)",
        first.path, first.reason
    ));
    Exit::Incomplete
}

/// The batch, with the version of each asset beside its name.
fn document(batch: &ObservationBatch) -> Result<Value, OperationError> {
    let mut document =
        serde_json::to_value(batch).map_err(|error| OperationError::Internal(error.to_string()))?;
    if let Some(rows) = document["assets"].as_array_mut() {
        for (row, asset) in rows.iter_mut().zip(&batch.assets) {
            row["version"] = version(batch, asset).into();
        }
    }
    Ok(document)
}

fn version(batch: &ObservationBatch, asset: &SeenAsset) -> Option<String> {
    let own = |seen: &Seen| matches!(seen, Seen::Asset(key) if *key == asset.key);
    let found = batch
        .observations
        .iter()
        .find(|observed| observed.attribute.as_str() == "version" && own(&observed.subject))?;
    Some(found.value.to_string())
}

/// What a scan counts.
fn read_of(batch: &ObservationBatch) -> &'static str {
    if batch.scope.kind == "host" { "files and processes" } else { "files" }
}

fn assets(batch: &ObservationBatch) -> Table {
    let columns = [
        ("kind", "Kind"),
        ("name", "Name"),
        ("version", "Version"),
        ("supplier", "Supplier"),
        ("locations", "Seen at"),
    ];
    let none = format!("none found in {} {}", batch.coverage.files_read, read_of(batch));
    let mut table = plain_table("assets", &none, &columns);
    table.rows.extend(batch.assets.iter().map(|asset| {
        vec![
            Cell::text(asset.key.kind.as_str()),
            Cell::text(&asset.name),
            Cell::maybe(version(batch, asset)),
            Cell::maybe(asset.supplier.as_ref()),
            Cell::list(&asset.locations).shown_as(annex_report::places(&asset.locations)),
        ]
    }));
    table
}
