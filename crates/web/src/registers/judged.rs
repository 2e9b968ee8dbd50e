//! A register that an assessment gives, to be read.

use std::sync::Arc;

use annex_report::{Register, Report};
use axum::response::Html;
use maud::html;

use crate::error::Failure;
use crate::session::Visitor;
use crate::{Site, layout};

/// Those that have no page of their own.
const REGISTERS: [Register; 4] =
    [Register::Architecture, Register::Stage2, Register::Answers, Register::Skipped];

/// The most rows of a page.
const ROWS_MAX: usize = 500;

/// The page.
pub(super) async fn page(
    site: &Arc<Site>,
    visitor: &Visitor,
    name: &str,
) -> Result<Html<String>, Failure> {
    let register = REGISTERS.into_iter().find(|register| register.name() == name);
    let register = register.ok_or(Failure::NotFound)?;
    let assessment = site.assessment().await?;
    let mut table = Report::new(&assessment, site.operations.catalogue()).table(register);
    let more = table.rows.len().saturating_sub(ROWS_MAX);
    table.rows.truncate(ROWS_MAX);
    let mut letters = table.title.chars();
    let first = letters.next().map(|letter| letter.to_uppercase().to_string());
    let title = first.unwrap_or_default() + letters.as_str();
    let body = html! {
        h1 { (title) }
        (table.to_html())
        @if more > 0 { p.beside { "and " (more) " more" } }
    };
    Ok(Html(layout::page(visitor, &format!("/registers/{name}"), &title, &body)))
}
