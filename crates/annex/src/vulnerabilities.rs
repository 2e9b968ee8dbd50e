//! `annex vulnerabilities`: the lock files of a repository against advisories.

use std::path::{Path, PathBuf};

use annex_catalog::Catalogue;
use annex_intel::lock::{self, LockedTree};
use annex_intel::vex::{Document, Status};
use annex_intel::{Checked, Importer, Limits, Match, Report, sarif};
use annex_isms::{Basis, ObservationBatch};
use annex_operations::{Command, Exit, OperationError};
use annex_report::{Cell, Table, Tone};
use serde_json::json;

use crate::args::{Format, VulnerabilitiesArgs};
use crate::context::{Context, Loaded, PORTS, caller, write_access};
use crate::deliver::{self, Shown, deliver};
use crate::discover::{incomplete, scanned};
use crate::output;
use crate::registers::plain_table;

pub(crate) async fn vulnerabilities(
    context: &Context,
    args: &VulnerabilitiesArgs,
) -> Result<Exit, OperationError> {
    if !args.path.is_dir() {
        return Err(OperationError::Input(format!("{} is not a folder", args.path.display())));
    }
    let loaded = context.load(Some(&args.path))?;
    let catalogue = annex_operations::catalogue(&loaded.settings)?;
    let found = scanned(context, &args.path, args.repository.as_deref(), &loaded, &catalogue)?;
    let (tree, report) = check(&args.path, &args.database, &args.vex, &found)?;
    if let Some(file) = &args.sarif {
        write_sarif(file, &report)?;
    }
    let document = json!({ "report": report, "files": tree.files, "skipped": tree.skipped });
    match context.global.format {
        Format::Json => output::json(&document)?,
        _ => output::table(&table(&report), &context.global)?,
    }
    let affected = report.matches.iter().filter(|found| is_affected(found)).count();
    context.note(&format!(
        "{} dependencies of {} lock files: {affected} matches affect them, {} stated otherwise, {} unknown",
        report.dependencies,
        tree.files.len(),
        report.matches.len() - affected,
        report.unknown.len()
    ));
    context.note(&age(&report));
    for text in tree.skipped.iter().chain(&report.statements_ignored).take(NOTES_MAX) {
        context.note(&format!("not read: {text}"));
    }
    let scan = incomplete(context, &found, "where packages are used may not all be seen");
    if args.record {
        let checked = Checked { tree: &tree, report: &report, found: &found };
        record(context, loaded, catalogue, checked, &deliver::json(&document)?).await?;
    }
    Ok(if !tree.skipped.is_empty() || report.coverage.unreadable > 0 {
        Exit::Incomplete
    } else if scan == Exit::Done && affected > 0 {
        Exit::Found
    } else {
        scan
    })
}

/// The lock files of a folder, and what advisories and statements say of them.
pub(crate) fn check(
    path: &Path,
    databases: &[PathBuf],
    statements: &[PathBuf],
    found: &ObservationBatch,
) -> Result<(LockedTree, Report), OperationError> {
    let limits = Limits::default();
    let tree = lock::read_tree(path, &limits);
    let mut importer = Importer::new(limits.clone());
    for path in databases {
        importer.add(path).map_err(|error| OperationError::Input(error.to_string()))?;
    }
    let mut report = importer.finish().check(&tree.dependencies, (PORTS.now)());
    let statements =
        statements.iter().map(|file| vex(file, &limits)).collect::<Result<Vec<_>, _>>()?;
    report.apply(&statements, &[]);
    report.note_uses(found);
    Ok((tree, report))
}

async fn record(
    context: &Context,
    loaded: Loaded,
    catalogue: Catalogue,
    checked: Checked<'_>,
    bytes: &[u8],
) -> Result<(), OperationError> {
    let limits = Limits::default();
    let access = write_access("vulnerabilities");
    let operations = context.open_with(loaded, catalogue, access).await?;
    operations.execute(Command::Declare, &caller()).await?;
    let shown = Shown {
        name: "vulnerabilities.json",
        description: format!(
            "{} known vulnerabilities, {} unknown; {}",
            checked.report.matches.len(),
            checked.report.unknown.len(),
            age(checked.report)
        ),
        population: checked.population(&limits),
        basis: Basis::Document,
        controls: &["A.8.8"],
    };
    let observe = |digest| {
        let batch = checked.observe(digest, &limits);
        if batch.observations.len() < 2 * batch.systems.len() {
            context.note(&format!(
                "not recorded as zero: something was not read, a part was not checked, or the advisories are older than {} days",
                limits.database_age_days_max
            ));
        }
        batch
    };
    deliver(context, &operations, bytes, shown, observe).await?;
    operations.close().await
}

