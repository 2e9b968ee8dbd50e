//! The directory of an archive: which members it lists, and where there is a second one.

use crate::bytes::Window;
use crate::scan::{Halt, Step};

/// A member as a header describes it.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) name: String,
    pub(super) flags: u16,
    pub(super) method: u16,
    pub(super) crc: u32,
    pub(super) packed: u64,
    pub(super) size: u64,
    /// Where its local header is, in the window.
    pub(super) local: u64,
    /// The Unix mode, where one is given.
    pub(super) mode: u32,
}

impl Entry {
    /// Whether the mode is that of a symbolic link.
    pub(super) fn is_link(&self) -> bool {
        self.mode & 0o170_000 == 0o120_000
    }
}

/// A directory and where it lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Directory {
    pub(super) at: u64,
    pub(super) bytes: u64,
    pub(super) entries: u64,
    /// What offsets inside of it are counted from.
    pub(super) base: u64,
    /// Where the record of its end is, and where that ends with its comment.
    pub(super) end_at: u64,
    pub(super) end: u64,
}

const END: [u8; 4] = *b"PK\x05\x06";
pub(super) const END_BYTES: usize = 22;
const COMMENT_BYTES_MAX: u64 = 65_535;

pub(super) fn u16_at(bytes: &[u8], at: usize) -> u16 {
    bytes.get(at..).and_then(|b| b.first_chunk()).map_or(0, |b| u16::from_le_bytes(*b))
}

pub(super) fn u32_at(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..).and_then(|b| b.first_chunk()).map_or(0, |b| u32::from_le_bytes(*b))
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    bytes.get(at..).and_then(|b| b.first_chunk()).map_or(0, |b| u64::from_le_bytes(*b))
}

/// Every directory that a reader could take, the one that most take first.
pub(super) fn find(window: Window<'_>) -> Step<Vec<Directory>> {
    let tail_bytes = window.len().min(COMMENT_BYTES_MAX + END_BYTES as u64 + 128);
    let from = window.len() - tail_bytes;
    let tail = window.some(from, usize::try_from(tail_bytes).unwrap_or(0))?;
    let mut found: Vec<Directory> = Vec::new();
    for at in memchr::memmem::rfind_iter(&tail, &END).take(64) {
        for directory in directories(window, from + at as u64, &tail[at..])? {
            if !found.iter().any(|other| other.at == directory.at && other.base == directory.base) {
                found.push(directory);
            }
        }
    }
    Ok(found)
}

/// The directories that one end record can mean: where it points, and what lies before it.
fn directories(window: Window<'_>, end_at: u64, record: &[u8]) -> Step<Vec<Directory>> {
    if record.len() < END_BYTES {
        return Ok(Vec::new());
    }
    let end = end_at + END_BYTES as u64 + u64::from(u16_at(record, 20));
    let mut entries = u64::from(u16_at(record, 10));
    let mut bytes = u64::from(u32_at(record, 12));
    let mut offset = u64::from(u32_at(record, 16));
    let mut before = end_at;
    let locator = end_at.checked_sub(20).map(|at| window.some(at, 20)).transpose()?;
    if let Some(locator) = locator.filter(|bytes| bytes.starts_with(b"PK\x06\x07")) {
        let at = u64_at(&locator, 8);
        let near = end_at.saturating_sub(20 + 56);
        for at in [at, near] {
            let wide = window.some(at, 56)?;
            if wide.starts_with(b"PK\x06\x06") && wide.len() == 56 {
                entries = u64_at(&wide, 32);
                bytes = u64_at(&wide, 40);
                offset = u64_at(&wide, 48);
                before = at;
                break;
            }
        }
    }
    let mut found = Vec::new();
    let adjacent = before.checked_sub(bytes);
    for at in [Some(offset), adjacent].into_iter().flatten() {
        let starts = if bytes == 0 {
            at <= end_at
        } else {
            window.some(at, 4)? == *b"PK\x01\x02"
                && at.checked_add(bytes).is_some_and(|e| e <= end_at)
        };
        let base = at.saturating_sub(offset);
        if starts && !found.iter().any(|other: &Directory| other.at == at) {
            found.push(Directory { at, bytes, entries, base, end_at, end });
        }
    }
    Ok(found)
}

