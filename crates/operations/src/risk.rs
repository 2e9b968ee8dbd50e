//! Risks: review, residual risk, exceptions.

use annex_isms::entity::{Exception, Residual, RiskReview};
use annex_isms::{Date, Digest, PersonId, RequirementId};
use annex_register::Receipt;

use crate::access::By;
use crate::find::{one, person, resolve_subject, second_person};
use crate::{OperationError, Operations, ResidualRisk, RiskJudgement};

/// An exception as it is asked for.
pub(crate) struct ExceptionRequest<'a> {
    pub(crate) risk: &'a str,
    pub(crate) requirement: &'a RequirementId,
    pub(crate) subject: &'a str,
    pub(crate) reason: &'a str,
    pub(crate) expires: Date,
    pub(crate) requested_by: &'a PersonId,
    pub(crate) approved_by: &'a PersonId,
    pub(crate) compensating_review: &'a str,
}

impl Operations<'_> {
    pub(crate) async fn review_risk(
        &self,
        risk: &str,
        judgement: &RiskJudgement,
        by: &By,
    ) -> Result<(Receipt, String), OperationError> {
        let snapshot = self.snapshot().await?;
        let mut risk = one(&snapshot.risks, risk, "risk", |risk| risk.id.to_string())?.clone();
        person(&snapshot, &judgement.by)?;
        if judgement.plan.trim().is_empty() {
            return Err(OperationError::input(
                "say what is done about the risk, or why nothing is; give --plan",
            ));
        }
        risk.owner = Some(judgement.by.clone());
        risk.review = Some(RiskReview {
            at: self.now(),
            by: judgement.by.clone(),
            likelihood: judgement.likelihood,
            consequence: judgement.consequence,
            treatment: judgement.treatment,
            plan: judgement.plan.trim().to_owned(),
            residual: None,
        });
        let score = judgement.likelihood.get() * judgement.consequence.worst().get();
        let what = format!("risk {}: inherent score {score}, {}", risk.id, judgement.treatment);
        Ok((self.record(vec![risk.into()], by).await?, what))
    }

    pub(crate) async fn approve_residual(
        &self,
        risk: &str,
        residual: &ResidualRisk,
        by: &By,
    ) -> Result<(Receipt, String), OperationError> {
        let snapshot = self.snapshot().await?;
        let mut risk = one(&snapshot.risks, risk, "risk", |risk| risk.id.to_string())?.clone();
        person(&snapshot, &residual.by)?;
        let id = risk.id.clone();
        let review = risk.review.as_mut().ok_or_else(|| {
            OperationError::input(format!(
                "risk {id} was not reviewed; `annex risks review` comes first"
            ))
        })?;
        second_person(&snapshot, &review.by, &residual.by, &residual.compensating_review)?;
        review.residual = Some(Residual {
            likelihood: residual.likelihood,
            consequence: residual.consequence,
            approved_by: Some(residual.by.clone()),
            compensating_review: residual.compensating_review.trim().to_owned(),
        });
        let what = format!("residual risk of {id} approved by {}", residual.by);
        Ok((self.record(vec![risk.into()], by).await?, what))
    }

    pub(crate) async fn except(
        &self,
        request: ExceptionRequest<'_>,
        by: &By,
    ) -> Result<(Receipt, String), OperationError> {
        let snapshot = self.snapshot().await?;
        let risk = one(&snapshot.risks, request.risk, "risk", |risk| risk.id.to_string())?;
        let subject = resolve_subject(&snapshot, request.subject)?;
        person(&snapshot, request.requested_by)?;
        person(&snapshot, request.approved_by)?;
        second_person(
            &snapshot,
            request.requested_by,
            request.approved_by,
            request.compensating_review,
        )?;
        if request.expires < self.now().date() {
            return Err(OperationError::input(format!(
                "{} is past; an exception ends on a day to come",
                request.expires
            )));
        }
        if request.reason.trim().is_empty() {
            return Err(OperationError::input("an exception needs a reason; give --reason"));
        }
        let parts =
            ["exception", &request.requirement.to_string(), &subject.to_string(), risk.id.as_str()];
        let id = format!("e-{}", &Digest::of_parts(parts).hex()[..8]);
        let exception = Exception {
            id: id.parse().map_err(|error| OperationError::Internal(format!("{error}")))?,
            risk: risk.id.clone(),
            requirement: request.requirement.clone(),
            subject,
            reason: request.reason.trim().to_owned(),
            expires: request.expires,
            requested_by: request.requested_by.clone(),
            approved_by: Some(request.approved_by.clone()),
            compensating_review: request.compensating_review.trim().to_owned(),
        };
        let what = format!("exception {id} until {}; the result stays as it is", request.expires);
        Ok((self.record(vec![exception.into()], by).await?, what))
    }
}
