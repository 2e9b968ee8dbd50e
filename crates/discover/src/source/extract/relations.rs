//! What stands beside a name: attributes, variants, bases, what it is one of, what is gone through.

use tree_sitter::Node;

use super::Walk;
use crate::source::facts::{Binding, Class};
use crate::source::value::{children, dotted, is_text, line, text, value};

impl Walk<'_> {
    /// The attributes before a Rust item, dotted, without arguments.
    pub(super) fn attributes(&self, node: Node<'_>) -> Vec<String> {
        let mut names = Vec::new();
        let mut before = node.prev_named_sibling();
        while let Some(item) = before
            .filter(|item| item.kind() == "attribute_item" || item.kind().ends_with("comment"))
        {
            let path = children(item).next().and_then(|attribute| children(attribute).next());
            names.extend(path.map(|path| dotted(path, self.source)));
            before = item.prev_named_sibling();
        }
        names
    }

    /// The texts that name a variant of a Rust enumeration: `#[serde(rename = "…")]`.
    pub(super) fn variant(&mut self, node: Node<'_>) {
        let of = node.parent().and_then(|list| list.parent()?.child_by_field_name("name"));
        let (Some(of), Some(name)) = (of, node.child_by_field_name("name")) else { return };
        let mut before = node.prev_named_sibling();
        while let Some(item) = before.filter(|item| item.kind() == "attribute_item") {
            let mut open = vec![item];
            while let Some(part) = open.pop() {
                if is_text(part.kind()) {
                    self.facts.bindings.push(Binding {
                        name: text(name, self.source).to_owned(),
                        of: text(of, self.source).to_owned(),
                        value: value(part, self.source, self.scope()),
                        scope: self.scope(),
                    });
                }
                open.extend(children(part));
            }
            before = item.prev_named_sibling();
        }
    }

    pub(super) fn class(&mut self, node: Node<'_>) {
        let field = |name| node.child_by_field_name(name);
        let name = field("name").or_else(|| field("trait").and(field("type")));
        let name = name.map(|name| dotted(name, self.source)).unwrap_or_default();
        let heritage = children(node).find(|child| child.kind() == "class_heritage");
        let bases = match field("trait") {
            Some(base) => vec![dotted(base, self.source)],
            None => field("superclasses")
                .or_else(|| heritage.and_then(|heritage| children(heritage).next()))
                .map(|list| match list.kind() {
                    "identifier" | "member_expression" => vec![dotted(list, self.source)],
                    _ => children(list).map(|base| dotted(base, self.source)).collect(),
                })
                .unwrap_or_default(),
        };
        if !name.is_empty() && !bases.is_empty() {
            self.facts.classes.push(Class { name, bases, line: line(node) });
        }
    }

    /// `name in ["…"]`, `name not in ["…"]`.
    pub(super) fn membership(&mut self, node: Node<'_>) {
        let within =
            node.child(1).is_some_and(|operator| matches!(operator.kind(), "in" | "not in"));
        let mut sides = children(node);
        let (Some(name), Some(given), None) = (sides.next(), sides.next(), sides.next()) else {
            return;
        };
        let (name, scope) = (dotted(name, self.source), self.scope());
        if within && !name.is_empty() {
            let value = value(given, self.source, scope);
            self.facts.one_of.push(Binding { name, of: String::new(), value, scope });
        }
    }
}
