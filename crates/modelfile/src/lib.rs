//! Model files → verdicts. Nothing that is scanned is ever run, unpickled or imported.
//!
//! ```text
//!  file ─ detect ─▶ pickle ────────────┐
//!            │      zip, tar, gzip, … ─┼▶ members, one level deeper ─▶ detect
//!            │      npy, safetensors,  │
//!            │      gguf, hdf5, onnx,  ├▶ findings ─▶ the worst is the verdict
//!            │      tensorflow, …      │
//!            └────▶ configurations ────┘
//! ```
//!
//! The question is what a loader would do with a file: run code, start a program, reach a file
//! outside, or only fill arrays. A verdict is `malicious`, `suspicious`, `unreadable` or `clean`,
//! each with its reasons and their places. *Clean* says that all of the file was read and that
//! nothing in it does more than fill arrays; whatever was cut off, encrypted, over a limit or of
//! an unknown version is *unreadable* and never clean.
//!
//! # Design
//!
//! - **By content.** A name decides only what the content leaves open, and a name that contradicts
//!   the content is a finding: that is how a file passes a check by name.
//! - **Allowed, not forbidden.** The imports of a pickle are compared with what frameworks really
//!   write. A list of what is dangerous gives the clear words; a list of what is harmless decides.
//! - **As the loader reads.** Loaders ignore checksums, flags and what follows the end. Where two
//!   readers can differ, both readings are scanned and the difference is said.
//! - **Bounded.** Every length of a file is compared with what is there before anything is
//!   reserved. Payloads are passed over, not held ([`Limits`]).
//!
//! # Rejected
//!
//! - *Libraries that open whole archives*: they refuse or repair what an attacker breaks on
//!   purpose, and so hide it. Only the inflating itself is theirs.
//! - *Looking for byte patterns of dangerous names*: a name can be built from parts, and weights
//!   hold every short pattern by chance.
//!
//! # How it can still go wrong
//!
//! - A harmless import with a flaw of its own, and native code in a framework's parser.
//! - Weights that were trained to misbehave: they are numbers like any others.
//! - Formats that are recognised and not read are `unreadable`; those that are not recognised are
//!   so only where their name promises a model.
#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test stops where it is surprised"))]

mod bytes;
mod coreml;
mod detect;
mod dispatch;
mod embedded;
mod frames;
mod fuzzing;
mod gguf;
mod hdf5;
mod java;
mod jinja;
mod json;
mod keras;
mod limits;
mod literal;
mod manifest;
mod msgpack;
mod named;
mod npy;
mod observe;
mod onnx;
mod packed;
mod paddle;
mod paths;
mod pickle;
mod protobuf;
mod python;
mod report;
mod rules;
mod safetensors;
mod scan;
mod stream;
mod tar;
mod target;
mod tensorflow;
mod textual;
mod tflite;
mod tree;
mod yaml;
mod zip;

use std::fs::File;
use std::path::{Path, PathBuf};

pub use fuzzing::{Part, scan_part};
pub use limits::Limits;
pub use observe::Scanned;
pub use report::{FileReport, Finding, Progress, SkippedPath, TreeReport, Verdict};
pub use rules::{RULES, Rule};
pub use tree::{ModelFileError, scan_tree};

use bytes::{FileBytes, Window};
use scan::{Halt, Scan};

/// Scans one file. What keeps it from being read is a finding of the report.
pub fn scan_file(path: &Path, limits: &Limits) -> FileReport {
    if std::fs::symlink_metadata(path).is_ok_and(|data| data.file_type().is_symlink()) {
        let mut scan = Scan::new(limits);
        scan.find(&rules::LINK, None, "the file is a link; scan what it points to");
        return finish(path.to_owned(), 0, scan);
    }
    scan_plain(path, limits)
}

/// Scans what a path leads to.
fn scan_plain(path: &Path, limits: &Limits) -> FileReport {
    let opened = match std::fs::metadata(path) {
        Ok(data) if !data.is_file() => Err("it is not a regular file".to_owned()),
        Ok(_) => File::open(path).and_then(FileBytes::new).map_err(|error| error.to_string()),
        Err(error) => Err(error.to_string()),
    };
    let mut scan = Scan::new(limits);
    match opened {
        Ok(file) => {
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
            return report(path.to_owned(), &name.unwrap_or_default(), Window::new(&file), scan);
        }
        Err(words) => scan.halted(Halt { rule: &rules::READ_FAILED, offset: 0, reason: words }),
    }
    finish(path.to_owned(), 0, scan)
}

/// Scans bytes as the file of that name.
pub fn scan_bytes(name: &str, bytes: &[u8], limits: &Limits) -> FileReport {
    report(PathBuf::from(name), name, Window::new(&bytes), Scan::new(limits))
}

fn report(path: PathBuf, name: &str, window: Window<'_>, mut scan: Scan<'_>) -> FileReport {
    dispatch::window(name, window, &mut scan);
    if scan.formats.is_empty() && scan.findings.is_empty() {
        scan.find(&rules::FORMAT_UNKNOWN, 0, "the content is of no known model format");
    }
    finish(path, window.len(), scan)
}

fn finish(path: PathBuf, bytes: u64, mut scan: Scan<'_>) -> FileReport {
    let verdict = scan.verdict();
    if scan.is_cut() {
        let most = scan.limits.findings_max;
        scan.say("findings", format!("more than the {most} that are listed"));
    }
    FileReport {
        path,
        bytes,
        formats: scan.formats,
        verdict,
        findings: scan.findings,
        metadata: scan.metadata,
        beside: scan.beside,
    }
}
