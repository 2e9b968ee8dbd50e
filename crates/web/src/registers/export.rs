//! A whole list as a file for other programs: CSV and XLSX.
//!
//! The file is written piece by piece into the data folder and sent from there, so memory stays
//! flat and what goes wrong half-way is a page and no half a file. Its rows are those that the
//! list had at one instant. A cell of CSV cannot be a formula (see `annex-report`); a cell of
//! XLSX says that it is a text.

use std::fs::File;
use std::io::{BufWriter, Seek as _, SeekFrom, Write as _};
use std::sync::Arc;

use annex_operations::{LIST_ROWS_MAX, Listed, OperationError};
use annex_report::Table;
use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use rust_xlsxwriter::{Format, Workbook, XlsxError};
use tokio_util::io::ReaderStream;

use super::cells::cells;
use super::entity::attachment;
use super::kinds::Kind;
use super::query::Asked;
use crate::Site;
use crate::error::Failure;
use crate::session::Visitor;

/// The most rows of a file.
const EXPORT_ROWS_MAX: u64 = 250_000;

/// The most letters that a cell of XLSX can have.
const XLSX_CELL_CHARS_MAX: usize = 32_767;

/// A list as CSV.
pub(crate) async fn csv(
    State(site): State<Arc<Site>>,
    _: Visitor,
    Path(path): Path<String>,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Response, Failure> {
    let kind = Kind::at(&path).ok_or(Failure::NotFound)?;
    let _turn = turn(&site).await?;
    let indexes = indexes(&site, kind, pairs).await?;
    let mut out = BufWriter::new(scratch(&site)?);
    table(kind, &[]).write_csv(&mut out).map_err(|error| failed(&error))?;
    for indexes in pieces(&indexes) {
        let items = site.operations.entries_at(indexes).await?;
        table(kind, &items).write_csv_rows(&mut out).map_err(|error| failed(&error))?;
    }
    let file = out.into_inner().map_err(|error| failed(&error.into_error()))?;
    send(file, &format!("{path}.csv"), "text/csv; charset=utf-8; header=present")
}

/// A list as XLSX.
pub(crate) async fn xlsx(
    State(site): State<Arc<Site>>,
    _: Visitor,
    Path(path): Path<String>,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Response, Failure> {
    let kind = Kind::at(&path).ok_or(Failure::NotFound)?;
    let _turn = turn(&site).await?;
    let indexes = indexes(&site, kind, pairs).await?;
    let mut workbook = Workbook::new();
    workbook.set_tempdir(site.operations.scratch_folder()).map_err(|error| unwritten(&error))?;
    let sheet = workbook.add_worksheet_with_constant_memory().map_err(|error| unwritten(&error))?;
    let heading = Format::new().set_bold();
    for (number, column) in (0..).zip(kind.columns()) {
        sheet
            .write_string_with_format(0, number, column.title, &heading)
            .map_err(|error| unwritten(&error))?;
    }
    let mut row = 0;
    for indexes in pieces(&indexes) {
        for cells in table(kind, &site.operations.entries_at(indexes).await?).rows {
            row += 1;
            for (number, cell) in (0..).zip(&cells) {
                let text: String = cell.whole().chars().take(XLSX_CELL_CHARS_MAX).collect();
                sheet.write_string(row, number, text).map_err(|error| unwritten(&error))?;
            }
        }
    }
    let file = scratch(&site)?;
    let file = tokio::task::spawn_blocking(move || {
        let mut out = BufWriter::new(file);
        workbook.save_to_writer(&mut out).map_err(|error| unwritten(&error))?;
        out.into_inner().map_err(|error| failed(&error.into_error()))
    });
    let file = file.await.map_err(|error| internal(error.to_string()))??;
    let format = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    send(file, &format!("{path}.xlsx"), format)
}

/// Waits until it may write: few files at a time.
async fn turn(site: &Site) -> Result<tokio::sync::SemaphorePermit<'_>, Failure> {
    site.exporting.acquire().await.map_err(|error| internal(error.to_string()))
}

/// The entries of the whole list.
async fn indexes(
    site: &Site,
    kind: &Kind,
    pairs: Vec<(String, String)>,
) -> Result<Vec<u64>, Failure> {
    let query = Asked::read(pairs)?.on(0).query(kind);
    let indexes = site.operations.list_indexes(&query, EXPORT_ROWS_MAX + 1).await?;
    if indexes.len() as u64 > EXPORT_ROWS_MAX {
        return Err(Failure::Asked(format!(
            "The list has more than {EXPORT_ROWS_MAX} rows, which is the most that one file has. Narrow it with a filter."
        )));
    }
    Ok(indexes)
}

fn pieces(indexes: &[u64]) -> std::slice::Chunks<'_, u64> {
    indexes.chunks(usize::try_from(LIST_ROWS_MAX).unwrap_or(1))
}

/// Records as a table; what was erased is in no file.
fn table(kind: &Kind, items: &[Listed]) -> Table {
    let mut table = Table::new(kind.path, "", kind.columns());
    let records = items.iter().filter_map(|item| item.entry.as_ref());
    table.rows = records.map(|entry| cells(&entry.record)).collect();
    table
}

fn send(mut file: File, name: &str, format: &'static str) -> Result<Response, Failure> {
    file.flush().map_err(|error| failed(&error))?;
    let length = file.seek(SeekFrom::End(0)).map_err(|error| failed(&error))?;
    file.rewind().map_err(|error| failed(&error))?;
    let body = Body::from_stream(ReaderStream::new(tokio::fs::File::from_std(file)));
    let mut response = body.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(format));
    headers.insert(header::CONTENT_DISPOSITION, attachment(name));
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    Ok(response)
}

/// A file without a name: it goes when it is closed.
fn scratch(site: &Site) -> Result<File, Failure> {
    tempfile::tempfile_in(site.operations.scratch_folder()).map_err(|error| failed(&error))
}

fn failed(error: &std::io::Error) -> Failure {
    internal(format!("cannot write an export: {error}"))
}

fn unwritten(error: &XlsxError) -> Failure {
    internal(format!("cannot write an export: {error}"))
}

fn internal(what: String) -> Failure {
    Failure::Internal(OperationError::Internal(what))
}
