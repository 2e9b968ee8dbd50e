//! `annex discover`: what AI is in a repository, and nothing else; no register is needed.

use std::path::Path;

use annex_catalog::Catalogue;
use annex_isms::observation::{ObservationBatch, Seen, SeenAsset};
use annex_operations::{Exit, OperationError, Progress, ScanRequest, scan};
use annex_report::{Cell, Table};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::Value;

use crate::args::{DiscoverArgs, Format};
use crate::context::{Context, Loaded, PORTS};
use crate::output;
use crate::registers::plain_table;

pub(crate) fn discover(context: &Context, args: &DiscoverArgs) -> Result<Exit, OperationError> {
    let loaded = context.load(Some(&args.path))?;
    let catalogue = annex_operations::catalogue(&loaded.settings)?;
    let batch = scanned(context, &args.path, args.repository.as_deref(), &loaded, &catalogue)?;
    match context.global.format {
        Format::Json => output::json(&document(&batch)?)?,
        _ => output::table(&assets(&batch), &context.global)?,
    }
    let coverage = &batch.coverage;
    context.note(&format!(
        "{} assets and {} flows in {} systems; {} of {} files read, {} without AI content",
        batch.assets.len(),
        batch.flows.len(),
        batch.systems.len(),
        coverage.files_read,
        coverage.files_seen,
        coverage.files_ignored
    ));
    Ok(incomplete(context, &batch, "`--format json` lists all as skipped"))
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

fn assets(batch: &ObservationBatch) -> Table {
    let columns = [
        ("kind", "Kind"),
        ("name", "Name"),
        ("version", "Version"),
        ("supplier", "Supplier"),
        ("locations", "Seen at"),
    ];
    let read = batch.coverage.files_read;
    let mut table = plain_table("assets", &format!("none found in {read} files"), &columns);
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
