//! A scan of model files reads what anyone may have written to harm who loads it.

use annex_modelfile::{Limits, Part, scan_bytes, scan_part};

/// A reader gives a verdict, twice the same, within small limits; and so does the whole scan.
///
/// # Panics
///
/// When that is not so.
fn twice(part: Part, name: &str, bytes: &[u8]) {
    let limits =
        Limits { inflated_bytes_max: 8 << 20, opcodes_max: 1_000_000, ..Limits::default() };
    let once = scan_part(part, bytes, &limits);
    assert_eq!(once, scan_part(part, bytes, &limits));
    let report = scan_bytes(name, bytes, &limits);
    assert_eq!(report, scan_bytes(name, bytes, &limits));
    let worst = report.findings.iter().map(|finding| finding.verdict).max();
    assert!(worst.is_none_or(|worst| worst == report.verdict), "{report:?}");
}

/// Pickles.
pub fn modelfile_pickle(bytes: &[u8]) {
    twice(Part::Pickle, "m.pkl", bytes);
}

/// Zip archives.
pub fn modelfile_zip(bytes: &[u8]) {
    twice(Part::Zip, "m.pt", bytes);
}

/// Tar archives.
pub fn modelfile_tar(bytes: &[u8]) {
    twice(Part::Tar, "m.nemo", bytes);
}

/// GGUF.
pub fn modelfile_gguf(bytes: &[u8]) {
    twice(Part::Gguf, "m.gguf", bytes);
}

/// Safetensors.
pub fn modelfile_safetensors(bytes: &[u8]) {
    twice(Part::Safetensors, "m.safetensors", bytes);
}

/// HDF5.
pub fn modelfile_hdf5(bytes: &[u8]) {
    twice(Part::Hdf5, "m.h5", bytes);
}

/// ONNX and TensorFlow.
pub fn modelfile_protobuf(bytes: &[u8]) {
    twice(Part::Protobuf, "m.onnx", bytes);
}

/// `NumPy` arrays.
pub fn modelfile_npy(bytes: &[u8]) {
    twice(Part::Npy, "m.npy", bytes);
}

/// Chat templates.
pub fn modelfile_jinja(bytes: &[u8]) {
    twice(Part::Jinja, "chat_template.jinja", bytes);
}

/// `MessagePack`.
pub fn modelfile_msgpack(bytes: &[u8]) {
    twice(Part::Msgpack, "m.msgpack", bytes);
}

/// Paddle, Core ML, TensorFlow Lite.
pub fn modelfile_graph(bytes: &[u8]) {
    twice(Part::Graph, "m.pdmodel", bytes);
}

/// Objects of Java.
pub fn modelfile_java(bytes: &[u8]) {
    twice(Part::Java, "m.model", bytes);
}

/// Compressed streams.
pub fn modelfile_packed(bytes: &[u8]) {
    twice(Part::Packed, "m.bin", bytes);
}

/// Configurations and code.
pub fn modelfile_text(bytes: &[u8]) {
    twice(Part::Text, "m.json", bytes);
}
