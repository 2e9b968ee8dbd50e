//! Pickles inside the texts and bytes of a pickle, which a call may load.

use crate::dispatch;
use crate::report::Verdict;
use crate::scan::Scan;

/// Whether bytes begin as a pickle of a later protocol or an archive does.
pub(super) fn looks_loadable(head: &[u8]) -> bool {
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

/// Scans what looks like a file inside of a value. Numbers may look like one by chance, so it
/// counts when it reads well or when it is dangerous.
pub(super) fn scan(held: &[u8], length: u64, offset: u64, scan: &mut Scan<'_>) {
    let whole = held.len() as u64 == length;
    scan.attempt(|scan| {
        let before = scan.findings.len();
        scan.inside(&format!("bytes at {offset}"), |scan| dispatch::held("", held, scan));
        let found = scan.findings.get(before..).unwrap_or_default();
        let worst = found.iter().map(|finding| finding.verdict).max();
        if !whole && worst != Some(Verdict::Malicious) {
            return false;
        }
        worst.is_none_or(|worst| worst == Verdict::Malicious)
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
