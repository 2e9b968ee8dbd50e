//! What was told outside, what waits, and what failed and why.

use std::sync::Arc;

use annex_operations::{Notice, NoticeKind, NoticeState};
use axum::Form;
use axum::extract::{Path, Query as Asked, State};
use axum::response::{Html, Redirect};
use maud::{Markup, html};
use serde::Deserialize;

use crate::error::Failure;
use crate::session::{Token, Visitor};
use crate::sign_ins::{ROWS_MAX, when};
use crate::{Site, layout};

/// Which notices.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Filter {
    state: String,
    offset: u64,
}

/// The state of a word; `None` is any, and an unknown one is none of ours.
pub(crate) fn state(word: &str) -> Result<Option<NoticeState>, Failure> {
    if word.is_empty() {
        return Ok(None);
    }
    let found = NoticeState::ALL.iter().find(|state| state.as_str() == word);
    found.copied().map(Some).ok_or(Failure::NotFound)
}

/// The list, the latest first.
pub(crate) async fn list(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Asked(filter): Asked<Filter>,
) -> Result<Html<String>, Failure> {
    let chosen = state(&filter.state)?;
    let (rows, total) = site.operations.notices(chosen, filter.offset, ROWS_MAX).await?;
    let counts = site.operations.count_notices().await?;
    let shown = filter.offset.saturating_add(rows.len() as u64);
    let to = |offset: u64| format!("/notices?state={}&offset={offset}", filter.state);
    let body = html! {
        h1 { "Notices" }
        p { "What is told by mail and to webhooks: gaps that are due, evidence and agreements that end, approvals that are asked for. Each is told once; after a fault it is tried again for about a day." }
        dl.facts { @for (state, count) in &counts {
            (layout::fact(state.as_str(), &html! { (count) }))
        } }
        form.filter method="get" action="/notices" role="search" {
            label { "State" select name="state" {
                option value="" { "any" }
                @for state in NoticeState::ALL {
                    option value=(state.as_str()) selected[chosen == Some(*state)] { (state.as_str()) }
                }
            } }
            button { "Show" }
        }
        (table(&visitor, &rows))
        p.beside {
            (total) " in all. They are kept for a year."
            @if filter.offset > 0 { " " a rel="prev" href=(to(filter.offset.saturating_sub(ROWS_MAX))) { "Later" } }
            @if shown < total { " " a rel="next" href=(to(shown)) { "Earlier" } }
        }
    };
    Ok(Html(layout::page(&visitor, "/notices", "Notices", &body)))
}

fn table(visitor: &Visitor, rows: &[Notice]) -> Markup {
    let retries = visitor.may("retry-notice");
    html! {
        @if rows.is_empty() {
            p { "There is none." }
        } @else {
            div.scroll tabindex="0" role="region" aria-label="Notices" { table {
                thead { tr {
                    th scope="col" { "What" } th scope="col" { "Day" } th scope="col" { "To" }
                    th scope="col" { "State" } th scope="col" { "Tried, or next" } th scope="col" { "Fault" }
                } }
                tbody { @for row in rows { tr {
                    td { (words(row)) ": " a href=(annex_operations::page_of(row)) { (row.title) } }
                    td { @if let Some(due) = row.due { (due) } }
                    td { (row.way.as_str()) " " (row.recipient) }
                    td { (chip(row.state)) }
                    td { (when(row.at)) @if row.tries > 0 { " (" (row.tries) ")" } }
                    td {
                        @if let Some(fault) = &row.fault { (fault) }
                        @if retries && row.state == NoticeState::Failed {
                            form method="post" action=(format!("/notices/{}/retry", row.id)) {
                                (layout::form_token(visitor))
                                button.quiet aria-label=(format!("Try again: {}", row.title)) { "Try again" }
                            }
                        }
                    }
                } } }
            } }
        }
    }
}

fn words(row: &Notice) -> &str {
    match row.kind.parse::<NoticeKind>() {
        Ok(kind) => kind.words(),
        Err(_) => &row.kind,
    }
}

fn chip(state: NoticeState) -> Markup {
    match state {
        NoticeState::Waiting => layout::chip("open", "◑", "waiting"),
        NoticeState::Sent => layout::chip("good", "✓", "sent"),
        NoticeState::Failed => layout::chip("bad", "✗", "failed"),
    }
}

/// Lets one that failed be tried anew.
pub(crate) async fn retry(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Path(id): Path<String>,
    Form(token): Form<Token>,
) -> Result<Redirect, Failure> {
    visitor.own_form(&token.form)?;
    if site.operations.retry_notice(&id).await? {
        Ok(Redirect::to("/notices"))
    } else {
        Err(Failure::NotFound)
    }
}
