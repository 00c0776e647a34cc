//! Any bytes through the GeoJSON reader: it has to end, in features or in faults, without a panic.
//!
//! ```sh
//! cargo +nightly fuzz run geojson tests/data/hostile -- -max_len=4096
//! ```

#![no_main]

use gridward::import::{Limits, ReadOptions, Reading};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let limits = Limits { max_decoded_bytes: 1 << 20, ..Limits::default() };
    let mut reading = Reading::new(ReadOptions { limits, ..ReadOptions::default() });
    reading.read_geojson("fuzz", bytes);
    assert!(!reading.features.is_empty() || reading.fault_count > 0);
});
