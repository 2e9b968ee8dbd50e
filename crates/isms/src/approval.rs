//! What waits for a person's approval: prompt templates, and decisions that a system leaves to
//! people.
//!
//! Both are kept whole: the ledger shows each as it was after every step.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::scale::words;
use crate::{DecisionId, Digest, Instant, PersonId, PromptId, SystemId};

/// A prompt template with its versions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Prompt {
    /// Its id.
    pub id: PromptId,
    /// The AI system that uses it.
    pub system: SystemId,
    /// Its name.
    pub name: String,
    /// Its versions, from 1 on.
    pub versions: Vec<PromptVersion>,
}

/// A version of a prompt template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PromptVersion {
    /// Its number, from 1.
    pub number: u32,
    /// The digest of its text, which is in the blobs.
    pub digest: Digest,
    /// Who wrote it.
    pub author: PersonId,
    /// When it was recorded.
    pub at: Instant,
    /// What changed, and why.
    pub change: String,
    /// The security review.
    #[serde(default)]
    pub review: Option<PromptReview>,
    /// The approval, by someone other than the author.
    #[serde(default)]
    pub approval: Option<PromptApproval>,
    /// Set when the approval was taken back.
    #[serde(default)]
    pub withdrawal: Option<PromptWithdrawal>,
}

impl PromptVersion {
    /// Whether this version may be used.
    pub const fn approved(&self) -> bool {
        self.approval.is_some() && self.withdrawal.is_none()
    }
}

/// The security review of a version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PromptReview {
    /// Who reviewed.
    pub by: PersonId,
    /// When.
    pub at: Instant,
    /// Whether each point of the checklist holds, by its id.
    pub checks: BTreeMap<String, bool>,
    /// What the reviewer noted.
    pub note: String,
}

/// The approval of a version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PromptApproval {
    /// Who approved.
    pub by: PersonId,
    /// When.
    pub at: Instant,
    /// The review that stands in for a second person in a team of one.
    #[serde(default)]
    pub compensating_review: String,
}

/// That an approval was taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PromptWithdrawal {
    /// Who took it back.
    pub by: PersonId,
    /// When.
    pub at: Instant,
    /// Why.
    pub reason: String,
}

/// A decision that a system leaves to people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Decision {
    /// Its id.
    pub id: DecisionId,
    /// The AI system that asks.
    pub system: SystemId,
    /// What is asked.
    pub question: String,
    /// What the system would do or answer.
    pub proposal: String,
    /// Until when someone can decide.
    pub deadline: Instant,
    /// What holds when nobody does.
    pub on_expiry: ExpiryDefault,
    /// The actor that put it.
    pub put_by: String,
    /// When it was put.
    pub put_at: Instant,
    /// Where it stands, as recorded; see [`Decision::state_at`].
    pub state: DecisionState,
    /// How it was settled.
    #[serde(default)]
    pub settlement: Option<Settlement>,
}

impl Decision {
    /// Where it stands at an instant: one that still waits after its deadline has expired,
    /// whether or not that was recorded.
    pub fn state_at(&self, at: Instant) -> DecisionState {
        if self.state == DecisionState::Pending && self.deadline < at {
            DecisionState::Expired
        } else {
            self.state
        }
    }
}

/// How a decision was settled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Settlement {
    /// Who decided; nobody, when it expired.
    pub by: Option<PersonId>,
    /// When.
    pub at: Instant,
    /// Why.
    pub reason: String,
    /// What may be done or answered; `None` is nothing.
    pub answer: Option<String>,
}

words! {
    /// Where a decision stands.
    DecisionState, "a state of a decision", "snake_case" {
        /// It waits for a person.
        Pending = "pending",
        /// The proposal was approved as it is.
        Approved = "approved",
        /// It was approved with another text.
        Edited = "edited",
        /// It was rejected.
        Rejected = "rejected",
        /// Nobody decided in time, and the default holds.
        Expired = "expired",
    }

    /// What holds when nobody decides in time.
    ExpiryDefault, "a default on expiry", "snake_case" {
        /// The proposal is rejected.
        Reject = "reject",
        /// The proposal is approved.
        Approve = "approve",
    }
}
