//! Pickles: which names they import and what they call, followed opcode by opcode.
//!
//! A file may hold many pickles, one after the other. A loader reads the first, or all; both are
//! followed. Data after the last that is no pickle is said.

mod call;
mod imports;
pub(crate) mod joblib;
mod machine;
pub(crate) mod nested;
mod plain;
pub(crate) mod policy;
mod stack;
mod text;
mod unfold;
mod value;

use imports::Imports;
use machine::{End, Machine};

use crate::report::Verdict;
use crate::rules;
use crate::scan::{Halt, Scan, Step};
use crate::stream::Stream;

/// How many pickles a torch file of the first format has before its numbers.
const TORCH_PICKLES: u64 = 5;

/// What may follow the last pickle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum After {
    /// Nothing.
    Nothing,
    /// More of the format around, which its own reader goes on with.
    More,
}

/// Scans the pickles of a stream.
pub(crate) fn scan(stream: &mut Stream<'_>, after: After, scan: &mut Scan<'_>) -> Step<()> {
    scan.formats.insert("pickle");
    let mut imports = Imports::default();
    let result = walk(stream, after, &mut imports, scan);
    imports.finish(scan);
    result
}

fn walk(
    stream: &mut Stream<'_>,
    after: After,
    imports: &mut Imports,
    scan: &mut Scan<'_>,
) -> Step<()> {
    let mut torch = false;
    let mut number = 0_u64;
    let mut machine = Machine::new(scan, imports);
    loop {
        let start = stream.offset();
        machine.clear();
        let first = number == 0;
        number += 1;
        let findings = scan.findings.len();
        let ended = machine.run(stream, scan);
        let fault = machine.take_fault();
        let end = match ended {
            Ok(end) => end,
            // What follows the first pickle by chance need not be one.
            Err(halt) if first || torch => return said(halt, fault, scan),
            Err(_) => {
                trailing(start, findings, scan);
                return Ok(());
            }
        };
        if let Some((offset, words)) = fault {
            if first || torch || end != End::Broken {
                scan.find(&rules::PICKLE_BROKEN, offset, words);
            } else {
                trailing(start, findings, scan);
                return Ok(());
            }
        }
        let End::Stopped { magic, .. } = end else {
            return Ok(());
        };
        torch |= first && magic;
        if torch {
            scan.formats.insert("pytorch-legacy");
            if number == TORCH_PICKLES {
                return Ok(());
            }
        }
        if after == After::More || stream.is_done()? {
            return Ok(());
        }
        if !first && scan.opcodes >= scan.limits.opcodes_max {
            return Err(Halt::limit(start, "too many pickles in a row"));
        }
        if !torch && all_zero(stream)? {
            return Ok(());
        }
    }
}

/// A walk that stopped early says where; a pickle that was broken before says that as well.
fn said(halt: Halt, fault: Option<(u64, String)>, scan: &mut Scan<'_>) -> Step<()> {
    if let Some((offset, words)) = fault {
        scan.find(&rules::PICKLE_BROKEN, offset, words);
    }
    Err(halt)
}

/// Padding of a block device or a fixed record is no hidden data.
fn all_zero(stream: &mut Stream<'_>) -> Step<bool> {
    let ahead = stream.peek(4096)?;
    let short = ahead.len() < 4096;
    Ok(short && ahead.iter().all(|byte| *byte == 0))
}

/// Bytes after a pickle that are none: what they import while they are read as one still counts.
fn trailing(start: u64, findings: usize, scan: &mut Scan<'_>) {
    let kept: Vec<_> = scan
        .findings
        .drain(findings.min(scan.findings.len())..)
        .filter(|finding| finding.verdict == Verdict::Malicious)
        .collect();
    scan.findings.extend(kept);
    scan.find(&rules::PICKLE_TRAILING, start, "data that is no pickle follows the last pickle");
}

/// The pickle of an array of objects inside of a joblib file.
fn inner(stream: &mut Stream<'_>, scan: &mut Scan<'_>) -> Step<()> {
    if scan.depth() >= scan.limits.nesting_max {
        return Err(Halt::limit(stream.offset(), "pickles lie too deep in each other"));
    }
    let name = format!("objects at {}", stream.offset());
    scan.inside(&name, |scan| self::scan(stream, After::More, scan))
}

/// Scans bytes as pickles and notes why that stopped.
pub(crate) fn scan_slice(bytes: &[u8], scan: &mut Scan<'_>) {
    let window = crate::bytes::Window::new(&bytes);
    if let Err(halt) = self::scan(&mut Stream::of_window(window), After::Nothing, scan) {
        scan.halted(halt);
    }
}

/// Whether bytes without a magic are a pickle: they read to a `STOP` without a fault and have
/// more than a few opcodes, or they import something dangerous on the way.
pub(crate) fn is_probable(head: &[u8], whole: bool, scan: &mut Scan<'_>) -> bool {
    if !begins_as_one(head) {
        return false;
    }
    let mut answer = false;
    scan.attempt(|scan| {
        let before = scan.findings.len();
        let window = crate::bytes::Window::new(&head);
        let mut stream = Stream::of_window(window);
        let mut imports = Imports::default();
        let mut machine = Machine::new(scan, &mut imports);
        let end = machine.run(&mut stream, scan);
        let fault = machine.take_fault();
        let opcodes_read = machine.opcodes();
        let imported = !imports.is_empty();
        // A text that happens to read as an import is broken before it.
        let broken = fault.as_ref().map_or(u64::MAX, |(offset, _)| *offset);
        let dangerous = scan.findings.iter().skip(before).any(|finding| {
            finding.verdict == Verdict::Malicious
                && finding.offset.is_some_and(|offset| offset < broken)
        });
        answer = match end {
            _ if dangerous => true,
            Ok(End::Stopped { opcodes, .. }) => {
                fault.is_none()
                    && opcodes > 1
                    && (imported || (whole && stream.is_done().unwrap_or(false)))
            }
            Ok(End::Broken) => false,
            // Cut off by the end of what is looked at, and without a fault up to there.
            Err(_) => !whole && fault.is_none() && (imported || opcodes_read > OPCODES_PLAIN),
        };
        false
    });
    answer
}

/// Whether the first byte is an opcode that a pickle can begin with.
fn begins_as_one(head: &[u8]) -> bool {
    head.first().is_some_and(|byte| FIRST.contains(byte))
}

/// No text reads as so many opcodes without a fault.
const OPCODES_PLAIN: u64 = 64;

/// What a pickle can begin with.
const FIRST: &[u8] =
    b"(N]})KMJGILFSVTUXBCcPi\x80\x88\x89\x8a\x8b\x8c\x8d\x8e\x8f\x95\x96\x82\x83\x84";

#[cfg(test)]
mod tests;
