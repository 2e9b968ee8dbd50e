//! An entry of the ledger with its proof: whether it holds, and everything to check it by oneself.

use std::sync::Arc;

use annex_operations::Proof;
use axum::extract::{Path, State};
use axum::response::Html;
use maud::{Markup, html};

use crate::error::Failure;
use crate::registers::kinds::Kind;
use crate::session::Visitor;
use crate::{Site, layout};

/// How much of a body is shown; all of it is in the pack.
const BODY_CHARS_MAX: usize = 200_000;

/// The page of an entry.
pub(crate) async fn page(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Path(index): Path<u64>,
) -> Result<Html<String>, Failure> {
    let proof = site.operations.proof(index).await?.ok_or(Failure::NotFound)?;
    let entry = &proof.entry;
    let action = annex_operations::reading(&entry.kind);
    if !visitor.may(action) {
        return Err(Failure::Forbidden(format!(
            "Your roles do not permit this ({action}). An administrator grants roles."
        )));
    }
    let title = format!("Entry {index} of the ledger");
    let body = html! {
        h1 { (title) }
        dl.facts {
            (layout::fact("Verified", &verified(&proof)))
            (layout::fact("Recorded", &html! { (entry.recorded_at) }))
            (layout::fact("Kind", &html! { (entry.kind) }))
            (layout::fact("Of", &html! {
                @if let Some(link) = Kind::link(&entry.kind, &entry.key) { a href=(link) { (entry.key) } }
                @else { (entry.key) }
            }))
            (layout::fact("Entries in the ledger", &html! { (proof.path.tree_size) }))
        }
        @if let Some(fault) = &proof.fault { p.problem role="alert" { (fault) } }
        nav.pages aria-label="Entries" {
            @if index > 0 { a rel="prev" href=(format!("/ledger/{}", index - 1)) { "Entry before" } }
            @if index + 1 < proof.path.tree_size { a rel="next" href=(format!("/ledger/{}", index + 1)) { "Entry after" } }
        }
        h2 { "What was recorded" }
        (recorded(entry.body.as_deref()))
        h2 { "How to check it" }
        p { "The leaf is the SHA-256 of a zero byte and the commitment, which is made of the nonce and the body. With the hashes of the path it gives the root that the checkpoint signs (RFC 6962). Compare the checkpoint with one that you kept." }
        dl.facts {
            (layout::fact("Commitment", &html! { code { (entry.commitment) } }))
            (layout::fact("Leaf", &html! { code { (proof.leaf) } }))
            @if let Some(nonce) = &entry.nonce {
                (layout::fact("Nonce", &html! { code { @for byte in nonce { (format!("{byte:02x}")) } } }))
            }
        }
        h3 { "Path" }
        @if proof.path.path.is_empty() { p { "The leaf is the root." } }
        ol { @for hash in &proof.path.path { li { code { (hash) } } } }
        h3 { "Checkpoint" }
        pre { (proof.checkpoint) }
    };
    Ok(Html(layout::page(&visitor, "/ledger", &title, &body)))
}

fn verified(proof: &Proof) -> Markup {
    if proof.fault.is_none() {
        layout::chip("good", "✓", "yes")
    } else {
        layout::chip("bad", "✗", "no")
    }
}

/// Whether an entry is proven to be in the ledger, in a line.
pub(crate) async fn stands(site: &Site, index: u64) -> Result<Markup, Failure> {
    let proof = site.operations.proof(index).await?.ok_or(Failure::NotFound)?;
    Ok(html! {
        dl.facts {
            (layout::fact("Verified", &verified(&proof)))
            (layout::fact("Entry", &html! { a href=(format!("/ledger/{index}")) { (index) " of " (proof.path.tree_size) } }))
            (layout::fact("Leaf", &html! { code { (proof.leaf) } }))
        }
        @if let Some(fault) = &proof.fault { p.problem role="alert" { (fault) } }
    })
}

fn recorded(body: Option<&[u8]>) -> Markup {
    let text = body.map(|body| {
        let json = serde_json::from_slice::<serde_json::Value>(body);
        json.and_then(|json| serde_json::to_string_pretty(&json))
    });
    html! {
        @match text {
            None => p { "The body was erased; the commitment shows that there was one." },
            Some(Err(error)) => p.problem role="alert" { "The body cannot be read: " (error) },
            Some(Ok(text)) if text.chars().count() > BODY_CHARS_MAX => {
                pre { (text.chars().take(BODY_CHARS_MAX).collect::<String>()) }
                p.beside { "It goes on; all of it is in the audit pack." }
            },
            Some(Ok(text)) => pre { (text) },
        }
    }
}
