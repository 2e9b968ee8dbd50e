//! Names of models: whose they are, whether they name one version, and what is no name at all.

use annex_isms::{AssetKind, Value};

use crate::findings::{Finding, Key, Place};
use crate::known::Index;

/// Hosts of the one hub whose names are `org/name`.
pub(crate) const HUB: &str = "huggingface";

/// Providers that serve their own models alone: a client of theirs that names another one's talks
/// to a compatible interface.
const OWN_MODELS: [&str; 8] =
    ["openai", "anthropic", "google", "mistral", "cohere", "deepseek", "xai", "perplexity"];

/// What a provider is called that is only known by its host.
pub(crate) const ENDPOINT: &str = "endpoint/";

/// A model by its full name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Named {
    /// Provider or hub.
    pub(crate) owner: String,
    pub(crate) name: String,
}

/// Words that stand where a model's name will be.
const PLACEHOLDERS: [&str; 23] = [
    "string",
    "model",
    "your-model",
    "your_model",
    "model-name",
    "model_name",
    "none",
    "n/a",
    "null",
    "default",
    "auto",
    "custom",
    "test",
    "local",
    "unknown",
    "openai",
    "other",
    "chat",
    "chatcompletion",
    "completion",
    "embedding",
    "embeddings",
    "deployment",
];

/// Whether a text can be the name of a model at all.
pub(crate) fn is_name(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let plain = (2..=160).contains(&text.len())
        && text.bytes().all(|b| {
            b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'/' | b':' | b'@' | b'+')
        })
        && text.bytes().any(|b| b.is_ascii_alphabetic());
    plain
        && (!text.starts_with(['.', '/', '-', '_', '@', ':']) || text.starts_with("@cf/"))
        && !text.contains("//")
        && !lower.starts_with("your")
        && !lower.starts_with('<')
        && !lower.contains("xxx")
        && !lower.starts_with("http")
        && !PLACEHOLDERS.contains(&lower.as_str())
        && !is_file(&lower)
}

fn is_file(lower: &str) -> bool {
    [
        ".json",
        ".yaml",
        ".yml",
        ".txt",
        ".py",
        ".ts",
        ".js",
        ".csv",
        ".bin",
        ".pt",
        ".pth",
        ".onnx",
        ".pkl",
        ".safetensors",
        ".h5",
    ]
    .iter()
    .any(|end| lower.ends_with(end))
}

/// `org/name`, as a hub writes it.
pub(crate) fn is_hub_name(text: &str) -> bool {
    let mut parts = text.split('/');
    let (Some(owner), Some(name), None) = (parts.next(), parts.next(), parts.next()) else {
        return false;
    };
    is_name(text)
        && owner.len() >= 2
        && name.len() >= 2
        && !owner.contains(':')
        && !matches!(
            owner,
            "models"
                | "model"
                | "data"
                | "checkpoints"
                | "output"
                | "outputs"
                | "src"
                | "local"
                | "tmp"
                | "results"
                | "templates"
                | "application"
                | "text"
                | "image"
                | "audio"
                | "video"
        )
        && text.bytes().any(|b| b.is_ascii_alphabetic())
}

/// Whose model this is. `hint` is the provider whose client is called.
pub(crate) fn named(index: &Index<'_>, text: &str, hint: Option<&str>) -> Option<Named> {
    if !is_name(text) {
        return None;
    }
    let own =
        |owner: &str, name: &str| Some(Named { owner: owner.to_owned(), name: name.to_owned() });
    // `provider/name` and `provider:name`, as routers write them. A hub's organisation can have a
    // provider's name too, so the hub's own clients are asked first.
    if hint != Some(HUB) {
        for separator in ['/', ':'] {
            if let Some((owner, name)) = text.split_once(separator)
                && let Some(provider) = provider_word(index, owner)
            {
                // Who resells others' models keeps their names within its own.
                let own_client = hint.is_none_or(|hint| hint == "openai" || hint == provider);
                // `mistral:7b` is a model and its tag.
                let tagged = separator == ':'
                    && index.provider_of_model(text).is_some_and(|found| found.local);
                // An organisation of the hub can have a provider's name: `google/flan-t5-large`.
                let organisation = separator == '/'
                    && hint.is_none()
                    && matches!(
                        owner,
                        "google" | "openai" | "mistralai" | "deepseek-ai" | "cohere"
                    )
                    && index.provider_of_model(name).is_none_or(|found| found.id != provider);
                if organisation {
                    continue;
                }
                if own_client && is_name(name) && !tagged {
                    return own(&provider, name);
                }
            }
        }
    }
    let pattern = index.provider_of_model(text).map(|provider| provider.id.as_str());
    match (hint, pattern) {
        // An OpenAI client that names someone else's model talks to a compatible interface.
        (Some(hint), Some(other)) if OWN_MODELS.contains(&hint) => own(other, text),
        (Some(hint), Some(other)) if hint.starts_with(ENDPOINT) => own(other, text),
        (Some(hint), _) if hint != HUB => own(hint, text),
        (Some(_), _) => own(HUB, text),
        (None, Some(provider)) => own(provider, text),
        (None, None) if is_hub_name(text) => own(HUB, text),
        (None, None) => None,
    }
}

