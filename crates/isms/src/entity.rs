//! The entities of the register: what an organisation has on record.
//!
//! An entity holds identity, relations, ownership and decisions. What was *seen* of it is in
//! observations, never here.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::observation::{Location, Period};
use crate::scale::words;
use crate::{
    AgreementId, AssetId, AssetKind, Basis, ControlId, DataClass, Date, Digest, DocumentId,
    ExceptionId, FlowId, GapId, IdentityId, Instant, MailAddress, NonconformityId, OrganisationId,
    PersonId, RequestId, RequirementId, RiskId, Score, Severity, Subject, SupplierId, SystemId,
    ThreatId, TokenId,
};

/// The organisation and the scope of its ISMS.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Organisation {
    /// Its id.
    pub id: OrganisationId,
    /// Its name.
    pub name: String,
    /// The scope of the ISMS in words; empty when nobody has stated it.
    #[serde(default)]
    pub scope: String,
    /// Interfaces and dependencies at the edge of the scope.
    #[serde(default)]
    pub interfaces: Vec<String>,
}

/// What an organisation runs and an auditor asks about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AiSystem {
    /// Its id.
    pub id: SystemId,
    /// Its name.
    pub name: String,
    /// What it is for; empty when nobody has said.
    #[serde(default)]
    pub purpose: String,
    /// Who answers for it.
    #[serde(default)]
    pub owner: Option<PersonId>,
    /// The kinds of user: `employees`, `customers`, `public`.
    #[serde(default)]
    pub audiences: BTreeSet<String>,
    /// The data classes that people declared for it.
    #[serde(default)]
    pub classes: BTreeSet<DataClass>,
}

/// A thing in scope.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Asset {
    /// Its id.
    pub id: AssetId,
    /// Its kind.
    pub kind: AssetKind,
    /// The canonical key it was first seen under.
    pub key: String,
    /// Its name.
    pub name: String,
    /// The supplier that provides it.
    #[serde(default)]
    pub supplier: Option<SupplierId>,
    /// The AI systems it belongs to.
    pub systems: BTreeSet<SystemId>,
    /// Where collectors saw it last.
    pub locations: BTreeSet<Location>,
    /// The collector scope that saw it last, as `kind/name`; empty when a person entered it.
    #[serde(default)]
    pub seen_in: String,
    /// Whether the covering scope saw it in its last run.
    pub present: bool,
    /// Whether it was decided to be in the scope of the ISMS, and why.
    #[serde(default)]
    pub registration: Option<Registration>,
    /// Who answers for it.
    #[serde(default)]
    pub owner: Option<Owner>,
    /// Its classification.
    #[serde(default)]
    pub classification: Option<DataClass>,
}

/// The decision that an asset is in or out of the scope of the ISMS.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Registration {
    /// In or out.
    pub in_scope: bool,
    /// The reason; required when out.
    pub reason: String,
}

/// An owner, proposed by a rule or confirmed by a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Owner {
    /// Who.
    pub person: PersonId,
    /// Whether a person confirmed it.
    pub confirmed: bool,
}

/// A data flow between two assets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Flow {
    /// Its id.
    pub id: FlowId,
    /// Where the data comes from.
    pub from: AssetId,
    /// Where it goes.
    pub to: AssetId,
    /// What it carries.
    pub carries: String,
    /// The data classes that travel on it; empty is not known.
    pub classes: BTreeSet<DataClass>,
    /// How the classes are known.
    pub basis: Basis,
    /// Where it was seen.
    pub locations: BTreeSet<Location>,
    /// Whether the covering scope saw it in its last run.
    pub present: bool,
}

/// A supplier of models, data or services.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Supplier {
    /// Its id.
    pub id: SupplierId,
    /// Its name.
    pub name: String,
    /// Who answers for the relation.
    #[serde(default)]
    pub owner: Option<PersonId>,
    /// Certificates and reports that it shows, with their last day.
    #[serde(default)]
    pub certifications: Vec<Certification>,
}

