//! Bytes that can be read at any place: a file, a slice, or a window on either.
//!
//! A file is read where it is asked and never mapped: another program may cut it while it is
//! read, and a map would turn that into a signal instead of an error.

use std::cell::RefCell;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};

use crate::scan::{Halt, Step};

/// Something with a length whose parts can be read in any order.
pub(crate) trait Bytes {
    /// How many there are.
    fn len(&self) -> u64;
    /// Reads some from `offset` on; 0 means that there are none.
    fn read_at(&self, offset: u64, out: &mut [u8]) -> io::Result<usize>;
}

impl Bytes for &[u8] {
    fn len(&self) -> u64 {
        <[u8]>::len(self) as u64
    }

    fn read_at(&self, offset: u64, out: &mut [u8]) -> io::Result<usize> {
        let rest = usize::try_from(offset).ok().and_then(|at| self.get(at..)).unwrap_or_default();
        let count = rest.len().min(out.len());
        out[..count].copy_from_slice(&rest[..count]);
        Ok(count)
    }
}

/// An open file.
pub(crate) struct FileBytes {
    file: RefCell<File>,
    len: u64,
}

impl FileBytes {
    pub(crate) fn new(file: File) -> io::Result<Self> {
        let len = file.metadata()?.len();
        Ok(Self { file: RefCell::new(file), len })
    }
}

impl Bytes for FileBytes {
    fn len(&self) -> u64 {
        self.len
    }

    fn read_at(&self, offset: u64, out: &mut [u8]) -> io::Result<usize> {
        let mut file = self.file.borrow_mut();
        file.seek(SeekFrom::Start(offset))?;
        file.read(out)
    }
}

/// A part of some bytes, counted from its own start.
#[derive(Clone, Copy)]
pub(crate) struct Window<'a> {
    bytes: &'a dyn Bytes,
    from: u64,
    len: u64,
}

impl<'a> Window<'a> {
    pub(crate) fn new(bytes: &'a dyn Bytes) -> Self {
        Self { bytes, from: 0, len: bytes.len() }
    }

    pub(crate) fn len(&self) -> u64 {
        self.len
    }

    /// The part from `from` on, cut to what there is.
    pub(crate) fn part(&self, from: u64, len: u64) -> Self {
        let from = from.min(self.len);
        let len = len.min(self.len - from);
        Self { bytes: self.bytes, from: self.from.saturating_add(from), len }
    }

    pub(crate) fn from(&self, from: u64) -> Self {
        self.part(from, u64::MAX)
    }

    /// Reads some bytes; fewer than asked for only at the end.
    pub(crate) fn read_at(&self, offset: u64, out: &mut [u8]) -> io::Result<usize> {
        let rest = self.len.saturating_sub(offset);
        let wanted = usize::try_from(rest).unwrap_or(usize::MAX).min(out.len());
        let mut done = 0;
        while done < wanted {
            let at = self.from.saturating_add(offset).saturating_add(done as u64);
            match self.bytes.read_at(at, &mut out[done..wanted]) {
                Ok(0) => break,
                Ok(count) => done += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(done)
    }

    /// Up to `count` bytes from `offset` on.
    pub(crate) fn some(&self, offset: u64, count: usize) -> Step<Vec<u8>> {
        let rest = usize::try_from(self.len.saturating_sub(offset)).unwrap_or(usize::MAX);
        let mut out = vec![0; count.min(rest)];
        let read = self.read_at(offset, &mut out).map_err(|error| Halt::io(offset, &error))?;
        out.truncate(read);
        Ok(out)
    }

    /// Exactly `count` bytes from `offset` on.
    pub(crate) fn exact(&self, offset: u64, count: usize) -> Step<Vec<u8>> {
        if offset.checked_add(count as u64).is_none_or(|end| end > self.len) {
            return Err(Halt::ends(self.len, format!("{count} bytes at offset {offset}")));
        }
        let out = self.some(offset, count)?;
        if out.len() < count {
            return Err(Halt::ends(offset, format!("{count} bytes at offset {offset}")));
        }
        Ok(out)
    }
}
