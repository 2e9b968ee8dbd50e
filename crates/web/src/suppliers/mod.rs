//! Suppliers: what was agreed with them on AI, how they answer, and when each is looked at again.

mod agreement;
mod forms;
mod posture;

use std::sync::Arc;

use annex_isms::assessment::Counts;
use annex_isms::comment::AboutKind;
use annex_isms::entity::{Agreement, Person, Supplier};
use annex_isms::{Assessment, Date, Subject};
use axum::extract::{Path, Query as Asked, State};
use axum::response::Html;
use maud::{Markup, html};
use serde::Deserialize;

use crate::error::Failure;
use crate::parts::{Part, Search};
use crate::session::Visitor;
use crate::{Site, comments, layout};

pub(crate) use forms::{put, put_agreement};
pub(crate) use posture::answer;

/// After how many days an agreement is reviewed again, unless it says otherwise.
const REVIEW_DAYS: u32 = 365;
/// How many days before its last day something is said to expire soon.
const SOON_DAYS: u32 = 60;

/// Which suppliers to list.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Filter {
    text: String,
    page: Option<usize>,
}

/// The list.
pub(crate) async fn list(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Asked(filter): Asked<Filter>,
) -> Result<Html<String>, Failure> {
    let assessment = site.assessment().await?;
    let all: Vec<Supplier> = site.operations.all_of().await?;
    let agreements: Vec<Agreement> = site.operations.all_of().await?;
    let people: Vec<Person> = site.operations.all_of().await?;
    let search = Search::new(&filter.text);
    let chosen: Vec<&Supplier> =
        all.iter().filter(|own| search.fits(&format!("{} {}", own.id, own.name))).collect();
    let part = Part::new(filter.page.unwrap_or(1), chosen.len());
    let today = assessment.at.date();
    let body = html! {
        h1 { "Suppliers" }
        form.filter method="get" action="/suppliers" role="search" {
            label { "Contains" input name="text" value=(filter.text); }
            button { "Show" }
        }
        p.beside { (chosen.len()) " of " (all.len()) (crate::import::link(&visitor, "suppliers")) }
        @if chosen.is_empty() { p { "No supplier fits." } } @else {
            div.scroll tabindex="0" role="region" aria-label="Suppliers" { table {
                thead { tr {
                    th scope="col" { "Supplier" } th scope="col" { "Owner" } th scope="col" { "Agreement" }
                    th scope="col" { "Reviewed again" } th scope="col" { "Requirements" }
                } }
                tbody { @for own in &chosen[part.range()] { tr {
                    th scope="row" { a href=(format!("/suppliers/{}", own.id)) { (own.name) } }
                    td { @match &own.owner { Some(owner) => (owner), None => span.open { "nobody" } } }
                    td { (newest(&agreements, own, today)) }
                    td { @if let Some(agreement) = agreements.iter().find(|a| a.supplier == own.id) { (next_review(agreement, today)) } }
                    td { (layout::counts(&counts(&site, &assessment, own))) }
                } } }
            } }
            (part.links(&crate::parts::query("/suppliers", &[("text", &filter.text)])))
        }
        @if visitor.may("put-supplier") { (forms::supplier_form(&visitor, None, None, &people)) }
    };
    Ok(Html(layout::page(&visitor, "/suppliers", "Suppliers", &body)))
}

fn newest(agreements: &[Agreement], supplier: &Supplier, today: Date) -> Markup {
    let own = agreements.iter().filter(|agreement| agreement.supplier == supplier.id);
    match own.max_by_key(|agreement| agreement.signed) {
        None => layout::chip("bad", "✗", "none"),
        Some(agreement) => html! { (in_force(agreement, today)) p.reason { (agreement.title) } },
    }
}

/// Whether an agreement is in force.
fn in_force(agreement: &Agreement, today: Date) -> Markup {
    match (agreement.signed, agreement.expires) {
        (None, _) => layout::chip("bad", "✗", "not signed"),
        (Some(_), Some(last)) if last < today => layout::chip("bad", "✗", &format!("ended {last}")),
        (Some(_), Some(last)) if last < today.plus_days(SOON_DAYS) => {
            layout::chip("open", "!", &format!("ends {last}"))
        }
        (Some(_), Some(last)) => layout::chip("good", "✓", &format!("in force until {last}")),
        (Some(_), None) => layout::chip("good", "✓", "in force"),
    }
}

