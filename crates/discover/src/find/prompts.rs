//! Prompts: instruction texts in code, and files of templates.

use std::collections::BTreeSet;

use annex_isms::AssetKind;

use super::Source;
use super::{asked, names, secrets, typed_prompts};
use crate::across::{self, Role};
use crate::findings::{Finding, Findings, Key, Place};
use crate::source::Language;
use crate::source::facts::{Call, Literal, Shape, Value, last};
use crate::tree::Node;

/// The shortest text that is an instruction when a name says so.
pub(crate) const NAMED_CHARS_MIN: usize = 40;
/// The shortest one at a place that only holds instructions.
const PASSED_CHARS_MIN: usize = 20;

/// Arguments that hold instructions to a model.
const SYSTEM_ARGUMENTS: [&str; 17] = [
    "system",
    "system_prompt",
    "systemPrompt",
    "system_message",
    "systemMessage",
    "instructions",
    "system_instruction",
    "systemInstruction",
    "preamble",
    "SystemPrompt",
    "state_modifier",
    "backstory",
    "prefix",
    "suffix",
    "system_template",
    "qa_prompt",
    "defaultSystem",
];

/// Calls that make a message or a template out of a text.
const MAKERS: [&str; 16] = [
    "SystemMessage",
    "SystemMessagePromptTemplate",
    "ChatPromptTemplate",
    "PromptTemplate",
    "HumanMessagePromptTemplate",
    "from_template",
    "fromTemplate",
    "RichPromptTemplate",
    "FewShotPromptTemplate",
    "SystemPromptTemplate",
    "@UserMessage",
    "SystemChatMessage",
    "AddSystemMessage",
    "CreateFunctionFromPrompt",
    "ChatHistory",
    "UserMessage",
];

/// Finds them in a source file.
pub(crate) fn find(source: &Source<'_>, out: &mut Findings) {
    let mut taken: Vec<String> = Vec::new();
    let mut seen = BTreeSet::new();
    let about = is_about_models(source);
    let of_prompts = matches!(super::stem(source.path), "prompts" | "prompt");
    typed_prompts::constants(source, &mut |name, literal| {
        add(source, name, literal, is_system(name, &literal.text), &mut taken, out);
    });
    for binding in &source.facts.bindings {
        let name = last(&binding.name);
        let says = says_prompt(name)
            || (about && says_instructions(name))
            || (of_prompts && binding.scope == 0);
        if !says {
            continue;
        }
        let key = (binding.scope, binding.name.as_str());
        if !seen.insert(key) {
            continue;
        }
        // What is added to one name, or stands in its branches, is one prompt.
        let all = source.facts.bindings.iter().filter(|b| (b.scope, b.name.as_str()) == key);
        let literals: Vec<Literal> =
            all.flat_map(|binding| source.facts.literals(&binding.value, binding.scope)).collect();
        // A description tells a model what a tool is for when it is a text of several lines.
        if name.to_ascii_lowercase().ends_with("description")
            && !literals.iter().any(|literal| literal.text.trim().lines().count() >= 3)
        {
            continue;
        }
        one(source, name, &literals, NAMED_CHARS_MIN, &mut taken, out);
        if let Shape::Record(_, entries) = &binding.value.shape
            && name.to_ascii_lowercase().ends_with("prompts")
        {
            for (_, value) in entries {
                in_value(source, name, value, binding.scope, NAMED_CHARS_MIN, &mut taken, out);
            }
        }
    }
    for call in &source.facts.calls {
        in_call(source, call, &mut taken, out);
    }
    for record in &source.facts.records {
        for (key, value) in &record.entries {
            let system = key.to_ascii_lowercase().contains("system");
            if says_prompt(key) && (system || !source.packages.is_empty()) {
                in_value(source, key, value, record.scope, NAMED_CHARS_MIN, &mut taken, out);
            }
        }
        messages(source, &record.entries, record.scope, &mut taken, out);
    }
    in_functions(source, &mut taken, out);
    addressed(source, &mut taken, out);
}

/// Methods that are given instructions.
const METHODS: [&str; 12] = [
    "prompt",
    "preamble",
    "append_preamble",
    "system",
    "system_prompt",
    "with_system_prompt",
    "instructions",
    "systemPrompt",
    "systemMessage",
    "defaultSystem",
    "WithSystemPrompt",
    "SetSystemPrompt",
];

