//! Tools: functions that a model can call, and what their bodies do.

use annex_isms::AssetKind;

use super::{Source, abilities, described, handed};
use crate::findings::{Finding, Findings, Key, Place};
use crate::source::Language;
use crate::source::facts::{Call, Shape, Value, last};

/// Decorators that make a function a tool.
const DECORATORS: [&str; 11] = [
    "tool",
    "function_tool",
    "tool_plain",
    "ai_function",
    "kernel_function",
    "register_for_llm",
    "Tool",
    "McpTool",
    "KernelFunction",
    "DefineKernelFunction",
    "McpServerTool",
];

/// Calls that make a tool; its name is an argument or what it is bound to.
pub(super) const MAKERS: [&str; 22] = [
    "DynamicTool",
    "DynamicStructuredTool",
    "StructuredTool",
    "from_function",
    "FunctionTool",
    "from_defaults",
    "Tool",
    "tool",
    "dynamicTool",
    "createTool",
    "QueryEngineTool",
    "RetrieverTool",
    "NewAgentFunction",
    "ToolMetadata",
    "registerTool",
    "addTool",
    "NewTool",
    "AddTool",
    "create_retriever_tool",
    "createRetrieverTool",
    "FunctionDeclaration",
    "function_tool",
];

/// Tools that frameworks bring ready-made: name, runs code, reaches the network.
const READY: [(&str, bool, bool); 27] = [
    ("Calculator", false, false),
    ("PythonREPLTool", true, false),
    ("PythonREPL", true, false),
    ("PythonAstREPLTool", true, false),
    ("ShellTool", true, false),
    ("BashTool", true, false),
    ("BashProcess", true, false),
    ("CodeInterpreterTool", true, false),
    ("PythonInterpreterTool", true, false),
    ("TavilySearchResults", false, true),
    ("TavilySearch", false, true),
    ("DuckDuckGoSearchRun", false, true),
    ("DuckDuckGoSearchTool", false, true),
    ("DuckDuckGoSearchResults", false, true),
    ("WikipediaQueryRun", false, true),
    ("SerpAPI", false, true),
    ("SerperDevTool", false, true),
    ("WebBrowser", false, true),
    ("GoogleSearchAPIWrapper", false, true),
    ("BraveSearch", false, true),
    ("ScrapeWebsiteTool", false, true),
    ("WebsiteSearchTool", false, true),
    ("RequestsGetTool", false, true),
    ("WebSearchTool", false, true),
    ("VisitWebpageTool", false, true),
    ("ExaSearchResults", false, true),
    ("FileSearchTool", false, false),
];

/// Finds them.
pub(crate) fn find(source: &Source<'_>, out: &mut Findings) {
    abilities::executor(source, out);
    let ai = !source.packages.is_empty();
    for function in &source.facts.functions {
        let decorated = function.decorators.iter().any(|decorator| {
            DECORATORS.contains(&last(decorator))
                && (ai || source.facts.imported(decorator).is_some())
        });
        if decorated && !function.name.is_empty() {
            let finding = tool(&function.name, source.place(function.line));
            out.assets.push(abilities::behaviour(source, function.scope, finding));
        }
    }
    for call in &source.facts.calls {
        handed::bound(source, call, out);
        handed::handed(source, call, out);
        handed::wrapped(source, call, out);
        if let Some((name, scope)) = made(source, call) {
            let finding = tool(&name, source.place(call.line));
            out.assets.push(match scope {
                Some(scope) => abilities::behaviour(source, scope, finding),
                None => finding,
            });
        } else if let Some(finding) = ready(source, call) {
            out.assets.push(finding);
        }
    }
    described::listed(source, out);
    for class in &source.facts.classes {
        let base = class.bases.iter().any(|base| {
            matches!(last(base), "BaseTool" | "StructuredTool" | "Tool")
                && source.package_of(base).is_some()
        });
        if base && ai {
            out.assets.push(tool(&class.name, source.place(class.line)));
        }
    }
    for record in &source.facts.records {
        described::schema(source, &record.entries, out);
        described::described(source, record, out);
        if let Some((_, kind)) = record.entries.iter().find(|(key, _)| key == "type") {
            provided(source, kind, out);
        }
    }
    for kind in source.facts.calls.iter().filter_map(|call| call.named("type")) {
        provided(source, kind, out);
    }
}

/// Tools that a provider runs itself, by the start of their type: name, runs code, reaches the network.
const PROVIDED: [(&str, bool, bool); 8] = [
    ("web_search", false, true),
    ("code_interpreter", true, false),
    ("code_execution", true, false),
    ("file_search", false, false),
    ("computer_use", true, true),
    ("computer_2", true, true),
    ("bash_2", true, false),
    ("text_editor_2", false, false),
];

/// `{"type": "web_search_preview"}`.
fn provided(source: &Source<'_>, kind: &Value, out: &mut Findings) {
    if !super::prompts::is_about_models(source) {
        return;
    }
    let Shape::Text { text, .. } = &kind.shape else { return };
    let row = PROVIDED.iter().find(|(start, ..)| text.starts_with(start));
    if let Some((_, code, network)) = row.filter(|_| is_tool_name(text)) {
        let mut finding = tool(text, source.place(kind.line));
        if *code {
            finding = finding.with("executes_code", true);
        }
        if *network {
            finding = finding.with("reaches_network", true);
        }
        described::put(source, finding, out);
    }
}

