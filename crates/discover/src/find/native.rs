//! What Go and Rust write without a framework's words: descriptions of functions that a model may
//! call, stores that a module of a library brings, agents by the calls of their libraries.

use annex_isms::AssetKind;

use super::{Source, stores};
use crate::findings::{Finding, Findings, Key};
use crate::source::Language;
use crate::source::facts::{Call, Record, Shape, Value, last};

/// Keys of a description: what the function is for, and what it takes.
const PURPOSES: [&str; 5] = ["description", "purpose", "desc", "summary", "usage"];
const PARAMETERS: [&str; 9] = [
    "parameters",
    "args",
    "arguments",
    "properties",
    "inputschema",
    "input_schema",
    "schema",
    "params",
    "function_schema",
];

/// Words in the name of a type that describes such functions.
const DESCRIBING: [&str; 5] = ["tool", "function", "action", "skill", "plugin"];

/// Folders of a library whose next one is called after a store.
const STORE_FOLDERS: [&str; 7] = [
    "vectorstores",
    "vectorstore",
    "vector_store",
    "vector_stores",
    "integrations",
    "indexer",
    "retriever",
];

/// Stores as modules are called.
const STORES: [(&str, &str); 22] = [
    ("qdrant", "qdrant"),
    ("pgvector", "pgvector"),
    ("postgres", "pgvector"),
    ("chroma", "chroma"),
    ("chromem", "chromem"),
    ("pinecone", "pinecone"),
    ("weaviate", "weaviate"),
    ("milvus", "milvus"),
    ("milvus2", "milvus"),
    ("redis", "redis"),
    ("redisvector", "redis"),
    ("lancedb", "lancedb"),
    ("duckdb", "duckdb"),
    ("opensearch", "opensearch"),
    ("opensearch2", "opensearch"),
    ("es7", "elasticsearch"),
    ("es8", "elasticsearch"),
    ("sqlite_vss", "sqlite"),
    ("surrealdb", "surrealdb"),
    ("azureaisearch", "azure-ai-search"),
    ("mongovector", "mongodb-atlas"),
    ("localvec", "in-memory"),
];

/// Calls that make an agent, by the package and the method, once the import is known.
const AGENTS: [(&str, &[&str]); 8] = [
    (
        "agents",
        &[
            "NewExecutor",
            "NewOneShotAgent",
            "NewConversationalAgent",
            "NewOpenAIFunctionsAgent",
            "New",
        ],
    ),
    ("react", &["NewAgent"]),
    ("adk", &["NewChatModelAgent", "NewSequentialAgent", "NewLoopAgent"]),
    ("llmagent", &["New"]),
    ("sequentialagent", &["New"]),
    ("loopagent", &["New"]),
    ("fantasy", &["NewAgent"]),
    ("deep", &["New"]),
];

/// Finds them.
pub(super) fn find(source: &Source<'_>, out: &mut Findings) {
    if !matches!(source.language, Language::Go | Language::Rust) {
        return;
    }
    for record in &source.facts.records {
        described(source, record, out);
        declared(source, record, out);
    }
    for import in &source.facts.imports {
        let known = super::packages::of_module(source.index, source.language, &import.module);
        if known.is_some() {
            store(source, &import.module, import.line, out);
        }
    }
    for call in &source.facts.calls {
        agent(source, call, out);
    }
}

/// `Tool { name: "…", purpose: "…", args: … }`.
fn described(source: &Source<'_>, record: &Record, out: &mut Findings) {
    let field = |names: &[&str]| {
        record
            .entries
            .iter()
            .find(|(key, _)| names.contains(&key.to_ascii_lowercase().as_str()))
            .map(|(_, value)| value)
    };
    let (Some(name), Some(_), Some(_)) = (field(&["name"]), field(&PURPOSES), field(&PARAMETERS))
    else {
        return;
    };
    let kind = last(&record.of).to_ascii_lowercase();
    let says = DESCRIBING.iter().any(|word| kind.contains(word));
    if !says && source.packages.is_empty() {
        return;
    }
    if let Some(name) = called(source, name, record.scope) {
        out.assets.push(super::tools::tool(&name, source.place(record.line)));
    }
}

