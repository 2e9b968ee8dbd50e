//! Controls: the three questions with their reasons, and what each requirement came to.

use std::sync::Arc;

use annex_catalog::Requirement;
use annex_isms::assessment::{ControlStatus, ControlView, Counts, RequirementResult};
use annex_isms::comment::AboutKind;
use annex_isms::entity::{Implementation, ImplementationStatus, Nonconformity, Person};
use annex_isms::{Assessment, ControlId, RequirementId, Subject};
use annex_operations::Command;
use axum::Form;
use axum::extract::{Path, Query as Asked, State};
use axum::response::{Html, Redirect};
use maud::{Markup, html};
use serde::Deserialize;

use crate::assessed::Judged;
use crate::error::Failure;
use crate::parts::{Pairs, Search, field, optional};
use crate::session::Visitor;
use crate::{Site, comments, layout};

/// Which controls to list.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Filter {
    text: String,
    stands: String,
}

/// What each of the three questions asks.
pub(crate) const QUESTIONS: [&str; 3] = [
    "Does the control address AI risk?",
    "Are the AI parts in the asset register?",
    "Does the risk register hold the AI threats?",
];

/// The list of all controls.
pub(crate) async fn list(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Asked(filter): Asked<Filter>,
) -> Result<Html<String>, Failure> {
    let assessment = site.assessment().await?;
    let search = Search::new(&filter.text);
    let fits = |control: &&ControlView| {
        (filter.stands.is_empty() || control.status.as_str() == filter.stands)
            && search.fits(&format!("{} {}", control.id, control.title))
    };
    let controls: Vec<&ControlView> = assessment.controls.iter().filter(fits).collect();
    let body = html! {
        h1 { "Controls" }
        form.filter method="get" action="/controls" role="search" {
            label { "Contains" input name="text" value=(filter.text); }
            label { "Stands" select name="stands" {
                option value="" { "any" }
                @for status in ControlStatus::ALL {
                    option value=(status) selected[status.as_str() == filter.stands] {
                        (status.as_str().replace('_', " "))
                    }
                }
            } }
            button { "Show" }
        }
        p.beside { (controls.len()) " of " (assessment.controls.len()) }
        @if controls.is_empty() { p { "No control fits." } } @else {
            div.scroll tabindex="0" role="region" aria-label="Controls" { table {
                thead { tr {
                    th scope="col" { "Control" } th scope="col" { "Stands" } th scope="col" { "Results" }
                    th scope="col" { "AI risk" } th scope="col" { "AI parts" } th scope="col" { "AI threats" }
                } }
                tbody { @for control in controls { tr {
                    th scope="row" { (link(&control.id, &control.title)) }
                    td { (layout::status(control.status)) }
                    td { @if control.status != ControlStatus::NotAssessed { (layout::counts(&assessment.summary.of_control(&control.id))) } }
                    @for number in 1..=3_u8 { td {
                        @if let Some(question) = control.questions.iter().find(|q| q.number == number) {
                            (layout::answer(question.answer))
                        }
                    } }
                } } }
            } }
        }
    };
    Ok(Html(layout::page(&visitor, "/controls", "Controls", &body)))
}

/// A control by id and title, leading to its page.
pub(crate) fn link(id: &ControlId, title: &str) -> Markup {
    html! { a href=(format!("/controls/{id}")) { (id) " " (title) } }
}

pub(crate) fn count<'a>(results: impl Iterator<Item = &'a RequirementResult>) -> Counts {
    let mut counts = Counts::default();
    results.for_each(|result| counts.add(result.outcome));
    counts
}

/// The results of a requirement: they lie together, by subject.
pub(crate) fn results_of<'a>(
    assessment: &'a Assessment,
    requirement: &RequirementId,
) -> &'a [RequirementResult] {
    let from = assessment.results.partition_point(|r| r.requirement < *requirement);
    let rest = &assessment.results[from..];
    &rest[..rest.partition_point(|r| r.requirement <= *requirement)]
}

