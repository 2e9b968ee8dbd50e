//! Every attribute that a scan can observe, in one table. `catalog/attributes/discover.toml`
//! declares the same ones; a test holds them together.

use annex_isms::{SubjectKind, ValueType};

/// One attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Declared {
    /// The kind of subject.
    pub subject: SubjectKind,
    /// Its name.
    pub name: &'static str,
    /// Its type.
    pub value_type: ValueType,
    /// The value that decides when places differ; `None` when none is worse.
    pub unfavourable: Option<bool>,
}

const fn bool(subject: SubjectKind, name: &'static str, unfavourable: bool) -> Declared {
    Declared { subject, name, value_type: ValueType::Bool, unfavourable: Some(unfavourable) }
}

/// A fact that is neither good nor bad.
const fn fact(name: &'static str) -> Declared {
    Declared { subject: Asset, name, value_type: ValueType::Bool, unfavourable: None }
}

const fn long(name: &'static str) -> Declared {
    Declared { subject: Asset, name, value_type: ValueType::Long, unfavourable: None }
}

const fn set(subject: SubjectKind, name: &'static str) -> Declared {
    Declared { subject, name, value_type: ValueType::Set, unfavourable: None }
}

const fn text(subject: SubjectKind, name: &'static str) -> Declared {
    Declared { subject, name, value_type: ValueType::Text, unfavourable: None }
}

use SubjectKind::{Asset, Flow, System};

/// The table.
pub const ATTRIBUTES: &[Declared] = &[
    text(Asset, "architecture"),
    bool(Asset, "authentication_configured", false),
    text(Asset, "base_model"),
    fact("chat_template_present"),
    text(Asset, "content_digest"),
    long("context_length"),
    text(Asset, "digest"),
    text(Asset, "element_type"),
    text(Asset, "endpoint"),
    bool(Asset, "download_complete", false),
    bool(Asset, "executes_code", true),
    bool(Asset, "hash_locked", false),
    bool(Asset, "holds_secret", true),
    bool(Asset, "human_approval", false),
    bool(Asset, "iterations_bounded", false),
    bool(Asset, "key_in_source", true),
    text(Asset, "licence"),
    text(Asset, "model_format"),
    long("parameters"),
    bool(Asset, "port_published", true),
    text(Asset, "quantisation"),
    bool(Asset, "reaches_network", true),
    bool(Asset, "remote_code_trusted", true),
    bool(Asset, "runs_as_root", true),
    long("stored_bytes"),
    bool(Asset, "tls", false),
    text(Asset, "transport"),
    bool(Asset, "user_input_in_instructions", true),
    text(Asset, "version"),
    bool(Asset, "version_pinned", false),
    bool(Asset, "writes_files", true),
    set(Flow, "sensitive_fields"),
    bool(System, "conversations_logged", false),
    text(System, "digest"),
    bool(System, "fallback_in_source", false),
    bool(System, "guardrail_present", false),
    bool(System, "output_tokens_bounded", false),
    bool(System, "prompts_versioned", false),
    bool(System, "request_timeout_set", false),
    bool(System, "security_tests_present", false),
    bool(System, "telemetry_present", false),
];

/// Attributes of a system whose absence means `false`, when everything was read. A fallback is not
/// among them: it may be an ordinary `except` branch, which no name gives away.
pub(crate) const PRESENCE: [&str; 3] =
    ["guardrail_present", "security_tests_present", "telemetry_present"];

pub(crate) fn unfavourable(name: &str) -> Option<bool> {
    ATTRIBUTES
        .iter()
        .find(|declared| declared.name == name)
        .and_then(|declared| declared.unfavourable)
}
