//! Objects of Java, as Weka and others save them: a reader builds whatever class stands in them.
//!
//! Which classes stand there is told by their descriptors. The objects themselves are not
//! followed, so a file of none but ordinary classes is not read and never clean.

use crate::rules;
use crate::scan::{Scan, Step, printable};
use crate::stream::Stream;

pub(crate) const MAGIC: &[u8] = b"\xac\xed\x00\x05";

/// A class descriptor: its mark, two bytes of length, its name.
const DESCRIPTOR: u8 = 0x72;
const NAME_BYTES_MAX: usize = 200;
const CHUNK_BYTES: usize = 128 << 10;
/// Where the classes of models, and those that they are made of, lie.
const ORDINARY: [&str; 7] = [
    "java.lang.",
    "java.util.",
    "java.math.",
    "weka.core.",
    "weka.classifiers.",
    "weka.filters.",
    "[",
];

/// Scans a file.
pub(crate) fn scan(stream: &mut Stream<'_>, scan: &mut Scan<'_>) -> Step<()> {
    scan.formats.insert("java-objects");
    scan.find(&rules::FORMAT_UNREAD, 0, "objects of Java, of which only the classes are looked at");
    loop {
        let at = stream.offset();
        let chunk = stream.peek(CHUNK_BYTES)?;
        let whole = chunk.len() < CHUNK_BYTES;
        let last = if whole { chunk.len() } else { chunk.len() - NAME_BYTES_MAX - 3 };
        let found: Vec<(usize, String)> = memchr::memchr_iter(DESCRIPTOR, &chunk[..last])
            .filter_map(|place| Some((place, class(&chunk[place + 1..])?)))
            .collect();
        for (place, name) in found {
            if !ORDINARY.iter().any(|prefix| name.starts_with(prefix)) {
                let words = format!("an object of the class `{}`", printable(&name));
                scan.find(&rules::JAVA_CLASS, at + place as u64, words);
            }
        }
        if whole {
            return Ok(());
        }
        stream.skip(last as u64)?;
    }
}

/// The name of a class, where one stands.
fn class(bytes: &[u8]) -> Option<String> {
    let (length, rest) = bytes.split_first_chunk::<2>()?;
    let length = usize::from(u16::from_be_bytes(*length));
    let name = rest.get(..length).filter(|_| (3..=NAME_BYTES_MAX).contains(&length))?;
    let plain = |byte: &u8| {
        byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'$' | b'[' | b';')
    };
    let dotted = name.contains(&b'.') || name.first() == Some(&b'[');
    (dotted && name.iter().all(plain)).then(|| String::from_utf8_lossy(name).into_owned())
}
