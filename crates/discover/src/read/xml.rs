//! XML of build files, over a parser that keeps positions. Documents with a DTD are refused, so
//! no entity can grow, and the number of nodes is bounded.

use roxmltree::{Document, Node, ParsingOptions};

use crate::limits::Limits;
use crate::tree::Fault;

/// Reads one document.
pub(crate) fn read<'t>(text: &'t str, limits: &Limits) -> Result<Document<'t>, Fault> {
    let nodes_limit = u32::try_from(limits.values_max).unwrap_or(u32::MAX);
    let options = ParsingOptions { allow_dtd: false, nodes_limit, ..ParsingOptions::default() };
    Document::parse_with_options(text, options)
        .map_err(|error| Fault::at(error.pos().row, error.to_string()))
}

/// The line on which an element begins.
pub(crate) fn line(node: Node<'_, '_>) -> u32 {
    node.document().text_pos_at(node.range().start).row
}

/// The first child of that name.
pub(crate) fn child<'a, 'i>(node: Node<'a, 'i>, name: &str) -> Option<Node<'a, 'i>> {
    node.children().find(|child| child.has_tag_name_of(name))
}

/// The text of the first child of that name.
pub(crate) fn text_of(node: Node<'_, '_>, name: &str) -> Option<String> {
    let text = child(node, name)?.text()?.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// Names are compared without their namespace: build files are written with and without one.
pub(crate) trait Named {
    /// Whether it is an element of that name.
    fn has_tag_name_of(&self, name: &str) -> bool;
}

impl Named for Node<'_, '_> {
    fn has_tag_name_of(&self, name: &str) -> bool {
        self.is_element() && self.tag_name().name() == name
    }
}
