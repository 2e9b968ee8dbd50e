//! Lines of a text, JSON in place, TOML and YAML with their faults located.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use super::Fault;
use crate::Limits;

/// Where lines begin.
pub(super) struct Lines<'t> {
    text: &'t str,
    ends: Vec<usize>,
}

impl<'t> Lines<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { text, ends: text.match_indices('\n').map(|(at, _)| at).collect() }
    }

    /// The line of a byte of the text, from 1.
    pub(super) fn line(&self, at: usize) -> u32 {
        let before = self.ends.partition_point(|end| *end < at);
        u32::try_from(before + 1).unwrap_or(u32::MAX)
    }

    /// The line of a part that was cut out of the text; 1 for a part that was not.
    pub(super) fn of(&self, part: &str) -> u32 {
        let at = (part.as_ptr() as usize).wrapping_sub(self.text.as_ptr() as usize);
        if at <= self.text.len() { self.line(at) } else { 1 }
    }
}

/// A JSON object whose values stay where they are in the text, so that they have lines.
pub(super) type Object<'t> = BTreeMap<Cow<'t, str>, &'t RawValue>;

pub(super) fn json<'t, T: Deserialize<'t>>(text: &'t str) -> Result<T, Fault> {
    serde_json::from_str(text).map_err(|error| {
        Fault::new(u32::try_from(error.line()).ok().filter(|line| *line > 0), error.to_string())
    })
}

/// Reads a part of a document; the line in the fault is that of the part.
pub(super) fn part<'t, T: Deserialize<'t>>(
    part: &'t RawValue,
    lines: &Lines<'_>,
) -> Result<T, Fault> {
    serde_json::from_str(part.get())
        .map_err(|error| Fault::new(Some(lines.of(part.get())), error.to_string()))
}

pub(super) fn toml<T: DeserializeOwned>(text: &str, lines: &Lines<'_>) -> Result<T, Fault> {
    ::toml::from_str(text).map_err(|error| {
        let line = error.span().map(|span| lines.line(span.start));
        Fault::new(line, error.message().to_owned())
    })
}

/// Every document of a YAML stream.
pub(super) fn yaml<T: DeserializeOwned>(text: &str, limits: &Limits) -> Result<Vec<T>, Fault> {
    let nodes_max = limits.dependencies_max.saturating_mul(64);
    let mut budget = serde_saphyr::Budget::default();
    budget.max_events = nodes_max.saturating_mul(2);
    budget.max_nodes = nodes_max;
    budget.max_depth = limits.lock_depth_max;
    budget.max_total_scalar_bytes = text.len();
    let options = serde_saphyr::options! { budget: Some(budget), with_snippet: false };
    serde_saphyr::from_multiple_with_options(text, options).map_err(|error| {
        let line = error.location().and_then(|location| u32::try_from(location.line()).ok());
        Fault::new(line, error.to_string())
    })
}

/// An address without the name and password that may stand before its host.
pub(super) fn without_secrets(address: &str) -> String {
    let Some((scheme, rest)) = address.split_once("://") else {
        return address.to_owned();
    };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    match rest[..end].rfind('@') {
        Some(at) => format!("{scheme}://{}", &rest[at + 1..]),
        None => address.to_owned(),
    }
}

/// JSON with comments and commas before a closing bracket, made JSON without moving a byte.
pub(super) fn plain_json(text: &str) -> String {
    let mut bytes = text.as_bytes().to_vec();
    let (mut at, mut comma) = (0, None);
    while at < bytes.len() {
        match bytes[at] {
            b'"' => {
                at += 1;
                while at < bytes.len() && bytes[at] != b'"' {
                    at += if bytes[at] == b'\\' { 2 } else { 1 };
                }
                comma = None;
            }
            b'/' if bytes.get(at + 1) == Some(&b'/') => {
                while at < bytes.len() && bytes[at] != b'\n' {
                    bytes[at] = b' ';
                    at += 1;
                }
            }
            b',' => comma = Some(at),
            b'}' | b']' => {
                if let Some(comma) = comma.take() {
                    bytes[comma] = b' ';
                }
            }
            byte if byte.is_ascii_whitespace() => {}
            _ => comma = None,
        }
        at += 1;
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_leave_addresses() {
        assert_eq!(without_secrets("git+https://u:p@h.example/x@v1"), "git+https://h.example/x@v1");
        assert_eq!(without_secrets("https://h.example/a@b"), "https://h.example/a@b");
        assert_eq!(without_secrets("../path"), "../path");
    }

    #[test]
    fn editors_json_becomes_json_in_place() {
        let text = "{ // c, }\n \"a,]\": [1, 2, ],\n \"b\\\",}\": {},\n}";
        let plain = plain_json(text);
        assert_eq!(plain.len(), text.len());
        let read: serde_json::Value = serde_json::from_str(&plain).expect("json");
        assert_eq!(read, serde_json::json!({ "a,]": [1, 2], "b\",}": {} }));
        assert_eq!(plain_json("\"\\"), "\"\\");
    }
}
