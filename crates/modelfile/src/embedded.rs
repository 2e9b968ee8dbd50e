//! Pickles that begin somewhere inside of a file of another format, or of none: behind a picture,
//! behind a length, behind a line of text. A program that knows the place loads it from there.

use crate::bytes::Window;
use crate::detect::HEAD_BYTES;
use crate::pickle::{self, After};
use crate::report::Verdict;
use crate::rules;
use crate::scan::{Scan, Step};
use crate::stream::Stream;

/// How much of the beginning and of the end is searched.
const SEARCHED_BYTES_MAX: u64 = 1 << 20;
/// How many places are tried; numbers look like the beginning of a pickle once in 16 KiB.
const PLACES_MAX: usize = 1024;

/// Searches a window and scans the first pickle that imports something.
pub(crate) fn search(window: Window<'_>, scan: &mut Scan<'_>) -> Step<()> {
    let first = window.len().min(SEARCHED_BYTES_MAX);
    let second = window.len().saturating_sub(SEARCHED_BYTES_MAX).max(first);
    for (from, to) in [(0, first), (second, window.len())] {
        let bytes = window.some(from, usize::try_from(to - from).unwrap_or(usize::MAX))?;
        let places = memchr::memchr_iter(0x80, &bytes)
            .filter(|at| matches!(bytes.get(at + 1), Some(2..=5)) && from + *at as u64 > 0);
        for place in places.take(PLACES_MAX) {
            let head = &bytes[place..bytes.len().min(place + HEAD_BYTES)];
            if pickle::is_probable(head, true, scan) && found(window, from + place as u64, scan) {
                return Ok(());
            }
        }
    }
    Ok(())
}

/// Scans a pickle at a place. It counts when it imports what no model needs.
fn found(window: Window<'_>, at: u64, scan: &mut Scan<'_>) -> bool {
    scan.attempt(|scan| {
        let before = scan.findings.len();
        scan.inside(&format!("bytes at {at}"), |scan| {
            let stream = &mut Stream::of_window(window.from(at));
            // What follows it belongs to the format around.
            let _ = pickle::scan(stream, After::More, scan);
        });
        let imports = scan.findings.get(before..).unwrap_or_default();
        let counts = imports.iter().any(|finding| finding.verdict >= Verdict::Suspicious);
        if counts {
            scan.find(&rules::POLYGLOT, at, "a pickle begins inside of another format");
        }
        counts
    })
}

#[cfg(test)]
mod tests {
    use crate::{Limits, scan_bytes};

    #[test]
    fn a_pickle_behind_something_else_is_found() {
        let pickle = b"\x80\x04\x8c\x02os\x8c\x06system\x93\x8c\x04echo\x85R.";
        for head in
            [&b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"[..], b"# model\n", b"\xef\xbb\xbf", b"\x10\0\0\0"]
        {
            let codes = |bytes: &[u8]| -> Vec<&str> {
                let report = scan_bytes("m.bin", bytes, &Limits::default());
                report.findings.iter().map(|finding| finding.code).collect()
            };
            let hit = codes(&[head, pickle].concat());
            assert!(
                hit.contains(&"polyglot") && hit.contains(&"pickle-import-dangerous"),
                "{hit:?}"
            );
            let plain = codes(&[head, b"\x80\x04}."].concat());
            assert!(!plain.contains(&"polyglot"), "{plain:?}");
        }
    }
}
