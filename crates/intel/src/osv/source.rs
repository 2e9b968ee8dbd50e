//! Where records come from: a folder of JSON files, one JSON file, JSON lines (also compressed),
//! and archives as the per-ecosystem `all.zip` of OSV.
//!
//! Records are handed on one by one; no source is held in memory as a whole. Archives are read,
//! never unpacked: names of members are only shown. Links are not followed.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read, Seek as _};
use std::path::Path;

use annex_isms::Digest;
use flate2::read::MultiGzDecoder;
use sha2::{Digest as _, Sha256};

use crate::Limits;

/// A source that could not be opened, or is of no known sort.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// The file or folder cannot be read.
    #[error("cannot read the advisories at {path}")]
    Io {
        /// The source.
        path: String,
        /// The cause.
        #[source]
        source: io::Error,
    },
    /// The name does not say what it is.
    #[error(
        "{path} is no source of advisories; expected a folder, .json, .jsonl, .jsonl.gz, .zip, .tar.gz or .tgz"
    )]
    Kind {
        /// The source.
        path: String,
    },
    /// A source was added after the limit of records was reached.
    #[error("more than {records_max} advisories (records_max) at {path}: import fewer sources")]
    Full {
        /// The source.
        path: String,
        /// The limit.
        records_max: usize,
    },
}

/// What a source holds: the bytes of a record, or why a record could not be read.
pub(super) type Item<'a> = Result<&'a [u8], String>;

