//! A machine → what AI runs and lies on it: an [`ObservationBatch`].
//!
//! ```text
//!  /proc ─────────── processes ─▶ command lines, ports ─ running ─▶ servers, gateways, stores ┐
//!  homes, settings ─ caches ────▶ hub, ollama, folder ────────────▶ models, data sets ────────┼▶ batch
//!  what could not be read ─────────────────────────────────────────────────────────▶ skipped ┘
//! ```
//!
//! Places are paths of the machine; a process is `processes/4312/ollama`, a port on which it
//! listens `listening/127.0.0.1:11434`, a container that it runs in `containers/0123456789ab`.
//! What may not be read is skipped under the same names: `processes` are all of them.
//!
//! No program is started, nothing is connected to, and the environment of a process is never read,
//! because it holds secrets. Of a command line only names of programs and models come out.
//!
//! Rejected: asking the servers themselves or the engine of the containers. Both would run code of
//! others on our behalf; and what listens is seen without them.
//!
//! What can still go wrong: a server under a name of one's own, one that is told its model by its
//! environment or a settings file, caches in folders that only a service's environment names (give
//! them as folders), homes that `/etc/passwd` does not list, and a container whose engine forwards
//! in the kernel alone: whether it is reached from outside is then not said.

mod caches;
mod folder;
mod forwards;
mod hub;
mod ollama;
mod processes;
mod running;

use std::fs::{self, File, FileType};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use annex_isms::observation::{
    BATCH_SCHEMA, Collector, Coverage, ObservationBatch, Period, Scope, SeenSystem, Skipped,
};
use annex_isms::{AssetKind, Basis, SystemId, slug};

use crate::batch::Assembly;
use crate::findings::{Finding, Findings};
use crate::known::{Index, Known};
use crate::limits::Limits;
use crate::systems::{System, Systems};
use crate::walk::Skip;
use crate::weights::{self, Weights};
use crate::{DiscoverError, Options, check, flows};

/// The longest name of a machine.
const NAME_BYTES_MAX: u64 = 256;

/// A machine to look at.
pub struct Host<'a> {
    /// Where its files begin: `/`, or the folder under which they are mounted.
    pub root: PathBuf,
    /// The variables of the environment that say where caches lie.
    pub environment: &'a dyn Fn(&str) -> Option<String>,
    /// Further folders with models, as paths of the machine.
    pub folders: Vec<PathBuf>,
}

/// Looks at a machine.
///
/// # Errors
/// When it has no name, or one of the further folders is none. Anything else that cannot be read
/// is listed in the batch instead.
pub fn scan_host(
    host: &Host<'_>,
    known: &Known,
    limits: &Limits,
    options: &Options<'_>,
) -> Result<ObservationBatch, DiscoverError> {
    let from = (options.clock)();
    let index = Index::new(known);
    let mut reader = Reader::new(host, &index, limits)?;
    for folder in &host.folders {
        check(&reader.at(folder))?;
    }
    let name = match &options.repository {
        Some(name) => name.clone(),
        None => reader.name().ok_or(DiscoverError::Nameless)?,
    };
    running::find(&mut reader);
    caches::find(&mut reader);

    let (skips, coverage) = (reader.skips, reader.coverage);
    let systems = systems(&name, &reader.findings);
    let mut assembly = Assembly::default();
    assembly.found(&name, &systems, &reader.findings);
    assembly.systems(&systems, &reader.findings, false, false);
    let flows = flows::at_one_place(&mut assembly);
    let mut skipped: Vec<Skipped> = skips.into_iter().map(|skip| skip.skipped).collect();
    skipped.sort();
    skipped.dedup();
    let seen = |system: &System| SeenSystem { id: system.id.clone(), name: system.name.clone() };
    let period = Period { from, to: (options.clock)() };
    Ok(ObservationBatch {
        schema: BATCH_SCHEMA,
        collector: Collector {
            name: "host".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
        },
        scope: Scope { kind: "host".to_owned(), name, commit: None, modified: false },
        period,
        coverage,
        skipped,
        systems: systems.all.iter().map(seen).collect(),
        assets: assembly.seen_assets(),
        flows,
        observations: assembly.observations(Basis::Deployment, period),
    })
}

/// The machine is the one system that its assets belong to; without any there is none.
fn systems(name: &str, findings: &Findings) -> Systems {
    let id = slug(name).parse::<SystemId>().ok().filter(|_| !findings.assets.is_empty());
    let system = |id| System {
        id,
        name: name.to_owned(),
        application: name.to_owned(),
        folder: String::new(),
    };
    Systems { all: id.map(system).into_iter().collect() }
}

/// What was read of a machine so far.
struct Reader<'a> {
    host: &'a Host<'a>,
    /// The root without links.
    root: PathBuf,
    index: &'a Index<'a>,
    limits: &'a Limits,
    findings: Findings,
    skips: Vec<Skip>,
    coverage: Coverage,
}

/// Something in a folder.
struct Entry {
    name: String,
    path: PathBuf,
    kind: FileType,
}

impl<'a> Reader<'a> {
    fn new(
        host: &'a Host<'a>,
        index: &'a Index<'a>,
        limits: &'a Limits,
    ) -> Result<Self, DiscoverError> {
        check(&host.root)?;
        let path = host.root.clone();
        let root = fs::canonicalize(&host.root)
            .map_err(|source| DiscoverError::Unreadable { path, source })?;
        let (findings, skips, coverage) = (Findings::default(), Vec::new(), Coverage::default());
        Ok(Self { host, root, index, limits, findings, skips, coverage })
    }

