//! Vector stores: a client or an index that is made, an image that is run, an extension of SQL.

mod table;

use std::collections::BTreeMap;

use annex_isms::AssetKind;

use super::{Source, typed_stores};
use crate::findings::{Finding, Findings, Key, Place};
use crate::source::facts::{Call, Shape};
use crate::walk::has_end;
use table::{IMPORTED, SURE};

/// The store that a variable of the environment gives the address or the key of.
pub(crate) fn product_of_variable(name: &str) -> Option<&'static str> {
    let (word, rest) = name.split_once('_')?;
    let product = match word {
        "PINECONE" => "pinecone",
        "QDRANT" => "qdrant",
        "WEAVIATE" => "weaviate",
        "CHROMA" | "CHROMADB" => "chroma",
        "MILVUS" => "milvus",
        _ => return None,
    };
    ["URL", "URI", "HOST", "ENDPOINT", "KEY", "INDEX", "PORT"]
        .iter()
        .any(|end| has_end(rest, &[end]))
        .then_some(product)
}

/// Methods of a class that make a store: `Chroma.from_documents(…)`.
const MAKERS: [&str; 12] = [
    "from_documents",
    "from_texts",
    "from_existing_index",
    "from_existing_collection",
    "from_embeddings",
    "load_local",
    "fromDocuments",
    "fromTexts",
    "fromExistingIndex",
    "fromExistingCollection",
    "from_params",
    "load",
];

/// Arguments that name the collection.
const COLLECTIONS: [&str; 14] = [
    "collection_name",
    "collectionName",
    "index_name",
    "indexName",
    "table_name",
    "tableName",
    "class_name",
    "CollectionName",
    "collection",
    "name",
    "indexname",
    "IndexName",
    "index",
    "table",
];

/// Methods of a client that name a collection.
const OPENERS: [&str; 19] = [
    "create_collection",
    "get_or_create_collection",
    "get_collection",
    "recreate_collection",
    "createCollection",
    "getOrCreateCollection",
    "getCollection",
    "Index",
    "index",
    "create_index",
    "createIndex",
    "open_table",
    "create_table",
    "openTable",
    "createTable",
    "CreateCollection",
    "upsert",
    "Collection",
    "GetCollection",
];

/// Finds them.
pub(crate) fn find(source: &Source<'_>, out: &mut Findings) {
    let mut only: BTreeMap<&str, Place> = BTreeMap::new();
    for call in &source.facts.calls {
        let Some(product) = product(source, call) else {
            continue;
        };
        only.entry(product).or_insert_with(|| source.place(call.line));
        let named = collection(source, call, &COLLECTIONS);
        let mut finding = store(product, named.as_deref(), source.place(call.line));
        let key = call.any_named(&super::endpoints::KEYS);
        if matches!(key.map(|value| &value.shape), Some(Shape::Env | Shape::Text { .. })) {
            finding = finding.with("authentication_configured", true);
        }
        out.assets.push(finding);
    }
    for call in &source.facts.calls {
        opened(source, call, &only, out);
        if matches!(call.last(), "getenv" | "Getenv" | "LookupEnv" | "var")
            && let Some(name) = call.positional(0)
            && let Some(name) = source.facts.literal(name, call.scope)
            && let Some(product) = product_of_variable(&name.text)
        {
            out.assets.push(store(product, None, source.place(call.line)));
        }
    }
    hosted(source, out);
    filled(source, out);
    for declared in source.facts.declared.iter().filter(|_| source.language.is_typed()) {
        if let Some(product) = typed_stores::product(source, &declared.of) {
            out.assets.push(store(product, None, source.place(declared.line)));
        }
    }
    for record in &source.facts.records {
        let product = match record.of.as_str() {
            "qdrant.Config" | "qdrant.CreateCollection" => "qdrant",
            "weaviate.Config" => "weaviate",
            "milvus.Config" | "milvusclient.ClientConfig" => "milvus",
            _ => continue,
        };
        out.assets.push(store(product, None, source.place(record.line)));
    }
    // Drizzle's column of vectors: a table of PostgreSQL.
    let drizzle =
        source.facts.imports.iter().find(|import| import.module.starts_with("drizzle-orm/pg-core"));
    if drizzle.is_some_and(|import| import.names.iter().any(|(_, name)| name == "vector")) {
        for call in source.facts.calls.iter().filter(|call| call.callee == "vector") {
            out.assets.push(store("pgvector", None, source.place(call.line)));
        }
    }
}

