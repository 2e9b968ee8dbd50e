//! The parameters of a function, by name.

use tree_sitter::Node;

use crate::source::value::{children, text};

/// How many parameters are kept.
const PARAMETERS_MAX: usize = 40;

pub(super) fn parameters(function: Node<'_>, source: &str) -> Vec<String> {
    let mut names = Vec::new();
    let Some(list) = function.child_by_field_name("parameters") else { return names };
    for parameter in children(list).take(PARAMETERS_MAX) {
        let target = parameter
            .child_by_field_name("name")
            .or_else(|| parameter.child_by_field_name("pattern"))
            .or_else(|| children(parameter).next())
            .unwrap_or(parameter);
        if target.kind() == "object_pattern" {
            // `({ email, phone }) => …`
            let parts = children(target).filter(|part| part.kind().starts_with("shorthand"));
            names.extend(parts.map(|part| text(part, source).to_owned()));
        } else {
            names.push(text(target, source).to_owned());
        }
    }
    names.truncate(PARAMETERS_MAX);
    names
}
