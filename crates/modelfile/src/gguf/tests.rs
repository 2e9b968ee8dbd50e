//! Files built byte by byte.

use crate::{Limits, Verdict, scan_bytes};

fn text(text: &str) -> Vec<u8> {
    [&(text.len() as u64).to_le_bytes()[..], text.as_bytes()].concat()
}

fn file(values: &[(&str, &str)], tensors: &[(&str, u64, u64)], data: usize) -> Vec<u8> {
    let mut out = b"GGUF\x03\0\0\0".to_vec();
    out.extend((tensors.len() as u64).to_le_bytes());
    out.extend((values.len() as u64).to_le_bytes());
    for (key, value) in values {
        out.extend(text(key));
        out.extend(8_u32.to_le_bytes());
        out.extend(text(value));
    }
    for (name, elements, offset) in tensors {
        out.extend(text(name));
        out.extend(1_u32.to_le_bytes());
        out.extend(elements.to_le_bytes());
        out.extend(0_u32.to_le_bytes());
        out.extend(offset.to_le_bytes());
    }
    out.resize(out.len().next_multiple_of(32) + data, 0);
    out
}

fn codes(bytes: &[u8]) -> Vec<&'static str> {
    let report = scan_bytes("m.gguf", bytes, &Limits::default());
    assert_eq!(report.verdict == Verdict::Clean, report.findings.is_empty());
    report.findings.iter().map(|finding| finding.code).collect()
}

#[test]
fn layout_is_compared_with_the_file() {
    let values = [("general.architecture", "llama")];
    assert!(codes(&file(&values, &[("a", 8, 0), ("b", 8, 32)], 64)).is_empty());
    assert_eq!(codes(&file(&values, &[("a", 8, 0), ("b", 8, 32)], 60)), ["truncated"]);
    assert_eq!(codes(&file(&values, &[("a", 16, 0), ("b", 8, 32)], 64)), ["tensor-overlap"]);
    assert_eq!(
        codes(&file(&values, &[("a", 8, 1 << 40)], 64)),
        ["tensor-out-of-bounds", "truncated"]
    );
    assert_eq!(codes(&file(&values, &[("a", u64::MAX, 0)], 0)), ["tensor-size-wrong"]);
    let mut bytes = file(&values, &[], 0);
    bytes[8..16].copy_from_slice(&u64::MAX.to_le_bytes());
    assert_eq!(codes(&bytes), ["header-count-absurd", "over-limit"]);
    let words = file(&values, &[], 0);
    assert!(codes(&words[..72]).is_empty(), "a file of words alone has no padding");
    bytes[4] = 9;
    assert_eq!(codes(&bytes), ["version-unknown"]);
}

#[test]
fn the_chat_template_is_checked() {
    let evil = "{{ cycler.__init__.__globals__.os.popen('id').read() }}";
    let bytes = file(&[("tokenizer.chat_template", evil)], &[], 0);
    assert!(codes(&bytes).contains(&"template-code"));
}

#[test]
fn the_header_tells_what_the_model_is() {
    let values = [("general.architecture", "llama"), ("tokenizer.chat_template", "{{ messages }}")];
    let mut bytes = file(&values, &[("a", 8, 0), ("b", 4, 32)], 64);
    // One more value, a number, before the tensors.
    let number = [
        text("llama.context_length"),
        4_u32.to_le_bytes().to_vec(),
        8192_u32.to_le_bytes().to_vec(),
    ];
    bytes[16..24].copy_from_slice(&3_u64.to_le_bytes());
    bytes.splice(24..24, number.concat());
    let told = scan_bytes("m.gguf", &bytes, &Limits::default()).metadata;
    for (key, value) in [
        ("architecture", "llama"),
        ("chat_template", "yes"),
        ("context_length", "8192"),
        ("parameters", "12"),
        ("tensors", "2"),
    ] {
        assert_eq!(told.get(key).map(String::as_str), Some(value), "{key}");
    }
}
