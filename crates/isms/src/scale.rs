//! The closed word lists: kinds of asset, bases of evidence, data classes, outcomes, severities.

use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A word that is not in a closed list.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not {what}; expected one of {expected}")]
pub struct UnknownWord {
    pub(crate) text: String,
    pub(crate) what: &'static str,
    pub(crate) expected: String,
}

macro_rules! words {
    ($($(#[$doc:meta])* $name:ident, $what:literal, $case:literal { $($(#[$vdoc:meta])* $variant:ident = $word:literal,)* })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
        #[serde(rename_all = $case)]
        pub enum $name { $($(#[$vdoc])* $variant,)* }

        impl $name {
            /// Every word, in order.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The word.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::UnknownWord;

            fn from_str(text: &str) -> Result<Self, $crate::UnknownWord> {
                Self::ALL.iter().copied().find(|word| word.as_str() == text).ok_or_else(|| $crate::UnknownWord {
                    text: text.to_owned(),
                    what: $what,
                    expected: Self::ALL.iter().map(|word| word.as_str()).collect::<Vec<_>>().join(", "),
                })
            }
        }
    )*};
}
pub(crate) use words;

words! {
    /// What kind of thing an asset is.
    AssetKind, "a kind of asset", "snake_case" {
        /// The service of a model provider, as an endpoint that is called.
        ModelApi = "model_api",
        /// A checkpoint, weights, or a named model behind an API.
        Model = "model",
        /// A model that turns text or images into vectors.
        EmbeddingModel = "embedding_model",
        /// Data for training, fine-tuning or evaluation.
        Dataset = "dataset",
        /// A store of vectors.
        VectorStore = "vector_store",
        /// A prompt or a prompt template.
        Prompt = "prompt",
        /// A program that lets a model choose its actions.
        Agent = "agent",
        /// What an agent can call.
        Tool = "tool",
        /// A server of the Model Context Protocol.
        McpServer = "mcp_server",
        /// An AI software package.
        Framework = "framework",
        /// The application around the model.
        Application = "application",
        /// A proxy in front of models.
        Gateway = "gateway",
        /// Where conversations, prompts or retrieval queries are logged.
        LogStore = "log_store",
        /// The documents that retrieval reads.
        Corpus = "corpus",
    }

    /// How something is known, from weak to strong.
    Basis, "a basis", "snake_case" {
        /// Someone says so.
        Statement = "statement",
        /// A document shows it.
        Document = "document",
        /// Code or configuration in a repository shows it.
        Source = "source",
        /// It is configured so where it runs.
        Deployment = "deployment",
        /// It was seen happening.
        Runtime = "runtime",
    }

    /// The organisation's classes of data, from open to restricted.
    DataClass, "a data class", "snake_case" {
        /// May be published.
        Public = "public",
        /// For everyone inside.
        Internal = "internal",
        /// For named groups.
        Confidential = "confidential",
        /// Harm to people or the organisation if disclosed.
        Restricted = "restricted",
    }

    /// The result of a requirement for a subject.
    Outcome, "an outcome", "snake_case" {
        /// True on fresh attributes of sufficient basis.
        Met = "met",
        /// False on what is known.
        Gap = "gap",
        /// Not decided by what is known.
        Unknown = "unknown",
        /// A person justified that it does not apply.
        NotApplicable = "not_applicable",
    }

    /// How much a gap matters.
    Severity, "a severity", "snake_case" {
        /// Should be improved.
        Low = "low",
        /// Weakens a control.
        Medium = "medium",
        /// A control fails for AI.
        High = "high",
        /// Exploitable now with serious harm.
        Critical = "critical",
    }
}

/// A point on a scale of 1 to 5 (likelihood, consequence).
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(try_from = "u8", into = "u8")]
pub struct Score(#[schemars(range(min = 1, max = 5))] u8);

impl Score {
    /// The number, 1 to 5.
    pub const fn get(self) -> u8 {
        self.0
    }

    /// Moved by `steps`, staying on the scale.
    #[must_use]
    pub fn moved(self, steps: i8) -> Self {
        Self(self.0.saturating_add_signed(steps).clamp(1, 5))
    }
}

impl TryFrom<u8> for Score {
    type Error = UnknownWord;

    fn try_from(number: u8) -> Result<Self, UnknownWord> {
        if (1..=5).contains(&number) {
            return Ok(Self(number));
        }
        Err(UnknownWord {
            text: number.to_string(),
            what: "a score",
            expected: "1, 2, 3, 4, 5".to_owned(),
        })
    }
}

impl From<Score> for u8 {
    fn from(score: Score) -> Self {
        score.0
    }
}

impl FromStr for Score {
    type Err = UnknownWord;

    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        Self::try_from(text.parse().unwrap_or(0))
            .map_err(|error| UnknownWord { text: text.to_owned(), ..error })
    }
}
