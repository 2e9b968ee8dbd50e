//! Writes the page of the example to a file: `cargo run -p annex-report --example page -- FILE`.

#[path = "../tests/support/mod.rs"]
mod support;

use annex_report::Report;

fn main() -> std::io::Result<()> {
    let file = std::env::args().nth(1).unwrap_or_else(|| "annex.html".to_owned());
    let (assessment, catalogue) = (support::assessment(), support::catalogue());
    let changes = support::changes(&assessment);
    let report = Report::new(&assessment, &catalogue).with_changes(Some(&changes));
    std::fs::write(file, report.html())
}
