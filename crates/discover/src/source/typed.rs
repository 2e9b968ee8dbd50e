//! Java and C#: calls, imports and declared types, brought to the form that the
//! facts of every language have.
//!
//! A chain of Java that builds something is one construction: the links of
//! `Model.builder().apiKey(k).modelName("m").build()` are the named arguments of `Model`. Names
//! of C# properties and parameters are one spelling, `modelId`, and arguments by position get
//! the names of [`super::signatures`].

use tree_sitter::Node;

use super::facts::{Arg, Call, Declared, Import, Shape, Value, last};
use super::signatures;
use super::value::{at_depth, children, dotted, line, text};

/// How many links of one chain are looked at.
const LINKS_MAX: usize = 64;
/// How many arguments of one call are kept.
pub(super) const ARGUMENTS_MAX: usize = 256;
/// How deep objects within arguments are looked into.
const NESTED_MAX: usize = 4;
/// A call or construction of these languages.
pub(super) fn call_at(node: Node<'_>, source: &str, scope: usize, depth: usize) -> Option<Call> {
    let (callee, args) = match node.kind() {
        "method_invocation" => chain(node, source, scope, depth)?,
        "invocation_expression" => {
            let function = node.child_by_field_name("function")?;
            let mut args = arguments(node, source, scope, depth);
            args.extend(generic_over(function, source));
            (dotted(function, source), args)
        }
        "object_creation_expression" => {
            let callee = dotted(node.child_by_field_name("type")?, source);
            (callee, arguments(node, source, scope, depth))
        }
        "implicit_object_creation_expression" => {
            let args = arguments(node, source, scope, depth);
            // A list takes it; its first argument says that it is a message.
            let role = args.first().is_some_and(|arg| matches!(&arg.value.shape, Shape::Name(name) if name.starts_with("ChatRole.") || name.starts_with("AuthorRole.")));
            let of = declared_type(node, source);
            (of.or_else(|| role.then(|| "ChatMessage".to_owned()))?, args)
        }
        _ => return None,
    };
    let callee = callee.strip_suffix(".Builder").map(str::to_owned).unwrap_or(callee);
    let mut call = Call { callee, args, line: line(node), scope };
    signatures::name(&mut call);
    Some(call)
}

/// The name of the argument that stands for the type in `AddFromType<TimePlugin>()`.
pub(crate) const TYPE: &str = "<type>";

/// The one type that a call is generic over.
fn generic_over(function: Node<'_>, source: &str) -> Option<Arg> {
    let name = function.child_by_field_name("name").unwrap_or(function);
    let list = children(name).find(|child| child.kind() == "type_argument_list")?;
    let mut types = children(list);
    let (of, None) = (types.next()?, types.next()) else { return None };
    let value = Value { line: line(of), shape: Shape::Name(dotted(of, source)) };
    Some(Arg { name: Some(TYPE.to_owned()), value })
}

/// Whether a call is a link of a longer chain, which is taken as one.
pub(super) fn is_inner_link(node: Node<'_>) -> bool {
    node.kind() == "method_invocation"
        && node.parent().is_some_and(|parent| {
            parent.kind() == "method_invocation"
                && parent.child_by_field_name("object") == Some(node)
        })
}

struct Link<'n> {
    name: &'n str,
    args: Vec<Arg>,
}

fn chain(node: Node<'_>, source: &str, scope: usize, depth: usize) -> Option<(String, Vec<Arg>)> {
    let mut links = Vec::new();
    let mut root = Some(node);
    while let Some(at) = root.filter(|at| at.kind() == "method_invocation") {
        if links.len() >= LINKS_MAX {
            return None;
        }
        let name = text(at.child_by_field_name("name")?, source);
        links.push(Link { name, args: arguments(at, source, scope, depth) });
        root = at.child_by_field_name("object");
    }
    links.reverse();
    let made = root.filter(|root| root.kind() == "object_creation_expression");
    let root = root.map(|root| dotted(root, source)).unwrap_or_default();
    let build =
        links.iter().rposition(|link| link.name.starts_with("build") && link.name != "builder");
    let Some(build) = build else {
        let names: Vec<_> = links.iter().map(|link| link.name).collect();
        let callee = joined(&root, &names.join("."));
        let (end, inner) = links.split_last()?;
        let mut args: Vec<Arg> = end.args.clone();
        args.extend(inner.iter().filter(|link| !link.args.is_empty()).map(named));
        args.extend(simple(end));
        return Some((callee, args));
    };
    let mut args = made.map(|made| arguments(made, source, scope, depth)).unwrap_or_default();
    let is_type = root.starts_with(|c: char| c.is_ascii_uppercase()) && made.is_none();
    let first = links.first()?;
    let mut callee = root;
    let mut from = 0;
    if (is_type || callee.is_empty()) && build > 0 {
        if !matches!(first.name, "builder" | "newBuilder" | "Builder") || callee.is_empty() {
            callee = joined(&callee, first.name);
        }
        args.extend(first.args.iter().cloned());
        from = 1;
    }
    args.extend(links.get(from..build)?.iter().map(named));
    let after = links.get(build + 1..)?;
    if let Some((end, inner)) = after.split_last() {
        let names: Vec<_> = after.iter().map(|link| link.name).collect();
        callee = joined(&callee, &names.join("."));
        args.retain(|arg| arg.name.is_some());
        args.extend(end.args.iter().cloned());
        args.extend(inner.iter().filter(|link| !link.args.is_empty()).map(named));
        args.extend(simple(end));
    }
    Some((callee, args))
}

