//! Opening a workplace: catalogue, register, evidence and key together.

use std::path::PathBuf;
use std::sync::Arc;

use annex_blobs::Folder;
use annex_catalog::{Catalogue, Layer};
use annex_isms::{Instant, OrganisationId, Record, Snapshot};
use annex_ledger::SigningKey;
use annex_register::{Condition, Location, OpenOptions, Receipt, Register, RegisterError, Scope};
use annex_settings::{Declarations, Settings};

use crate::access::By;
use crate::{OperationError, key};

/// What comes from outside: time, randomness, environment.
#[derive(Clone, Copy)]
pub struct Ports<'a> {
    /// The time.
    pub now: &'a (dyn Fn() -> Instant + Sync),
    /// Thirty-two random bytes.
    pub random: &'a (dyn Fn() -> [u8; 32] + Sync),
    /// A variable of the environment.
    pub environment: &'a (dyn Fn(&str) -> Option<String> + Sync),
}

/// What the data folder is opened for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Access {
    /// Reading only.
    Read,
    /// Writing; the holder is what a second writer is told.
    Write {
        /// The command and its process.
        holder: String,
    },
}

/// A workplace, open.
pub struct Operations<'a> {
    pub(crate) settings: Settings,
    pub(crate) declarations: Declarations,
    pub(crate) catalogue: Arc<Catalogue>,
    pub(crate) organisation: OrganisationId,
    pub(crate) register: Register,
    pub(crate) blobs: Folder,
    pub(crate) ports: Ports<'a>,
    /// The file of the declarations; paths in it are relative to its folder.
    pub(crate) declared_in: PathBuf,
    key_file: PathBuf,
    key: Option<SigningKey>,
}

/// The variable that puts the register on PostgreSQL. It holds a password, so no file has it.
pub const DATABASE_URL: &str = "ANNEX_DATABASE_URL";

/// How long the database may take to answer a statement.
const ANSWER_WAIT_MS: u64 = 60_000;

/// The id of an organisation that nobody declared.
const UNNAMED: &str = "organisation";

impl<'a> Operations<'a> {
    /// Opens the data folder that the settings name. For writing it is created when missing.
    /// Where `ANNEX_DATABASE_URL` names a database the register is there, and the evidence in the
    /// folder.
    ///
    /// # Errors
    /// When another process writes, the key is not the ledger's, or something cannot be read.
    pub async fn open(
        settings: Settings,
        declarations: Declarations,
        declared_in: PathBuf,
        catalogue: Catalogue,
        access: Access,
        ports: Ports<'a>,
    ) -> Result<Self, OperationError> {
        let location = location(&settings, ports.environment)?;
        let writes = matches!(access, Access::Write { .. });
        if let Some(key_file) = &settings.key_file {
            // Before the folder is made: what is refused leaves nothing behind.
            key::refuse_inside(key_file, &settings.data)?;
        }
        let options = options(&settings, writes, access);
        let register = Register::open(&location, &options).await.map_err(|error| match error {
            RegisterError::NotFound { what } => OperationError::input(format!(
                "not found: {what}; `annex assess PATH` makes one, --data names another folder"
            )),
            other => other.into(),
        })?;
        let organisation = organisation(&register, &declarations).await?;
        let key_file = key::path(settings.key_file.as_deref(), &organisation, ports.environment)?;
        let key = if writes {
            let head = register.organisation(&organisation).head().await?;
            // A new key could not go on with a ledger that is there.
            let seed = head.is_none().then(|| (ports.random)());
            let key = key::load(&key_file, &settings.data, &organisation, seed)?;
            if let Some(head) = head {
                key::refuse_other(&key, &key_file, &head.checkpoint)?;
            }
            Some(key)
        } else {
            None
        };
        let blobs = Folder::open(settings.data.join("blobs"))?
            .with_blob_bytes_max(settings.evidence_bytes_max);
        Ok(Self {
            settings,
            declarations,
            catalogue: Arc::new(catalogue),
            organisation,
            register,
            blobs,
            ports,
            declared_in,
            key_file,
            key,
        })
    }

    /// Ends the use of the data folder, so that the register's file is whole without what lies
    /// beside it. What was acknowledged is on disk whether or not this is called.
    ///
    /// # Errors
    /// When the register cannot be closed.
    pub async fn close(self) -> Result<(), OperationError> {
        Ok(self.register.close().await?)
    }

    /// Whose workplace it is.
    pub const fn organisation(&self) -> &OrganisationId {
        &self.organisation
    }

    /// The machines whose word counts on where a request comes from.
    pub fn trusted_proxies(&self) -> &[std::net::IpAddr] {
        &self.settings.server_trusted_proxies
    }

    /// The catalogue in force.
    pub fn catalogue(&self) -> &Catalogue {
        &self.catalogue
    }

    /// Stores the bytes of a file, before the command that names them.
    ///
    /// # Errors
    /// When the file cannot be read or its bytes cannot be stored.
    pub fn store(&self, file: &std::path::Path) -> Result<annex_blobs::Stored, OperationError> {
        crate::evidence::store(&self.blobs, file)
    }

    /// Stores bytes, before the command that names them.
    ///
    /// # Errors
    /// When they cannot be stored.
    pub fn store_bytes(&self, bytes: &[u8]) -> Result<annex_blobs::Stored, OperationError> {
        Ok(self.blobs.put(bytes)?)
    }

