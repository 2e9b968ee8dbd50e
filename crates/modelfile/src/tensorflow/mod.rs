//! TensorFlow graphs: saved models, frozen graphs, and the metadata that Keras puts beside them.

mod operators;

use std::collections::BTreeSet;

use crate::detect::extension;
use crate::protobuf::{Field, each, text};
use crate::scan::{Scan, Step, printable};
use crate::stream::Stream;
use crate::{json, keras, paths, rules, textual};
use operators::{Attributes, Meaning};

const NAME_BYTES_MAX: u64 = 4096;
/// How many names of operators that TensorFlow does not have are kept of one file.
const FOREIGN_MAX: usize = 1024;

/// Whether bytes begin as a saved model: its version, then a meta graph of some size.
pub(crate) fn is_probable(head: &[u8]) -> bool {
    matches!(head, [0x08, 1, 0x12, low, rest @ ..] if *low >= 0x80
    && rest.iter().position(|byte| *byte < 0x80).is_some_and(|at| {
        at < 5 && matches!(rest.get(at + 1), Some(0x0a | 0x12))
    }))
}

/// Whether bytes begin as a meta graph, which checkpoints keep under the suffix `meta`.
pub(crate) fn is_meta_graph(name: &str, head: &[u8]) -> bool {
    extension(name) == "meta"
        && matches!(head, [0x0a | 0x12, _, _, ..])
        && !textual::is_text(head, false)
}

/// What was met on the way through one file.
#[derive(Default)]
struct Walk {
    nodes: u64,
    /// Operators that TensorFlow does not have, with the place of the first of each.
    foreign: Vec<(String, u64)>,
    /// Functions that the file itself defines; a node can name one as its operator.
    own: BTreeSet<String>,
}

/// Scans a file.
pub(crate) fn scan(name: &str, stream: &mut Stream<'_>, scan: &mut Scan<'_>) -> Step<()> {
    let metadata = name.ends_with("keras_metadata.pb");
    scan.formats.insert(if metadata { "keras-metadata" } else { "tensorflow-graph" });
    let mut walk = Walk::default();
    let done = if extension(name) == "meta" {
        walk.meta_graph(stream, u64::MAX, scan)
    } else {
        let saved = stream.peek(1)? == [0x08] || extension(name) != "pb";
        each(stream, u64::MAX, &mut |stream, field| match field {
            Field::Bytes(2, length) if saved => {
                scan.formats.insert("tensorflow-saved-model");
                walk.meta_graph(stream, length, scan)
            }
            Field::Bytes(1, length) if metadata => objects_of_metadata(stream, length, scan),
            Field::Bytes(1, length) if !saved => walk.node(stream, length, scan),
            Field::Bytes(2, length) => walk.library(stream, length, scan),
            _ => Ok(()),
        })
    };
    for (operator, at) in walk.foreign.iter().filter(|(name, _)| !walk.own.contains(name)) {
        let words = format!("`{}`, which TensorFlow does not have", printable(operator));
        scan.find(&rules::OPERATOR_CUSTOM, *at, format!("the operator {words}"));
    }
    if walk.nodes > 0 {
        scan.say("operators", walk.nodes.to_string());
    }
    done
}

impl Walk {
    fn meta_graph(
        &mut self,
        stream: &mut Stream<'_>,
        length: u64,
        scan: &mut Scan<'_>,
    ) -> Step<()> {
        each(stream, length, &mut |stream, field| match field {
            Field::Bytes(2, length) => each(stream, length, &mut |stream, field| match field {
                Field::Bytes(1, length) => self.node(stream, length, scan),
                Field::Bytes(2, length) => self.library(stream, length, scan),
                _ => Ok(()),
            }),
            Field::Bytes(6, length) => asset(stream, length, scan),
            Field::Bytes(7, length) => objects(stream, length, scan),
            _ => Ok(()),
        })
    }

    fn library(&mut self, stream: &mut Stream<'_>, length: u64, scan: &mut Scan<'_>) -> Step<()> {
        each(stream, length, &mut |stream, field| match field {
            Field::Bytes(1, length) => each(stream, length, &mut |stream, field| match field {
                Field::Bytes(1, length) => self.signature(stream, length),
                Field::Bytes(3, length) => self.node(stream, length, scan),
                _ => Ok(()),
            }),
            _ => Ok(()),
        })
    }

    fn signature(&mut self, stream: &mut Stream<'_>, length: u64) -> Step<()> {
        each(stream, length, &mut |stream, field| {
            if let Field::Bytes(1, length) = field {
                let name = text(stream, length, NAME_BYTES_MAX)?;
                self.own.insert(name);
            }
            Ok(())
        })
    }

