//! Sections 1 to 4: scope, systems, the controls and the three questions, the worst gaps.

use annex_isms::assessment::{Counts, GapView, QuestionView, SystemView};
use maud::{Markup, html};

use super::breakable;
use super::parts::{anchor, bar, chip, section, tags, tally, toned};
use super::text::prose;
use crate::registers::Register;
use crate::style::Tone;
use crate::view::{Report, Shown, count, owner, person};

const QUESTIONS: [&str; 3] = [
    "Does it address AI risk?",
    "Are the AI parts in the asset register?",
    "Are the AI threats in the risk register?",
];
const WORST_MAX: usize = 5;
const GAPS_MAX: usize = 300;
const LOCATIONS_MAX: usize = 6;
/// Systems as cards; the others stand in the register.
const CARDS_MAX: usize = 24;

impl Report<'_> {
    pub(super) fn overview(&self) -> Markup {
        html! {
            (self.scope_section())
            (self.systems_section())
            (self.matrix_section())
            (self.worst_section())
        }
    }

    fn scope_section(&self) -> Markup {
        let scope = &self.assessment.scope;
        let read = self.read();
        let beside = match scope.looked_at.len() {
            0 => "nothing was looked at yet".to_owned(),
            _ => format!("{} of {} read", read.read, count(read.seen, "file", "files")),
        };
        html! {
            section {
                (section("scope", "1 Scope", &beside))
                @if scope.statement.is_empty() {
                    p { (toned(Tone::Open, "?", "The scope of the ISMS is not stated.")) }
                } @else { p.lead { (scope.statement) } }
                @if !scope.interfaces.is_empty() {
                    p { "Interfaces and dependencies: " (tags(&scope.interfaces, "none")) }
                }
                @if !scope.looked_at.is_empty() {
                    div.scroll tabindex="0" role="region" aria-label="What was looked at" { table {
                        thead { tr {
                            th scope="col" { "Looked at" } th scope="col" { "Commit" } th scope="col" { "When" }
                            th.number scope="col" { "Files" } th.number scope="col" { "Read" }
                            th.number scope="col" { "No AI content" } th.number scope="col" { "Skipped" }
                        } }
                        tbody { @for run in &scope.looked_at { tr {
                            td data-label="Looked at" { (run.scope.kind) " " b { (breakable(&run.scope.name)) } span.sub { (run.collector) } }
                            td data-label="Commit" { code { (breakable(run.scope.commit.as_deref().unwrap_or("none"))) }
                                @if run.scope.modified { " " span.open { "modified" } } }
                            td data-label="When" { (crate::view::minute(run.at)) }
                            td.number data-label="Files" { (run.coverage.files_seen) }
                            td.number data-label="Read" { (run.coverage.files_read) }
                            td.number data-label="No AI content" { (run.coverage.files_ignored) }
                            td.number data-label="Skipped" { @if run.skipped > 0 { a href="#skipped" { (run.skipped) } } @else { "0" } }
                        } } }
                    } }
                }
            }
        }
    }

    fn systems_section(&self) -> Markup {
        let systems = &self.assessment.systems;
        let more = systems.len().saturating_sub(CARDS_MAX);
        html! {
            section {
                (section("systems", "2 AI systems", &systems.len().to_string()))
                @if systems.is_empty() { p.none { (self.none_found()) } }
                div.cards { @for system in systems.iter().take(CARDS_MAX) { (self.system_card(system)) } }
                @if more > 0 { (super::parts::and_more(more as u64, "csv/systems.csv")) }
            }
        }
    }

    fn system_card(&self, system: &SystemView) -> Markup {
        let mut counts = Counts::default();
        let own = |subject: &annex_isms::Subject| matches!(subject, annex_isms::Subject::System(id) if *id == system.id);
        self.assessment
            .results
            .iter()
            .filter(|r| own(&r.subject))
            .for_each(|r| counts.add(r.outcome));
        html! {
            article.card {
                h3 { a href=(format!("#{}", anchor("system", system.id.as_str()))) { (breakable(&system.name)) } }
                @if system.purpose.is_empty() { p.open { "Purpose not stated" } } @else { p { (system.purpose) } }
                (bar(counts))
                dl {
                    div { dt { "Owner" } dd { (person(system.owner.as_ref())) } }
                    div { dt { "Data" } dd { (tags(&system.classes, "not known")) } }
                    div { dt { "Models" } dd { (tags(&system.models, "none found")) } }
                    div { dt { "Suppliers" } dd { (tags(&system.suppliers, "none found")) } }
                }
            }
        }
    }

    fn matrix_section(&self) -> Markup {
        let others: Vec<_> = self.other_controls().collect();
        html! {
            section {
                (section("matrix", "3 Controls", "the eight that AI changes most, and the three questions"))
                table.matrix {
                    thead { tr {
                        th scope="col" { "Control" }
                        @for (number, question) in (1..).zip(QUESTIONS) { th scope="col" { (number) ". " (question) } }
                    } }
                    tbody { @for control in self.principal_controls() { tr {
                        th scope="row" {
                            a href=(format!("#{}", anchor("control", &control.id.to_string()))) { (control.id.to_string()) }
                            " " span.name { (control.title) }
                        }
                        @for number in 1..=3 {
                            td data-label=(QUESTIONS[usize::from(number) - 1]) {
                                (question(control.questions.iter().find(|q| q.number == number)))
                            }
                        }
                    } } }
                }
                @if !others.is_empty() {
                    h3 { "Other controls that AI changes" }
                    ul.lines { @for control in others { li {
                        a href=(format!("#{}", anchor("control", &control.id.to_string()))) { (control.id.to_string()) }
                        " " span.name { (control.title) } " " (chip(control.status))
                    } } }
                }
                p.muted { (self.base_controls().count()) " base ISMS, not assessed here." }
            }
        }
    }

    /// Every gap, one line each.
    pub(super) fn gap_pages(&self) -> Markup {
        let gaps = &self.assessment.gaps;
        html! {
            section {
                (section("gaps", "Gaps", &count(gaps.len() as u64, "gap", "gaps")))
                @if gaps.is_empty() { p.none { (self.table(Register::Gaps).empty) } }
                @for gap in gaps.iter().take(GAPS_MAX) { (gap_row(gap)) }
                @if gaps.len() > GAPS_MAX { (super::parts::and_more((gaps.len() - GAPS_MAX) as u64, "csv/gaps.csv")) }
            }
        }
    }

    fn worst_section(&self) -> Markup {
        let gaps = &self.assessment.gaps;
        let (counts, shown) = (self.counts(), gaps.len().min(WORST_MAX));
        html! {
            section {
                (section("worst", "4 Worst gaps", &format!("{shown} of {}", gaps.len())))
                @if gaps.is_empty() {
                    p.none { "No gap is known. " (counts.unknown) " of " (count(counts.total(), "result", "results"))
                        " are unknown, which is not met." }
                }
                ol.gaps { @for gap in &gaps[..shown] { li { (gap_card(gap)) } } }
                @if gaps.len() > shown { p { a href="#gaps" { "All gaps" } } }
            }
        }
    }
}