/// A certificate or an independent report of a supplier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Certification {
    /// What it is called.
    pub name: String,
    /// The last day on which it counts; `None` is not known.
    #[serde(default)]
    pub expires: Option<Date>,
}

/// An agreement with a supplier: a data-processing agreement and its AI terms.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Agreement {
    /// Its id.
    pub id: AgreementId,
    /// With whom.
    pub supplier: SupplierId,
    /// Its title.
    pub title: String,
    /// The day it was signed; `None` is not signed as far as is known.
    #[serde(default)]
    pub signed: Option<Date>,
    /// The last day it is in force; `None` with `signed` is until terminated.
    #[serde(default)]
    pub expires: Option<Date>,
    /// The day its terms were last reviewed.
    #[serde(default)]
    pub reviewed: Option<Date>,
    /// After how many days it is reviewed again.
    #[serde(default)]
    pub review_days: Option<u32>,
    /// Whether the supplier may train on our data.
    #[serde(default)]
    pub training_on_our_data: Option<bool>,
    /// Days the supplier keeps what is sent.
    #[serde(default)]
    pub retention_days: Option<i64>,
    /// Data classes that may be sent.
    #[serde(default)]
    pub permitted_classes: Option<BTreeSet<DataClass>>,
    /// Regions in which it is processed.
    #[serde(default)]
    pub regions: Option<BTreeSet<String>>,
    /// Sub-processors that it names.
    #[serde(default)]
    pub sub_processors: Option<BTreeSet<String>>,
    /// Hours within which a breach is notified.
    #[serde(default)]
    pub breach_notice_hours: Option<i64>,
    /// The signed text.
    #[serde(default)]
    pub evidence: Option<Digest>,
}

/// A document of the ISMS.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Document {
    /// Its id.
    pub id: DocumentId,
    /// Its title.
    pub title: String,
    /// Who answers for it.
    #[serde(default)]
    pub owner: Option<PersonId>,
    /// The day it was approved.
    #[serde(default)]
    pub approved: Option<Date>,
    /// The approved text.
    #[serde(default)]
    pub evidence: Option<Digest>,
}

/// A control as the organisation implements it; apart from the requirements it serves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Implementation {
    /// The control.
    pub control: ControlId,
    /// How it is implemented, in words.
    pub statement: String,
    /// Who answers for it.
    #[serde(default)]
    pub owner: Option<PersonId>,
    /// Since when.
    #[serde(default)]
    pub since: Option<Date>,
    /// How far it is.
    pub status: ImplementationStatus,
}

words! {
    /// How far a control is implemented.
    ImplementationStatus, "an implementation status", "snake_case" {
        /// Planned, not begun.
        Planned = "planned",
        /// In part.
        Partial = "partial",
        /// In operation.
        Implemented = "implemented",
        /// Decided against.
        None = "none",
    }

    /// What sort of document a piece of evidence is.
    EvidenceKind, "a kind of evidence", "kebab-case" {
        /// A diagram of the architecture or its data flows.
        ArchitectureDiagram = "architecture-diagram",
        /// A report of a penetration test.
        PenetrationTest = "penetration-test",
        /// A signed agreement.
        Agreement = "agreement",
        /// An incident playbook.
        Playbook = "playbook",
        /// The record of a tabletop exercise.
        Tabletop = "tabletop",
        /// The record of a failover that was carried out.
        Drill = "drill",
        /// A view or export of a monitoring dashboard.
        Dashboard = "dashboard",
        /// An approved policy.
        Policy = "policy",
        /// The record of a review or approval.
        Review = "review",
        /// The record of training.
        Training = "training",
        /// What a collector delivered.
        Measurement = "measurement",
        /// Anything else.
        Record = "record",
    }

    /// Where a gap stands.
    GapStatus, "a gap status", "snake_case" {
        /// Work to do.
        Open = "open",
        /// Done or measured as met; someone other than the owner must verify.
        ReadyToVerify = "ready_to_verify",
        /// Verified by someone other than the owner.
        Closed = "closed",
    }

    /// Where an evidence request stands.
    RequestStatus, "a request status", "snake_case" {
        /// Waiting for evidence.
        Open = "open",
        /// The result is no longer unknown.
        Answered = "answered",
    }

    /// What is done about a risk.
    Treatment, "a treatment", "snake_case" {
        /// Changed by controls.
        Mitigate = "mitigate",
        /// Kept, with the approval of its owner.
        Accept = "accept",
        /// Avoided by not doing the thing.
        Avoid = "avoid",
        /// Shared with another party.
        Share = "share",
    }

    /// What makes a control necessary.
    Ground, "a ground", "snake_case" {
        /// It treats a risk.
        Risk = "risk",
        /// A law asks for it.
        Law = "law",
        /// A contract asks for it.
        Contract = "contract",
    }

    /// Where a nonconformity stands.
    NonconformityStatus, "a nonconformity status", "snake_case" {
        /// Raised.
        Open = "open",
        /// The corrective action is done.
        Corrected = "corrected",
        /// Its effectiveness was reviewed.
        Closed = "closed",
    }
}

