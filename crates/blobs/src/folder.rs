//! A folder of blobs: `ab/cdef…` by the hexadecimal digits of the digest, and `incoming`.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use annex_isms::Digest;
use sha2::{Digest as _, Sha256};

use crate::disk::{copy, create_folder, flush_folder, read_some};
use crate::{Error, Result};

/// The limit on the bytes of one blob unless [`Folder::with_blob_bytes_max`] sets another.
pub const BLOB_BYTES_MAX: u64 = 1 << 30;

/// Where blobs are while they are written.
pub(crate) const INCOMING: &str = "incoming";

/// Locked in `incoming`: shared by each writer, exclusively by who cleans up.
const LOCK: &str = "lock";

/// What an unfinished blob's name begins with.
const UNFINISHED: &str = "put-";

/// A folder of blobs. Share it between threads in an `Arc`; processes may share the folder.
#[derive(Debug)]
pub struct Folder {
    root: PathBuf,
    blob_bytes_max: u64,
    /// For each first byte of a digest, whether this process flushed the folder's entry for it.
    /// Finding the subfolder is not enough: who made it may have died before flushing.
    flushed: [AtomicBool; 256],
}

/// What was stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stored {
    /// The name of the bytes.
    pub digest: Digest,
    /// How many there are.
    pub bytes: u64,
}

impl Folder {
    /// Opens the folder and creates it if need be, entered by its owner only.
    ///
    /// Removes what interrupted writers left behind, unless someone is writing now or the folder
    /// cannot be written to; reading works from a read-only medium.
    pub fn open(path: impl Into<PathBuf>) -> Result<Self> {
        let root = path.into();
        create_folder(&root)?;
        let folder = Self {
            root,
            blob_bytes_max: BLOB_BYTES_MAX,
            flushed: [const { AtomicBool::new(false) }; 256],
        };
        match folder.clean() {
            Err(Error::ReadOnly { .. }) => {}
            Err(Error::Io { source, .. }) if source.kind() == io::ErrorKind::PermissionDenied => {}
            result => result?,
        }
        Ok(folder)
    }

    /// Sets the most bytes that a blob may have, when it is stored and when it is read.
    #[must_use]
    pub fn with_blob_bytes_max(mut self, blob_bytes_max: u64) -> Self {
        self.blob_bytes_max = blob_bytes_max;
        self
    }

    /// Stores what the reader gives and returns its digest once it is safe on disk.
    ///
    /// If the blob is there already it is checked instead, and [`Error::Damaged`] if it does not
    /// fit its name. When this fails nothing was stored.
    pub fn put(&self, mut bytes: impl Read) -> Result<Stored> {
        const WRITE: &str = "write the blob";
        let _writing = self.lock_writing()?;
        let incoming = self.root.join(INCOMING);
        let mut file = tempfile::Builder::new()
            .prefix(UNFINISHED)
            .tempfile_in(&incoming)
            .map_err(|source| Error::io(WRITE, &incoming, source))?;
        let mut hasher = Sha256::new();
        let path = file.path().to_owned();
        let count = copy(
            |buffer| read_some(&mut bytes, buffer).map_err(Error::Source),
            |piece| {
                hasher.update(piece);
                let written = file.write_all(piece);
                written.map_err(|source| Error::io(WRITE, &path, source))
            },
            self.blob_bytes_max,
        )?;
        let Some(bytes) = count else {
            return Err(self.too_large());
        };
        let digest = Digest::from_bytes(hasher.finalize().into());

        let target = self.path_of(&digest);
        if self.contains(&digest)? {
            self.copy_to(&digest, io::sink())?;
        } else {
            // The file before its name: a name must never lead to bytes that are not on disk.
            file.as_file()
                .sync_all()
                .map_err(|source| Error::io("flush the blob", &path, source))?;
            create_folder(&self.subfolder_of(&digest))?;
            file.persist(&target)
                .map_err(|error| Error::io("name the blob", &target, error.error))?;
        }
        self.flush_names(&digest)?;
        Ok(Stored { digest, bytes })
    }

