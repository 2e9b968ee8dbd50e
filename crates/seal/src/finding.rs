//! What is not as it should be with one path of a model.

/// One path, and what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The path below the model's folder; what is not UTF-8 in it is replaced.
    pub path: String,
    /// What is wrong.
    pub kind: FindingKind,
    /// More about it.
    pub detail: String,
}

/// What is wrong with a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FindingKind {
    /// The content is not the one that was signed.
    Changed,
    /// It was signed and is not there.
    Missing,
    /// It is there and was not signed.
    Extra,
    /// The content was signed under another name.
    Renamed,
    /// It was signed, and is left out of this comparison.
    LeftOut,
    /// It is a link that is not followed.
    Link,
    /// It is neither a file nor a folder.
    Special,
    /// Its name cannot stand in a manifest.
    Name,
    /// It is empty, and a manifest of shards has no place for an empty file.
    Empty,
    /// It could not be read, so nothing is known about it.
    Unreadable,
}

impl FindingKind {
    /// One word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Changed => "changed",
            Self::Missing => "missing",
            Self::Extra => "extra",
            Self::Renamed => "renamed",
            Self::LeftOut => "left-out",
            Self::Link => "link",
            Self::Special => "special",
            Self::Name => "name",
            Self::Empty => "empty",
            Self::Unreadable => "unreadable",
        }
    }
}

impl Finding {
    pub(crate) fn new(
        path: impl Into<String>,
        kind: FindingKind,
        detail: impl Into<String>,
    ) -> Self {
        Self { path: path.into(), kind, detail: detail.into() }
    }
}

/// Whether something could not be read, so that nothing is known about it.
pub fn is_incomplete(findings: &[Finding]) -> bool {
    findings.iter().any(|finding| finding.kind == FindingKind::Unreadable)
}
