//! GGUF: keys and values, the list of tensors, then their data.
//!
//! Readers in C take counts and offsets from the file, so each is compared with what is there.
//! And one value is code: the chat template.

use std::collections::HashSet;

use crate::rules;
use crate::scan::{Halt, Scan, Step, printable};
use crate::stream::Stream;
use crate::{jinja, scan};

/// The longest key or name of a tensor.
const NAME_BYTES_MAX: u64 = 64 << 10;
const ALIGNMENT: u64 = 32;
const DIMENSIONS_MAX: u32 = 8;

/// Elements and bytes of a block of each type, by its number; 0 where the number is not used.
const TYPES: [(u64, u64); 42] = [
    (1, 4),
    (1, 2),
    (32, 18),
    (32, 20),
    (0, 0),
    (0, 0),
    (32, 22),
    (32, 24),
    (32, 34),
    (32, 36),
    (256, 84),
    (256, 110),
    (256, 144),
    (256, 176),
    (256, 210),
    (256, 292),
    (256, 66),
    (256, 74),
    (256, 98),
    (256, 50),
    (32, 18),
    (256, 110),
    (256, 82),
    (256, 136),
    (1, 1),
    (1, 2),
    (1, 4),
    (1, 8),
    (1, 8),
    (256, 56),
    (1, 2),
    (32, 18),
    (32, 18),
    (32, 18),
    (256, 54),
    (256, 66),
    (32, 18),
    (32, 18),
    (32, 18),
    (32, 17),
    (64, 36),
    (128, 18),
];

struct Reader<'s, 'a> {
    stream: &'s mut Stream<'a>,
    big: bool,
    version: u32,
}

impl Reader<'_, '_> {
    fn u32(&mut self) -> Step<u32> {
        let bytes = self.stream.array()?;
        Ok(if self.big { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) })
    }

    fn u64(&mut self) -> Step<u64> {
        let bytes = self.stream.array()?;
        Ok(if self.big { u64::from_be_bytes(bytes) } else { u64::from_le_bytes(bytes) })
    }

    /// A count or a length: four bytes in the first version.
    fn size(&mut self) -> Step<u64> {
        if self.version == 1 { self.u32().map(u64::from) } else { self.u64() }
    }

    fn text(&mut self, bytes_max: u64) -> Step<String> {
        let at = self.stream.offset();
        let length = self.size()?;
        if length > bytes_max {
            let words = format!("a text of {length} bytes, at most {bytes_max}");
            return Err(Halt::limit(at, words));
        }
        let bytes = self.stream.take(usize::try_from(length).unwrap_or(usize::MAX))?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }
}

/// Scans a file.
pub(crate) fn scan(stream: &mut Stream<'_>, scan: &mut Scan<'_>) -> Step<()> {
    scan.formats.insert("gguf");
    stream.skip(4)?;
    let version = u32::from_le_bytes(stream.array()?);
    let big = version.swap_bytes() <= 3 && version > 3;
    let version = if big { version.swap_bytes() } else { version };
    if !(1..=3).contains(&version) {
        let words = format!("version {version} of GGUF");
        return Err(Halt { rule: &rules::VERSION, offset: 4, reason: words });
    }
    let mut reader = Reader { stream, big, version };
    let tensors = reader.size()?;
    let values = reader.size()?;
    let left = reader.stream.left();
    // A key with its value has 13 bytes at least, a tensor 24.
    let needed = values.saturating_mul(13).saturating_add(tensors.saturating_mul(24));
    let most = scan.limits.values_max as u64;
    if left.is_some_and(|left| needed > left) || values > most || tensors > most {
        let words = format!("announces {tensors} tensors and {values} values");
        scan.find(&rules::HEADER_COUNT, 8, words);
    }
    scan.say("tensors", tensors.to_string());
    let mut alignment = ALIGNMENT;
    let mut keys = HashSet::new();
    for _ in 0..values.min(most) {
        let at = reader.stream.offset();
        let key = reader.text(NAME_BYTES_MAX)?;
        if let Some(given) = value(&mut reader, &key, scan)? {
            alignment = given;
        }
        if !keys.insert(key.clone()) {
            scan.find(&rules::HEADER_TWICE, at, format!("`{}` stands twice", printable(&key)));
        }
    }
    if values > most || tensors > most {
        return Err(Halt::limit(8, format!("more than {most} values or tensors")));
    }
    if alignment == 0 || !alignment.is_power_of_two() || alignment > 1 << 20 {
        return Err(Halt::malformed(0, format!("an alignment of {alignment} bytes")));
    }
    layout(&mut reader, tensors, alignment, scan)
}

