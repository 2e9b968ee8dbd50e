//! CycloneDX 1.6 and 1.7 as JSON.
//!
//! | asset | becomes |
//! | --- | --- |
//! | framework | component `library` with its package URL |
//! | model, embedding model | component `machine-learning-model`, with a model card of what is known |
//! | dataset, corpus, prompt | component `data` |
//! | application, agent, tool, MCP server that is started here | component `application` |
//! | vector store, log store | component `platform`, or a service when its endpoint is known |
//! | interface of a model, gateway, MCP server with an address | service |
//!
//! What is written is the same in both versions but for the number. Fields stand in the order of
//! the structures in `document`, so that the bytes do not depend on how a JSON library sorts.

mod document;
mod parts;

use std::collections::BTreeMap;

use annex_isms::Severity;
use serde_json::Number;

use crate::inventory::{Inventory, Part, Root};
use crate::vulnerability::{Analysis, Justification, State, Vulnerability};

use document::{
    AffectedVersion, Affects, Analysed, Bom, Component, Composition, Dependency, Metadata, Named,
    Phase, Rating, Reference, Status, Tools, VulnerabilityEntry,
};
use parts::{component, properties, service};

pub(crate) fn write(
    inventory: &Inventory<'_>,
    version: &str,
) -> Result<Vec<u8>, serde_json::Error> {
    serde_json::to_vec_pretty(&bom(inventory, version))
}

fn bom(inventory: &Inventory<'_>, version: &str) -> Bom {
    let root = inventory.root_reference();
    let (services, components): (Vec<_>, Vec<_>) =
        inventory.others().partition(|part| part.is_service());
    Bom {
        schema: format!("http://cyclonedx.org/schema/bom-{version}.schema.json"),
        format: "CycloneDX",
        spec_version: version.to_owned(),
        serial_number: format!("urn:uuid:{}", inventory.uuid),
        version: 1,
        metadata: metadata(inventory),
        components: components.into_iter().map(|part| component(inventory, part)).collect(),
        services: services.into_iter().map(|part| service(inventory, part)).collect(),
        dependencies: inventory
            .dependencies()
            .into_iter()
            .map(|(from, to)| Dependency { r#ref: from, depends_on: to.into_iter().collect() })
            .collect(),
        compositions: vec![Composition {
            aggregate: if inventory.incomplete() { "incomplete" } else { "unknown" },
            assemblies: vec![root.clone()],
            dependencies: vec![root],
        }],
        vulnerabilities: inventory
            .matched
            .vulnerabilities
            .iter()
            .map(|one| vulnerability(inventory, one))
            .collect(),
    }
}

fn metadata(inventory: &Inventory<'_>) -> Metadata {
    let batch = inventory.batch;
    let component = match inventory.root {
        Root::Application(key) => inventory.parts.get(key).map(|part| component(inventory, part)),
        Root::Scope => None,
    };
    let scope = || Component {
        version: batch.scope.commit.clone(),
        ..Component::new("application", inventory.root_reference(), &batch.scope.name)
    };
    let tool = Component {
        version: Some(env!("CARGO_PKG_VERSION").to_owned()),
        ..Component::new("application", "tool:annex".to_owned(), "annex")
    };
    Metadata {
        timestamp: batch.period.to.to_string(),
        lifecycles: vec![Phase { phase: "pre-build" }],
        tools: Tools { components: vec![tool] },
        component: component.unwrap_or_else(scope),
        properties: properties(inventory.properties()),
    }
}

fn vulnerability(inventory: &Inventory<'_>, one: &Vulnerability) -> VulnerabilityEntry {
    let source = |url: Option<&String>| Named { name: Some(one.source.clone()), url: url.cloned() };
    let mut affects = BTreeMap::new();
    for part in inventory.affected(one) {
        affects.insert(part.reference.clone(), versions(part, one));
    }
    let rated = one.score_tenths.is_some() || one.severity.is_some() || one.vector.is_some();
    let unlisted = one.affects.iter().filter(|_| affects.is_empty());
    VulnerabilityEntry {
        id: one.id.clone(),
        source: source(one.url.as_ref()),
        references: one
            .aliases
            .iter()
            .map(|id| Reference { id: id.clone(), source: source(None) })
            .collect(),
        ratings: if rated { vec![rating(one)] } else { Vec::new() },
        description: one.description.clone(),
        analysis: one.analysis.as_ref().map(analysed),
        properties: properties(
            unlisted.map(|purl| ("annex:affects_unlisted".to_owned(), purl.clone())).collect(),
        ),
        affects: affects
            .into_iter()
            .map(|(reference, versions)| Affects { r#ref: reference, versions })
            .collect(),
    }
}

fn versions(part: &Part<'_>, one: &Vulnerability) -> Vec<AffectedVersion> {
    let own = part.version().map(|version| AffectedVersion {
        version: version.to_owned(),
        status: match one.analysis.as_ref().map(|analysis| analysis.state) {
            Some(State::Resolved | State::FalsePositive | State::NotAffected) => Status::Unaffected,
            Some(State::InTriage) => Status::Unknown,
            Some(State::Exploitable) | None => Status::Affected,
        },
    });
    let fixed =
        one.fixed_versions.iter().filter(|version| part.version() != Some(version.as_str()));
    let fixed = fixed
        .map(|version| AffectedVersion { version: version.clone(), status: Status::Unaffected });
    own.into_iter().chain(fixed).collect()
}

fn rating(one: &Vulnerability) -> Rating {
    let method = one.vector.as_deref().map(|vector| {
        [
            ("CVSS:4.", "CVSSv4"),
            ("CVSS:3.1/", "CVSSv31"),
            ("CVSS:3.0/", "CVSSv3"),
            ("AV:", "CVSSv2"),
        ]
        .into_iter()
        .find_map(|(prefix, method)| vector.starts_with(prefix).then_some(method))
        .unwrap_or("other")
    });
    Rating {
        score: one.score_tenths.and_then(|tenths| Number::from_f64(f64::from(tenths) / 10.0)),
        severity: match one.severity {
            Some(Severity::Critical) => "critical",
            Some(Severity::High) => "high",
            Some(Severity::Medium) => "medium",
            Some(Severity::Low) => "low",
            None => "unknown",
        },
        method,
        vector: one.vector.clone(),
    }
}

fn analysed(analysis: &Analysis) -> Analysed {
    Analysed {
        state: analysis.state,
        justification: analysis.justification.map(|justification| match justification {
            Justification::ComponentNotPresent | Justification::VulnerableCodeNotPresent => {
                "code_not_present"
            }
            Justification::VulnerableCodeNotInExecutePath => "code_not_reachable",
            Justification::VulnerableCodeCannotBeControlledByAdversary => "requires_environment",
            Justification::InlineMitigationsAlreadyExist => "protected_by_mitigating_control",
        }),
        detail: Some(analysis.detail.clone()).filter(|detail| !detail.is_empty()),
    }
}