/// A piece of evidence: bytes by their digest, and what they speak for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Evidence {
    /// The digest of the bytes.
    pub digest: Digest,
    /// Their size.
    pub bytes: u64,
    /// The name it was given.
    pub name: String,
    /// What sort of document.
    pub kind: EvidenceKind,
    /// What it shows, in words.
    #[serde(default)]
    pub description: String,
    /// The period it speaks for.
    pub period: Period,
    /// When it was collected.
    pub collected_at: Instant,
    /// By whom or by which collector.
    pub collected_by: String,
    /// How it is known.
    pub basis: Basis,
    /// The population that it was drawn from, and how completeness is known.
    #[serde(default)]
    pub population: String,
    /// The last day on which it counts.
    #[serde(default)]
    pub expires: Option<Date>,
    /// The controls that it supports.
    pub controls: BTreeSet<ControlId>,
    /// The subject it is about.
    pub subject: Subject,
}

/// What would turn an unknown into a result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Request {
    /// Its id.
    pub id: RequestId,
    /// The requirement.
    pub requirement: RequirementId,
    /// The subject.
    pub subject: Subject,
    /// Who is asked, and whether they agreed.
    pub owner: Option<Owner>,
    /// By when.
    pub due: Date,
    /// Where it stands.
    pub status: RequestStatus,
    /// When it was opened.
    pub opened_at: Instant,
}

/// What someone must change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Gap {
    /// Its id.
    pub id: GapId,
    /// The requirement.
    pub requirement: RequirementId,
    /// The subject.
    pub subject: Subject,
    /// The planned implementation.
    pub plan: String,
    /// Who does it; a rule proposes, a person confirms.
    pub owner: Option<Owner>,
    /// By when.
    pub due: Date,
    /// How much it matters.
    pub severity: Severity,
    /// Where it stands.
    pub status: GapStatus,
    /// When it was opened.
    pub opened_at: Instant,
    /// Who verified and closed it.
    #[serde(default)]
    pub closed_by: Option<PersonId>,
    /// What the verifier saw; a team of one records its compensating review here.
    #[serde(default)]
    pub verification: String,
}

/// A threat scenario on an AI system.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Risk {
    /// Its id.
    pub id: RiskId,
    /// The AI system.
    pub system: SystemId,
    /// The threat.
    pub threat: ThreatId,
    /// The assets that the scenario needs.
    pub assets: BTreeSet<AssetId>,
    /// When it was identified.
    pub identified_at: Instant,
    /// Who decides on it.
    #[serde(default)]
    pub owner: Option<PersonId>,
    /// The last review.
    #[serde(default)]
    pub review: Option<RiskReview>,
}