    /// Where a path of the machine lies here.
    fn at(&self, path: impl AsRef<Path>) -> PathBuf {
        let path = path.as_ref();
        self.root.join(path.strip_prefix("/").unwrap_or(path))
    }

    /// A path as the machine itself calls it, `/`-separated.
    fn shown(&self, full: &Path) -> String {
        let inner = full.strip_prefix(&self.root).unwrap_or(full).to_string_lossy();
        format!("/{}", inner.replace('\\', "/").trim_start_matches('/'))
    }

    /// Lists what was not read, so that its absence says nothing.
    fn skip(&mut self, path: impl Into<String>, reason: impl Into<String>) {
        self.skips.push(Skip::new(path, reason, true));
    }

    /// Lists what is left out on purpose.
    fn leave(&mut self, path: impl Into<String>, reason: impl Into<String>) {
        self.skips.push(Skip::new(path, reason, false));
    }

    fn name(&self) -> Option<String> {
        let told = ["/proc/sys/kernel/hostname", "/etc/hostname"].into_iter().find_map(|path| {
            let text = String::from_utf8(bytes(&self.at(path), NAME_BYTES_MAX).ok()?).ok()?;
            Some(text.trim().to_owned()).filter(|name| !name.is_empty() && name != "(none)")
        });
        told.or_else(|| {
            ["HOSTNAME", "COMPUTERNAME"].into_iter().find_map(|name| (self.host.environment)(name))
        })
    }

    /// A folder within another one, where there is one. A link that leads out is not followed.
    fn below(&mut self, folder: &Path, name: &str) -> Option<PathBuf> {
        let path = folder.join(name);
        match path.canonicalize() {
            Ok(full) if full.starts_with(folder) => Some(full),
            Ok(_) => {
                self.skip(self.shown(&path), "a link that leads out is not followed");
                None
            }
            Err(error) if is_absent(&error) => None,
            Err(error) => {
                self.skip(self.shown(&path), unread(&error));
                None
            }
        }
    }

    /// What a folder holds, by name. What is not there has nothing in it.
    fn entries(&mut self, folder: &Path) -> Vec<Entry> {
        let listed = match fs::read_dir(folder) {
            Ok(listed) => listed,
            Err(error) if is_absent(&error) => return Vec::new(),
            Err(error) => {
                self.skip(self.shown(folder), unread(&error));
                return Vec::new();
            }
        };
        let mut all = Vec::new();
        for entry in listed {
            if self.coverage.files_seen >= self.limits.files_max {
                let most = self.limits.files_max;
                let reason = format!(
                    "more than {most} files: what comes after was not read; raise scan.files_max"
                );
                self.skip(self.shown(folder), reason);
                break;
            }
            self.coverage.files_seen += 1;
            match entry.and_then(|entry| Ok((entry.file_type()?, entry))) {
                Ok((kind, entry)) => {
                    let name = entry.file_name().to_string_lossy().into_owned();
                    all.push(Entry { name, path: entry.path(), kind });
                }
                Err(error) => self.skip(self.shown(folder), unread(&error)),
            }
        }
        all.sort_by(|a, b| a.path.cmp(&b.path));
        all
    }

    /// Keeps a model, and what its files say. A header can say more of what it is for than a name.
    fn keep(&mut self, mut model: Finding, mut files: Vec<Finding>) {
        if files.iter().any(|file| file.kind == AssetKind::EmbeddingModel) {
            model.kind = AssetKind::EmbeddingModel;
        }
        for file in &mut files {
            file.kind = model.kind;
        }
        self.findings.assets.append(&mut files);
        self.findings.assets.push(model);
    }

    /// The header of a file of weights, which is called `path` here.
    fn weights(&mut self, path: &str, full: &Path) -> Option<Weights> {
        if !fs::symlink_metadata(full).is_ok_and(|data| data.is_file()) {
            self.skip(path, "no plain file");
            return None;
        }
        let (weights, unread) = weights::read(path, full);
        match unread {
            None => self.coverage.files_read += 1,
            Some(unread) => self.skip(path, unread.reason),
        }
        weights
    }
}

/// A plain file, which must not be larger than `bytes_max`.
fn bytes(full: &Path, bytes_max: u64) -> io::Result<Vec<u8>> {
    // Opening a pipe would wait for whoever writes to it.
    if !fs::symlink_metadata(full)?.is_file() {
        return Err(io::Error::other("no plain file"));
    }
    let mut bytes = Vec::new();
    File::open(full)?.take(bytes_max.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > bytes_max {
        return Err(io::Error::other(format!("more than {bytes_max} bytes")));
    }
    Ok(bytes)
}

/// Whether an error says that nothing is there.
fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

/// Whether a text can be the name that a store gives: parts of plain characters.
fn is_plain(name: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b':' | b'@');
    name.len() <= 256 && name.split('/').all(|part| !part.is_empty() && part.bytes().all(plain))
}

/// Why something was not read, and what to do.
fn unread(error: &io::Error) -> String {
    if error.kind() == io::ErrorKind::PermissionDenied {
        return "may not be read: run as its owner or as root".to_owned();
    }
    format!("cannot be read: {error}")
}
