//! Models in source code: the argument of a call, the property of a request, the default of a
//! setting. A text is never a model because it looks like one.

use std::collections::BTreeSet;

use annex_isms::Value as Attribute;

use super::Source;
use super::constants;
use super::keys::{says_model, snake};
use super::names::{self, HUB, Named};
use super::typed;
use crate::across::{self, Role};
use crate::findings::{Finding, Findings};
use crate::source::Language;
use crate::source::facts::{Call, Literal, Shape, Value, last};

/// Arguments and properties that name a model.
pub(crate) const MODEL_ARGUMENTS: [&str; 41] = [
    "APIModel",
    "apiModel",
    "api_model",
    "modelID",
    "model",
    "model_name",
    "modelName",
    "modelId",
    "model_id",
    "Model",
    "ModelName",
    "ModelId",
    "ModelID",
    "deployment",
    "deployment_name",
    "azure_deployment",
    "deploymentName",
    "azureOpenAIApiDeploymentName",
    "engine",
    "repo_id",
    "base_model",
    "baseModel",
    "pretrained_model_name_or_path",
    "model_name_or_path",
    "embedding_model",
    "embeddingModel",
    "embed_model",
    "embed_model_name",
    "llm_model",
    "chat_model",
    "defaultModel",
    "default_model",
    "model_path",
    "textEmbeddingModel",
    "embedding",
    "reranker_model",
    "base_model_name_or_path",
    "llm",
    "textModel",
    "deploymentOrModelName",
    "embeddingModelName",
];

/// Ends of callees that send something to a model.
const REQUESTS: [&str; 26] = [
    "chat.completions.create",
    "chat.completions.parse",
    "chat.completions.stream",
    "completions.create",
    "responses.create",
    "responses.parse",
    "responses.stream",
    "messages.create",
    "messages.stream",
    "embeddings.create",
    "images.generate",
    "images.edit",
    "audio.transcriptions.create",
    "audio.speech.create",
    "moderations.create",
    "fine_tuning.jobs.create",
    "fineTuning.jobs.create",
    "models.generate_content",
    "models.generateContent",
    "models.generateContentStream",
    "models.embed_content",
    "ChatCompletion.create",
    "ChatCompletion.acreate",
    "Embedding.create",
    "beta.assistants.create",
    "chat.complete",
];

/// Calls whose first argument names a model, when they come from an AI package.
const FIRST_ARGUMENT: [&str; 24] = [
    "SentenceTransformer",
    "CrossEncoder",
    "GenerativeModel",
    "init_chat_model",
    "initChatModel",
    "init_embeddings",
    "languageModel",
    "chatModel",
    "textEmbeddingModel",
    "textEmbedding",
    "embeddingModel",
    "embedding",
    "imageModel",
    "image",
    "transcription",
    "speech",
    "chat",
    "completion",
    "responses",
    "messages",
    "LLM",
    "TextEmbedding",
    "InferenceClient",
    "hf_hub_download",
];

/// Rust and Go name the model in a method.
const METHODS: [&str; 14] = [
    "model",
    "with_model",
    "WithModel",
    "SetModel",
    "set_model",
    "agent",
    "completion_model",
    "embedding_model",
    "EmbeddingModel",
    "GenerativeModel",
    "WithEmbeddingModel",
    "embeddings",
    "extractor",
    "WithModelName",
];

/// Roles of packages that call models.
const CALLING: [&str; 6] = ["sdk", "framework", "agent", "embedding", "training", "serving"];

