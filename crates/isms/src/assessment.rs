//! The assessment: what follows from a catalogue, a snapshot and an instant.
//!
//! It is the document that is digested into the ledger, printed, and handed to an auditor. Its
//! JSON form is a published contract (`docs/assessment.schema.json`).

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::entity::{
    Consequence, EvidenceKind, GapStatus, Implementation, Owner, Registration, Treatment,
};
use crate::observation::{Coverage, Location, Scope, Skipped};
use crate::scale::words;
use crate::{
    AssetId, AssetKind, Attribute, Basis, ControlId, DataClass, Date, Digest, FlowId, FrameworkRef,
    GapId, Instant, Outcome, PersonId, RequestId, RequirementId, RiskId, Score, Severity, Subject,
    SupplierId, SystemId, ThreatId, Value,
};

/// The name and version of the document.
pub const SCHEMA: &str = "annex-assessment/1";

/// What follows from a catalogue, a snapshot and an instant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Assessment {
    /// [`SCHEMA`].
    pub schema: String,
    /// The instant it speaks for: only what was recorded by then was used.
    pub at: Instant,
    /// The organisation's name.
    pub organisation: String,
    /// The digest of the catalogue that judged.
    pub catalogue: Digest,
    /// The organisation's criteria that were applied.
    pub criteria: Criteria,
    /// The ISMS scope and what was looked at.
    pub scope: ScopeView,
    /// AI systems.
    pub systems: Vec<SystemView>,
    /// Assets.
    pub assets: Vec<AssetView>,
    /// Data flows.
    pub flows: Vec<FlowView>,
    /// Component × control: how the requirements of a control came out for a component.
    pub architecture: Vec<ArchitectureCell>,
    /// Controls, all of the catalogue.
    pub controls: Vec<ControlView>,
    /// A result per requirement and subject.
    pub results: Vec<RequirementResult>,
    /// What would turn unknowns into results.
    pub requests: Vec<RequestView>,
    /// What someone must change, worst first.
    pub gaps: Vec<GapView>,
    /// Threat scenarios per AI system, the mission's four first.
    pub risks: Vec<RiskView>,
    /// The Statement of Applicability as drafted, with what was decided.
    pub soa: Vec<SoaRow>,
    /// The Stage 2 checklist.
    pub stage2: Vec<Stage2Item>,
    /// The few answers that resolve most unknowns, best first.
    pub answers: Vec<AnswerHint>,
    /// What was not read, by scope.
    pub skipped: Vec<Skipped>,
}

/// What the organisation decided on risk and time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Criteria {
    /// The highest current risk score (1 to 25) that is acceptable without further treatment.
    pub accept_score_max: u8,
    /// Days until a gap is due, by severity from low to critical.
    pub gap_due_days: [u32; 4],
    /// Days until an evidence request is due.
    pub request_due_days: u32,
}

impl Default for Criteria {
    fn default() -> Self {
        Self { accept_score_max: 6, gap_due_days: [180, 90, 30, 14], request_due_days: 30 }
    }
}

/// The ISMS scope and what collectors looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ScopeView {
    /// The scope of the ISMS in words; empty when not stated.
    pub statement: String,
    /// Interfaces and dependencies.
    pub interfaces: Vec<String>,
    /// The last run of each collector.
    pub looked_at: Vec<LookedAt>,
}

/// One run of a collector.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LookedAt {
    /// The collector's name and version.
    pub collector: String,
    /// The place.
    pub scope: Scope,
    /// When it ended.
    pub at: Instant,
    /// How much it saw.
    pub coverage: Coverage,
    /// How many things it could not read.
    pub skipped: u64,
}

/// An AI system.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SystemView {
    /// Its id.
    pub id: SystemId,
    /// Its name.
    pub name: String,
    /// What it is for.
    pub purpose: String,
    /// Who answers for it.
    pub owner: Option<PersonId>,
    /// Names of its models.
    pub models: Vec<String>,
    /// Suppliers of its parts.
    pub suppliers: BTreeSet<SupplierId>,
    /// Data classes, declared or observed; empty is not known.
    pub classes: BTreeSet<DataClass>,
    /// Its assets.
    pub assets: Vec<AssetId>,
    /// Its data-flow diagram as Mermaid text.
    pub diagram: String,
}

