//! Any text as a `.prj`: it is understood or refused, and what is understood converts any position, without a panic.
//!
//! ```sh
//! cargo +nightly fuzz run crs tests/data/corpus/crs -- -max_len=4096
//! ```

#![no_main]

use gridward::import::ImportCrs;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(crs) = ImportCrs::from_wkt(text) {
        for position in [[0.0, 0.0], [39_490_000.0, 3_410_000.0], [1e300, -1e300], [f64::NAN, 0.0], [117.0, 91.0]] {
            let _ = crs.to_wgs84(position);
        }
    }
});
