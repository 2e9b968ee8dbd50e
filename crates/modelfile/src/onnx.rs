//! ONNX: a graph of operators, and tensors that may lie in other files.

use std::collections::BTreeSet;

use crate::paths;
use crate::protobuf::{Field, each, text};
use crate::rules;
use crate::scan::{Halt, Scan, Step, printable};
use crate::stream::Stream;

const NAME_BYTES_MAX: u64 = 4096;
/// How many files of outside data are kept; of others it is not known what they are.
const BESIDE_MAX: usize = 1 << 14;

/// Domains of operators that runtimes bring along.
const DOMAINS: [&str; 16] = [
    "",
    "ai.onnx",
    "ai.onnx.ml",
    "ai.onnx.training",
    "ai.onnx.preview",
    "ai.onnx.preview.training",
    "com.microsoft",
    "com.microsoft.nchwc",
    "com.microsoft.experimental",
    "com.microsoft.dml",
    "com.ms.internal.nhwc",
    "org.pytorch.aten",
    "pkg.onnxscript.torch_lib",
    "pkg.onnxscript.torch_lib.common",
    "pkg.torch",
    "local",
];
/// Operators that call Python.
const PYTHON: [&str; 5] = ["PyOp", "PythonOp", "PythonOpGrad", "PyFunc", "PyCustomOp"];

/// The attribute that names the compiled part of a node.
const CONTEXT: &str = "ep_cache_context";

/// Whether bytes begin as a model: a version of the format, then a field of a model.
pub(crate) fn is_probable(head: &[u8]) -> bool {
    match head {
        [0x08, version, 0x12, length, text, ..] if (1..=20).contains(version) => {
            *length < 0x80
                && text.is_ascii_graphic()
                && *length > 0
                && printable_text(head, 4, *length)
        }
        [0x08, version, 0x3a | 0x42 | 0x1a | 0x22, ..] => (1..=20).contains(version),
        [0x08, version, 0x12, 0, 0x1a | 0x22 | 0x28 | 0x32 | 0x3a | 0x42, ..] => {
            (1..=20).contains(version)
        }
        _ => false,
    }
}

fn printable_text(head: &[u8], at: usize, length: u8) -> bool {
    head.get(at..at + usize::from(length))
        .is_some_and(|text| text.iter().all(|byte| byte.is_ascii_graphic() || *byte == b' '))
}

struct Walk<'w, 'l> {
    scan: &'w mut Scan<'l>,
    depth: usize,
    domains: BTreeSet<String>,
    /// Domains of functions that the model itself defines.
    own: BTreeSet<String>,
    nodes: u64,
    graph: bool,
}

/// Scans a model.
pub(crate) fn scan(stream: &mut Stream<'_>, scan: &mut Scan<'_>) -> Step<()> {
    scan.formats.insert("onnx");
    let mut walk = Walk {
        scan,
        depth: 0,
        domains: BTreeSet::new(),
        own: BTreeSet::new(),
        nodes: 0,
        graph: false,
    };
    let done = each(stream, u64::MAX, &mut |stream, field| walk.model(stream, field));
    let (nodes, graph) = (walk.nodes, walk.graph);
    let foreign: Vec<String> = walk.domains.difference(&walk.own).cloned().collect();
    for domain in foreign {
        let words = format!("operators of the domain `{}`", printable(&domain));
        scan.find(&rules::OPERATOR_CUSTOM, None, words);
    }
    done?;
    if !graph {
        return Err(Halt::malformed(0, "a model without a graph"));
    }
    scan.say("operators", nodes.to_string());
    Ok(())
}

impl Walk<'_, '_> {
    fn model(&mut self, stream: &mut Stream<'_>, field: Field) -> Step<()> {
        match field {
            Field::Number(1, version) if version > 64 => {
                let words = format!("version {version} of the format");
                Err(Halt { rule: &rules::VERSION, offset: stream.offset(), reason: words })
            }
            Field::Bytes(2, length) => {
                let name = text(stream, length, NAME_BYTES_MAX)?;
                self.scan.say("producer", name);
                Ok(())
            }
            Field::Bytes(7, length) => {
                self.graph = true;
                self.graph(stream, length)
            }
            Field::Bytes(8, length) => self.opset(stream, length),
            Field::Bytes(14, length) => self.metadata(stream, length),
            Field::Bytes(20, length) => each(stream, length, &mut |stream, field| match field {
                Field::Bytes(1 | 2, length) => self.graph(stream, length),
                _ => Ok(()),
            }),
            Field::Bytes(25, length) => self.function(stream, length),
            _ => Ok(()),
        }
    }

