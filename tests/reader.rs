//! The GeoJSON reader against hostile files, broken bytes, and every layout of the same features.

use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use gridward::domain::tier::Tier;
use gridward::geometry::feature::DraftFeature;
use gridward::geometry::point::Point;
use gridward::import::{FieldMapping, ImportCrs, Limits, ReadOptions, Reading};
use proptest::prelude::*;

fn read_with(options: ReadOptions, name: &str, bytes: &[u8]) -> Reading {
    let mut reading = Reading::new(options);
    reading.read_geojson(name, bytes);
    reading
}

fn read(name: &str, bytes: &[u8]) -> Reading {
    read_with(ReadOptions::default(), name, bytes)
}

fn hostile_dir() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/hostile")
}

/// The table says for each file what its report has to say; a file without a line in it is a mistake.
#[test]
fn every_hostile_file_gets_its_clear_error() {
    let table = fs::read_to_string(hostile_dir().join("expected.tsv")).unwrap();
    let cases: Vec<(&str, &str)> = table.lines().skip(1).map(|line| line.split_once('\t').unwrap()).collect();
    let mut wrong = Vec::new();
    for entry in fs::read_dir(hostile_dir()).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        if name == "expected.tsv" {
            continue;
        }
        let reading = read(&name, &fs::read(hostile_dir().join(&name)).unwrap());
        let said = reading.faults.iter().map(|fault| format!("{fault}\n")).collect::<String>();
        let expected: Vec<&str> = cases.iter().filter(|(file, _)| *file == name).map(|&(_, text)| text).collect();
        if expected.is_empty() {
            wrong.push(format!("{name} has no line in expected.tsv; it says\n{said}"));
        }
        for text in expected.iter().filter(|text| !said.contains(*text)) {
            wrong.push(format!("{name} does not say `{text}` but\n{said}"));
        }
        for fault in &reading.faults {
            if !fault.source.starts_with(&name) {
                wrong.push(format!("{name} is called {}", fault.source));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn square(code: &str, west: i32) -> String {
    let east = west + 1;
    format!(
        r#"{{"type":"Feature","id":7,"properties":{{"code":"{code}","name":"{{\"[网格","tier":3,"parent":null}},"geometry":{{"type":"Polygon","coordinates":[[[{west},30.5],[{east},30.5],[{east},31],[{west},30.5]]]}}}}"#
    )
}

fn squares() -> Vec<String> {
    (1..=5).map(|i| square(&format!("00{i}"), 100 + i)).collect()
}

/// The features without their sources, which depend on the layout.
fn shapes(reading: Reading) -> Vec<DraftFeature> {
    assert_eq!(reading.faults, []);
    reading.features.into_iter().map(|feature| DraftFeature { source: String::new(), ..feature }).collect()
}

#[test]
fn all_layouts_read_the_same() {
    let features = squares();
    let expected = shapes(read("a", features.join("\n").as_bytes()));
    assert_eq!(expected.len(), 5);
    assert_eq!(expected[1].code.as_deref(), Some("002"));
    assert_eq!(expected[1].name.as_deref(), Some("{\"[网格"));
    assert_eq!(expected[1].tier, Some(Tier::Three));
    assert_eq!(expected[1].polygons[0][0][0], Point::from_degrees(102.0, 30.5).unwrap());
    assert_eq!(expected[1].polygons[0][0].len(), 4);
    let all = features.join(",");
    let pretty: Vec<String> = features
        .iter()
        .map(|text| serde_json::to_string_pretty(&serde_json::from_str::<serde_json::Value>(text).unwrap()).unwrap())
        .collect();
    let layouts = [
        format!("{{\"type\":\"FeatureCollection\",\"features\":[{all}]}}"),
        format!("\u{feff} {{ \"features\" : [ {all} ] , \"bbox\":[1,2,3,4],\"type\" :\"FeatureCollection\"}}\n\n"),
        format!("{{\"type\":\"FeatureCollection\",\n\"features\":[\n{}\n]\n}}\n", features.join("\n,\n")),
        format!("{{\"type\":\"FeatureCollection\",\"x\":{{\"features\":[1]}},\"features\":[{}]}}", pretty.join(",")),
        format!("{}\n", features.join("\r\n")),
        format!("\n\n{}\n\n", features.join("\n\n")),
        pretty.join("\n"),
        features.iter().map(|text| format!("\u{1e}{text}\n")).collect(),
        pretty.iter().map(|text| format!("\u{1e}{text}\n")).collect(),
        format!(
            "{{\"type\":\"FeatureCollection\",\"crs\":{{\"type\":\"name\",\"properties\":{{\"name\":\"urn:ogc:def:crs:OGC:1.3:CRS84\"}}}},\"features\":[{all}]}}"
        ),
    ];
    for layout in layouts {
        assert_eq!(shapes(read("a", layout.as_bytes())), expected, "{layout}");
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gzip.write_all(layout.as_bytes()).unwrap();
        assert_eq!(shapes(read("a", &gzip.finish().unwrap())), expected, "gzip of {layout}");
        // A byte at a time, as a slow pipe gives it.
        let mut slow = Reading::default();
        slow.read_geojson("a", OneByOne(layout.as_bytes()));
        assert_eq!(shapes(slow), expected, "byte by byte: {layout}");
    }
}

struct OneByOne<'a>(&'a [u8]);

impl Read for OneByOne<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        self.0.read(&mut buffer[..1])
    }
}

