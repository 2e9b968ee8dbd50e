//! Fields in source code that reach a model, a tool or a store.

use annex_isms::AssetKind;

use super::{filled, shown};
use crate::find::{Source, models};
use crate::findings::{Finding, On, Shown};
use crate::source::facts::{Call, Shape, Value};

/// Calls that hand a text to a model, where their package says that it is one.
const REQUESTS: [&str; 18] = [
    "invoke",
    "ainvoke",
    "stream",
    "generate",
    "generateText",
    "streamText",
    "generateObject",
    "complete",
    "completion",
    "acompletion",
    "chat",
    "send_message",
    "sendMessage",
    "generate_content",
    "generateContent",
    "predict",
    "CompleteChat",
    "CompleteChatAsync",
];
/// Arguments that hold what is kept beside a vector.
const METADATA: [&str; 6] =
    ["metadata", "metadatas", "payload", "payloads", "properties", "metadatas_list"];

/// Finds what a source file shows. `assets` are those that were found in it.
pub(crate) fn find(source: &Source<'_>, assets: &[Finding], out: &mut Vec<Shown>) {
    if source.packages.is_empty() {
        return;
    }
    let mut texts = Vec::new();
    for finding in assets.iter().filter(|finding| finding.kind == AssetKind::Prompt) {
        texts.extend(
            source
                .facts
                .texts
                .iter()
                .filter(|text| source.place(text.line) == finding.place)
                .map(|text| (text.content.clone(), text.line)),
        );
    }
    let kept = source.has_role(&["vector_store"]);
    for call in &source.facts.calls {
        let request = models::is_request(&call.callee)
            || (REQUESTS.contains(&call.last()) && source.package_behind(call).is_some());
        for argument in &call.args {
            let name = argument.name.as_deref().unwrap_or_default();
            if request {
                all_texts(source, &argument.value, call.scope, 0, &mut texts);
            } else if kept && METADATA.contains(&name) {
                keys(&argument.value, 0, &mut |name, line| {
                    out.extend(shown(name, source.place(line), On::Store));
                });
            }
        }
    }
    for (text, line) in &texts {
        for name in filled(text) {
            out.extend(shown(name, source.place(*line), On::Prompt));
        }
    }
    for tool in assets.iter().filter(|finding| finding.kind == AssetKind::Tool) {
        parameters(source, tool, out);
    }
    out.sort();
    out.dedup();
}

/// How deep an argument is looked into.
const DEPTH_MAX: usize = 6;

fn all_texts(
    source: &Source<'_>,
    value: &Value,
    scope: usize,
    depth: usize,
    texts: &mut Vec<(String, u32)>,
) {
    if depth > DEPTH_MAX {
        return;
    }
    match &value.shape {
        Shape::List(items) => {
            for item in items {
                all_texts(source, item, scope, depth + 1, texts);
            }
        }
        Shape::Record(_, entries) => {
            for (_, value) in entries {
                all_texts(source, value, scope, depth + 1, texts);
            }
        }
        Shape::Call(call) => {
            for argument in &call.args {
                all_texts(source, &argument.value, scope, depth + 1, texts);
            }
        }
        _ => {
            let literals = source.facts.literals(value, scope);
            texts.extend(literals.into_iter().filter(|l| l.holes).map(|l| (l.text, l.line)));
        }
    }
}

/// The keys of records.
fn keys(value: &Value, depth: usize, visit: &mut dyn FnMut(&str, u32)) {
    if depth > DEPTH_MAX {
        return;
    }
    match &value.shape {
        Shape::List(items) => items.iter().for_each(|item| keys(item, depth + 1, visit)),
        Shape::Record(_, entries) => {
            for (key, inner) in entries {
                visit(key, inner.line);
                keys(inner, depth + 1, visit);
            }
        }
        _ => {}
    }
}

/// The parameters of a tool: of the function that it is, or of the schema beside its name.
fn parameters(source: &Source<'_>, tool: &Finding, out: &mut Vec<Shown>) {
    let on = || On::Tool(tool.name.clone());
    let here = |line: u32| source.place(line) == tool.place;
    for function in source.facts.functions.iter().filter(|function| here(function.line)) {
        for name in &function.parameters {
            out.extend(shown(name, source.place(function.line), on()));
        }
    }
    let mut schema = |value: &Value| {
        for (name, line) in fields(source, value) {
            out.extend(shown(&name, source.place(line), on()));
        }
    };
    let schemas = ["parameters", "inputSchema", "input_schema", "schema", "args_schema"];
    for call in source.facts.calls.iter().filter(|call| here(call.line)) {
        call.any_named(&schemas).into_iter().for_each(&mut schema);
    }
    for record in &source.facts.records {
        let named = record
            .entries
            .iter()
            .any(|(key, value)| key.eq_ignore_ascii_case("name") && here(value.line));
        if named {
            let own = record.entries.iter().filter(|(key, _)| schemas.contains(&key.as_str()));
            own.map(|(_, value)| value).for_each(&mut schema);
        }
    }
}

/// The fields that a schema names: `{"properties": {…}}`, `z.object({…})`.
fn fields(source: &Source<'_>, value: &Value) -> Vec<(String, u32)> {
    let of_record = |entries: &[(String, Value)]| -> Vec<(String, u32)> {
        let inner = entries.iter().find(|(key, _)| key == "properties").map(|(_, value)| value);
        let entries = match inner.map(|value| &value.shape) {
            Some(Shape::Record(_, entries)) => entries.as_slice(),
            _ => entries,
        };
        entries.iter().map(|(key, value)| (key.clone(), value.line)).collect()
    };
    let of_call = |call: &Call| -> Vec<(String, u32)> {
        let named = call.args.iter().filter_map(|arg| Some((arg.name.clone()?, arg.value.line)));
        named.collect()
    };
    match &value.shape {
        Shape::Record(_, entries) => of_record(entries),
        Shape::Call(call) if call.last() == "object" => of_call(call),
        Shape::Name(name) => source
            .facts
            .bound(name, 0)
            .into_iter()
            .flat_map(|binding| match &binding.value.shape {
                Shape::Record(_, entries) => of_record(entries),
                Shape::Call(call) if call.last() == "object" => of_call(call),
                _ => Vec::new(),
            })
            .collect(),
        _ => Vec::new(),
    }
}
