//! The queue of decisions that systems leave to people.

use std::sync::Arc;

use annex_isms::approval::{Decision, DecisionState, ExpiryDefault};
use annex_isms::comment::AboutKind;
use annex_operations::{Choice, Command};
use axum::Form;
use axum::extract::{Path, Query as Asked, State};
use axum::response::{Html, Redirect};
use maud::{Markup, html};
use serde::Deserialize;

use crate::error::Failure;
use crate::parts::{Pairs, Part, field, minute};
use crate::session::{Token, Visitor};
use crate::{Site, comments, layout};

/// Which decisions to list.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Filter {
    state: String,
    page: Option<usize>,
}

fn chip(state: DecisionState) -> Markup {
    match state {
        DecisionState::Pending => layout::chip("open", "◑", "waits"),
        DecisionState::Approved => layout::chip("good", "✓", "approved"),
        DecisionState::Edited => layout::chip("good", "✎", "approved with changes"),
        DecisionState::Rejected => layout::chip("bad", "✗", "rejected"),
        DecisionState::Expired => layout::chip("muted", "–", "expired"),
    }
}

fn default_words(default: ExpiryDefault) -> &'static str {
    match default {
        ExpiryDefault::Approve => "the proposal counts as approved",
        ExpiryDefault::Reject => "the proposal counts as rejected",
    }
}

/// The queue: what waits first, the next deadline on top.
pub(crate) async fn list(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Asked(filter): Asked<Filter>,
) -> Result<Html<String>, Failure> {
    let now = site.operations.now();
    let mut all: Vec<Decision> = site.operations.all_of().await?;
    all.sort_by_key(|own| match own.state_at(now) {
        DecisionState::Pending => (0, own.deadline.microseconds()),
        _ => (1, -own.put_at.microseconds()),
    });
    let wanted =
        |own: &&Decision| filter.state.is_empty() || own.state_at(now).as_str() == filter.state;
    let chosen: Vec<&Decision> = all.iter().filter(wanted).collect();
    let unrecorded = all.iter().filter(|own| own.state_at(now) != own.state).count();
    let part = Part::new(filter.page.unwrap_or(1), chosen.len());
    let system = crate::parts::system_field(&site).await?;
    let body = html! {
        h1 { "Decisions for people" }
        form.filter method="get" action="/decisions" role="search" {
            label { "Stands" select name="state" {
                option value="" { "any" }
                @for state in DecisionState::ALL { option value=(state) selected[state.as_str() == filter.state] { (state) } }
            } }
            button { "Show" }
        }
        div data-live {
        p.beside { (chosen.len()) " of " (all.len()) }
        @if chosen.is_empty() { p { "Nothing waits here." } } @else {
            div.scroll tabindex="0" role="region" aria-label="Decisions" { table {
                thead { tr {
                    th scope="col" { "What is asked" } th scope="col" { "System" } th scope="col" { "Until" }
                    th scope="col" { "If nobody decides" } th scope="col" { "Stands" }
                } }
                tbody { @for own in &chosen[part.range()] { tr {
                    th scope="row" { a href=(format!("/decisions/{}", own.id)) { (short(&own.question)) } }
                    td { (own.system) }
                    td { (minute(own.deadline)) }
                    td { (default_words(own.on_expiry)) }
                    td { (chip(own.state_at(now))) }
                } } }
            } }
            (part.links(&crate::parts::query("/decisions", &[("state", &filter.state)])))
        }
        @if unrecorded > 0 && visitor.may("expire-decisions") {
            form method="post" action="/decisions/expire" {
                (layout::form_token(&visitor))
                button { "Record that " (unrecorded) " expired" }
            }
        }
        }
        @if visitor.may("put-decision") { (put_form(&visitor, system.as_ref())) }
    };
    Ok(Html(layout::page(&visitor, "/decisions", "Decisions for people", &body)))
}

/// The most characters of a question in a list.
const QUESTION_CHARS_MAX: usize = 120;

fn short(text: &str) -> String {
    let mut short: String = text.chars().take(QUESTION_CHARS_MAX).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}

fn put_form(visitor: &Visitor, system: Option<&Markup>) -> Markup {
    html! {
        @if let Some(system) = system {
            details {
                summary { "Put a decision to people" }
                form.stack method="post" action="/decisions" {
                    (layout::form_token(visitor))
                    (system)
                    label { "What is asked" textarea name="question" rows="2" required {} }
                    label { "What the system proposes" textarea name="proposal" rows="3" required {} }
                    label { "Until, in UTC" input type="datetime-local" name="deadline" required; }
                    label { "If nobody decides" select name="on_expiry" {
                        @for default in ExpiryDefault::ALL { option value=(default) { (default_words(*default)) } }
                    } }
                    button { "Put it" }
                }
            }
        }
    }
}

