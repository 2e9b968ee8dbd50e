//! What was looked at, what was found in it, and how the controls stand: sections 1 to 3.

use std::fmt::Write as _;

use annex_isms::assessment::{ControlStatus, ControlView, LookedAt};

use super::page::Page;
use crate::style::Tone;
use crate::view::{Report, Shown, count, person};

const STATEMENT_LINES_MAX: usize = 2;
const RUNS_MAX: usize = 2;
const SYSTEMS_MAX: usize = 4;

impl Report<'_> {
    /// The place, the commit, what was read of it and what was not.
    pub(super) fn summary_scope(&self, page: &mut Page) {
        let scope = &self.assessment.scope;
        page.head(1, "Scope", "");
        if scope.statement.is_empty() {
            page.line(&[(Tone::Open, "  ? the scope of the ISMS is not stated")]);
        } else {
            page.text("  ", &scope.statement, STATEMENT_LINES_MAX);
        }
        if scope.looked_at.is_empty() {
            page.line(&[(Tone::Open, "  ? nothing was looked at yet")]);
        }
        for run in scope.looked_at.iter().take(RUNS_MAX) {
            let [read, skipped, ignored] = read_of(run);
            page.line(&[
                (Tone::Plain, &format!("  {}{read}", place(run))),
                (Tone::Open, &skipped),
                (Tone::Muted, &ignored),
            ]);
        }
        if let Some(more) = scope.looked_at.len().checked_sub(RUNS_MAX).filter(|&more| more > 0) {
            let read = self.read();
            page.line(&[
                (
                    Tone::Muted,
                    &format!("  and {}", count(more as u64, "more place", "more places")),
                ),
                (Tone::Plain, &format!("; all together {} of {} files read", read.read, read.seen)),
            ]);
        }
        page.blank();
    }

    /// Systems with models, suppliers and data classes.
    pub(super) fn summary_systems(&self, page: &mut Page) {
        let systems = &self.assessment.systems;
        if systems.is_empty() {
            page.head(2, "AI systems", &self.none_found());
            page.blank();
            return;
        }
        let assets = self.assessment.assets.len();
        let found = format!(
            "{}, {}, {}",
            count(systems.len() as u64, "system", "systems"),
            count(assets as u64, "asset", "assets"),
            count(self.assessment.flows.len() as u64, "data flow", "data flows"),
        );
        page.head(2, "AI systems", &found);
        for system in systems.iter().take(SYSTEMS_MAX) {
            let purpose =
                if system.purpose.is_empty() { "purpose not stated" } else { &system.purpose };
            page.line(&[
                (Tone::Plain, "  "),
                (Tone::Strong, &system.name),
                (Tone::Plain, &format!(" · owner {} · {purpose}", person(system.owner.as_ref()))),
            ]);
            page.line(&[(
                Tone::Plain,
                &format!(
                    "    data {} · suppliers {} · models {}",
                    list(&system.classes),
                    list(&system.suppliers),
                    list(&system.models),
                ),
            )]);
        }
        if systems.len() > SYSTEMS_MAX {
            page.line(&[(Tone::Muted, &format!("  and {} more", systems.len() - SYSTEMS_MAX))]);
        }
        page.blank();
    }

    /// The principal controls × the three questions, one line each.
    pub(super) fn summary_controls(&self, page: &mut Page) {
        let counts = self.counts();
        let beside = if counts.total() == 0 {
            "no requirement applied to anything".to_owned()
        } else {
            format!(
                "{} gap, {} unknown, {} met, {} not applicable",
                counts.gap, counts.unknown, counts.met, counts.not_applicable
            )
        };
        page.head(3, "Controls", &beside);
        let wide = page.width() >= 96;
        let (one, two, three) = if wide { (23, 19, 17) } else { (22, 17, 15) };
        let title = page.width().saturating_sub(2 + 7 + one + two + three);
        let heads = if wide {
            ["1 addresses AI risk?", "2 AI registered?", "3 risks reviewed?"]
        } else {
            ["1 AI risk?", "2 registered?", "3 reviewed?"]
        };
        page.cells(&[
            (Tone::Muted, "  ✓ met  ✗ gap  ? unknown", 2 + 7 + title),
            (Tone::Muted, heads[0], one),
            (Tone::Muted, heads[1], two),
            (Tone::Muted, heads[2], three),
        ]);
        for control in self.principal_controls() {
            let [(tone1, text1), (tone2, text2), (tone3, text3)] = answers(control);
            page.cells(&[
                (Tone::Plain, "", 2),
                (Tone::Plain, &control.id.to_string(), 7),
                (Tone::Plain, &format!("{} ", cut_title(&control.title, title)), title),
                (tone1, &text1, one),
                (tone2, &text2, two),
                (tone3, &text3, three),
            ]);
        }
        let of = |status| self.other_controls().filter(|control| control.status == status).count();
        let [gap, unknown, addressed] =
            [ControlStatus::Gap, ControlStatus::Unknown, ControlStatus::Addressed].map(of);
        let others = gap + unknown + addressed;
        if others > 0 {
            page.line(&[(
                Tone::Plain,
                &format!(
                    "  {others} other controls that AI changes: {gap} gap, {unknown} unknown, {addressed} addressed"
                ),
            )]);
        }
        let base = self.base_controls().count();
        page.line(&[(Tone::Muted, &format!("  {base} base ISMS, not assessed here"))]);
        page.blank();
    }
}

fn cut_title(title: &str, columns: usize) -> String {
    crate::style::cut(title, columns.saturating_sub(1))
}

/// The three answers of a control: symbol, word and counts.
fn answers(control: &ControlView) -> [(Tone, String); 3] {
    [1, 2, 3].map(|number| {
        let Some(question) = control.questions.iter().find(|q| q.number == number) else {
            return (Tone::Muted, "– not assessed".to_owned());
        };
        let (answer, counts) = (question.answer, question.counts);
        let mut text = format!("{} {}", answer.symbol(), answer.word());
        if number == 1 && counts.total() > 0 {
            let _ = write!(text, " {}✓ {}✗ {}?", counts.met, counts.gap, counts.unknown);
        } else if counts.total() > 0 {
            let all = counts.total() - counts.not_applicable;
            let _ = write!(text, " {} of {all}", counts.met);
        }
        (answer.tone(), text)
    })
}

/// `repository help-desk at 3f2a1bc (modified)`.
fn place(run: &LookedAt) -> String {
    let mut text = format!("{} {}", run.scope.kind, run.scope.name);
    if let Some(commit) = &run.scope.commit {
        let short: String = commit.chars().take(7).collect();
        let _ = write!(text, " at {short}");
    }
    if run.scope.modified {
        text.push_str(" (modified)");
    }
    text
}

/// What was read of a place, what was not, and what says nothing of AI.
fn read_of(run: &LookedAt) -> [String; 3] {
    let coverage = &run.coverage;
    let some = |number: u64, text: String| if number == 0 { String::new() } else { text };
    let files = count(coverage.files_seen, "file", "files");
    [
        some(coverage.files_seen, format!(" · {} of {files} read", coverage.files_read)),
        some(run.skipped, format!(", {} skipped", run.skipped)),
        some(coverage.files_ignored, format!(", {} without AI content", coverage.files_ignored)),
    ]
}

/// `a, b, c +2`, or `not known`.
fn list<T: ToString>(items: impl IntoIterator<Item = T>) -> String {
    let items: Vec<String> = items.into_iter().map(|item| item.to_string()).collect();
    match items.len() {
        0 => "not known".to_owned(),
        1..=4 => items.join(", "),
        more => format!("{} +{}", items[..3].join(", "), more - 3),
    }
}
