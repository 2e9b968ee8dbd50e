//! What became different between two scans of one repository, and what that touches.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::observation::{AssetKey, Location, Scope};
use crate::{Attribute, ControlId, Instant, RequirementId};

/// The difference between an earlier scan and a later one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Drift {
    /// What was scanned.
    pub scope: Scope,
    /// When the earlier scan ended.
    pub since: Instant,
    /// Whether the later scan read everything. If not, what is gone may only be unread.
    pub complete: bool,
    /// Assets, in order of their keys.
    pub changes: Vec<AssetChange>,
    /// Controls that ask about what changed, each with its reasons.
    pub controls: Vec<TouchedControl>,
    /// Requirements whose evidence from before a change does not count any more.
    pub outdated: BTreeSet<RequirementId>,
}

/// What happened to an asset.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AssetChange {
    /// The asset, as the later scan names it.
    #[serde(flatten)]
    pub asset: AssetKey,
    /// Its name for people.
    pub name: String,
    /// What happened.
    pub what: AssetDrift,
    /// Where it is, or was.
    pub locations: BTreeSet<Location>,
}

/// What can happen to an asset.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AssetDrift {
    /// It was not there before.
    New,
    /// It is not seen any more.
    Gone,
    /// It was known under another key, and is the same by its content.
    Renamed {
        /// The key before.
        from: String,
    },
    /// Attributes have other values.
    Changed {
        /// Which.
        attributes: Vec<AttributeChange>,
    },
}

/// An attribute with another value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AttributeChange {
    /// Which.
    pub attribute: Attribute,
    /// Its value before; `None` when it was not observed.
    pub from: Option<String>,
    /// Its value now; `None` when it is not observed any more.
    pub to: Option<String>,
}

/// A control that a change touches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TouchedControl {
    /// The control.
    pub control: ControlId,
    /// Its title.
    pub title: String,
    /// Its requirements that read what changed.
    pub requirements: BTreeSet<RequirementId>,
}

impl Drift {
    /// Whether nothing became different.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }
}
