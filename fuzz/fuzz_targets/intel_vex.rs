//! `annex_fuzz::intel_vex` under libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| annex_fuzz::intel_vex(bytes));
