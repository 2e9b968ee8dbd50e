//! Texts that Java and C# send to a model in the user's name: a hard-wired request of several
//! lines or with places to fill in is a prompt as much as the system's is.

use super::Source;
use super::prompts::{NAMED_CHARS_MIN, is_instruction};
use crate::source::Language;
use crate::source::facts::{Call, Literal, Shape, Value, last};

/// The shortest text of a constant whose type says that it is a prompt.
const CONSTANT_CHARS_MIN: usize = 20;

/// Constants of a type of their own: `const PLAN: Prompt<Task> = Prompt("…")`.
pub(super) fn constants(source: &Source<'_>, add: &mut dyn FnMut(&str, &Literal)) {
    if source.language != Language::Rust {
        return;
    }
    for binding in source.facts.bindings.iter().filter(|binding| binding.scope == 0) {
        let of = binding.of.split(['<', '(']).next().unwrap_or_default();
        if !matches!(last(of), "Prompt" | "PromptTemplate" | "Template" | "SystemPrompt") {
            continue;
        }
        let given = match &binding.value.shape {
            Shape::Call(call) => call.positional(0),
            _ => Some(&binding.value),
        };
        let literal = given.and_then(|value| source.facts.literal(value, 0));
        if let Some(literal) = literal.filter(|l| l.text.trim().len() >= CONSTANT_CHARS_MIN) {
            add(&binding.name, &literal);
        }
    }
}

/// Variants of a message, by the role that they are of.
const VARIANTS: [&str; 6] = [
    "Message.System",
    "Message.User",
    "Message.Assistant",
    "Message.system",
    "Message.user",
    "ChatMessage.System",
];

/// Messages of a user, as classes and methods that take their text.
const MESSAGES: [&str; 12] = [
    "UserMessage",
    "UserMessage.from",
    "UserMessage.userMessage",
    "UserChatMessage",
    "ChatRequestUserMessage",
    "ChatRequestSystemMessage",
    "ChatRequestDeveloperMessage",
    "DeveloperChatMessage",
    "SystemMessage.from",
    "SystemMessage.systemMessage",
    "AddUserMessage",
    "TextContent",
];

/// Requests that can be given a text alone.
const REQUESTS: [&str; 22] = [
    "GetResponseAsync",
    "GetStreamingResponseAsync",
    "CompleteAsync",
    "CompleteStreamingAsync",
    "CompleteChatAsync",
    "CompleteChatStreamingAsync",
    "GetChatMessageContentAsync",
    "GetChatMessageContentsAsync",
    "GetStreamingChatMessageContentsAsync",
    "GetTextContentAsync",
    "InvokePromptAsync",
    "InvokePromptStreamingAsync",
    "RunAsync",
    "RunStreamingAsync",
    "GenerateAsync",
    "AskAsync",
    "generateContent",
    "invokePromptAsync",
    "call",
    "chat",
    "generate",
    "prompt",
];

/// The least words of a request of one line; of a message that is made as one, it is enough that it
/// is a sentence.
const WORDS_MIN: usize = 12;
const MESSAGE_CHARS_MIN: usize = 20;

/// The texts of a call that are prompts.
pub(super) fn of_call(source: &Source<'_>, call: &Call) -> Vec<Literal> {
    if source.language == Language::Rust {
        let message = VARIANTS.contains(&call.callee.as_str());
        let value = call.positional(0).filter(|_| message);
        return value.map(|value| texts(source, call, value, false)).unwrap_or_default();
    }
    if !source.language.is_typed() || source.packages.is_empty() {
        return Vec::new();
    }
    let named = MESSAGES.iter().any(|end| {
        call.callee.strip_suffix(end).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    });
    let request = REQUESTS.contains(&call.last()) && call.callee.contains('.');
    // The content of a message can also be what a tool answers.
    let message = (named && call.last() != "TextContent") || asks_model(source, call);
    let role = call.last() == "ChatMessage" || call.last() == "ChatMessageContent";
    let system = role
        && matches!(call.args.first().map(|arg| &arg.value.shape), Some(Shape::Name(role)) if last(role).eq_ignore_ascii_case("system"));
    let value = match () {
        () if message && !request => {
            call.any_named(&["text", "content"]).or_else(|| call.positional(0))
        }
        () if request => call.positional(0),
        () if role => call.positional(1),
        () => None,
    };
    let Some(value) = value else { return Vec::new() };
    texts(source, call, value, message || system)
}

/// A method of a model, or of a service whose methods a model answers.
fn asks_model(source: &Source<'_>, call: &Call) -> bool {
    let Some((receiver, _)) = call.callee.rsplit_once('.') else { return false };
    let service = source.maker(call).is_some_and(|made| made.callee.starts_with("AiServices"));
    let model = source.facts.type_of(receiver, call.scope).is_some_and(|of| {
        ["ChatModel", "ChatLanguageModel", "ImageModel", "ChatClient", "LanguageModel"]
            .iter()
            .any(|end| of.ends_with(end))
    });
    service || model
}

fn texts(source: &Source<'_>, call: &Call, value: &Value, message: bool) -> Vec<Literal> {
    // A request in a record of its own: `new Prompt("…")`.
    let inner = match &value.shape {
        Shape::Call(made) if matches!(made.last(), "Prompt" | "UserMessage" | "TextContent") => {
            made.positional(0)
        }
        _ => None,
    };
    let mut found = source.facts.literals(inner.unwrap_or(value), call.scope);
    found.retain(|literal| {
        let text = literal.text.trim();
        let template = literal.holes || text.contains("{{") || text.contains("%s");
        let long = text.split_whitespace().count() >= WORDS_MIN || text.lines().count() >= 2;
        is_instruction(text, if message { MESSAGE_CHARS_MIN } else { NAMED_CHARS_MIN })
            && (message || template || long)
    });
    found
}
