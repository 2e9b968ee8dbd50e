//! `annex assess`: scan, record, judge, report.

use std::path::Path;

use annex_isms::assessment::Changes;
use annex_isms::{Assessment, Outcome, Severity};
use annex_operations::{Access, Command, Exit, OperationError, Query, Reply};
use annex_report::{Register, Report};

use crate::args::{AssessArgs, Format};
use crate::context::{Context, write_access};
use crate::discover::scanned;
use crate::output;
use crate::workplace::Workplace;

pub(crate) async fn assess(context: &Context, args: AssessArgs) -> Result<Exit, OperationError> {
    let loaded = context.load(args.path.as_deref())?;
    if let Some(at) = args.at {
        let catalogue = annex_operations::catalogue(&loaded.settings)?;
        let workplace = context.anywhere(loaded, catalogue, Access::Read).await?;
        let assessment = workplace.assessment(Query::At(at)).await?;
        let report = Report::new(&assessment, workplace.catalogue());
        print(context, &assessment, &report, None)?;
        if let Some(file) = &args.report {
            write_report(file, &report)?;
        }
        return Ok(found(&assessment, &args));
    }
    let catalogue = annex_operations::catalogue(&loaded.settings)?;
    let batch = match &args.path {
        Some(path) => {
            Some(scanned(context, path, args.repository.as_deref(), &loaded, &catalogue)?)
        }
        None => None,
    };
    let incomplete =
        batch.as_ref().is_some_and(|batch| batch.skipped.iter().any(|skipped| !skipped.deliberate));
    let report_file =
        args.report.clone().unwrap_or_else(|| loaded.settings.data.join("report.html"));
    let workplace = context.anywhere(loaded, catalogue, write_access("assess")).await?;
    // A server declares what its own file says, and its people.
    if matches!(workplace, Workplace::Folder(_)) {
        workplace.execute(Command::Declare).await?;
    }
    if let Some(batch) = batch {
        workplace.execute(Command::Ingest { batch: Box::new(batch), evidence: None }).await?;
    }
    let Reply::Assessed { assessment, changes, digest, ledger_size } =
        workplace.execute(Command::Assess).await?
    else {
        return Err(OperationError::Internal("assess gave another reply".to_owned()));
    };
    let report = Report::new(&assessment, workplace.catalogue()).with_changes(changes.as_ref());
    write_report(&report_file, &report)?;
    print(context, &assessment, &report, changes.as_ref())?;
    context.note(&format!(
        "report: {}   assessment: {digest}   ledger: {ledger_size} entries, signed",
        report_file.display()
    ));
    workplace.close().await?;
    if incomplete {
        context.note(
            "incomplete: some files could not be read; they are listed as skipped (exit code 3)",
        );
        return Ok(Exit::Incomplete);
    }
    Ok(found(&assessment, &args))
}

fn print(
    context: &Context,
    assessment: &Assessment,
    report: &Report<'_>,
    changes: Option<&Changes>,
) -> Result<(), OperationError> {
    match context.global.format {
        Format::Table => output::bytes(report.summary(output::style(&context.global)).as_bytes()),
        Format::Json => {
            let mut document = serde_json::to_value(assessment)
                .map_err(|error| OperationError::Internal(error.to_string()))?;
            if let Some(fields) = document.as_object_mut() {
                let changes = serde_json::to_value(changes).unwrap_or_default();
                fields.insert("changes".to_owned(), changes);
            }
            output::json(&document)
        }
        Format::Csv => output::bytes(&report.table(Register::Results).to_csv()),
        Format::Md => output::bytes(report.table(Register::Results).to_markdown().as_bytes()),
        Format::Html => output::bytes(report.html().as_bytes()),
    }
}

fn write_report(file: &Path, report: &Report<'_>) -> Result<(), OperationError> {
    std::fs::write(file, report.html()).map_err(|source| OperationError::File {
        operation: "write the report",
        path: file.display().to_string(),
        source,
    })
}

/// Whether something at or over the threshold was found. Unknowns count unless they are allowed.
fn found(assessment: &Assessment, args: &AssessArgs) -> Exit {
    let Some(threshold) = args.fail_on else { return Exit::Done };
    let counts = |severity: Severity, outcome: Outcome| {
        severity >= threshold
            && (outcome == Outcome::Gap || outcome == Outcome::Unknown && !args.allow_unknown)
    };
    if assessment.results.iter().any(|result| counts(result.severity, result.outcome)) {
        Exit::Found
    } else {
        Exit::Done
    }
}
