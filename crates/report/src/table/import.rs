//! A table that comes back: CSV as [`write_csv`](super::Table::write_csv) gives it, or as people
//! make it, read row by row.
//!
//! A file may be hostile: everything is bounded, and what cannot be read is said with its line.
//! Columns are told apart by a comma, or by a semicolon where the first line has no comma, as
//! spreadsheets write it in parts of the world.
//!
//! A cell is given as it stands in the file. One that was kept from being a formula has an
//! apostrophe in front; [`unguarded`] takes that away, and only that.

use std::collections::BTreeSet;

/// The most bytes of a file.
pub const CSV_BYTES_MAX: usize = 1 << 20;
/// The most rows below the first line, columns of a row, and bytes of a cell.
pub const CSV_ROWS_MAX: usize = 5_000;
const COLUMNS_MAX: usize = 64;
const CELL_BYTES_MAX: usize = 16 << 10;

/// The mark that some programs begin a file with.
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// What a file says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sheet {
    /// The names of its columns, none of which stands twice.
    pub columns: Vec<String>,
    /// Its rows.
    pub rows: Vec<SheetRow>,
}

/// A row of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SheetRow {
    /// The line on which it begins, from 1.
    pub line: u64,
    /// Its cells, which may be more or fewer than there are columns.
    pub cells: Vec<String>,
}

/// Why a file is no table.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SheetError {
    /// It is too large.
    #[error("the file has more than {CSV_BYTES_MAX} bytes; divide it")]
    Bytes,
    /// It has too many rows.
    #[error("the file has more than {CSV_ROWS_MAX} rows; divide it")]
    Rows,
    /// A row has too many cells, or a cell too many bytes.
    #[error(
        "line {line} has more than {COLUMNS_MAX} cells, or a cell of more than {CELL_BYTES_MAX} bytes"
    )]
    Cells {
        /// The line.
        line: u64,
    },
    /// It is no text.
    #[error("line {line} is no text in UTF-8; save the file as \"CSV UTF-8\"")]
    Text {
        /// The line.
        line: u64,
    },
    /// The first line is not one of names.
    #[error("the first line must name the columns, each once: {why}")]
    Columns {
        /// What is wrong with it.
        why: String,
    },
    /// It cannot be read for another reason.
    #[error("the file cannot be read: {0}")]
    Other(String),
}

impl Sheet {
    /// Reads a file. Empty rows are passed over, and lines may end in either way.
    ///
    /// # Errors
    /// When it is too large, is no text, or does not begin with the names of its columns.
    pub fn read(bytes: &[u8]) -> Result<Self, SheetError> {
        if bytes.len() > CSV_BYTES_MAX {
            return Err(SheetError::Bytes);
        }
        let bytes = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes);
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(delimiter(bytes))
            .from_reader(bytes);
        let mut columns: Option<Vec<String>> = None;
        let mut rows = Vec::new();
        let mut lines = Lines { bytes, at: 0, line: 1 };
        for record in reader.byte_records() {
            let record = record.map_err(|error| SheetError::Other(error.to_string()))?;
            let line = lines.of(record.position().map_or(0, csv::Position::byte));
            if record.len() > COLUMNS_MAX || record.iter().any(|cell| cell.len() > CELL_BYTES_MAX) {
                return Err(SheetError::Cells { line });
            }
            let cells = record.iter().map(cell).collect::<Option<Vec<String>>>();
            let cells = cells.ok_or(SheetError::Text { line })?;
            if columns.is_none() {
                columns = Some(names(&cells)?);
            } else if cells.iter().any(|cell| !cell.trim().is_empty()) {
                if rows.len() == CSV_ROWS_MAX {
                    return Err(SheetError::Rows);
                }
                rows.push(SheetRow { line, cells });
            }
        }
        let empty = || SheetError::Columns { why: "the file is empty".to_owned() };
        Ok(Self { columns: columns.ok_or_else(empty)?, rows })
    }
}

/// The lines of a file. A reader of CSV counts some of them late: where a line ends in two bytes,
/// and where lines are empty.
struct Lines<'a> {
    bytes: &'a [u8],
    at: usize,
    line: u64,
}

impl Lines<'_> {
    /// The line of what begins at an offset, behind the ends of lines before it.
    fn of(&mut self, offset: u64) -> u64 {
        let offset = usize::try_from(offset).unwrap_or(usize::MAX);
        while let Some(byte) = self.bytes.get(self.at)
            && (self.at < offset || matches!(byte, b'\r' | b'\n'))
        {
            self.line += u64::from(*byte == b'\n');
            self.at += 1;
        }
        self.line
    }
}

/// A cell as text, with one way to end a line.
fn cell(bytes: &[u8]) -> Option<String> {
    std::str::from_utf8(bytes).ok().map(|text| text.replace("\r\n", "\n"))
}