/// The result of a requirement for a subject.
pub(crate) fn result_of<'a>(
    assessment: &'a Assessment,
    requirement: &RequirementId,
    subject: &Subject,
) -> Option<&'a RequirementResult> {
    let results = results_of(assessment, requirement);
    let place = results.binary_search_by(|result| result.subject.cmp(subject));
    results.get(place.ok()?)
}

/// What people call a subject.
pub(crate) fn subject_name(assessment: &Assessment, subject: &Subject) -> String {
    let asset = |id: &annex_isms::AssetId| {
        let found = assessment.assets.binary_search_by(|asset| asset.id.cmp(id));
        found.map_or_else(|_| id.to_string(), |index| assessment.assets[index].name.clone())
    };
    match subject {
        Subject::Organisation => assessment.organisation.clone(),
        Subject::System(id) => {
            let found = assessment.systems.binary_search_by(|system| system.id.cmp(id));
            found.map_or_else(|_| id.to_string(), |index| assessment.systems[index].name.clone())
        }
        Subject::Asset(id) => asset(id),
        Subject::Flow(id) => {
            let found = assessment.flows.binary_search_by(|flow| flow.id.cmp(id));
            found.map_or_else(
                |_| id.to_string(),
                |index| {
                    let flow = &assessment.flows[index];
                    format!("{} → {}", asset(&flow.from), asset(&flow.to))
                },
            )
        }
        other => other.id().to_owned(),
    }
}