/// A text that tells a model who it is, wherever a file that uses models hands it on.
fn addressed(source: &Source<'_>, taken: &mut Vec<String>, out: &mut Findings) {
    let about = !source.packages.is_empty();
    // Outside of functions stand examples and descriptions of interfaces, unless they have a name.
    let named = |line: u32| {
        source.facts.bindings.iter().any(|binding| {
            binding.value.line == line
                && matches!(binding.value.shape, Shape::Text { .. } | Shape::Choice(_))
        })
    };
    for text in source.facts.texts.iter().filter(|text| is_layout(&text.content, text.holes)) {
        let literal = Literal { text: text.content.clone(), line: text.line, holes: text.holes };
        let around = source.function_around(text.scope);
        let name = around.unwrap_or_else(|| super::stem(source.path).to_owned());
        add(source, &name, &literal, false, taken, out);
    }
    let told = source.facts.texts.iter().filter(|text| {
        (text.scope != 0 || named(text.line))
            && addresses_model(&text.content)
            && if about {
                is_instruction(&text.content, NAMED_CHARS_MIN)
            } else {
                is_instruction(&text.content, ALONE_CHARS_MIN) && is_for_model(&text.content)
            }
            // A part of a longer text was taken with it.
            && !taken.iter().any(|longer| longer.contains(text.content.trim()))
    });
    let found: Vec<_> = told.collect();
    for text in found {
        let literal = Literal { text: text.content.clone(), line: text.line, holes: text.holes };
        let name = source
            .function_around(text.scope)
            .unwrap_or_else(|| super::stem(source.path).to_owned());
        add(source, &name, &literal, true, taken, out);
    }
}

/// What models were trained to read between the parts of a prompt.
const MARKS: [&str; 12] = [
    "<|im_start|>",
    "<|user|>",
    "<|system|>",
    "<|start_header_id|>",
    "<start_of_turn>",
    "[INST]",
    "<PRE>",
    "<fim_prefix>",
    "<|fim_prefix|>",
    "<｜fim▁begin｜>",
    "<｜User｜>",
    "<|start_of_role|>",
];

/// A text that lays out a prompt for one family of models, with something filled in.
fn is_layout(text: &str, holes: bool) -> bool {
    MARKS.iter().any(|mark| text.contains(mark))
        && (holes || is_filled_in(text) || is_instruction(text, PASSED_CHARS_MIN))
}

/// How a text begins that tells a model who it is or what it is given.
const ADDRESSES: [&str; 44] = [
    "you are a ",
    "you are an ",
    "you are the ",
    "you're a ",
    "you're an ",
    "you are helping ",
    "you are tasked ",
    "you are responsible ",
    "you will be given ",
    "you will be provided ",
    "you will act ",
    "your task is ",
    "your job is ",
    "your role is ",
    "your goal is ",
    "i want you to ",
    "act as a",
    "please act as ",
    "as an ai ",
    "as a helpful ",
    "a chat between ",
    "a conversation between ",
    "the following is a conversation ",
    "the following is a friendly conversation ",
    "below is an instruction ",
    "use the following pieces of ",
    "use the following context ",
    "given the following conversation",
    "given the following question",
    "given a chat history",
    "你是",
    "您是",
    "你现在是",
    "你的任务是",
    "你將",
    "请你扮演",
    "あなたは",
    "당신은 ",
    "du bist ein",
    "vous êtes un",
    "tu es un",
    "eres un",
    "você é um",
    "ты — ",
];

/// The shortest one in a file that shows nothing else of models.
const ALONE_CHARS_MIN: usize = 100;

/// Words of instructions that a text for people rarely has beside such a beginning.
fn is_for_model(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let has =
        |word: &str| lower.split(|c: char| !c.is_ascii_alphanumeric()).any(|part| part == word);
    let words = [
        "assistant",
        "expert",
        "ai",
        "agent",
        "chatbot",
        "bot",
        "respond",
        "response",
        "answer",
        "context",
        "json",
        "act",
        "task",
        "persona",
        "step",
    ];
    words.iter().filter(|word| has(word)).count() >= 2
}

pub(crate) fn addresses_model(text: &str) -> bool {
    let start: String = text.trim_start().chars().take(48).collect();
    let start = start.to_lowercase();
    ADDRESSES.iter().any(|words| start.starts_with(words))
}

