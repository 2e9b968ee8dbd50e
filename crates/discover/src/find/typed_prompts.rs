//! Texts that Java and C# send to a model in the user's name: a hard-wired request of several
//! lines or with places to fill in is a prompt as much as the system's is.

use super::Source;
use super::prompts::{NAMED_CHARS_MIN, is_instruction};
use crate::source::facts::{Call, Literal, Shape, Value};

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

/// The least words of a request of one line.
const WORDS_MIN: usize = 12;

/// The texts of a call that are prompts.
pub(super) fn of_call(source: &Source<'_>, call: &Call) -> Vec<Literal> {
    if !source.language.is_typed() || source.packages.is_empty() {
        return Vec::new();
    }
    let message = MESSAGES.iter().any(|end| {
        call.callee.strip_suffix(end).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    });
    let request = REQUESTS.contains(&call.last()) && call.callee.contains('.');
    let role = call.last() == "ChatMessage" || call.last() == "ChatMessageContent";
    let value = match () {
        () if message => call.any_named(&["text", "content"]).or_else(|| call.positional(0)),
        () if request => call.positional(0),
        () if role => call.positional(1),
        () => None,
    };
    let Some(value) = value else { return Vec::new() };
    texts(source, call, value)
}

fn texts(source: &Source<'_>, call: &Call, value: &Value) -> Vec<Literal> {
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
        is_instruction(text, NAMED_CHARS_MIN) && (template || long)
    });
    found
}
