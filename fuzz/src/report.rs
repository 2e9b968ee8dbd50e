//! A table that comes back from people is whatever they, or their spreadsheet, made of it.

use annex_report::{Cell, Column, Sheet, Table, unguarded};

/// A file is read or refused, twice in the same way. What was read and is written again is read
/// as the same cells, and none of them is a formula.
///
/// # Panics
///
/// When that is not so.
pub fn report_sheet(bytes: &[u8]) {
    let (once, again) = (Sheet::read(bytes), Sheet::read(bytes));
    assert_eq!(once, again);
    let Ok(sheet) = once else { return };
    let columns = vec![Column::left("cell", "Cell"), Column::left("end", "End")];
    let mut table = Table::new("cells", "", columns);
    for cell in sheet.rows.iter().flat_map(|row| &row.cells).take(1_000) {
        // The second keeps the row from being an empty one.
        table.rows.push(vec![Cell::text(unguarded(cell)), Cell::text("x")]);
    }
    let read = Sheet::read(&table.to_csv());
    let Ok(read) = read else {
        assert!(table.to_csv().len() > annex_report::CSV_BYTES_MAX, "it was written by us");
        return;
    };
    assert_eq!(read.rows.len(), table.rows.len());
    for (row, written) in read.rows.iter().zip(&table.rows) {
        assert!(!row.cells[0].starts_with(['=', '+', '-', '@', '\t', '\r', '\n']), "{row:?}");
        assert_eq!(unguarded(&row.cells[0]), written[0].text);
    }
}