/// Finds them.
pub(crate) fn find(source: &Source<'_>, out: &mut Findings) {
    let mut seen = BTreeSet::new();
    for call in &source.facts.calls {
        in_call(source, call, &mut seen, out);
        of_task(source, call, &mut seen, out);
    }
    for record in &source.facts.records {
        for (key, value) in &record.entries {
            // Many programs have models that are none of AI.
            if key.to_ascii_lowercase().ends_with("models") && !source.packages.is_empty() {
                listed(source, "models", value, &mut seen, out);
            }
        }
        let identified =
            record.entries.iter().any(|(key, _)| matches!(key.as_str(), "modelId" | "model_id"));
        for (key, value) in &record.entries {
            if identified && matches!(key.as_str(), "modelName" | "model_name" | "name") {
                continue;
            }
            in_entry(source, &record.of, key, value, record.scope, &mut seen, out);
        }
    }
    for (name, line) in &source.facts.constants {
        let package = source.package_of(name).filter(|p| CALLING.contains(&p.role.as_str()));
        let Some(package) = package else { continue };
        let literal = |text: String| Literal { text, line: *line, holes: false };
        if let Some(model) = constants::model(name) {
            let provider = package.provider.as_deref();
            loose(source, &literal(model.to_owned()), provider, false, &mut seen, out);
        } else if let Some(model) = constants::spelled(name) {
            strict(source, &literal(model), false, &mut seen, out);
        }
    }
    for binding in &source.facts.bindings {
        let name = last(&binding.name).to_ascii_lowercase();
        let says = name.ends_with("model")
            || name.ends_with("model_name")
            || name.ends_with("modelname")
            || name.ends_with("model_id")
            || name.ends_with("modelid")
            || name.ends_with("_llm")
            || name == "llm"
            || name.ends_with("deploymentname")
            || name.ends_with("deployment_name")
            || (name.starts_with("model")
                && matches!(source.language, Language::Go | Language::Rust))
            || is_list_of_models(&binding.of);
        listed(source, &name, &binding.value, &mut seen, out);
        if says {
            for literal in direct(&binding.value).into_iter().chain(within(&binding.value)) {
                // A call that takes the name has said already whose it is.
                let end = format!("/{}", literal.text);
                if seen.iter().any(|(key, line)| *line == literal.line && key.ends_with(&end)) {
                    continue;
                }
                // `embed_llm`, `rerank_model`: the name leaves no doubt that it is one of a hub.
                let task = ["embed", "rerank", "_llm"].iter().any(|word| name.contains(word));
                let embedding = name.contains("embed");
                if task {
                    one_of(source, &literal, embedding, &mut seen, out);
                } else if names::is_hub_name(&literal.text) && source.packages.is_empty() {
                    let named = names::named(source.index, &literal.text, Some(HUB));
                    let place = source.place(literal.line);
                    out.beside.extend(
                        named.map(|named| names::finding(source.index, &named, embedding, place)),
                    );
                } else {
                    strict(source, &literal, embedding, &mut seen, out);
                }
            }
        }
    }
    for function in &source.facts.functions {
        let name = function.name.to_ascii_lowercase();
        let lists = [
            "list_models",
            "listmodels",
            "get_models",
            "getmodels",
            "available_models",
            "availablemodels",
            "supported_models",
            "supportedmodels",
        ];
        if lists.contains(&name.as_str()) {
            for text in source.facts.texts.iter().filter(|text| text.scope == function.scope) {
                let literal =
                    Literal { text: text.content.clone(), line: text.line, holes: text.holes };
                strict(source, &literal, false, &mut seen, out);
            }
        }
    }
    for named in source.facts.one_of.iter().filter(|named| says_name(&named.name)) {
        let embedding = named.name.to_ascii_lowercase().contains("embed");
        for (item, _) in source.facts.elements(&named.value, named.scope) {
            for literal in direct(item) {
                strict(source, &literal, embedding, &mut seen, out);
            }
        }
    }
}

/// Whether a name says that it holds the name of a model.
fn says_name(name: &str) -> bool {
    let name = last(name).to_ascii_lowercase();
    ["model", "model_name", "modelname", "model_id", "modelid", "llm"]
        .iter()
        .any(|end| name.ends_with(end))
}

/// Keys of an entry of a list that name its model, the surest first.
const IDENTITIES: [&str; 8] =
    ["id", "model", "modelId", "model_id", "modelName", "model_name", "value", "name"];

