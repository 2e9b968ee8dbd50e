//! What is related to a record: each list is the first of a filtered one, and leads to it.

use annex_isms::entity::{Asset, Flow};
use annex_isms::{Instant, Record, RecordedObservation, Subject};
use annex_operations::{LIST_ROWS_MAX, ListQuery, Listed};
use annex_report::flow_diagram;
use maud::{Markup, html};

use super::entity::subject_link;
use super::kinds::Kind;
use super::list;
use crate::Site;
use crate::error::Failure;

/// How many of each are shown; the rest is one click away.
const RELATED_ROWS_MAX: u64 = 20;

/// What is related to a record.
pub(super) async fn to(site: &Site, record: &Record) -> Result<Markup, Failure> {
    Ok(match record {
        Record::Asset(asset) => {
            let subject = Subject::Asset(asset.id.clone());
            html! {
                (flows(site, asset).await?)
                h2 { "Where it was found" }
                @if asset.locations.is_empty() { p { "No collector has seen it: a person entered it." } }
                @else {
                    p.beside { "By " (asset.seen_in) }
                    ul { @for place in asset.locations.iter().take(50) { li { code { (place) } } } }
                    @if asset.locations.len() > 50 { p.beside { "and " (asset.locations.len() - 50) " more" } }
                }
                (about(site, &subject).await?)
            }
        }
        Record::System(system) => html! {
            (several(site, "Its assets", "asset", "system", system.id.as_str()).await?)
            (several(site, "Its risks", "risk", "system", system.id.as_str()).await?)
            (about(site, &Subject::System(system.id.clone())).await?)
        },
        Record::Supplier(supplier) => html! {
            (several(site, "Agreements", "agreement", "supplier", supplier.id.as_str()).await?)
            (several(site, "Assets that it provides", "asset", "supplier", supplier.id.as_str()).await?)
            (about(site, &Subject::Supplier(supplier.id.clone())).await?)
        },
        Record::Agreement(agreement) => html! {
            @if let Some(digest) = agreement.evidence { (signed_text(&digest.to_string())) }
            (about(site, &Subject::Agreement(agreement.id.clone())).await?)
        },
        Record::Document(document) => html! {
            @if let Some(digest) = document.evidence { (signed_text(&digest.to_string())) }
            (about(site, &Subject::Document(document.id.clone())).await?)
        },
        Record::Flow(flow) => about(site, &Subject::Flow(flow.id.clone())).await?,
        Record::Person(person) => html! {
            (several(site, "Gaps", "gap", "owner", person.id.as_str()).await?)
            (several(site, "Requests", "request", "owner", person.id.as_str()).await?)
            (several(site, "Assets", "asset", "owner", person.id.as_str()).await?)
            (several(site, "Risks", "risk", "owner", person.id.as_str()).await?)
        },
        Record::Risk(risk) => html! {
            h2 { "The assets that it needs" }
            @if risk.assets.is_empty() { p { "None is named." } }
            ul { @for asset in risk.assets.iter().take(50) {
                li { a href=[Kind::link("asset", asset.as_str())] { (asset) } }
            } }
            @if risk.assets.len() > 50 { p.beside { "and " (risk.assets.len() - 50) " more" } }
            (several(site, "Exceptions", "exception", "risk", risk.id.as_str()).await?)
        },
        _ => html! {},
    })
}

fn signed_text(digest: &str) -> Markup {
    html! { p { a href=[Kind::link("evidence", digest)] { "The text, as evidence" } } }
}

/// The first records of a kind with this value in a field.
async fn several(
    site: &Site,
    title: &str,
    kind: &'static str,
    field: &str,
    value: &str,
) -> Result<Markup, Failure> {
    let query = ListQuery { limit: RELATED_ROWS_MAX, ..ListQuery::of(kind).with(field, value) };
    let page = site.operations.list(&query).await?;
    let all = Kind::link(kind, "").map(|path| {
        let value: String = form_urlencoded::byte_serialize(value.as_bytes()).collect();
        format!("{}?{field}={value}", path.trim_end_matches('/'))
    });
    Ok(html! {
        h2 { (title) }
        @if page.items.is_empty() { p { "None is on record." } } @else {
            (links(kind, &page.items))
            @if page.total > RELATED_ROWS_MAX { p { a href=[all] { "All " (page.total) } } }
        }
    })
}

fn links(kind: &'static str, items: &[Listed]) -> Markup {
    html! {
        ul { @for item in items { li {
            a href=[Kind::link(kind, &item.key)] { (list::name(item)) }
            @if let Some(Record::Gap(gap)) = item.entry.as_ref().map(|entry| &entry.record) {
                " " span.beside { (gap.status.as_str().replace('_', " ")) ", due " (gap.due) }
            }
        } } }
    }
}

