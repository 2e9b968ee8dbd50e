//! TensorFlow Lite: operators are numbers, and names where they come from TensorFlow itself.

use crate::rules;
use crate::scan::{Scan, Step};
use crate::stream::Stream;

/// Operators of TensorFlow that reach outside; the runtime takes them with this first word.
const DANGEROUS: [&[u8]; 6] = [
    b"FlexReadFile",
    b"FlexWriteFile",
    b"FlexMatchingFiles",
    b"FlexPyFunc",
    b"FlexEagerPyFunc",
    b"FlexLoadLibrary",
];
const CHUNK_BYTES: usize = 128 << 10;
const OVERLAP_BYTES: usize = 32;

/// Scans a file.
pub(crate) fn scan(stream: &mut Stream<'_>, scan: &mut Scan<'_>) -> Step<()> {
    scan.formats.insert("tflite");
    loop {
        let at = stream.offset();
        let chunk = stream.peek(CHUNK_BYTES)?;
        let found = DANGEROUS
            .iter()
            .find_map(|name| memchr::memmem::find(chunk, name).map(|place| (*name, place)));
        let length = chunk.len();
        if let Some((name, place)) = found {
            let words = format!("the operator `{}`", String::from_utf8_lossy(name));
            scan.find(&rules::OPERATOR_DANGEROUS, at + place as u64, words);
            return Ok(());
        }
        if length < CHUNK_BYTES {
            return Ok(());
        }
        stream.skip((length - OVERLAP_BYTES) as u64)?;
    }
}
