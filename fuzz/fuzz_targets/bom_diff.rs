//! `annex_fuzz::bom_diff` under libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| annex_fuzz::bom_diff(bytes));
