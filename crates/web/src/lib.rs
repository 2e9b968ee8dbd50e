//! The pages of Annex: server-rendered, and whole without a script.
//!
//! ```text
//!  request ─▶ guard (origin, headers) ─▶ routes (session, role) ─▶ page ─┬─ Query ──▶ Operations
//!                                                                        └─ Command ▶ Operations
//! ```
//!
//! # Design
//!
//! - **No page writes by another way.** A form becomes a [`Command`](annex_operations::Command)
//!   with the signed-in person as its actor; what the command refuses is shown beside the form.
//! - **Nothing is shown to who is not signed in**, but the page that signs in and its style.
//! - **A form is only taken from a page of ours**: the browser says where a request comes from,
//!   the session cookie never travels with a foreign one, and each form holds a token that follows
//!   from the session.
//! - **No script runs but one of ours**, [`live`], which says that something was recorded; the
//!   policy of every page allows no other, and no text to become one (trusted types).
//!
//! # How it can still go wrong
//!
//! - Who reads the traffic reads the session: put TLS before it, or stay on the machine.

mod access;
mod account;
mod api;
mod assessed;
mod audit;
mod comments;
mod controls;
mod decisions;
mod error;
mod gaps;
mod guard;
mod import;
mod installation;
mod keys;
mod layout;
mod ledger;
mod limit;
mod live;
mod nonconformities;
mod notices;
mod observe;
mod outlook;
mod overview;
mod parts;
mod prompts;
mod provider;
mod registers;
mod requests;
mod results;
mod risks;
mod routes;
mod rows;
mod second_factor;
mod session;
mod sign_ins;
mod soa;
mod summary;
mod suppliers;
mod upload;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use annex_operations::{OperationError, Operations};
use axum::http::header;

pub use installation::installation;
pub use provider::SignInBy;
pub use routes::{Access, Door, Route, router, routes};

use assessed::{Assessed, Judged};
use observe::Figures;

/// What the pages are of.
pub struct Site {
    operations: Operations<'static>,
    /// Whether other organisations are served beside it.
    several: AtomicBool,
    assessed: Assessed,
    figures: Figures,
    /// One sign-in at a time: wrong passwords are counted one after the other, and many at once
    /// cannot take the memory that each digest needs.
    signing_in: tokio::sync::Mutex<()>,
    limiter: limit::Limiter,
    /// By whom people sign in besides.
    provider: Option<SignInBy>,
    streams: live::Streams,
    /// Few files are written at a time, so that they cannot fill disk and memory together.
    exporting: tokio::sync::Semaphore,
    /// Few files are taken at a time, for the same reason.
    uploading: tokio::sync::Semaphore,
}

/// How many files are written at a time.
const EXPORTS_MAX: usize = 2;

/// How many files are taken at a time.
const UPLOADS_MAX: usize = 4;

impl Site {
    /// Pages of a workplace that is open for writing.
    pub fn new(operations: Operations<'static>) -> Self {
        let figures = Figures::new(operations.now().microseconds());
        Self {
            operations,
            several: AtomicBool::new(false),
            figures,
            assessed: Assessed::default(),
            signing_in: tokio::sync::Mutex::default(),
            limiter: limit::Limiter::default(),
            provider: None,
            streams: live::Streams::default(),
            exporting: tokio::sync::Semaphore::new(EXPORTS_MAX),
            uploading: tokio::sync::Semaphore::new(UPLOADS_MAX),
        }
    }

    fn is_one_of_several(&self) -> bool {
        self.several.load(Ordering::Relaxed)
    }

    /// The workplace.
    pub const fn operations(&self) -> &Operations<'static> {
        &self.operations
    }

    /// Asks who reads `/metrics` for a token; without one, only this machine may.
    #[must_use]
    pub fn with_metrics_token(mut self, token: Option<&str>) -> Self {
        self.figures.ask_for(token);
        self
    }

    /// Lets people sign in by a provider of identities as well.
    #[must_use]
    pub fn with_provider(mut self, provider: Option<SignInBy>) -> Self {
        self.provider = provider;
        self
    }

    /// What follows from the register now.
    async fn assessment(self: &Arc<Self>) -> Result<Arc<Judged>, OperationError> {
        assessed::now(self).await
    }

    /// Ends what would be answered without end, so that a server can stop.
    pub fn end_streams(&self) {
        self.streams.end();
    }

    /// The workplace, to be closed when the last page was served.
    pub fn into_operations(self) -> Operations<'static> {
        self.operations
    }
}

async fn style() -> impl axum::response::IntoResponse {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], include_str!("style.css"))
}
