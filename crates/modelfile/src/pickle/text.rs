//! The opcodes that push texts and bytes, with their escapes, and what may lie inside of them.

use super::machine::Machine;
use super::value::Value;
use crate::scan::{Halt, Scan, Step};
use crate::stream::Stream;

impl Machine<'_> {
    /// Reads the payload of a text or bytes opcode.
    pub(super) fn text(
        &mut self,
        opcode: u8,
        stream: &mut Stream<'_>,
        scan: &mut Scan<'_>,
    ) -> Step<()> {
        let length = match opcode {
            b'S' | b'V' => return self.line_text(opcode, stream, scan),
            b'U' | 0x8c | b'C' => u64::from(stream.array::<1>()?[0]),
            b'T' | b'X' | b'B' => u64::from(u32::from_le_bytes(stream.array()?)),
            _ => u64::from_le_bytes(stream.array()?),
        };
        let raw = matches!(opcode, b'B' | b'C' | 0x8e | 0x96);
        if !raw && length <= scan.limits.name_bytes_max as u64 {
            let count = usize::try_from(length).unwrap_or(usize::MAX);
            let text = stream.peek(count)?;
            if text.len() < count {
                let words = format!("{count} bytes");
                return Err(Halt::ends(stream.offset(), words));
            }
            self.keep_text(text, scan);
            stream.pass(count);
            return Ok(());
        }
        super::nested::payload(stream, length, scan)?;
        self.stack.push(Value::Other);
        Ok(())
    }

    /// Keeps a text and puts it on the stack.
    #[inline]
    pub(super) fn keep_text(&mut self, text: &[u8], scan: &mut Scan<'_>) {
        inner_text(text, scan);
        let value = self.texts.keep(text);
        self.stack.push(value);
    }

    fn line_text(&mut self, opcode: u8, stream: &mut Stream<'_>, scan: &mut Scan<'_>) -> Step<()> {
        let (line, cut) = stream.line(scan.limits.name_bytes_max)?;
        let text = if cut {
            None
        } else if opcode == b'V' {
            Some(raw_unicode(&line))
        } else {
            let quoted = line.trim_ascii();
            let inner = match quoted {
                [b'\'', inner @ .., b'\''] | [b'"', inner @ .., b'"'] => inner,
                other => other,
            };
            Some(escaped(inner))
        };
        let value = text.map_or(Value::Other, |text| {
            inner_text(&text, scan);
            self.texts.keep(&text)
        });
        self.stack.push(value);
        Ok(())
    }
}

/// A short text may be a pickle of the first protocol.
#[inline]
fn inner_text(text: &[u8], scan: &mut Scan<'_>) {
    if text.len() > 8 && super::nested::looks_textual(text) {
        super::nested::scan_textual(text, scan);
    }
}

/// `\uXXXX` and `\UXXXXXXXX`; every other byte is a character of Latin-1.
fn raw_unicode(line: &[u8]) -> Vec<u8> {
    let mut out = String::new();
    let mut at = 0;
    while at < line.len() {
        let rest = &line[at..];
        let digits = match rest {
            [b'\\', b'u', ..] => 4,
            [b'\\', b'U', ..] => 8,
            _ => 0,
        };
        if let Some(c) = (digits > 0).then(|| hex(rest, 2, digits)).flatten() {
            out.push(c);
            at += 2 + digits;
        } else {
            out.push(char::from(rest[0]));
            at += 1;
        }
    }
    out.into_bytes()
}

fn hex(bytes: &[u8], from: usize, digits: usize) -> Option<char> {
    let text = std::str::from_utf8(bytes.get(from..from + digits)?).ok()?;
    char::from_u32(u32::from_str_radix(text, 16).ok()?)
}

/// The escapes of a Python byte string.
fn escaped(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    while at < text.len() {
        if text[at] != b'\\' || at + 1 >= text.len() {
            out.push(text[at]);
            at += 1;
            continue;
        }
        let kind = text[at + 1];
        at += 2;
        match kind {
            b'x' => {
                if let Some(c) = hex(text, at, 2) {
                    out.push(u8::try_from(u32::from(c)).unwrap_or(b'?'));
                    at += 2;
                }
            }
            b'0'..=b'7' => {
                let mut value = u32::from(kind - b'0');
                let mut digits = 1;
                while digits < 3 && text.get(at).is_some_and(|b| (b'0'..=b'7').contains(b)) {
                    value = value * 8 + u32::from(text[at] - b'0');
                    at += 1;
                    digits += 1;
                }
                out.push(u8::try_from(value & 0xff).unwrap_or(b'?'));
            }
            b'n' => out.push(b'\n'),
            b't' => out.push(b'\t'),
            b'r' => out.push(b'\r'),
            b'a' => out.push(7),
            b'b' => out.push(8),
            b'f' => out.push(12),
            b'v' => out.push(11),
            b'\n' => {}
            b'\\' | b'\'' | b'"' => out.push(kind),
            other => out.extend([b'\\', other]),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_of_the_first_protocol_are_undone() {
        assert_eq!(escaped(br"o\x73\163\n\q"), b"oss\n\\q");
        assert_eq!(raw_unicode(br"\u006fs\U00000041"), b"osA");
    }
}