/// Whether a file has to do with models: by what it imports, or by its path.
pub(super) fn is_about_models(source: &Source<'_>) -> bool {
    let lower = source.path.to_ascii_lowercase();
    !source.packages.is_empty()
        || ["prompt", "agent", "llm", "tool"].iter().any(|word| {
            lower.split(['/', '.', '_', '-']).any(|part| part.trim_end_matches('s') == *word)
        })
}

/// Names of instructions, where the file has to do with models.
fn says_instructions(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    ["instructions", "instruction", "_description", "system_message", "_template"]
        .iter()
        .any(|end| lower.ends_with(end))
        || (name.ends_with("Description") && name.len() > "Description".len())
}

/// Whether a name says that its value is a prompt.
pub(crate) fn says_prompt(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    let not = [
        "_id",
        "name",
        "_key",
        "label",
        "placeholder",
        "_path",
        "_file",
        "_dir",
        "title",
        "description",
        "help",
        "error",
        "url",
        "confirm",
    ];
    let plain = lower.len() <= 60 && !lower.contains(char::is_whitespace);
    let prompt = plain && lower.contains("prompt") && !not.iter().any(|end| lower.ends_with(end));
    prompt
        || matches!(
            lower.as_str(),
            "system_message"
                | "systemmessage"
                | "system_instruction"
                | "system_instructions"
                | "systeminstruction"
                | "instructions"
                | "system_template"
        )
}

fn is_system(name: &str, text: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    lower.contains("system")
        || lower.contains("instruction")
        || lower.contains("preamble")
        || text.trim_start().to_ascii_lowercase().starts_with("you are")
}

/// Instructions are sentences: enough words of letters, and no address or list of style classes.
pub(crate) fn is_instruction(text: &str, chars_min: usize) -> bool {
    let text = text.trim();
    // Where nothing stands between words, two characters are about one, and as long as four letters.
    let dense = text.chars().filter(|c| is_dense(*c)).count();
    if dense >= 12 {
        return text.chars().count() + dense >= chars_min;
    }
    let words = text
        .split_whitespace()
        .map(|word| word.trim_start_matches(['"', '\'', '(', '*', '`']))
        .map(|word| word.trim_end_matches(|c: char| c.is_ascii_punctuation()))
        .filter(|word| word.chars().count() >= 2 && word.chars().all(char::is_alphabetic))
        .take(12)
        .count();
    text.chars().count() >= chars_min && words >= 4 && (words >= 12 || !text.contains("://"))
}

/// Characters of scripts that put no spaces between words.
fn is_dense(c: char) -> bool {
    matches!(c, '\u{e00}'..='\u{e7f}' | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}')
}

fn in_call(source: &Source<'_>, call: &Call, taken: &mut Vec<String>, out: &mut Findings) {
    let entries: Vec<(String, Value)> =
        call.args.iter().filter_map(|arg| Some((arg.name.clone()?, arg.value.clone()))).collect();
    messages(source, &entries, call.scope, taken, out);
    let ai = !source.packages.is_empty();
    if ai {
        asked::find(source, call, taken, out);
    }
    for literal in typed_prompts::of_call(source, call) {
        let around = source.function_around(call.scope);
        let name = around.unwrap_or_else(|| super::stem(source.path).to_owned());
        let system = is_system(call.last(), &literal.text);
        add(source, &name, &literal, system, taken, out);
    }
    let made = MAKERS.iter().any(|maker| call.callee.split('.').any(|part| part == *maker)) && ai;
    if ai
        && call.callee.contains('.')
        && METHODS.contains(&call.last())
        && let Some(value) = call.positional(0)
    {
        in_value(source, "", value, call.scope, PASSED_CHARS_MIN, taken, out);
    }
    // A prompt of a public collection of them.
    if ai
        && call.last() == "pull"
        && (call.callee.contains("hub")
            || source
                .facts
                .imported(&call.callee)
                .is_some_and(|(module, _)| module.contains("hub")))
        && let Some(name) = call.positional(0).and_then(|v| source.facts.literal(v, call.scope))
    {
        let key = Key::World(format!("hub/{}", name.text));
        out.assets.push(Finding::new(AssetKind::Prompt, key, name.text, source.place(name.line)));
    }
    for argument in &call.args {
        match argument.name.as_deref() {
            Some(name) if SYSTEM_ARGUMENTS.contains(&name) && ai => {
                in_value(source, name, &argument.value, call.scope, PASSED_CHARS_MIN, taken, out);
            }
            Some(name) if says_prompt(name) && ai => {
                in_value(source, name, &argument.value, call.scope, NAMED_CHARS_MIN, taken, out);
            }
            // What a crew's task asks for is put before its agent.
            Some("description") if ai && source.real_name(&call.callee) == "Task" => {
                in_value(source, "", &argument.value, call.scope, NAMED_CHARS_MIN, taken, out);
            }
            // What a chain asks in its user's name.
            Some("user" | "defaultUser") if ai && source.language.is_typed() => {
                in_value(source, "", &argument.value, call.scope, PASSED_CHARS_MIN, taken, out);
            }
            Some("template") if made && is_only_filled_in(source, call, &argument.value) => {
                for literal in source.facts.literals(&argument.value, call.scope) {
                    let name = source.name_for(call);
                    add(source, &name, &literal, false, taken, out);
                }
            }
            Some("content" | "template" | "text") | None if made => {
                in_value(source, "", &argument.value, call.scope, PASSED_CHARS_MIN, taken, out);
                pairs(source, &argument.value, call.scope, taken, out);
            }
            _ => {}
        }
        if argument.name.is_none() || ai {
            in_messages(source, &argument.value, call.scope, taken, out);
        }
    }
}

