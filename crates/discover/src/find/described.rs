//! Tools as data: lists and registries of them, and descriptions in the forms of the providers.

use std::collections::BTreeSet;

use super::Source;
use super::tools::{is_tool_name, tool};
use crate::findings::{Finding, Findings};
use crate::source::facts::{Record, Shape, Value, last};

/// `const tools = [{ name: "…", description: "…", parameters: {…} }]`.
pub(super) fn listed(source: &Source<'_>, out: &mut Findings) {
    for binding in &source.facts.bindings {
        let name = last(&binding.name).to_ascii_lowercase();
        if !(name.contains("tool") || name.ends_with("functions")) {
            continue;
        }
        registered(source, &binding.value, out);
        let Shape::List(items) = &binding.value.shape else { continue };
        for item in items {
            let Shape::Record(_, entries) = &item.shape else { continue };
            let get = |keys: &[&str]| {
                entries.iter().find(|(key, _)| keys.contains(&key.as_str())).map(|(_, value)| value)
            };
            // With a type, it is one of a provider's own forms.
            if get(&["type"]).is_some()
                || get(&["description"]).is_none()
                || get(&["parameters", "input_schema", "inputSchema"]).is_none()
            {
                continue;
            }
            let named = get(&["name"]).and_then(|name| source.facts.literal(name, binding.scope));
            if let Some(literal) = named.filter(|l| !l.holes && is_tool_name(&l.text)) {
                put(source, tool(&literal.text, source.place(literal.line)), out);
            }
        }
    }
}

/// `TOOLS = {"search": SearchTool, "shell": ShellTool{}}`: tools by the name that a model calls.
fn registered(source: &Source<'_>, value: &Value, out: &mut Findings) {
    let Shape::Record(of, entries) = &value.shape else { return };
    if !of.is_empty() && !of.contains("map") {
        return;
    }
    let class = |value: &Value| match &value.shape {
        Shape::Name(name) => is_tool_class(last(name)),
        Shape::Call(made) => is_tool_class(made.last()),
        Shape::Record(of, _) => is_tool_class(last(of)),
        _ => false,
    };
    if entries.is_empty() || !entries.iter().all(|(_, value)| class(value)) {
        return;
    }
    for (name, value) in entries.iter().filter(|(name, _)| is_tool_name(name)) {
        put(source, tool(name, source.place(value.line)), out);
    }
}

/// `SearchTool`, `SearchToolEnhanced`; a `Tooltip` is none.
fn is_tool_class(name: &str) -> bool {
    name.split("Tool").skip(1).any(|rest| !rest.starts_with(|c: char| c.is_ascii_lowercase()))
}

/// In a file that imports nothing of AI, tools are only told beside what shows AI.
pub(super) fn put(source: &Source<'_>, finding: Finding, out: &mut Findings) {
    let list = if source.packages.is_empty() { &mut out.beside } else { &mut out.assets };
    list.push(finding);
}

/// Types whose values describe a tool to a model.
const DESCRIPTIONS: [&str; 8] = [
    "ToolInfo",
    "ToolDefinition",
    "ToolSpec",
    "ToolSpecification",
    "FunctionDefinition",
    "FunctionDeclaration",
    "FunctionObject",
    "ChatCompletionFunctions",
];

/// `ToolInfo{Name: "…"}`, `ActionDefinition{Name: …, Description: …, Properties: …}`.
pub(super) fn described(source: &Source<'_>, record: &Record, out: &mut Findings) {
    let about = !source.packages.is_empty() || source.path.to_ascii_lowercase().contains("tool");
    let get = |keys: &[&str]| {
        let is = |own: &str| keys.iter().any(|key| own.eq_ignore_ascii_case(key));
        record.entries.iter().find(|(own, _)| is(own)).map(|(_, value)| value)
    };
    let kind = last(&record.of);
    let shaped = || {
        ["Tool", "Function", "Action", "Skill"].iter().any(|word| kind.contains(word))
            && get(&["description"]).is_some()
            && get(&["parameters", "properties", "input_schema", "inputSchema", "schema"]).is_some()
    };
    if !about || !(DESCRIPTIONS.contains(&kind) || shaped()) {
        return;
    }
    let name = get(&["name"]).and_then(|value| {
        // A conversion between types of text: `ActionName(name)`.
        let inner = match &value.shape {
            Shape::Call(call) => call.positional(0).filter(|_| call.args.len() == 1),
            _ => None,
        };
        source.facts.literal(inner.unwrap_or(value), record.scope)
    });
    if let Some(literal) = name.filter(|l| !l.holes && is_tool_name(&l.text)) {
        // Where it is described, and where its name is written.
        for line in BTreeSet::from([record.line, literal.line]) {
            out.assets.push(tool(&literal.text, source.place(line)));
        }
    }
}

/// `{"type": "function", "function": {"name": "…"}}`.
pub(super) fn schema(source: &Source<'_>, entries: &[(String, Value)], out: &mut Findings) {
    let get = |key: &str| {
        entries.iter().find(|(name, _)| name.eq_ignore_ascii_case(key)).map(|(_, value)| value)
    };
    let Some(kind) = get("type") else { return };
    let declared = match &kind.shape {
        Shape::Text { text, .. } => text == "function",
        Shape::Name(name) => name.ends_with("ToolTypeFunction"),
        _ => false,
    };
    let name = match get("function").map(|function| &function.shape) {
        Some(Shape::Record(_, inner)) => {
            inner.iter().find(|(key, _)| key.eq_ignore_ascii_case("name")).map(|(_, value)| value)
        }
        // The newer interface has the function's fields beside its type.
        None if get("parameters").is_some() => get("name"),
        _ => return,
    };
    if let (true, Some(name)) = (declared, name)
        && let Some(literal) =
            source.facts.literal(name, 0).filter(|l| !l.holes && !l.text.is_empty())
    {
        out.assets.push(tool(&literal.text, source.place(literal.line)));
    }
}