    /// The bytes of a blob, checked against its digest.
    pub fn get(&self, digest: &Digest) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.copy_to(digest, &mut bytes)?;
        Ok(bytes)
    }

    /// Writes the bytes of a blob to `destination` and returns how many there were.
    ///
    /// The digest is known only at the end: on any error the caller must discard what was
    /// written.
    pub fn copy_to(&self, digest: &Digest, mut destination: impl Write) -> Result<u64> {
        const READ: &str = "read the blob";
        let path = self.path_of(digest);
        if !self.contains(digest)? {
            let (digest, folder) = (*digest, self.root.clone());
            return Err(Error::Absent { digest, folder });
        }
        let mut file = File::open(&path).map_err(|source| Error::io(READ, &path, source))?;
        let mut hasher = Sha256::new();
        let count = copy(
            |buffer| {
                let read = read_some(&mut file, buffer);
                read.map_err(|source| Error::io(READ, &path, source))
            },
            |piece| {
                hasher.update(piece);
                let written = destination.write_all(piece);
                written.map_err(|source| Error::Destination { digest: *digest, source })
            },
            self.blob_bytes_max,
        )?;
        let Some(bytes) = count else {
            return Err(self.too_large());
        };
        let found = Digest::from_bytes(hasher.finalize().into());
        if found != *digest {
            return Err(Error::Damaged { path, found });
        }
        Ok(bytes)
    }

    /// Opens a blob to be read piece by piece. Its bytes are not checked: [`copy_to`](Self::copy_to)
    /// does that.
    pub fn open_blob(&self, digest: &Digest) -> Result<File> {
        if !self.contains(digest)? {
            return Err(Error::Absent { digest: *digest, folder: self.root.clone() });
        }
        let path = self.path_of(digest);
        File::open(&path).map_err(|source| Error::io("read the blob", &path, source))
    }

    /// Whether the blob is there. Its bytes are not read.
    pub fn contains(&self, digest: &Digest) -> Result<bool> {
        let path = self.path_of(digest);
        // Not following links: a blob is a file of this folder.
        match fs::symlink_metadata(&path) {
            Ok(metadata) if metadata.is_file() => Ok(true),
            Ok(_) => Err(Error::Foreign { path }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(source) => Err(Error::io("look for the blob", &path, source)),
        }
    }

    /// The folder itself.
    pub fn path(&self) -> &Path {
        &self.root
    }

    fn too_large(&self) -> Error {
        let blob_bytes_max = self.blob_bytes_max;
        Error::TooLarge { blob_bytes_max }
    }

    fn subfolder_of(&self, digest: &Digest) -> PathBuf {
        self.root.join(&digest.hex()[..2])
    }

    fn path_of(&self, digest: &Digest) -> PathBuf {
        self.subfolder_of(digest).join(&digest.hex()[2..])
    }

    /// Flushes the names that lead to a blob: its own always, its subfolder's once.
    fn flush_names(&self, digest: &Digest) -> Result<()> {
        flush_folder(&self.subfolder_of(digest))?;
        let flushed = &self.flushed[usize::from(digest.as_bytes()[0])];
        if !flushed.load(Ordering::Relaxed) {
            flush_folder(&self.root)?;
            flushed.store(true, Ordering::Relaxed);
        }
        Ok(())
    }

    /// Keeps everyone from cleaning up until it is dropped. Waits only for a clean-up to end.
    fn lock_writing(&self) -> Result<File> {
        create_folder(&self.root.join(INCOMING))?;
        let (lock, path) = self.open_lock()?;
        lock.lock_shared().map_err(|source| Error::io("lock", &path, source))?;
        Ok(lock)
    }

    fn open_lock(&self) -> Result<(File, PathBuf)> {
        let path = self.root.join(INCOMING).join(LOCK);
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let lock =
            options.open(&path).map_err(|source| Error::io("open the lock", &path, source))?;
        Ok((lock, path))
    }

    /// Removes unfinished blobs, if nobody is writing.
    fn clean(&self) -> Result<()> {
        const CLEAN: &str = "remove what an interrupted writer left in";
        let incoming = self.root.join(INCOMING);
        if !incoming.is_dir() {
            return Ok(());
        }
        let (lock, path) = self.open_lock()?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(()),
            Err(TryLockError::Error(source)) => return Err(Error::io("lock", &path, source)),
        }
        let failed = |source| Error::io(CLEAN, &incoming, source);
        for entry in fs::read_dir(&incoming).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            if entry.file_name().to_string_lossy().starts_with(UNFINISHED) {
                fs::remove_file(entry.path()).map_err(failed)?;
            }
        }
        Ok(())
    }
}