/// When an agreement is reviewed again.
fn next_review(agreement: &Agreement, today: Date) -> Markup {
    let days = agreement.review_days.unwrap_or(REVIEW_DAYS);
    match agreement.reviewed.map(|reviewed| reviewed.plus_days(days)) {
        None => layout::chip("open", "?", "no review is on record"),
        Some(next) if next < today => layout::chip("bad", "✗", &format!("due since {next}")),
        Some(next) if next < today.plus_days(SOON_DAYS) => {
            layout::chip("open", "!", &format!("due {next}"))
        }
        Some(next) => layout::chip("good", "✓", &format!("due {next}")),
    }
}

/// The results that are about a supplier.
fn counts(site: &Site, assessment: &Assessment, supplier: &Supplier) -> Counts {
    let subject = Subject::Supplier(supplier.id.clone());
    crate::controls::count(posture::results(site, assessment, &subject).map(|(_, result)| result))
}

/// One supplier.
pub(crate) async fn page(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Html<String>, Failure> {
    let supplier: Option<Supplier> = site.operations.look_up(&id).await?;
    let supplier = supplier.ok_or(Failure::NotFound)?;
    let assessment = site.assessment().await?;
    let people: Vec<Person> = site.operations.all_of().await?;
    let agreements: Vec<Agreement> = site.operations.all_of().await?;
    let agreements: Vec<&Agreement> =
        agreements.iter().filter(|agreement| agreement.supplier == supplier.id).collect();
    let mut versions = Vec::with_capacity(agreements.len());
    for agreement in &agreements {
        versions.push(site.operations.version("agreement", agreement.id.as_str()).await?);
    }
    let seen = site.operations.version("supplier", &id).await?;
    let today = assessment.at.date();
    let body = html! {
        p.beside { a href="/suppliers" { "Suppliers" } " / " (supplier.id) }
        h1 { (supplier.name) }
        dl.facts {
            (layout::fact("Owner", &html! { @match &supplier.owner { Some(owner) => (owner), None => span.open { "nobody" } } }))
            (layout::fact("Provides", &provides(&assessment, &supplier)))
            (layout::fact("Certificates and reports", &certifications(&supplier, today)))
        }
        h2 { "Agreements" }
        @if agreements.is_empty() { p.problem { "There is none on record." } }
        @for (own, seen) in agreements.iter().zip(versions) {
            (agreement::shown(own, today))
            @if visitor.may("put-agreement") { (agreement::edit(&visitor, own, seen)) }
        }
        @if visitor.may("put-agreement") { (agreement::new(&visitor, &supplier, agreements.len())) }
        (posture::section(&site, &visitor, &assessment, &supplier))
        @if visitor.may("put-supplier") { (forms::supplier_form(&visitor, Some(&supplier), seen, &people)) }
        (comments::on(&site, &visitor, AboutKind::Supplier, &id).await?)
    };
    Ok(Html(layout::page(&visitor, "/suppliers", &supplier.name, &body)))
}

/// The most assets of a supplier on its page.
const ASSETS_MAX: usize = 20;

fn provides(assessment: &Assessment, supplier: &Supplier) -> Markup {
    let own = assessment.assets.iter();
    let own: Vec<_> = own
        .filter(|asset| asset.present && asset.supplier.as_ref() == Some(&supplier.id))
        .collect();
    html! {
        @if own.is_empty() { span.muted { "nothing that was found" } }
        @for asset in own.iter().take(ASSETS_MAX) { p.plain { (asset.name) " " span.beside { (asset.kind.as_str().replace('_', " ")) } } }
        @if own.len() > ASSETS_MAX { p.reason { "and " (own.len() - ASSETS_MAX) " more" } }
    }
}

fn certifications(supplier: &Supplier, today: Date) -> Markup {
    html! {
        @if supplier.certifications.is_empty() { span.open { "none is on record" } }
        @for own in &supplier.certifications { p.plain {
            (own.name) " "
            @match own.expires {
                None => (layout::chip("open", "?", "no last day is on record")),
                Some(last) if last < today => (layout::chip("bad", "✗", &format!("expired {last}"))),
                Some(last) if last < today.plus_days(SOON_DAYS) => (layout::chip("open", "!", &format!("until {last}"))),
                Some(last) => (layout::chip("good", "✓", &format!("until {last}"))),
            }
        } }
    }
}
