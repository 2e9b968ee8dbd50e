//! Agents: constructions of agent frameworks, and requests that hand tools to a model.

use annex_isms::AssetKind;

use super::Source;
use crate::findings::{Finding, Findings, Key};
use crate::source::Language;
use crate::source::facts::{Call, Shape, Value, last};

/// Constructions that are an agent wherever they come from.
const SURE: [&str; 38] = [
    "AgentExecutor",
    "create_react_agent",
    "create_openai_functions_agent",
    "create_openai_tools_agent",
    "create_tool_calling_agent",
    "create_structured_chat_agent",
    "initialize_agent",
    "createReactAgent",
    "createToolCallingAgent",
    "createOpenAIToolsAgent",
    "createOpenAIFunctionsAgent",
    "initializeAgentExecutorWithOptions",
    "initializeAgentExecutor",
    "ReActAgent",
    "FunctionAgent",
    "FunctionCallingAgentWorker",
    "OpenAIAgent",
    "AssistantAgent",
    "ConversableAgent",
    "ToolCallingAgent",
    "CodeAgent",
    "LlmAgent",
    "create_deep_agent",
    "createDeepAgent",
    "create_sql_agent",
    "create_csv_agent",
    "create_pandas_dataframe_agent",
    "AgentWorkflow",
    "define_deep_agent",
    "ToolLoopAgent",
    "OpenAIAssistantAgent",
    "create_supervisor",
    "ChatCompletionAgent",
    "AzureAIAgent",
    "ChatClientAgent",
    "CreateAIAgent",
    "OpenAIResponseAgent",
    "BedrockAgent",
];
/// Constructions whose name is common, so that their package is asked for.
const IMPORTED: [&str; 9] = [
    "Agent",
    "Crew",
    "StateGraph",
    "create_agent",
    "createAgent",
    "Assistant",
    "Team",
    "Swarm",
    "Experimental_Agent",
];

/// Requests to a model that can carry tools.
const REQUESTS: [&str; 6] = [
    "streamText",
    "generateText",
    "streamUI",
    "chat.completions.create",
    "responses.create",
    "AiServices",
];

const BOUNDS: [&str; 12] = [
    "max_iterations",
    "maxIterations",
    "max_steps",
    "maxSteps",
    "max_turns",
    "maxTurns",
    "recursion_limit",
    "recursionLimit",
    "stopWhen",
    "max_iter",
    "max_round",
    "max_consecutive_auto_reply",
];
const APPROVALS: [&str; 8] = [
    "interrupt_before",
    "interruptBefore",
    "interrupt_on",
    "needsApproval",
    "require_approval",
    "human_input",
    "human_in_the_loop",
    "needs_approval",
];

/// Finds them.
pub(crate) fn find(source: &Source<'_>, out: &mut Findings) {
    for call in &source.facts.calls {
        if !is_agent(source, call) {
            continue;
        }
        let name = name(source, call);
        let place = source.place(call.line);
        let mut finding =
            Finding::new(AssetKind::Agent, Key::in_system(name.clone(), &place.path), name, place);
        if let Some(bounded) = bounded(call) {
            finding = finding.with("iterations_bounded", bounded);
        }
        if approved(source, call) {
            finding = finding.with("human_approval", true);
        }
        finding.tools = tools(source, call);
        out.assets.push(finding);
    }
    own(source, out);
    // `request.Tools = []Tool{…}`: a request that carries tools.
    for binding in &source.facts.bindings {
        let given = matches!(&binding.value.shape, Shape::List(items) if !items.is_empty());
        if given
            && !source.packages.is_empty()
            && matches!(source.language, Language::Go | Language::Rust)
            && binding.name.contains('.')
            && last(&binding.name).eq_ignore_ascii_case("tools")
        {
            let name = source
                .function_around(binding.scope)
                .unwrap_or_else(|| super::stem(source.path).to_owned());
            let place = source.place(binding.value.line);
            let key = Key::in_system(name.clone(), &place.path);
            out.assets.push(Finding::new(AssetKind::Agent, key, name, place));
        }
    }
}

/// `class Researcher(BaseAgent)`, `impl Agent for Researcher`: agents that the program defines
/// itself, where it has to do with models.
fn own(source: &Source<'_>, out: &mut Findings) {
    if !super::prompts::is_about_models(source) {
        return;
    }
    for class in &source.facts.classes {
        let base = class.bases.iter().map(|base| last(base)).find(|base| {
            (base.ends_with("Agent") || base.starts_with("Agent")) && !base.contains("Tool")
        });
        let abstracted = class.name.starts_with("Base") || class.name.starts_with("Abstract");
        let part = PARTS.iter().any(|part| class.name.ends_with(part));
        let named = class.name.ends_with("Agent")
            || base
                .is_some_and(|base| source.package_of(base).is_some() && base.ends_with("Agent"));
        if base.is_some() && named && !abstracted && !part {
            let place = source.place(class.line);
            let key = Key::in_system(class.name.clone(), &place.path);
            let finding = Finding::new(AssetKind::Agent, key, class.name.as_str(), place);
            super::described::put(source, finding, out);
        }
    }
}

