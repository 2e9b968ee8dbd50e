//! A sample: what it was drawn from, its items with their proofs, and the same as a file.

use std::sync::Arc;

use annex_isms::sample::{Sample, SampleMethod};
use annex_operations::Listed;
use annex_report::{Cell, Column, Table};
use axum::extract::{Path, Query, State};
use axum::http::{HeaderValue, header};
use axum::response::{Html, IntoResponse as _, Response};
use maud::{Markup, html};

use super::population::{may_read, what_and_who};
use super::{Asked, frame_words};
use crate::error::Failure;
use crate::registers::attachment;
use crate::session::Visitor;
use crate::sign_ins::when;
use crate::{Site, layout};

/// A sample by its id, unless it is of what this person may not read.
async fn found(site: &Site, visitor: &Visitor, id: &str) -> Result<Sample, Failure> {
    let sample: Option<Sample> = site.operations.look_up(id).await?;
    let sample = sample.ok_or(Failure::NotFound)?;
    may_read(visitor, &sample.frame.kind)?;
    Ok(sample)
}

/// The items of a sample, in the order of the ledger.
async fn items(site: &Site, sample: &Sample) -> Result<Vec<Listed>, Failure> {
    let chosen: Vec<u64> = sample.chosen.iter().copied().collect();
    Ok(site.operations.entries_at(&chosen).await?)
}