/// The provider that a router's prefix means.
pub(crate) fn provider_word(index: &Index<'_>, word: &str) -> Option<String> {
    let id = match word {
        "azure" | "azure_openai" => "azure-openai",
        "bedrock" | "amazon_bedrock" | "bedrock_converse" => "aws-bedrock",
        "gemini" | "google_genai" | "google" => "google",
        "vertex_ai" | "vertex" | "google_vertexai" => "google-vertex",
        "mistralai" | "mistral" => "mistral",
        "together_ai" | "together" => "together",
        "fireworks_ai" | "fireworks" => "fireworks",
        "claude" => "anthropic",
        "ollama_chat" => "ollama",
        "x-ai" => "xai",
        "hosted_vllm" => "vllm",
        // Organisations of the hub as well.
        "huggingface" | "hf" | "nvidia" | "databricks" | "upstage" | "writer" | "yi" | "lambda" => {
            return None;
        }
        other => other,
    };
    index.provider(id).map(|provider| provider.id.clone())
}

/// The provider that a class of a framework for many providers calls: `Anthropic`,
/// `ChatGroq`, `CohereEmbedding`.
pub(crate) fn provider_of_class(index: &Index<'_>, class: &str) -> Option<String> {
    if !class.starts_with(|c: char| c.is_ascii_uppercase()) {
        return None;
    }
    let mut word = class;
    for before in ["Async", "Chat"] {
        word = word.strip_prefix(before).unwrap_or(word);
    }
    let ends = [
        "Embeddings",
        "Embedding",
        "Embedder",
        "ChatModel",
        "Model",
        "LLM",
        "Llm",
        "Chat",
        "Client",
        "MultiModal",
        "Completion",
        "Server",
        "Service",
    ];
    for _ in 0..2 {
        word = ends.iter().find_map(|end| word.strip_suffix(end)).unwrap_or(word);
    }
    let word = word.to_ascii_lowercase();
    let known = match word.as_str() {
        "azureopenai" | "azure" => "azure-openai",
        "googlegenai" | "googlegenerativeai" | "gemini" => "google",
        "vertex" | "vertexai" | "googlevertexai" => "google-vertex",
        "bedrock" | "bedrockconverse" | "awsbedrock" => "aws-bedrock",
        "sagemaker" | "sagemakerendpoint" => "aws-sagemaker",
        "togetherai" => "together",
        "voyageai" => "voyage",
        "jinaai" => "jina",
        "llamacpp" => "llama-cpp",
        "zhipuai" => "zhipu",
        "dashscope" | "tongyi" => "alibaba-dashscope",
        "watsonx" => "ibm-watsonx",
        "cloudflareworkersai" => "cloudflare-workers-ai",
        "huggingface" | "huggingfacehub" => return Some(HUB.to_owned()),
        other => other,
    };
    provider_word(index, known)
}

/// Whether a text is `provider/name` or `provider:name`, and the name one of that provider's.
pub(crate) fn is_routed(index: &Index<'_>, text: &str) -> bool {
    text.split_once(['/', ':']).is_some_and(|(owner, name)| {
        let provider = provider_word(index, owner);
        provider.is_some() && index.provider_of_model(name).map(|p| p.id.clone()) == provider
    })
}

