//! `annex models`: a verdict for every model file of a folder; the rest is in `signing`.

use std::path::Path;

use annex_isms::Basis;
use annex_modelfile::{
    FileReport, Finding, Limits, Scanned, TreeReport, Verdict, scan_file, scan_tree,
};
use annex_operations::{Command, Exit, OperationError};
use annex_report::{Cell, Table, Tone};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};

use crate::args::{Format, ModelsArgs, ModelsCommand};
use crate::context::{Context, PORTS, caller};
use crate::deliver::{self, Shown, deliver};
use crate::output;
use crate::registers::plain_table;
use crate::signing;

pub(crate) async fn models(context: &Context, args: &ModelsArgs) -> Result<Exit, OperationError> {
    match &args.command {
        ModelsCommand::Scan { path, record, model } => {
            scan(context, path, *record, model.as_deref()).await
        }
        ModelsCommand::Digest(args) => signing::digest(context, args),
        ModelsCommand::Sign(args) => signing::sign(context, args),
        ModelsCommand::Verify(args) => signing::verify(context, args),
    }
}

async fn scan(
    context: &Context,
    path: &Path,
    wanted: bool,
    model: Option<&str>,
) -> Result<Exit, OperationError> {
    let report = scanned(context, path)?;
    let verdicts = document(&report);
    match context.global.format {
        Format::Json => output::json(&verdicts)?,
        _ => output::table(&table(&report), &context.global)?,
    }
    let count = |verdict| report.files.iter().filter(|file| file.verdict == verdict).count();
    let counted = format!(
        "{} malicious, {} suspicious, {} unreadable, {} clean; {} other files, {} not scanned",
        count(Verdict::Malicious),
        count(Verdict::Suspicious),
        count(Verdict::Unreadable),
        count(Verdict::Clean),
        report.ignored,
        report.skipped.len()
    );
    context.note(&counted);
    if wanted {
        let bytes = deliver::json(&verdicts)?;
        record(context, path, &report, model, &bytes, counted).await?;
    }
    Ok(if count(Verdict::Unreadable) + report.skipped.len() > 0 {
        Exit::Incomplete
    } else if count(Verdict::Malicious) + count(Verdict::Suspicious) > 0 {
        Exit::Found
    } else {
        Exit::Done
    })
}

/// Records the verdicts, and what they say of `named` or of the models on record.
async fn record(
    context: &Context,
    root: &Path,
    report: &TreeReport,
    named: Option<&str>,
    bytes: &[u8],
    description: String,
) -> Result<(), OperationError> {
    let operations = context.writing("models scan").await?;
    operations.execute(Command::Declare, &caller()).await?;
    let models = operations.loaded_models(named).await?;
    let scanned = Scanned { root, report, models: &models, whole: named.is_some() };
    let shown = Shown {
        name: "model-files.json",
        description,
        population: scanned.population(),
        basis: Basis::Source,
        controls: &["A.8.7", "A.8.28"],
    };
    let observe = |digest| {
        let batch = scanned.observe((PORTS.now)(), digest);
        if batch.observations.is_empty() {
            context.note(
                "nothing is said of a model on record: no file could be told to be of one, or not all were read; name the model with --model",
            );
        }
        batch
    };
    deliver(context, &operations, bytes, shown, observe).await?;
    operations.close().await
}

fn scanned(context: &Context, path: &Path) -> Result<TreeReport, OperationError> {
    let limits = Limits::default();
    if path.is_file() {
        let files = vec![scan_file(path, &limits)];
        return Ok(TreeReport { files, ignored: 0, skipped: Vec::new() });
    }
    if !path.exists() {
        return Err(OperationError::Input(format!("there is nothing at {}", path.display())));
    }
    let bar = if context.global.quiet { ProgressBar::hidden() } else { ProgressBar::new(0) };
    if let Ok(style) = ProgressStyle::with_template("scanning {bar:30} {pos}/{len} files") {
        bar.set_style(style);
    }
    let report = scan_tree(path, &limits, &mut |progress| {
        bar.set_length(progress.files_total);
        bar.set_position(progress.files_done);
    });
    bar.finish_and_clear();
    report.map_err(|error| OperationError::Input(error.to_string()))
}

/// A list of files. A path that was not scanned stands there as unreadable, never as absent.
fn document(report: &TreeReport) -> Value {
    let reason = |finding: &Finding| {
        json!({
            "code": finding.code,
            "verdict": finding.verdict,
            "reason": finding.reason,
            "offset": finding.offset,
            "member": finding.member,
        })
    };
    let file = |file: &FileReport| {
        json!({
            "path": file.path,
            "verdict": file.verdict,
            "reasons": file.findings.iter().map(reason).collect::<Vec<_>>(),
            "formats": file.formats,
            "metadata": file.metadata,
            "bytes": file.bytes,
        })
    };
    let skipped = report.skipped.iter().map(|skipped| {
        json!({
            "path": skipped.path,
            "verdict": Verdict::Unreadable,
            "reasons": [{ "code": "not-scanned", "verdict": Verdict::Unreadable, "reason": skipped.reason }],
        })
    });
    report.files.iter().map(file).chain(skipped).collect()
}

fn table(report: &TreeReport) -> Table {
    let columns =
        [("verdict", "Verdict"), ("path", "File"), ("formats", "Format"), ("reasons", "Why")];
    let mut table = plain_table("model files", "no model file was found", &columns);
    let mut files: Vec<&FileReport> = report.files.iter().collect();
    files.sort_by_key(|file| std::cmp::Reverse(file.verdict));
    table.rows.extend(files.into_iter().map(|file| {
        let tone = match file.verdict {
            Verdict::Clean => Tone::Good,
            Verdict::Malicious => Tone::Bad,
            Verdict::Unreadable | Verdict::Suspicious => Tone::Open,
        };
        vec![
            Cell::text(file.verdict.as_str()).toned(tone),
            Cell::text(file.path.display().to_string()),
            Cell::list(&file.formats),
            Cell::list(file.findings.iter().map(reason)),
        ]
    }));
    table.rows.extend(report.skipped.iter().map(|skipped| {
        vec![
            Cell::text(Verdict::Unreadable.as_str()).toned(Tone::Open),
            Cell::text(skipped.path.display().to_string()),
            Cell::text(""),
            Cell::text(format!("not scanned: {}", skipped.reason)),
        ]
    }));
    table
}

/// `data.pkl at 12: calls os.system`.
fn reason(finding: &Finding) -> String {
    let member = finding.member.as_deref().map(|member| format!("{member} ")).unwrap_or_default();
    let offset = finding.offset.map(|offset| format!("at {offset}: ")).unwrap_or_default();
    format!("{member}{offset}{}", finding.reason)
}
