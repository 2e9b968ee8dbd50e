//! `annex_fuzz::seal_bundle` under libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| annex_fuzz::seal_bundle(bytes));
