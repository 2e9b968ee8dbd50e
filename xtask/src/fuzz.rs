//! Runs every fuzz target for a short while, where the compiler that it needs is there.
//!
//! ```text
//!  cargo-fuzz is there? ── build, at most so long ──▶ each target for 20 s
//!          └─ no ─────────────────── later ──────────▶ left out, with the reason
//! ```
//!
//! Nothing is installed here, and what is left out is said and counted: a run that says nothing
//! of it would read as one that found nothing. New inputs go to a folder that is thrown away;
//! what breaks a target lies in `fuzz/artifacts` afterwards.

use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};

use crate::project::{Project, shown};

/// The targets are Rust without `unsafe`, so a sanitizer, which only a nightly compiler has, would
/// take time and find nothing. What is built for debugging is slower by far and built in a third
/// of the time; in 20 s that is the better bargain.
const OPTIONS: [&str; 4] = ["--dev", "--sanitizer=none", "--features", "libfuzzer"];
/// A build that takes longer is given up, so that the rest of a test run has its time.
const BUILD_SECONDS_MAX: u64 = 1500;
const TARGET_SECONDS: u64 = 20;
/// What one target may take besides: its start, its seeds, and the check that it is built.
const TARGET_SECONDS_MAX: u64 = 180;
const TURNS_PER_SECOND: u64 = 5;

/// What came of it.
pub(crate) enum Outcome {
    /// How many targets ran and found nothing.
    Ran(usize),
    /// Why none ran.
    LeftOut(String),
}

impl std::fmt::Display for Outcome {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Ran(targets) => write!(f, "{targets} targets ran and broke nothing"),
            Self::LeftOut(why) => write!(f, "fuzzing was left out: {why}"),
        }
    }
}

/// Builds and runs all targets.
pub(crate) fn run(project: &Project) -> anyhow::Result<Outcome> {
    if let Some(missing) = missing(project) {
        return Ok(Outcome::LeftOut(missing));
    }
    let build = [&["fuzz", "build"], &OPTIONS[..]].concat();
    if !within(&mut project.cargo(&build), BUILD_SECONDS_MAX)? {
        return Ok(Outcome::LeftOut(format!(
            "the targets were not built in {BUILD_SECONDS_MAX} seconds"
        )));
    }
    let targets = targets(project)?;
    for target in &targets {
        one(project, target)?;
    }
    Ok(Outcome::Ran(targets.len()))
}

/// The name of what is not there.
fn missing(project: &Project) -> Option<String> {
    let mut asked = project.cargo(&["fuzz", "--version"]);
    let status = asked.stdout(Stdio::null()).stderr(Stdio::null()).status();
    let works = status.is_ok_and(|status| status.success());
    (!works).then(|| "there is no cargo-fuzz (`cargo install cargo-fuzz --locked`)".to_owned())
}

/// Every target, by the files that cargo-fuzz takes for them.
fn targets(project: &Project) -> anyhow::Result<Vec<String>> {
    let names = project.files()?.into_iter().filter_map(|path| {
        let name = path.strip_prefix("fuzz/fuzz_targets/")?.strip_suffix(".rs")?;
        Some(name.to_owned())
    });
    let names: Vec<String> = names.collect();
    ensure!(!names.is_empty(), "fuzz/fuzz_targets has no targets");
    Ok(names)
}

fn one(project: &Project, target: &str) -> anyhow::Result<()> {
    let fresh = tempfile::tempdir().context("cannot make a folder for new inputs")?;
    let fresh = fresh.path().to_str().context("the folder for new inputs is not UTF-8")?;
    let seeds = format!("fuzz/corpus/{target}");
    let time = format!("-max_total_time={TARGET_SECONDS}");
    let inputs = [target, fresh, &seeds];
    let limits =
        ["--", &time, "-rss_limit_mb=512", "-timeout=10", "-verbosity=0", "-print_funcs=0"];
    let arguments = [&["fuzz", "run"], &OPTIONS[..], &inputs[..], &limits[..]].concat();
    if !within(&mut project.cargo(&arguments), TARGET_SECONDS_MAX)? {
        bail!("the fuzz target `{target}` did not end in {TARGET_SECONDS_MAX} seconds");
    }
    Ok(())
}

/// Runs a command that must succeed; false when it was ended because it took too long.
fn within(command: &mut Command, seconds_max: u64) -> anyhow::Result<bool> {
    let text = shown(command);
    println!("    {text}");
    let mut child = command.spawn().with_context(|| format!("cannot start `{text}`"))?;
    // Counted and not measured: a machine that sleeps meanwhile has not worked on it either.
    for _ in 0..seconds_max * TURNS_PER_SECOND {
        if let Some(status) = child.try_wait().with_context(|| format!("lost `{text}`"))? {
            ensure!(status.success(), "`{text}` ended with {status}");
            return Ok(true);
        }
        std::thread::sleep(Duration::from_millis(1000 / TURNS_PER_SECOND));
    }
    child.kill().and_then(|()| child.wait()).with_context(|| format!("lost `{text}`"))?;
    Ok(false)
}