/// An asset.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AssetView {
    /// Its id.
    pub id: AssetId,
    /// Its kind.
    pub kind: AssetKind,
    /// Its name.
    pub name: String,
    /// Where it was seen, `path:line`.
    pub locations: BTreeSet<Location>,
    /// Its systems.
    pub systems: BTreeSet<SystemId>,
    /// Its supplier.
    pub supplier: Option<SupplierId>,
    /// Whether the covering scope saw it in its last run.
    pub present: bool,
    /// In or out of scope, once decided.
    pub registration: Option<Registration>,
    /// Its owner.
    pub owner: Option<Owner>,
    /// Its classification.
    pub classification: Option<DataClass>,
    /// What is known of it; fresh or not.
    pub attributes: BTreeMap<Attribute, KnownValue>,
}

/// A value that was seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct KnownValue {
    /// The value.
    pub value: Value,
    /// How it is known.
    pub basis: Basis,
    /// By which collector.
    pub source: String,
    /// The last instant at which it was so.
    pub seen_at: Instant,
    /// Where it was seen.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub locations: BTreeSet<Location>,
    /// The evidence for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<Digest>,
}

/// A data flow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FlowView {
    /// Its id.
    pub id: FlowId,
    /// Where the data comes from.
    pub from: AssetId,
    /// Where it goes.
    pub to: AssetId,
    /// What it carries.
    pub carries: String,
    /// Data classes; empty is not known.
    pub classes: BTreeSet<DataClass>,
    /// How that is known.
    pub basis: Basis,
    /// Where it was seen.
    pub locations: BTreeSet<Location>,
}

/// How many results of each outcome.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Counts {
    /// Met.
    pub met: u64,
    /// Gaps.
    pub gap: u64,
    /// Unknown.
    pub unknown: u64,
    /// Not applicable.
    pub not_applicable: u64,
}

impl Counts {
    /// Counts one more.
    pub fn add(&mut self, outcome: Outcome) {
        match outcome {
            Outcome::Met => self.met += 1,
            Outcome::Gap => self.gap += 1,
            Outcome::Unknown => self.unknown += 1,
            Outcome::NotApplicable => self.not_applicable += 1,
        }
    }

    /// Adds others.
    pub const fn join(&mut self, others: Self) {
        self.met += others.met;
        self.gap += others.gap;
        self.unknown += others.unknown;
        self.not_applicable += others.not_applicable;
    }

    /// All together.
    pub const fn total(&self) -> u64 {
        self.met + self.gap + self.unknown + self.not_applicable
    }
}

/// The results of a control for a component of the architecture.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ArchitectureCell {
    /// The component.
    pub asset: AssetId,
    /// The control.
    pub control: ControlId,
    /// Its results, those of the systems and suppliers of the component included.
    pub counts: Counts,
}

words! {
    /// The answer to one of the three questions.
    Answer, "an answer", "snake_case" {
        /// Yes, by measured and fresh evidence.
        Yes = "yes",
        /// In part.
        Partly = "partly",
        /// No.
        No = "no",
        /// Not known.
        Unknown = "unknown",
        /// Nothing to ask about was found; never a yes.
        NothingFound = "nothing_found",
        /// The question does not arise: base ISMS, not assessed here.
        NotAssessed = "not_assessed",
    }

    /// Where a control stands.
    ControlStatus, "a control status", "snake_case" {
        /// All three questions are answered yes.
        Addressed = "addressed",
        /// At least one gap.
        Gap = "gap",
        /// No gap known, something unknown.
        Unknown = "unknown",
        /// Base ISMS, not assessed here.
        NotAssessed = "not_assessed",
    }

    /// Where a Stage 2 item stands.
    Presence, "a presence", "snake_case" {
        /// There, and fresh.
        Present = "present",
        /// There, too old or expired.
        Stale = "stale",
        /// Not there.
        Missing = "missing",
    }
}

/// A control with the three questions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ControlView {
    /// Its id.
    pub id: ControlId,
    /// Its short title.
    pub title: String,
    /// Where it stands.
    pub status: ControlStatus,
    /// The base control as declared; `None` is no base control.
    pub implementation: Option<Implementation>,
    /// The three questions, in order; empty when not assessed.
    pub questions: Vec<QuestionView>,
}

