//! What people are told of files: once, the cause first, with advice that helps, and what was read of those that are well.

use std::fs;

use gridward::import::{ReadOptions, Reading};
use serde_json::{Value, json};

use super::gdal::{assert_same, judge};
use super::shapefile::{read_with, town};
use crate::cli::{Desk, lines, town as small_town};

/// The demo town as a shapefile in a folder with a store.
fn desk_with(epsg: &str) -> Desk {
    let desk = Desk::new();
    town(&desk.path(""), "town", &["-t_srs", &format!("EPSG:{epsg}"), "-lco", "ENCODING=GBK"]);
    desk
}

fn remove(desk: &Desk, ending: &str) {
    fs::remove_file(desk.path(&format!("town.{ending}"))).unwrap();
}

#[test]
fn without_a_prj_the_cause_comes_first_and_once() {
    let desk = desk_with("4527");
    remove(&desk, "prj");
    let check = desk.run("check town.shp").ended(1);
    let line = check.out.lines().find(|line| line.starts_with("  ")).unwrap();
    assert!(line.contains("there is no .prj to say in which coordinate system it is"), "{check:?}");
    assert!(line.contains("--crs EPSG:4527 if it is EPSG:4527"), "{check:?}");
    assert!(line.ends_with("(237 times: town.shp record 1; town.shp record 2; town.shp record 3 …)"), "{check:?}");
    assert_eq!(check.out.matches("are no longitude").count(), 2, "a note, and one line for all records");
    let first = check.out.lines().find(|line| line.starts_with("error")).unwrap();
    assert_eq!(first, "error coordinate_range (237)");
    assert!(!check.says("empty_geometry"), "{check:?}");
    let refused = desk.run("import town.shp --edition a --publish").ended(1);
    assert!(refused.says("mend coordinate_range in the file, or import it with the option that the report names"));
    assert!(!refused.says("--repair") && !refused.says("--allow"), "{refused:?}");
    desk.run("import town.shp --edition b --crs EPSG:4527 --publish").ended(0);
}

#[test]
fn exchanged_latitude_and_longitude_are_told() {
    let desk = Desk::new();
    let mut features = small_town();
    for feature in &mut features {
        for position in feature["geometry"]["coordinates"][0].as_array_mut().unwrap() {
            position.as_array_mut().unwrap().reverse();
        }
    }
    desk.write("town.geojsonl", &lines(&features));
    let check = desk.run("check town.geojsonl").ended(1);
    assert!(check.says("positions such as 30.8, 116.9 are no longitude and latitude: latitude and longitude seem"));
    assert!(!check.says("empty_geometry") && !check.says("--crs") && !check.says("--repair"), "{check:?}");
}

#[test]
fn a_number_of_many_digits_is_told_by_its_power_of_ten() {
    let desk = Desk::new();
    let mut features = small_town();
    features[6]["geometry"]["coordinates"][0][1] = json!([1e300, -2.5e-300]);
    desk.write("town.geojsonl", &lines(&features));
    let check = desk.run("check town.geojsonl").ended(1);
    assert!(check.says("positions such as 1e300, -2.5e-300 are no"), "{check:?}");
    // What is left of the ring says nothing, and is not said to be open or to cross itself.
    let rest: Vec<&str> = check.out.lines().filter(|line| line.starts_with("error")).collect();
    assert_eq!(rest[0], "error coordinate_range (1)");
    assert!(!check.says("ring_not_closed") && !check.says("self_intersection"), "{check:?}");
}

