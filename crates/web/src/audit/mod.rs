//! The auditor's view: a period of the ledger with its populations, samples of them, and where
//! each control stood.
//!
//! ```text
//!  /audit ─ period, controls ─┬─▶ /audit/population ─ draw or pick ─▶ /audit/samples/{id} ─▶ CSV
//!                             └─▶ /audit/controls/{control}: its days
//! ```
//!
//! Everything is read from the ledger, and drawing a sample is the only thing that is written.

mod days;
mod population;
mod sample;

use std::collections::BTreeSet;
use std::sync::Arc;

use annex_isms::assessment::ControlStatus;
use annex_isms::days::ControlDays;
use annex_isms::entity::EvidenceKind;
use annex_isms::sample::{Sample, SampleCount, SampleFrame};
use annex_isms::{ControlId, Date, Instant};
use annex_operations::PeriodCount;
use axum::extract::{Query, State};
use axum::response::Html;
use maud::{Markup, html};
use serde::Deserialize;

use crate::error::Failure;
use crate::parts::Part;
use crate::registers::kinds::Kind;
use crate::session::Visitor;
use crate::{Site, layout};

pub(crate) use days::page as control;
pub(crate) use population::{draw, page as population};
pub(crate) use sample::{csv, entries, page as sample};

/// What each kind of record is to an auditor; every kind is here.
pub(crate) const KINDS: [(&str, &str); 27] = [
    ("prompt", "Prompt changes, reviews and approvals"),
    ("decision", "Decisions left to people"),
    ("grant", "Access grants"),
    ("token", "Keys to the programming interface"),
    ("identity", "Links of people to providers of identities"),
    ("gap", "Gaps: opened, assigned, done, closed"),
    ("request", "Evidence requests: opened, assigned, answered"),
    ("evidence", "Evidence"),
    ("risk", "Risks and their reviews"),
    ("exception", "Exceptions"),
    ("nonconformity", "Nonconformities"),
    ("comment", "Comments"),
    ("soa", "Statement of Applicability"),
    ("implementation", "Controls as implemented"),
    ("inapplicability", "Requirements that do not apply"),
    ("supplier", "Suppliers"),
    ("agreement", "Agreements"),
    ("document", "Documents"),
    ("system", "AI systems"),
    ("asset", "Assets"),
    ("flow", "Data flows"),
    ("person", "People"),
    ("organisation", "The organisation"),
    ("batch", "What collectors delivered"),
    ("assessment", "Assessments"),
    ("sample", "Samples that were drawn"),
    ("view", "Saved views of lists"),
];

/// The days before today that are looked at unless a period is chosen.
const PERIOD_DAYS: i64 = 365;
const DAY_MICROSECONDS: i64 = 24 * 60 * 60 * 1_000_000;

/// What an address or a form of this view says.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    from: String,
    to: String,
    controls: String,
    /// The kind of record.
    of: String,
    /// The sort of evidence.
    sort: String,
    page: Option<usize>,
    verify: String,
}

/// A period and the controls that it is narrowed to.
pub(crate) struct Scope {
    from: Date,
    to: Date,
    controls: BTreeSet<ControlId>,
}

impl Scope {
    fn of(asked: &Asked, now: Instant) -> Result<Self, Failure> {
        let year = Instant::from_microseconds(now.microseconds() - PERIOD_DAYS * DAY_MICROSECONDS);
        let day = |label: &str, text: &str, otherwise: Date| match text.trim() {
            "" => Ok(otherwise),
            text => text.parse().map_err(|error| Failure::Asked(format!("{label}: {error}"))),
        };
        let from = day("From", &asked.from, year.date())?;
        let to = day("To", &asked.to, now.date())?;
        if to < from {
            return Err(Failure::Asked(format!("The period ends on {to}, before {from}.")));
        }
        let controls = asked.controls.split([',', ' ']).filter(|control| !control.is_empty());
        let controls = controls.map(str::parse).collect::<Result<_, _>>();
        let controls = controls.map_err(|error| Failure::Asked(format!("Controls: {error}")))?;
        Ok(Self { from, to, controls })
    }

    fn controls_text(&self) -> String {
        self.controls.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
    }