/// The page; `verify=yes` verifies every proof and draws again.
pub(crate) async fn page(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Html<String>, Failure> {
    let sample = found(&site, &visitor, &id).await?;
    let items = items(&site, &sample).await?;
    let own = site.operations.version("sample", &id).await?;
    let verifies = asked.verify == "yes";
    let again = if verifies { Some(site.operations.sample_fault(&sample).await?) } else { None };
    let mut faults = Vec::with_capacity(items.len());
    for item in &items {
        faults.push(if verifies { Some(fault(&site, item.index).await?) } else { None });
    }
    let here = format!("/audit/samples/{id}");
    let body = html! {
        p.beside { a href="/audit" { "Auditor's view" } " / Samples" }
        h1 { "Sample " (sample.id) }
        dl.facts {
            (layout::fact("Population", &html! { (frame_words(&sample.frame)) }))
            (layout::fact("Items of the population", &html! { (sample.count.items) }))
            (layout::fact("Items of the sample", &html! { (sample.chosen.len()) }))
            (layout::fact("Chosen", &method(&sample.method)))
            (layout::fact("Drawn", &html! { (when(sample.at)) " by " (sample.by) }))
            @if !sample.note.is_empty() { (layout::fact("What it is for", &html! { (sample.note) })) }
            @if let Some(index) = own { (layout::fact("Recorded", &html! { a href=(format!("/ledger/{index}")) { "entry " (index) " of the ledger" } })) }
            @match &again {
                None => {},
                Some(None) => (layout::fact("Verified", &layout::chip("good", "✓", "the same population, and the same items of it"))),
                Some(Some(fault)) => (layout::fact("Verified", &html! { (layout::chip("bad", "✗", "no")) p.problem role="alert" { (fault) } })),
            }
        }
        h2 { "By what completeness is known" }
        (super::completeness(&sample.count, sample.frame.to, sample.at))
        h2 id="items" { "Items" }
        p {
            a href=(format!("{here}?verify=yes#items")) { "Verify the sample and the proof of every item" } " · "
            a href=(format!("{here}/sample.csv")) { "CSV" }
        }
        div.scroll tabindex="0" role="region" aria-label="Items" { table {
            thead { tr {
                th scope="col" { "Entry" } th scope="col" { "When" } th scope="col" { "What" } th scope="col" { "Who" } th scope="col" { "Proof" }
            } }
            tbody { @for (item, fault) in items.iter().zip(&faults) { tr {
                th scope="row" { a href=(format!("/ledger/{}", item.index)) { (item.index) } }
                (what_and_who(item))
                td data-label="Proof" { @match fault {
                    None => a href=(format!("/ledger/{}", item.index)) { "Verify " (item.index) },
                    Some(None) => (layout::chip("good", "✓", "verified")),
                    Some(Some(why)) => { (layout::chip("bad", "✗", "no")) " " (why) },
                } }
            } } }
        } }
        h2 { "How to draw it again" }
        (how(&sample))
    };
    Ok(Html(layout::page(&visitor, "/audit", &format!("Sample {id}"), &body)))
}

/// What of an entry's proof does not hold.
async fn fault(site: &Site, index: u64) -> Result<Option<String>, Failure> {
    let proof = site.operations.proof(index).await?;
    Ok(proof.map_or_else(|| Some("the ledger has no such entry".to_owned()), |own| own.fault))
}

fn method(method: &SampleMethod) -> Markup {
    html! {
        @match method {
            SampleMethod::Drawn { seed, given } => {
                "by the seed " code { (seed) } @if *given { ", which the auditor gave" } @else { ", which was drawn at random" }
            },
            SampleMethod::Picked => "by hand",
        }
    }
}

fn how(sample: &Sample) -> Markup {
    html! {
        @match &sample.method {
            SampleMethod::Picked => p { "It was picked by hand, so there is nothing to repeat; the population can be listed again." },
            SampleMethod::Drawn { seed, .. } => {
                p { "Take the numbers of the entries of the population as the ledger was then: " a href=(format!("/audit/samples/{}/entries.txt", sample.id)) { "entries.txt" } ". For each, take the SHA-256 of the seed, a colon and the number. The sample are the " (sample.chosen.len()) " entries for which it is smallest:" }
                pre { "while read -r i; do echo \"$(printf '%s:%s' " (seed) " \"$i\" | sha256sum) $i\"; done <entries.txt | sort | head -n " (sample.chosen.len()) }
            },
        }
    }
}

/// The items as CSV, for the auditor's own papers.
pub(crate) async fn csv(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let sample = found(&site, &visitor, &id).await?;
    let left = Column::left;
    let columns = vec![
        left("sample", "Sample"),
        left("entry", "Entry"),
        left("recorded_at", "When"),
        left("kind", "Kind"),
        left("key", "What"),
        left("actor", "Who"),
        left("via", "By way of"),
        left("authenticated", "Name verified"),
        left("leaf", "Leaf"),
    ];
    let mut table = Table::new("sample", "", columns);
    for item in items(&site, &sample).await? {
        let actor = item.entry.as_ref().map(|entry| &entry.actor);
        let proof = site.operations.proof(item.index).await?.ok_or(Failure::NotFound)?;
        table.rows.push(vec![
            Cell::text(&id),
            Cell::number(item.index),
            Cell::maybe(Some(item.at)),
            Cell::text(&item.kind),
            Cell::text(&item.key),
            Cell::maybe(actor.map(|actor| &actor.name)),
            Cell::maybe(actor.map(|actor| &actor.via)),
            Cell::maybe(actor.map(|actor| if actor.authenticated { "yes" } else { "no" })),
            Cell::text(&proof.leaf),
        ]);
    }
    let format = HeaderValue::from_static("text/csv; charset=utf-8; header=present");
    let mut response = table.to_csv().into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, format);
    response.headers_mut().insert(header::CONTENT_DISPOSITION, attachment(&format!("{id}.csv")));
    Ok(response)
}

/// The numbers of the entries that it was drawn from, one in a line.
pub(crate) async fn entries(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    use std::fmt::Write as _;
    let sample = found(&site, &visitor, &id).await?;
    let mut text = String::new();
    for index in site.operations.population_of(&sample).await? {
        let _ = writeln!(text, "{index}");
    }
    let format = HeaderValue::from_static("text/plain; charset=utf-8");
    let mut response = text.into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, format);
    response.headers_mut().insert(header::CONTENT_DISPOSITION, attachment("entries.txt"));
    Ok(response)
}