/// `MODELS = ["…"]`, `MODELS = [{ id: "…" }]`, `MODELS = { "…": {…} }`.
fn listed(source: &Source<'_>, name: &str, value: &Value, seen: &mut Seen, out: &mut Findings) {
    let words = [
        "models",
        "llms",
        "modelids",
        "model_ids",
        "modelnames",
        "model_names",
        "modeloptions",
        "model_options",
        "modellist",
        "model_list",
    ];
    if !words.iter().any(|end| name.ends_with(end)) {
        return;
    }
    let embedding = name.contains("embed");
    let mut open = vec![(value, 0)];
    while let Some((value, depth)) = open.pop() {
        match &value.shape {
            Shape::Text { text, holes } => {
                let literal = Literal { text: text.clone(), line: value.line, holes: *holes };
                one_of(source, &literal, embedding, seen, out);
            }
            Shape::List(items) | Shape::Choice(items) if depth < LISTS_MAX => {
                open.extend(items.iter().map(|item| (item, depth + 1)));
            }
            Shape::Record(_, entries) if depth < LISTS_MAX => {
                let get = |keys: &[&str]| {
                    keys.iter()
                        .find_map(|key| entries.iter().find(|(own, _)| own == key))
                        .map(|(_, value)| value)
                };
                if let Some(identity) = get(&IDENTITIES) {
                    let owner = get(&["provider", "providerId", "provider_id", "vendor"])
                        .and_then(|value| source.facts.literal(value, 0))
                        .and_then(|literal| {
                            names::provider_word(source.index, &literal.text.to_ascii_lowercase())
                        });
                    if let Some(literal) = source.facts.literal(identity, 0) {
                        match owner {
                            Some(owner) => {
                                loose(source, &literal, Some(&owner), embedding, seen, out);
                            }
                            None => one_of(source, &literal, embedding, seen, out),
                        }
                    }
                    continue;
                }
                for (key, inner) in entries {
                    let literal = Literal { text: key.clone(), line: inner.line, holes: false };
                    strict(source, &literal, embedding, seen, out);
                    open.push((inner, depth + 1));
                }
            }
            _ => {}
        }
    }
}

/// An entry of a list of models: a name of a hub is one there too.
fn one_of(
    source: &Source<'_>,
    literal: &Literal,
    embedding: bool,
    seen: &mut Seen,
    out: &mut Findings,
) {
    if names::is_hub_name(&literal.text) {
        loose(source, literal, None, embedding, seen, out);
    } else {
        strict(source, literal, embedding, seen, out);
    }
}

/// How deep a list of models is looked into.
const LISTS_MAX: usize = 3;

/// Whether an enumeration, a class of constants or a type lists models by its name.
fn is_list_of_models(of: &str) -> bool {
    let lower = last(of).to_ascii_lowercase();
    ["model", "models", "modelid", "modelname", "llm", "llms"].iter().any(|end| {
        lower
            .strip_suffix(end)
            .is_some_and(|rest| !rest.ends_with("base") && !rest.ends_with("data"))
    })
}

/// The texts that are given to the calls of a value: the default of an option or a variable.
fn within(value: &Value) -> Vec<Literal> {
    let Shape::Call(call) = &value.shape else { return Vec::new() };
    call.args
        .iter()
        .flat_map(|arg| {
            let mut found = direct(&arg.value);
            found.extend(within(&arg.value));
            found
        })
        .collect()
}

/// The text itself, or the defaults of an environment variable; no names are followed.
fn direct(value: &Value) -> Vec<Literal> {
    match &value.shape {
        Shape::Text { text, holes: false } => {
            vec![Literal { text: text.clone(), line: value.line, holes: false }]
        }
        Shape::Choice(values) => values.iter().flat_map(direct).collect(),
        // A field of settings or of a data class.
        Shape::Call(call) if matches!(call.last(), "Field" | "field" | "config") => {
            let default = call.named("default").or_else(|| call.positional(0));
            default.map(direct).unwrap_or_default()
        }
        _ => Vec::new(),
    }
}

type Seen = BTreeSet<(String, u32)>;

