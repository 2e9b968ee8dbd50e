//! The ledger's signing key, in a file of its owner, never in the data folder.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use annex_isms::OrganisationId;
use annex_ledger::{Origin, SigningKey};

use crate::OperationError;

/// Where the key of an organisation lies: the setting, else the user's configuration folder.
pub(crate) fn path(
    setting: Option<&Path>,
    organisation: &OrganisationId,
    environment: &dyn Fn(&str) -> Option<String>,
) -> Result<PathBuf, OperationError> {
    if let Some(path) = setting {
        return Ok(path.to_path_buf());
    }
    let folder = environment("XDG_CONFIG_HOME")
        .filter(|folder| !folder.is_empty())
        .map(PathBuf::from)
        .or_else(|| {
            Some(PathBuf::from(environment("HOME").filter(|h| !h.is_empty())?).join(".config"))
        })
        .ok_or_else(|| {
            OperationError::input(
                "there is no home folder for the signing key; set `key_file` or ANNEX_KEY_FILE",
            )
        })?;
    Ok(folder.join("annex").join("keys").join(format!("{organisation}.key")))
}

/// Reads the key, or makes one from `seed` when there is none and `create` says so.
pub(crate) fn load(
    path: &Path,
    data: &Path,
    organisation: &OrganisationId,
    seed: Option<[u8; 32]>,
) -> Result<SigningKey, OperationError> {
    refuse_inside(path, data)?;
    match std::fs::read_to_string(path) {
        Ok(text) => {
            let key = SigningKey::parse(&text)?;
            let expected = Origin::of(organisation.as_str())?;
            if *key.origin() == expected {
                Ok(key)
            } else {
                Err(OperationError::input(format!(
                    "{} holds the key of `{}`, not of `{expected}`; set `key_file` to the right one",
                    path.display(),
                    key.origin(),
                )))
            }
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let seed = seed.ok_or_else(|| {
                OperationError::input(format!(
                    "there is no signing key at {}; set `key_file` or ANNEX_KEY_FILE to the one that signs this ledger",
                    path.display()
                ))
            })?;
            let key = SigningKey::from_seed(Origin::of(organisation.as_str())?, &seed);
            create(path, &key)?;
            Ok(key)
        }
        Err(source) => Err(OperationError::File {
            operation: "read the signing key",
            path: path.display().to_string(),
            source,
        }),
    }
}

/// Writes a new key as a whole: a file that was begun and never finished would lock its owner out.
/// A key that is there already stays.
fn create(path: &Path, key: &SigningKey) -> Result<(), OperationError> {
    let failed = |source| OperationError::File {
        operation: "write the signing key",
        path: path.display().to_string(),
        source,
    };
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let mut folders = std::fs::DirBuilder::new();
    folders.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut folders, 0o700);
    folders.create(folder).map_err(failed)?;
    // Only its owner can read such a file from its first moment.
    let mut file =
        tempfile::Builder::new().prefix(".new-key-").tempfile_in(folder).map_err(failed)?;
    file.write_all(key.to_text().as_bytes()).map_err(failed)?;
    file.write_all(b"\n").map_err(failed)?;
    file.as_file().sync_all().map_err(failed)?;
    file.persist_noclobber(path).map_err(|error| failed(error.error))?;
    // What is signed must not outlive the key.
    #[cfg(unix)]
    std::fs::File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed)?;
    Ok(())
}

pub(crate) fn refuse_inside(path: &Path, data: &Path) -> Result<(), OperationError> {
    let folder = path.parent().unwrap_or(path);
    if real(folder).starts_with(real(data)) {
        return Err(OperationError::input(format!(
            "the signing key {} lies in the data folder; whoever copies that folder could sign: keep it elsewhere",
            path.display()
        )));
    }
    Ok(())
}

/// The path without links and dots, as far as it exists.
fn real(path: &Path) -> PathBuf {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
    absolute
        .ancestors()
        .find_map(|above| {
            let rest = absolute.strip_prefix(above).ok()?;
            Some(above.canonicalize().ok()?.join(rest))
        })
        .unwrap_or(absolute)
}

/// Refuses a key that did not sign the ledger so far: from then on neither key would verify it.
pub(crate) fn refuse_other(
    key: &SigningKey,
    path: &Path,
    checkpoint: &[u8],
) -> Result<(), OperationError> {
    match annex_ledger::open_checkpoint(checkpoint, &key.verifying_key()) {
        Ok(_) => Ok(()),
        Err(error) => Err(OperationError::input(format!(
            "{} is not the key that signs this ledger ({error}); set `key_file` or ANNEX_KEY_FILE to the one that does",
            path.display()
        ))),
    }
}
