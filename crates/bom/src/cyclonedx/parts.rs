//! A part → a component or a service.

use annex_isms::{AssetKind, DataClass};

use crate::inventory::{self, Edge, Inventory, Part};
use crate::iri::encoded;
use crate::purl;

use super::document::{
    Component, Contents, Data, Evidence, ExternalReference, Hash, ModelCard, ModelParameters,
    Occurrence, Organisation, Pedigree, Pointer, Property, Service, ServiceData,
};

pub(super) fn component(inventory: &Inventory<'_>, part: &Part<'_>) -> Component {
    let kind = match part.kind() {
        AssetKind::Framework => "library",
        AssetKind::Model | AssetKind::EmbeddingModel => "machine-learning-model",
        AssetKind::Dataset | AssetKind::Corpus | AssetKind::Prompt => "data",
        AssetKind::VectorStore | AssetKind::LogStore => "platform",
        _ => "application",
    };
    let occurrences: Vec<Occurrence> = part
        .locations
        .iter()
        .map(|place| Occurrence { location: place.path.clone(), line: place.line })
        .collect();
    let ancestors: Vec<Component> = part.ancestors().into_iter().map(ancestor).collect();
    let page = purl::hub_page(part.key);
    Component {
        supplier: organisation(part),
        version: part.version().map(str::to_owned),
        hashes: part
            .hash()
            .map(|digest| Hash { alg: "SHA-256", content: digest.hex() })
            .into_iter()
            .collect(),
        purl: part.purl(),
        pedigree: (!ancestors.is_empty()).then_some(Pedigree { ancestors }),
        external_references: page
            .map(|url| ExternalReference { kind: "distribution", url })
            .into_iter()
            .collect(),
        evidence: (!occurrences.is_empty()).then_some(Evidence { occurrences }),
        model_card: model_card(inventory, part),
        data: data(inventory, part).into_iter().collect(),
        properties: properties(part.properties()),
        ..Component::new(kind, part.reference.clone(), part.name)
    }
}

/// A model that another was made from; it has no reference, as it is no part of the application.
fn ancestor(key: &str) -> Component {
    let key = annex_isms::observation::AssetKey { kind: AssetKind::Model, key: key.to_owned() };
    Component {
        bom_ref: None,
        purl: purl::of(&key, None),
        ..Component::new("machine-learning-model", String::new(), &key.key)
    }
}

/// What is known of a model beyond its name: its task, and the data it was trained on.
fn model_card(inventory: &Inventory<'_>, part: &Part<'_>) -> Option<ModelCard> {
    let task = match part.kind() {
        AssetKind::EmbeddingModel => Some("feature-extraction"),
        AssetKind::Model => None,
        _ => return None,
    };
    let mut datasets: Vec<String> = inventory
        .flows
        .iter()
        .filter_map(|(_, ends)| *ends)
        .filter(|(from, to)| from.kind == AssetKind::Dataset && **to == *part.key)
        .map(|(from, _)| from.to_string())
        .collect();
    datasets.sort();
    datasets.dedup();
    let datasets: Vec<Pointer> =
        datasets.into_iter().map(|reference| Pointer { r#ref: reference }).collect();
    let known = task.is_some() || !datasets.is_empty();
    known.then_some(ModelCard { model_parameters: ModelParameters { task, datasets } })
}

/// What a component of data holds. Its class is the highest of those that leave it.
fn data(inventory: &Inventory<'_>, part: &Part<'_>) -> Option<Data> {
    let kind = match part.kind() {
        AssetKind::Dataset | AssetKind::Corpus => "dataset",
        AssetKind::Prompt => "other",
        _ => return None,
    };
    let class = inventory
        .edges()
        .filter(|edge| edge.from == part.reference)
        .filter_map(|edge| edge.classes.last().copied())
        .max();
    let place = part.locations.first().filter(|place| place.line.is_none());
    Some(Data {
        kind,
        name: part.name.to_owned(),
        contents: place
            .filter(|place| !place.path.is_empty())
            .map(|place| Contents { url: crate::iri::encoded_but(&place.path, b"/") }),
        classification: class.map(|class| class.as_str().to_owned()),
    })
}

pub(super) fn service(inventory: &Inventory<'_>, part: &Part<'_>) -> Service {
    let link = |reference: &str| format!("urn:cdx:{}/1#{}", inventory.uuid, encoded(reference));
    let mut flows: Vec<ServiceData> = Vec::new();
    for edge in inventory.edges() {
        let into = edge.to == part.reference;
        if !into && edge.from != part.reference {
            continue;
        }
        flows.extend(classes(&edge).into_iter().map(|classification| ServiceData {
            flow: if into { "inbound" } else { "outbound" },
            classification,
            name: edge.carries.to_owned(),
            source: if into { vec![link(edge.from)] } else { Vec::new() },
            destination: if into { Vec::new() } else { vec![link(edge.to)] },
        }));
    }
    let places =
        part.locations.iter().map(|place| ("annex:location".to_owned(), place.to_string()));
    Service {
        bom_ref: part.reference.clone(),
        provider: organisation(part),
        name: part.name.to_owned(),
        version: part.version().map(str::to_owned),
        endpoints: part.endpoint().map(str::to_owned).into_iter().collect(),
        authenticated: part.flag("authentication_configured"),
        // What a supplier runs lies outside; where no supplier is known, nothing is known.
        trust_boundary: part.supplier.map(|_| true),
        data: flows,
        properties: properties(part.properties().into_iter().chain(places).collect()),
    }
}

/// The classes of a flow, one entry each; CycloneDX wants one even where it is not known.
fn classes(edge: &Edge<'_>) -> Vec<String> {
    if edge.classes.is_empty() {
        return vec!["unknown".to_owned()];
    }
    edge.classes.iter().map(|class: &DataClass| class.as_str().to_owned()).collect()
}

fn organisation(part: &Part<'_>) -> Option<Organisation> {
    part.supplier.map(|supplier| Organisation { name: supplier.to_owned() })
}

pub(super) fn properties(all: Vec<inventory::Property>) -> Vec<Property> {
    all.into_iter().map(|(name, value)| Property { name, value }).collect()
}
