//! The page of a record: its facts, what is related to it, its history, and its proof.

use std::sync::Arc;

use annex_isms::entity::Evidence;
use annex_isms::{Digest, Subject};
use annex_operations::{Listed, OperationError};
use annex_report::{Cell, Column};
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, header};
use axum::response::{Html, IntoResponse, Response};
use maud::{Markup, html};
use tokio_util::io::ReaderStream;

use super::cells::cells;
use super::kinds::Kind;
use super::{history, list, related};
use crate::error::Failure;
use crate::session::Visitor;
use crate::{Site, comments, layout, ledger};

/// The page.
pub(crate) async fn page(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Path((path, key)): Path<(String, String)>,
) -> Result<Html<String>, Failure> {
    let kind = Kind::at(&path).ok_or(Failure::NotFound)?;
    let listed = one(&site, kind, &key).await?;
    let record = listed.entry.as_ref().map(|entry| &entry.record);
    let related = if let Some(record) = record {
        related::to(&site, record).await?
    } else {
        html! { p { "What was recorded here was erased; that it was recorded stays." } }
    };
    let history = history::read(&site, kind.record, &key).await?;
    let title = list::name(&listed);
    let here = format!("/registers/{path}");
    let body = html! {
        p.beside { a href=(here) { (kind.title) } " / " (key) }
        h1 { (title) }
        @if let Some(record) = record {
            dl.facts { (facts(&kind.columns(), &cells(record))) }
            (worked_on(kind, &key))
        }
        (related)
        (comments::on_record(&site, &visitor, kind.record, &key).await?)
        h2 { "History" }
        (history::show(&history))
        h2 { "Proof" }
        (ledger::stands(&site, listed.index).await?)
    };
    Ok(Html(layout::page(&visitor, &here, &title, &body)))
}

/// A record by its key.
async fn one(site: &Site, kind: &Kind, key: &str) -> Result<Listed, Failure> {
    let found = site.operations.find(kind.record, &[key.to_owned()]).await?;
    found.into_iter().next().ok_or(Failure::NotFound)
}

/// The facts of a record in words; one that names another record leads to it.
fn facts(columns: &[Column], cells: &[Cell]) -> Markup {
    html! {
        @for (column, cell) in columns.iter().zip(cells).filter(|(_, cell)| !cell.text.is_empty()) {
            (layout::fact(column.title, &value(column.key, cell)))
        }
    }
}

fn value(key: &str, cell: &Cell) -> Markup {
    let named = cell.value.as_str().unwrap_or_default();
    let to = match key {
        "owner" | "requested_by" | "approved_by" | "refused_by" | "raised_by" | "closed_by" => {
            Some("person")
        }
        "supplier" => Some("supplier"),
        "system" => Some("system"),
        "from" | "to" => Some("asset"),
        "risk" => Some("risk"),
        _ => None,
    };
    let link = to.filter(|_| !named.is_empty()).and_then(|kind| Kind::link(kind, named));
    let link = link.or_else(|| subject_link(named).filter(|_| key == "subject"));
    let systems = cell.value.as_array().filter(|_| key == "systems");
    html! {
        @if let Some(systems) = systems {
            @for (at, system) in systems.iter().filter_map(|system| system.as_str()).enumerate() {
                @if at > 0 { ", " }
                a href=[Kind::link("system", system)] { (system) }
            }
        } @else if let Some(link) = link { a href=(link) { (cell.text) } }
        @else { span.(cell.tone.class()) { (cell.text) } }
    }
}

/// The page of a subject.
pub(super) fn subject_link(subject: &str) -> Option<String> {
    let subject: Subject = subject.parse().ok()?;
    Kind::link(subject.kind().as_str(), subject.id())
}

/// Where gaps and requests are worked on.
fn worked_on(kind: &Kind, key: &str) -> Markup {
    html! {
        @match kind.record {
            "gap" => p { a href=(format!("/gaps/{key}")) { "Work on this gap" } },
            "request" => p { a href=(format!("/requests/{key}")) { "Answer this request" } },
            "evidence" => p { a href=(format!("/registers/evidence/{key}/bytes")) { "Download the file" } },
            _ => {},
        }
    }
}

/// The bytes of a piece of evidence.
pub(crate) async fn bytes(
    State(site): State<Arc<Site>>,
    _: Visitor,
    Path(key): Path<String>,
) -> Result<Response, Failure> {
    let digest: Digest = key.parse().map_err(|_| Failure::NotFound)?;
    let evidence = site.operations.look_up::<Evidence>(&key).await?.ok_or(Failure::NotFound)?;
    Ok(file(&site, digest, &evidence.name).await?)
}

/// The bytes that have a digest, to be kept and never to be run: they are foreign.
pub(crate) async fn file(
    site: &Arc<Site>,
    digest: Digest,
    name: &str,
) -> Result<Response, OperationError> {
    let internal = OperationError::Internal;
    let site = Arc::clone(site);
    // Reading and verifying may take seconds; other pages go on meanwhile.
    let file = tokio::task::spawn_blocking(move || site.operations.evidence_file(&digest))
        .await
        .map_err(|error| internal(error.to_string()))??;
    let unreadable = |error: std::io::Error| internal(format!("cannot read evidence: {error}"));
    let length = file.metadata().map_err(unreadable)?.len();
    let body = Body::from_stream(ReaderStream::new(tokio::fs::File::from_std(file)));
    let mut response = body.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
    headers.insert(header::CONTENT_DISPOSITION, attachment(name));
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("sandbox; default-src 'none'"),
    );
    Ok(response)
}

/// A header that makes a browser save what follows under a name that cannot leave its header.
pub(crate) fn attachment(name: &str) -> HeaderValue {
    let safe = |c: char| if c.is_ascii_alphanumeric() || "-_.".contains(c) { c } else { '_' };
    let name: String = name.chars().map(safe).collect();
    let name = name.trim_start_matches('.');
    let name = if name.is_empty() { "file" } else { name };
    let header = HeaderValue::from_str(&format!("attachment; filename=\"{name}\""));
    header.unwrap_or_else(|_| HeaderValue::from_static("attachment"))
}

#[cfg(test)]
mod tests {
    use super::attachment;

    #[test]
    fn a_name_stays_in_its_header() {
        for (name, header) in [
            ("plan.pdf", "attachment; filename=\"plan.pdf\""),
            ("a\"\r\nSet-Cookie: x=1", "attachment; filename=\"a___Set-Cookie__x_1\""),
            ("../../etc/passwd", "attachment; filename=\"_.._etc_passwd\""),
            ("…", "attachment; filename=\"_\""),
            ("", "attachment; filename=\"file\""),
        ] {
            assert_eq!(attachment(name), header, "{name}");
        }
    }
}
