//! Settings of Spring, Quarkus and .NET that say by their path what they are for: stores, keys of
//! interfaces, servers of tools, prompts.

use annex_isms::AssetKind;

use super::{prompts, secrets, stores};
use crate::findings::{Finding, Findings, Key, Place};
use crate::known::Index;
use crate::tree::Node;

/// Stores as the paths of settings name them.
const STORES: [(&str, &str); 14] = [
    ("pgvector", "pgvector"),
    ("qdrant", "qdrant"),
    ("chroma", "chroma"),
    ("milvus", "milvus"),
    ("weaviate", "weaviate"),
    ("pinecone", "pinecone"),
    ("redis", "redis"),
    ("elasticsearch", "elasticsearch"),
    ("opensearch", "opensearch"),
    ("mongodb", "mongodb-atlas"),
    ("azure", "azure-ai-search"),
    ("cassandra", "cassandra"),
    ("neo4j", "neo4j"),
    ("oracle", "oracle"),
];

/// The last part of a path that names a collection.
const COLLECTIONS: [&str; 4] = ["collection-name", "index-name", "table-name", "index"];

/// The provider that the path of a setting means, the innermost first.
pub(crate) fn provider(index: &Index<'_>, keys: &[&str]) -> Option<String> {
    let words: Vec<String> =
        keys.iter().map(|key| key.to_ascii_lowercase().replace('_', "-")).collect();
    let has = |word: &str| words.iter().any(|own| own == word);
    let id = words.iter().rev().skip(1).find_map(|word| {
        Some(
            match word.as_str() {
                "openai" | "open-ai" if has("azure") => "azure-openai",
                "open-ai" => "openai",
                "azureopenai" | "azure-open-ai" | "azureopenaitext" | "azureopenaiembedding" => {
                    "azure-openai"
                }
                "gemini" if has("vertex") => "google-vertex",
                "vertexai" | "vertex-ai-gemini" | "vertexaigemini" => "google-vertex",
                "google-ai-gemini" => "google",
                "mistral-ai" => "mistral",
                "voyage-ai" => "voyage",
                "hugging-face" => return Some("huggingface".to_owned()),
                "zhipuai" | "zhipu-ai" => "zhipu",
                _ => return None,
            }
            .to_owned(),
        )
    })?;
    index.provider(&id).map(|provider| provider.id.clone())
}

/// What a setting says by its path.
pub(crate) fn setting(
    index: &Index<'_>,
    keys: &[&str],
    node: &Node,
    place: &Place,
    out: &mut Findings,
) {
    let Some(text) = node.text() else { return };
    let lower: Vec<String> = keys.iter().map(|key| key.to_ascii_lowercase()).collect();
    let words: Vec<&str> = lower.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["spring", "ai", "vectorstore", product, rest @ ..] => {
            store(product, rest, text, place, out);
        }
        ["spring", "ai", "mcp", "server", "name"] => {
            out.assets.push(Finding::new(
                AssetKind::McpServer,
                Key::in_system(text, &place.path),
                text,
                place.clone(),
            ));
        }
        ["quarkus", "langchain4j", product, rest @ ..]
            if STORES.iter().any(|(name, _)| name == product) =>
        {
            store(product, rest, text, place, out);
        }
        [first, second, .., "api-key"]
            if *first == "langchain4j"
                || (matches!(*first, "spring" | "quarkus")
                    && matches!(*second, "ai" | "langchain4j")) =>
        {
            if let Some(id) = provider(index, keys).or_else(|| super::config::owner(index, keys)) {
                let finding = super::names::interface(index, &id, place.clone());
                out.assets.push(finding.with("key_in_source", secrets::holds_key(text)));
            }
        }
        [above @ .., _]
            if above.contains(&"prompts")
                && prompts::is_instruction(text, prompts::NAMED_CHARS_MIN) =>
        {
            let name = keys.last().copied().unwrap_or_default();
            let system = name.to_ascii_lowercase().contains("system");
            out.assets.push(prompts::prompt(name, name, text, system, false, place.clone()));
        }
        _ => {}
    }
}

fn store(product: &str, rest: &[&str], text: &str, place: &Place, out: &mut Findings) {
    let Some((_, product)) = STORES.iter().find(|(name, _)| *name == product) else {
        return;
    };
    let named = rest.last().is_some_and(|key| COLLECTIONS.contains(key));
    let collection = named.then_some(text).filter(|text| !text.contains(['$', ' ']));
    out.assets.push(stores::store(product, collection, place.clone()));
}
