//! The posture of a supplier: what is asked of it, what is known, and how many requirements that
//! meets. There is no share: it would hide which one is open.

use std::collections::BTreeMap;
use std::sync::Arc;

use annex_catalog::{AttributeSpec, Requirement};
use annex_isms::assessment::{KnownValue, RequirementResult};
use annex_isms::entity::Supplier;
use annex_isms::{Assessment, Attribute, ControlId, Outcome, Subject, SubjectKind};
use annex_operations::Command;
use axum::Form;
use axum::extract::{Path, State};
use axum::response::Redirect;
use maud::{Markup, html};

use crate::error::Failure;
use crate::parts::Pairs;
use crate::session::Visitor;
use crate::{Site, layout};

/// The control about services from the cloud.
const CLOUD: ControlId = ControlId::AnnexA(5, 23);

/// The results that are about a subject, with their requirements.
pub(super) fn results<'a>(
    site: &'a Site,
    assessment: &'a Assessment,
    subject: &'a Subject,
) -> impl Iterator<Item = (&'a Requirement, &'a RequirementResult)> {
    let requirements = site.operations.catalogue().requirements.values();
    requirements.filter(|requirement| requirement.subject == subject.kind()).filter_map(
        |requirement| {
            let own = crate::controls::results_of(assessment, &requirement.id);
            let index = own.binary_search_by(|result| result.subject.cmp(subject)).ok()?;
            Some((requirement, &own[index]))
        },
    )
}

/// The questions with what is known, and how the requirements came out.
pub(super) fn section(
    site: &Site,
    visitor: &Visitor,
    assessment: &Assessment,
    supplier: &Supplier,
) -> Markup {
    let subject = Subject::Supplier(supplier.id.clone());
    let all: Vec<_> = results(site, assessment, &subject).collect();
    let cloud = all.iter().filter(|(requirement, _)| *requirement.id.control() == CLOUD);
    let cloud: Vec<&RequirementResult> = cloud.map(|(_, result)| *result).collect();
    let known: BTreeMap<&Attribute, &KnownValue> =
        all.iter().flat_map(|(_, result)| &result.values).collect();
    html! {
        h2 id="posture" { "Posture" }
        p { (in_words(&cloud)) }
        @if !all.is_empty() {
            div.scroll tabindex="0" role="region" aria-label="Requirements of the supplier" { table {
                thead { tr { th scope="col" { "Requirement" } th scope="col" { "Result" } th scope="col" { "Why" } } }
                tbody { @for (requirement, result) in &all { tr {
                    th scope="row" { a href=(format!("/controls/{}/{subject}", requirement.id)) { (requirement.title) } p.reason { (requirement.id) } }
                    td { (layout::outcome(result.outcome)) }
                    td { (crate::results::why(result)) }
                } } }
            } }
        }
        @if visitor.may("answer") { (questionnaire(site, visitor, supplier, &all, &known)) }
    }
}

fn questionnaire(
    site: &Site,
    visitor: &Visitor,
    supplier: &Supplier,
    all: &[(&Requirement, &RequirementResult)],
    known: &BTreeMap<&Attribute, &KnownValue>,
) -> Markup {
    html! {
        h2 { "Questionnaire" }
        form.stack method="post" action=(format!("/suppliers/{}/answers", supplier.id)) {
            (layout::form_token(visitor))
            @for spec in questions(site, all) {
                label {
                    (spec.ask.as_deref().unwrap_or_default())
                    input name=(spec.name) placeholder=[spec.example.as_deref()];
                    span.beside {
                        (crate::requests::form_of(spec)) @if !spec.unit.is_empty() { ", " (spec.unit) } ". "
                        @match known.get(&spec.name) {
                            Some(value) => { "On record: " strong { (value.value) } ", " (value.basis) " of " (value.seen_at.date()) "." }
                            None => "Nothing that counts is on record.",
                        }
                    }
                }
            }
            label { "Digest of the evidence that shows it, if there is one" input name="annex_evidence" placeholder="sha256:…"; }
            button { "Record the answers" }
        }
        p.beside { "Only what is filled in is recorded. Without evidence it is a statement, and what it answers stays unknown where more is asked for." }
    }
}

/// What can be asked of a person for these requirements.
fn questions<'a>(
    site: &'a Site,
    all: &[(&Requirement, &RequirementResult)],
) -> Vec<&'a AttributeSpec> {
    let mut names: Vec<&Attribute> =
        all.iter().flat_map(|(requirement, _)| requirement.needs.keys()).collect();
    names.sort();
    names.dedup();
    let specs = &site.operations.catalogue().attributes;
    let found =
        names.into_iter().filter_map(|name| specs.get(&(SubjectKind::Supplier, name.clone())));
    found.filter(|spec| spec.ask.is_some()).collect()
}

/// The score in plain words: how many of the requirements on cloud services are how.
fn in_words(cloud: &[&RequirementResult]) -> Markup {
    if cloud.is_empty() {
        return html! { "Nothing that this supplier provides is asked about under " (CLOUD) "." };
    }
    let count = |outcome: Outcome| cloud.iter().filter(|own| own.outcome == outcome).count();
    let (met, gap, unknown) = (count(Outcome::Met), count(Outcome::Gap), count(Outcome::Unknown));
    html! {
        "Of the " (cloud.len()) " requirements of " a href=(format!("/controls/{CLOUD}")) { (CLOUD) } " on this supplier, "
        strong { (met) " are met" } ", " strong { (gap) " are gaps" } " and " strong { (unknown) " are unknown" }
        @if count(Outcome::NotApplicable) > 0 { "; " (count(Outcome::NotApplicable)) " do not apply" }
        ". "
        @if gap + unknown == 0 { "Nothing is open." } @else { "What is unknown is not counted as met." }
    }
}

/// Records the answers that are filled in.
pub(crate) async fn answer(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Path(id): Path<String>,
    Form(pairs): Form<Pairs>,
) -> Result<Redirect, Failure> {
    let values: BTreeMap<String, String> = pairs
        .others(&["form", "annex_evidence"])
        .filter(|(_, value)| !value.trim().is_empty())
        .map(|(name, value)| (name.to_owned(), value.trim().to_owned()))
        .collect();
    if values.is_empty() {
        return Err(Failure::Refused("No field is filled in.".to_owned()));
    }
    let digest = crate::parts::optional("Digest of the evidence", pairs.one("annex_evidence"))?;
    let command = Command::Answer {
        subject: format!("supplier:{id}"),
        values,
        evidence: digest.map(annex_operations::EvidenceSource::Known),
        resolves: false,
    };
    visitor.execute(&site, pairs.one("form"), command).await?;
    Ok(Redirect::to(&format!("/suppliers/{id}#posture")))
}
