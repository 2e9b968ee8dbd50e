//! Results: what a requirement came to for each subject, why, and what to do.

use std::collections::BTreeMap;
use std::sync::Arc;

use annex_catalog::Requirement;
use annex_isms::assessment::{Missing, RequirementResult};
use annex_isms::entity::{Evidence, Gap, Request};
use annex_isms::{
    Assessment, Digest, GapId, Outcome, RequestId, RequirementId, Subject, SubjectKind,
};
use annex_operations::Command;
use axum::Form;
use axum::extract::{Path, Query as Asked, State};
use axum::response::{Html, Redirect};
use maud::{Markup, html};
use serde::Deserialize;

use crate::controls::{name_of, result_of, results_of, subject_name};
use crate::error::Failure;
use crate::parts::{Part, Search};
use crate::session::Visitor;
use crate::{Site, layout};

/// Where a requirement's page is.
pub(crate) fn address(requirement: &RequirementId) -> String {
    format!("/controls/{requirement}")
}

/// Results in rows: the outcome, whom it is about, and why in short.
pub(crate) fn table(assessment: &Assessment, results: &[&RequirementResult]) -> Markup {
    html! { table {
        thead { tr { th scope="col" { "Result" } th scope="col" { "About" } th scope="col" { "Why" } } }
        tbody { @for result in results { tr {
            td { (layout::outcome(result.outcome)) @if result.stated { p.reason { "stated, not shown" } } }
            td {
                a href=(format!("{}/{}", address(&result.requirement), result.subject)) { (subject_name(assessment, &result.subject)) }
            }
            td { (why(result)) }
        } } }
    } }
}

/// Why in a few lines.
pub(crate) fn why(result: &RequirementResult) -> Markup {
    html! {
        @for reason in &result.reasons { p.plain { (reason) } }
        @if let Some(error) = &result.error { p.plain { (error) } }
        @if result.outcome == Outcome::Unknown {
            @for (attribute, missing) in &result.missing {
                p.reason { (words_of(attribute.as_str())) ": " (missing_words(missing)) }
            }
        }
        @if result.outcome == Outcome::Met {
            p.reason { "Nothing that would make a gap is so, by " (result.values.len()) " fresh values." }
        }
    }
}

/// An attribute's name as words.
fn words_of(name: &str) -> String {
    name.replace('_', " ")
}

/// What keeps an attribute from counting.
fn missing_words(missing: &Missing) -> String {
    match missing {
        Missing::NeverObserved => "nobody has observed it".to_owned(),
        Missing::Stale { seen_at, fresh_days } => {
            format!("last seen {}, and that counts for {fresh_days} days", seen_at.date())
        }
        Missing::WeakBasis { have, need } => {
            format!("known by {have} only; {need} or better is needed")
        }
        Missing::BeforeChange { seen_at, changed_at } => {
            format!("seen {}, before the change of {}", seen_at.date(), changed_at.date())
        }
    }
}

/// Which results to list.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Filter {
    outcome: String,
    text: String,
    page: Option<usize>,
}

fn found<'a>(site: &'a Site, control: &str, name: &str) -> Result<&'a Requirement, Failure> {
    let id: RequirementId = format!("{control}/{name}").parse().map_err(|_| Failure::NotFound)?;
    site.operations.catalogue().requirements.get(&id).ok_or(Failure::NotFound)
}

/// All results of a requirement, page by page.
pub(crate) async fn list(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Path((control, name)): Path<(String, String)>,
    Asked(filter): Asked<Filter>,
) -> Result<Html<String>, Failure> {
    let requirement = found(&site, &control, &name)?;
    let assessment = site.assessment().await?;
    let results = results_of(&assessment, &requirement.id);
    let search = Search::new(&filter.text);
    let fits = |result: &&RequirementResult| {
        (filter.outcome.is_empty() || result.outcome.as_str() == filter.outcome)
            && (filter.text.is_empty()
                || search.fits(&result.subject.to_string())
                || search.fits(&subject_name(&assessment, &result.subject)))
    };
    let chosen: Vec<&RequirementResult> = results.iter().filter(fits).collect();
    let part = Part::new(filter.page.unwrap_or(1), chosen.len());
    let here = address(&requirement.id);
    let body = html! {
        (crumbs(&requirement.id))
        h1 { (requirement.title) }
        p { (requirement.words) }
        p { (layout::counts(&assessment.summary.of_requirement(&requirement.id))) }
        h2 { "It is a gap when one of these is so" }
        ul { @for clause in requirement.rules.clauses() { li { (clause.reason()) } } }
        h2 { "What to do" }
        p { (requirement.remedy) }
        h2 { "Results" }
        form.filter method="get" action=(here) role="search" {
            label { "Result" select name="outcome" {
                option value="" { "any" }
                @for outcome in Outcome::ALL {
                    option value=(outcome) selected[outcome.as_str() == filter.outcome] { (outcome.as_str().replace('_', " ")) }
                }
            } }
            label { "About" input name="text" value=(filter.text); }
            button { "Show" }
        }
        p.beside { (chosen.len()) " of " (results.len()) }
        @if chosen.is_empty() { p { "No result fits." } } @else {
            div.scroll tabindex="0" role="region" aria-label="Results" { (table(&assessment, &chosen[part.range()])) }
            (part.links(&crate::parts::query(&here, &[("outcome", &filter.outcome), ("text", &filter.text)])))
        }
    };
    Ok(Html(layout::page(&visitor, "/controls", &requirement.title, &body)))
}

