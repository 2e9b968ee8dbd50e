//! TOML with line numbers.

use toml::de::{DeTable, DeValue};

use crate::limits::Limits;
use crate::tree::{Fault, Kind, Node};

/// Reads one document.
pub(crate) fn read(text: &str, limits: &Limits) -> Result<Node, Fault> {
    let lines = Lines::new(text);
    let table = DeTable::parse(text).map_err(|error| Fault {
        line: error.span().map(|span| lines.line(span.start)),
        words: error.message().to_owned(),
    })?;
    let kind = map(table.get_ref(), &lines, 0, limits)?;
    Ok(Node::new(1, kind))
}

fn map(table: &DeTable<'_>, lines: &Lines, depth: usize, limits: &Limits) -> Result<Kind, Fault> {
    let mut entries = Vec::new();
    for (key, value) in table {
        // The key's line: a table's own span can be anywhere.
        let line = lines.line(key.span().start);
        let node = node(value.get_ref(), line, lines, depth + 1, limits)?;
        entries.push((key.get_ref().to_string(), node));
    }
    Ok(Kind::Map(entries))
}

fn node(
    value: &DeValue<'_>,
    line: u32,
    lines: &Lines,
    depth: usize,
    limits: &Limits,
) -> Result<Node, Fault> {
    if depth > limits.json_depth_max {
        let words = format!("nested deeper than {}", limits.json_depth_max);
        return Err(Fault::at(line, words));
    }
    let kind = match value {
        DeValue::String(text) => Kind::Text(text.to_string()),
        DeValue::Integer(number) => Kind::Number(number.to_string()),
        DeValue::Float(number) => Kind::Number(number.to_string()),
        DeValue::Boolean(value) => Kind::Bool(*value),
        DeValue::Datetime(time) => Kind::Text(time.to_string()),
        DeValue::Array(items) => {
            let mut nodes = Vec::new();
            for item in items {
                let line = lines.line(item.span().start);
                nodes.push(node(item.get_ref(), line, lines, depth + 1, limits)?);
            }
            Kind::List(nodes)
        }
        DeValue::Table(table) => map(table, lines, depth, limits)?,
    };
    Ok(Node::new(line, kind))
}

/// Where lines begin.
struct Lines(Vec<usize>);

impl Lines {
    fn new(text: &str) -> Self {
        Self(text.match_indices('\n').map(|(at, _)| at).collect())
    }

    fn line(&self, at: usize) -> u32 {
        let before = self.0.partition_point(|end| *end < at);
        u32::try_from(before + 1).unwrap_or(u32::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_know_their_lines_and_faults_too() {
        let node = read("[a]\nb = [\n 'x',\n 'y',\n]\n", &Limits::default()).expect("read");
        let list = node.at(&["a", "b"]).expect("b");
        assert_eq!((list.line, list.items()[1].line), (2, 4));
        let fault = read("a = 1\nb = \n", &Limits::default()).expect_err("fault");
        assert_eq!(fault.line, Some(2));
        assert!(read(&format!("a = {}", "[".repeat(50_000)), &Limits::default()).is_err());
    }
}