/// Takes each item with its place; `false` ends the reading.
pub(crate) type Take<'t> = &'t mut dyn FnMut(&str, Item<'_>) -> bool;

/// Reads every record of a source and returns the digest of its bytes; of a folder, of its files.
pub(crate) fn read(path: &Path, limits: &Limits, take: Take<'_>) -> Result<Digest, SourceError> {
    let shown = path.display().to_string();
    let failed = |source| SourceError::Io { path: shown.clone(), source };
    let metadata = fs::metadata(path).map_err(failed)?;
    if metadata.is_dir() {
        return Folder { root: path, limits, take, parts: Vec::new() }.read().map_err(failed);
    }
    let name = path.file_name().map(|name| name.to_string_lossy().to_lowercase());
    let kind = name.as_deref().and_then(Kind::of);
    let kind = kind.ok_or_else(|| SourceError::Kind { path: shown.clone() })?;
    let place = path.file_name().map_or(shown.clone(), |name| name.to_string_lossy().into_owned());
    file(path, kind, &place, limits, take).map_err(failed)
}

#[derive(Clone, Copy)]
enum Kind {
    Json,
    Lines,
    LinesGz,
    Zip,
    TarGz,
}

impl Kind {
    fn of(name: &str) -> Option<Self> {
        /// Ends of names; longer ones first.
        const ENDS: [(&str, Kind); 8] = [
            (".jsonl.gz", Kind::LinesGz),
            (".ndjson.gz", Kind::LinesGz),
            (".tar.gz", Kind::TarGz),
            (".tgz", Kind::TarGz),
            (".jsonl", Kind::Lines),
            (".ndjson", Kind::Lines),
            (".json", Kind::Json),
            (".zip", Kind::Zip),
        ];
        ENDS.iter().find(|(end, _)| name.ends_with(end)).map(|(_, kind)| *kind)
    }
}

fn file(
    path: &Path,
    kind: Kind,
    place: &str,
    limits: &Limits,
    take: Take<'_>,
) -> io::Result<Digest> {
    let mut file = File::open(path)?;
    let digest = digest(&mut file)?;
    file.rewind()?;
    match kind {
        Kind::Json => {
            member(place, &mut file, limits, take);
        }
        Kind::Lines => {
            let plain = BufReader::new(file.take(limits.unpacked_bytes_max));
            lines(place, plain, limits, take);
        }
        Kind::LinesGz => {
            let unpacked = MultiGzDecoder::new(BufReader::new(file));
            lines(place, BufReader::new(unpacked.take(limits.unpacked_bytes_max)), limits, take);
        }
        Kind::Zip => zip(place, BufReader::new(file), limits, take),
        Kind::TarGz => tar(place, MultiGzDecoder::new(BufReader::new(file)), limits, take),
    }
    Ok(digest)
}

fn digest(file: &mut File) -> io::Result<Digest> {
    let mut hasher = Sha256::new();
    io::copy(file, &mut hasher)?;
    Ok(Digest::from_bytes(hasher.finalize().into()))
}

/// Reads one record from a reader of its own; `false` ends the source.
fn member(place: &str, reader: &mut dyn Read, limits: &Limits, take: Take<'_>) -> bool {
    let mut bytes = Vec::new();
    let read = reader.take(limits.record_bytes_max.saturating_add(1)).read_to_end(&mut bytes);
    match read {
        Err(error) => take(place, Err(format!("cannot be read: {error}"))),
        Ok(_) if bytes.len() as u64 > limits.record_bytes_max => take(place, Err(too_long(limits))),
        Ok(_) => take(place, Ok(&bytes)),
    }
}

fn too_long(limits: &Limits) -> String {
    format!("has more than {} bytes (record_bytes_max)", limits.record_bytes_max)
}

fn lines(place: &str, mut reader: impl BufRead, limits: &Limits, take: Take<'_>) {
    let mut bytes = Vec::new();
    let (mut number, mut total) = (0_u64, 0_u64);
    loop {
        number = number.saturating_add(1);
        let at = format!("{place}:{number}");
        bytes.clear();
        let mut line = (&mut reader).take(limits.record_bytes_max.saturating_add(1));
        let read = match line.read_until(b'\n', &mut bytes) {
            Ok(0) => {
                if total >= limits.unpacked_bytes_max {
                    let max = limits.unpacked_bytes_max;
                    take(&at, Err(format!("not read: more than {max} bytes (unpacked_bytes_max)")));
                }
                return;
            }
            Ok(read) => read as u64,
            Err(error) => {
                take(&at, Err(format!("cannot be read, and nothing after it: {error}")));
                return;
            }
        };
        total = total.saturating_add(read);
        let long = read > limits.record_bytes_max && !bytes.ends_with(b"\n");
        let on = if long {
            total = total.saturating_add(skip_line(&mut reader));
            take(&at, Err(too_long(limits)))
        } else if bytes.trim_ascii().is_empty() {
            true
        } else {
            take(&at, Ok(bytes.trim_ascii()))
        };
        if !on {
            return;
        }
    }
}

/// Passes over the rest of a line and says how long it was; a failure shows at the next line.
fn skip_line(reader: &mut impl BufRead) -> u64 {
    let mut skipped = 0_u64;
    loop {
        let Ok(buffer) = reader.fill_buf() else { return skipped };
        if buffer.is_empty() {
            return skipped;
        }
        let end = buffer.iter().position(|byte| *byte == b'\n');
        let length = end.map_or(buffer.len(), |at| at + 1);
        reader.consume(length);
        skipped = skipped.saturating_add(length as u64);
        if end.is_some() {
            return skipped;
        }
    }
}

fn zip(place: &str, reader: impl Read + io::Seek, limits: &Limits, take: Take<'_>) {
    let mut archive = match zip::ZipArchive::new(reader) {
        Ok(archive) => archive,
        Err(error) => {
            take(place, Err(format!("is no zip archive that can be read: {error}")));
            return;
        }
    };
    let mut unpacked = 0_u64;
    for index in 0..archive.len() {
        if index >= limits.members_max {
            let max = limits.members_max;
            take(
                place,
                Err(format!("has more than {max} members (members_max): the rest is not read")),
            );
            return;
        }
        let mut entry = match archive.by_index(index) {
            Ok(entry) => entry,
            Err(error) => {
                if !take(&format!("{place}!#{index}"), Err(format!("cannot be read: {error}"))) {
                    return;
                }
                continue;
            }
        };
        let name = entry.name().map_or_else(|_| format!("#{index}"), std::borrow::Cow::into_owned);
        if entry.is_dir() || !name.to_lowercase().ends_with(".json") {
            continue;
        }
        let at = format!("{place}!{name}");
        let mut counted = Counted { inner: &mut entry, bytes: 0 };
        let on = member(&at, &mut counted, limits, take);
        unpacked = unpacked.saturating_add(counted.bytes);
        if !on || over(unpacked, place, limits, take) {
            return;
        }
    }
}

fn tar(place: &str, reader: impl Read, limits: &Limits, take: Take<'_>) {
    // What is passed over between members is unpacked too, so the whole stream is counted.
    let max = limits.unpacked_bytes_max;
    let mut archive = tar::Archive::new(reader.take(max));
    let broken = |error: &io::Error| {
        format!(
            "cannot be read, and nothing after it: {error} (at most {max} bytes are unpacked, unpacked_bytes_max)"
        )
    };
    let entries = match archive.entries() {
        Ok(entries) => entries,
        Err(error) => {
            take(place, Err(broken(&error)));
            return;
        }
    };
    for (index, entry) in entries.enumerate() {
        if index >= limits.members_max {
            let max = limits.members_max;
            take(
                place,
                Err(format!("has more than {max} members (members_max): the rest is not read")),
            );
            return;
        }
        let mut entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                take(&format!("{place}!#{index}"), Err(broken(&error)));
                return;
            }
        };
        let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        if !entry.header().entry_type().is_file() || !name.to_lowercase().ends_with(".json") {
            continue;
        }
        if !member(&format!("{place}!{name}"), &mut entry, limits, take) {
            return;
        }
    }
}