fn crumbs(id: &RequirementId) -> Markup {
    html! { p.beside {
        a href="/controls" { "Controls" } " / "
        a href=(format!("/controls/{}", id.control())) { (id.control()) } " / "
        a href=(address(id)) { (name_of(id)) }
    } }
}

/// One result.
pub(crate) async fn page(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Path((control, name, subject)): Path<(String, String, String)>,
) -> Result<Html<String>, Failure> {
    let requirement = found(&site, &control, &name)?;
    let assessment = site.assessment().await?;
    let subject: Subject = subject.parse().map_err(|_| Failure::NotFound)?;
    let result = result_of(&assessment, &requirement.id, &subject).ok_or(Failure::NotFound)?;
    let evidence = evidence_of(&site, result).await?;
    let about = subject_name(&assessment, &result.subject);
    let body = html! {
        (crumbs(&requirement.id))
        h1 { (requirement.title) }
        dl.facts {
            (layout::fact("About", &html! { (about) p.reason { (result.subject) } }))
            (layout::fact("Result", &html! { (layout::outcome(result.outcome)) @if result.stated { p.reason { "stated, not shown" } } }))
            (layout::fact("Severity of a gap", &layout::severity(result.severity)))
        }
        (reasons(requirement, result))
        (values(&site, result, &evidence))
        (absent(&site, result))
        h2 { "What to do" }
        p { (requirement.remedy) }
        (work(&site, result).await?)
        @if visitor.may("not-applicable") { (not_applicable(&visitor, result)) }
    };
    Ok(Html(layout::page(&visitor, "/controls", &requirement.title, &body)))
}

/// The evidence that the values of a result name.
async fn evidence_of(
    site: &Site,
    result: &RequirementResult,
) -> Result<BTreeMap<Digest, Evidence>, Failure> {
    let mut found = BTreeMap::new();
    for digest in result.values.values().filter_map(|value| value.evidence) {
        if let Some(evidence) = site.operations.look_up::<Evidence>(&digest.to_string()).await? {
            found.insert(digest, evidence);
        }
    }
    Ok(found)
}

fn reasons(requirement: &Requirement, result: &RequirementResult) -> Markup {
    html! {
        h2 { "Why" }
        @match result.outcome {
            Outcome::Gap => ul { @for reason in &result.reasons { li { (reason) } } },
            Outcome::NotApplicable => @for reason in &result.reasons { p { (reason) } },
            Outcome::Met => {
                p { "None of these is so, by fresh values on a sufficient basis:" }
                ul { @for clause in requirement.rules.clauses() { li { (clause.reason()) } } }
            }
            Outcome::Unknown => p { "What is known neither meets it nor makes a gap. What is missing stands below." },
        }
        @if let Some(error) = &result.error { p.problem { "It could not be judged: " (error) } }
        p.reason { (requirement.words) }
    }
}

fn meaning<'a>(site: &'a Site, kind: SubjectKind, name: &annex_isms::Attribute) -> &'a str {
    let specs = &site.operations.catalogue().attributes;
    specs.get(&(kind, name.clone())).map_or("", |spec| &spec.words)
}

