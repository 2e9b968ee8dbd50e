//! A register from a file: what it would change is shown first, and only that is recorded.
//!
//! ```text
//!  CSV ─▶ plan ─▶ preview with every row ─▶ a person confirms ─▶ the same plan? ─▶ all of it, or none
//! ```
//!
//! The page that asks holds the file and the digest of what it showed. Neither is trusted: what is
//! sent back is read against the register anew, and where that gives another plan nothing is
//! recorded, so what happens is what was seen.

mod plan;
mod rows;

use std::sync::Arc;

use annex_isms::{Digest, canonical_json};
use annex_operations::{Command, OperationError};
use annex_report::{CSV_BYTES_MAX, CSV_ROWS_MAX, Sheet};
use axum::Form;
use axum::extract::{Multipart, State};
use axum::http::Uri;
use axum::response::{Html, Redirect};
use maud::{Markup, html};

use crate::error::Failure;
use crate::parts::Pairs;
use crate::registers::kinds::Kind;
use crate::session::Visitor;
use crate::{Site, layout};

use plan::{Change, Effect, Fault, Planned};
pub(crate) use plan::{Plan, plan};

/// A register that takes a file.
pub(crate) struct Taker {
    /// Its name in addresses.
    register: &'static str,
    /// Where a file is sent to, and where it is confirmed.
    pub(crate) address: &'static str,
    pub(crate) confirm: &'static str,
    /// Where a program asks what a file would do.
    pub(crate) api: &'static str,
    /// The action that it asks for at least.
    pub(crate) action: &'static str,
}

macro_rules! taker {
    ($register:literal, $action:literal) => {
        Taker {
            register: $register,
            address: concat!("/import/", $register),
            confirm: concat!("/import/", $register, "/confirm"),
            api: concat!("/api/v1/imports/", $register),
            action: $action,
        }
    };
}

/// The registers that take a file.
pub(crate) const REGISTERS: [Taker; 3] = [
    taker!("assets", "register-asset"),
    taker!("suppliers", "put-supplier"),
    taker!("risks", "review-risk"),
];

/// The most bytes of a form with a file, and of one that sends the file back as text.
pub(crate) const UPLOAD_BYTES_MAX: usize = CSV_BYTES_MAX + (64 << 10);
pub(crate) const CONFIRM_BYTES_MAX: usize = 3 * CSV_BYTES_MAX + (64 << 10);

/// The register that an address is of.
pub(crate) fn register(address: &Uri) -> Result<&'static Kind, Failure> {
    let path = address.path();
    let own = REGISTERS.iter().find(|own| [own.address, own.confirm, own.api].contains(&path));
    own.and_then(|own| Kind::at(own.register)).ok_or(Failure::NotFound)
}

/// The way here from a list, for who may use it.
pub(crate) fn link(visitor: &Visitor, register: &str) -> Markup {
    let own = REGISTERS.iter().find(|own| own.register == register);
    html! {
        @if let Some(own) = own.filter(|own| visitor.may(own.action)) {
            " · " a href=(own.address) { "Import a CSV file" }
        }
    }
}

/// What a file can do in a register.
fn abilities(kind: &Kind) -> &'static str {
    match kind.record {
        "asset" => {
            "A row with an id decides on the scope, the owner and the classification of that asset. A row without an id adds an asset that no collector sees: it needs a kind and a key."
        }
        "supplier" => "A row changes the name and the owner of a supplier, or adds a new one.",
        _ => {
            "A row is your review of a risk: likelihood, confidentiality, integrity, availability (1 to 5), treatment and plan. You become its owner, and the approval of what remains of it is taken back."
        }
    }
}

/// The form that takes a file.
pub(crate) async fn form(visitor: Visitor, address: Uri) -> Result<Html<String>, Failure> {
    let kind = register(&address)?;
    let columns: Vec<&str> = kind.columns().iter().map(|column| column.key).collect();
    let title = format!("Import {}", kind.title.to_lowercase());
    let body = html! {
        p.beside { a href=(format!("/registers/{}", kind.path)) { (kind.title) } " / Import" }
        h1 { (title) }
        p { (abilities(kind)) }
        form.stack method="post" action=(format!("/import/{}", kind.path)) enctype="multipart/form-data" {
            (layout::form_token(&visitor))
            label { "CSV file" input type="file" name="file" accept=".csv,text/csv" required; }
            button { "Show what it would change" }
        }
        p.beside {
            "The first line names columns of the register: " (columns.join(", ")) ". "
            "Only " code { "id" } " must be there; an empty cell leaves the field as it is. The file that a list gives as "
            a href=(format!("/registers/{}/export.csv", kind.path)) { "CSV" } " can be changed and sent here. At most "
            (CSV_ROWS_MAX) " rows and " (CSV_BYTES_MAX >> 20) " MiB, in UTF-8. Nothing is recorded before you confirm it."
        }
    };
    Ok(Html(layout::page(&visitor, &format!("/registers/{}", kind.path), &title, &body)))
}

