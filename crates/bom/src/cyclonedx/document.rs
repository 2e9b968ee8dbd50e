//! The structures of CycloneDX, as far as they are written; what is empty is left out.

use serde::Serialize;
use serde_json::Number;

use crate::vulnerability::State;

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Bom {
    #[serde(rename = "$schema")]
    pub(crate) schema: String,
    #[serde(rename = "bomFormat")]
    pub(crate) format: &'static str,
    pub(crate) spec_version: String,
    pub(crate) serial_number: String,
    pub(crate) version: u32,
    pub(crate) metadata: Metadata,
    pub(crate) components: Vec<Component>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) services: Vec<Service>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) dependencies: Vec<Dependency>,
    pub(crate) compositions: Vec<Composition>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) vulnerabilities: Vec<VulnerabilityEntry>,
}

#[derive(Debug, Serialize)]
pub(crate) struct Metadata {
    pub(crate) timestamp: String,
    pub(crate) lifecycles: Vec<Phase>,
    pub(crate) tools: Tools,
    pub(crate) component: Component,
    pub(crate) properties: Vec<Property>,
}

#[derive(Debug, Serialize)]
pub(crate) struct Phase {
    pub(crate) phase: &'static str,
}

#[derive(Debug, Serialize)]
pub(crate) struct Tools {
    pub(crate) components: Vec<Component>,
}

#[derive(Debug, Serialize)]
pub(crate) struct Property {
    pub(crate) name: String,
    pub(crate) value: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Component {
    #[serde(rename = "type")]
    pub(crate) kind: &'static str,
    #[serde(rename = "bom-ref", skip_serializing_if = "Option::is_none")]
    pub(crate) bom_ref: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) supplier: Option<Organisation>,
    pub(crate) name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) version: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) hashes: Vec<Hash>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) purl: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) pedigree: Option<Pedigree>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) external_references: Vec<ExternalReference>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) evidence: Option<Evidence>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) model_card: Option<ModelCard>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) data: Vec<Data>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) properties: Vec<Property>,
}

impl Component {
    /// One of which nothing but type, reference and name is known.
    pub(crate) fn new(kind: &'static str, reference: String, name: &str) -> Self {
        Self {
            kind,
            bom_ref: Some(reference),
            supplier: None,
            name: name.to_owned(),
            version: None,
            hashes: Vec::new(),
            purl: None,
            pedigree: None,
            external_references: Vec::new(),
            evidence: None,
            model_card: None,
            data: Vec::new(),
            properties: Vec::new(),
        }
    }
}

#[derive(Debug, Serialize)]
pub(crate) struct Organisation {
    pub(crate) name: String,
}

#[derive(Debug, Serialize)]
pub(crate) struct Hash {
    pub(crate) alg: &'static str,
    pub(crate) content: String,
}

#[derive(Debug, Serialize)]
pub(crate) struct Pedigree {
    pub(crate) ancestors: Vec<Component>,
}

#[derive(Debug, Serialize)]
pub(crate) struct ExternalReference {
    #[serde(rename = "type")]
    pub(crate) kind: &'static str,
    pub(crate) url: String,
}

#[derive(Debug, Serialize)]
pub(crate) struct Evidence {
    pub(crate) occurrences: Vec<Occurrence>,
}

#[derive(Debug, Serialize)]
pub(crate) struct Occurrence {
    pub(crate) location: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) line: Option<u32>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ModelCard {
    pub(crate) model_parameters: ModelParameters,
}

#[derive(Debug, Serialize)]
pub(crate) struct ModelParameters {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) task: Option<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) datasets: Vec<Pointer>,
}

#[derive(Debug, Serialize)]
pub(crate) struct Pointer {
    pub(crate) r#ref: String,
}

#[derive(Debug, Serialize)]
pub(crate) struct Data {
    #[serde(rename = "type")]
    pub(crate) kind: &'static str,
    pub(crate) name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) contents: Option<Contents>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) classification: Option<String>,
}

#[derive(Debug, Serialize)]
pub(crate) struct Contents {
    pub(crate) url: String,
}

#[derive(Debug, Serialize)]
pub(crate) struct Service {
    #[serde(rename = "bom-ref")]
    pub(crate) bom_ref: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) provider: Option<Organisation>,
    pub(crate) name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) version: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) endpoints: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) authenticated: Option<bool>,
    #[serde(rename = "x-trust-boundary", skip_serializing_if = "Option::is_none")]
    pub(crate) trust_boundary: Option<bool>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) data: Vec<ServiceData>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) properties: Vec<Property>,
}

#[derive(Debug, Serialize)]
pub(crate) struct ServiceData {
    pub(crate) flow: &'static str,
    pub(crate) classification: String,
    pub(crate) name: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) source: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) destination: Vec<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Dependency {
    pub(crate) r#ref: String,
    pub(crate) depends_on: Vec<String>,
}

#[derive(Debug, Serialize)]
pub(crate) struct Composition {
    pub(crate) aggregate: &'static str,
    pub(crate) assemblies: Vec<String>,
    pub(crate) dependencies: Vec<String>,
}

#[derive(Debug, Serialize)]
pub(crate) struct VulnerabilityEntry {
    pub(crate) id: String,
    pub(crate) source: Named,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) references: Vec<Reference>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) ratings: Vec<Rating>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) description: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) analysis: Option<Analysed>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) affects: Vec<Affects>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) properties: Vec<Property>,
}

#[derive(Debug, Serialize)]
pub(crate) struct Named {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<String>,
}

#[derive(Debug, Serialize)]
pub(crate) struct Reference {
    pub(crate) id: String,
    pub(crate) source: Named,
}

#[derive(Debug, Serialize)]
pub(crate) struct Rating {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) score: Option<Number>,
    pub(crate) severity: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) method: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) vector: Option<String>,
}

#[derive(Debug, Serialize)]
pub(crate) struct Analysed {
    pub(crate) state: State,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) justification: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) detail: Option<String>,
}

#[derive(Debug, Serialize)]
pub(crate) struct Affects {
    pub(crate) r#ref: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) versions: Vec<AffectedVersion>,
}

#[derive(Debug, Serialize)]
pub(crate) struct AffectedVersion {
    pub(crate) version: String,
    pub(crate) status: Status,
}

#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Status {
    Affected,
    Unaffected,
    Unknown,
}
