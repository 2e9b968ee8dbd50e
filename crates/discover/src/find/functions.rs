//! Tools and servers of tools that Java and C# make by calls, and agents that are a client with
//! tools in its options.

use annex_isms::AssetKind;

use super::Source;
use super::mcp;
use crate::findings::{Finding, Findings, Key};
use crate::source::facts::{Call, Shape, Value, last};

/// Calls that make a tool out of a method, and the position of its name.
const MAKERS: [(&str, usize); 6] = [
    ("AIFunctionFactory.Create", 1),
    ("KernelFunctionFactory.CreateFromMethod", 1),
    ("FunctionToolCallback", 0),
    ("FunctionCallback", 0),
    ("McpServerTool.Create", 1),
    ("ToolSpecification", 9),
];

/// Options that hand tools to a model.
const TOOLS: [&str; 8] = [
    "tools",
    "defaultTools",
    "toolCallbacks",
    "defaultToolCallbacks",
    "toolNames",
    "defaultToolNames",
    "functions",
    "defaultFunctions",
];

/// Finds them.
pub(crate) fn find(source: &Source<'_>, out: &mut Findings) {
    if !source.language.is_typed() {
        return;
    }
    for call in &source.facts.calls {
        made(source, call, out);
        agent(source, call, out);
        server(source, call, out);
    }
    beans(source, out);
}

fn push(source: &Source<'_>, kind: AssetKind, name: &str, line: u32, out: &mut Findings) {
    let place = source.place(line);
    out.assets.push(Finding::new(kind, Key::in_system(name, &place.path), name, place));
}

/// A text of a call that can be a name.
fn name_in(source: &Source<'_>, call: &Call, value: Option<&Value>) -> Option<String> {
    let literal = source.facts.literal(value?, call.scope)?;
    let plain = !literal.holes
        && (1..=80).contains(&literal.text.len())
        && !literal.text.contains(char::is_whitespace);
    plain.then_some(literal.text)
}

fn made(source: &Source<'_>, call: &Call, out: &mut Findings) {
    let maker = MAKERS.iter().find(|(name, _)| {
        call.callee == *name
            || call.callee.strip_suffix(name).is_some_and(|rest| rest.ends_with('.'))
    });
    let Some((_, position)) = maker else { return };
    if source.package_of(&call.callee).is_none() {
        return;
    }
    let given = name_in(source, call, call.named("name").or_else(|| call.positional(*position)));
    let method = call.positional(0).and_then(|value| match &value.shape {
        Shape::Name(name) => Some(last(name).to_owned()),
        _ => None,
    });
    // A method of C# has the name of the tool; a lambda without a name has none.
    if let Some(name) = given.or_else(|| method.filter(|name| name.starts_with(char::is_uppercase)))
    {
        push(source, AssetKind::Tool, &name, call.line, out);
    }
}

/// A function that the container of Spring offers to models: its description makes it one.
fn beans(source: &Source<'_>, out: &mut Findings) {
    let functional =
        source.facts.imports.iter().any(|import| import.module == "java.util.function");
    for function in source.facts.functions.iter().filter(|_| functional) {
        let has = |name: &str| function.decorators.iter().any(|decorator| last(decorator) == name);
        if has("Bean") && has("Description") && !function.name.is_empty() {
            push(source, AssetKind::Tool, &function.name, function.line, out);
        }
    }
}

fn agent(source: &Source<'_>, call: &Call, out: &mut Findings) {
    let first = call.callee.split('.').next().unwrap_or_default();
    let first = source.facts.type_of(first, call.scope).unwrap_or(first);
    let tools = || call.any_named(&TOOLS).filter(|value| !is_empty(value));
    let request = matches!(call.last(), "GetResponseAsync" | "GetStreamingResponseAsync");
    let given = ((request || matches!(first, "ChatClient" | "ChatOptions")) && tools().is_some())
        || automatic(call);
    if !given || source.package_behind(call).is_none() {
        return;
    }
    let bound = source.name_for(call);
    // Options and answers are not what the agent is called.
    let passing = call.callee.contains('.')
        || bound.to_ascii_lowercase().ends_with("options")
        || bound.ends_with("ettings");
    let name = if passing {
        source.function_around(call.scope).unwrap_or_else(|| super::stem(source.path).to_owned())
    } else {
        bound
    };
    push(source, AssetKind::Agent, &name, call.line, out);
}