    fn opset(&mut self, stream: &mut Stream<'_>, length: u64) -> Step<()> {
        each(stream, length, &mut |stream, field| {
            if let Field::Bytes(1, length) = field {
                let domain = text(stream, length, NAME_BYTES_MAX)?;
                self.domain(&domain);
            }
            Ok(())
        })
    }

    fn domain(&mut self, domain: &str) {
        const DOMAINS_MAX: usize = 64;
        if !DOMAINS.contains(&domain) && self.domains.len() < DOMAINS_MAX {
            self.domains.insert(domain.to_owned());
        }
    }

    fn metadata(&mut self, stream: &mut Stream<'_>, length: u64) -> Step<()> {
        let (mut key, mut value) = (String::new(), String::new());
        each(stream, length, &mut |stream, field| {
            match field {
                Field::Bytes(1, length) => key = text(stream, length, NAME_BYTES_MAX)?,
                Field::Bytes(2, length) => value = text(stream, length, NAME_BYTES_MAX)?,
                _ => {}
            }
            Ok(())
        })?;
        match key.as_str() {
            "license" | "licence" => self.scan.say("licence", value),
            "base_model" => self.scan.say("base_model", value),
            "architecture" => self.scan.say("architecture", value),
            _ => {}
        }
        Ok(())
    }

    fn function(&mut self, stream: &mut Stream<'_>, length: u64) -> Step<()> {
        each(stream, length, &mut |stream, field| match field {
            Field::Bytes(7, length) => self.node(stream, length),
            Field::Bytes(10, length) => {
                let domain = text(stream, length, NAME_BYTES_MAX)?;
                self.own.insert(domain);
                Ok(())
            }
            _ => Ok(()),
        })
    }

    fn graph(&mut self, stream: &mut Stream<'_>, length: u64) -> Step<()> {
        self.depth += 1;
        if self.depth > self.scan.limits.depth_max {
            return Err(Halt::limit(stream.offset(), "graphs lie too deep in each other"));
        }
        each(stream, length, &mut |stream, field| match field {
            Field::Bytes(1, length) => self.node(stream, length),
            Field::Bytes(5, length) => self.tensor(stream, length),
            Field::Bytes(15, length) => self.sparse(stream, length),
            _ => Ok(()),
        })?;
        self.depth -= 1;
        Ok(())
    }

    fn sparse(&mut self, stream: &mut Stream<'_>, length: u64) -> Step<()> {
        each(stream, length, &mut |stream, field| match field {
            Field::Bytes(1 | 2, length) => self.tensor(stream, length),
            _ => Ok(()),
        })
    }

    fn node(&mut self, stream: &mut Stream<'_>, length: u64) -> Step<()> {
        let at = stream.offset();
        self.nodes += 1;
        let (mut operator, mut domain) = (String::new(), String::new());
        each(stream, length, &mut |stream, field| match field {
            Field::Bytes(4, length) => {
                operator = text(stream, length, NAME_BYTES_MAX)?;
                Ok(())
            }
            Field::Bytes(7, length) => {
                domain = text(stream, length, NAME_BYTES_MAX)?;
                Ok(())
            }
            Field::Bytes(5, length) => self.attribute(stream, length),
            _ => Ok(()),
        })?;
        if PYTHON.contains(&operator.as_str()) || operator.starts_with("PyCustomOp") {
            let words = format!("the operator `{}`", printable(&operator));
            self.scan.find(&rules::OPERATOR_PYTHON, at, words);
        }
        self.domain(&domain);
        Ok(())
    }

