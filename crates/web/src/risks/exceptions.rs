//! Exceptions: who asks for a departure, who permits or refuses it, and until when.

use std::collections::BTreeMap;
use std::sync::Arc;

use annex_catalog::Threat;
use annex_isms::assessment::{GapView, RiskView};
use annex_isms::entity::{Exception, Person};
use annex_isms::{Assessment, Date};
use annex_operations::Command;
use axum::Form;
use axum::extract::{Path, State};
use axum::response::{Html, Redirect};
use maud::{Markup, html};
use serde::Deserialize;

use crate::error::Failure;
use crate::parts::{Pairs, field};
use crate::session::Visitor;
use crate::{Site, layout};

/// The most gaps from which one is chosen.
const GAPS_MAX: usize = 200;

/// All exceptions: those that wait first, then by their last day.
pub(crate) async fn list(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
) -> Result<Html<String>, Failure> {
    let assessment = site.assessment().await?;
    let people: Vec<Person> = site.operations.all_of().await?;
    let mut all: Vec<Exception> = site.operations.all_of().await?;
    all.sort_by(|a, b| {
        (!a.is_waiting(), b.expires, &a.id).cmp(&(!b.is_waiting(), a.expires, &b.id))
    });
    let today = assessment.at.date();
    // Whoever decides does so on what they were shown.
    let waiting = all.iter().filter(|own| own.is_waiting()).map(|own| own.id.to_string());
    let mut versions: BTreeMap<String, u64> = BTreeMap::new();
    for ids in waiting.collect::<Vec<_>>().chunks(crate::parts::ROWS_MAX) {
        let found = site.operations.find("exception", ids).await?;
        versions.extend(found.into_iter().map(|listed| (listed.key, listed.index)));
    }
    let body = html! {
        h1 { "Exceptions" }
        p { "An exception permits a departure for a time. A risk bears it, and the result stays a gap." }
        @if all.is_empty() { p { "None is on record. One is asked for on the page of the " a href="/risks" { "risk" } " that bears it." } } @else {
            div.scroll tabindex="0" role="region" aria-label="Exceptions" { table {
                thead { tr {
                    th scope="col" { "Requirement" } th scope="col" { "About" } th scope="col" { "Why" }
                    th scope="col" { "Until" } th scope="col" { "Asked by" } th scope="col" { "Stands" }
                } }
                tbody { @for own in &all { tr {
                    th scope="row" { a href=(format!("/controls/{}/{}", own.requirement, own.subject)) { (own.requirement) } }
                    td { (crate::controls::subject_name(&assessment, &own.subject)) p.reason { a href=(format!("/risks/{}", own.risk)) { "borne by " (own.risk) } } }
                    td { (own.reason) p.reason { a href=(format!("/registers/exceptions/{}#comments", own.id)) { "Comments" } } }
                    td { (own.expires) }
                    td { (own.requested_by) }
                    td { (standing(own, today)) @if let Some(version) = versions.get(own.id.as_str()) { (decide_forms(&visitor, own, *version, &people)) } }
                } } }
            } }
        }
    };
    Ok(Html(layout::page(&visitor, "/risks", "Exceptions", &body)))
}

fn standing(own: &Exception, today: Date) -> Markup {
    html! {
        @match (&own.refusal, &own.approved_by) {
            (Some(refusal), _) => {
                (layout::chip("bad", "✗", "refused"))
                p.reason { "by " (refusal.by) " on " (refusal.at.date()) ": " (refusal.reason) }
            }
            (None, None) => (layout::chip("open", "◑", "asked for")),
            (None, Some(_)) if own.expires < today => (layout::chip("muted", "–", "expired")),
            (None, Some(by)) => { (layout::chip("good", "✓", "permitted")) p.reason { "by " (by) } }
        }
        @if !own.compensating_review.is_empty() { p.reason { "In place of a second person: " (own.compensating_review) } }
    }
}

