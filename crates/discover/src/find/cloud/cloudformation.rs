//! `CloudFormation` and SAM: resources under `Resources`, constants under `Parameters`.

use super::{Cloud, Resource, resource};
use crate::findings::Findings;
use crate::known::Index;
use crate::tree::{Kind, Node};

/// Reads a stack, if the document is one.
pub(crate) fn stack(index: &Index<'_>, path: &str, root: &Node, out: &mut Findings) -> bool {
    let resources = root.get("Resources").map_or(&[][..], Node::entries);
    let of = |node: &Node| node.get("Type").and_then(Node::text).map(str::to_owned);
    if !resources.iter().any(|(_, node)| of(node).is_some_and(|of| of.contains("::"))) {
        return false;
    }
    for (name, declared) in resources {
        let body = filled(declared, root);
        let line = declared.get("Type").map_or(declared.line, |of| of.line);
        let of = of(declared).unwrap_or_default().to_ascii_lowercase();
        resource(index, path, Cloud::Any, &Resource { of, name, line, body: &body }, out);
    }
    true
}

/// The default of a parameter.
fn default<'n>(root: &'n Node, name: &str) -> Option<&'n Node> {
    root.get("Parameters")?.get(name)?.get("Default")
}

/// The node with references to parameters replaced by their defaults. `!Ref X` is read as the
/// text `X`: the tag says what the name alone says, too.
fn filled(node: &Node, root: &Node) -> Node {
    let kind = match &node.kind {
        Kind::Map(entries) => match entries.as_slice() {
            [(key, value)] if key == "Ref" => {
                let found = value.text().and_then(|name| default(root, name));
                return found.unwrap_or(node).clone();
            }
            [(key, value)] if key == "Fn::Sub" => return filled(value, root),
            _ => Kind::Map(
                entries.iter().map(|(key, value)| (key.clone(), filled(value, root))).collect(),
            ),
        },
        Kind::List(items) => Kind::List(items.iter().map(|item| filled(item, root)).collect()),
        Kind::Text(text) => match default(root, text) {
            Some(value) => return value.clone(),
            None => Kind::Text(substituted(text, root)),
        },
        other => other.clone(),
    };
    Node::new(node.line, kind)
}

/// `arn:…/${Model}` with the default of the parameter.
fn substituted(text: &str, root: &Node) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        let Some((name, behind)) = after.split_once('}') else { break };
        out.push_str(before);
        match default(root, name).and_then(Node::scalar) {
            Some(value) => out.push_str(&value),
            None => out.push_str("${}"),
        }
        rest = behind;
    }
    out.push_str(rest);
    out
}
