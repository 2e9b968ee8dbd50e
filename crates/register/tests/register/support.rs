//! What every test needs: a place for a register, a key, an actor, small records.

use std::collections::BTreeSet;
use std::path::Path;

use annex_isms::entity::{AiSystem, Asset, Organisation};
use annex_isms::observation::{
    AssetKey, BATCH_SCHEMA, Collector, Coverage, ObservationBatch, Period, SeenAsset, SeenSystem,
};
use annex_isms::observation::{Scope as Where, Seen};
use annex_isms::{
    Actor, AssetId, AssetKind, Basis, Instant, Observation, OrganisationId, Record, Value,
};
use annex_ledger::{Origin, SigningKey};
use annex_register::{
    Access, Condition, Ingest, Location, OpenOptions, Receipt, Register, RegisterError, Scope,
};
use sea_orm::ConnectionTrait as _;

/// Tables of what is no record, and of which the ledger knows nothing: who may sign in, what was
/// sent.
pub(crate) const UNRECORDED: [&str; 7] =
    ["account", "session", "sign_in", "second_factor", "recovery_code", "sent_request", "notice"];

/// How long a statement may take in a test.
const ANSWER_WAIT_MS: u64 = 120_000;

/// Where a register of a test is.
pub(crate) enum Place {
    Folder(tempfile::TempDir),
    Database(annex_testbed::Database<'static>),
}

impl Place {
    pub(crate) fn folder() -> Self {
        Self::Folder(tempfile::tempdir().unwrap())
    }

    pub(crate) fn database() -> Self {
        Self::Database(annex_testbed::shared().database())
    }

    /// How to reach a database; empty for a folder.
    pub(crate) fn url(&self) -> String {
        match self {
            Self::Folder(_) => String::new(),
            Self::Database(database) => database.url(),
        }
    }

    pub(crate) fn location(&self) -> Location {
        match self {
            Self::Folder(folder) => Location::Folder(folder.path().to_owned()),
            Self::Database(database) => Location::Postgres(database.url().parse().unwrap()),
        }
    }

    pub(crate) async fn open(&self, options: &OpenOptions) -> Result<Register, RegisterError> {
        Register::open(&self.location(), options).await
    }

    /// Another place with the same content; the register must be closed.
    pub(crate) fn copy(&self) -> Self {
        match self {
            Self::Folder(folder) => Self::Folder(copy(folder.path())),
            Self::Database(database) => Self::Database(database.copy()),
        }
    }

