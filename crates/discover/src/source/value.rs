//! An expression → a [`Value`]. One function for all grammars: their node names hardly overlap.
//!
//! Recursion is bounded by [`DEPTH_MAX`]; what lies deeper is [`Shape::Other`].

use tree_sitter::Node;

use super::facts::{Arg, Call, Shape, Value};
use super::typed;

/// How deep an expression is looked into.
const DEPTH_MAX: usize = 10;
/// How many parts a dotted callee has at most.
const HOPS_MAX: usize = 24;
/// How many elements of a list or record are kept.
const ELEMENTS_MAX: usize = 2_000;

/// The text that a node covers.
pub(super) fn text<'t>(node: Node<'_>, source: &'t str) -> &'t str {
    source.get(node.byte_range()).unwrap_or_default()
}

pub(super) fn line(node: Node<'_>) -> u32 {
    u32::try_from(node.start_position().row).map_or(u32::MAX, |row| row.saturating_add(1))
}

/// The value of an expression.
pub(super) fn value(node: Node<'_>, source: &str, scope: usize) -> Value {
    at_depth(node, source, scope, 0)
}

pub(super) fn at_depth(node: Node<'_>, source: &str, scope: usize, depth: usize) -> Value {
    let shape = if depth > DEPTH_MAX { Shape::Other } else { shape(node, source, scope, depth) };
    Value { line: line(node), shape }
}

fn shape(node: Node<'_>, source: &str, scope: usize, depth: usize) -> Shape {
    let next = |node| at_depth(node, source, scope, depth + 1);
    match node.kind() {
        kind if is_text(kind) => literal(node, source),
        "concatenated_string" => joined(node, source),
        "integer"
        | "float"
        | "number"
        | "integer_literal"
        | "float_literal"
        | "int_literal"
        | "decimal_integer_literal"
        | "decimal_floating_point_literal"
        | "real_literal" => Shape::Number,
        "true" | "false" | "boolean_literal" => {
            Shape::Bool(text(node, source).to_lowercase() == "true")
        }
        "macro_invocation" => expanded(node, source),
        "call"
        | "call_expression"
        | "new_expression"
        | "method_invocation"
        | "object_creation_expression"
        | "implicit_object_creation_expression"
        | "invocation_expression" => called(node, source, scope, depth),
        "subscript" | "subscript_expression" => {
            environment(node, source).unwrap_or_else(|| looked_up(node, source, scope, depth))
        }
        "identifier"
        | "attribute"
        | "member_expression"
        | "selector_expression"
        | "scoped_identifier"
        | "field_expression"
        | "field_access"
        | "member_access_expression"
        | "qualified_name"
        | "class_literal"
        | "method_reference" => named(node, source),
        "list"
        | "array"
        | "tuple"
        | "array_expression"
        | "set"
        | "array_initializer"
        | "element_value_array_initializer"
        | "collection_expression"
        | "initializer_expression" => {
            Shape::List(children(node).take(ELEMENTS_MAX).map(next).collect())
        }
        "dictionary" | "object" | "struct_expression" | "composite_literal" | "literal_value" => {
            record(node, source, scope, depth)
        }
        "boolean_operator" | "binary_expression" | "binary_operator" => {
            operation(node, source, scope, depth)
        }
        "conditional_expression" | "ternary_expression" => choice(node, source, scope, depth),
        "parenthesized_expression"
        | "await"
        | "await_expression"
        | "as_expression"
        | "satisfies_expression"
        | "non_null_expression"
        | "reference_expression"
        | "try_expression"
        | "unary_expression"
        | "literal_element"
        | "expression_statement"
        | "type_assertion"
        | "type_cast_expression"
        | "postfix_unary_expression"
        | "collection_element"
        | "expression_element"
        | "arrow_expression_clause"
        | "attribute_argument"
        | "argument"
        | "keyword_argument_value" => {
            children(node).next().map_or(Shape::Other, |child| next(child).shape)
        }
        // The type stands first in these.
        "cast_expression" | "array_creation_expression" | "implicit_array_creation_expression" => {
            children(node).last().map_or(Shape::Other, |child| next(child).shape)
        }
        _ => Shape::Other,
    }
}

