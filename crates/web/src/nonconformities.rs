//! Nonconformities: what a person found against a control, from the finding to its closure.

use std::sync::Arc;

use annex_isms::Date;
use annex_isms::comment::AboutKind;
use annex_isms::entity::{Nonconformity, NonconformityStatus};
use annex_operations::{Command, NonconformityChange};
use axum::Form;
use axum::extract::{Path, Query as Asked, State};
use axum::response::{Html, Redirect};
use maud::{Markup, html};
use serde::Deserialize;

use crate::error::Failure;
use crate::parts::{Part, field, optional};
use crate::session::Visitor;
use crate::{Site, comments, layout};

/// Which nonconformities to list.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Filter {
    status: String,
    page: Option<usize>,
}

fn standing(status: NonconformityStatus) -> Markup {
    match status {
        NonconformityStatus::Open => layout::chip("bad", "○", "open"),
        NonconformityStatus::Corrected => layout::chip("open", "◑", "corrected"),
        NonconformityStatus::Closed => layout::chip("good", "✓", "closed"),
    }
}

/// The list, open ones first.
pub(crate) async fn list(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Asked(filter): Asked<Filter>,
) -> Result<Html<String>, Failure> {
    let mut all: Vec<Nonconformity> = site.operations.all_of().await?;
    all.sort_by_key(|row| (row.status, std::cmp::Reverse(row.raised)));
    let chosen: Vec<&Nonconformity> = all
        .iter()
        .filter(|row| filter.status.is_empty() || row.status.as_str() == filter.status)
        .collect();
    let part = Part::new(filter.page.unwrap_or(1), chosen.len());
    let controls = &site.operations.catalogue().controls;
    let body = html! {
        h1 { "Nonconformities" }
        form.filter method="get" action="/nonconformities" role="search" {
            label { "Stands" select name="status" {
                option value="" { "any" }
                @for status in NonconformityStatus::ALL { option value=(status) selected[status.as_str() == filter.status] { (status) } }
            } }
            button { "Show" }
        }
        p.beside { (chosen.len()) " of " (all.len()) }
        @if chosen.is_empty() { p { "None is on record that fits." } } @else {
            div.scroll tabindex="0" role="region" aria-label="Nonconformities" { table {
                thead { tr {
                    th scope="col" { "Nonconformity" } th scope="col" { "Control" } th scope="col" { "Finding" }
                    th scope="col" { "Raised" } th scope="col" { "Stands" }
                } }
                tbody { @for row in &chosen[part.range()] { tr {
                    th scope="row" { a href=(format!("/nonconformities/{}", row.id)) { (row.id) } }
                    td { (crate::controls::link(&row.control, "")) }
                    td { (row.finding) }
                    td { (row.raised) p.reason { "by " (row.raised_by) } }
                    td { (standing(row.status)) }
                } } }
            } }
            (part.links(&crate::parts::query("/nonconformities", &[("status", &filter.status)])))
        }
        @if visitor.may("raise-nonconformity") {
            h2 { "Raise one" }
            form.stack method="post" action="/nonconformities" {
                (layout::form_token(&visitor))
                label { "Against the control" select name="control" { @for (id, control) in controls { option value=(id) { (id) " " (control.title) } } } }
                label { "What was found" textarea name="finding" rows="3" required {} }
                button { "Raise" }
            }
        }
    };
    Ok(Html(layout::page(&visitor, "/nonconformities", "Nonconformities", &body)))
}

