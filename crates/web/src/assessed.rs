//! The assessment that pages show: made anew when something was recorded or time has gone by.

use std::sync::Arc;

use annex_isms::Assessment;
use annex_operations::{OperationError, Operations, Query};
use tokio::sync::Mutex;

/// Evidence ages by the day; a page is at most so old.
const AGE_MICROSECONDS_MAX: i64 = 60 * 1_000_000;

/// The last one that was made, and of how many entries of the ledger.
#[derive(Default)]
pub(crate) struct Assessed(Mutex<Option<(u64, Arc<Assessment>)>>);

impl Assessed {
    /// The assessment as of now. Whoever asks meanwhile waits for the one that is being made.
    pub(crate) async fn now(
        &self,
        operations: &Operations<'_>,
    ) -> Result<Arc<Assessment>, OperationError> {
        let size = operations.ledger_size().await?;
        let mut kept = self.0.lock().await;
        if let Some((of, assessment)) = kept.as_ref()
            && *of == size
            && operations.now().microseconds() - assessment.at.microseconds() < AGE_MICROSECONDS_MAX
        {
            return Ok(Arc::clone(assessment));
        }
        let assessment = Arc::new(operations.assessment(Query::Now).await?);
        *kept = Some((size, Arc::clone(&assessment)));
        Ok(assessment)
    }
}
