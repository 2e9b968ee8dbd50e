//! What makes a reader of HDF5 open another file: links to objects of other files, and data sets
//! whose bytes lie in other files.
//!
//! Both are found by their shape wherever they stand, also where the tables of the file do not
//! lead: every field of the shape is checked, so that numbers do not look like one by chance.

use crate::bytes::Window;
use crate::rules;
use crate::scan::{Halt, Scan, Step, printable};

const CHUNK_BYTES: usize = 1 << 20;
/// No shape is longer, apart from its names.
const SHAPE_BYTES: usize = 4096;
/// How often a candidate may be compared with the place that it names.
const PROBES_MAX: usize = 100_000;

/// Looks through the whole file.
pub(super) fn scan(window: Window<'_>, scan: &mut Scan<'_>) -> Step<()> {
    let mut at = 0;
    let mut probes = 0;
    while at < window.len() {
        let chunk = window.some(at, CHUNK_BYTES + SHAPE_BYTES)?;
        let last = chunk.len() < CHUNK_BYTES + SHAPE_BYTES;
        let end = if last { chunk.len() } else { CHUNK_BYTES };
        for place in memchr::memchr_iter(1, &chunk[..end]) {
            let shape = &chunk[place..];
            if let Some(file) = link(shape) {
                let words = format!("a link to `{}`", printable(&file));
                scan.find(&rules::HDF5_OUTSIDE, at + place as u64, words);
            } else if let Some(heap) = storage(shape).filter(|heap| *heap < window.len()) {
                probes += 1;
                if probes > PROBES_MAX {
                    return Err(Halt::limit(at, "too much that looks like data in other files"));
                }
                if window.some(heap, 4)? == b"HEAP" {
                    let words = "a data set whose bytes lie in another file";
                    scan.find(&rules::HDF5_OUTSIDE, at + place as u64, words);
                }
            }
        }
        if last {
            break;
        }
        at += CHUNK_BYTES as u64;
    }
    Ok(())
}

/// A link message of the external kind: version 1, flags, kind 64, the name, then two texts.
fn link(shape: &[u8]) -> Option<String> {
    let [1, flags, 64, rest @ ..] = shape else {
        return None;
    };
    if flags & 0x08 == 0 || flags & 0xe0 != 0 {
        return None;
    }
    let skipped = if flags & 0x04 == 0 { 0 } else { 8 } + usize::from(flags & 0x10 != 0);
    let rest = rest.get(skipped..)?;
    let width = 1_usize << (flags & 3);
    let mut length = [0; 8];
    length[..width].copy_from_slice(rest.get(..width)?);
    let length = usize::try_from(u64::from_le_bytes(length)).ok()?;
    let (name, rest) = rest.get(width..)?.split_at_checked(length)?;
    let (size, value) = rest.split_first_chunk::<2>()?;
    let value = value.get(..usize::from(u16::from_le_bytes(*size)))?;
    let [0, texts @ .., 0] = value else {
        return None;
    };
    let mut texts = texts.split(|byte| *byte == 0);
    let (file, object) = (texts.next()?, texts.next()?);
    let plain = |text: &[u8]| {
        std::str::from_utf8(text).is_ok_and(|text| !text.chars().any(char::is_control))
    };
    let whole = texts.next().is_none() && !file.is_empty() && !name.is_empty();
    (whole && plain(name) && plain(file) && plain(object))
        .then(|| String::from_utf8_lossy(file).into_owned())
}

/// A list of other files: version 1, how many are allocated and used, and where their names are.
fn storage(shape: &[u8]) -> Option<u64> {
    let [1, 0, 0, 0, rest @ ..] = shape else {
        return None;
    };
    let (counts, rest) = rest.split_first_chunk::<4>()?;
    let allocated = u16::from_le_bytes([counts[0], counts[1]]);
    let used = u16::from_le_bytes([counts[2], counts[3]]);
    let heap = u64::from_le_bytes(*rest.first_chunk::<8>()?);
    (used >= 1 && used <= allocated && allocated <= 1024 && heap >= 48).then_some(heap)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_has_its_whole_shape_or_is_none() {
        let shape = b"\x01\x18\x40\x00\x01x\x0e\x00\x00/etc/passwd\0/\0rest";
        assert_eq!(link(shape), None);
        let shape = b"\x01\x08\x40\x01x\x0f\x00\x00/etc/passwd\0/\0rest";
        assert_eq!(link(shape).as_deref(), Some("/etc/passwd"));
        assert_eq!(link(&shape[..12]), None);
        assert_eq!(link(b"\x01\x08\x40\x00\x0f\x00\x00/etc/passwd\0/\0"), None);
    }

    #[test]
    fn data_in_other_files_needs_a_heap_of_names() {
        let shape = b"\x01\0\0\0\x01\0\x01\0\x00\x02\0\0\0\0\0\0";
        assert_eq!(storage(shape), Some(512));
        assert_eq!(storage(b"\x01\0\0\0\x00\0\x01\0\x00\x02\0\0\0\0\0\0"), None);
    }
}
