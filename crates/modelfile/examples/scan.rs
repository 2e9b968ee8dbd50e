//! Scans files and folders and prints a line for each file and each finding.
//!
//! `cargo run --release -p annex-modelfile --example scan -- PATH…`, or with `--json` before the
//! paths for the reports as JSON.

use std::io::Write as _;
use std::path::Path;

use annex_modelfile::{FileReport, Limits, scan_file, scan_tree};

const JSON: &str = "--json";

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let limits = Limits::default();
    let mut out = std::io::stdout().lock();
    let mut arguments = std::env::args_os().skip(1).peekable();
    let json = arguments.next_if(|first| first == JSON).is_some();
    let mut files = Vec::new();
    let mut others = (0, 0);
    for argument in arguments {
        let path = Path::new(&argument);
        if path.is_dir() {
            let tree = scan_tree(path, &limits, &mut |_| {})?;
            files.extend(tree.files);
            others.0 += tree.ignored;
            others.1 += tree.skipped.len();
        } else {
            files.push(scan_file(path, &limits));
        }
    }
    if json {
        serde_json::to_writer_pretty(&mut out, &files)?;
        return Ok(());
    }
    for file in &files {
        show(&mut out, file)?;
    }
    writeln!(out, "{} ignored, {} skipped", others.0, others.1)?;
    Ok(())
}

fn show(out: &mut impl std::io::Write, file: &FileReport) -> std::io::Result<()> {
    let formats: Vec<_> = file.formats.iter().copied().collect();
    writeln!(out, "{:<10} {} [{}]", file.verdict, file.path.display(), formats.join(", "))?;
    for finding in &file.findings {
        let at = finding.offset.map(|offset| format!(" at {offset}")).unwrap_or_default();
        let member =
            finding.member.as_deref().map(|name| format!(" in {name}")).unwrap_or_default();
        writeln!(out, "    {} {}{at}{member}: {}", finding.verdict, finding.code, finding.reason)?;
    }
    for (key, value) in &file.metadata {
        writeln!(out, "    {key} = {value}")?;
    }
    Ok(())
}
