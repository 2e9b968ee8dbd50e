//! A list that someone wants to find again: a register as it was filtered and sorted, by a name.
//!
//! A saved view is on record like everything else, so it goes along to every server and into every
//! copy. It holds what to ask and never what was answered, so nobody sees more by it than they may.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{PersonId, ViewId};

/// A saved view of the list of a register.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct View {
    /// Its id: the same person, kind and name is the same view.
    pub id: ViewId,
    /// Whose it is.
    pub owner: PersonId,
    /// The kind of the records that it lists.
    pub kind: String,
    /// What its owner calls it.
    pub name: String,
    /// What the records contain; empty is any.
    #[serde(default)]
    pub text: String,
    /// Fields of the list and the values asked for.
    #[serde(default)]
    pub filters: BTreeMap<String, String>,
    /// The field that it is sorted by, unless it is that of the register.
    #[serde(default)]
    pub sort: Option<String>,
    /// The last first.
    #[serde(default)]
    pub descending: bool,
    /// Whether its owner deleted it.
    #[serde(default)]
    pub removed: bool,
}
