//! Pickles built byte by byte.

use crate::{Limits, Verdict, scan_bytes};

fn codes(bytes: &[u8]) -> (Verdict, Vec<&'static str>) {
    let report = scan_bytes("model.pkl", bytes, &Limits::default());
    (report.verdict, report.findings.iter().map(|finding| finding.code).collect())
}

fn short(text: &str) -> Vec<u8> {
    let mut out = vec![0x8c, u8::try_from(text.len()).unwrap()];
    out.extend_from_slice(text.as_bytes());
    out
}

#[test]
fn a_dictionary_of_numbers_is_clean() {
    let mut bytes = vec![0x80, 4, 0x95, 20, 0, 0, 0, 0, 0, 0, 0, b'}', 0x94, b'('];
    bytes.extend(short("a"));
    bytes.extend([0x94, b'K', 1]);
    bytes.extend(short("b"));
    bytes.extend([0x94, b'K', 2, b'u', b'.']);
    assert_eq!(codes(&bytes), (Verdict::Clean, vec![]));
}

#[test]
fn every_way_to_import_is_seen() {
    let named = |tail: &[u8]| [&[0x80, 4][..], &short("os"), &short("system"), tail].concat();
    let by_memo =
        [&[0x80, 4][..], &short("os"), &[0x94], &short("system"), b"\x94\x93h\x00h\x01\x93."]
            .concat();
    for bytes in [
        b"cos\nsystem\n(S'id'\ntR.".to_vec(),
        b"(S'id'\nios\nsystem\n.".to_vec(),
        b"(cos\nsystem\nS'id'\no.".to_vec(),
        named(b"\x93."),
        named(b"\x93\x8c\x02id\x85R."),
        by_memo,
        b"\x80\x04V\\u006fs\nS'sys\\x74em'\n\x93.".to_vec(),
        b"\x80\x02c__builtin__\neval\nX\x01\x00\x00\x001\x85R.".to_vec(),
        // The fault comes after the call has run.
        b"cos\nsystem\n(S'id'\ntR\xff".to_vec(),
        b"cos\nsystem\n(S'id'\ntR".to_vec(),
        // A harmless pickle before it.
        b"\x80\x04N.cos\nsystem\n(S'id'\ntR.".to_vec(),
        // A frame that lies, and a version in the middle.
        b"\x80\x04\x95\xff\xff\x00\x00\x00\x00\x00\x00N0\x80\x02cos\nsystem\n.".to_vec(),
    ] {
        let (verdict, codes) = codes(&bytes);
        assert_eq!(verdict, Verdict::Malicious, "{bytes:?} {codes:?}");
        assert!(codes.contains(&"pickle-import-dangerous"), "{codes:?}");
    }
}

#[test]
fn a_name_that_a_call_makes_is_dangerous_in_itself() {
    let bytes = b"\x80\x04c_codecs\nencode\nX\x02\x00\x00\x00os\x85R\x8c\x06system\x93.";
    assert_eq!(codes(bytes).1, ["pickle-import-computed"]);
}

#[test]
fn a_pickle_inside_of_bytes_is_followed() {
    let inner = b"\x80\x04cos\nsystem\n(S'id'\ntR.";
    let mut bytes = vec![0x80, 4, b'C', u8::try_from(inner.len()).unwrap()];
    bytes.extend_from_slice(inner);
    bytes.push(b'.');
    let report = scan_bytes("m.pkl", &bytes, &Limits::default());
    assert_eq!(report.verdict, Verdict::Malicious);
    assert_eq!(report.findings[0].member.as_deref(), Some("bytes at 4"));
}

#[test]
fn getattr_is_harmless_only_for_members_of_harmless_classes() {
    let harmless = b"\x80\x04cbuiltins\ngetattr\ncuuid\nSafeUUID\n\x8c\x04safe\x86R.";
    assert_eq!(codes(harmless), (Verdict::Clean, vec![]));
    let inner = b"\x80\x04cbuiltins\ngetattr\ncuuid\nSafeUUID\n\x8c\x08__init__\x86R.";
    assert_eq!(codes(inner).0, Verdict::Malicious);
    let passed_on = b"\x80\x04cfunctools\npartial\ncbuiltins\ngetattr\n\x85R.";
    assert_eq!(codes(passed_on).0, Verdict::Malicious);
}

#[test]
fn what_is_broken_unknown_or_trailing_is_never_clean() {
    assert_eq!(codes(b"\x80\x04N").0, Verdict::Unreadable);
    assert_eq!(codes(b"\x80\x04\x8c\xffabc").1, ["truncated"]);
    assert_eq!(codes(b"\x80\x04c__main__\nModel\n)\x81.").1, ["pickle-import-unknown"]);
    assert_eq!(codes(b"\x80\x04N.garbage and more").1, ["pickle-trailing-data"]);
    assert_eq!(codes(b"\x80\x04R.").1, ["pickle-broken"]);
    assert_eq!(codes(b"\x80\x04\x82\x07.").1, ["pickle-extension-code"]);
}

#[test]
fn a_tuple_that_takes_what_lies_below_a_mark_is_a_fault() {
    for end in [&b"a."[..], b"s."] {
        let bytes = [&b"NN(\x86"[..], end].concat();
        let report = scan_bytes("model.pkl", &bytes, &Limits::default());
        assert_ne!(report.verdict, Verdict::Clean, "{report:?}");
    }
}

#[test]
fn a_long_pickle_of_text_is_found_under_any_name() {
    let mut bytes = b"(".to_vec();
    for number in 0..3000 {
        bytes.extend(format!("I{number}\n").into_bytes());
    }
    bytes.extend(b"l0cos\nsystem\n(S'id'\ntR.");
    let report = scan_bytes("notes.txt", &bytes, &Limits::default());
    assert_eq!(report.verdict, Verdict::Malicious, "{report:?}");
}

#[test]
fn limits_are_answers() {
    let limits = Limits { stack_values_max: 10, ..Limits::default() };
    let mut bytes = vec![0x80, 4];
    bytes.extend([b'N'; 100]);
    bytes.push(b'.');
    let report = scan_bytes("m.pkl", &bytes, &limits);
    assert_eq!(report.findings[0].code, "over-limit");
    assert_eq!(report.verdict, Verdict::Unreadable);
}

#[test]
fn a_pickle_of_text_inside_of_bytes_is_followed() {
    let inner = b"cos\nsystem\n(S'id'\ntR.";
    let mut bytes = b"\x80\x04ctorch.storage\n_load_from_bytes\nC".to_vec();
    bytes.push(u8::try_from(inner.len()).unwrap());
    bytes.extend_from_slice(inner);
    bytes.extend_from_slice(b"\x85R.");
    let report = scan_bytes("m.pkl", &bytes, &Limits::default());
    assert_eq!(report.verdict, Verdict::Malicious, "{report:?}");
}

#[test]
fn arrays_of_joblib_in_other_files_stay_in_the_folder() {
    let pickle = |name: &str| {
        let mut bytes = b"\x80\x04cjoblib.numpy_pickle\nNDArrayWrapper\n)\x81}(".to_vec();
        for text in ["filename", name] {
            bytes.extend([0x8c, u8::try_from(text.len()).unwrap()]);
            bytes.extend_from_slice(text.as_bytes());
        }
        bytes.extend_from_slice(b"ub.");
        scan_bytes("m.pkl", &bytes, &Limits::default()).verdict
    };
    assert_eq!(pickle("m.pkl_01.npy"), Verdict::Clean);
    assert_eq!(pickle("../../x.npy"), Verdict::Malicious);
}
