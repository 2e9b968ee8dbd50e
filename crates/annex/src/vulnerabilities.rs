//! `annex vulnerabilities`: the lock files of a repository against advisories.

use std::path::Path;

use annex_intel::vex::{Document, Status};
use annex_intel::{Importer, Limits, Match, Report, lock, sarif};
use annex_operations::{Exit, OperationError};
use annex_report::{Cell, Table, Tone};
use serde_json::json;

use crate::args::{Format, VulnerabilitiesArgs};
use crate::context::{Context, PORTS};
use crate::output;
use crate::registers::plain_table;

pub(crate) fn vulnerabilities(
    context: &Context,
    args: &VulnerabilitiesArgs,
) -> Result<Exit, OperationError> {
    let limits = Limits::default();
    if !args.path.is_dir() {
        return Err(OperationError::Input(format!("{} is not a folder", args.path.display())));
    }
    let tree = lock::read_tree(&args.path, &limits);
    let mut importer = Importer::new(limits.clone());
    for path in &args.database {
        importer.add(path).map_err(|error| OperationError::Input(error.to_string()))?;
    }
    let mut report = importer.finish().check(&tree.dependencies, (PORTS.now)());
    let statements =
        args.vex.iter().map(|file| vex(file, &limits)).collect::<Result<Vec<_>, _>>()?;
    report.apply(&statements, &[]);
    if let Some(file) = &args.sarif {
        write_sarif(file, &report)?;
    }
    match context.global.format {
        Format::Json => output::json(&json!({
            "report": report,
            "files": tree.files,
            "skipped": tree.skipped,
        }))?,
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
    Ok(if !tree.skipped.is_empty() || report.coverage.unreadable > 0 {
        Exit::Incomplete
    } else if affected > 0 {
        Exit::Found
    } else {
        Exit::Done
    })
}

/// How much of what was not read is named beside the table.
const NOTES_MAX: usize = 10;

fn is_affected(found: &Match) -> bool {
    matches!(found.state.status, Status::Affected | Status::UnderInvestigation)
}

/// No match says nothing without this.
fn age(report: &Report) -> String {
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
        ("because", "Because"),
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
            Cell::text(found.state.statement.as_ref().map_or("", |decided| &decided.because)),
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