/// Reads a value; gives the alignment where that is the key.
fn value(reader: &mut Reader<'_, '_>, key: &str, scan: &mut Scan<'_>) -> Step<Option<u64>> {
    let at = reader.stream.offset();
    let kind = reader.u32()?;
    match kind {
        8 => {
            text_value(reader, key, scan)?;
            Ok(None)
        }
        4 if key == "general.alignment" => reader.u32().map(|given| Some(u64::from(given))),
        4 if key == "general.file_type" => {
            let number = reader.u32()?;
            scan.say("quantisation", file_type(number));
            Ok(None)
        }
        4 | 10 if key.ends_with(".context_length") => {
            let length = if kind == 4 { u64::from(reader.u32()?) } else { reader.u64()? };
            scan.say("context_length", length.to_string());
            Ok(None)
        }
        9 => array(reader, key, scan).map(|()| None),
        _ => {
            let size = scalar_bytes(kind).ok_or_else(|| {
                Halt::malformed(at, format!("a value of the unknown type {kind}"))
            })?;
            reader.stream.skip(size)?;
            Ok(None)
        }
    }
}

fn scalar_bytes(kind: u32) -> Option<u64> {
    match kind {
        0 | 1 | 7 => Some(1),
        2 | 3 => Some(2),
        4..=6 => Some(4),
        10..=12 => Some(8),
        _ => None,
    }
}

fn text_value(reader: &mut Reader<'_, '_>, key: &str, scan: &mut Scan<'_>) -> Step<()> {
    let at = reader.stream.offset();
    let template = is_template(key);
    let told = match key {
        "general.architecture" => Some("architecture"),
        "general.name" => Some("name"),
        "general.license" => Some("licence"),
        "general.base_model.0.name" | "general.base_model.0.repo_url" => Some("base_model"),
        _ => None,
    };
    if template || told.is_some() {
        let text = reader.text(scan.limits.source_bytes_max)?;
        if template {
            scan.say("chat_template", "yes");
            jinja::check(&text, at, scan);
        } else if let Some(told) = told {
            scan.say(told, text);
        }
        return Ok(());
    }
    let length = reader.size()?;
    reader.stream.skip(length)
}

/// Whether a key has templates below it, however it is written.
fn is_template(key: &str) -> bool {
    key.to_ascii_lowercase().contains("template")
}

/// An array; arrays in arrays are walked with a list of what is left, not by recursion.
fn array(reader: &mut Reader<'_, '_>, key: &str, scan: &mut Scan<'_>) -> Step<()> {
    let mut left = vec![];
    let mut open = true;
    loop {
        let at = reader.stream.offset();
        if open {
            let kind = reader.u32()?;
            let count = reader.size()?;
            left.push((kind, count));
            if left.len() > scan.limits.depth_max {
                return Err(Halt::limit(at, "arrays lie too deep in each other"));
            }
        }
        let Some((kind, count)) = left.last_mut() else {
            return Ok(());
        };
        open = false;
        match (*kind, *count) {
            (_, 0) => {
                left.pop();
            }
            (9, _) => {
                *count -= 1;
                open = true;
            }
            (8, _) => {
                *count -= 1;
                if is_template(key) {
                    text_value(reader, key, scan)?;
                } else {
                    let length = reader.size()?;
                    reader.stream.skip(length)?;
                }
            }
            (kind, count) => {
                let bytes = scalar_bytes(kind).and_then(|size| size.checked_mul(count));
                let bytes =
                    bytes.ok_or_else(|| Halt::malformed(at, "an array of an unknown type"))?;
                reader.stream.skip(bytes)?;
                left.pop();
            }
        }
    }
}

