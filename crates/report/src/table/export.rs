//! A table for other programs: CSV, JSON, Markdown, HTML.
//!
//! A spreadsheet runs a cell that begins like a formula, and the texts here come from
//! repositories that anyone may have written. Such a cell gets an apostrophe in front, as OWASP
//! advises; JSON has the text as it is.

use std::borrow::Cow;
use std::io::{self, Write};

use maud::{Markup, html};
use serde_json::{Map, Value as Json};

use super::import::guarded;
use super::{Align, Cell, Table};
use crate::html::breakable;
use crate::style::plain;

/// A text up to this length stays on one line of a page.
const SHORT_BYTES_MAX: usize = 12;

impl Table {
    /// Writes comma-separated values with the keys as the first line (RFC 4180).
    ///
    /// # Errors
    /// When `out` cannot be written.
    pub fn write_csv(&self, out: impl Write) -> io::Result<()> {
        let mut writer = csv_writer(out);
        writer.write_record(self.columns.iter().map(|column| column.key))?;
        self.rows_to(&mut writer)
    }

    /// Writes the rows alone: what goes on after [`write_csv`](Self::write_csv).
    ///
    /// # Errors
    /// When `out` cannot be written.
    pub fn write_csv_rows(&self, out: impl Write) -> io::Result<()> {
        self.rows_to(&mut csv_writer(out))
    }

    fn rows_to(&self, writer: &mut csv::Writer<impl Write>) -> io::Result<()> {
        for row in &self.rows {
            writer.write_record(row.iter().map(Cell::exported))?;
        }
        writer.flush()
    }

    /// The bytes of [`write_csv`](Self::write_csv).
    pub fn to_csv(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        // A vector takes whatever is written; the only other error is rows of unequal length.
        let written = self.write_csv(&mut bytes);
        debug_assert!(written.is_ok(), "{written:?}");
        bytes
    }

    /// An array of objects by key.
    pub fn to_json(&self) -> Json {
        let object = |row: &Vec<Cell>| {
            let fields = self.columns.iter().zip(row);
            let fields = fields.map(|(column, cell)| (column.key.to_owned(), cell.value.clone()));
            Json::Object(fields.collect::<Map<_, _>>())
        };
        Json::Array(self.rows.iter().map(object).collect())
    }

    /// A Markdown table (the GitHub flavour), or the sentence for none.
    pub fn to_markdown(&self) -> String {
        if self.rows.is_empty() {
            return format!("{}\n", markdown(&self.empty));
        }
        let mut out = String::new();
        let mut line = |cells: Vec<String>| {
            out.push_str("| ");
            out.push_str(&cells.join(" | "));
            out.push_str(" |\n");
        };
        line(self.shown().map(|(_, column)| markdown(column.title)).collect());
        line(
            self.shown()
                .map(|(_, column)| match column.align {
                    Align::Left => "---".to_owned(),
                    Align::Right => "---:".to_owned(),
                })
                .collect(),
        );
        for row in &self.rows {
            line(self.shown().map(|(index, _)| markdown(&row[index].text)).collect());
        }
        out
    }

    /// A `<table>` in a frame that scrolls by itself, or the sentence for none.
    pub fn to_html(&self) -> Markup {
        html! {
            @if self.rows.is_empty() {
                p.none { (self.empty) }
            } @else {
                div.scroll tabindex="0" role="region" aria-label=(self.title) {
                    table {
                        thead { tr {
                            @for (_, column) in self.shown() {
                                th scope="col" class=[number(column.align)] { (column.title) }
                            }
                        } }
                        tbody {
                            @for row in &self.rows {
                                tr {
                                    @for (index, column) in self.shown() {
                                        @let cell = &row[index];
                                        td class=[number(column.align)] data-label=(column.title) {
                                            span class=(classes(cell)) { (breakable(&cell.text)) }
                                        }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// A date or a word is not broken; the long texts beside it are.
fn classes(cell: &Cell) -> String {
    let short = if cell.text.len() <= SHORT_BYTES_MAX { " short" } else { "" };
    format!("{}{short}", cell.tone.class())
}

fn number(align: Align) -> Option<&'static str> {
    (align == Align::Right).then_some("number")
}

impl Cell {
    /// All of a cell as text: a list is shown to people by its beginning.
    pub fn whole(&self) -> Cow<'_, str> {
        let Some(items) = self.value.as_array() else { return Cow::Borrowed(&self.text) };
        let items: Vec<&str> = items.iter().filter_map(Json::as_str).collect();
        Cow::Owned(plain(&items.join(", ")).into_owned())
    }

    /// The cell as it stands in a CSV file.
    pub fn exported(&self) -> String {
        guarded(&self.whole())
    }
}

fn csv_writer<W: Write>(out: W) -> csv::Writer<W> {
    csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(out)
}

/// Text that Markdown shows as it is.
fn markdown(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '|' | '\\' | '`' | '*' | '_' | '[' | ']' | '#' | '~' | '!' => {
                out.push('\\');
                out.push(c);
            }
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '\n' | '\r' => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::Column;

    fn table(text: &str) -> Table {
        let columns = vec![Column::left("what", "What"), Column::hidden("where", "Where")];
        let mut table = Table::new("things", "none found", columns);
        table.rows.push(vec![Cell::text(text), Cell::list(["a:1", "b:2"]).shown_as("a:1 (+1)")]);
        table
    }

    #[test]
    fn no_cell_of_a_csv_file_is_a_formula() {
        for risky in ["=1+1", "+1", "-1", "@SUM(A1)", "=HYPERLINK(\"x\",\"y\")"] {
            let csv = String::from_utf8(table(risky).to_csv()).expect("UTF-8");
            let line = csv.lines().nth(1).expect("a row");
            assert!(line.trim_start_matches('"').starts_with('\''), "{line}");
        }
        // Tabs and line breaks do not get that far: they are spaces by then.
        assert_eq!(guarded("\tx"), "'\tx");
        assert_eq!(table("a, \"b\"").to_csv(), b"what,where\r\n\"a, \"\"b\"\"\",\"a:1, b:2\"\r\n");
    }

    #[test]
    fn json_keeps_what_people_do_not_see() {
        assert_eq!(
            table("=x").to_json(),
            serde_json::json!([{"what": "=x", "where": ["a:1", "b:2"]}])
        );
    }

    #[test]
    fn markdown_and_html_show_foreign_text_as_text() {
        let hostile = table("a|b\n<script>alert(1)</script> [x](y) **z**");
        let markdown = hostile.to_markdown();
        assert_eq!(markdown.lines().count(), 3);
        assert!(markdown.contains(r"a\|b &lt;script&gt;"), "{markdown}");
        let html = hostile.to_html().into_string();
        assert!(html.contains("&lt;script&gt;") && !html.contains("<script"), "{html}");
    }
}
