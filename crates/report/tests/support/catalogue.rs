//! A catalogue of a few controls, requirements and threats.

use std::collections::{BTreeMap, BTreeSet};

use annex_catalog::{Catalogue, Control, Known, Need, Requirement, Theme, Threat};
use annex_isms::{AssetKind, Basis, ControlId, Digest, Severity, SubjectKind, ValueType};
use annex_policy::{AttributeTable, Rules};

use super::{of, set};

/// The eight, with their titles.
pub const PRINCIPAL: &[(&str, &str)] = &[
    ("A.5.7", "Threat intelligence"),
    ("A.5.10", "Acceptable use of information and other associated assets"),
    ("A.5.23", "Information security for use of cloud services"),
    ("A.5.29", "Information security during disruption"),
    ("A.8.8", "Management of technical vulnerabilities"),
    ("A.8.16", "Monitoring activities"),
    ("A.8.24", "Use of cryptography"),
    ("A.8.25", "Secure development life cycle"),
];

const OTHERS: &[(&str, &str)] = &[
    ("A.5.9", "Inventory of information and other associated assets"),
    ("A.5.12", "Classification of information"),
    ("A.5.19", "Information security in supplier relationships"),
    ("A.8.12", "Data leakage prevention"),
];

const BASE: &[(&str, &str)] = &[
    ("A.5.1", "Policies for information security"),
    ("A.7.4", "Physical security monitoring"),
    ("A.7.14", "Secure disposal or re-use of equipment"),
];

