//! The register at an instant, as `assess` reads it.

use serde::{Deserialize, Serialize};

use crate::entity::{
    Agreement, AiSystem, Asset, Document, Evidence, Exception, Flow, Gap, Implementation,
    Inapplicability, Nonconformity, Organisation, Person, Request, Risk, SoaVersion, Supplier,
};
use crate::observation::{Collector, Coverage, Location, Period, Scope, Skipped};
use crate::{Attribute, Basis, Digest, Instant, Subject, Value};
use std::collections::BTreeSet;

/// Everything that was on record at [`at`](Self::at), each list ordered by id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    /// Only what was recorded by this instant is here.
    pub at: Instant,
    /// The organisation.
    pub organisation: Organisation,
    /// Its AI systems.
    pub systems: Vec<AiSystem>,
    /// Its assets.
    pub assets: Vec<Asset>,
    /// Data flows between them.
    pub flows: Vec<Flow>,
    /// Suppliers.
    pub suppliers: Vec<Supplier>,
    /// Agreements.
    pub agreements: Vec<Agreement>,
    /// Documents.
    pub documents: Vec<Document>,
    /// Controls as implemented.
    pub implementations: Vec<Implementation>,
    /// People.
    pub people: Vec<Person>,
    /// The last batch of each collector and scope.
    pub batches: Vec<RecordedBatch>,
    /// The newest observation of each collector per subject and attribute.
    pub observations: Vec<RecordedObservation>,
    /// Evidence.
    pub evidence: Vec<Evidence>,
    /// Evidence requests.
    pub requests: Vec<Request>,
    /// Gaps.
    pub gaps: Vec<Gap>,
    /// Risks.
    pub risks: Vec<Risk>,
    /// Exceptions.
    pub exceptions: Vec<Exception>,
    /// Nonconformities.
    pub nonconformities: Vec<Nonconformity>,
    /// Versions of the Statement of Applicability.
    pub soa: Vec<SoaVersion>,
    /// Requirements that people justified not to apply.
    pub inapplicable: Vec<Inapplicability>,
    /// When each subject last changed in a way that makes older tests of it stale: when the
    /// value of its attribute `digest` last became another. A subject that never did is absent.
    pub changed: Vec<(Subject, Instant)>,
}

impl Snapshot {
    /// An organisation with nothing on record.
    pub const fn empty(at: Instant, organisation: Organisation) -> Self {
        Self {
            at,
            organisation,
            systems: Vec::new(),
            assets: Vec::new(),
            flows: Vec::new(),
            suppliers: Vec::new(),
            agreements: Vec::new(),
            documents: Vec::new(),
            implementations: Vec::new(),
            people: Vec::new(),
            batches: Vec::new(),
            observations: Vec::new(),
            evidence: Vec::new(),
            requests: Vec::new(),
            gaps: Vec::new(),
            risks: Vec::new(),
            exceptions: Vec::new(),
            nonconformities: Vec::new(),
            soa: Vec::new(),
            inapplicable: Vec::new(),
            changed: Vec::new(),
        }
    }
}

/// A batch as recorded, without its observations.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordedBatch {
    /// Its digest.
    pub digest: Digest,
    /// Who saw it.
    pub collector: Collector,
    /// Where it looked.
    pub scope: Scope,
    /// When.
    pub period: Period,
    /// How much.
    pub coverage: Coverage,
    /// What it skipped.
    pub skipped: Vec<Skipped>,
}

/// An observation as recorded: its subject resolved to the register's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordedObservation {
    /// What it is about.
    pub subject: Subject,
    /// Which attribute.
    pub attribute: Attribute,
    /// Its value.
    pub value: Value,
    /// How it is known.
    pub basis: Basis,
    /// Which collector saw it, with its scope: `discover repository/help-desk`.
    pub source: String,
    /// When the value was so; the last instant decides whether it is fresh.
    pub period: Period,
    /// When it was recorded.
    pub recorded_at: Instant,
    /// The evidence for it.
    pub evidence: Option<Digest>,
    /// Where it was seen.
    pub locations: BTreeSet<Location>,
    /// Whether a person settles by it what was disagreed on before.
    pub resolves: bool,
}