/// The last link by name too, unless calls in it would be kept twice at every depth.
fn simple(link: &Link<'_>) -> Option<Arg> {
    let [one] = link.args.as_slice() else {
        return None;
    };
    matches!(one.value.shape, Shape::Text { .. } | Shape::Name(_) | Shape::Env | Shape::Choice(_))
        .then(|| named(link))
}

fn joined(root: &str, rest: &str) -> String {
    if root.is_empty() { rest.to_owned() } else { format!("{root}.{rest}") }
}

/// A link as an argument of what the chain makes.
fn named(link: &Link<'_>) -> Arg {
    let value = match link.args.as_slice() {
        [] => Value { line: 0, shape: Shape::Bool(true) },
        [one] => one.value.clone(),
        [first, ..] => Value {
            line: first.value.line,
            shape: Shape::List(link.args.iter().map(|arg| arg.value.clone()).collect()),
        },
    };
    Arg { name: Some(link.name.to_owned()), value }
}

fn arguments(node: Node<'_>, source: &str, scope: usize, depth: usize) -> Vec<Arg> {
    let list = node
        .child_by_field_name("arguments")
        .or_else(|| children(node).find(|child| child.kind() == "argument_list"));
    let mut args = Vec::new();
    for argument in list.into_iter().flat_map(children).take(ARGUMENTS_MAX) {
        let name = (argument.kind() == "argument")
            .then(|| argument.child_by_field_name("name"))
            .flatten()
            .map(|name| camel(text(name, source)));
        let inner = if argument.kind() == "argument" {
            children(argument).last().unwrap_or(argument)
        } else {
            argument
        };
        // What `new() { … }` sets is said of the call, as a record's entries are elsewhere.
        if inner.kind() == "implicit_object_creation_expression" && depth < NESTED_MAX {
            let entries = arguments(inner, source, scope, depth + 1);
            args.extend(entries.into_iter().filter(|entry| entry.name.is_some()));
        }
        args.push(Arg { name, value: at_depth(inner, source, scope, depth + 1) });
    }
    let initial = node
        .child_by_field_name("initializer")
        .or_else(|| children(node).find(|child| child.kind() == "initializer_expression"));
    for entry in initial.into_iter().flat_map(children).take(ARGUMENTS_MAX) {
        let field = |name| entry.child_by_field_name(name);
        if let (Some(name), Some(value)) = (field("left"), field("right")) {
            let name = Some(camel(text(name, source)));
            args.push(Arg { name, value: at_depth(value, source, scope, depth + 1) });
        }
    }
    args
}

/// `ModelId` and `modelId` are one name.
pub(super) fn camel(name: &str) -> String {
    if name.chars().all(|c| !c.is_lowercase()) {
        return name.to_lowercase();
    }
    let mut characters = name.chars();
    characters.next().map_or_else(String::new, |first| {
        first.to_lowercase().chain(characters).take(120).collect()
    })
}

/// What `new(…)` makes: the type of what it is given to.
fn declared_type(node: Node<'_>, source: &str) -> Option<String> {
    let mut at = node.parent()?;
    if at.kind() == "variable_declarator" {
        at = at.parent()?;
    }
    let name = dotted(at.child_by_field_name("type")?, source);
    (!name.is_empty()).then_some(name)
}

/// What stands before and after the last dot of a name, without `this`.
pub(super) fn last_two(node: Node<'_>) -> Option<(Option<Node<'_>>, Node<'_>)> {
    let field = |name| node.child_by_field_name(name);
    let (object, part) = match node.kind() {
        "field_access" => (field("object"), field("field")?),
        "method_invocation" => (field("object"), field("name")?),
        "member_access_expression" => (field("expression"), field("name")?),
        "member_binding_expression" => (None, field("name")?),
        "qualified_name" => (field("qualifier"), field("name")?),
        "method_reference" => (children(node).next(), children(node).last()?),
        "scoped_type_identifier" if field("name").is_none() => {
            (children(node).next(), children(node).last()?)
        }
        "scoped_identifier" if field("scope").is_some() => (field("scope"), field("name")?),
        _ => return None,
    };
    let part = if part.kind() == "generic_name" { children(part).next()? } else { part };
    Some((object.filter(|object| !matches!(object.kind(), "this" | "base")), part))
}

