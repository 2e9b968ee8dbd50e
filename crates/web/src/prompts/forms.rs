//! What the forms of a prompt template show and record.

use std::collections::BTreeMap;
use std::sync::Arc;

use annex_isms::PromptId;
use annex_isms::approval::{Prompt, PromptVersion};
use annex_isms::entity::Person;
use annex_operations::{Command, PROMPT_BYTES_MAX, PROMPT_CHECKS};
use axum::Form;
use axum::extract::{Path, State};
use axum::response::Redirect;
use maud::{Markup, html};

use crate::error::Failure;
use crate::parts::{Pairs, field};
use crate::session::Visitor;
use crate::{Site, layout};

/// The form that begins a template.
pub(super) fn new_form(visitor: &Visitor, system: Option<&Markup>) -> Markup {
    html! {
        h2 { "Begin a template" }
        @if let Some(system) = system {
            form.stack method="post" action="/prompts" {
                (layout::form_token(visitor))
                (system)
                label { "Name" input name="name" required maxlength="80"; }
                (text_fields(""))
                button { "Record version 1" }
            }
        } @else { p { "No AI system is on record yet." } }
    }
}

/// The form that adds a version.
pub(super) fn next_form(
    visitor: &Visitor,
    prompt: &Prompt,
    seen: Option<u64>,
    text: &str,
) -> Markup {
    html! {
        h2 { "Next version" }
        form.stack method="post" action="/prompts" {
            (layout::form_token(visitor))
            (layout::version(visitor, seen))
            input type="hidden" name="system" value=(prompt.system);
            input type="hidden" name="name" value=(prompt.name);
            (text_fields(text))
            button { "Record the next version" }
        }
    }
}

fn text_fields(text: &str) -> Markup {
    html! {
        // A line break right after the tag is not part of the text.
        label { "Text" textarea.text name="text" rows="12" required maxlength=(PROMPT_BYTES_MAX) { "\n" (text) } }
        label { "What it changes, and why" textarea name="change" rows="2" required {} }
    }
}

/// The next step of the version that is shown: review, approval or withdrawal.
pub(super) fn steps(
    visitor: &Visitor,
    prompt: &Prompt,
    shown: &PromptVersion,
    seen: Option<u64>,
    people: &[Person],
) -> Markup {
    let to = |what: &str| format!("/prompts/{}/{}/{what}", prompt.id, shown.number);
    let own = shown.author == visitor.0.person && people.len() > 1;
    let held = shown.review.as_ref().is_some_and(|review| review.checks.values().all(|held| *held));
    html! {
        @if shown.approval.is_none() && visitor.may("review-prompt") {
            h2 { "Review it" }
            @if own { p { "You wrote this version, so someone else reviews and approves it." } } @else {
                form.stack method="post" action=(to("review")) {
                    (layout::form_token(visitor))
                    (layout::version(visitor, seen))
                    @for (id, words) in PROMPT_CHECKS {
                        label { (words) select name=(id) required {
                            option value="" { "choose" }
                            option value="true" { "it holds" }
                            option value="false" { "it does not hold" }
                        } }
                    }
                    label { "What you saw" textarea name="note" rows="3" required {} }
                    button { "Record the review of " (visitor.0.name) }
                }
            }
        }
        @if shown.approval.is_none() && held && !own && visitor.may("approve-prompt") {
            h2 { "Approve it" }
            form.stack method="post" action=(to("approve")) {
                (layout::form_token(visitor))
                (layout::version(visitor, seen))
                (crate::parts::compensating_review(people))
                button { "Approve as " (visitor.0.name) }
            }
        }
        @if shown.approved() && visitor.may("withdraw-prompt") {
            h2 { "Take the approval back" }
            form.stack method="post" action=(to("withdraw")) {
                (layout::form_token(visitor))
                (layout::version(visitor, seen))
                label { "Why" textarea name="reason" rows="2" required {} }
                button { "Take it back" }
            }
        }
    }
}

/// Records a version. Browsers send line breaks as two characters; the text has one.
pub(crate) async fn add(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Form(pairs): Form<Pairs>,
) -> Result<Redirect, Failure> {
    // Before the bytes are stored, so that a form from elsewhere leaves nothing.
    visitor.own_form(pairs.one("form"))?;
    let text = pairs.one("text").replace("\r\n", "\n");
    if text.len() > PROMPT_BYTES_MAX {
        return Err(Failure::Refused(format!("Text: it has more than {PROMPT_BYTES_MAX} bytes.")));
    }
    let system = field("AI system", pairs.one("system"))?;
    let name = pairs.one("name").trim().to_owned();
    let to = format!("/prompts/{}", PromptId::derive(&system, &name));
    let command = Command::AddPromptVersion {
        system,
        name,
        digest: site.operations.store_bytes(text.as_bytes())?.digest,
        change: pairs.one("change").to_owned(),
        by: visitor.0.person.clone(),
    };
    visitor.execute_on(&site, pairs.one("form"), pairs.version()?, command).await?;
    Ok(Redirect::to(&to))
}

/// Records a review.
pub(crate) async fn review(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Path((prompt, version)): Path<(String, u32)>,
    Form(pairs): Form<Pairs>,
) -> Result<Redirect, Failure> {
    let mut checks = BTreeMap::new();
    for (id, words) in PROMPT_CHECKS {
        checks.insert(id.to_owned(), field(words, pairs.one(id))?);
    }
    let to = format!("/prompts/{prompt}?version={version}");
    let note = pairs.one("note").to_owned();
    let by = visitor.0.person.clone();
    let command = Command::ReviewPrompt { prompt, version, checks, note, by };
    visitor.execute_on(&site, pairs.one("form"), pairs.version()?, command).await?;
    Ok(Redirect::to(&to))
}

/// Approves a version, as who is signed in.
pub(crate) async fn approve(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Path((prompt, version)): Path<(String, u32)>,
    Form(pairs): Form<Pairs>,
) -> Result<Redirect, Failure> {
    let to = format!("/prompts/{prompt}?version={version}");
    let by = visitor.0.person.clone();
    let compensating_review = pairs.one("compensating_review").to_owned();
    let command = Command::ApprovePrompt { prompt, version, by, compensating_review };
    visitor.execute_on(&site, pairs.one("form"), pairs.version()?, command).await?;
    Ok(Redirect::to(&to))
}

/// Takes an approval back.
pub(crate) async fn withdraw(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Path((prompt, version)): Path<(String, u32)>,
    Form(pairs): Form<Pairs>,
) -> Result<Redirect, Failure> {
    let to = format!("/prompts/{prompt}?version={version}");
    let by = visitor.0.person.clone();
    let reason = pairs.one("reason").to_owned();
    let command = Command::WithdrawPrompt { prompt, version, reason, by };
    visitor.execute_on(&site, pairs.one("form"), pairs.version()?, command).await?;
    Ok(Redirect::to(&to))
}
