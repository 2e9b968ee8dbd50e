//! The list of a register: searched, filtered, sorted, page by page, without a script.

use std::sync::Arc;

use annex_operations::{Form as FieldForm, ListQuery, Listed, Listing, NONE};
use annex_report::{Column, Reader, Tone};
use axum::extract::{Path, Query, State};
use axum::response::Html;
use maud::{Markup, html};

use super::cells::cells;
use super::kinds::{Ask, Choice, KINDS, Kind};
use super::query::{Asked, PAGE_ROWS};
use crate::error::Failure;
use crate::session::Visitor;
use crate::{Site, layout};

/// How many ids a field offers to choose from; where there are more, they are typed.
const OFFERED_MAX: u64 = 200;

/// The page.
pub(crate) async fn page(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Path(path): Path<String>,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Html<String>, Failure> {
    let Some(kind) = Kind::at(&path) else {
        return super::judged::page(&site, &visitor, &path).await;
    };
    let asked = Asked::read(pairs)?;
    let page = site.operations.list(&asked.query(kind)).await?;
    let first = asked.page.saturating_mul(PAGE_ROWS);
    let here = format!("/registers/{path}");
    let offered = offered(&site, kind).await?;
    let views = super::views::section(&site, &visitor, kind, &asked).await?;
    let body = html! {
        h1 { (kind.title) }
        @if kind.record == "evidence" && visitor.may("add-evidence") { p { a href="/evidence/new" { "New evidence" } } }
        (filter(kind, &asked, &here, &offered))
        (views)
        p.beside {
            @if page.items.is_empty() { "0 of " (page.total) }
            @else { (first + 1) "–" (first + page.items.len() as u64) " of " (page.total) }
            @if page.total > 0 {
                " · all of them as "
                a href=(asked.on(0).address(&format!("{here}/export.csv"))) { "CSV" } " or "
                a href=(asked.on(0).address(&format!("{here}/export.xlsx"))) { "XLSX" }
            }
            (crate::import::link(&visitor, kind.path))
        }
        @if page.items.is_empty() {
            p { @if asked.narrows() { "Nothing on record fits." } @else { "Nothing of this kind is on record yet." } }
        } @else {
            @if kind.record == "asset" && visitor.may("register-asset") {
                form method="post" action="/edit/assets" {
                    (table(kind, &asked, &here, &page.items, true))
                    (super::edit::fields(&visitor))
                }
            } @else { (table(kind, &asked, &here, &page.items, false)) }
            (pages(&asked, &here, page.total))
        }
    };
    Ok(Html(layout::page(&visitor, &here, kind.title, &body)))
}

/// All registers, and how much is in each.
pub(crate) async fn index(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
) -> Result<Html<String>, Failure> {
    let lengths = site.operations.lengths(&KINDS.each_ref().map(|kind| kind.record)).await?;
    let body = html! {
        h1 { "Registers" }
        dl.figures { @for (kind, length) in KINDS.iter().zip(lengths) {
            (layout::fact(kind.title, &html! { a href=(format!("/registers/{}", kind.path)) { (length) } }))
        } }
    };
    Ok(Html(layout::page(&visitor, "/registers", "Registers", &body)))
}

/// The ids that the fields of a form offer, by kind.
async fn offered(site: &Site, kind: &Kind) -> Result<Vec<(&'static str, Vec<Listed>)>, Failure> {
    let mut offered = Vec::new();
    for ask in kind.asks {
        if let Choice::Record(of, _) = ask.choice {
            let length: u64 = site.operations.lengths(&[of]).await?.iter().sum();
            let records = if length <= OFFERED_MAX {
                let query = ListQuery { limit: OFFERED_MAX, ..ListQuery::of(of) };
                site.operations.list(&query).await?.items
            } else {
                Vec::new()
            };
            offered.push((of, records));
        }
    }
    Ok(offered)
}

fn filter(
    kind: &Kind,
    asked: &Asked,
    here: &str,
    offered: &[(&'static str, Vec<Listed>)],
) -> Markup {
    html! {
        form.filter method="get" action=(here) role="search" {
            label { "Contains" input name="text" value=(asked.text); }
            @for ask in kind.asks { (field(ask, asked.answer(ask.name))) }
            @if let Some(sort) = &asked.sort { input type="hidden" name="sort" value=(sort); }
            @if asked.descending { input type="hidden" name="order" value="desc"; }
            button { "Show" }
            @if asked.narrows() { a href=(here) { "Show all" } }
        }
        @for (of, records) in offered {
            datalist id=(format!("all-{of}")) {
                @for record in records { option value=(record.key) { (name(record)) } }
                option value=(NONE) { "none" }
            }
        }
    }
}

/// The name of a record for people.
pub(crate) fn name(listed: &Listed) -> String {
    let cells = listed.entry.as_ref().map(|entry| cells(&entry.record)).unwrap_or_default();
    cells.into_iter().next().map_or_else(|| listed.key.clone(), |cell| cell.text)
}

fn field(ask: &Ask, answer: &str) -> Markup {
    html! {
        label {
            (ask.label)
            @match ask.choice {
                Choice::Words(words) => select name=(ask.name) {
                    option value="" { "any" }
                    @for word in words() {
                        option value=(word) selected[word == answer] { (word.replace('_', " ")) }
                    }
                },
                Choice::Record(of, none) => {
                    input name=(ask.name) value=(answer) list=(format!("all-{of}"))
                        placeholder=[none.then_some("- for none")] autocomplete="off";
                },
                Choice::Flag(none) => select name=(ask.name) {
                    option value="" { "any" }
                    option value="yes" selected[answer == "yes"] { "yes" }
                    option value="no" selected[answer == "no"] { "no" }
                    @if let Some(none) = none { option value=(NONE) selected[answer == NONE] { (none) } }
                },
                Choice::Day => input type="date" name=(ask.name) value=(answer);,
                Choice::Text => input name=(ask.name) value=(answer);,
            }
        }
    }
}

fn table(kind: &Kind, asked: &Asked, here: &str, items: &[Listed], selects: bool) -> Markup {
    let columns = kind.columns();
    let shown: Vec<(usize, &Column)> = columns
        .iter()
        .enumerate()
        .filter(|(_, column)| column.reader != Reader::Machines)
        .collect();
    html! {
        div.scroll tabindex="0" role="region" aria-label=(kind.title) { table {
            thead { tr {
                @if selects { th scope="col" { "Select" } }
                @for (_, column) in &shown { (heading(kind, asked, here, column)) }
            } }
            tbody { @for item in items { tr {
                @let cells = item.entry.as_ref().map(|entry| cells(&entry.record)).unwrap_or_default();
                @if selects {
                    td data-label="Select" {
                        input type="checkbox" name="asset" value=(item.key) aria-label=(format!("Select {}", name(item)));
                    }
                }
                @if cells.is_empty() {
                    td colspan=(shown.len()) { "Erased: " (item.key) }
                }
                @for (place, (index, column)) in shown.iter().enumerate() {
                    @if let Some(cell) = cells.get(*index) {
                        td data-label=(column.title) {
                            @if place == 0 {
                                a href=(format!("{}/{}", here, item.key)) { (cell.text) }
                            } @else if cell.tone == Tone::Plain { (cell.text) }
                            @else { span.(cell.tone.class()) { (cell.text) } }
                        }
                    }
                }
            } } }
        } }
    }
}

fn heading(kind: &Kind, asked: &Asked, here: &str, column: &Column) -> Markup {
    let listing = Listing::of(kind.record);
    let sorts = listing.and_then(|listing| listing.field(column.key)).filter(|f| f.form.sorts());
    let now =
        asked.sort.as_deref().or(listing.map(|listing| listing.sorted_by)).unwrap_or_default();
    let state = match (now == column.key, asked.descending) {
        (false, _) => None,
        (true, false) => Some(("ascending", " ▲")),
        (true, true) => Some(("descending", " ▼")),
    };
    html! {
        th scope="col" aria-sort=[state.map(|(word, _)| word)] {
            @match sorts.map(|field| field.form) {
                None | Some(FieldForm::System) => (column.title),
                Some(_) => a href=(asked.sorted(column.key, now).address(here)) {
                    (column.title)
                    @if let Some((_, mark)) = state { span aria-hidden="true" { (mark) } }
                },
            }
        }
    }
}

fn pages(asked: &Asked, here: &str, total: u64) -> Markup {
    let last = total.saturating_sub(1) / PAGE_ROWS;
    html! {
        @if last > 0 {
            nav.pages aria-label="Pages of the list" {
                @if asked.page > 0 { a rel="prev" href=(asked.on(asked.page.min(last + 1) - 1).address(here)) { "Previous" } }
                span { "Page " (asked.page.saturating_add(1)) " of " (last + 1) }
                @if asked.page < last { a rel="next" href=(asked.on(asked.page + 1).address(here)) { "Next" } }
            }
        }
    }
}