/// One control.
pub(crate) async fn page(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Html<String>, Failure> {
    let assessment = site.assessment().await?;
    let view = assessment.controls.iter().find(|control| control.id.to_string() == id);
    let view = view.ok_or(Failure::NotFound)?;
    let catalogue = site.operations.catalogue();
    let control = catalogue.controls.get(&view.id).ok_or(Failure::NotFound)?;
    let raised: Vec<Nonconformity> = site.operations.all_of().await?;
    let raised: Vec<&Nonconformity> = raised.iter().filter(|row| row.control == view.id).collect();
    let people: Vec<Person> = site.operations.all_of().await?;
    let version = site.operations.version("implementation", &id).await?;
    let title = format!("{} {}", view.id, view.title);
    let body = html! {
        p.beside { a href="/controls" { "Controls" } " / " (view.id) }
        h1 { (title) }
        @if let Some(ai) = &control.ai { p { (ai) } } @else {
            p { "AI does not change this control: it belongs to the base ISMS and is not assessed here." }
        }
        dl.facts {
            (layout::fact("Stands", &layout::status(view.status)))
            (layout::fact("Base control", &implementation(view)))
            @if visitor.may("audit") {
                (layout::fact("Over a period", &html! { a href=(format!("/audit/controls/{}", view.id)) { "days met, with a gap and unknown" } }))
            }
        }
        @if visitor.may("declare-implementation") { (declare_form(&visitor, view, version, &people)) }
        @if !view.questions.is_empty() {
            h2 { "Three questions" }
            ol.questions { @for question in &view.questions { li {
                strong { (QUESTIONS.get(usize::from(question.number.saturating_sub(1))).copied().unwrap_or_default()) }
                " " (layout::answer(question.answer))
                p.reason { (question.reason) }
            } } }
        }
        @for requirement in catalogue.of_control(&view.id) {
            (section(&assessment, requirement))
        }
        h2 id="nonconformities" { "Nonconformities" }
        @if raised.is_empty() { p.beside { "None is on record for this control." } } @else {
            ul { @for row in raised { li {
                a href=(format!("/nonconformities/{}", row.id)) { (row.id) } " " (row.finding) " " span.beside { "(" (row.status) ")" }
            } } }
        }
        @if visitor.may("raise-nonconformity") {
            form.stack method="post" action=(format!("/controls/{}/nonconformity", view.id)) {
                (layout::form_token(&visitor))
                label { "What was found against this control" textarea name="finding" rows="3" required {} }
                button { "Raise a nonconformity" }
            }
        }
        @if version.is_some() { (comments::on(&site, &visitor, AboutKind::Implementation, &id).await?) }
    };
    Ok(Html(layout::page(&visitor, "/controls", &title, &body)))
}

fn implementation(view: &ControlView) -> Markup {
    html! {
        @match &view.implementation {
            Some(declared) => {
                strong { (declared.status) }
                @if let Some(since) = declared.since { " since " (since) }
                p.reason { (declared.statement) }
                @if let Some(owner) = &declared.owner { p.reason { "Answers for it: " (owner) } }
            }
            None => span.open { "none is declared" },
        }
    }
}

fn declare_form(
    visitor: &Visitor,
    view: &ControlView,
    version: Option<u64>,
    people: &[Person],
) -> Markup {
    let own = view.implementation.as_ref();
    html! {
        details {
            summary { "Declare how it is implemented" }
            form.stack method="post" action=(format!("/controls/{}/implementation", view.id)) {
                (layout::form_token(visitor))
                (layout::version(visitor, version))
                label { "How it is implemented" textarea name="statement" rows="3" required { (own.map(|own| own.statement.as_str()).unwrap_or_default()) } }
                (crate::parts::people("Answers for it", "owner", people, own.and_then(|own| own.owner.as_ref()), true))
                label { "Since" input type="date" name="since" value=[own.and_then(|own| own.since)]; }
                label { "How far it is" select name="status" {
                    @for status in ImplementationStatus::ALL {
                        option value=(status) selected[own.is_some_and(|own| own.status == *status)] { (status) }
                    }
                } }
                button { "Record" }
            }
            p.beside { "What is declared is beside what is measured, and does not change it." }
        }
    }
}

/// One requirement with its worst results.
fn section(assessment: &Judged, requirement: &Requirement) -> Markup {
    let results = results_of(assessment, &requirement.id);
    let counts = assessment.summary.of_requirement(&requirement.id);
    let shown = assessment.summary.worst(results);
    let address = crate::results::address(&requirement.id);
    html! {
        h2 id=(name_of(&requirement.id)) { a href=(address) { (requirement.title) } }
        p.beside { (requirement.id) ", a gap is " (requirement.severity) }
        p { (layout::counts(&counts)) }
        p.reason { (requirement.words) }
        @if !shown.is_empty() {
            div.scroll tabindex="0" role="region" aria-label=(format!("Results of {}", requirement.title)) {
                (crate::results::table(assessment, &shown))
            }
            @if results.len() > shown.len() {
                p { a href=(address) { "All " (results.len()) " results" } }
            }
        }
    }
}

/// The part of a requirement's id behind the control.
pub(crate) fn name_of(id: &RequirementId) -> String {
    let whole = id.to_string();
    whole.split_once('/').map_or(whole.clone(), |(_, name)| name.to_owned())
}

/// What was found.
#[derive(Deserialize)]
pub(crate) struct Finding {
    form: String,
    finding: String,
}

/// Raises a nonconformity against the control.
pub(crate) async fn raise(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Path(id): Path<String>,
    Form(given): Form<Finding>,
) -> Result<Redirect, Failure> {
    let control: ControlId = id.parse().map_err(|_| Failure::NotFound)?;
    let to = format!("/controls/{control}#nonconformities");
    let by = visitor.0.person.clone();
    let command = Command::RaiseNonconformity { control, finding: given.finding, by };
    visitor.execute(&site, &given.form, command).await?;
    Ok(Redirect::to(&to))
}

/// Declares how the control is implemented.
pub(crate) async fn declare(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Path(id): Path<String>,
    Form(pairs): Form<Pairs>,
) -> Result<Redirect, Failure> {
    let control: ControlId = id.parse().map_err(|_| Failure::NotFound)?;
    let to = format!("/controls/{control}");
    let implementation = Implementation {
        control,
        statement: pairs.one("statement").trim().to_owned(),
        owner: optional("Answers for it", pairs.one("owner"))?,
        since: optional("Since", pairs.one("since"))?,
        status: field("How far it is", pairs.one("status"))?,
    };
    let command = Command::DeclareImplementation { implementation };
    visitor.execute_on(&site, pairs.one("form"), pairs.version()?, command).await?;
    Ok(Redirect::to(&to))
}
