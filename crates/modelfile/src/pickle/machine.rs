//! Follows the opcodes of one pickle as a loader would run them, without running anything.
//!
//! ```text
//!  bytes ─ opcode ─▶ stack, marks, memo (names only) ─ import, call ─▶ imports ─▶ findings
//! ```
//!
//! A loader runs each opcode before it reads the next, so what stands before a fault has run when
//! the fault is met. Where a loader would stop with an error, this machine notes the fault and
//! goes on with an unknown value: a wrong guess about a loader must not hide what follows.

use super::imports::Imports;
use super::unfold::Unfold;
use super::value::{Memo, Ring, Texts, Value};
use crate::rules;
use crate::scan::{Halt, Scan, Step};
use crate::stream::Stream;

/// How a pickle ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// At its `STOP`; whether the torch magic number was on top, and how many opcodes it had.
    Stopped { magic: bool, opcodes: u64 },
    /// At a byte that is no opcode, or at the end of the data.
    Broken,
}

/// What the walk of one stream keeps from pickle to pickle.
pub(super) struct Machine<'m> {
    pub(super) stack: Vec<Value>,
    pub(super) marks: Vec<usize>,
    pub(super) memo: Memo,
    pub(super) unfold: Unfold,
    pub(super) ring: Ring,
    pub(super) texts: Texts,
    pub(super) imports: &'m mut Imports,
    magic: bool,
    fault: Option<(u64, String)>,
    /// Something was asked of the memo that it had no room for.
    pub(super) missed: bool,
    pub(super) opcodes: u64,
}

/// The number that begins a torch file of the first format.
const TORCH_MAGIC: [u8; 10] = [0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19];

impl<'m> Machine<'m> {
    pub(super) fn new(scan: &Scan<'_>, imports: &'m mut Imports) -> Self {
        Self {
            stack: Vec::new(),
            marks: Vec::new(),
            memo: Memo::new(scan.limits.memo_values_max),
            unfold: Unfold::default(),
            ring: Ring::new(),
            texts: Texts::new(scan.limits.text_bytes_max),
            imports,
            magic: false,
            fault: None,
            missed: false,
            opcodes: 0,
        }
    }

    /// Makes room for the next pickle, which shares nothing with the last.
    pub(super) fn clear(&mut self) {
        self.stack.clear();
        self.marks.clear();
        self.memo.clear();
        self.unfold.clear();
        self.ring.clear();
        self.texts.clear();
        (self.magic, self.fault, self.missed, self.opcodes) = (false, None, false, 0);
    }

    /// Follows one pickle up to its `STOP` or its fault.
    pub(super) fn run(&mut self, stream: &mut Stream<'_>, scan: &mut Scan<'_>) -> Step<End> {
        let start = self.opcodes;
        let end = loop {
            self.plain(stream, scan);
            let at = stream.offset();
            let Some(opcode) = stream.byte()? else {
                self.fault(at, "the pickle ends without STOP");
                break End::Broken;
            };
            self.opcodes += 1;
            if scan.opcodes + (self.opcodes - start) > scan.limits.opcodes_max {
                let most = scan.limits.opcodes_max;
                return Err(Halt::limit(at, format!("more than {most} opcodes")));
            }
            if opcode == b'.' {
                if self.stack.is_empty() {
                    self.fault(at, "STOP with nothing on the stack");
                }
                break End::Stopped { magic: self.magic, opcodes: self.opcodes - start };
            }
            if !self.step(opcode, at, stream, scan)? {
                self.fault(at, format!("0x{opcode:02x} is no opcode of a pickle"));
                break End::Broken;
            }
            if self.stack.len() > scan.limits.stack_values_max {
                let most = scan.limits.stack_values_max;
                return Err(Halt::limit(at, format!("more than {most} values on the stack")));
            }
        };
        scan.opcodes += self.opcodes - start;
        if self.unfold.is_bomb(self.opcodes) {
            let most = self.unfold.most();
            let words = format!("{} opcodes make a value of 2^{most} parts", self.opcodes);
            scan.find(&rules::PICKLE_UNFOLDS, None, words);
        }
        if self.missed {
            let most = scan.limits.memo_values_max;
            scan.find(&rules::LIMIT, None, format!("more than {most} values in the memo"));
        }
        Ok(end)
    }

    /// How many opcodes were followed.
    pub(super) fn opcodes(&self) -> u64 {
        self.opcodes
    }

    /// The first fault, if any; the caller says it, because a trial does not.
    pub(super) fn take_fault(&mut self) -> Option<(u64, String)> {
        self.fault.take()
    }

    pub(super) fn fault(&mut self, at: u64, words: impl Into<String>) {
        if self.fault.is_none() {
            self.fault = Some((at, words.into()));
        }
    }

    pub(super) fn pop(&mut self, at: u64) -> Value {
        let floor = self.marks.last().copied().unwrap_or(0);
        if self.stack.len() > floor {
            let value = self.stack.pop().unwrap_or(Value::Unknown);
            self.unfold.shrunk(self.stack.len());
            return value;
        }
        self.fault(at, "an opcode takes a value from an empty stack");
        Value::Unknown
    }

