//! A photo of a report: see `properties.rs` for what has to hold.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| gridward_fuzz::properties::photo(bytes));
