//! The register: the system of record, in SQL, of one or more organisations.
//!
//! What an organisation has on record is what an auditor samples, so three things must hold of
//! it: it changes whole or not at all, it can be read as of any instant, and a change behind its
//! back shows. The register therefore stores everything twice, in one transaction. The *body* of
//! each change goes into the ledger and is never touched again; the *row* of each entity holds
//! what is filtered and joined, and points to its body.
//!
//! ```text
//!  ObservationBatch ─▶ ingest ─▶ records ─▶ record ─┬─▶ ledger_entry   bodies, nonces   ─┐
//!                        ▲                          ├─▶ ledger_node    Merkle tree       │ verify:
//!       asset_alias ─────┘                          ├─▶ ledger_head,   signed notes      │ log ═ itself
//!       (identity)                                  │   ledger_checkpoint                │ rows ═ bodies
//!                                                   └─▶ asset, gap, observation, …  rows ┘
//!                                                            │
//!  Snapshot ◀───────────── snapshot(at) ◀── latest bodies before an index, newest observations
//! ```
//!
//! # Design
//!
//! - **One way in.** Queries exist on [`Register::organisation`] only, and `OrganisationId` leads
//!   every primary and foreign key and every index. Entities of SeaORM are private.
//! - **Rows follow from bodies.** One pure function makes the rows of a record. Writing uses it,
//!   and so does verifying: it computes every row again and compares.
//! - **An instant is a number of entries.** Each entry is dated no earlier than the one before,
//!   so "recorded by then" is a prefix of the log. The past is read the way the present is.
//! - **Identity is by alias.** An asset is what its key, or a further key such as its digest, was
//!   first recorded for. Keys never move, so a batch resolves today as it did when it was new.
//! - **Absence counts only inside the covered scope**, and not for what was skipped.
//! - **The receipt comes after the commit** (`synchronous=FULL`): what was acknowledged is there.
//! - **One writer per folder**, by a lock that ends with its process; readers see the last
//!   committed state meanwhile (WAL).
//! - **Portable.** Statements are built for SQLite and PostgreSQL; the schema of both is kept
//!   under `schema/`. Instants are text of fixed width, which sorts as time does.
//!
//! # Rejected
//!
//! - *A table per kind of attribute*: attributes are rows of one table, checked by the catalogue.
//! - *Rows alone, with a journal beside them*: then nothing says which of the two is right.
//! - *Bodies alone, replayed at each start*: filters would need an index by hand.
//! - *Current rows for the present and bodies for the past*: two paths that could disagree.
//! - *Foreign keys between entities*: people declare things in any order, and a collector names
//!   what nobody has declared. Only the key from a row to its entry is enforced.
//!
//! # How it can still go wrong
//!
//! - **Who has the signing key and the file can write another history.** Only a checkpoint kept
//!   elsewhere shows it, or that the end was cut off ([`Scope::verify`]).
//! - **A scope that was renamed is another scope**: what it saw under its old name is never
//!   found absent by it.
//! - **Two copies of one folder** both verify, until each has entries that the other has not.
//! - **A network file system that is not recognised** may have locks that do not hold.

mod account;
mod alias;
mod copy;
mod counted;
mod error;
mod folder;
mod ingest;
mod list;
mod lock;
mod once;
mod open;
mod outbox;
#[cfg(feature = "postgres")]
mod postgres;
mod project;
mod read;
mod record;
mod schema;
mod scope;
mod sign_in;
mod snapshot;
mod table;
mod transaction;
mod verify;

pub use account::{Account, Ended, Session, Visit};
pub use copy::Copied;
pub use error::RegisterError;
pub use ingest::Ingest;
pub use list::{
    Field, Form, LIST_ROWS_MAX, ListQuery, Listed, Listing, NONE, Page, Period, Population, Proven,
};
pub use once::Once;
pub use open::{Access, Location, OpenOptions, Register};
pub use outbox::{Notice, NoticeState, Way};
#[cfg(feature = "postgres")]
pub use postgres::{DatabaseUrl, DatabaseUrlError};
pub use read::{ASSETS_FOUND_MAX, StoredEntry, StoredHead};
pub use record::{Condition, Receipt};
pub use scope::Scope;
pub use sign_in::{Means, SecondFactor, SignIn, SignInOutcome};
pub use snapshot::Current;
pub use verify::{Fault, Faulty, Verification};
