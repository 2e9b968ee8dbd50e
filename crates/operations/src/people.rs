//! People and what they raise.

use std::collections::BTreeSet;

use annex_isms::entity::{Nonconformity, NonconformityStatus, Person};
use annex_isms::{ControlId, MailAddress, PersonId};
use annex_register::Receipt;

use crate::access::By;
use crate::{NonconformityChange, OperationError, Operations};

impl Operations<'_> {
    pub(crate) async fn add_person(
        &self,
        id: &PersonId,
        name: &str,
        roles: &BTreeSet<String>,
        email: Option<&MailAddress>,
        by: &By,
    ) -> Result<(Receipt, String), OperationError> {
        let known = self.person(id).await?.and_then(|known| known.email);
        let person = Person {
            id: id.clone(),
            name: name.to_owned(),
            roles: roles.clone(),
            email: email.cloned().or(known),
        };
        Ok((self.record(vec![person.into()], by).await?, format!("person {id}")))
    }

    pub(crate) async fn raise_nonconformity(
        &self,
        control: &ControlId,
        finding: &str,
        who: &PersonId,
        by: &By,
    ) -> Result<(Receipt, String), OperationError> {
        self.known_person(who).await?;
        if !self.catalogue.controls.contains_key(control) {
            return Err(OperationError::input(format!(
                "no control `{control}` is in the catalogue"
            )));
        }
        if finding.trim().is_empty() {
            return Err(OperationError::input("say what was found; give --finding"));
        }
        let raised: Vec<Nonconformity> = self.all_of().await?;
        let id = format!("nc-{}", raised.len() + 1);
        let nonconformity = Nonconformity {
            id: id.parse().map_err(|error| OperationError::Internal(format!("{error}")))?,
            control: control.clone(),
            finding: finding.trim().to_owned(),
            raised_by: who.clone(),
            raised: self.now().date(),
            correction: String::new(),
            cause: String::new(),
            similar_cases: String::new(),
            corrective_action: String::new(),
            effectiveness_review: None,
            status: NonconformityStatus::Open,
        };
        Ok((
            self.record(vec![nonconformity.into()], by).await?,
            format!("nonconformity {id} on {control}"),
        ))
    }

    pub(crate) async fn update_nonconformity(
        &self,
        id: &str,
        change: &NonconformityChange,
        by: &By,
    ) -> Result<(Receipt, String), OperationError> {
        let key = |row: &Nonconformity| row.id.to_string();
        let mut row = self.one(id, "nonconformity", key).await?;
        for (field, new) in [
            (&mut row.correction, &change.correction),
            (&mut row.cause, &change.cause),
            (&mut row.similar_cases, &change.similar_cases),
            (&mut row.corrective_action, &change.corrective_action),
        ] {
            if let Some(new) = new {
                new.trim().clone_into(field);
            }
        }
        row.effectiveness_review = change.effectiveness_review.or(row.effectiveness_review);
        row.status = change.status.unwrap_or(row.status);
        let reviewed = row.effectiveness_review.is_some_and(|day| day <= self.now().date());
        if row.status == NonconformityStatus::Closed
            && (row.cause.is_empty() || row.corrective_action.is_empty() || !reviewed)
        {
            return Err(OperationError::input(
                "a nonconformity is closed after its cause, its corrective action and a dated review of effectiveness",
            ));
        }
        let what = format!("nonconformity {} is {}", row.id, row.status);
        Ok((self.record(vec![row.into()], by).await?, what))
    }
}
