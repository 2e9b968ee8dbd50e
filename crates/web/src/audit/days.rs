//! A control over a period: on which days it was met, had a gap or was unknown.

use std::sync::Arc;

use annex_isms::assessment::ControlStatus;
use annex_isms::days::Stretch;
use axum::extract::{Path, Query, State};
use axum::response::Html;
use maud::{Markup, html};

use super::{Asked, Scope};
use crate::error::Failure;
use crate::session::Visitor;
use crate::sign_ins::when;
use crate::{Site, layout};

/// The most stretches and assessments on the page, the newest.
const ROWS_MAX: usize = 400;

/// The page.
pub(crate) async fn page(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Html<String>, Failure> {
    let scope = Scope::of(&asked, site.operations.now())?;
    let days = site.operations.days_of_controls(scope.from, scope.to).await?;
    let own = days.controls.iter().find(|own| own.control.to_string() == id);
    let own = own.ok_or(Failure::NotFound)?;
    let control = site.operations.catalogue().controls.get(&own.control);
    let title = control.map(|control| control.title.as_str()).unwrap_or_default();
    let body = html! {
        p.beside { a href=(scope.address("/audit", &[])) { "Auditor's view" } " / " a href=(format!("/controls/{id}")) { (id) } }
        h1 { (id) " " (title) }
        (period_form(&scope, &id))
        dl.figures {
            @for (term, status) in [
                ("Days met", ControlStatus::Addressed),
                ("Days with a gap", ControlStatus::Gap),
                ("Days unknown", ControlStatus::Unknown),
                ("Days not assessed", ControlStatus::NotAssessed),
            ] { (layout::fact(term, &html! { (own.days(status)) })) }
        }
        p.beside { "A day is what the assessments of that very day say, and the worse where they differ. A day without an assessment is unknown: nobody looked." }
        h2 { "Day by day" }
        @if own.stretches.is_empty() { p { "The period has no day that is over or today." } } @else {
            (stretches(&own.stretches))
        }
        h2 { "Assessments of the period" }
        @if days.assessments.is_empty() { p { "There is none, so every day is unknown." } } @else {
            ul { @for (index, at) in days.assessments.iter().rev().take(ROWS_MAX) {
                li { (when(*at)) ", " a href=(format!("/ledger/{index}")) { "entry " (index) } }
            } }
            @if days.assessments.len() > ROWS_MAX { p.beside { "and " (days.assessments.len() - ROWS_MAX) " earlier" } }
        }
    };
    Ok(Html(layout::page(&visitor, "/audit", &format!("{id} {title}"), &body)))
}

fn period_form(scope: &Scope, id: &str) -> Markup {
    html! {
        form.filter method="get" action=(format!("/audit/controls/{id}")) role="search" {
            label { "From" input type="date" name="from" value=(scope.from) required; }
            label { "To" input type="date" name="to" value=(scope.to) required; }
            button { "Show" }
        }
    }
}

fn stretches(stretches: &[Stretch]) -> Markup {
    html! {
        div.scroll tabindex="0" role="region" aria-label="Day by day" { table {
            thead { tr { th scope="col" { "From" } th scope="col" { "To" } th.number scope="col" { "Days" } th scope="col" { "Stood" } } }
            tbody { @for own in stretches.iter().rev().take(ROWS_MAX) { tr {
                td { (own.from) }
                td { (own.to) }
                td.number { (own.days) }
                td { (stood(own)) }
            } } }
        } }
        @if stretches.len() > ROWS_MAX { p.beside { "and " (stretches.len() - ROWS_MAX) " earlier rows; choose a shorter period to see them" } }
    }
}

fn stood(own: &Stretch) -> Markup {
    html! {
        @match own.status {
            ControlStatus::Addressed => (layout::chip("good", "✓", "met")),
            other => (layout::status(other)),
        }
        @if !own.assessed { " " span.beside { "no assessment" } }
    }
}
