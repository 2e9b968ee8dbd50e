//! How a system uses its models: limits on output and time, fall-backs, logs.
//!
//! Each call that could set a limit says yes, no, or that it cannot be told (arguments that come
//! from elsewhere). One no decides; without one, a single "cannot be told" leaves it open.

use annex_isms::AssetKind;

use super::Source;
use super::{endpoints, models};
use crate::findings::{Finding, Findings, Key, Trait};
use crate::source::facts::{Call, Shape};

const OUTPUT: [&str; 18] = [
    "max_tokens",
    "maxTokens",
    "max_output_tokens",
    "maxOutputTokens",
    "max_completion_tokens",
    "maxCompletionTokens",
    "max_new_tokens",
    "maxNewTokens",
    "max_tokens_to_sample",
    "num_predict",
    "numPredict",
    "MaxTokens",
    "MaxCompletionTokens",
    "max_length",
    "max_response_output_tokens",
    "generationConfig",
    "generation_config",
    "config",
];
const TIMEOUTS: [&str; 12] = [
    "timeout",
    "request_timeout",
    "timeoutMs",
    "timeout_ms",
    "requestTimeoutMs",
    "Timeout",
    "default_request_timeout",
    "read_timeout",
    "abortSignal",
    "signal",
    "http_client",
    "httpClient",
];

/// Requests that generate text.
const GENERATE: [&str; 12] = [
    "chat.completions.create",
    "chat.completions.parse",
    "responses.create",
    "messages.create",
    "messages.stream",
    "ChatCompletion.create",
    "completions.create",
    "streamText",
    "generateText",
    "generateObject",
    "streamObject",
    "chat.complete",
];
/// Constructions that fix the settings of what is generated.
const CHATS: [&str; 14] = [
    "ChatOpenAI",
    "AzureChatOpenAI",
    "ChatAnthropic",
    "ChatGoogleGenerativeAI",
    "ChatVertexAI",
    "ChatMistralAI",
    "ChatCohere",
    "ChatGroq",
    "ChatTogether",
    "ChatFireworks",
    "ChatDeepSeek",
    "ChatBedrock",
    "ChatOllama",
    "ChatXAI",
];

/// Packages whose use sends conversations to a log.
const LOGS: [(&str, &str, Option<&str>); 13] = [
    ("agentops", "agentops", Some("agentops")),
    ("langfuse", "langfuse", None),
    ("langfuse-langchain", "langfuse", None),
    ("langfuse-vercel", "langfuse", None),
    ("@langfuse/otel", "langfuse", None),
    ("@langfuse/tracing", "langfuse", None),
    ("langsmith", "langsmith", Some("langsmith")),
    ("arize-phoenix", "phoenix", None),
    ("arize-phoenix-otel", "phoenix", None),
    ("opik", "opik", None),
    ("lunary", "lunary", Some("lunary")),
    ("traceloop-sdk", "traceloop", Some("traceloop")),
    ("braintrust", "braintrust", Some("braintrust")),
];

/// Finds them.
pub(crate) fn find(source: &Source<'_>, out: &mut Findings) {
    for call in &source.facts.calls {
        limits(source, call, out);
        fallback(source, call, out);
        moderation(source, call, out);
        log(source, call, out);
        gateway(source, call, out);
    }
}

fn generates(source: &Source<'_>, call: &Call) -> bool {
    let real = source.real_name(&call.callee);
    let end = GENERATE.iter().any(|end| {
        call.callee.strip_suffix(end).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    });
    (end && !source.packages.is_empty())
        || (CHATS.contains(&real.as_str()) && source.package_of(&call.callee).is_some())
}

/// Whether a call's arguments are all written there.
fn complete(call: &Call) -> bool {
    let opaque = call.args.iter().any(|arg| arg.name.as_deref() == Some("**"));
    let records = call
        .args
        .iter()
        .filter(|arg| arg.name.is_none())
        .all(|arg| !matches!(arg.value.shape, Shape::Name(_) | Shape::Other | Shape::Call(_)));
    !opaque && records
}

fn limits(source: &Source<'_>, call: &Call, out: &mut Findings) {
    let mut push = |attribute, value| {
        out.traits.push(Trait { attribute, value, place: source.place(call.line) });
    };
    let decided = |names: &[&str]| {
        if call.any_named(names).is_some() { Some(true) } else { complete(call).then_some(false) }
    };
    if generates(source, call) {
        push("output_tokens_bounded", decided(&OUTPUT));
    }
    let real = source.real_name(&call.callee);
    let client = matches!(
        real.as_str(),
        "OpenAI"
            | "AsyncOpenAI"
            | "AzureOpenAI"
            | "AsyncAzureOpenAI"
            | "Anthropic"
            | "AsyncAnthropic"
            | "Groq"
            | "AsyncGroq"
    ) && source.package_of(&call.callee).is_some();
    if client || CHATS.contains(&real.as_str()) {
        push("request_timeout_set", decided(&TIMEOUTS));
    }
}

fn fallback(source: &Source<'_>, call: &Call, out: &mut Findings) {
    let chained = matches!(
        call.last(),
        "with_fallbacks"
            | "withFallbacks"
            | "ModelFallbackMiddleware"
            | "modelFallbackMiddleware"
            | "createFallback"
    );
    let routed = call.named("fallbacks").is_some()
        && (call.last() == "completion" || call.last() == "acompletion" || call.last() == "Router");
    if chained || routed {
        out.traits.push(Trait {
            attribute: "fallback_in_source",
            value: Some(true),
            place: source.place(call.line),
        });
    }
}

fn moderation(source: &Source<'_>, call: &Call, out: &mut Findings) {
    let guard = call.callee.ends_with("moderations.create")
        || (call.last() == "OpenAIModerationChain")
        || (matches!(call.last(), "input_guardrail" | "output_guardrail")
            && !source.packages.is_empty())
        || call.named("input_guardrails").is_some()
        || call.named("inputGuardrails").is_some();
    if guard {
        out.traits.push(Trait {
            attribute: "guardrail_present",
            value: Some(true),
            place: source.place(call.line),
        });
    }
}

fn log(source: &Source<'_>, call: &Call, out: &mut Findings) {
    let Some(package) = source.package_of(&call.callee) else {
        return;
    };
    let Some((_, product, supplier)) = LOGS.iter().find(|(name, ..)| *name == package.name) else {
        return;
    };
    let place = source.place(call.line);
    out.traits.push(Trait {
        attribute: "conversations_logged",
        value: Some(true),
        place: place.clone(),
    });
    out.assets.push(
        Finding::new(AssetKind::LogStore, Key::World((*product).to_owned()), *product, place)
            .supplied_by(*supplier),
    );
}

/// Gateways that are called through a package of their own.
fn gateway(source: &Source<'_>, call: &Call, out: &mut Findings) {
    let Some(package) = source.package_of(&call.callee).filter(|p| p.role == "gateway") else {
        return;
    };
    // LiteLLM is also a library that calls providers directly; that is no gateway.
    let product = match package.name.as_str() {
        "portkey-ai" => "portkey",
        "@ai-sdk/gateway" => "vercel-ai-gateway",
        "helicone" | "@helicone/helpers" => "helicone",
        _ => return,
    };
    let used = models::is_request(&call.callee)
        || !call.args.is_empty()
        || endpoints::base_url(source, call).is_some();
    if used {
        out.assets.push(Finding::new(
            AssetKind::Gateway,
            Key::World(product.to_owned()),
            product,
            source.place(call.line),
        ));
    }
}