fn in_call(source: &Source<'_>, call: &Call, seen: &mut Seen, out: &mut Findings) {
    let name = source.real_name(&call.callee);
    if is_loader(&call.callee) {
        loader(source, call, seen, out);
        return;
    }
    if let Some(model) = source.language.is_typed().then(|| typed::in_process(&name)).flatten() {
        let literal = Literal { text: model.to_owned(), line: call.line, holes: false };
        loose(source, &literal, Some(HUB), true, seen, out);
        return;
    }
    if call.last() == "run" && call.callee.contains('.') {
        edge(source, call, seen, out);
    }
    // A field of a form that is sent, and an argument that has no name.
    let field = matches!(call.last(), "append" | "set")
        && call.positional(0).is_some_and(
            |name| matches!(&name.shape, Shape::Text { text, holes: false } if text == "model"),
        );
    if (field || call.last() == "createTranscription")
        && let Some(value) = call.positional(1)
    {
        for literal in source.facts.literals(value, call.scope) {
            strict(source, &literal, false, seen, out);
        }
    }
    offered(source, call, seen, out);
    let request = is_request(&call.callee);
    let package = source.package_behind(call).filter(|p| CALLING.contains(&p.role.as_str()));
    let class = class_provider(&name);
    let known = request || package.is_some() || class.is_some();
    let hint = provider(source, call);
    let embedding = name.to_ascii_lowercase().contains("embed")
        || call.callee.to_ascii_lowercase().contains("embed");
    for argument in &call.args {
        let Some(key) = argument.name.as_deref() else {
            continue;
        };
        if key == "id" {
            routed(source, &argument.value, call.scope, seen, out);
        }
        if !MODEL_ARGUMENTS.contains(&key) {
            continue;
        }
        let embedding = embedding || key.to_ascii_lowercase().contains("embed");
        let literals = source.facts.literals(&argument.value, call.scope);
        if let Shape::Name(handed) = &argument.value.shape
            && known
            && literals.is_empty()
        {
            let role = Role::Model { hint: hint.clone(), embedding };
            across::claim(source.facts, source.path, handed, role, out);
        }
        for literal in literals {
            if known && key != "llm" && key != "model_path" && key != "embedding" {
                loose(source, &literal, hint.as_deref(), embedding, seen, out);
            } else {
                strict(source, &literal, embedding, seen, out);
            }
        }
        constant(source, &argument.value, hint.as_deref(), embedding, seen, out);
    }
    if let Some(value) = first(source, call, &name, class.is_some()) {
        for literal in source.facts.literals(value, call.scope) {
            loose(source, &literal, hint.as_deref(), embedding, seen, out);
        }
        constant(source, value, hint.as_deref(), embedding, seen, out);
    }
}

/// `env.AI.run("@cf/…", …)`: a model that runs where the code itself does.
fn edge(source: &Source<'_>, call: &Call, seen: &mut Seen, out: &mut Findings) {
    let Some(value) = call.positional(0) else { return };
    for literal in source.facts.literals(value, call.scope) {
        if literal.text.starts_with("@cf/") {
            loose(source, &literal, Some(EDGE), false, seen, out);
            out.assets.push(names::interface(source.index, EDGE, source.place(call.line)));
        }
    }
}

/// A form that lets its user choose a model: `selectbox("Model", ["…"])`.
fn offered(source: &Source<'_>, call: &Call, seen: &mut Seen, out: &mut Findings) {
    let forms = ["selectbox", "radio", "Dropdown", "Radio", "select", "multiselect", "Select"];
    if !forms.contains(&call.last()) {
        return;
    }
    let label = call.named("label").or_else(|| call.positional(0));
    let label = label.and_then(|value| source.facts.literal(value, call.scope));
    let says = label.is_some_and(|label| {
        let lower = label.text.to_ascii_lowercase();
        lower.split(|c: char| !c.is_alphanumeric()).any(|word| {
            matches!(word, "model" | "models" | "llm" | "llms" | "embedding" | "embeddings")
        })
    });
    let choices = call.any_named(&["choices", "options"]).or_else(|| call.positional(1));
    let Some(choices) = choices.filter(|_| says) else { return };
    for (item, _) in source.facts.elements(choices, call.scope) {
        for literal in direct(item) {
            one_of(source, &literal, false, seen, out);
        }
    }
}

