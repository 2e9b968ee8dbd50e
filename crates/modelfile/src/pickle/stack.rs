//! The opcodes that only move values: between stack and memo, and into containers.

use super::machine::Machine;
use super::value::Value;
use crate::scan::Step;
use crate::stream::Stream;

impl Machine<'_> {
    pub(super) fn memo(&mut self, opcode: u8, at: u64, stream: &mut Stream<'_>) -> Step<()> {
        let place = match opcode {
            0x94 => self.memo.count(),
            b'q' | b'h' => u64::from(stream.array::<1>()?[0]),
            b'r' | b'j' => u64::from(u32::from_le_bytes(stream.array()?)),
            _ => {
                let place = stream.with_line(32, |line| {
                    std::str::from_utf8(line).unwrap_or_default().trim().parse().ok()
                })?;
                place.unwrap_or_else(|| {
                    self.fault(at, "a place in the memo is no number");
                    u64::MAX
                })
            }
        };
        if matches!(opcode, b'h' | b'j' | b'g') {
            self.get(place, at);
        } else {
            self.put(place, at);
        }
        Ok(())
    }

    /// Puts what the memo has on the stack.
    pub(super) fn get(&mut self, place: u64, at: u64) {
        let value = self.memo.get(place).unwrap_or_else(|| {
            if self.memo.is_full() {
                self.missed = true;
            } else {
                self.fault(at, format!("the memo has nothing at {place}"));
            }
            Value::Unknown
        });
        self.imports.reached(value);
        if value.is_container() {
            self.unfold.get(place, self.stack.len(), &self.marks);
        }
        self.push(value);
    }

    /// Keeps what is on top.
    pub(super) fn put(&mut self, place: u64, at: u64) {
        if self.stack.is_empty() {
            self.fault(at, "an opcode keeps a value of an empty stack");
        }
        let value = self.top();
        self.memo.put(place, value);
        if value.is_container() {
            let most = self.memo.values_max();
            self.unfold.put(place, most, self.stack.len().saturating_sub(1));
        } else {
            self.unfold.put_plain(place);
        }
    }

    pub(super) fn shuffle(&mut self, opcode: u8, at: u64) {
        match opcode {
            b'0' if self.marks.last() == Some(&self.stack.len()) => {
                self.marks.pop();
            }
            b'0' => {
                self.pop(at);
            }
            b'1' => {
                let height = self.mark(at);
                self.cut(height);
            }
            _ => {
                if self.stack.is_empty() {
                    self.fault(at, "DUP on an empty stack");
                }
                let top = self.top();
                self.imports.reached(top);
                self.unfold.doubled(self.stack.len());
                self.push(top);
            }
        }
    }

    pub(super) fn container(&mut self, opcode: u8, at: u64) {
        let value = match opcode {
            b't' => {
                let height = self.mark(at);
                self.pack(height)
            }
            0x85..=0x87 => {
                let count = usize::from(opcode - 0x84);
                let short = self.stack.len() < count;
                if short {
                    self.fault(at, "a tuple of more values than the stack has");
                }
                self.pack(self.stack.len().saturating_sub(count))
            }
            b'd' => {
                let height = self.mark(at);
                let Value::Tuple { at, len } = self.pack(height) else {
                    return;
                };
                Value::Dict { at, len }
            }
            b'l' | 0x91 => {
                let height = self.mark(at);
                self.unfold.packed(height, self.stack.len(), height);
                self.stack.truncate(height);
                Value::Other
            }
            b'a' | b's' => {
                let count = if opcode == b'a' { 1 } else { 2 };
                // A tuple can have taken what was below the mark.
                let floor = self.marks.last().map_or(0, |mark| (*mark).min(self.stack.len()));
                let height = self.stack.len().saturating_sub(count).max(floor);
                if self.stack.len() - height < count {
                    self.fault(at, "an opcode takes a value from an empty stack");
                }
                self.fill(height);
                if opcode == b's' {
                    self.no_more_known();
                }
                return self.needs_one(at);
            }
            _ => {
                let height = self.mark(at);
                let below = height.checked_sub(1).and_then(|below| self.stack.get(below)).copied();
                let empty = opcode == b'u' && matches!(below, Some(Value::Dict { len: 0, .. }));
                let kept = empty.then(|| self.ring.keep(&self.stack[height..]));
                self.fill(height);
                if let Some((at, len)) = kept
                    && let Some(top) = self.stack.last_mut()
                {
                    *top = Value::Dict { at, len };
                } else if opcode == b'u' {
                    self.no_more_known();
                }
                return self.needs_one(at);
            }
        };
        self.push(value);
    }

    /// A dictionary that is filled in several steps is kept no more.
    pub(super) fn no_more_known(&mut self) {
        if let Some(top @ Value::Dict { .. }) = self.stack.last_mut() {
            *top = Value::Other;
        }
    }

    pub(super) fn needs_one(&mut self, at: u64) {
        if self.stack.is_empty() {
            self.fault(at, "an opcode fills a container and there is none");
            self.push(Value::Unknown);
        }
    }
}
