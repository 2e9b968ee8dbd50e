//! Decisions that a system leaves to people: put, decided, or expired.
//!
//! One that nobody decided by its deadline has expired whether or not that was recorded: whoever
//! reads it computes it, and recording only puts it into the ledger.

use annex_isms::approval::{Decision, DecisionState, ExpiryDefault, Settlement};
use annex_isms::entity::{AiSystem, Person};
use annex_isms::{DecisionId, Instant, PersonId, Record, SystemId};
use annex_register::Receipt;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::access::By;
use crate::find::person_of;
use crate::{OperationError, Operations};

/// The longest question, proposal or answer, in bytes.
const TEXT_BYTES_MAX: usize = 64 * 1024;

/// What a person decides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "choice", rename_all = "kebab-case")]
pub enum Choice {
    /// The proposal, as it is.
    Approve,
    /// Another text in its place.
    Edit {
        /// The text.
        answer: String,
    },
    /// Nothing of it.
    Reject,
}

/// What is put to people.
pub(crate) struct Put<'a> {
    pub(crate) system: &'a SystemId,
    pub(crate) question: &'a str,
    pub(crate) proposal: &'a str,
    pub(crate) deadline: Instant,
    pub(crate) on_expiry: ExpiryDefault,
}

impl Operations<'_> {
    pub(crate) async fn put_decision(
        &self,
        put: Put<'_>,
        by: &By,
    ) -> Result<(Receipt, String), OperationError> {
        let question = told("what is asked", put.question)?;
        let proposal = told("what the system proposes", put.proposal)?;
        let now = self.now();
        if put.deadline <= now {
            return Err(OperationError::input(format!(
                "{} is past; give people time to decide",
                put.deadline
            )));
        }
        let system: Option<AiSystem> = self.look_up(put.system.as_str()).await?;
        if system.is_none() {
            let system = put.system;
            return Err(OperationError::input(format!("no AI system `{system}` is on record")));
        }
        let decision = Decision {
            id: DecisionId::derive(put.system, &question, now),
            system: put.system.clone(),
            question,
            proposal,
            deadline: put.deadline,
            on_expiry: put.on_expiry,
            put_by: by.actor.name.clone(),
            put_at: now,
            state: DecisionState::Pending,
            settlement: None,
        };
        let what = format!("decision {} waits until {}", decision.id, decision.deadline);
        Ok((self.record(vec![decision.into()], by).await?, what))
    }

    pub(crate) async fn decide(
        &self,
        decision: &str,
        choice: &Choice,
        reason: &str,
        who: &PersonId,
        by: &By,
    ) -> Result<(Receipt, String), OperationError> {
        let known: Option<Decision> = self.look_up(decision).await?;
        let mut decision = known.ok_or_else(|| {
            OperationError::not_found(format!("no decision `{decision}` is on record"))
        })?;
        let people: Vec<Person> = self.all_of().await?;
        person_of(&people, who)?;
        let now = self.now();
        let state = decision.state_at(now);
        if state != DecisionState::Pending {
            return Err(OperationError::input(format!(
                "decision {} is {state}; nothing waits any more",
                decision.id
            )));
        }
        if decision.put_by == who.as_str() && people.len() > 1 {
            return Err(OperationError::input(format!(
                "`{who}` put decision {}; someone else decides it",
                decision.id
            )));
        }
        let (state, answer) = match choice {
            Choice::Approve => (DecisionState::Approved, Some(decision.proposal.clone())),
            Choice::Edit { answer } => {
                (DecisionState::Edited, Some(told("what holds instead", answer)?))
            }
            Choice::Reject => (DecisionState::Rejected, None),
        };
        let reason = if state == DecisionState::Approved {
            reason.trim().to_owned()
        } else {
            told("why it is not approved as it is", reason)?
        };
        decision.state = state;
        decision.settlement = Some(Settlement { by: Some(who.clone()), at: now, reason, answer });
        let what = format!("decision {} {state} by {who}", decision.id);
        Ok((self.record(vec![decision.into()], by).await?, what))
    }

    /// Records of all that expired by now, with what holds instead.
    pub(crate) async fn expire_decisions(
        &self,
        by: &By,
    ) -> Result<(Receipt, String), OperationError> {
        let now = self.now();
        let all: Vec<Decision> = self.all_of().await?;
        let expired = all.into_iter().filter(|own| {
            own.state == DecisionState::Pending && own.state_at(now) == DecisionState::Expired
        });
        let records: Vec<Record> = expired.map(|own| expiry(own, now).into()).collect();
        if records.is_empty() {
            return Err(OperationError::input("no decision has expired since the last time"));
        }
        let what = format!("{} decision(s) expired", records.len());
        Ok((self.record(records, by).await?, what))
    }
}

fn expiry(decision: Decision, now: Instant) -> Decision {
    let (answer, held) = match decision.on_expiry {
        ExpiryDefault::Approve => (Some(decision.proposal.clone()), "approved"),
        ExpiryDefault::Reject => (None, "rejected"),
    };
    let reason = format!("Nobody decided by {}; it counts as {held}.", decision.deadline);
    let settlement = Some(Settlement { by: None, at: now, reason, answer });
    Decision { state: DecisionState::Expired, settlement, ..decision }
}

fn told(what: &str, text: &str) -> Result<String, OperationError> {
    let text = text.trim();
    if text.is_empty() || text.len() > TEXT_BYTES_MAX {
        return Err(OperationError::input(format!(
            "say {what}, in at most {TEXT_BYTES_MAX} bytes"
        )));
    }
    Ok(text.to_owned())
}
