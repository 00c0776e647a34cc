//! What stands beside the properties of a feature: its `id`, a field as in GDAL.

use std::path::Path;

use gridward::import::{FieldMapping, ReadOptions, Reading};

use super::gdal::{assert_same, judge};
use super::ogr::{read, said};

fn by_id() -> ReadOptions {
    let fields = FieldMapping::new(Some("id".parse().unwrap()), None, None, Some("1".parse().unwrap()));
    ReadOptions { fields, ..ReadOptions::default() }
}

fn codes(reading: &Reading) -> Vec<&str> {
    reading.features.iter().map(|feature| feature.code.as_deref().unwrap_or("none")).collect()
}

/// The features of a collection: members beside type and geometry, and the property.
fn collection(features: &[(&str, &str)]) -> String {
    let feature = |(members, properties): &(&str, &str)| {
        format!(
            r#"{{"type":"Feature"{members},"properties":{properties},"geometry":{{"type":"Polygon","coordinates":[[[1,1],[2,1],[2,2],[1,1]]]}}}}"#
        )
    };
    let features: Vec<String> = features.iter().map(feature).collect();
    format!(r#"{{"type":"FeatureCollection","features":[{}]}}"#, features.join(","))
}

#[test]
fn the_id_of_a_geojson_feature_is_a_field() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ids.geojson");
    let texts =
        collection(&[(r#","id":"a1""#, r#"{"name":"x"}"#), (r#","id":" b ""#, "null"), ("", r#"{"name":"z"}"#)]);
    std::fs::write(&path, &texts).unwrap();
    let reading = read(&path, by_id());
    assert_same(&reading, &judge(&path, &["-noNativeData"]), ["id", "name", "parent"]);
    assert_eq!(codes(&reading), ["a1", "b", "none"]);
    // A property called so goes first, in any case of letters. Numbers, which GDAL has for the number of the feature, count too.
    let mixed = collection(&[
        (r#","id":"outer""#, r#"{"id":"inner"}"#),
        (r#","id":"outer""#, r#"{"ID":12}"#),
        (r#","id":340881106001"#, "{}"),
        (r#","id":null"#, "{}"),
    ]);
    std::fs::write(&path, &mixed).unwrap();
    assert_eq!(codes(&read(&path, by_id())), ["inner", "12", "340881106001", "none"]);
    // Read by nobody, it may be anything; the note on fields names it.
    std::fs::write(&path, collection(&[(r#","id":{"a":1}"#, r#"{"nr":1}"#)])).unwrap();
    let reading = read(&path, ReadOptions::default());
    assert_eq!(reading.faults, []);
    assert!(said(&reading).contains("(the fields are: id, nr)"), "{}", said(&reading));
    assert!(said(&read(&path, by_id())).contains("field id: a text or a whole number is expected"));
}

/// Switzerland's cantons and their districts in one topology, which has nothing but ids.
#[test]
fn the_id_of_a_topojson_object_is_a_field() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/judges/node_modules/swiss-maps/2018/ch-combined.json");
    for (layer, count) in [("cantons", 26), ("municipalities", 2_225)] {
        let reading = read(&path, ReadOptions { layer: Some(layer.into()), ..by_id() });
        let sql = format!("SELECT * FROM {layer}");
        let judged = judge(&path, &["-noNativeData", "-s_srs", "EPSG:4326", "-sql", &sql]);
        let ids: Vec<Option<String>> = judged.iter().map(|feature| feature.text("id")).collect();
        let ours: Vec<Option<String>> = reading.features.iter().map(|feature| feature.code.clone()).collect();
        assert_eq!((&ours, reading.faults.len(), ours.len()), (&ids, 0, count));
        // One of the municipalities was simplified to a line and back, which GDAL leaves out.
        if layer == "cantons" {
            assert_same(&reading, &judged, ["id", "name", "parent"]);
        }
        assert!(reading.features.iter().all(|feature| feature.code.is_some()));
    }
}