fn decide_forms(visitor: &Visitor, own: &Exception, version: u64, people: &[Person]) -> Markup {
    let (permits, refuses) = (visitor.may("approve-exception"), visitor.may("refuse-exception"));
    html! {
        @if (permits || refuses) && own.requested_by == visitor.0.person && people.len() > 1 {
            p.reason { "You asked, so someone else permits or refuses it." }
        } @else {
            @if permits {
                form.stack method="post" action=(format!("/exceptions/{}/approve", own.id)) {
                    (layout::form_token(visitor))
                    (layout::version(visitor, version))
                    (crate::parts::compensating_review(people))
                    button { "Permit as " (visitor.0.name) }
                }
            }
            @if refuses {
                details {
                    summary { "Refuse" }
                    form.stack method="post" action=(format!("/exceptions/{}/refuse", own.id)) {
                        (layout::form_token(visitor))
                        (layout::version(visitor, version))
                        label { "Why it is refused" textarea name="reason" rows="3" required {} }
                        button.danger { "Refuse as " (visitor.0.name) }
                    }
                }
            }
        }
    }
}

/// What a risk bears, and the form that asks for more.
pub(super) fn of_risk(
    visitor: &Visitor,
    assessment: &Assessment,
    view: &RiskView,
    threat: Option<&Threat>,
    borne: &[&Exception],
) -> Markup {
    let bears = |gap: &&GapView| {
        threat.is_some_and(|threat| threat.controls.contains(gap.requirement.control()))
    };
    let gaps: Vec<&GapView> = assessment.gaps.iter().filter(bears).take(GAPS_MAX).collect();
    html! {
        h2 { "Exceptions that it bears" }
        @if borne.is_empty() { p.beside { "None." } } @else {
            ul { @for own in borne { li {
                (own.requirement) " for " (crate::controls::subject_name(assessment, &own.subject)) " until " (own.expires) ": " (own.reason) " "
                (standing(own, assessment.at.date()))
            } } }
            p { a href="/exceptions" { "All exceptions" } }
        }
        @if !gaps.is_empty() && visitor.may("request-exception") {
            h2 { "Ask for an exception" }
            form.stack method="post" action=(format!("/risks/{}/exception", view.id)) {
                (layout::form_token(visitor))
                label { "For the gap" select name="gap" { @for gap in &gaps {
                    option value=(format!("{} {}", gap.requirement, gap.subject)) { (gap.title) ": " (gap.subject_name) }
                } } }
                label { "Why" textarea name="reason" rows="3" required {} }
                label { "Last day" input type="date" name="expires" required; }
                button { "Ask as " (visitor.0.name) }
            }
        }
    }
}

/// An exception as it is asked for.
#[derive(Deserialize)]
pub(crate) struct Asked {
    form: String,
    gap: String,
    reason: String,
    expires: String,
}

/// Asks for an exception.
pub(crate) async fn request(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Path(id): Path<String>,
    Form(given): Form<Asked>,
) -> Result<Redirect, Failure> {
    let (requirement, subject) = given
        .gap
        .split_once(' ')
        .ok_or_else(|| Failure::Refused("Gap: choose one of the list.".to_owned()))?;
    let command = Command::RequestException {
        risk: id.clone(),
        requirement: field("Gap", requirement)?,
        subject: subject.to_owned(),
        reason: given.reason,
        expires: field("Last day", &given.expires)?,
        by: visitor.0.person.clone(),
    };
    visitor.execute(&site, &given.form, command).await?;
    Ok(Redirect::to(&format!("/risks/{id}")))
}

/// Permits an exception, as who is signed in.
pub(crate) async fn approve(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Path(id): Path<String>,
    Form(pairs): Form<Pairs>,
) -> Result<Redirect, Failure> {
    let command = Command::ApproveException {
        exception: id,
        by: visitor.0.person.clone(),
        compensating_review: pairs.one("compensating_review").to_owned(),
    };
    visitor.execute_on(&site, pairs.one("form"), pairs.version()?, command).await?;
    Ok(Redirect::to("/exceptions"))
}

/// Refuses an exception, as who is signed in.
pub(crate) async fn refuse(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Path(id): Path<String>,
    Form(pairs): Form<Pairs>,
) -> Result<Redirect, Failure> {
    let command = Command::RefuseException {
        exception: id,
        by: visitor.0.person.clone(),
        reason: pairs.one("reason").to_owned(),
    };
    visitor.execute_on(&site, pairs.one("form"), pairs.version()?, command).await?;
    Ok(Redirect::to("/exceptions"))
}
