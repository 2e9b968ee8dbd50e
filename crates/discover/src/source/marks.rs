//! Annotations of Java and attributes of C#: what they make of a method, what they fill in.

use tree_sitter::Node;

use super::facts::{Arg, Binding, Call, Shape, Value};
use super::typed::{ARGUMENTS_MAX, camel};
use super::value::{at_depth, children, dotted, line, text};

/// Annotations that make a method a tool of a model.
const TOOL_MARKS: [&str; 5] =
    ["Tool", "McpTool", "KernelFunction", "DefineKernelFunction", "McpServerTool"];

/// An annotation or attribute of a method.
pub(super) struct Annotation {
    pub(super) name: String,
    /// The name that it gives a tool.
    pub(super) tool_name: Option<String>,
}

/// The annotations and attributes of a method.
pub(super) fn annotations(node: Node<'_>, source: &str) -> Vec<Annotation> {
    children(node)
        .filter(|child| matches!(child.kind(), "modifiers" | "attribute_list"))
        .flat_map(children)
        .filter_map(|mark| annotation_at(mark, source, 0))
        .map(|call| Annotation { tool_name: tool_name(&call), name: call.callee })
        .collect()
}

fn tool_name(call: &Call) -> Option<String> {
    let mark = call.last();
    if !TOOL_MARKS.contains(&mark) {
        return None;
    }
    let first = || mark.ends_with("KernelFunction").then(|| call.positional(0)).flatten();
    match &call.named("name").or_else(first)?.shape {
        Shape::Text { text, holes: false } if !text.is_empty() => Some(text.clone()),
        _ => None,
    }
}

fn annotation_at(node: Node<'_>, source: &str, scope: usize) -> Option<Call> {
    if !matches!(node.kind(), "annotation" | "marker_annotation" | "attribute") {
        return None;
    }
    let callee = dotted(node.child_by_field_name("name")?, source);
    let list = children(node).find(|child| {
        matches!(child.kind(), "annotation_argument_list" | "attribute_argument_list")
    });
    let mut args = Vec::new();
    for argument in list.into_iter().flat_map(children).take(ARGUMENTS_MAX) {
        let field = |name| argument.child_by_field_name(name);
        let inner = children(argument).last().unwrap_or(argument);
        let (name, value) = match (argument.kind(), inner.kind()) {
            ("element_value_pair", _) => (field("key"), field("value")?),
            ("attribute_argument", "assignment_expression") => {
                (inner.child_by_field_name("left"), inner.child_by_field_name("right")?)
            }
            ("attribute_argument", _) => (field("name"), inner),
            _ => (None, argument),
        };
        let name = name.map(|name| camel(text(name, source))).filter(|name| name != "value");
        args.push(Arg { name, value: lines(at_depth(value, source, scope, 0)) });
    }
    Some(Call { callee, args, line: line(node), scope })
}

/// A list of texts in an annotation is one text of several lines.
fn lines(value: Value) -> Value {
    let Shape::List(items) = &value.shape else {
        return value;
    };
    let texts: Option<Vec<&str>> = items
        .iter()
        .map(|item| match &item.shape {
            Shape::Text { text, .. } => Some(text.as_str()),
            _ => None,
        })
        .collect();
    match texts.filter(|texts| !texts.is_empty()) {
        Some(texts) => {
            Value { line: value.line, shape: Shape::Text { text: texts.join("\n"), holes: false } }
        }
        None => value,
    }
}

/// An annotation as a call, unless it is what makes its method a tool.
pub(super) fn annotation_call(node: Node<'_>, source: &str, scope: usize) -> Option<Call> {
    let mut call =
        annotation_at(node, source, scope).filter(|call| !TOOL_MARKS.contains(&call.last()))?;
    // As an annotation it is a template; as a class it is what a user said.
    if call.last() == "UserMessage" {
        "@UserMessage".clone_into(&mut call.callee);
    }
    Some(call)
}

/// A field or parameter that a framework fills in: `@Value("${model:default}") String model`.
pub(super) fn injected(node: Node<'_>, source: &str, scope: usize) -> Option<Binding> {
    let call = annotation_at(node, source, scope)?;
    let given = match call.last() {
        "Value" => call.positional(0)?,
        "ConfigProperty" => call.named("defaultValue")?,
        _ => return None,
    };
    let Shape::Text { text: given_text, .. } = &given.shape else {
        return None;
    };
    let inner = given_text.strip_prefix("${").and_then(|rest| rest.strip_suffix('}'));
    let shape = match inner.map(|inner| inner.split_once(':')) {
        Some(Some((_, default))) => Shape::Text { text: default.to_owned(), holes: false },
        Some(None) => Shape::Env,
        None => given.shape.clone(),
    };
    let owner = node.parent()?.parent()?;
    let declarator = owner.child_by_field_name("declarator").unwrap_or(owner);
    let name = text(declarator.child_by_field_name("name")?, source).to_owned();
    Some(Binding { name, of: String::new(), value: Value { line: given.line, shape }, scope })
}
