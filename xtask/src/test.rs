//! `cargo xtask test`: everything that must hold before a change is merged.

use std::process::Command;

use anyhow::{Context as _, bail};

use crate::docs;
use crate::fuzz::{self, Outcome};
use crate::project::{Project, shown};
use crate::tidy;

/// The fuzz crate: a workspace of its own, because the fuzzer wants another compiler.
const FUZZ: &str = "fuzz/Cargo.toml";

/// How much is run.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Extent {
    /// Everything.
    Full,
    /// What a developer runs between two thoughts.
    Quick,
}

/// Runs the steps and stops at the first that fails.
pub(crate) fn run(project: &Project, extent: Extent) -> anyhow::Result<()> {
    let cargo = |arguments: &[&str]| step(&mut project.cargo(arguments));
    let mut steps = Steps::default();
    steps.run("fmt", || {
        cargo(&["fmt", "--all", "--", "--check"])?;
        if project.path(FUZZ).is_file() {
            cargo(&["fmt", "--manifest-path", FUZZ, "--", "--check"])?;
        }
        Ok(())
    })?;
    steps.run("tidy", || tidy::run(project))?;
    let clippy = ["clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"];
    steps.run("clippy", || cargo(&clippy))?;
    steps.run("docs", || docs::run(project, docs::Mode::Check, &[]))?;
    if extent == Extent::Quick {
        steps.run("tests", || cargo(&["test", "--workspace", "--locked", "--lib", "--bins"]))?;
    } else {
        steps.run("tests", || cargo(&["test", "--workspace", "--locked"]))?;
        // The same features as before, so nothing is built again.
        let pages = ["test", "--workspace", "--locked", "--test", "web"];
        steps.run("pages on PostgreSQL", || {
            step(project.cargo(&pages).env("ANNEX_TEST_DATABASE", "postgresql"))
        })?;
        fuzzing(project, &mut steps)?;
    }
    let left_out = match steps.left_out.as_slice() {
        [] => String::new(),
        names => format!(", {} left out: {}", names.len(), names.join(", ")),
    };
    println!("\nxtask: all {} steps passed{left_out}", steps.passed);
    Ok(())
}

/// What the fuzzer once found is replayed with this compiler; then it goes on for a while with
/// its own, where that is there.
fn fuzzing(project: &Project, steps: &mut Steps) -> anyhow::Result<()> {
    if !project.path(FUZZ).is_file() {
        println!("\n==> fuzz corpora: there is no {FUZZ}, nothing to replay");
        return Ok(());
    }
    let arguments = ["test", "--manifest-path", FUZZ, "--locked"];
    steps.run("fuzz corpora", || step(&mut project.cargo(&arguments)))?;
    let mut outcome = None;
    steps.run("fuzz", || {
        outcome = Some(fuzz::run(project)?);
        Ok(())
    })?;
    if let Some(outcome) = outcome {
        println!("    {outcome}");
        if matches!(outcome, Outcome::LeftOut(_)) {
            steps.passed -= 1;
            steps.left_out.push("fuzz");
        }
    }
    Ok(())
}

#[derive(Default)]
struct Steps {
    passed: u32,
    left_out: Vec<&'static str>,
}

impl Steps {
    fn run(&mut self, name: &str, body: impl FnOnce() -> anyhow::Result<()>) -> anyhow::Result<()> {
        println!("\n==> {name}");
        body().with_context(|| format!("the step `{name}` failed"))?;
        self.passed += 1;
        Ok(())
    }
}

fn step(command: &mut Command) -> anyhow::Result<()> {
    let shown = shown(command);
    println!("    {shown}");
    let status = command.status().with_context(|| format!("cannot start `{shown}`"))?;
    if !status.success() {
        bail!("`{shown}` ended with {status}");
    }
    Ok(())
}
