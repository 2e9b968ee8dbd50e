//! Messages of protobuf, field by field, without a schema compiler and without holding them.

use crate::scan::{Halt, Step};
use crate::stream::Stream;

/// A field whose payload is still in the stream when it has one of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Field {
    Number(u64, u64),
    /// The number of the field and how many bytes follow.
    Bytes(u64, u64),
    /// A field of fixed width, already passed.
    Fixed(u64),
}

/// The next field of the message that ends at `end`; none at its end.
pub(crate) fn next(stream: &mut Stream<'_>, end: u64) -> Step<Option<Field>> {
    let at = stream.offset();
    if at >= end || stream.is_done()? {
        if at < end && end != u64::MAX {
            return Err(Halt::ends(at, format!("a message of {} more bytes", end - at)));
        }
        return Ok(None);
    }
    let tag = varint(stream)?;
    let number = tag >> 3;
    if number == 0 {
        return Err(Halt::malformed(at, "a field with the number 0"));
    }
    let field = match tag & 7 {
        0 => Field::Number(number, varint(stream)?),
        1 => {
            stream.skip(8)?;
            Field::Fixed(number)
        }
        2 => {
            let length = varint(stream)?;
            if stream.offset().checked_add(length).is_none_or(|stop| stop > end) {
                return Err(Halt::malformed(at, "a field is longer than its message"));
            }
            Field::Bytes(number, length)
        }
        5 => {
            stream.skip(4)?;
            Field::Fixed(number)
        }
        kind => return Err(Halt::malformed(at, format!("a field of the unknown kind {kind}"))),
    };
    Ok(Some(field))
}

fn varint(stream: &mut Stream<'_>) -> Step<u64> {
    let at = stream.offset();
    let mut value = 0_u64;
    for shift in (0..70).step_by(7) {
        let [byte] = stream.array()?;
        if shift < 64 {
            value |= u64::from(byte & 0x7f) << shift;
        }
        if byte & 0x80 == 0 {
            return Ok(value);
        }
    }
    Err(Halt::malformed(at, "a number of more than ten bytes"))
}

/// A text of at most `bytes_max`; a longer one is passed over and is cut.
pub(crate) fn text(stream: &mut Stream<'_>, length: u64, bytes_max: u64) -> Step<String> {
    let kept = length.min(bytes_max);
    let bytes = stream.take(usize::try_from(kept).unwrap_or(usize::MAX))?;
    stream.skip(length - kept)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// Calls `work` for each field of the next `length` bytes. What it leaves of a payload is passed.
pub(crate) fn each(
    stream: &mut Stream<'_>,
    length: u64,
    work: &mut dyn FnMut(&mut Stream<'_>, Field) -> Step<()>,
) -> Step<()> {
    let end = if length == u64::MAX { u64::MAX } else { stream.offset().saturating_add(length) };
    while let Some(field) = next(stream, end)? {
        let stop = match field {
            Field::Bytes(_, length) => stream.offset().saturating_add(length),
            _ => stream.offset(),
        };
        work(stream, field)?;
        stream.skip(stop.saturating_sub(stream.offset()))?;
    }
    Ok(())
}
