//! Why a payload is refused.

use annex_isms::Digest;

use super::{PREDICATE_TYPE, PREDICATE_TYPE_BEFORE_1, STATEMENT_TYPE};
use crate::{NameFault, ParseAlgorithmError};

/// Why a payload is not a manifest.
#[derive(Debug, thiserror::Error)]
pub enum StatementFault {
    /// It is not the JSON of a statement.
    #[error("its payload is not the JSON of a statement: {0}")]
    Json(#[from] serde_json::Error),
    /// It is another kind of statement.
    #[error("its payload is of type {0:?}; only {STATEMENT_TYPE:?} is understood")]
    Type(String),
    /// It says something else than which files a model has.
    #[error(
        "its predicate is of type {0:?}; only {PREDICATE_TYPE:?} and the older \
         {PREDICATE_TYPE_BEFORE_1:?} are understood"
    )]
    PredicateType(String),
    /// The model is not one subject.
    #[error("it has {0} subjects; a model is exactly one")]
    Subjects(usize),
    /// The method is unknown.
    #[error("its files were digested by the method {0:?}; only \"files\" and \"shards\" are known")]
    Method(String),
    /// The algorithm is unknown.
    #[error(transparent)]
    Algorithm(#[from] ParseAlgorithmError),
    /// Shards need a size, and BLAKE3 has no shards.
    #[error("shards have a size in whole bytes above 0, and are digested by sha256 or blake2b")]
    ShardSize,
    /// It lists nothing, so everything would fit.
    #[error("it lists no file")]
    Empty,
    /// It lists more than is read.
    #[error("it lists more than {max} {what} ({name})")]
    Many {
        /// What there is too much of.
        what: &'static str,
        /// The limit.
        max: usize,
        /// Its name.
        name: &'static str,
    },
    /// A name is not one of a file in the model.
    #[error("it names {name:?}: {fault}")]
    Name {
        /// The name.
        name: String,
        /// What is wrong.
        fault: NameFault,
    },
    /// A shard is not `path:start:end`.
    #[error("it names {0:?}, which is not `path:start:end` of a shard")]
    Shard(String),
    /// The shards of a file do not cover it once.
    #[error("the shards of {0:?} leave a gap, overlap or have another size than it says")]
    Shards(String),
    /// A file is listed twice.
    #[error("it lists {0:?} twice")]
    Twice(String),
    /// A model that is one file has other files too.
    #[error("it lists the model itself as a file beside other files")]
    Whole,
    /// A digest is of another algorithm, or none.
    #[error("the digest of {name:?} is not {expected} in hexadecimal digits")]
    Digest {
        /// The file.
        name: String,
        /// The algorithm.
        expected: String,
    },
    /// The digest over all digests is another.
    #[error("it is inconsistent: its subject is {expected:?}, its files give {found}")]
    Root {
        /// What it says.
        expected: String,
        /// What its files give.
        found: Digest,
    },
    /// A file is listed, and left out.
    #[error("it lists {0:?} and leaves it out too")]
    LeftOut(String),
}
