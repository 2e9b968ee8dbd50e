//! HCL, the language of Terraform: attributes and labelled blocks.

use super::expr::{Dialect, Expr, Reader, Shape};
use crate::limits::Limits;
use crate::tree::Fault;

/// `kind "label" "label" { … }`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Block {
    pub(crate) line: u32,
    pub(crate) kind: String,
    pub(crate) labels: Vec<String>,
    /// Its attributes; a block within stands there as a map under its kind.
    pub(crate) body: Expr,
}

/// A file: its blocks and the attributes outside of them. Where the syntax is not known the reader
/// goes on with the next thing that begins a line; the first such place is told.
#[derive(Debug, Default)]
pub(crate) struct File {
    pub(crate) blocks: Vec<Block>,
    pub(crate) attributes: Vec<(String, Expr)>,
    pub(crate) fault: Option<Fault>,
}

/// Reads a file.
pub(crate) fn read(text: &str, limits: &Limits) -> File {
    let mut reader = Reader::new(Dialect::Hcl, text, limits);
    let mut file = File::default();
    loop {
        reader.gap();
        if reader.peek().is_none() {
            return file;
        }
        let start = reader.at;
        if let Err(fault) = item(&mut reader, &mut file) {
            file.fault.get_or_insert(fault);
            next_line_with_name(&mut reader, start);
        }
    }
}

fn item(reader: &mut Reader<'_>, file: &mut File) -> Result<(), Fault> {
    let line = reader.line;
    let name = reader.name().ok_or_else(|| reader.fault("expected a name"))?.to_owned();
    reader.space();
    if reader.eat("=") {
        reader.gap();
        let value = reader.expr(0)?;
        file.attributes.push((name, value));
        return Ok(());
    }
    let (labels, body) = block(reader, 0)?;
    file.blocks.push(Block { line, kind: name, labels, body });
    Ok(())
}

/// Labels and body of a block, behind its kind.
fn block(reader: &mut Reader<'_>, depth: usize) -> Result<(Vec<String>, Expr), Fault> {
    let mut labels = Vec::new();
    loop {
        reader.space();
        let line = reader.line;
        if reader.eat("{") {
            let entries = body(reader, depth)?;
            return Ok((labels, Expr::new(line, Shape::Map(entries))));
        }
        let label = match reader.name() {
            Some(name) => name.to_owned(),
            None if reader.peek() == Some(b'"') => {
                reader.expr(depth + 1)?.text().unwrap_or_default()
            }
            None => return Err(reader.fault("expected `=`, a label or `{`")),
        };
        labels.push(label);
    }
}

fn body(reader: &mut Reader<'_>, depth: usize) -> Result<Vec<(String, Expr)>, Fault> {
    let mut entries = Vec::new();
    loop {
        reader.gap();
        if reader.eat("}") {
            return Ok(entries);
        }
        let line = reader.line;
        let name = reader.name().ok_or_else(|| reader.fault("expected a name or `}`"))?.to_owned();
        reader.space();
        if reader.eat("=") {
            reader.gap();
            entries.push((name, reader.expr(depth + 1)?));
        } else {
            let (labels, mut inner) = inner_block(reader, depth + 1)?;
            inner.line = line;
            entries.push(nested(name, &labels, inner));
        }
        reader.space();
        reader.eat(",");
    }
}

fn inner_block(reader: &mut Reader<'_>, depth: usize) -> Result<(Vec<String>, Expr), Fault> {
    reader.bounded(depth)?;
    block(reader, depth)
}

/// `dynamic "env" { for_each = …, content { … } }` is `env` for each element.
fn nested(name: String, labels: &[String], inner: Expr) -> (String, Expr) {
    let (Some(label), "dynamic") = (labels.first(), name.as_str()) else {
        return (name, inner);
    };
    let (Some(of), Some(content)) = (inner.get("for_each"), inner.get("content")) else {
        return (label.clone(), inner);
    };
    let iterator = match inner.get("iterator").map(|name| &name.shape) {
        Some(Shape::Name(name)) => name.join("."),
        _ => label.clone(),
    };
    let shape = Shape::For {
        name: format!("{iterator}.value"),
        of: Box::new(of.clone()),
        body: Box::new(content.clone()),
    };
    (label.clone(), Expr::new(content.line, shape))
}

/// Goes behind `start` to the next line that begins with a name.
fn next_line_with_name(reader: &mut Reader<'_>, start: usize) {
    if reader.at == start {
        reader.pass(reader.rest().chars().next().map_or(0, char::len_utf8));
    }
    loop {
        reader.pass_line();
        if reader.peek().is_none() {
            return;
        }
        reader.pass(1);
        if reader.rest().starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_have_labels_and_a_fault_costs_only_its_block() {
        let text = "# why\nresource \"a\" \"b\" {\n  x = 1 # y\n  model {\n    name = \"m\"\n  }\n  dynamic \"env\" {\n    for_each = { K = \"v\" }\n    content {\n      value = env.value\n    }\n  }\n}\nvariable broken {\n  default = )\n}\nlocals { a = \"b\" }\nmodel = \"gpt-4o\"\n";
        let file = read(text, &Limits::default());
        let shown: Vec<_> =
            file.blocks.iter().map(|b| (b.line, b.kind.as_str(), b.labels.join(" "))).collect();
        assert_eq!(shown, [(2, "resource", "a b".to_owned()), (17, "locals", String::new())]);
        let model = file.blocks[0].body.get("model").expect("a block");
        assert_eq!(model.line, 4);
        assert_eq!(model.get("name").and_then(Expr::text).as_deref(), Some("m"));
        assert!(matches!(
            file.blocks[0].body.get("env").map(|env| &env.shape),
            Some(Shape::For { name, .. }) if name == "env.value"
        ));
        assert_eq!(file.attributes[0].0, "model");
        assert_eq!(
            file.fault.map(|fault| fault.to_string()).as_deref(),
            Some("line 15: expected a value")
        );
    }

    #[test]
    fn depth_is_bounded() {
        let file = read(&"a {\n".repeat(100_000), &Limits::default());
        assert_eq!(file.fault.map(|fault| fault.words).as_deref(), Some("nested deeper than 128"));
    }
}
