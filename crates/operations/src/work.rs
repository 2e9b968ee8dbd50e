//! Gaps and evidence requests: owner, date, plan, done, verified.

use annex_isms::entity::{Gap, GapStatus, Owner, Person, Request};
use annex_isms::{Date, PersonId};
use annex_register::Receipt;

use crate::access::By;
use crate::find::person_of;
use crate::{OperationError, Operations};

impl Operations<'_> {
    pub(crate) async fn assign_gap(
        &self,
        gap: &str,
        owner: Option<&PersonId>,
        due: Option<Date>,
        plan: Option<&str>,
        by: &By,
    ) -> Result<(Receipt, String), OperationError> {
        let mut gap = self.one(gap, "gap", |gap: &Gap| gap.id.to_string()).await?;
        if let Some(owner) = owner {
            self.known_person(owner).await?;
            gap.owner = Some(Owner { person: owner.clone(), confirmed: true });
        }
        if let Some(due) = due {
            if due < self.now().date() {
                return Err(OperationError::input(format!("{due} is past; give a day to come")));
            }
            gap.due = due;
        }
        if let Some(plan) = plan {
            plan.trim().clone_into(&mut gap.plan);
        }
        let who = gap.owner.as_ref().map_or("nobody", |owner| owner.person.as_str());
        let what = format!("gap {} ({}): {who}, due {}", gap.id, gap.requirement, gap.due);
        Ok((self.record(vec![gap.into()], by).await?, what))
    }

    pub(crate) async fn ready_gap(
        &self,
        gap: &str,
        by: &By,
    ) -> Result<(Receipt, String), OperationError> {
        let mut gap = self.one(gap, "gap", |gap: &Gap| gap.id.to_string()).await?;
        if gap.status == GapStatus::Closed {
            return Err(OperationError::input(format!("gap {} is closed", gap.id)));
        }
        if !gap.owner.as_ref().is_some_and(|owner| owner.confirmed) {
            return Err(OperationError::input(format!(
                "gap {} has no confirmed owner; assign one first (`annex gaps assign {}`)",
                gap.id, gap.id
            )));
        }
        gap.status = GapStatus::ReadyToVerify;
        let what = format!("gap {} is ready to verify", gap.id);
        Ok((self.record(vec![gap.into()], by).await?, what))
    }

    /// Closing needs someone other than the owner. What is still measured as a gap opens again
    /// with the next assessment, whoever closed it.
    pub(crate) async fn close_gap(
        &self,
        gap: &str,
        who: &PersonId,
        verification: &str,
        by: &By,
    ) -> Result<(Receipt, String), OperationError> {
        let mut gap = self.one(gap, "gap", |gap: &Gap| gap.id.to_string()).await?;
        let people: Vec<Person> = self.all_of().await?;
        person_of(&people, who)?;
        if gap.status != GapStatus::ReadyToVerify {
            return Err(OperationError::input(format!(
                "gap {} is {}; only one that is ready to verify can be closed",
                gap.id, gap.status
            )));
        }
        if verification.trim().is_empty() {
            return Err(OperationError::input(
                "say what was seen when it was verified; give --verification",
            ));
        }
        if gap.owner.as_ref().is_some_and(|owner| owner.person == *who) && people.len() > 1 {
            return Err(OperationError::input(format!(
                "`{who}` owns gap {}; someone else must verify it",
                gap.id
            )));
        }
        gap.status = GapStatus::Closed;
        gap.closed_by = Some(who.clone());
        verification.trim().clone_into(&mut gap.verification);
        let what = format!("gap {} is closed, verified by {who}", gap.id);
        Ok((self.record(vec![gap.into()], by).await?, what))
    }

    pub(crate) async fn assign_request(
        &self,
        request: &str,
        owner: Option<&PersonId>,
        due: Option<Date>,
        by: &By,
    ) -> Result<(Receipt, String), OperationError> {
        let id = |request: &Request| request.id.to_string();
        let mut request = self.one(request, "evidence request", id).await?;
        if let Some(owner) = owner {
            self.known_person(owner).await?;
            request.owner = Some(Owner { person: owner.clone(), confirmed: true });
        }
        if let Some(due) = due {
            request.due = due;
        }
        let who = request.owner.as_ref().map_or("nobody", |owner| owner.person.as_str());
        let what =
            format!("request {} ({}): {who}, due {}", request.id, request.requirement, request.due);
        Ok((self.record(vec![request.into()], by).await?, what))
    }
}
