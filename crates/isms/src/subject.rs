//! Subjects: what a result, an observation or an attribute is about.

use std::fmt;
use std::str::FromStr;

use crate::scale::words;
use crate::{AgreementId, AssetId, DocumentId, FlowId, SupplierId, SystemId, UnknownWord};

words! {
    /// The kinds of subject.
    SubjectKind, "a kind of subject", "snake_case" {
        /// The organisation itself.
        Organisation = "organisation",
        /// An AI system.
        System = "system",
        /// An asset.
        Asset = "asset",
        /// A data flow.
        Flow = "flow",
        /// A supplier.
        Supplier = "supplier",
        /// An agreement.
        Agreement = "agreement",
        /// A document of the ISMS.
        Document = "document",
    }
}

/// One thing that can be asked about: `organisation`, `system:help-desk`, `supplier:openai`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// The organisation.
    Organisation,
    /// An AI system.
    System(SystemId),
    /// An asset.
    Asset(AssetId),
    /// A data flow.
    Flow(FlowId),
    /// A supplier.
    Supplier(SupplierId),
    /// An agreement.
    Agreement(AgreementId),
    /// A document.
    Document(DocumentId),
}

impl Subject {
    /// What kind of subject it is.
    pub const fn kind(&self) -> SubjectKind {
        match self {
            Self::Organisation => SubjectKind::Organisation,
            Self::System(_) => SubjectKind::System,
            Self::Asset(_) => SubjectKind::Asset,
            Self::Flow(_) => SubjectKind::Flow,
            Self::Supplier(_) => SubjectKind::Supplier,
            Self::Agreement(_) => SubjectKind::Agreement,
            Self::Document(_) => SubjectKind::Document,
        }
    }

    /// The identifier within its kind; empty for the organisation.
    pub fn id(&self) -> &str {
        match self {
            Self::Organisation => "",
            Self::System(id) => id.as_str(),
            Self::Asset(id) => id.as_str(),
            Self::Flow(id) => id.as_str(),
            Self::Supplier(id) => id.as_str(),
            Self::Agreement(id) => id.as_str(),
            Self::Document(id) => id.as_str(),
        }
    }
}

/// Why a text is not a subject.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParseSubjectError {
    /// Neither `organisation` nor `kind:id`.
    #[error("`{0}` is not a subject; expected `organisation` or a form such as `system:help-desk`")]
    Form(String),
    /// The part before the colon is not a kind.
    #[error(transparent)]
    Kind(#[from] UnknownWord),
    /// The part after the colon is not an id of that kind.
    #[error(transparent)]
    Id(#[from] crate::IdError),
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind().as_str())?;
        match self {
            Self::Organisation => Ok(()),
            other => write!(f, ":{}", other.id()),
        }
    }
}

impl fmt::Debug for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Subject {
    type Err = ParseSubjectError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "organisation" {
            return Ok(Self::Organisation);
        }
        let (kind, id) =
            text.split_once(':').ok_or_else(|| ParseSubjectError::Form(text.to_owned()))?;
        Ok(match kind.parse()? {
            SubjectKind::Organisation => return Err(ParseSubjectError::Form(text.to_owned())),
            SubjectKind::System => Self::System(id.parse()?),
            SubjectKind::Asset => Self::Asset(id.parse()?),
            SubjectKind::Flow => Self::Flow(id.parse()?),
            SubjectKind::Supplier => Self::Supplier(id.parse()?),
            SubjectKind::Agreement => Self::Agreement(id.parse()?),
            SubjectKind::Document => Self::Document(id.parse()?),
        })
    }
}

crate::id::text_serde!(
    Subject,
    "pattern": concat!(
        "^(organisation|(system|asset|flow|supplier|agreement|document):",
        crate::id::slug_pattern!(),
        ")$"
    )
);