    /// What an address needs to say the same, after other fields.
    fn address(&self, path: &str, others: &[(&str, &str)]) -> String {
        let (from, to) = (self.from.to_string(), self.to.to_string());
        let controls = self.controls_text();
        let mut fields = vec![("from", from.as_str()), ("to", &to), ("controls", &controls)];
        fields.extend_from_slice(others);
        crate::parts::query(path, &fields).trim_end_matches('&').to_owned()
    }

    /// The form that chooses them; what else the address says is kept.
    fn form(&self, action: &str, others: &[(&str, &str)], more: &Markup) -> Markup {
        html! {
            form.filter method="get" action=(action) role="search" {
                @for (name, value) in others.iter().filter(|(_, value)| !value.is_empty()) {
                    input type="hidden" name=(name) value=(value);
                }
                label { "From" input type="date" name="from" value=(self.from) required; }
                label { "To" input type="date" name="to" value=(self.to) required; }
                label { "Controls" input name="controls" value=(self.controls_text()) placeholder="all, or A.5.7, A.8.16"; }
                (more)
                button { "Show" }
            }
        }
    }
}

/// What a kind of record is called here.
fn kind_words(kind: &str) -> &str {
    KINDS.iter().find(|(own, _)| *own == kind).map_or(kind, |(_, words)| *words)
}

/// A population in words.
fn frame_words(frame: &SampleFrame) -> String {
    let mut words = kind_words(&frame.kind).to_owned();
    let list = |items: Vec<String>| items.join(", ");
    if !frame.evidence_kinds.is_empty() {
        let kinds = frame.evidence_kinds.iter().map(|kind| kind.as_str().replace('-', " "));
        words = format!("{words} of the sort {}", list(kinds.collect()));
    }
    words = format!("{words}, {} to {}", frame.from, frame.to);
    if !frame.controls.is_empty() {
        let controls = frame.controls.iter().map(ToString::to_string);
        words = format!("{words}, concerning {}", list(controls.collect()));
    }
    words
}

/// Where a record of a kind is shown.
fn record_link(kind: &str, key: &str) -> Option<String> {
    match kind {
        "prompt" => Some(format!("/prompts/{key}")),
        "decision" => Some(format!("/decisions/{key}")),
        "grant" => Some(format!("/access/{key}")),
        "sample" => Some(format!("/audit/samples/{key}")),
        "soa" => Some(format!("/soa/versions/{key}")),
        _ => Kind::link(kind, key),
    }
}

/// By what it is known that a population is complete.
fn completeness(count: &SampleCount, to: Date, counted: Instant) -> Markup {
    html! {
        p {
            @match (count.first, count.last) {
                (Some(first), Some(last)) => {
                    "In the period the ledger has " (count.recorded) " entries of all kinds, numbered "
                    a href=(format!("/ledger/{first}")) { (first) } " to " a href=(format!("/ledger/{last}")) { (last) } ": "
                },
                _ => "In the period the ledger has no entry. ",
            }
            @if count.is_complete() { (layout::chip("good", "✓", "none is missing")) }
            @else { (layout::chip("bad", "✗", "some are missing")) }
        }
        p.beside {
            "Entries are numbered without a hole and dated in their order. When this was counted the ledger had "
            (count.ledger_size) " entries, and the root over them, which a signed checkpoint names, was "
            code { (count.ledger_root.hex()) } ". What nobody recorded in Annex is not in it."
        }
        @if count.erased > 0 {
            p.problem { (count.erased) " of the items were erased, so nobody can say whether they belong to it. They are counted in." }
        }
        @if to.end() > counted {
            p { (layout::chip("open", "!", "the period was not over")) " When this was counted, more could follow." }
        }
    }
}

