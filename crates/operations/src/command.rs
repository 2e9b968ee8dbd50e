//! What can be asked to be done, and what comes back.

use std::collections::{BTreeMap, BTreeSet};

use annex_isms::approval::ExpiryDefault;
use annex_isms::assessment::{Assessment, Changes};
use annex_isms::comment::About;
use annex_isms::entity::{
    Agreement, Consequence, EvidenceKind, Ground, Implementation, NonconformityStatus,
    Registration, Role, Supplier, Treatment,
};
use annex_isms::observation::{ObservationBatch, Period};
use annex_isms::sample::SampleFrame;
use annex_isms::{
    AssetKind, Basis, ControlId, DataClass, Date, Digest, IdentityId, Instant, MailAddress,
    PersonId, PromptId, RequirementId, Score, SupplierId, SystemId, TokenId, ViewId,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Choice, SampleChoice, Versioned};

/// Something to do. People are named by their ids; things by id or unique beginning.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, strum::IntoStaticStr)]
#[serde(tag = "command", rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Command {
    /// Records what `annex.toml` declares.
    Declare,
    /// Records what a collector saw.
    Ingest {
        /// The batch.
        batch: Box<ObservationBatch>,
        /// What shows it, and what its observations name as evidence.
        #[serde(default)]
        evidence: Option<Box<NewEvidence>>,
    },
    /// Judges what is on record, and records the assessment with its gaps, requests and risks.
    Assess,
    /// Records what a person says of a subject.
    Answer {
        /// The subject.
        subject: String,
        /// Attributes and values as typed.
        values: BTreeMap<String, String>,
        /// What shows it; without evidence it is a statement.
        evidence: Option<EvidenceSource>,
        /// Settles what collectors disagree on.
        resolves: bool,
    },
    /// Records that a requirement does not apply to a subject.
    NotApplicable {
        /// The requirement.
        requirement: RequirementId,
        /// The subject.
        subject: String,
        /// Why; empty withdraws it.
        justification: String,
        /// Who says so.
        by: PersonId,
    },
    /// Records a piece of evidence whose bytes are stored.
    AddEvidence {
        /// What it is.
        evidence: NewEvidence,
    },
    /// Decides whether an asset is in scope, who owns it and how it is classified.
    RegisterAsset {
        /// The assets; a system's name with `all_of_system` stands for all of its assets.
        assets: Vec<String>,
        /// All assets of this system that are not registered yet.
        all_of_system: Option<String>,
        /// In or out of scope.
        in_scope: bool,
        /// Why; required when out.
        reason: String,
        /// Who answers for it, confirmed by this command.
        owner: Option<PersonId>,
        /// Its classification.
        classification: Option<DataClass>,
    },
    /// Adds an asset that no collector sees.
    AddAsset {
        /// The asset.
        asset: Box<NewAsset>,
    },
    /// Does several things, all of them or none: each on what was read.
    Together {
        /// What to do.
        commands: Vec<Versioned>,
    },
    /// Gives a gap an owner, a date or a plan.
    AssignGap {
        /// The gap.
        gap: String,
        /// Who does it.
        owner: Option<PersonId>,
        /// By when.
        due: Option<Date>,
        /// The planned implementation.
        plan: Option<String>,
    },
    /// Says that the work on a gap is done.
    ReadyGap {
        /// The gap.
        gap: String,
    },
    /// Closes a gap that was verified.
    CloseGap {
        /// The gap.
        gap: String,
        /// Who verified.
        by: PersonId,
        /// What they saw.
        verification: String,
    },
    /// Gives an evidence request an owner or a date.
    AssignRequest {
        /// The request.
        request: String,
        /// Who is asked.
        owner: Option<PersonId>,
        /// By when.
        due: Option<Date>,
    },
    /// Records how a risk's owner judges it.
    ReviewRisk {
        /// The risk.
        risk: String,
        /// The judgement.
        judgement: Box<RiskJudgement>,
    },
    /// Approves the residual risk of a reviewed risk.
    ApproveResidual {
        /// The risk.
        risk: String,
        /// The residual risk.
        residual: ResidualRisk,
    },
    /// Permits a departure from a requirement for a time.
    Except {
        /// The risk that bears it.
        risk: String,
        /// The requirement.
        requirement: RequirementId,
        /// The subject.
        subject: String,
        /// Why.
        reason: String,
        /// The last day.
        expires: Date,
        /// Who asks.
        by: PersonId,
        /// Who approves.
        approved_by: PersonId,
        /// The review that stands in for a second person in a team of one.
        compensating_review: String,
    },
    /// Asks for a departure from a requirement; it holds once someone else permits it.
    RequestException {
        /// The risk that bears it.
        risk: String,
        /// The requirement.
        requirement: RequirementId,
        /// The subject.
        subject: String,
        /// Why.
        reason: String,
        /// The last day.
        expires: Date,
        /// Who asks.
        by: PersonId,
    },
    /// Permits an exception that was asked for.
    ApproveException {
        /// The exception.
        exception: String,
        /// Who permits it.
        by: PersonId,
        /// The review that stands in for a second person in a team of one.
        compensating_review: String,
    },
    /// Refuses an exception that was asked for.
    RefuseException {
        /// The exception.
        exception: String,
        /// Who refuses it.
        by: PersonId,
        /// Why; in a team of one it stands in for a second person as well.
        reason: String,
    },
    /// Decides on a control in the draft of the Statement of Applicability.
    DecideSoa {
        /// The controls; empty means all that the draft does not decide yet.
        controls: Vec<ControlId>,
        /// Necessary or not.
        included: bool,
        /// What makes it necessary.
        #[serde(default)]
        grounds: BTreeSet<Ground>,
        /// Why.
        reason: String,
        /// Who decides.
        by: PersonId,
    },
    /// Approves the draft of the Statement of Applicability.
    ApproveSoa {
        /// Who approves.
        by: PersonId,
        /// The review that stands in for a second person in a team of one.
        compensating_review: String,
    },
    /// Adds or changes a supplier.
    PutSupplier {
        /// The supplier.
        supplier: Supplier,
    },
    /// Adds or changes an agreement.
    PutAgreement {
        /// The agreement.
        agreement: Box<Agreement>,
    },
    /// Declares how a control is implemented.
    DeclareImplementation {
        /// The implementation.
        implementation: Implementation,
    },
    /// Adds a version to a prompt template, or begins one; its text is stored.
    AddPromptVersion {
        /// The AI system that uses it.
        system: SystemId,
        /// The name of the template.
        name: String,
        /// The digest of the text.
        digest: Digest,
        /// What changed, and why.
        change: String,
        /// Who wrote it.
        by: PersonId,
    },
    /// Records the security review of a version.
    ReviewPrompt {
        /// The template.
        prompt: String,
        /// The number of the version.
        version: u32,
        /// Whether each point of the checklist holds.
        checks: BTreeMap<String, bool>,
        /// What the review saw.
        note: String,
        /// Who reviewed.
        by: PersonId,
    },
    /// Approves a version that was reviewed.
    ApprovePrompt {
        /// The template.
        prompt: String,
        /// The number of the version.
        version: u32,
        /// Who approves.
        by: PersonId,
        /// The review that stands in for a second person in a team of one.
        compensating_review: String,
    },
    /// Takes the approval of a version back.
    WithdrawPrompt {
        /// The template.
        prompt: String,
        /// The number of the version.
        version: u32,
        /// Why.
        reason: String,
        /// Who takes it back.
        by: PersonId,
    },
    /// Puts a decision to people.
    PutDecision {
        /// The AI system that asks.
        system: SystemId,
        /// What is asked.
        question: String,
        /// What the system would do or answer.
        proposal: String,
        /// Until when someone can decide.
        deadline: Instant,
        /// What holds when nobody does.
        on_expiry: ExpiryDefault,
    },
    /// Decides what was put.
    Decide {
        /// The decision.
        decision: String,
        /// What is decided.
        choice: Choice,
        /// Why.
        reason: String,
        /// Who decides.
        by: PersonId,
    },
    /// Records the decisions that nobody made in time.
    ExpireDecisions,
    /// Adds or changes a person.
    AddPerson {
        /// The id.
        id: PersonId,
        /// The name.
        name: String,
        /// The roles.
        roles: BTreeSet<String>,
        /// Where mail reaches them; without one, what is on record stays.
        #[serde(default)]
        email: Option<MailAddress>,
    },
    /// Raises a nonconformity against a declared control.
    RaiseNonconformity {
        /// The control.
        control: ControlId,
        /// What was found.
        finding: String,
        /// Who raises it.
        by: PersonId,
    },
    /// Adds to a nonconformity.
    UpdateNonconformity {
        /// The nonconformity.
        nonconformity: String,
        /// What to add.
        change: Box<NonconformityChange>,
    },
    /// Says something of a thing on record; nobody changes or removes it, an answer is another one.
    Comment {
        /// What it is about.
        about: About,
        /// What is said.
        text: String,
        /// Who says it.
        by: PersonId,
    },
    /// Draws a sample of what was recorded in a period.
    DrawSample {
        /// Of what.
        frame: SampleFrame,
        /// How its items are chosen.
        choice: SampleChoice,
        /// What it is for.
        #[serde(default)]
        note: String,
        /// Who draws.
        by: PersonId,
    },
    /// Saves a list as it is filtered and sorted; the same name replaces it.
    SaveView {
        /// The kind of the records that it lists.
        kind: String,
        /// What to call it.
        name: String,
        /// What the records contain; empty is any.
        #[serde(default)]
        text: String,
        /// Fields of the list and the values asked for.
        #[serde(default)]
        filters: BTreeMap<String, String>,
        /// The field that it is sorted by.
        #[serde(default)]
        sort: Option<String>,
        /// The last first.
        #[serde(default)]
        descending: bool,
        /// Whose it is.
        by: PersonId,
    },
    /// Deletes a saved view.
    RemoveView {
        /// The view.
        view: ViewId,
        /// Whose it is.
        by: PersonId,
    },
    /// Says what someone may do; it replaces what they might before.
    GrantAccess {
        /// A person on record, or the name of a program.
        holder: PersonId,
        /// Their roles; empty withdraws all access.
        roles: BTreeSet<Role>,
    },
    /// Makes a key to the programming interface; the reply holds its secret, once.
    CreateToken {
        /// Whose access it carries.
        holder: PersonId,
        /// What it is for.
        description: String,
        /// The actions that it may be used for.
        actions: BTreeSet<String>,
        /// When it ends.
        expires: Instant,
    },
    /// Withdraws a key.
    RevokeToken {
        /// The key.
        token: TokenId,
    },
    /// Lets a person sign in by a provider of identities, which names them so.
    LinkIdentity {
        /// A person on record.
        person: PersonId,
        /// The provider, as it names itself.
        issuer: String,
        /// What it calls them.
        subject: String,
    },
    /// Ends that someone signs in by a provider, and all their sessions.
    EndIdentity {
        /// Which.
        identity: IdentityId,
    },
}

