//! Scans files and folders and prints a line for each file and each finding.
//!
//! `cargo run --release -p annex-modelfile --example scan -- PATH…`

use std::io::Write as _;
use std::path::Path;

use annex_modelfile::{FileReport, Limits, scan_file, scan_tree};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let limits = Limits::default();
    let mut out = std::io::stdout().lock();
    for argument in std::env::args_os().skip(1) {
        let path = Path::new(&argument);
        if path.is_dir() {
            let tree = scan_tree(path, &limits, &mut |_| {})?;
            for file in &tree.files {
                show(&mut out, file)?;
            }
            writeln!(out, "{} ignored, {} skipped", tree.ignored, tree.skipped.len())?;
        } else {
            show(&mut out, &scan_file(path, &limits))?;
        }
    }
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
