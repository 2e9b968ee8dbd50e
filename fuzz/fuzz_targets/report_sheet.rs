//! `annex_fuzz::report_sheet` under libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| annex_fuzz::report_sheet(bytes));
