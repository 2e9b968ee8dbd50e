//! The program as its users meet it: the real binary, driven in folders of its own.
//!
//! ```text
//!  test ─▶ Desk (a temporary folder: data, key, home, files) ─▶ annex, a process ─▶ Run (code, out, err)
//! ```
//!
//! Every test has its own [`desk::Desk`] and sees only what a user sees: exit code, output, files.
//! Nothing of the caller's environment but `PATH` reaches the program. The example is assessed
//! once; tests that only need an assessed folder begin with a copy of it.
//!
//! Whole outputs are compared where they stay: messages, help, registers without dates. The
//! summary does not, for evidence ages and outcomes follow: of it the structure is checked.
//!
//! `ANNEX_TEST_KILLS` sets how often the program is killed (24).

mod assess;
mod bad_files;
mod bad_settings;
mod bom;
mod catalogue;
mod decisions;
mod desk;
mod discover;
mod drift;
mod evidence;
mod help;
mod host;
mod intel;
mod kill;
mod pack;
mod secrets;
mod server;
mod signing;
mod storage;
mod trace;
mod writers;
