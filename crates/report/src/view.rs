//! An assessment with the catalogue that judged it, and the names that both give to things.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use annex_catalog::{Catalogue, Requirement};
use annex_isms::assessment::{
    Answer, AssetView, Changes, ControlStatus, ControlView, Counts, FlowView, Missing, Presence,
    ReviewState, RiskView, Stage2Evidence, SystemView,
};
use annex_isms::entity::{Implementation, Owner};
use annex_isms::observation::Location;
use annex_isms::{
    Assessment, AssetId, ControlId, FlowId, Instant, Outcome, PersonId, RequirementId, Severity,
    Subject, SystemId,
};

use crate::style::Tone;

/// The controls whose every clause the catalogue covers; every report begins with them.
pub const PRINCIPAL_CONTROLS: [(u8, u8); 8] =
    [(5, 7), (5, 10), (5, 23), (5, 29), (8, 8), (8, 16), (8, 24), (8, 25)];

/// What is reported: an assessment, the catalogue for its words, and what changed.
#[derive(Debug, Clone)]
pub struct Report<'a> {
    pub(crate) assessment: &'a Assessment,
    pub(crate) catalogue: &'a Catalogue,
    pub(crate) changes: Option<&'a Changes>,
    assets: BTreeMap<&'a AssetId, &'a AssetView>,
    systems: BTreeMap<&'a SystemId, &'a SystemView>,
    flows: BTreeMap<&'a FlowId, &'a FlowView>,
}

/// What collectors read, all together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct FilesRead {
    pub(crate) seen: u64,
    pub(crate) read: u64,
    pub(crate) skipped: u64,
}

impl<'a> Report<'a> {
    /// A report of `assessment`. The catalogue should be the one that judged; requirements that
    /// it does not have show by their id alone.
    pub fn new(assessment: &'a Assessment, catalogue: &'a Catalogue) -> Self {
        Self {
            assessment,
            catalogue,
            changes: None,
            assets: assessment.assets.iter().map(|asset| (&asset.id, asset)).collect(),
            systems: assessment.systems.iter().map(|system| (&system.id, system)).collect(),
            flows: assessment.flows.iter().map(|flow| (&flow.id, flow)).collect(),
        }
    }

    /// The same with what became different since an earlier assessment.
    #[must_use]
    pub fn with_changes(mut self, changes: Option<&'a Changes>) -> Self {
        self.changes = changes;
        self
    }

