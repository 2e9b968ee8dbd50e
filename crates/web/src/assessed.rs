//! The assessment that pages show: made anew when something was recorded or time has gone by.
//!
//! ```text
//!  page ─▶ is it of the ledger as it is? ─ yes ─▶ show it; an old one is made anew beside
//!              │ no, and making one takes a moment ─▶ make it, show it
//!              └ no, and making one takes long ─────▶ show the last one; a new one is made beside
//! ```
//!
//! A page of a large register never waits for a judgement, and judging takes a bounded share of
//! the machine: after one that took long comes a pause of several times that. What a page shows of
//! a record itself is read from the register each time, and is never old.

use std::ops::Deref;
use std::sync::{Arc, Mutex, PoisonError};

use annex_isms::{Assessment, Instant};
use annex_operations::{OperationError, Query};

use crate::Site;
use crate::rows::Rows;
use crate::summary::Summary;

/// Evidence ages by the day. What is older than this is made anew beside the pages.
const AGE_MICROSECONDS_MAX: i64 = 60 * 1_000_000;

/// What is older than this is not shown where making it anew takes a moment.
const SHOWN_AGE_MICROSECONDS_MAX: i64 = 10 * AGE_MICROSECONDS_MAX;

/// What takes longer than this is made beside the pages.
const WAIT_MICROSECONDS_MAX: i64 = 2_000_000;

/// After one that was made beside the pages, so many times as long nothing is made.
const PAUSE_TIMES: i64 = 9;

/// An assessment, and what pages show of it as a whole.
#[derive(Debug)]
pub(crate) struct Judged {
    assessment: Assessment,
    pub(crate) summary: Summary,
    pub(crate) gap_rows: Rows,
    pub(crate) request_rows: Rows,
    /// How many entries of the ledger it is of.
    entries: u64,
    /// How long it took to make, in microseconds, and when that ended.
    took: i64,
    made: Instant,
}

impl Judged {
    /// How many entries the ledger has that it is not of, when it has so many.
    pub(crate) fn behind(&self, entries: u64) -> u64 {
        entries.saturating_sub(self.entries)
    }
}

impl Deref for Judged {
    type Target = Assessment;

    fn deref(&self) -> &Assessment {
        &self.assessment
    }
}

/// The last one that was made.
#[derive(Debug, Default)]
pub(crate) struct Assessed {
    kept: Mutex<Option<Arc<Judged>>>,
    /// Held by the one that makes the next.
    making: Arc<tokio::sync::Mutex<()>>,
}

impl Assessed {
    fn kept(&self) -> Option<Arc<Judged>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Of when the one is that was made last.
    pub(crate) fn at(&self) -> Option<Instant> {
        self.kept().map(|judged| judged.assessment.at)
    }
}

/// The assessment as of now, or the last one where making it anew takes long.
pub(crate) async fn now(site: &Arc<Site>) -> Result<Arc<Judged>, OperationError> {
    let entries = site.operations.ledger_size().await?;
    let assessed = &site.assessed;
    if let Some(judged) = assessed.kept() {
        let now = site.operations.now().microseconds();
        let is_slow = judged.took > WAIT_MICROSECONDS_MAX;
        let pause = if is_slow { judged.took * PAUSE_TIMES } else { 0 };
        let age = now - judged.assessment.at.microseconds();
        let is_current = judged.entries == entries;
        if is_current && age < AGE_MICROSECONDS_MAX.max(pause) {
            return Ok(judged);
        }
        if is_slow || (is_current && age < SHOWN_AGE_MICROSECONDS_MAX) {
            if now - judged.made.microseconds() >= pause {
                make_beside(site);
            }
            return Ok(judged);
        }
    }
    // Whoever asks meanwhile waits for the one that is being made.
    let _turn = assessed.making.lock().await;
    if let Some(judged) = assessed.kept()
        && judged.entries >= entries
        && site.operations.now().microseconds() - judged.assessment.at.microseconds()
            < AGE_MICROSECONDS_MAX
    {
        return Ok(judged);
    }
    make(site).await
}

/// Makes one while pages show the last, unless that is being done.
fn make_beside(site: &Arc<Site>) {
    let Ok(turn) = Arc::clone(&site.assessed.making).try_lock_owned() else { return };
    let site = Arc::clone(site);
    #[expect(clippy::disallowed_methods, reason = "it logs its error itself")]
    tokio::spawn(async move {
        if let Err(error) = make(&site).await {
            tracing::error!(error = %crate::error::chain(&error), "nothing was judged");
        }
        drop(turn);
    });
}

async fn make(site: &Site) -> Result<Arc<Judged>, OperationError> {
    let began = site.operations.now();
    let entries = site.operations.ledger_size().await?;
    let assessment = site.operations.assessment(Query::Now).await?;
    let summary = Summary::of(&assessment);
    let (gap_rows, request_rows) = (Rows::of(&assessment.gaps), Rows::of(&assessment.requests));
    let made = site.operations.now();
    let took = made.microseconds() - began.microseconds();
    let judged =
        Arc::new(Judged { assessment, summary, gap_rows, request_rows, entries, took, made });
    let mut kept = site.assessed.kept.lock().unwrap_or_else(PoisonError::into_inner);
    *kept = Some(Arc::clone(&judged));
    Ok(judged)
}
