//! Comments: what people say of a thing, on its page, and the form that says more.
//!
//! A comment is an entry of its own, so the form has no version and makes no other form old. Where
//! it leads back to follows from what it is about; a form names no address.

use std::sync::Arc;

use annex_isms::comment::{About, AboutKind, COMMENT_CHARS_MAX};
use annex_isms::{Instant, Record};
use annex_operations::{Command, LIST_ROWS_MAX, ListQuery, Listed};
use axum::Form;
use axum::extract::State;
use axum::response::Redirect;
use maud::{Markup, html};

use crate::error::Failure;
use crate::parts::{Pairs, field, minute};
use crate::registers::kinds::Kind;
use crate::session::Visitor;
use crate::{Site, layout};

/// Where the comments of a thing stand.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// On the page on which people work on it.
    Work,
    /// On its page of a register.
    Register,
}

/// The comments on a thing, the oldest first, for the page on which people work on it.
pub(crate) async fn on(
    site: &Site,
    visitor: &Visitor,
    kind: AboutKind,
    key: &str,
) -> Result<Markup, Failure> {
    section(site, visitor, &About { kind, key: key.to_owned() }, Place::Work).await
}

/// The same for its page of a register; nothing where records of the kind are not commented on.
pub(crate) async fn on_record(
    site: &Site,
    visitor: &Visitor,
    kind: &str,
    key: &str,
) -> Result<Markup, Failure> {
    let Ok(kind) = kind.parse() else { return Ok(html! {}) };
    section(site, visitor, &About { kind, key: key.to_owned() }, Place::Register).await
}

async fn section(
    site: &Site,
    visitor: &Visitor,
    about: &About,
    place: Place,
) -> Result<Markup, Failure> {
    let of = ListQuery::of("comment").with("about_kind", about.kind.as_str());
    let of = of.with("about_key", about.key.as_str());
    let mut page = site.operations.list(&of).await?;
    let earlier = page.total.saturating_sub(LIST_ROWS_MAX);
    if earlier > 0 {
        page = site.operations.list(&ListQuery { offset: earlier, ..of }).await?;
    }
    Ok(html! {
        h2 id="comments" { "Comments" }
        @if page.items.is_empty() { p.beside { "Nobody has said anything yet." } }
        @if earlier > 0 { p.beside { (earlier) " earlier comments are not shown; they are in the ledger." } }
        @if !page.items.is_empty() {
            ol.comments { @for item in &page.items { li { (said(item)) } } }
        }
        @if visitor.may("comment") { (form(visitor, about, place)) }
    })
}

fn said(item: &Listed) -> Markup {
    let entry = item.entry.as_ref();
    let comment = entry.and_then(|entry| match &entry.record {
        Record::Comment(comment) => Some((comment, entry.actor.authenticated)),
        _ => None,
    });
    let at = comment.map_or(item.at, |(comment, _)| comment.at);
    html! {
        p.beside {
            @if let Some((comment, verified)) = comment {
                strong { (comment.by) } @if !verified { " (name not verified)" } ", "
            }
            (time(at)) ", " a href=(format!("/ledger/{}", item.index)) { "entry " (item.index) }
        }
        @match comment {
            Some((comment, _)) => p.text { (comment.text) },
            None => p { "Its text was erased; that something was said stays." },
        }
    }
}

fn time(at: Instant) -> Markup {
    html! { time datetime=(at) { (minute(at)) } }
}

fn form(visitor: &Visitor, about: &About, place: Place) -> Markup {
    html! {
        form.stack method="post" action="/comments" {
            (layout::form_token(visitor))
            input type="hidden" name="kind" value=(about.kind);
            input type="hidden" name="key" value=(about.key);
            @if place == Place::Register { input type="hidden" name="register" value="yes"; }
            label {
                "Your comment"
                textarea name="text" rows="3" required maxlength=(COMMENT_CHARS_MAX) aria-describedby="comment-kept" {}
            }
            button { "Comment as " (visitor.0.name) }
        }
        p.beside id="comment-kept" { "It stays on record and cannot be changed; an answer is another comment." }
    }
}

/// The page on which people work on a thing.
fn page_of(about: &About) -> String {
    let key = &about.key;
    match about.kind {
        AboutKind::Gap => format!("/gaps/{key}"),
        AboutKind::Request => format!("/requests/{key}"),
        AboutKind::Risk => format!("/risks/{key}"),
        AboutKind::Exception => format!("/registers/exceptions/{key}"),
        AboutKind::Nonconformity => format!("/nonconformities/{key}"),
        AboutKind::Supplier => format!("/suppliers/{key}"),
        AboutKind::Prompt => format!("/prompts/{key}"),
        AboutKind::Decision => format!("/decisions/{key}"),
        AboutKind::Implementation => format!("/controls/{key}"),
    }
}

/// Records what someone says, and goes back to the page of what it is about.
pub(crate) async fn add(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Form(pairs): Form<Pairs>,
) -> Result<Redirect, Failure> {
    visitor.own_form(pairs.one("form"))?;
    let kind: AboutKind = field("Kind", pairs.one("kind"))?;
    let about = About { kind, key: pairs.one("key").to_owned() };
    // A form of ours names the whole key of something that has a page.
    if site.operations.version(kind.as_str(), &about.key).await?.is_none() {
        return Err(Failure::NotFound);
    }
    let register = Kind::link(kind.as_str(), &about.key);
    let register = register.filter(|_| !pairs.one("register").is_empty());
    let to = register.unwrap_or_else(|| page_of(&about));
    let text = pairs.one("text").to_owned();
    let command = Command::Comment { about, text, by: visitor.0.person.clone() };
    visitor.execute(&site, pairs.one("form"), command).await?;
    Ok(Redirect::to(&format!("{to}#comments")))
}