#[test]
fn features_are_named_by_line_or_number() {
    let lines = read("town.geojsonl", squares().join("\n\n").as_bytes());
    assert_eq!(lines.features[2].source, "town.geojsonl line 5");
    let collection = format!("{{\"type\":\"FeatureCollection\",\"features\":[{}]}}", squares().join(","));
    assert_eq!(read("town.geojson", collection.as_bytes()).features[2].source, "town.geojson feature 3");
}

fn with_properties(properties: &str) -> String {
    format!(r#"{{"type":"Feature","properties":{properties},"geometry":null}}"#)
}

#[test]
fn codes_are_text_whatever_the_file_makes_of_them() {
    for (json, code) in [
        ("\"0042\"", Some("0042")),
        ("340881106202001003", Some("340881106202001003")),
        ("3.40881106001e11", Some("340881106001")),
        ("340881106001.0", Some("340881106001")),
        ("\" 7 \"", Some("7")),
        ("\"\"", None),
        ("null", None),
    ] {
        let reading = read("a", with_properties(&format!(r#"{{"code":{json},"tier":"二级"}}"#)).as_bytes());
        assert_eq!(reading.faults, []);
        assert_eq!(reading.features[0].code.as_deref(), code, "{json}");
        assert_eq!(reading.features[0].tier, Some(Tier::Two));
    }
}

#[test]
fn fields_are_mapped_by_option_or_by_usual_words() {
    let text = with_properties(r#"{"GRIDCODE":"1","网格名称":"乔庄","级别":"一级","上级编码":"9","id":"x"}"#);
    let feature = &read("a", text.as_bytes()).features[0];
    assert_eq!(
        (feature.code.as_deref(), feature.name.as_deref(), feature.tier, feature.parent.as_deref()),
        (Some("1"), Some("乔庄"), Some(Tier::One), Some("9"))
    );
    let fields = FieldMapping::new(
        Some("id".parse().unwrap()),
        Some("GRIDCODE".parse().unwrap()),
        None,
        Some("3".parse().unwrap()),
    );
    let chosen = read_with(ReadOptions { fields, ..ReadOptions::default() }, "a", text.as_bytes());
    let feature = &chosen.features[0];
    assert_eq!(
        (feature.code.as_deref(), feature.name.as_deref(), feature.tier),
        (Some("x"), Some("1"), Some(Tier::Three))
    );
    let fields = FieldMapping::new(Some("nummer".parse().unwrap()), None, None, None);
    let lost = read_with(ReadOptions { fields, ..ReadOptions::default() }, "a", text.as_bytes());
    assert!(
        lost.notes()[0].contains("no feature has a field nummer; name it with --code (the fields are: GRIDCODE, id")
    );
}

#[test]
fn a_tier_that_is_none_is_a_problem_and_not_a_fault() {
    let reading = read("a", with_properties(r#"{"code":"1","tier":"village"}"#).as_bytes());
    assert_eq!(reading.faults, []);
    assert!(reading.problems[0].message.contains("`village` is no tier"));
}

#[test]
fn heights_are_dropped_and_collections_opened() {
    let text = r#"{"type":"Feature","properties":{"code":"1","tier":1},"geometry":{"type":"GeometryCollection","geometries":[
        {"type":"GeometryCollection","geometries":[{"type":"Polygon","coordinates":[[[1,2,3],[4,5,6,7],[8,9],[1,2]]]}]},
        {"type":"MultiPolygon","coordinates":[[[[11,12],[13,14],[15,17],[11,12]]]]}]}}"#;
    let reading = read("a", text.as_bytes());
    assert_eq!(reading.faults, []);
    assert_eq!(reading.features[0].polygons.len(), 2);
    assert!(reading.notes().iter().any(|note| note.starts_with("2 position(s) have a height")));
}

#[test]
fn coordinates_are_converted_by_the_crs_option() {
    let text = r#"{"type":"Polygon","coordinates":[[[116.86151217,30.85365953],[116.9,30.9],[116.8,30.9]]]}"#;
    let options = ReadOptions { crs: Some("bd09".parse::<ImportCrs>().unwrap()), ..ReadOptions::default() };
    let reading = read_with(options, "a", text.as_bytes());
    // The golden vector of the three systems, to its eight digits.
    let [lon, lat] = reading.features[0].polygons[0][0][0].to_degrees();
    assert!((lon - 116.85).abs() < 2e-7 && (lat - 30.85).abs() < 2e-7, "{lon} {lat}");
    // The option overrules the file.
    let lying = format!(
        r#"{{"type":"FeatureCollection","features":[{}],"crs":{{"properties":{{"name":"EPSG:3857"}}}}}}"#,
        square("1", 100)
    );
    assert_eq!(read("a", lying.as_bytes()).faults.len(), 1);
    let options = ReadOptions { crs: Some(ImportCrs::default()), ..ReadOptions::default() };
    assert_eq!(read_with(options, "a", lying.as_bytes()).faults, []);
}

/// What a FeatureCollection names before its features holds for them; behind them it is too late, and so said.
#[test]
fn a_collection_in_gauss_krueger_is_converted() {
    let square = r#"{"type":"Feature","properties":{"code":"1"},"geometry":{"type":"Polygon","coordinates":[[[39490000,3410000],[39491000,3410000],[39491000,3411000],[39490000,3410000]]]}}"#;
    let crs = r#""crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::4527"}}"#;
    let before = format!(r#"{{"type":"FeatureCollection",{crs},"features":[{square}]}}"#);
    let reading = read("a", before.as_bytes());
    assert_eq!(reading.faults, []);
    // As `gdaltransform -s_srs EPSG:4527 -t_srs EPSG:4326` has it.
    let first = reading.features[0].polygons[0][0][0];
    let expected = Point::from_degrees(116.895498440308, 30.8107747527758).unwrap();
    assert_eq!(first, expected);
    let behind = format!(r#"{{"type":"FeatureCollection","features":[{square}],{crs}}}"#);
    assert!(read("a", behind.as_bytes()).faults[0].message.contains("stands behind the features"));
}

#[test]
fn limits_end_the_reading_with_a_clear_error() {
    let lines = squares().join("\n");
    let collection = format!("{{\"type\":\"FeatureCollection\",\"features\":[{}]}}", squares().join(","));
    let long = "a line that is long".repeat(100);
    let says = |limits: Limits, text: &str, expected: &str| {
        let reading = read_with(ReadOptions { limits, ..ReadOptions::default() }, "a", text.as_bytes());
        let said = reading.faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
        assert!(said.contains(expected), "{expected}: {said}");
    };
    let limits = Limits::default();
    for text in [&lines, &collection] {
        says(Limits { max_features: 3, ..limits }, text, "more than 3 features");
        says(Limits { max_vertices: 10, ..limits }, text, "more vertices than one edition may have");
        says(Limits { max_vertices: 12, ..limits }, text, "12 vertices or more");
        says(Limits { max_feature_bytes: 100, ..limits }, text, "longer than 100 bytes");
        says(Limits { max_decoded_bytes: 300, ..limits }, text, "longer than 300 bytes");
        says(Limits { max_depth: 4, ..limits }, text, "more than 4 brackets");
    }
    says(Limits { max_feature_bytes: 700, ..limits }, &format!("{lines}\n{long}"), "longer than 700 bytes");
}

/// A polygon that is written while it is read, so that only the reader's own memory counts.
struct Circle {
    vertices: usize,
    written: usize,
    text: Vec<u8>,
}

impl Read for Circle {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        while self.text.len() < buffer.len() && self.written <= self.vertices {
            let angle = std::f64::consts::TAU * (self.written % self.vertices) as f64 / self.vertices as f64;
            let (lon, lat) = (116.0 + angle.cos(), 30.0 + angle.sin());
            let before = if self.written == 0 { r#"{"type":"Polygon","coordinates":[["# } else { "," };
            let after = if self.written == self.vertices { "]]}" } else { "" };
            write!(self.text, "{before}[{lon:.13},{lat:.13}]{after}")?;
            self.written += 1;
        }
        let length = self.text.len().min(buffer.len());
        buffer[..length].copy_from_slice(&self.text[..length]);
        self.text.drain(..length);
        Ok(length)
    }
}

fn read_circle(vertices: usize) {
    let mut reading = Reading::default();
    reading.read_geojson("circle", Circle { vertices, written: 0, text: Vec::new() });
    assert_eq!(reading.faults, []);
    assert_eq!(reading.features[0].polygons[0][0].len(), vertices + 1);
}

#[test]
fn a_polygon_of_a_hundred_thousand_vertices_is_read() {
    read_circle(100_000);
}

/// 375 MB of text; the whole test process peaked at 448 MB under `/usr/bin/time -v` (28 s unoptimised).
#[test]
#[ignore = "takes half a minute unoptimised"]
fn a_polygon_of_ten_million_vertices_is_read() {
    read_circle(10_000_000);
}

#[test]
fn problems_beyond_the_list_are_counted() {
    let limits = Limits { max_listed: 10, ..Limits::default() };
    let text = "{\"type\":\"Point\",\"coordinates\":[1,2]}\n".repeat(25);
    let reading = read_with(ReadOptions { limits, ..ReadOptions::default() }, "a", text.as_bytes());
    assert_eq!((reading.faults.len(), reading.fault_count), (10, 25));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// Whatever the bytes are, reading ends, and says something or gives features.
    #[test]
    fn any_bytes_end_in_features_or_faults(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let reading = read("a", &bytes);
        prop_assert!(!reading.features.is_empty() || !reading.faults.is_empty());
    }

    /// A file cut off anywhere inside its last bracket is never taken for a whole one.
    #[test]
    fn a_truncated_collection_is_a_fault(cut in 1usize..1000) {
        let whole = format!("{{\"type\":\"FeatureCollection\",\"features\":[{}]}}", squares().join(","));
        let cut = cut.min(whole.len() - 1);
        let reading = read("a", &whole.as_bytes()[..cut]);
        prop_assert_eq!(reading.fault_count, 1);
    }

    /// A broken byte changes what it stands in, and panics nowhere.
    #[test]
    fn a_flipped_byte_never_panics(at in 0usize..1000, byte in any::<u8>(), as_lines in any::<bool>()) {
        let mut text = match as_lines {
            true => squares().join("\n"),
            false => format!("{{\"type\":\"FeatureCollection\",\"features\":[{}]}}", squares().join(",")),
        }
        .into_bytes();
        let at = at % text.len();
        text[at] = byte;
        let reading = read("a", &text);
        prop_assert!(reading.features.len() + usize::try_from(reading.fault_count).unwrap() > 0);
    }

    /// Every lattice point survives being written as degrees and read again.
    #[test]
    fn lattice_points_survive_the_text(x in -1_800_000_000i32..=1_800_000_000, y in -900_000_000i32..=900_000_000) {
        let point = Point::new(x, y);
        let [lon, lat] = point.to_degrees();
        let text = format!("{{\"type\":\"Polygon\",\"coordinates\":[[[{lon},{lat}]]]}}");
        let reading = read("a", text.as_bytes());
        prop_assert_eq!(&reading.features[0].polygons[0][0], &vec![point]);
    }
}
