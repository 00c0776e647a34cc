//! What `gridward export` and `gridward roster` write and read, before the programs that others will use on it.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::Arc;

use gridward::domain::edition::{EditionId, EditionInfo, EditionState};
use gridward::domain::tier::PerTier;
use gridward::export::pyramid::candidates;
use gridward::geometry::mercator::TileCoord;
use gridward::import::{Reading, demo};
use gridward::index::edition_map::EditionMap;
use gridward::planar::build::build;
use gridward::planar::map::PlanarMap;
use gridward::tiles::cache::tile_bytes;
use gridward::tiles::tile_set::TileSet;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tempfile::TempDir;

/// A folder with a store, in which commands run.
struct Office {
    folder: TempDir,
}

impl Office {
    fn new() -> Office {
        Office { folder: tempfile::tempdir().unwrap() }
    }

    /// With the demo town and its roster.
    fn with_demo() -> Office {
        let office = Office::new();
        office.write("roster.csv", demo::ROSTER);
        office.write("town.geojsonl", demo::GRIDS);
        office.done(&["roster", "import", "roster.csv"]);
        office.done(&["import", "town.geojsonl", "--edition", "demo", "--publish"]);
        office
    }

    fn run(&self, args: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_gridward"))
            .args(args)
            .current_dir(self.folder.path())
            .env("GRIDWARD_STORE", "sqlite:store.gpkg")
            .output()
            .unwrap()
    }

    #[track_caller]
    fn done(&self, args: &[&str]) -> String {
        let output = self.run(args);
        assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    #[track_caller]
    fn refused(&self, args: &[&str]) -> String {
        let output = self.run(args);
        assert_eq!(output.status.code(), Some(1), "{args:?}: {}", String::from_utf8_lossy(&output.stdout));
        String::from_utf8(output.stderr).unwrap()
    }

    fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        std::fs::write(self.folder.path().join(name), content).unwrap();
    }

    fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.folder.path().join(name)).unwrap()
    }

    /// What a judge in `tests/judges` prints, run in the folder.
    #[track_caller]
    fn judge(&self, program: &str, script: &str, args: &[&str], input: &str) -> Value {
        let judges = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/judges");
        let mut judge = Command::new(program)
            .arg(judges.join(script))
            .args(args)
            .current_dir(self.folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the judges are installed by `make test`");
        judge.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        let output = judge.wait_with_output().unwrap();
        assert!(output.status.success(), "{script} failed");
        if output.stdout.is_empty() { Value::Null } else { serde_json::from_slice(&output.stdout).unwrap() }
    }
}

fn demo_tiles() -> TileSet {
    let mut reading = Reading::default();
    reading.read_geojson("demo", demo::GRIDS);
    let features = build(&reading.features, &[]).features().unwrap();
    let info = EditionInfo {
        id: EditionId(1),
        name: "demo".into(),
        state: EditionState::Published,
        source: String::new(),
        created_at: time::OffsetDateTime::UNIX_EPOCH,
        accepted: Vec::new(),
        counts: PerTier([22, 50, 165]),
        bounds: None,
    };
    TileSet::new(Arc::new(EditionMap::new(info, PlanarMap::from_partition(features).unwrap())))
}

/// Every tile around all data, by brute force: `z x y` and the hash of its bytes, where it has any.
fn tiles_by_brute_force(set: &TileSet) -> (Vec<String>, BTreeMap<String, String>) {
    let (mut all, mut filled) = (Vec::new(), BTreeMap::new());
    for z in 0..=set.zooms().last {
        let [west, north, east, south] = set.range_at(z).unwrap();
        let last = (1u32 << z) - 1;
        for x in west.saturating_sub(1)..=(east + 1).min(last) {
            for y in north.saturating_sub(1)..=(south + 1).min(last) {
                let bytes = tile_bytes(set, TileCoord::new(z, x, y).unwrap()).unwrap();
                let name = format!("{z} {x} {y}");
                if !bytes.is_empty() {
                    let hash = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
                    filled.insert(name.clone(), hash);
                }
                all.push(name);
            }
        }
    }
    (all, filled)
}

