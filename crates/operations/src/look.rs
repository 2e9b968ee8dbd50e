//! Looking up single entities, without reading the whole register.

use annex_isms::Recorded;
use annex_isms::record::AssessmentRecord;

use crate::{OperationError, Operations};

impl Operations<'_> {
    /// An entity as it was recorded last.
    ///
    /// # Errors
    /// When the register cannot be read.
    pub async fn look_up<T: Recorded>(&self, key: &str) -> Result<Option<T>, OperationError> {
        Ok(self.scope().get(T::KIND, key).await?.and_then(|entry| T::of(entry.record)))
    }

    /// The recorded assessments, newest first.
    ///
    /// # Errors
    /// When the register cannot be read.
    pub async fn assessments(&self) -> Result<Vec<AssessmentRecord>, OperationError> {
        Ok(self.scope().assessments().await?)
    }

    /// Every entity of a kind as it was recorded last, by key. For kinds of which there are few.
    ///
    /// # Errors
    /// When the register cannot be read.
    pub async fn all_of<T: Recorded>(&self) -> Result<Vec<T>, OperationError> {
        let entries = self.scope().latest(T::KIND).await?;
        Ok(entries.into_iter().filter_map(|entry| T::of(entry.record)).collect())
    }
}
