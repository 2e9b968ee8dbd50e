//! Every use case of Annex, as a [`Command`] or a [`Query`].
//!
//! ```text
//!  annex (terminal, CI) ─┐                       ┌─▶ blobs   evidence bytes first
//!                        ├─ Command, Query ─▶ Operations ─▶ register + ledger   one transaction
//!  annexd (browser) ─────┘                       └─▶ assess, report
//! ```
//!
//! A command names what to do and who says so; [`Operations::execute`] checks it against what
//! is on record, decides whether that person may, and records the outcome with its actor in
//! the ledger, here and nowhere else. Commands and replies are plain data, so that the same
//! ones can travel to a server.
//!
//! Whoever types on a local command line is not authenticated; the ledger says so. That author
//! and approver differ is checked by the names that were given.
//!
//! What can still go wrong: someone with access to data folder and key can sign anything. A
//! checkpoint that is kept elsewhere shows it.

mod access;
mod account;
mod answer;
mod assess;
mod asset;
mod command;
mod comment;
mod copy;
mod decision;
mod declare;
mod error;
mod evidence;
mod exception;
mod execute;
mod find;
mod holder;
mod identity;
mod ingest;
mod key;
mod list;
mod look;
mod open;
mod outbox;
mod pack;
mod people;
mod prompt;
mod query;
mod risk;
mod sample;
mod scan;
mod second_factor;
mod sign_in;
mod soa;
mod supplier;
mod telling;
mod together;
mod token;
mod view;
mod work;

pub use access::{Caller, actions, permitted, reading};
pub use account::{OwnSession, SignedIn, check_password};
pub use command::{
    Command, EvidenceSource, NewAsset, NewEvidence, NonconformityChange, Reply, ResidualRisk,
    RiskJudgement,
};
pub use copy::{Between, Copied, copy};
pub use decision::Choice;
pub use error::{Exit, OperationError};
pub use find::resolve_subject;
pub use holder::Holder;
pub use identity::Vouched;
pub use list::Proof;
pub use open::{Access, DATABASE_URL, Operations, Ports};
pub use outbox::{Noted, NoticeKind, Told, page_of};
pub use pack::Packed;
pub use prompt::{ApprovedPrompt, PROMPT_BYTES_MAX, PROMPT_CHECKS};
pub use query::{Query, Verified, catalogue};
pub use sample::{DaysOfControls, Framed, PeriodCount, SAMPLE_ITEMS_MAX, SampleChoice};
pub use scan::{HostRequest, ScanRequest, drift, scan, scan_host};
pub use second_factor::Enrolment;
pub use sign_in::Attempt;
pub use together::{TOGETHER_MAX, Versioned};
pub use token::organisation_of;

/// What lists are asked, and what they give.
pub use annex_blobs::Stored;
pub use annex_register::{
    Field, Form, LIST_ROWS_MAX, ListQuery, Listed, Listing, NONE, Page, Population, StoredEntry,
};

/// Attempts to sign in, as they are kept.
pub use annex_register::{Means, SignIn, SignInOutcome};

/// What is told outside, as it is kept.
pub use annex_register::{Notice, NoticeState, Way};

/// Progress of a scan.
pub use annex_discover::Progress;
