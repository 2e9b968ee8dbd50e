//! The attempts to sign in: of everyone, for who keeps or audits access.

use std::sync::Arc;

use annex_isms::{Instant, PersonId};
use annex_operations::{SignIn, SignInOutcome};
use axum::extract::{Query as Asked, State};
use axum::response::Html;
use maud::{Markup, html};
use serde::Deserialize;

use crate::error::Failure;
use crate::session::Visitor;
use crate::{Site, layout};

/// The most rows of a page.
pub(crate) const ROWS_MAX: u64 = 50;

/// Which attempts.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Filter {
    person: String,
    offset: u64,
}

/// The list, newest first.
pub(crate) async fn list(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Asked(filter): Asked<Filter>,
) -> Result<Html<String>, Failure> {
    let named = filter.person.trim();
    let person = match named {
        "" => None,
        named => Some(named.parse::<PersonId>().map_err(|_| Failure::NotFound)?),
    };
    let offset = filter.offset;
    let (rows, total) = site.operations.sign_ins(person.as_ref(), offset, ROWS_MAX).await?;
    let shown = offset.saturating_add(rows.len() as u64);
    let to = |offset: u64| format!("/sign-ins?person={named}&offset={offset}");
    let body = html! {
        p.beside { a href="/access" { "Access" } " / Sign-ins" }
        h1 { "Sign-ins" }
        form.filter method="get" action="/sign-ins" role="search" {
            label { "Person" input name="person" value=(named); }
            button { "Show" }
        }
        (table(&rows, true))
        p.beside {
            (total) " in all. They are kept for a year."
            @if offset > 0 { " " a rel="prev" href=(to(offset.saturating_sub(ROWS_MAX))) { "Newer" } }
            @if shown < total { " " a rel="next" href=(to(shown)) { "Older" } }
        }
    };
    Ok(Html(layout::page(&visitor, "/access", "Sign-ins", &body)))
}

/// A table of attempts.
pub(crate) fn table(rows: &[SignIn], people: bool) -> Markup {
    html! {
        @if rows.is_empty() {
            p { "None is kept." }
        } @else {
            div.scroll tabindex="0" role="region" aria-label="Sign-ins" { table {
                thead { tr {
                    th scope="col" { "When" }
                    @if people { th scope="col" { "Who" } }
                    th scope="col" { "Outcome" } th scope="col" { "By" } th scope="col" { "From" }
                } }
                tbody { @for row in rows { tr {
                    td { (when(row.at)) }
                    @if people { td { (row.person) } }
                    td { (outcome(row.outcome)) }
                    td { (row.means.as_str()) }
                    td { (row.address.as_deref().unwrap_or("unknown")) }
                } } }
            } }
        }
    }
}

fn outcome(outcome: SignInOutcome) -> Markup {
    let (tone, symbol, words) = match outcome {
        SignInOutcome::In => ("good", "✓", "signed in"),
        SignInOutcome::Wrong => ("bad", "✗", "wrong password"),
        SignInOutcome::Code => ("bad", "✗", "right password, wrong code"),
        SignInOutcome::Locked => ("open", "–", "locked"),
        SignInOutcome::OutOfTurn => ("open", "–", "too many from there"),
    };
    layout::chip(tone, symbol, words)
}

/// An instant, to the second.
pub(crate) fn when(at: Instant) -> Markup {
    let text = at.to_string();
    let (day, time) = text.split_once('T').unwrap_or((&text, ""));
    let time = time.get(..8).unwrap_or(time);
    html! { time datetime=(text) { (day) " " (time) " UTC" } }
}