/// The provider that runs models beside the code of its customers.
pub(super) const EDGE: &str = "cloudflare-workers-ai";

/// The first argument, where it names a model.
fn first<'c>(source: &Source<'_>, call: &'c Call, name: &str, class: bool) -> Option<&'c Value> {
    let value = call.positional(0)?;
    let package = source.package_behind(call).filter(|p| CALLING.contains(&p.role.as_str()));
    let last = call.last();
    match source.language {
        Language::Python => {
            let hub = matches!(
                name,
                "SentenceTransformer"
                    | "CrossEncoder"
                    | "init_chat_model"
                    | "GenerativeModel"
                    | "InferenceClient"
                    | "TextEmbedding"
                    | "init_embeddings"
                    | "LLM"
            );
            (hub && FIRST_ARGUMENT.contains(&name)
                && (package.is_some() || name == "SentenceTransformer"))
                .then_some(value)
        }
        Language::Rust | Language::Go => {
            let method = METHODS.contains(&last) && call.callee.contains('.');
            (method && source.has_role(&CALLING)).then_some(value)
        }
        // Arguments by position have been given their names.
        Language::Java | Language::CSharp => None,
        _ => {
            let package = package?;
            let provider = package.provider.is_some() || package.role == "sdk";
            // `openai("gpt-4o")`, `openai.embedding("…")`, `initChatModel("…")`.
            let direct = provider
                && !class
                && !call.callee.contains('.')
                && name.starts_with(|c: char| c.is_ascii_lowercase())
                && !name.starts_with("create");
            let method = FIRST_ARGUMENT.contains(&last) && (provider || !call.callee.contains('.'));
            (direct || method).then_some(value)
        }
    }
}

/// Tasks that pipelines of Hugging Face are made for.
const TASKS: [&str; 12] = [
    "feature-extraction",
    "text-generation",
    "text2text-generation",
    "text-classification",
    "zero-shot-classification",
    "token-classification",
    "sentiment-analysis",
    "question-answering",
    "summarization",
    "translation",
    "automatic-speech-recognition",
    "image-to-text",
];

/// `usePipeline("feature-extraction", "org/name")`: a task and a model, whatever takes them.
fn of_task(source: &Source<'_>, call: &Call, seen: &mut Seen, out: &mut Findings) {
    let text = |at: usize| source.facts.literal(call.positional(at)?, call.scope);
    let (Some(task), Some(model)) = (text(0), text(1)) else { return };
    if TASKS.contains(&task.text.as_str()) && names::is_hub_name(&model.text) {
        let embedding = task.text == "feature-extraction";
        let named = Named { owner: HUB.to_owned(), name: model.text.clone() };
        let finding = names::finding(source.index, &named, embedding, source.place(model.line));
        push(&model, &named, finding, seen, out);
    }
}

fn is_loader(callee: &str) -> bool {
    let name = last(callee);
    let loads = matches!(
        name,
        "from_pretrained"
            | "snapshot_download"
            | "pipeline"
            | "fromPretrained"
            | "HuggingFaceTokenizer"
    );
    loads || callee.ends_with("InferenceApi") || name == "push_to_hub"
}