type Row =
    (&'static str, SubjectKind, Severity, &'static str, &'static str, &'static str, &'static str);

const REQUIREMENTS: &[Row] = &[
    (
        "A.5.7/intel-triaged",
        SubjectKind::Organisation,
        Severity::Medium,
        "Intelligence on AI threats is triaged",
        "An item of AI threat intelligence has waited for more than 14 days.",
        "Name a person who reads the feed each week and record a decision for every relevant item.",
        "security",
    ),
    (
        "A.5.10/policy-is-enforced",
        SubjectKind::System,
        Severity::High,
        "The acceptable use policy is enforced where prompts pass",
        "The enforced rules are not the approved ones: their digests differ.",
        "Deploy the approved rules to the gateway, or have the deployed ones approved.",
        "security",
    ),
    (
        "A.5.10/retention-real",
        SubjectKind::System,
        Severity::High,
        "Records are gone when the policy says so",
        "The oldest conversation on record is older than its retention period.",
        "Run the deletion job, search the stores for what was deleted, and record the search.",
        "data-protection",
    ),
    (
        "A.5.23/agreement-covers-traffic",
        SubjectKind::Supplier,
        Severity::Critical,
        "A valid agreement covers what is really sent",
        "Data goes to a model provider without a signed agreement.",
        "Have the data-processing agreement with its AI terms signed, or stop sending personal data until it is.",
        "legal",
    ),
    (
        "A.5.29/fallback-keeps-security",
        SubjectKind::System,
        Severity::High,
        "The fallback keeps the controls",
        "The fallback route is not inspected.",
        "Send the fallback through the same inspection and prove it in a drill.",
        "operations",
    ),
    (
        "A.8.8/tested-as-running",
        SubjectKind::System,
        Severity::High,
        "What was tested is what runs",
        "The running configuration is not the one that was tested.",
        "Repeat the attack campaign on the running digest and record the comparison.",
        "security",
    ),
    (
        "A.8.16/extraction-detected",
        SubjectKind::System,
        Severity::High,
        "Attempts to extract a model are detected",
        "A seeded extraction raised no alert.",
        "Enable the detector for bulk questions and repeat the seeded test.",
        "operations",
    ),
    (
        "A.8.24/embeddings-encrypted",
        SubjectKind::Asset,
        Severity::High,
        "Embeddings are encrypted",
        "Vectors lie unencrypted on disk.",
        "Encrypt the collection with an authenticated scheme and keep the key apart from it.",
        "engineering",
    ),
    (
        "A.8.25/prompt-reviewed",
        SubjectKind::System,
        Severity::Medium,
        "Running prompts were reviewed by a second person",
        "The author of the running prompt approved it.",
        "Have another person review the prompt with the checklist.",
        "engineering",
    ),
    (
        "A.8.25/rag-boundary",
        SubjectKind::System,
        Severity::Critical,
        "Retrieval keeps tenants apart",
        "A test read passages of another tenant.",
        "Filter by tenant inside the query and repeat at least 300 attempts.",
        "engineering",
    ),
    (
        "A.5.9/ai-assets-registered",
        SubjectKind::Asset,
        Severity::Medium,
        "AI assets are in the register",
        "An AI asset that runs is in no register.",
        "Decide on each discovered asset and name its owner.",
        "security",
    ),
    (
        "A.8.12/outgoing-inspected",
        SubjectKind::System,
        Severity::High,
        "What leaves for a model is inspected",
        "A route to a model passes no inspection.",
        "Send all traffic through the gateway.",
        "engineering",
    ),
];

pub fn catalogue() -> Catalogue {
    let mut controls = BTreeMap::new();
    for (list, ai) in [(PRINCIPAL, true), (OTHERS, true), (BASE, false)] {
        for (id, title) in list {
            let id: ControlId = of(id);
            let control = Control {
                id: id.clone(),
                title: (*title).to_owned(),
                theme: Theme::Technological,
                new_in_2022: false,
                ai: ai.then(|| "Models are rented, change without notice and read what strangers write, so the control must look at what was seen happening.".to_owned()),
                concerns: if ai { set::<AssetKind>(&["model_api", "model"]) } else { BTreeSet::new() },
            };
            controls.insert(id, control);
        }
    }
    let mut table = AttributeTable::default();
    for kind in SubjectKind::ALL {
        table.declare(*kind, of("fine"), ValueType::Bool);
    }
    let requirement = |&(id, subject, severity, title, reason, remedy, role): &Row| {
        let policy = format!(
            "@reason(\"{reason}\")\nforbid(principal, action, resource)\nunless {{ resource.fine }};"
        );
        let need = Need { basis: Basis::Deployment, fresh_days: 180, after_change: true };
        Requirement {
            id: of(id),
            title: title.to_owned(),
            question: 1,
            subject,
            having: BTreeSet::new(),
            words: format!("Met when the following is not so, by evidence that is fresh: {reason}"),
            rules: Rules::compile(&policy, subject, &table).expect("a policy"),
            policy,
            needs: BTreeMap::from([(of("fine"), need)]),
            severity,
            remedy: remedy.to_owned(),
            role: role.to_owned(),
            refs: BTreeMap::from([(
                of("owasp-llm:2026/LLM01"),
                "Injected text is what it stops.".to_owned(),
            )]),
        }
    };
    let requirements = REQUIREMENTS.iter().map(requirement).map(|r| (r.id.clone(), r)).collect();
    let threat = |(number, (id, title)): (usize, &(&str, &str))| Threat {
        id: of(id),
        title: (*title).to_owned(),
        words: "Text that someone else wrote is taken by the model as an order.".to_owned(),
        principal: number < 4,
        parts: vec![],
        controls: set(&["A.8.25", "A.8.16"]),
        likelihood: Default::default(),
        confidentiality: String::new(),
        integrity: String::new(),
        availability: String::new(),
        refs: BTreeMap::new(),
    };
    Catalogue {
        digest: Digest::of(b"the catalogue of the tests"),
        controls,
        requirements,
        attributes: BTreeMap::new(),
        table,
        collectors: BTreeMap::new(),
        threats: [
            ("prompt-injection", "Prompt injection"),
            ("rag-exfiltration", "Exfiltration through retrieval"),
            ("agent-hijacking", "Agent hijacking"),
            ("training-poisoning", "Poisoning of training data"),
            ("denial-of-wallet", "Unbounded consumption"),
        ]
        .iter()
        .enumerate()
        .map(threat)
        .collect(),
        scales: BTreeMap::new(),
        frameworks: BTreeMap::new(),
        stage2: vec![],
        known: Known::default(),
    }
}
