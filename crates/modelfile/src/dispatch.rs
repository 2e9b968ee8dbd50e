//! From bytes to the reader of their format.
//!
//! ```text
//!  file ───────▶ window ┬─ detect ─▶ pickle, npy, tar, … (in their order)
//!  member, held ─▶      ├──────────▶ zip, hdf5 (at random)
//!                       └─ the end ─▶ an archive behind something else
//!  compressed ─▶ held up to a limit ─▶ window
//!                └─ larger ─▶ detect ─▶ in their order only
//! ```

use std::io::Read;

use crate::bytes::Window;
use crate::detect::{self, Kind, detect};
use crate::packed::{self, WindowRead};
use crate::pickle::{self, After};
use crate::report::Verdict;
use crate::rules;
use crate::scan::{Halt, Scan, Step};
use crate::stream::Stream;
use crate::{
    coreml, embedded, gguf, hdf5, java, msgpack, npy, onnx, paddle, safetensors, tar, tensorflow,
    textual, tflite, zip,
};

/// Scans all that a window holds.
pub(crate) fn window(name: &str, window: Window<'_>, scan: &mut Scan<'_>) {
    if let Err(halt) = whole(name, window, scan) {
        scan.halted(halt);
    }
}

/// Scans a part of what is read, one level deeper.
pub(crate) fn part(name: &str, bytes: Window<'_>, scan: &mut Scan<'_>) {
    deeper(scan, |scan| window(name, bytes, scan));
}

fn deeper(scan: &mut Scan<'_>, work: impl FnOnce(&mut Scan<'_>)) {
    if scan.depth() > scan.limits.nesting_max {
        let words = format!("parts lie more than {} deep in each other", scan.limits.nesting_max);
        scan.find(&rules::LIMIT, None, words);
    } else {
        work(scan);
    }
}

/// Scans what a reader gives, as a member of what is read.
pub(crate) fn read(name: &str, mut read: impl Read, scan: &mut Scan<'_>) {
    deeper(scan, |scan| {
        let most = scan.limits.held_bytes_max;
        let mut start = Vec::new();
        let held = (&mut read).take(most as u64 + 1).read_to_end(&mut start);
        match held {
            Ok(count) if count <= most => {
                window(name, Window::new(&start.as_slice()), scan);
            }
            Ok(_) => {
                let rest = std::io::Cursor::new(start).chain(read);
                if let Err(halt) = forward(name, Stream::of_read(rest), scan) {
                    scan.halted(halt);
                }
            }
            Err(error) => {
                // What came out before the fault may have been loaded before it was met.
                scan.halted(Halt::io(start.len() as u64, &error));
                if !start.is_empty() {
                    window(name, Window::new(&start.as_slice()), scan);
                }
            }
        }
    });
}

fn whole(name: &str, window: Window<'_>, scan: &mut Scan<'_>) -> Step<()> {
    let head = window.some(0, detect::HEAD_BYTES)?;
    if head.is_empty() && scan.depth() > 0 && !detect::is_model_name(name) {
        return Ok(());
    }
    if head.is_empty() {
        scan.find(&rules::EMPTY, 0, "there are no bytes");
        return Ok(());
    }
    let kind = detect(name, &head, head.len() as u64 == window.len(), scan);
    misled(name, kind, scan);
    unknown(name, kind, scan);
    if kind != Kind::Zip && zip::ends_as_archive(window)? {
        scan.find(&rules::POLYGLOT, None, "an archive lies behind the start of another format");
        zip::scan(window, scan);
    }
    match kind {
        Kind::Zip => {
            zip::scan(window, scan);
            Ok(())
        }
        Kind::Hdf5 => hdf5::scan(window, scan),
        kind if kind.is_compressed() => {
            unpack(kind, name, WindowRead::new(window), window.len(), scan)
        }
        Kind::Text => {
            textual::scan(name, window, scan);
            if scan.depth() == 0 && !textual::is_text_name(name) {
                embedded::search(window, scan)?;
            }
            Ok(())
        }
        Kind::Unknown if scan.depth() == 0 => embedded::search(window, scan),
        // What fails as a pickle from its first byte may be one from a later byte.
        Kind::Pickle if scan.depth() == 0 => {
            let ended = ordered(kind, name, Stream::of_window(window), scan);
            if scan.verdict() == Verdict::Unreadable {
                embedded::search(window, scan)?;
            }
            ended
        }
        kind => ordered(kind, name, Stream::of_window(window), scan),
    }
}

fn forward(name: &str, mut stream: Stream<'_>, scan: &mut Scan<'_>) -> Step<()> {
    let head = stream.peek(detect::HEAD_BYTES)?.to_vec();
    let kind = detect(name, &head, false, scan);
    misled(name, kind, scan);
    unknown(name, kind, scan);
    match kind {
        Kind::Zip | Kind::Hdf5 | Kind::Text
            if kind != Kind::Text || detect::is_model_name(name) =>
        {
            let most = scan.limits.held_bytes_max;
            let words =
                format!("a part of this format is larger than the {most} bytes that are held");
            scan.find(&rules::LIMIT, 0, words);
            Ok(())
        }
        kind => ordered(kind, name, stream, scan),
    }
}

