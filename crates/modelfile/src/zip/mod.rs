//! Zip archives, read by a parser of our own, because what is wrong with one is the finding.
//!
//! Loaders take the directory at the end and believe it. An attacker gives them one directory and
//! checkers another, hides members between members, or sets a flag that only checkers heed. So all
//! directories are read, the gaps are searched, and members are read as loaders read them.

mod directory;
mod member;

use std::collections::HashSet;

use directory::{Directory, Entry};

use crate::bytes::Window;
use crate::detect::extension;
use crate::rules;
use crate::scan::{Halt, Scan, Step};

/// Whether an archive ends where the window ends. One that ends before is a payload of what the
/// window holds, and is read there.
pub(crate) fn ends_as_archive(window: Window<'_>) -> Step<bool> {
    let directories = directory::find(window)?;
    Ok(directories.iter().any(|found| found.entries > 0 && found.end == window.len()))
}

/// Scans an archive.
pub(crate) fn scan(window: Window<'_>, scan: &mut Scan<'_>) {
    scan.formats.insert("zip");
    if let Err(halt) = archive(window, scan) {
        scan.halted(halt);
    }
}

fn archive(window: Window<'_>, scan: &mut Scan<'_>) -> Step<()> {
    let mut directories = directory::find(window)?;
    let Some(first) = directories.first().copied() else {
        scan.halted(Halt::ends(window.len(), "the directory of an archive"));
        return unlisted(window, 0, window.len(), scan);
    };
    if directories.len() > 1 {
        let stored = directory::stored(window, first, scan.limits.members_max);
        directories.retain(|other| {
            // The directory of an archive that is a member is read with that member.
            *other == first
                || !stored.iter().any(|(from, end)| *from <= other.base && other.end <= *end)
        });
    }
    if directories.len() > 1 {
        let words = format!("the archive has {} directories", directories.len());
        scan.find(&rules::TWO_DIRECTORIES, directories[1].at, words);
    }
    if first.end < window.len() {
        let words = format!("{} bytes follow the end of the archive", window.len() - first.end);
        scan.find(&rules::STRAY, first.end, words);
        let behind = window.from(first.end);
        scan.inside("behind the archive", |scan| crate::dispatch::part("", behind, scan));
    }
    let comment = first.end_at + directory::END_BYTES as u64;
    if first.end > comment {
        let bytes = window.part(comment, first.end - comment);
        scan.inside("comment of the archive", |scan| crate::dispatch::part("", bytes, scan));
    }
    let mut extents = Vec::new();
    for directory in &directories {
        let (entries, fault) = directory::entries(window, *directory, scan.limits.members_max);
        name_formats(&entries, scan);
        if entries.len() > MEMBERS_FREE && directory.bytes > window.len() / 2 {
            let words = format!("{} members, and more directory than data", entries.len());
            scan.find(&rules::MEMBERS_EMPTY, directory.at, words);
        }
        members(window, &entries, &mut extents, scan);
        if let Some(halt) = fault {
            scan.halted(halt);
        }
        extents.push((directory.at, directory.end.max(directory.at + directory.bytes)));
    }
    gaps(window, extents, first, scan)
}

/// How many members an archive may have, whatever is in them.
const MEMBERS_FREE: usize = 1000;

/// Which loaders take an archive with such members.
fn name_formats(entries: &[Entry], scan: &mut Scan<'_>) {
    let has = |end: &str| {
        entries.iter().any(|entry| {
            entry.name == end
                || entry.name.strip_suffix(end).is_some_and(|rest| rest.ends_with('/'))
        })
    };
    for (member, format) in [
        ("data.pkl", "pytorch-zip"),
        ("constants.pkl", "torchscript"),
        ("archive_format", "pytorch-pt2"),
        ("MAR-INF/MANIFEST.json", "torchserve-archive"),
        ("model.weights.h5", "keras-zip"),
        ("schema.json", "skops"),
    ] {
        if has(member) {
            scan.formats.insert(format);
        }
    }
    if !entries.is_empty() && entries.iter().all(|entry| extension(&entry.name) == "npy") {
        scan.formats.insert("numpy-npz");
    }
}