#[test]
fn archives_hold_every_tile_and_the_tables_every_grid() {
    let office = Office::with_demo();
    for format in ["pmtiles", "mbtiles", "fgb", "csv", "geojsonl"] {
        office.done(&["export", "--format", format, "-o", &format!("grids.{format}")]);
    }
    let set = demo_tiles();
    let (all, filled) = tiles_by_brute_force(&set);
    assert!(filled.len() > 50 && all.len() > filled.len());
    let order: Vec<String> = candidates(&set).map(|tile| format!("{} {} {}", tile.z(), tile.x(), tile.y())).collect();
    assert!(filled.keys().all(|tile| order.contains(tile)), "the way down the pyramid leaves a tile out");

    let archive = office.judge("node", "pmtiles.mjs", &["grids.pmtiles"], &all.join("\n"));
    let read = archive["tiles"].as_object().unwrap();
    let hashes: BTreeMap<String, String> =
        read.iter().map(|(tile, found)| (tile.clone(), found["sha256"].as_str().unwrap().to_owned())).collect();
    assert_eq!(hashes, filled, "PMTiles has other tiles than the service");
    assert!(read.values().all(|found| found["features"].as_object().is_some_and(|layers| !layers.is_empty())));
    let header = &archive["header"];
    assert_eq!(
        (&header["tileType"], &header["minZoom"], &header["maxZoom"]),
        (&json!(1), &json!(0), &json!(set.zooms().last))
    );
    assert_eq!((&header["clustered"], &header["numAddressedTiles"]), (&json!(true), &json!(filled.len())));
    assert!((header["minLon"].as_f64().unwrap() - 116.8112333).abs() < 1e-7);
    let layers: Vec<&str> = archive["metadata"]["vector_layers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|layer| layer["id"].as_str().unwrap())
        .collect();
    assert_eq!(layers, ["tier1", "tier2", "tier3", "borders", "labels"]);
    assert!(archive["metadata"]["attribution"].as_str().unwrap().contains("edition demo"));

    let others = office.judge("python3", "exports.py", &["."], "");
    assert_eq!(others["wrong"], json!([]));
    let hashes: BTreeMap<String, String> = serde_json::from_value(others["tiles"].clone()).unwrap();
    assert_eq!(hashes, filled, "MBTiles has other tiles than the service");
    assert_eq!((&others["metadata"]["format"], &others["metadata"]["name"]), (&json!("pbf"), &json!("demo")));
}

#[test]
fn an_export_is_whole_or_not_there() {
    let office = Office::new();
    office.write("a.geojsonl", r#"{"type":"Feature","properties":{"code":"a","name":"=a","tier":1},"geometry":{"type":"Polygon","coordinates":[[[116,30],[117,30],[117,31],[116,30]]]}}"#);
    office.done(&["import", "a.geojsonl", "--edition", "draft"]);
    office.write("out.pmtiles", "what was there");
    for format in ["pmtiles", "mbtiles", "fgb", "csv"] {
        let refused = office.refused(&["export", "--edition", "draft", "--format", format, "-o", "out.pmtiles"]);
        assert!(refused.contains("is a draft"), "{refused}");
    }
    assert_eq!(office.read("out.pmtiles"), b"what was there");
    assert_eq!(office.run(&["export", "--format", "mbtiles", "-o", "-"]).status.code(), Some(2));
    office.done(&["publish", "draft", "--from", "2020-01-01T00:00:00Z"]);
    let refused = office.refused(&["export", "--at", "2019-12-31T00:00:00Z", "--format", "csv", "-o", "-"]);
    assert!(refused.contains("no edition was in force"), "{refused}");
    let csv = office.done(&["export", "--at", "2020-01-02T00:00:00Z", "--format", "csv", "-o", "-"]);
    assert!(csv.contains("\na,'=a,1,,'=a,"), "no spreadsheet may compute this: {csv}");
    office.done(&["export", "--format", "pmtiles", "-o", "out.pmtiles"]);
    assert!(office.read("out.pmtiles").starts_with(b"PMTiles\x03"));
    let files =
        std::fs::read_dir(office.folder.path()).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap());
    assert!(!files.into_iter().any(|name| name.contains("unfinished")));
}

#[test]
fn a_workbook_of_an_office_comes_in_and_goes_out() {
    let office = Office::new();
    office.judge("python3", "roster.py", &["good", "office.xlsx"], "");
    let imported: Value = serde_json::from_str(&office.done(&["roster", "import", "office.xlsx", "--json"])).unwrap();
    assert_eq!(
        (&imported["grids"], &imported["people"], &imported["town_office"]),
        (&json!(4), &json!(5), &json!(true))
    );
    assert_eq!(imported["read_as"], "XLSX, sheet `网格员`");
    assert_eq!(imported["ignored_columns"], json!(["备注"]));
    let csv = office.done(&["roster", "export"]);
    assert_eq!(
        csv,
        "grid,party_group,role,name,phone,deputy,from,until\n\
         340881106202,乔庄村党总支,leader,赵丁,'+86 138 0000 0002,yes,,\n\
         340881106202001003,塘埂党小组,leader,张甲,13800000000,,2025-07-01,\n\
         340881106202001003,塘埂党小组,leader,李乙,138 0000 0001,yes,,2026-12-31\n\
         340881106202001003,塘埂党小组,mediator,王丙,,,2024-03-01,2024-12-31\n\
         340881106202001004,第四党小组,,,,,,\n\
         town,,leader,周戊,,,,\n"
    );
    office.done(&["roster", "export", "-o", "out.xlsx"]);
    office.done(&["roster", "export", "-o", "out.csv"]);
    let read = office.judge("python3", "roster.py", &["read", "out.xlsx", "out.csv"], "");
    assert_eq!(read["header"], json!(["网格", "党小组", "职务", "姓名", "电话", "副职", "任职日期", "离任日期"]));
    assert_eq!(read["types"], json!(["d", "s"]), "days are dates, everything else is text");
    let codes =
        |kind: &str| -> Vec<Value> { read[kind].as_array().unwrap().iter().map(|row| row[0].clone()).collect() };
    assert_eq!(codes("xlsx"), codes("csv"));
    assert_eq!(read["xlsx"][1][6].as_str().unwrap(), "2025-07-01 00:00:00");
    // And back again.
    office.done(&["roster", "import", "out.xlsx"]);
    assert_eq!(office.done(&["roster", "export"]), csv);
    let refused = office.refused(&["roster", "import", "out.xlsx", "--sheet", "没有"]);
    assert!(refused.contains("no sheet `没有`; it has 名册"), "{refused}");
}

#[test]
fn every_bad_row_of_a_workbook_is_named_by_its_cell() {
    let office = Office::new();
    office.judge("python3", "roster.py", &["bad", "bad.xlsx"], "");
    let refused = office.refused(&["roster", "import", "bad.xlsx"]);
    let lines: Vec<&str> = refused.lines().skip(1).collect();
    let expected = [
        "A3, column `网格`: a number of 18 digits stands here, of which a spreadsheet keeps 15",
        "E4, column `电话`: a phone number has only digits",
        "B5, column `党小组`: the formula has no stored value",
        "C7, column `职务`: `大王` is no role",
        "H8, column `离任日期`: service ends on 2025-01-01, before it begins on 2026-01-01",
        "G9, column `任职日期`: `46000` is no date",
        "F10, column `副职`: whether somebody is a deputy is said by 是 or 否",
        "A11, column `网格`: a date stands here",
        "C13, column `职务`: the grid has its leader on C12 already; a second one is a deputy",
    ];
    assert_eq!(lines.len(), expected.len(), "{refused}");
    for (line, expected) in lines.iter().zip(expected) {
        assert!(line.starts_with(expected), "{line}");
    }
    assert!(office.done(&["roster", "history"]).contains("there is no roster yet"));
}

#[test]
fn who_answers_is_who_served_at_that_time() {
    let office = Office::with_demo();
    let (lon, lat) = ("116.9044544", "30.7968243");
    let at = |time: &str| -> Value {
        serde_json::from_str(&office.done(&["locate", lon, lat, "--at", time, "--json"])).unwrap()
    };
    let now = at("2099-01-01T00:00:00Z");
    let grid = now["grids"][2]["code"].as_str().unwrap().to_owned();
    office.write(
        "next.csv",
        format!("grid,role,name,from,until\n{grid},leader,甲,2101-01-01,2101-06-30\n{grid},leader,乙,2101-08-01,\ntown,leader,镇,,\n"),
    );
    let said = office.done(&["roster", "import", "next.csv", "--from", "2100-01-01T00:00:00+08:00"]);
    assert!(said.contains("from 2099-12-31T16:00:00Z on"), "{said}");
    let answers = |time: &str| {
        let answers = at(time)["answers"].clone();
        (answers["level"].as_str().unwrap().to_owned(), answers["name"].as_str().unwrap().to_owned())
    };
    let (tier3, town) = ("tier3".to_owned(), ("town".to_owned(), "镇".to_owned()));
    assert_eq!(at("2099-12-31T15:59:59Z"), now, "until then the roster before holds");
    assert_eq!(answers("2100-01-01T00:00:00+08:00"), town);
    assert_eq!(answers("2101-01-01T00:00:00+08:00"), (tier3.clone(), "甲".into()));
    assert_eq!(answers("2101-07-01T00:00:00+08:00"), town, "between two terms the post is vacant");
    assert_eq!(answers("2101-07-31T23:59:59+08:00"), town);
    assert_eq!(answers("2101-08-01T00:00:00+08:00"), (tier3, "乙".into()));
    let text = office.done(&["locate", lon, lat, "--at", "2101-07-15T00:00:00Z"]);
    assert!(text.contains("镇") && text.contains("职位空缺"), "{text}");

    let history: Value = serde_json::from_str(&office.done(&["roster", "history", "--json"])).unwrap();
    let rows = history.as_array().unwrap();
    assert_eq!(rows.len(), 2);
    assert_eq!((&rows[0]["in_force"], &rows[0]["grids"], &rows[0]["people"]), (&json!(true), &json!(238), &json!(481)));
    assert_eq!((&rows[1]["in_force_from"], &rows[1]["people"]), (&json!("2099-12-31T16:00:00Z"), &json!(3)));
    assert_eq!(rows[0]["in_force_until"], rows[1]["in_force_from"]);
    let then = office.done(&["roster", "export", "--at", "2100-06-01T00:00:00Z"]);
    assert!(
        then.starts_with("grid,party_group,role,name,phone,deputy,from,until\n")
            && then.contains(",甲,,,2101-01-01,2101-06-30\n"),
        "{then}"
    );
    let refused = office.refused(&["roster", "import", "next.csv", "--from", "2100-06-01T00:00:00Z", "--sheet", "x"]);
    assert!(refused.contains("sheets"), "{refused}");
}

#[test]
fn the_past_is_changed_only_on_purpose() {
    let office = Office::new();
    office.write("one.csv", "grid,role,name\ntown,leader,甲\n");
    office.done(&["roster", "import", "one.csv", "--from", "2020-01-01T00:00:00Z"]);
    office.write("two.csv", "grid,role,name\ntown,leader,乙\n");
    let refused = office.refused(&["roster", "import", "two.csv", "--from", "2021-01-01T00:00:00Z"]);
    assert!(refused.contains("--amend"), "{refused}");
    assert!(office.done(&["roster", "export", "--at", "2021-06-01T00:00:00Z"]).contains("甲"));
    // Before the first one nobody was named, so no answer changes.
    office.done(&["roster", "import", "two.csv", "--from", "2019-01-01T00:00:00Z"]);
    office.done(&["roster", "import", "two.csv", "--from", "2021-01-01T00:00:00Z", "--amend"]);
    assert!(office.done(&["roster", "export", "--at", "2020-12-31T00:00:00Z"]).contains("甲"));
    assert!(office.done(&["roster", "export", "--at", "2021-06-01T00:00:00Z"]).contains("乙"));
}
