//! `NumPy` arrays: a header that is a Python literal, then numbers, or a pickle of objects.

use crate::literal::{self, Literal};
use crate::pickle::joblib::element_bytes;
use crate::pickle::{self, After};
use crate::rules;
use crate::scan::{Halt, Scan, Step};
use crate::stream::Stream;

pub(crate) const MAGIC: &[u8] = b"\x93NUMPY";

const HEADER_BYTES_MAX: usize = 1 << 20;

/// Scans a file of one array, or of several that were written one after the other.
pub(crate) fn scan(stream: &mut Stream<'_>, scan: &mut Scan<'_>) -> Step<()> {
    scan.formats.insert("numpy-npy");
    loop {
        array(stream, scan)?;
        let ahead = stream.peek(MAGIC.len())?;
        if ahead.is_empty() {
            return Ok(());
        }
        if ahead != MAGIC {
            let at = stream.offset();
            scan.find(&rules::HIDDEN_DATA, at, "data follows the array");
            return trailing(stream, scan);
        }
    }
}

/// A loader may go on reading where the array ends.
fn trailing(stream: &mut Stream<'_>, scan: &mut Scan<'_>) -> Step<()> {
    if matches!(stream.peek(2)?, [0x80, version] if *version <= 5) {
        pickle::scan(stream, After::Nothing, scan)?;
    }
    Ok(())
}

fn array(stream: &mut Stream<'_>, scan: &mut Scan<'_>) -> Step<()> {
    let start = stream.offset();
    stream.skip(MAGIC.len() as u64)?;
    let [major, minor] = stream.array()?;
    let length = match major {
        1 => usize::from(u16::from_le_bytes(stream.array()?)),
        2 | 3 => usize::try_from(u32::from_le_bytes(stream.array()?)).unwrap_or(usize::MAX),
        _ => {
            let words = format!("version {major}.{minor} of the array format");
            return Err(Halt { rule: &rules::VERSION, offset: start, reason: words });
        }
    };
    if length > HEADER_BYTES_MAX {
        return Err(Halt::limit(start, format!("a header of {length} bytes")));
    }
    let at = stream.offset();
    let header = stream.take(length)?;
    let header = literal::read(&header)
        .map_err(|words| Halt::malformed(at, format!("the header is no plain literal: {words}")))?;
    let unclear = |what: &str| Halt::malformed(at, format!("the header has no {what}"));
    let descr = header.get("descr").ok_or_else(|| unclear("type"))?;
    let shape = header.get("shape").map(Literal::items).ok_or_else(|| unclear("shape"))?;
    if header.get("fortran_order").is_none() || header.len() != 3 {
        return Err(unclear("three plain keys"));
    }
    let Some(mut bytes) = element(descr, 0) else {
        return pickle::scan(stream, After::Nothing, scan);
    };
    for length in shape {
        let side = length.count().ok_or_else(|| unclear("shape of whole numbers"))?;
        bytes = bytes.checked_mul(side).ok_or_else(|| unclear("size that can be"))?;
    }
    stream.skip(bytes)
}

/// Bytes of one element; none where it is pickled or cannot be told.
fn element(descr: &Literal, depth: usize) -> Option<u64> {
    if depth > 8 {
        return None;
    }
    match descr {
        Literal::Text(text) => element_bytes(text.as_bytes()).map(u64::from),
        Literal::List(fields) => {
            let mut sum = 0_u64;
            for field in fields {
                let parts = field.items();
                let mut one = element(parts.get(1)?, depth + 1)?;
                match parts.get(2) {
                    Some(Literal::Count(count)) => one = one.checked_mul(*count)?,
                    Some(Literal::List(sides)) => {
                        for side in sides {
                            one = one.checked_mul(side.count()?)?;
                        }
                    }
                    Some(_) => return None,
                    None => {}
                }
                sum = sum.checked_add(one)?;
            }
            Some(sum)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::{Limits, scan_bytes};

    fn codes(header: &str, data: &[u8]) -> Vec<&'static str> {
        let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
        bytes.extend(u16::try_from(header.len()).unwrap().to_le_bytes());
        bytes.extend_from_slice(header.as_bytes());
        bytes.extend_from_slice(data);
        let report = scan_bytes("a.npy", &bytes, &Limits::default());
        report.findings.iter().map(|finding| finding.code).collect()
    }

    #[test]
    fn numbers_are_clean_and_objects_are_followed() {
        let header = |descr: &str| {
            format!("{{'descr': {descr}, 'fortran_order': False, 'shape': (2, 3), }}\n")
        };
        assert!(codes(&header("'<f8'"), &[0; 48]).is_empty());
        assert_eq!(codes(&header("'<f8'"), &[0; 47]), ["truncated"]);
        assert_eq!(codes(&header("'<f8'"), &[0; 49]), ["hidden-data"]);
        assert!(codes(&header("[('a', '<f4'), ('b', '<i2', (2,))]"), &[0; 48]).is_empty());
        let evil = b"\x80\x04cos\nsystem\n\x8c\x02id\x85R.";
        assert_eq!(codes(&header("'|O'"), evil), ["pickle-import-dangerous"]);
        assert_eq!(codes(&header("[('a', '|O')]"), evil), ["pickle-import-dangerous"]);
        assert_eq!(codes(&header("__import__('os')"), &[0; 48]), ["malformed"]);
    }
}
