//! Any bytes as a zip archive: reading has to end, in features or in faults, without a panic.
//!
//! ```sh
//! cargo +nightly fuzz run archive tests/data/corpus/archive -- -max_len=16384 -rss_limit_mb=1024
//! ```

#![no_main]

use std::io::Cursor;

use gridward::import::progress::Progress;
use gridward::import::{Limits, ReadOptions, Reading};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let limits = Limits { max_decoded_bytes: 32 << 20, ..Limits::default() };
    let mut reading = Reading::new(ReadOptions { limits, ..ReadOptions::default() });
    reading.read_zip("fuzz.zip", Cursor::new(bytes), &Progress::default());
    assert!(!reading.features.is_empty() || reading.fault_count > 0 || !reading.notes().is_empty());
});
