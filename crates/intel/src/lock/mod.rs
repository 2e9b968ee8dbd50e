//! Lock files and manifests: which packages in which exact version, with file and line.
//!
//! | ecosystem | files |
//! | --- | --- |
//! | Python | `requirements*.txt` with `-r` and `-c`, `poetry.lock`, `Pipfile.lock`, `uv.lock`, `pdm.lock`, `pylock*.toml` (PEP 751), `conda-lock.yml`, `environment.yml` (its pip part) |
//! | JavaScript | `package-lock.json` 1 to 3, `npm-shrinkwrap.json`, `yarn.lock` classic and berry, `pnpm-lock.yaml` 5 to 9, `bun.lock` |
//! | Rust | `Cargo.lock` |
//! | Go | `go.mod`, `go.sum` |
//! | JVM | `pom.xml`, `gradle.lockfile`, `libs.versions.toml` |
//! | .NET | `packages.lock.json`, `packages.config`, `*.csproj`, `*.fsproj`, `*.vbproj`, `Directory.Packages.props` |
//!
//! A version is given only where the file fixes one. What comes from git, a path or an address
//! has none, because its version says nothing about the published package of that name; where it
//! comes from is its constraint. What a file holds and this does not read is in
//! [`Locked::notes`].
//!
//! Documents are read with serde into the fields that are needed; lines come from spans or from
//! the place of a value in the text. `go.sum` names every module that was considered, which is
//! more than what is built: read it only where there is no `go.mod`.

mod cargo;
mod conda;
mod dotnet;
mod go;
mod gradle;
mod jvm;
mod npm;
mod pnpm;
mod python;
mod requirements;
mod text;
mod tree;
mod xml;
mod yarn;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use annex_isms::observation::Location;
use annex_isms::{Dependency, Ecosystem};

use crate::Limits;

pub use tree::{LockedTree, read_tree};

/// What a lock file says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Locked {
    /// The dependencies; the same package in the same version stands here once, with its places.
    pub dependencies: Vec<Dependency>,
    /// What the file holds and what was not read, each with its place.
    pub notes: Vec<String>,
}

/// Why a lock file could not be read.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Not a name of a lock file that is read here.
    #[error("{path}: no lock file that is known here")]
    Kind {
        /// The file.
        path: String,
    },
    /// The file cannot be read.
    #[error("{path}: cannot be read")]
    Io {
        /// The file.
        path: String,
        /// The cause.
        #[source]
        source: std::io::Error,
    },
    /// The file is not what its name says, or over a limit.
    #[error("{path}{}: {fault}", line.map(|line| format!(":{line}")).unwrap_or_default())]
    Fault {
        /// The file.
        path: String,
        /// The line, from 1, where it is known.
        line: Option<u32>,
        /// What is wrong.
        fault: String,
    },
}

/// What is wrong with a text, before the file is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    line: Option<u32>,
    words: String,
}

impl Fault {
    fn new(line: Option<u32>, words: impl Into<String>) -> Self {
        Self { line, words: words.into() }
    }
}

