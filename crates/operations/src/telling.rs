//! What becomes of a notice: one server takes it, tells it, and says how that went.

use std::collections::BTreeMap;

use annex_isms::MailAddress;
use annex_register::{Notice, NoticeState};

use crate::account::later;
use crate::{OperationError, Operations};

/// How long one server has for a notice.
const LEASE_SECONDS: i64 = 5 * 60;
/// How often a notice is tried, and the longest pause between two tries.
const TRIES_MAX: u32 = 8;
const PAUSE_SECONDS_MAX: i64 = 6 * 60 * 60;
/// The longest fault that is kept.
const FAULT_CHARS_MAX: usize = 500;

impl Operations<'_> {
    /// Takes some of what is to be told, so that no other server tells it meanwhile.
    ///
    /// # Errors
    /// When the register cannot be written.
    pub async fn claim_notices(&self, limit: u64) -> Result<Vec<Notice>, OperationError> {
        let now = self.now();
        Ok(self.scope().claim_notices(now, later(now, LEASE_SECONDS), limit).await?)
    }

    /// Leaves a notice that was claimed, and not tried, to another server.
    ///
    /// # Errors
    /// When the register cannot be written.
    pub async fn release_notice(&self, notice: &Notice) -> Result<(), OperationError> {
        Ok(self.scope().settle_notice(notice).await?)
    }

    /// Says what became of a notice that was claimed: told, or why not. After a fault it is tried
    /// again, first after `pause_seconds` and then after pauses that grow, unless that is useless or
    /// was done often enough.
    ///
    /// # Errors
    /// When the register cannot be written.
    pub async fn settle_notice(
        &self,
        mut notice: Notice,
        outcome: Result<(), (String, bool)>,
        pause_seconds: i64,
    ) -> Result<NoticeState, OperationError> {
        notice.tries += 1;
        notice.at = self.now();
        (notice.state, notice.fault) = match outcome {
            Ok(()) => (NoticeState::Sent, None),
            Err((fault, for_good)) => {
                let fault = fault.chars().take(FAULT_CHARS_MAX).collect();
                if for_good || notice.tries >= TRIES_MAX {
                    (NoticeState::Failed, Some(fault))
                } else {
                    let pause =
                        pause_seconds.saturating_mul(4_i64.saturating_pow(notice.tries - 1));
                    notice.at = later(notice.at, pause.min(PAUSE_SECONDS_MAX));
                    (NoticeState::Waiting, Some(fault))
                }
            }
        };
        self.scope().settle_notice(&notice).await?;
        Ok(notice.state)
    }

    /// Lets a notice that failed be tried anew; whether there is one.
    ///
    /// # Errors
    /// When the register cannot be written.
    pub async fn retry_notice(&self, id: &str) -> Result<bool, OperationError> {
        Ok(self.scope().retry_notice(id, self.now()).await?)
    }

    /// Part of the notices in a state, or of all, the latest first; and how many there are.
    ///
    /// # Errors
    /// When the register cannot be read.
    pub async fn notices(
        &self,
        state: Option<NoticeState>,
        offset: u64,
        limit: u64,
    ) -> Result<(Vec<Notice>, u64), OperationError> {
        Ok(self.scope().notices(state, offset, limit).await?)
    }

    /// How many notices are in each state.
    ///
    /// # Errors
    /// When the register cannot be read.
    pub async fn count_notices(&self) -> Result<BTreeMap<NoticeState, u64>, OperationError> {
        Ok(self.scope().count_notices().await?)
    }

    /// Where mail reaches someone now.
    ///
    /// # Errors
    /// When the register cannot be read.
    pub async fn mail_address(&self, who: &str) -> Result<Option<MailAddress>, OperationError> {
        let Ok(id) = who.parse() else { return Ok(None) };
        Ok(self.person(&id).await?.and_then(|person| person.email))
    }
}