/// Hugging Face's loaders: `X.from_pretrained("org/name", revision=…)`, `pipeline(task, model)`.
fn loader(source: &Source<'_>, call: &Call, seen: &mut Seen, out: &mut Findings) {
    let (name, callee) = (call.last(), call.callee.as_str());
    if name == "push_to_hub"
        || ["Tokenizer", "Processor", "Config", "FeatureExtractor"]
            .iter()
            .any(|part| callee.contains(part))
    {
        return;
    }
    let script =
        matches!(source.language, Language::JavaScript | Language::TypeScript | Language::Tsx);
    let hub = source.packages.iter().any(|p| matches!(p.package.provider.as_deref(), Some(HUB)))
        || source.has_role(&["training", "embedding"])
        || !script;
    if !hub || (name == "pipeline" && source.package_of(callee).is_none()) {
        return;
    }
    let embedding = callee.contains("Embed")
        || call
            .positional(0)
            .and_then(|v| source.facts.literal(v, call.scope))
            .is_some_and(|l| l.text == "feature-extraction");
    let mut values: Vec<&Value> = Vec::new();
    values.extend(call.any_named(&[
        "model",
        "pretrained_model_name_or_path",
        "repo_id",
        "model_id",
        "model_name",
    ]));
    let positions: &[usize] = if name == "pipeline" {
        &[1]
    } else if callee.contains("Peft") {
        &[0, 1]
    } else {
        &[0]
    };
    values.extend(positions.iter().filter_map(|index| call.positional(*index)));
    let dataset = call
        .named("repo_type")
        .and_then(|v| source.facts.literal(v, call.scope))
        .is_some_and(|l| l.text == "dataset");
    for value in values.into_iter().filter(|_| !dataset) {
        for literal in source.facts.literals(value, call.scope) {
            if literal.holes
                || !(names::is_hub_name(&literal.text) || is_plain_hub_name(&literal.text))
            {
                continue;
            }
            let named = Named { owner: HUB.to_owned(), name: literal.text.clone() };
            let mut finding =
                names::finding(source.index, &named, embedding, source.place(literal.line));
            let revision = revision(source, call);
            finding = finding.with("version_pinned", revision.as_deref().is_some_and(is_commit));
            if let Some(revision) = revision {
                finding = finding.with("version", Attribute::Text(revision));
            }
            if let Some(trusted) = remote_code(call) {
                finding = finding.with("remote_code_trusted", trusted);
            }
            push(&literal, &named, finding, seen, out);
        }
    }
}

/// Old models of the hub have no organisation: `bert-base-uncased`.
fn is_plain_hub_name(text: &str) -> bool {
    names::is_name(text) && !text.contains(['/', ':']) && text.contains('-')
}

/// The commit, tag or branch of the hub that a call names.
pub(super) fn revision(source: &Source<'_>, call: &Call) -> Option<String> {
    let literal = source.facts.literal(call.named("revision")?, call.scope)?;
    (!literal.holes).then_some(literal.text)
}

/// Whether a revision is one that cannot come to mean another.
pub(super) fn is_commit(revision: &str) -> bool {
    revision.len() == 40 && revision.bytes().all(|b| b.is_ascii_hexdigit())
}

/// Loaders do not run a model's own code unless told to.
fn remote_code(call: &Call) -> Option<bool> {
    match call.any_named(&["trust_remote_code", "trustRemoteCode"]).map(|value| &value.shape) {
        Some(Shape::Bool(value)) => Some(*value),
        Some(_) => None,
        None if call.args.iter().any(|arg| arg.name.as_deref() == Some("**")) => None,
        None => Some(false),
    }
}

fn in_entry(
    source: &Source<'_>,
    type_name: &str,
    key: &str,
    value: &Value,
    scope: usize,
    seen: &mut Seen,
    out: &mut Findings,
) {
    if key == "id" {
        routed(source, value, scope, seen, out);
    }
    if !MODEL_ARGUMENTS.contains(&key) && !says_model(&snake(key)) {
        return;
    }
    let embedding = key.to_ascii_lowercase().contains("embed") || type_name.contains("Embed");
    let package = source.package_of(type_name);
    // A table of models in a file that is called as its provider.
    let of_file = names::provider_word(source.index, super::stem(source.path))
        .filter(|_| matches!(key, "APIModel" | "apiModel" | "api_model"));
    for literal in source.facts.literals(value, scope) {
        if package.is_some() {
            let hint = package.and_then(|package| package.provider.as_deref());
            loose(source, &literal, hint, embedding, seen, out);
        } else if of_file.is_some() {
            loose(source, &literal, of_file.as_deref(), embedding, seen, out);
        } else {
            strict(source, &literal, embedding, seen, out);
        }
    }
    let hint = package.and_then(|package| package.provider.as_deref());
    constant(source, value, hint, embedding, seen, out);
}

