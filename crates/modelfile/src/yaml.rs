//! The pairs of a YAML document: each key with each plain value below it, quotes and escapes
//! undone, wherever the lines break. No tree is built and no alias is followed.

use std::rc::Rc;

/// A key, a value that stands right below it, and where the value begins.
pub(crate) type Pair = (Rc<str>, String, u64);

/// The pairs of a document, at most `pairs_max`; and whether there are more.
pub(crate) fn pairs(text: &str, pairs_max: usize) -> (Vec<Pair>, bool) {
    let mut found = Vec::new();
    // Shared: one key can have a million values.
    let mut key: Rc<str> = Rc::from("");
    let mut flow = 0_usize;
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        let rest = &text[at..];
        match c {
            '#' => at += rest.find('\n').unwrap_or(rest.len()),
            '{' | '[' => {
                flow += 1;
                at += 1;
            }
            '}' | ']' => {
                flow = flow.saturating_sub(1);
                at += 1;
            }
            ',' | ':' => at += 1,
            '-' | '?' if breaks(rest[1..].chars().next(), flow) => at += 1,
            // Anchors, tags and the heads of block texts say nothing of a value.
            '&' | '!' | '|' | '>' => {
                at += rest.find(|c: char| c.is_whitespace()).unwrap_or(rest.len());
            }
            c if c.is_whitespace() => at += c.len_utf8(),
            quote => {
                let (scalar, length) = match quote {
                    '"' => double(rest),
                    '\'' => single(rest),
                    _ => plain(rest, flow),
                };
                let start = at as u64;
                at += length;
                let after = text[at..].trim_start();
                let colon = after.strip_prefix(':').map(|rest| rest.chars().next());
                let quoted = matches!(quote, '"' | '\'');
                if colon.is_some_and(|next| (quoted && flow > 0) || breaks(next, flow)) {
                    key = scalar.into();
                } else if found.len() < pairs_max {
                    found.push((Rc::clone(&key), scalar, start));
                } else {
                    return (found, true);
                }
            }
        }
    }
    (found, false)
}

/// Whether an indicator before that character stands for itself.
fn breaks(next: Option<char>, flow: usize) -> bool {
    next.is_none_or(|c| c.is_whitespace() || (flow > 0 && matches!(c, ',' | '[' | ']' | '{' | '}')))
}

/// A text without quotes, on one line. The length is never 0, so that a reader goes on.
fn plain(rest: &str, flow: usize) -> (String, usize) {
    let mut previous = ' ';
    let mut end = rest.len();
    for (at, c) in rest.char_indices() {
        let next = rest[at + c.len_utf8()..].chars().next();
        let stops = c == '\n'
            || (c == ':' && breaks(next, flow))
            || (c == '#' && previous.is_whitespace())
            || (flow > 0 && matches!(c, ',' | '[' | ']' | '{' | '}'));
        if stops && at > 0 {
            end = at;
            break;
        }
        previous = c;
    }
    (rest[..end].trim().to_owned(), end)
}

/// A text in single quotes; two of them stand for one.
fn single(rest: &str) -> (String, usize) {
    let mut out = String::new();
    let mut chars = rest.char_indices().skip(1).peekable();
    while let Some((at, c)) = chars.next() {
        if c == '\'' && chars.next_if(|(_, next)| *next == '\'').is_none() {
            return (out, at + 1);
        }
        out.push(c);
    }
    (out, rest.len())
}

/// A text in double quotes, its escapes undone.
fn double(rest: &str) -> (String, usize) {
    let mut out = String::new();
    let mut chars = rest.char_indices().skip(1);
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return (out, at + 1),
            '\\' => {
                let digits = match chars.next().map(|(_, c)| c) {
                    Some('x') => 2,
                    Some('u') => 4,
                    Some('U') => 8,
                    Some('n') => {
                        out.push('\n');
                        0
                    }
                    Some('t') => {
                        out.push('\t');
                        0
                    }
                    // A break of the line that is escaped joins both sides.
                    Some('\n') | None => 0,
                    Some(other) => {
                        out.push(other);
                        0
                    }
                };
                let code: String = chars.by_ref().take(digits).map(|(_, c)| c).collect();
                if digits > 0 {
                    out.extend(u32::from_str_radix(&code, 16).ok().and_then(char::from_u32));
                }
            }
            c => out.push(c),
        }
    }
    (out, rest.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_and_values_are_found_in_every_style() {
        for document in [
            "a:\n  k: os.system\n",
            "\"\\x6b\": \"os.\\x73ystem\"",
            "x: {y: 1, k: os.system, z: 2}",
            "x: {\"k\":\"os.system\"}",
            "- k:\n    os.system # more\n",
            "? k\n: os.system",
            "k: !!str &anchor 'os.system'",
            "k: >-\n  os.system\n",
        ] {
            let (pairs, _) = pairs(document, 100);
            let hit = pairs.iter().any(|(key, value, _)| &**key == "k" && value == "os.system");
            assert!(hit, "{document}: {pairs:?}");
        }
        assert!(pairs("# k: os.system", 9).0.is_empty());
        assert_eq!(pairs("k: http://a:1/b", 9).0[0].1, "http://a:1/b");
        assert!(pairs("[a, b, c]", 2).1);
    }
}
