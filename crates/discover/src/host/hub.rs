//! The cache of the Hugging Face hub → models and data sets.
//!
//! ```text
//!  models--org--name/
//!    refs/main                       the commit that `main` was
//!    snapshots/<commit>/file ──link─▶ blobs/<digest>
//!    blobs/<digest>.incomplete       what was not fetched to its end
//! ```
//!
//! Links are followed to the blobs of the same folder and nowhere else. The name of a blob of a
//! large file is its SHA-256.

use std::fs;
use std::path::{Path, PathBuf};

use annex_isms::{AssetKind, Value};

use super::{Reader, bytes, folder, is_absent, is_plain, unread};
use crate::find::names::{self, HUB, Named};
use crate::findings::{Finding, Key, Place};
use crate::weights::{self, Weights};

/// The longest name of a revision.
const REVISION_BYTES_MAX: u64 = 256;
/// How deep the files of a snapshot may lie.
const DEPTH_MAX: usize = 16;
const KINDS: [(&str, AssetKind); 2] =
    [("models--", AssetKind::Model), ("datasets--", AssetKind::Dataset)];

/// Reads a cache.
pub(super) fn read(reader: &mut Reader<'_>, cache: &Path) {
    for entry in reader.entries(cache) {
        let known =
            KINDS.iter().find_map(|(prefix, kind)| Some((entry.name.strip_prefix(prefix)?, *kind)));
        let Some((name, kind)) = known else { continue };
        // The hub allows no `--` in a name.
        let id = name.replacen("--", "/", 1);
        let shown = reader.shown(&entry.path);
        if !entry.kind.is_dir() {
            reader.skip(shown, "no folder: a link out of the cache is not followed");
        } else if !is_plain(&id) || id.contains("--") {
            reader.skip(shown, "its name is none that the hub gives");
        } else {
            repository(reader, &entry.path, &id, kind);
        }
    }
}

/// What is there of a repository.
#[derive(Default)]
struct Held {
    bytes: u64,
    unfinished: bool,
    weights: Vec<Weights>,
}

fn repository(reader: &mut Reader<'_>, path: &Path, id: &str, kind: AssetKind) {
    let revision = revision(reader, path);
    let mut held = Held::default();
    let blobs = reader.below(path, "blobs").map(|blobs| reader.entries(&blobs));
    for blob in blobs.into_iter().flatten() {
        held.bytes = held.bytes.saturating_add(size(&blob.path));
        held.unfinished |= blob.name.ends_with(".incomplete");
    }
    let snapshots = reader.below(path, "snapshots").map(|folder| reader.entries(&folder));
    let mut snapshots = snapshots.unwrap_or_default();
    snapshots.retain(|snapshot| snapshot.kind.is_dir());
    let snapshot = match &revision {
        Some(revision) => snapshots.iter().find(|snapshot| snapshot.name == *revision),
        None => snapshots.first().filter(|_| snapshots.len() == 1),
    };
    match snapshot {
        Some(snapshot) => files(reader, path, &snapshot.path, &mut held),
        None => held.unfinished |= revision.is_some() || snapshots.is_empty(),
    }
    let version = revision.or_else(|| snapshot.map(|snapshot| snapshot.name.clone()));

    let place = Place::whole(&reader.shown(path));
    let key = Key::World(format!("{HUB}/{id}"));
    let mut finding = if kind == AssetKind::Dataset {
        Finding::new(kind, key.clone(), id, place)
    } else {
        let named = Named { owner: HUB.to_owned(), name: id.to_owned() };
        names::finding(reader.index, &named, false, place)
    };
    if let Some(version) = version.filter(|version| is_commit(version)) {
        finding = finding.with("version", Value::Text(version));
    }
    finding = finding
        .with("stored_bytes", folder::stored(held.bytes))
        .with("download_complete", !held.unfinished);
    let found = weights::findings(&held.weights, &|_| Some((key.clone(), id.to_owned())));
    reader.keep(finding, if kind == AssetKind::Dataset { Vec::new() } else { found });
}

/// The commit that `main` was when it was fetched.
fn revision(reader: &mut Reader<'_>, path: &Path) -> Option<String> {
    let main = reader.below(path, "refs")?.join("main");
    match bytes(&main, REVISION_BYTES_MAX) {
        Ok(bytes) => {
            reader.coverage.files_read += 1;
            Some(String::from_utf8_lossy(&bytes).trim().to_owned())
        }
        Err(error) if is_absent(&error) => None,
        Err(error) => {
            reader.skip(reader.shown(&main), unread(&error));
            None
        }
    }
}

/// The weights of a snapshot, and whether a file of it is missing.
fn files(reader: &mut Reader<'_>, repository: &Path, snapshot: &Path, held: &mut Held) {
    let mut open = vec![(snapshot.to_owned(), 0)];
    while let Some((folder, depth)) = open.pop() {
        for entry in reader.entries(&folder) {
            if entry.kind.is_dir() {
                if depth < DEPTH_MAX {
                    open.push((entry.path, depth + 1));
                } else {
                    let reason = format!("lies deeper than {DEPTH_MAX} folders");
                    reader.skip(reader.shown(&entry.path), reason);
                }
                continue;
            }
            let shown = reader.shown(&entry.path);
            let full = match blob(repository, &entry.path) {
                Ok(Some(full)) => full,
                Ok(None) => {
                    reader.skip(shown, "a link out of its own folder is not followed");
                    continue;
                }
                Err(error) if is_absent(&error) => {
                    held.unfinished = true;
                    continue;
                }
                Err(error) => {
                    reader.skip(shown, unread(&error));
                    continue;
                }
            };
            // Where links cannot be made the files lie here themselves.
            if entry.kind.is_file() {
                held.bytes = held.bytes.saturating_add(size(&full));
            }
            if weights::format_of(&entry.name).is_some()
                && let Some(mut weights) = reader.weights(&shown, &full)
            {
                let name = full.file_name().map(|name| name.to_string_lossy().into_owned());
                let digest = name.filter(|_| weights.digest.is_none() && entry.kind.is_symlink());
                let digest = digest.filter(|name| is_hex(name, 64));
                weights.digest = weights.digest.or(digest.map(|hex| format!("sha256:{hex}")));
                held.weights.push(weights);
            }
        }
    }
}

/// The file that an entry of a snapshot is; `None` where it lies outside of the repository.
fn blob(repository: &Path, entry: &Path) -> std::io::Result<Option<PathBuf>> {
    let full = entry.canonicalize()?;
    Ok(full.starts_with(repository).then_some(full))
}

fn size(path: &Path) -> u64 {
    fs::symlink_metadata(path).map_or(0, |data| if data.is_file() { data.len() } else { 0 })
}

fn is_commit(text: &str) -> bool {
    is_hex(text, 40)
}

fn is_hex(text: &str, digits: usize) -> bool {
    text.len() == digits && text.bytes().all(|b| b.is_ascii_hexdigit())
}