/// A template that is nothing but what is filled in.
fn is_only_filled_in(source: &Source<'_>, call: &Call, value: &Value) -> bool {
    let literals = source.facts.literals(value, call.scope);
    !literals.is_empty()
        && literals.iter().all(|literal| {
            is_filled_in(&literal.text) && !is_instruction(&literal.text, PASSED_CHARS_MIN)
        })
}

/// `[("system", "…"), …]`.
fn pairs(
    source: &Source<'_>,
    value: &Value,
    scope: usize,
    taken: &mut Vec<String>,
    out: &mut Findings,
) {
    let Shape::List(items) = &value.shape else {
        return;
    };
    for item in items {
        if let Shape::List(pair) = &item.shape {
            let role = pair.first().and_then(|role| source.facts.literal(role, scope));
            if let (Some(role), Some(text)) = (role, pair.get(1))
                && matches!(role.text.as_str(), "system" | "human" | "user")
            {
                in_value(source, "", text, scope, PASSED_CHARS_MIN, taken, out);
            }
        }
    }
}

fn in_messages(
    source: &Source<'_>,
    value: &Value,
    scope: usize,
    taken: &mut Vec<String>,
    out: &mut Findings,
) {
    if let Shape::List(items) = &value.shape {
        for item in items {
            if let Shape::Record(_, entries) = &item.shape {
                messages(source, entries, scope, taken, out);
            }
        }
    }
}

/// `{"role": "system", "content": "…"}`.
fn messages(
    source: &Source<'_>,
    entries: &[(String, Value)],
    scope: usize,
    taken: &mut Vec<String>,
    out: &mut Findings,
) {
    let get = |keys: &[&str]| {
        entries.iter().find(|(key, _)| keys.contains(&key.as_str())).map(|(_, value)| value)
    };
    let role = get(&["role", "Role", "type"]);
    let (Some(role), Some(content)) = (role, get(&["content", "Content"])) else {
        return;
    };
    let system = match &role.shape {
        Shape::Text { text, .. } => matches!(text.as_str(), "system" | "developer"),
        Shape::Name(name) => name.to_ascii_lowercase().ends_with("system"),
        _ => false,
    };
    let user = match &role.shape {
        Shape::Text { text, .. } => matches!(text.as_str(), "user" | "human"),
        Shape::Name(name) => name.to_ascii_lowercase().ends_with("user"),
        _ => false,
    };
    if system {
        in_value(source, "system", content, scope, PASSED_CHARS_MIN, taken, out);
    } else if user && source.facts.literals(content, scope).iter().any(|literal| literal.holes) {
        // What a user says is filled into what the code says.
        in_value(source, "", content, scope, NAMED_CHARS_MIN, taken, out);
    }
}

