//! The opcodes that take no more than what stands in the buffer, followed without asking for more.

use super::machine::Machine;
use super::value::Value;
use crate::scan::Scan;
use crate::stream::Stream;

impl Machine<'_> {
    /// The opcodes that take no more than what stands in the buffer, straight from there: nearly
    /// all of a large pickle.
    pub(super) fn plain(&mut self, stream: &mut Stream<'_>, scan: &mut Scan<'_>) {
        // No opcode here is longer, apart from a text, which is asked for.
        const LONGEST_BYTES: usize = 9;
        let values_max = scan.limits.stack_values_max;
        let (offset, ahead) = (stream.offset(), stream.buffered());
        let mut rest = ahead;
        let mut count = 0;
        while let Some(opcode) = rest.first_chunk::<LONGEST_BYTES>()
            && self.stack.len() < values_max
        {
            let [opcode, a, b, c, d, ..] = *opcode;
            let at = offset + (ahead.len() - rest.len()) as u64;
            let size = match opcode {
                b'K' => {
                    self.stack.push(Value::Int(i32::from(a)));
                    2
                }
                b'M' => {
                    self.stack.push(Value::Int(i32::from(u16::from_le_bytes([a, b]))));
                    3
                }
                b'J' => {
                    self.stack.push(Value::Int(i32::from_le_bytes([a, b, c, d])));
                    5
                }
                b'G' => {
                    self.stack.push(Value::Other);
                    9
                }
                b'N' | 0x88 | 0x89 | b']' | 0x8f => {
                    self.stack.push(Value::Other);
                    1
                }
                b'}' => {
                    self.stack.push(Value::Dict { at: 0, len: 0 });
                    1
                }
                b')' => {
                    self.stack.push(Value::Tuple { at: 0, len: 0 });
                    1
                }
                b'(' if self.marks.len() < values_max => {
                    self.marks.push(self.stack.len());
                    1
                }
                0x94 => {
                    self.put(self.memo.count(), at);
                    1
                }
                b'q' => {
                    self.put(u64::from(a), at);
                    2
                }
                b'r' => {
                    self.put(u64::from(u32::from_le_bytes([a, b, c, d])), at);
                    5
                }
                b'h' => {
                    self.get(u64::from(a), at);
                    2
                }
                b'j' => {
                    self.get(u64::from(u32::from_le_bytes([a, b, c, d])), at);
                    5
                }
                0x8c => {
                    let Some(text) = rest.get(2..2 + usize::from(a)) else {
                        break;
                    };
                    self.keep_text(text, scan);
                    2 + text.len()
                }
                b'X' if [b, c, d] == [0; 3] => {
                    let Some(text) = rest.get(5..5 + usize::from(a)) else {
                        break;
                    };
                    self.keep_text(text, scan);
                    5 + text.len()
                }
                b'0'..=b'2' => {
                    self.shuffle(opcode, at);
                    1
                }
                0x85..=0x87 | b't' | b'l' | b'd' | b'a' | b'e' | b's' | b'u' | 0x90 | 0x91 => {
                    self.container(opcode, at);
                    1
                }
                _ => break,
            };
            rest = &rest[size..];
            count += 1;
        }
        self.opcodes += count;
        let passed = ahead.len() - rest.len();
        stream.pass(passed);
    }
}
