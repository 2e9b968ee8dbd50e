//! safetensors whose header lies, and safetensors that are something else as well.

use super::case::{Case, Group};
use super::pickle::system;
use super::zip::{Member, zip_after};

/// All of them.
pub(crate) fn add(cases: &mut Vec<Case>) {
    let mut group = Group::new("safetensors", cases);
    for (trick, header, data) in [
        (
            "overlap",
            format!("{{{},{}}}", tensor("a", "F32", 2, 0, 8), tensor("b", "F32", 2, 4, 12)),
            12,
        ),
        (
            "same-range",
            format!("{{{},{}}}", tensor("a", "F32", 2, 0, 8), tensor("b", "F32", 2, 0, 8)),
            8,
        ),
        ("past-end", one("F32", 2, 0, 4096), 8),
        ("behind-end", one("F32", 2, 4096, 4104), 8),
        ("end-before-start", one("F32", 2, 8, 0), 8),
        (
            "hole",
            format!("{{{},{}}}", tensor("a", "F32", 1, 0, 4), tensor("b", "F32", 1, 1028, 1032)),
            1032,
        ),
        ("hole-at-start", one("F32", 2, 512, 520), 520),
        ("length-and-shape-differ", one("F32", 5, 0, 8), 8),
        ("shape-overflows", one("F64", u64::MAX, 0, 8), 8),
        ("trailing-bytes", one("F32", 2, 0, 8), 4096),
        ("unknown-dtype", one("ANNEX", 2, 0, 8), 8),
        (
            "duplicate-tensor",
            format!("{{{},{}}}", tensor("a", "F32", 2, 0, 8), tensor("a", "F32", 1, 0, 4)),
            8,
        ),
        (
            "duplicate-field",
            one("F32", 2, 0, 8).replace("\"shape\"", "\"dtype\":\"U8\",\"shape\""),
            8,
        ),
        ("offsets-of-three", one("F32", 2, 0, 8).replace("[0,8]", "[0,4,8]"), 8),
        ("negative-offset", one("F32", 2, 0, 8).replace("[0,8]", "[-8,0]"), 8),
        ("fractional-offset", one("F32", 2, 0, 8).replace("[0,8]", "[0,8e0]"), 8),
        (
            "metadata-not-text",
            format!("{{\"__metadata__\":{{\"a\":{{\"b\":1}}}},{}}}", tensor("w", "F32", 2, 0, 8)),
            8,
        ),
        ("not-an-object", "[1, 2, 3]".to_owned(), 8),
        ("not-json", "cos\nsystem\n(S'echo annex'\ntR.".to_owned(), 8),
        ("deep", format!("{{\"a\":{}1{}}}", "[".repeat(20_000), "]".repeat(20_000)), 8),
    ] {
        group.hidden(
            &format!("{trick}.safetensors"),
            file(header.len() as u64, &header, &vec![0; data]),
        );
    }
    let header = one("F32", 2, 0, 8);
    for (trick, length) in
        [("header-huge", u64::MAX), ("header-past-end", 1 << 20), ("header-empty", 0)]
    {
        group.hidden(&format!("{trick}.safetensors"), file(length, &header, &[0; 8]));
    }

    let good = file(header.len() as u64, &header, &[0; 8]);
    group.file("pickle-behind.safetensors", [good.clone(), system(2)].concat());
    let gap = format!("{{{},{}}}", tensor("a", "F32", 1, 0, 4), tensor("b", "F32", 1, 64, 68));
    let mut data = vec![0; 68];
    let payload = system(2);
    data[8..8 + payload.len()].copy_from_slice(&payload);
    group.file("pickle-in-hole.safetensors", file(gap.len() as u64, &gap, &data));
    let member = Member::stored("archive/data.pkl", &system(2));
    group.file("zip-behind.safetensors", zip_after(good, &[member], b""));
}

fn tensor(name: &str, kind: &str, length: u64, start: u64, end: u64) -> String {
    format!(
        "\"{name}\":{{\"dtype\":\"{kind}\",\"shape\":[{length}],\"data_offsets\":[{start},{end}]}}"
    )
}

fn one(kind: &str, length: u64, start: u64, end: u64) -> String {
    format!("{{{}}}", tensor("w", kind, length, start, end))
}

fn file(length: u64, header: &str, data: &[u8]) -> Vec<u8> {
    [&length.to_le_bytes()[..], header.as_bytes(), data].concat()
}