type Reader = fn(&mut Collector<'_>, &str) -> Result<(), Fault>;

/// The reader of a file, by its name.
fn reader(name: &str) -> Option<(Ecosystem, Reader)> {
    use Ecosystem::{Crates, Go, Maven, Npm, Nuget, Pypi};
    /// Whole names, then ends of names.
    const NAMES: &[(&str, Ecosystem, Reader)] = &[
        ("poetry.lock", Pypi, python::poetry),
        ("uv.lock", Pypi, python::uv),
        ("pdm.lock", Pypi, python::pdm),
        ("Pipfile.lock", Pypi, python::pipfile),
        ("conda-lock.yml", Pypi, conda::lock),
        ("environment.yml", Pypi, conda::environment),
        ("environment.yaml", Pypi, conda::environment),
        ("package-lock.json", Npm, npm::package_lock),
        ("npm-shrinkwrap.json", Npm, npm::package_lock),
        ("yarn.lock", Npm, yarn::read),
        ("pnpm-lock.yaml", Npm, pnpm::read),
        ("bun.lock", Npm, npm::bun),
        ("Cargo.lock", Crates, cargo::read),
        ("go.mod", Go, go::go_mod),
        ("go.sum", Go, go::go_sum),
        ("pom.xml", Maven, jvm::pom),
        ("gradle.lockfile", Maven, gradle::lockfile),
        ("buildscript-gradle.lockfile", Maven, gradle::lockfile),
        ("packages.lock.json", Nuget, dotnet::lock),
        ("packages.config", Nuget, dotnet::config),
        ("Directory.Packages.props", Nuget, dotnet::project),
    ];
    const ENDS: &[(&str, Ecosystem, Reader)] = &[
        (".csproj", Nuget, dotnet::project),
        (".fsproj", Nuget, dotnet::project),
        (".vbproj", Nuget, dotnet::project),
        (".versions.toml", Maven, gradle::catalog),
    ];
    let known = NAMES.iter().find(|row| row.0 == name);
    let known = known.or_else(|| ENDS.iter().find(|row| name.ends_with(row.0)));
    if let Some((_, ecosystem, reader)) = known {
        return Some((*ecosystem, *reader));
    }
    if name.starts_with("pylock.") && name.ends_with("toml") {
        return Some((Pypi, python::pylock));
    }
    is_requirements(name).then_some((Pypi, requirements::alone))
}

fn is_requirements(name: &str) -> bool {
    name.contains("requirements") && name.to_ascii_lowercase().ends_with(".txt")
}

/// Whether a file of that name is read here.
pub fn is_lock_file(path: &str) -> bool {
    reader(name_of(path)).is_some()
}

fn name_of(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// Reads the text of a lock file. `path` is `/`-separated, decides how it is read, and is what
/// places name. Files that a requirements file includes are noted, not read: see [`read_file`].
///
/// # Errors
/// When the name is not known, the text is not what its name says, or over a limit.
pub fn read(path: &str, text: &str, limits: &Limits) -> Result<Locked, LockError> {
    let (ecosystem, reader) =
        reader(name_of(path)).ok_or_else(|| LockError::Kind { path: path.to_owned() })?;
    let located = |fault: Fault| LockError::Fault {
        path: path.to_owned(),
        line: fault.line,
        fault: fault.words,
    };
    if text.len() as u64 > limits.lock_bytes_max {
        return Err(located(too_long(limits)));
    }
    let mut collector = Collector::new(path, ecosystem, limits);
    reader(&mut collector, text.trim_start_matches('\u{feff}')).map_err(located)?;
    collector.finish().map_err(located)
}

/// Reads a lock file below `root`, and for requirement files what they include below `root`.
///
/// # Errors
/// As [`read`], and when a file cannot be read or is not UTF-8.
pub fn read_file(root: &Path, path: &str, limits: &Limits) -> Result<Locked, LockError> {
    let open = |path: &str| open(root, path, limits);
    if is_requirements(name_of(path)) {
        return requirements::with_includes(path, &open, limits);
    }
    if !is_lock_file(path) {
        return Err(LockError::Kind { path: path.to_owned() });
    }
    read(path, &open(path)?, limits)
}

fn open(root: &Path, path: &str, limits: &Limits) -> Result<String, LockError> {
    let failed = |source| LockError::Io { path: path.to_owned(), source };
    let fault = |fault: Fault| LockError::Fault {
        path: path.to_owned(),
        line: fault.line,
        fault: fault.words,
    };
    let full = root.join(path);
    if !std::fs::symlink_metadata(&full).map_err(failed)?.is_file() {
        return Err(fault(Fault::new(None, "is no plain file; links are not followed")));
    }
    let mut bytes = Vec::new();
    let file = File::open(&full).map_err(failed)?;
    file.take(limits.lock_bytes_max.saturating_add(1)).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() as u64 > limits.lock_bytes_max {
        return Err(fault(too_long(limits)));
    }
    String::from_utf8(bytes).map_err(|error| {
        let before = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = String::from_utf8_lossy(before).matches('\n').count() + 1;
        fault(Fault::new(u32::try_from(line).ok(), "is not UTF-8"))
    })
}

fn too_long(limits: &Limits) -> Fault {
    Fault::new(None, format!("has more than {} bytes (lock_bytes_max)", limits.lock_bytes_max))
}

/// How exactly a file names a package.
pub(crate) enum Pin<'a> {
    /// In this version.
    Exact(&'a str),
    /// In one of a range, or in whichever.
    Range(&'a str),
    /// From somewhere else than the ecosystem's registry.
    Elsewhere(&'a str),
}

/// Gathers the dependencies of one file.
pub(crate) struct Collector<'l> {
    path: String,
    ecosystem: Ecosystem,
    limits: &'l Limits,
    rows: BTreeMap<(String, Option<String>, Option<String>), Dependency>,
    notes: Vec<String>,
    full: bool,
}

impl<'l> Collector<'l> {
    fn new(path: &str, ecosystem: Ecosystem, limits: &'l Limits) -> Self {
        let path = path.to_owned();
        Self { path, ecosystem, limits, rows: BTreeMap::new(), notes: Vec::new(), full: false }
    }

    /// Adds a package. Seen again in the same version it gains a place, is direct when it once
    /// was, and for development only when it always was.
    fn add(
        &mut self,
        line: u32,
        name: &str,
        pin: &Pin<'_>,
        direct: Option<bool>,
        development: bool,
    ) {
        /// Longer names belong to no registry.
        const NAME_BYTES_MAX: usize = 512;
        let name = name.trim();
        // `-` alone is nothing once it is normalised.
        let nameless = self.ecosystem.normalised(name).is_empty();
        if nameless || name.len() > NAME_BYTES_MAX || name.chars().any(char::is_control) {
            self.note(Some(line), "a package without a name that can be used");
            return;
        }
        let version = match pin {
            Pin::Exact(version) => Some(*version),
            Pin::Range(_) | Pin::Elsewhere(_) => None,
        };
        let mut row =
            Dependency::new(self.ecosystem, name, version.filter(|v| !v.trim().is_empty()));
        row.constraint = match pin {
            Pin::Exact(_) => None,
            Pin::Range(range) => Some(range.trim()).filter(|r| !r.is_empty()).map(str::to_owned),
            Pin::Elsewhere(place) => Some(text::without_secrets(place)),
        };
        row.locations.insert(Location { path: self.path.clone(), line: Some(line) });
        row.direct = direct;
        row.development = development;
        let key = (row.name.clone(), row.version.clone(), row.constraint.clone());
        if let Some(known) = self.rows.get_mut(&key) {
            known.locations.append(&mut row.locations);
            known.direct = known.direct.max(direct);
            known.development &= development;
        } else if self.rows.len() >= self.limits.dependencies_max {
            self.full = true;
        } else {
            self.rows.insert(key, row);
        }
    }

    fn note(&mut self, line: Option<u32>, words: &str) {
        /// What is noted beyond this says the same once more.
        const NOTES_MAX: usize = 1_000;
        let place = line.map_or_else(|| self.path.clone(), |line| format!("{}:{line}", self.path));
        if self.notes.len() < NOTES_MAX {
            self.notes.push(format!("{place}: {words}"));
        }
    }

    fn finish(self) -> Result<Locked, Fault> {
        if self.full {
            let max = self.limits.dependencies_max;
            let words = format!("names more than {max} packages (dependencies_max)");
            return Err(Fault::new(None, words));
        }
        Ok(Locked { dependencies: self.rows.into_values().collect(), notes: self.notes })
    }
}

#[cfg(test)]
mod tests;
