//! Any bytes, and valid files with bytes changed: the scan ends, twice in the same way.
#![allow(clippy::unwrap_used, reason = "a test stops where it is surprised")]

mod support;

use annex_modelfile::{Limits, Part, scan_bytes, scan_part};
use proptest::prelude::*;
use support::{EVIL, GOOD, member, tar, torch, zip};

const PARTS: [Part; 9] = [
    Part::Pickle,
    Part::Zip,
    Part::Tar,
    Part::Gguf,
    Part::Safetensors,
    Part::Hdf5,
    Part::Protobuf,
    Part::Npy,
    Part::Jinja,
];

const NAMES: [&str; 10] = [
    "m.pt",
    "m.bin",
    "m.safetensors",
    "m.gguf",
    "m.h5",
    "m.onnx",
    "saved_model.pb",
    "m.npy",
    "config.json",
    "m.joblib",
];

const HARMLESS: &[&[u8]] =
    &[b"N", b"K\x01", b"]", b"}", b")", b"\x8c\x01a", b"(", b"\x94", b"2", b"\x88"];

fn limits() -> Limits {
    Limits { inflated_bytes_max: 4 << 20, opcodes_max: 100_000, ..Limits::default() }
}

fn seeds() -> Vec<Vec<u8>> {
    let array =
        b"\x93NUMPY\x01\x00\x36\x00{'descr':'<f8','fortran_order':False,'shape':(1,)}    \n";
    let tensors = br#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#;
    let length = (tensors.len() as u64).to_le_bytes();
    vec![
        EVIL.to_vec(),
        zip(&torch(GOOD)),
        zip(&[member("config.json", br#"{"class_name":"Lambda","config":{"function":["x"]}}"#)]),
        tar(&[
            ("model_config.yaml", b'0', "", b"a:\n  _target_: os.system\n"),
            ("a.pkl", b'0', "", EVIL),
        ]),
        [&array[..], &[0; 8]].concat(),
        [&length[..], tensors, &[0; 4]].concat(),
        b"GGUF\x03\0\0\0\0\0\0\0\0\0\0\0\x01\0\0\0\0\0\0\0\x01\0\0\0\0\0\0\0a\x04\0\0\0\x07\0\0\0"
            .to_vec(),
        b"\x08\x08\x12\x07pytorch\x3a\x0a\x0a\x06\x22\x04Gemm\x2a\0".to_vec(),
        b"{{ messages[0]['content'] ~ '\\x5f' }}{% for a in b %}{{ a.c }}{% endfor %}".to_vec(),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn any_bytes_end_in_a_verdict(bytes in prop::collection::vec(any::<u8>(), 0..600), name in 0..NAMES.len()) {
        let once = scan_bytes(NAMES[name], &bytes, &limits());
        prop_assert_eq!(&once, &scan_bytes(NAMES[name], &bytes, &limits()));
        for part in PARTS {
            scan_part(part, &bytes, &limits());
        }
    }

    #[test]
    fn changed_files_end_in_a_verdict(
        seed in 0..9_usize,
        name in 0..NAMES.len(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..8),
        cut in any::<prop::sample::Index>(),
        whole in any::<bool>(),
    ) {
        let mut bytes = seeds()[seed].clone();
        for (place, byte) in changes {
            let at = place.index(bytes.len());
            bytes[at] = byte;
        }
        if !whole {
            bytes.truncate(cut.index(bytes.len()));
        }
        let once = scan_bytes(NAMES[name], &bytes, &limits());
        prop_assert_eq!(&once, &scan_bytes(NAMES[name], &bytes, &limits()));
        for part in PARTS {
            scan_part(part, &bytes, &limits());
        }
    }

    /// Whatever stands before and behind a call of `os.system` in one pickle, it is found.
    #[test]
    fn values_around_a_call_do_not_hide_it(
        before in prop::collection::vec(prop::sample::select(HARMLESS), 0..40),
        behind in prop::collection::vec(any::<u8>(), 0..40),
    ) {
        let mut bytes = vec![0x80, 4, b'N'];
        bytes.extend(before.concat());
        bytes.extend(&EVIL[2..EVIL.len() - 1]);
        bytes.extend(behind);
        let report = scan_bytes("m.pkl", &bytes, &limits());
        prop_assert!(report.findings.iter().any(|f| f.code == "pickle-import-dangerous"));
    }
}
