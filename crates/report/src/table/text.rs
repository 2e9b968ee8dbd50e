//! A table on a terminal: as wide as it must be, never wider than the terminal.

use super::{Align, Cell, Reader, Table};
use crate::style::{Style, Tone, width, wrap};

/// Between two columns.
const GAP: usize = 2;
/// A column is not made narrower than this for the sake of another.
const COLUMN_WIDTH_MIN: usize = 6;
/// Nor is a word up to this width broken, as long as all columns fit.
const WORD_WIDTH_MAX: usize = 14;
/// The most lines of a cell; CSV and JSON have the whole.
const CELL_LINES_MAX: usize = 6;

impl Table {
    /// The table for a terminal, with a last line break.
    pub fn to_text(&self, style: Style) -> String {
        if self.rows.is_empty() {
            return format!("{}\n", self.empty);
        }
        let columns: Vec<usize> = self
            .shown()
            .filter(|(_, column)| column.reader == Reader::All)
            .map(|(index, _)| index)
            .collect();
        let widths = self.widths(&columns, style.width);
        let mut out = String::new();
        let heads: Vec<Cell> = columns
            .iter()
            .map(|&index| Cell::text(self.columns[index].title).toned(Tone::Strong))
            .collect();
        self.line(&mut out, &heads.iter().collect::<Vec<_>>(), &columns, &widths, style);
        let rule = widths.iter().map(|&columns| "─".repeat(columns)).collect::<Vec<_>>();
        out.push_str(&style.paint(Tone::Muted, &rule.join("  ")));
        out.push('\n');
        for row in &self.rows {
            let cells: Vec<&Cell> = columns.iter().filter_map(|&index| row.get(index)).collect();
            self.line(&mut out, &cells, &columns, &widths, style);
        }
        out
    }

    fn widths(&self, columns: &[usize], available: usize) -> Vec<usize> {
        let natural: Vec<usize> = columns
            .iter()
            .map(|&index| {
                let cells = self.rows.iter().filter_map(|row| row.get(index));
                let widest = cells.map(|cell| width(&cell.text)).max().unwrap_or(0);
                widest.max(width(self.columns[index].title))
            })
            .collect();
        let gaps = GAP * columns.len().saturating_sub(1);
        let available = available.saturating_sub(gaps);
        let mut floors = Vec::new();
        for word_width_max in (COLUMN_WIDTH_MIN..=WORD_WIDTH_MAX).rev() {
            let floor = |(&index, &natural)| self.floor(index, natural, word_width_max);
            floors = columns.iter().zip(&natural).map(floor).collect();
            if floors.iter().sum::<usize>() <= available {
                break;
            }
        }
        share(&natural, &floors, available)
    }

    /// What a column needs at least: the whole, or its words.
    fn floor(&self, index: usize, natural: usize, word_width_max: usize) -> usize {
        if self.columns[index].whole {
            return natural;
        }
        let cells = self.rows.iter().filter_map(|row| row.get(index));
        let texts = cells.map(|cell| cell.text.as_str()).chain([self.columns[index].title]);
        let words = texts.flat_map(str::split_whitespace).map(width);
        words.map(|word| word.min(word_width_max)).max().unwrap_or(0)
    }

    fn line(
        &self,
        out: &mut String,
        cells: &[&Cell],
        columns: &[usize],
        widths: &[usize],
        style: Style,
    ) {
        let wrapped: Vec<Vec<String>> = cells
            .iter()
            .zip(widths)
            .map(|(cell, &columns)| wrap(&cell.text, columns, CELL_LINES_MAX))
            .collect();
        let height = wrapped.iter().map(Vec::len).max().unwrap_or(0);
        for number in 0..height {
            let mut line = String::new();
            let mut pending = 0;
            for (at, lines) in wrapped.iter().enumerate() {
                let text = lines.get(number).map_or("", String::as_str);
                let blank = widths[at].saturating_sub(width(text));
                let right = self.columns[columns[at]].align == Align::Right;
                let (before, after) = if right { (blank, 0) } else { (0, blank) };
                if text.is_empty() {
                    pending += blank + GAP;
                } else {
                    line.push_str(&" ".repeat(pending + before));
                    line.push_str(&style.paint(cells[at].tone, text));
                    pending = after + GAP;
                }
            }
            out.push_str(&line);
            out.push('\n');
        }
    }
}

/// Shares `available` columns: the narrow get what they need, the wide share the rest evenly,
/// and none gets less than its floor.
fn share(natural: &[usize], floors: &[usize], available: usize) -> Vec<usize> {
    let mut widths = natural.to_vec();
    loop {
        let excess = widths.iter().sum::<usize>().saturating_sub(available);
        let shrinkable = || widths.iter().zip(floors).filter(|(width, floor)| width > floor);
        let Some(widest) = shrinkable().map(|(width, _)| *width).max().filter(|_| excess > 0)
        else {
            return widths;
        };
        let count = shrinkable().filter(|(width, _)| **width == widest).count();
        let second = shrinkable().map(|(width, _)| *width).filter(|&w| w < widest).max();
        let step = excess.div_ceil(count).min(widest - second.unwrap_or(0)).max(1);
        for (width, floor) in widths.iter_mut().zip(floors) {
            if *width == widest {
                *width = (*width - step.min(*width)).max((*floor).min(*width));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::Column;

    fn table() -> Table {
        let columns = vec![Column::left("name", "Name"), Column::right("count", "Count")];
        let mut table = Table::new("things", "none found", columns);
        table.rows.push(vec![Cell::text("a long name of a thing"), Cell::number(7)]);
        table.rows.push(vec![Cell::text("b"), Cell::number(1200)]);
        table
    }

    #[test]
    fn a_table_fits_the_terminal() {
        insta::assert_snapshot!(table().to_text(Style { width: 20, colour: false }), @r"
        Name           Count
        ─────────────  ─────
        a long name        7
        of a thing
        b               1200
        ");
    }

    #[test]
    fn an_empty_table_says_so() {
        let empty = Table { rows: Vec::new(), ..table() };
        assert_eq!(empty.to_text(Style::default()), "none found\n");
    }

    #[test]
    fn colour_adds_nothing_but_colour() {
        let coloured = table().to_text(Style { width: 40, colour: true });
        assert!(coloured.contains('\u{1b}'));
        let mut bare = String::new();
        let mut rest = coloured.as_str();
        while let Some((before, after)) = rest.split_once('\u{1b}') {
            bare.push_str(before);
            rest = after.split_once('m').map_or("", |(_, rest)| rest);
        }
        bare.push_str(rest);
        assert_eq!(bare, table().to_text(Style { width: 40, colour: false }));
    }

    proptest::proptest! {
        #[test]
        fn shares_end_and_fit_when_they_can(
            columns in proptest::collection::vec((0_usize..200, 0_usize..40), 1..9),
            available in 0_usize..150,
        ) {
            let (natural, floors): (Vec<usize>, Vec<usize>) = columns.into_iter().unzip();
            let widths = share(&natural, &floors, available);
            let least: usize = natural.iter().zip(&floors).map(|(&w, &f)| w.min(f)).sum();
            proptest::prop_assert!(widths.iter().sum::<usize>() <= available.max(least));
            for ((given, wanted), floor) in widths.iter().zip(&natural).zip(&floors) {
                proptest::prop_assert!(given <= wanted && given >= wanted.min(floor));
            }
        }
    }
}