/// How much of what was not read is named beside the table.
const NOTES_MAX: usize = 10;

fn is_affected(found: &Match) -> bool {
    matches!(found.state.status, Status::Affected | Status::UnderInvestigation)
}

/// No match says nothing without this.
pub(crate) fn age(report: &Report) -> String {
    let held: Vec<_> = report
        .coverage
        .ecosystems
        .iter()
        .map(|(ecosystem, held)| format!("{} {}", held.records, ecosystem.as_str()))
        .collect();
    let age = match report.age_days {
        Some(days) => format!("its newest record is {days} days old"),
        None => "the age of its records is not known".to_owned(),
    };
    format!(
        "the database holds {} advisories; {age}; {} withdrawn, {} unreadable",
        if held.is_empty() { "no".to_owned() } else { held.join(", ") },
        report.coverage.withdrawn,
        report.coverage.unreadable
    )
}

fn vex(file: &Path, limits: &Limits) -> Result<Document, OperationError> {
    let read = |source| OperationError::File {
        operation: "read the statements",
        path: file.display().to_string(),
        source,
    };
    let bytes = std::fs::read(file).map_err(read)?;
    Document::parse(&bytes, limits)
        .map_err(|error| OperationError::Input(format!("{}: {error}", file.display())))
}

fn write_sarif(file: &Path, report: &Report) -> Result<(), OperationError> {
    let document = sarif::document(report, env!("CARGO_PKG_VERSION"));
    let text = serde_json::to_string_pretty(&document)
        .map_err(|error| OperationError::Internal(error.to_string()))?;
    std::fs::write(file, text + "\n").map_err(|source| OperationError::File {
        operation: "write the matches",
        path: file.display().to_string(),
        source,
    })
}

fn table(report: &Report) -> Table {
    let columns = [
        ("state", "State"),
        ("severity", "Severity"),
        ("id", "Vulnerability"),
        ("dependency", "Dependency"),
        ("fixed", "Fixed in"),
        ("locations", "Seen at"),
        ("note", "Note"),
    ];
    let mut table = plain_table(
        "vulnerabilities",
        &format!(
            "no advisory of this database matches {} dependencies; its age is part of that answer",
            report.dependencies
        ),
        &columns,
    );
    let named = |dependency: &annex_isms::Dependency| match &dependency.version {
        Some(version) => format!("{} {version}", dependency.name),
        None => dependency.name.clone(),
    };
    table.rows.extend(report.matches.iter().map(|found| {
        let tone = if is_affected(found) { Tone::Bad } else { Tone::Good };
        let severity = found.rating.as_ref().and_then(|rating| rating.severity);
        vec![
            Cell::text(found.state.status.as_str().replace('_', " ")).toned(tone),
            Cell::text(severity.map_or("not rated", |severity| severity.as_str())),
            Cell::text(&found.id),
            Cell::text(named(&found.dependency)),
            Cell::list(found.fixed.iter()),
            Cell::list(&found.dependency.locations)
                .shown_as(annex_report::places(&found.dependency.locations)),
            Cell::text(note(found)),
        ]
    }));
    table.rows.extend(report.unknown.iter().map(|unknown| {
        vec![
            Cell::text("unknown").toned(Tone::Open),
            Cell::text(""),
            Cell::text(""),
            Cell::text(named(&unknown.dependency)),
            Cell::text(""),
            Cell::list(&unknown.dependency.locations)
                .shown_as(annex_report::places(&unknown.dependency.locations)),
            Cell::text(unknown.why.to_string()),
        ]
    }));
    table
}

/// Where the package is used, and what someone stated. Not seen is not the same as not used: only
/// packages that the catalogue knows are looked for.
fn note(found: &Match) -> String {
    let used = found.used.as_ref().map_or_else(
        || "not seen in use".to_owned(),
        |used| format!("used at {}", annex_report::places(&used.locations)),
    );
    match &found.state.statement {
        Some(decided) if !decided.because.is_empty() => format!("{}; {used}", decided.because),
        _ => used,
    }
}