/// One of the three questions of a control.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct QuestionView {
    /// 1: does it address AI risk; 2: are the AI parts registered; 3: are the threats in the risk register.
    pub number: u8,
    /// The answer.
    pub answer: Answer,
    /// Why, in a sentence.
    pub reason: String,
    /// Question 1: results of requirements. 2: assets registered (met) or not (unknown). 3: risks reviewed or not.
    pub counts: Counts,
}

/// The result of a requirement for a subject.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RequirementResult {
    /// The requirement.
    pub requirement: RequirementId,
    /// The subject.
    pub subject: Subject,
    /// The outcome.
    pub outcome: Outcome,
    /// How much a gap here matters.
    pub severity: Severity,
    /// Why: the satisfied clauses of a gap, the justification of a not applicable; empty otherwise.
    pub reasons: Vec<String>,
    /// The values that were used.
    pub values: BTreeMap<Attribute, KnownValue>,
    /// What keeps it unknown.
    pub missing: BTreeMap<Attribute, Missing>,
    /// Someone said it is met and showed nothing.
    pub stated: bool,
    /// The evaluation failed; the message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// Why an attribute does not count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "why", rename_all = "snake_case")]
pub enum Missing {
    /// Nobody observed it.
    NeverObserved,
    /// It was observed too long ago.
    Stale {
        /// When.
        seen_at: Instant,
        /// For how many days it counts.
        fresh_days: u32,
    },
    /// It is known, on too weak a basis.
    WeakBasis {
        /// How it is known.
        have: Basis,
        /// The weakest that counts.
        need: Basis,
    },
    /// It was observed before the subject last changed.
    BeforeChange {
        /// When it was observed.
        seen_at: Instant,
        /// When the subject changed.
        changed_at: Instant,
    },
}

/// An evidence request as shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RequestView {
    /// Its id.
    pub id: RequestId,
    /// The requirement.
    pub requirement: RequirementId,
    /// The subject.
    pub subject: Subject,
    /// What would resolve it, in words.
    pub ask: String,
    /// Whether a person can answer it; otherwise a collector must measure it.
    pub by_person: bool,
    /// Who is asked.
    pub owner: Option<Owner>,
    /// The role that is asked when nobody is named.
    pub role: String,
    /// By when.
    pub due: Date,
}

/// A gap as shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct GapView {
    /// Its id.
    pub id: GapId,
    /// The requirement.
    pub requirement: RequirementId,
    /// The requirement's title.
    pub title: String,
    /// The subject.
    pub subject: Subject,
    /// The subject's name.
    pub subject_name: String,
    /// How much it matters.
    pub severity: Severity,
    /// Why it is a gap.
    pub reasons: Vec<String>,
    /// Where it was seen.
    pub locations: BTreeSet<Location>,
    /// What to do.
    pub remedy: String,
    /// Who does it.
    pub owner: Option<Owner>,
    /// The role that is asked when nobody is named.
    pub role: String,
    /// By when.
    pub due: Date,
    /// Where it stands.
    pub status: GapStatus,
    /// An exception in force bears it; it stays a gap.
    pub excepted_until: Option<Date>,
}

/// A risk as shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RiskView {
    /// Its id.
    pub id: RiskId,
    /// The AI system.
    pub system: SystemId,
    /// The threat.
    pub threat: ThreatId,
    /// The threat's title.
    pub title: String,
    /// One of the mission's four.
    pub principal: bool,
    /// The assets that the scenario needs.
    pub assets: BTreeSet<AssetId>,
    /// Who decides on it.
    pub owner: Option<PersonId>,
    /// Whether its owner's review is in force: made, and not older than a material change.
    pub review: ReviewState,
    /// Inherent likelihood and consequence.
    pub inherent: Option<InherentView>,
    /// Likelihood moved by what was measured.
    pub current_likelihood: Option<Score>,
    /// The steps that moved it, each with its reason.
    pub steps: Vec<LikelihoodStep>,
    /// Current likelihood × worst consequence, 1 to 25.
    pub current_score: Option<u8>,
    /// Residual likelihood and consequence as approved.
    #[serde(default)]
    pub residual: Option<ResidualView>,
    /// Their product.
    pub residual_score: Option<u8>,
    /// Whether the current score is within the acceptance criteria.
    pub acceptable: Option<bool>,
    /// What is done about it.
    pub treatment: Option<Treatment>,
    /// References of the threat.
    pub references: BTreeSet<FrameworkRef>,
}

