//! Writes the smallest HDF5 files that hold one attribute or one link.
//!
//! Superblock 0, then the root group's object header of version 1, which needs no checksum. Its
//! links are compact, so there is neither B-tree nor heap, except the global heap of strings
//! whose length is not fixed.

const UNDEFINED: [u8; 8] = [0xff; 8];
const ROOT: u64 = 96;

/// How a text attribute is stored.
#[derive(Clone, Copy)]
pub(crate) enum Text {
    /// In the attribute.
    Fixed,
    /// In the global heap.
    Variable,
}

/// A file whose root group has text attributes.
pub(crate) fn with_texts(store: Text, attributes: &[(&str, &str)]) -> Vec<u8> {
    let sizes: usize = attributes.iter().map(|(name, text)| name.len() + text.len() + 256).sum();
    let heap_at = (ROOT + sizes as u64 + 256).next_multiple_of(8);
    let mut heap = Vec::new();
    let mut messages = Vec::new();
    for (index, (name, text)) in (1_u16..).zip(attributes) {
        let (kind, data) = match store {
            Text::Fixed => (string_type(text.len()), text.as_bytes().to_vec()),
            Text::Variable => {
                heap.extend(index.to_le_bytes());
                heap.extend([0; 6]);
                heap.extend((text.len() as u64).to_le_bytes());
                heap.extend(padded(text.as_bytes().to_vec()));
                let mut data = size32(text.len()).to_vec();
                data.extend(heap_at.to_le_bytes());
                data.extend(u32::from(index).to_le_bytes());
                let mut kind = vec![0x19, 0x01, 0x01, 0, 16, 0, 0, 0];
                kind.extend(string_type(1));
                (kind, data)
            }
        };
        messages.push((0x000c, attribute(name, &kind, &data)));
    }
    let mut bytes = file(&messages);
    if matches!(store, Text::Variable) {
        bytes.resize(usize::try_from(heap_at).unwrap_or(0), 0);
        bytes.extend(global_heap(&heap));
    }
    ended(bytes)
}

/// A file whose root group has one link to an object of another file.
pub(crate) fn with_external_link(name: &str, other: &str, object: &str) -> Vec<u8> {
    // Version 1, kind follows, kind 64: external.
    let mut link = vec![1, 0x08, 64];
    link.extend(&size32(name.len())[..1]);
    link.extend(name.as_bytes());
    let target = format!("\0{other}\0{object}\0");
    link.extend(&size32(target.len())[..2]);
    link.extend(target.as_bytes());
    ended(file(&[(0x0006, link)]))
}

fn file(messages: &[(u16, Vec<u8>)]) -> Vec<u8> {
    let mut bytes = b"\x89HDF\r\n\x1a\n".to_vec();
    bytes.extend([0, 0, 0, 0, 0, 8, 8, 0, 4, 0, 16, 0, 0, 0, 0, 0]);
    bytes.extend([0; 8]);
    bytes.extend(UNDEFINED);
    // The end of the file, set when it is known.
    bytes.extend([0; 8]);
    bytes.extend(UNDEFINED);
    bytes.extend([0; 8]);
    bytes.extend(ROOT.to_le_bytes());
    bytes.extend([0; 24]);

    let mut body = Vec::new();
    let mut link_info = vec![0, 0];
    link_info.extend(UNDEFINED);
    link_info.extend(UNDEFINED);
    for (kind, message) in [(0x0002, link_info), (0x000a, vec![0, 0])].iter().chain(messages) {
        let message = padded(message.clone());
        body.extend(kind.to_le_bytes());
        body.extend(&size32(message.len())[..2]);
        body.extend([0; 4]);
        body.extend(message);
    }
    bytes.extend([1, 0]);
    bytes.extend(&size32(messages.len() + 2)[..2]);
    bytes.extend(1_u32.to_le_bytes());
    bytes.extend(size32(body.len()));
    bytes.extend([0; 4]);
    bytes.extend(body);
    bytes
}

fn ended(mut bytes: Vec<u8>) -> Vec<u8> {
    let end = (bytes.len() as u64).to_le_bytes();
    bytes[40..48].copy_from_slice(&end);
    bytes
}

fn attribute(name: &str, kind: &[u8], data: &[u8]) -> Vec<u8> {
    // One value, no dimensions.
    let space = [1, 0, 0, 0, 0, 0, 0, 0];
    let mut bytes = vec![1, 0];
    for length in [name.len() + 1, kind.len(), space.len()] {
        bytes.extend(&size32(length)[..2]);
    }
    bytes.extend(padded([name.as_bytes(), b"\0"].concat()));
    bytes.extend(padded(kind.to_vec()));
    bytes.extend(space);
    bytes.extend(data);
    bytes
}

/// Null-padded UTF-8.
fn string_type(length: usize) -> Vec<u8> {
    let mut kind = vec![0x13, 0x11, 0, 0];
    kind.extend(size32(length));
    kind
}

fn global_heap(objects: &[u8]) -> Vec<u8> {
    const LEAST: usize = 4096;
    let used = 16 + objects.len();
    let size = (used + 16).max(LEAST).next_multiple_of(8);
    let mut heap = b"GCOL\x01\0\0\0".to_vec();
    heap.extend((size as u64).to_le_bytes());
    heap.extend(objects);
    // Object 0 is what is free.
    heap.extend([0; 8]);
    heap.extend(((size - used) as u64).to_le_bytes());
    heap.resize(size, 0);
    heap
}

fn padded(mut bytes: Vec<u8>) -> Vec<u8> {
    bytes.resize(bytes.len().next_multiple_of(8), 0);
    bytes
}

fn size32(length: usize) -> [u8; 4] {
    super::pack::low32(length)
}
