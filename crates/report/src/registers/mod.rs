//! The registers of an assessment as tables.

mod found;
mod judged;

use annex_isms::DataClass;
use annex_isms::assessment::Counts;

use crate::style::Tone;
use crate::table::{Cell, Column, Table};
use crate::view::Report;

/// A register: something that an assessment lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Register {
    Systems,
    Assets,
    Flows,
    Architecture,
    Controls,
    Results,
    Requests,
    Gaps,
    Risks,
    Soa,
    Stage2,
    Answers,
    Skipped,
}

impl Register {
    /// All of them, in the order of the document.
    pub const ALL: [Self; 13] = [
        Self::Systems,
        Self::Assets,
        Self::Flows,
        Self::Architecture,
        Self::Controls,
        Self::Results,
        Self::Requests,
        Self::Gaps,
        Self::Risks,
        Self::Soa,
        Self::Stage2,
        Self::Answers,
        Self::Skipped,
    ];

    /// Its name, as in the JSON document and in a pack.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Systems => "systems",
            Self::Assets => "assets",
            Self::Flows => "flows",
            Self::Architecture => "architecture",
            Self::Controls => "controls",
            Self::Results => "results",
            Self::Requests => "requests",
            Self::Gaps => "gaps",
            Self::Risks => "risks",
            Self::Soa => "soa",
            Self::Stage2 => "stage2",
            Self::Answers => "answers",
            Self::Skipped => "skipped",
        }
    }
}

impl Report<'_> {
    /// A register as a table.
    pub fn table(&self, register: Register) -> Table {
        match register {
            Register::Systems => self.systems(),
            Register::Assets => self.assets(),
            Register::Flows => self.flows(),
            Register::Architecture => self.architecture(),
            Register::Controls => self.controls(),
            Register::Results => self.results(),
            Register::Requests => self.requests(),
            Register::Gaps => self.gaps(),
            Register::Risks => self.risks(),
            Register::Soa => self.soa(),
            Register::Stage2 => self.stage2(),
            Register::Answers => self.answers(),
            Register::Skipped => self.skipped(),
        }
    }
}

/// Data classes; none is not known, which is not `public`.
fn classes(classes: &std::collections::BTreeSet<DataClass>) -> Cell {
    let cell = Cell::list(classes);
    if classes.is_empty() { cell.shown_as("not known").toned(Tone::Open) } else { cell }
}

fn count_columns() -> [Column; 4] {
    [
        Column::right("met", "Met"),
        Column::right("gap", "Gap"),
        Column::right("unknown", "Unknown"),
        Column::right("not_applicable", "N/A"),
    ]
}

fn count_cells(counts: Counts) -> [Cell; 4] {
    [counts.met, counts.gap, counts.unknown, counts.not_applicable].map(Cell::number)
}
