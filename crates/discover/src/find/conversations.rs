//! Where conversations are kept: stores of messages that frameworks bring, and files that are called
//! after what is in them.

use annex_isms::AssetKind;

use super::Source;
use crate::findings::{Finding, Findings, Key};
use crate::walk::has_end;

/// Parts of the names of classes that keep messages, and what they keep them in.
const KEEPERS: [&str; 6] = [
    "ChatMessageHistory",
    "ChatMemoryStore",
    "ChatMemoryRepository",
    "ChatStore",
    "ChatMessageStore",
    "ConversationStore",
];
const PRODUCTS: [(&str, &str); 19] = [
    ("UpstashRedis", "upstash"),
    ("Redis", "redis"),
    ("Postgres", "postgres"),
    ("MongoDB", "mongodb"),
    ("MongoDb", "mongodb"),
    ("DynamoDB", "dynamodb"),
    ("Firestore", "firestore"),
    ("CosmosDB", "azure-cosmosdb"),
    ("AzureCosmosDB", "azure-cosmosdb"),
    ("Cassandra", "cassandra"),
    ("Neo4j", "neo4j"),
    ("Jdbc", "sql"),
    ("SQL", "sql"),
    ("Sqlite", "sqlite"),
    ("File", "filesystem"),
    ("Zep", "zep"),
    ("Momento", "momento"),
    ("Xata", "xata"),
    ("Elasticsearch", "elasticsearch"),
];

/// What a file of conversations is called.
const ABOUT: [&str; 8] = [
    "chat_history",
    "chat-history",
    "chathistory",
    "conversation_history",
    "conversations",
    "chat_log",
    "chat_sessions",
    "message_history",
];
const FILES: [&str; 9] =
    [".json", ".jsonl", ".pkl", ".pickle", ".db", ".sqlite", ".sqlite3", ".csv", ".txt"];

/// Finds them.
pub(super) fn find(source: &Source<'_>, out: &mut Findings) {
    if source.packages.is_empty() {
        return;
    }
    for call in &source.facts.calls {
        let product = call.callee.split('.').find_map(|part| {
            let keeper = KEEPERS.iter().find_map(|keeper| part.strip_suffix(keeper))?;
            PRODUCTS.iter().find(|(name, _)| *name == keeper).map(|(_, product)| *product)
        });
        if let Some(product) = product.filter(|_| source.package_of(&call.callee).is_some()) {
            out.assets.push(Finding::new(
                AssetKind::LogStore,
                Key::World(product.to_owned()),
                product,
                source.place(call.line),
            ));
        }
    }
    for text in source.facts.texts.iter().filter(|text| !text.holes) {
        let lower = text.content.to_ascii_lowercase();
        let name = lower.rsplit(['/', '\\']).next().unwrap_or(&lower);
        if has_end(name, &FILES) && ABOUT.iter().any(|word| name.contains(word)) {
            let key = Key::System { name: name.to_owned(), folder: String::new() };
            out.assets.push(Finding::new(AssetKind::LogStore, key, name, source.place(text.line)));
        }
    }
}