words! {
    /// Whether a risk's review counts.
    ReviewState, "a review state", "snake_case" {
        /// Nobody reviewed it.
        NotReviewed = "not_reviewed",
        /// Reviewed before the system's last material change.
        Outdated = "outdated",
        /// Reviewed and in force.
        Reviewed = "reviewed",
    }
}

/// Inherent risk as judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct InherentView {
    /// Likelihood.
    pub likelihood: Score,
    /// Consequence.
    pub consequence: Consequence,
}

/// Residual risk as approved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ResidualView {
    /// Likelihood.
    pub likelihood: Score,
    /// Consequence.
    pub consequence: Score,
}

/// A step of the current likelihood.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LikelihoodStep {
    /// Up or down.
    pub by: i8,
    /// The control whose results moved it.
    pub control: ControlId,
    /// Why.
    pub reason: String,
}

/// A row of the Statement of Applicability.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SoaRow {
    /// The control.
    pub control: ControlId,
    /// Its short title.
    pub title: String,
    /// Reasons for inclusion that the register holds.
    pub reasons: Vec<String>,
    /// What people decided, and whether that is approved.
    pub decision: Option<SoaDecisionView>,
    /// The declared implementation.
    pub implementation: Option<Implementation>,
    /// What was measured beside it.
    pub measured: ControlStatus,
    /// The results that were measured.
    pub counts: Counts,
}

/// What people decided on a control.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SoaDecisionView {
    /// In which version.
    pub version: u32,
    /// Whether the control is necessary.
    pub included: bool,
    /// Why.
    pub reason: String,
    /// Who approved that version.
    pub approved_by: Option<PersonId>,
}

/// An item of the Stage 2 checklist.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Stage2Item {
    /// Its id.
    pub id: String,
    /// What an auditor asks for.
    pub title: String,
    /// Where it stands: the worst of what it needs.
    pub presence: Presence,
    /// What it needs, and the newest evidence of each.
    pub evidence: Vec<Stage2Evidence>,
    /// The role that provides it.
    pub role: String,
    /// Who provides it, when someone in the organisation has that role.
    pub owner: Option<PersonId>,
}

/// A kind of evidence that a Stage 2 item needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Stage2Evidence {
    /// The kind.
    pub kind: EvidenceKind,
    /// What it is about, where one is needed of each: the supplier of an agreement.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<String>,
    /// Where it stands.
    pub presence: Presence,
    /// The newest one.
    pub digest: Option<Digest>,
    /// The last instant it speaks for.
    pub date: Option<Instant>,
    /// Who collected it.
    pub collected_by: Option<String>,
}

/// A command that would resolve much: an answer for unknowns, or a registration for gaps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AnswerHint {
    /// Whom it is about.
    pub subject: Subject,
    /// What to answer or decide, in the words of the catalogue.
    pub questions: BTreeMap<Attribute, String>,
    /// The command line that records it.
    pub command: String,
    /// The requirements it resolves.
    pub resolves: BTreeSet<RequirementId>,
    /// How many results it resolves.
    pub count: u64,
}

/// What became different between two assessments of the same organisation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Changes {
    /// The instant of the earlier assessment.
    pub since: Instant,
    /// Gaps that were none before.
    pub new_gaps: Vec<ResultKey>,
    /// Gaps before that are met or not applicable now.
    pub fixed: Vec<ResultKey>,
    /// Met before, unknown now because evidence aged or the subject changed.
    pub gone_stale: Vec<ResultKey>,
    /// Unknown before, decided now.
    pub answered: Vec<ResultKey>,
    /// Assets that were not there before.
    pub new_assets: Vec<AssetId>,
    /// Assets that are no longer seen.
    pub gone_assets: Vec<AssetId>,
}

/// What identifies a result.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct ResultKey {
    /// The requirement.
    pub requirement: RequirementId,
    /// The subject.
    pub subject: Subject,
}
