//! Pickles inside the texts and bytes of a pickle, which a call may load.

use crate::bytes::Window;
use crate::detect::HEAD_BYTES;
use crate::report::Verdict;
use crate::scan::{Scan, Step};
use crate::stream::Stream;
use crate::{dispatch, rules};

/// Whether bytes begin as a pickle of a later protocol or an archive does.
fn looks_loadable(head: &[u8]) -> bool {
    match head {
        [0x80, version, ..] if *version <= 5 => true,
        [b'P', b'K', 3, 4] => true,
        _ => false,
    }
}

/// Whether a text begins as a pickle of the first protocol that imports.
pub(super) fn looks_textual(text: &[u8]) -> bool {
    matches!(text.first(), Some(b'c' | b'(' | b'i')) && text.contains(&b'\n')
}

/// The shortest pickle that imports and calls something.
const PICKLE_BYTES_MIN: u64 = 8;

/// Whether bytes look like a pickle of any protocol or an archive.
fn looks_like_a_file(stream: &mut Stream<'_>, length: u64, scan: &mut Scan<'_>) -> Step<bool> {
    if length <= 2 {
        return Ok(false);
    }
    if looks_loadable(stream.peek(4)?) {
        return needs_a_look(stream, length);
    }
    if length < PICKLE_BYTES_MIN || !super::begins_as_one(stream.peek(1)?) {
        return Ok(false);
    }
    let room = usize::try_from(length).unwrap_or(usize::MAX).min(HEAD_BYTES);
    let head = stream.peek(room)?.to_vec();
    if scan.depth() >= scan.limits.nesting_max {
        // Too deep to be asked; the answer of the walk is that it is too deep.
        return Ok(looks_textual(&head));
    }
    let whole = head.len() as u64 == length;
    Ok(scan.inside("bytes", |scan| super::is_probable(&head, whole, scan)))
}

/// Whether a short payload has a byte that imports or takes something from outside, or text in
/// which one could lie. Numbers that are pickled one by one have none.
fn needs_a_look(stream: &mut Stream<'_>, length: u64) -> Step<bool> {
    const SHORT_BYTES: u64 = 64;
    if length > SHORT_BYTES {
        return Ok(true);
    }
    let bytes = stream.peek(usize::try_from(length).unwrap_or(usize::MAX))?;
    let imports = |byte: &u8| matches!(byte, b'c' | b'i' | 0x82..=0x84 | 0x93 | b'P' | b'Q');
    Ok(bytes.iter().any(imports) || bytes.first() == Some(&b'P'))
}

/// Passes over a payload of `length` bytes and scans it where it looks like a file of its own.
pub(crate) fn payload(stream: &mut Stream<'_>, length: u64, scan: &mut Scan<'_>) -> Step<()> {
    if !looks_like_a_file(stream, length, scan)? {
        return stream.skip(length);
    }
    let offset = stream.offset();
    if let Some(window) = stream.window(length) {
        if window.len() == length {
            inner(window, offset, scan);
        }
        return stream.skip(length);
    }
    let most = scan.limits.held_bytes_max;
    match usize::try_from(length) {
        Ok(count) if count <= most => {
            let bytes = stream.take(count)?;
            inner(Window::new(&bytes.as_slice()), offset, scan);
            Ok(())
        }
        _ => {
            let words = format!("a part that looks like a file is larger than the {most} bytes");
            scan.find(&rules::LIMIT, offset, format!("{words} that are held"));
            stream.skip(length)
        }
    }
}

fn inner(window: Window<'_>, offset: u64, scan: &mut Scan<'_>) {
    scan.inside(&format!("bytes at {offset}"), |scan| guess("", window, scan));
}

/// Scans bytes that a loader may load or may take for numbers. Numbers look like a file by chance,
/// so what is found counts when it reads well or is dangerous.
pub(crate) fn guess(name: &str, window: Window<'_>, scan: &mut Scan<'_>) {
    let archive = window.some(0, 4).is_ok_and(|head| head == b"PK\x03\x04");
    scan.attempt(|scan| {
        let before = scan.findings.len();
        dispatch::part(name, window, scan);
        let found = scan.findings.get(before..).unwrap_or_default();
        let worst = found.iter().map(|finding| finding.verdict).max();
        archive
            || worst.is_none_or(|worst| worst == Verdict::Malicious)
            || !found.iter().any(|finding| finding.verdict == Verdict::Unreadable)
    });
}

/// The same for a short text; it counts only when it is dangerous.
pub(super) fn scan_textual(text: &[u8], scan: &mut Scan<'_>) {
    if scan.depth() >= scan.limits.nesting_max {
        return;
    }
    scan.attempt(|scan| {
        let before = scan.findings.len();
        scan.inside("text", |scan| super::scan_slice(text, scan));
        let found = scan.findings.get(before..).unwrap_or_default();
        found.iter().any(|finding| finding.verdict == Verdict::Malicious)
    });
}
