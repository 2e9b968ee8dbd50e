//! What Java and C# hand to a model: plugins that a library brings or an interface describes,
//! services whose methods a model answers, requests with tools; and the models that a host of
//! Aspire starts or reaches.

use annex_isms::AssetKind;

use super::{Source, names};
use crate::findings::{Finding, Findings, Key};
use crate::source::Language;
use crate::source::TYPE;
use crate::source::facts::{Call, Shape, Value, last};

/// Calls by which a kernel gets a plugin.
const PLUGGED: [&str; 7] = [
    "ImportPluginFromObject",
    "ImportPluginFromType",
    "AddFromObject",
    "AddFromType",
    "CreateFromObject",
    "CreateFromType",
    "CreatePluginFromObject",
];

/// Calls whose plugin is described by an interface or lies in a folder.
const DESCRIBED: [&str; 9] = [
    "ImportPluginFromOpenApiAsync",
    "ImportPluginFromOpenAIAsync",
    "ImportPluginFromApiManifestAsync",
    "CreatePluginFromOpenApiAsync",
    "CreatePluginFromApiManifestAsync",
    "CreatePluginFromOpenApiManifestAsync",
    "CreateFromOpenApiAsync",
    "ImportPluginFromGrpcFile",
    "CreatePluginFromCopilotAgentPluginAsync",
];

/// Plugins that come with Semantic Kernel: name, runs code, reaches the network.
const READY: [(&str, bool, bool); 19] = [
    ("TimePlugin", false, false),
    ("MathPlugin", false, false),
    ("TextPlugin", false, false),
    ("WaitPlugin", false, false),
    ("FileIOPlugin", false, false),
    ("HttpPlugin", false, true),
    ("ConversationSummaryPlugin", false, false),
    ("TextMemoryPlugin", false, false),
    ("MemoryPlugin", false, false),
    ("WebSearchEnginePlugin", false, true),
    ("SearchUrlPlugin", false, true),
    ("WebFileDownloadPlugin", false, true),
    ("DocumentPlugin", false, false),
    ("TaskListPlugin", false, true),
    ("CalendarPlugin", false, true),
    ("EmailPlugin", false, true),
    ("CloudDrivePlugin", false, true),
    ("OrganizationHierarchyPlugin", false, true),
    ("SessionsPythonPlugin", true, true),
];

/// Interfaces whose methods a model answers, with whatever tools the application has.
const SERVICES: [&str; 2] = ["AiService", "RegisterAiService"];

/// Finds them.
pub(super) fn find(source: &Source<'_>, out: &mut Findings) {
    if !source.language.is_typed() {
        return;
    }
    for call in &source.facts.calls {
        if source.language == Language::CSharp {
            plugin(source, call, out);
            with_tools(source, call, out);
            hosted(source, call, out);
        } else {
            service(source, call, out);
            workflow(source, call, out);
        }
    }
}

fn plugin(source: &Source<'_>, call: &Call, out: &mut Findings) {
    if source.packages.is_empty() {
        return;
    }
    let given = |value: Option<&Value>| {
        let literal = source.facts.literal(value?, call.scope)?;
        let plain = !literal.holes
            && (1..=80).contains(&literal.text.len())
            && !literal.text.contains(char::is_whitespace);
        plain.then_some(literal.text)
    };
    if DESCRIBED.contains(&call.last()) {
        let name = given(call.named("pluginName").or_else(|| call.positional(0)));
        if let Some(name) = name.filter(|name| !name.contains('/')) {
            let found = super::tools::tool(&name, source.place(call.line));
            out.assets.push(found.with("reaches_network", true));
        }
        return;
    }
    if !PLUGGED.contains(&call.last()) {
        return;
    }
    // `new TimePlugin()`; functions of a class of the program are found where they are written.
    let given_type = call.named(TYPE);
    let made = given_type.or_else(|| call.positional(0)).and_then(|value| match &value.shape {
        Shape::Call(made) => Some(last(&made.callee)),
        Shape::Name(name) if given_type.is_some() => Some(last(name)),
        Shape::Name(name) => {
            let made = source.facts.made_by(name, call.scope);
            made.map(|made| last(&made.callee))
        }
        _ => None,
    });
    let Some((class, code, network)) =
        made.and_then(|class| READY.iter().find(|(own, ..)| *own == class))
    else {
        return;
    };
    let by_position = call.positional(usize::from(given_type.is_none()));
    let name = given(call.named("pluginName").or(by_position));
    let name = name.unwrap_or_else(|| (*class).to_owned());
    let mut finding = super::tools::tool(&name, source.place(call.line));
    if *code {
        finding = finding.with("executes_code", true);
    }
    if *network {
        finding = finding.with("reaches_network", true);
    }
    out.assets.push(finding);
}