impl Command {
    /// What this changes, by kind and key, where that is one thing.
    pub fn target(&self) -> Option<(&'static str, String)> {
        Some(match self {
            Self::AssignGap { gap, .. } | Self::ReadyGap { gap } | Self::CloseGap { gap, .. } => {
                ("gap", gap.clone())
            }
            Self::AssignRequest { request, .. } => ("request", request.clone()),
            Self::ReviewRisk { risk, .. } | Self::ApproveResidual { risk, .. } => {
                ("risk", risk.clone())
            }
            Self::UpdateNonconformity { nonconformity, .. } => {
                ("nonconformity", nonconformity.clone())
            }
            Self::RequestException { risk, .. } => ("risk", risk.clone()),
            Self::ApproveException { exception, .. } | Self::RefuseException { exception, .. } => {
                ("exception", exception.clone())
            }
            Self::ReviewPrompt { prompt, .. }
            | Self::ApprovePrompt { prompt, .. }
            | Self::WithdrawPrompt { prompt, .. } => ("prompt", prompt.clone()),
            Self::AddPromptVersion { system, name, .. } => {
                ("prompt", PromptId::derive(system, name.trim()).to_string())
            }
            Self::Decide { decision, .. } => ("decision", decision.clone()),
            Self::RegisterAsset { assets, all_of_system: None, .. } if assets.len() == 1 => {
                ("asset", assets.first()?.clone())
            }
            Self::PutSupplier { supplier } => ("supplier", supplier.id.to_string()),
            Self::PutAgreement { agreement } => ("agreement", agreement.id.to_string()),
            Self::DeclareImplementation { implementation } => {
                ("implementation", implementation.control.to_string())
            }
            Self::AddPerson { id, .. } => ("person", id.to_string()),
            Self::GrantAccess { holder, .. } => ("grant", holder.to_string()),
            Self::RemoveView { view, .. } => ("view", view.to_string()),
            Self::RevokeToken { token } => ("token", token.to_string()),
            Self::LinkIdentity { issuer, subject, .. } => {
                let id = IdentityId::derive(issuer.trim(), subject.trim());
                ("identity", id.to_string())
            }
            Self::EndIdentity { identity } => ("identity", identity.to_string()),
            _ => return None,
        })
    }

