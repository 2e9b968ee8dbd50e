//! What is to be done, what is at risk, what an auditor will ask, what changed: sections 4 to 8.

use std::fmt::Write as _;

use annex_isms::assessment::{Presence, ResultKey, Stage2Evidence};
use annex_isms::entity::GapStatus;

use super::page::Page;
use crate::style::{Tone, cut, fit, width};
use crate::view::{Report, Shown, acceptable, count, owner, places, stage2_kind};

const GAPS_MAX: usize = 5;
/// Reason and remedy of a gap share these.
const GAP_TEXT_LINES_MAX: usize = 3;
/// A command that is wider than the terminal takes more than one.
const ANSWER_LINES_MAX: usize = 10;
const ANSWERS_MAX: usize = 5;
const THREATS_MAX: usize = 4;
const STAGE2_MAX: usize = 5;

impl Report<'_> {
    /// The worst gaps: what, where, why, what to do, who, by when.
    pub(super) fn summary_gaps(&self, page: &mut Page) {
        let gaps = &self.assessment.gaps;
        if gaps.is_empty() {
            let counts = self.counts();
            let beside = if counts.total() == 0 {
                "none known, for no requirement applied to anything".to_owned()
            } else {
                format!(
                    "none known; {} of {} results are unknown, which is not met",
                    counts.unknown,
                    counts.total()
                )
            };
            page.head(4, "Gaps", &beside);
            page.blank();
            return;
        }
        let shown = gaps.len().min(GAPS_MAX);
        let mut beside = if gaps.len() > shown {
            format!("the worst {shown} of {}", gaps.len())
        } else {
            String::new()
        };
        let waiting = gaps.iter().filter(|gap| gap.status == GapStatus::ReadyToVerify).count();
        if waiting > 0 {
            let _ = write!(beside, ", {waiting} of them to be verified");
        }
        page.head(4, "Gaps", &beside);
        for gap in &gaps[..shown] {
            page.line(&[
                (
                    gap.severity.tone(),
                    &format!("  {} {:<8} ", gap.severity.symbol(), gap.severity.word()),
                ),
                (Tone::Strong, &gap.requirement.to_string()),
                (Tone::Plain, &format!(" {}", gap.title)),
            ]);
            let mut place = format!("    {}", gap.subject_name);
            if !gap.locations.is_empty() {
                let _ = write!(place, " · {}", places(&gap.locations));
            }
            let _ = write!(place, " · due {}", gap.due);
            if let Some(day) = gap.excepted_until {
                let _ = write!(place, ", exception until {day}");
            }
            let _ = write!(place, " · {}", owner(gap.owner.as_ref(), &gap.role));
            page.line(&[(Tone::Plain, &place)]);
            let taken = page.text("    why ", &gap.reasons.join(" "), GAP_TEXT_LINES_MAX - 1);
            page.text("    do  ", &gap.remedy, GAP_TEXT_LINES_MAX - taken);
        }
        page.blank();
    }

    /// The few answers and decisions that resolve most, ready to run.
    pub(super) fn summary_answers(&self, page: &mut Page) {
        let counts = self.counts();
        let hints = &self.assessment.answers;
        if hints.is_empty() {
            let beside = match counts.unknown {
                0 => "nothing is asked before something is found".to_owned(),
                unknown => format!("no answer of a person resolves any of the {unknown} unknown"),
            };
            page.head(5, "Answers", &beside);
            page.blank();
            return;
        }
        let open = format!("{} unknown and {}", counts.unknown, count(counts.gap, "gap", "gaps"));
        page.head(5, "Answers", &format!("these resolve most of the {open}"));
        let mut lines = 0;
        for hint in hints.iter().take(ANSWERS_MAX) {
            let questions: Vec<&str> = hint.questions.values().map(String::as_str).collect();
            let command = format!("    {}", hint.command);
            let wide = width(&command).div_ceil(page.width()).max(1);
            if lines > 0 && lines + 1 + wide > ANSWER_LINES_MAX {
                break;
            }
            page.line(&[
                (Tone::Strong, &format!("  resolves {:>3} ", hint.count)),
                (Tone::Plain, &format!("{}: {}", hint.subject, questions.join(" "))),
            ]);
            lines += 1 + page.whole(&command);
        }
        page.blank();
    }

    /// The principal threats: present, reviewed, score.
    pub(super) fn summary_threats(&self, page: &mut Page) {
        let rows = self.principal_threats();
        let risks = self.assessment.risks.len();
        page.head(6, "Threats", &format!("{} on record", count(risks as u64, "risk", "risks")));
        let systems = self.assessment.systems.len();
        let title = if page.width() >= 96 { 31 } else { 19 };
        for row in rows.iter().take(THREATS_MAX) {
            let (present, reviewed) = (row.risks.len(), row.reviewed());
            let name = format!("  {} ", fit(row.title, title));
            if present == 0 {
                let text = match systems {
                    0 => "? no AI system was found".to_owned(),
                    _ => format!(
                        "? no parts for it in {}",
                        count(systems as u64, "system", "systems")
                    ),
                };
                page.line(&[(Tone::Plain, &name), (Tone::Open, &text)]);
                continue;
            }
            let (symbol, tone) =
                if reviewed == present { ("✓", Tone::Good) } else { ("?", Tone::Open) };
            let outdated = match row.outdated() {
                0 => String::new(),
                outdated => format!(", {outdated} outdated"),
            };
            let (score, score_tone) = row.worst().map_or_else(
                || ("score not judged".to_owned(), Tone::Open),
                |risk| {
                    let (verdict, tone) = acceptable(risk);
                    (format!("score {}/25 {verdict}", risk.current_score.unwrap_or(0)), tone)
                },
            );
            page.line(&[
                (Tone::Plain, &format!("{name}on {present} of {systems} · ")),
                (tone, &format!("{symbol} reviewed {reviewed} of {present}{outdated}")),
                (Tone::Plain, " · "),
                (score_tone, &score),
            ]);
        }
        page.blank();
    }

    /// What a Stage 2 auditor will ask to see.
    pub(super) fn summary_stage2(&self, page: &mut Page) {
        let items = &self.assessment.stage2;
        page.head(
            7,
            "Stage 2 checklist",
            if items.is_empty() { "the catalogue has none" } else { "" },
        );
        let (state, name, who) = (10, 23, 22);
        for item in items.iter().take(STAGE2_MAX) {
            let evidence: Vec<String> = item.evidence.iter().map(stage2_evidence).collect();
            let asked =
                item.owner.as_ref().map_or_else(|| owner(None, &item.role), ToString::to_string);
            let word = format!("{} {}", item.presence.symbol(), item.presence.word());
            let rest = page.width().saturating_sub(2 + state + name + who);
            page.cells(&[
                (Tone::Plain, "", 2),
                (item.presence.tone(), &word, state),
                (Tone::Plain, &item.id.replace('-', " "), name),
                (Tone::Plain, &cut(&evidence.join(", "), rest.saturating_sub(1)), rest),
                (Tone::Plain, &asked, who),
            ]);
        }
        if items.len() > STAGE2_MAX {
            page.line(&[(Tone::Muted, &format!("  and {} more", items.len() - STAGE2_MAX))]);
        }
        page.blank();
    }

    /// What is new, fixed, gone stale.
    pub(super) fn summary_changes(&self, page: &mut Page) {
        let Some(changes) = self.changes else { return };
        page.head(8, "Changes", &format!("since {}", changes.since.date()));
        page.line(&[(
            Tone::Plain,
            &format!(
                "  {}, {} fixed, {} gone stale, {} answered, {}, {} no longer seen",
                count(changes.new_gaps.len() as u64, "new gap", "new gaps"),
                changes.fixed.len(),
                changes.gone_stale.len(),
                changes.answered.len(),
                count(changes.new_assets.len() as u64, "new asset", "new assets"),
                changes.gone_assets.len(),
            ),
        )]);
        for (tone, label, keys) in
            [(Tone::Bad, "✗ new", &changes.new_gaps), (Tone::Open, "! stale", &changes.gone_stale)]
        {
            if !keys.is_empty() {
                let names: Vec<String> = keys.iter().take(3).map(|key| self.key(key)).collect();
                let more = keys.len().saturating_sub(3);
                let more = if more > 0 { format!(" and {more} more") } else { String::new() };
                page.line(&[
                    (tone, &format!("  {label}: ")),
                    (Tone::Plain, &format!("{}{more}", names.join(", "))),
                ]);
            }
        }
    }

    fn key(&self, key: &ResultKey) -> String {
        format!("{} ({})", key.requirement, self.subject_name(&key.subject))
    }
}

/// `playbook 2026-05-04`, `agreement 2025-03-02 stale`, `tabletop missing`.
fn stage2_evidence(evidence: &Stage2Evidence) -> String {
    let mut text = stage2_kind(evidence);
    if let Some(date) = evidence.date {
        let _ = write!(text, " {}", date.date());
    }
    if evidence.presence != Presence::Present {
        let _ = write!(text, " {}", evidence.presence.word());
    }
    text
}
