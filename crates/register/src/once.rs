//! Requests that are remembered, so that one that is sent again is not carried out again.
//!
//! A request is remembered in the transaction that records what it asks for: either both are on
//! disk or neither is.

use annex_isms::{Digest, Instant};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};

use crate::error::During as _;
use crate::table::{self, sent_request};
use crate::transaction::Transaction;
use crate::{RegisterError, Scope};

/// How long a request is remembered.
const KEPT_MICROSECONDS: i64 = 7 * 24 * 60 * 60 * 1_000_000;

const OPERATION: &str = "remember a request";

/// What a sender names a request by, so that sent again it is not carried out again. It is kept
/// for a week.
#[derive(Debug, Clone)]
pub struct Once {
    /// Whose request it is: keys of others are others.
    pub holder: String,
    /// The key, which the sender chose.
    pub key: String,
    /// The digest of the whole request.
    pub request: Digest,
}

impl Scope<'_> {
    /// Whether a request was carried out before.
    ///
    /// # Errors
    /// Also when its key is of another request.
    pub async fn was_sent(&self, once: &Once) -> Result<bool, RegisterError> {
        let transaction = self.read(OPERATION).await?;
        self.is_known(&transaction, once).await
    }

    async fn is_known(
        &self,
        transaction: &Transaction,
        once: &Once,
    ) -> Result<bool, RegisterError> {
        let id = (self.id.to_string(), once.holder.clone(), once.key.clone());
        let known =
            sent_request::Entity::find_by_id(id).one(transaction).await.during(OPERATION)?;
        match known {
            Some(known) if known.digest != once.request.to_string() => {
                Err(RegisterError::Conflict {
                    what: format!("the idempotency key `{}` is of another request", once.key),
                })
            }
            known => Ok(known.is_some()),
        }
    }

    /// Remembers a request, unless it is remembered already.
    pub(crate) async fn only_once(
        &self,
        transaction: &Transaction,
        once: &Once,
        at: Instant,
    ) -> Result<(), RegisterError> {
        let kept_since = Instant::from_microseconds(at.microseconds() - KEPT_MICROSECONDS);
        sent_request::Entity::delete_many()
            .filter(sent_request::Column::Organisation.eq(self.id.as_str()))
            .filter(sent_request::Column::At.lt(kept_since.to_string()))
            .exec(transaction)
            .await
            .during(OPERATION)?;
        if self.is_known(transaction, once).await? {
            return Err(RegisterError::Repeated);
        }
        let row = sent_request::Model {
            organisation: self.id.to_string(),
            holder: once.holder.clone(),
            key: once.key.clone(),
            digest: once.request.to_string(),
            at: at.to_string(),
        };
        table::insert::<sent_request::Entity, _>(transaction, vec![row]).await.during(OPERATION)
    }
}