    fn attribute(&mut self, stream: &mut Stream<'_>, length: u64) -> Step<()> {
        let at = stream.offset();
        let (mut name, mut value) = (String::new(), String::new());
        each(stream, length, &mut |stream, field| match field {
            Field::Bytes(1, length) => {
                name = text(stream, length, NAME_BYTES_MAX)?;
                Ok(())
            }
            Field::Bytes(4, length) => {
                value = text(stream, length, NAME_BYTES_MAX)?;
                Ok(())
            }
            Field::Bytes(6 | 11, length) => self.graph(stream, length),
            Field::Bytes(5 | 10, length) => self.tensor(stream, length),
            Field::Bytes(22 | 23, length) => self.sparse(stream, length),
            _ => Ok(()),
        })?;
        // What a provider compiled lies in the node, or in a file that is loaded from there.
        if name == CONTEXT && !value.contains('\u{fffd}') && paths::escapes(&value) {
            let words = format!("`{CONTEXT}` is `{}`", printable(&value));
            self.scan.find(&rules::EXTERNAL_ESCAPES, at, words);
        }
        Ok(())
    }

    fn tensor(&mut self, stream: &mut Stream<'_>, length: u64) -> Step<()> {
        each(stream, length, &mut |stream, field| match field {
            Field::Bytes(13, length) => self.external(stream, length),
            _ => Ok(()),
        })
    }

    fn external(&mut self, stream: &mut Stream<'_>, length: u64) -> Step<()> {
        let at = stream.offset();
        let (mut key, mut value) = (String::new(), String::new());
        each(stream, length, &mut |stream, field| {
            match field {
                Field::Bytes(1, length) => key = text(stream, length, NAME_BYTES_MAX)?,
                Field::Bytes(2, length) => value = text(stream, length, NAME_BYTES_MAX)?,
                _ => {}
            }
            Ok(())
        })?;
        let unclear = value.trim().parse::<i64>().map_or(true, |number| number < 0);
        if matches!(key.as_str(), "offset" | "length") && unclear {
            let words = format!("the {key} of outside data is `{}`", printable(&value));
            self.scan.find(&rules::TENSOR_BOUNDS, at, words);
        }
        if key == "location" {
            self.scan.say("external_data", value.as_str());
            if paths::escapes(&value) {
                let words = format!("tensor data at `{}`", printable(&value));
                self.scan.find(&rules::EXTERNAL_ESCAPES, at, words);
            } else if self.scan.beside.len() < BESIDE_MAX {
                self.scan.beside.insert(value);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::{Limits, scan_bytes};

    fn field(number: u8, body: &[u8]) -> Vec<u8> {
        [&[number << 3 | 2, u8::try_from(body.len()).unwrap()][..], body].concat()
    }

    fn codes(graph: &[u8], more: &[u8]) -> Vec<&'static str> {
        let mut bytes = vec![0x08, 8];
        bytes.extend(field(2, b"pytorch"));
        bytes.extend(field(7, graph));
        bytes.extend_from_slice(more);
        let report = scan_bytes("m.onnx", &bytes, &Limits::default());
        assert!(report.formats.contains("onnx"));
        report.findings.iter().map(|finding| finding.code).collect()
    }

    fn node(operator: &str, domain: &str) -> Vec<u8> {
        field(1, &[field(4, operator.as_bytes()), field(7, domain.as_bytes())].concat())
    }

    fn external(path: &str) -> Vec<u8> {
        let entry = [field(1, b"location"), field(2, path.as_bytes())].concat();
        field(5, &field(13, &entry))
    }

    #[test]
    fn operators_domains_and_outside_data() {
        assert!(codes(&node("Gemm", ""), &[]).is_empty());
        assert!(codes(&external("weights.bin"), &[]).is_empty());
        assert_eq!(codes(&external("../../etc/passwd"), &[]), ["external-data-escapes"]);
        assert_eq!(codes(&external("/etc/passwd"), &[]), ["external-data-escapes"]);
        assert_eq!(codes(&node("Evil", "my.ops"), &[]), ["operator-custom"]);
        let python = codes(&node("PyOp", "ai.onnx.contrib"), &[]);
        assert!(python.contains(&"operator-python"), "{python:?}");
        let body = field(1, &field(5, &field(6, &external("/x"))));
        assert_eq!(codes(&body, &[]), ["external-data-escapes"]);
        assert_eq!(codes(&node("Gemm", ""), &[0x3a, 100]), ["truncated"]);
    }
}
