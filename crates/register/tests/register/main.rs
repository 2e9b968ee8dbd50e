//! The register on a real SQLite, in a temporary folder.

mod support;

mod recording;
