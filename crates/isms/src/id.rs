//! Identifiers. Each is a newtype that is parsed once; its error says what is wrong.
//!
//! Identifiers of the organisation's own things are slugs (`help-desk`). Identifiers that Annex
//! derives (assets, flows, gaps, requests, risks) are a readable slug and eight hexadecimal
//! digits of a digest over what makes the thing itself, so that they are the same on every
//! machine and in every run.

use std::fmt;
use std::str::FromStr;

use crate::comment::About;
use crate::{AssetKind, Digest, Instant, RequirementId, Subject};

/// Why a text is not an identifier.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not {what}: {why}")]
pub struct IdError {
    pub(crate) text: String,
    pub(crate) what: &'static str,
    pub(crate) why: &'static str,
}

/// The longest slug, in bytes.
const SLUG_BYTES_MAX: usize = 96;

/// A slug as a regular expression, without its ends.
macro_rules! slug_pattern {
    () => {
        "[a-z0-9]([a-z0-9-]{0,94}[a-z0-9])?"
    };
}
pub(crate) use slug_pattern;

/// Implements serde and schemars through `Display` and `FromStr`. What its schema says beside
/// being a string, such as a `pattern`, must refuse what `FromStr` refuses.
macro_rules! text_serde {
    ($name:ident $(, $keyword:literal: $value:expr)?) => {
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <String as serde::Deserialize>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }

        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({ "type": "string" $(, $keyword: $value)? })
            }
        }
    };
}
pub(crate) use text_serde;

macro_rules! slug_ids {
    ($($(#[$doc:meta])* $name:ident, $what:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            /// The identifier as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                check_slug(text, $what)?;
                Ok(Self(text.to_owned()))
            }
        }

        text_serde!($name, "pattern": concat!("^", slug_pattern!(), "$"));
    )*};
}

slug_ids! {
    /// An organisation: the tenant that every row belongs to.
    OrganisationId, "an organisation id";
    /// An AI system.
    SystemId, "an AI system id";
    /// An asset; derived by [`AssetId::derive`] or chosen by a person.
    AssetId, "an asset id";
    /// A data flow; derived by [`FlowId::derive`].
    FlowId, "a data flow id";
    /// A supplier.
    SupplierId, "a supplier id";
    /// An agreement with a supplier.
    AgreementId, "an agreement id";
    /// A document of the ISMS (policy, playbook, plan).
    DocumentId, "a document id";
    /// A person, by the name they are known by in the organisation.
    PersonId, "a person id";
    /// A threat scenario of the catalogue.
    ThreatId, "a threat id";
    /// A gap; derived by [`GapId::derive`].
    GapId, "a gap id";
    /// An evidence request; derived by [`RequestId::derive`].
    RequestId, "an evidence request id";
    /// A risk; derived by [`RiskId::derive`].
    RiskId, "a risk id";
    /// An exception.
    ExceptionId, "an exception id";
    /// A key to the programming interface.
    TokenId, "a token id";
    /// That a person signs in by a provider; derived by [`IdentityId::derive`].
    IdentityId, "an identity id";
    /// A nonconformity.
    NonconformityId, "a nonconformity id";
    /// A prompt template; derived by [`PromptId::derive`].
    PromptId, "a prompt id";
    /// A decision that a system leaves to people; derived by [`DecisionId::derive`].
    DecisionId, "a decision id";
    /// A saved view of a list; derived by [`ViewId::derive`].
    ViewId, "a view id";
    /// A comment; derived by [`CommentId::derive`].
    CommentId, "a comment id";
    /// A sample that an auditor drew; derived by [`SampleId::derive`].
    SampleId, "a sample id";
}

impl AssetId {
    /// The id of an asset at first sight: from organisation, kind and canonical key.
    pub fn derive(organisation: &OrganisationId, kind: AssetKind, key: &str) -> Self {
        Self(derived(key, ["asset", organisation.as_str(), kind.as_str(), key]))
    }
}

impl FlowId {
    /// The id of the data flow between two assets.
    pub fn derive(from: &AssetId, to: &AssetId) -> Self {
        Self(derived("flow", ["flow", from.as_str(), to.as_str()]))
    }
}

impl GapId {
    /// The id of the gap of a requirement on a subject.
    pub fn derive(requirement: &RequirementId, subject: &Subject) -> Self {
        Self(derived("g", ["gap", &requirement.to_string(), &subject.to_string()]))
    }
}

impl RequestId {
    /// The id of the evidence request of a requirement on a subject.
    pub fn derive(requirement: &RequirementId, subject: &Subject) -> Self {
        Self(derived("r", ["request", &requirement.to_string(), &subject.to_string()]))
    }
}

impl RiskId {
    /// The id of the risk of a threat on an AI system.
    pub fn derive(system: &SystemId, threat: &ThreatId) -> Self {
        Self(derived(threat.as_str(), ["risk", system.as_str(), threat.as_str()]))
    }
}

impl PromptId {
    /// The id of a prompt template of an AI system.
    pub fn derive(system: &SystemId, name: &str) -> Self {
        Self(derived(name, ["prompt", system.as_str(), name]))
    }
}

impl IdentityId {
    /// The id of whom a provider names so. It has the whole digest in it, so that nobody chooses a
    /// name at the provider that has the id of another.
    pub fn derive(issuer: &str, subject: &str) -> Self {
        Self(format!("i-{}", Digest::of_parts(["identity", issuer, subject]).hex()))
    }
}

