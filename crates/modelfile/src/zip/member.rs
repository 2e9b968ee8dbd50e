//! One member: read as a loader reads it, whatever its flags and checksum say.

use std::io::{self, Read};

use super::directory::{self, Entry};
use crate::bytes::Window;
use crate::detect::Kind;
use crate::packed::{self, WindowRead};
use crate::report::Verdict;
use crate::rules;
use crate::scan::{Halt, Scan, Step};
use crate::{dispatch, paths, pickle};

const STORED: u16 = 0;
const DEFLATED: u16 = 8;
const BZIP2: u16 = 12;
const LZMA: u16 = 14;
const ZSTD: u16 = 93;
const XZ: u16 = 95;

const ENCRYPTED: u16 = 1;
const SIZES_FOLLOW: u16 = 8;

/// Reads a member that a directory lists; gives where its data ends.
pub(super) fn scan(window: Window<'_>, entry: &Entry, raw: bool, scan: &mut Scan<'_>) -> Step<u64> {
    shape(entry, scan);
    let (local, data) = directory::local(window, entry.local)?;
    disagreements(entry, &local, scan);
    let end = data.saturating_add(entry.packed);
    if end > window.len() {
        let words = format!("{} bytes of a member", entry.packed);
        scan.halted(Halt::ends(window.len(), words));
    }
    if entry.name.ends_with('/') && entry.size == 0 {
        return Ok(end);
    }
    let bytes = window.part(data, entry.packed);
    if entry.is_link() {
        link(bytes, entry, scan);
        return Ok(end);
    }
    if entry.flags & ENCRYPTED == 0 {
        content(bytes, entry, raw, scan);
    } else {
        encrypted(bytes, entry, raw, scan);
    }
    if local.method != entry.method && local.method <= DEFLATED {
        let other = Entry { method: local.method, ..entry.clone() };
        also(bytes, &other, scan);
    }
    Ok(end)
}

/// What name and mode say.
fn shape(entry: &Entry, scan: &mut Scan<'_>) {
    if paths::escapes(&entry.name) {
        scan.find(&rules::PATH_ESCAPES, entry.local, "its name leads out of the folder");
    }
}

/// A link has the path that it leads to as its content. A program that makes no links of members
/// takes the same bytes for a file, so they are read as one too.
fn link(bytes: Window<'_>, entry: &Entry, scan: &mut Scan<'_>) {
    const TARGET_BYTES_MAX: usize = 4096;
    let target = bytes.some(0, TARGET_BYTES_MAX).unwrap_or_default();
    let target = String::from_utf8_lossy(&target);
    let folder = entry.name.rsplit_once('/').map_or("", |(folder, _)| folder);
    let out = entry.method == STORED
        && (target.starts_with('/')
            || paths::escapes(format!("{folder}/{target}").trim_start_matches('/')));
    let rule = if out { &rules::PATH_ESCAPES } else { &rules::MEMBER_LINK };
    let words = format!("a link to `{}`", crate::scan::printable(&target));
    scan.find(rule, entry.local, words);
    also(bytes, entry, scan);
}

fn disagreements(entry: &Entry, local: &Entry, scan: &mut Scan<'_>) {
    let known = local.flags & SIZES_FOLLOW == 0;
    let what = if local.name != entry.name {
        "names"
    } else if local.method != entry.method {
        "compressions"
    } else if (local.flags ^ entry.flags) & ENCRYPTED != 0 {
        "flags"
    } else if known && (local.packed != entry.packed || local.size != entry.size) {
        "sizes"
    } else if known && local.crc != entry.crc {
        "checksums"
    } else {
        return;
    };
    let words = format!("directory and local header have different {what}");
    scan.find(&rules::HEADERS_DISAGREE, entry.local, words);
}

/// The flag says encrypted. A loader that does not look reads on, so the bytes are tried.
fn encrypted(bytes: Window<'_>, entry: &Entry, raw: bool, scan: &mut Scan<'_>) {
    let plain = scan.attempt(|scan| {
        let before = scan.findings.len();
        content(bytes, entry, raw, scan);
        let found = scan.findings.get(before..).unwrap_or_default();
        found.iter().any(|finding| finding.verdict == Verdict::Malicious)
            || !found.iter().any(|finding| {
                finding.code == rules::CRC_TRICK.code || finding.verdict == Verdict::Unreadable
            })
    });
    if plain {
        let words = "marked as encrypted, but it reads without a password";
        scan.find(&rules::FLAG_TRICK, entry.local, words);
    } else {
        scan.find(&rules::ENCRYPTED, entry.local, "cannot be read without its password");
    }
}