/// The shortest id that is taken as a model's name by itself.
const ID_CHARS_MIN: usize = 8;

/// An `id` names a model only as a router writes it: the provider, and a name of that provider's.
fn routed(source: &Source<'_>, value: &Value, scope: usize, seen: &mut Seen, out: &mut Findings) {
    for literal in source.facts.literals(value, scope) {
        // Nothing else has such an id: a name of a model with its size or its date.
        let sized = literal.text.len() >= ID_CHARS_MIN
            && literal.text.bytes().any(|b| b.is_ascii_digit())
            && literal.text.contains('-')
            && source.index.provider_of_model(&literal.text).is_some();
        if !literal.holes && (sized || names::is_routed(source.index, &literal.text)) {
            loose(source, &literal, None, false, seen, out);
        }
    }
}

/// A name that a provider's own pattern explains.
fn strict(
    source: &Source<'_>,
    literal: &Literal,
    embedding: bool,
    seen: &mut Seen,
    out: &mut Findings,
) {
    let routed =
        literal.text.split_once([':', '/']).map_or(literal.text.as_str(), |(_, name)| name);
    let explained = source.index.provider_of_model(&literal.text).is_some()
        || (routed != literal.text
            && !names::is_hub_name(&literal.text)
            && source.index.provider_of_model(routed).is_some())
        || (names::is_hub_name(&literal.text) && source.index.provider_of_model(routed).is_some());
    if !literal.holes && explained {
        loose(source, literal, None, embedding, seen, out);
    }
}

/// A name at a place that can only hold a model.
fn loose(
    source: &Source<'_>,
    literal: &Literal,
    hint: Option<&str>,
    embedding: bool,
    seen: &mut Seen,
    out: &mut Findings,
) {
    if literal.holes {
        return;
    }
    if let Some(named) = names::named(source.index, &literal.text, hint) {
        let finding = names::finding(source.index, &named, embedding, source.place(literal.line));
        push(literal, &named, finding, seen, out);
    }
}

fn push(literal: &Literal, named: &Named, finding: Finding, seen: &mut Seen, out: &mut Findings) {
    if seen.insert((format!("{}/{}", named.owner, named.name), literal.line)) {
        out.assets.push(finding);
    }
}

fn constant(
    source: &Source<'_>,
    value: &Value,
    hint: Option<&str>,
    embedding: bool,
    seen: &mut Seen,
    out: &mut Findings,
) {
    let Shape::Name(name) = &value.shape else {
        return;
    };
    if source.package_of(name).is_none() {
        return;
    }
    if let Some(model) = constants::model(name) {
        let literal = Literal { text: model.to_owned(), line: value.line, holes: false };
        loose(source, &literal, hint, embedding, seen, out);
    } else if let Some(text) = source.language.is_typed().then(|| typed::constant(name)).flatten() {
        let literal = Literal { text, line: value.line, holes: false };
        strict(source, &literal, embedding, seen, out);
    }
}

pub(crate) fn is_request(callee: &str) -> bool {
    REQUESTS.iter().any(|end| {
        callee.strip_suffix(end).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    })
}

