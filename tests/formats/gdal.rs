//! The judge: what `ogr2ogr` makes of a file, to be compared with what we read.

use std::path::Path;
use std::process::Command;

use gridward::geometry::feature::DraftFeature;
use gridward::geometry::lattice::UNITS_PER_DEGREE;
use gridward::import::{Fault, Reading};
use serde_json::Value;

#[track_caller]
pub fn ogr2ogr(arguments: &[&str]) -> Vec<u8> {
    let output = Command::new("ogr2ogr").args(arguments).output().expect("gdal-bin is installed: `make tools` does it");
    assert!(output.status.success(), "{arguments:?}\n{}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

/// A feature as GDAL reads it: its fields, and its polygons in WGS 84.
#[derive(Debug)]
pub struct Judged {
    pub fields: Value,
    pub polygons: Vec<Vec<Vec<[f64; 2]>>>,
}

impl Judged {
    /// The text of a field; whole numbers by their digits.
    pub fn text(&self, name: &str) -> Option<String> {
        match &self.fields[name] {
            Value::String(text) => Some(text.trim().to_string()).filter(|text| !text.is_empty()),
            Value::Number(number) => Some(match number.as_f64() {
                Some(float) if float.fract() == 0.0 => format!("{float:.0}"),
                _ => number.to_string(),
            }),
            _ => None,
        }
    }
}

/// All features of a file, with options of `ogr2ogr` such as `-oo ENCODING=GBK`.
#[track_caller]
pub fn judge(path: &Path, options: &[&str]) -> Vec<Judged> {
    let path = path.to_str().unwrap();
    // Not RFC 7946, which would turn rings and cut digits.
    let fixed = ["-f", "GeoJSON", "-t_srs", "EPSG:4326", "-lco", "RFC7946=NO", "-lco", "COORDINATE_PRECISION=11"];
    let arguments = [&fixed[..], options, &["/vsistdout/", path]].concat();
    // It writes names that are cut off inside a character as they are.
    let all: Value = serde_json::from_str(&String::from_utf8_lossy(&ogr2ogr(&arguments))).unwrap();
    let features = all["features"].as_array().unwrap().iter();
    features
        .map(|feature| Judged { fields: feature["properties"].clone(), polygons: polygons(&feature["geometry"]) })
        .collect()
}

fn polygons(geometry: &Value) -> Vec<Vec<Vec<[f64; 2]>>> {
    let position = |value: &Value| [value[0].as_f64().unwrap(), value[1].as_f64().unwrap()];
    let ring = |value: &Value| value.as_array().unwrap().iter().map(position).collect();
    let polygon = |value: &Value| value.as_array().unwrap().iter().map(ring).collect();
    match geometry["type"].as_str() {
        Some("Polygon") => vec![polygon(&geometry["coordinates"])],
        Some("MultiPolygon") => geometry["coordinates"].as_array().unwrap().iter().map(polygon).collect(),
        None => Vec::new(),
        Some(other) => panic!("{other}"),
    }
}

/// Fails unless we read the same features, in the same order; `fields` names those of code, name and parent. Positions
/// have to be the same point of the lattice, but for roundings that fall between two.
#[track_caller]
pub fn assert_same(reading: &Reading, judged: &[Judged], fields: [&str; 3]) {
    assert_eq!(reading.faults, Vec::<Fault>::new());
    assert_eq!(reading.features.len(), judged.len(), "number of features");
    let (mut positions, mut rounded) = (0, 0);
    for (ours, theirs) in reading.features.iter().zip(judged) {
        let [code, name, parent] = fields.map(|field| theirs.text(field));
        assert_eq!((&ours.code, &ours.name, &ours.parent), (&code, &name, &parent), "{}", ours.source);
        assert_eq!(ours.polygons.len(), theirs.polygons.len(), "{}: number of polygons", ours.source);
        let mut left: Vec<_> = theirs.polygons.iter().collect();
        for polygon in &ours.polygons {
            let same = left.iter().position(|other| same_polygon(ours, polygon, other, &mut positions, &mut rounded));
            left.remove(same.unwrap_or_else(|| panic!("{}: GDAL has no polygon as {polygon:?}", ours.source)));
        }
    }
    assert!(rounded * 1000 <= positions, "{rounded} of {positions} positions are another point of the lattice");
}

fn same_polygon(
    _ours: &DraftFeature,
    polygon: &[Vec<gridward::geometry::point::Point>],
    other: &[Vec<[f64; 2]>],
    positions: &mut u64,
    rounded: &mut u64,
) -> bool {
    if polygon.len() != other.len() {
        return false;
    }
    let (mut same, mut off) = (0, 0);
    for (ring, theirs) in polygon.iter().zip(other) {
        if ring.len() != theirs.len() {
            return false;
        }
        for (point, [lon, lat]) in ring.iter().zip(theirs) {
            let dx = f64::from(point.x) - lon * UNITS_PER_DEGREE;
            let dy = f64::from(point.y) - lat * UNITS_PER_DEGREE;
            let miss = dx.abs().max(dy.abs());
            // Half a unit is what rounding does; a ten-thousandth of a millimetre more is where the judge rounds its text.
            if miss > 1.0 {
                return false;
            }
            same += 1;
            off += u64::from(miss > 0.5001);
        }
    }
    *positions += same;
    *rounded += off;
    true
}
