//! numpy and joblib: pickles behind headers, between raw bytes, and compressed.

use super::case::{Case, Group};
use super::pack::{gzip, lz4, zlib, zstd};
use super::pickle::{COMMAND, Pickle, empty, system};
use super::zip::{Member, zip, zip_of};

/// `os.system`, pickled with protocol 2 and compressed, for the formats that are not written here.
const BZ2: &str = "\
    425a68393141592653598e5adaf700000fd3c05010404110402a438c6040002000314c269a034c42991a0626\
    2682149d2bbe0e0cd910a1c85e2e92b2db09f8bb9229c2848472d6d7b8";
const XZ: &str = "\
    fd377a585a000004e6d6b446020021010c0000008f98419c01001f8002636f730a73797374656d0a28580a00\
    00006563686f20616e6e657874522e007a69a699740fd588000138201829770c1fb6f37d010000000004595a";
const LZMA: &str = "\
    5d00000400ffffffffffffffff0040008803bc30bd34de2f5e26d069f33fb0fb053d7302e658e325e04b3457\
    e0e903ee2233ffffc0240000";

/// All of them.
pub(crate) fn add(cases: &mut Vec<Case>) {
    numpy(&mut Group::new("numpy", cases));
    joblib(&mut Group::new("joblib", cases));
}

/// A `.npy` file of this version, header and data.
fn npy(version: u8, header: &str, data: &[u8]) -> Vec<u8> {
    let prefix = if version == 1 { 10 } else { 12 };
    let length = (prefix + header.len() + 1).next_multiple_of(64) - prefix;
    let mut bytes = b"\x93NUMPY".to_vec();
    bytes.extend([version, 0]);
    let stored = u32::try_from(length).unwrap_or(0).to_le_bytes();
    bytes.extend(if version == 1 { &stored[..2] } else { &stored[..] });
    bytes.extend(format!("{header:<width$}\n", width = length - 1).as_bytes());
    bytes.extend(data);
    bytes
}

const OBJECTS: &str = "{'descr': '|O', 'fortran_order': False, 'shape': (1,), }";

fn numpy(group: &mut Group) {
    for version in 1..=3 {
        group.file(&format!("objects-version-{version}.npy"), npy(version, OBJECTS, &system(2)));
    }
    let field =
        "{'descr': [('id', '<i8'), ('any', '|O')], 'fortran_order': False, 'shape': (1,), }";
    group.file("object-field.npy", npy(1, field, &system(4)));
    let order = "{'shape': (1,), 'fortran_order': True, 'descr': '=O'}";
    group.file("objects-other-order.npy", npy(1, order, &system(3)));
    let double = "{\"descr\": \"|O8\", \"fortran_order\": False, \"shape\": ()}";
    group.file("objects-double-quotes.npy", npy(1, double, &system(2)));
    let numbers = "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }";
    group.file("pickle-behind-array.npy", [npy(1, numbers, &[0; 8]), system(2)].concat());
    let two = [npy(1, numbers, &[0; 8]), npy(1, OBJECTS, &system(2))].concat();
    group.file("second-array.npy", two);
    let code =
        "{'descr': __import__('os').system('echo annex'), 'fortran_order': False, 'shape': ()}";
    group.hidden("code-in-header.npy", npy(1, code, &[]));
    let huge =
        "{'descr': '<f8', 'fortran_order': False, 'shape': (1099511627776, 1099511627776), }";
    group.hidden("shape-overflows.npy", npy(1, huge, &[0; 8]));

    let objects = npy(1, OBJECTS, &system(2));
    let plain = npy(1, numbers, &[0; 8]);
    group.file("objects.npz", zip_of(&[("arr_0.npy", &objects)]));
    group.file("objects-second.npz", zip_of(&[("w.npy", &plain), ("b.npy", &objects)]));
    group.file("objects-deflated.npz", zip(&[Member::deflated("arr_0.npy", &objects)]));
    group.file("pickle-beside.npz", zip_of(&[("w.npy", &plain), ("state.pkl", &system(4))]));
    group.file("pickle-as-array.npz", zip_of(&[("w.npy", &system(2))]));
    group.file("object-without-suffix.npz", zip_of(&[("weights", &objects)]));
}

/// An array as joblib stores it: its description in the pickle, its bytes behind that.
fn wrapper(pickle: Pickle, kind: &str, raw: &[u8]) -> Pickle {
    pickle
        .global("joblib.numpy_pickle", "NumpyArrayWrapper")
        .op(b")\x81}(")
        .text("subclass")
        .global("numpy", "ndarray")
        .text("shape")
        .op(b"K\x08\x85")
        .text("order")
        .text("C")
        .text("dtype")
        .global("numpy", "dtype")
        .text(kind)
        .op(b"\x89\x88\x87R")
        .text("allow_mmap")
        .op(b"\x89ub")
        .op(raw)
}

fn joblib(group: &mut Group) {
    group.file("plain.joblib", system(3));
    let behind = wrapper(Pickle::new(2).op("]("), "u1", b"........").global("os", "system");
    group.file("behind-array.joblib", behind.call(COMMAND).op("e").stop());
    let numbers = wrapper(Pickle::new(2).op("]("), "u1", b"\x80\x02}...\xff\xff");
    group.file(
        "behind-pickle-like-array.joblib",
        numbers.global("os", "system").call(COMMAND).op("e").stop(),
    );
    let inside = wrapper(Pickle::new(2), "O", &system(2)).stop();
    group.file("object-array.joblib", inside);
    let harmless_first = wrapper(Pickle::new(2).op("]("), "O", &empty(2));
    group.file(
        "behind-object-array.joblib",
        harmless_first.global("os", "system").call(COMMAND).op("e").stop(),
    );
    let old = Pickle::new(2).global("joblib.numpy_pickle", "NDArrayWrapper").op(b")\x81}(");
    let old = old.text("filename").text("../../annex.npy").text("subclass");
    let old = old.global("numpy", "ndarray").text("allow_mmap").op(b"\x88ub");
    group.file("file-elsewhere.pkl", old.stop());

    let payload = system(2);
    group.file("zlib.joblib", zlib(&payload));
    group.file("gzip.joblib", gzip(&payload));
    group.file("gzip-plain.pkl.gz", gzip(&system(4)));
    group.file("zstd.pkl.zst", zstd(&payload));
    group.file("lz4.joblib", lz4(&payload));
    group.file("bz2.joblib", from_hex(BZ2));
    group.file("xz.joblib", from_hex(XZ));
    group.file("lzma.joblib", from_hex(LZMA));
    group.file("zlib-two-streams.joblib", [zlib(&empty(2)), zlib(&payload)].concat());
    group.file("gzip-two-members.joblib", [gzip(&empty(2)), gzip(&payload)].concat());
    group.file("gzip-twice.joblib", gzip(&gzip(&payload)));
    let mut truncated = zlib(&payload);
    truncated.truncate(truncated.len() - 3);
    group.file("zlib-without-checksum.joblib", truncated);
    // What joblib wrote before version 0.10: a length in hexadecimal, padded to 19 characters.
    let old = format!("ZF{:<19}", format!("0x{:x}", payload.len()));
    group.file("zfile.pkl", [old.as_bytes(), &zlib(&payload)].concat());
}

fn from_hex(text: &str) -> Vec<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    text.as_bytes()
        .chunks_exact(2)
        .filter_map(|pair| Some(digit(pair[0])? << 4 | digit(pair[1])?))
        .collect()
}