/// What a risk's owner judged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RiskReview {
    /// When.
    pub at: Instant,
    /// By whom.
    pub by: PersonId,
    /// Inherent likelihood.
    pub likelihood: Score,
    /// Inherent consequence.
    pub consequence: Consequence,
    /// What is done about it.
    pub treatment: Treatment,
    /// The treatment plan or the reason.
    pub plan: String,
    /// Likelihood and consequence after treatment, as intended.
    #[serde(default)]
    pub residual: Option<Residual>,
}

/// Consequence for confidentiality, integrity and availability.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Consequence {
    /// For confidentiality.
    pub confidentiality: Score,
    /// For integrity.
    pub integrity: Score,
    /// For availability.
    pub availability: Score,
}

impl Consequence {
    /// The worst of the three.
    pub fn worst(&self) -> Score {
        self.confidentiality.max(self.integrity).max(self.availability)
    }
}

/// The residual risk that an owner approved, apart from who planned the treatment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Residual {
    /// Likelihood.
    pub likelihood: Score,
    /// Consequence.
    pub consequence: Score,
    /// Who approved it.
    #[serde(default)]
    pub approved_by: Option<PersonId>,
    /// The review that stands in for a second person in a team of one.
    #[serde(default)]
    pub compensating_review: String,
}

/// A departure from a requirement that a risk owner permits for a time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Exception {
    /// Its id.
    pub id: ExceptionId,
    /// The risk that bears it.
    pub risk: RiskId,
    /// The requirement.
    pub requirement: RequirementId,
    /// The subject.
    pub subject: Subject,
    /// Why.
    pub reason: String,
    /// The last day.
    pub expires: Date,
    /// Who asked.
    pub requested_by: PersonId,
    /// Who approved.
    #[serde(default)]
    pub approved_by: Option<PersonId>,
    /// The review that stands in for a second person in a team of one.
    #[serde(default)]
    pub compensating_review: String,
    /// That someone refused it; it then never holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refusal: Option<Refusal>,
}

impl Exception {
    /// Whether someone permitted it, and until its last day it holds.
    pub fn is_permitted(&self) -> bool {
        self.approved_by.is_some() && self.refusal.is_none()
    }

    /// Whether it waits for someone to permit or refuse it.
    pub fn is_waiting(&self) -> bool {
        self.approved_by.is_none() && self.refusal.is_none()
    }
}

/// That an exception which was asked for is not permitted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Refusal {
    /// Who refused it.
    pub by: PersonId,
    /// When.
    pub at: Instant,
    /// Why.
    pub reason: String,
}

/// What a person raised against a declared control.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Nonconformity {
    /// Its id.
    pub id: NonconformityId,
    /// The control.
    pub control: ControlId,
    /// What was found.
    pub finding: String,
    /// Who raised it, and when.
    pub raised_by: PersonId,
    /// The day.
    pub raised: Date,
    /// What was done at once.
    #[serde(default)]
    pub correction: String,
    /// Its cause.
    #[serde(default)]
    pub cause: String,
    /// Where else the same may be so.
    #[serde(default)]
    pub similar_cases: String,
    /// What keeps it from coming back.
    #[serde(default)]
    pub corrective_action: String,
    /// When effectiveness is or was reviewed.
    #[serde(default)]
    pub effectiveness_review: Option<Date>,
    /// Where it stands.
    pub status: NonconformityStatus,
}

/// A version of the Statement of Applicability, decided by people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SoaVersion {
    /// Its number, from 1.
    pub version: u32,
    /// Who wrote it.
    pub author: PersonId,
    /// Who approved it, and when; `None` is a draft.
    #[serde(default)]
    pub approval: Option<SoaApproval>,
    /// The decision per control.
    pub decisions: BTreeMap<ControlId, SoaDecision>,
}

/// The approval of a Statement of Applicability.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SoaApproval {
    /// Who.
    pub by: PersonId,
    /// When.
    pub at: Instant,
    /// The review that stands in for a second person in a team of one.
    #[serde(default)]
    pub compensating_review: String,
}

