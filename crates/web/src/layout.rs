//! The frame of every page.

use annex_isms::Severity;
use annex_isms::assessment::{Answer, ControlStatus};
use annex_isms::entity::GapStatus;
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

/// Where the navigation leads.
const PLACES: [(&str, &str); 8] = [
    ("/", "Overview"),
    ("/gaps", "Gaps"),
    ("/requests", "Requests"),
    ("/registers", "Registers"),
    ("/registers/assets", "Assets"),
    ("/registers/risks", "Risks"),
    ("/registers/soa", "Applicability"),
    ("/registers/stage2", "Stage 2"),
];

/// A page for who is signed in.
pub(crate) fn page(visitor: &Visitor, here: &str, title: &str, body: &Markup) -> String {
    let body = html! {
        header.top {
            a.brand href="/" { "Annex" }
            nav aria-label="Pages" {
                ul {
                    @for (place, name) in PLACES {
                        li { a href=(place) aria-current=[(place == here).then_some("page")] { (name) } }
                    }
                }
            }
            form.who method="post" action="/sign-out" {
                (form_token(visitor))
                span { (visitor.0.name) }
                button.quiet { "Sign out" }
            }
        }
        main id="main" { (body) }
    };
    document(title, &body).into_string()
}

/// The field without which no form is taken.
pub(crate) fn form_token(visitor: &Visitor) -> Markup {
    html! { input type="hidden" name="form" value=(visitor.form_token()); }
}

/// What the form was made from, so that a change meanwhile is not overwritten.
pub(crate) fn version(version: u64) -> Markup {
    html! { input type="hidden" name="version" value=(version); }
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
