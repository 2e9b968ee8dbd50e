//! `annex_fuzz::ledger_proof` under libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| annex_fuzz::ledger_proof(bytes));