/// The period: what it has, how controls stood, and what was drawn.
pub(crate) async fn page(
    State(site): State<Arc<Site>>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Result<Html<String>, Failure> {
    let now = site.operations.now();
    let scope = Scope::of(&asked, now)?;
    let period = site.operations.period_count(scope.from, scope.to).await?;
    let days = site.operations.days_of_controls(scope.from, scope.to).await?;
    let mut samples: Vec<Sample> = site.operations.all_of().await?;
    samples.sort_by(|a, b| (b.at, &b.id).cmp(&(a.at, &a.id)));
    let part = Part::new(asked.page.unwrap_or(1), samples.len());
    let catalogue = site.operations.catalogue();
    let shown = |own: &&ControlDays| {
        if scope.controls.is_empty() {
            catalogue.controls.get(&own.control).is_some_and(|control| control.ai.is_some())
        } else {
            scope.controls.contains(&own.control)
        }
    };
    let title = |control: &ControlId| {
        catalogue.controls.get(control).map(|own| own.title.clone()).unwrap_or_default()
    };
    let body = html! {
        h1 { "Auditor's view" }
        p { "A sample begins with a complete population: everything of a sort that was recorded in a period. Choose the period, then what you sample from." }
        (scope.form("/audit", &[], &html! {}))
        h2 { "Populations" }
        @if let Some(begins) = period.begins {
            p.beside { "The ledger begins on " (begins.date()) "; of the days before it nothing is on record." }
        }
        (completeness(&period.count, scope.to, now))
        (populations(&visitor, &scope, &period))
        h2 { "Controls over the period" }
        p.beside {
            (days.assessments.len()) " assessments are on record from " (days.from) " to " (days.to)
            ". A day is what assessments of that very day say; a day without one is unknown."
        }
        div.scroll tabindex="0" role="region" aria-label="Controls over the period" { table {
            thead { tr {
                th scope="col" { "Control" } th.number scope="col" { "Days met" } th.number scope="col" { "Days with a gap" }
                th.number scope="col" { "Days unknown" } th.number scope="col" { "Days not assessed" }
            } }
            tbody { @for own in days.controls.iter().filter(shown) { tr {
                th scope="row" { a href=(scope.address(&format!("/audit/controls/{}", own.control), &[])) { (own.control) " " (title(&own.control)) } }
                @for status in [ControlStatus::Addressed, ControlStatus::Gap, ControlStatus::Unknown, ControlStatus::NotAssessed] {
                    td.number { (own.days(status)) }
                }
            } } }
        } }
        h2 id="samples" { "Samples" }
        @if samples.is_empty() { p { "None was drawn yet." } } @else {
            (samples_table(&samples[part.range()]))
            (part.links(&format!("{}&", scope.address("/audit", &[]))))
        }
    };
    Ok(Html(layout::page(&visitor, "/audit", "Auditor's view", &body)))
}

fn populations(visitor: &Visitor, scope: &Scope, period: &PeriodCount) -> Markup {
    let narrowed = !scope.controls.is_empty();
    let offered = KINDS.iter().filter(|(kind, _)| {
        visitor.may(annex_operations::reading(kind))
            && (!narrowed || SampleFrame::OF_CONTROLS.contains(kind))
    });
    html! {
        @if narrowed {
            p.beside { "Only records of these kinds say which control they concern. How many of them do is counted on the page of each population." }
        }
        div.scroll tabindex="0" role="region" aria-label="Populations" { table {
            thead { tr { th scope="col" { "Population" } th.number scope="col" { "Entries in the period" @if narrowed { ", of all controls" } } } }
            tbody { @for (kind, words) in offered { tr {
                th scope="row" { a href=(scope.address("/audit/population", &[("of", kind)])) { (words) } }
                td.number { (period.kinds.get(*kind).copied().unwrap_or(0)) }
            } } }
        } }
    }
}

fn samples_table(samples: &[Sample]) -> Markup {
    html! {
        div.scroll tabindex="0" role="region" aria-label="Samples" { table {
            thead { tr {
                th scope="col" { "Sample" } th scope="col" { "Of" } th.number scope="col" { "Items" }
                th.number scope="col" { "Population" } th scope="col" { "Drawn" } th scope="col" { "By" }
            } }
            tbody { @for own in samples { tr {
                th scope="row" { a href=(format!("/audit/samples/{}", own.id)) { (own.id) } }
                td { (frame_words(&own.frame)) }
                td.number { (own.chosen.len()) }
                td.number { (own.count.items) }
                td { (own.at.date()) }
                td { (own.by) }
            } } }
        } }
    }
}

/// The choice of a sort of evidence.
fn sorts(chosen: Option<EvidenceKind>) -> Markup {
    html! {
        label { "Sort of evidence" select name="sort" {
            option value="" { "any" }
            @for kind in EvidenceKind::ALL {
                option value=(kind) selected[chosen == Some(*kind)] { (kind.as_str().replace('-', " ")) }
            }
        } }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_kind_of_record_has_words() {
        let known: BTreeSet<&str> = KINDS.iter().map(|(kind, _)| *kind).collect();
        assert_eq!(known, annex_isms::Record::KINDS.iter().copied().collect());
    }
}