/// Methods that put documents into an index; the others do so on something called a store.
const FILLING: [&str; 18] = [
    "add_documents",
    "addDocuments",
    "from_documents",
    "fromDocuments",
    "add_texts",
    "from_texts",
    "fromTexts",
    "upsert_points",
    "UpsertPoints",
    "UpsertAsync",
    "upload_documents",
    "uploadDocuments",
    "UploadDocumentsAsync",
    "SaveInformationAsync",
    "ImportDocumentAsync",
    "IndexDocumentsAsync",
    "write_documents",
    "ingest",
];
const FILLING_STORES: [&str; 6] = ["upsert", "insert", "add", "addAll", "accept", "Upsert"];

/// Where an index is filled: there is a corpus, whether or not anything says which.
fn filled(source: &Source<'_>, out: &mut Findings) {
    let ai = source.has_role(&["vector_store", "framework", "embedding", "sdk", "agent"]);
    for call in source.facts.calls.iter().filter(|call| ai && call.callee.contains('.')) {
        let sure = FILLING.contains(&call.last());
        let on_store = || {
            let receiver = call.callee.rsplit_once('.').map_or("", |(object, _)| object);
            let named = receiver.to_ascii_lowercase();
            FILLING_STORES.contains(&call.last())
                && (["vector", "embeddingstore", "pinecone", "qdrant", "collection"]
                    .iter()
                    .any(|word| named.contains(word))
                    || source.maker(call).is_some_and(|made| product(source, made).is_some()))
        };
        if sure || on_store() {
            out.indexed.push(source.place(call.line));
        }
    }
}

/// `openai.vectorStores.create(…)`: stores that a provider of models keeps.
fn hosted(source: &Source<'_>, out: &mut Findings) {
    let openai = source
        .packages
        .iter()
        .any(|p| matches!(p.package.provider.as_deref(), Some("openai" | "azure-openai")));
    for call in source.facts.calls.iter().filter(|_| openai) {
        if call.callee.split('.').any(|part| matches!(part, "vectorStores" | "vector_stores")) {
            let place = source.place(call.line);
            out.assets.push(store("openai-vector-stores", None, place).supplied_by(Some("openai")));
        }
    }
}

/// A collection that is opened on a client.
fn opened(source: &Source<'_>, call: &Call, only: &BTreeMap<&str, Place>, out: &mut Findings) {
    if !OPENERS.contains(&call.last()) || !call.callee.contains('.') {
        return;
    }
    let made = source
        .maker(call)
        .and_then(|maker| product(source, maker))
        .or_else(|| chained(source, call));
    let single =
        (only.len() == 1 && made.is_none() && call.last().to_lowercase().contains("collection"))
            .then(|| only.keys().next().copied())
            .flatten();
    let Some(product) = made.or(single) else {
        return;
    };
    let first = call
        .positional(0)
        .and_then(|value| source.facts.literal(value, call.scope))
        .filter(|literal| !literal.holes)
        .map(|literal| literal.text);
    let named = collection(source, call, &COLLECTIONS).or(first);
    if let Some(name) = named.filter(|name| is_collection(name)) {
        out.assets.push(store(product, Some(&name), source.place(call.line)));
    }
}

