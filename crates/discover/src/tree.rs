//! A configuration document, whatever its syntax: values that know their line.
//!
//! JSON, YAML and TOML are all read into [`Node`], so that what looks for a model in a setting
//! is written once. Readers bound depth and count, so dropping and walking a tree is safe.

use std::fmt;

/// A value and the line on which it begins.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Node {
    pub(crate) line: u32,
    pub(crate) kind: Kind,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Kind {
    Null,
    Bool(bool),
    Number(String),
    Text(String),
    List(Vec<Node>),
    Map(Vec<(String, Node)>),
}

/// Why a document could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) line: Option<u32>,
    pub(crate) words: String,
}

impl Fault {
    pub(crate) fn at(line: u32, words: impl Into<String>) -> Self {
        Self { line: Some(line), words: words.into() }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "line {line}: {}", self.words),
            None => f.write_str(&self.words),
        }
    }
}

impl Node {
    /// A value that is not there.
    pub(crate) const NULL: Self = Self::new(1, Kind::Null);

    pub(crate) const fn new(line: u32, kind: Kind) -> Self {
        Self { line, kind }
    }

    /// The value under `key`; the last one wins, as in the languages themselves.
    pub(crate) fn get(&self, key: &str) -> Option<&Self> {
        self.entries().iter().rev().find(|(name, _)| name == key).map(|(_, node)| node)
    }

    /// The value under a path of keys.
    pub(crate) fn at(&self, path: &[&str]) -> Option<&Self> {
        path.iter().try_fold(self, |node, key| node.get(key))
    }

    pub(crate) fn entries(&self) -> &[(String, Self)] {
        match &self.kind {
            Kind::Map(entries) => entries,
            _ => &[],
        }
    }

    pub(crate) fn items(&self) -> &[Self] {
        match &self.kind {
            Kind::List(items) => items,
            _ => &[],
        }
    }

    pub(crate) fn text(&self) -> Option<&str> {
        match &self.kind {
            Kind::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(crate) const fn bool(&self) -> Option<bool> {
        match self.kind {
            Kind::Bool(value) => Some(value),
            _ => None,
        }
    }

    /// A text or a number or a word, as text.
    pub(crate) fn scalar(&self) -> Option<String> {
        match &self.kind {
            Kind::Text(text) | Kind::Number(text) => Some(text.clone()),
            Kind::Bool(value) => Some(value.to_string()),
            _ => None,
        }
    }

    /// Calls `visit` with every key, its path from the root, and its value, in document order.
    pub(crate) fn visit<'n>(&'n self, visit: &mut dyn FnMut(&[&'n str], &'n Self)) {
        let mut path = Vec::new();
        self.visit_below(&mut path, visit);
    }

    /// Counts the lines of a document that stands as a text in another: its first line is `first`.
    pub(crate) fn moved(&mut self, first: u32) {
        self.line = self.line.saturating_add(first.saturating_sub(1));
        match &mut self.kind {
            Kind::Map(entries) => entries.iter_mut().for_each(|(_, node)| node.moved(first)),
            Kind::List(items) => items.iter_mut().for_each(|node| node.moved(first)),
            _ => {}
        }
    }

    /// Puts the value and all within it on one line.
    pub(crate) fn placed(&mut self, line: u32) {
        self.line = line;
        match &mut self.kind {
            Kind::Map(entries) => entries.iter_mut().for_each(|(_, node)| node.placed(line)),
            Kind::List(items) => items.iter_mut().for_each(|node| node.placed(line)),
            _ => {}
        }
    }

    fn visit_below<'n>(
        &'n self,
        path: &mut Vec<&'n str>,
        visit: &mut dyn FnMut(&[&'n str], &'n Self),
    ) {
        match &self.kind {
            Kind::Map(entries) => {
                for (key, node) in entries {
                    path.push(key);
                    visit(path, node);
                    node.visit_below(path, visit);
                    path.pop();
                }
            }
            Kind::List(items) => {
                for item in items {
                    item.visit_below(path, visit);
                }
            }
            _ => {}
        }
    }
}