pub(super) fn is_tool_name(text: &str) -> bool {
    (1..=80).contains(&text.len()) && !text.contains(char::is_whitespace)
}

pub(crate) fn tool(name: &str, place: Place) -> Finding {
    Finding::new(AssetKind::Tool, Key::in_system(name, &place.path), name, place)
}

/// A call that makes a tool: its name, and the scope of its code when it is written there.
fn made(source: &Source<'_>, call: &Call) -> Option<(String, Option<usize>)> {
    let real = source.real_name(&call.callee);
    let class = MAKERS.contains(&real.as_str());
    let mcp = matches!(call.last(), "tool" | "registerTool") && call.callee.contains('.');
    if !class && !mcp {
        return None;
    }
    let package = source.package_behind(call);
    let roles = |roles: &[&str]| package.is_some_and(|p| roles.contains(&p.role.as_str()));
    if !(roles(&["sdk", "framework", "agent", "mcp"]) || (mcp && source.has_role(&["mcp"]))) {
        return None;
    }
    if matches!(real.as_str(), "from_function" | "from_defaults") && !call.callee.contains("Tool") {
        return None;
    }
    let given = call
        .any_named(&["name", "Name"])
        .or_else(|| mcp.then(|| call.positional(0)).flatten())
        .or_else(|| {
            matches!(real.as_str(), "create_retriever_tool" | "createRetrieverTool")
                .then(|| call.positional(1))
                .flatten()
        })
        .or_else(|| {
            matches!(real.as_str(), "NewTool" | "NewAgentFunction")
                .then(|| call.positional(0))
                .flatten()
        })
        .and_then(|value| source.facts.literal(value, call.scope))
        .filter(|literal| !literal.holes && literal.text.len() <= 80)
        .map(|literal| literal.text);
    let looped = |name: &str| {
        let bound = source.facts.bound(name, call.scope);
        bound.iter().any(|binding| matches!(binding.value.shape, Shape::Each(_)))
    };
    let wrapped = call.args.iter().find_map(|arg| match (&arg.name, &arg.value.shape) {
        (name, Shape::Name(function))
            if name.as_deref().is_none_or(|n| matches!(n, "fn" | "func")) =>
        {
            Some(last(function).to_owned())
        }
        _ => None,
    });
    // Each of what is gone through has its own name.
    if given.is_none() && wrapped.as_deref().is_some_and(looped) {
        return None;
    }
    // A name that is only known at run time is no name; in Java and C# a tool is told its own.
    if given.is_none()
        && (call.any_named(&["name", "Name"]).is_some() || source.language.is_typed())
    {
        return None;
    }
    let name = given
        .or_else(|| {
            let wraps =
                real.starts_with("from_") || matches!(real.as_str(), "FunctionTool" | "tool");
            wraps.then_some(wrapped).flatten()
        })
        .unwrap_or_else(|| source.name_for(call));
    // The code of `tool({ execute: … })` is the first function written inside the call.
    let inside = source
        .facts
        .functions
        .iter()
        .find(|f| {
            f.parent == call.scope
                && f.line >= call.line
                && matches!(f.name.as_str(), "execute" | "func" | "")
        })
        .filter(|f| {
            call.args.iter().any(|arg| arg.value.line <= f.line)
                && call.named("execute").is_some_and(|v| v.line == f.line)
        })
        .map(|f| f.scope);
    Some((name, inside))
}

/// `ShellTools.builder()`: a class of a package of tools.
fn of_java(source: &Source<'_>, call: &Call) -> Option<String> {
    let class = call.callee.as_str();
    let named = class.ends_with("Tool") || class.ends_with("Tools");
    if source.language != Language::Java || !named {
        return None;
    }
    let (module, _) = source.facts.imported(class)?;
    source.package_of(class)?;
    module.split('.').any(|part| part == "tools").then(|| class.to_owned())
}

fn ready(source: &Source<'_>, call: &Call) -> Option<Finding> {
    let real = source.real_name(&call.callee);
    // Collections of tools that a framework brings, and tools of its own making.
    let brought = [
        "ToolSpec",
        "Toolkit",
        "QueryTool",
        "SearchTool",
        "SearchRun",
        "ReadTool",
        "ScrapingTool",
        "WebsiteTool",
        "NewsTool",
        "InterpreterTool",
        "WriterTool",
        "WriteTool",
        "ElementFromWebsiteTool",
        "ScrapeTool",
        "LoadTool",
        "BrowserTool",
        "RetrieveTool",
    ];
    if let Some(name) = of_java(source, call) {
        return Some(tool(&name, source.place(call.line)));
    }
    if brought.iter().any(|end| real.strip_suffix(end).is_some_and(|rest| !rest.is_empty()))
        && !source.language.is_typed()
        && READY.iter().all(|(name, ..)| *name != real)
        && !matches!(real.as_str(), "BaseToolSpec" | "LoadAndSearchToolSpec" | "BaseToolkit")
        && source
            .package_of(&call.callee)
            .is_some_and(|p| matches!(p.role.as_str(), "framework" | "agent" | "sdk"))
    {
        return Some(tool(&real, source.place(call.line)));
    }
    let (name, code, network) = READY.iter().find(|(name, ..)| *name == real)?;
    source.package_of(&call.callee)?;
    let mut finding = tool(name, source.place(call.line));
    if *code {
        finding = finding.with("executes_code", true);
    }
    if *network {
        finding = finding.with("reaches_network", true);
    }
    Some(finding)
}
