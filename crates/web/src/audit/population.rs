//! A population: every entry of it, and the forms that draw a sample of it.

use std::collections::BTreeSet;
use std::sync::Arc;

use annex_isms::sample::{Sample, SampleFrame};
use annex_operations::{Command, Listed, SAMPLE_ITEMS_MAX, SampleChoice};
use axum::Form;
use axum::extract::{Query, State};
use axum::response::{Html, Redirect};
use maud::{Markup, html};

use super::{Asked, Scope};
use crate::error::Failure;
use crate::parts::{Pairs, Part, ROWS_MAX, field, optional};
use crate::session::Visitor;
use crate::sign_ins::when;
use crate::{Site, layout, registers};

/// The size that is offered first.
const SIZE: u64 = 25;

/// What is asked for, unless it is of a kind that this person may not read.
fn frame(visitor: &Visitor, scope: &Scope, asked: &Asked) -> Result<SampleFrame, Failure> {
    may_read(visitor, &asked.of)?;
    let sort = match asked.sort.as_str() {
        "" => None,
        sort => {
            let sort = sort.parse();
            Some(sort.map_err(|error| Failure::Asked(format!("Sort of evidence: {error}")))?)
        }
    };
    Ok(SampleFrame {
        kind: asked.of.clone(),
        evidence_kinds: sort.into_iter().collect(),
        from: scope.from,
        to: scope.to,
        controls: scope.controls.clone(),
    })
}

/// Refuses records that this person may not read.
pub(super) fn may_read(visitor: &Visitor, kind: &str) -> Result<(), Failure> {
    let action = annex_operations::reading(kind);
    if visitor.may(action) {
        return Ok(());
    }
    Err(Failure::Forbidden(format!(
        "Your roles do not permit this ({action}). An administrator grants roles."
    )))
}