impl ExceptionId {
    /// The id of an exception that is asked for until a day.
    pub fn derive(
        risk: &RiskId,
        requirement: &RequirementId,
        subject: &Subject,
        expires: crate::Date,
    ) -> Self {
        let (requirement, subject) = (requirement.to_string(), subject.to_string());
        let expires = expires.to_string();
        Self(derived("e", ["exception", &requirement, &subject, risk.as_str(), &expires]))
    }
}

impl DecisionId {
    /// The id of what a system asked at an instant.
    pub fn derive(system: &SystemId, question: &str, put_at: Instant) -> Self {
        Self(derived("d", ["decision", system.as_str(), question, &put_at.to_string()]))
    }
}

impl ViewId {
    /// The id of a view of a kind of record that someone calls by a name.
    pub fn derive(owner: &PersonId, kind: &str, name: &str) -> Self {
        Self(derived(owner.as_str(), ["view", owner.as_str(), kind, name]))
    }
}

impl CommentId {
    /// The id of what someone says at an instant. It has half a digest in it, so that no comment
    /// ever takes the place of another.
    pub fn derive(about: &About, text: &str, by: &PersonId, at: Instant) -> Self {
        let (kind, at) = (about.kind.as_str(), at.to_string());
        let digest = Digest::of_parts(["comment", kind, &about.key, text, by.as_str(), &at]);
        Self(format!("c-{}", &digest.hex()[..32]))
    }
}

impl SampleId {
    /// The id of what someone draws of a kind of record at an instant.
    pub fn derive(by: &PersonId, kind: &str, at: Instant) -> Self {
        Self(derived(kind, ["sample", by.as_str(), kind, &at.to_string()]))
    }
}

fn derived<const N: usize>(readable: &str, parts: [&str; N]) -> String {
    let mut name = slug(readable);
    name.truncate(48);
    format!("{}-{}", name.trim_end_matches('-'), &Digest::of_parts(parts).hex()[..8])
}

/// Turns any text into a slug: lower-case ASCII letters and digits, other runs become one hyphen.
/// Text without a letter or digit becomes `x`.
pub fn slug(text: &str) -> String {
    let mut slug = String::new();
    for character in text.chars() {
        let character = character.to_ascii_lowercase();
        if character.is_ascii_alphanumeric() {
            slug.push(character);
        } else if !slug.ends_with('-') && !slug.is_empty() {
            slug.push('-');
        }
        if slug.len() >= SLUG_BYTES_MAX {
            break;
        }
    }
    let slug = slug.trim_end_matches('-');
    if slug.is_empty() { "x".to_owned() } else { slug.to_owned() }
}

pub(crate) fn check_slug(text: &str, what: &'static str) -> Result<(), IdError> {
    let error = |why| Err(IdError { text: text.to_owned(), what, why });
    if text.is_empty() {
        return error("it is empty");
    }
    if text.len() > SLUG_BYTES_MAX {
        return error("it is longer than 96 bytes");
    }
    if !text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-') {
        return error("only lower-case letters, digits and hyphens are allowed");
    }
    if text.starts_with('-') || text.ends_with('-') {
        return error("it begins or ends with a hyphen");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ControlId;

    #[test]
    fn derived_ids_are_readable_and_stable() {
        let organisation = "acme".parse().expect("slug");
        let id = AssetId::derive(&organisation, AssetKind::Model, "openai/gpt-4o");
        assert!(id.as_str().starts_with("openai-gpt-4o-"), "{id}");
        assert_eq!(id, AssetId::derive(&organisation, AssetKind::Model, "openai/gpt-4o"));
        assert_ne!(id, AssetId::derive(&organisation, AssetKind::ModelApi, "openai/gpt-4o"));
        assert!(id.as_str().parse::<AssetId>().is_ok());
    }

    /// What the schema of a type says of a text, without the ends of the expression.
    fn pattern<T: schemars::JsonSchema>() -> impl proptest::strategy::Strategy<Value = String> {
        let schema = T::json_schema(&mut schemars::SchemaGenerator::default());
        let pattern =
            schema.get("pattern").and_then(|pattern| pattern.as_str()).expect("a pattern");
        let inner = pattern.strip_prefix('^').and_then(|rest| rest.strip_suffix('$'));
        proptest::string::string_regex(inner.expect("the whole text")).expect("a pattern")
    }

    proptest::proptest! {
        #[test]
        fn what_fits_a_schema_is_read(
            slug in pattern::<SystemId>(),
            control in pattern::<ControlId>(),
            requirement in pattern::<RequirementId>(),
            subject in pattern::<Subject>(),
            digest in pattern::<Digest>(),
            reference in pattern::<crate::FrameworkRef>(),
            attribute in pattern::<crate::Attribute>(),
        ) {
            proptest::prop_assert!(slug.parse::<SystemId>().is_ok(), "{slug}");
            proptest::prop_assert!(control.parse::<ControlId>().is_ok(), "{control}");
            proptest::prop_assert!(requirement.parse::<RequirementId>().is_ok(), "{requirement}");
            proptest::prop_assert!(subject.parse::<Subject>().is_ok(), "{subject}");
            proptest::prop_assert!(digest.parse::<Digest>().is_ok(), "{digest}");
            proptest::prop_assert!(reference.parse::<crate::FrameworkRef>().is_ok(), "{reference}");
            proptest::prop_assert!(attribute.parse::<crate::Attribute>().is_ok(), "{attribute}");
        }

        #[test]
        fn a_slug_of_anything_is_an_identifier(text in ".*") {
            proptest::prop_assert!(check_slug(&slug(&text), "a slug").is_ok());
        }
    }
}