/// Settings of Semantic Kernel by which the model calls functions on its own.
fn automatic(call: &Call) -> bool {
    call.any_named(&["functionChoiceBehavior", "toolCallBehavior"]).is_some_and(|value| {
        let name = match &value.shape {
            Shape::Name(name) => name.as_str(),
            Shape::Call(call) => call.callee.as_str(),
            _ => return false,
        };
        matches!(last(name), "Auto" | "Required" | "AutoInvokeKernelFunctions")
    })
}

fn is_empty(value: &Value) -> bool {
    // A spread of what came from elsewhere hands nothing over here.
    matches!(&value.shape, Shape::List(items) if items.iter().all(|item| matches!(item.shape, Shape::Other)))
}

/// Servers that the program is, and servers that it starts or reaches.
fn server(source: &Source<'_>, call: &Call, out: &mut Findings) {
    let first = call.callee.split('.').next().unwrap_or_default();
    match call.callee.as_str() {
        "McpServer.sync" | "McpServer.async" => {
            let info = call.named("serverInfo").map(|value| match &value.shape {
                Shape::List(items) => items.first().unwrap_or(value),
                _ => value,
            });
            let name =
                name_in(source, call, info).unwrap_or_else(|| super::stem(source.path).to_owned());
            push(source, AssetKind::McpServer, &name, call.line, out);
        }
        _ if call.last() == "AddMcpServer" && source.has_role(&["mcp", "framework", "sdk"]) => {
            push(source, AssetKind::McpServer, project(source.path), call.line, out);
        }
        _ if matches!(
            first,
            "ServerParameters"
                | "StdioMcpTransport"
                | "HttpMcpTransport"
                | "StreamableHttpMcpTransport"
                | "StdioClientTransport"
                | "StdioClientTransportOptions"
                | "SseClientTransportOptions"
                | "HttpClientTransportOptions"
        ) =>
        {
            reached(source, call, out);
        }
        _ => {}
    }
}

/// A program's own name: its folder's, where the file is only called after what it is.
fn project(path: &str) -> &str {
    match super::stem(path) {
        "Program" | "Startup" => path.rsplit('/').nth(1).unwrap_or("Program"),
        stem => stem,
    }
}

fn reached(source: &Source<'_>, call: &Call, out: &mut Findings) {
    let mut entries: Vec<(String, Value)> = Vec::new();
    let mut args: Vec<Value> = Vec::new();
    let mut add = |key: &str, value: &Value| entries.push((key.to_owned(), value.clone()));
    match call.named("command").or_else(|| call.positional(0)) {
        // One list holds the command and its arguments.
        Some(Value { shape: Shape::List(items), .. }) => {
            if let Some((first, rest)) = items.split_first() {
                add("command", first);
                args.extend(rest.iter().cloned());
            }
        }
        Some(value) => add("command", value),
        None => {}
    }
    match call.any_named(&["args", "arguments"]) {
        Some(Value { shape: Shape::List(items), .. }) => args.extend(items.iter().cloned()),
        Some(value) => args.push(value.clone()),
        None => {}
    }
    if let Some(url) = call.any_named(&["url", "sseUrl", "endpoint"]) {
        add("url", url);
    }
    if !args.is_empty() {
        add("args", &Value { line: call.line, shape: Shape::List(args) });
    }
    let name = name_in(source, call, call.named("name")).unwrap_or_else(|| source.name_for(call));
    mcp::entry(source, &name, &entries, call.line, call.scope, out);
}
