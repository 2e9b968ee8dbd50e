//! Prompt templates: their versions with what changed, the security review, and the approval.

mod compared;
mod forms;

use std::sync::Arc;

use annex_isms::approval::{Prompt, PromptVersion};
use annex_isms::comment::AboutKind;
use annex_isms::entity::Person;
use annex_operations::PROMPT_CHECKS;
use axum::extract::{Path, Query as Asked, State};
use axum::response::Html;
use maud::{Markup, html};
use serde::Deserialize;

use crate::error::Failure;
use crate::parts::{Part, Search};
use crate::session::Visitor;
use crate::{Site, comments, layout};

pub(crate) use forms::{add, approve, review, withdraw};

/// Which templates to list.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Filter {
    text: String,
    page: Option<usize>,
}

/// The list, and what may be used.
pub(crate) async fn list(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Asked(filter): Asked<Filter>,
) -> Result<Html<String>, Failure> {
    let all: Vec<Prompt> = site.operations.all_of().await?;
    let system = crate::parts::system_field(&site).await?;
    let search = Search::new(&filter.text);
    let chosen: Vec<&Prompt> =
        all.iter().filter(|own| search.fits(&format!("{} {}", own.name, own.system))).collect();
    let part = Part::new(filter.page.unwrap_or(1), chosen.len());
    let body = html! {
        h1 { "Prompt templates" }
        p { "A version may be used once it was reviewed and someone other than its author approved it. What is enforced is the digest of its text." }
        form.filter method="get" action="/prompts" role="search" {
            label { "Contains" input name="text" value=(filter.text); }
            button { "Show" }
        }
        p.beside { (chosen.len()) " of " (all.len()) }
        @if chosen.is_empty() { p { "No template is on record that fits." } } @else {
            div.scroll tabindex="0" role="region" aria-label="Prompt templates" { table {
                thead { tr {
                    th scope="col" { "Template" } th scope="col" { "System" } th scope="col" { "Newest version" }
                    th scope="col" { "May be used" }
                } }
                tbody { @for own in &chosen[part.range()] { tr {
                    th scope="row" { a href=(format!("/prompts/{}", own.id)) { (own.name) } }
                    td { (own.system) }
                    td { @if let Some(last) = own.versions.last() { (last.number) " " (standing(last)) } }
                    td { (usable(own)) }
                } } }
            } }
            (part.links(&crate::parts::query("/prompts", &[("text", &filter.text)])))
        }
        @if visitor.may("add-prompt-version") { (forms::new_form(&visitor, system.as_ref())) }
    };
    Ok(Html(layout::page(&visitor, "/prompts", "Prompt templates", &body)))
}

fn usable(own: &Prompt) -> Markup {
    let approved: Vec<&PromptVersion> = own.versions.iter().filter(|v| v.approved()).collect();
    html! {
        @if approved.is_empty() { (layout::chip("open", "?", "no version")) }
        @for version in approved { p.plain { "version " (version.number) " " code { (version.digest) } } }
    }
}

/// Where a version stands.
fn standing(version: &PromptVersion) -> Markup {
    let failed =
        version.review.as_ref().is_some_and(|review| review.checks.values().any(|held| !held));
    match (&version.approval, &version.withdrawal, &version.review) {
        (_, Some(_), _) => layout::chip("bad", "✗", "withdrawn"),
        (Some(_), None, _) => layout::chip("good", "✓", "approved"),
        (None, None, Some(_)) if failed => layout::chip("bad", "✗", "review found faults"),
        (None, None, Some(_)) => layout::chip("open", "◑", "reviewed"),
        (None, None, None) => layout::chip("open", "○", "not reviewed"),
    }
}

/// Which version to show, and with which to compare it.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Chosen {
    version: Option<u32>,
    from: Option<u32>,
}

