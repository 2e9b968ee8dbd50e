//! The tokens inside of the expressions and tags of a template.

/// A token. What stands outside of expressions and tags is left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    /// The first word of a tag.
    Tag(String),
    Name(String),
    /// A text, its escapes undone.
    Text(String),
    /// A number; its part before the point, and the largest there is where it is larger.
    Number(u64),
    Punct(char),
    /// The end of an expression or a tag.
    End,
}

/// The tokens of a template with their offsets.
pub(super) fn tokens(template: &str) -> Result<Vec<(Token, usize)>, &'static str> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(open) = template[at..].find('{') {
        let start = at + open;
        let rest = &template[start..];
        if rest.starts_with("{#") {
            let end = rest.find("#}").ok_or("a comment does not end")?;
            at = start + end + 2;
        } else if rest.starts_with("{{") {
            at = inside(template, start + 2, "}}", false, &mut found)?;
        } else if rest.starts_with("{%") {
            at = inside(template, start + 2, "%}", true, &mut found)?;
            if matches!(found.iter().rev().nth(1), Some((Token::Tag(tag), _)) if tag == "raw") {
                let end = template[at..].find("endraw").ok_or("a raw part does not end")?;
                at += end;
                at += template[at..].find("%}").ok_or("a tag does not end")? + 2;
            }
        } else {
            at = start + 1;
        }
    }
    Ok(found)
}

fn inside(
    template: &str,
    start: usize,
    end: &str,
    tag: bool,
    found: &mut Vec<(Token, usize)>,
) -> Result<usize, &'static str> {
    let bytes = template.as_bytes();
    let mut at = start;
    let mut first = tag;
    let mut depth = 0_usize;
    while at < bytes.len() {
        let rest = &template[at..];
        // `}}` closes an expression only outside of the braces of a dictionary.
        if rest.starts_with(end) && (depth == 0 || tag) {
            found.push((Token::End, at));
            return Ok(at + 2);
        }
        let byte = bytes[at];
        let trims = matches!(byte, b'-' | b'+') && (at == start || rest[1..].starts_with(end));
        if byte.is_ascii_whitespace() || trims {
            at += 1;
        } else if byte == b'"' || byte == b'\'' {
            let (text, next) = text(template, at)?;
            found.push((Token::Text(text), at));
            at = next;
        } else if byte.is_ascii_digit() {
            let length =
                rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(rest.len());
            found.push((Token::Number(number(&rest[..length])), at));
            at += length;
        } else if byte.is_ascii_alphabetic() || byte == b'_' || byte >= 0x80 {
            let length = rest
                .find(|c: char| !(c.is_alphanumeric() || c == '_'))
                .unwrap_or(rest.len())
                .max(rest.chars().next().map_or(1, char::len_utf8));
            let name = rest[..length].to_owned();
            found.push((if first { Token::Tag(name) } else { Token::Name(name) }, at));
            first = false;
            at += length;
        } else {
            match byte {
                b'{' => depth += 1,
                b'}' => depth = depth.saturating_sub(1),
                _ => {}
            }
            found.push((Token::Punct(char::from(byte)), at));
            at += 1;
        }
    }
    Err("an expression does not end")
}

/// What a number of a template is worth.
fn number(text: &str) -> u64 {
    let text = text.replace('_', "").to_ascii_lowercase();
    let (digits, radix) = match text.get(..2) {
        Some("0x") => (&text[2..], 16),
        Some("0o") => (&text[2..], 8),
        Some("0b") => (&text[2..], 2),
        _ => (text.as_str(), 10),
    };
    let (digits, power) = match digits.split_once('e') {
        Some((digits, power)) if radix == 10 => (digits, power.parse().unwrap_or(0)),
        _ => (digits, 0),
    };
    let value = u64::from_str_radix(digits, radix).unwrap_or(u64::MAX);
    value.saturating_mul(10_u64.saturating_pow(power))
}

/// The text in quotes at `start`, and where it ends.
fn text(template: &str, start: usize) -> Result<(String, usize), &'static str> {
    let mut out = String::new();
    let mut chars = template[start..].char_indices();
    let quote = chars.next().map(|(_, c)| c);
    while let Some((at, c)) = chars.next() {
        if Some(c) == quote {
            return Ok((out, start + at + c.len_utf8()));
        }
        if c != '\\' {
            out.push(c);
            continue;
        }
        let Some((_, kind)) = chars.next() else {
            break;
        };
        let digits = match kind {
            'x' => 2,
            'u' => 4,
            'U' => 8,
            '0'..='7' => {
                let mut value = kind.to_digit(8).unwrap_or(0);
                for _ in 0..2 {
                    let Some(digit) = chars.clone().next().and_then(|(_, c)| c.to_digit(8)) else {
                        break;
                    };
                    value = value * 8 + digit;
                    chars.next();
                }
                out.extend(char::from_u32(value));
                continue;
            }
            'n' => {
                out.push('\n');
                continue;
            }
            other => {
                out.push(other);
                continue;
            }
        };
        let code: String = chars.clone().take(digits).map(|(_, c)| c).collect();
        match u32::from_str_radix(&code, 16).ok().and_then(char::from_u32) {
            Some(c) if code.chars().count() == digits => {
                out.push(c);
                for _ in 0..digits {
                    chars.next();
                }
            }
            _ => out.push(kind),
        }
    }
    Err("a text does not end")
}
