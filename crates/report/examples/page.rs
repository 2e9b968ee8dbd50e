//! Writes the page and the pack of the example into a folder:
//! `cargo run -p annex-report --example page -- FOLDER`.

#[path = "../tests/support/mod.rs"]
mod support;

use std::path::PathBuf;

use annex_report::Report;
use support::packs;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = PathBuf::from(std::env::args().nth(1).unwrap_or_else(|| ".".to_owned()));
    let (assessment, catalogue) = (support::assessment(), support::catalogue());
    let changes = support::changes(&assessment);
    let report = Report::new(&assessment, &catalogue).with_changes(Some(&changes));
    std::fs::write(folder.join("annex.html"), report.html())?;
    let document = annex_isms::canonical_json(&assessment)?;
    let mut pack = report.pack(document.clone())?;
    pack.add_evidence(packs::EVIDENCE.to_vec());
    let pack = packs::with_ledger(pack, &packs::bodies(&document));
    std::fs::write(folder.join("annex-pack.zip"), packs::bytes(&pack))?;
    Ok(())
}
