//! Vulnerabilities: what they affect, how grave they are, what someone found out about them.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{Ids, element, set};
use crate::inventory::Inventory;
use crate::vulnerability::{Justification, State, Vulnerability};

/// A vulnerability, what it affects, and what someone found out about it.
pub(super) fn elements(
    inventory: &Inventory<'_>,
    ids: &Ids<'_>,
    one: &Vulnerability,
) -> Vec<Value> {
    let id = ids.of(&format!("vulnerability:{}", one.id));
    let identifiers: Vec<Value> = std::iter::once(&one.id)
        .chain(&one.aliases)
        .map(|identifier| {
            let kind = if identifier.starts_with("CVE-") { "cve" } else { "securityOther" };
            let mut entry = json!({
                "type": "ExternalIdentifier",
                "externalIdentifierType": kind,
                "identifier": identifier,
            });
            let url = one.url.as_deref().filter(|url| crate::iri::is_url(url));
            set(&mut entry, "identifierLocator", url.map(|url| vec![url.to_owned()]));
            entry
        })
        .collect();
    let mut fields = json!({ "name": one.id, "externalIdentifier": identifiers });
    set(&mut fields, "description", one.description.clone());
    let mut all = vec![element("security_Vulnerability", &id, fields)];
    let affected: BTreeSet<String> =
        inventory.affected(one).map(|part| ids.of(&part.reference)).collect();
    for part in &affected {
        let relation = json!({
            "from": part,
            "relationshipType": "hasAssociatedVulnerability",
            "to": [id],
        });
        let name = format!("associated:{}:{part}", one.id);
        all.push(element("Relationship", &ids.of(&name), relation));
    }
    all.extend(rating(ids, one, &id, &affected));
    let Some(analysis) = one.analysis.as_ref().filter(|_| !affected.is_empty()) else { return all };
    let (kind, relation) = match analysis.state {
        State::Resolved => ("security_VexFixedVulnAssessmentRelationship", "fixedIn"),
        State::Exploitable => ("security_VexAffectedVulnAssessmentRelationship", "affects"),
        State::InTriage => {
            ("security_VexUnderInvestigationVulnAssessmentRelationship", "underInvestigationFor")
        }
        State::FalsePositive | State::NotAffected => {
            ("security_VexNotAffectedVulnAssessmentRelationship", "doesNotAffect")
        }
    };
    let mut fields = json!({ "from": id, "relationshipType": relation, "to": affected });
    if relation == "doesNotAffect" {
        let justification = analysis.justification.map(|justification| match justification {
            Justification::ComponentNotPresent => "componentNotPresent",
            Justification::VulnerableCodeNotPresent => "vulnerableCodeNotPresent",
            Justification::VulnerableCodeNotInExecutePath => "vulnerableCodeNotInExecutePath",
            Justification::VulnerableCodeCannotBeControlledByAdversary => {
                "vulnerableCodeCannotBeControlledByAdversary"
            }
            Justification::InlineMitigationsAlreadyExist => "inlineMitigationsAlreadyExist",
        });
        set(&mut fields, "security_justificationType", justification);
        // One of the two must say why; where nobody did, that is said.
        let words =
            if analysis.detail.is_empty() { "no reason was given" } else { &analysis.detail };
        fields["security_impactStatement"] = words.into();
    } else {
        let words = Some(analysis.detail.as_str()).filter(|words| !words.is_empty());
        set(&mut fields, "security_statusNotes", words);
    }
    if relation == "affects" {
        let fixed: Vec<&str> = one.fixed_versions.iter().map(String::as_str).collect();
        let action = match fixed.as_slice() {
            [] => "no fixed version is known".to_owned(),
            _ => format!("update to {}", fixed.join(" or ")),
        };
        fields["security_actionStatement"] = action.into();
    }
    all.push(element(kind, &ids.of(&format!("assessed:{}", one.id)), fields));
    all
}

/// The score, where the profile has a class for its method and all that the class asks for is known.
fn rating(
    ids: &Ids<'_>,
    one: &Vulnerability,
    id: &str,
    affected: &BTreeSet<String>,
) -> Option<Value> {
    let vector = one.vector.as_deref()?;
    let kind = match vector.split_once('/')?.0 {
        "CVSS:3.0" | "CVSS:3.1" => "security_CvssV3VulnAssessmentRelationship",
        "CVSS:4.0" => "security_CvssV4VulnAssessmentRelationship",
        _ => return None,
    };
    let tenths = one.score_tenths.filter(|_| !affected.is_empty())?;
    let fields = json!({
        "from": id,
        "relationshipType": "hasAssessmentFor",
        "to": affected,
        "security_score": f64::from(tenths) / 10.0,
        "security_severity": one.severity.map_or("none", |severity| severity.as_str()),
        "security_vectorString": vector,
    });
    Some(element(kind, &ids.of(&format!("rated:{}", one.id)), fields))
}
