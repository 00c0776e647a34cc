//! KML and KMZ: as GDAL writes them, as Google Earth does, and as nobody should.

use std::fs;
use std::io::Write;

use gridward::domain::tier::Tier;
use gridward::geometry::point::Point;
use gridward::import::{Limits, ReadOptions, Reading};
use tempfile::tempdir;

use super::ogr::{assert_same, judge, read, said, town, write_town};

fn read_text(text: &str) -> Reading {
    read_bytes(text.as_bytes())
}

fn read_bytes(bytes: &[u8]) -> Reading {
    let mut reading = Reading::default();
    reading.read_kml("town.kml", bytes, None);
    reading
}

#[test]
fn what_gdal_reads_is_what_we_read() {
    let folder = tempdir().unwrap();
    for (driver, name) in [("LIBKML", "lib.kml"), ("KML", "plain.kml"), ("LIBKML", "town.kmz")] {
        let path = folder.path().join(name);
        write_town(&path, driver, &[]);
        let reading = read(&path, ReadOptions::default());
        assert_eq!(reading.faults, [], "{name}");
        assert_same(&reading.features, &judge(&path, &[]), 0);
        assert_same(&reading.features, &judge(&town(), &[]), 0);
    }
}

/// As Google Earth writes it: folders, MultiGeometry, styles, CDATA, a pin beside the polygons.
const EARTH: &str = r##"<?xml version="1.0" encoding="UTF-8"?>
<kml xmlns="http://www.opengis.net/kml/2.2" xmlns:gx="http://www.google.com/kml/ext/2.2">
<Document><name>town.kml</name><Style id="s"><PolyStyle><color>7f00ff00</color></PolyStyle></Style>
<Folder><name>二级网格</name>
 <Placemark><name>乔庄 &amp; 三畈 &#x4E00;</name><description><![CDATA[<b>bold</b> & free]]></description><styleUrl>#s</styleUrl>
  <ExtendedData><Data name="code"><displayName>编码</displayName><value>0042</value></Data><Data name="编码"/></ExtendedData>
  <MultiGeometry><Point><coordinates>116.95,30.85</coordinates></Point>
   <MultiGeometry><Polygon><extrude>1</extrude>
    <innerBoundaryIs><LinearRing><coordinates>116.92,30.82 116.94,30.82 116.94,30.84 116.92,30.82</coordinates></LinearRing></innerBoundaryIs>
    <outerBoundaryIs><LinearRing><tessellate>1</tessellate><coordinates>
      116.9,30.8,12 117.0,30.8,12<!-- a comment --> 117.0,30.9,<![CDATA[12]]> 116.9,30.8,12
    </coordinates></LinearRing></outerBoundaryIs></Polygon></MultiGeometry>
   <Polygon><outerBoundaryIs><LinearRing><coordinates>1,1 2,1 2,2 1,1</coordinates></LinearRing></outerBoundaryIs></Polygon>
  </MultiGeometry></Placemark>
</Folder></Document></kml>"##;

#[test]
fn google_earths_own() {
    let reading = read_text(EARTH);
    assert_eq!(reading.faults, []);
    let feature = &reading.features[0];
    assert_eq!((feature.code.as_deref(), feature.name.as_deref()), (Some("0042"), Some("乔庄 & 三畈 一")));
    assert_eq!(feature.tier, Some(Tier::Two));
    let rings: Vec<Vec<usize>> = feature.polygons.iter().map(|rings| rings.iter().map(Vec::len).collect()).collect();
    assert_eq!(rings, [vec![4, 4], vec![4]]);
    // The shell comes first, wherever it stood.
    assert_eq!(feature.polygons[0][0][1], Point::from_degrees(117.0, 30.8).unwrap());
    assert!(said(&reading).contains("1 point(s) or line(s)") && said(&reading).contains("4 position(s) have a height"));
    assert_eq!(feature.source, "town.kml placemark 1");
}

#[test]
fn encodings_as_declared() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("town.kml");
    write_town(&path, "KML", &[]);
    let utf8 = fs::read_to_string(&path).unwrap();
    let expected = read_text(&utf8);
    for label in ["GBK", "gb2312", "gb18030"] {
        let declared = utf8.replace("encoding=\"utf-8\"", &format!("encoding=\"{label}\""));
        let (bytes, _, unmappable) = encoding_rs::GBK.encode(&declared);
        assert!(!unmappable && declared != utf8);
        assert_same(&read_bytes(&bytes).features, &expected.features, 0);
    }
    let utf16: Vec<u8> = format!("\u{feff}{utf8}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_same(&read_bytes(&utf16).features, &expected.features, 0);
    let (undeclared, ..) = encoding_rs::GBK.encode(&utf8);
    assert!(said(&read_bytes(&undeclared)).contains("no UTF-8"));
}

