//! YAML by events, so that depth is bounded and every value has its line.
//!
//! An alias (`*name`) stands for nothing here: expanding aliases is how a small file becomes a
//! large one.

use saphyr_parser::{Event, Parser, ScalarStyle};

use crate::limits::Limits;
use crate::tree::{Fault, Kind, Node};

/// Reads a stream; several documents give a list of them.
pub(crate) fn read(text: &str, limits: &Limits) -> Result<Node, Fault> {
    match read_on(text, limits) {
        (node, None) => Ok(node),
        (_, Some(fault)) => Err(fault),
    }
}

/// The same, and with a fault what stands before it.
pub(crate) fn read_on(text: &str, limits: &Limits) -> (Node, Option<Fault>) {
    let mut documents = Vec::new();
    let mut open: Vec<Open> = Vec::new();
    let fault = events(text, limits, &mut documents, &mut open).err();
    // What a fault left open ends there.
    while let Some(last) = open.pop() {
        let node = last.close();
        match open.last_mut() {
            Some(parent) => parent.add(node),
            None => documents.push(node),
        }
    }
    let node = match documents.len() {
        0 => Node::NULL,
        1 => documents.remove(0),
        _ => Node::new(1, Kind::List(documents)),
    };
    (node, fault)
}

fn events(
    text: &str,
    limits: &Limits,
    documents: &mut Vec<Node>,
    open: &mut Vec<Open>,
) -> Result<(), Fault> {
    let mut values = 0_usize;
    for event in Parser::new_from_str(text.trim_start_matches('\u{feff}')) {
        let (event, span) = event
            .map_err(|error| Fault::at(line(error.marker().line()), error.info().to_owned()))?;
        let line = line(span.start.line());
        values += 1;
        if values > limits.values_max {
            return Err(Fault::at(line, format!("more than {} values", limits.values_max)));
        }
        let done = match event {
            Event::MappingStart(..) => {
                open.push(Open::map(line));
                None
            }
            Event::SequenceStart(..) => {
                open.push(Open::list(line));
                None
            }
            Event::MappingEnd | Event::SequenceEnd => open.pop().map(Open::close),
            Event::Scalar(text, style, ..) => {
                let plain = style == ScalarStyle::Plain;
                Some(Node::new(line, scalar(text.into_owned(), plain)))
            }
            Event::Alias(_) => Some(Node::new(line, Kind::Null)),
            _ => None,
        };
        if open.len() > limits.json_depth_max {
            let words = format!("nested deeper than {}", limits.json_depth_max);
            return Err(Fault::at(line, words));
        }
        if let Some(node) = done {
            match open.last_mut() {
                Some(parent) => parent.add(node),
                None => documents.push(node),
            }
        }
    }
    Ok(())
}

fn line(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX).max(1)
}

fn scalar(text: String, plain: bool) -> Kind {
    if !plain {
        return Kind::Text(text);
    }
    match text.as_str() {
        "" | "~" | "null" | "Null" | "NULL" => Kind::Null,
        "true" | "True" | "TRUE" => Kind::Bool(true),
        "false" | "False" | "FALSE" => Kind::Bool(false),
        number
            if number.starts_with(|c: char| c.is_ascii_digit() || c == '-')
                && number.parse::<f64>().is_ok() =>
        {
            Kind::Number(text)
        }
        _ => Kind::Text(text),
    }
}

/// A map or a list that has not ended yet.
struct Open {
    line: u32,
    list: bool,
    key: Option<(String, u32)>,
    waiting: bool,
    entries: Vec<(String, Node)>,
    items: Vec<Node>,
}

impl Open {
    const fn map(line: u32) -> Self {
        Self {
            line,
            list: false,
            key: None,
            waiting: false,
            entries: Vec::new(),
            items: Vec::new(),
        }
    }

    const fn list(line: u32) -> Self {
        let mut open = Self::map(line);
        open.list = true;
        open
    }

    fn add(&mut self, mut node: Node) {
        if self.list {
            self.items.push(node);
        } else if self.waiting {
            self.waiting = false;
            let (key, line) = self.key.take().unwrap_or_default();
            // A block begins below its key; the key is where a reader looks.
            if matches!(node.kind, Kind::Map(_) | Kind::List(_)) && line > 0 {
                node.line = line;
            }
            self.entries.push((key, node));
        } else {
            self.waiting = true;
            self.key = node.scalar().map(|key| (key, node.line));
        }
    }

    fn close(self) -> Node {
        let kind = if self.list { Kind::List(self.items) } else { Kind::Map(self.entries) };
        Node::new(self.line, kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_know_their_lines() {
        let text = "a:\n  - x: 'true'\n    y: true\n  - 3\nb: |\n  two\n  lines\n";
        let node = read(text, &Limits::default()).expect("read");
        let first = &node.get("a").expect("a").items()[0];
        assert_eq!(first.get("x").map(|n| (n.line, n.text())), Some((2, Some("true"))));
        assert_eq!(first.get("y").map(|n| (n.line, n.bool())), Some((3, Some(true))));
        assert_eq!(node.get("b").and_then(Node::text), Some("two\nlines\n"));
    }

    #[test]
    fn depth_and_aliases_are_bounded() {
        let deep = "[".repeat(5_000);
        assert!(read(&deep, &Limits::default()).is_err());
        let bomb = "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n";
        let node = read(bomb, &Limits::default()).expect("read");
        assert_eq!(node.get("c").map(|c| c.items().len()), Some(2));
        assert!(read("a: b: c:\n- ]", &Limits::default()).is_err());
    }
}
