//! The parts of a shapefile: see `properties.rs` for how an input holds them and what has to hold.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| gridward_fuzz::properties::shapefile(bytes));