#[test]
fn what_is_wrong_is_named() {
    let polygon = |rings: &str| format!("<Placemark>{rings}</Placemark>");
    let outer = |text: &str| {
        format!("<outerBoundaryIs><LinearRing><coordinates>{text}</coordinates></LinearRing></outerBoundaryIs>")
    };
    let nested = format!("<kml>{}{}</kml>", "<Folder>".repeat(80), "</Folder>".repeat(80));
    let two = outer("0,0 1,0 1,1 0,0").repeat(2);
    for (text, says) in [
        (String::new(), "there are no placemarks".to_owned()),
        ("<html></html>".into(), "no KML: its first element is `html`".into()),
        ("<kml></kml>".into(), "there are no placemarks".into()),
        ("<kml><NetworkLink/></kml>".into(), "only links to another file".into()),
        ("<!DOCTYPE kml [<!ENTITY a \"b\">]><kml/>".into(), "document type definition".into()),
        ("<kml><Placemark><name>&a;</name></Placemark></kml>".into(), "the entity &a; is not known".into()),
        ("<kml><Placemark></kml>".into(), "town.kml (line 1, column 23): the XML is broken".into()),
        ("<kml><Placemark>".into(), "ends too early".into()),
        (nested, "more than 64 elements".into()),
        (
            polygon("<Point><coordinates>1,1</coordinates></Point>"),
            "field Point: a grid is a Polygon, not a Point".into(),
        ),
        (polygon(&format!("<Polygon>{}</Polygon>", outer("1,1 2,x"))), "field coordinates: `x` is no number".into()),
        (polygon(&format!("<Polygon>{two}</Polygon>")), "field Polygon: it has more than one outer border".into()),
        (polygon(&format!("<Polygon>{}</Polygon>", two.replace("outer", "inner"))), "it has no outer border".into()),
    ] {
        let said = said(&read_text(&text));
        assert!(said.contains(&says), "{text}: {said}");
    }
    // A placemark that is wrong does not hide the next.
    let three = format!("<kml><Folder>{}{}</Folder></kml>", polygon("<Point/>"), polygon("<Polygon/>"));
    let reading = read_text(&three);
    assert_eq!((reading.fault_count, reading.features.len()), (1, 1));
}

#[test]
fn folders_are_layers() {
    let mut reading = Reading::new(ReadOptions { layer: Some("二级网格".into()), ..ReadOptions::default() });
    reading.read_kml("town.kml", EARTH.as_bytes(), None);
    assert_eq!((reading.features.len(), reading.fault_count), (1, 0));
    let mut reading = Reading::new(ReadOptions { layer: Some("三级网格".into()), ..ReadOptions::default() });
    reading.read_kml("town.kml", EARTH.as_bytes(), None);
    let text = said(&reading);
    assert!(text.contains("there is no folder `三级网格` with placemarks in it; it has "), "{text}");
    assert!(text.trim_end().ends_with("it has 二级网格"), "{text}");
}

#[test]
fn bounds_are_kept() {
    let ring = "1,1 ".repeat(100_000);
    let text = format!("<kml><Placemark><Polygon><outerBoundaryIs><LinearRing><coordinates>{ring}");
    let limits = Limits { max_vertices: 1000, ..Limits::default() };
    let mut reading = Reading::new(ReadOptions { limits, ..ReadOptions::default() });
    reading.read_kml("town.kml", format!("{text}</coordinates>").as_bytes(), None);
    assert!(said(&reading).contains("more vertices"), "{}", said(&reading));
    let limits = Limits { max_feature_bytes: 100_000, ..Limits::default() };
    let mut reading = Reading::new(ReadOptions { limits, ..ReadOptions::default() });
    reading.read_kml("town.kml", text.as_bytes(), None);
    assert!(said(&reading).contains("too long"), "{}", said(&reading));
}

/// A KMZ whose doc.kml comes last, beside pictures.
#[test]
fn archives() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("town.kmz");
    let mut zip = zip::ZipWriter::new(fs::File::create(&path).unwrap());
    let options = zip::write::SimpleFileOptions::default();
    for (name, text) in [("files/pin.png", "no picture"), ("models/other.kml", "<kml/>"), ("doc.kml", EARTH)] {
        zip.start_file(name, options).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap();
    let reading = read(&path, ReadOptions::default());
    assert_eq!(reading.faults, []);
    assert_eq!(reading.features[0].code.as_deref(), Some("0042"));
}
