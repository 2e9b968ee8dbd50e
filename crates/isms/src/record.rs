//! What the ledger holds: an [`Entry`] is one change of one entity, by whom and when.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::approval::{Decision, Prompt};
use crate::assessment::{ControlStatus, Counts};
use crate::comment::Comment;
use crate::entity::{
    Agreement, AiSystem, Asset, Document, Evidence, Exception, Flow, Gap, Grant, Identity,
    Implementation, Inapplicability, Nonconformity, Organisation, Person, Request, Risk,
    SoaVersion, Supplier, Token,
};
use crate::observation::ObservationBatch;
use crate::sample::Sample;
use crate::view::View;
use crate::{ControlId, Digest, Instant};

/// The version of the entry format.
pub const SCHEMA: u32 = 1;

/// One entry of the ledger: the whole entity as it is after the change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// The format, [`SCHEMA`].
    pub schema: u32,
    /// When it was recorded.
    pub at: Instant,
    /// Who recorded it.
    pub actor: Actor,
    /// What was recorded.
    pub record: Record,
}

/// Who acts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Actor {
    /// The name.
    pub name: String,
    /// Whether someone verified that name. On a local command line nobody does.
    pub authenticated: bool,
    /// By which way: `command-line`, `web`, `api`.
    pub via: String,
    /// The address that the request came from, when it came over a network.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
}

/// An entity that is recorded whole, under a kind of its own.
pub trait Recorded: Sized {
    /// The kind, as in the stored form.
    const KIND: &'static str;

    /// The entity of a record of this kind.
    fn of(record: Record) -> Option<Self>;
}

macro_rules! records {
    ($($(#[$doc:meta])* $variant:ident($type:ty) = $kind:literal, |$entity:ident| $key:expr;)*) => {
        /// An entity as recorded.
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
        #[serde(tag = "kind", content = "value", rename_all = "snake_case")]
        pub enum Record { $($(#[$doc])* $variant($type),)* }

        impl Record {
            /// Every kind of record, in the order of this enumeration.
            pub const KINDS: &[&str] = &[$($kind,)*];

            /// The kind, as in the stored form.
            pub const fn kind(&self) -> &'static str {
                match self { $(Self::$variant(_) => $kind,)* }
            }

            /// What identifies the entity within its kind; later records replace earlier ones.
            pub fn key(&self) -> String {
                match self { $(Self::$variant($entity) => $key,)* }
            }
        }

        $(impl From<$type> for Record {
            fn from(entity: $type) -> Self {
                Self::$variant(entity)
            }
        }

        impl Recorded for $type {
            const KIND: &'static str = $kind;

            fn of(record: Record) -> Option<Self> {
                match record { Record::$variant(entity) => Some(entity), _ => None }
            }
        })*
    };
}

records! {
    /// The organisation.
    Organisation(Organisation) = "organisation", |e| e.id.to_string();
    /// An AI system.
    System(AiSystem) = "system", |e| e.id.to_string();
    /// An asset.
    Asset(Asset) = "asset", |e| e.id.to_string();
    /// A data flow.
    Flow(Flow) = "flow", |e| e.id.to_string();
    /// A supplier.
    Supplier(Supplier) = "supplier", |e| e.id.to_string();
    /// An agreement.
    Agreement(Agreement) = "agreement", |e| e.id.to_string();
    /// A document.
    Document(Document) = "document", |e| e.id.to_string();
    /// A control's implementation.
    Implementation(Implementation) = "implementation", |e| e.control.to_string();
    /// Someone in the organisation.
    Person(Person) = "person", |e| e.id.to_string();
    /// What a collector delivered.
    Batch(Batch) = "batch", |e| e.digest.to_string();
    /// A piece of evidence.
    Evidence(Evidence) = "evidence", |e| e.digest.to_string();
    /// An evidence request.
    Request(Request) = "request", |e| e.id.to_string();
    /// A gap.
    Gap(Gap) = "gap", |e| e.id.to_string();
    /// A risk.
    Risk(Risk) = "risk", |e| e.id.to_string();
    /// An exception.
    Exception(Exception) = "exception", |e| e.id.to_string();
    /// A nonconformity.
    Nonconformity(Nonconformity) = "nonconformity", |e| e.id.to_string();
    /// A version of the Statement of Applicability.
    Soa(SoaVersion) = "soa", |e| e.version.to_string();
    /// That a requirement does not apply.
    Inapplicability(Inapplicability) = "inapplicability", |e| format!("{} {}", e.requirement, e.subject);
    /// The access of a person or a program.
    Grant(Grant) = "grant", |e| e.holder.to_string();
    /// A key to the programming interface.
    Token(Token) = "token", |e| e.id.to_string();
    /// That a person signs in by a provider of identities.
    Identity(Identity) = "identity", |e| e.id.to_string();
    /// A prompt template.
    Prompt(Prompt) = "prompt", |e| e.id.to_string();
    /// A decision that a system leaves to people.
    Decision(Decision) = "decision", |e| e.id.to_string();
    /// A comment.
    Comment(Comment) = "comment", |e| e.id.to_string();
    /// What an auditor drew.
    Sample(Sample) = "sample", |e| e.id.to_string();
    /// A saved view of a list.
    View(View) = "view", |e| e.id.to_string();
    /// An assessment.
    Assessment(AssessmentRecord) = "assessment", |e| e.digest.to_string();
}

/// A batch of observations, whole, with the digest that makes recording it twice harmless.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Batch {
    /// The digest of the batch's canonical JSON.
    pub digest: Digest,
    /// The batch.
    pub batch: ObservationBatch,
}

/// An assessment in the ledger: the digest of its canonical document, which is in the blobs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AssessmentRecord {
    /// The digest of the canonical document.
    pub digest: Digest,
    /// The instant it speaks for.
    pub at: Instant,
    /// The digest of the catalogue that judged.
    pub catalogue: Digest,
    /// How many results of each outcome it has; not on record in the first versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counts: Option<Counts>,
    /// Where each control stood; not on record in the first versions.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub controls: BTreeMap<ControlId, ControlStatus>,
}