    pub(super) fn top(&self) -> Value {
        self.stack.last().copied().unwrap_or(Value::Unknown)
    }

    /// Forgets a mark and gives the height of the stack at it.
    pub(super) fn mark(&mut self, at: u64) -> usize {
        if let Some(height) = self.marks.pop() {
            return height.min(self.stack.len());
        }
        self.fault(at, "an opcode needs a mark and there is none");
        self.stack.len()
    }

    pub(super) fn push(&mut self, value: Value) {
        self.stack.push(value);
    }

    pub(super) fn pack(&mut self, from: usize) -> Value {
        let (at, len) = self.ring.keep(&self.stack[from..]);
        self.unfold.packed(from, self.stack.len(), from);
        self.stack.truncate(from);
        Value::Tuple { at, len }
    }

    /// Cuts the stack; what was above is gone.
    pub(super) fn cut(&mut self, height: usize) {
        self.stack.truncate(height);
        self.unfold.shrunk(height);
    }

    /// Takes what is above for the container below, which stands on top afterwards.
    pub(super) fn fill(&mut self, height: usize) {
        self.unfold.packed(height, self.stack.len(), height.saturating_sub(1));
        self.stack.truncate(height);
    }

    fn step(
        &mut self,
        opcode: u8,
        at: u64,
        stream: &mut Stream<'_>,
        scan: &mut Scan<'_>,
    ) -> Step<bool> {
        match opcode {
            b'(' => {
                if self.marks.len() >= scan.limits.stack_values_max {
                    let most = scan.limits.stack_values_max;
                    return Err(Halt::limit(at, format!("more than {most} marks at once")));
                }
                self.marks.push(self.stack.len());
            }
            b'N' | 0x88 | 0x89 | b']' | 0x8f | 0x97 => self.push(Value::Other),
            b'}' => self.push(Value::Dict { at: 0, len: 0 }),
            b')' => self.push(Value::Tuple { at: 0, len: 0 }),
            b'K' => {
                let [byte] = stream.array()?;
                self.push(Value::Int(i32::from(byte)));
            }
            b'M' => {
                let value = u16::from_le_bytes(stream.array()?);
                self.push(Value::Int(i32::from(value)));
            }
            b'J' => {
                let value = i32::from_le_bytes(stream.array()?);
                self.push(Value::Int(value));
            }
            b'G' => {
                stream.array::<8>()?;
                self.push(Value::Other);
            }
            0x8a | 0x8b => self.long(opcode, at, stream)?,
            b'I' | b'L' | b'F' => self.number(stream)?,
            0x80 => {
                let [version] = stream.array()?;
                if version > 5 {
                    self.fault(at, format!("protocol {version} is not known"));
                }
            }
            0x95 => {
                stream.array::<8>()?;
            }
            b'S' | b'V' | b'T' | b'U' | b'X' | 0x8c | 0x8d | b'B' | b'C' | 0x8e | 0x96 => {
                self.text(opcode, stream, scan)?;
            }
            b'q' | b'r' | b'p' | 0x94 | b'h' | b'j' | b'g' => self.memo(opcode, at, stream)?,
            b'0' | b'1' | b'2' => self.shuffle(opcode, at),
            b't' | 0x85 | 0x86 | 0x87 | b'l' | b'd' | b'a' | b'e' | b's' | b'u' | 0x90 | 0x91 => {
                self.container(opcode, at);
            }
            b'c' | 0x93 | b'i' | b'o' | b'R' | 0x81 | 0x92 | b'b' | 0x82 | 0x83 | 0x84 => {
                self.build(opcode, at, stream, scan)?;
            }
            b'P' => {
                stream.line(0)?;
                self.push(Value::Other);
            }
            b'Q' => {
                self.pop(at);
                self.push(Value::Other);
            }
            0x98 => {}
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn long(&mut self, opcode: u8, at: u64, stream: &mut Stream<'_>) -> Step<()> {
        let length = if opcode == 0x8a {
            u32::from(stream.array::<1>()?[0])
        } else {
            u32::from_le_bytes(stream.array()?)
        };
        if self.opcodes <= 3 && length as usize == TORCH_MAGIC.len() {
            self.magic |= stream.peek(TORCH_MAGIC.len())? == TORCH_MAGIC;
        }
        if i32::try_from(length).is_err() {
            self.fault(at, "an integer of negative length");
        }
        stream.skip(u64::from(length))?;
        self.push(Value::Other);
        Ok(())
    }

    fn number(&mut self, stream: &mut Stream<'_>) -> Step<()> {
        let value = stream.with_line(32, |line| {
            let text = std::str::from_utf8(line).unwrap_or_default();
            text.trim().trim_end_matches('L').parse().map_or(Value::Other, Value::Int)
        })?;
        self.push(value);
        Ok(())
    }
}