/// One decision.
pub(crate) async fn page(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Html<String>, Failure> {
    let decision: Option<Decision> = site.operations.look_up(&id).await?;
    let own = decision.ok_or(Failure::NotFound)?;
    let seen = site.operations.version("decision", &id).await?;
    let state = own.state_at(site.operations.now());
    let body = html! {
        p.beside { a href="/decisions" { "Decisions for people" } " / " (own.id) }
        h1 { (short(&own.question)) }
        dl.facts {
            (layout::fact("Stands", &chip(state)))
            (layout::fact("System", &html! { (own.system) }))
            (layout::fact("Put", &html! { (minute(own.put_at)) " by " (own.put_by) }))
            (layout::fact("Until", &html! { (minute(own.deadline)) }))
            (layout::fact("If nobody decides", &html! { (default_words(own.on_expiry)) }))
        }
        h2 { "What is asked" }
        pre.text { (own.question) }
        h2 { "What the system proposes" }
        pre.text { (own.proposal) }
        @if let Some(settled) = &own.settlement {
            h2 { "What was decided" }
            p { @match &settled.by { Some(by) => (by), None => "Nobody" } ", " (minute(settled.at)) @if !settled.reason.is_empty() { ": " (settled.reason) } }
            @match &settled.answer { Some(answer) => pre.text { (answer) }, None => p { "Nothing of it may be done." } }
        }
        @if state == DecisionState::Expired && own.settlement.is_none() {
            p.problem { "Nobody decided in time: " (default_words(own.on_expiry)) ". The ledger has it once the expiry is recorded from the list." }
        }
        @if state == DecisionState::Pending && visitor.may("decide") { (decide_form(&visitor, &own, seen)) }
        (comments::on(&site, &visitor, AboutKind::Decision, &id).await?)
    };
    Ok(Html(layout::page(&visitor, "/decisions", "Decision", &body)))
}

fn decide_form(visitor: &Visitor, own: &Decision, seen: Option<u64>) -> Markup {
    html! {
        h2 { "Decide" }
        @if own.put_by == visitor.0.person.as_str() { p { "You put this, so someone else decides it." } } @else {
            form.stack method="post" action=(format!("/decisions/{}", own.id)) {
                (layout::form_token(visitor))
                (layout::version(visitor, seen))
                label { "Decision" select name="choice" required {
                    option value="" { "choose" }
                    option value="approve" { "approve the proposal" }
                    option value="edit" { "approve with the text below" }
                    option value="reject" { "reject" }
                } }
                label { "Text, if it is approved with changes" textarea name="answer" rows="4" { "\n" (own.proposal) } }
                label { "Reason; needed unless the proposal is approved as it is" textarea name="reason" rows="2" {} }
                button { "Decide as " (visitor.0.name) }
            }
        }
    }
}

/// Puts a decision.
pub(crate) async fn put(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Form(pairs): Form<Pairs>,
) -> Result<Redirect, Failure> {
    // A browser gives `2026-09-01T12:00`, with seconds only when they are not 0.
    let deadline = pairs.one("deadline").trim();
    let seconds = if deadline.matches(':').count() == 1 { ":00Z" } else { "Z" };
    let command = Command::PutDecision {
        system: field("AI system", pairs.one("system"))?,
        question: pairs.one("question").replace("\r\n", "\n"),
        proposal: pairs.one("proposal").replace("\r\n", "\n"),
        deadline: field("Until", &format!("{deadline}{seconds}"))?,
        on_expiry: field("If nobody decides", pairs.one("on_expiry"))?,
    };
    visitor.execute(&site, pairs.one("form"), command).await?;
    Ok(Redirect::to("/decisions"))
}

/// Decides, as who is signed in.
pub(crate) async fn decide(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Path(id): Path<String>,
    Form(pairs): Form<Pairs>,
) -> Result<Redirect, Failure> {
    let choice = match pairs.one("choice") {
        "approve" => Choice::Approve,
        "edit" => Choice::Edit { answer: pairs.one("answer").replace("\r\n", "\n") },
        "reject" => Choice::Reject,
        _ => return Err(Failure::Refused("Decision: choose one of the three.".to_owned())),
    };
    let to = format!("/decisions/{id}");
    let command = Command::Decide {
        decision: id,
        choice,
        reason: pairs.one("reason").to_owned(),
        by: visitor.0.person.clone(),
    };
    visitor.execute_on(&site, pairs.one("form"), pairs.version()?, command).await?;
    Ok(Redirect::to(&to))
}

/// Records what expired.
pub(crate) async fn expire(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Form(token): Form<Token>,
) -> Result<Redirect, Failure> {
    visitor.execute(&site, &token.form, Command::ExpireDecisions).await?;
    Ok(Redirect::to("/decisions"))
}