/// The tensors: sizes by type, then order, bounds and overlaps.
fn layout(
    reader: &mut Reader<'_, '_>,
    tensors: u64,
    alignment: u64,
    scan: &mut Scan<'_>,
) -> Step<()> {
    let mut spans = Vec::new();
    let mut names = HashSet::new();
    let mut parameters = Some(0_u64);
    for _ in 0..tensors {
        let at = reader.stream.offset();
        let name = reader.text(NAME_BYTES_MAX)?;
        let shown = printable(&name);
        if !names.insert(name) {
            scan.find(&rules::HEADER_TWICE, at, format!("tensor `{shown}` stands twice"));
        }
        let dimensions = reader.u32()?;
        if dimensions > DIMENSIONS_MAX {
            let words = format!("tensor `{shown}` has {dimensions} dimensions");
            return Err(Halt { rule: &rules::HEADER_COUNT, offset: at, reason: words });
        }
        let mut elements = Some(1_u64);
        for _ in 0..dimensions {
            let side = reader.size()?;
            elements = elements.and_then(|count| count.checked_mul(side));
        }
        parameters = parameters.zip(elements).and_then(|(all, own)| all.checked_add(own));
        let kind = reader.u32()?;
        let offset = reader.u64()?;
        let known = usize::try_from(kind).ok().and_then(|kind| TYPES.get(kind));
        let Some((block, bytes)) = known.filter(|(block, _)| *block > 0) else {
            scan.find(&rules::VERSION, at, format!("tensor `{shown}` has the unknown type {kind}"));
            continue;
        };
        let size = elements
            .filter(|count| i64::try_from(*count).is_ok())
            .and_then(|count| count.div_ceil(*block).checked_mul(*bytes));
        if let Some(end) = size.and_then(|size| offset.checked_add(size)) {
            spans.push((offset, end, shown, at));
        } else {
            let words = format!("tensor `{shown}` is larger than any file");
            scan.find(&rules::TENSOR_SIZE, at, words);
        }
    }
    if let Some(parameters) = parameters.filter(|_| tensors > 0) {
        scan.say("parameters", parameters.to_string());
    }
    let start = reader.stream.offset().next_multiple_of(alignment);
    let left = reader.stream.left().map(|left| left + reader.stream.offset());
    spans.sort_unstable();
    if spans.is_empty() {
        return finish(reader, reader.stream.offset(), alignment, scan);
    }
    let mut end = 0;
    for (from, to, name, at) in spans {
        if from < end && from < to {
            scan.find(&rules::TENSOR_OVERLAP, at, format!("tensor `{name}` begins inside another"));
        }
        if from % alignment != 0 {
            scan.find(&rules::TENSOR_BOUNDS, at, format!("tensor `{name}` is not aligned"));
        }
        if left.is_some_and(|left| start.saturating_add(from) > left) {
            scan.find(&rules::TENSOR_BOUNDS, at, format!("tensor `{name}` begins behind the file"));
        }
        end = end.max(to);
    }
    finish(reader, start.saturating_add(end), alignment, scan)
}

fn finish(
    reader: &mut Reader<'_, '_>,
    end: u64,
    alignment: u64,
    scan: &mut scan::Scan<'_>,
) -> Step<()> {
    let here = reader.stream.offset();
    if end > here {
        reader.stream.skip(end - here)?;
    }
    let padding = reader.stream.peek(usize::try_from(alignment).unwrap_or(32).min(4096) + 1)?;
    if padding.len() as u64 > alignment {
        scan.find(&rules::HIDDEN_DATA, end, "data follows the last tensor");
    }
    Ok(())
}

fn file_type(number: u32) -> String {
    let name = match number {
        0 => "F32",
        1 => "F16",
        2 => "Q4_0",
        3 => "Q4_1",
        7 => "Q8_0",
        8 => "Q5_0",
        9 => "Q5_1",
        10 => "Q2_K",
        11 => "Q3_K_S",
        12 => "Q3_K_M",
        13 => "Q3_K_L",
        14 => "Q4_K_S",
        15 => "Q4_K_M",
        16 => "Q5_K_S",
        17 => "Q5_K_M",
        18 => "Q6_K",
        19 => "IQ2_XXS",
        20 => "IQ2_XS",
        21 => "Q2_K_S",
        22 => "IQ3_XS",
        23 => "IQ3_XXS",
        24 => "IQ1_S",
        25 => "IQ4_NL",
        26 => "IQ3_S",
        27 => "IQ3_M",
        28 => "IQ2_S",
        29 => "IQ2_M",
        30 => "IQ4_XS",
        31 => "IQ1_M",
        32 => "BF16",
        36 => "TQ1_0",
        37 => "TQ2_0",
        _ => return format!("file type {number}"),
    };
    name.to_owned()
}

#[cfg(test)]
mod tests;
