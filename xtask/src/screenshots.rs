//! `cargo xtask screenshots`: a picture of every page, light, dark and on a phone.
//!
//! The test of the server that takes them needs Chromium; here they are made small. That a page
//! has its pictures is checked by the tests, what is on them by whoever looks.

use std::process::{Command, Stdio};

use anyhow::{Context as _, ensure};

use crate::project::{Project, shown};

const FOLDER: &str = "docs/screenshots";

/// All of them together, so that nobody waits for a clone.
const ALL_BYTES_MAX: u64 = 6 * 1024 * 1024;

/// Takes the pictures, and makes them small.
pub(crate) fn run(project: &Project) -> anyhow::Result<()> {
    let found = Command::new("pngquant").arg("--version").stdout(Stdio::null()).status();
    ensure!(found.is_ok_and(|status| status.success()), "install the Debian package pngquant");
    let take = ["test", "-p", "annexd", "--test", "browser", "--", "--ignored", "pictures::take"];
    step(&mut project.cargo(&take))?;
    let files = project.files()?;
    let files: Vec<&String> = files.iter().filter(|file| file.starts_with(FOLDER)).collect();
    let mut bytes = 0;
    for file in files {
        let path = project.path(file);
        let mut quant = Command::new("pngquant");
        quant.args(["--force", "--ext", ".png", "--speed", "1", "--strip", "64", "--"]).arg(&path);
        step(&mut quant)?;
        bytes += path.metadata().with_context(|| format!("cannot read {file}"))?.len();
    }
    println!("    {FOLDER}: {bytes} bytes; look at each before you keep it");
    ensure!(bytes <= ALL_BYTES_MAX, "the pictures have more than {ALL_BYTES_MAX} bytes");
    Ok(())
}

fn step(command: &mut Command) -> anyhow::Result<()> {
    let text = shown(command);
    let status = command.status().with_context(|| format!("cannot start `{text}`"))?;
    ensure!(status.success(), "`{text}` ended with {status}");
    Ok(())
}
