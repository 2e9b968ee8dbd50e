//! What can go wrong, with the operation, the path and the cause.

use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use annex_isms::Digest;

/// An operation on a blob folder that failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// No room is left: on the disk, in a quota or under the limit on file sizes.
    #[error("cannot {operation} {}: no room is left", path.display())]
    DiskFull {
        /// What was tried.
        operation: &'static str,
        /// On which path.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },

    /// The file system cannot be written to.
    #[error("cannot {operation} {}: the file system is read-only", path.display())]
    ReadOnly {
        /// What was tried.
        operation: &'static str,
        /// On which path.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },

    /// Any other failure of the system.
    #[error("cannot {operation} {}", path.display())]
    Io {
        /// What was tried.
        operation: &'static str,
        /// On which path.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },

    /// The bytes to be stored could not be read from where they come from.
    #[error("cannot read the bytes that are to be stored")]
    Source(#[source] io::Error),

    /// The bytes of a blob could not be written to where they were asked for.
    #[error("cannot write the bytes of blob {digest} to their destination")]
    Destination {
        /// The blob.
        digest: Digest,
        /// What the destination said.
        source: io::Error,
    },

    /// More bytes than a blob may have.
    #[error("the bytes are more than blob_bytes_max allows ({blob_bytes_max})")]
    TooLarge {
        /// The limit.
        blob_bytes_max: u64,
    },

    /// A blob that is not in the folder.
    #[error("blob {digest} is not in {}", folder.display())]
    Absent {
        /// The blob.
        digest: Digest,
        /// The folder.
        folder: PathBuf,
    },

    /// A blob whose bytes do not fit its name: they were changed, cut or exchanged.
    #[error("{} does not hold the bytes of its name: they hash to {found}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// The digest of the bytes that are there.
        found: Digest,
    },

    /// Something in the folder that is not a blob.
    #[error("{} does not belong in a folder of blobs", path.display())]
    Foreign {
        /// Where it is.
        path: PathBuf,
    },
}

impl Error {
    /// Sorts a failure of the system by what an operator has to do about it.
    pub(crate) fn io(operation: &'static str, path: &Path, source: io::Error) -> Self {
        let path = path.to_owned();
        match source.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => {
                Self::DiskFull { operation, path, source }
            }
            ErrorKind::ReadOnlyFilesystem => Self::ReadOnly { operation, path, source },
            _ => Self::Io { operation, path, source },
        }
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn the_systems_codes_are_sorted() {
        let sort = |code| {
            let error = Error::io("write", Path::new("/x"), io::Error::from_raw_os_error(code));
            error.to_string()
        };
        // ENOSPC, EDQUOT, EFBIG; EROFS; EACCES
        for code in [28, 122, 27] {
            assert_eq!(sort(code), "cannot write /x: no room is left");
        }
        assert_eq!(sort(30), "cannot write /x: the file system is read-only");
        assert_eq!(sort(13), "cannot write /x");
    }
}
