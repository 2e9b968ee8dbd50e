//! SPDX 3.0.1 as JSON-LD, with the profiles Core, Software, AI and Dataset (and Security, when
//! there are vulnerabilities).
//!
//! ```text
//!  SpdxDocument ─▶ software_Sbom ─▶ root ─ dependsOn, usesTool, trainedOn, hasDataFile ─▶ parts
//! ```
//!
//! | asset | becomes |
//! | --- | --- |
//! | model, embedding model | `ai_AIPackage` |
//! | dataset, corpus | `dataset_DatasetPackage` |
//! | prompt that is a file of its own | `software_File` |
//! | everything else | `software_Package` with the purpose that fits |
//!
//! What is not known is said in the profile's own words: presence and types as `noAssertion`,
//! licences as `NoAssertionLicense`. A few fields that the profiles ask for have no such word
//! (times of build and release, who supplies or originates, where it is downloaded, a version).
//! They are present where they are known and otherwise left out, never invented, and the comment
//! of the part names them. The profiles that the document lists are those it intends to conform
//! to, which is how the standard defines the field.
//!
//! Everything without a field is a `CdxProperty`, with the names that the CycloneDX bill has.

mod parts;
mod security;

use std::collections::{BTreeMap, BTreeSet};

use annex_isms::AssetKind;
use serde_json::{Value, json};

use crate::inventory::{Inventory, Property, Root};
use crate::iri::encoded;

/// The node of the graph that says who made it and when; local to the file.
const CREATION: &str = "_:creation";
const CONTEXT: &str = "https://spdx.org/rdf/3.0.1/spdx-context.jsonld";

pub(crate) fn write(inventory: &Inventory<'_>) -> Result<Vec<u8>, serde_json::Error> {
    let mut document = json!({
        "@context": CONTEXT,
        "@graph": graph(inventory),
    });
    document.sort_all_objects();
    serde_json::to_vec_pretty(&document)
}

/// Ids of elements: the document's own UUID and what the element is.
pub(super) struct Ids<'a>(&'a str);

impl Ids<'_> {
    pub(super) fn of(&self, part: &str) -> String {
        format!("urn:uuid:{}#{}", self.0, encoded(part))
    }
}

fn graph(inventory: &Inventory<'_>) -> Vec<Value> {
    let vulnerabilities = &inventory.matched.vulnerabilities;
    let ids = Ids(&inventory.uuid);
    let batch = inventory.batch;
    let mut elements = vec![
        element("SoftwareAgent", &ids.of("agent"), json!({ "name": "annex" })),
        element(
            "Tool",
            &ids.of("tool"),
            json!({ "name": concat!("annex ", env!("CARGO_PKG_VERSION")) }),
        ),
    ];
    let suppliers: BTreeSet<&str> =
        inventory.parts.values().filter_map(|part| part.supplier).collect();
    elements.extend(suppliers.into_iter().map(|supplier| {
        let id = ids.of(&format!("supplier:{supplier}"));
        element("Organization", &id, json!({ "name": supplier }))
    }));
    if matches!(inventory.root, Root::Scope) {
        let mut scope = json!({
            "name": batch.scope.name,
            "software_primaryPurpose": "application",
        });
        set(&mut scope, "software_packageVersion", batch.scope.commit.as_deref());
        elements.push(element("software_Package", &ids.of(&inventory.root_reference()), scope));
    }
    elements.extend(inventory.parts.values().map(|part| parts::part(&ids, part)));
    elements.extend(ancestors(inventory, &ids));
    elements.extend(relationships(inventory, &ids));
    elements
        .extend(vulnerabilities.iter().flat_map(|one| security::elements(inventory, &ids, one)));

    let all: BTreeSet<String> = elements
        .iter()
        .filter_map(|element| element["spdxId"].as_str().map(str::to_owned))
        .collect();
    // Not `extension`: in the context of 3.0.1 that word is the field of the same name.
    let mut profiles =
        vec!["core", "software", "ai", "dataset", "simpleLicensing", "expandedLicensing"];
    if !vulnerabilities.is_empty() {
        profiles.push("security");
    }
    let root = [ids.of(&inventory.root_reference())];
    let sbom = ids.of("sbom");
    let mut graph = vec![
        json!({
            "type": "CreationInfo",
            "@id": CREATION,
            "specVersion": "3.0.1",
            "created": seconds(&batch.period.to.to_string()),
            "createdBy": [ids.of("agent")],
            "createdUsing": [ids.of("tool")],
        }),
        element(
            "SpdxDocument",
            &ids.of("document"),
            json!({
                "name": batch.scope.name,
                "profileConformance": profiles,
                "rootElement": [sbom],
                "element": all,
                "comment": comment(inventory),
                "extension": properties(inventory.properties()),
            }),
        ),
        element(
            "software_Sbom",
            &sbom,
            json!({
                "name": batch.scope.name,
                "profileConformance": profiles,
                "software_sbomType": ["source"],
                "rootElement": root,
                "element": all,
            }),
        ),
    ];
    graph.append(&mut elements);
    graph
}

