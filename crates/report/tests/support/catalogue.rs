//! A catalogue of a few controls, requirements and threats.

use std::sync::OnceLock;

use annex_catalog::{Catalogue, Layer};
use annex_isms::{ControlId, Severity, SubjectKind};

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

const THREATS: &[(&str, &str)] = &[
    ("prompt-injection", "Prompt injection"),
    ("rag-exfiltration", "Exfiltration through retrieval"),
    ("agent-hijacking", "Agent hijacking"),
    ("training-poisoning", "Poisoning of training data"),
    ("denial-of-wallet", "Unbounded consumption"),
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
    (
        "A.5.12/classes-cover-prompts",
        SubjectKind::Organisation,
        Severity::Low,
        "The classes speak of prompts and embeddings",
        "The scheme does not say how prompts are classified.",
        "Add prompts, answers and embeddings to the scheme.",
        "security",
    ),
    (
        "A.5.19/supplier-assessed",
        SubjectKind::Supplier,
        Severity::Medium,
        "AI suppliers were assessed",
        "The supplier was never assessed.",
        "Assess the supplier before the next release.",
        "procurement",
    ),
];

pub fn catalogue() -> Catalogue {
    static LOADED: OnceLock<Catalogue> = OnceLock::new();
    let load = || Catalogue::load(&[Layer::files([("test.toml".to_owned(), text())])]);
    LOADED.get_or_init(|| load().unwrap_or_else(|error| panic!("{error}"))).clone()
}

/// The catalogue as TOML. A string of Rust is a string of TOML for what is written here.
fn text() -> String {
    let mut parts: Vec<String> = Vec::new();
    let says = "Models are rented, change without notice and read what strangers write, so the control must look at what was seen happening.";
    for (clause, count) in ControlId::ANNEX_A {
        for number in 1..=count {
            let id = ControlId::AnnexA(clause, number).to_string();
            let find = |list: &[(&str, &'static str)]| list.iter().find(|c| c.0 == id).map(|c| c.1);
            let known = find(PRINCIPAL).or(find(OTHERS));
            let title = known.unwrap_or("A control of the base ISMS");
            parts.push(format!(
                "[[control]]\nid = {id:?}\ntitle = {title:?}\ntheme = \"technological\"\n"
            ));
            if known.is_some() {
                parts.push(format!("ai = {says:?}\nconcerns = [\"model_api\", \"model\"]\n"));
            }
        }
    }
    parts.push("[[collector]]\nname = \"gateway\"\nwords = \"Traffic\"\nbasis = \"runtime\"\navailable = true\n".to_owned());
    for kind in ["organisation", "system", "asset", "supplier"] {
        parts.push(format!(
            "[[attribute]]\nsubject = {kind:?}\nname = \"fine\"\ntype = \"bool\"\nwords = \"It is so.\"\ncollectors = [\"gateway\"]\n"
        ));
    }
    parts.push("[[framework]]\nid = \"owasp-llm\"\nedition = \"2026\"\ntitle = \"t\"\nitems = { LLM01 = \"Prompt Injection\" }\n".to_owned());
    for (id, subject, severity, title, reason, remedy, role) in REQUIREMENTS {
        let policy = format!(
            "@reason({reason:?})\nforbid(principal, action, resource)\nunless {{ resource.fine }};"
        );
        let words =
            format!("Met when the following is not so, by evidence that is fresh: {reason}");
        parts.push(format!(
            "[[requirement]]\nid = {id:?}\ntitle = {title:?}\nquestion = 1\nsubject = {:?}\nwords = {words:?}\n\
             policy = {policy:?}\nbasis = \"deployment\"\nfresh_days = 180\nafter_change = true\nseverity = {:?}\n\
             remedy = {remedy:?}\nrole = {role:?}\nrefs = {{ \"owasp-llm:2026/LLM01\" = \"Injected text is what it stops.\" }}\n",
            subject.as_str(),
            severity.as_str(),
        ));
    }
    for (number, (id, title)) in THREATS.iter().enumerate() {
        parts.push(format!(
            "[[threat]]\nid = {id:?}\ntitle = {title:?}\nwords = \"Text that someone else wrote is taken by the model as an order.\"\n\
             principal = {}\nparts = []\ncontrols = [\"A.8.25\", \"A.8.16\"]\nlikelihood = [\"1\", \"2\", \"3\", \"4\", \"5\"]\n\
             confidentiality = \"c\"\nintegrity = \"i\"\navailability = \"a\"\n",
            number < 4
        ));
    }
    for scale in ["likelihood", "consequence"] {
        let level = "{ name = \"n\", words = \"w\" }";
        parts.push(format!("[[scale]]\nid = {scale:?}\nlevels = [{}]\n", [level; 5].join(", ")));
    }
    parts.concat()
}
