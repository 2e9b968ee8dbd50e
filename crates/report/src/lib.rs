//! placeholder

mod html;
mod registers;
mod style;
mod summary;
mod table;
mod view;

pub use registers::Register;
pub use style::{Style, Tone};
pub use summary::SUMMARY_LINES_MAX;
pub use table::{Align, Cell, Column, Table};
pub use view::{PRINCIPAL_CONTROLS, Report};
