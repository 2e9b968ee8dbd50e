//! Carrying out commands: who may, on which state, how often.

use annex_isms::{Digest, canonical_json};
use annex_register::{ListQuery, Once, Receipt, RegisterError};

use crate::access::{By, Caller};
use crate::decision::Put;
use crate::exception::ExceptionRequest;
use crate::{Command, OperationError, Operations, Reply};

/// How often a command is decided anew before it is refused.
const ATTEMPTS_MAX: u32 = 4;

/// The longest idempotency key.
const ONCE_KEY_BYTES_MAX: usize = 200;

impl Operations<'_> {
    /// Carries out a command and records it.
    ///
    /// When someone else changed the same thing meanwhile, it is decided anew on what is then on
    /// record, a few times.
    ///
    /// # Errors
    /// When it is wrong, not permitted, or cannot be recorded; then nothing is.
    pub async fn execute(&self, command: Command, by: &Caller) -> Result<Reply, OperationError> {
        self.permit(&command, by).await?;
        self.anew(&command, by, None).await
    }

    /// Like [`execute`](Self::execute), unless the thing that it changes is no longer of this
    /// version, which is the index of its latest entry.
    ///
    /// # Errors
    /// Also when the thing was changed since.
    pub async fn execute_on(
        &self,
        version: u64,
        command: Command,
        by: &Caller,
    ) -> Result<Reply, OperationError> {
        self.permit(&command, by).await?;
        self.on(version, &command, by, None).await
    }

    /// Like [`execute`](Self::execute), or [`execute_on`](Self::execute_on) where a version is
    /// given, but once for each `key` of the caller: sent again within a week, it is not carried
    /// out again, and the reply says so.
    ///
    /// # Errors
    /// Also when the key is of another command.
    pub async fn execute_once(
        &self,
        key: &str,
        version: Option<u64>,
        command: Command,
        by: &Caller,
    ) -> Result<Reply, OperationError> {
        if key.is_empty() || key.len() > ONCE_KEY_BYTES_MAX {
            return Err(OperationError::Input(format!(
                "an idempotency key has 1 to {ONCE_KEY_BYTES_MAX} bytes"
            )));
        }
        self.permit(&command, by).await?;
        let request = canonical_json(&(version, &command))
            .map_err(|error| OperationError::Internal(error.to_string()))?;
        let once = Once {
            holder: by.actor().name.clone(),
            key: key.to_owned(),
            request: Digest::of(&request),
        };
        // What it did is on record, so that to decide it anew might refuse it.
        let outcome = if self.scope().was_sent(&once).await? {
            Err(RegisterError::Repeated.into())
        } else {
            match version {
                Some(version) => self.on(version, &command, by, Some(once)).await,
                None => self.anew(&command, by, Some(once)).await,
            }
        };
        match outcome {
            Err(OperationError::Register(error @ RegisterError::Repeated)) => Ok(Reply::Recorded {
                what: error.to_string(),
                entries: 0,
                ledger_size: self.ledger_size().await?,
            }),
            outcome => outcome,
        }
    }

    /// Decides on what is on record now, a few times when that changes meanwhile.
    async fn anew(
        &self,
        command: &Command,
        by: &Caller,
        once: Option<Once>,
    ) -> Result<Reply, OperationError> {
        let mut attempt = 1;
        loop {
            let read = self.ledger_size().await?;
            let by = By { actor: by.actor().clone(), read, once: once.clone() };
            match self.carry_out(command, &by).await {
                Err(OperationError::Register(RegisterError::Stale { .. }))
                    if attempt < ATTEMPTS_MAX => {}
                outcome => return outcome,
            }
            attempt += 1;
        }
    }

    /// Decides on this version or not at all.
    async fn on(
        &self,
        version: u64,
        command: &Command,
        by: &Caller,
        once: Option<Once>,
    ) -> Result<Reply, OperationError> {
        let by_now = By { actor: by.actor().clone(), read: version + 1, once };
        if let Some((kind, key)) = command.target()
            && self.version(kind, &key).await?.is_some_and(|latest| latest != version)
        {
            return Err(RegisterError::Stale { kind, key }.into());
        }
        self.carry_out(command, &by_now).await
    }

    #[expect(clippy::too_many_lines, reason = "a table: what carries out each command")]
    async fn carry_out(&self, command: &Command, by: &By) -> Result<Reply, OperationError> {
        let (receipt, what): (Receipt, String) = match command {
            Command::Assess => return self.assess(by).await,
            Command::Declare => (self.declare(by).await?, "declarations".to_owned()),
            Command::Ingest { batch, evidence } => {
                self.ingest(batch, evidence.as_deref(), by).await?
            }
            Command::Answer { subject, values, evidence, resolves } => {
                self.answer(subject, values, evidence.as_ref(), *resolves, by).await?
            }
            Command::NotApplicable { requirement, subject, justification, by: who } => {
                self.not_applicable(requirement, subject, justification, who, by).await?
            }
            Command::AddEvidence { evidence } => self.add_evidence(evidence, by).await?,
            Command::RegisterAsset {
                assets,
                all_of_system,
                in_scope,
                reason,
                owner,
                classification,
            } => {
                self.register_asset(
                    assets,
                    all_of_system.as_deref(),
                    *in_scope,
                    reason,
                    owner.as_ref(),
                    *classification,
                    by,
                )
                .await?
            }
            Command::AddAsset { asset } => self.add_asset(asset, by).await?,
            Command::Together { commands } => self.together(commands, by).await?,
            Command::AssignGap { gap, owner, due, plan } => {
                self.assign_gap(gap, owner.as_ref(), *due, plan.as_deref(), by).await?
            }
            Command::ReadyGap { gap } => self.ready_gap(gap, by).await?,
            Command::CloseGap { gap, by: who, verification } => {
                self.close_gap(gap, who, verification, by).await?
            }
            Command::AssignRequest { request, owner, due } => {
                self.assign_request(request, owner.as_ref(), *due, by).await?
            }
            Command::ReviewRisk { risk, judgement } => {
                self.review_risk(risk, judgement, by).await?
            }
            Command::ApproveResidual { risk, residual } => {
                self.approve_residual(risk, residual, by).await?
            }
            Command::Except {
                risk,
                requirement,
                subject,
                reason,
                expires,
                by: requested_by,
                approved_by,
                compensating_review,
            } => {
                let request = ExceptionRequest {
                    risk,
                    requirement,
                    subject,
                    reason,
                    expires: *expires,
                    requested_by,
                };
                self.except(request, approved_by, compensating_review, by).await?
            }
            Command::RequestException {
                risk,
                requirement,
                subject,
                reason,
                expires,
                by: requested_by,
            } => {
                let request = ExceptionRequest {
                    risk,
                    requirement,
                    subject,
                    reason,
                    expires: *expires,
                    requested_by,
                };
                self.request_exception(request, by).await?
            }
            Command::ApproveException { exception, by: who, compensating_review } => {
                self.approve_exception(exception, who, compensating_review, by).await?
            }
            Command::RefuseException { exception, by: who, reason } => {
                self.refuse_exception(exception, who, reason, by).await?
            }
            Command::AddPromptVersion { system, name, digest, change, by: who } => {
                self.add_prompt_version(system, name, *digest, change, who, by).await?
            }
            Command::ReviewPrompt { prompt, version, checks, note, by: who } => {
                self.review_prompt(prompt, *version, checks, note, who, by).await?
            }
            Command::ApprovePrompt { prompt, version, by: who, compensating_review } => {
                self.approve_prompt(prompt, *version, who, compensating_review, by).await?
            }
            Command::WithdrawPrompt { prompt, version, reason, by: who } => {
                self.withdraw_prompt(prompt, *version, reason, who, by).await?
            }
            Command::PutDecision { system, question, proposal, deadline, on_expiry } => {
                let put =
                    Put { system, question, proposal, deadline: *deadline, on_expiry: *on_expiry };
                self.put_decision(put, by).await?
            }
            Command::Decide { decision, choice, reason, by: who } => {
                self.decide(decision, choice, reason, who, by).await?
            }
            Command::ExpireDecisions => self.expire_decisions(by).await?,
            Command::PutSupplier { supplier } => self.put_supplier(supplier, by).await?,
            Command::PutAgreement { agreement } => self.put_agreement(agreement, by).await?,
            Command::DeclareImplementation { implementation } => {
                self.declare_implementation(implementation, by).await?
            }
            Command::DecideSoa { controls, included, grounds, reason, by: who } => {
                self.decide_soa(controls, *included, grounds, reason, who, by).await?
            }
            Command::ApproveSoa { by: who, compensating_review } => {
                self.approve_soa(who, compensating_review, by).await?
            }
            Command::AddPerson { id, name, roles, email } => {
                self.add_person(id, name, roles, email.as_ref(), by).await?
            }
            Command::RaiseNonconformity { control, finding, by: who } => {
                self.raise_nonconformity(control, finding, who, by).await?
            }
            Command::UpdateNonconformity { nonconformity, change } => {
                self.update_nonconformity(nonconformity, change, by).await?
            }
            Command::Comment { about, text, by: who } => self.comment(about, text, who, by).await?,
            Command::DrawSample { frame, choice, note, by: who } => {
                self.draw_sample(frame, choice, note, who, by).await?
            }
            Command::SaveView { kind, name, text, filters, sort, descending, by: who } => {
                let view = ListQuery {
                    text: text.clone(),
                    filters: filters.clone().into_iter().collect(),
                    sort: sort.clone(),
                    descending: *descending,
                    ..ListQuery::of(kind)
                };
                self.save_view(&view, name, who, by).await?
            }
            Command::RemoveView { view, by: who } => self.remove_view(view, who, by).await?,
            Command::GrantAccess { holder, roles } => self.grant_access(holder, roles, by).await?,
            Command::CreateToken { holder, description, actions, expires } => {
                return self.create_token(holder, description, actions, *expires, by).await;
            }
            Command::RevokeToken { token } => self.revoke_token(token, by).await?,
            Command::LinkIdentity { person, issuer, subject } => {
                self.link_identity(person, issuer, subject, by).await?
            }
            Command::EndIdentity { identity } => self.end_identity(identity, by).await?,
        };
        Ok(Reply::Recorded { what, entries: receipt.recorded, ledger_size: receipt.size })
    }
}
