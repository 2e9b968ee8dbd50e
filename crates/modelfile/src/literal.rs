//! The literals of Python: texts, whole numbers, tuples, lists and dictionaries. Nothing is
//! evaluated, and what is no literal is refused.

/// A literal. Tuples are lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Literal {
    Text(String),
    Count(u64),
    /// `True`, `False` or `None`.
    Word,
    List(Vec<Literal>),
    Map(Vec<(String, Literal)>),
}

impl Literal {
    /// The value of a key; none when the key stands twice.
    pub(crate) fn get(&self, key: &str) -> Option<&Literal> {
        let Self::Map(entries) = self else {
            return None;
        };
        let mut found = entries.iter().filter(|(name, _)| name == key);
        let first = found.next();
        if found.next().is_some() { None } else { first.map(|(_, value)| value) }
    }

    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Map(entries) => entries.len(),
            Self::List(items) => items.len(),
            _ => 0,
        }
    }

    pub(crate) fn items(&self) -> &[Literal] {
        match self {
            Self::List(items) => items,
            _ => &[],
        }
    }

    pub(crate) fn count(&self) -> Option<u64> {
        match self {
            Self::Count(count) => Some(*count),
            _ => None,
        }
    }
}

const DEPTH_MAX: usize = 16;

/// Reads one literal that is all of `bytes`, apart from white space.
pub(crate) fn read(bytes: &[u8]) -> Result<Literal, &'static str> {
    let mut reader = Reader { bytes, at: 0 };
    let value = reader.value(0)?;
    reader.space();
    if reader.at < bytes.len() { Err("more follows") } else { Ok(value) }
}

struct Reader<'b> {
    bytes: &'b [u8],
    at: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn space(&mut self) {
        while self.peek().is_some_and(|byte| byte.is_ascii_whitespace()) {
            self.at += 1;
        }
    }

    fn value(&mut self, depth: usize) -> Result<Literal, &'static str> {
        if depth > DEPTH_MAX {
            return Err("nested too deep");
        }
        self.space();
        match self.peek() {
            Some(b'\'' | b'"' | b'b' | b'B' | b'u' | b'U' | b'r' | b'R') => {
                self.texts().map(Literal::Text)
            }
            Some(b'(') => self.list(b')', depth),
            Some(b'[') => self.list(b']', depth),
            Some(b'{') => self.map(depth),
            Some(b'0'..=b'9') => self.count(),
            _ => self.word(),
        }
    }

    /// Texts that stand beside each other are one.
    fn texts(&mut self) -> Result<String, &'static str> {
        let mut all = self.text()?;
        loop {
            self.space();
            if !matches!(self.peek(), Some(b'\'' | b'"')) {
                return Ok(all);
            }
            all.push_str(&self.text()?);
        }
    }

    fn text(&mut self) -> Result<String, &'static str> {
        let mut raw = false;
        while let Some(letter) = self.peek().filter(u8::is_ascii_alphabetic) {
            raw |= matches!(letter, b'r' | b'R');
            self.at += 1;
        }
        let quote = self.peek().filter(|byte| matches!(byte, b'\'' | b'"'));
        if quote.is_none() {
            return Err("something that is no literal");
        }
        self.at += 1;
        let mut text = Vec::new();
        loop {
            let byte = self.peek().filter(|byte| *byte != b'\n').ok_or("a text does not end")?;
            self.at += 1;
            match byte {
                byte if Some(byte) == quote => return Ok(String::from_utf8_lossy(&text).into()),
                b'\\' if !raw => self.escape(&mut text)?,
                byte => text.push(byte),
            }
        }
    }

    /// What follows a backslash: a number of a character, or a character that stands for another.
    fn escape(&mut self, text: &mut Vec<u8>) -> Result<(), &'static str> {
        let kind = self.peek().ok_or("a text does not end")?;
        self.at += 1;
        let (digits, radix) = match kind {
            b'x' => (2, 16),
            b'u' => (4, 16),
            b'U' => (8, 16),
            b'0'..=b'7' => {
                self.at -= 1;
                let rest = self.bytes[self.at..].iter().take(3);
                (rest.take_while(|byte| matches!(byte, b'0'..=b'7')).count(), 8)
            }
            b'\\' | b'\'' | b'"' => {
                text.push(kind);
                return Ok(());
            }
            _ => return Err("a text has an escape that no header needs"),
        };
        let number = self.bytes.get(self.at..self.at + digits);
        self.at += digits;
        let number = number.and_then(|digits| std::str::from_utf8(digits).ok());
        let number = number.and_then(|digits| u32::from_str_radix(digits, radix).ok());
        let c = number.and_then(char::from_u32).ok_or("a text has an escape that is none")?;
        text.extend(c.encode_utf8(&mut [0; 4]).as_bytes());
        Ok(())
    }

    fn count(&mut self) -> Result<Literal, &'static str> {
        let mut value = 0_u64;
        while let Some(digit @ b'0'..=b'9') = self.peek() {
            let next = value.checked_mul(10).and_then(|v| v.checked_add(u64::from(digit - b'0')));
            value = next.ok_or("a number is too large")?;
            self.at += 1;
        }
        // Python 2 wrote long numbers with an `L`.
        if self.peek() == Some(b'L') {
            self.at += 1;
        }
        Ok(Literal::Count(value))
    }

    fn word(&mut self) -> Result<Literal, &'static str> {
        for word in ["True", "False", "None"] {
            if self.bytes[self.at.min(self.bytes.len())..].starts_with(word.as_bytes()) {
                self.at += word.len();
                return Ok(Literal::Word);
            }
        }
        Err("something that is no literal")
    }

    fn list(&mut self, end: u8, depth: usize) -> Result<Literal, &'static str> {
        self.at += 1;
        let mut items = Vec::new();
        loop {
            self.space();
            if self.peek() == Some(end) {
                self.at += 1;
                return Ok(Literal::List(items));
            }
            items.push(self.value(depth + 1)?);
            self.comma(end)?;
        }
    }

    fn map(&mut self, depth: usize) -> Result<Literal, &'static str> {
        self.at += 1;
        let mut entries = Vec::new();
        loop {
            self.space();
            if self.peek() == Some(b'}') {
                self.at += 1;
                return Ok(Literal::Map(entries));
            }
            let key = self.texts()?;
            self.space();
            if self.peek() != Some(b':') {
                return Err("a key has no value");
            }
            self.at += 1;
            entries.push((key, self.value(depth + 1)?));
            self.comma(b'}')?;
        }
    }

    fn comma(&mut self, end: u8) -> Result<(), &'static str> {
        self.space();
        match self.peek() {
            Some(b',') => {
                self.at += 1;
                Ok(())
            }
            Some(byte) if byte == end => Ok(()),
            _ => Err("a comma is missing"),
        }
    }
}
