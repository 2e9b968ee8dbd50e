//! The register on a real SQLite, in temporary folders, and on a real PostgreSQL.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(clippy::assigning_clones, reason = "a test says it the short way")]

mod copying;
mod crash;
mod everything;
mod ingesting;
mod listing;
mod opening;
mod outbox;
mod recording;
mod server;
mod support;
mod verifying;
