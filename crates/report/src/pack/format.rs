//! The canonical ZIP: every field of every header, in one table for writing and for comparing.
//!
//! The names and the order of the fields are those of PKWARE's APPNOTE 6.3.10, sections 4.3.7,
//! 4.3.12 and 4.3.16. Numbers are little-endian.

use std::io::{self, Read, Write};

use super::error::{Fault, PackError, Place};

const LOCAL_SIGNATURE: u64 = 0x0403_4b50;
const CENTRAL_SIGNATURE: u64 = 0x0201_4b50;
const END_SIGNATURE: u64 = 0x0605_4b50;
/// 2.0, made on Unix.
const MADE_BY: u64 = 0x0314;
const NEEDED: u64 = 0x0014;
/// Bit 11: names are UTF-8.
const FLAGS: u64 = 1 << 11;
const STORED: u64 = 0;
const MIDNIGHT: u64 = 0;
/// 1980-01-01, the first day that a ZIP can name.
const FIRST_DAY: u64 = 1 << 5 | 1;
/// A regular file, readable by all, writable by its owner.
const ATTRIBUTES: u64 = 0o100_644 << 16;

/// A field of a header: its name, its width in bytes and the only value that it may have.
pub(super) struct Field {
    name: &'static str,
    width: usize,
    value: u64,
}

const fn field(name: &'static str, width: usize, value: u64) -> Field {
    Field { name, width, value }
}

/// What the headers say of a file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry<'a> {
    pub(super) path: &'a str,
    pub(super) size: u64,
    pub(super) crc: u32,
    /// Where its local header begins.
    pub(super) offset: u64,
}

impl Entry<'_> {
    /// The local header, without the name that follows.
    pub(super) fn local(&self) -> [Field; 11] {
        [
            field("signature", 4, LOCAL_SIGNATURE),
            field("version needed", 2, NEEDED),
            field("flags", 2, FLAGS),
            field("compression method", 2, STORED),
            field("modification time", 2, MIDNIGHT),
            field("modification date", 2, FIRST_DAY),
            field("CRC-32", 4, u64::from(self.crc)),
            field("compressed size", 4, self.size),
            field("uncompressed size", 4, self.size),
            field("length of the name", 2, self.path.len() as u64),
            field("length of the extra field", 2, 0),
        ]
    }

    /// The header in the central directory, without the name that follows.
    pub(super) fn central(&self) -> [Field; 17] {
        [
            field("signature", 4, CENTRAL_SIGNATURE),
            field("version made by", 2, MADE_BY),
            field("version needed", 2, NEEDED),
            field("flags", 2, FLAGS),
            field("compression method", 2, STORED),
            field("modification time", 2, MIDNIGHT),
            field("modification date", 2, FIRST_DAY),
            field("CRC-32", 4, u64::from(self.crc)),
            field("compressed size", 4, self.size),
            field("uncompressed size", 4, self.size),
            field("length of the name", 2, self.path.len() as u64),
            field("length of the extra field", 2, 0),
            field("length of the comment", 2, 0),
            field("disk number", 2, 0),
            field("internal attributes", 2, 0),
            field("external attributes", 4, ATTRIBUTES),
            field("offset of the local header", 4, self.offset),
        ]
    }
}

/// The record at the end.
pub(super) fn end(files: u64, directory_size: u64, directory_offset: u64) -> [Field; 8] {
    [
        field("signature", 4, END_SIGNATURE),
        field("disk number", 2, 0),
        field("disk of the directory", 2, 0),
        field("files on this disk", 2, files),
        field("files", 2, files),
        field("size of the directory", 4, directory_size),
        field("offset of the directory", 4, directory_offset),
        field("length of the comment", 2, 0),
    ]
}

/// How many bytes fields take.
pub(super) fn width(fields: &[Field]) -> u64 {
    fields.iter().map(|field| field.width as u64).sum()
}

/// Writes fields.
pub(super) fn write(fields: &[Field], out: &mut impl Write) -> io::Result<()> {
    for field in fields {
        out.write_all(&field.value.to_le_bytes()[..field.width])?;
    }
    Ok(())
}

/// Reads as many bytes as `fields` take, and refuses the first that has another value.
/// Fields named in `open` are not compared; their values come back, in order.
pub(super) fn compare(
    fields: &[Field],
    open: &[&str],
    place: &Place,
    bytes: &mut impl Read,
) -> Result<Vec<u64>, PackError> {
    let mut values = Vec::with_capacity(open.len());
    for field in fields {
        let mut found = [0; 8];
        bytes
            .read_exact(&mut found[..field.width])
            .map_err(|error| PackError::io(place.clone(), error))?;
        let found = u64::from_le_bytes(found);
        if open.contains(&field.name) {
            values.push(found);
        } else if found != field.value {
            return Err(mismatch(place, field.name, found, field.value));
        }
    }
    Ok(values)
}

/// A field that has another value than it must have.
pub(super) fn mismatch(
    place: &Place,
    field: &'static str,
    found: u64,
    canonical: u64,
) -> PackError {
    PackError::new(place.clone(), Fault::Field { field, found, canonical })
}