/// Methods of a class that make an agent of it.
const METHODS: [&str; 10] = [
    ".from_tools",
    ".fromAgentAndTools",
    ".from_agent_and_tools",
    ".fromTools",
    ".from_llm_and_tools",
    ".from_defaults",
    ".from_retriever",
    ".from_llm",
    ".create",
    ".from_tools_or_functions",
];

/// Parts of an agent, and what only carries one, by the end of their names.
const PARTS: [&str; 12] = [
    "BaseAgent",
    "UserAgent",
    "TestAgent",
    "MockAgent",
    "MultiActionAgent",
    "SingleActionAgent",
    "UserProxyAgent",
    "HumanAgent",
    "FakeAgent",
    "StubAgent",
    "HttpAgent",
    "HttpsAgent",
];

pub(crate) fn is_agent(source: &Source<'_>, call: &Call) -> bool {
    let mut callee = call.callee.as_str();
    for method in METHODS {
        callee = callee.strip_suffix(method).unwrap_or(callee);
    }
    let real = source.real_name(callee);
    let package = source.package_of(callee);
    if SURE.contains(&real.as_str()) {
        return package.is_some();
    }
    if IMPORTED.contains(&real.as_str()) {
        return package.is_some_and(|p| matches!(p.role.as_str(), "agent" | "framework" | "sdk"));
    }
    // Every framework calls its agents so.
    let class = real.strip_suffix("Agent").is_some_and(|rest| {
        rest.starts_with(|c: char| c.is_ascii_uppercase()) && !PARTS.contains(&real.as_str())
    });
    if class
        && !source.language.is_typed()
        && package.is_some_and(|p| matches!(p.role.as_str(), "agent" | "framework" | "sdk"))
    {
        return true;
    }
    if callee.ends_with("Agent.builder") {
        return source.package_of(callee.trim_end_matches(".builder")).is_some();
    }
    let request = REQUESTS.iter().any(|end| callee.ends_with(end));
    request
        && !source.packages.is_empty()
        && call.any_named(&["tools", "toolProvider"]).is_some_and(|tools| !is_empty(tools))
}

fn is_empty(value: &Value) -> bool {
    matches!(&value.shape, Shape::List(items) if items.is_empty())
        || matches!(&value.shape, Shape::Name(name) if name == "undefined" || name == "None")
}

/// An executor is the agent that it was given; else its own name, or what it is bound to.
fn name(source: &Source<'_>, call: &Call) -> String {
    if let Some(Shape::Name(agent)) = call.named("agent").map(|value| &value.shape) {
        return last(agent).to_owned();
    }
    call.any_named(&["name", "role", "agent_name"])
        .and_then(|value| source.facts.literal(value, call.scope))
        .filter(|literal| {
            !literal.holes && !literal.text.trim().is_empty() && literal.text.len() <= 80
        })
        .map_or_else(|| source.name_for(call), |literal| literal.text.trim().to_owned())
}

fn bounded(call: &Call) -> Option<bool> {
    call.any_named(&BOUNDS).map(
        |value| !matches!(&value.shape, Shape::Name(name) if name == "None" || name == "Infinity"),
    )
}

fn approved(source: &Source<'_>, call: &Call) -> bool {
    let flag = call
        .any_named(&APPROVALS)
        .is_some_and(|value| !matches!(value.shape, Shape::Bool(false)) && !is_empty(value));
    let mode = call
        .named("human_input_mode")
        .and_then(|value| source.facts.literal(value, call.scope))
        .is_some_and(|mode| mode.text == "ALWAYS");
    let middleware = call.named("middleware").is_some_and(|value| match &value.shape {
        Shape::List(items) => items.iter().any(|item| matches!(&item.shape, Shape::Call(call) if call.last() == "HumanInTheLoopMiddleware" || call.last() == "humanInTheLoopMiddleware")),
        _ => false,
    });
    flag || mode || middleware
}

/// The names of the tools that an agent is given, as far as they are written there.
fn tools(source: &Source<'_>, call: &Call) -> Vec<String> {
    let Some(value) = call.named("tools").or_else(|| call.positional(1)) else {
        return Vec::new();
    };
    let mut names = Vec::new();
    let bound: Vec<&Value> = match &value.shape {
        Shape::Name(name) => {
            source.facts.bound(name, call.scope).into_iter().map(|binding| &binding.value).collect()
        }
        _ => vec![value],
    };
    for value in bound {
        match &value.shape {
            Shape::List(items) => names.extend(items.iter().filter_map(|item| match &item.shape {
                Shape::Name(name) => Some(last(name).to_owned()),
                Shape::Call(call) => Some(call.last().to_owned()),
                _ => None,
            })),
            Shape::Record(_, entries) => names.extend(entries.iter().map(|(name, _)| name.clone())),
            _ => {}
        }
    }
    names.sort();
    names.dedup();
    names
}
