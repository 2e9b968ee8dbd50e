//! The frame of every page.

use annex_isms::assessment::{Answer, ControlStatus, Counts};
use annex_isms::entity::GapStatus;
use annex_isms::{Outcome, Severity};
use maud::{DOCTYPE, Markup, html};

use crate::session::Visitor;

/// A whole document around a body.
pub(crate) fn document(title: &str, body: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="robots" content="noindex";
                title { (title) " · Annex" }
                link rel="stylesheet" href="/style.css";
            }
            body {
                a.skip href="#main" { "Skip to the content" }
                (body)
            }
        }
    }
}

/// A page that goes on to another by itself, as a page of ours.
pub(crate) fn going_on(to: &str, words: &str) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta http-equiv="refresh" content=(format!("0;url={to}"));
                title { (words) " · Annex" }
                link rel="stylesheet" href="/style.css";
            }
            body { main.narrow.card id="main" { h1 { (words) } p { a href=(to) { "Go on" } } } }
        }
    }
}

/// Where the navigation leads: what is looked for together stands together.
const PLACES: &[(&str, &[(&str, &str)])] = &[
    ("", &[("/", "Overview")]),
    (
        "Gap analysis",
        &[
            ("/controls", "Controls"),
            ("/gaps", "Gaps"),
            ("/requests", "Requests"),
            ("/nonconformities", "Nonconformities"),
        ],
    ),
    (
        "Registers",
        &[
            ("/registers/assets", "Assets"),
            ("/risks", "Risks"),
            ("/suppliers", "Suppliers"),
            ("/prompts", "Prompts"),
            ("/decisions", "Decisions"),
            ("/registers", "All registers"),
        ],
    ),
    (
        "Audit",
        &[
            ("/soa", "Applicability"),
            ("/registers/stage2", "Stage 2"),
            ("/audit", "Auditor's view"),
            ("/access", "Access"),
            ("/notices", "Notices"),
        ],
    ),
];

/// A page for who is signed in.
///
/// The navigation is a popover on what is narrow, so that it needs no script; on what is wide the
/// style makes a column of it.
pub(crate) fn page(visitor: &Visitor, here: &str, title: &str, body: &Markup) -> String {
    let body = html! {
        div.frame {
            header.side {
                div.top {
                    a.brand href="/" { "Annex" }
                    button.quiet.menu type="button" popovertarget="places" { "Menu" }
                }
                div.places id="places" popover {
                    nav aria-label="Pages" { @for (group, places) in PLACES {
                        @if !group.is_empty() { p.group { (group) } }
                        ul aria-label=[(!group.is_empty()).then_some(*group)] { @for (place, name) in places.iter().filter(|(place, _)| is_open(visitor, place)) {
                            li { a href=(place) aria-current=[(*place == here).then_some("page")] { (name) } }
                        } }
                    } }
                    form.who method="post" action="/sign-out" {
                        (form_token(visitor))
                        a href="/account" { (visitor.0.name) }
                        button.quiet { "Sign out" }
                    }
                }
            }
            main id="main" {
                p.live id="live" role="status" data-entries=(visitor.0.ledger_size) {}
                (body)
            }
        }
        script src="/live.js" defer {}
    };
    document(title, &body).into_string()
}

/// Whether a place is one that this person can see.
fn is_open(visitor: &Visitor, place: &str) -> bool {
    match place {
        "/access" => visitor.may("read-access"),
        "/audit" => visitor.may("audit"),
        "/notices" => visitor.may("read-notices"),
        _ => true,
    }
}

/// The field without which no form is taken.
pub(crate) fn form_token(visitor: &Visitor) -> Markup {
    html! { input type="hidden" name="form" value=(visitor.form_token()); }
}

/// What the form was made from, so that a change meanwhile is not overwritten.
///
/// Of what was recorded after the page began it may show the state before; its form then names a
/// version that is not the latest, and is refused.
pub(crate) fn version(visitor: &Visitor, version: impl Into<Option<u64>>) -> Markup {
    let began = visitor.0.ledger_size.saturating_sub(1);
    html! {
        @if let Some(version) = version.into() {
            input type="hidden" name="version" value=(version.min(began));
        }
    }
}

/// A word with its symbol; the colour only repeats it.
pub(crate) fn chip(tone: &str, symbol: &str, word: &str) -> Markup {
    html! { span.chip.(tone) { span.symbol aria-hidden="true" { (symbol) } " " (word) } }
}

/// The answer to one of the three questions.
pub(crate) fn answer(answer: Answer) -> Markup {
    match answer {
        Answer::Yes => chip("good", "✓", "yes"),
        Answer::Partly => chip("bad", "◐", "partly"),
        Answer::No => chip("bad", "✗", "no"),
        Answer::Unknown => chip("open", "?", "unknown"),
        Answer::NothingFound => chip("open", "?", "nothing found"),
        Answer::NotAssessed => chip("muted", "–", "not assessed"),
    }
}

/// Where a control stands.
pub(crate) fn status(status: ControlStatus) -> Markup {
    match status {
        ControlStatus::Addressed => chip("good", "✓", "addressed"),
        ControlStatus::Gap => chip("bad", "✗", "gap"),
        ControlStatus::Unknown => chip("open", "?", "unknown"),
        ControlStatus::NotAssessed => chip("muted", "–", "not assessed"),
    }
}

/// The result of a requirement.
pub(crate) fn outcome(outcome: Outcome) -> Markup {
    match outcome {
        Outcome::Met => chip("good", "✓", "met"),
        Outcome::Gap => chip("bad", "✗", "gap"),
        Outcome::Unknown => chip("open", "?", "unknown"),
        Outcome::NotApplicable => chip("muted", "–", "not applicable"),
    }
}

/// How many results of each outcome there are; never a share.
pub(crate) fn counts(counts: &Counts) -> Markup {
    let all = [
        (counts.gap, "bad", "✗", "gap"),
        (counts.unknown, "open", "?", "unknown"),
        (counts.met, "good", "✓", "met"),
        (counts.not_applicable, "muted", "–", "not applicable"),
    ];
    html! {
        @if counts.total() == 0 { span.muted { "nothing to judge" } }
        @for (number, tone, symbol, word) in all.into_iter().filter(|(number, ..)| *number > 0) {
            (chip(tone, symbol, &format!("{number} {word}"))) " "
        }
    }
}

/// How much a gap matters.
pub(crate) fn severity(severity: Severity) -> Markup {
    let tone = if severity >= Severity::High { "bad" } else { "open" };
    chip(tone, "▲", severity.as_str())
}

/// Where a gap stands.
pub(crate) fn gap_status(status: GapStatus) -> Markup {
    let (tone, symbol) = match status {
        GapStatus::Closed => ("good", "✓"),
        GapStatus::ReadyToVerify => ("open", "◑"),
        GapStatus::Open => ("bad", "○"),
    };
    chip(tone, symbol, &status.as_str().replace('_', " "))
}

/// A term and what it is.
pub(crate) fn fact(term: &str, value: &Markup) -> Markup {
    html! { div { dt { (term) } dd { (value) } } }
}
