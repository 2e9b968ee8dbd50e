//! What became of a record: who changed what, field by field, when and from where.

use std::collections::BTreeMap;

use annex_isms::Record;
use annex_operations::{LIST_ROWS_MAX, Listed, Page};
use maud::{Markup, html};
use serde_json::Value as Json;

use crate::Site;
use crate::error::Failure;

/// How much of a value is shown.
const VALUE_CHARS_MAX: usize = 300;

/// The newest entries of a record, and how many there are.
pub(super) async fn read(site: &Site, kind: &str, key: &str) -> Result<Page, Failure> {
    let first = site.operations.history(kind, key, 0, LIST_ROWS_MAX).await?;
    if first.total <= LIST_ROWS_MAX {
        return Ok(first);
    }
    let before = first.total - LIST_ROWS_MAX;
    Ok(site.operations.history(kind, key, before, LIST_ROWS_MAX).await?)
}

/// The history as a table, the newest first.
pub(super) fn show(page: &Page) -> Markup {
    let earlier = page.total - page.items.len() as u64;
    let before = |at: usize| at.checked_sub(1).and_then(|at| page.items.get(at));
    html! {
        div.scroll tabindex="0" role="region" aria-label="History" { table {
            thead { tr {
                th scope="col" { "When" } th scope="col" { "Who" }
                th scope="col" { "What changed" } th scope="col" { "Entry" }
            } }
            tbody { @for (at, item) in page.items.iter().enumerate().rev() { tr {
                td data-label="When" { (item.at.date()) " " span.beside { (clock(item)) } }
                td data-label="Who" { (who(item)) }
                td data-label="What changed" {
                    @match (&item.entry, before(at)) {
                        (None, _) => "its body was erased",
                        (Some(_), None) if earlier == 0 => "recorded for the first time",
                        (Some(_), None) => "see the entry itself",
                        (Some(entry), Some(before)) => {
                            (changes(before.entry.as_ref().map(|e| &e.record), &entry.record))
                        },
                    }
                }
                td data-label="Entry" { a href=(format!("/ledger/{}", item.index)) { (item.index) } }
            } } }
        } }
        @if earlier > 0 { p.beside { "and " (earlier) " earlier entries" } }
    }
}

/// The time of day.
fn clock(item: &Listed) -> String {
    item.at.to_string().get(11..16).unwrap_or_default().to_owned() + " UTC"
}

/// Who recorded it, and from where.
pub(crate) fn who(item: &Listed) -> Markup {
    html! {
        @match &item.entry {
            None => "not known any more",
            Some(entry) => {
                (entry.actor.name) " "
                span.beside {
                    (entry.actor.via)
                    @if let Some(from) = &entry.actor.from { ", " (from) }
                    @if !entry.actor.authenticated { ", name not verified" }
                }
            },
        }
    }
}

fn changes(before: Option<&Record>, after: &Record) -> Markup {
    let Some(before) = before else { return html! { "see the entry itself" } };
    let (before, after) = (fields(before), fields(after));
    let names: std::collections::BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let changed = names.into_iter().filter(|name| before.get(*name) != after.get(*name));
    html! {
        ul.changes { @for name in changed { li {
            (name.replace('_', " ")) ": "
            (value(before.get(name))) " → " (value(after.get(name)))
        } } }
    }
}

fn value(text: Option<&String>) -> Markup {
    html! {
        @match text.filter(|text| !text.is_empty()) {
            None => span.muted { "nothing" },
            Some(text) if text.chars().count() > VALUE_CHARS_MAX => {
                (text.chars().take(VALUE_CHARS_MAX).collect::<String>()) "…"
            },
            Some(text) => (text),
        }
    }
}

/// The fields of a record by their path, as text.
fn fields(record: &Record) -> BTreeMap<String, String> {
    let mut fields = BTreeMap::new();
    // What is recorded was JSON before, so it is again.
    if let Ok(mut whole) = serde_json::to_value(record)
        && let Some(value) = whole.get_mut("value").map(Json::take)
    {
        flatten("", &value, &mut fields);
    }
    fields
}

fn flatten(path: &str, value: &Json, fields: &mut BTreeMap<String, String>) {
    match value {
        Json::Object(object) if !object.is_empty() => {
            for (name, value) in object {
                let path =
                    if path.is_empty() { name.clone() } else { format!("{path} › {name}") };
                flatten(&path, value, fields);
            }
        }
        Json::Array(items) => {
            let items = items.iter().map(text).collect::<Vec<_>>();
            fields.insert(path.to_owned(), items.join(", "));
        }
        other => {
            fields.insert(path.to_owned(), text(other));
        }
    }
}

fn text(value: &Json) -> String {
    match value {
        Json::Null => String::new(),
        Json::String(text) => text.clone(),
        Json::Bool(true) => "yes".to_owned(),
        Json::Bool(false) => "no".to_owned(),
        Json::Object(object) if object.is_empty() => String::new(),
        other => other.to_string(),
    }
}
