//! What is fuzzed: every parser that reads bytes from outside.
//!
//! ```text
//!  corpus/<target>/* ─▶ tests/replay.rs ───────┐                 stable, in every run of the tests
//!                                              ├▶ TARGETS ─▶ body
//!  libFuzzer ─▶ fuzz_targets/<target>.rs ──────┘                 nightly, for hours
//! ```
//!
//! The body of a target is an ordinary function that panics when a promise is broken, so the
//! seeds run as a normal test without a nightly compiler:
//!
//! ```text
//!  cargo test --manifest-path fuzz/Cargo.toml
//!  cargo +nightly fuzz run ledger_note --features libfuzzer /tmp/found fuzz/corpus/ledger_note
//! ```
//!
//! Name a folder outside the repository first, as above: what the fuzzer finds goes there, and
//! `corpus/` keeps only a few seeds that say by their name what they are. An input that failed
//! once becomes a seed.
//!
//! A new target is a body here, a line in [`TARGETS`], a file in `fuzz_targets/`, a `[[bin]]` in
//! `Cargo.toml` and a folder in `corpus/`. The replay fails when one of these is missing.

mod bom;
mod discover;
mod intel;
mod ledger;
mod modelfile;
mod pack;
mod report;
mod seal;

pub use bom::bom_diff;
pub use discover::discover_file;
pub use intel::{intel_lock, intel_osv, intel_version, intel_vex};
pub use ledger::{ledger_note, ledger_proof, test_key};
pub use modelfile::{
    modelfile_gguf, modelfile_graph, modelfile_hdf5, modelfile_java, modelfile_jinja,
    modelfile_msgpack, modelfile_npy, modelfile_packed, modelfile_pickle, modelfile_protobuf,
    modelfile_safetensors, modelfile_tar, modelfile_text, modelfile_zip,
};
pub use pack::{good_pack, pack};
pub use report::report_sheet;
pub use seal::seal_bundle;

/// A fuzz target.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// The name of its file in `fuzz_targets/` and of its folder in `corpus/`.
    pub name: &'static str,
    /// Takes any bytes, and panics when a promise is broken.
    pub body: fn(&[u8]),
}

/// All targets.
pub const TARGETS: &[Target] = &[
    Target { name: "bom_diff", body: bom_diff },
    Target { name: "discover_file", body: discover_file },
    Target { name: "intel_lock", body: intel_lock },
    Target { name: "intel_osv", body: intel_osv },
    Target { name: "intel_version", body: intel_version },
    Target { name: "intel_vex", body: intel_vex },
    Target { name: "ledger_note", body: ledger_note },
    Target { name: "ledger_proof", body: ledger_proof },
    Target { name: "modelfile_gguf", body: modelfile_gguf },
    Target { name: "modelfile_graph", body: modelfile_graph },
    Target { name: "modelfile_hdf5", body: modelfile_hdf5 },
    Target { name: "modelfile_java", body: modelfile_java },
    Target { name: "modelfile_jinja", body: modelfile_jinja },
    Target { name: "modelfile_msgpack", body: modelfile_msgpack },
    Target { name: "modelfile_npy", body: modelfile_npy },
    Target { name: "modelfile_packed", body: modelfile_packed },
    Target { name: "modelfile_pickle", body: modelfile_pickle },
    Target { name: "modelfile_protobuf", body: modelfile_protobuf },
    Target { name: "modelfile_safetensors", body: modelfile_safetensors },
    Target { name: "modelfile_tar", body: modelfile_tar },
    Target { name: "modelfile_text", body: modelfile_text },
    Target { name: "modelfile_zip", body: modelfile_zip },
    Target { name: "pack", body: pack },
    Target { name: "report_sheet", body: report_sheet },
    Target { name: "seal_bundle", body: seal_bundle },
];
