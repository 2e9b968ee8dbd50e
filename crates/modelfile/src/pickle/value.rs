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

impl Value {
    /// Whether it may hold other values, which what is kept of it does not say.
    #[inline]
    pub(super) fn is_container(self) -> bool {
        matches!(self, Self::Other | Self::Tuple { .. } | Self::Dict { .. })
    }
}

/// The size of a data type whose elements are pickled.
pub(super) const OBJECTS: u32 = u32::MAX;

const RING_VALUES: usize = 1 << 12;
/// How many values of one tuple or dictionary are kept.
pub(super) const PACKED_MAX: usize = 32;

/// The last packed values. Who asks for older ones learns that they are gone.
pub(super) struct Ring {
    /// Empty until something is kept: most of many small pickles need none.
    values: Box<[Value]>,
    head: u32,
}

impl Ring {
    pub(super) fn new() -> Self {
        Self { values: Box::default(), head: 0 }
    }

    /// Begins anew. What older places hold can no longer be asked for.
    pub(super) fn clear(&mut self) {
        self.head = 0;
    }

    pub(super) fn keep(&mut self, values: &[Value]) -> (u32, u8) {
        let kept = &values[..values.len().min(PACKED_MAX)];
        let at = self.head;
        if self.values.is_empty() && !kept.is_empty() {
            self.values = vec![Value::Unknown; RING_VALUES].into_boxed_slice();
        }
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

/// The texts that may still name something. When there is no more room the older half goes,
/// except what has named something before: picklers write a name right before they use it, and
/// later refer to that.
pub(super) struct Texts {
    bytes: Vec<u8>,
    spans: Vec<(u32, u32)>,
    /// The number of the first span.
    first: u32,
    pinned: HashMap<u32, Box<[u8]>>,
    bytes_max: usize,
}

impl Texts {
    pub(super) fn new(bytes_max: usize) -> Self {
        Self {
            bytes: Vec::new(),
            spans: Vec::new(),
            first: 0,
            pinned: HashMap::new(),
            bytes_max: bytes_max.min(u32::MAX as usize / 2),
        }
    }

    pub(super) fn clear(&mut self) {
        self.bytes.clear();
        self.spans.clear();
        self.pinned.clear();
        self.first = 0;
    }

    pub(super) fn keep(&mut self, text: &[u8]) -> Value {
        let spans_max = self.bytes_max / size_of::<(u32, u32)>();
        if self.bytes.len() + text.len() > self.bytes_max || self.spans.len() >= spans_max {
            self.forget();
        }
        let number = u32::try_from(self.spans.len()).ok().and_then(|n| n.checked_add(self.first));
        let (Ok(from), Ok(length)) = (u32::try_from(self.bytes.len()), u32::try_from(text.len()))
        else {
            return Value::Unknown;
        };
        let Some(number) = number else {
            return Value::Unknown;
        };
        self.bytes.extend_from_slice(text);
        self.spans.push((from, length));
        Value::Text(number)
    }

    /// Forgets the older half.
    fn forget(&mut self) {
        let half = self.spans.len() / 2;
        let from = self.spans.get(half).map_or(self.bytes.len(), |span| span.0 as usize);
        self.bytes.drain(..from);
        self.spans.drain(..half);
        for span in &mut self.spans {
            span.0 -= u32::try_from(from).unwrap_or(u32::MAX);
        }
        self.first = self.first.saturating_add(u32::try_from(half).unwrap_or(u32::MAX));
    }

    /// The text, if it is still there.
    pub(super) fn find(&self, number: u32) -> Option<&[u8]> {
        let Some(place) = number.checked_sub(self.first) else {
            return self.pinned.get(&number).map(|text| &**text);
        };
        let (from, length) = self.spans.get(place as usize).copied()?;
        self.bytes.get(from as usize..from as usize + length as usize)
    }

    /// The text, or an empty one.
    pub(super) fn get(&self, number: u32) -> &[u8] {
        self.find(number).unwrap_or_default()
    }

    /// Keeps a text that has named something for good.
    pub(super) fn pin(&mut self, number: u32) {
        const PINNED_MAX: usize = 1 << 12;
        if self.pinned.len() < PINNED_MAX
            && !self.pinned.contains_key(&number)
            && let Some(text) = self.find(number)
        {
            let text = text.into();
            self.pinned.insert(number, text);
        }
    }
}

/// The memo: dense while the pickler counts up, a map for what an attacker numbers as he likes.
pub(super) struct Memo {
    dense: Vec<Value>,
    sparse: HashMap<u64, Value>,
    values_max: usize,
    /// The largest number in the map.
    most: u64,
    full: bool,
}

impl Memo {
    pub(super) fn new(values_max: usize) -> Self {
        Self { dense: Vec::new(), sparse: HashMap::new(), values_max, most: 0, full: false }
    }

    pub(super) fn clear(&mut self) {
        self.dense.clear();
        self.sparse.clear();
        self.full = false;
        self.most = 0;
    }

    pub(super) fn put(&mut self, at: u64, value: Value) {
        let next = self.dense.len() as u64;
        if at < next {
            if let Some(slot) = usize::try_from(at).ok().and_then(|at| self.dense.get_mut(at)) {
                *slot = value;
            }
        } else if at == next && self.dense.len() < self.values_max {
            self.dense.push(value);
        } else if self.sparse.len() < self.values_max / 8
            || (at <= self.most && self.sparse.contains_key(&at))
        {
            self.sparse.insert(at, value);
            self.most = self.most.max(at);
        } else {
            self.full = true;
        }
    }

    pub(super) fn get(&self, at: u64) -> Option<Value> {
        let dense = usize::try_from(at).ok().and_then(|at| self.dense.get(at));
        dense.or_else(|| self.sparse.get(&at)).copied()
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
