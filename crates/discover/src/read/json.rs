//! JSON with line numbers, and with the comments and trailing commas that editors allow in it.
//!
//! A reader of our own, because it has to name lines and to stop at a depth without recursion
//! into the stack's end. It accepts a little more than JSON; it never accepts garbage.

use crate::limits::Limits;
use crate::tree::{Fault, Kind, Node};

/// Reads one document.
pub(crate) fn read(text: &str, limits: &Limits) -> Result<Node, Fault> {
    let mut reader = Reader { text, at: 0, line: 1, values: 0, limits };
    if text.starts_with('\u{feff}') {
        reader.at = '\u{feff}'.len_utf8();
    }
    let node = reader.value(0)?;
    reader.space()?;
    if reader.at < text.len() {
        return Err(reader.fault("more text after the end of the document"));
    }
    Ok(node)
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    line: u32,
    values: usize,
    limits: &'t Limits,
}

impl Reader<'_> {
    fn fault(&self, words: &str) -> Fault {
        Fault::at(self.line, words)
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn space(&mut self) -> Result<(), Fault> {
        loop {
            match self.peek() {
                Some(b'\n') => {
                    self.line += 1;
                    self.at += 1;
                }
                Some(b' ' | b'\t' | b'\r') => self.at += 1,
                Some(b'/') => self.comment()?,
                _ => return Ok(()),
            }
        }
    }

    fn comment(&mut self) -> Result<(), Fault> {
        let rest = &self.text[self.at..];
        if rest.starts_with("//") {
            self.at += rest.find('\n').unwrap_or(rest.len());
        } else if rest.starts_with("/*") {
            let end = rest.find("*/").ok_or_else(|| self.fault("a comment does not end"))?;
            self.count_lines(&rest[..end]);
            self.at += end + 2;
        } else {
            return Err(self.fault("unexpected `/`"));
        }
        Ok(())
    }

    fn count_lines(&mut self, text: &str) {
        let lines = text.bytes().filter(|b| *b == b'\n').count();
        self.line = self.line.saturating_add(u32::try_from(lines).unwrap_or(u32::MAX));
    }

    fn value(&mut self, depth: usize) -> Result<Node, Fault> {
        self.space()?;
        self.values += 1;
        if self.values > self.limits.values_max {
            return Err(self.fault(&format!("more than {} values", self.limits.values_max)));
        }
        if depth > self.limits.json_depth_max {
            return Err(self.fault(&format!("nested deeper than {}", self.limits.json_depth_max)));
        }
        let line = self.line;
        let kind = match self.peek() {
            Some(b'{') => self.map(depth)?,
            Some(b'[') => self.list(depth)?,
            Some(b'"') => Kind::Text(self.string()?),
            Some(_) => self.word()?,
            None => return Err(self.fault("the document ends early")),
        };
        Ok(Node::new(line, kind))
    }

    fn map(&mut self, depth: usize) -> Result<Kind, Fault> {
        self.at += 1;
        let mut entries = Vec::new();
        loop {
            self.space()?;
            match self.peek() {
                Some(b'}') => {
                    self.at += 1;
                    return Ok(Kind::Map(entries));
                }
                Some(b'"') => {}
                _ => return Err(self.fault("expected a name in quotes or `}`")),
            }
            let key = self.string()?;
            self.space()?;
            if self.peek() != Some(b':') {
                return Err(self.fault("expected `:` after a name"));
            }
            self.at += 1;
            entries.push((key, self.value(depth + 1)?));
            self.comma(b'}')?;
        }
    }

    fn list(&mut self, depth: usize) -> Result<Kind, Fault> {
        self.at += 1;
        let mut items = Vec::new();
        loop {
            self.space()?;
            if self.peek() == Some(b']') {
                self.at += 1;
                return Ok(Kind::List(items));
            }
            items.push(self.value(depth + 1)?);
            self.comma(b']')?;
        }
    }

    fn comma(&mut self, end: u8) -> Result<(), Fault> {
        self.space()?;
        match self.peek() {
            Some(b',') => {
                self.at += 1;
                Ok(())
            }
            Some(byte) if byte == end => Ok(()),
            Some(_) => Err(self.fault("expected `,` or the end of the list")),
            None => Err(self.fault("the document ends early")),
        }
    }

    fn string(&mut self) -> Result<String, Fault> {
        self.at += 1;
        let mut out = String::new();
        loop {
            let rest = &self.text[self.at..];
            let plain =
                rest.find(['"', '\\', '\n']).ok_or_else(|| self.fault("a text does not end"))?;
            out.push_str(&rest[..plain]);
            self.at += plain + 1;
            match rest.as_bytes()[plain] {
                b'"' => return Ok(out),
                b'\n' => return Err(self.fault("a text does not end on its line")),
                _ => self.escape(&mut out)?,
            }
        }
    }

    fn escape(&mut self, out: &mut String) -> Result<(), Fault> {
        let byte = self.peek().ok_or_else(|| self.fault("a text does not end"))?;
        let plain = match byte {
            b'n' => '\n',
            b't' => '\t',
            b'r' => '\r',
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'"' | b'\\' | b'/' => char::from(byte),
            b'u' => {
                self.at += 1;
                return self.unicode(out);
            }
            _ => return Err(self.fault("unknown escape in a text")),
        };
        self.at += 1;
        out.push(plain);
        Ok(())
    }

    fn unicode(&mut self, out: &mut String) -> Result<(), Fault> {
        let first = self.hex()?;
        let mut code = first;
        if (0xd800..0xdc00).contains(&first) && self.text[self.at..].starts_with("\\u") {
            self.at += 2;
            let second = self.hex()?;
            if (0xdc00..0xe000).contains(&second) {
                code = 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00);
            }
        }
        out.push(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
        Ok(())
    }

    fn hex(&mut self) -> Result<u32, Fault> {
        let digits = self.text.get(self.at..self.at + 4);
        let code = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok());
        self.at += 4;
        code.ok_or_else(|| self.fault("`\\u` needs four hexadecimal digits"))
    }

    fn word(&mut self) -> Result<Kind, Fault> {
        let rest = &self.text[self.at..];
        let end = rest
            .find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.')))
            .unwrap_or(rest.len());
        let word = &rest[..end];
        self.at += end;
        match word {
            "true" => Ok(Kind::Bool(true)),
            "false" => Ok(Kind::Bool(false)),
            "null" => Ok(Kind::Null),
            "" => Err(self.fault("expected a value")),
            number if number.parse::<f64>().is_ok() => Ok(Kind::Number(number.to_owned())),
            _ => Err(self.fault("expected a value")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_know_their_lines_and_editors_extras_are_read() {
        let text = "{\n // note\n \"a\": [1, \"x\\u00e9\\ud83d\\ude00\",],\n /* two\n lines */ \"b\": {\"c\": true},\n}";
        let node = read(text, &Limits::default()).expect("read");
        assert_eq!(node.at(&["b", "c"]).map(|n| (n.line, n.bool())), Some((5, Some(true))));
        assert_eq!(node.get("a").and_then(|a| a.items()[1].text()), Some("xé😀"));
    }

    #[test]
    fn faults_name_the_line() {
        let fault = |text: &str| read(text, &Limits::default()).expect_err("fault").to_string();
        insta::assert_snapshot!(fault("{\n\"a\": }"), @"line 2: expected a value");
        insta::assert_snapshot!(fault("{\"a\": 1} x"), @"line 1: more text after the end of the document");
        insta::assert_snapshot!(fault(&"[".repeat(100_000)), @"line 1: nested deeper than 128");
    }
}
