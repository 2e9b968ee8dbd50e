//! Evidence requests: what nobody knows yet, and the answer of who does.

use std::sync::Arc;

use annex_catalog::AttributeSpec;
use annex_isms::assessment::RequestView;
use annex_isms::comment::AboutKind;
use annex_isms::{Assessment, ValueType};
use annex_operations::{Command, EvidenceSource};
use axum::body::Body;
use axum::extract::{Path, Query as Asked, Request, State};
use axum::response::{Html, Redirect};
use maud::{Markup, html};
use serde::Deserialize;

use crate::assessed::Judged;
use crate::controls::result_of;
use crate::error::Failure;
use crate::parts::Part;
use crate::session::Visitor;
use crate::upload::{self, Filled};
use crate::{Site, comments, layout};

/// Which requests to list.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Filter {
    people: String,
    text: String,
    page: Option<usize>,
}

/// The list.
pub(crate) async fn list(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Asked(filter): Asked<Filter>,
) -> Result<Html<String>, Failure> {
    let assessment = site.assessment().await?;
    let has_text = assessment.request_rows.with(&filter.text);
    let fits = |(row, request): &(usize, &RequestView)| {
        has_text(*row) && (filter.people.is_empty() || request.by_person)
    };
    // There may be a million: they are counted, and those of the page looked at.
    let fitting = || assessment.requests.iter().enumerate().filter(fits);
    let total = fitting().count();
    let part = Part::new(filter.page.unwrap_or(1), total);
    let shown = fitting().skip(part.range().start).take(part.range().len());
    let fields = [("text", &*filter.text), ("people", &*filter.people)];
    let address = crate::parts::query("/requests", &fields);
    let body = html! {
        h1 { "Evidence requests" }
        form.filter method="get" action="/requests" role="search" {
            label { "Contains" input name="text" value=(filter.text); }
            label.check { input type="checkbox" name="people" value="yes" checked[!filter.people.is_empty()]; "A person can answer" }
            button { "Show" }
        }
        p.beside { (total) " of " (assessment.requests.len()) }
        @if total == 0 { p { "No request fits." } } @else {
            div.scroll tabindex="0" role="region" aria-label="Evidence requests" { table {
                thead { tr {
                    th scope="col" { "What is asked" } th scope="col" { "About" }
                    th scope="col" { "Who" } th scope="col" { "Due" }
                } }
                tbody { @for (_, request) in shown { tr {
                    td { a href=(format!("/requests/{}", request.id)) { (request.ask) } " " span.beside { (request.requirement) } }
                    td { (request.subject) }
                    td { (who(request)) }
                    td { (request.due) }
                } } }
            } }
            (part.links(&address))
        }
    };
    Ok(Html(layout::page(&visitor, "/requests", "Evidence requests", &body)))
}

fn who(request: &RequestView) -> Markup {
    html! {
        @match &request.owner {
            Some(owner) => (owner.person),
            None if request.by_person => span.open { (request.role) },
            None => span.muted { "a collector" },
        }
    }
}

/// What a person can be asked for a request.
fn questions<'a>(
    site: &'a Site,
    assessment: &Assessment,
    request: &RequestView,
) -> Vec<&'a AttributeSpec> {
    let result = result_of(assessment, &request.requirement, &request.subject);
    let missing = result.into_iter().flat_map(|result| result.missing.keys());
    let kind = request.subject.kind();
    let specs = missing
        .filter_map(|name| site.operations.catalogue().attributes.get(&(kind, name.clone())));
    specs.filter(|spec| spec.ask.is_some()).collect()
}

/// One request, and the form that answers it.
pub(crate) async fn page(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Html<String>, Failure> {
    let assessment = site.assessment().await?;
    let request = found(&assessment, &id)?;
    let asked = questions(&site, &assessment, request);
    let is_recorded = site.operations.version("request", &id).await?.is_some();
    let body = html! {
        p.beside { a href="/requests" { "Evidence requests" } " / " (request.requirement) }
        h1 { (request.ask) }
        dl.facts {
            (layout::fact("About", &html! { (request.subject) }))
            (layout::fact("Who", &who(request)))
            (layout::fact("Due", &html! { (request.due) }))
        }
        @if asked.is_empty() {
            p { "No person is asked for this: a collector has to measure it." }
        } @else {
            h2 { "Answer" }
            form.stack method="post" action=(format!("/requests/{id}/answer")) enctype="multipart/form-data" {
                (layout::form_token(&visitor))
                @for spec in asked {
                    label {
                        (spec.ask.as_deref().unwrap_or_default())
                        input name=(spec.name) placeholder=[spec.example.as_deref()] aria-describedby=(format!("{}-type", spec.name));
                        span.beside id=(format!("{}-type", spec.name)) { (form_of(spec)) @if !spec.unit.is_empty() { ", " (spec.unit) } }
                    }
                }
                details {
                    summary { "With evidence" }
                    div.stack { (upload::fields(false)) }
                }
                button { "Record" }
            }
            p.beside { "A statement without evidence is on record under your name, and what it answers stays unknown where the requirement asks for more." }
        }
        @if is_recorded { (comments::on(&site, &visitor, AboutKind::Request, &id).await?) }
    };
    Ok(Html(layout::page(&visitor, "/requests", "Evidence request", &body)))
}

/// What an answer looks like, in a word for people.
pub(crate) fn form_of(spec: &AttributeSpec) -> &'static str {
    match spec.value_type {
        ValueType::Bool => "true or false",
        ValueType::Long => "a number",
        ValueType::Text => "a word",
        ValueType::Set => "words, with commas between them",
    }
}

fn found<'a>(assessment: &'a Judged, id: &str) -> Result<&'a RequestView, Failure> {
    assessment.request_rows.find(&assessment.requests, id).ok_or(Failure::NotFound)
}

/// Records the fields that are filled in.
pub(crate) async fn answer(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Path(id): Path<String>,
    sent: Request<Body>,
) -> Result<Redirect, Failure> {
    let assessment = site.assessment().await?;
    let request = found(&assessment, &id)?;
    let mut filled = Filled::read(&site, &visitor, sent).await?;
    let form = filled.take("form");
    let evidence = filled.evidence(&site)?.map(Box::new).map(EvidenceSource::New);
    let given = filled.rest();
    if given.is_empty() {
        return Err(Failure::Refused("No field is filled in.".to_owned()));
    }
    let command = Command::Answer {
        subject: request.subject.to_string(),
        values: given,
        evidence,
        resolves: false,
    };
    visitor.execute(&site, &form, command).await?;
    Ok(Redirect::to("/requests"))
}