/// What is known of a subject, and what has to be done about it.
async fn about(site: &Site, subject: &Subject) -> Result<Markup, Failure> {
    let observations = site.operations.observations_of(subject).await?;
    let subject = subject.to_string();
    Ok(html! {
        (several(site, "Gaps about it", "gap", "subject", &subject).await?)
        (several(site, "Requests about it", "request", "subject", &subject).await?)
        (several(site, "Evidence about it", "evidence", "subject", &subject).await?)
        h2 { "What was observed" }
        (observed(&observations, site.operations.now()))
    })
}

fn observed(observations: &[RecordedObservation], now: Instant) -> Markup {
    let shown = usize::try_from(LIST_ROWS_MAX).unwrap_or(usize::MAX);
    html! {
        @if observations.is_empty() { p { "Nobody has observed anything of it." } } @else {
            div.scroll tabindex="0" role="region" aria-label="What was observed" { table {
                thead { tr {
                    th scope="col" { "Attribute" } th scope="col" { "Value" } th scope="col" { "Basis" }
                    th scope="col" { "By" } th scope="col" { "Age" } th scope="col" { "Evidence" }
                } }
                tbody { @for seen in observations.iter().take(shown) { tr {
                    td data-label="Attribute" { (seen.attribute) }
                    td data-label="Value" { (seen.value) }
                    td data-label="Basis" { (seen.basis) }
                    td data-label="By" { (seen.source) }
                    td data-label="Age" { (age(now.days_since(seen.period.to))) }
                    td data-label="Evidence" {
                        @if let Some(digest) = seen.evidence {
                            a href=[subject_or_evidence(&digest.to_string())] { "evidence" }
                        } @else { span.muted { "none" } }
                    }
                } } }
            } }
            @if observations.len() > shown { p.beside { "and " (observations.len() - shown) " more" } }
        }
    }
}

fn subject_or_evidence(digest: &str) -> Option<String> {
    Kind::link("evidence", digest).or_else(|| subject_link(digest))
}

fn age(days: i64) -> String {
    match days {
        ..=0 => "today".to_owned(),
        1 => "1 day".to_owned(),
        days => format!("{days} days"),
    }
}

/// The flows into and out of an asset: drawn, and as a table with all of them.
async fn flows(site: &Site, asset: &Asset) -> Result<Markup, Failure> {
    let mut flows: Vec<Flow> = Vec::new();
    let mut total = 0;
    for end in ["to", "from"] {
        let query = ListQuery {
            limit: RELATED_ROWS_MAX,
            ..ListQuery::of("flow").with(end, asset.id.as_str())
        };
        let page = site.operations.list(&query).await?;
        total += page.total;
        for listed in page.items {
            if let Some(Record::Flow(flow)) = listed.entry.map(|entry| entry.record) {
                flows.push(flow);
            }
        }
    }
    let ends: std::collections::BTreeSet<String> =
        flows.iter().flat_map(|flow| [flow.from.to_string(), flow.to.to_string()]).collect();
    let ends: Vec<String> = ends.into_iter().collect();
    let mut assets: Vec<Asset> = Vec::new();
    for listed in site.operations.find("asset", &ends).await? {
        if let Some(Record::Asset(asset)) = listed.entry.map(|entry| entry.record) {
            assets.push(asset);
        }
    }
    let name = |id: &annex_isms::AssetId| {
        let known = assets.iter().find(|asset| asset.id == *id);
        known.map_or_else(|| id.to_string(), |asset| asset.name.clone())
    };
    Ok(html! {
        h2 { "Data flows" }
        @if flows.is_empty() { p { "No data flow in or out of it is on record." } } @else {
            (flow_diagram(&format!("Data flows of {}", asset.name), "flows", &assets, &flows))
            div.scroll tabindex="0" role="region" aria-label="Data flows" { table {
                thead { tr {
                    th scope="col" { "From" } th scope="col" { "To" } th scope="col" { "Carries" }
                    th scope="col" { "Data classes" }
                } }
                tbody { @for flow in &flows { tr {
                    @for end in [&flow.from, &flow.to] {
                        td { @if *end == asset.id { (name(end)) } @else {
                            a href=[Kind::link("asset", end.as_str())] { (name(end)) }
                        } }
                    }
                    td { a href=[Kind::link("flow", flow.id.as_str())] { (flow.carries) } }
                    td { @if flow.classes.is_empty() { span.open { "not known" } } @else {
                        (flow.classes.iter().map(|class| class.as_str()).collect::<Vec<_>>().join(", "))
                    } }
                } } }
            } }
            @if total > flows.len() as u64 {
                p { a href=(format!("/registers/flows?from={}", asset.id)) { "All flows out" } ", "
                    a href=(format!("/registers/flows?to={}", asset.id)) { "all flows in" } }
            }
        }
    })
}