    pub(crate) fn asset(&self, id: &AssetId) -> Option<&'a AssetView> {
        self.assets.get(id).copied()
    }

    pub(crate) fn asset_name<'n>(&self, id: &'n AssetId) -> &'n str
    where
        'a: 'n,
    {
        self.asset(id).map_or(id.as_str(), |asset| &asset.name)
    }

    pub(crate) fn system_name(&self, id: &SystemId) -> String {
        self.systems.get(id).map_or_else(|| id.to_string(), |system| system.name.clone())
    }

    /// What people call a subject.
    pub(crate) fn subject_name(&self, subject: &Subject) -> String {
        match subject {
            Subject::Organisation => self.assessment.organisation.clone(),
            Subject::System(id) => self.system_name(id),
            Subject::Asset(id) => self.asset(id).map_or(id.to_string(), |a| a.name.clone()),
            Subject::Flow(id) => self.flows.get(id).map_or_else(
                || id.to_string(),
                |f| format!("{} → {}", self.asset_name(&f.from), self.asset_name(&f.to)),
            ),
            other => other.id().to_owned(),
        }
    }

    pub(crate) fn requirement(&self, id: &RequirementId) -> Option<&'a Requirement> {
        self.catalogue.requirements.get(id)
    }

    pub(crate) fn requirement_title(&self, id: &RequirementId) -> &'a str {
        self.requirement(id).map_or("", |requirement| &requirement.title)
    }

    /// The controls that every report begins with, in order.
    pub(crate) fn principal_controls(&self) -> impl Iterator<Item = &'a ControlView> {
        self.assessment.controls.iter().filter(|control| is_principal(&control.id))
    }

    /// The other controls that AI changes.
    pub(crate) fn other_controls(&self) -> impl Iterator<Item = &'a ControlView> {
        self.assessment.controls.iter().filter(|control| {
            !is_principal(&control.id) && control.status != ControlStatus::NotAssessed
        })
    }

    /// Controls that are base ISMS, not assessed here.
    pub(crate) fn base_controls(&self) -> impl Iterator<Item = &'a ControlView> {
        self.assessment.controls.iter().filter(|control| {
            !is_principal(&control.id) && control.status == ControlStatus::NotAssessed
        })
    }

    pub(crate) fn read(&self) -> FilesRead {
        let mut all = FilesRead::default();
        for run in &self.assessment.scope.looked_at {
            all.seen += run.coverage.files_seen;
            all.read += run.coverage.files_read;
            all.skipped += run.skipped;
        }
        all
    }

    /// `none found in 312 files read`, never that all is well.
    pub(crate) fn none_found(&self) -> String {
        let read = self.read();
        if self.assessment.scope.looked_at.is_empty() {
            return "none found; nothing was looked at yet".to_owned();
        }
        let mut text = format!("none found in {} read", count(read.read, "file", "files"));
        if read.skipped > 0 {
            let _ = write!(text, "; {} not read", count(read.skipped, "thing", "things"));
        }
        text
    }

    pub(crate) fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        self.assessment.results.iter().for_each(|result| counts.add(result.outcome));
        counts
    }

    /// The principal threats, present or not, each with its risks.
    pub(crate) fn principal_threats(&self) -> Vec<ThreatRow<'a>> {
        let mut rows: Vec<ThreatRow<'a>> = Vec::new();
        for threat in self.catalogue.threats.iter().filter(|threat| threat.principal) {
            rows.push(ThreatRow { title: &threat.title, risks: Vec::new() });
        }
        for risk in self.assessment.risks.iter().filter(|risk| risk.principal) {
            match rows.iter_mut().find(|row| row.title == risk.title) {
                Some(row) => row.risks.push(risk),
                None => rows.push(ThreatRow { title: &risk.title, risks: vec![risk] }),
            }
        }
        rows
    }
}

/// A threat and the risks of it, one for each system that has the parts it needs.
#[derive(Debug, Clone)]
pub(crate) struct ThreatRow<'a> {
    pub(crate) title: &'a str,
    pub(crate) risks: Vec<&'a RiskView>,
}

impl<'a> ThreatRow<'a> {
    pub(crate) fn reviewed(&self) -> usize {
        self.risks.iter().filter(|risk| risk.review == ReviewState::Reviewed).count()
    }

    pub(crate) fn outdated(&self) -> usize {
        self.risks.iter().filter(|risk| risk.review == ReviewState::Outdated).count()
    }

    /// The risk with the highest current score.
    pub(crate) fn worst(&self) -> Option<&'a RiskView> {
        let scored = self.risks.iter().copied().filter(|risk| risk.current_score.is_some());
        scored.max_by_key(|risk| risk.current_score)
    }
}

pub(crate) fn is_principal(control: &ControlId) -> bool {
    matches!(control, ControlId::AnnexA(clause, number)
        if PRINCIPAL_CONTROLS.contains(&(*clause, *number)))
}

