//! `annex_fuzz::modelfile_graph` under libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| annex_fuzz::modelfile_graph(bytes));