fn delimiter(bytes: &[u8]) -> u8 {
    let first = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
    if first.contains(&b';') && !first.contains(&b',') { b';' } else { b',' }
}

fn names(cells: &[String]) -> Result<Vec<String>, SheetError> {
    let names: Vec<String> = cells.iter().map(|cell| cell.trim().to_owned()).collect();
    let mut seen = BTreeSet::new();
    for name in &names {
        let why = if name.is_empty() {
            "one has no name".to_owned()
        } else if seen.insert(name) {
            continue;
        } else {
            format!("`{name}` stands twice")
        };
        return Err(SheetError::Columns { why });
    }
    Ok(names)
}

/// A cell that no spreadsheet takes for a formula: an apostrophe goes before one that would be,
/// and before one that has such apostrophes already, so that [`unguarded`] takes away what was
/// put there.
pub(super) fn guarded(text: &str) -> String {
    if is_risky(text) { format!("'{text}") } else { text.to_owned() }
}

/// The text of a cell before it was kept from being a formula.
pub fn unguarded(cell: &str) -> &str {
    cell.strip_prefix('\'').filter(|text| is_risky(text)).unwrap_or(cell)
}

fn is_risky(text: &str) -> bool {
    text.trim_start_matches('\'').starts_with(['=', '+', '-', '@', '\t', '\r', '\n'])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::{Cell, Column, Table};

    fn sheet(text: &str) -> Sheet {
        Sheet::read(text.as_bytes()).expect("a table")
    }

    fn cells(sheet: &Sheet) -> Vec<(u64, Vec<&str>)> {
        let row = |row: &'_ SheetRow| row.line;
        sheet
            .rows
            .iter()
            .map(|own| (row(own), own.cells.iter().map(String::as_str).collect()))
            .collect()
    }

    #[test]
    fn rows_are_read_with_their_lines() {
        let read = sheet("\u{feff}id, name \r\n\r\na,\"x\r\ny\"\r\n , \nb\nc,d,e\n");
        assert_eq!(read.columns, ["id", "name"]);
        assert_eq!(
            cells(&read),
            [(3, vec!["a", "x\ny"]), (6, vec!["b"]), (7, vec!["c", "d", "e"])]
        );
        assert_eq!(sheet("id;name\na;b,c\n").rows[0].cells, ["a", "b,c"]);
        assert!(sheet("id").rows.is_empty());
    }

    #[test]
    fn what_is_no_table_is_refused_with_its_line() {
        let wide = format!("id\n{}", ",".repeat(COLUMNS_MAX));
        let long = format!("id\n{}", "x".repeat(CELL_BYTES_MAX + 1));
        let many = format!("id\n{}", "x\n".repeat(CSV_ROWS_MAX + 1));
        for (bytes, says) in [
            (b"".to_vec(), "is empty"),
            (b"id,,x\n".to_vec(), "no name"),
            (b"id,x,id\n".to_vec(), "`id` stands twice"),
            (b"id\nok\n\xff\n".to_vec(), "line 3 is no text"),
            (wide.into_bytes(), "line 2 has more than"),
            (long.into_bytes(), "line 2 has more than"),
            (many.into_bytes(), "more than 5000 rows"),
            (vec![b'x'; CSV_BYTES_MAX + 1], "divide it"),
        ] {
            let error = Sheet::read(&bytes).expect_err(says);
            assert!(error.to_string().contains(says), "{error}");
        }
    }

    proptest::proptest! {
        #[test]
        fn bytes_are_read_or_refused(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..400)) {
            drop(Sheet::read(&bytes));
        }

        #[test]
        fn what_was_written_is_read_back(
            rows in proptest::collection::vec(proptest::collection::vec("['=+@\",;a-zé -]{0,6}", 3), 1..6),
        ) {
            let columns = vec![Column::left("a", "A"), Column::left("b", "B"), Column::left("id", "Id")];
            let mut table = Table::new("things", "", columns);
            // A row without any text is no row.
            table.rows = rows
                .iter()
                .map(|row| row.iter().map(|text| Cell::text(format!("{text}x"))).collect())
                .collect();
            let read = Sheet::read(&table.to_csv()).expect("a table");
            let read: Vec<Vec<&str>> =
                read.rows.iter().map(|row| row.cells.iter().map(|cell| unguarded(cell)).collect()).collect();
            let written: Vec<Vec<String>> =
                rows.iter().map(|row| row.iter().map(|text| format!("{text}x")).collect()).collect();
            proptest::prop_assert_eq!(read, written);
        }

        #[test]
        fn an_apostrophe_is_put_and_taken(text in "['=+@a\t-]{0,8}") {
            let cell = guarded(&text);
            proptest::prop_assert!(!cell.starts_with(['=', '+', '-', '@', '\t']));
            proptest::prop_assert_eq!(unguarded(&cell), text);
        }
    }
}
