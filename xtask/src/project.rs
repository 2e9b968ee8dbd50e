//! The project on disk, and the programs that are run in it.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, bail, ensure};

/// The root of the workspace.
pub(crate) struct Project {
    root: PathBuf,
}

impl Project {
    /// Finds it by what cargo tells the program that it runs.
    ///
    /// Not by `env!`: a target folder that several checkouts share would remember the first.
    pub(crate) fn find() -> anyhow::Result<Self> {
        let here = std::env::var_os("CARGO_MANIFEST_DIR")
            .context("CARGO_MANIFEST_DIR is not set; start it as `cargo xtask`")?;
        let root = Path::new(&here).parent().context("xtask has no folder above it")?;
        ensure!(root.join("Cargo.lock").is_file(), "{} has no Cargo.lock", root.display());
        Ok(Self { root: root.to_owned() })
    }

    /// A path in it.
    pub(crate) fn path(&self, relative: &str) -> PathBuf {
        self.root.join(relative)
    }

    /// The cargo that started this program, in the root of the project.
    pub(crate) fn cargo(&self, arguments: &[&str]) -> Command {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        self.command(&cargo, arguments)
    }

    fn command(&self, program: impl AsRef<OsStr>, arguments: &[&str]) -> Command {
        let mut command = Command::new(program);
        command.args(arguments).current_dir(&self.root);
        // What cargo sets for this program is not meant for those that it starts.
        for (name, _) in std::env::vars_os() {
            let text = name.to_string_lossy();
            if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") {
                command.env_remove(&name);
            }
        }
        command
    }

    /// Every file that git tracks or would track, sorted, `/`-separated.
    pub(crate) fn files(&self) -> anyhow::Result<Vec<String>> {
        let arguments = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
        let bytes = output(&mut self.command("git", &arguments))?;
        let text = String::from_utf8(bytes).context("git named a file that is not UTF-8")?;
        let mut files: Vec<String> = text
            .split('\0')
            .filter(|path| !path.is_empty() && self.path(path).is_file())
            .map(str::to_owned)
            .collect();
        files.sort();
        files.dedup();
        Ok(files)
    }

    /// What cargo knows of the workspace.
    pub(crate) fn metadata(&self) -> anyhow::Result<serde_json::Value> {
        let arguments = ["metadata", "--format-version", "1", "--no-deps"];
        let bytes = output(&mut self.cargo(&arguments))?;
        serde_json::from_slice(&bytes).context("cannot read what `cargo metadata` says")
    }
}

/// Runs a command and gives its standard output; its messages go to the terminal.
fn output(command: &mut Command) -> anyhow::Result<Vec<u8>> {
    let shown = shown(command);
    command.stderr(std::process::Stdio::inherit());
    let output = command.output().with_context(|| format!("cannot start `{shown}`"))?;
    if !output.status.success() {
        bail!("`{shown}` failed ({})", output.status);
    }
    Ok(output.stdout)
}

/// A command as one would type it.
pub(crate) fn shown(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_stem().unwrap_or_default();
    std::iter::once(program)
        .chain(command.get_args())
        .map(OsStr::to_string_lossy)
        .collect::<Vec<_>>()
        .join(" ")
}