/// One nonconformity, and what can be added to it.
pub(crate) async fn page(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Html<String>, Failure> {
    let row: Option<Nonconformity> = site.operations.look_up(&id).await?;
    let row = row.ok_or(Failure::NotFound)?;
    let control = site.operations.catalogue().controls.get(&row.control);
    let title = format!("Nonconformity {}", row.id);
    let seen = site.operations.version("nonconformity", &id).await?;
    let body = html! {
        p.beside { a href="/nonconformities" { "Nonconformities" } " / " (row.id) }
        h1 { (title) }
        p { (row.finding) }
        dl.facts {
            (layout::fact("Control", &crate::controls::link(&row.control, control.map_or("", |own| &own.title))))
            (layout::fact("Raised", &html! { (row.raised) " by " (row.raised_by) }))
            (layout::fact("Stands", &standing(row.status)))
            (layout::fact("Effectiveness reviewed", &html! { @match row.effectiveness_review { Some(day) => (day), None => span.open { "no day is on record" } } }))
        }
        @if visitor.may("update-nonconformity") { (work_form(&visitor, &row, seen)) } @else {
            @for (label, _, value) in fields(&row) { h2 { (label) } p { (value) } }
        }
        p.beside { "It is closed once its cause, its corrective action and a review of effectiveness, not on a day to come, are on record." }
        (comments::on(&site, &visitor, AboutKind::Nonconformity, &id).await?)
    };
    Ok(Html(layout::page(&visitor, "/nonconformities", &title, &body)))
}

/// What is added on the way to closure: label, field, and what is on record.
fn fields(row: &Nonconformity) -> [(&'static str, &'static str, &str); 4] {
    [
        ("Correction: what was done at once", "correction", &row.correction),
        ("Cause", "cause", &row.cause),
        ("Where else the same may be so", "similar_cases", &row.similar_cases),
        (
            "Corrective action: what keeps it from coming back",
            "corrective_action",
            &row.corrective_action,
        ),
    ]
}

fn work_form(visitor: &Visitor, row: &Nonconformity, seen: Option<u64>) -> Markup {
    html! {
        h2 { "Work on it" }
        form.stack method="post" action=(format!("/nonconformities/{}", row.id)) {
            (layout::form_token(visitor))
            (layout::version(visitor, seen))
            @for (label, name, value) in fields(row) {
                label { (label) textarea name=(name) rows="3" { (value) } }
            }
            label { "Day of the review of effectiveness" input type="date" name="effectiveness_review" value=[row.effectiveness_review]; }
            label { "Stands" select name="status" {
                @for status in NonconformityStatus::ALL { option value=(status) selected[*status == row.status] { (status) } }
            } }
            button { "Record" }
        }
    }
}

/// A nonconformity as it is raised.
#[derive(Deserialize)]
pub(crate) struct Raised {
    form: String,
    control: String,
    finding: String,
}

/// Raises one.
pub(crate) async fn raise(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Form(given): Form<Raised>,
) -> Result<Redirect, Failure> {
    let command = Command::RaiseNonconformity {
        control: field("Control", &given.control)?,
        finding: given.finding,
        by: visitor.0.person.clone(),
    };
    visitor.execute(&site, &given.form, command).await?;
    Ok(Redirect::to("/nonconformities"))
}

/// What is added.
#[derive(Deserialize)]
pub(crate) struct Change {
    form: String,
    version: u64,
    correction: String,
    cause: String,
    similar_cases: String,
    corrective_action: String,
    effectiveness_review: String,
    status: String,
}

/// Records what was added.
pub(crate) async fn update(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Path(id): Path<String>,
    Form(given): Form<Change>,
) -> Result<Redirect, Failure> {
    let review: Option<Date> = optional("Day of the review", &given.effectiveness_review)?;
    let change = Box::new(NonconformityChange {
        correction: Some(given.correction),
        cause: Some(given.cause),
        similar_cases: Some(given.similar_cases),
        corrective_action: Some(given.corrective_action),
        effectiveness_review: review,
        status: Some(field("Stands", &given.status)?),
    });
    let to = format!("/nonconformities/{id}");
    let command = Command::UpdateNonconformity { nonconformity: id, change };
    visitor.execute_on(&site, &given.form, given.version, command).await?;
    Ok(Redirect::to(&to))
}
