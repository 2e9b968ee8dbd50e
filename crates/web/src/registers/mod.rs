//! The registers: lists, and the page of each record.
//!
//! ```text
//!  address ─▶ Asked ─▶ ListQuery ─▶ Page ─▶ cells ─┬─▶ list (HTML)
//!                                                  └─▶ export (CSV, XLSX)
//!  /registers/{kind}/{id} ─▶ record, related, history, proof
//! ```
//!
//! No page here reads the whole register: it costs what it shows.

mod cells;
pub(crate) mod edit;
pub(crate) mod entity;
pub(crate) mod export;
mod history;
mod judged;
pub(crate) mod kinds;
pub(crate) mod list;
mod query;
mod related;
pub(crate) mod views;

pub(crate) use cells::cells;
pub(crate) use entity::{attachment, file};
pub(crate) use history::who;
pub(crate) use list::name;
