//! GDAL as a writer of files and as their judge.

use std::path::{Path, PathBuf};
use std::process::Command;

use gridward::geometry::feature::DraftFeature;
use gridward::geometry::point::Point;
use gridward::import::progress::Progress;
use gridward::import::{ReadOptions, Reading};

/// The demo town.
pub fn town() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("data/qingcao.geojsonl")
}

/// Runs `ogr2ogr` and gives what it printed.
pub fn ogr2ogr(args: &[&str]) -> Vec<u8> {
    let output = Command::new("ogr2ogr").args(args).output().expect("ogr2ogr is installed: `make tools` does it");
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

/// Writes the demo town as `path` in a format of GDAL, with further arguments.
pub fn write_town(path: &Path, format: &str, more: &[&str]) {
    let (town, path) = (town(), path.to_str().unwrap());
    ogr2ogr(&[&["-f", format, path, town.to_str().unwrap()], more].concat());
}

/// What GDAL makes of a file in WGS 84, with further arguments, such as the name of a layer.
pub fn judge(path: &Path, more: &[&str]) -> Vec<DraftFeature> {
    let path = path.to_str().unwrap();
    let args = ["-f", "GeoJSONSeq", "-t_srs", "EPSG:4326", "-lco", "COORDINATE_PRECISION=12", "/vsistdout/", path];
    let lines = ogr2ogr(&[&args, more].concat());
    let mut reading = Reading::default();
    reading.read_geojson("the judge", lines.as_slice());
    assert_eq!(reading.faults, []);
    reading.features
}

/// What we make of a file.
pub fn read(path: &Path, options: ReadOptions) -> Reading {
    let mut reading = Reading::new(options);
    reading.read_path(path.file_name().unwrap().to_str().unwrap(), path, &Progress::default());
    reading
}

/// The same features in the same order, whose vertices lie within so many units of the lattice of one another.
pub fn assert_same(ours: &[DraftFeature], theirs: &[DraftFeature], tolerance_units: u32) {
    assert_eq!(ours.len(), theirs.len());
    for (our, their) in ours.iter().zip(theirs) {
        let words =
            |feature: &DraftFeature| (feature.code.clone(), feature.name.clone(), feature.tier, feature.parent.clone());
        assert_eq!(words(our), words(their), "{}", our.source);
        assert_eq!(our.out_of_range, their.out_of_range, "{}", our.source);
        let rings = |feature: &DraftFeature| -> Vec<Vec<usize>> {
            feature.polygons.iter().map(|rings| rings.iter().map(Vec::len).collect()).collect()
        };
        assert_eq!(rings(our), rings(their), "{}", our.source);
        let points =
            |feature: &DraftFeature| -> Vec<Point> { feature.polygons.iter().flatten().flatten().copied().collect() };
        for (a, b) in points(our).into_iter().zip(points(their)) {
            let off = a.x.abs_diff(b.x).max(a.y.abs_diff(b.y));
            assert!(off <= tolerance_units, "{}: {a:?} {b:?}", our.source);
        }
    }
}

/// What the reading of a file has to say.
pub fn said(reading: &Reading) -> String {
    reading.faults.iter().map(|fault| format!("{fault}\n")).chain(reading.notes()).collect()
}
