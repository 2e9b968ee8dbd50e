//! Running discovery. It needs no register, so it runs before anything is locked.

use std::path::{Path, PathBuf};

use annex_catalog::Catalogue;
use annex_isms::Record;
use annex_isms::drift::Drift;
use annex_isms::observation::ObservationBatch;
use annex_settings::Settings;

use crate::{OperationError, Operations, Ports};

/// What to scan.
#[derive(Debug, Clone, Copy)]
pub struct ScanRequest<'a> {
    /// The folder.
    pub path: &'a Path,
    /// The repository's name, when the folder does not tell.
    pub name: Option<&'a str>,
}

/// Scans a repository.
///
/// # Errors
/// When the path is missing, no folder, or cannot be read at all. What cannot be read inside it
/// is listed in the batch.
pub fn scan(
    request: ScanRequest<'_>,
    catalogue: &Catalogue,
    settings: &Settings,
    ports: Ports<'_>,
    progress: &mut dyn FnMut(annex_discover::Progress),
) -> Result<ObservationBatch, OperationError> {
    let options =
        annex_discover::Options { repository: request.name.map(str::to_owned), clock: ports.now };
    let (known, limits) = (known(catalogue), limits(settings));
    Ok(annex_discover::scan(request.path, &known, &limits, &options, progress)?)
}

/// What to look for on this machine.
#[derive(Debug, Clone, Copy)]
pub struct HostRequest<'a> {
    /// Further folders with models.
    pub folders: &'a [PathBuf],
    /// The name of the machine, when it does not tell.
    pub name: Option<&'a str>,
}

/// Looks at this machine: what runs on it, and which models lie in its caches.
///
/// # Errors
/// When a folder is missing or none, or the machine has no name. What cannot be read is listed in
/// the batch.
pub fn scan_host(
    request: HostRequest<'_>,
    catalogue: &Catalogue,
    settings: &Settings,
    ports: Ports<'_>,
) -> Result<ObservationBatch, OperationError> {
    let whole = |path: &PathBuf| std::path::absolute(path).unwrap_or_else(|_| path.clone());
    let host = annex_discover::Host {
        root: PathBuf::from("/"),
        environment: ports.environment,
        folders: request.folders.iter().map(whole).collect(),
    };
    let options =
        annex_discover::Options { repository: request.name.map(str::to_owned), clock: ports.now };
    Ok(annex_discover::scan_host(&host, &known(catalogue), &limits(settings), &options)?)
}

/// What the catalogue knows by name.
fn known(catalogue: &Catalogue) -> annex_discover::Known {
    annex_discover::Known {
        packages: catalogue
            .known
            .packages
            .iter()
            .map(|package| annex_discover::KnownPackage {
                ecosystem: package.ecosystem.clone(),
                name: package.name.clone(),
                role: package.role.clone(),
                provider: package.provider.clone(),
            })
            .collect(),
        providers: catalogue
            .known
            .providers
            .iter()
            .map(|provider| annex_discover::KnownProvider {
                id: provider.id.clone(),
                name: provider.name.clone(),
                hosts: provider.hosts.clone(),
                keys: provider.keys.clone(),
                models: provider.models.clone(),
                local: provider.local,
            })
            .collect(),
    }
}

fn limits(settings: &Settings) -> annex_discover::Limits {
    annex_discover::Limits {
        files_max: settings.scan_files_max,
        file_bytes_max: settings.scan_file_bytes_max,
        ..annex_discover::Limits::default()
    }
}

/// What a later scan found different from an earlier one of the same repository, and which controls
/// ask about that.
pub fn drift(catalogue: &Catalogue, old: &ObservationBatch, new: &ObservationBatch) -> Drift {
    annex_assess::drift(catalogue, old, new)
}

impl Operations<'_> {
    /// The newest batch on record of the same collector and scope as `batch`.
    ///
    /// # Errors
    /// When the register cannot be read.
    pub async fn scan_before(
        &self,
        batch: &ObservationBatch,
    ) -> Result<Option<ObservationBatch>, OperationError> {
        let same = |other: &ObservationBatch| {
            other.collector.name == batch.collector.name
                && other.scope.kind == batch.scope.kind
                && other.scope.name == batch.scope.name
        };
        let recorded = self.scope().latest("batch").await?;
        let batches = recorded.into_iter().filter_map(|entry| match entry.record {
            Record::Batch(record) if same(&record.batch) => Some(record.batch),
            _ => None,
        });
        Ok(batches.max_by_key(|other| other.period.to))
    }
}