/// The members that a directory lists, and a fault where it breaks off.
pub(super) fn entries(
    window: Window<'_>,
    directory: Directory,
    members_max: usize,
) -> (Vec<Entry>, Option<Halt>) {
    let mut found = Vec::new();
    let mut at = directory.at;
    let end = directory.at.saturating_add(directory.bytes).min(directory.end_at);
    while at < end {
        if found.len() >= members_max {
            let words = format!("an archive of more than {members_max} members");
            return (found, Some(Halt::limit(at, words)));
        }
        match entry(window, at, directory.base) {
            Ok((entry, next)) => {
                found.push(entry);
                at = next;
            }
            Err(halt) => return (found, Some(halt)),
        }
    }
    let fault = (found.len() as u64 != directory.entries).then(|| {
        let words = format!(
            "the directory announces {} members and lists {}",
            directory.entries,
            found.len()
        );
        Halt { rule: &crate::rules::HEADERS_DISAGREE, offset: directory.end_at, reason: words }
    });
    (found, fault)
}

/// Where the bytes of members lie that are not compressed.
pub(super) fn stored(
    window: Window<'_>,
    directory: Directory,
    members_max: usize,
) -> Vec<(u64, u64)> {
    let (entries, _) = entries(window, directory, members_max);
    let stored = entries.into_iter().filter(|entry| entry.method == 0);
    stored
        .filter_map(|entry| {
            let (_, data) = local(window, entry.local).ok()?;
            Some((data, data.saturating_add(entry.packed)))
        })
        .collect()
}

fn entry(window: Window<'_>, at: u64, base: u64) -> Step<(Entry, u64)> {
    let header = window.exact(at, 46)?;
    if !header.starts_with(b"PK\x01\x02") {
        return Err(Halt::malformed(at, "an entry of the directory does not begin as one"));
    }
    let (name_bytes, extra_bytes) = (u16_at(&header, 28), u16_at(&header, 30));
    let name = window.exact(at + 46, usize::from(name_bytes))?;
    let extra = window.exact(at + 46 + u64::from(name_bytes), usize::from(extra_bytes))?;
    let (mut packed, mut size) = (u64::from(u32_at(&header, 20)), u64::from(u32_at(&header, 24)));
    let mut local = u64::from(u32_at(&header, 42));
    wide(&extra, [&mut size, &mut packed, &mut local]);
    let next =
        at + 46 + u64::from(name_bytes) + u64::from(extra_bytes) + u64::from(u16_at(&header, 32));
    let entry = Entry {
        name: String::from_utf8_lossy(&name).into_owned(),
        flags: u16_at(&header, 8),
        method: u16_at(&header, 10),
        crc: u32_at(&header, 16),
        packed,
        size,
        local: local.saturating_add(base),
        // The system that made the archive may be any: programs take the mode as it stands.
        mode: u32_at(&header, 38) >> 16,
    };
    Ok((entry, next))
}

/// Sizes of eight bytes stand in an extra field, for those that are all ones.
fn wide(extra: &[u8], values: [&mut u64; 3]) {
    let mut rest = extra;
    while rest.len() >= 4 {
        let (id, length) = (u16_at(rest, 0), usize::from(u16_at(rest, 2)));
        let body = rest.get(4..4 + length).unwrap_or_default();
        if id == 1 {
            let mut at = 0;
            for value in values {
                if *value == u64::from(u32::MAX) && at + 8 <= body.len() {
                    *value = u64_at(body, at);
                    at += 8;
                }
            }
            return;
        }
        rest = rest.get(4 + length..).unwrap_or_default();
    }
}

/// The local header at `at`: what it says, and where its data begins.
pub(super) fn local(window: Window<'_>, at: u64) -> Step<(Entry, u64)> {
    let header = window.exact(at, 30)?;
    if !header.starts_with(b"PK\x03\x04") {
        return Err(Halt::malformed(at, "there is no member where the directory says"));
    }
    let (name_bytes, extra_bytes) = (u16_at(&header, 26), u16_at(&header, 28));
    let name = window.exact(at + 30, usize::from(name_bytes))?;
    let extra = window.some(at + 30 + u64::from(name_bytes), usize::from(extra_bytes))?;
    let (mut packed, mut size) = (u64::from(u32_at(&header, 18)), u64::from(u32_at(&header, 22)));
    wide(&extra, [&mut size, &mut packed, &mut 0]);
    let entry = Entry {
        name: String::from_utf8_lossy(&name).into_owned(),
        flags: u16_at(&header, 6),
        method: u16_at(&header, 8),
        crc: u32_at(&header, 14),
        packed,
        size,
        local: at,
        mode: 0,
    };
    Ok((entry, at + 30 + u64::from(name_bytes) + u64::from(extra_bytes)))
}