/// The page.
pub(crate) async fn page(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Result<Html<String>, Failure> {
    if !super::KINDS.iter().any(|(kind, _)| *kind == asked.of) {
        return Err(Failure::NotFound);
    }
    let now = site.operations.now();
    let scope = Scope::of(&asked, now)?;
    let frame = frame(&visitor, &scope, &asked)?;
    let read = async |first: usize| {
        let framed = site.operations.framed_part(&frame, first as u64, ROWS_MAX as u64).await;
        framed.map_err(asked_wrong)
    };
    let asked_first = asked.page.unwrap_or(1).saturating_sub(1).saturating_mul(ROWS_MAX);
    let mut framed = read(asked_first).await?;
    let total = usize::try_from(framed.count.items).unwrap_or(usize::MAX);
    let part = Part::new(asked.page.unwrap_or(1), total);
    if part.range().start != asked_first {
        framed = read(part.range().start).await?;
    }
    let items = site.operations.entries_at(&framed.items).await?;
    let others = [("of", asked.of.as_str()), ("sort", asked.sort.as_str())];
    let words = super::kind_words(&frame.kind);
    let evidence = frame.kind == "evidence";
    let more = html! { @if evidence { (super::sorts(frame.evidence_kinds.first().copied())) } };
    let kept: &[(&str, &str)] = if evidence { &others[..1] } else { &others };
    let picks = visitor.may("draw-sample") && !items.is_empty();
    let body = html! {
        p.beside { a href=(scope.address("/audit", &[])) { "Auditor's view" } " / Population" }
        h1 { (words) }
        (scope.form("/audit/population", kept, &more))
        dl.figures { (layout::fact("Items of the population", &html! { (framed.count.items) })) }
        (super::completeness(&framed.count, frame.to, now))
        @if picks { (draw_form(&visitor, &scope, &others, framed.count.items)) }
        h2 { "Every item" }
        @if items.is_empty() { p { "Nothing of this was recorded in the period." } }
        @else if picks {
            form method="post" action="/audit/samples" {
                (hidden(&visitor, &scope, &others))
                input type="hidden" name="choice" value="pick";
                (table(&items, true))
                fieldset.filter {
                    legend { "Pick those that are selected" }
                    label { "Others, by the number of their entry" input name="entries" placeholder="12, 40"; }
                    label { "What it is for" input name="note"; }
                    button { "Record this sample" }
                }
            }
        } @else { (table(&items, false)) }
        (part.links(&format!("{}&", scope.address("/audit/population", &others))))
    };
    Ok(Html(layout::page(&visitor, "/audit", words, &body)))
}

/// What cannot be shown, instead of what was not recorded.
fn asked_wrong(error: annex_operations::OperationError) -> Failure {
    match Failure::from(error) {
        Failure::Refused(text) => Failure::Asked(text),
        other => other,
    }
}

fn hidden(visitor: &Visitor, scope: &Scope, others: &[(&str, &str)]) -> Markup {
    html! {
        (layout::form_token(visitor))
        input type="hidden" name="from" value=(scope.from);
        input type="hidden" name="to" value=(scope.to);
        input type="hidden" name="controls" value=(scope.controls_text());
        @for (name, value) in others { input type="hidden" name=(name) value=(value); }
    }
}

fn draw_form(visitor: &Visitor, scope: &Scope, others: &[(&str, &str)], items: u64) -> Markup {
    let most = items.min(SAMPLE_ITEMS_MAX);
    html! {
        h2 { "Draw by a seed" }
        form.stack method="post" action="/audit/samples" {
            (hidden(visitor, scope, others))
            input type="hidden" name="choice" value="draw";
            label { "How many, 1 to " (most) input type="number" name="size" min="1" max=(most) value=(SIZE.min(most)) required; }
            label { "Seed; without one it is drawn at random" input name="seed" maxlength="64" pattern="[a-zA-Z0-9-]+" autocomplete="off"; }
            label { "What it is for" input name="note"; }
            button { "Draw and record" }
        }
        p.beside { "Chosen are the items for which the SHA-256 of the seed, a colon and the number of the entry is smallest, so that anyone can repeat it. Every sample is on record, also one that is drawn again." }
    }
}

/// Entries, with a box for each where one can be picked.
pub(super) fn table(items: &[Listed], picks: bool) -> Markup {
    html! {
        div.scroll tabindex="0" role="region" aria-label="Items" { table {
            thead { tr {
                @if picks { th scope="col" { "Select" } }
                th scope="col" { "Entry" } th scope="col" { "When" } th scope="col" { "What" } th scope="col" { "Who" }
            } }
            tbody { @for item in items { tr {
                @if picks { td data-label="Select" {
                    input type="checkbox" name="entry" value=(item.index) aria-label=(format!("Select entry {}", item.index));
                } }
                td data-label="Entry" { a href=(format!("/ledger/{}", item.index)) { (item.index) } }
                (what_and_who(item))
            } } }
        } }
    }
}

/// The cells of an entry: when, of what, and by whom.
pub(super) fn what_and_who(item: &Listed) -> Markup {
    html! {
        td data-label="When" { (when(item.at)) }
        td data-label="What" {
            @if item.entry.is_none() { span.open { "erased: " } }
            a href=[super::record_link(&item.kind, &item.key)] { (item.key) }
        }
        td data-label="Who" { (registers::who(item)) }
    }
}

/// Draws a sample and shows it.
pub(crate) async fn draw(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Form(pairs): Form<Pairs>,
) -> Result<Redirect, Failure> {
    let asked = Asked {
        from: pairs.one("from").to_owned(),
        to: pairs.one("to").to_owned(),
        controls: pairs.one("controls").to_owned(),
        of: pairs.one("of").to_owned(),
        sort: pairs.one("sort").to_owned(),
        ..Asked::default()
    };
    let scope = Scope::of(&asked, site.operations.now())?;
    let frame = frame(&visitor, &scope, &asked)?;
    let choice = match pairs.one("choice") {
        "draw" => SampleChoice::Draw {
            size: field("How many", pairs.one("size"))?,
            seed: optional::<String>("Seed", pairs.one("seed"))?,
        },
        _ => SampleChoice::Pick { entries: picked(&pairs)? },
    };
    let by = visitor.0.person.clone();
    let note = pairs.one("note").to_owned();
    let command = Command::DrawSample { frame, choice, note, by };
    visitor.execute(&site, pairs.one("form"), command).await?;
    let all: Vec<Sample> = site.operations.all_of().await?;
    let own = all.iter().filter(|sample| sample.by == visitor.0.person);
    let newest = own.max_by_key(|sample| sample.at);
    Ok(Redirect::to(&newest.map_or_else(
        || "/audit#samples".to_owned(),
        |sample| format!("/audit/samples/{}", sample.id),
    )))
}

/// The entries whose boxes are ticked, and those that were typed.
fn picked(pairs: &Pairs) -> Result<BTreeSet<u64>, Failure> {
    let typed = pairs.one("entries").split([',', ' ']).filter(|number| !number.is_empty());
    pairs.all("entry").chain(typed).map(|number| field("Entry", number)).collect()
}
