//! A repository, or a machine (`host`), → what AI is in it: an [`ObservationBatch`].
//!
//! ```text
//!  files ─ walk ─▶ manifests ─ manifest ─▶ packages ┐
//!                  source ──── tree-sitter ▶ Facts ─┤
//!                  settings ── read ──────▶ Node ───┼─ find::* ─▶ Findings ─ systems ─▶ batch
//!                  prose, SQL, containers ──────────┘
//!                  what could not be read ──────────────────────────────────▶ skipped
//! ```
//!
//! Two promises decide everything here. What is reported is there, with file and line: a model is
//! the argument of a call or the value of a setting that names one, never a text that looks like
//! one; a name is followed within its file and one import further (`across`), and what cannot be
//! followed is not reported. And what could not be
//! read is listed, with the reason and, where the parser knows it, the line: a scan never passes
//! over a file in silence, and says `false` of something absent only when everything that could
//! have held it was read.
//!
//! Nothing that is scanned is ever run, no link is followed, no program is started, and every
//! reader is bounded ([`Limits`]). The same tree gives the same batch apart from its instants.
//!
//! Rejected: a list of model names looked for in every text (it finds comments, examples and
//! prices), and one parser per language with rules per language (the rules drift apart; here the
//! languages end at [`source::facts`]).
//!
//! What can still go wrong: names that are put together at run time, settings that come from
//! outside the repository, code behind wrappers of the repository's own, and languages without a
//! reader (they are counted among the skipped).

mod absent;
mod across;
mod addresses;
mod attributes;
mod batch;
mod find;
mod findings;
mod flows;
mod frameworks;
mod git;
mod host;
mod known;
mod limits;
mod manifest;
mod read;
mod reading;
mod source;
mod systems;
mod tree;
mod walk;
mod weights;
mod worth;

use std::path::{Path, PathBuf};

use annex_isms::observation::{
    BATCH_SCHEMA, Collector, Coverage, ObservationBatch, Period, Scope, SeenSystem, Skipped,
};
use annex_isms::{Basis, Instant};

pub use attributes::{ATTRIBUTES, Declared};
pub use host::{Host, scan_host};
pub use known::{Known, KnownPackage, KnownProvider};
pub use limits::Limits;

use batch::Assembly;
use systems::Systems;

/// What is asked of a scan beside the folder.
pub struct Options<'a> {
    /// The name of the repository or the machine, where its own is not wanted.
    pub repository: Option<String>,
    /// The clock: asked once at the start and once at the end.
    pub clock: &'a dyn Fn() -> Instant,
}

/// How far a scan is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Files done.
    pub files_done: u64,
    /// Files in the scope.
    pub files_total: u64,
}

/// Why a folder cannot be scanned at all.
#[derive(Debug, thiserror::Error)]
pub enum DiscoverError {
    /// There is nothing at that path.
    #[error("there is nothing at `{}`", .path.display())]
    Missing {
        /// The path.
        path: PathBuf,
    },
    /// It is not a folder.
    #[error("`{}` is not a folder; a scan takes folders", .path.display())]
    NotFolder {
        /// The path.
        path: PathBuf,
    },
    /// What is known by name is too much to look for.
    #[error("the packages and providers of the catalogue cannot be looked for: {error}")]
    Known {
        /// Why.
        error: aho_corasick::BuildError,
    },
    /// A machine does not say what it is called.
    #[error("this machine does not say what it is called; give it a name with --repository")]
    Nameless,
    /// The folder cannot be read.
    #[error("cannot read the folder `{}`", .path.display())]
    Unreadable {
        /// The path.
        path: PathBuf,
        /// What the operating system said.
        #[source]
        source: std::io::Error,
    },
}

/// Scans the repository in the folder `root`.
///
/// # Errors
/// When there is no such folder or it cannot be read. Anything below it that cannot be read is
/// listed in the batch instead.
pub fn scan(
    root: &Path,
    known: &Known,
    limits: &Limits,
    options: &Options<'_>,
    progress: &mut dyn FnMut(Progress),
) -> Result<ObservationBatch, DiscoverError> {
    check(root)?;
    let from = (options.clock)();
    let index = known::Index::new(known);
    let git = git::read(root);
    let name = repository_name(root, options, git.name);
    let mut walked = walk::walk(root, git.tracked.as_deref(), limits);
    let worth = worth::Worth::new(known).map_err(|error| DiscoverError::Known { error })?;
    let mut read = reading::read(&mut walked, &index, &worth, limits, progress);
    absent::list(&git.absent, &index, &mut walked, &mut read);
    let lock_unread = read.lock_unread;
    frameworks::find(&index, &read.manifests, lock_unread, &mut read.findings);
    read.findings.settle();
    if !read.findings.assets.is_empty() {
        read.findings.assets.append(&mut read.findings.beside);
    }
    find::data_files::group(&mut read.findings.assets);
    addresses::resolve(&index, &mut read.findings);

    let systems = Systems::of(&name, &read.manifests, &read.findings);
    systems::implied(&index, &systems, &mut read.findings);
    systems::indexed(&systems, &mut read.findings);
    let mut assembly = Assembly::new(&name, &systems, &read.manifests, &read.findings);
    let complete = !walked.skips.iter().any(|skip| skip.matters);
    assembly.systems(&systems, &read.findings, complete, git.commit.is_some());
    let mut skipped: Vec<Skipped> = walked.skips.into_iter().map(|skip| skip.skipped).collect();
    skipped.sort();
    skipped.dedup();
    let mut seen: Vec<SeenSystem> = systems
        .all
        .iter()
        .map(|system| SeenSystem { id: system.id.clone(), name: system.name.clone() })
        .collect();
    seen.sort();
    let flows = flows::find(&mut assembly, &systems, &read.findings.shown);
    let period = Period { from, to: (options.clock)() };
    Ok(ObservationBatch {
        schema: BATCH_SCHEMA,
        collector: Collector {
            name: "discover".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
        },
        scope: Scope {
            kind: "repository".to_owned(),
            name,
            commit: git.commit,
            modified: git.modified,
        },
        period,
        coverage: Coverage { files_seen: walked.files.len() as u64, ..read.coverage },
        skipped,
        systems: seen,
        assets: assembly.seen_assets(),
        flows,
        observations: assembly.observations(Basis::Source, period),
    })
}

/// Reads one text as the file of that name, as a scan would, and says why it could not. For fuzzing
/// and for tools that have no folder.
///
/// # Errors
/// What a scan would list as the reason for skipping the file.
pub fn read_alone(name: &str, text: &str, known: &Known, limits: &Limits) -> Result<(), String> {
    let worth = worth::Worth::new(known).map_err(|error| error.to_string())?;
    reading::alone(name, text, &known::Index::new(known), &worth, limits)
}

fn check(root: &Path) -> Result<(), DiscoverError> {
    let path = root.to_owned();
    match std::fs::metadata(root) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Err(DiscoverError::Missing { path });
        }
        Err(source) => return Err(DiscoverError::Unreadable { path, source }),
        Ok(data) if !data.is_dir() => return Err(DiscoverError::NotFolder { path }),
        Ok(_) => {}
    }
    std::fs::read_dir(root).map(|_| ()).map_err(|source| DiscoverError::Unreadable { path, source })
}

fn repository_name(root: &Path, options: &Options<'_>, git: Option<String>) -> String {
    let given = options.repository.clone().or(git);
    given.unwrap_or_else(|| {
        let full = std::fs::canonicalize(root).unwrap_or_else(|_| root.to_owned());
        full.file_name()
            .map_or_else(|| "repository".to_owned(), |name| name.to_string_lossy().into_owned())
    })
}
