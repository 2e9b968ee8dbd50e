//! `annex_fuzz::intel_osv` under libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| annex_fuzz::intel_osv(bytes));
