//! Any bytes as the parts of a shapefile: reading has to end, in features or in words, without a panic.
//!
//! An input is four lengths (two bytes each, little-endian) and the .shp, .shx, .dbf, .cpg and .prj one after the other, the
//! last with what is left. An empty part is one that is missing.
//!
//! ```sh
//! cargo +nightly fuzz run shapefile tests/data/corpus/shapefile -- -max_len=8192 -rss_limit_mb=1024
//! ```

#![no_main]

use std::io::Cursor;

use gridward::import::progress::Progress;
use gridward::import::shapefile::{Bytes, Parts};
use gridward::import::Reading;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some((lengths, mut rest)) = bytes.split_at_checked(8) else { return };
    let mut next = |i: usize| {
        let length = usize::from(u16::from_le_bytes([lengths[2 * i], lengths[2 * i + 1]]));
        let (part, after) = rest.split_at(length.min(rest.len()));
        rest = after;
        (!part.is_empty()).then(|| part.to_vec())
    };
    let (shp, shx, dbf, cpg) = (next(0), next(1), next(2), next(3));
    let file = |part: Option<Vec<u8>>| part.map(|part| Box::new(Cursor::new(part)) as Box<dyn Bytes>);
    let prj = (!rest.is_empty()).then(|| rest.to_vec());
    let parts = Parts { shp: file(shp), shx: file(shx), dbf: file(dbf), cpg, prj };
    let mut reading = Reading::default();
    reading.read_shapefile("fuzz.shp", parts, &Progress::default());
    assert!(!reading.features.is_empty() || reading.fault_count > 0 || !reading.notes().is_empty());
});