    /// Whom this names as the one who says, decides or approves it.
    pub fn speaks_for(&self) -> Vec<&PersonId> {
        match self {
            Self::NotApplicable { by, .. }
            | Self::CloseGap { by, .. }
            | Self::DecideSoa { by, .. }
            | Self::ApproveSoa { by, .. }
            | Self::RequestException { by, .. }
            | Self::AddPromptVersion { by, .. }
            | Self::ReviewPrompt { by, .. }
            | Self::ApprovePrompt { by, .. }
            | Self::WithdrawPrompt { by, .. }
            | Self::Decide { by, .. }
            | Self::ApproveException { by, .. }
            | Self::RefuseException { by, .. }
            | Self::RaiseNonconformity { by, .. }
            | Self::Comment { by, .. }
            | Self::DrawSample { by, .. }
            | Self::SaveView { by, .. }
            | Self::RemoveView { by, .. }
            | Self::Except { approved_by: by, .. } => vec![by],
            Self::ReviewRisk { judgement, .. } => vec![&judgement.by],
            Self::ApproveResidual { residual, .. } => vec![&residual.by],
            Self::Together { commands } => {
                commands.iter().flat_map(|own| own.command.speaks_for()).collect()
            }
            _ => Vec::new(),
        }
    }
}

/// Where the evidence of an answer comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum EvidenceSource {
    /// It is on record.
    Known(Digest),
    /// It is new; its bytes are stored.
    New(Box<NewEvidence>),
}

