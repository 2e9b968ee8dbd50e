//! The tasks of the project: `cargo xtask test`, `fuzz`, `tidy`, `docs`, `screenshots` and
//! `model-files`.
//!
//! ```text
//!  test ─▶ fmt ─▶ tidy ─▶ clippy ─▶ docs --check ─▶ cargo test ─▶ fuzz corpora ─▶ fuzz
//!           (stops at the first step that fails, and names it)
//! ```
//!
//! A program and not a script, so that the rules of the house are typed, tested and the same on
//! every machine. It needs cargo and git; the tests of the pages need Chromium. It is always started through cargo,
//! which tells it where the project lies.
//!
//! Rejected: a test runner that must be installed first. The first test run on a bare machine
//! has to work.
#![expect(clippy::print_stdout, reason = "a task tells its progress on the terminal")]

mod docs;
mod fuzz;
mod model_files;
mod project;
mod screenshots;
mod test;
mod tidy;

use std::process::ExitCode;

use anyhow::{Context as _, bail};

use crate::project::Project;

const USAGE: &str = "\
usage: cargo xtask <task>

  test [--quick]          everything that must hold before a change is merged;
                          --quick leaves out integration tests and all of fuzzing
  fuzz                    every fuzz target for 20 s, where cargo-fuzz is there
  tidy                    the rules of the house: arrows, module heads, lengths, banned words
  docs [--check] [PAGE…]  write the generated pages of docs/, or check that they are current
  screenshots             write a picture of every page to docs/screenshots, by Chromium
  model-files DIR         write the corpus that a scanner of model files is measured by";

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Standard output, so that the reason stands after the step that it belongs to.
            println!("\nxtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let project = Project::find().context("cannot tell where the project lies")?;
    match arguments.as_slice() {
        ["test"] => test::run(&project, test::Extent::Full),
        ["test", "--quick"] => test::run(&project, test::Extent::Quick),
        ["fuzz"] => {
            let outcome = fuzz::run(&project)?;
            println!("    {outcome}");
            Ok(())
        }
        ["tidy"] => tidy::run(&project),
        ["docs", "--check", pages @ ..] => docs::run(&project, docs::Mode::Check, pages),
        ["docs", pages @ ..] => docs::run(&project, docs::Mode::Write, pages),
        ["screenshots"] => screenshots::run(&project),
        ["model-files", folder] => model_files::run(&project, folder),
        ["help" | "--help" | "-h"] => {
            println!("{USAGE}");
            Ok(())
        }
        _ => bail!("`{}` is not a task\n\n{USAGE}", arguments.join(" ")),
    }
}
