//! The register on a real SQLite, in temporary folders.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod crash;
mod everything;
mod ingesting;
mod listing;
mod opening;
mod recording;
mod support;
mod verifying;
