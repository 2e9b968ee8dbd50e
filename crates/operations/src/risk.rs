//! Risks: review and residual risk.

use annex_isms::entity::{Person, Residual, Risk, RiskReview};
use annex_register::Receipt;

use crate::access::By;
use crate::find::{person_of, second_person};
use crate::{OperationError, Operations, ResidualRisk, RiskJudgement};

impl Operations<'_> {
    pub(crate) async fn review_risk(
        &self,
        risk: &str,
        judgement: &RiskJudgement,
        by: &By,
    ) -> Result<(Receipt, String), OperationError> {
        let risk = self.one(risk, "risk", |risk: &Risk| risk.id.to_string()).await?;
        let risk = self.reviewed_risk(risk, &self.all_of().await?, judgement)?;
        let score = judgement.likelihood.get() * judgement.consequence.worst().get();
        let what = format!("risk {}: inherent score {score}, {}", risk.id, judgement.treatment);
        Ok((self.record(vec![risk.into()], by).await?, what))
    }

    /// A risk as it would be recorded after a review.
    pub(crate) fn reviewed_risk(
        &self,
        mut risk: Risk,
        people: &[Person],
        judgement: &RiskJudgement,
    ) -> Result<Risk, OperationError> {
        person_of(people, &judgement.by)?;
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
        Ok(risk)
    }

    pub(crate) async fn approve_residual(
        &self,
        risk: &str,
        residual: &ResidualRisk,
        by: &By,
    ) -> Result<(Receipt, String), OperationError> {
        let mut risk = self.one(risk, "risk", |risk: &Risk| risk.id.to_string()).await?;
        let people: Vec<Person> = self.all_of().await?;
        person_of(&people, &residual.by)?;
        let id = risk.id.clone();
        let review = risk.review.as_mut().ok_or_else(|| {
            OperationError::input(format!(
                "risk {id} was not reviewed; `annex risks review` comes first"
            ))
        })?;
        second_person(&people, &review.by, &residual.by, &residual.compensating_review)?;
        review.residual = Some(Residual {
            likelihood: residual.likelihood,
            consequence: residual.consequence,
            approved_by: Some(residual.by.clone()),
            compensating_review: residual.compensating_review.trim().to_owned(),
        });
        let what = format!("residual risk of {id} approved by {}", residual.by);
        Ok((self.record(vec![risk.into()], by).await?, what))
    }
}
