//! Bills of materials as other tools meet them: whole documents, every reference, the validators
//! of others, and what changed between two bills.

mod desk;
mod differences;
mod documents;
mod properties;
mod validators;