/// A decision on one control.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SoaDecision {
    /// Whether the control is necessary.
    pub included: bool,
    /// What makes it necessary; empty when it is excluded, or the reason says it.
    #[serde(default)]
    pub grounds: BTreeSet<Ground>,
    /// Why it is, or why it is not.
    pub reason: String,
    /// Who decided.
    #[serde(default)]
    pub by: Option<PersonId>,
}

/// Someone in the organisation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Person {
    /// The id.
    pub id: PersonId,
    /// The name.
    pub name: String,
    /// The roles: `security`, `engineering`, `legal`, `management`, `data-protection`.
    #[serde(default)]
    pub roles: BTreeSet<String>,
    /// Where mail reaches them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<MailAddress>,
}

/// A person's justification that a requirement does not apply to a subject.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Inapplicability {
    /// The requirement.
    pub requirement: RequirementId,
    /// The subject.
    pub subject: Subject,
    /// Why; empty withdraws an earlier one.
    pub justification: String,
    /// Who says so.
    pub by: PersonId,
}

words! {
    /// What someone may do in Annex. What they do in the organisation is in [`Person::roles`].
    Role, "a role", "kebab-case" {
        /// Keeps accounts, access and declarations; approves nothing.
        Administrator = "administrator",
        /// Runs the management system: assesses, assigns, decides, verifies.
        IsmsManager = "isms-manager",
        /// Answers for controls: answers, plans and does what is assigned.
        ControlOwner = "control-owner",
        /// Runs the AI: delivers what was measured, registers assets, writes prompts.
        Engineer = "engineer",
        /// Approves what others decided.
        Approver = "approver",
        /// Reads everything, samples, raises nonconformities.
        Auditor = "auditor",
        /// A program, within the scope of its token.
        Service = "service",
    }
}

/// The access that someone has: of a person, or of a program under its own name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Grant {
    /// Who.
    pub holder: PersonId,
    /// What they may do; empty is nothing.
    pub roles: BTreeSet<Role>,
}

/// A key to the programming interface, without its secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Token {
    /// Its id.
    pub id: TokenId,
    /// Whose access it carries; never more than that.
    pub holder: PersonId,
    /// What it is for.
    pub description: String,
    /// The actions that it may be used for.
    pub actions: BTreeSet<String>,
    /// When it ends.
    pub expires: Instant,
    /// Whether it was withdrawn before that.
    #[serde(default)]
    pub revoked: bool,
    /// The digest of its secret, which has 256 random bits.
    pub secret: Digest,
}

/// That a person signs in by a provider of identities, who names them so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Identity {
    /// Its id; derived from provider and name.
    pub id: IdentityId,
    /// Whom it lets in.
    pub person: PersonId,
    /// The provider, as it names itself.
    pub issuer: String,
    /// What the provider calls them.
    pub subject: String,
    /// Whether it ended.
    #[serde(default)]
    pub ended: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exception_from_before_there_were_refusals_reads_as_it_was() {
        let old = r#"{"id":"e-1","risk":"injection-1","requirement":"A.5.7/intel-triaged",
            "subject":"organisation","reason":"Later.","expires":"2027-01-01",
            "requested_by":"ada","approved_by":"bo","compensating_review":""}"#;
        let mut exception: Exception = serde_json::from_str(old).expect("an exception");
        assert!(exception.is_permitted() && !exception.is_waiting());
        assert!(!serde_json::to_string(&exception).expect("JSON").contains("refusal"));
        exception.approved_by = None;
        assert!(exception.is_waiting() && !exception.is_permitted());
        let at = Instant::from_microseconds(0);
        let by = "bo".parse().expect("an id");
        exception.refusal = Some(Refusal { by, at, reason: "No.".to_owned() });
        assert!(!exception.is_waiting() && !exception.is_permitted());
        let json = serde_json::to_string(&exception).expect("JSON");
        assert_eq!(serde_json::from_str::<Exception>(&json).expect("an exception"), exception);
    }
}