pub(super) fn in_value(
    source: &Source<'_>,
    name: &str,
    value: &Value,
    scope: usize,
    chars_min: usize,
    taken: &mut Vec<String>,
    out: &mut Findings,
) {
    let passed = match &value.shape {
        Shape::Name(passed) => last(passed).to_owned(),
        _ => String::new(),
    };
    let literals = source.facts.literals(value, scope);
    if let Shape::Name(handed) = &value.shape
        && literals.is_empty()
    {
        let system = SYSTEM_ARGUMENTS.contains(&name) || is_system(handed, "");
        across::claim(source.facts, source.path, handed, Role::Prompt { system }, out);
    }
    for literal in literals {
        if is_instruction(&literal.text, chars_min) {
            let system = SYSTEM_ARGUMENTS.contains(&name) || is_system(&passed, &literal.text);
            let plain = name.is_empty()
                || matches!(
                    name,
                    "system" | "instructions" | "prompt" | "prefix" | "suffix" | "backstory"
                );
            let title = if !passed.is_empty() {
                passed.clone()
            } else if plain {
                let around = source
                    .function_around(scope)
                    .unwrap_or_else(|| super::stem(source.path).to_owned());
                if name.is_empty() || name == "prompt" {
                    around
                } else {
                    format!("{around}-{name}")
                }
            } else {
                name.to_owned()
            };
            add(source, &title, &literal, system, taken, out);
        }
    }
}

/// Components and hooks of a page that asks for a prompt are called so too.
fn is_prompt_function(source: &Source<'_>, name: &str) -> bool {
    let page = matches!(source.language, Language::Tsx | Language::JavaScript)
        && source.path.ends_with('x');
    (says_prompt(name) || (is_about_models(source) && says_instructions(name)))
        && !page
        && (source.language == Language::Go || !name.starts_with(|c: char| c.is_uppercase()))
        && !name.starts_with("use")
        && !["warn", "error", "validate", "check", "test"].iter().any(|word| name.contains(word))
}

/// A function that is called a prompt and gives a long text.
fn in_functions(source: &Source<'_>, taken: &mut Vec<String>, out: &mut Findings) {
    for function in source.facts.functions.iter().filter(|f| is_prompt_function(source, &f.name)) {
        let literals: Vec<Literal> = source
            .facts
            .texts
            .iter()
            .filter(|text| text.scope == function.scope)
            .map(|text| Literal { text: text.content.clone(), line: text.line, holes: text.holes })
            .filter(|literal| is_instruction(&literal.text, NAMED_CHARS_MIN))
            .collect();
        one(source, &function.name, &literals, NAMED_CHARS_MIN * 2, taken, out);
    }
}

/// Several texts that make one prompt.
fn one(
    source: &Source<'_>,
    name: &str,
    literals: &[Literal],
    chars_min: usize,
    taken: &mut Vec<String>,
    out: &mut Findings,
) {
    // A template can be nothing but places to fill in.
    let filled = |text: &str| text.matches('{').count() >= 2 && is_filled_in(text);
    let first = literals
        .iter()
        .find(|literal| is_instruction(&literal.text, chars_min) || filled(&literal.text));
    let Some(first) = first.cloned() else {
        return;
    };
    let texts: BTreeSet<&str> = literals.iter().map(|literal| literal.text.as_str()).collect();
    let joined = if texts.len() == 1 {
        first
    } else {
        taken.extend(literals.iter().map(|literal| literal.text.clone()));
        Literal {
            text: literals
                .iter()
                .map(|literal| literal.text.as_str())
                .collect::<Vec<_>>()
                .join("\n"),
            line: first.line,
            holes: literals.iter().any(|literal| literal.holes),
        }
    };
    add(source, name, &joined, is_system(name, &joined.text), taken, out);
}

fn add(
    source: &Source<'_>,
    name: &str,
    literal: &Literal,
    system: bool,
    taken: &mut Vec<String>,
    out: &mut Findings,
) {
    if taken.contains(&literal.text) {
        return;
    }
    taken.push(literal.text.clone());
    let place = source.place(literal.line);
    out.assets.push(prompt(name, name, &literal.text, system, literal.holes, place));
}

/// A finding of a prompt.
pub(crate) fn prompt(
    key: &str,
    name: &str,
    text: &str,
    system: bool,
    holes: bool,
    place: Place,
) -> Finding {
    let (alias, digest) = names::content(text);
    let mut finding =
        Finding::new(AssetKind::Prompt, Key::in_system(key, &place.path), name, place)
            .with("content_digest", digest.clone())
            .with("digest", digest)
            .with("holds_secret", secrets::holds_key(text));
    finding.alias = Some(alias);
    if system && let Some(filled) = user_input(text, holes) {
        finding = finding.with("user_input_in_instructions", filled);
    }
    finding
}

