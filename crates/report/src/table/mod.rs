//! A table: columns with keys, rows of cells, and the forms in which it is shown.
//!
//! ```text
//!  Assessment ─▶ registers ─▶ Table ─▶ text (a terminal)  ·  JSON (an array of objects by key)
//!                                      CSV  ·  Markdown  ·  HTML
//! ```
//!
//! A cell has a text for people and a value for machines, so that a list stays a list in JSON
//! and a number stays a number.

mod export;
mod import;
mod text;

use serde_json::Value as Json;

use crate::style::{Tone, plain};

pub use import::{CSV_BYTES_MAX, CSV_ROWS_MAX, Sheet, SheetError, SheetRow, unguarded};

/// Rows under named columns.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// What it lists, in the plural: `gaps`.
    pub title: String,
    /// What to print when there are no rows; never that all is well.
    pub empty: String,
    /// The columns.
    pub columns: Vec<Column>,
    /// The rows; each has as many cells as there are columns.
    pub rows: Vec<Vec<Cell>>,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its key in JSON and CSV, in `snake_case`.
    pub key: &'static str,
    /// Its heading.
    pub title: &'static str,
    /// On which side its text stands.
    pub align: Align,
    /// Who sees it.
    pub reader: Reader,
    /// Whether a terminal must never break its text: what people copy, such as ids.
    pub whole: bool,
}

/// Who sees a column. CSV and JSON always have it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reader {
    /// Everyone.
    All,
    /// Pages, which have room for sentences; a terminal has not.
    Pages,
    /// Machines only.
    Machines,
}

/// On which side the text of a column stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Align {
    /// Texts.
    Left,
    /// Numbers.
    Right,
}

/// The crossing of a row and a column.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    /// For people, on one line.
    pub text: String,
    /// For machines.
    pub value: Json,
    /// What it means for its reader.
    pub tone: Tone,
}

impl Column {
    /// A column of texts.
    pub const fn left(key: &'static str, title: &'static str) -> Self {
        Self { key, title, align: Align::Left, reader: Reader::All, whole: false }
    }

    /// A column of texts that a terminal never breaks.
    pub const fn whole(key: &'static str, title: &'static str) -> Self {
        Self { whole: true, ..Self::left(key, title) }
    }

    /// A column of sentences, which a terminal leaves out.
    pub const fn page(key: &'static str, title: &'static str) -> Self {
        Self { reader: Reader::Pages, ..Self::left(key, title) }
    }

    /// A column of numbers.
    pub const fn right(key: &'static str, title: &'static str) -> Self {
        Self { align: Align::Right, ..Self::left(key, title) }
    }

    /// A column for machines only.
    pub const fn hidden(key: &'static str, title: &'static str) -> Self {
        Self { reader: Reader::Machines, ..Self::left(key, title) }
    }
}

impl Cell {
    /// A text.
    pub fn text(text: impl AsRef<str>) -> Self {
        let text = text.as_ref();
        let value = if text.is_empty() { Json::Null } else { Json::from(text) };
        Self { text: plain(text).into_owned(), value, tone: Tone::Plain }
    }

    /// Anything that prints; nothing is an empty cell.
    pub fn maybe(value: Option<impl ToString>) -> Self {
        Self::text(value.map(|value| value.to_string()).unwrap_or_default())
    }

    /// A number.
    pub fn number(number: u64) -> Self {
        Self { text: number.to_string(), value: Json::from(number), tone: Tone::Plain }
    }

    /// Yes or no, in words for people.
    pub fn flag(value: bool, yes: &str, no: &str) -> Self {
        let text = if value { yes } else { no };
        Self { text: text.to_owned(), value: Json::from(value), tone: Tone::Plain }
    }

    /// Several texts: `, ` between them for people, an array for machines.
    pub fn list<T: ToString>(items: impl IntoIterator<Item = T>) -> Self {
        let items: Vec<String> = items.into_iter().map(|item| item.to_string()).collect();
        Self {
            text: plain(&items.join(", ")).into_owned(),
            value: Json::from(items),
            tone: Tone::Plain,
        }
    }

    /// The same with another text for people.
    #[must_use]
    pub fn shown_as(mut self, text: impl AsRef<str>) -> Self {
        self.text = plain(text.as_ref()).into_owned();
        self
    }

    /// The same with a tone.
    #[must_use]
    pub fn toned(mut self, tone: Tone) -> Self {
        self.tone = tone;
        self
    }
}

impl Table {
    /// A table without rows.
    pub fn new(title: &str, empty: impl Into<String>, columns: Vec<Column>) -> Self {
        Self { title: title.to_owned(), empty: empty.into(), columns, rows: Vec::new() }
    }

    /// The indices of the columns that people see.
    fn shown(&self) -> impl Iterator<Item = (usize, &Column)> {
        self.columns.iter().enumerate().filter(|(_, column)| column.reader != Reader::Machines)
    }
}
