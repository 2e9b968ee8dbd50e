//! Where a control stood on the days of a period, as assessments of those days say.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::assessment::ControlStatus;
use crate::{ControlId, Date};

/// Where a control stood over a period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ControlDays {
    /// The control.
    pub control: ControlId,
    /// The period without a gap, from its first day to its last.
    pub stretches: Vec<Stretch>,
}

/// Days in a row on which a control stood the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Stretch {
    /// The first day.
    pub from: Date,
    /// The last day.
    pub to: Date,
    /// How many days these are.
    pub days: u64,
    /// Where it stood.
    pub status: ControlStatus,
    /// Whether assessments of these days say so; otherwise there was none, and it is unknown.
    pub assessed: bool,
}

impl ControlDays {
    /// On how many days it stood like this.
    pub fn days(&self, status: ControlStatus) -> u64 {
        self.stretches.iter().filter(|own| own.status == status).map(|own| own.days).sum()
    }
}
