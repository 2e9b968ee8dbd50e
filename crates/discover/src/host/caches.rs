//! Where programs keep the models that they fetched: below the homes of the machine's users, where
//! variables of the environment say, and in the folders that were given.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::{Reader, bytes, folder, hub, is_absent, ollama, unread};

/// How a folder is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Layout {
    /// The cache of the hub: `models--org--name`.
    Hub,
    /// The store of Ollama: `manifests`, `blobs`.
    Ollama,
    /// `org/name/file`, as the hub calls it.
    Published,
    /// Files of weights, wherever they lie.
    Files,
}

/// Below a home, as the programs document it: `huggingface_hub`, Ollama, LM Studio (new and old),
/// llama.cpp (Linux and macOS).
const HOMES: [(&str, Layout); 6] = [
    (".cache/huggingface/hub", Layout::Hub),
    (".ollama/models", Layout::Ollama),
    (".lmstudio/models", Layout::Published),
    (".cache/lm-studio/models", Layout::Published),
    (".cache/llama.cpp", Layout::Files),
    ("Library/Caches/llama.cpp", Layout::Files),
];

/// Variables that name a folder, and what lies below it.
const VARIABLES: [(&str, &str, Layout); 7] = [
    ("HF_HUB_CACHE", "", Layout::Hub),
    ("HUGGINGFACE_HUB_CACHE", "", Layout::Hub),
    ("HF_HOME", "hub", Layout::Hub),
    ("XDG_CACHE_HOME", "huggingface/hub", Layout::Hub),
    ("XDG_CACHE_HOME", "llama.cpp", Layout::Files),
    ("LLAMA_CACHE", "", Layout::Files),
    ("OLLAMA_MODELS", "", Layout::Ollama),
];

/// Where Ollama's service for Linux keeps its models.
const SERVICE: &str = "/usr/share/ollama/.ollama/models";
/// The largest list of users.
const USERS_BYTES_MAX: u64 = 4 << 20;

/// Reads every cache that is there.
pub(super) fn find(reader: &mut Reader<'_>) {
    let mut places: Vec<(PathBuf, Layout)> = Vec::new();
    for (variable, below, layout) in VARIABLES {
        if let Some(folder) = (reader.host.environment)(variable) {
            places.push((expanded(reader, &folder).join(below), layout));
        }
    }
    places.push((PathBuf::from(SERVICE), Layout::Ollama));
    let mut seen = BTreeSet::new();
    for (path, layout) in places {
        match opened(reader, &path) {
            Ok(full) => read(reader, &full, layout, &mut seen),
            Err(error) if is_absent(&error) => {}
            Err(error) => reader.skip(path.to_string_lossy(), unread(&error)),
        }
    }
    for home in homes(reader) {
        let mut closed = None;
        for (below, layout) in HOMES {
            match opened(reader, &home.join(below)) {
                Ok(full) => read(reader, &full, layout, &mut seen),
                Err(error) if is_absent(&error) => {}
                Err(error) => closed = Some(error),
            }
        }
        if let Some(error) = closed {
            let reason = format!("caches below it: {}", unread(&error));
            reader.skip(home.to_string_lossy(), reason);
        }
    }
    for path in &reader.host.folders {
        match opened(reader, path) {
            Ok(full) => {
                let layout = layout(&full);
                read(reader, &full, layout, &mut seen);
            }
            Err(error) => reader.skip(path.to_string_lossy(), unread(&error)),
        }
    }
}

fn read(reader: &mut Reader<'_>, full: &Path, layout: Layout, seen: &mut BTreeSet<PathBuf>) {
    if !seen.insert(full.to_owned()) {
        return;
    }
    match layout {
        Layout::Hub => hub::read(reader, full),
        Layout::Ollama => ollama::read(reader, full),
        Layout::Published => folder::read(reader, full, true),
        Layout::Files => folder::read(reader, full, false),
    }
}

/// A folder of the machine without links. One that leads out of what is looked at is none.
fn opened(reader: &Reader<'_>, path: &Path) -> io::Result<PathBuf> {
    let full = reader.at(path).canonicalize()?;
    if !full.starts_with(&reader.root) {
        return Err(io::Error::other("a link leads out of what is looked at"));
    }
    fs::read_dir(&full).map(|_| full)
}

/// How a given folder is laid out, by what it holds.
fn layout(full: &Path) -> Layout {
    if full.join("manifests").is_dir() && full.join("blobs").is_dir() {
        return Layout::Ollama;
    }
    let listed = fs::read_dir(full).into_iter().flatten().take(1000);
    let hub = listed.filter_map(Result::ok).any(|entry| {
        let name = entry.file_name().to_string_lossy().into_owned();
        name.starts_with("models--") || name.starts_with("datasets--")
    });
    if hub { Layout::Hub } else { Layout::Files }
}

/// The value of a variable as a path: `~` is the home, and what is relative begins here.
fn expanded(reader: &Reader<'_>, value: &str) -> PathBuf {
    let home = (reader.host.environment)("HOME");
    match (value.strip_prefix('~'), home) {
        (Some(rest), Some(home)) => Path::new(&home).join(rest.trim_start_matches('/')),
        _ => std::path::absolute(value).unwrap_or_else(|_| PathBuf::from(value)),
    }
}

/// The homes of the machine's users, and one's own.
fn homes(reader: &mut Reader<'_>) -> BTreeSet<PathBuf> {
    let variables = ["HOME", "USERPROFILE"].into_iter();
    let mut all: BTreeSet<PathBuf> =
        variables.filter_map(|name| (reader.host.environment)(name)).map(PathBuf::from).collect();
    let users = reader.at("/etc/passwd");
    match bytes(&users, USERS_BYTES_MAX) {
        Ok(bytes) => {
            let text = String::from_utf8_lossy(&bytes).into_owned();
            // `name:password:user:group:words:home:shell`
            let homes = text.lines().filter_map(|line| line.split(':').nth(5));
            all.extend(homes.map(PathBuf::from));
        }
        Err(error) if is_absent(&error) => {}
        Err(error) => {
            let reason = format!("{}; homes of other users are not known", unread(&error));
            reader.skip(reader.shown(&users), reason);
        }
    }
    all.retain(|home| home.has_root() && home != Path::new("/"));
    all
}
