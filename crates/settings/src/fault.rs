//! Errors that point at the line.

use std::ops::Range;

use miette::{Diagnostic, NamedSource, SourceSpan};

/// Why there are no settings.
#[derive(Debug, thiserror::Error, Diagnostic)]
pub enum SettingsError {
    /// The file cannot be read.
    #[error("cannot read {file}")]
    Read {
        /// Which.
        file: String,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// Something in the file is wrong.
    #[error("{file}:{line}: {message}")]
    File {
        /// Which file.
        file: String,
        /// The line, from 1.
        line: usize,
        /// What is wrong, and what was expected.
        message: String,
        /// The text.
        #[source_code]
        source_code: NamedSource<String>,
        /// Where.
        #[label("here")]
        span: SourceSpan,
    },
    /// An environment variable is wrong.
    #[error("{variable}: {message}")]
    Environment {
        /// Which.
        variable: String,
        /// What is wrong.
        message: String,
    },
}

impl SettingsError {
    pub(crate) fn at(
        file: &str,
        text: &str,
        span: Range<usize>,
        message: impl Into<String>,
    ) -> Self {
        let start = span.start.min(text.len());
        Self::File {
            file: file.to_owned(),
            line: text.as_bytes()[..start].split(|byte| *byte == b'\n').count(),
            message: message.into(),
            source_code: NamedSource::new(file, text.to_owned()),
            span: (start, span.end.saturating_sub(start)).into(),
        }
    }

    pub(crate) fn toml(file: &str, text: &str, error: &toml::de::Error) -> Self {
        Self::at(file, text, error.span().unwrap_or(0..0), error.message())
    }
}