/// `1 file`, `2 files`.
pub(crate) fn count(number: u64, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

/// `2026-08-01 12:00 UTC`.
pub(crate) fn minute(instant: Instant) -> String {
    let text = instant.to_string();
    match (text.get(..10), text.get(11..16)) {
        (Some(day), Some(time)) => format!("{day} {time} UTC"),
        _ => text,
    }
}

/// Who is asked: a confirmed owner, a proposed one, or a role.
pub(crate) fn owner(owner: Option<&Owner>, role: &str) -> String {
    match owner {
        Some(Owner { person, confirmed: true }) => format!("{person} (confirmed)"),
        Some(Owner { person, confirmed: false }) => format!("{person} (proposed)"),
        None if role.is_empty() => "nobody named".to_owned(),
        None => format!("{role} (role)"),
    }
}

pub(crate) fn person(person: Option<&PersonId>) -> String {
    person.map_or_else(|| "nobody named".to_owned(), ToString::to_string)
}

/// `src/app.py:12 (+2)`: the first place, and how many more.
pub fn places(locations: &BTreeSet<Location>) -> String {
    let mut all = locations.iter();
    match (all.next(), all.len()) {
        (None, _) => String::new(),
        (Some(first), 0) => first.to_string(),
        (Some(first), more) => format!("{first} (+{more})"),
    }
}

/// `playbook`, `agreement (openai)`.
pub(crate) fn stage2_kind(evidence: &Stage2Evidence) -> String {
    let kind = evidence.kind.as_str().replace('-', " ");
    evidence.of.as_ref().map_or_else(|| kind.clone(), |of| format!("{kind} ({of})"))
}

pub(crate) fn implementation(implementation: Option<&Implementation>) -> String {
    implementation.map_or_else(
        || "no base control declared".to_owned(),
        |declared| {
            let since = declared.since.map(|day| format!(" since {day}")).unwrap_or_default();
            format!("{}{since}: {}", declared.status, declared.statement)
        },
    )
}

/// What keeps an attribute from counting, in words.
pub(crate) fn missing(missing: &Missing) -> String {
    match missing {
        Missing::NeverObserved => "never observed".to_owned(),
        Missing::Stale { seen_at, fresh_days } => {
            format!("stale: seen {}, counts for {fresh_days} days", seen_at.date())
        }
        Missing::WeakBasis { have, need } => {
            format!("basis too weak: {have}, at least {need} is needed")
        }
        Missing::BeforeChange { seen_at, changed_at } => {
            format!("seen {}, before the change of {}", seen_at.date(), changed_at.date())
        }
    }
}

/// A word, a symbol and a tone for each of the closed lists.
pub(crate) trait Shown: Copy {
    /// The word for people.
    fn word(self) -> &'static str;
    /// One character that means the same.
    fn symbol(self) -> &'static str;
    /// The tone.
    fn tone(self) -> Tone;
}

macro_rules! shown {
    ($($type:ident { $($variant:ident: $word:literal $symbol:literal $tone:ident,)* })*) => {$(
        impl Shown for $type {
            fn word(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }

            fn symbol(self) -> &'static str {
                match self { $(Self::$variant => $symbol,)* }
            }

            fn tone(self) -> Tone {
                match self { $(Self::$variant => Tone::$tone,)* }
            }
        }
    )*};
}

shown! {
    Outcome {
        Met: "met" "✓" Good,
        Gap: "gap" "✗" Bad,
        Unknown: "unknown" "?" Open,
        NotApplicable: "not applicable" "–" Muted,
    }
    Answer {
        Yes: "yes" "✓" Good,
        Partly: "partly" "◐" Open,
        No: "no" "✗" Bad,
        Unknown: "unknown" "?" Open,
        NothingFound: "none found" "?" Open,
        NotAssessed: "not assessed" "–" Muted,
    }
    ControlStatus {
        Addressed: "addressed" "✓" Good,
        Gap: "gap" "✗" Bad,
        Unknown: "unknown" "?" Open,
        NotAssessed: "base ISMS, not assessed here" "–" Muted,
    }
    Presence {
        Present: "present" "✓" Good,
        Stale: "stale" "!" Open,
        Missing: "missing" "✗" Bad,
    }
    ReviewState {
        Reviewed: "reviewed" "✓" Good,
        Outdated: "review outdated" "!" Open,
        NotReviewed: "not reviewed" "?" Open,
    }
    Severity {
        Low: "low" "·" Muted,
        Medium: "medium" "▪" Plain,
        High: "high" "▲" Open,
        Critical: "critical" "▲" Bad,
    }
}

/// Whether a score is within the acceptance criteria for risk, in words.
pub(crate) fn acceptable(risk: &RiskView) -> (&'static str, Tone) {
    match risk.acceptable {
        Some(true) => ("acceptable", Tone::Good),
        Some(false) => ("not acceptable", Tone::Bad),
        None => ("not judged", Tone::Open),
    }
}
