//! The Statement of Applicability: people decide and approve versions.

use std::collections::BTreeSet;

use annex_isms::entity::{Ground, Person, SoaApproval, SoaDecision, SoaVersion};
use annex_isms::{ControlId, PersonId};
use annex_register::Receipt;

use crate::access::By;
use crate::find::{person_of, second_person};
use crate::{OperationError, Operations};

impl Operations<'_> {
    /// Decides on controls in the draft; an approved version is never changed, the next begins.
    pub(crate) async fn decide_soa(
        &self,
        controls: &[ControlId],
        included: bool,
        grounds: &BTreeSet<Ground>,
        reason: &str,
        who: &PersonId,
        by: &By,
    ) -> Result<(Receipt, String), OperationError> {
        self.known_person(who).await?;
        if reason.trim().is_empty() {
            return Err(OperationError::input(
                "a decision needs its reason: the risk, law or contract; give --reason",
            ));
        }
        if !included && !grounds.is_empty() {
            return Err(OperationError::input(
                "risk, law and contract are grounds to include a control; leave them out to exclude it",
            ));
        }
        let mut draft = draft(&self.all_of().await?, who);
        let decided: Vec<ControlId> = if controls.is_empty() {
            self.catalogue
                .controls
                .keys()
                .filter(|id| !draft.decisions.contains_key(*id))
                .cloned()
                .collect()
        } else {
            controls.to_vec()
        };
        for control in &decided {
            if !self.catalogue.controls.contains_key(control) {
                return Err(OperationError::input(format!(
                    "no control `{control}` is in the catalogue"
                )));
            }
            let decision = SoaDecision {
                included,
                grounds: grounds.clone(),
                reason: reason.trim().to_owned(),
                by: Some(who.clone()),
            };
            draft.decisions.insert(control.clone(), decision);
        }
        draft.author = who.clone();
        let what = format!(
            "{} decision(s) in version {} of the Statement of Applicability",
            decided.len(),
            draft.version
        );
        Ok((self.record(vec![draft.into()], by).await?, what))
    }

    pub(crate) async fn approve_soa(
        &self,
        who: &PersonId,
        compensating_review: &str,
        by: &By,
    ) -> Result<(Receipt, String), OperationError> {
        let people: Vec<Person> = self.all_of().await?;
        person_of(&people, who)?;
        let versions: Vec<SoaVersion> = self.all_of().await?;
        let latest = versions.iter().max_by_key(|version| version.version);
        let Some(latest) = latest.filter(|version| version.approval.is_none()) else {
            return Err(OperationError::input(
                "there is no draft to approve; `annex soa decide` begins one",
            ));
        };
        let approved = versions.iter().filter(|version| version.approval.is_some());
        let approved = approved.max_by_key(|version| version.version);
        for author in authors(latest, approved) {
            second_person(&people, author, who, compensating_review)?;
        }
        let open =
            self.catalogue.controls.keys().filter(|id| !latest.decisions.contains_key(*id)).count();
        if open > 0 {
            return Err(OperationError::input(format!(
                "{open} controls are not decided yet; `annex soa` lists them"
            )));
        }
        let mut version = latest.clone();
        version.approval = Some(SoaApproval {
            by: who.clone(),
            at: self.now(),
            compensating_review: compensating_review.trim().to_owned(),
        });
        let what = format!(
            "version {} of the Statement of Applicability approved by {who}",
            version.version
        );
        Ok((self.record(vec![version.into()], by).await?, what))
    }
}

/// Who wrote a version: its author, and who decided what the approved one before it does not have.
fn authors<'a>(version: &'a SoaVersion, approved: Option<&SoaVersion>) -> BTreeSet<&'a PersonId> {
    let known = |control: &ControlId| approved.and_then(|before| before.decisions.get(control));
    let new = version.decisions.iter().filter(|(control, own)| known(control) != Some(own));
    let mut authors: BTreeSet<&PersonId> = new.filter_map(|(_, own)| own.by.as_ref()).collect();
    authors.insert(&version.author);
    authors
}

fn draft(versions: &[SoaVersion], author: &PersonId) -> SoaVersion {
    match versions.iter().max_by_key(|version| version.version) {
        Some(version) if version.approval.is_none() => version.clone(),
        Some(approved) => SoaVersion {
            version: approved.version + 1,
            author: author.clone(),
            approval: None,
            decisions: approved.decisions.clone(),
        },
        None => SoaVersion {
            version: 1,
            author: author.clone(),
            approval: None,
            decisions: std::collections::BTreeMap::new(),
        },
    }
}
