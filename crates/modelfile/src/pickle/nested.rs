//! Pickles inside the texts and bytes of a pickle, which a call may load.

use crate::bytes::Window;
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

/// Passes over a payload of `length` bytes and scans it where it looks like a file of its own.
pub(super) fn payload(stream: &mut Stream<'_>, length: u64, scan: &mut Scan<'_>) -> Step<()> {
    if length <= 2 || !looks_loadable(stream.peek(4)?) {
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
            if stream.peek(4)? == b"PK\x03\x04" {
                let words = format!("an archive in a pickle is larger than the {most} bytes held");
                scan.find(&rules::LIMIT, offset, words);
            }
            stream.skip(length)
        }
    }
}

/// Numbers may look like a file by chance, so it counts when it reads well or is dangerous.
fn inner(window: Window<'_>, offset: u64, scan: &mut Scan<'_>) {
    let archive = window.some(0, 2).is_ok_and(|head| head == b"PK");
    scan.attempt(|scan| {
        let before = scan.findings.len();
        scan.inside(&format!("bytes at {offset}"), |scan| dispatch::part("", window, scan));
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
