//! Sections of settings that are about one service, whatever framework reads them: the analysis of
//! documents, speech, the safety of content, the search of a cloud, the storage of conversations.
//!
//! The path of a setting is read as one word, so that `azureai.search.service`,
//! `AzureAISearch:Endpoint` and `azure-ai-search.endpoint` say the same.

use annex_isms::AssetKind;

use super::{names, stores};
use crate::findings::{Finding, Findings, Key, Place};
use crate::known::Index;
use crate::tree::Node;

/// Ends of a section's path, and the provider of the service.
const SERVICES: [(&str, &str); 17] = [
    ("azurespeech", "azure-speech"),
    ("azureaispeech", "azure-speech"),
    ("speechservice", "azure-speech"),
    ("contentsafety", "azure-content-safety"),
    ("azurecontentsafety", "azure-content-safety"),
    ("documentintelligence", "azure-document-intelligence"),
    ("azureaidocintel", "azure-document-intelligence"),
    ("formrecognizer", "azure-document-intelligence"),
    ("computervision", "azure-ai-vision"),
    ("azureaivision", "azure-ai-vision"),
    ("azurevision", "azure-ai-vision"),
    ("azuretranslator", "azure-translator"),
    ("translatortext", "azure-translator"),
    ("textanalytics", "azure-ai-language"),
    ("azureailanguage", "azure-ai-language"),
    ("azureopenai", "azure-openai"),
    ("azureaiinference", "azure-openai"),
];

/// Ends of a section's path that are a store of vectors.
const STORES: [(&str, &str); 7] = [
    ("azureaisearch", "azure-ai-search"),
    ("azuresearch", "azure-ai-search"),
    ("azurecognitivesearch", "azure-ai-search"),
    ("cognitivesearch", "azure-ai-search"),
    ("simplevectordb", "in-memory"),
    ("qdrant", "qdrant"),
    ("weaviate", "weaviate"),
];

/// Sections of stores that hold vectors only where the memory of Semantic Kernel is set up.
const MEMORY_STORES: [(&str, &str); 6] = [
    ("postgres", "pgvector"),
    ("redis", "redis"),
    ("elasticsearch", "elasticsearch"),
    ("sqlserver", "sqlserver"),
    ("mongodbatlas", "mongodb-atlas"),
    ("qdrant", "qdrant"),
];

/// Last parts of a path that say where a service is reached.
const REACHED: [&str; 17] = [
    "endpoint",
    "service",
    "region",
    "key",
    "apikey",
    "url",
    "uri",
    "index",
    "indexname",
    "auth",
    "baseurl",
    "location",
    "connectionstring",
    "host",
    "storagetype",
    "serviceendpoint",
    "name",
];

/// Where conversations are kept, by a word of the path.
const LOGS: [(&str, &str); 8] = [
    ("cosmos", "azure-cosmosdb"),
    ("cosmosdb", "azure-cosmosdb"),
    ("filesystem", "filesystem"),
    ("jdbc", "jdbc"),
    ("cassandra", "cassandra"),
    ("neo4j", "neo4j"),
    ("mongo", "mongodb"),
    ("redis", "redis"),
];

/// Words of a path or of a value that are about conversations.
const CONVERSATIONS: [&str; 5] =
    ["chatstore", "chathistory", "chatmemory", "chatmessages", "conversationstore"];

/// What a setting says by its section.
pub(super) fn setting(
    index: &Index<'_>,
    keys: &[&str],
    node: &Node,
    place: &Place,
    out: &mut Findings,
) {
    let (Some(text), Some((key, above))) = (node.text(), keys.split_last()) else { return };
    let section: String = above.iter().map(|key| plain(key)).collect();
    let key = plain(key);
    logged(&section, &plain(text), place, out);
    if !REACHED.contains(&key.as_str()) || section.is_empty() {
        return;
    }
    let ends = |rows: &'static [(&str, &str)]| {
        rows.iter()
            .filter(|(end, _)| section.ends_with(end))
            .max_by_key(|(end, _)| end.len())
            .map(|(_, what)| *what)
    };
    if let Some(provider) = ends(&SERVICES) {
        out.assets.push(names::interface(index, provider, place.clone()));
    }
    let memory = section.contains("kernelmemory");
    if let Some(product) = ends(&STORES).or_else(|| ends(&MEMORY_STORES).filter(|_| memory)) {
        out.assets.push(stores::store(product, None, place.clone()));
    }
}

fn plain(key: &str) -> String {
    key.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

fn logged(section: &str, text: &str, place: &Place, out: &mut Findings) {
    let product = LOGS.iter().find(|(word, _)| section.ends_with(word)).map(|(_, what)| *what);
    let about = |place: &str| CONVERSATIONS.iter().any(|word| place.contains(word));
    // A database of the product that is called after what is in it says as much.
    let named = section.contains("cosmos") && (text.starts_with("chat") || about(text));
    if let Some(product) = product.filter(|_| about(section) || named) {
        out.assets.push(Finding::new(
            AssetKind::LogStore,
            Key::World(product.to_owned()),
            product,
            place.clone(),
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::known::Known;
    use crate::tree::Kind;

    #[test]
    fn sections_are_known_however_their_path_is_written() {
        let known = Known::default();
        let index = Index::new(&known);
        let said = |keys: &[&str], text: &str| {
            let mut out = Findings::default();
            let node = Node::new(1, Kind::Text(text.to_owned()));
            setting(&index, keys, &node, &Place::whole("a"), &mut out);
            out.assets.into_iter().map(|found| found.name).collect::<Vec<_>>()
        };
        assert_eq!(said(&["azureai", "search", "service"], "x"), ["azure-ai-search"]);
        assert_eq!(said(&["AzureSpeech", "Region"], "west"), ["azure-speech"]);
        assert_eq!(said(&["KernelMemory", "Services", "Postgres", "Auth"], "x"), ["pgvector"]);
        assert_eq!(said(&["app", "cosmosdb", "container"], "chat-history"), ["azure-cosmosdb"]);
        assert_eq!(said(&["ChatStore", "Filesystem", "FilePath"], "x"), ["filesystem"]);
        for other in [["Services", "Postgres", "Auth"], ["shop", "cosmosdb", "container"]] {
            assert!(said(&other, "orders").is_empty(), "{other:?}");
        }
    }
}
