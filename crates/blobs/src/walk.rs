//! Going through all blobs, in the order of their digests.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::vec;

use annex_isms::Digest;

use crate::folder::INCOMING;
use crate::{Error, Folder, Result};

/// What [`Folder::verify_all`] went through.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Verified {
    /// How many blobs there are.
    pub blobs: u64,
    /// How many bytes they have together.
    pub bytes: u64,
}

impl Folder {
    /// The digests of all blobs, ascending, and an error for each thing that is not a blob.
    ///
    /// Blobs that are being written are left out. The bytes are not read.
    pub fn digests(&self) -> Result<Digests> {
        let mut subfolders = sorted(self.path())?;
        subfolders.retain(|path| path.file_name().is_none_or(|name| name != INCOMING));
        Ok(Digests { subfolders: subfolders.into_iter(), files: Vec::new().into_iter() })
    }

    /// Reads every blob and checks it, and stops at the first that does not fit its name or does
    /// not belong here.
    pub fn verify_all(&self) -> Result<Verified> {
        let mut verified = Verified::default();
        for digest in self.digests()? {
            verified.bytes += self.copy_to(&digest?, io::sink())?;
            verified.blobs += 1;
        }
        Ok(verified)
    }
}

/// The digests of all blobs; from [`Folder::digests`].
#[derive(Debug)]
pub struct Digests {
    subfolders: vec::IntoIter<PathBuf>,
    /// The files of the subfolder that was entered last.
    files: vec::IntoIter<PathBuf>,
}

impl Iterator for Digests {
    type Item = Result<Digest>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(path) = self.files.next() {
                return Some(digest_of(&path).ok_or(Error::Foreign { path }));
            }
            let path = self.subfolders.next()?;
            if !is_subfolder(&path) {
                return Some(Err(Error::Foreign { path }));
            }
            match sorted(&path) {
                Ok(files) => self.files = files.into_iter(),
                Err(error) => return Some(Err(error)),
            }
        }
    }
}

/// The digest that the path of a blob spells.
fn digest_of(path: &Path) -> Option<Digest> {
    let metadata = fs::symlink_metadata(path).ok()?;
    let (start, rest) = (path.parent()?.file_name()?, path.file_name()?);
    let text = format!("sha256:{}{}", start.to_str()?, rest.to_str()?);
    metadata.is_file().then_some(text.parse().ok()).flatten()
}

/// Whether a path is that of a subfolder for blobs: two hexadecimal digits.
fn is_subfolder(path: &Path) -> bool {
    let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    let name = path.file_name().and_then(|name| name.to_str());
    name.is_some_and(|name| name.len() == 2 && name.bytes().all(is_digit))
        && fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_dir())
}

fn sorted(folder: &Path) -> Result<Vec<PathBuf>> {
    let failed = |source| Error::io("list", folder, source);
    let mut paths = fs::read_dir(folder)
        .map_err(failed)?
        .map(|entry| Ok(entry.map_err(failed)?.path()))
        .collect::<Result<Vec<_>>>()?;
    paths.sort();
    Ok(paths)
}
