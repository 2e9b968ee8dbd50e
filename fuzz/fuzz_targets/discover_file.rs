//! `annex_fuzz::discover_file` under libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| annex_fuzz::discover_file(bytes));
