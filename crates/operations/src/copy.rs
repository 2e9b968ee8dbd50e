//! Copying a workplace between a folder and a database: register, accounts and evidence.
//!
//! ```text
//!  folder/register.sqlite ◀─▶ the database that ANNEX_DATABASE_URL names
//!  folder/blobs           ◀─▶ the data folder's blobs
//! ```
//!
//! Evidence goes first, as always: bytes that nothing refers to do no harm, a register that
//! refers to bytes that are not there does. Then the register, in one transaction, verified on
//! both sides. What is copied is as it was in the source, signatures included; the source stays
//! as it is, and somebody must decide that nobody writes to it any more.

use std::collections::BTreeMap;
use std::path::Path;

use annex_blobs::Folder;
use annex_isms::{Instant, OrganisationId};
use annex_ledger::VerifyingKey;
use annex_register::{Location, Register};
use annex_settings::Settings;

use crate::open::{DATABASE_URL, location, options};
use crate::{Access, OperationError, Ports, key};

/// From where to where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Between<'a> {
    /// From this folder into the database.
    FromFolder(&'a Path),
    /// From the database into this folder.
    ToFolder(&'a Path),
}

/// What was copied of an organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copied {
    /// Whose it is.
    pub organisation: OrganisationId,
    /// How many entries its ledger has, verified on both sides.
    pub entries: u64,
    /// The root over them, in hexadecimal digits.
    pub root: String,
    /// How many people can sign in.
    pub accounts: u64,
    /// How many pieces of evidence and assessments are on record, with their bytes.
    pub evidence: u64,
}

/// Copies the registers of all organisations with their evidence into a place that has none.
/// `holder` is what others who want to write are told.
///
/// # Errors
/// When no database is named, the target has a register, a key or a piece of evidence is missing,
/// or something does not verify; then the target has no register.
pub async fn copy(
    settings: &Settings,
    between: Between<'_>,
    holder: &str,
    ports: Ports<'_>,
) -> Result<Vec<Copied>, OperationError> {
    let database = location(settings, ports.environment)?;
    if matches!(database, Location::Folder(_)) {
        return Err(OperationError::input(format!(
            "{DATABASE_URL} names no database; set it to postgres://USER:PASSWORD@HOST:PORT/DATABASE"
        )));
    }
    let writes = Access::Write { holder: holder.to_owned() };
    let (from, to, data, source_blobs, target_blobs) = match between {
        // A writer, so that nobody else writes to the folder meanwhile.
        Between::FromFolder(folder) => (
            Register::open(
                &Location::Folder(folder.to_path_buf()),
                &options(settings, false, writes.clone()),
            )
            .await?,
            Register::open(&database, &options(settings, true, writes)).await?,
            settings.data.as_path(),
            folder.join("blobs"),
            settings.data.join("blobs"),
        ),
        Between::ToFolder(folder) => (
            Register::open(&database, &options(settings, false, Access::Read)).await?,
            Register::open(
                &Location::Folder(folder.to_path_buf()),
                &options(settings, true, writes),
            )
            .await?,
            folder,
            settings.data.join("blobs"),
            folder.join("blobs"),
        ),
    };
    let mut keys = BTreeMap::new();
    let mut evidence = BTreeMap::new();
    let target = Folder::open(target_blobs)?.with_blob_bytes_max(settings.evidence_bytes_max);
    let source = Folder::open(source_blobs)?.with_blob_bytes_max(settings.evidence_bytes_max);
    for organisation in from.ledgers().await? {
        let file = key::path(settings.key_file.as_deref(), &organisation, ports.environment)?;
        let key: VerifyingKey = key::load(&file, data, &organisation, None)?.verifying_key();
        keys.insert(organisation.clone(), key);
        let bytes = carry(&from, &organisation, &source, &target, (ports.now)()).await?;
        evidence.insert(organisation, bytes);
    }
    let copied = from.copy_to(&to, &keys).await?;
    to.close().await?;
    from.close().await?;
    let copied = copied.into_iter().map(|copied| Copied {
        evidence: evidence.get(&copied.organisation).copied().unwrap_or(0),
        organisation: copied.organisation,
        entries: copied.entries,
        root: copied.root.to_string(),
        accounts: copied.accounts,
    });
    Ok(copied.collect())
}

/// Copies the bytes that an organisation has on record, each verified by its digest, and says how
/// many there are.
async fn carry(
    register: &Register,
    organisation: &OrganisationId,
    source: &Folder,
    target: &Folder,
    now: Instant,
) -> Result<u64, OperationError> {
    let scope = register.organisation(organisation);
    let snapshot = scope.current(now).await?.snapshot;
    let assessments = scope.assessments().await?;
    let digests = snapshot.evidence.iter().map(|evidence| evidence.digest);
    let mut carried = 0;
    for digest in digests.chain(assessments.iter().map(|assessment| assessment.digest)) {
        // Where both are one folder the bytes are there, and are read all the same.
        if target.contains(&digest)? {
            target.copy_to(&digest, std::io::sink())?;
        } else {
            source.copy_to(&digest, std::io::sink())?;
            target.put(source.open_blob(&digest)?)?;
        }
        carried += 1;
    }
    Ok(carried)
}