/// One template: a version with what it changed, and the forms that take it further.
pub(crate) async fn page(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Path(id): Path<String>,
    Asked(chosen): Asked<Chosen>,
) -> Result<Html<String>, Failure> {
    let prompt: Option<Prompt> = site.operations.look_up(&id).await?;
    let prompt = prompt.ok_or(Failure::NotFound)?;
    let seen = site.operations.version("prompt", &id).await?;
    let people: Vec<Person> = site.operations.all_of().await?;
    let find = |number: u32| prompt.versions.iter().find(|own| own.number == number);
    let shown = match chosen.version {
        Some(number) => find(number),
        None => prompt.versions.last(),
    };
    let shown = shown.ok_or(Failure::NotFound)?;
    let from = chosen.from.or_else(|| shown.number.checked_sub(1)).and_then(find);
    let text = text_of(&site, shown)?;
    let before = from.map(|from| text_of(&site, from)).transpose()?;
    let body = html! {
        p.beside { a href="/prompts" { "Prompt templates" } " / " (prompt.id) }
        h1 { (prompt.name) }
        p.beside { "of the system " (prompt.system) }
        h2 { "Version " (shown.number) }
        (facts(shown))
        @match (from, before) {
            (Some(from), Some(before)) => {
                h3 { "What changed since version " (from.number) }
                (compared::lines(&before, &text))
                details { summary { "The whole text" } pre.text { (text) } }
            }
            _ => pre.text { (text) },
        }
        (review_of(shown))
        (forms::steps(&visitor, &prompt, shown, seen, &people))
        (versions(&prompt, shown))
        @if visitor.may("add-prompt-version") { (forms::next_form(&visitor, &prompt, seen, &text)) }
        (comments::on(&site, &visitor, AboutKind::Prompt, &id).await?)
    };
    Ok(Html(layout::page(&visitor, "/prompts", &prompt.name, &body)))
}

/// The text of a version, verified against its digest.
fn text_of(site: &Site, version: &PromptVersion) -> Result<String, Failure> {
    let bytes = site.operations.evidence_bytes(&version.digest)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn facts(version: &PromptVersion) -> Markup {
    html! {
        dl.facts {
            (layout::fact("Stands", &standing(version)))
            (layout::fact("Author", &html! { (version.author) ", " (version.at.date()) }))
            (layout::fact("Digest", &html! { code { (version.digest) } }))
            @if let Some(approval) = &version.approval {
                (layout::fact("Approved", &html! {
                    (approval.by) ", " (approval.at.date())
                    @if !approval.compensating_review.is_empty() { p.reason { "In place of a second person: " (approval.compensating_review) } }
                }))
            }
            @if let Some(withdrawal) = &version.withdrawal {
                (layout::fact("Withdrawn", &html! { (withdrawal.by) ", " (withdrawal.at.date()) ": " (withdrawal.reason) }))
            }
        }
        p { (version.change) }
    }
}

fn review_of(version: &PromptVersion) -> Markup {
    let Some(review) = &version.review else { return html! {} };
    html! {
        h2 { "Security review" }
        p.beside { "By " (review.by) ", " (review.at.date()) }
        ul.checks { @for (id, words) in PROMPT_CHECKS { li {
            @match review.checks.get(id) {
                Some(true) => (layout::chip("good", "✓", "holds")),
                Some(false) => (layout::chip("bad", "✗", "does not hold")),
                None => (layout::chip("open", "?", "not answered")),
            }
            " " (words)
        } } }
        p { (review.note) }
    }
}

fn versions(prompt: &Prompt, shown: &PromptVersion) -> Markup {
    html! {
        h2 { "Versions" }
        ul { @for own in prompt.versions.iter().rev() { li {
            a href=(format!("/prompts/{}?version={}", prompt.id, own.number)) aria-current=[(own.number == shown.number).then_some("true")] { "Version " (own.number) }
            " " (standing(own)) " " span.beside { (own.author) ", " (own.at.date()) ": " (own.change) }
        } } }
        @if prompt.versions.len() > 1 {
            form.filter method="get" action=(format!("/prompts/{}", prompt.id)) {
                @for (label, name, chosen) in [("From", "from", shown.number.saturating_sub(1)), ("To", "version", shown.number)] {
                    label { (label) select name=(name) { @for own in &prompt.versions {
                        option value=(own.number) selected[own.number == chosen] { "version " (own.number) }
                    } } }
                }
                button { "Compare" }
            }
        }
    }
}
