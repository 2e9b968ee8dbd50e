//! What people and programs get to see.

#[path = "../support/mod.rs"]
mod support;

mod pack;
mod page;
mod summary;
mod tables;
