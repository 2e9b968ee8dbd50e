//! An agreement: its AI terms, shown and edited. What it does not say stays unknown.

use annex_isms::entity::{Agreement, Supplier};
use annex_isms::{DataClass, Date};
use maud::{Markup, html};

use super::{REVIEW_DAYS, in_force, next_review};
use crate::layout;
use crate::session::Visitor;

/// What the agreement does not say.
fn silent() -> Markup {
    html! { span.open { "not on record" } }
}

fn text<T: std::fmt::Display>(value: Option<T>) -> Markup {
    html! { @match value { Some(value) => (value), None => (silent()) } }
}

fn words<'a>(words: Option<impl Iterator<Item = &'a str>>) -> Markup {
    match words.map(Iterator::collect::<Vec<_>>) {
        None => silent(),
        Some(words) if words.is_empty() => html! { "none" },
        Some(words) => html! { (words.join(", ")) },
    }
}

/// The terms.
pub(super) fn shown(own: &Agreement, today: Date) -> Markup {
    html! {
        h3 { (own.title) }
        dl.facts {
            (layout::fact("Stands", &in_force(own, today)))
            (layout::fact("Signed", &text(own.signed)))
            (layout::fact("Reviewed again", &next_review(own, today)))
            (layout::fact("May train on our data", &html! { @match own.training_on_our_data {
                Some(true) => (layout::chip("bad", "✗", "yes")), Some(false) => (layout::chip("good", "✓", "no")), None => (silent()),
            } }))
            (layout::fact("Keeps what we send", &html! { @match own.retention_days { Some(days) => { (days) " days" }, None => (silent()) } }))
            (layout::fact("Data classes permitted", &words(own.permitted_classes.as_ref().map(|own| own.iter().map(|class| class.as_str())))))
            (layout::fact("Regions", &words(own.regions.as_ref().map(|own| own.iter().map(String::as_str)))))
            (layout::fact("Sub-processors", &words(own.sub_processors.as_ref().map(|own| own.iter().map(String::as_str)))))
            (layout::fact("Notice of a breach", &html! { @match own.breach_notice_hours { Some(hours) => { "within " (hours) " hours" }, None => (silent()) } }))
            (layout::fact("Signed text", &html! { @match own.evidence { Some(digest) => code { (digest) }, None => span.open { "not attached: its terms count as a statement" } } }))
        }
    }
}

/// The form that changes an agreement.
pub(super) fn edit(visitor: &Visitor, own: &Agreement, seen: Option<u64>) -> Markup {
    html! {
        details {
            summary { "Change " (own.title) }
            (form(visitor, own.supplier.as_str(), own.id.as_str(), Some(own), seen))
        }
    }
}

/// The form that adds an agreement.
pub(super) fn new(visitor: &Visitor, supplier: &Supplier, known: usize) -> Markup {
    let id = if known == 0 {
        format!("{}-agreement", supplier.id)
    } else {
        format!("{}-agreement-{}", supplier.id, known + 1)
    };
    html! {
        details {
            summary { "Add an agreement" }
            (form(visitor, supplier.id.as_str(), &id, None, None))
        }
    }
}

fn form(
    visitor: &Visitor,
    supplier: &str,
    id: &str,
    own: Option<&Agreement>,
    seen: Option<u64>,
) -> Markup {
    let list = |words: Option<Vec<&str>>| words.map(|words| words.join(", ")).unwrap_or_default();
    let regions = own.and_then(|own| own.regions.as_ref());
    let regions = list(regions.map(|own| own.iter().map(String::as_str).collect()));
    let processors = own.and_then(|own| own.sub_processors.as_ref());
    let processors = list(processors.map(|own| own.iter().map(String::as_str).collect()));
    let classes = own.and_then(|own| own.permitted_classes.as_ref());
    let training = own.and_then(|own| own.training_on_our_data);
    html! {
        form.stack method="post" action=(format!("/suppliers/{supplier}/agreement")) {
            (layout::form_token(visitor))
            (layout::version(visitor, seen))
            input type="hidden" name="id" value=(id);
            label { "Title" input name="title" required value=(own.map(|own| own.title.as_str()).unwrap_or_default()); }
            (day("Signed", "signed", own.and_then(|own| own.signed)))
            (day("Last day in force", "expires", own.and_then(|own| own.expires)))
            (day("Last reviewed", "reviewed", own.and_then(|own| own.reviewed)))
            (number("Reviewed again after days", "review_days", Some(i64::from(own.and_then(|own| own.review_days).unwrap_or(REVIEW_DAYS)))))
            label { "May the supplier train on our data?" select name="training" {
                option value="" selected[training.is_none()] { "not known" }
                option value="false" selected[training == Some(false)] { "no" }
                option value="true" selected[training == Some(true)] { "yes" }
            } }
            (number("Days it keeps what we send", "retention_days", own.and_then(|own| own.retention_days)))
            fieldset.stack {
                legend { "Data classes that may be sent" }
                label.check { input type="checkbox" name="classes_known" value="yes" checked[classes.is_some()]; "The agreement says which" }
                @for class in DataClass::ALL {
                    label.check { input type="checkbox" name="class" value=(class) checked[classes.is_some_and(|own| own.contains(class))]; (class) }
                }
            }
            (several("Regions, with commas between them", "regions", &regions, own.is_some_and(|own| own.regions.is_some())))
            (several("Sub-processors, with commas between them", "sub_processors", &processors, own.is_some_and(|own| own.sub_processors.is_some())))
            (number("Hours until notice of a breach", "breach_notice_hours", own.and_then(|own| own.breach_notice_hours)))
            label { "Digest of the signed text, from the evidence" input name="evidence" placeholder="sha256:…" value=(own.and_then(|own| own.evidence).map(|digest| digest.to_string()).unwrap_or_default()); }
            button { "Record the agreement" }
        }
        p.beside { "What is left empty stays unknown: it is not taken for agreed." }
    }
}

fn day(label: &str, name: &str, value: Option<Date>) -> Markup {
    html! { label { (label) input type="date" name=(name) value=[value]; } }
}

fn number(label: &str, name: &str, value: Option<i64>) -> Markup {
    html! { label { (label) input type="number" min="0" name=(name) value=[value]; } }
}

/// A list that may be known to be empty.
fn several(label: &str, name: &str, value: &str, known: bool) -> Markup {
    let none = known && value.is_empty();
    html! {
        label { (label) input name=(name) value=(value); }
        label.check { input type="checkbox" name=(format!("{name}_none")) value="yes" checked[none]; "The agreement names none" }
    }
}