fn misled(name: &str, kind: Kind, scan: &mut Scan<'_>) {
    if detect::misleads(name, kind) {
        let content = format!("{kind:?}").to_ascii_lowercase();
        let words =
            format!("the name ends in `.{}`, the content is {content}", detect::extension(name));
        scan.find(&rules::NAME_MISLEADS, 0, words);
    }
}

/// A member whose name promises a format that its content does not have.
fn unknown(name: &str, kind: Kind, scan: &mut Scan<'_>) {
    let promised = detect::promises(name) || textual::is_model_text_name(name);
    if scan.depth() > 0 && kind == Kind::Unknown && promised {
        let words = format!("the content is not that of a `.{}` file", detect::extension(name));
        scan.find(&rules::FORMAT_UNKNOWN, 0, words);
    }
}

/// Readers that need no more than the bytes in their order.
fn ordered(kind: Kind, name: &str, mut stream: Stream<'_>, scan: &mut Scan<'_>) -> Step<()> {
    match kind {
        Kind::Pickle => pickle::scan(&mut stream, After::Nothing, scan),
        Kind::Npy => npy::scan(&mut stream, scan),
        Kind::Tar => tar::scan(&mut stream, scan),
        Kind::Safetensors => safetensors::scan(&mut stream, scan),
        Kind::Gguf => gguf::scan(&mut stream, scan),
        Kind::Onnx => onnx::scan(&mut stream, scan),
        Kind::Tensorflow => tensorflow::scan(name, &mut stream, scan),
        Kind::Tflite => tflite::scan(&mut stream, scan),
        Kind::CoreMl => coreml::scan(&mut stream, scan),
        Kind::Paddle => paddle::scan(&mut stream, scan),
        Kind::Msgpack => msgpack::scan(&mut stream, scan),
        Kind::Java => java::scan(&mut stream, scan),
        Kind::Script => {
            // A script alone in a folder is none of a model's.
            if scan.depth() > 0 || detect::is_model_name(name) {
                scan.formats.insert("script");
                scan.find(&rules::SCRIPT, 0, "a script for a command shell");
            }
            Ok(())
        }
        Kind::Unread(format) => {
            scan.formats.insert(format);
            scan.find(
                &rules::FORMAT_UNREAD,
                0,
                format!("the content is {format}, which is not read"),
            );
            Ok(())
        }
        Kind::Plain(format) => {
            scan.formats.insert(format);
            Ok(())
        }
        Kind::Executable => {
            if detect::is_model_name(name) || scan.depth() > 0 {
                scan.formats.insert("executable");
                scan.find(&rules::EXECUTABLE, 0, "begins as a program of an operating system does");
            }
            Ok(())
        }
        kind if kind.is_compressed() => {
            let read = StreamRead(stream);
            unpack(kind, name, read, u64::MAX, scan)
        }
        _ => Ok(()),
    }
}

struct StreamRead<'a>(Stream<'a>);

impl Read for StreamRead<'_> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        let ahead = self.0.peek(out.len().clamp(1, 4096));
        let ahead = ahead.map_err(|halt| std::io::Error::other(halt.reason))?;
        let count = ahead.len().min(out.len());
        out[..count].copy_from_slice(&ahead[..count]);
        self.0.skip(count as u64).map_err(|halt| std::io::Error::other(halt.reason))?;
        Ok(count)
    }
}

fn unpack(kind: Kind, name: &str, source: impl Read, bytes: u64, scan: &mut Scan<'_>) -> Step<()> {
    let format = packed::name(kind);
    scan.formats.insert(format);
    let inflated =
        packed::inflate(kind, source, bytes, scan).map_err(|error| Halt::io(0, &error))?;
    let inner = inner_name(name);
    let before = (scan.formats.len(), scan.findings.len());
    scan.inside(format, |scan| read(&inner, inflated, scan));
    let nothing = before == (scan.formats.len(), scan.findings.len());
    if nothing && scan.depth() == 0 && detect::is_model_name(name) {
        scan.find(&rules::FORMAT_UNKNOWN, 0, "what is compressed is of no known model format");
    }
    Ok(())
}

/// The name without the end that says the compression.
fn inner_name(name: &str) -> String {
    for end in [".gz", ".z", ".zlib", ".bz2", ".xz", ".lzma", ".zst", ".lz4"] {
        if let Some(inner) = name.strip_suffix(end) {
            return inner.to_owned();
        }
    }
    if detect::is_pickle_name(name) { name.to_owned() } else { String::new() }
}
