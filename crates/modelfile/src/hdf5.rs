//! HDF5 files: Keras keeps the configuration of a model as JSON in an attribute.
//!
//! Attributes are never compressed, and the bytes of one text lie together, so every document of
//! JSON in the file can be found without following the file's own tables, which an attacker could
//! make differ from what was read. What is found is checked as a Keras configuration.

mod outside;

use crate::bytes::Window;
use crate::scan::{Halt, Scan, Step};
use crate::{json, keras, rules};

const SIGNATURE: &[u8] = b"\x89HDF\r\n\x1a\n";
const CHUNK_BYTES: usize = 1 << 20;
/// What a configuration of Keras cannot do without, also when its letters are escaped.
const MARKS: [&[u8]; 4] = [b"\"class_name\"", b"\\u00", b"\"Lambda\"", b"\"module\""];
const OVERLAP_BYTES: usize = 16;
const DOCUMENTS_MAX: usize = 10_000;

/// Scans a file.
pub(crate) fn scan(window: Window<'_>, scan: &mut Scan<'_>) -> Step<()> {
    scan.formats.insert("hdf5");
    superblock(window, scan)?;
    outside::scan(window, scan)?;
    let mut at = 0;
    let mut done = 0;
    let mut documents = 0;
    while at < window.len() {
        let chunk = window.some(at, CHUNK_BYTES)?;
        let hit = MARKS.iter().filter_map(|mark| memchr::memmem::find(&chunk, mark)).min();
        let Some(place) = hit else {
            if chunk.len() < CHUNK_BYTES {
                break;
            }
            at += (CHUNK_BYTES - OVERLAP_BYTES) as u64;
            continue;
        };
        documents += 1;
        if documents > DOCUMENTS_MAX {
            return Err(Halt::limit(at, format!("more than {DOCUMENTS_MAX} configurations")));
        }
        let place = at + place as u64;
        let (from, to) = extent(window, place, done, scan.limits.header_bytes_max)?;
        document(window, from, to, scan)?;
        done = to.max(place + 4);
        at = done;
    }
    Ok(())
}

/// The versions that are known, and the size that the file gives for itself.
fn superblock(window: Window<'_>, scan: &mut Scan<'_>) -> Step<()> {
    let mut base = 0;
    while base < window.len() && window.some(base, SIGNATURE.len())? != SIGNATURE {
        base = if base == 0 { 512 } else { base * 2 };
    }
    if base > 0 {
        let words = format!("{base} bytes stand before the file");
        scan.find(&rules::HIDDEN_DATA, 0, words);
    }
    let head = window.exact(base, 48)?;
    let (at, size) = match head[8] {
        0 => (40, head[13]),
        1 => (44, head[13]),
        2 | 3 => (28, head[9]),
        version => {
            let words = format!("version {version} of the superblock");
            return Err(Halt { rule: &rules::VERSION, offset: base + 8, reason: words });
        }
    };
    if size != 8 {
        let words = format!("offsets of {size} bytes");
        return Err(Halt { rule: &rules::VERSION, offset: base + 9, reason: words });
    }
    let end = window.exact(base + at, 8)?;
    let end = end.first_chunk().map_or(0, |bytes| u64::from_le_bytes(*bytes));
    if end > window.len() {
        return Err(Halt::ends(window.len(), format!("byte {end}, the end that the file gives")));
    }
    Ok(())
}

/// The run of text around a place, not before `floor`.
fn extent(window: Window<'_>, place: u64, floor: u64, bytes_max: u64) -> Step<(u64, u64)> {
    const STEP_BYTES: u64 = 4096;
    let text = |byte: &u8| {
        (0x20..0x7f).contains(byte) || matches!(byte, b'\n' | b'\r' | b'\t') || *byte >= 0x80
    };
    let mut from = place;
    while from > floor && place - from < bytes_max {
        let start = from.saturating_sub(STEP_BYTES).max(floor);
        let part = window.some(start, usize::try_from(from - start).unwrap_or(0))?;
        if let Some(at) = part.iter().rposition(|byte| !text(byte)) {
            from = start + at as u64 + 1;
            break;
        }
        from = start;
    }
    let mut to = place;
    loop {
        let part = window.some(to, 64 << 10)?;
        if let Some(at) = part.iter().position(|byte| !text(byte)) {
            return Ok((from, to + at as u64));
        }
        to += part.len() as u64;
        if part.is_empty() {
            return Ok((from, to));
        }
        if to - from > bytes_max {
            return Err(Halt::limit(from, format!("a text of more than {bytes_max} bytes")));
        }
    }
}

fn document(window: Window<'_>, from: u64, to: u64, scan: &mut Scan<'_>) -> Step<()> {
    let text = window.exact(from, usize::try_from(to - from).unwrap_or(usize::MAX))?;
    let starts = memchr::memchr_iter(b'{', &text).take(8);
    for start in starts {
        if !json::begins_object(&text[start + 1..]) {
            continue;
        }
        if let Some(node) = json::read_first(&text[start..], scan.limits.values_max) {
            keras::check(&node, scan);
            return Ok(());
        }
    }
    // A lone word in the data is no configuration; one that was cut or broken is.
    if memchr::memmem::find(&text, b"class_name").is_some() {
        let words = "a configuration in the file is no readable JSON";
        scan.find(&rules::MALFORMED, from, words);
        if memchr::memmem::find(&text, b"Lambda").is_some() {
            scan.find(
                &rules::LAMBDA_NAMED,
                from,
                "a configuration that cannot be read has a Lambda layer",
            );
        }
    }
    Ok(())
}