fn members(
    window: Window<'_>,
    entries: &[Entry],
    extents: &mut Vec<(u64, u64)>,
    scan: &mut Scan<'_>,
) {
    let torch = entries
        .iter()
        .any(|entry| entry.name.ends_with("data.pkl") || entry.name.ends_with("archive_format"));
    let mut names = HashSet::new();
    for entry in entries {
        scan.members += 1;
        if scan.members > scan.limits.members_max {
            let words = format!("more than {} members in all archives", scan.limits.members_max);
            scan.find(&rules::LIMIT, entry.local, words);
            return;
        }
        if !names.insert(entry.name.trim_start_matches("./").to_owned()) {
            let words = format!("`{}` stands twice", crate::scan::printable(&entry.name));
            scan.find(&rules::MEMBER_TWICE, entry.local, words);
        }
        let raw = torch && is_storage(&entry.name);
        let end = scan.inside(&entry.name, |scan| match member::scan(window, entry, raw, scan) {
            Ok(end) => Some(end),
            Err(halt) => {
                scan.halted(halt);
                None
            }
        });
        if let Some(end) = end {
            extents.push((entry.local, end));
        }
    }
}

/// The numbers of a tensor in an archive of torch: `data/17`, `data/weights/weight_17`.
fn is_storage(name: &str) -> bool {
    let mut parts = name.rsplit('/');
    let number = parts.next().unwrap_or_default();
    let folder = parts.next().unwrap_or_default();
    let number = number.trim_start_matches("weight_").trim_start_matches("tensor_");
    !number.is_empty()
        && number.bytes().all(|byte| byte.is_ascii_digit())
        && matches!(folder, "data" | "constants" | "tensors" | "weights")
}

/// A data descriptor between members: a signature, a checksum and two sizes.
const DESCRIPTOR_BYTES_MAX: u64 = 24;

/// Looks into what lies between the members, where local headers can stand that no directory has.
fn gaps(
    window: Window<'_>,
    mut extents: Vec<(u64, u64)>,
    directory: Directory,
    scan: &mut Scan<'_>,
) -> Step<()> {
    extents.sort_unstable();
    extents.dedup();
    let mut at = 0;
    for (number, (from, end)) in extents.into_iter().enumerate() {
        if from > at {
            if number == 0 {
                let words = format!("{from} bytes stand before the first member");
                scan.find(&rules::STRAY, 0, words);
                let before = window.part(0, from);
                scan.inside("before the archive", |scan| {
                    crate::dispatch::part("", before, scan);
                });
            }
            unlisted(window, at, from, scan)?;
        } else if from < at && from < directory.at {
            scan.find(&rules::MEMBERS_OVERLAP, from, "a member begins inside of another");
        }
        at = at.max(end);
    }
    Ok(())
}

const UNLISTED_MAX: usize = 64;
const CHUNK_BYTES: usize = 1 << 20;

fn unlisted(window: Window<'_>, from: u64, to: u64, scan: &mut Scan<'_>) -> Step<()> {
    if to - from < 30 || to - from <= DESCRIPTOR_BYTES_MAX {
        return Ok(());
    }
    let mut at = from;
    let mut found = 0;
    while at < to {
        let room = usize::try_from(to - at).unwrap_or(usize::MAX).min(CHUNK_BYTES);
        let chunk = window.some(at, room)?;
        let Some(place) = memchr::memmem::find(&chunk, b"PK\x03\x04") else {
            if chunk.len() < CHUNK_BYTES {
                break;
            }
            // A signature may lie across two chunks.
            at += chunk.len() as u64 - 3;
            continue;
        };
        let place = at + place as u64;
        let Ok((mut entry, data)) = directory::local(window, place) else {
            at = place + 4;
            continue;
        };
        found += 1;
        if found > UNLISTED_MAX {
            scan.find(&rules::LIMIT, place, "too many members that no directory lists");
            break;
        }
        if entry.packed == 0 || data.saturating_add(entry.packed) > to {
            entry.packed = to.saturating_sub(data);
        }
        scan.find(&rules::MEMBER_UNLISTED, place, "no directory lists the member that begins here");
        let end = data.saturating_add(entry.packed);
        scan.inside(&entry.name.clone(), |scan| {
            if let Err(halt) = member::scan(window, &entry, false, scan) {
                scan.halted(halt);
            }
        });
        at = end.max(place + 4);
    }
    Ok(())
}
