//! Writes zip archives, also such as no honest program writes.

use super::pack::{deflate, low16, low32};

/// Stored as it is.
pub(crate) const STORED: u16 = 0;
/// Deflated.
pub(crate) const DEFLATED: u16 = 8;
/// The flag of an encrypted member.
pub(crate) const ENCRYPTED: u16 = 1;
/// The flag of a member whose sizes follow its data.
pub(crate) const SIZES_FOLLOW: u16 = 8;

/// One member. What the two headers say may differ.
#[derive(Clone)]
pub(crate) struct Member {
    /// The name in the central directory.
    pub(crate) name: Vec<u8>,
    /// The name in front of the data.
    pub(crate) local_name: Vec<u8>,
    /// The data as stored.
    pub(crate) data: Vec<u8>,
    /// The method in the central directory.
    pub(crate) method: u16,
    /// The method in front of the data.
    pub(crate) local_method: u16,
    pub(crate) flags: u16,
    pub(crate) crc: u32,
    /// How long it says to be once unpacked.
    pub(crate) size: u32,
    /// How long it says to be as stored.
    pub(crate) packed: u32,
    /// External attributes: the mode of a file in the upper half.
    pub(crate) attributes: u32,
    /// An extra field of the central directory.
    pub(crate) extra: Vec<u8>,
    /// Whether the central directory has it.
    pub(crate) listed: bool,
    /// Whether its data stands in front of the directory; otherwise it shares the first member's.
    pub(crate) written: bool,
}

impl Member {
    /// Stored as it is.
    pub(crate) fn stored(name: &str, bytes: &[u8]) -> Self {
        Self::packed(name, bytes, bytes.to_vec(), STORED)
    }

    /// Deflated.
    pub(crate) fn deflated(name: &str, bytes: &[u8]) -> Self {
        Self::packed(name, bytes, deflate(bytes), DEFLATED)
    }

    fn packed(name: &str, bytes: &[u8], data: Vec<u8>, method: u16) -> Self {
        Self {
            name: name.into(),
            local_name: name.into(),
            method,
            local_method: method,
            flags: 0,
            crc: crc32fast::hash(bytes),
            size: u32::from_le_bytes(low32(bytes.len())),
            packed: u32::from_le_bytes(low32(data.len())),
            data,
            attributes: 0o100_644 << 16,
            extra: Vec::new(),
            listed: true,
            written: true,
        }
    }

    /// Signature-less middle part that both headers share.
    fn header(&self, method: u16) -> Vec<u8> {
        let mut header = Vec::new();
        header.extend(20_u16.to_le_bytes());
        header.extend(self.flags.to_le_bytes());
        header.extend(method.to_le_bytes());
        // 1980-01-01 00:00, the earliest that the format knows.
        header.extend([0, 0, 0x21, 0]);
        header.extend(self.crc.to_le_bytes());
        header.extend(self.packed.to_le_bytes());
        header.extend(self.size.to_le_bytes());
        header
    }

    fn local(&self) -> Vec<u8> {
        let mut bytes = b"PK\x03\x04".to_vec();
        bytes.extend(self.header(self.local_method));
        bytes.extend(low16(self.local_name.len()));
        bytes.extend([0; 2]);
        bytes.extend(&self.local_name);
        bytes.extend(&self.data);
        bytes
    }

    fn central(&self, offset: usize) -> Vec<u8> {
        let mut bytes = b"PK\x01\x02".to_vec();
        bytes.extend(20_u16.to_le_bytes());
        bytes.extend(self.header(self.method));
        bytes.extend(low16(self.name.len()));
        bytes.extend(low16(self.extra.len()));
        bytes.extend([0; 6]);
        bytes.extend(self.attributes.to_le_bytes());
        bytes.extend(low32(offset));
        bytes.extend(&self.name);
        bytes.extend(&self.extra);
        bytes
    }
}

/// An archive.
pub(crate) fn zip(members: &[Member]) -> Vec<u8> {
    zip_after(Vec::new(), members, b"")
}

/// An archive behind other bytes, with a comment at its end. Offsets count from the first byte.
pub(crate) fn zip_after(prefix: Vec<u8>, members: &[Member], comment: &[u8]) -> Vec<u8> {
    let mut bytes = prefix;
    let mut directory = Vec::new();
    let mut count = 0;
    let first = bytes.len();
    for member in members {
        let offset = if member.written { bytes.len() } else { first };
        if member.written {
            bytes.extend(member.local());
        }
        if member.listed {
            directory.extend(member.central(offset));
            count += 1;
        }
    }
    let start = bytes.len();
    bytes.extend(&directory);
    bytes.extend(b"PK\x05\x06\0\0\0\0");
    bytes.extend(low16(count));
    bytes.extend(low16(count));
    bytes.extend(low32(directory.len()));
    bytes.extend(low32(start));
    bytes.extend(low16(comment.len()));
    bytes.extend(comment);
    bytes
}

/// An archive of stored members.
pub(crate) fn zip_of(members: &[(&str, &[u8])]) -> Vec<u8> {
    let members: Vec<Member> =
        members.iter().map(|(name, bytes)| Member::stored(name, bytes)).collect();
    zip(&members)
}
