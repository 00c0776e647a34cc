//! TopoJSON as npm topojson-server writes it, read as GDAL and topojson-client read it.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use gridward::import::{Limits, ReadOptions, Reading};
use gridward::planar::build::build;
use tempfile::tempdir;

use super::ogr::{assert_same, judge, read, said, town};

/// Runs the script of the judge.
fn topojson(args: &[&str], input: &[u8]) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/judges");
    assert!(folder.join("node_modules/topojson-server").is_dir(), "not installed: `make tools` does it");
    let mut node = Command::new("node")
        .arg("topojson.mjs")
        .args(args)
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("node is installed");
    node.stdin.take().unwrap().write_all(input).unwrap();
    let output = node.wait_with_output().unwrap();
    assert!(output.status.success());
    output.stdout
}

fn read_text(text: &str) -> Reading {
    let mut reading = Reading::default();
    reading.read_topojson("town.topojson", text.as_bytes());
    reading
}

#[test]
fn what_the_judges_read_is_what_we_read() {
    let folder = tempdir().unwrap();
    let town_text = fs::read(town()).unwrap();
    for quantization in ["0", "100000", "1000000"] {
        let path = folder.path().join(format!("{quantization}.json"));
        let text = topojson(&[quantization], &town_text);
        fs::write(&path, &text).unwrap();
        let reading = read(&path, ReadOptions::default());
        assert_eq!(reading.faults, []);
        let mut client = Reading::default();
        client.read_geojson("topojson-client", topojson(&["features"], &text).as_slice());
        assert_same(&reading.features, &client.features, 0);
        // GDAL multiplies and adds in another order.
        assert_same(&reading.features, &judge(&path, &["-s_srs", "EPSG:4326"]), 1);
        if quantization == "0" {
            // Rings begin elsewhere than in the file the topology was made of, so lengths are all that can be compared.
            let lengths = |features: &[gridward::geometry::feature::DraftFeature]| -> Vec<usize> {
                features.iter().map(|feature| feature.polygons.iter().flatten().map(Vec::len).sum()).collect()
            };
            assert_eq!(lengths(&reading.features), lengths(&judge(&town(), &[])));
        }
        // Both sides of an arc are the same lattice points, so the partition stays exact however coarse the numbers are.
        let built = build(&reading.features, &[]);
        let problems: Vec<String> = built.report.problems.iter().map(|problem| problem.message.clone()).collect();
        assert!(built.publishable && problems.is_empty(), "{quantization}: {problems:?}");
    }
}

#[test]
fn objects_are_layers() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("town.topojson");
    fs::write(&path, topojson(&["0", "by-tier"], &fs::read(town()).unwrap())).unwrap();
    let reading = read(&path, ReadOptions::default());
    assert_eq!(reading.faults, []);
    assert_same(
        &reading.features,
        &{
            let mut theirs = Vec::new();
            for (layer, tier) in [("tier1", "1"), ("tier2", "2"), ("tier3", "3")] {
                let tier: i64 = tier.parse().unwrap();
                theirs.extend(judge(&path, &["-s_srs", "EPSG:4326", layer]).into_iter().map(|feature| {
                    gridward::geometry::feature::DraftFeature { tier: Some(tier.try_into().unwrap()), ..feature }
                }));
            }
            theirs
        },
        0,
    );
    let one = read(&path, ReadOptions { layer: Some("tier2".into()), ..ReadOptions::default() });
    assert_eq!((one.features.len(), one.features[0].source.as_str()), (50, "town.topojson tier2 feature 1"));
    let none = read(&path, ReadOptions { layer: Some("x".into()), ..ReadOptions::default() });
    assert!(said(&none).contains("there is no layer `x` in it; it has tier1, tier2, tier3"), "{}", said(&none));
}

