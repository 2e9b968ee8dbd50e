//! The vocabulary of Annex: the words that every other crate speaks, as types.
//!
//! ```text
//!  collectors ── ObservationBatch ──▶ register ── Snapshot ──▶ assess ── Assessment ──▶ report
//! ```
//!
//! Three documents travel through the house and all three are defined here: what a collector
//! saw ([`ObservationBatch`]), what the organisation had on record at an instant ([`Snapshot`])
//! and what follows from it ([`Assessment`]). The rest are the entities of the register, their
//! identifiers, and [`Instant`].
//!
//! Everything is plain data. There is no I/O, no clock and no randomness: time comes in as an
//! argument, so that the same input gives the same bytes. Strings are parsed once, at the edge,
//! into types whose [`FromStr`](std::str::FromStr) says what is wrong.
//!
//! What can still go wrong: these types are stored (ledger bodies, evidence). A field that is
//! renamed makes old bodies unreadable; add fields with `#[serde(default)]` and raise
//! [`record::SCHEMA`] when meaning changes.

pub mod approval;
pub mod assessment;
mod canonical;
pub mod comment;
mod control;
pub mod days;
mod dependency;
mod digest;
pub mod drift;
pub mod entity;
mod id;
mod instant;
mod mail_address;
pub mod observation;
pub mod record;
mod reference;
pub mod sample;
mod scale;
mod snapshot;
mod subject;
mod value;
pub mod view;
mod web_address;

pub use assessment::Assessment;
pub use canonical::{CanonicalError, canonical_json};
pub use control::{ControlId, RequirementId};
pub use dependency::{Dependency, Ecosystem};
pub use digest::{Digest, ParseDigestError};
pub use id::{
    AgreementId, AssetId, CommentId, DecisionId, DocumentId, ExceptionId, FlowId, GapId, IdError,
    IdentityId, NonconformityId, OrganisationId, PersonId, PromptId, RequestId, RiskId, SampleId,
    SupplierId, SystemId, ThreatId, TokenId, ViewId, slug,
};
pub use instant::{Date, Instant, ParseInstantError};
pub use mail_address::{MailAddress, MailAddressError};
pub use observation::{Observation, ObservationBatch};
pub use record::{Actor, Entry, Record, Recorded};
pub use reference::{FrameworkRef, ParseFrameworkRefError};
pub use scale::{AssetKind, Basis, DataClass, Outcome, Score, Severity, UnknownWord};
pub use snapshot::{RecordedBatch, RecordedObservation, Snapshot};
pub use subject::{ParseSubjectError, Subject, SubjectKind};
pub use value::{Attribute, AttributeError, Value, ValueType};
pub use web_address::{WebAddress, WebAddressError};
