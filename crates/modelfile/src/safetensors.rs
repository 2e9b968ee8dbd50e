//! Safetensors: a header of JSON, then the tensors without holes or overlaps.
//!
//! The format exists to hold nothing that runs. What remains is data that two readers see in two
//! ways, data that no tensor owns, and headers that make a reader reserve too much.

use std::collections::{BTreeMap, HashSet};

use crate::json::{self, Node};
use crate::scan::{Halt, Scan, Step};
use crate::stream::Stream;
use crate::{jinja, rules};

/// Bits of one element of each type.
const TYPES: [(&str, u64); 21] = [
    ("BOOL", 8),
    ("U8", 8),
    ("I8", 8),
    ("F8_E5M2", 8),
    ("F8_E4M3", 8),
    ("F8_E8M0", 8),
    ("F8_E4M3FNUZ", 8),
    ("F8_E5M2FNUZ", 8),
    ("F4", 4),
    ("F6_E2M3", 6),
    ("F6_E3M2", 6),
    ("I16", 16),
    ("U16", 16),
    ("F16", 16),
    ("BF16", 16),
    ("I32", 32),
    ("U32", 32),
    ("F32", 32),
    ("F64", 64),
    ("I64", 64),
    ("C64", 64),
];
const LAST_TYPE: (&str, u64) = ("U64", 64);

/// Scans a file.
pub(crate) fn scan(stream: &mut Stream<'_>, scan: &mut Scan<'_>) -> Step<()> {
    scan.formats.insert("safetensors");
    let length = u64::from_le_bytes(stream.array()?);
    if length > scan.limits.header_bytes_max {
        let words = format!("a header of {length} bytes, at most {}", scan.limits.header_bytes_max);
        return Err(Halt::limit(0, words));
    }
    let header = stream.take(usize::try_from(length).unwrap_or(usize::MAX))?;
    let node = json::read(&header, 8, scan.limits.values_max)?;
    drop(header);
    if !matches!(node, Node::Map(_)) {
        return Err(Halt::malformed(8, "the header is no object"));
    }
    let tensors = tensors(&node, scan);
    metadata(&node, tensors.len(), scan);
    let end = layout(tensors, 8 + length, scan);
    stream.skip(end)?;
    if !stream.is_done()? {
        scan.find(&rules::HIDDEN_DATA, stream.offset(), "data follows the last tensor");
    }
    Ok(())
}

/// First byte, byte behind the last, and name of each tensor.
fn tensors(header: &Node, scan: &mut Scan<'_>) -> Vec<(u64, u64, String)> {
    let mut names = HashSet::new();
    let mut found = Vec::new();
    for (name, tensor) in header.entries() {
        let shown = crate::scan::printable(name);
        if !names.insert(name.as_str()) {
            scan.find(&rules::HEADER_TWICE, 8, format!("`{shown}` stands twice in the header"));
        }
        if name == "__metadata__" {
            continue;
        }
        let mut keys = HashSet::new();
        if tensor.entries().iter().any(|(key, _)| !keys.insert(key.as_str())) {
            scan.find(&rules::HEADER_TWICE, 8, format!("`{shown}` has a key that stands twice"));
        }
        let offsets: Option<Vec<u64>> = tensor
            .get("data_offsets")
            .map(|node| node.items().iter().filter_map(Node::count).collect());
        let shape = tensor.get("shape").filter(|node| matches!(node, Node::List(_)));
        let kind = tensor.get("dtype").and_then(Node::text);
        let (Some(&[from, to]), Some(shape), Some(kind)) = (offsets.as_deref(), shape, kind) else {
            let words = format!("tensor `{shown}` has no type, shape or offsets");
            scan.halted(Halt::malformed(8, words));
            continue;
        };
        if from > to {
            scan.find(&rules::TENSOR_BOUNDS, 8, format!("tensor `{shown}` ends before it begins"));
            continue;
        }
        match bits(kind, shape) {
            Err(words) => scan.find(&rules::TENSOR_SIZE, 8, format!("tensor `{shown}`: {words}")),
            Ok(None) => {
                let words =
                    format!("tensor `{shown}` has the type `{}`", crate::scan::printable(kind));
                scan.find(&rules::VERSION, 8, words);
            }
            Ok(Some(bits)) if bits.div_ceil(8) != to - from => {
                let words = format!(
                    "tensor `{shown}` has {} bytes and needs {}",
                    to - from,
                    bits.div_ceil(8)
                );
                scan.find(&rules::TENSOR_SIZE, 8, words);
            }
            Ok(Some(_)) => {}
        }
        found.push((from, to, shown));
    }
    found
}

/// The bits that a shape of a type needs; none where the type is not known.
fn bits(kind: &str, shape: &Node) -> Result<Option<u64>, &'static str> {
    let known = TYPES.iter().chain([&LAST_TYPE]).find(|(name, _)| *name == kind);
    let Some(&(_, mut bits)) = known else {
        return Ok(None);
    };
    for side in shape.items() {
        let side = side.count().ok_or("a side of the shape is no whole number")?;
        bits = bits.checked_mul(side).ok_or("the product of the shape is too large")?;
    }
    Ok(Some(bits))
}

