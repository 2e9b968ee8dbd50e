//! The few things about files that differ between systems: private folders and flushing them.

use std::fs::{DirBuilder, File};
use std::io;
use std::path::Path;

use crate::{Error, Result};

/// Creates a folder that only its owner can enter, and its parents, each flushed to disk.
/// Existing ones stay as they are.
pub(crate) fn create_folder(path: &Path) -> Result<()> {
    if path.is_dir() || path.as_os_str().is_empty() {
        return Ok(());
    }
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    let parent = path.parent().unwrap_or(Path::new("."));
    create_folder(parent)?;
    match builder.create(path) {
        Ok(()) => flush_folder(parent),
        // Another writer was faster.
        Err(_) if path.is_dir() => Ok(()),
        Err(source) => Err(Error::io("create the folder", path, source)),
    }
}

/// Writes the entries of a folder to disk, so that a file in it survives a loss of power.
pub(crate) fn flush_folder(path: &Path) -> Result<()> {
    // Elsewhere a folder cannot be opened as a file; the file system orders renames by itself.
    if cfg!(not(unix)) {
        return Ok(());
    }
    // `.` is the parent of a relative path with one part.
    let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
    File::open(path)
        .and_then(|folder| folder.sync_all())
        .map_err(|source| Error::io("flush the folder", path, source))
}

/// Copies up to `bytes_max` bytes, shows each piece to `see`, and returns how many there were;
/// `None` when there are more.
pub(crate) fn copy(
    mut next: impl FnMut(&mut [u8]) -> Result<usize>,
    mut see: impl FnMut(&[u8]) -> Result<()>,
    bytes_max: u64,
) -> Result<Option<u64>> {
    let mut buffer = vec![0; 64 * 1024];
    let mut bytes = 0_u64;
    loop {
        let read = next(&mut buffer)?;
        if read == 0 {
            return Ok(Some(bytes));
        }
        bytes = bytes.saturating_add(read as u64);
        if bytes > bytes_max {
            return Ok(None);
        }
        see(&buffer[..read])?;
    }
}

/// Reads once more when a signal interrupted.
pub(crate) fn read_some(reader: &mut impl io::Read, buffer: &mut [u8]) -> io::Result<usize> {
    loop {
        match reader.read(buffer) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}
