//! FlatGeobuf as GDAL writes it, and broken.

use std::fs;

use gridward::import::{ReadOptions, Reading};
use tempfile::tempdir;

use super::ogr::{assert_same, judge, ogr2ogr, read, said, town, write_town};

#[test]
fn what_gdal_reads_is_what_we_read() {
    let folder = tempdir().unwrap();
    let cases: [(&str, &[&str], u32); 6] = [
        ("plain", &[], 0),
        ("no_index", &["-lco", "SPATIAL_INDEX=NO"], 0),
        ("multi", &["-nlt", "PROMOTE_TO_MULTI", "-t_srs", "EPSG:4490"], 0),
        ("heights", &["-dim", "XYZM"], 0),
        ("zone", &["-t_srs", "EPSG:4527"], 1),
        ("mercator", &["-t_srs", "EPSG:3857"], 1),
    ];
    for (name, more, tolerance_units) in cases {
        let path = folder.path().join(format!("{name}.fgb"));
        write_town(&path, "FlatGeobuf", more);
        let reading = read(&path, ReadOptions::default());
        assert_eq!(reading.faults, [], "{name}");
        assert_eq!(reading.features.len(), 237);
        assert_same(&reading.features, &judge(&path, &[]), tolerance_units);
    }
}

#[test]
fn other_shapes_are_named_and_a_layers_name_says_the_tier() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("a.fgb");
    let points = "SELECT code, name, ST_Centroid(geometry) AS geometry FROM qingcao WHERE tier = 1";
    write_town(&path, "FlatGeobuf", &["-dialect", "SQLITE", "-sql", points]);
    assert!(
        said(&read(&path, ReadOptions::default()))
            .contains("feature 1: a grid is a Polygon or a MultiPolygon, not a Point")
    );

    let tier = folder.path().join("tier2.fgb");
    let town = town();
    ogr2ogr(&[
        "-f",
        "FlatGeobuf",
        tier.to_str().unwrap(),
        town.to_str().unwrap(),
        "-nln",
        "tier2",
        "-where",
        "tier = 2",
        "-select",
        "code,name",
    ]);
    let reading = read(&tier, ReadOptions::default());
    assert_eq!(reading.features.len(), 50);
    assert!(reading.features.iter().all(|feature| feature.tier == Some(gridward::domain::tier::Tier::Two)));
    let of_layer = |layer: &str| read(&tier, ReadOptions { layer: Some(layer.into()), ..ReadOptions::default() });
    assert_eq!(of_layer("tier2").features.len(), 50);
    assert!(said(&of_layer("tier3")).contains("there is no layer `tier3` in it; it has tier2"));
}

#[test]
fn a_file_that_is_cut_off_says_so() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("a.fgb");
    write_town(&path, "FlatGeobuf", &["-where", "tier = 1"]);
    let whole = fs::read(&path).unwrap();
    for length in (0..whole.len()).step_by(97) {
        let mut reading = Reading::default();
        reading.read_flatgeobuf("a.fgb", &whole[..length]);
        assert!(reading.fault_count > 0, "{length} of {} bytes", whole.len());
    }
}