/// Names of what comes from a user or from outside.
const OUTSIDE: [&str; 18] = [
    "input",
    "user_input",
    "userinput",
    "question",
    "query",
    "user_query",
    "userquery",
    "message",
    "user_message",
    "usermessage",
    "request",
    "human_input",
    "user_prompt",
    "usermsg",
    "chat_history",
    "context",
    "documents",
    "text",
];

/// Whether something from outside is filled into instructions; `None` when it cannot be told.
fn user_input(text: &str, holes: bool) -> Option<bool> {
    let mut any = holes;
    for part in text.split('{').skip(1) {
        let Some((inside, _)) = part.split_once('}') else {
            continue;
        };
        let word = inside.trim().trim_matches(['{', '%', ' ', '$']);
        let plain = !word.is_empty()
            && word.len() <= 80
            && word.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | '-'));
        any |= plain;
        if plain && OUTSIDE.contains(&last(word).to_ascii_lowercase().as_str()) {
            return Some(true);
        }
    }
    (!any).then_some(false)
}

/// Whether a file is a prompt by where it lies and what it is called.
pub(crate) fn is_prompt_file(path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    let name = lower.rsplit('/').next().unwrap_or(&lower);
    if name.starts_with("readme") || name.starts_with("license") || name.starts_with("changelog") {
        return false;
    }
    let sure = name.ends_with(".prompt")
        || name.ends_with(".prompty")
        || name.ends_with(".prompt.md")
        || name.ends_with(".prompt.txt");
    let folder = lower.split('/').rev().skip(1).any(|part| {
        matches!(
            part,
            "prompts" | "prompt" | "prompt_templates" | "prompt-templates" | "system_prompts"
        )
    });
    let said = name.contains("prompt") && !name.contains("prompter");
    let instructions = matches!(
        name,
        "instructions.md"
            | "system.md"
            | "system.txt"
            | "system_instructions.md"
            | "instructions.txt"
    );
    if is_agent_file(&lower) {
        return true;
    }
    sure || folder || said || instructions
}

/// Files that coding agents read as their instructions.
pub(crate) fn is_agent_file(path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    let name = lower.rsplit('/').next().unwrap_or(&lower);
    matches!(
        name,
        "claude.md"
            | "agents.md"
            | "gemini.md"
            | "skill.md"
            | "copilot-instructions.md"
            | ".cursorrules"
            | ".windsurfrules"
            | ".clinerules"
    ) || lower.contains(".cursor/rules/")
}

/// A file of prose or of a template.
pub(crate) fn file(path: &str, text: &str, out: &mut Findings) {
    if text.split_whitespace().count() >= 4 {
        let system = is_system(super::stem(path), text);
        let found = prompt(super::stem(path), path, text, system, false, Place::whole(path));
        if is_agent_file(path) {
            out.beside.push(found);
        } else {
            out.assets.push(found);
        }
    }
}

/// A settings file that is one prompt: keys that say so beside nothing else.
pub(crate) fn document(path: &str, root: &Node, text: &str, out: &mut Findings) -> bool {
    let template = root.entries().iter().any(|(key, value)| {
        let lower = key.to_ascii_lowercase();
        let says = lower.starts_with("prompt")
            || lower == "template"
            || lower.starts_with("system_prompt")
            || lower == "system";
        says && value
            .text()
            .is_some_and(|text| is_instruction(text, NAMED_CHARS_MIN) || is_filled_in(text))
    });
    let few = root.entries().len() <= 12;
    let located = is_prompt_file(path)
        && root.entries().iter().any(|(_, value)| {
            value.text().is_some_and(|text| is_instruction(text, NAMED_CHARS_MIN))
        });
    if (template && few) || located {
        out.assets.push(prompt(super::stem(path), path, text, false, false, Place::whole(path)));
        return true;
    }
    false
}

/// A short template is told by what is filled in: `### Input:\n{input}`.
fn is_filled_in(text: &str) -> bool {
    text.split('{').skip(1).any(|part| {
        part.split_once('}').is_some_and(|(name, _)| {
            !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
        })
    })
}