fn over(unpacked: u64, place: &str, limits: &Limits, take: Take<'_>) -> bool {
    let over = unpacked > limits.unpacked_bytes_max;
    if over {
        let max = limits.unpacked_bytes_max;
        take(
            place,
            Err(format!(
                "unpacks to more than {max} bytes (unpacked_bytes_max): the rest is not read"
            )),
        );
    }
    over
}

struct Counted<R> {
    inner: R,
    bytes: u64,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.bytes = self.bytes.saturating_add(read as u64);
        Ok(read)
    }
}

struct Folder<'a> {
    root: &'a Path,
    limits: &'a Limits,
    take: Take<'a>,
    /// Names and digests of the files that were read.
    parts: Vec<String>,
}

impl Folder<'_> {
    fn read(mut self) -> io::Result<Digest> {
        // The folder itself must be readable; what is below may fail and is named.
        fs::read_dir(self.root)?;
        let mut open = vec![(self.root.to_path_buf(), 0)];
        while let Some((folder, depth)) = open.pop() {
            let mut entries =
                match fs::read_dir(&folder).and_then(Iterator::collect::<Result<Vec<_>, _>>) {
                    Ok(entries) => entries,
                    Err(error) => {
                        let place = self.place(&folder);
                        (self.take)(&place, Err(format!("cannot be read: {error}")));
                        continue;
                    }
                };
            entries.sort_by_key(fs::DirEntry::file_name);
            for entry in entries {
                if self.parts.len() / 2 >= self.limits.members_max {
                    let max = self.limits.members_max;
                    let why =
                        format!("has more than {max} files (members_max): the rest is not read");
                    (self.take)(&self.root.display().to_string(), Err(why));
                    return Ok(self.digest());
                }
                let path = entry.path();
                let sort = entry.file_type()?;
                let name = entry.file_name().to_string_lossy().to_lowercase();
                if name.starts_with('.') {
                    continue;
                }
                let place = self.place(&path);
                if sort.is_dir() && depth >= self.limits.folder_depth_max {
                    let max = self.limits.folder_depth_max;
                    (self.take)(
                        &place,
                        Err(format!("lies deeper than {max} folders (folder_depth_max)")),
                    );
                } else if sort.is_dir() {
                    open.push((path, depth + 1));
                } else if let Some(kind) = Kind::of(&name) {
                    self.file(&path, sort.is_file(), kind, &place);
                }
            }
        }
        Ok(self.digest())
    }

    fn file(&mut self, path: &Path, plain: bool, kind: Kind, place: &str) {
        if !plain {
            (self.take)(place, Err("is no plain file; links are not followed".to_owned()));
            return;
        }
        match file(path, kind, place, self.limits, self.take) {
            Ok(digest) => self.parts.extend([place.to_owned(), digest.to_string()]),
            Err(error) => {
                (self.take)(place, Err(format!("cannot be read: {error}")));
            }
        }
    }

    fn place(&self, path: &Path) -> String {
        path.strip_prefix(self.root).unwrap_or(path).display().to_string()
    }

    fn digest(&self) -> Digest {
        Digest::of_parts(self.parts.iter().map(String::as_str))
    }
}