/// An element of the graph: its type and id beside its own fields.
pub(super) fn element(kind: &str, id: &str, mut fields: Value) -> Value {
    fields["type"] = kind.into();
    fields["spdxId"] = id.into();
    fields["creationInfo"] = CREATION.into();
    fields
}

/// Sets a field that is known.
pub(super) fn set(fields: &mut Value, name: &str, value: Option<impl Into<Value>>) {
    if let Some(value) = value {
        fields[name] = value.into();
    }
}

/// SPDX has whole seconds.
fn seconds(instant: &str) -> String {
    instant.split_once('.').map_or_else(|| instant.to_owned(), |(whole, _)| format!("{whole}Z"))
}

/// How much of it is known, for people; the properties say it for programs.
fn comment(inventory: &Inventory<'_>) -> String {
    let unread = inventory.unread().count();
    let coverage = &inventory.batch.coverage;
    let read = format!("{} of {} files were read", coverage.files_read, coverage.files_seen);
    match unread {
        0 => format!(
            "{read}. Whether the list is complete is not known: names that are put together at run \
             time are not seen."
        ),
        _ => format!(
            "INCOMPLETE: {read}, and {unread} could not be read or not wholly; see the properties \
             annex:skipped."
        ),
    }
}

pub(super) fn properties(all: Vec<Property>) -> Value {
    let entries: Vec<Value> = all
        .into_iter()
        .map(|(name, value)| {
            json!({
                "type": "extension_CdxPropertyEntry",
                "extension_cdxPropName": name,
                "extension_cdxPropValue": value,
            })
        })
        .collect();
    json!([{ "type": "extension_CdxPropertiesExtension", "extension_cdxProperty": entries }])
}

/// Models that others were made from; they are no parts of the application themselves.
fn ancestors(inventory: &Inventory<'_>, ids: &Ids<'_>) -> Vec<Value> {
    let all: BTreeSet<&str> =
        inventory.parts.values().flat_map(crate::inventory::Part::ancestors).collect();
    all.into_iter().map(|name| parts::ancestor(ids, name)).collect()
}

fn relationships(inventory: &Inventory<'_>, ids: &Ids<'_>) -> Vec<Value> {
    let kinds: BTreeMap<&str, AssetKind> =
        inventory.parts.values().map(|part| (part.reference.as_str(), part.kind())).collect();
    let mut all: BTreeMap<(String, &'static str), BTreeSet<String>> = BTreeMap::new();
    for (from, targets) in inventory.dependencies() {
        for to in targets {
            let kind = match (kinds.get(from.as_str()), kinds.get(to.as_str())) {
                (Some(AssetKind::Model | AssetKind::EmbeddingModel), Some(AssetKind::Dataset)) => {
                    "trainedOn"
                }
                (_, Some(AssetKind::Tool | AssetKind::McpServer)) => "usesTool",
                (_, Some(AssetKind::Prompt)) => "hasDataFile",
                _ => "dependsOn",
            };
            all.entry((ids.of(&from), kind)).or_default().insert(ids.of(&to));
        }
    }
    for part in inventory.parts.values() {
        let own = ids.of(&part.reference);
        for ancestor in part.ancestors() {
            all.entry((own.clone(), "descendantOf"))
                .or_default()
                .insert(ids.of(&format!("ancestor:{ancestor}")));
        }
        if parts::is_licensed(part.kind()) {
            for kind in ["hasConcludedLicense", "hasDeclaredLicense"] {
                let unknown = BTreeSet::from(["expandedlicensing_NoAssertionLicense".to_owned()]);
                all.insert((own.clone(), kind), unknown);
            }
        }
    }
    let completeness = if inventory.incomplete() { "incomplete" } else { "noAssertion" };
    all.into_iter()
        .enumerate()
        .map(|(number, ((from, kind), to))| {
            let fields = json!({
                "from": from,
                "relationshipType": kind,
                "to": to,
                "completeness": completeness,
            });
            element("Relationship", &ids.of(&format!("relationship:{}", number + 1)), fields)
        })
        .collect()
}