/// The provider that a call goes to, if the code says so.
pub(crate) fn provider(source: &Source<'_>, call: &Call) -> Option<String> {
    let name = source.real_name(&call.callee);
    let maker = source.maker(call);
    for made in [Some(call), maker].into_iter().flatten() {
        if let Some(url) = super::endpoints::base_url(source, made) {
            let host = super::endpoints::host(&url)?;
            let known = source.index.provider_of_host(&host.name).map(|found| found.id.clone());
            // Software for one's own machines keeps its models, wherever it runs.
            let local = || {
                let own = class_provider(&source.real_name(&made.callee)).map(str::to_owned);
                let own = own
                    .or_else(|| source.package_of(&made.callee).and_then(|p| p.provider.clone()));
                own.filter(|id| source.index.provider(id).is_some_and(|found| found.local))
            };
            let foreign = || {
                (!super::endpoints::is_loopback(&host.name))
                    .then(|| format!("{}{}", names::ENDPOINT, host.name))
            };
            return known.or_else(local).or_else(foreign);
        }
    }
    if let Some(provider) = class_provider(&name) {
        return Some(provider.to_owned());
    }
    let made_class = maker.and_then(|made| class_provider(&source.real_name(&made.callee)));
    if let Some(provider) = made_class {
        return Some(provider.to_owned());
    }
    if let Some(package) = source.package_behind(call) {
        return package.provider.clone().or_else(|| {
            let made = maker.map(|made| source.real_name(&made.callee));
            names::provider_of_class(source.index, &name)
                .or_else(|| names::provider_of_class(source.index, &made?))
        });
    }
    // The request of a client that came from elsewhere: the only provider whose SDK is imported.
    let providers: BTreeSet<_> = source
        .packages
        .iter()
        .filter(|imported| imported.package.role == "sdk")
        .filter_map(|imported| imported.package.provider.clone())
        .collect();
    if is_request(&call.callee) && providers.len() == 1 {
        return providers.into_iter().next();
    }
    None
}

/// Classes whose name says which provider they call, whatever package brings them.
pub(crate) fn class_provider(name: &str) -> Option<&'static str> {
    Some(match name {
        "ChatOpenAI" | "OpenAIEmbeddings" | "OpenAIEmbedding" | "OpenAIEmbeddingFunction" => {
            "openai"
        }
        "AzureChatOpenAI"
        | "AzureOpenAI"
        | "AsyncAzureOpenAI"
        | "AzureOpenAIEmbeddings"
        | "AzureOpenAIEmbedding"
        | "AzureOpenAIClient"
        | "DefaultAzureConfig"
        | "createAzure" => "azure-openai",
        "ChatAnthropic" | "AsyncAnthropic" => "anthropic",
        "AnthropicBedrock"
        | "ChatBedrock"
        | "ChatBedrockConverse"
        | "BedrockLLM"
        | "BedrockConverse"
        | "BedrockChat"
        | "BedrockEmbeddings"
        | "BedrockEmbedding" => "aws-bedrock",
        "ChatGoogleGenerativeAI"
        | "GoogleGenerativeAIEmbeddings"
        | "GoogleGenerativeAI"
        | "GoogleGenAI" => "google",
        "ChatVertexAI" | "VertexAIEmbeddings" => "google-vertex",
        "ChatMistralAI" | "MistralAIEmbeddings" => "mistral",
        "ChatCohere" | "CohereEmbeddings" | "CohereRerank" => "cohere",
        "ChatGroq" => "groq",
        "ChatTogether" | "ChatTogetherAI" | "TogetherEmbeddings" => "together",
        "ChatFireworks" | "FireworksEmbeddings" => "fireworks",
        "ChatDeepSeek" => "deepseek",
        "ChatXAI" => "xai",
        "ChatPerplexity" => "perplexity",
        "ChatOpenRouter" => "openrouter",
        "ChatNVIDIA" | "NVIDIAEmbeddings" => "nvidia",
        "VoyageAIEmbeddings" | "VoyageEmbeddings" => "voyage",
        "JinaEmbeddings" => "jina",
        "ChatOllama" | "OllamaEmbeddings" | "OllamaEmbedding" | "OllamaLLM" => "ollama",
        "HuggingFaceEmbeddings"
        | "HuggingFaceEmbedding"
        | "HuggingFaceBgeEmbeddings"
        | "SentenceTransformer"
        | "SentenceTransformerEmbeddings"
        | "SentenceTransformerEmbeddingFunction"
        | "HuggingFaceHub"
        | "HuggingFaceEndpoint"
        | "HuggingFaceLLM"
        | "HuggingFacePipeline"
        | "FastEmbedEmbeddings"
        | "FastEmbedEmbedding"
        | "HuggingFaceInferenceAPIEmbeddings"
        | "HuggingFaceInferenceEmbeddings"
        | "CrossEncoder"
        | "HuggingFaceTransformersEmbeddings" => HUB,
        _ => return typed::class_provider(name),
    })
}
