//! The page.

mod text;

pub(crate) use text::breakable;