/// `new Pinecone(…).index(…)`: what makes the client stands in the chain itself.
fn chained(source: &Source<'_>, call: &Call) -> Option<&'static str> {
    let (client, _) = call.callee.rsplit_once('.')?;
    let made =
        Call { callee: client.to_owned(), args: Vec::new(), line: call.line, scope: call.scope };
    product(source, &made)
}

fn collection(source: &Source<'_>, call: &Call, names: &[&str]) -> Option<String> {
    names
        .iter()
        .filter_map(|name| call.named(name))
        .filter_map(|value| source.facts.literal(value, call.scope))
        .find(|literal| !literal.holes && is_collection(&literal.text))
        .map(|literal| literal.text)
}

fn is_collection(name: &str) -> bool {
    (1..=80).contains(&name.len())
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
}

/// The product that a call makes a store of.
fn product(source: &Source<'_>, call: &Call) -> Option<&'static str> {
    let mut parts: Vec<_> = call.callee.split('.').collect();
    // A store's own class says so, whichever of its methods makes it.
    let of_class = parts.len() > 1
        && parts
            .get(parts.len() - 2)
            .is_some_and(|class| SURE.iter().any(|(name, _)| name == class));
    if MAKERS.contains(&call.last()) || of_class {
        parts.pop();
    }
    let class = *parts.last()?;
    let callee = parts.join(".");
    let class = if parts.len() == 1 { source.real_name(class) } else { class.to_owned() };
    let sure = SURE.iter().find(|(name, _)| *name == class);
    if let Some((_, product)) = sure {
        // A class that the file defines itself, or gets from elsewhere, only has the same name.
        let known = source.package_of(&callee).is_some()
            // What only says that it is kept in memory is so, whoever wrote it.
            || class == "InMemoryVectorStore"
            || source.facts.imported(&callee).is_none_or(|(module, _)| {
                module.contains(product.split('-').next().unwrap_or(product))
            });
        let own = class.starts_with(|c: char| c.is_ascii_lowercase());
        return (known && (!own || source.package_of(&callee).is_some())).then_some(*product);
    }
    if let Some(product) = typed_stores::product(source, &callee) {
        return Some(product);
    }
    let module = source.facts.imported(&callee).map(|(module, _)| module.to_ascii_lowercase())?;
    IMPORTED
        .iter()
        .find(|(name, _, modules)| {
            *name == class && modules.iter().any(|part| module.replace('_', "-").contains(part))
        })
        .map(|(_, product, _)| *product)
}

/// A finding of a store.
pub(crate) fn store(product: &str, collection: Option<&str>, place: Place) -> Finding {
    let key = match collection {
        Some(collection) => format!("{product}/{collection}"),
        None => product.to_owned(),
    };
    // Pinecone is only sold as a service; the others can run anywhere.
    let supplier = (product == "pinecone").then_some("pinecone");
    Finding::new(AssetKind::VectorStore, Key::World(key.clone()), key, place).supplied_by(supplier)
}

/// A product by a word of a setting.
pub(crate) fn product_of_word(word: &str) -> Option<&'static str> {
    Some(match word.to_ascii_lowercase().as_str() {
        "qdrant" => "qdrant",
        "chroma" | "chromadb" | "chromem" => "chroma",
        "pinecone" => "pinecone",
        "weaviate" => "weaviate",
        "milvus" => "milvus",
        "zilliz" => "zilliz",
        "pgvector" | "pg_vector" => "pgvector",
        "faiss" => "faiss",
        "lancedb" | "lance" => "lancedb",
        "redis" => "redis",
        "elasticsearch" | "elastic" => "elasticsearch",
        "opensearch" => "opensearch",
        "mongodb" | "mongodb_atlas" | "mongodb-atlas" => "mongodb-atlas",
        "supabase" => "supabase",
        "azuresearch" | "azure_search" | "azure-search" | "azure_ai_search" | "azureaisearch" => {
            "azure-ai-search"
        }
        "azurecosmosdb" | "cosmosdb" | "azure-cosmosdb" => "azure-cosmosdb",
        "analyticdb" => "analyticdb",
        "typesense" => "typesense",
        "vespa" => "vespa",
        "marqo" => "marqo",
        "turbopuffer" => "turbopuffer",
        "astradb" | "astra" => "astradb",
        "cassandra" => "cassandra",
        "neo4j" => "neo4j",
        _ => return None,
    })
}

/// `CREATE EXTENSION vector` and columns of vectors in SQL.
pub(crate) fn sql(path: &str, text: &str, out: &mut Findings) {
    for (line, text) in (1..).zip(text.lines()) {
        let lower = text.to_ascii_lowercase();
        let statement = lower.split("--").next().unwrap_or_default();
        let extension = statement.contains("create extension")
            && statement
                .split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
                .any(|word| word == "vector" || word == "pgvector");
        if extension
            || statement.contains(" vector(")
            || statement.contains("using hnsw")
            || statement.contains("using ivfflat")
        {
            out.assets.push(store("pgvector", None, Place::new(path, line)));
        }
    }
}
