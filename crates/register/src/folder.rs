//! The folder that a register on SQLite lives in: its permissions and its file system.

use std::fs::{DirBuilder, File};
use std::io::ErrorKind;
use std::path::Path;

use crate::RegisterError;

/// The file systems that are refused, by the number that `statfs` gives
/// (`linux/magic.h`, and the headers of the file systems that are not listed there).
const NETWORK_FILE_SYSTEMS: [(u32, &str); 8] = [
    (0x6969, "NFS"),
    (0x517b, "SMB"),
    (0xff53_4d42, "CIFS"),
    (0xfe53_4d42, "SMB2"),
    (0x5346_414f, "AFS"),
    (0x6b41_4653, "AFS"),
    (0x00c3_6400, "Ceph"),
    (0x0102_1997, "9p"),
];

/// Creates the folder, for its owner alone. One that is there keeps its permissions.
pub(crate) fn create(folder: &Path) -> Result<(), RegisterError> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    let absent: Vec<&Path> = folder.ancestors().take_while(|folder| !folder.exists()).collect();
    builder
        .create(folder)
        .and_then(|()| absent.into_iter().try_for_each(sync_parent))
        .map_err(|source| RegisterError::io("create the folder", folder, source))
}

/// Puts the entry of a new folder on disk, so that what is acknowledged inside it stays.
fn sync_parent(folder: &Path) -> std::io::Result<()> {
    let parent = match folder.parent() {
        Some(parent) if parent.as_os_str().is_empty() => Path::new("."),
        Some(parent) => parent,
        None => return Ok(()),
    };
    if cfg!(unix) { File::open(parent)?.sync_all() } else { Ok(()) }
}

/// Creates an empty file for its owner alone, if it is not there. To SQLite an empty file is an
/// empty database, and it gives the permissions of that file to those that it puts beside it.
pub(crate) fn create_file(path: &Path) -> Result<(), RegisterError> {
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        Err(source) => Err(RegisterError::io("create", path, source)),
    }
}

/// Refuses a folder on a network file system.
pub(crate) fn check_file_system(folder: &Path) -> Result<(), RegisterError> {
    match network_file_system(folder)? {
        None => Ok(()),
        Some(file_system) => {
            Err(RegisterError::NetworkFileSystem { folder: folder.to_owned(), file_system })
        }
    }
}

#[cfg(target_os = "linux")]
fn network_file_system(folder: &Path) -> Result<Option<&'static str>, RegisterError> {
    let statfs = rustix::fs::statfs(folder)
        .map_err(|error| RegisterError::io("look at the file system of", folder, error.into()))?;
    // The number has 32 bits; the type of the field differs between processors, some signed.
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::unnecessary_cast,
        reason = "the width and sign of the field depend on the processor"
    )]
    Ok(named(statfs.f_type as u32))
}

#[cfg(not(target_os = "linux"))]
fn network_file_system(_: &Path) -> Result<Option<&'static str>, RegisterError> {
    Ok(None)
}

#[cfg_attr(not(target_os = "linux"), allow(dead_code, reason = "only Linux gives the number"))]
fn named(number: u32) -> Option<&'static str> {
    NETWORK_FILE_SYSTEMS.iter().find(|(known, _)| *known == number).map(|(_, name)| *name)
}

/// Whether files can be created in the folder.
#[cfg(unix)]
pub(crate) fn is_writable(folder: &Path) -> bool {
    rustix::fs::access(folder, rustix::fs::Access::WRITE_OK).is_ok()
}

#[cfg(not(unix))]
pub(crate) fn is_writable(_: &Path) -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn network_file_systems_are_known_by_number_and_local_ones_pass() {
        assert_eq!(named(0x6969), Some("NFS"));
        assert_eq!(named(0xff53_4d42), Some("CIFS"));
        assert_eq!(named(0xef53), None);
        let folder = tempfile::tempdir().expect("a folder");
        assert!(check_file_system(folder.path()).is_ok());
        assert!(check_file_system(&folder.path().join("absent")).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn what_is_created_is_for_its_owner_alone() {
        use std::os::unix::fs::PermissionsExt as _;
        let parent = tempfile::tempdir().expect("a folder");
        let folder = parent.path().join("a/b");
        create(&folder).expect("created");
        create_file(&folder.join("file")).expect("created");
        create_file(&folder.join("file")).expect("left as it is");
        let mode = |path: &Path| path.metadata().expect("metadata").permissions().mode() & 0o777;
        assert_eq!(mode(&folder), 0o700);
        assert_eq!(mode(&folder.join("file")), 0o600);
    }
}
