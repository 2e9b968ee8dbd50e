//! The catalogue as the rest of Annex reads it.

use std::collections::{BTreeMap, BTreeSet};

use annex_isms::entity::EvidenceKind;
use annex_isms::{
    AssetKind, Attribute, Basis, ControlId, Digest, FrameworkRef, RequirementId, Severity,
    SubjectKind, ThreatId, ValueType,
};
use annex_policy::{AttributeTable, Rules};
use serde::{Deserialize, Serialize};

/// A checked catalogue.
#[derive(Debug, Clone)]
pub struct Catalogue {
    /// The digest of its files.
    pub digest: Digest,
    /// All controls.
    pub controls: BTreeMap<ControlId, Control>,
    /// All requirements.
    pub requirements: BTreeMap<RequirementId, Requirement>,
    /// All attributes, by kind of subject and name.
    pub attributes: BTreeMap<(SubjectKind, Attribute), AttributeSpec>,
    /// Their types.
    pub table: AttributeTable,
    /// Who can observe what, by name.
    pub collectors: BTreeMap<String, Collector>,
    /// Threat scenarios, the principal ones first, otherwise as the files have them.
    pub threats: Vec<Threat>,
    /// `likelihood` and `consequence`.
    pub scales: BTreeMap<String, Scale>,
    /// Frameworks by id and edition.
    pub frameworks: BTreeMap<(String, String), Framework>,
    /// The Stage 2 checklist, in order.
    pub stage2: Vec<Stage2>,
    /// What is known by name.
    pub known: Known,
}

impl Catalogue {
    /// The requirements of a control, in order.
    pub fn of_control(&self, control: &ControlId) -> impl Iterator<Item = &Requirement> {
        self.requirements.values().filter(move |requirement| requirement.id.control() == control)
    }

    /// The threats that a control is linked to.
    pub fn threats_of(&self, control: &ControlId) -> impl Iterator<Item = &Threat> {
        self.threats.iter().filter(move |threat| threat.controls.contains(control))
    }

    /// Whether a collector of this version can deliver this attribute on this basis.
    pub fn observable(&self, kind: SubjectKind, name: &Attribute, basis: Basis) -> bool {
        self.attributes.get(&(kind, name.clone())).is_some_and(|spec| {
            spec.collectors.iter().any(|collector| {
                self.collectors.get(collector).is_some_and(|c| c.available && c.basis >= basis)
            })
        })
    }
}

/// The four themes of Annex A.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the names say it")]
pub enum Theme {
    Organizational,
    People,
    Physical,
    Technological,
}

/// A control.
#[derive(Debug, Clone, Serialize)]
pub struct Control {
    /// Its id.
    pub id: ControlId,
    /// Its short title.
    pub title: String,
    /// Its theme.
    pub theme: Theme,
    /// Whether the 2022 edition added it.
    pub new_in_2022: bool,
    /// What AI changes; `None`: base ISMS, not assessed here.
    pub ai: Option<String>,
    /// The kinds of asset that question 2 counts.
    pub concerns: BTreeSet<AssetKind>,
}

/// References into frameworks, each with its reason.
pub type References = BTreeMap<FrameworkRef, String>;

/// One checkable AI extension of a control.
#[derive(Debug, Clone, Serialize)]
pub struct Requirement {
    /// Its id.
    pub id: RequirementId,
    /// What is so when it is met, in a few words.
    pub title: String,
    /// The question it serves: 1, 2 or 3.
    pub question: u8,
    /// The kind of subject.
    pub subject: SubjectKind,
    /// The kinds of asset that make a subject concerned; empty is every subject.
    pub having: BTreeSet<AssetKind>,
    /// When it is met, in plain words.
    pub words: String,
    /// The policy as written.
    pub policy: String,
    /// The policy, compiled.
    #[serde(skip)]
    pub rules: Rules,
    /// What each attribute must fulfil to count.
    pub needs: BTreeMap<Attribute, Need>,
    /// How much a gap matters.
    pub severity: Severity,
    /// What to do.
    pub remedy: String,
    /// Who is asked when nobody is named.
    pub role: String,
    /// References.
    pub refs: References,
}

