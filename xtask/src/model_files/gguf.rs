//! Writes GGUF files, version 3, little-endian.

/// A value of the metadata.
pub(crate) enum Meta {
    /// Type 8.
    Text(String),
    /// Type 4.
    Int(u32),
    /// Any type, and bytes as they are.
    Raw(u32, Vec<u8>),
}

/// One tensor of the directory: its dimensions, type and offset. It has no data unless added.
pub(crate) struct Tensor {
    pub(crate) name: &'static str,
    pub(crate) dimensions: Vec<u64>,
    pub(crate) kind: u32,
    pub(crate) offset: u64,
}

/// A file with as many keys and tensors as it says.
pub(crate) fn gguf(keys: &[(&str, Meta)], tensors: &[Tensor]) -> Vec<u8> {
    gguf_saying(keys, tensors, keys.len() as u64, tensors.len() as u64)
}

/// A file that says how many keys and tensors it has.
pub(crate) fn gguf_saying(
    keys: &[(&str, Meta)],
    tensors: &[Tensor],
    keys_count: u64,
    tensors_count: u64,
) -> Vec<u8> {
    let mut bytes = b"GGUF\x03\0\0\0".to_vec();
    bytes.extend(tensors_count.to_le_bytes());
    bytes.extend(keys_count.to_le_bytes());
    for (key, value) in keys {
        bytes.extend(text(key));
        match value {
            Meta::Text(value) => {
                bytes.extend(8_u32.to_le_bytes());
                bytes.extend(text(value));
            }
            Meta::Int(value) => {
                bytes.extend(4_u32.to_le_bytes());
                bytes.extend(value.to_le_bytes());
            }
            Meta::Raw(kind, value) => {
                bytes.extend(kind.to_le_bytes());
                bytes.extend(value);
            }
        }
    }
    for tensor in tensors {
        bytes.extend(text(tensor.name));
        bytes.extend(super::pack::low32(tensor.dimensions.len()));
        for dimension in &tensor.dimensions {
            bytes.extend(dimension.to_le_bytes());
        }
        bytes.extend(tensor.kind.to_le_bytes());
        bytes.extend(tensor.offset.to_le_bytes());
    }
    bytes.resize(bytes.len().next_multiple_of(32), 0);
    bytes
}

fn text(text: &str) -> Vec<u8> {
    let mut bytes = (text.len() as u64).to_le_bytes().to_vec();
    bytes.extend(text.as_bytes());
    bytes
}
