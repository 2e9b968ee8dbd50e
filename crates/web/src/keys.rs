//! Keys to the programming interface: a table of them, the form that makes one, and the page that
//! shows a new one, once.

use std::collections::BTreeSet;

use annex_isms::entity::Token;
use annex_isms::{Instant, PersonId, TokenId};
use annex_operations::{Command, Reply};
use axum::response::Html;
use maud::{Markup, html};

use crate::error::Failure;
use crate::parts::Pairs;
use crate::session::Visitor;
use crate::sign_ins::when;
use crate::{Site, layout};

/// How long a key lasts unless another time is asked for.
const DAYS: u32 = 90;

/// A table of keys; those that still open something have a button that withdraws them.
pub(crate) fn table(
    visitor: &Visitor,
    keys: &[Token],
    now: Instant,
    withdraw: Option<&str>,
) -> Markup {
    html! {
        @if keys.is_empty() {
            p { "There is no key." }
        } @else {
            div.scroll tabindex="0" role="region" aria-label="Keys" { table {
                thead { tr {
                    th scope="col" { "Key" } th scope="col" { "Acts as" } th scope="col" { "For" }
                    th scope="col" { "Actions" } th scope="col" { "Ends" }
                } }
                tbody { @for key in keys { tr {
                    td { code { (key.id) } }
                    td { (key.holder) }
                    td { (key.description) }
                    td { (key.actions.iter().map(String::as_str).collect::<Vec<_>>().join(", ")) }
                    td {
                        @if key.revoked { (layout::chip("muted", "–", "withdrawn")) }
                        @else if key.expires <= now { (layout::chip("muted", "–", "ended")) " " (when(key.expires)) }
                        @else {
                            (when(key.expires))
                            @if let Some(action) = withdraw {
                                form method="post" action=(action) {
                                    (layout::form_token(visitor))
                                    input type="hidden" name="key" value=(key.id);
                                    button.quiet aria-label=(format!("Withdraw the key {}", key.id)) { "Withdraw" }
                                }
                            }
                        }
                    }
                } } }
            } }
        }
    }
}

/// The form that makes a key.
pub(crate) fn form(
    visitor: &Visitor,
    action: &str,
    holder: &PersonId,
    actions: &BTreeSet<String>,
) -> Markup {
    html! {
        form.stack method="post" action=(action) {
            (layout::form_token(visitor))
            input type="hidden" name="holder" value=(holder);
            label { "What it is for" input name="description" required maxlength="200"; }
            label { "Days until it ends" input name="days" type="number" min="1" max="366" value=(DAYS) required; }
            fieldset {
                legend { "What it may be used for" }
                @for action in actions {
                    label.check { input type="checkbox" name="action" value=(action) checked[action == "read"]; (action) }
                }
            }
            button { "Make the key" }
        }
    }
}

/// Makes a key and shows it.
pub(crate) async fn make(
    site: &Site,
    visitor: &Visitor,
    holder: PersonId,
    fields: &Pairs,
    back: &str,
) -> Result<Html<String>, Failure> {
    visitor.own_form(fields.one("form"))?;
    let days: i64 = fields
        .one("days")
        .trim()
        .parse()
        .map_err(|_| Failure::Refused("Say in how many days the key ends.".to_owned()))?;
    let now = site.operations.now().microseconds();
    let expires = now.saturating_add(days.saturating_mul(24 * 60 * 60 * 1_000_000));
    let command = Command::CreateToken {
        holder,
        description: fields.one("description").to_owned(),
        actions: fields.all("action").map(str::to_owned).collect(),
        expires: Instant::from_microseconds(expires),
    };
    let reply = site.operations.execute(command, visitor.caller()).await?;
    let Reply::Token { id, key, .. } = reply else { return Err(Failure::NotFound) };
    let body = html! {
        h1 { "The key " (id) }
        p { "Copy it now: it is not kept, and cannot be shown again." }
        p { code { (key) } }
        p { "A program sends it as " code { "Authorization: Bearer " (key.split('_').next().unwrap_or_default()) "_…" } "." }
        p { a href=(back) { "Back" } }
    };
    Ok(Html(layout::page(visitor, back, "A new key", &body)))
}

/// Withdraws a key.
pub(crate) async fn withdraw(
    site: &Site,
    visitor: &Visitor,
    fields: &Pairs,
) -> Result<(), Failure> {
    let token: TokenId = fields.one("key").parse().map_err(|_| Failure::NotFound)?;
    visitor.execute(site, fields.one("form"), Command::RevokeToken { token }).await
}