pub(super) fn is_text(kind: &str) -> bool {
    matches!(
        kind,
        "string"
            | "template_string"
            | "string_literal"
            | "raw_string_literal"
            | "interpreted_string_literal"
            | "verbatim_string_literal"
            | "interpolated_string_expression"
    )
}

/// Named children that are not comments.
pub(super) fn children(node: Node<'_>) -> impl Iterator<Item = Node<'_>> {
    let count = u32::try_from(node.named_child_count()).unwrap_or(u32::MAX);
    (0..count)
        .filter_map(move |index| node.named_child(index))
        .filter(|child| !child.kind().ends_with("comment"))
}

/// The content of a text literal; what is filled in reads `{…}`.
pub(super) fn literal(node: Node<'_>, source: &str) -> Shape {
    let (mut out, mut holes) = (String::new(), false);
    let parts = children(node).count();
    if node.kind() == "verbatim_string_literal" {
        let whole = text(node, source).strip_prefix("@\"").unwrap_or_default();
        let inner = whole.strip_suffix('"').unwrap_or(whole);
        return Shape::Text { text: inner.replace("\"\"", "\""), holes };
    }
    if node.kind() == "raw_string_literal" && parts == 0 {
        let raw = text(node, source);
        return Shape::Text { text: raw.trim_matches('`').to_owned(), holes };
    }
    for part in children(node).take(ELEMENTS_MAX) {
        match part.kind() {
            "interpolation" | "template_substitution" => {
                holes = true;
                let inner = children(part)
                    .find(|inner| inner.kind() != "interpolation_brace")
                    .map_or("", |inner| text(inner, source));
                out.push('{');
                out.push_str(inner);
                out.push('}');
            }
            "string_content" => content(part, source, &mut out),
            "string_fragment"
            | "multiline_string_fragment"
            | "string_literal_content"
            | "raw_string_content"
            | "interpreted_string_literal_content"
            | "raw_string_literal_content" => {
                out.push_str(text(part, source));
            }
            "escape_sequence" => out.push_str(&unescaped(text(part, source))),
            _ => {}
        }
    }
    if typed::is_block(node, source) {
        out = typed::without_indent(&out);
    }
    Shape::Text { text: out, holes }
}

/// Python and Rust keep escapes inside the content.
fn content(node: Node<'_>, source: &str, out: &mut String) {
    let mut from = node.start_byte();
    for escape in children(node) {
        if !escape.kind().starts_with("escape") {
            continue;
        }
        out.push_str(source.get(from..escape.start_byte()).unwrap_or_default());
        out.push_str(&unescaped(text(escape, source)));
        from = escape.end_byte();
    }
    out.push_str(source.get(from..node.end_byte()).unwrap_or_default());
}

fn unescaped(escape: &str) -> String {
    match escape {
        "\\n" => "\n".to_owned(),
        "\\t" => "\t".to_owned(),
        "\\r" => "\r".to_owned(),
        "{{" => "{".to_owned(),
        "}}" => "}".to_owned(),
        "\\\n" => String::new(),
        _ => match escape.strip_prefix('\\') {
            Some(rest) if rest.chars().count() == 1 => rest.to_owned(),
            _ => escape.to_owned(),
        },
    }
}

fn joined(node: Node<'_>, source: &str) -> Shape {
    let (mut out, mut any) = (String::new(), false);
    for part in children(node).take(ELEMENTS_MAX) {
        if let Shape::Text { text, holes } = literal(part, source) {
            out.push_str(&text);
            any |= holes;
        }
    }
    Shape::Text { text: out, holes: any }
}

/// A call; calls that only pass a text on (`String::from`, `.to_string()`) are the text.
fn called(node: Node<'_>, source: &str, scope: usize, depth: usize) -> Shape {
    let call = call_at(node, source, scope, depth);
    let Some(call) = call else {
        return Shape::Other;
    };
    if let Some(shape) = environment_call(&call) {
        return shape;
    }
    if let Some(shape) = typed::passed_on(&call) {
        return shape;
    }
    let last = call.last().to_owned();
    if matches!(
        last.as_str(),
        "to_string"
            | "into"
            | "to_owned"
            | "strip"
            | "trim"
            | "trim_start"
            | "dedent"
            | "toString"
            | "ToString"
            | "Trim"
            | "stripIndent"
            | "getValue"
            | "asString"
    ) {
        if let Some(inner) = call.positional(0) {
            return inner.shape.clone();
        }
        if let Some(object) = receiver(node) {
            return at_depth(object, source, scope, depth + 1).shape;
        }
    }
    if matches!(last.as_str(), "formatted" | "replace" | "Replace" | "format" | "format_map")
        && let Some(object) = receiver(node)
    {
        match at_depth(object, source, scope, depth + 1).shape {
            Shape::Text { text, .. } => return Shape::Text { text, holes: true },
            // A template by its name.
            Shape::Name(name) if last.starts_with("format") => return Shape::Name(name),
            _ => {}
        }
    }
    if matches!(
        call.callee.as_str(),
        "String.from" | "str" | "String" | "aws.String" | "PromptTemplate" | "Some" | "Ok"
    ) && call.args.len() == 1
        && let Some(inner) = call.args.first()
    {
        return inner.value.shape.clone();
    }
    if matches!(
        last.as_str(),
        "unwrap_or"
            | "unwrap_or_else"
            | "unwrap_or_default"
            | "unwrap"
            | "expect"
            | "or"
            | "orElse"
            | "default"
    ) && let Some(object) = receiver(node)
    {
        let mut values = vec![at_depth(object, source, scope, depth + 1)];
        if last.starts_with("unwrap_or") || last == "default" || last.starts_with("or") {
            values.extend(call.positional(0).cloned());
        }
        return Shape::Choice(values);
    }
    Shape::Call(Box::new(call))
}

/// What a method is called on.
fn receiver(node: Node<'_>) -> Option<Node<'_>> {
    if let Some(object) = node.child_by_field_name("object") {
        return Some(object);
    }
    let function = node.child_by_field_name("function")?;
    ["object", "value", "operand", "expression"]
        .iter()
        .find_map(|field| function.child_by_field_name(field))
}

/// The call at a call node, its arguments looked into.
pub(super) fn call_at(node: Node<'_>, source: &str, scope: usize, depth: usize) -> Option<Call> {
    if let Some(call) = typed::call_at(node, source, scope, depth) {
        return Some(call);
    }
    let callee =
        node.child_by_field_name("function").or_else(|| node.child_by_field_name("constructor"))?;
    let callee = dotted(callee, source);
    let mut args = Vec::new();
    let list = node.child_by_field_name("arguments");
    // A template behind its tag is the one argument.
    if let Some(template) = list.filter(|list| is_text(list.kind())) {
        arguments(template, source, scope, depth, &mut args);
    } else if let Some(list) = list {
        for argument in children(list).take(ELEMENTS_MAX) {
            arguments(argument, source, scope, depth, &mut args);
        }
    }
    Some(Call { callee, args, line: line(node), scope })
}

fn arguments(node: Node<'_>, source: &str, scope: usize, depth: usize, args: &mut Vec<Arg>) {
    if node.kind() == "keyword_argument" {
        let name = node.child_by_field_name("name").map(|name| text(name, source).to_owned());
        if let Some(value) = node.child_by_field_name("value") {
            args.push(Arg { name, value: at_depth(value, source, scope, depth + 1) });
        }
        return;
    }
    // A closure that only gives a value: `unwrap_or_else(|_| "x".into())`.
    if node.kind() == "closure_expression" {
        if let Some(body) = node.child_by_field_name("body") {
            args.push(Arg { name: None, value: at_depth(body, source, scope, depth + 1) });
        }
        return;
    }
    let value = at_depth(node, source, scope, depth + 1);
    if let Shape::Record(_, entries) = &value.shape
        && node.kind() == "object"
    {
        args.extend(
            entries
                .iter()
                .map(|(name, value)| Arg { name: Some(name.clone()), value: value.clone() }),
        );
    }
    args.push(Arg { name: None, value });
}

/// A callee as dotted text; arguments in the middle of a chain are left out.
pub(super) fn dotted(node: Node<'_>, source: &str) -> String {
    let mut parts = Vec::new();
    let mut at = Some(node);
    for _ in 0..HOPS_MAX {
        let Some(node) = at else { break };
        at = match node.kind() {
            "attribute"
            | "member_expression"
            | "selector_expression"
            | "field_expression"
            | "scoped_identifier"
            | "scoped_type_identifier"
            | "qualified_type"
            | "field_access"
            | "method_invocation"
            | "member_access_expression"
            | "member_binding_expression"
            | "method_reference"
            | "qualified_name" => {
                if let Some((object, part)) = typed::last_two(node) {
                    parts.push(text(part, source));
                    at = object;
                    continue;
                }
                let part = ["attribute", "property", "field", "name"]
                    .iter()
                    .find_map(|field| node.child_by_field_name(field));
                parts.push(part.map_or("", |part| text(part, source)));
                ["object", "operand", "value", "path", "package"]
                    .iter()
                    .find_map(|field| node.child_by_field_name(field))
            }
            "call" | "call_expression" | "generic_function" | "invocation_expression" => {
                node.child_by_field_name("function")
            }
            "new_expression" => node.child_by_field_name("constructor"),
            "object_creation_expression" => node.child_by_field_name("type"),
            "await"
            | "await_expression"
            | "parenthesized_expression"
            | "non_null_expression"
            | "try_expression"
            | "generic_type"
            | "generic_name"
            | "nullable_type"
            | "class_literal"
            | "postfix_unary_expression"
            | "conditional_access_expression"
            | "element_access_expression" => children(node).next(),
            "subscript" | "cast_expression" => node.child_by_field_name("value"),
            "subscript_expression" => node.child_by_field_name("object"),
            "identifier"
            | "type_identifier"
            | "property_identifier"
            | "this"
            | "self"
            | "crate"
            | "super"
            | "field_identifier"
            | "package_identifier" => {
                parts.push(text(node, source));
                None
            }
            _ => None,
        };
    }
    parts.reverse();
    parts.retain(|part| !part.is_empty() && part.len() <= 80);
    parts.join(".")
}

fn named(node: Node<'_>, source: &str) -> Shape {
    if let Some(environment) = environment(node, source) {
        return environment;
    }
    let name = dotted(node, source);
    match name.as_str() {
        "" => Shape::Other,
        "True" => Shape::Bool(true),
        "False" => Shape::Bool(false),
        _ => Shape::Name(name),
    }
}

/// `process.env.NAME`, `process.env["NAME"]`, `os.environ["NAME"]`, `import.meta.env.NAME`.
fn environment(node: Node<'_>, source: &str) -> Option<Shape> {
    let whole = text(node, source);
    if whole.len() > 200 {
        return None;
    }
    let rest = ["process.env", "os.environ", "environ", "import.meta.env", "Deno.env", "env"]
        .iter()
        .find_map(|prefix| whole.strip_prefix(prefix))?;
    let name: String = rest
        .trim_start_matches(['.', '[', '"', '\'', '?'])
        .chars()
        .take_while(|c| c.is_ascii_alphanumeric() || *c == '_')
        .collect();
    let constant = !name.is_empty() && name.chars().all(|c| !c.is_ascii_lowercase());
    constant.then_some(Shape::Env)
}

/// `os.getenv("NAME", "default")` and its like.
fn environment_call(call: &Call) -> Option<Shape> {
    let getter = matches!(
        call.callee.as_str(),
        "os.environ.get"
            | "os.getenv"
            | "System.getenv"
            | "System.getenv.get"
            | "System.getenv.getOrDefault"
            | "Environment.GetEnvironmentVariable"
            | "getenv"
            | "environ.get"
            | "os.Getenv"
            | "os.LookupEnv"
            | "env.var"
            | "std.env.var"
            | "var"
            | "getEnv"
            | "GetEnv"
            | "getEnvOrDefault"
            | "get_env"
            | "env"
            | "config"
            | "Deno.env.get"
            | "env.get"
            | "env.str"
            | "getEnvironmentVariable"
            | "std.env.var_os"
            | "dotenvy.var"
    );
    if !getter {
        return None;
    }
    let first = call.positional(0)?;
    let Shape::Text { text, holes: false } = &first.shape else {
        return None;
    };
    let constant = text.len() > 2
        && text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_');
    if !constant {
        return None;
    }
    let name = Value { line: call.line, shape: Shape::Env };
    match call.positional(1).or_else(|| call.named("default")) {
        Some(default) => Some(Shape::Choice(vec![name, default.clone()])),
        None => Some(name.shape),
    }
}

/// `MODELS["fast"]`: the entry of a record is not told from the others.
fn looked_up(node: Node<'_>, source: &str, scope: usize, depth: usize) -> Shape {
    let of = ["value", "object"].iter().find_map(|field| node.child_by_field_name(field));
    match of.map(|of| at_depth(of, source, scope, depth + 1)) {
        Some(of) if matches!(of.shape, Shape::Name(_) | Shape::Record(..)) => {
            Shape::Each(Box::new(of))
        }
        _ => Shape::Other,
    }
}

fn record(node: Node<'_>, source: &str, scope: usize, depth: usize) -> Shape {
    let type_name = ["type", "name"]
        .iter()
        .find_map(|field| node.child_by_field_name(field))
        .map(|name| dotted(name, source))
        .unwrap_or_default();
    let body = node.child_by_field_name("body").unwrap_or(node);
    let mut entries = Vec::new();
    let mut items = Vec::new();
    for entry in children(body).take(ELEMENTS_MAX) {
        match entry.kind() {
            "pair" | "field_initializer" => {
                let key =
                    entry.child_by_field_name("key").or_else(|| entry.child_by_field_name("field"));
                let value = entry.child_by_field_name("value");
                if let (Some(key), Some(value)) = (key, value) {
                    entries
                        .push((key_text(key, source), at_depth(value, source, scope, depth + 1)));
                }
            }
            "keyed_element" => {
                let mut parts = children(entry);
                if let (Some(key), Some(value)) = (parts.next(), parts.next()) {
                    entries
                        .push((key_text(key, source), at_depth(value, source, scope, depth + 1)));
                }
            }
            "shorthand_property_identifier" | "shorthand_field_initializer" => {
                let name = text(entry, source).to_owned();
                let value = Value { line: line(entry), shape: Shape::Name(name.clone()) };
                entries.push((name, value));
            }
            "literal_element" => items.push(at_depth(entry, source, scope, depth + 1)),
            _ => {}
        }
    }
    if entries.is_empty() && !items.is_empty() {
        Shape::List(items)
    } else {
        Shape::Record(type_name, entries)
    }
}

fn key_text(node: Node<'_>, source: &str) -> String {
    let node =
        if node.kind() == "literal_element" { children(node).next().unwrap_or(node) } else { node };
    if is_text(node.kind()) {
        match literal(node, source) {
            Shape::Text { text, .. } => text,
            _ => String::new(),
        }
    } else {
        text(node, source).chars().take(120).collect()
    }
}

fn operation(node: Node<'_>, source: &str, scope: usize, depth: usize) -> Shape {
    let operator = operator_of(node, source);
    if operator == "+" {
        return added(node, source, scope, depth);
    }
    let sides = ["left", "right"].map(|side| {
        node.child_by_field_name(side).map(|side| at_depth(side, source, scope, depth + 1))
    });
    match (operator, sides) {
        ("or" | "||" | "??", sides) => Shape::Choice(sides.into_iter().flatten().collect()),
        ("%", [Some(left), _]) => match left.shape {
            Shape::Text { text, .. } => Shape::Text { text, holes: true },
            _ => Shape::Other,
        },
        _ => Shape::Other,
    }
}

fn operator_of<'t>(node: Node<'_>, source: &'t str) -> &'t str {
    node.child_by_field_name("operator").map_or("", |operator| text(operator, source))
}

/// `a + b + c` leans to the left, as deep as it is long: its parts are taken in a loop.
fn added(node: Node<'_>, source: &str, scope: usize, depth: usize) -> Shape {
    let mut parts = Vec::new();
    let mut rest = node;
    while rest.kind() == node.kind()
        && operator_of(rest, source) == "+"
        && parts.len() < ELEMENTS_MAX
        && let (Some(left), Some(right)) =
            (rest.child_by_field_name("left"), rest.child_by_field_name("right"))
    {
        parts.push(right);
        rest = left;
    }
    let next = |node| at_depth(node, source, scope, depth + 1).shape;
    parts.into_iter().rev().fold(next(rest), |sum_so_far, part| sum(sum_so_far, next(part)))
}

/// The text of `format!("…")` and its kin; what is filled in reads `{…}` already.
fn expanded(node: Node<'_>, source: &str) -> Shape {
    let name = node.child_by_field_name("macro").map_or("", |name| text(name, source));
    let texts = ["format", "concat", "indoc", "formatdoc", "indoc::indoc", "indoc::formatdoc"];
    let tokens = children(node).find(|child| child.kind() == "token_tree");
    let first = tokens.and_then(|tokens| children(tokens).find(|token| is_text(token.kind())));
    match first.filter(|_| texts.contains(&name)).map(|token| literal(token, source)) {
        Some(Shape::Text { text, .. }) => {
            Shape::Text { holes: name.contains("format") && text.contains('{'), text }
        }
        _ => Shape::Other,
    }
}

/// Texts that are put together; a part that is not constant is a hole.
fn sum(left: Shape, right: Shape) -> Shape {
    match (left, right) {
        (Shape::Text { text, holes }, Shape::Text { text: more, holes: also }) => {
            Shape::Text { text: text + &more, holes: holes || also }
        }
        (Shape::Text { text, .. }, Shape::Name(name)) => {
            Shape::Text { text: format!("{text}{{{name}}}"), holes: true }
        }
        (Shape::Name(name), Shape::Text { text, .. }) => {
            Shape::Text { text: format!("{{{name}}}{text}"), holes: true }
        }
        (Shape::Text { text, .. }, _) => Shape::Text { text, holes: true },
        _ => Shape::Other,
    }
}

fn choice(node: Node<'_>, source: &str, scope: usize, depth: usize) -> Shape {
    let fields = ["consequence", "alternative"].map(|field| node.child_by_field_name(field));
    let parts: Vec<_> = if let [Some(first), Some(second)] = fields {
        vec![first, second]
    } else {
        // Python: value, condition, alternative.
        let all: Vec<_> = children(node).take(3).collect();
        match all.as_slice() {
            [first, _, second] => vec![*first, *second],
            _ => Vec::new(),
        }
    };
    Shape::Choice(parts.into_iter().map(|part| at_depth(part, source, scope, depth + 1)).collect())
}