/// Shows what a file would do.
pub(crate) async fn preview(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    address: Uri,
    mut parts: Multipart,
) -> Result<Html<String>, Failure> {
    let kind = register(&address)?;
    let unreadable = |_| {
        Failure::Refused(format!(
            "What was sent is no form, or its file has more than {CSV_BYTES_MAX} bytes."
        ))
    };
    let mut own = false;
    let mut file = None;
    while let Some(field) = parts.next_field().await.map_err(unreadable)? {
        match field.name() {
            Some("form") => {
                visitor.own_form(&field.text().await.map_err(unreadable)?)?;
                own = true;
            }
            Some("file") if own => file = Some(field.bytes().await.map_err(unreadable)?),
            _ => {}
        }
    }
    if !own {
        return Err(Failure::Foreign);
    }
    let file = file.filter(|file| !file.is_empty());
    let file = file.ok_or_else(|| Failure::Refused("Choose a file.".to_owned()))?;
    let sheet = read(&file)?;
    let plan = plan(&site, visitor.caller(), kind, &sheet).await?;
    let text = String::from_utf8_lossy(&file);
    let title = format!("Import {}", kind.title.to_lowercase());
    let (add, change) = (plan.count(Effect::Add), plan.count(Effect::Change));
    let wrong = plan.count(Effect::Wrong);
    let body = html! {
        p.beside { a href=(format!("/registers/{}", kind.path)) { (kind.title) } " / " a href=(format!("/import/{}", kind.path)) { "Import" } " / Preview" }
        h1 { (title) }
        dl.figures {
            (layout::fact("Rows that add", &html! { (add) }))
            (layout::fact("Rows that change", &html! { (change) }))
            (layout::fact("Rows unchanged", &html! { (plan.count(Effect::Unchanged)) }))
            (layout::fact("Rows that are wrong", &html! { (wrong) }))
        }
        @if wrong > 0 {
            p.problem role="alert" { "Nothing was recorded. Correct the rows that are wrong in the file, and send it again: it is recorded as a whole or not at all." }
        }
        @if let Some(command) = &plan.command {
            form method="post" action=(format!("/import/{}/confirm", kind.path)) {
                (layout::form_token(&visitor))
                input type="hidden" name="plan" value=(digest(command)?);
                input type="hidden" name="csv" value=(text);
                button { "Record " (add + change) " changes" }
                " " span.beside { "as they are listed here, all of them or none" }
            }
        } @else if wrong == 0 { p { "Nothing would change." } }
        (table(&plan))
    };
    Ok(Html(layout::page(&visitor, &format!("/registers/{}", kind.path), &title, &body)))
}

/// Records what was shown.
pub(crate) async fn confirm(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    address: Uri,
    Form(pairs): Form<Pairs>,
) -> Result<Redirect, Failure> {
    let kind = register(&address)?;
    visitor.own_form(pairs.one("form"))?;
    let sheet = read(pairs.one("csv").as_bytes())?;
    let plan = plan(&site, visitor.caller(), kind, &sheet).await?;
    let command = plan.command.ok_or(Failure::Stale)?;
    if digest(&command)? != pairs.one("plan") {
        return Err(Failure::Stale);
    }
    visitor.execute(&site, pairs.one("form"), command).await?;
    Ok(Redirect::to(&format!("/registers/{}", kind.path)))
}

fn read(file: &[u8]) -> Result<Sheet, Failure> {
    Sheet::read(file).map_err(|error| Failure::Refused(format!("{error}.")))
}

/// What names a plan: the versions that it was made from are in it.
fn digest(command: &Command) -> Result<String, Failure> {
    let text = canonical_json(command).map_err(OperationError::from)?;
    Ok(Digest::of(&text).to_string())
}

fn table(plan: &Plan) -> Markup {
    html! {
        div.scroll tabindex="0" role="region" aria-label="Rows of the file" { table {
            thead { tr {
                th.number scope="col" { "Line" } th scope="col" { "About" } th scope="col" { "Would" } th scope="col" { "What" }
            } }
            tbody { @for row in &plan.rows { tr {
                td.number { (row.line) }
                td { @if row.id.is_empty() { span.muted { "new" } } @else { (row.id) } }
                td { (effect(row.effect)) }
                td { (what(row)) }
            } } }
        } }
    }
}

fn effect(effect: Effect) -> Markup {
    match effect {
        Effect::Add => layout::chip("good", "+", "add"),
        Effect::Change => layout::chip("open", "✎", "change"),
        Effect::Unchanged => layout::chip("muted", "–", "unchanged"),
        Effect::Wrong => layout::chip("bad", "✗", "wrong"),
    }
}

fn what(row: &Planned) -> Markup {
    let name = |column: &str| column.replace('_', " ");
    html! {
        @if !row.faults.is_empty() { ul.changes { @for Fault { column, why } in &row.faults { li {
            @if let Some(column) = column { strong { (name(column)) } ": " }
            (why)
        } } } }
        @else if row.effect != Effect::Unchanged { ul.changes { @for Change { column, before, after } in &row.changes { li {
            (name(column)) ": "
            @if row.effect == Effect::Change { @if before.is_empty() { span.muted { "nothing" } } @else { (before) } " → " }
            @if after.is_empty() { span.muted { "nothing" } } @else { (after) }
        } } } }
    }
}
