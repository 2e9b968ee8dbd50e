//! The second round: files that were written down before anyone looked at what the scanner
//! asks for, from what is published about attacks on model files and on their scanners.
//!
//! They are kept apart from the first round, because what a scanner finds of them when it first
//! sees them says more than what it finds after it was mended. The figure of that first run is in
//! `bench/model-files/README.md`.

mod archives;
mod callables;
mod configs;
mod foreign;
mod graphs;
mod pickles;
mod texts;

use super::case::Case;

/// All of them.
pub(crate) fn add(cases: &mut Vec<Case>) {
    callables::add(cases);
    pickles::add(cases);
    archives::add(cases);
    graphs::add(cases);
    configs::add(cases);
    texts::add(cases);
    foreign::add(cases);
}
