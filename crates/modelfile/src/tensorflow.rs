//! TensorFlow graphs: saved models, frozen graphs, and the metadata that Keras puts beside them.

use crate::detect::extension;
use crate::protobuf::{Field, each, text};
use crate::scan::{Scan, Step, printable};
use crate::stream::Stream;
use crate::{json, keras, rules};

const NAME_BYTES_MAX: u64 = 4096;

/// Operators that read or write files, load libraries, call Python or open connections.
const DANGEROUS: [&str; 27] = [
    "ReadFile",
    "WriteFile",
    "MatchingFiles",
    "PyFunc",
    "EagerPyFunc",
    "PyFuncStateless",
    "LoadLibrary",
    "LoadDataset",
    "SaveDataset",
    "SaveDatasetV2",
    "DatasetToTFRecord",
    "ShellExecute",
    "PrintV2ToFile",
    "DebugIdentityToFile",
    "WholeFileReader",
    "WholeFileReaderV2",
    "TextLineReader",
    "TextLineReaderV2",
    "FixedLengthRecordReader",
    "FixedLengthRecordReaderV2",
    "TFRecordReader",
    "TFRecordReaderV2",
    "TextLineDataset",
    "FixedLengthRecordDataset",
    "RpcCall",
    "RPC",
    "TryRpc",
];

/// Whether bytes begin as a saved model: its version, then a meta graph of some size.
pub(crate) fn is_probable(head: &[u8]) -> bool {
    matches!(head, [0x08, 1, 0x12, low, rest @ ..] if *low >= 0x80
    && rest.iter().position(|byte| *byte < 0x80).is_some_and(|at| {
        at < 5 && matches!(rest.get(at + 1), Some(0x0a | 0x12))
    }))
}

/// Scans a file.
pub(crate) fn scan(name: &str, stream: &mut Stream<'_>, scan: &mut Scan<'_>) -> Step<()> {
    let metadata = name.ends_with("keras_metadata.pb");
    scan.formats.insert(if metadata { "keras-metadata" } else { "tensorflow-graph" });
    let saved = stream.peek(1)? == [0x08] || extension(name) != "pb";
    let mut nodes = 0_u64;
    each(stream, u64::MAX, &mut |stream, field| match field {
        Field::Bytes(2, length) if saved => meta_graph(stream, length, &mut nodes, scan),
        Field::Bytes(1, length) if !saved => graph_or_metadata(stream, length, &mut nodes, scan),
        Field::Bytes(2, length) => library(stream, length, &mut nodes, scan),
        _ => Ok(()),
    })?;
    if nodes > 0 {
        scan.say("operators", nodes.to_string());
    }
    Ok(())
}

fn meta_graph(
    stream: &mut Stream<'_>,
    length: u64,
    nodes: &mut u64,
    scan: &mut Scan<'_>,
) -> Step<()> {
    scan.formats.insert("tensorflow-saved-model");
    each(stream, length, &mut |stream, field| match field {
        Field::Bytes(2, length) => each(stream, length, &mut |stream, field| match field {
            Field::Bytes(1, length) => node(stream, length, nodes, scan),
            Field::Bytes(2, length) => library(stream, length, nodes, scan),
            _ => Ok(()),
        }),
        Field::Bytes(7, length) => objects(stream, length, scan),
        _ => Ok(()),
    })
}

fn library(stream: &mut Stream<'_>, length: u64, nodes: &mut u64, scan: &mut Scan<'_>) -> Step<()> {
    each(stream, length, &mut |stream, field| match field {
        Field::Bytes(1, length) => each(stream, length, &mut |stream, field| match field {
            Field::Bytes(3, length) => node(stream, length, nodes, scan),
            _ => Ok(()),
        }),
        _ => Ok(()),
    })
}

fn node(stream: &mut Stream<'_>, length: u64, nodes: &mut u64, scan: &mut Scan<'_>) -> Step<()> {
    let at = stream.offset();
    *nodes += 1;
    each(stream, length, &mut |stream, field| {
        if let Field::Bytes(2, length) = field {
            let operator = text(stream, length, NAME_BYTES_MAX)?;
            operator_found(&operator, at, scan);
        }
        Ok(())
    })
}

fn operator_found(operator: &str, at: u64, scan: &mut Scan<'_>) {
    if DANGEROUS.contains(&operator) {
        let words = format!("the operator `{}`", printable(operator));
        scan.find(&rules::OPERATOR_DANGEROUS, at, words);
    }
}

/// A node of a frozen graph, or an object of the metadata of Keras.
fn graph_or_metadata(
    stream: &mut Stream<'_>,
    length: u64,
    nodes: &mut u64,
    scan: &mut Scan<'_>,
) -> Step<()> {
    let at = stream.offset();
    *nodes += 1;
    each(stream, length, &mut |stream, field| match field {
        Field::Bytes(2, length) => {
            let operator = text(stream, length, NAME_BYTES_MAX)?;
            operator_found(&operator, at, scan);
            Ok(())
        }
        Field::Bytes(5, length) if stream.peek(1)? == b"{" => {
            configuration(stream, length, at, scan)
        }
        _ => Ok(()),
    })
}

/// Objects of Keras inside of a saved model: each has its configuration.
fn objects(stream: &mut Stream<'_>, length: u64, scan: &mut Scan<'_>) -> Step<()> {
    each(stream, length, &mut |stream, field| match field {
        Field::Bytes(1, length) => each(stream, length, &mut |stream, field| match field {
            Field::Bytes(4, length) => each(stream, length, &mut |stream, field| match field {
                Field::Bytes(3, length) if stream.peek(1)? == b"{" => {
                    let at = stream.offset();
                    configuration(stream, length, at, scan)
                }
                _ => Ok(()),
            }),
            _ => Ok(()),
        }),
        _ => Ok(()),
    })
}

fn configuration(stream: &mut Stream<'_>, length: u64, at: u64, scan: &mut Scan<'_>) -> Step<()> {
    let document = text(stream, length, scan.limits.source_bytes_max)?;
    match json::read(document.as_bytes(), at, scan.limits.values_max) {
        Ok(node) => keras::check(&node, scan),
        Err(halt) => scan.halted(halt),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::{Limits, scan_bytes};

    fn field(number: u8, body: &[u8]) -> Vec<u8> {
        [&[number << 3 | 2, u8::try_from(body.len()).unwrap()][..], body].concat()
    }

    fn codes(bytes: &[u8]) -> Vec<&'static str> {
        let report = scan_bytes("saved_model.pb", bytes, &Limits::default());
        report.findings.iter().map(|finding| finding.code).collect()
    }

    #[test]
    fn operators_of_graphs_and_functions_are_seen() {
        let node = |number, operator: &str| {
            field(number, &[field(1, b"n"), field(2, operator.as_bytes())].concat())
        };
        let saved = |graph: &[u8]| [&[8, 1][..], &field(2, &field(2, graph))].concat();
        assert!(codes(&saved(&node(1, "MatMul"))).is_empty());
        assert_eq!(codes(&saved(&node(1, "WriteFile"))), ["tensorflow-operator-dangerous"]);
        let function = field(2, &field(1, &node(3, "PyFunc")));
        assert_eq!(codes(&saved(&function)), ["tensorflow-operator-dangerous"]);
        assert_eq!(codes(&node(1, "ReadFile")), ["tensorflow-operator-dangerous"]);
        assert_eq!(codes(&[8, 1, 0x12, 100, 0]), ["malformed"]);
    }
}