/// `swarm.Agent{Name: "…", Instructions: "…"}`.
fn declared(source: &Source<'_>, record: &Record, out: &mut Findings) {
    let kind = last(&record.of);
    let agent = (kind == "Agent" || kind.ends_with("Flow") || kind.ends_with("Agent"))
        && record.of.contains('.')
        && source.package_of(&record.of).is_some_and(|package| package.role == "agent");
    let named = record.entries.iter().find(|(key, _)| key == "Name").filter(|_| agent);
    if let Some(name) = named.and_then(|(_, value)| called(source, value, record.scope)) {
        let place = source.place(record.line);
        let key = Key::in_system(name.clone(), &place.path);
        out.assets.push(Finding::new(AssetKind::Agent, key, name, place));
    }
}

/// The text of a name, or that of a variant which stands for it.
fn called(source: &Source<'_>, value: &Value, scope: usize) -> Option<String> {
    if let Some(literal) = source.facts.literal(value, scope) {
        let plain = !literal.holes
            && (1..=80).contains(&literal.text.len())
            && !literal.text.contains(char::is_whitespace);
        return plain.then_some(literal.text);
    }
    let Shape::Name(name) = &value.shape else { return None };
    let mut parts = name.rsplit('.');
    let (variant, of) = (parts.next()?, parts.next()?);
    let written = source.language == Language::Rust
        && [variant, of].iter().all(|part| part.starts_with(char::is_uppercase));
    written.then(|| snake(variant))
}

/// `SearchPath` as such names are written out.
fn snake(name: &str) -> String {
    let mut out = String::with_capacity(name.len() + 4);
    for (index, character) in name.chars().enumerate() {
        if character.is_ascii_uppercase() && index > 0 {
            out.push('_');
        }
        out.push(character.to_ascii_lowercase());
    }
    out
}

fn store(source: &Source<'_>, module: &str, line: u32, out: &mut Findings) {
    let parts: Vec<&str> = module.split(['/', ':']).filter(|part| !part.is_empty()).collect();
    let product = parts.windows(2).find_map(|pair| match pair {
        [folder, product] if STORE_FOLDERS.contains(folder) => {
            STORES.iter().find(|(name, _)| name == product).map(|(_, product)| *product)
        }
        _ => None,
    });
    if let Some(product) = product {
        out.assets.push(stores::store(product, None, source.place(line)));
    }
}

fn agent(source: &Source<'_>, call: &Call, out: &mut Findings) {
    let made = match source.language {
        Language::Go => call.callee.split_once('.').is_some_and(|(package, method)| {
            AGENTS.iter().any(|(own, methods)| *own == package && methods.contains(&method))
                && source.package_of(&call.callee).is_some()
        }),
        // `client.agent(MODEL).preamble(…).tool(…).build()`.
        _ => {
            call.last() == "build"
                && call.callee.split('.').any(|part| part == "agent")
                && source.packages.iter().any(|imported| imported.package.name.starts_with("rig"))
        }
    };
    if !made {
        return;
    }
    let named = call.any_named(&["Name", "name"]).or_else(|| match call.positional(0) {
        Some(Value { shape: Shape::Record(_, entries), .. }) => {
            entries.iter().find(|(key, _)| key == "Name").map(|(_, value)| value)
        }
        _ => None,
    });
    let name = named
        .and_then(|value| called(source, value, call.scope))
        .unwrap_or_else(|| source.name_for(call));
    let place = source.place(call.line);
    let key = Key::in_system(name.clone(), &place.path);
    out.assets.push(Finding::new(AssetKind::Agent, key, name, place));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variants_are_written_out() {
        assert_eq!(snake("SearchPath"), "search_path");
        assert_eq!(snake("Done"), "done");
    }
}
