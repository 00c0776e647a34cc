//! Small files that would cost much: what they unfold to, name again and again, or keep without a vertex is bounded too.

use std::io::Cursor;

use gridward::import::progress::Progress;
use gridward::import::shapefile::Parts;
use gridward::import::{Limits, ReadOptions, Reading};

use super::made::{Column, column, dbf, shp, square, zip};

const MAX_VERTICES: u64 = 1_000;

fn bounded() -> Reading {
    let limits = Limits { max_vertices: MAX_VERTICES, max_features: 500, ..Limits::default() };
    Reading::new(ReadOptions { limits, ..ReadOptions::default() })
}

fn said(reading: &Reading) -> String {
    reading.faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

fn assert_says(reading: &Reading, text: &str) {
    assert!(said(reading).contains(text), "{text}: {}", said(reading));
}

/// A shapefile of one shape that its index names for each row of the table.
fn repeated(table: Vec<u8>, rows: usize) -> Reading {
    let (shp, shx) = shp(&[Some(vec![square(116.0, 30.0, 0.5, true)])]);
    let index = [&shx[..100], &shx[100..].repeat(rows)].concat();
    let mut reading = bounded();
    let parts = Parts {
        shp: Some(Box::new(Cursor::new(shp))),
        shx: Some(Box::new(Cursor::new(index))),
        dbf: Some(Box::new(Cursor::new(table))),
        cpg: Some(b"UTF-8".to_vec()),
        ..Parts::default()
    };
    reading.read_shapefile("town.shp", parts, &Progress::default());
    reading
}

#[test]
fn shapes_of_refused_features_are_counted() {
    // The field that is the code is there twice, so that no row can be taken.
    let codes = ["a"; 400];
    let table = dbf(&[column("cODE", b'C', 1, &codes), column("Code", b'C', 1, &codes)], 0, &[]);
    let reading = repeated(table, 400);
    assert_eq!((reading.features.len(), reading.fault_count), (0, MAX_VERTICES / 5 + 1));
    assert_says(&reading, "more than once");
    // Nor is a shape read whose row is no text.
    let no_text = Column { values: vec![vec![0xff]; 400], ..column("code", b'C', 1, &[]) };
    let reading = repeated(dbf(&[no_text], 0, &[]), 400);
    assert_eq!((reading.features.len(), reading.fault_count), (0, 400));
    assert_says(&reading, "the text is not UTF-8");
}

#[test]
fn an_index_of_records_that_are_none_ends() {
    let (shp, shx) = shp(&[Some(vec![square(116.0, 30.0, 0.5, true)])]);
    let index = [&shx[..100], &[0xff; 8].repeat(100_000)].concat();
    let parts = Parts {
        shp: Some(Box::new(Cursor::new(shp))),
        shx: Some(Box::new(Cursor::new(index))),
        dbf: Some(Box::new(Cursor::new(dbf(&[column("code", b'C', 1, &["a"])], 0, &[])))),
        ..Parts::default()
    };
    let mut reading = bounded();
    reading.read_shapefile("town.shp", parts, &Progress::default());
    assert_eq!(reading.fault_count, 501);
    assert_says(&reading, "more than 500 features");
}

#[test]
fn arcs_of_refused_features_are_counted() {
    let arc = format!("[{}[1,1]]", "[1,1],[2,2],".repeat(50));
    let features = vec![r#"{"type":"Polygon","arcs":[[0,7]]}"#; 400].join(",");
    let text = format!(
        r#"{{"type":"Topology","arcs":[{arc}],"objects":{{"a":{{"type":"GeometryCollection","geometries":[{features}]}}}}}}"#
    );
    let mut reading = bounded();
    reading.read_topojson("town.topojson", text.as_bytes());
    assert_says(&reading, "there is no arc 7");
    assert_says(&reading, "there are more vertices");
    assert!(reading.fault_count < 20, "{}", said(&reading));
}

#[test]
fn rings_and_polygons_without_a_vertex_are_counted() {
    let empty = "[],".repeat(MAX_VERTICES as usize);
    for kind in ["Polygon", "MultiPolygon"] {
        let mut reading = bounded();
        reading.read_geojson("town", format!(r#"{{"type":"{kind}","coordinates":[{empty}[]]}}"#).as_bytes());
        assert_says(&reading, "more vertices");
        let mut reading = bounded();
        let text =
            format!(r#"{{"type":"Topology","arcs":[],"objects":{{"a":{{"type":"{kind}","arcs":[{empty}[]]}}}}}}"#);
        reading.read_topojson("town", text.as_bytes());
        assert_says(&reading, "more vertices");
    }
    let mut reading = bounded();
    let polygons = "<Polygon/>".repeat(MAX_VERTICES as usize + 1);
    let text = format!("<kml><Placemark><MultiGeometry>{polygons}</MultiGeometry></Placemark></kml>");
    reading.read_kml("town.kml", text.as_bytes(), None);
    assert_says(&reading, "more vertices");
    // Also of many features together, none of which has too many.
    let line = format!("{{\"type\":\"Polygon\",\"coordinates\":[{}[]]}}\n", "[],".repeat(99));
    let mut reading = bounded();
    reading.read_geojson("town", line.repeat(10).as_bytes());
    assert_eq!(reading.features.len(), 10);
    reading.read_geojson("town", line.as_bytes());
    assert_says(&reading, "1000 vertices or more");
}

#[test]
fn names_that_are_kept_are_short() {
    let mut reading = bounded();
    let long = "n".repeat(100_000);
    let properties = format!(r#"{{"type":"Feature","geometry":null,"properties":{{"{long}":1}}}}"#);
    reading.read_geojson("town", properties.as_bytes());
    assert!(reading.notes().iter().all(|note| note.len() < 1_000), "{:?}", reading.notes());
    let mut reading = bounded();
    reading.read_kml("town.kml", format!("<kml><Document><{long}></{long}></Document></kml>").as_bytes(), None);
    assert_says(&reading, "the name of an element has more than");
    // In an archive each feature would be called by the whole path.
    let path = format!("{}/{}.geojson", "folder".repeat(5_000), "name".repeat(5_000));
    let line = r#"{"type":"Polygon","coordinates":[]}"#;
    let bytes = zip(&[(path.as_bytes(), line.as_bytes())]);
    let mut reading = bounded();
    reading.read_zip("town.zip", Cursor::new(bytes), &Progress::default());
    assert_eq!(reading.features.len(), 1, "{}", said(&reading));
    let source = &reading.features[0].source;
    assert!(source.starts_with("town.zip/…") && source.ends_with("namename.geojson line 1") && source.len() < 200);
}

#[test]
fn many_and_long_fields_are_refused() {
    let properties = (0..2_001).map(|number| format!("\"f{number}\":1")).collect::<Vec<_>>().join(",");
    let mut reading = bounded();
    let text = format!(r#"{{"type":"Feature","geometry":null,"properties":{{{properties}}}}}"#);
    reading.read_geojson("town", text.as_bytes());
    assert_says(&reading, "more than 2000 properties");
    let mut reading = bounded();
    let field = format!("<Data name=\"a\"><value>{}</value></Data>", "x".repeat(1 << 20));
    let text = format!("<kml><Placemark><ExtendedData>{}</ExtendedData></Placemark></kml>", field.repeat(17));
    reading.read_kml("town.kml", text.as_bytes(), None);
    assert_says(&reading, "its fields have more than 16777216 bytes");
}

#[test]
fn archives_do_not_unpack_the_same_bytes_twice() {
    // Both entries of the list lead to the first file, as in a bomb that needs no nesting.
    let content = b"{\"type\":\"Polygon\",\"coordinates\":[]}".repeat(50);
    let plain = zip(&[(b"a.geojson", &content), (b"b.geojson", b"")]);
    let list = plain.windows(4).position(|window| window == b"PK\x01\x02").unwrap();
    let mut lying = plain.clone();
    let second = list + 46 + b"a.geojson".len();
    lying[second + 20..second + 24].copy_from_slice(&(plain.len() as u32).to_le_bytes());
    let mut reading = bounded();
    reading.read_zip("town.zip", Cursor::new(lying), &Progress::default());
    assert_says(&reading, "its files lie over one another");
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    std::io::Write::write_all(&mut gzip, &content).unwrap();
    let twice = zip(&[(b"a.geojson", &gzip.finish().unwrap())]);
    let mut reading = bounded();
    reading.read_zip("town.zip", Cursor::new(twice), &Progress::default());
    assert_says(&reading, "compressed twice");
}
