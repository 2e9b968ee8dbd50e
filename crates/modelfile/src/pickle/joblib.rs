//! Arrays between the opcodes: joblib writes the bytes of an array right after its wrapper.
//!
//! The loader of joblib reads them when it has built the wrapper, so a reader that does not know
//! them takes numbers for opcodes from there on.

use super::imports::Role;
use super::machine::Machine;
use super::value::{OBJECTS, Value};
use crate::paths;
use crate::rules;
use crate::scan::{Halt, Scan, Step, printable};
use crate::stream::Stream;

/// What `numpy.dtype(text)` is: the bytes of an element.
pub(super) fn dtype(text: &[u8]) -> Value {
    Value::Dtype(element_bytes(text).unwrap_or(OBJECTS))
}

/// The bytes of an element of a numpy type, without structure; none for objects and the unknown.
pub(crate) fn element_bytes(text: &[u8]) -> Option<u32> {
    let text = match text {
        [b'<' | b'>' | b'|' | b'=', rest @ ..] => rest,
        all => all,
    };
    let (kind, size) = text.split_first()?;
    let unit = size.iter().position(|b| *b == b'[').unwrap_or(size.len());
    let size: u32 =
        if unit == 0 { 0 } else { std::str::from_utf8(&size[..unit]).ok()?.parse().ok()? };
    match kind {
        b'b' | b'?' if size <= 1 => Some(1),
        b'i' | b'u' | b'f' | b'c' | b'm' | b'M' if size <= 32 => {
            Some(if size == 0 { 8 } else { size })
        }
        b'S' | b'a' | b'V' => Some(size),
        b'U' => size.checked_mul(4),
        _ => None,
    }
}

/// `BUILD`: sets the state of the object below it.
pub(super) fn built(
    machine: &mut Machine<'_>,
    state: Value,
    at: u64,
    stream: &mut Stream<'_>,
    scan: &mut Scan<'_>,
) -> Step<()> {
    if machine.stack.is_empty() {
        machine.fault(at, "BUILD without an object");
        machine.stack.push(Value::Unknown);
        return Ok(());
    }
    if let Value::Dtype(size) = machine.top() {
        if size != OBJECTS
            && holds_objects(machine, state)
            && let Some(top) = machine.stack.last_mut()
        {
            *top = Value::Dtype(OBJECTS);
        }
        return Ok(());
    }
    if matches!(machine.top(), Value::Global(_)) {
        let words = "sets attributes of an imported class or function itself";
        scan.find(&rules::BUILD_ON_IMPORT, at, words);
    }
    let Value::Made(class) = machine.top() else {
        return Ok(());
    };
    match machine.imports.role(class) {
        Role::Array => array(machine, state, at, stream, scan),
        Role::ArrayElsewhere => elsewhere(machine, state, at, scan),
        _ => Ok(()),
    }
}

/// Joblib before 0.10 put each array in a file beside the pickle and loads it by the name here,
/// as a pickle where it is one.
fn elsewhere(machine: &Machine<'_>, state: Value, at: u64, scan: &mut Scan<'_>) -> Step<()> {
    let unclear = || Halt::malformed(at, "an array of joblib in another file has no clear name");
    let Value::Dict { at: place, len } = state else {
        return Err(unclear());
    };
    let entries = machine.ring.get(place, len).ok_or_else(unclear)?;
    let mut named = false;
    for pair in entries.chunks_exact(2) {
        let Value::Text(key) = pair[0] else {
            return Err(unclear());
        };
        if machine.texts.get(key) == b"filename" {
            let Value::Text(name) = pair[1] else {
                return Err(unclear());
            };
            outside(machine.texts.get(name), at, scan);
            named = true;
        }
    }
    if named { Ok(()) } else { Err(unclear()) }
}

/// Notes the name of a file that is loaded with this one.
pub(super) fn outside(name: &[u8], at: u64, scan: &mut Scan<'_>) {
    let name = String::from_utf8_lossy(name);
    scan.say("external_data", name.as_ref());
    if paths::escapes(&name) {
        let words = format!("an array is loaded from `{}`", printable(&name));
        scan.find(&rules::EXTERNAL_ESCAPES, at, words);
    }
}

/// The flags of a numpy type are the last of its state; the lowest says that it holds objects.
fn holds_objects(machine: &Machine<'_>, state: Value) -> bool {
    let Value::Tuple { at, len } = state else {
        return false;
    };
    matches!(machine.ring.get(at, len).as_deref(), Some([.., Value::Int(flags)]) if flags & 1 == 1)
}

fn array(
    machine: &mut Machine<'_>,
    state: Value,
    at: u64,
    stream: &mut Stream<'_>,
    scan: &mut Scan<'_>,
) -> Step<()> {
    let unclear =
        |what: &str| Halt::malformed(at, format!("an array of joblib has no clear {what}"));
    let Value::Dict { at: place, len } = state else {
        return Err(unclear("state"));
    };
    let entries = machine.ring.get(place, len).ok_or_else(|| unclear("state"))?;
    let value = |wanted: &[u8]| {
        entries.chunks_exact(2).find_map(|pair| match pair[0] {
            Value::Text(key) if machine.texts.get(key) == wanted => Some(pair[1]),
            _ => None,
        })
    };
    let Some(Value::Dtype(size)) = value(b"dtype") else {
        return Err(unclear("type"));
    };
    if size == OBJECTS {
        // The elements are a pickle of their own, which begins here and is read by the same walk.
        return super::inner(stream, scan);
    }
    let Some(Value::Tuple { at: place, len }) = value(b"shape") else {
        return Err(unclear("shape"));
    };
    let mut bytes = u64::from(size);
    for side in machine.ring.get(place, len).ok_or_else(|| unclear("shape"))? {
        let Value::Int(length) = side else {
            return Err(unclear("shape"));
        };
        let length = u64::try_from(length).map_err(|_| unclear("shape"))?;
        bytes = bytes.checked_mul(length).ok_or_else(|| unclear("size"))?;
    }
    if matches!(value(b"numpy_array_alignment_bytes"), Some(Value::Int(_))) {
        let [padding] = stream.array()?;
        stream.skip(u64::from(padding))?;
    }
    super::nested::payload(stream, bytes, scan)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_of_plain_types() {
        for (text, bytes) in
            [("<f8", Some(8)), ("i4", Some(4)), ("|b1", Some(1)), ("<U5", Some(20))]
        {
            assert_eq!(element_bytes(text.as_bytes()), bytes, "{text}");
        }
        assert_eq!(element_bytes(b"|O"), None);
        assert_eq!(element_bytes(b"<M8[ns]"), Some(8));
        assert_eq!(element_bytes(b"U4294967295"), None);
    }
}