#[test]
fn a_file_read_in_another_zone_than_its_eastings_name_is_a_warning_until_it_is_published() {
    for (epsg, zone, wrong, wrong_zone) in [("4527", 39, "4526", 38), ("4498", 20, "4497", 19)] {
        let desk = desk_with(epsg);
        assert!(!desk.run("check town.shp").ended(0).says("suspected_crs"));
        remove(&desk, "prj");
        // It is read as GDAL reads it all the same.
        let options = ReadOptions { crs: Some(format!("EPSG:{wrong}").parse().unwrap()), ..ReadOptions::default() };
        let path = desk.path("town.shp");
        let reading = read_with(options, &path);
        assert_same(&reading, &judge(&path, &["-s_srs", &format!("EPSG:{wrong}")]), ["code", "name", "parent"]);
        let says = format!("begin with the number of zone {zone}, but are read in zone {wrong_zone} (EPSG:{wrong} ");
        let advice = format!("--crs EPSG:{epsg} if it is EPSG:{epsg} (CGCS2000 / ");
        let all = ["check town.shp --crs", "import town.shp --edition a --crs"];
        let mut runs: Vec<_> =
            all.iter().map(|command| desk.run(&format!("{command} EPSG:{wrong}")).ended(0)).collect();
        runs.push(desk.run("check --edition a").ended(0));
        runs.push(desk.run("publish a").ended(0));
        for run in runs {
            assert!(run.says("warning suspected_crs (1)") && run.says(&says) && run.says(&advice), "{run:?}");
        }
        let found = desk.run(&format!("check town.shp --crs EPSG:{wrong} --json")).ended(0).json();
        let warning = found["report"]["problems"].as_array().unwrap().last().unwrap();
        assert_eq!((&warning["code"], &warning["measure"]), (&json!("suspected_crs"), &json!({"count": 237})));
        assert!(!desk.run(&format!("check town.shp --crs EPSG:{epsg}")).ended(0).says("suspected_crs"));
    }
}

#[test]
fn what_is_wrong_with_every_record_is_told_once() {
    let desk = desk_with("4490");
    let check = desk.run("check town.shp --code nummer --tier stufe").ended(1);
    assert!(check.out.lines().count() < 15, "{check:?}");
    let told =
        "no code; name the field with --code (237 times: town.shp record 1; town.shp record 2; town.shp record 3 …)";
    assert!(check.says(told), "{check:?}");
    // Half of the shapes.
    let whole = fs::read(desk.path("town.shp")).unwrap();
    fs::write(desk.path("town.shp"), &whole[..whole.len() / 2]).unwrap();
    for command in ["check", "import"] {
        let cut = desk.run(&format!("{command} town.shp")).ended(1);
        let told = format!("{}{}", cut.out, cut.err);
        let about: Vec<&str> =
            told.lines().filter(|line| line.contains("has no more bytes: the file is truncated (")).collect();
        assert_eq!(about.len(), 1, "{told}");
        assert!(about[0].contains(" times: town.shp record "), "{told}");
    }
    fs::write(desk.path("town.shp"), &whole).unwrap();
    remove(&desk, "dbf");
    let without = desk.run("check town.shp").ended(1);
    assert!(without.says("the .dbf, which holds the codes and names, is missing"), "{without:?}");
    assert!(!without.says("--code") && !without.says("code_missing"), "{without:?}");
}

#[test]
fn the_last_line_says_that_files_could_not_be_read() {
    let desk = Desk::new();
    let last = |command: &str| desk.run(command).ended(1).out.lines().last().unwrap().to_owned();
    desk.write("bad.geojson", "{\"type\":");
    let nothing = last("check bad.geojson");
    assert!(
        nothing.starts_with("无法读取 ") && nothing.ends_with(" cannot be read, so nothing was checked"),
        "{nothing}"
    );
    let mut features = small_town();
    features[6]["geometry"] = json!({"type": "Point", "coordinates": [1, 2]});
    desk.write("town.geojsonl", &lines(&features));
    assert!(last("check town.geojsonl").starts_with("无法读取 1 thing(s) cannot be read; in the rest: 0 error(s), "));
    let refused = desk.run("import bad.geojson").ended(1);
    assert!(refused.err.ends_with(" thing(s) cannot be read, so nothing was stored\n"), "{refused:?}");
}

