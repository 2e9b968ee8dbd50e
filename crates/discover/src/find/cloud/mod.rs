//! Services of clouds as files of infrastructure order them: accounts and the models deployed in
//! them, endpoints, agents, indexes of vectors.
//!
//! ```text
//!  Terraform ─────┐
//!  Bicep, ARM ────┼─ names followed to constants ─▶ Resource ─ table ─▶ findings
//!  CloudFormation ┘
//! ```

mod azure;
mod bicep;
mod cloudformation;
mod table;
mod terraform;

use annex_isms::AssetKind;

use super::names::{self, Named};
use super::workloads::{self, Around};
use super::{charts, classes, config, keys as spelling, prompts, stores};
use crate::findings::{Finding, Findings, Key, Place, Trait};
use crate::known::Index;
use crate::tree::{Kind, Node};
use table::{RESOURCES, What};

pub(crate) use azure::{parameters, template};
pub(crate) use bicep::{Modules, bicep, module_types};
pub(crate) use cloudformation::stack;
pub(crate) use terraform::{Folder, constants, terraform};

/// A resource that a file orders.
#[derive(Debug)]
struct Resource<'a> {
    /// Its type, in lower case and without a version.
    of: String,
    name: &'a str,
    line: u32,
    body: &'a Node,
}

/// Whose models a file names where nothing else says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cloud {
    Azure,
    Any,
}

/// What one resource shows: by its type, by the names of models in it, by its containers.
fn resource(
    index: &Index<'_>,
    path: &str,
    cloud: Cloud,
    resource: &Resource<'_>,
    out: &mut Findings,
) {
    let before = out.assets.len();
    let place = Place::new(path, resource.line);
    let row = RESOURCES.iter().find(|(of, _)| *of == resource.of).map(|(_, what)| *what);
    if let Some(what) = row {
        by_type(index, path, resource, what, &place, out);
    }
    for_models(index, path, cloud, resource.body, &mut Vec::new(), out);
    let around = Around::infrastructure(path);
    workloads::find(index, around, resource.body, out);
    classes::labels(path, resource.body, before, out);
}

fn by_type(
    index: &Index<'_>,
    path: &str,
    resource: &Resource<'_>,
    what: What,
    place: &Place,
    out: &mut Findings,
) {
    let body = resource.body;
    let name = || {
        let given = ["name", "agent_name", "display_name", "action_group_name", "cluster_name"]
            .iter()
            .find_map(|key| field(body, key)?.text())
            .filter(|name| !name.is_empty() && !name.contains("${"));
        given.unwrap_or(resource.name).to_owned()
    };
    let in_system =
        |kind: AssetKind| Finding::new(kind, Key::in_system(name(), path), name(), place.clone());
    match what {
        What::Api(id) => out.assets.push(names::interface(index, id, place.clone())),
        What::Account => azure::account(index, path, body, out),
        What::Deployment => {
            out.assets.push(names::interface(index, "azure-openai", place.clone()));
        }
        What::Store(product) => out.assets.push(stores::store(product, None, place.clone())),
        What::Collection => collection(resource, place, out),
        What::Agent => {
            out.assets.push(in_system(AssetKind::Agent));
            if let Some(instruction) = field(body, "instruction") {
                prompt(&name(), instruction, path, out);
            }
        }
        What::Tool => out.assets.push(in_system(AssetKind::Tool)),
        What::Prompt => body.visit(&mut |keys, node| {
            if keys.last().is_some_and(|key| *key == "text" || *key == "Text") {
                prompt(&name(), node, path, out);
            }
        }),
        What::Dataset => out.assets.push(in_system(AssetKind::Dataset)),
        What::Corpus => out.assets.push(in_system(AssetKind::Corpus)),
        What::KnowledgeBase => knowledge_base(path, body, out),
        What::Guard => out.traits.push(Trait {
            attribute: "guardrail_present",
            value: Some(true),
            place: place.clone(),
        }),
        What::Log => {
            out.traits.push(Trait {
                attribute: "conversations_logged",
                value: Some(true),
                place: place.clone(),
            });
            let key = Key::World("aws-bedrock-invocation-log".to_owned());
            let words = "Amazon Bedrock invocation log";
            out.assets.push(Finding::new(AssetKind::LogStore, key, words, place.clone()));
        }
        What::Chart => charts::installed(index, path, body, out),
        What::Switch => {
            let host = field(body, "service").and_then(Node::text).unwrap_or_default();
            if let Some(provider) = index.provider_of_host(host) {
                out.assets.push(names::interface(index, &provider.id, place.clone()));
            }
        }
    }
}

