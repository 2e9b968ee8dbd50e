//! What an operator of a graph can do: compute, reach outside, or come from a library of its own.

use std::collections::HashSet;
use std::sync::LazyLock;

use super::NAME_BYTES_MAX;
use crate::protobuf::{Field, each, text};
use crate::scan::Step;
use crate::stream::Stream;

/// What an operator means for the one who runs the graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    Plain,
    /// Reads or writes files, loads libraries, calls Python or opens connections.
    Dangerous,
    /// Does so as its attributes say, and they do not say otherwise.
    Outside,
    /// TensorFlow does not have it, so a library of its own must be loaded.
    Foreign,
}

const DANGEROUS: [&str; 59] = [
    "CalibrationStatisticsSaver",
    "DumpTensor",
    "ListSnapshotChunksDataset",
    "ImmutableConst",
    "ReadFile",
    "WriteFile",
    "MatchingFiles",
    "MatchingFilesDataset",
    "ExperimentalMatchingFilesDataset",
    "PyFunc",
    "EagerPyFunc",
    "PyFuncStateless",
    "LoadLibrary",
    "LoadDataset",
    "SaveDataset",
    "SaveDatasetV2",
    "DistributedSave",
    "SnapshotDataset",
    "SnapshotDatasetV2",
    "DatasetToTFRecord",
    "ExperimentalDatasetToTFRecord",
    "WholeFileReader",
    "WholeFileReaderV2",
    "TextLineReader",
    "TextLineReaderV2",
    "FixedLengthRecordReader",
    "FixedLengthRecordReaderV2",
    "TFRecordReader",
    "TFRecordReaderV2",
    "LMDBReader",
    "TextLineDataset",
    "FixedLengthRecordDataset",
    "FixedLengthRecordDatasetV2",
    "TFRecordDataset",
    "TFRecordDatasetV2",
    "CSVDataset",
    "CSVDatasetV2",
    "ExperimentalCSVDataset",
    "LMDBDataset",
    "ExperimentalLMDBDataset",
    "SqlDataset",
    "ExperimentalSqlDataset",
    "CreateSummaryFileWriter",
    "CreateSummaryDbWriter",
    "RegisterDataset",
    "RegisterDatasetV2",
    "DataServiceDataset",
    "DataServiceDatasetV2",
    "DataServiceDatasetV3",
    "DataServiceDatasetV4",
    "FileSystemSetConfiguration",
    "RPC",
    "TryRpc",
    "RpcCall",
    "RpcClient",
    "RpcServer",
    "RpcServerStart",
    "RpcServerRegister",
    "XlaCustomCallV2",
];

/// Operators that reach outside unless an attribute has one of the values.
const OUTSIDE: [(&str, &str, &[&str]); 11] = [
    ("RemoteCall", "", &[]),
    ("PrintV2", "output_stream", &["stderr", "stdout", "log(info)", "log(warning)", "log(error)"]),
    ("DecodeProtoV2", "descriptor_source", &["local://"]),
    ("EncodeProto", "descriptor_source", &["local://"]),
    ("DebugIdentity", "", &[]),
    ("DebugIdentityV2", "", &[]),
    ("DebugIdentityV3", "", &[]),
    ("DebugNanCount", "", &[]),
    ("DebugNumericSummary", "", &[]),
    ("DebugNumericSummaryV2", "", &[]),
    ("DebugGradientIdentity", "", &[]),
];

static KNOWN: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    let lines = include_str!("operators.txt").lines();
    lines.filter(|line| !line.starts_with('#')).flat_map(str::split_ascii_whitespace).collect()
});

/// The attributes of a node that have a text as their value.
#[derive(Default)]
pub(super) struct Attributes(Vec<(String, String)>);

impl Attributes {
    /// Reads one entry. Values of other kinds are passed over.
    pub(super) fn read(&mut self, stream: &mut Stream<'_>, length: u64) -> Step<()> {
        const ATTRIBUTES_MAX: usize = 64;
        let (mut key, mut value) = (String::new(), None);
        each(stream, length, &mut |stream, field| match field {
            Field::Bytes(1, length) => {
                key = text(stream, length, NAME_BYTES_MAX)?;
                Ok(())
            }
            Field::Bytes(2, length) => each(stream, length, &mut |stream, field| {
                if let Field::Bytes(2, length) = field {
                    value = Some(text(stream, length, NAME_BYTES_MAX)?);
                }
                Ok(())
            }),
            _ => Ok(()),
        })?;
        if let Some(value) = value
            && self.0.len() < ATTRIBUTES_MAX
        {
            self.0.push((key, value));
        }
        Ok(())
    }

    /// Whether the attribute is there, and each time with one of the values.
    fn is_one_of(&self, key: &str, values: &[&str]) -> bool {
        let mut found = self.0.iter().filter(|(name, _)| name == key).peekable();
        found.peek().is_some() && found.all(|(_, value)| values.contains(&value.as_str()))
    }
}

/// What an operator with such attributes means.
pub(super) fn meaning(operator: &str, attributes: &Attributes) -> Meaning {
    if DANGEROUS.contains(&operator) {
        return Meaning::Dangerous;
    }
    if let Some((_, key, values)) = OUTSIDE.iter().find(|(name, _, _)| *name == operator) {
        let plain = attributes.is_one_of(key, values);
        return if plain { Meaning::Plain } else { Meaning::Outside };
    }
    // The runtime puts in operators with an underscore itself.
    if operator.starts_with('_') || KNOWN.contains(operator) {
        Meaning::Plain
    } else {
        Meaning::Foreign
    }
}
