//! Prompt templates: versions, their security review, and their approval.
//!
//! A version is used once someone other than its author approved it, and no earlier than after a
//! review in which every point of the checklist holds. What is enforced is the digest of its text.

use std::collections::BTreeMap;

use annex_isms::approval::{Prompt, PromptApproval, PromptReview, PromptVersion, PromptWithdrawal};
use annex_isms::entity::{AiSystem, Person};
use annex_isms::{Digest, PersonId, PromptId, SystemId};
use annex_register::Receipt;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::access::By;
use crate::find::{person_of, second_person};
use crate::{OperationError, Operations};

/// The longest text of a prompt, in bytes.
pub const PROMPT_BYTES_MAX: usize = 256 * 1024;
/// The longest name, in characters.
const NAME_CHARS_MAX: usize = 80;
/// The most versions of one template.
const VERSIONS_MAX: usize = 1_000;

/// What a security review of a prompt answers: an id, and the point in words.
pub const PROMPT_CHECKS: [(&str, &str); 6] = [
    (
        "untrusted-apart",
        "What comes from users, documents or tools stands apart from the instructions and is named as data.",
    ),
    ("no-secrets", "It holds no secret, key, internal address or personal data."),
    ("limits-stated", "It says what the system may do, and what it has to refuse."),
    ("output-checked", "It asks for a form of output that the program checks before it is used."),
    ("least-access", "It offers no tool and no data that the task does not need."),
    (
        "attacks-tried",
        "It was tried with known injections and attempts to leak it, and withstood them.",
    ),
];

/// A version that may be used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ApprovedPrompt {
    /// The template.
    pub prompt: PromptId,
    /// The AI system that uses it.
    pub system: SystemId,
    /// Its name.
    pub name: String,
    /// The number of the version.
    pub version: u32,
    /// The SHA-256 of its text.
    pub digest: Digest,
}