fn prompt(name: &str, node: &Node, path: &str, out: &mut Findings) {
    let text = node.text().unwrap_or_default();
    if prompts::is_instruction(text, prompts::NAMED_CHARS_MIN) {
        let place = Place::new(path, node.line);
        out.assets.push(prompts::prompt(name, name, text, true, false, place));
    }
}

/// A collection for vectors; other collections hold ordinary documents.
fn collection(resource: &Resource<'_>, place: &Place, out: &mut Findings) {
    let of = field(resource.body, "type").and_then(Node::text).unwrap_or_default();
    let product = match of.to_ascii_lowercase().as_str() {
        "vectorsearch" if resource.of.contains("mongodb") => "mongodb-atlas",
        "vectorsearch" => "opensearch",
        _ => return,
    };
    let name = field(resource.body, "name").and_then(Node::text);
    let name = name.filter(|name| !name.is_empty() && !name.contains("${"));
    out.assets.push(stores::store(product, name, place.clone()));
}

/// The store that a knowledge base keeps its vectors in.
fn knowledge_base(path: &str, body: &Node, out: &mut Findings) {
    let Some(storage) = field(body, "storage_configuration") else { return };
    let Some(of) = field(storage, "type") else { return };
    let product = match of.text().unwrap_or_default() {
        "OPENSEARCH_SERVERLESS" | "OPENSEARCH_MANAGED_CLUSTER" => "opensearch",
        "PINECONE" => "pinecone",
        "RDS" => "pgvector",
        "REDIS_ENTERPRISE_CLOUD" => "redis",
        "MONGO_DB_ATLAS" => "mongodb-atlas",
        "S3_VECTORS" => "s3-vectors",
        "NEPTUNE_ANALYTICS" => "neptune",
        _ => return,
    };
    let mut named = None;
    storage.visit(&mut |keys, node| {
        let key = keys.last().map(|key| spelling::snake(key)).unwrap_or_default();
        if matches!(key.as_str(), "vector_index_name" | "table_name" | "collection_name") {
            named = node.text().filter(|text| !text.contains("${"));
        }
    });
    out.assets.push(stores::store(product, named, Place::new(path, of.line)));
}

/// Names of models anywhere in a resource: Azure's `model { format, name }`, the addresses of
/// Bedrock's models, and settings whose key says that they name one.
fn for_models(
    index: &Index<'_>,
    path: &str,
    cloud: Cloud,
    node: &Node,
    keys: &mut Vec<String>,
    out: &mut Findings,
) {
    match &node.kind {
        Kind::Map(entries) => {
            for (key, value) in entries {
                if key == "model" && azure::model(index, path, value, node, out) {
                    continue;
                }
                keys.push(key.clone());
                for_models(index, path, cloud, value, keys, out);
                keys.pop();
            }
        }
        Kind::List(items) => {
            for item in items {
                for_models(index, path, cloud, item, keys, out);
            }
        }
        Kind::Text(text) => {
            if let Some(model) = bedrock(text) {
                let named = Named { owner: "aws-bedrock".to_owned(), name: model.to_owned() };
                let place = Place::new(path, node.line);
                out.assets.push(names::finding(index, &named, false, place));
            } else {
                let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
                match keys.last() {
                    Some(key) if cloud == Cloud::Azure && azure::says_model(key) => {
                        azure::constant(index, path, key, node, out);
                    }
                    _ => config::one(index, path, &keys, node, out),
                }
            }
        }
        _ => {}
    }
}

/// The model of `arn:aws:bedrock:…::foundation-model/…`.
fn bedrock(text: &str) -> Option<&str> {
    let (before, model) = text.rsplit_once("foundation-model/")?;
    (before.starts_with("arn:") && names::is_name(model)).then_some(model)
}

/// A field by its name in snake case, among the properties of a resource or beside them.
fn field<'n>(body: &'n Node, name: &str) -> Option<&'n Node> {
    let own = |node: &'n Node| {
        node.entries().iter().rev().find(|(key, _)| spelling::snake(key) == name).map(|(_, n)| n)
    };
    let properties = body.get("properties").or_else(|| body.get("Properties"));
    properties.and_then(own).or_else(|| own(body))
}