/// A piece of evidence to be recorded; its bytes are in the blobs already.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NewEvidence {
    /// The digest of the bytes.
    pub digest: Digest,
    /// Their size.
    pub bytes: u64,
    /// The name of the file.
    pub name: String,
    /// What sort of document.
    pub kind: EvidenceKind,
    /// What it shows.
    pub description: String,
    /// The period it speaks for; `None` is now.
    pub period: Option<Period>,
    /// How it is known. A person delivers a statement or a document, a collector what it can.
    pub basis: Basis,
    /// The population it was drawn from.
    pub population: String,
    /// The last day on which it counts.
    pub expires: Option<Date>,
    /// The controls that it supports.
    pub controls: BTreeSet<ControlId>,
    /// The subject; `None` is the organisation.
    pub subject: Option<String>,
}

/// An asset that a person adds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NewAsset {
    /// What it is.
    pub kind: AssetKind,
    /// What makes it itself, such as `openai/gpt-4o`.
    pub key: String,
    /// Its name.
    pub name: String,
    /// The AI systems it belongs to.
    #[serde(default)]
    pub systems: BTreeSet<SystemId>,
    /// The supplier that provides it.
    #[serde(default)]
    pub supplier: Option<SupplierId>,
    /// Whether it is in scope, and why; `None` is not decided.
    #[serde(default)]
    pub registration: Option<Registration>,
    /// Who answers for it.
    #[serde(default)]
    pub owner: Option<PersonId>,
    /// Its classification.
    #[serde(default)]
    pub classification: Option<DataClass>,
}

/// How a risk's owner judges it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RiskJudgement {
    /// Who.
    pub by: PersonId,
    /// Inherent likelihood.
    pub likelihood: Score,
    /// Inherent consequence.
    pub consequence: Consequence,
    /// What is done about it.
    pub treatment: Treatment,
    /// The treatment plan or the reason.
    pub plan: String,
}

/// A residual risk to be approved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ResidualRisk {
    /// Likelihood after treatment.
    pub likelihood: Score,
    /// Consequence after treatment.
    pub consequence: Score,
    /// Who approves.
    pub by: PersonId,
    /// The review that stands in for a second person in a team of one.
    pub compensating_review: String,
}

/// What is added to a nonconformity; `None` leaves it as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NonconformityChange {
    /// What was done at once.
    pub correction: Option<String>,
    /// Its cause.
    pub cause: Option<String>,
    /// Where else the same may be so.
    pub similar_cases: Option<String>,
    /// What keeps it from coming back.
    pub corrective_action: Option<String>,
    /// When effectiveness is or was reviewed.
    pub effectiveness_review: Option<Date>,
    /// Where it stands.
    pub status: Option<NonconformityStatus>,
}

/// What a command comes back with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "reply", rename_all = "kebab-case")]
pub enum Reply {
    /// It is recorded.
    Recorded {
        /// What was recorded, in a line for people.
        what: String,
        /// How many ledger entries were added.
        entries: u64,
        /// How many entries the ledger has now.
        ledger_size: u64,
    },
    /// The assessment, and what changed since the one before.
    Assessed {
        /// The assessment.
        assessment: Box<Assessment>,
        /// Compared with the one before.
        changes: Option<Changes>,
        /// The digest of its canonical document.
        digest: Digest,
        /// How many entries the ledger has now.
        ledger_size: u64,
    },
    /// A key was made.
    Token {
        /// Its id.
        id: TokenId,
        /// The key, which is not kept and cannot be shown again.
        key: String,
        /// How many entries the ledger has now.
        ledger_size: u64,
    },
}