    /// Stores what a reader gives, piece by piece, before the command that names it.
    ///
    /// # Errors
    /// When it is larger than the limit, cannot be read to its end, or cannot be stored; then
    /// nothing is.
    pub fn store_from(
        &self,
        reader: impl std::io::Read,
    ) -> Result<annex_blobs::Stored, OperationError> {
        Ok(self.blobs.put(reader)?)
    }

    /// The most bytes that a piece of evidence may have.
    pub const fn evidence_bytes_max(&self) -> u64 {
        self.settings.evidence_bytes_max
    }

    /// The bytes of a piece of evidence, verified against their digest.
    ///
    /// # Errors
    /// When they are not there, or are not what their digest says.
    pub fn evidence_bytes(&self, digest: &annex_isms::Digest) -> Result<Vec<u8>, OperationError> {
        Ok(self.blobs.get(digest)?)
    }

    /// Where the signing key lies.
    pub fn key_file(&self) -> &std::path::Path {
        &self.key_file
    }

    pub(crate) fn scope(&self) -> Scope<'_> {
        self.register.organisation(&self.organisation)
    }

    /// The time.
    pub fn now(&self) -> Instant {
        (self.ports.now)()
    }

    /// Thirty-two random bytes.
    pub fn random(&self) -> [u8; 32] {
        (self.ports.random)()
    }

    /// Of the register as it is now, the records of these kinds.
    pub(crate) async fn part(&self, kinds: &[&str]) -> Result<Snapshot, OperationError> {
        Ok(self.scope().part(self.now(), kinds).await?)
    }

    /// The register as it is now.
    pub(crate) async fn snapshot(&self) -> Result<Snapshot, OperationError> {
        Ok(self.scope().current(self.now()).await?.snapshot)
    }

    pub(crate) async fn record(
        &self,
        records: Vec<Record>,
        by: &By,
    ) -> Result<Receipt, OperationError> {
        let key = self.key.as_ref().ok_or_else(|| {
            OperationError::Internal("the folder is open for reading only".to_owned())
        })?;
        let mut nonce = || (self.ports.random)();
        let condition = Condition { read: Some(by.read), once: by.once.clone() };
        Ok(self.scope().record(records, &by.actor, self.now(), key, &mut nonce, &condition).await?)
    }

    /// The signing key; read from its file when the folder is open for reading.
    pub(crate) fn signing_key(&self) -> Result<SigningKey, OperationError> {
        key::load(&self.key_file, &self.settings.data, &self.organisation, None)
    }
}

/// How a register is opened; created when `creates` says so.
pub(crate) fn options(settings: &Settings, creates: bool, access: Access) -> OpenOptions {
    OpenOptions {
        create: creates,
        access: match access {
            Access::Read => annex_register::Access::Read,
            Access::Write { holder } => annex_register::Access::Write { holder },
        },
        lock_wait_ms: settings.lock_wait_ms,
        sqlite_pages_max: Some(settings.register_pages_max).filter(|pages| *pages > 0),
        answer_wait_ms: ANSWER_WAIT_MS,
    }
}

/// Where the register is.
pub(crate) fn location(
    settings: &Settings,
    environment: &dyn Fn(&str) -> Option<String>,
) -> Result<Location, OperationError> {
    match environment(DATABASE_URL).filter(|url| !url.is_empty()) {
        None => Ok(Location::Folder(settings.data.clone())),
        Some(url) => database(&url),
    }
}

#[cfg(feature = "postgres")]
fn database(url: &str) -> Result<Location, OperationError> {
    let url = url.parse::<annex_register::DatabaseUrl>();
    let url = url.map_err(|error| OperationError::input(format!("{DATABASE_URL}: {error}")))?;
    Ok(Location::Postgres(url))
}

#[cfg(not(feature = "postgres"))]
fn database(_: &str) -> Result<Location, OperationError> {
    // To go on with the folder would be another register than the one that was asked for.
    Err(OperationError::input(format!(
        "{DATABASE_URL} is set, and this program works on a folder alone; unset it, or use annexd"
    )))
}

/// The built-in catalogue and the layer that the settings name.
pub(crate) fn catalogue(settings: &Settings) -> Result<Catalogue, OperationError> {
    let mut layers = vec![Layer::embedded()];
    if let Some(folder) = &settings.catalog {
        layers.push(Layer::folder(folder)?);
    }
    Ok(Catalogue::load(&layers)?)
}

/// The organisation that is declared, else the only one on record, else an unnamed one.
async fn organisation(
    register: &Register,
    declarations: &Declarations,
) -> Result<OrganisationId, OperationError> {
    if let Some(declared) = &declarations.organisation {
        return Ok(declared.id.clone());
    }
    let mut known = register.organisations().await?;
    if known.len() > 1 {
        let ids: Vec<String> = known.iter().map(ToString::to_string).collect();
        return Err(OperationError::input(format!(
            "the register holds several organisations ({}); declare [organisation] in annex.toml",
            ids.join(", ")
        )));
    }
    match known.pop() {
        Some(id) => Ok(id),
        None => UNNAMED.parse().map_err(|error| OperationError::Internal(format!("{error}"))),
    }
}
