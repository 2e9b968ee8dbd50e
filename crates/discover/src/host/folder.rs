//! Folders with files of weights → models.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use annex_isms::Value;

use super::Reader;
use crate::find::names::{self, HUB};
use crate::findings::Key;
use crate::walk::has_end;
use crate::weights::{self, Weights};

/// Ends of the names of files that are still being fetched: llama.cpp, LM Studio, the hub.
const UNFINISHED: [&str; 4] = [".downloadInProgress", ".part", ".incomplete", ".partial"];

/// Reads a folder. `published`: files lie in `org/name`, as the hub calls their model.
pub(super) fn read(reader: &mut Reader<'_>, folder: &Path, published: bool) {
    let files = files(reader, folder);
    let shown = format!("{}/", reader.shown(folder).trim_end_matches('/'));
    let (mut all, mut bytes) = (Vec::new(), BTreeMap::new());
    for full in files {
        let path = reader.shown(&full);
        bytes.insert(path.clone(), fs::metadata(&full).map_or(0, |data| data.len()));
        all.extend(reader.weights(&path, &full));
    }
    let known = |weights: &Weights| {
        let inner = weights.path.strip_prefix(&shown).filter(|_| published)?;
        let (id, file) = inner.rsplit_once('/')?;
        (names::is_hub_name(id) && !file.is_empty())
            .then(|| (Key::World(format!("{HUB}/{id}")), id.to_owned()))
    };
    let mut found = weights::findings(&all, &known);
    let mut sizes: BTreeMap<Key, u64> = BTreeMap::new();
    for finding in &found {
        let size = bytes.get(&finding.place.path).copied().unwrap_or_default();
        let sum = sizes.entry(finding.key.clone()).or_default();
        *sum = sum.saturating_add(size);
    }
    for finding in &mut found {
        let sum = sizes.get(&finding.key).copied().unwrap_or_default();
        finding.attributes.push(("stored_bytes", stored(sum)));
    }
    reader.findings.assets.append(&mut found);
}

/// A number of bytes as a value.
pub(super) fn stored(bytes: u64) -> Value {
    Value::Long(i64::try_from(bytes).unwrap_or(i64::MAX))
}

/// Files of weights below a folder, in order. Links are not followed.
fn files(reader: &mut Reader<'_>, folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut open = vec![(folder.to_owned(), 0)];
    while let Some((folder, depth)) = open.pop() {
        for entry in reader.entries(&folder) {
            let shown = reader.shown(&entry.path);
            let weights = weights::format_of(&entry.name).is_some();
            if entry.kind.is_dir() && depth >= reader.limits.depth_max {
                let reason = format!("lies deeper than {} folders", reader.limits.depth_max);
                reader.skip(format!("{shown}/"), reason);
            } else if entry.kind.is_dir() {
                open.push((entry.path, depth + 1));
            } else if entry.kind.is_symlink() && (weights || entry.path.is_dir()) {
                let reason =
                    "a link is not followed: give the folder that it leads to with --host-dir";
                reader.skip(shown, reason);
            } else if weights && entry.kind.is_file() {
                files.push(entry.path);
            } else if has_end(&entry.name, &UNFINISHED) {
                reader.leave(shown, "a download that was not finished");
            }
        }
    }
    files.sort();
    files
}