/// The same bytes read in another way count only when that is dangerous.
fn also(bytes: Window<'_>, entry: &Entry, scan: &mut Scan<'_>) {
    let found = scan.attempt(|scan| {
        let before = scan.findings.len();
        content(bytes, entry, false, scan);
        let found = scan.findings.get(before..).unwrap_or_default();
        found.iter().any(|finding| finding.verdict == Verdict::Malicious)
    });
    if found {
        let words = "reads well with another compression than its header says";
        scan.find(&rules::METHOD_TRICK, entry.local, words);
    }
}

fn content(bytes: Window<'_>, entry: &Entry, raw: bool, scan: &mut Scan<'_>) {
    if let Err(halt) = read(bytes, entry, raw, scan) {
        let broken = halt.rule.code == rules::MALFORMED.code;
        scan.halted(halt);
        if broken && entry.method != STORED {
            also(bytes, &Entry { method: STORED, ..entry.clone() }, scan);
        }
    }
}

fn read(bytes: Window<'_>, entry: &Entry, raw: bool, scan: &mut Scan<'_>) -> Step<()> {
    let name = entry.name.as_str();
    if entry.method == STORED {
        if raw {
            pickle::nested::guess(name, bytes, scan);
        } else {
            dispatch::part(name, bytes, scan);
        }
        return checked(Summed::new(WindowRead::new(bytes)), entry, scan);
    }
    let source = WindowRead::new(bytes);
    let fault = |error: io::Error| Halt::io(entry.local, &error);
    let inflated = match entry.method {
        DEFLATED => packed::deflate(source, bytes.len(), scan),
        BZIP2 => packed::inflate(Kind::Bzip2, source, bytes.len(), scan).map_err(fault)?,
        ZSTD => packed::inflate(Kind::Zstd, source, bytes.len(), scan).map_err(fault)?,
        XZ => packed::inflate(Kind::Xz, source, bytes.len(), scan).map_err(fault)?,
        LZMA => {
            // Version and length of the properties, then the properties without the size.
            let head = bytes.exact(0, 9)?;
            let size = entry.size.to_le_bytes();
            let start: Vec<u8> = head[4..9].iter().chain(&size).copied().collect();
            let source = io::Cursor::new(start).chain(WindowRead::new(bytes.from(9)));
            packed::inflate(Kind::Lzma, source, bytes.len(), scan).map_err(fault)?
        }
        method => {
            let words = format!("compression method {method} is not known");
            also(bytes, &Entry { method: STORED, ..entry.clone() }, scan);
            also(bytes, &Entry { method: DEFLATED, ..entry.clone() }, scan);
            return Err(Halt { rule: &rules::FORMAT_UNREAD, offset: entry.local, reason: words });
        }
    };
    let mut summed = Summed::new(inflated);
    if raw {
        let mut held = Vec::new();
        let most = scan.limits.held_bytes_max as u64;
        let read = (&mut summed).take(most).read_to_end(&mut held);
        read.map_err(|error| Halt::io(entry.local, &error))?;
        pickle::nested::guess(name, Window::new(&held.as_slice()), scan);
    } else {
        dispatch::read(name, &mut summed, scan);
    }
    checked(summed, entry, scan)
}

/// Reads what is left and compares length and checksum.
fn checked<R: Read>(mut summed: Summed<R>, entry: &Entry, scan: &mut Scan<'_>) -> Step<()> {
    let mut buffer = vec![0; 64 << 10];
    loop {
        match summed.read(&mut buffer) {
            Ok(0) => break,
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(Halt::io(entry.local, &error)),
        }
    }
    if summed.bytes != entry.size {
        let words = format!("announces {} bytes and has {}", entry.size, summed.bytes);
        scan.find(&rules::HEADERS_DISAGREE, entry.local, words);
    } else if summed.crc.finalize() != entry.crc {
        let words = "the checksum of the member is not that of its bytes";
        scan.find(&rules::CRC_TRICK, entry.local, words);
    }
    Ok(())
}

struct Summed<R> {
    read: R,
    crc: crc32fast::Hasher,
    bytes: u64,
}

impl<R: Read> Summed<R> {
    fn new(read: R) -> Self {
        Self { read, crc: crc32fast::Hasher::new(), bytes: 0 }
    }
}

impl<R: Read> Read for Summed<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let count = self.read.read(out)?;
        self.crc.update(&out[..count]);
        self.bytes += count as u64;
        Ok(count)
    }
}