fn values(
    site: &Site,
    result: &RequirementResult,
    evidence: &BTreeMap<Digest, Evidence>,
) -> Markup {
    let kind = result.subject.kind();
    html! {
        h2 { "What is known" }
        @if result.values.is_empty() { p { "Nothing that this requirement asks for." } } @else {
            div.scroll tabindex="0" role="region" aria-label="What is known" { table {
                thead { tr {
                    th scope="col" { "What" } th scope="col" { "Value" } th scope="col" { "Known by" }
                    th scope="col" { "Seen" } th scope="col" { "Evidence" }
                } }
                tbody { @for (name, value) in &result.values { tr {
                    th scope="row" { (words_of(name.as_str())) p.reason { (meaning(site, kind, name)) } }
                    td { (value.value) }
                    td { (value.basis) p.reason { (value.source) }
                        @for place in value.locations.iter().take(PLACES_MAX) { p.reason { code { (place) } } }
                        @if value.locations.len() > PLACES_MAX { p.reason { "and " (value.locations.len() - PLACES_MAX) " more places" } }
                    }
                    td { (value.seen_at.date()) }
                    td { (shown(value.evidence, evidence)) }
                } } }
            } }
        }
    }
}

/// The most places of one value.
const PLACES_MAX: usize = 3;

fn shown(digest: Option<Digest>, evidence: &BTreeMap<Digest, Evidence>) -> Markup {
    html! {
        @match digest {
            None => span.muted { "none" },
            Some(digest) => @match evidence.get(&digest) {
                Some(evidence) => {
                    (evidence.name)
                    p.reason { "collected " (evidence.collected_at.date()) " by " (evidence.collected_by) }
                    @if let Some(expires) = evidence.expires { p.reason { "counts until " (expires) } }
                }
                None => code { (digest) },
            }
        }
    }
}

fn absent(site: &Site, result: &RequirementResult) -> Markup {
    let kind = result.subject.kind();
    html! {
        @if !result.missing.is_empty() {
            h2 { "What is missing" }
            div.scroll tabindex="0" role="region" aria-label="What is missing" { table {
                thead { tr { th scope="col" { "What" } th scope="col" { "Why it does not count" } } }
                tbody { @for (name, missing) in &result.missing { tr {
                    th scope="row" { (words_of(name.as_str())) p.reason { (meaning(site, kind, name)) } }
                    td { (missing_words(missing)) }
                } } }
            } }
        }
    }
}

/// The gap or the request that follows from a result.
async fn work(site: &Site, result: &RequirementResult) -> Result<Markup, Failure> {
    let gap = GapId::derive(&result.requirement, &result.subject);
    let request = RequestId::derive(&result.requirement, &result.subject);
    let recorded = match result.outcome {
        Outcome::Gap => site.operations.look_up::<Gap>(gap.as_str()).await?.is_some(),
        Outcome::Unknown => site.operations.look_up::<Request>(request.as_str()).await?.is_some(),
        _ => return Ok(html! {}),
    };
    Ok(html! {
        p {
            @if result.outcome == Outcome::Gap {
                a href=(format!("/gaps/{gap}")) { "The gap: who does it, by when" }
            } @else {
                a href=(format!("/requests/{request}")) { "The evidence request: who can answer it" }
            }
        }
        @if !recorded { p.beside { "It is on record with the next assessment." } }
    })
}

fn not_applicable(visitor: &Visitor, result: &RequirementResult) -> Markup {
    let to = format!("{}/{}", address(&result.requirement), result.subject);
    html! {
        @if result.outcome == Outcome::NotApplicable {
            h2 { "It applies after all" }
            form method="post" action=(to) {
                (layout::form_token(visitor))
                input type="hidden" name="justification" value="";
                button { "Withdraw the justification" }
            }
        } @else {
            h2 { "It does not apply" }
            form.stack method="post" action=(to) {
                (layout::form_token(visitor))
                label { "Justification" textarea name="justification" rows="3" required {} }
                button { "Record that it does not apply" }
            }
            p.beside { "The justification stands under your name wherever the result is shown." }
        }
    }
}

/// Why it does not apply; empty withdraws it.
#[derive(Deserialize)]
pub(crate) struct Justification {
    form: String,
    justification: String,
}

/// Records that a requirement does not apply to a subject, or applies again.
pub(crate) async fn justify(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Path((control, name, subject)): Path<(String, String, String)>,
    Form(given): Form<Justification>,
) -> Result<Redirect, Failure> {
    let requirement = found(&site, &control, &name)?.id.clone();
    let to = format!("{}/{subject}", address(&requirement));
    let by = visitor.0.person.clone();
    let justification = given.justification;
    let command = Command::NotApplicable { requirement, subject, justification, by };
    visitor.execute(&site, &given.form, command).await?;
    Ok(Redirect::to(&to))
}
