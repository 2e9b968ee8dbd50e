//! The embedded catalogue keeps its promises, and a faulty one is refused by file and line.

use std::collections::{BTreeMap, BTreeSet};

use annex_catalog::{Catalogue, CatalogueError, Layer};
use annex_isms::{Basis, ControlId};

fn embedded() -> Catalogue {
    Catalogue::embedded().unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn holds_annex_a_with_the_eleven_new_controls() {
    let catalogue = embedded();
    let annex_a = |id: &&ControlId| matches!(id, ControlId::AnnexA(..));
    assert_eq!(catalogue.controls.keys().filter(annex_a).count(), 93);
    let new: Vec<String> = catalogue
        .controls
        .values()
        .filter(|control| control.new_in_2022)
        .map(|control| control.id.to_string())
        .collect();
    assert_eq!(
        new,
        [
            "A.5.7", "A.5.23", "A.5.30", "A.7.4", "A.8.9", "A.8.10", "A.8.11", "A.8.12", "A.8.16",
            "A.8.23", "A.8.28"
        ]
    );
}

#[test]
fn the_eight_controls_have_at_least_five_requirements_each() {
    let catalogue = embedded();
    for id in ["A.5.7", "A.5.10", "A.5.23", "A.5.29", "A.8.8", "A.8.16", "A.8.24", "A.8.25"] {
        let id: ControlId = id.parse().expect(id);
        assert!(catalogue.of_control(&id).count() >= 5, "{id}");
    }
}

#[test]
fn the_requirements_named_in_the_design_are_there() {
    let catalogue = embedded();
    for id in [
        "A.5.7/intel-triaged",
        "A.5.10/policy-is-enforced",
        "A.5.10/retention-real",
        "A.5.23/agreement-covers-traffic",
        "A.5.29/fallback-keeps-security",
        "A.8.8/tested-as-running",
        "A.8.16/extraction-detected",
        "A.8.24/embeddings-encrypted",
        "A.8.25/prompt-reviewed",
        "A.8.25/rag-boundary",
    ] {
        assert!(catalogue.requirements.contains_key(&id.parse().expect(id)), "{id}");
    }
}

#[test]
fn threats_begin_with_the_principal_four_and_are_at_least_twenty() {
    let catalogue = embedded();
    let ids: Vec<&str> = catalogue.threats.iter().map(|threat| threat.id.as_str()).collect();
    assert_eq!(
        ids[..4],
        ["prompt-injection", "rag-exfiltration", "agent-hijacking", "training-data-poisoning"]
    );
    assert!(ids.len() >= 20, "{}", ids.len());
}

#[test]
fn references_use_every_framework_and_edition() {
    let catalogue = embedded();
    let used: BTreeSet<(String, String)> = catalogue
        .requirements
        .values()
        .flat_map(|requirement| requirement.refs.keys())
        .map(|reference| (reference.framework().to_owned(), reference.edition().to_owned()))
        .collect();
    assert_eq!(used, catalogue.frameworks.keys().cloned().collect());
}

/// Requirement × collector: who can meet it today. A requirement in the last list is honest
/// about what it waits for; it stays unknown until that collector exists.
#[test]
fn coverage_of_requirements_by_collectors() {
    let catalogue = embedded();
    let mut lines = Vec::new();
    let mut nobody = Vec::new();
    for requirement in catalogue.requirements.values() {
        let able = |available: bool| -> BTreeMap<String, usize> {
            let mut able = BTreeMap::new();
            for (name, need) in &requirement.needs {
                let spec = &catalogue.attributes[&(requirement.subject, name.clone())];
                for collector in &spec.collectors {
                    let collector = &catalogue.collectors[collector];
                    if collector.available == available && collector.basis >= need.basis {
                        *able.entry(collector.name.clone()).or_default() += 1;
                    }
                }
            }
            able
        };
        let list = |able: &BTreeMap<String, usize>| {
            able.iter()
                .map(|(name, count)| format!("{name} {count}"))
                .collect::<Vec<_>>()
                .join(", ")
        };
        lines.push(format!(
            "{} · {} of {} attributes: {}",
            requirement.id,
            requirement.subject,
            requirement.needs.len(),
            list(&able(true))
        ));
        let unmet: Vec<&str> = requirement
            .needs
            .iter()
            .filter(|(name, need)| !catalogue.observable(requirement.subject, name, need.basis))
            .map(|(name, _)| name.as_str())
            .collect();
        if !unmet.is_empty() {
            nobody.push(format!(
                "{} waits for {} ({})",
                requirement.id,
                list(&able(false)),
                unmet.join(", ")
            ));
        }
    }
    lines.push("--- nothing can answer yet".to_owned());
    lines.extend(nobody);
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn a_statement_alone_never_meets_a_requirement() {
    for requirement in embedded().requirements.values() {
        let shown = requirement.needs.values().any(|need| need.basis > Basis::Statement);
        assert!(shown, "{}", requirement.id);
    }
}

fn faults(text: &str) -> Vec<String> {
    let layer = Layer::files([("own.toml".to_owned(), text.to_owned())]);
    match Catalogue::load(&[Layer::embedded(), layer]) {
        Ok(_) => Vec::new(),
        Err(CatalogueError::Faults(faults)) => faults.iter().map(ToString::to_string).collect(),
        Err(other) => panic!("{other}"),
    }
}

#[test]
fn an_own_control_and_requirement_are_added() {
    let text = r#"
[[control]]
id = "X.model-cards"
title = "Model cards"
theme = "organizational"
ai = "A model without a card cannot be judged."
concerns = ["model"]

[[attribute]]
subject = "system"
name = "model_card_published"
type = "bool"
words = "A model card is published"
collectors = ["answer"]
ask = "Is a model card published?"
example = "true"

[[requirement]]
id = "X.model-cards/published"
title = "A model card is published"
question = 1
subject = "system"
words = "A model card is published and not older than a year."
answer = "model_card_published"
basis = "document"
fresh_days = 365
severity = "low"
remedy = "Write one."
role = "engineering"
"#;
    assert_eq!(faults(text), Vec::<String>::new());
}

#[test]
fn faults_name_file_and_line() {
    let row = |policy: &str| {
        format!(
            "\n[[requirement]]\nid = \"A.5.9/own\"\ntitle = \"t\"\nquestion = 2\nsubject = \"asset\"\nwords = \"w\"\n\
             policy = '''\n{policy}\n'''\nbasis = \"document\"\nfresh_days = 30\nseverity = \"low\"\nremedy = \"r\"\nrole = \"security\"\n"
        )
    };
    let good =
        "@reason(\"x\")\nforbid(principal, action, resource) unless { resource.registered };";
    assert_eq!(faults(&row(good)), Vec::<String>::new());

    let wrong = faults(&row(
        "@reason(\"x\")\nforbid(principal, action, resource) unless { resource.registerd };",
    ));
    assert_eq!(wrong.len(), 1, "{wrong:?}");
    assert!(
        wrong[0].starts_with("own.toml:10: A.5.9/own:") && wrong[0].contains("registerd"),
        "{wrong:?}"
    );

    let twice = faults(&format!("{}{}", row(good), row(good)));
    assert!(twice[0].starts_with("own.toml:18: this id stands already at own.toml:2"), "{twice:?}");

    let unknown =
        faults(&format!("{}[requirement.refs]\n\"owasp-llm:2026/LLM11\" = \"why\"\n", row(good)));
    assert!(unknown[0].contains("LLM11"), "{unknown:?}");

    assert!(
        faults("[[control]]\nid = \"A.9.9\"\n")[0].starts_with("own.toml:2: "),
        "{:?}",
        faults("[[control]]\nid = \"A.9.9\"\n")
    );
    assert!(faults("[[contrl]]\n")[0].starts_with("own.toml:1: unknown field `contrl`"));
    assert!(faults("a = = 1")[0].starts_with("own.toml:1: "));
}

#[test]
fn a_folder_that_is_no_catalogue_is_refused() {
    let folder = tempfile::tempdir().expect("folder");
    let empty = Layer::folder(folder.path()).expect_err("empty");
    assert!(empty.to_string().contains("there is no *.toml file"), "{empty}");
    std::fs::write(folder.path().join("bad.toml"), [0xff, 0xfe]).expect("write");
    let binary = Layer::folder(folder.path()).expect_err("binary");
    assert!(binary.to_string().contains("bad.toml"), "{binary}");
    let missing = Layer::folder(&folder.path().join("none")).expect_err("missing");
    assert!(missing.to_string().contains("none"), "{missing}");
}