/// What an attribute must fulfil to count towards `met`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Need {
    /// The weakest basis.
    pub basis: Basis,
    /// How long an observation counts.
    pub fresh_days: u32,
    /// Whether only observations made after the subject's last change count.
    pub after_change: bool,
}

/// An attribute.
#[derive(Debug, Clone, Serialize)]
pub struct AttributeSpec {
    /// The kind of subject.
    pub subject: SubjectKind,
    /// Its name.
    pub name: Attribute,
    /// Its type.
    pub value_type: ValueType,
    /// Its unit, when it is a number of something.
    pub unit: String,
    /// What it says.
    pub words: String,
    /// Who can observe it.
    pub collectors: BTreeSet<String>,
    /// The question to a person.
    pub ask: Option<String>,
    /// A value that an answer might have.
    pub example: Option<String>,
}

/// Who can observe.
#[derive(Debug, Clone, Serialize)]
pub struct Collector {
    /// Its name.
    pub name: String,
    /// What it looks at.
    pub words: String,
    /// The strongest basis that it can deliver.
    pub basis: Basis,
    /// Whether this version has it.
    pub available: bool,
}

/// A threat scenario.
#[derive(Debug, Clone, Serialize)]
pub struct Threat {
    /// Its id.
    pub id: ThreatId,
    /// Its title.
    pub title: String,
    /// The scenario.
    pub words: String,
    /// One of those that every assessment shows first.
    pub principal: bool,
    /// What a system must have: one kind of each set.
    pub parts: Vec<BTreeSet<AssetKind>>,
    /// Controls whose results move the current likelihood.
    pub controls: BTreeSet<ControlId>,
    /// Criteria for likelihood 1 to 5.
    pub likelihood: [String; 5],
    /// How to judge the consequence for confidentiality.
    pub confidentiality: String,
    /// How to judge the consequence for integrity.
    pub integrity: String,
    /// How to judge the consequence for availability.
    pub availability: String,
    /// References.
    pub refs: References,
}

/// A documented scale of 1 to 5.
#[derive(Debug, Clone, Serialize)]
pub struct Scale {
    /// Its id.
    pub id: String,
    /// The five levels.
    pub levels: [Level; 5],
}

/// A level of a scale.
#[derive(Debug, Clone, Serialize)]
pub struct Level {
    /// Its name.
    pub name: String,
    /// What it means.
    pub words: String,
}

/// An edition of a framework.
#[derive(Debug, Clone, Serialize)]
pub struct Framework {
    /// Its id.
    pub id: String,
    /// The edition.
    pub edition: String,
    /// Its title.
    pub title: String,
    /// Items and their titles.
    pub items: BTreeMap<String, String>,
}

/// What a Stage 2 auditor asks for.
#[derive(Debug, Clone, Serialize)]
pub struct Stage2 {
    /// Its id.
    pub id: String,
    /// What it is.
    pub title: String,
    /// Who provides it.
    pub role: String,
    /// The controls that it supports.
    pub controls: BTreeSet<ControlId>,
    /// The kinds of evidence that it needs.
    pub needs: Vec<Stage2Need>,
}

/// A kind of evidence, and how long it counts.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Stage2Need {
    /// The kind.
    pub kind: EvidenceKind,
    /// How long it counts.
    pub fresh_days: u32,
}

/// What is known by name: packages and providers.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Known {
    /// AI software packages.
    pub packages: Vec<Package>,
    /// Providers of models.
    pub providers: Vec<Provider>,
}

/// An AI software package.
#[derive(Debug, Clone, Serialize)]
pub struct Package {
    /// `pypi`, `npm`, `crates` or `go`.
    pub ecosystem: String,
    /// Its name there.
    pub name: String,
    /// What it is for.
    pub role: String,
    /// The provider whose service it calls.
    pub provider: Option<String>,
}

/// A provider of models.
#[derive(Debug, Clone, Serialize)]
pub struct Provider {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Software that is run by the organisation itself, hence no supplier.
    pub local: bool,
    /// Hosts of its service.
    pub hosts: Vec<String>,
    /// Environment variables that hold its keys.
    pub keys: Vec<String>,
    /// Name patterns of its models, with `*`.
    pub models: Vec<String>,
}