const SQUARES: &str = r#"{"type":"Topology","objects":{"net":{"type":"GeometryCollection","geometries":[
 {"type":"Polygon","properties":{"code":"a"},"arcs":[[0,1]]},
 {"type":"MultiPolygon","properties":{"code":7},"arcs":[[[-1,2]]]},
 {"type":"GeometryCollection","properties":{"code":"c"},"geometries":[{"type":"Polygon","arcs":[[0,1]]},{"type":null}]},
 {"type":null,"properties":{"code":"d"}}]}},
 "arcs":[[[0,0],[0,5],[0,5]],[[0,10],[-10,0],[0,-10],[10,0]],[[0,0],[10,0],[0,10],[-10,0]]],
 "transform":{"scale":[0.1,0.1],"translate":[100,30]}}"#;

#[test]
fn arcs_run_either_way() {
    let reading = read_text(SQUARES);
    assert_eq!(reading.faults, []);
    let codes: Vec<&str> = reading.features.iter().map(|feature| feature.code.as_deref().unwrap()).collect();
    assert_eq!(codes, ["a", "7", "c", "d"]);
    let ring = |feature: usize| -> Vec<[f64; 2]> {
        reading.features[feature].polygons[0][0].iter().map(|point| point.to_degrees()).collect()
    };
    assert_eq!(ring(0), [[100.0, 30.0], [100.0, 30.5], [100.0, 31.0], [99.0, 31.0], [99.0, 30.0], [100.0, 30.0]]);
    assert_eq!(ring(1)[..3], [[100.0, 31.0], [100.0, 30.5], [100.0, 30.0]]);
    assert_eq!((ring(2), reading.features[3].polygons.len()), (ring(0), 0));
}

#[test]
fn what_is_wrong_is_named() {
    let with = |from: &str, to: &str| {
        assert!(SQUARES.contains(from), "{from}");
        SQUARES.replace(from, to)
    };
    for (text, says) in [
        (String::new(), "EOF"),
        ("{\"type\":\"Topology\"}".into(), "`objects` is missing"),
        (with("\"Topology\"", "\"Feature\""), "no TopoJSON"),
        (with("[[0,1]]},\n", "[[0,9]]},\n"), "town.topojson feature 1, field arcs: there is no arc 9"),
        (with("[[0,1]]},\n", "[[0,1.5]]},\n"), "field arcs: invalid type"),
        (with("[[0,1]]},\n", "[0,1]},\n"), "field arcs"),
        (with("\"type\":\"Polygon\",\"properties\"", "\"type\":\"LineString\",\"properties\""), "not a LineString"),
        (with("\"scale\":[0.1,0.1]", "\"scale\":[1e308,1e308]"), "arcs: a position is not a pair of numbers"),
        (with("[0,0],[0,5]", "[0],[0,5]"), "arcs: a position has fewer than two numbers"),
        (with("\"code\":\"a\"", "\"code\":{}"), "field code: a text or a whole number"),
    ] {
        let said = said(&read_text(&text));
        assert!(said.contains(says), "{text}: {said}");
    }
}

/// A few bytes that name a long arc again and again.
#[test]
fn a_file_that_unfolds_without_end_is_stopped() {
    let arc = format!("[{}[1,1]]", "[1,1],[2,2],".repeat(500));
    let rings = "[0],".repeat(2_000);
    let feature = format!("{{\"type\":\"Polygon\",\"arcs\":[{rings}[0]]}}");
    let features = format!("{feature},").repeat(50);
    let text = format!(
        "{{\"type\":\"Topology\",\"arcs\":[{arc}],\"objects\":{{\"a\":{{\"type\":\"GeometryCollection\",\"geometries\":[{features}{feature}]}}}}}}"
    );
    let limits = Limits { max_vertices: 100_000, ..Limits::default() };
    let mut reading = Reading::new(ReadOptions { limits, ..ReadOptions::default() });
    reading.read_topojson("town.topojson", text.as_bytes());
    assert_eq!((reading.fault_count, reading.features.len()), (1, 0));
    assert!(said(&reading).contains("feature 1: there are more vertices"), "{}", said(&reading));
}
