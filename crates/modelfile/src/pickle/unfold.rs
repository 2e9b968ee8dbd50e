//! How large the lists, tuples, sets and dictionaries of a pickle are once everything that is
//! shared in them is written out.
//!
//! A list of ten references to a list of ten references, and so on, is a small file and a small
//! object; whoever prints, compares or copies it never comes to an end. Sizes are powers of two,
//! kept for what is on the stack and in the memo. An object counts as one value, because objects
//! that refer to each other are how every model is stored.

/// How many values an object may stand for, for each opcode of its pickle, as a power of two.
const TIMES_MAX: u32 = 20;

/// The sizes so far. A value without an entry counts as one.
#[derive(Default)]
pub(super) struct Unfold {
    /// Place on the stack and size, in the order of the places.
    stack: Vec<(usize, u8)>,
    memo: Vec<u8>,
    /// Containers on the stack that the memo has too: filling one fills the other.
    open: Vec<(usize, usize)>,
    most: u8,
}

impl Unfold {
    /// Begins anew.
    pub(super) fn clear(&mut self) {
        self.stack.clear();
        self.memo.clear();
        self.open.clear();
        self.most = 0;
    }

    /// The stack has become as short as this.
    #[inline]
    pub(super) fn shrunk(&mut self, len: usize) {
        while self.stack.last().is_some_and(|(place, _)| *place >= len) {
            self.stack.pop();
        }
        while self.open.last().is_some_and(|(place, _)| *place >= len) {
            self.open.pop();
        }
    }

    /// Values are put together into the container at `to`, or into the one that will be there.
    #[inline]
    pub(super) fn packed(&mut self, from: usize, end: usize, to: usize) {
        let mut sum = 1.0 + f64::from(u32::try_from(end.saturating_sub(from)).unwrap_or(u32::MAX));
        while let Some((_, size)) = self.stack.pop_if(|(place, _)| *place >= from) {
            sum += f64::from(size).exp2() - 1.0;
        }
        self.shrunk(to + 1);
        if let Some((_, size)) = self.stack.pop_if(|(place, _)| *place == to) {
            sum += f64::from(size).exp2() - 1.0;
        }
        let size = power(sum);
        if size > 0 {
            self.stack.push((to, size));
            self.most = self.most.max(size);
            if let Some((place, number)) = self.open.last()
                && *place == to
                && let Some(kept) = self.memo.get_mut(*number)
            {
                *kept = size;
            }
        }
    }

    /// The memo keeps the container at `place` of the stack.
    pub(super) fn put(&mut self, number: u64, number_max: usize, place: usize) {
        let Some(number) = usize::try_from(number).ok().filter(|number| *number < number_max)
        else {
            return;
        };
        let size = self.stack.last().filter(|(at, _)| *at == place).map_or(0, |(_, size)| *size);
        if number >= self.memo.len() {
            self.memo.resize(number + 1, 0);
        }
        self.memo[number] = size;
        self.opened(place, number);
    }

    /// The memo keeps a value of one part.
    #[inline]
    pub(super) fn put_plain(&mut self, number: u64) {
        if number < self.memo.len() as u64
            && let Some(kept) = usize::try_from(number).ok().and_then(|n| self.memo.get_mut(n))
        {
            *kept = 0;
        }
    }

    /// The memo gives a container back to `place` of the stack. One that is being filled counts
    /// as one part: what refers to its owner is a circle, which every copier knows.
    pub(super) fn get(&mut self, number: u64, place: usize, marks: &[usize]) {
        const OWNERS_MAX: usize = 64;
        let Some(number) = usize::try_from(number).ok().filter(|n| *n < self.memo.len()) else {
            return;
        };
        let size = self.memo[number];
        // An owner has the mark of what fills it right above itself.
        let owner = |mark: &usize| {
            let place = self.open.binary_search_by_key(&mark.wrapping_sub(1), |(place, _)| *place);
            place.is_ok_and(|at| self.open[at].1 == number)
        };
        if size > 0 && !marks.iter().rev().take(OWNERS_MAX).any(owner) {
            self.stack.push((place, size));
        }
        self.opened(place, number);
    }

    fn opened(&mut self, place: usize, number: usize) {
        while self.open.pop_if(|(at, _)| *at >= place).is_some() {}
        self.open.push((place, number));
    }

    /// The value at `place` is the one below it once more.
    pub(super) fn doubled(&mut self, place: usize) {
        if let Some((_, size)) = self.stack.last().copied().filter(|(at, _)| *at + 1 == place) {
            self.stack.push((place, size));
        }
    }

    /// Whether the largest is out of all proportion to the pickle.
    pub(super) fn is_bomb(&self, opcodes: u64) -> bool {
        u32::from(self.most) > opcodes.max(1).ilog2() + TIMES_MAX
    }

    /// The largest, as a power of two.
    pub(super) fn most(&self) -> u8 {
        self.most
    }
}

/// The power of two that is not larger; beyond 2 to the 250 it is all one.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the logarithm of a number of 1 or more, cut to a byte"
)]
fn power(size: f64) -> u8 {
    size.log2().clamp(0.0, 250.0) as u8
}
