//! The command line on the built binary: what is printed, what is stored, and the exit statuses.

use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;

/// A folder with a store in it, in which the binary runs.
pub struct Desk {
    folder: TempDir,
    /// The store it works on; `gridward.gpkg` in the folder where none is named.
    store: Option<String>,
}

/// What a run printed, and its exit status.
#[derive(Debug)]
pub struct Run {
    pub status: i32,
    pub out: String,
    pub err: String,
}

impl Run {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    pub fn says(&self, text: &str) -> bool {
        self.out.contains(text) || self.err.contains(text)
    }

    #[track_caller]
    pub fn ended(self, status: i32) -> Run {
        assert_eq!(self.status, status, "{}\n{}", self.out, self.err);
        self
    }
}

impl From<Output> for Run {
    fn from(output: Output) -> Run {
        Run {
            status: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

impl Desk {
    pub fn new() -> Desk {
        Desk { folder: tempfile::tempdir().unwrap(), store: None }
    }

    /// A folder whose commands work on that store.
    pub fn on(url: &str) -> Desk {
        Desk { store: Some(url.to_owned()), ..Desk::new() }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn write(&self, name: &str, text: &str) -> &Desk {
        fs::write(self.path(name), text).unwrap();
        self
    }

    pub fn command(&self, arguments: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_gridward"));
        command.args(arguments.split_whitespace()).current_dir(self.folder.path()).env_remove("GRIDWARD_STORE");
        // Tests ask as fast as they can.
        command.env("GRIDWARD_RATE_LIMIT", "0").env("GRIDWARD_KEY_RATE_LIMIT", "0");
        if let Some(url) = &self.store {
            command.env("GRIDWARD_STORE", url);
        }
        command
    }

    /// Runs with arguments written as in a shell, without quotes.
    pub fn run(&self, arguments: &str) -> Run {
        self.command(arguments).output().unwrap().into()
    }

    pub fn run_with_input(&self, arguments: &str, input: &[u8]) -> Run {
        let mut command = self.command(arguments);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(input).unwrap();
        child.wait_with_output().unwrap().into()
    }
}

fn feature(code: &str, tier: u8, parent: Option<&str>, [west, south, east, north]: [f64; 4]) -> Value {
    json!({"type": "Feature",
        "properties": {"code": code, "name": format!("网格 {code}"), "tier": tier, "parent": parent},
        "geometry": {"type": "Polygon", "coordinates":
            [[[west, south], [east, south], [east, north], [west, north], [west, south]]]}})
}

/// One village, two grids, four small ones: a square of 0.04°.
pub fn town() -> Vec<Value> {
    vec![
        feature("1", 1, None, [116.9, 30.8, 116.94, 30.84]),
        feature("11", 2, Some("1"), [116.9, 30.8, 116.92, 30.84]),
        feature("12", 2, Some("1"), [116.92, 30.8, 116.94, 30.84]),
        feature("111", 3, Some("11"), [116.9, 30.8, 116.92, 30.82]),
        feature("112", 3, Some("11"), [116.9, 30.82, 116.92, 30.84]),
        feature("121", 3, Some("12"), [116.92, 30.8, 116.94, 30.82]),
        feature("122", 3, Some("12"), [116.92, 30.82, 116.94, 30.84]),
    ]
}

pub fn lines(features: &[Value]) -> String {
    features.iter().map(|feature| format!("{feature}\n")).collect()
}

/// The town with 112 moved one hundredth of a degree to the south, over 111, and with a gap left behind it.
pub fn town_with_overlap() -> Vec<Value> {
    let mut town = town();
    town[4] = feature("112", 3, Some("11"), [116.9, 30.81, 116.92, 30.83]);
    town
}

#[test]
fn help_names_every_command_and_bad_arguments_end_with_2() {
    let desk = Desk::new();
    let help = desk.run("--help").ended(0);
    for command in ["import", "check", "publish", "editions", "codes", "rollback", "export"] {
        assert!(help.says(command), "{help:?}");
    }
    for arguments in [
        "",
        "nonsense",
        "import",
        "import a.geojson --tier 4",
        "import a.geojson --crs EPSG:27700",
        "import a.geojson --allow gap",
        "import a.geojson --allow nonsense",
        "import a.geojson --from 2026-01-01T00:00:00Z",
        "import - -",
        "publish a --from tomorrow",
        "export --format gpkg -o -",
        "export --format shapefile -o a",
        "check a.geojson --edition b",
    ] {
        let run = desk.run(arguments).ended(2);
        assert!(!run.err.is_empty(), "{arguments}: {run:?}");
    }
    assert!(desk.run("import a --crs EPSG:27700").says("ogr2ogr"));
    assert!(!desk.path("gridward.gpkg").exists(), "unusable arguments leave no store behind");
}

#[test]
fn a_town_from_its_file_into_force() {
    let desk = Desk::new();
    desk.write("town.geojsonl", &lines(&town()));
    let draft = desk.run("import town.geojsonl --edition spring --json").ended(0).json();
    assert_eq!(draft["edition"]["state"], "draft");
    assert_eq!(draft["report"]["errors"], 0);
    assert_eq!([&draft["edition"]["tier1"], &draft["edition"]["tier2"], &draft["edition"]["tier3"]], [1, 2, 4]);
    assert!(desk.run("check").ended(1).says("no edition is in force"));
    assert!(desk.run("export --format geojsonl -o a --edition spring").ended(1).says("gridward publish spring"));

    let published = desk.run("publish spring --json").ended(0).json();
    assert_eq!(published["edition"]["in_force"], true);
    // Nobody is on the roster yet, which is worth a warning.
    assert_eq!(published["report"]["problems"][0]["code"], "roster_missing");
    assert!(desk.run("check").ended(0).says("edition spring"));
    let editions = desk.run("editions --json").ended(0).json();
    assert_eq!(editions.as_array().unwrap().len(), 1);
    assert_eq!(editions[0]["bounds"], json!([116.9, 30.8, 116.94, 30.84]));
    assert!(desk.run("editions").ended(0).out.starts_with("* spring  in force since "));
}

#[test]
fn the_store_is_named_by_option_or_environment() {
    let desk = Desk::new();
    desk.write("town.geojsonl", &lines(&town()));
    desk.run("import town.geojsonl --store sqlite:a.gpkg").ended(0);
    let by_environment = desk.command("import town.geojsonl").env("GRIDWARD_STORE", "sqlite:b.gpkg").output().unwrap();
    Run::from(by_environment).ended(0);
    assert!(desk.path("a.gpkg").exists() && desk.path("b.gpkg").exists() && !desk.path("gridward.gpkg").exists());
    desk.write("notes.txt", "no store");
    assert!(desk.run("editions --store sqlite:notes.txt").ended(1).says("notes.txt"));
    assert!(desk.run("editions --store mysql://town").ended(1).says("sqlite:PATH"));
}

#[test]
fn an_edition_gets_the_name_of_the_day_and_never_a_taken_one() {
    let desk = Desk::new();
    desk.write("town.geojsonl", &lines(&town()));
    let first =
        desk.run("import town.geojsonl --json").ended(0).json()["edition"]["name"].as_str().unwrap().to_string();
    let second =
        desk.run("import town.geojsonl --json").ended(0).json()["edition"]["name"].as_str().unwrap().to_string();
    assert!(first.len() == 10 && first.starts_with("20"), "{first}");
    // Midnight may have passed between the two.
    assert!(second == format!("{first}-2") || second.len() == 10 && second > first, "{second}");
    let taken = desk.run(&format!("import town.geojsonl --edition {first}")).ended(1);
    assert!(taken.says(&first) && taken.says("--edition"), "{taken:?}");
    let unknown = desk.run("publish winter").ended(1);
    assert!(unknown.says("no edition called `winter`") && unknown.says(&second), "{unknown:?}");
}

#[test]
fn errors_forbid_publishing_until_they_are_accepted() {
    let desk = Desk::new();
    desk.write("town.geojsonl", &lines(&town_with_overlap()));
    let draft = desk.run("import town.geojsonl --edition winter").ended(0);
    assert!(draft.says("edition `winter` is not published: 1 error(s) forbid it (overlap)"), "{draft:?}");
    let refused = desk.run("import town.geojsonl --edition spring --publish").ended(1);
    assert!(refused.says("111 and 112 overlap by ") && refused.says("--allow overlap"), "{refused:?}");
    assert!(refused.says("the draft is kept"), "{refused:?}");
    assert!(desk.run("editions").out.contains("spring  draft"));
    assert!(
        desk.run("publish spring --json").ended(1).json()["forbidden"].as_str().unwrap().contains("--allow overlap")
    );
    desk.run("publish spring --allow self_intersection").ended(1);
    let published = desk.run("publish spring --allow overlap,empty_geometry --json").ended(0).json();
    // Only what was there to be accepted is recorded as accepted.
    assert_eq!(published["edition"]["accepted"], json!(["overlap"]));
    // What was accepted is settled: the lower code keeps all of its square, the other what is left.
    let checked = desk.run("check --json").ended(0).json();
    assert_eq!(checked["report"]["errors"], 0);
    let exported = desk.run("export --format geojsonl -o -").ended(0).out;
    let heights: Vec<(String, f64, f64)> = exported
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .filter(|feature| feature["properties"]["parent"] == "11")
        .map(|feature| {
            let ring = feature["geometry"]["coordinates"][0].as_array().unwrap().clone();
            let lats: Vec<f64> = ring.iter().map(|position| position[1].as_f64().unwrap()).collect();
            let code = feature["properties"]["code"].as_str().unwrap().to_string();
            (code, lats.iter().copied().fold(f64::MAX, f64::min), lats.iter().copied().fold(f64::MIN, f64::max))
        })
        .collect();
    assert_eq!(heights, [("111".to_string(), 30.8, 30.82), ("112".to_string(), 30.82, 30.83)]);
}

#[test]
fn check_reports_files_without_making_a_store() {
    let desk = Desk::new();
    desk.write("town.geojsonl", &lines(&town_with_overlap()));
    let text = desk.run("check town.geojsonl --problems places.geojson").ended(1);
    assert!(text.says("error overlap (1)") && text.says("warning gap (1)"), "{text:?}");
    assert!(text.says("1 error(s), 1 warning(s)"), "{text:?}");
    assert!(!desk.path("gridward.gpkg").exists());
    let places: Value = serde_json::from_str(&fs::read_to_string(desk.path("places.geojson")).unwrap()).unwrap();
    let found: Vec<_> = places["features"].as_array().unwrap().iter().map(|f| &f["properties"]).collect();
    assert_eq!((&found[0]["code"], &found[0]["grids"]), (&json!("overlap"), &json!(["111", "112"])));
    assert_eq!(found[1]["code"], "gap");
    // 0.02° × 0.01° at 30.8° north: 1,913 m × 1,109 m.
    let area = found[0]["area_m2"].as_f64().unwrap();
    assert!((area / 2_121_000.0 - 1.0).abs() < 0.01, "{area}");
    assert_eq!(places["features"][0]["geometry"]["type"], "Polygon");

    let report = desk.run("check town.geojsonl --json").ended(1).json();
    assert_eq!((&report["report"]["errors"], &report["unreadable_count"]), (&json!(1), &json!(0)));
    desk.write("sound.geojsonl", &lines(&town()));
    desk.run("check sound.geojsonl").ended(0);
}

#[test]
fn what_cannot_be_read_is_named_and_nothing_is_stored() {
    let desk = Desk::new();
    let mut features = town();
    features[2]["geometry"]["coordinates"][0][1][0] = Value::Null;
    features[5]["geometry"] = json!({"type": "Point", "coordinates": [1, 2]});
    desk.write("town.geojsonl", &lines(&features));
    let refused = desk.run("import town.geojsonl").ended(1);
    assert!(refused.says("town.geojsonl line 3 (line 3, column "), "{refused:?}");
    assert!(refused.says("field geometry.coordinates: invalid type: null"), "{refused:?}");
    assert!(refused.says("town.geojsonl line 6, field geometry.type: a grid is a Polygon"), "{refused:?}");
    assert!(refused.says("2 thing(s) cannot be read, so nothing was stored"), "{refused:?}");
    assert!(!desk.path("gridward.gpkg").exists());
    let unreadable = desk.run("import town.geojsonl --json").ended(1).json();
    assert_eq!(unreadable["unreadable"].as_array().unwrap().len(), 2);
    assert_eq!(unreadable["unreadable"][1]["field"], "geometry.type");
    // The check goes on with what it can read.
    let checked = desk.run("check town.geojsonl").ended(1);
    assert!(checked.says("2 thing(s) cannot be read") && checked.says("parent_missing"), "{checked:?}");
    assert!(desk.run("import nowhere.geojson").ended(1).says("nowhere.geojson: No such file"));
    assert!(desk.run("import .").ended(1).says("this is a folder"));
}

#[test]
fn a_wrong_tier_is_explained() {
    let desk = Desk::new();
    let mut features = town();
    features[3]["properties"]["tier"] = json!("village");
    desk.write("town.geojsonl", &lines(&features));
    let checked = desk.run("check town.geojsonl").ended(1);
    assert!(checked.says("`village` is no tier; a tier is 1, 2 or 3 ("), "{checked:?}");
}

#[test]
fn standard_input_gzip_and_several_files_are_read() {
    let desk = Desk::new();
    let (large, small) = town().into_iter().partition::<Vec<_>, _>(|feature| feature["properties"]["tier"] != 3);
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(json!({"type": "FeatureCollection", "features": large}).to_string().as_bytes()).unwrap();
    fs::write(desk.path("large.geojson.gz"), gzip.finish().unwrap()).unwrap();
    let both =
        desk.run_with_input("import large.geojson.gz - --publish --json", lines(&small).as_bytes()).ended(0).json();
    assert_eq!(both["edition"]["source"], "large.geojson.gz, standard input");
    assert_eq!([&both["edition"]["tier2"], &both["edition"]["tier3"]], [2, 4]);
    assert_eq!(both["report"]["errors"], 0);
}

#[test]
fn rollback_puts_the_edition_before_in_force() {
    let desk = Desk::new();
    desk.write("town.geojsonl", &lines(&town()));
    desk.run("import town.geojsonl --edition spring --publish").ended(0);
    assert!(desk.run("rollback").ended(1).says("no other edition was in force before"));
    desk.run("import town.geojsonl --edition summer --publish").ended(0);
    desk.run("import town.geojsonl --edition autumn").ended(0);
    desk.run("publish autumn --from 2999-01-01T00:00:00+08:00").ended(0);
    let in_force = || {
        let editions = desk.run("editions --json").ended(0).json();
        let found = editions.as_array().unwrap().iter().find(|edition| edition["in_force"] == true).unwrap().clone();
        found["name"].as_str().unwrap().to_string()
    };
    assert_eq!(in_force(), "summer");
    assert_eq!(desk.run("rollback --json").ended(0).json()["name"], "spring");
    assert_eq!(in_force(), "spring");
    assert!(desk.run("editions").out.contains("autumn  published, in force from 2998-12-31T16:00:00Z on"));
    // Back-dated, it is in force since the latest moment that is past, whatever was decided last.
    desk.run("publish spring --from 2020-01-01T00:00:00Z").ended(0);
    assert!(!desk.run("editions").out.contains("in force since 2020"));
    // An edition that is published already is only put in force again.
    desk.run("publish summer").ended(0);
    assert_eq!(in_force(), "summer");
}

#[test]
fn keys_are_shown_once_and_revoked() {
    let desk = Desk::new();
    assert!(desk.run("key list").ended(0).says("there are no keys yet"));
    let made = desk.run("key create --role admin --name 张三").ended(0);
    let key = made.out.trim();
    let (id, secret) = key.strip_prefix("gw_").unwrap().split_once('_').unwrap();
    assert!(!key.contains(char::is_whitespace) && secret.len() == 43, "{key}");
    let listed = desk.run("key list").ended(0);
    assert!(listed.says(id) && listed.says("张三") && !listed.says(secret), "{listed:?}");
    assert_eq!(desk.run("key list --json").ended(0).json()[0]["revoked_at"], Value::Null);
    assert_eq!(desk.run(&format!("key revoke {id}")).ended(0).out, format!("{id} is revoked\n"));
    let first = desk.run("key list --json").ended(0).json()[0]["revoked_at"].clone();
    assert!(first.is_string());
    // Again, and by the whole key; the first time stays.
    assert_eq!(desk.run(&format!("key revoke {key} --json")).ended(0).json()["revoked_at"], first);
    desk.run("key revoke 000000000000").ended(1);
    desk.run("key create --role king").ended(2);
    desk.run("key create").ended(2);
}

#[test]
fn what_is_written_to_a_file_has_no_colours() {
    let desk = Desk::new();
    let log: Run = desk.command("editions").env("RUST_LOG", "trace").output().unwrap().into();
    let log = log.ended(0);
    assert!(log.err.contains("TRACE") || log.err.contains("DEBUG"), "nothing is logged, so nothing is shown");
    assert!(!log.err.contains('\x1b'), "{}", log.err);
}

#[test]
fn an_edition_that_is_withdrawn_is_no_longer_said_to_come() {
    let desk = Desk::new();
    desk.write("town.geojsonl", &lines(&town()));
    desk.run("import town.geojsonl --edition old --publish").ended(0);
    desk.run("import town.geojsonl --edition new").ended(0);
    let scheduled = desk.run("publish new --from 2126-01-01T00:00:00Z").ended(0);
    assert!(scheduled.says("new  published, in force from 2126-01-01T00:00:00Z on"), "{scheduled:?}");
    let listed = desk.run("withdraw new").ended(0);
    assert!(!listed.says("2126") && listed.says("  new  published, 已撤回 withdrawn"), "{listed:?}");
    let listed = desk.run("editions --json").ended(0).json();
    assert_eq!([&listed[0]["scheduled"], &listed[1]["scheduled"]], [&json!([]), &json!([])]);
}

#[test]
fn a_roster_for_earlier_times_is_not_said_to_hold_now() {
    let desk = Desk::new();
    desk.write("town.geojsonl", &lines(&town()));
    desk.run("import town.geojsonl --publish").ended(0);
    desk.write("roster.csv", "grid,role,name\ntown,leader,张甲\n");
    assert!(desk.run("roster import roster.csv").ended(0).says("on the roster now"));
    let earlier = desk.run("roster import roster.csv --from 2020-01-01T00:00:00Z").ended(0);
    assert!(earlier.says("on the roster from 2020-01-01T00:00:00Z until 20"), "{earlier:?}");
    assert!(
        desk.run("roster import roster.csv --from 2126-01-01T00:00:00Z").ended(0).says("from 2126-01-01T00:00:00Z on")
    );
}

#[test]
fn a_grid_that_only_loses_land_is_not_said_to_gain_nothing() {
    let desk = Desk::new();
    desk.write("old.geojsonl", &lines(&town()));
    let mut smaller = town();
    smaller[6] = feature("122", 3, Some("12"), [116.92, 30.82, 116.94, 30.83]);
    desk.write("new.geojsonl", &lines(&smaller));
    desk.run("import old.geojsonl --edition old").ended(0);
    desk.run("import new.geojsonl --edition new").ended(0);
    let diff = desk.run("diff old new").ended(0);
    assert!(diff.says("122 网格 122: -2.12") && !diff.says("+0 km²") && !diff.says("-0.00"), "{diff:?}");
}

/// Whoever pipes into `head` closes the pipe early.
#[test]
fn a_closed_pipe_ends_quietly() {
    let desk = Desk::new();
    desk.write("town.geojsonl", &lines(&town())).write("points.csv", "lon,lat\n116.9,30.8\n");
    desk.write("roster.csv", "grid,role,name,phone\ntown,leader,张三,13800000000\n");
    desk.run("import town.geojsonl --edition one --publish").ended(0);
    desk.run("roster import roster.csv").ended(0);
    let mut damaged = town();
    damaged.pop();
    desk.write("fewer.geojsonl", &lines(&damaged));
    desk.run("import fewer.geojsonl --edition two").ended(0);
    let closed = |arguments: &str| {
        let mut child = desk.command(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        // Before it can have written anything.
        drop(child.stdout.take());
        let run = Run::from(child.wait_with_output().unwrap());
        assert_eq!(run.err, "", "{arguments}");
        run.status
    };
    for arguments in [
        "export --format csv -o -",
        "export --format geojsonl -o -",
        "export --format fgb -o -",
        "generate --grids 400",
        "locate 116.9 30.8",
        "locate 116.9 30.8 --json",
        "assign points.csv",
        "diff one two",
        "diff one two --json",
        "editions",
        "roster export",
        "roster history",
        "key list --json",
    ] {
        assert_eq!(closed(arguments), 0, "{arguments}");
    }
    // What was not read may have been errors.
    assert_eq!(closed("check town.geojsonl"), 1);
}

/// Two grids are merged and one is renumbered; old codes lead on, and nothing is known of others.
#[test]
fn old_codes_lead_on() {
    let desk = Desk::new();
    desk.write("2025.geojsonl", &lines(&town()));
    desk.run("import 2025.geojsonl --edition 2025 --publish --from 2025-01-01T00:00:00Z").ended(0);
    let mut merged = town();
    merged.truncate(5);
    merged.push(feature("129", 3, Some("12"), [116.92, 30.8, 116.94, 30.84]));
    merged[3] = feature("118", 3, Some("11"), [116.9, 30.8, 116.92, 30.82]);
    desk.write("2026.geojsonl", &lines(&merged));
    desk.run("import 2026.geojsonl --edition 2026 --publish").ended(0);
    let run = desk.run("codes 121 111 112").ended(0);
    assert!(run.says("121 → 129 网格 129 (tier 3): 100.0 %, since edition 2026"), "{run:?}");
    assert!(run.says("111 → 118 网格 118 (tier 3): 100.0 %, since edition 2026"), "{run:?}");
    assert!(run.says("112 网格 112: a grid of tier 3 of edition 2026"), "{run:?}");
    // In the edition of that time it has not gone yet, and a later code leads back.
    let then = desk.run("codes 121 129 --at 2025-06-01T00:00:00Z --json").ended(0).json();
    assert_eq!(then[0]["grid"], json!({"code": "121", "name": "网格 121", "tier": 3}));
    assert_eq!((&then[1]["grid"], then[1]["leads"].as_array().unwrap().len()), (&Value::Null, 2));
    assert!(desk.run("codes 111 nothing").ended(1).says("nothing: no grid of edition 2026 has it"));
    let all = desk.run("codes --json").ended(0).json();
    let pairs: Vec<[&str; 3]> = all
        .as_array()
        .unwrap()
        .iter()
        .map(|change| ["edition", "old", "new"].map(|key| change[key].as_str().unwrap()))
        .collect();
    assert_eq!(pairs, [["2026", "111", "118"], ["2026", "121", "129"], ["2026", "122", "129"]]);
    desk.run("codes --at 2025-06-01T00:00:00Z").ended(2);
}

#[test]
fn a_file_of_another_kind_is_answered_with_the_kinds_that_are_read() {
    let desk = Desk::new();
    fs::write(desk.path("town.png"), b"\x89PNG\r\n\x1a\n").unwrap();
    let refused = desk.run("import town.png").ended(1);
    assert!(refused.says("byte 0x89") && refused.says("shapefile") && refused.says("GeoPackage"), "{refused:?}");
}
