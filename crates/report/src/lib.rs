//! What people, programs and auditors get to see of an assessment.
//!
//! ```text
//!                 ┌▶ table(Register) ─▶ text · CSV · JSON · Markdown · HTML    one register
//!  Assessment ─┐  │
//!  Catalogue ──┼▶ Report ─▶ summary(Style) ─▶ two screens of a terminal
//!  Changes ────┘  │
//!                 ├▶ html() ─▶ one file with everything
//!                 └▶ pack(bytes) ─┐
//!  evidence, ledger entries, ─────┴▶ Pack ─▶ write(key) ─▶ a ZIP ─▶ verify(key) ─▶ Verified
//!  proofs, checkpoint
//! ```
//!
//! # Design
//!
//! - **It shows and never judges.** Every answer, score and outcome is in the assessment. What
//!   is computed here is how many there are, which are shown first, and how wide a column is.
//! - **Unknown looks like unknown.** An empty list says what was looked at to find it empty; a
//!   data class that nobody knows says so; no gap known is never a sentence of its own. Each
//!   word has a symbol and, where there is colour, a tone, and means the same without either.
//! - **Foreign text is text.** Names, paths and reasons come from repositories that anyone may
//!   have written. They can neither steer a terminal, nor be a formula in a spreadsheet, nor
//!   markup in a page, nor reverse the order of what is read.
//! - **Everything is bounded.** A summary has as many lines for 150,000 results as for fifty; a
//!   page lists the first of each kind and names the file of the pack that has the rest.
//! - **The same input gives the same bytes**: no clock, no randomness, no hash order, no I/O but
//!   writers and readers that the caller brings.
//! - **A pack has one spelling**, so that no byte of it can be changed unnoticed; see the head of
//!   `pack`.
//!
//! # Rejected
//!
//! - *A template engine*: `maud` escapes at compile time and cannot forget to.
//! - *A diagram library in the page*: it needs a script, and the page allows none.
//! - *Any ZIP that a ZIP library reads*: what a lenient parser skips is where a change hides.
//!
//! # How it can still go wrong
//!
//! - The page is only as clear as the words of the catalogue.
//! - A diagram of more than 60 assets is not drawn; its flows stand in a table.
//! - A pack proves order, not time, and not that nothing was left out; its README says so.

mod html;
mod pack;
mod registers;
mod style;
mod summary;
mod table;
mod view;

pub use html::flow_diagram;
pub use pack::{Fault, Pack, PackEntry, PackError, PackLimits, Place, Verified, Written, verify};
pub use registers::Register;
pub use style::{Style, Tone};
pub use summary::SUMMARY_LINES_MAX;
pub use table::{
    Align, CSV_BYTES_MAX, CSV_ROWS_MAX, Cell, Column, Reader, Sheet, SheetError, SheetRow, Table,
    unguarded,
};
pub use view::{PRINCIPAL_CONTROLS, Report, places};
