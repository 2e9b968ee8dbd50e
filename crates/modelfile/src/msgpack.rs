//! `MessagePack`: the weights of Flax, and data of spaCy and others. Nothing in it is built by
//! itself; what can run is a pickle in its bytes, and an extension that a program of one's own
//! gives a meaning to.

use crate::pickle::nested;
use crate::rules;
use crate::scan::{Halt, Scan, Step};
use crate::stream::Stream;

/// Extensions of Flax: an array, a complex number, a number of numpy.
const ARRAYS: [i8; 3] = [1, 2, 3];
/// The extension that the format itself defines.
const TIME: i8 = -1;

/// Whether bytes begin as a map whose first key is a text, or is the first of bytes.
pub(crate) fn is_probable(head: &[u8]) -> bool {
    let ([0x81..=0x8f, key @ ..] | [0xde, _, _, key @ ..] | [0xdf, _, _, _, _, key @ ..]) = head
    else {
        return false;
    };
    let (length, text) = match key {
        [first @ 0xa1..=0xbf, rest @ ..] => (usize::from(first & 0x1f), rest),
        [0xd9 | 0xc4, length, rest @ ..] if *length > 0 => (usize::from(*length), rest),
        _ => return false,
    };
    text.get(..length).is_some_and(|text| text.iter().all(|b| b.is_ascii_graphic() || *b == b' '))
}

/// One value in the stream: how many values it holds, or how many bytes.
enum Item {
    Plain,
    Values(u64),
    Text(u64),
    Bytes(u64),
    Extension(u64, i8),
}

/// Scans a file of one value or of several.
pub(crate) fn scan(stream: &mut Stream<'_>, scan: &mut Scan<'_>) -> Step<()> {
    scan.formats.insert("msgpack");
    while !stream.is_done()? {
        value(stream, scan)?;
    }
    Ok(())
}

/// One value; those in it are counted and not followed by recursion.
fn value(stream: &mut Stream<'_>, scan: &mut Scan<'_>) -> Step<()> {
    let mut left = vec![1_u64];
    while let Some(count) = left.last_mut() {
        if *count == 0 {
            left.pop();
            continue;
        }
        *count -= 1;
        let at = stream.offset();
        match item(stream)? {
            Item::Plain => {}
            Item::Values(count) if left.len() < scan.limits.depth_max => left.push(count),
            Item::Values(_) => return Err(Halt::limit(at, "values lie too deep in each other")),
            Item::Text(length) => stream.skip(length)?,
            Item::Bytes(length) => nested::payload(stream, length, scan)?,
            Item::Extension(length, kind) => {
                if kind != TIME && !ARRAYS.contains(&kind) {
                    let words = format!("an extension of the type {kind}");
                    scan.find(&rules::EXTENSION_TYPE, at, words);
                }
                nested::payload(stream, length, scan)?;
            }
        }
    }
    Ok(())
}

fn item(stream: &mut Stream<'_>) -> Step<Item> {
    let at = stream.offset();
    let [first] = stream.array()?;
    Ok(match first {
        0x00..=0x7f | 0xe0..=0xff | 0xc0 | 0xc2 | 0xc3 => Item::Plain,
        0x80..=0x8f => Item::Values(2 * u64::from(first & 0x0f)),
        0x90..=0x9f => Item::Values(u64::from(first & 0x0f)),
        0xa0..=0xbf => Item::Text(u64::from(first & 0x1f)),
        0xc1 => return Err(Halt::malformed(at, "0xc1 begins no value")),
        0xc4..=0xc6 => Item::Bytes(length(stream, first - 0xc4)?),
        0xc7..=0xc9 => {
            let length = length(stream, first - 0xc7)?;
            Item::Extension(length, i8::from_le_bytes(stream.array()?))
        }
        0xca | 0xcb => {
            stream.skip(if first == 0xca { 4 } else { 8 })?;
            Item::Plain
        }
        0xcc..=0xd3 => {
            stream.skip(1 << (first & 3))?;
            Item::Plain
        }
        0xd4..=0xd8 => {
            let kind = i8::from_le_bytes(stream.array()?);
            Item::Extension(1 << (first - 0xd4), kind)
        }
        0xd9..=0xdb => Item::Text(length(stream, first - 0xd9)?),
        0xdc | 0xdd => Item::Values(length(stream, first - 0xdb)?),
        0xde | 0xdf => Item::Values(2 * length(stream, first - 0xdd)?),
    })
}

/// A length of one, two or four bytes.
fn length(stream: &mut Stream<'_>, size: u8) -> Step<u64> {
    Ok(match size {
        0 => u64::from(stream.array::<1>()?[0]),
        1 => u64::from(u16::from_be_bytes(stream.array()?)),
        _ => u64::from(u32::from_be_bytes(stream.array()?)),
    })
}

#[cfg(test)]
mod tests {
    use crate::{Limits, scan_bytes};

    fn codes(bytes: &[u8]) -> Vec<&'static str> {
        let report = scan_bytes("flax_model.msgpack", bytes, &Limits::default());
        assert!(report.formats.contains("msgpack"), "{report:?}");
        report.findings.iter().map(|finding| finding.code).collect()
    }

    #[test]
    fn pickles_in_bytes_and_foreign_extensions_are_found() {
        let none: &[&str] = &[];
        let map = |value: &[u8]| [&[0x81, 0xa1, b'w'], value].concat();
        assert_eq!(codes(&map(&[0x93, 1, 0xcd, 1, 0, 0xc0])), none);
        assert_eq!(codes(&map(&[0xc7, 3, 1, 0x93, 0x90, 0])), none);
        assert_eq!(codes(&map(&[0xd4, 99, 0])), ["extension-type-unknown"]);
        let pickle = b"\x80\x02cos\nsystem\n.";
        let bytes = [&[0xc4, u8::try_from(pickle.len()).unwrap()], &pickle[..]].concat();
        assert_eq!(codes(&map(&bytes)), ["pickle-import-dangerous"]);
        assert_eq!(codes(&map(&[0xc4, 9, 0])), ["truncated"]);
        assert_eq!(codes(&map(&[0xc1])), ["malformed"]);
        assert_eq!(codes(&map(&[0x91].repeat(200))), ["over-limit"]);
    }
}
