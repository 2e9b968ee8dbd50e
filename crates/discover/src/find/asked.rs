//! Prompts at the place where a model is asked, and prompts that are put together piece by piece.

use super::prompts::{NAMED_CHARS_MIN, in_value, says_prompt};
use super::{Source, models, names};
use crate::findings::Findings;
use crate::source::facts::{Call, Shape, last};

/// Methods that ask a model something.
const ASKING: [&str; 16] = [
    "call",
    "invoke",
    "ainvoke",
    "predict",
    "apredict",
    "generate",
    "agenerate",
    "complete",
    "acomplete",
    "chat",
    "achat",
    "generate_content",
    "generateContent",
    "stream",
    "astream",
    "ask",
];

/// Makers of a model that are no class named after a provider.
const MODELS: [&str; 4] =
    ["GenerativeModel", "init_chat_model", "getGenerativeModel", "initChatModel"];

/// Methods that add to a text.
const ADDING: [&str; 9] = [
    "WriteString",
    "push_str",
    "append",
    "Append",
    "AppendLine",
    "AppendFormat",
    "concat",
    "push",
    "write",
];

/// Finds them in a call.
pub(super) fn find(source: &Source<'_>, call: &Call, taken: &mut Vec<String>, out: &mut Findings) {
    asked(source, call, taken, out);
    put_together(source, call, taken, out);
}

/// `model.invoke(f"…")`: what is asked of something that is a model.
fn asked(source: &Source<'_>, call: &Call, taken: &mut Vec<String>, out: &mut Findings) {
    if !ASKING.contains(&call.last()) || !call.callee.contains('.') {
        return;
    }
    let model = source.maker(call).is_some_and(|made| {
        let class = source.real_name(&made.callee);
        source.package_of(&made.callee).is_some()
            && (models::class_provider(&class).is_some()
                || names::provider_of_class(source.index, &class).is_some()
                || MODELS.contains(&class.as_str()))
    });
    if let Some(value) = call.positional(0).filter(|_| model) {
        in_value(source, "", value, call.scope, NAMED_CHARS_MIN, taken, out);
    }
}

/// `prompt.WriteString("…")`, `fmt.Fprintf(&prompt, "…")`: a part of what is called a prompt.
fn put_together(source: &Source<'_>, call: &Call, taken: &mut Vec<String>, out: &mut Findings) {
    let receiver = call.callee.rsplit_once('.').map_or("", |(object, _)| object);
    let into = match call.args.first().map(|arg| &arg.value.shape) {
        Some(Shape::Name(name)) if call.last().starts_with("Fprint") => name.as_str(),
        _ if ADDING.contains(&call.last()) => receiver,
        _ => return,
    };
    let name = last(into).to_owned();
    if !says_prompt(&name) {
        return;
    }
    for argument in &call.args {
        in_value(source, &name, &argument.value, call.scope, NAMED_CHARS_MIN, taken, out);
    }
}
