//! Sections 5 to 8: answers, threats, the Stage 2 checklist, changes; and the risks in full.

use annex_isms::assessment::{ResultKey, RiskView};
use maud::{Markup, html};

use super::breakable;
use super::parts::{and_more, chip, section, short, tags, toned};
use crate::style::Tone;
use crate::view::{Report, Shown, ThreatRow, acceptable, count, owner, person, stage2_kind};

const ANSWERS_MAX: usize = 8;
const CHANGES_MAX: usize = 20;
const RISKS_MAX: usize = 300;

impl Report<'_> {
    pub(super) fn outlook(&self) -> Markup {
        html! {
            (self.answers_section())
            (self.threats_section())
            (self.stage2_section())
            (self.changes_section())
        }
    }

    fn answers_section(&self) -> Markup {
        let counts = self.counts();
        let open = format!("{} unknown and {}", counts.unknown, count(counts.gap, "gap", "gaps"));
        html! {
            section {
                (section("answers", "5 Answers", &format!("that resolve most of the {open}")))
                @if self.assessment.answers.is_empty() {
                    p.none { "No answer of a person resolves any of the " (counts.unknown) " unknown." }
                }
                ol.answers { @for hint in self.assessment.answers.iter().take(ANSWERS_MAX) { li {
                    p.resolves { b { (hint.count) } " resolved" }
                    div {
                        p { @for question in hint.questions.values() { (question) " " }
                            span.sub { "about " (hint.subject.to_string()) } }
                        pre { code { (hint.command) } }
                    }
                } } }
            }
        }
    }

    fn threats_section(&self) -> Markup {
        let systems = self.assessment.systems.len();
        html! {
            section {
                (section("threats", "6 Threats", "the four that every assessment begins with"))
                div.cards.four { @for row in self.principal_threats() { (threat_card(&row, systems)) } }
                p { a href="#risks" { "All " (count(self.assessment.risks.len() as u64, "risk", "risks")) } }
            }
        }
    }

    fn stage2_section(&self) -> Markup {
        html! {
            section {
                (section("stage2", "7 Stage 2 checklist", "what an auditor asks to see"))
                @if self.assessment.stage2.is_empty() { p.none { "The catalogue has no checklist." } }
                ul.checklist { @for item in &self.assessment.stage2 { li {
                    (chip(item.presence))
                    div {
                        p { (item.title) }
                        @for evidence in &item.evidence { p.sub {
                            (stage2_kind(evidence)) ": " (evidence.presence.word())
                            @if let Some(date) = evidence.date { ", " (date.date().to_string()) }
                            @if let Some(by) = &evidence.collected_by { ", " (by) }
                            @if let Some(digest) = evidence.digest { ", " (short(&digest)) }
                        } }
                    }
                    p.who { (item.owner.as_ref().map_or_else(|| owner(None, &item.role), ToString::to_string)) }
                } } }
            }
        }
    }

    fn changes_section(&self) -> Markup {
        let Some(changes) = self.changes else { return html! {} };
        let keys = |tone, symbol, word: &str, keys: &[ResultKey]| {
            html! {
                div {
                    p { (toned(tone, symbol, &format!("{} {word}", keys.len()))) }
                    ul { @for key in keys.iter().take(CHANGES_MAX) {
                        li { code { (key.requirement.to_string()) } " " (breakable(&self.subject_name(&key.subject))) }
                    } }
                    @if keys.len() > CHANGES_MAX { p.more { "and " (keys.len() - CHANGES_MAX) " more" } }
                }
            }
        };
        html! {
            section {
                (section("changes", "8 Changes", &format!("since {}", changes.since.date())))
                div.columns {
                    (keys(Tone::Bad, "✗", "new gaps", &changes.new_gaps))
                    (keys(Tone::Good, "✓", "fixed", &changes.fixed))
                    (keys(Tone::Open, "!", "gone stale", &changes.gone_stale))
                    (keys(Tone::Plain, "·", "answered", &changes.answered))
                }
                @if !changes.new_assets.is_empty() {
                    p { (count(changes.new_assets.len() as u64, "new asset", "new assets")) ": "
                        (tags(changes.new_assets.iter().take(CHANGES_MAX).map(|id| self.asset_name(id)), "none")) }
                }
                @if !changes.gone_assets.is_empty() {
                    p { (count(changes.gone_assets.len() as u64, "asset", "assets")) " no longer seen: "
                        (tags(changes.gone_assets.iter().take(CHANGES_MAX), "none")) }
                }
            }
        }
    }

    /// Every risk with the steps that moved its likelihood.
    pub(super) fn risk_pages(&self) -> Markup {
        let risks = &self.assessment.risks;
        html! {
            section {
                (section("risks", "Risks", &count(risks.len() as u64, "scenario", "scenarios")))
                p.muted { "Accepted without further treatment: a current score of at most "
                    (self.assessment.criteria.accept_score_max) " of 25." }
                @if risks.is_empty() { p.none { (self.none_found()) } }
                @for risk in risks.iter().take(RISKS_MAX) { (self.risk(risk)) }
                @if risks.len() > RISKS_MAX { (and_more((risks.len() - RISKS_MAX) as u64, "csv/risks.csv")) }
            }
        }
    }

    fn risk(&self, risk: &RiskView) -> Markup {
        let (verdict, tone) = acceptable(risk);
        let score = |score: Option<u8>| {
            score.map_or_else(|| "not judged".to_owned(), |s| format!("{s} of 25"))
        };
        html! {
            details.row {
                summary {
                    b { (risk.title) } " " span.name { (breakable(&self.system_name(&risk.system))) } " "
                    (chip(risk.review)) " " (toned(tone, "", &format!("{}, {verdict}", score(risk.current_score))))
                }
                dl.facts {
                    div { dt { "Owner" } dd { (person(risk.owner.as_ref())) } }
                    @if let Some(inherent) = risk.inherent {
                        div { dt { "Inherent likelihood" } dd { (inherent.likelihood.get()) " of 5" } }
                        div { dt { "Consequence" } dd {
                            "confidentiality " (inherent.consequence.confidentiality.get())
                            ", integrity " (inherent.consequence.integrity.get())
                            ", availability " (inherent.consequence.availability.get()) } }
                    } @else { div { dt { "Inherent risk" } dd.open { "not judged" } } }
                    div { dt { "Current likelihood" } dd { (risk.current_likelihood.map_or("not judged".to_owned(), |s| format!("{} of 5", s.get()))) } }
                    div { dt { "Residual" } dd { (score(risk.residual_score)) } }
                    div { dt { "Treatment" } dd { (risk.treatment.map_or("not decided", annex_isms::entity::Treatment::as_str)) } }
                }
                @if !risk.steps.is_empty() { ul.steps { @for step in &risk.steps {
                    li { b { (format!("{:+}", step.by)) } " " (step.control.to_string()) ": " (step.reason) }
                } } }
                p { "Assets: " (tags(risk.assets.iter().take(CHANGES_MAX).map(|id| self.asset_name(id).to_owned()), "none"))
                    @if risk.assets.len() > CHANGES_MAX { " and " (risk.assets.len() - CHANGES_MAX) " more" } }
                p { (tags(&risk.references, "no reference")) }
            }
        }
    }
}

fn threat_card(row: &ThreatRow<'_>, systems: usize) -> Markup {
    let (present, reviewed) = (row.risks.len(), row.reviewed());
    html! {
        article.card {
            h3 { (row.title) }
            @if present == 0 {
                p { (toned(Tone::Open, "?", if systems == 0 { "no AI system was found" } else { "no system has the parts for it" })) }
            } @else {
                p { "present on " b { (present) } " of " (count(systems as u64, "system", "systems")) }
                p { @if reviewed == present { (toned(Tone::Good, "✓", "reviewed on all of them")) }
                    @else { (toned(Tone::Open, "?", &format!("reviewed on {reviewed} of them"))) }
                    @if row.outdated() > 0 { " " (toned(Tone::Open, "!", &format!("{} outdated", row.outdated()))) } }
                @if let Some(risk) = row.worst() {
                    @let (verdict, tone) = acceptable(risk);
                    p.score { b { (risk.current_score.unwrap_or(0)) } " of 25 " (toned(tone, "", verdict)) }
                } @else { p.score { (toned(Tone::Open, "?", "score not judged")) } }
            }
        }
    }
}
