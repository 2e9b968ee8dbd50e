//! `annex_fuzz::modelfile_packed` under libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| annex_fuzz::modelfile_packed(bytes));