#[test]
fn what_was_read_is_told_of_every_file() {
    let desk = desk_with("4527");
    let told = "read town.shp: 237 feature(s) (tier 1: 22, tier 2: 50, tier 3: 165), in CGCS2000_3_Degree_GK_Zone_39, as the file says, \
                texts in GBK, from 116.";
    for command in ["check town.shp", "import town.shp --edition a"] {
        let run = desk.run(command).ended(0);
        assert!(run.says(told), "{run:?}");
    }
    remove(&desk, "prj");
    assert!(
        desk.run("check town.shp --crs EPSG:4527")
            .says("in EPSG:4527 (CGCS2000 / 3-degree Gauss-Kruger zone 39), as --crs says")
    );
    assert!(desk.run("check town.shp").says("in wgs84, which is assumed, for nothing says so"));
    desk.write("small.geojsonl", &lines(&small_town()));
    desk.write("old.geojson", &format!(
        r#"{{"type":"FeatureCollection","crs":{{"type":"name","properties":{{"name":"EPSG:4490"}}}},"features":[{}]}}"#,
        small_town()[0]
    ));
    let all = desk.run("check small.geojsonl old.geojson --json").json();
    assert_eq!(
        all["read"],
        json!([
            {"file": "small.geojsonl", "features": 7, "tiers": {"1": 1, "2": 2, "3": 4}, "without_tier": 0, "crs": "wgs84",
             "crs_from": "format", "bounds": [116.9, 30.8, 116.94, 30.84]},
            {"file": "old.geojson", "features": 1, "tiers": {"1": 1}, "without_tier": 0, "crs": "cgcs2000",
             "crs_from": "file", "bounds": [116.9, 30.8, 116.94, 30.84]},
        ])
    );
    let imported = desk.run("import small.geojsonl --edition b --json").ended(0).json();
    assert_eq!(imported["read"][0], all["read"][0]);
    // Every format says where its coordinate system comes from.
    let formats = [("GPKG", "gpkg", "file"), ("FlatGeobuf", "fgb", "file"), ("LIBKML", "kml", "format")];
    for (driver, ending, from) in formats {
        let path = desk.path(&format!("small.{ending}"));
        super::ogr::ogr2ogr(&["-f", driver, path.to_str().unwrap(), desk.path("small.geojsonl").to_str().unwrap()]);
        let read = &desk.run(&format!("check small.{ending} --json")).json()["read"][0];
        assert_eq!((&read["features"], &read["crs_from"]), (&json!(7), &json!(from)), "{read}");
        assert_eq!(read["bounds"], json!([116.9, 30.8, 116.94, 30.84]));
    }
}

#[test]
fn characters_that_nobody_sees_are_told_and_never_printed() {
    let desk = Desk::new();
    let mut features = small_town();
    features[1]["properties"]["name"] = json!("a\u{1b}[31mred\u{202e}gnp");
    features[2]["properties"]["code"] = json!("12\n\u{7}x");
    features[2]["properties"]["parent"] = json!("9");
    features[3]["properties"]["parent"] = json!("1\u{200f}1");
    desk.write("town.geojsonl", &lines(&features));
    let is_raw = |text: &str| text.contains(['\u{1b}', '\u{202e}', '\u{7}', '\u{200f}']);
    for command in ["check town.geojsonl", "import town.geojsonl --edition a", "publish a"] {
        let run = desk.run(command);
        assert!(!is_raw(&run.out) && !is_raw(&run.err), "{run:?}");
    }
    let check = desk.run("check town.geojsonl").ended(1);
    assert!(check.says("note: 3 feature(s) have a code, name or parent with characters that nobody sees"), "{check:?}");
    assert!(check.says("the first is town.geojsonl line 2;") && check.says("12\\u{a}\\u{7}x"), "{check:?}");
    // One name that lies in a sound town.
    let mut features = small_town();
    features[3]["properties"]["name"] = json!("\u{202e}gnp.\u{1b}[2J");
    desk.write("town.geojsonl", &lines(&features));
    desk.run("import town.geojsonl --edition b --publish").ended(0);
    let found = desk.run("locate 116.91 30.81").ended(0);
    assert!(found.says("\\u{202e}gnp.\\u{1b}[2J") && !is_raw(&found.out), "{found:?}");
    // As data it stays what it is.
    let json: Value = desk.run("locate 116.91 30.81 --json").ended(0).json();
    assert!(json.to_string().contains('\u{202e}'));
}

#[test]
fn notes_have_bounds_too() {
    let mut reading = Reading::default();
    let name = "\u{202e}".repeat(100);
    let feature =
        |n: usize| format!(r#"{{"type":"Feature","properties":{{"code":"{n}","name":"{name}"}},"geometry":null}}"#);
    reading.read_geojson("a", (0..2_000).map(feature).collect::<Vec<_>>().join("\n").as_bytes());
    assert!(reading.notes().len() < 5 && reading.notes().iter().all(|note| note.len() < 1_000));
}