/// The variables that a node declares, with their type.
pub(super) fn declaration(node: Node<'_>, source: &str, scope: usize, out: &mut Vec<Declared>) {
    let declares = matches!(
        node.kind(),
        "local_variable_declaration"
            | "field_declaration"
            | "variable_declaration"
            | "formal_parameter"
            | "parameter"
            | "property_declaration"
            | "resource"
    );
    let Some(of) = declares.then(|| node.child_by_field_name("type")).flatten() else {
        return;
    };
    let of = dotted(of, source);
    if !of.starts_with(|c: char| c.is_ascii_uppercase()) {
        return;
    }
    let own = node.child_by_field_name("name");
    let several = children(node)
        .filter(|child| child.kind() == "variable_declarator")
        .filter_map(|declarator| declarator.child_by_field_name("name"));
    for name in own.into_iter().chain(several).take(ARGUMENTS_MAX) {
        let line = line(name);
        out.push(Declared { name: text(name, source).to_owned(), of: of.clone(), line, scope });
    }
}

/// What a declaration without a field for it gives: what stands after its `=`.
pub(super) fn initial(node: Node<'_>) -> Option<Node<'_>> {
    if !matches!(node.kind(), "variable_declarator" | "parameter") {
        return None;
    }
    let mut cursor = node.walk();
    let mut parts = node.children(&mut cursor).skip_while(|part| part.kind() != "=").skip(1);
    parts.find(Node::is_named)
}

/// An import of Java, a `using` of C#.
pub(super) fn import(node: Node<'_>, source: &str) -> Option<Import> {
    let path = dotted(children(node).filter(|child| child.kind() != "asterisk").last()?, source);
    let line = line(node);
    if node.kind() == "using_directive" {
        let Some(alias) = node.child_by_field_name("name") else {
            return Some(Import { module: path, names: Vec::new(), line });
        };
        let (module, name) = path.rsplit_once('.')?;
        let names = vec![(text(alias, source).to_owned(), name.to_owned())];
        return Some(Import { module: module.to_owned(), names, line });
    }
    if children(node).any(|child| child.kind() == "asterisk") {
        return Some(Import { module: path, names: Vec::new(), line });
    }
    let (module, name) = path.rsplit_once('.')?;
    let names = vec![(name.to_owned(), name.to_owned())];
    Some(Import { module: module.to_owned(), names, line })
}

/// Calls that only pass on what they are given, or put it into a list.
pub(super) fn passed_on(call: &Call) -> Option<Shape> {
    let positional: Vec<&Value> =
        call.args.iter().filter(|arg| arg.name.is_none()).map(|arg| &arg.value).collect();
    match call.callee.as_str() {
        "List.of" | "Set.of" | "Arrays.asList" | "ImmutableList.of" => {
            return Some(Shape::List(positional.into_iter().cloned().collect()));
        }
        "Map.of" => {
            let entries = positional.chunks_exact(2).filter_map(|pair| match &pair[0].shape {
                Shape::Text { text, .. } => Some((text.clone(), pair[1].clone())),
                _ => None,
            });
            return Some(Shape::Record(String::new(), entries.collect()));
        }
        "Objects.requireNonNullElse" | "MoreObjects.firstNonNull" => {
            return Some(Shape::Choice(positional.into_iter().cloned().collect()));
        }
        "String.format" | "string.Format" | "String.Format" | "fmt.Sprintf" => {
            return match &positional.first()?.shape {
                Shape::Text { text, .. } => Some(Shape::Text { text: text.clone(), holes: true }),
                _ => None,
            };
        }
        _ => {}
    }
    let wraps = matches!(
        call.callee.as_str(),
        "URI.create"
            | "Uri"
            | "URI"
            | "AzureKeyCredential"
            | "ApiKeyCredential"
            | "KeyCredential"
            | "SimpleApiKey"
            | "Optional.of"
            | "Optional.ofNullable"
    );
    if wraps {
        return positional.first().map(|value| value.shape.clone());
    }
    // A setting of the program, with its default.
    if matches!(last(&call.callee), "getProperty" | "GetValue") && call.callee.contains('.') {
        let asked = Value { line: call.line, shape: Shape::Env };
        return Some(match positional.get(1) {
            Some(default) => Shape::Choice(vec![asked, (*default).clone()]),
            None => asked.shape,
        });
    }
    None
}

/// Whether a text is a block between three quotes, whose indentation is not part of it.
pub(super) fn is_block(node: Node<'_>, source: &str) -> bool {
    matches!(
        node.kind(),
        "string_literal" | "raw_string_literal" | "interpolated_string_expression"
    ) && text(node, source).trim_start_matches('$').starts_with("\"\"\"")
}

/// The lines of a block without what they are all indented by.
pub(super) fn without_indent(block: &str) -> String {
    let block = block.strip_prefix("\r\n").or_else(|| block.strip_prefix('\n')).unwrap_or(block);
    let indent = block
        .lines()
        .filter(|line| !line.trim().is_empty())
        .map(|line| line.len() - line.trim_start_matches([' ', '\t']).len())
        .min()
        .unwrap_or(0);
    let lines: Vec<&str> =
        block.lines().map(|line| line.get(indent..).unwrap_or_default().trim_end()).collect();
    lines.join("\n").trim_end().to_owned()
}