/// Whether the name says that it is a model for embeddings.
pub(crate) fn says_embedding(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    lower.contains("embed")
        || [
            "bge-",
            "gte-",
            "e5-",
            "all-minilm",
            "all-mpnet",
            "sentence-transformers/",
            "instructor-",
            "voyage-",
        ]
        .iter()
        .any(|word| lower.contains(word))
}

/// Whether an interface's model name is one dated version rather than an alias that moves.
pub(crate) fn is_dated(name: &str) -> bool {
    let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    let parts: Vec<_> = name.split(['-', '@', ':', '_']).collect();
    let iso = parts
        .windows(3)
        .any(|w| matches!(w, [y, m, d] if y.len() == 4 && m.len() == 2 && d.len() == 2 && digits(y) && digits(m) && digits(d)));
    let short = parts.last().is_some_and(|end| {
        (end.len() == 4 && digits(end) && *end != "2048" && *end != "4096" && *end != "8192")
            || (end.len() == 3 && end.starts_with("00") && digits(end))
    });
    iso || short
        || parts.iter().any(|part| part.len() == 8 && part.starts_with("20") && digits(part))
}

/// A finding of a model at a place.
pub(crate) fn finding(index: &Index<'_>, named: &Named, embedding: bool, place: Place) -> Finding {
    let reranks = named.name.to_ascii_lowercase().contains("rerank");
    let kind = if !reranks && (embedding || says_embedding(&named.name)) {
        AssetKind::EmbeddingModel
    } else {
        AssetKind::Model
    };
    let supplier = index
        .provider(&named.owner)
        .filter(|provider| !provider.local && provider.id != HUB)
        .map(|provider| provider.id.as_str());
    let mut finding = Finding::new(
        kind,
        Key::World(format!("{}/{}", named.owner, named.name)),
        named.name.clone(),
        place,
    )
    .supplied_by(supplier);
    if supplier.is_some() {
        // An embedding model's undated name does not move; a chat model's does.
        if is_dated(&named.name) {
            finding = finding.with("version_pinned", true);
        } else if kind == AssetKind::Model {
            finding = finding.with("version_pinned", false);
        }
    } else if named.owner == "ollama" {
        finding = finding.with("version_pinned", named.name.contains("@sha256"));
    }
    finding
}

/// A finding of the interface of a provider.
pub(crate) fn interface(index: &Index<'_>, id: &str, place: Place) -> Finding {
    let provider = index.provider(id);
    let supplier = provider.filter(|provider| !provider.local).map(|provider| provider.id.as_str());
    let name = provider.map_or(id, |provider| provider.name.as_str());
    let kind = if ROUTERS.contains(&id) { AssetKind::Gateway } else { AssetKind::ModelApi };
    Finding::new(kind, Key::World(id.to_owned()), name, place).supplied_by(supplier)
}

/// Providers that only pass on to others.
pub(crate) const ROUTERS: [&str; 1] = ["openrouter"];

/// The digest of a text, and what it tells of a prompt.
pub(crate) fn content(text: &str) -> (String, Value) {
    let digest = annex_isms::Digest::of(text.as_bytes()).to_string();
    (digest.clone(), Value::Text(digest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_told_from_what_only_looks_like_one() {
        for good in ["gpt-4o", "org/name", "llama3.1:8b", "o1"] {
            assert!(is_name(good), "{good}");
        }
        for bad in [
            "",
            "string",
            "./weights",
            "/opt/model",
            "your-model-here",
            "a b",
            "4",
            "{model}",
            "file.json",
            "https://x",
        ] {
            assert!(!is_name(bad), "{bad}");
        }
        assert!(is_hub_name("tloen/alpaca-lora-7b"));
        assert!(!is_hub_name("application/json") && !is_hub_name("a/b/c"));
    }

    #[test]
    fn dated_names_are_versions() {
        for dated in [
            "gpt-4o-2024-08-06",
            "claude-3-5-sonnet-20241022",
            "gpt-4-0613",
            "gemini-1.5-pro-001",
            "mistral-large-2407",
        ] {
            assert!(is_dated(dated), "{dated}");
        }
        for alias in ["gpt-4o", "claude-3-5-sonnet-latest", "gpt-3.5-turbo", "claude-opus-4"] {
            assert!(!is_dated(alias), "{alias}");
        }
    }
}
