//! What a followed pickle keeps of the values on its stack: only what can name or size something.

use std::collections::HashMap;

/// A value, eight bytes wide. Everything that cannot lead to an import or a size is `Other`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Value {
    /// Data without a meaning for the scan.
    Other,
    /// Not known, because a limit was reached or the pickle is broken.
    Unknown,
    /// What a call gave back: it exists only when the pickle is run.
    Computed,
    Int(i32),
    /// A text that is kept, by number.
    Text(u32),
    /// An import, by number.
    Global(u32),
    /// An object of the class, or of the function's making, with that number.
    Made(u32),
    /// The last values that were packed, by their place in the ring.
    Tuple {
        at: u32,
        len: u8,
    },
    /// The keys and values that a dictionary was filled with, by their place in the ring.
    Dict {
        at: u32,
        len: u8,
    },
    /// A numpy data type: bytes of one element, or [`OBJECTS`].
    Dtype(u32),
}

/// The size of a data type whose elements are pickled.
pub(super) const OBJECTS: u32 = u32::MAX;

const RING_VALUES: usize = 1 << 12;
/// How many values of one tuple or dictionary are kept.
pub(super) const PACKED_MAX: usize = 32;

/// The last packed values. Who asks for older ones learns that they are gone.
pub(super) struct Ring {
    values: Box<[Value]>,
    head: u32,
}

impl Ring {
    pub(super) fn new() -> Self {
        Self { values: vec![Value::Unknown; RING_VALUES].into_boxed_slice(), head: 0 }
    }

    pub(super) fn keep(&mut self, values: &[Value]) -> (u32, u8) {
        let kept = &values[..values.len().min(PACKED_MAX)];
        let at = self.head;
        for value in kept {
            self.values[self.head as usize % RING_VALUES] = *value;
            self.head = self.head.wrapping_add(1);
        }
        (at, u8::try_from(kept.len()).unwrap_or(u8::MAX))
    }

    pub(super) fn get(&self, at: u32, len: u8) -> Option<Vec<Value>> {
        if self.head.wrapping_sub(at) as usize > RING_VALUES {
            return None;
        }
        Some(
            (0..u32::from(len))
                .map(|i| self.values[at.wrapping_add(i) as usize % RING_VALUES])
                .collect(),
        )
    }
}

/// The texts that may still name something.
pub(super) struct Texts {
    bytes: Vec<u8>,
    spans: Vec<(u32, u32)>,
    bytes_max: usize,
}

impl Texts {
    pub(super) fn new(bytes_max: usize) -> Self {
        Self { bytes: Vec::new(), spans: Vec::new(), bytes_max }
    }

    pub(super) fn keep(&mut self, text: &[u8]) -> Value {
        let number = u32::try_from(self.spans.len());
        let from = u32::try_from(self.bytes.len());
        let room = self.bytes.len() + text.len() <= self.bytes_max
            && self.spans.len() * size_of::<(u32, u32)>() <= self.bytes_max;
        let (Ok(number), Ok(from), true) = (number, from, room) else {
            return Value::Unknown;
        };
        self.bytes.extend_from_slice(text);
        self.spans.push((from, u32::try_from(text.len()).unwrap_or(u32::MAX)));
        Value::Text(number)
    }

    pub(super) fn get(&self, number: u32) -> &[u8] {
        let span = self.spans.get(number as usize).copied().unwrap_or_default();
        self.bytes.get(span.0 as usize..(span.0 as usize + span.1 as usize)).unwrap_or_default()
    }
}

/// The memo: dense while the pickler counts up, a map for what an attacker numbers as he likes.
pub(super) struct Memo {
    dense: Vec<Value>,
    sparse: HashMap<u64, Value>,
    values_max: usize,
    full: bool,
}

impl Memo {
    pub(super) fn new(values_max: usize) -> Self {
        Self { dense: Vec::new(), sparse: HashMap::new(), values_max, full: false }
    }

    pub(super) fn put(&mut self, at: u64, value: Value) {
        let next = self.dense.len() as u64;
        if at < next {
            if let Some(slot) = usize::try_from(at).ok().and_then(|at| self.dense.get_mut(at)) {
                *slot = value;
            }
        } else if at == next && self.dense.len() < self.values_max {
            self.dense.push(value);
        } else if self.sparse.len() < self.values_max / 8 || self.sparse.contains_key(&at) {
            self.sparse.insert(at, value);
        } else {
            self.full = true;
        }
    }

    pub(super) fn get(&self, at: u64) -> Option<Value> {
        let dense = usize::try_from(at).ok().and_then(|at| self.dense.get(at));
        let found = dense.or_else(|| self.sparse.get(&at)).copied();
        // What did not fit is not known; it is not an error of the pickle.
        found.or(self.full.then_some(Value::Unknown))
    }

    /// Where `MEMOIZE` puts the next value: the number of entries.
    pub(super) fn count(&self) -> u64 {
        (self.dense.len() + self.sparse.len()) as u64
    }

    pub(super) fn values_max(&self) -> usize {
        self.values_max
    }

    pub(super) fn is_full(&self) -> bool {
        self.full
    }
}