    /// Runs SQL behind the register's back, in the words of its database.
    pub(crate) async fn tamper(&self, sqlite: &str, postgresql: &str) {
        match self {
            Self::Folder(folder) => tamper(folder.path(), sqlite).await,
            Self::Database(database) => {
                // Replica: the triggers that hold foreign keys do not fire.
                database.sql(&format!("SET session_replication_role = replica; {postgresql}"));
            }
        }
    }
}

/// Runs tests twice: with a register in a folder, and with one on PostgreSQL.
macro_rules! on_both {
    ($($test:ident,)*) => {
        mod in_a_folder {
            $(#[tokio::test]
            async fn $test() {
                super::$test(crate::support::Place::folder()).await;
            })*
        }
        mod on_postgresql {
            $(#[tokio::test]
            async fn $test() {
                super::$test(crate::support::Place::database()).await;
            })*
        }
    };
}
pub(crate) use on_both;

pub(crate) fn organisation(id: &str) -> OrganisationId {
    id.parse().unwrap()
}

pub(crate) fn at(text: &str) -> Instant {
    text.parse().unwrap()
}

/// The instant `second` seconds after noon.
pub(crate) fn second(second: i64) -> Instant {
    Instant::from_microseconds(at("2026-08-01T12:00:00Z").microseconds() + second * 1_000_000)
}

pub(crate) fn key(organisation: &str) -> SigningKey {
    SigningKey::from_seed(Origin::of(organisation).unwrap(), &[7; 32])
}

pub(crate) fn actor() -> Actor {
    Actor {
        name: "ada".to_owned(),
        authenticated: false,
        via: "command-line".to_owned(),
        from: None,
    }
}

pub(crate) fn writing() -> OpenOptions {
    OpenOptions {
        create: true,
        access: Access::Write { holder: "annex test, process 1".to_owned() },
        lock_wait_ms: 0,
        sqlite_pages_max: None,
        answer_wait_ms: ANSWER_WAIT_MS,
    }
}

pub(crate) fn reading() -> OpenOptions {
    OpenOptions { create: false, access: Access::Read, ..writing() }
}

pub(crate) async fn open(folder: &Path, options: &OpenOptions) -> Result<Register, RegisterError> {
    Register::open(&Location::Folder(folder.to_owned()), options).await
}

pub(crate) async fn record(
    scope: &Scope<'_>,
    changes: Vec<Record>,
    at: Instant,
) -> Result<Receipt, RegisterError> {
    record_on(scope, changes, at, None).await
}

/// Records what was decided on the first `read` entries.
pub(crate) async fn record_on(
    scope: &Scope<'_>,
    changes: Vec<Record>,
    at: Instant,
    read: Option<u64>,
) -> Result<Receipt, RegisterError> {
    let mut drawn = 0_u64;
    let mut nonce = || {
        drawn += 1;
        let mut nonce = [3; 32];
        nonce[..8].copy_from_slice(&drawn.to_be_bytes());
        nonce
    };
    scope
        .record(
            changes,
            &actor(),
            at,
            &key(scope.id().as_str()),
            &mut nonce,
            &Condition { read, once: None },
        )
        .await
}

pub(crate) fn acme(name: &str) -> Organisation {
    Organisation {
        id: organisation(name),
        name: format!("The {name} company"),
        scope: String::new(),
        interfaces: Vec::new(),
    }
}

pub(crate) fn system(id: &str) -> AiSystem {
    AiSystem {
        id: id.parse().unwrap(),
        name: id.to_owned(),
        purpose: String::new(),
        owner: None,
        audiences: BTreeSet::new(),
        classes: BTreeSet::new(),
    }
}

pub(crate) fn asset(organisation_id: &str, name: &str) -> Asset {
    Asset {
        id: AssetId::derive(&organisation(organisation_id), AssetKind::Model, name),
        kind: AssetKind::Model,
        key: name.to_owned(),
        name: name.to_owned(),
        supplier: None,
        systems: BTreeSet::new(),
        locations: BTreeSet::new(),
        seen_in: String::new(),
        present: true,
        registration: None,
        owner: None,
        classification: None,
    }
}

pub(crate) fn model(key: &str) -> AssetKey {
    AssetKey { kind: AssetKind::Model, key: key.to_owned() }
}

pub(crate) fn seen(key: &str, aliases: &[&str]) -> SeenAsset {
    SeenAsset {
        key: model(key),
        aliases: aliases.iter().map(|alias| (*alias).to_owned()).collect(),
        name: key.to_owned(),
        supplier: None,
        systems: BTreeSet::from(["help-desk".parse().unwrap()]),
        locations: BTreeSet::from([format!("{key}.py:1").parse().unwrap()]),
    }
}

pub(crate) fn observed(key: &str, attribute: &str, value: impl Into<Value>) -> Observation {
    Observation {
        subject: Seen::Asset(model(key)),
        attribute: attribute.parse().unwrap(),
        value: value.into(),
        basis: Basis::Source,
        period: Period { from: second(0), to: second(0) },
        evidence: None,
        locations: BTreeSet::new(),
        resolves: false,
    }
}

/// A batch of `discover` over a repository that ran at an instant.
pub(crate) fn batch(repository: &str, at: Instant, assets: Vec<SeenAsset>) -> ObservationBatch {
    ObservationBatch {
        schema: BATCH_SCHEMA,
        collector: Collector { name: "discover".to_owned(), version: "1".to_owned() },
        scope: Where {
            kind: "repository".to_owned(),
            name: repository.to_owned(),
            commit: None,
            modified: false,
        },
        period: Period { from: at, to: at },
        coverage: Coverage::default(),
        skipped: Vec::new(),
        systems: vec![SeenSystem {
            id: "help-desk".parse().unwrap(),
            name: "Help desk".to_owned(),
        }],
        assets,
        flows: Vec::new(),
        observations: Vec::new(),
    }
}

/// Ingests a batch and records what it comes to.
pub(crate) async fn take_in(scope: &Scope<'_>, batch: ObservationBatch, at: Instant) -> Ingest {
    let ingest = scope.ingest(batch).await.unwrap();
    record(scope, ingest.records.clone(), at).await.unwrap();
    ingest
}

/// Runs SQL on the database behind the register's back.
pub(crate) async fn tamper(folder: &Path, sql: &str) {
    let url = format!("sqlite:{}", folder.join("register.sqlite").display());
    let connection = sea_orm::Database::connect(url).await.unwrap();
    for statement in ["PRAGMA foreign_keys = OFF", sql] {
        connection.execute_unprepared(statement).await.expect(statement);
    }
    connection.close().await.unwrap();
}

/// A folder with a copy of a register that is closed.
pub(crate) fn copy(folder: &Path) -> tempfile::TempDir {
    let copy = tempfile::tempdir().unwrap();
    std::fs::copy(folder.join("register.sqlite"), copy.path().join("register.sqlite")).unwrap();
    copy
}
