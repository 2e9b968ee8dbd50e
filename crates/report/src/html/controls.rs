//! Each control in full: what AI changes, the three questions, its requirements, their results.

use std::collections::BTreeMap;

use annex_catalog::Requirement;
use annex_isms::assessment::{ControlView, Counts, KnownValue, RequirementResult};
use annex_isms::{Attribute, Outcome, RequirementId};
use maud::{Markup, html};

use super::breakable;
use super::parts::{anchor, and_more, bar, chip, section, short, tags, tally, toned};
use super::text::prose;
use crate::style::Tone;
use crate::view::{Report, Shown, implementation, missing};

/// The most results of one outcome that a requirement lists.
const RESULTS_MAX: usize = 25;
const LOCATIONS_MAX: usize = 3;

type ByRequirement<'a> = BTreeMap<&'a RequirementId, Vec<&'a RequirementResult>>;

impl Report<'_> {
    pub(super) fn control_pages(&self) -> Markup {
        let mut results: ByRequirement<'_> = BTreeMap::new();
        for result in &self.assessment.results {
            results.entry(&result.requirement).or_default().push(result);
        }
        let changed = self.principal_controls().chain(self.other_controls());
        html! {
            section {
                (section("control-pages", "Controls in full", "requirements, results, reasons, values"))
                @for control in changed { (self.control_page(control, &results)) }
                details {
                    summary { (self.base_controls().count()) " base ISMS, not assessed here" }
                    ul.lines { @for control in self.base_controls() {
                        li { (control.id.to_string()) " " span.name { (control.title) } }
                    } }
                }
            }
        }
    }

    fn control_page(&self, control: &ControlView, results: &ByRequirement<'_>) -> Markup {
        let own = results.iter().filter(|(id, _)| *id.control() == control.id);
        let mut counts = Counts::default();
        own.clone().flat_map(|(_, results)| results).for_each(|r| counts.add(r.outcome));
        let words = self.catalogue.controls.get(&control.id).and_then(|c| c.ai.as_deref());
        html! {
            details.control id=(anchor("control", &control.id.to_string())) {
                summary {
                    b { (control.id.to_string()) } " " span.name { (control.title) } " "
                    (chip(control.status)) (bar(counts)) (tally(counts))
                }
                @if let Some(words) = words { p.lead { (words) } }
                dl.facts {
                    div { dt { "Base control" } dd { (implementation(control.implementation.as_ref())) } }
                    @for question in &control.questions {
                        div {
                            dt { "Question " (question.number) }
                            dd { (toned(question.answer.tone(), question.answer.symbol(), question.answer.word())) " " (question.reason) }
                        }
                    }
                }
                @for (id, results) in own { (self.requirement_page(id, results)) }
            }
        }
    }

    fn requirement_page(&self, id: &RequirementId, results: &[&RequirementResult]) -> Markup {
        let mut counts = Counts::default();
        for result in results {
            counts.add(result.outcome);
        }
        html! {
            details.requirement {
                summary { code { (id.to_string()) } " " span.name { (self.requirement_title(id)) } " " (tally(counts)) }
                @if let Some(requirement) = self.requirement(id) { (what_it_asks(requirement)) }
                @for outcome in [Outcome::Gap, Outcome::Unknown, Outcome::Met, Outcome::NotApplicable] {
                    (self.results_of(outcome, results))
                }
            }
        }
    }

    fn results_of(&self, outcome: Outcome, results: &[&RequirementResult]) -> Markup {
        let of_outcome = || results.iter().filter(move |result| result.outcome == outcome);
        let total = of_outcome().count();
        html! {
            @if total > 0 {
                h4 { (chip(outcome)) " " (total) }
                ul.results { @for result in of_outcome().take(RESULTS_MAX) { (self.result(result)) } }
                @if total > RESULTS_MAX { (and_more((total - RESULTS_MAX) as u64, "csv/results.csv")) }
            }
        }
    }

    fn result(&self, result: &RequirementResult) -> Markup {
        html! {
            li {
                p { b { (breakable(&self.subject_name(&result.subject))) } " "
                    span.sub { (breakable(&result.subject.to_string())) }
                    @if result.stated { " " (toned(Tone::Open, "!", "stated, nothing shown")) }
                    @if result.outcome == Outcome::Gap { " " (chip(result.severity)) } }
                @for reason in &result.reasons { p { (prose(reason)) } }
                @if let Some(error) = &result.error { p.bad { "The evaluation failed: " (error) } }
                @if !result.values.is_empty() || !result.missing.is_empty() {
                    ul.values {
                        @for (name, known) in &result.values { (value(name, known)) }
                        @for (name, why) in &result.missing {
                            li { code { (name.as_str()) } " " span.open { (missing(why)) } }
                        }
                    }
                }
            }
        }
    }
}

fn what_it_asks(requirement: &Requirement) -> Markup {
    html! {
        p { (requirement.words) }
        dl.facts {
            div { dt { "Severity" } dd { (chip(requirement.severity)) } }
            div { dt { "Asked of" } dd { (requirement.role) } }
            div { dt { "About each" } dd { (requirement.subject.as_str().replace('_', " ")) } }
            div { dt { "Remedy" } dd { (prose(&requirement.remedy)) } }
        }
        @if !requirement.refs.is_empty() {
            p { @for (reference, reason) in &requirement.refs {
                span.tag title=(reason) { (breakable(&reference.to_string())) } " " } }
        }
        details {
            summary { "How it is decided" }
            ul.values { @for (name, need) in &requirement.needs { li {
                code { (name.as_str()) } " counts from " (need.basis.as_str()) ", for " (need.fresh_days) " days"
                @if need.after_change { ", only after the last change" }
            } } }
            pre { code { (requirement.policy.trim()) } }
        }
    }
}

fn value(name: &Attribute, known: &KnownValue) -> Markup {
    html! {
        li {
            code { (name.as_str()) } " = " b { (breakable(&known.value.to_string())) } " "
            span.sub {
                (known.basis.as_str()) ", " (known.seen_at.date().to_string()) ", " (breakable(&known.source))
                @if !known.locations.is_empty() { ", " (tags(known.locations.iter().take(LOCATIONS_MAX), "")) }
                @if let Some(evidence) = known.evidence { ", evidence " (short(&evidence)) }
            }
        }
    }
}