fn question(question: Option<&QuestionView>) -> Markup {
    html! {
        @if let Some(question) = question {
            (toned(question.answer.tone(), question.answer.symbol(), question.answer.word()))
            @if question.counts.total() > 0 { (bar(question.counts)) }
            @if question.number == 1 && question.counts.total() > 0 { (tally(question.counts)) }
            span.sub { (question.reason) }
        } @else { (toned(Tone::Muted, "–", "not assessed")) }
    }
}

fn gap_card(gap: &GapView) -> Markup {
    html! {
        article.card.gap.(gap.severity.tone().class()) {
            header {
                (chip(gap.severity))
                h3 { (gap.title) }
                code { (gap.requirement.to_string()) }
            }
            (gap_facts(gap))
        }
    }
}

/// A gap on one line, which opens.
fn gap_row(gap: &GapView) -> Markup {
    html! {
        details.row.gap {
            summary {
                (chip(gap.severity)) " " b { (gap.title) } " " code { (gap.requirement.to_string()) } " "
                span.name { (breakable(&gap.subject_name)) } " "
                span.sub { "due " (gap.due.to_string()) ", " (owner(gap.owner.as_ref(), &gap.role)) }
            }
            (gap_facts(gap))
        }
    }
}

fn gap_facts(gap: &GapView) -> Markup {
    let more = gap.locations.len().saturating_sub(LOCATIONS_MAX);
    html! {
        p.where {
            b { (breakable(&gap.subject_name)) }
            @for place in gap.locations.iter().take(LOCATIONS_MAX) { " " code { (breakable(&place.to_string())) } }
            @if more > 0 { " and " (more) " more" }
        }
        dl {
            div { dt { "Why" } dd { @for reason in &gap.reasons { (prose(reason)) " " } } }
            div { dt { "Do" } dd { (prose(&gap.remedy)) } }
            div { dt { "Owner" } dd { (owner(gap.owner.as_ref(), &gap.role)) } }
            div { dt { "Due" } dd { (gap.due.to_string())
                @if let Some(day) = gap.excepted_until { ", exception until " (day.to_string()) } } }
            div { dt { "Status" } dd { (gap.status.as_str().replace('_', " ")) ", " code { (gap.id.as_str()) } } }
        }
    }
}
