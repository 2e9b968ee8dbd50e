//! Exceptions: departures that a risk bears, asked for by one person and permitted or refused by
//! another. One that was refused stays on record as it is; to ask again is another request.

use annex_isms::entity::{Exception, Refusal, Risk};
use annex_isms::{Date, Digest, ExceptionId, PersonId, RequirementId};
use annex_register::Receipt;

use crate::access::By;
use crate::find::{person_of, second_person};
use crate::{OperationError, Operations};

/// How often the same may be asked for until the same day.
const REQUESTS_MAX: u32 = 20;

/// An exception as it is asked for.
pub(crate) struct ExceptionRequest<'a> {
    pub(crate) risk: &'a str,
    pub(crate) requirement: &'a RequirementId,
    pub(crate) subject: &'a str,
    pub(crate) reason: &'a str,
    pub(crate) expires: Date,
    pub(crate) requested_by: &'a PersonId,
}

impl Operations<'_> {
    /// Asks for an exception and permits it in one step.
    pub(crate) async fn except(
        &self,
        request: ExceptionRequest<'_>,
        approved_by: &PersonId,
        compensating_review: &str,
        by: &By,
    ) -> Result<(Receipt, String), OperationError> {
        let mut exception = self.asked(&request).await?;
        let parts = [
            "exception",
            &request.requirement.to_string(),
            &exception.subject.to_string(),
            exception.risk.as_str(),
        ];
        let id = format!("e-{}", &Digest::of_parts(parts).hex()[..8]);
        exception.id = id.parse().map_err(|error| OperationError::Internal(format!("{error}")))?;
        self.permit_exception(exception, approved_by, compensating_review, by).await
    }

    pub(crate) async fn request_exception(
        &self,
        request: ExceptionRequest<'_>,
        by: &By,
    ) -> Result<(Receipt, String), OperationError> {
        let mut exception = self.asked(&request).await?;
        let first = exception.id.clone();
        let mut number = 1;
        while let Some(known) = self.look_up::<Exception>(exception.id.as_str()).await? {
            if known.is_permitted() {
                return Err(OperationError::input(format!(
                    "exception {} until {} is permitted already",
                    exception.id, exception.expires
                )));
            }
            if known.is_waiting() {
                break;
            }
            number += 1;
            if number > REQUESTS_MAX {
                return Err(OperationError::input(format!(
                    "it was refused {REQUESTS_MAX} times until {}; ask for another day",
                    exception.expires
                )));
            }
            let id = format!("{first}-{number}").parse();
            exception.id = id.map_err(|error| OperationError::Internal(format!("{error}")))?;
        }
        let what = format!("exception {} asked for until {}", exception.id, exception.expires);
        Ok((self.record(vec![exception.into()], by).await?, what))
    }

    pub(crate) async fn approve_exception(
        &self,
        exception: &str,
        who: &PersonId,
        compensating_review: &str,
        by: &By,
    ) -> Result<(Receipt, String), OperationError> {
        let exception = self.waiting(exception).await?;
        self.permit_exception(exception, who, compensating_review, by).await
    }

    pub(crate) async fn refuse_exception(
        &self,
        exception: &str,
        who: &PersonId,
        reason: &str,
        by: &By,
    ) -> Result<(Receipt, String), OperationError> {
        let mut exception = self.waiting(exception).await?;
        let reason = reason.trim();
        if reason.is_empty() {
            return Err(OperationError::input("say why it is refused"));
        }
        let people = self.all_of().await?;
        person_of(&people, who)?;
        second_person(&people, &exception.requested_by, who, reason)?;
        let reason = reason.to_owned();
        exception.refusal = Some(Refusal { by: who.clone(), at: self.now(), reason });
        let what = format!("exception {} refused", exception.id);
        Ok((self.record(vec![exception.into()], by).await?, what))
    }

    /// An exception on which nobody has decided yet.
    async fn waiting(&self, exception: &str) -> Result<Exception, OperationError> {
        let exception: Exception = self.look_up(exception).await?.ok_or_else(|| {
            OperationError::not_found(format!("no exception `{exception}` is on record"))
        })?;
        let id = &exception.id;
        if let Some(refusal) = &exception.refusal {
            let by = &refusal.by;
            return Err(OperationError::input(format!(
                "exception {id} was refused by {by}; ask for it again if it is still needed"
            )));
        }
        if exception.approved_by.is_some() {
            return Err(OperationError::input(format!("exception {id} is permitted")));
        }
        Ok(exception)
    }

    async fn permit_exception(
        &self,
        mut exception: Exception,
        who: &PersonId,
        compensating_review: &str,
        by: &By,
    ) -> Result<(Receipt, String), OperationError> {
        let people = self.all_of().await?;
        person_of(&people, who)?;
        second_person(&people, &exception.requested_by, who, compensating_review)?;
        self.not_past(exception.expires)?;
        exception.approved_by = Some(who.clone());
        compensating_review.trim().clone_into(&mut exception.compensating_review);
        let (id, expires) = (&exception.id, exception.expires);
        let what = format!("exception {id} until {expires}; the result stays as it is");
        Ok((self.record(vec![exception.into()], by).await?, what))
    }

    /// What was asked for, checked; nobody has permitted it.
    async fn asked(&self, request: &ExceptionRequest<'_>) -> Result<Exception, OperationError> {
        let risk = self.one(request.risk, "risk", |risk: &Risk| risk.id.to_string()).await?;
        let subject = self.subject(request.subject).await?;
        self.known_person(request.requested_by).await?;
        let known = self.catalogue.requirements.get(request.requirement);
        if known.is_none_or(|known| known.subject != subject.kind()) {
            return Err(OperationError::input(format!(
                "`{}` is not asked of `{subject}`",
                request.requirement
            )));
        }
        self.not_past(request.expires)?;
        if request.reason.trim().is_empty() {
            return Err(OperationError::input("an exception needs a reason; give --reason"));
        }
        let id = ExceptionId::derive(&risk.id, request.requirement, &subject, request.expires);
        Ok(Exception {
            id,
            risk: risk.id,
            requirement: request.requirement.clone(),
            subject,
            reason: request.reason.trim().to_owned(),
            expires: request.expires,
            requested_by: request.requested_by.clone(),
            approved_by: None,
            compensating_review: String::new(),
            refusal: None,
        })
    }

    fn not_past(&self, expires: Date) -> Result<(), OperationError> {
        if expires < self.now().date() {
            return Err(OperationError::input(format!(
                "{expires} is past; an exception ends on a day to come"
            )));
        }
        Ok(())
    }
}
