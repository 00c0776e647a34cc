//! What holds for every reader whatever bytes it is given: it ends, in features or in faults, without a panic and within
//! its bounds. The fuzz targets and the test `fuzz_corpora` both call these.

use std::io::{Cursor, Write};
use std::path::PathBuf;
use std::sync::LazyLock;

use gridward::geometry::foreign_wkb::read_gpkg_blob;
use gridward::import::progress::Progress;
use gridward::import::roster;
use gridward::import::shapefile::{Bytes, Parts};
use gridward::import::{ImportCrs, Limits, ReadOptions, Reading};

/// A format and what is to hold for it.
pub type Property = fn(&[u8]);

/// All formats, by the names of the targets and the folders of the corpus.
pub const ALL: [(&str, Property); 13] = [
    ("flatgeobuf", flatgeobuf),
    ("geojson", geojson),
    ("gpkg", gpkg),
    ("gpkg_blob", gpkg_blob),
    ("kml", kml),
    ("kmz", zip),
    ("photo", photo),
    ("prj", prj),
    ("roster_csv", roster),
    ("roster_xlsx", roster),
    ("shapefile", shapefile),
    ("topojson", topojson),
    ("zip", zip),
];

/// Bounds as a small machine would have them, so that a breach shows at once.
const LIMITS: Limits = Limits {
    max_feature_bytes: 1 << 20,
    max_depth: 64,
    max_vertices: 100_000,
    max_features: 10_000,
    max_decoded_bytes: 4 << 20,
    max_expansion: 200,
    max_listed: 100,
};

fn reading() -> Reading {
    Reading::new(ReadOptions { limits: LIMITS, ..ReadOptions::default() })
}

/// What a reading of anything comes to.
fn check(reading: &Reading) {
    let anything = !reading.features.is_empty() || reading.fault_count > 0 || !reading.notes().is_empty();
    assert!(anything, "neither features nor faults nor notes");
    assert!(reading.features.len() as u64 <= LIMITS.max_features);
    let vertices: usize =
        reading.features.iter().flat_map(|feature| feature.polygons.iter().flatten()).map(Vec::len).sum();
    assert!(vertices as u64 <= LIMITS.max_vertices);
    assert!(reading.faults.len() <= LIMITS.max_listed);
    for fault in &reading.faults {
        let length = fault.source.len() + fault.field.len() + fault.message.len();
        assert!(length < 5_000, "a fault is told at length: {length} bytes");
    }
    for feature in &reading.features {
        assert!(feature.out_of_range.iter().flatten().all(|number| number.is_finite()), "no number can be kept");
    }
}

pub fn geojson(bytes: &[u8]) {
    let mut reading = reading();
    reading.read_geojson("fuzz", bytes);
    check(&reading);
}

pub fn topojson(bytes: &[u8]) {
    let mut reading = reading();
    reading.read_topojson("fuzz", bytes);
    check(&reading);
}

pub fn kml(bytes: &[u8]) {
    let mut reading = reading();
    reading.read_kml("fuzz", bytes, None);
    check(&reading);
}

pub fn zip(bytes: &[u8]) {
    let mut reading = reading();
    reading.read_zip("fuzz", Cursor::new(bytes), &Progress::default());
    check(&reading);
}

pub fn flatgeobuf(bytes: &[u8]) {
    let mut reading = reading();
    reading.read_flatgeobuf("fuzz", bytes);
    check(&reading);
}

pub fn gpkg_blob(bytes: &[u8]) {
    let mut parts = 0;
    let _ = read_gpkg_blob(bytes, &mut |_| {
        parts += 1;
        Ok(())
    });
    assert!(parts <= bytes.len(), "more parts than bytes");
}

/// A whole file; SQLite wants it on a disk, and one in memory will do.
pub fn gpkg(bytes: &[u8]) {
    static FILE: LazyLock<PathBuf> = LazyLock::new(|| {
        let memory = PathBuf::from("/dev/shm");
        let folder = if memory.is_dir() { memory } else { std::env::temp_dir() };
        folder.join(format!("gridward-fuzz-{}.gpkg", std::process::id()))
    });
    let mut file = std::fs::File::create(&*FILE).expect("the folder for temporary files can be written to");
    file.write_all(bytes).expect("there is room for a small file");
    drop(file);
    let mut reading = reading();
    reading.read_geopackage("fuzz", &FILE, &Progress::default());
    let _ = std::fs::remove_file(&*FILE);
    check(&reading);
}

/// Well-known text of a coordinate system; one that is understood converts any position.
pub fn prj(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    match ImportCrs::from_wkt(text) {
        Err(error) => assert!(error.to_string().len() < 5_000),
        Ok(crs) => {
            for position in [[0.0, 0.0], [39_490_000.0, 3_410_000.0], [1e300, -1e300], [f64::NAN, 0.0], [117.0, 91.0]] {
                let _ = crs.to_wgs84(position);
            }
        }
    }
}

/// The parts of a shapefile. An input is four lengths (two bytes each, little-endian) and the .shp, .shx, .dbf, .cpg and
/// .prj one after the other, the last with what is left. An empty part is one that is missing.
pub fn shapefile(bytes: &[u8]) {
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
    let mut reading = reading();
    reading.read_shapefile("fuzz.shp", parts, &Progress::default());
    check(&reading);
}

/// A photo: what is kept of it is small, and can be kept again.
pub fn photo(bytes: &[u8]) {
    use gridward::photo::{KEPT_SIDE, THUMBNAIL_SIDE, redraw};
    if let Ok(kept) = redraw(bytes) {
        assert!((1..=KEPT_SIDE).contains(&kept.width) && (1..=KEPT_SIDE).contains(&kept.height));
        assert!(!kept.picture.windows(4).any(|part| part == b"Exif"), "something else than the picture");
        let again = redraw(&kept.picture).expect("what is kept is a photo");
        assert_eq!((again.width, again.height), (kept.width, kept.height));
        let small = redraw(&kept.thumbnail).expect("so is its thumbnail");
        assert!(small.width <= THUMBNAIL_SIDE && small.height <= THUMBNAIL_SIDE);
    }
}

/// A roster, CSV or XLSX by its first bytes.
pub fn roster(bytes: &[u8]) {
    if let Ok(file) = roster::read(bytes) {
        for entry in &file.entries {
            assert!(!entry.grid.is_empty(), "an entry of no grid");
        }
    }
}
