//! Writes tar archives.

/// The kinds of entries, as the format numbers them.
pub(crate) const FILE: u8 = b'0';
pub(crate) const HARD_LINK: u8 = b'1';
pub(crate) const SYMBOLIC_LINK: u8 = b'2';
pub(crate) const DEVICE: u8 = b'3';
pub(crate) const LONG_NAME: u8 = b'L';
pub(crate) const EXTENDED: u8 = b'x';

/// One entry.
pub(crate) struct Entry<'a> {
    pub(crate) name: &'a str,
    pub(crate) kind: u8,
    pub(crate) link: &'a str,
    pub(crate) bytes: &'a [u8],
}

impl<'a> Entry<'a> {
    /// A file.
    pub(crate) fn file(name: &'a str, bytes: &'a [u8]) -> Self {
        Self { name, kind: FILE, link: "", bytes }
    }

    /// Something without bytes.
    pub(crate) fn link(name: &'a str, kind: u8, link: &'a str) -> Self {
        Self { name, kind, link, bytes: b"" }
    }
}

/// An archive with its end.
pub(crate) fn tar(entries: &[Entry]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for entry in entries {
        bytes.extend(header(entry));
        bytes.extend(entry.bytes);
        bytes.resize(bytes.len().next_multiple_of(512), 0);
    }
    bytes.resize(bytes.len() + 1024, 0);
    bytes
}

/// An archive of files.
pub(crate) fn tar_of(files: &[(&str, &[u8])]) -> Vec<u8> {
    let entries: Vec<Entry> = files.iter().map(|(name, bytes)| Entry::file(name, bytes)).collect();
    tar(&entries)
}

fn header(entry: &Entry) -> [u8; 512] {
    let mut header = [0; 512];
    let mut put = |at: usize, text: &[u8]| {
        let end = text.len().min(512 - at);
        header[at..at + end].copy_from_slice(&text[..end]);
    };
    put(0, &entry.name.as_bytes()[..entry.name.len().min(100)]);
    put(100, b"0000644\0");
    put(108, b"0000000\0");
    put(116, b"0000000\0");
    put(124, format!("{:011o}\0", entry.bytes.len()).as_bytes());
    put(136, b"00000000000\0");
    put(148, b"        ");
    put(156, &[entry.kind]);
    put(157, entry.link.as_bytes());
    put(257, b"ustar\x0000");
    let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
    header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    header
}