impl Operations<'_> {
    /// Every version that may be used now, by template and number.
    ///
    /// # Errors
    /// When the register cannot be read.
    pub async fn approved_prompts(&self) -> Result<Vec<ApprovedPrompt>, OperationError> {
        let all: Vec<Prompt> = self.all_of().await?;
        let approved = all.iter().flat_map(|prompt| {
            let versions = prompt.versions.iter().filter(|version| version.approved());
            versions.map(|version| ApprovedPrompt {
                prompt: prompt.id.clone(),
                system: prompt.system.clone(),
                name: prompt.name.clone(),
                version: version.number,
                digest: version.digest,
            })
        });
        Ok(approved.collect())
    }

    pub(crate) async fn add_prompt_version(
        &self,
        system: &SystemId,
        name: &str,
        digest: Digest,
        change: &str,
        who: &PersonId,
        by: &By,
    ) -> Result<(Receipt, String), OperationError> {
        let name = name.trim();
        if !(1..=NAME_CHARS_MAX).contains(&name.chars().count()) {
            return Err(OperationError::input(format!(
                "a prompt template has a name of 1 to {NAME_CHARS_MAX} characters"
            )));
        }
        let change = told("what the version changes, and why", change)?;
        let known: Option<AiSystem> = self.look_up(system.as_str()).await?;
        if known.is_none() {
            return Err(OperationError::input(format!("no AI system `{system}` is on record")));
        }
        self.known_person(who).await?;
        let text = self.blobs.get(&digest)?;
        if text.len() > PROMPT_BYTES_MAX || std::str::from_utf8(&text).is_err() {
            return Err(OperationError::input(format!(
                "a prompt is text of at most {PROMPT_BYTES_MAX} bytes in UTF-8"
            )));
        }
        if text.trim_ascii().is_empty() {
            return Err(OperationError::input("the text of the prompt is empty"));
        }
        let id = PromptId::derive(system, name);
        let known: Option<Prompt> = self.look_up(id.as_str()).await?;
        let mut prompt = known.unwrap_or_else(|| Prompt {
            id,
            system: system.clone(),
            name: name.to_owned(),
            versions: Vec::new(),
        });
        if prompt.versions.last().is_some_and(|last| last.digest == digest) {
            return Err(OperationError::input("the text is that of the newest version"));
        }
        if prompt.versions.len() >= VERSIONS_MAX {
            return Err(OperationError::input(format!(
                "{} has {VERSIONS_MAX} versions; begin a template with another name",
                prompt.id
            )));
        }
        let number = prompt.versions.last().map_or(1, |last| last.number + 1);
        prompt.versions.push(PromptVersion {
            number,
            digest,
            author: who.clone(),
            at: self.now(),
            change,
            review: None,
            approval: None,
            withdrawal: None,
        });
        let what = format!("version {number} of the prompt {}; it is not approved yet", prompt.id);
        Ok((self.record(vec![prompt.into()], by).await?, what))
    }

    pub(crate) async fn review_prompt(
        &self,
        prompt: &str,
        version: u32,
        checks: &BTreeMap<String, bool>,
        note: &str,
        who: &PersonId,
        by: &By,
    ) -> Result<(Receipt, String), OperationError> {
        for (id, words) in PROMPT_CHECKS {
            if !checks.contains_key(id) {
                return Err(OperationError::input(format!("`{id}` is not answered: {words}")));
            }
        }
        if let Some(id) = checks.keys().find(|id| PROMPT_CHECKS.iter().all(|(own, _)| own != id)) {
            return Err(OperationError::input(format!("the checklist has no point `{id}`")));
        }
        let note = told("what the review saw", note)?;
        let (prompt, held) = self
            .change_prompt(prompt, version, who, |known, people, now| {
                second_person(people, &known.author, who, &note)?;
                if known.approval.is_some() {
                    return Err(OperationError::input("it was approved on its last review"));
                }
                let held = checks.values().filter(|held| **held).count();
                known.review = Some(PromptReview {
                    by: who.clone(),
                    at: now,
                    checks: checks.clone(),
                    note: note.clone(),
                });
                Ok(held)
            })
            .await?;
        let what = format!(
            "review of version {version} of {}: {held} of {} points hold",
            prompt.id,
            PROMPT_CHECKS.len()
        );
        Ok((self.record(vec![prompt.into()], by).await?, what))
    }

    pub(crate) async fn approve_prompt(
        &self,
        prompt: &str,
        version: u32,
        who: &PersonId,
        compensating_review: &str,
        by: &By,
    ) -> Result<(Receipt, String), OperationError> {
        let (prompt, ()) = self
            .change_prompt(prompt, version, who, |known, people, now| {
                second_person(people, &known.author, who, compensating_review)?;
                if known.approval.is_some() {
                    return Err(OperationError::input("it is approved, or was, already"));
                }
                let Some(review) = &known.review else {
                    return Err(OperationError::input("it has no security review yet"));
                };
                if let Some((id, _)) = review.checks.iter().find(|(_, held)| !**held) {
                    return Err(OperationError::input(format!(
                        "its review says that `{id}` does not hold; change the text in a new version"
                    )));
                }
                known.approval = Some(PromptApproval {
                    by: who.clone(),
                    at: now,
                    compensating_review: compensating_review.trim().to_owned(),
                });
                Ok(())
            })
            .await?;
        let what = format!("version {version} of the prompt {} approved by {who}", prompt.id);
        Ok((self.record(vec![prompt.into()], by).await?, what))
    }

    pub(crate) async fn withdraw_prompt(
        &self,
        prompt: &str,
        version: u32,
        reason: &str,
        who: &PersonId,
        by: &By,
    ) -> Result<(Receipt, String), OperationError> {
        let reason = told("why the approval is taken back", reason)?;
        let (prompt, ()) = self
            .change_prompt(prompt, version, who, |known, _, now| {
                if !known.approved() {
                    return Err(OperationError::input("it is not approved"));
                }
                known.withdrawal =
                    Some(PromptWithdrawal { by: who.clone(), at: now, reason: reason.clone() });
                Ok(())
            })
            .await?;
        let what =
            format!("version {version} of the prompt {} is not approved any more", prompt.id);
        Ok((self.record(vec![prompt.into()], by).await?, what))
    }

    /// A template with one version changed by a person on record; the caller records it.
    async fn change_prompt<T>(
        &self,
        prompt: &str,
        version: u32,
        who: &PersonId,
        change: impl FnOnce(
            &mut PromptVersion,
            &[Person],
            annex_isms::Instant,
        ) -> Result<T, OperationError>,
    ) -> Result<(Prompt, T), OperationError> {
        let known: Option<Prompt> = self.look_up(prompt).await?;
        let mut known = known.ok_or_else(|| {
            OperationError::not_found(format!("no prompt template `{prompt}` is on record"))
        })?;
        let people: Vec<Person> = self.all_of().await?;
        person_of(&people, who)?;
        let own = known.versions.iter_mut().find(|own| own.number == version);
        let own = own.ok_or_else(|| {
            OperationError::input(format!("the prompt `{prompt}` has no version {version}"))
        })?;
        let outcome = change(own, &people, self.now())?;
        Ok((known, outcome))
    }
}

fn told(what: &str, text: &str) -> Result<String, OperationError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(OperationError::input(format!("say {what}")));
    }
    Ok(text.to_owned())
}