/// `GetAsync(prompt, tools: [search])`: a function that hands tools on, under its own name.
fn with_tools(source: &Source<'_>, call: &Call, out: &mut Findings) {
    let tools = call.named("tools").map(|value| &value.shape);
    let listed = matches!(tools, Some(Shape::List(items)) if !items.is_empty());
    let chat = ["ChatOptions", "GetResponseAsync", "GetStreamingResponseAsync"];
    // A chat with tools is one when its client calls them by itself.
    let calls = || {
        source
            .facts
            .calls
            .iter()
            .any(|call| call.callee.split('.').any(|part| part == "UseFunctionInvocation"))
    };
    let chat = chat.contains(&call.last()) && !(call.last() != "ChatOptions" && calls());
    if !listed || source.packages.is_empty() || chat {
        return;
    }
    // The framework's own agents have their row already.
    if super::agents::is_agent(source, call) {
        return;
    }
    let around = source.function_around(call.scope);
    let top = || calls().then(|| super::stem(source.path).to_owned());
    if let Some(name) = around.or_else(top) {
        let place = source.place(call.line);
        let key = Key::in_system(name.clone(), &place.path);
        out.assets.push(Finding::new(AssetKind::Agent, key, name, place));
    }
}

/// `@AiService interface Assistant`: an agent once the program has tools, which it is given.
fn service(source: &Source<'_>, call: &Call, out: &mut Findings) {
    let name = super::stem(source.path);
    let place = source.place(call.line);
    let agent =
        || Finding::new(AssetKind::Agent, Key::in_system(name, &place.path), name, place.clone());
    if source.packages.is_empty() || !SERVICES.contains(&call.callee.as_str()) {
        return;
    }
    if call.any_named(&["tools", "toolProviderSupplier", "toolProvider"]).is_some() {
        out.assets.push(agent());
    } else {
        out.with_tools.push(agent());
    }
}

/// `AgenticServices.sequenceBuilder().subAgents(…).build()`: an agent that runs others.
fn workflow(source: &Source<'_>, call: &Call, out: &mut Findings) {
    let builds = call.callee.strip_prefix("AgenticServices.").is_some_and(|builder| {
        builder.ends_with("Builder") && !builder.starts_with("agentBuilder")
    });
    if builds && source.package_of(&call.callee).is_some() {
        let (name, place) = (source.name_for(call), source.place(call.line));
        let key = Key::in_system(name.clone(), &place.path);
        out.assets.push(Finding::new(AssetKind::Agent, key, name, place));
    }
}

/// Resources of an Aspire host that are a server or a provider of models.
const HOSTS: [(&str, &str); 9] = [
    ("AddOllama", "ollama"),
    ("AddOpenAI", "openai"),
    ("AddAzureOpenAI", "azure-openai"),
    ("AddAzureAIFoundry", "azure-openai"),
    ("AddFoundry", "azure-openai"),
    ("AddGitHubModel", "github-models"),
    ("AddAzureOpenAIClient", "azure-openai"),
    ("AddOpenAIClient", "openai"),
    ("AddOllamaApiClient", "ollama"),
];

/// Calls on such a resource that name one of its models.
const NAMING: [&str; 6] = [
    "AddModel",
    "AddDeployment",
    "AddChatClient",
    "AddEmbeddingGenerator",
    "AddHuggingFaceModel",
    "AddGitHubModel",
];

fn hosted(source: &Source<'_>, call: &Call, out: &mut Findings) {
    let of = |callee: &str| {
        let mut parts = callee.split('.');
        parts.find_map(|part| HOSTS.iter().find(|(name, _)| *name == part))
    };
    if of(call.last()).is_some() && call.callee.contains("uilder") {
        let provider = of(call.last()).map(|(_, provider)| *provider).unwrap_or_default();
        out.assets.push(names::interface(source.index, provider, source.place(call.line)));
    }
    if !NAMING.contains(&call.last()) {
        return;
    }
    let host = of(&call.callee)
        .or_else(|| source.maker(call).and_then(|maker| of(&maker.callee)))
        .map(|(_, provider)| *provider);
    let Some(host) = host else { return };
    let positional: Vec<&Value> =
        call.args.iter().filter(|arg| arg.name.is_none()).map(|arg| &arg.value).collect();
    // One text is the model; of two, the first is what the resource is called.
    let value = call
        .any_named(&["modelName", "model", "deploymentName"])
        .or_else(|| positional.get(1).copied())
        .or_else(|| positional.first().copied());
    let literal = value.and_then(|value| source.facts.literal(value, call.scope));
    let Some(literal) = literal.filter(|literal| !literal.holes) else { return };
    if let Some(named) = names::named(source.index, &literal.text, Some(host)) {
        let embedding = call.last() == "AddEmbeddingGenerator";
        let place = source.place(literal.line);
        out.assets.push(names::finding(source.index, &named, embedding, place));
    }
}
