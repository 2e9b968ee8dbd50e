//! The rows of a catalogue file, as serde reads them. `catalog/README.md` documents each key.

use std::collections::{BTreeMap, BTreeSet};

use annex_isms::entity::EvidenceKind;
use annex_isms::{
    AssetKind, Attribute, Basis, ControlId, FrameworkRef, RequirementId, Severity, SubjectKind,
    ThreatId, ValueType,
};
use serde::Deserialize;
use toml::Spanned;

use crate::model::Theme;

/// One file: any number of any table.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct File {
    pub(crate) control: Vec<Spanned<ControlRow>>,
    pub(crate) requirement: Vec<Spanned<RequirementRow>>,
    pub(crate) attribute: Vec<Spanned<AttributeRow>>,
    pub(crate) collector: Vec<Spanned<CollectorRow>>,
    pub(crate) threat: Vec<Spanned<ThreatRow>>,
    pub(crate) scale: Vec<Spanned<ScaleRow>>,
    pub(crate) framework: Vec<Spanned<FrameworkRow>>,
    pub(crate) stage2: Vec<Spanned<Stage2Row>>,
    pub(crate) package: Vec<Spanned<PackageRow>>,
    pub(crate) provider: Vec<Spanned<ProviderRow>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ControlRow {
    pub(crate) id: ControlId,
    pub(crate) title: String,
    pub(crate) theme: Theme,
    #[serde(default)]
    pub(crate) new_in_2022: bool,
    pub(crate) ai: Option<String>,
    #[serde(default)]
    pub(crate) concerns: BTreeSet<AssetKind>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RequirementRow {
    pub(crate) id: RequirementId,
    pub(crate) title: String,
    pub(crate) question: u8,
    pub(crate) subject: SubjectKind,
    #[serde(default)]
    pub(crate) having: BTreeSet<AssetKind>,
    pub(crate) words: String,
    pub(crate) policy: Option<Spanned<String>>,
    pub(crate) answer: Option<Attribute>,
    pub(crate) basis: Basis,
    pub(crate) fresh_days: u32,
    #[serde(default)]
    pub(crate) after_change: bool,
    pub(crate) severity: Severity,
    pub(crate) remedy: String,
    pub(crate) role: String,
    #[serde(default)]
    pub(crate) needs: BTreeMap<Attribute, NeedRow>,
    #[serde(default)]
    pub(crate) refs: BTreeMap<FrameworkRef, String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NeedRow {
    pub(crate) basis: Option<Basis>,
    pub(crate) fresh_days: Option<u32>,
    pub(crate) after_change: Option<bool>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AttributeRow {
    pub(crate) subject: SubjectKind,
    pub(crate) name: Attribute,
    pub(crate) r#type: ValueType,
    #[serde(default)]
    pub(crate) unit: String,
    pub(crate) words: String,
    pub(crate) collectors: BTreeSet<String>,
    pub(crate) ask: Option<String>,
    pub(crate) example: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CollectorRow {
    pub(crate) name: String,
    pub(crate) words: String,
    pub(crate) basis: Basis,
    pub(crate) available: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ThreatRow {
    pub(crate) id: ThreatId,
    pub(crate) title: String,
    pub(crate) words: String,
    #[serde(default)]
    pub(crate) principal: bool,
    pub(crate) parts: Vec<BTreeSet<AssetKind>>,
    pub(crate) controls: BTreeSet<ControlId>,
    pub(crate) likelihood: Vec<String>,
    pub(crate) confidentiality: String,
    pub(crate) integrity: String,
    pub(crate) availability: String,
    #[serde(default)]
    pub(crate) refs: BTreeMap<FrameworkRef, String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ScaleRow {
    pub(crate) id: String,
    pub(crate) levels: Vec<LevelRow>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LevelRow {
    pub(crate) name: String,
    pub(crate) words: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FrameworkRow {
    pub(crate) id: String,
    pub(crate) edition: String,
    pub(crate) title: String,
    pub(crate) items: BTreeMap<String, String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Stage2Row {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) role: String,
    pub(crate) controls: BTreeSet<ControlId>,
    pub(crate) needs: Vec<Stage2NeedRow>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Stage2NeedRow {
    pub(crate) kind: EvidenceKind,
    pub(crate) fresh_days: u32,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PackageRow {
    pub(crate) ecosystem: String,
    pub(crate) name: String,
    pub(crate) role: String,
    pub(crate) provider: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProviderRow {
    pub(crate) id: String,
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) local: bool,
    #[serde(default)]
    pub(crate) hosts: Vec<String>,
    #[serde(default)]
    pub(crate) keys: Vec<String>,
    #[serde(default)]
    pub(crate) models: Vec<String>,
}