    fn node(&mut self, stream: &mut Stream<'_>, length: u64, scan: &mut Scan<'_>) -> Step<()> {
        let at = stream.offset();
        self.nodes += 1;
        let mut operator = String::new();
        let mut attributes = Attributes::default();
        each(stream, length, &mut |stream, field| {
            match field {
                Field::Bytes(2, length) => operator = text(stream, length, NAME_BYTES_MAX)?,
                Field::Bytes(5, length) => attributes.read(stream, length)?,
                _ => {}
            }
            Ok(())
        })?;
        let shown = printable(&operator);
        match operators::meaning(&operator, &attributes) {
            Meaning::Plain => {}
            Meaning::Dangerous => {
                scan.find(&rules::OPERATOR_DANGEROUS, at, format!("the operator `{shown}`"));
            }
            Meaning::Outside => {
                scan.find(&rules::OPERATOR_OUTSIDE, at, format!("the operator `{shown}`"));
            }
            Meaning::Foreign => {
                let known = self.foreign.iter().any(|(name, _)| *name == operator);
                if !known && self.foreign.len() < FOREIGN_MAX {
                    self.foreign.push((operator, at));
                } else if !known {
                    let words = format!("more than {FOREIGN_MAX} operators that are not known");
                    scan.find(&rules::LIMIT, at, words);
                }
            }
        }
        Ok(())
    }
}

/// A file of the model's folder of assets.
fn asset(stream: &mut Stream<'_>, length: u64, scan: &mut Scan<'_>) -> Step<()> {
    let at = stream.offset();
    each(stream, length, &mut |stream, field| {
        if let Field::Bytes(2, length) = field {
            let path = text(stream, length, NAME_BYTES_MAX)?;
            if paths::escapes(&path) {
                let words = format!("an asset at `{}`", printable(&path));
                scan.find(&rules::EXTERNAL_ESCAPES, at, words);
            }
        }
        Ok(())
    })
}

/// Checks the operators of a graph that is written as text.
pub(crate) fn check_text(document: &str, scan: &mut Scan<'_>) {
    scan.formats.insert("tensorflow-graph");
    let mut at = 0;
    for line in document.split_inclusive('\n') {
        let named =
            line.trim().strip_prefix("op:").map(|rest| rest.trim().trim_matches(['"', '\'']));
        if let Some(operator) = named {
            let words = format!("the operator `{}`", printable(operator));
            match operators::meaning(operator, &Attributes::default()) {
                Meaning::Plain => {}
                Meaning::Dangerous => scan.find(&rules::OPERATOR_DANGEROUS, at, words),
                Meaning::Outside => scan.find(&rules::OPERATOR_OUTSIDE, at, words),
                Meaning::Foreign => scan.find(&rules::OPERATOR_CUSTOM, at, words),
            }
        }
        at += line.len() as u64;
    }
}

/// An object of the metadata of Keras.
fn objects_of_metadata(stream: &mut Stream<'_>, length: u64, scan: &mut Scan<'_>) -> Step<()> {
    let at = stream.offset();
    each(stream, length, &mut |stream, field| match field {
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
        assert_eq!(codes(&saved(&node(1, "MyOwnOp"))), ["operator-custom"]);
        assert_eq!(codes(&saved(&node(1, "DebugIdentityV3"))), ["tensorflow-operator-outside"]);
        let print = |stream: &str| {
            let value = field(2, &field(2, stream.as_bytes()));
            let attribute = field(5, &[field(1, b"output_stream"), value].concat());
            field(1, &[field(2, b"PrintV2"), attribute].concat())
        };
        assert!(codes(&saved(&print("stderr"))).is_empty());
        assert_eq!(codes(&saved(&print("file:///tmp/x"))), ["tensorflow-operator-outside"]);
        // A node may call a function that the file defines by its name.
        let own = field(2, &field(1, &field(1, &field(1, b"MyOwnOp"))));
        assert!(codes(&saved(&[node(1, "MyOwnOp"), own].concat())).is_empty());
        assert_eq!(codes(&[8, 1, 0x12, 100, 0]), ["malformed"]);
    }

    #[test]
    fn meta_graphs_are_told_by_content_under_their_suffix() {
        let node = |operator: &str| field(2, &field(1, &field(2, operator.as_bytes())));
        let verdict = |bytes: &[u8]| {
            let report = scan_bytes("model.ckpt.meta", bytes, &Limits::default());
            report.findings.iter().map(|finding| finding.code).collect::<Vec<_>>()
        };
        let info = field(1, &[8, 1]);
        assert!(verdict(&[info.clone(), node("MatMul")].concat()).is_empty());
        assert_eq!(verdict(&[info, node("PyFunc")].concat()), ["tensorflow-operator-dangerous"]);
    }
}