/// Whether the tensors lie one behind the other; gives where the last ends.
fn layout(mut tensors: Vec<(u64, u64, String)>, base: u64, scan: &mut Scan<'_>) -> u64 {
    tensors.sort_unstable();
    let mut end = 0;
    for (from, to, name) in tensors {
        let at = base.saturating_add(from);
        if from < end && from < to {
            scan.find(&rules::TENSOR_OVERLAP, at, format!("tensor `{name}` begins inside another"));
        } else if from > end {
            let words = format!("{} bytes before tensor `{name}` belong to no tensor", from - end);
            scan.find(&rules::HIDDEN_DATA, base.saturating_add(end), words);
        }
        end = end.max(to);
    }
    end
}

/// The elements of all tensors, if that is a number at all.
fn elements(header: &Node) -> Option<u64> {
    let mut all = 0_u64;
    for (_, tensor) in header.entries().iter().filter(|(name, _)| name != "__metadata__") {
        let sides = tensor.get("shape")?.items().iter();
        let own =
            sides.map(Node::count).try_fold(1_u64, |product, side| product.checked_mul(side?));
        all = all.checked_add(own?)?;
    }
    Some(all)
}

fn metadata(header: &Node, tensors: usize, scan: &mut Scan<'_>) {
    scan.say("tensors", tensors.to_string());
    if let Some(elements) = elements(header).filter(|_| tensors > 0) {
        scan.say("parameters", elements.to_string());
    }
    let mut types: BTreeMap<&str, usize> = BTreeMap::new();
    for (_, tensor) in header.entries() {
        if let Some(kind) = tensor.get("dtype").and_then(Node::text) {
            *types.entry(kind).or_default() += 1;
        }
    }
    if let Some((kind, _)) = types.iter().max_by_key(|(_, count)| **count) {
        scan.say("element_type", *kind);
    }
    for (key, value) in header.get("__metadata__").map(Node::entries).unwrap_or_default() {
        let Some(text) = value.text() else {
            scan.halted(Halt::malformed(8, "a value of the metadata is no text"));
            continue;
        };
        if text.contains("{{") || text.contains("{%") {
            jinja::check(text, 8, scan);
        }
        match key.as_str() {
            "format" => scan.say("framework", text),
            "license" | "licence" | "modelspec.license" => scan.say("licence", text),
            "base_model" | "ss_sd_model_name" | "ss_base_model_version" => {
                scan.say("base_model", text);
            }
            "modelspec.architecture" | "architecture" => scan.say("architecture", text),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::{Limits, Verdict, scan_bytes};

    fn codes(header: &str, data: usize) -> Vec<&'static str> {
        let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
        bytes.extend_from_slice(header.as_bytes());
        bytes.extend(std::iter::repeat_n(0, data));
        let report = scan_bytes("m.safetensors", &bytes, &Limits::default());
        assert!(report.formats.contains("safetensors"), "{report:?}");
        assert_eq!(report.verdict == Verdict::Clean, report.findings.is_empty());
        report.findings.iter().map(|finding| finding.code).collect()
    }

    #[test]
    fn tensors_fill_the_file_or_it_is_said() {
        let two = r#"{"__metadata__":{"format":"pt"},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F16","shape":[2,2],"data_offsets":[8,16]}}"#;
        assert!(codes(two, 16).is_empty());
        assert_eq!(codes(two, 17), ["hidden-data"]);
        assert_eq!(codes(two, 15), ["truncated"]);
        let one = |dtype: &str, shape: &str, from: u64, to: u64| {
            format!(r#"{{"a":{{"dtype":"{dtype}","shape":{shape},"data_offsets":[{from},{to}]}}}}"#)
        };
        assert_eq!(codes(&one("F32", "[2]", 0, 4), 4), ["tensor-size-wrong"]);
        assert_eq!(codes(&one("F32", "[4294967296,4294967296]", 0, 4), 4), ["tensor-size-wrong"]);
        assert_eq!(codes(&one("F32", "[1]", 4, 8), 8), ["hidden-data"]);
        assert_eq!(codes(&one("F32", "[1]", 8, 4), 8), ["tensor-out-of-bounds", "hidden-data"]);
        assert_eq!(codes(&one("X99", "[1]", 0, 4), 4), ["version-unknown"]);
        let twice = r#"{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}"#;
        assert_eq!(codes(twice, 4), ["header-key-twice", "tensor-overlap"]);
        assert_eq!(codes("{\"a\":", 4), ["malformed"]);
    }

    #[test]
    fn the_header_tells_how_many_parameters_there_are() {
        let header = r#"{"__metadata__":{"license":"mit"},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F16","shape":[2,3],"data_offsets":[8,20]}}"#;
        let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
        bytes.extend_from_slice(header.as_bytes());
        bytes.extend([0; 20]);
        let told = scan_bytes("m.safetensors", &bytes, &Limits::default()).metadata;
        assert_eq!(told.get("parameters").map(String::as_str), Some("8"));
        assert_eq!(told.get("licence").map(String::as_str), Some("mit"));
        let absurd = header.replace("[2,3]", "[4294967296,4294967296,3]");
        let mut bytes = (absurd.len() as u64).to_le_bytes().to_vec();
        bytes.extend_from_slice(absurd.as_bytes());
        let told = scan_bytes("m.safetensors", &bytes, &Limits::default()).metadata;
        assert_eq!(told.get("parameters"), None);
    }

    #[test]
    fn a_length_beyond_the_file_or_the_limit_is_unreadable() {
        for length in [1_000_u64, 1 << 39] {
            let mut bytes = length.to_le_bytes().to_vec();
            bytes.extend_from_slice(b"{\"a\":1}");
            let report = scan_bytes("m.safetensors", &bytes, &Limits::default());
            assert_eq!(report.verdict, Verdict::Unreadable);
        }
    }
}
