//! `locate`, `assign`, `roster` and `bench locate` on the built binary, on a town of four squares.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;

/// A folder with a store; commands run in it.
struct Town {
    folder: TempDir,
}

/// Code, tier, parent, and corners in units of 0.01 degree from the south-west corner.
type Row = (&'static str, u8, Option<&'static str>, &'static [[i32; 2]]);

/// Four squares of 0.01 degree in two tier-2 grids in one village, with south-west corner 116.90, 30.80.
const GRIDS: [Row; 7] = [
    ("v", 1, None, &[[0, 0], [1, 0], [2, 0], [2, 1], [2, 2], [1, 2], [0, 2], [0, 1]]),
    ("v1", 2, Some("v"), &[[0, 0], [1, 0], [1, 1], [1, 2], [0, 2], [0, 1]]),
    ("v2", 2, Some("v"), &[[1, 0], [2, 0], [2, 1], [2, 2], [1, 2], [1, 1]]),
    ("v1a", 3, Some("v1"), &[[0, 0], [1, 0], [1, 1], [0, 1]]),
    ("v1b", 3, Some("v1"), &[[0, 1], [1, 1], [1, 2], [0, 2]]),
    ("v2a", 3, Some("v2"), &[[1, 0], [2, 0], [2, 1], [1, 1]]),
    ("v2b", 3, Some("v2"), &[[1, 1], [2, 1], [2, 2], [1, 2]]),
];

const ROSTER: &str = "\
网格,党小组,职务,姓名,电话
v1a,西南组,网格长,甲,13800000000
v1a,西南组,调解员,乙,
v,总支,网格长,丙,
";

impl Town {
    /// With the grids and the roster in force.
    fn new() -> Town {
        let town = Town::empty();
        let ring = |corners: &[[i32; 2]]| -> Vec<[f64; 2]> {
            let corner = |&[x, y]: &[i32; 2]| [(11690 + x) as f64 / 100.0, (3080 + y) as f64 / 100.0];
            corners.iter().chain(&corners[..1]).map(corner).collect()
        };
        let lines: String = GRIDS
            .iter()
            .map(|&(code, tier, parent, corners)| {
                let properties = json!({"code": code, "name": format!("网格{code}"), "tier": tier, "parent": parent});
                let geometry = json!({"type": "Polygon", "coordinates": [ring(corners)]});
                format!("{}\n", json!({"type": "Feature", "properties": properties, "geometry": geometry}))
            })
            .collect();
        town.write("grids.geojsonl", &lines);
        town.write("roster.csv", ROSTER);
        town.done(&["import", "grids.geojsonl", "--edition", "2026-01", "--publish"], "");
        town.done(&["roster", "import", "roster.csv"], "");
        town
    }

    fn empty() -> Town {
        Town { folder: tempfile::tempdir().unwrap() }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path().join(name), text).unwrap();
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path().join(name)).unwrap()
    }

    fn run(&self, arguments: &[&str], input: &str) -> Output {
        let mut child = Command::new(env!("CARGO_BIN_EXE_gridward"))
            .args(arguments)
            .current_dir(self.path())
            .env_remove("GRIDWARD_STORE")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // A command that stops reading early closes the pipe; that is its right.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        child.wait_with_output().unwrap()
    }

    /// What a command that must succeed prints.
    fn done(&self, arguments: &[&str], input: &str) -> String {
        let output = self.run(arguments, input);
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    fn json(&self, arguments: &[&str]) -> Value {
        serde_json::from_str(&self.done(arguments, "")).unwrap()
    }

    /// What a command that must fail says, and its exit status.
    fn refused(&self, arguments: &[&str], input: &str) -> (String, i32) {
        let output = self.run(arguments, input);
        (String::from_utf8(output.stderr).unwrap(), output.status.code().unwrap())
    }
}

#[test]
fn locate_answers_people_and_programs() {
    let town = Town::new();
    let text = town.done(&["locate", "116.905", "30.805", "--accuracy", "30"], "");
    for part in ["edition 2026-01", "v1a 网格v1a", "西南组", "甲 138****0000", "调解员", "100.0 %"] {
        assert!(text.contains(part), "{part} in {text}");
    }
    assert!(!text.contains("13800000000"));
    let answer = town.json(&["locate", "--json", "116.905", "30.805"]);
    assert_eq!(answer["edition"], "2026-01");
    assert_eq!(answer["grids"][2]["code"], "v1a");
    assert_eq!(answer["responsible"]["leader"], json!({"name": "甲", "phone": "138****0000"}));
    assert_eq!(answer["nearest"], Value::Null);
    // The south-west corner is in, the north-east corner is out.
    assert_eq!(town.json(&["locate", "--json", "116.90", "30.80"])["grids"][2]["code"], "v1a");
    let outside = town.json(&["locate", "--json", "116.92", "30.82"]);
    assert_eq!(outside["grids"], json!([]));
    assert_eq!(outside["nearest"]["code"], "v2b");
    assert!(town.done(&["locate", "-116.905", "-30.8"], "").contains("outside"));
}

#[test]
fn locate_refuses_what_is_no_place() {
    let town = Town::new();
    let (message, status) = town.refused(&["locate", "30.805", "116.905"], "");
    assert!(message.contains("lat: latitude 116.905 is not between -90 and 90; longitude comes first"), "{message}");
    assert_eq!(status, 2);
    assert_eq!(town.refused(&["locate", "x", "1"], "").1, 2);
    assert_eq!(town.refused(&["locate", "1", "1", "--crs", "mars"], "").1, 2);
    assert_eq!(town.refused(&["locate", "1", "1", "--accuracy", "-1"], "").1, 2);
    let (message, status) = Town::empty().refused(&["locate", "1", "1"], "");
    assert!(message.contains("publish"), "{message}");
    assert_eq!(status, 1);
}

#[test]
fn assign_agrees_with_locate() {
    let town = Town::new();
    let points = ["116.905,30.805", "116.91,30.81", "116.9,30.82", "116.92,30.80", "116.9199999,30.8199999"];
    let answers = town.done(&["assign", "-"], &format!("lon,lat\n{}\n", points.join("\n")));
    for (point, row) in points.iter().zip(answers.lines().skip(1)) {
        let (lon, lat) = point.split_once(',').unwrap();
        let located = town.json(&["locate", "--json", lon, lat]);
        let codes: Vec<&str> = row.split(',').skip(2).take(3).filter(|code| !code.is_empty()).collect();
        let grids: Vec<&str> =
            located["grids"].as_array().unwrap().iter().map(|grid| grid["code"].as_str().unwrap()).collect();
        assert_eq!(codes, grids, "{point}");
    }
}

#[test]
fn assign_reads_and_writes_files_and_pipes() {
    let town = Town::new();
    // The summary stands alone: no log lines around it.
    let summary = String::from_utf8(town.run(&["assign", "-"], "lon,lat\n").stderr).unwrap();
    assert!(summary.starts_with("0 rows answered by edition 2026-01, "), "{summary}");
    let input = "id,lon,lat\n1,116.905,30.805\n2,116.915,30.815\n3,0,0\n4,x,0\n";
    let expected = "\
id,lon,lat,tier1,tier2,tier3,party_group,leader,error
1,116.905,30.805,v,v1,v1a,西南组,甲,
2,116.915,30.815,v,v2,v2b,总支,丙,
3,0,0,,,,,,
4,x,0,,,,,,lon `x` is not a number
";
    assert_eq!(town.done(&["assign", "-"], input), expected);
    town.write("points.csv", input);
    let summary = town.json(&["assign", "points.csv", "--to", "points.csv", "--json"]);
    assert_eq!((&summary["rows"], &summary["errors"], &summary["outside"]), (&json!(4), &json!(1), &json!(1)));
    assert_eq!(town.read("points.csv"), expected);
    town.write("points.ndjson", "{\"a\":1,\"lon\":116.905,\"lat\":30.805}\n");
    let line: Value = serde_json::from_str(&town.done(&["assign", "points.ndjson"], "")).unwrap();
    assert_eq!((&line["a"], &line["tier3"]), (&json!(1), &json!("v1a")));
    let shifted = town.done(&["assign", "-", "--crs", "gcj02"], "lon,lat\n116.9102,30.8025\n");
    assert!(shifted.contains(",v1a,"), "{shifted}");
}

#[test]
fn assign_leaves_no_half_file() {
    let town = Town::new();
    town.write("points.csv", "lng,lat\n1,1\n");
    let (message, status) = town.refused(&["assign", "points.csv", "--to", "out.csv"], "");
    assert!(message.contains("points.csv: the header has no column `lon`"), "{message}");
    assert_eq!(status, 1);
    let mut left: Vec<_> = std::fs::read_dir(town.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    left.retain(|name| name.to_string_lossy().contains("out"));
    assert!(left.is_empty(), "{left:?}");
    assert!(town.refused(&["assign", "nothing.csv"], "").0.contains("nothing.csv cannot be read"));
}

#[test]
fn the_roster_goes_in_and_comes_out() {
    let town = Town::new();
    let exported = town.done(&["roster", "export"], "");
    let expected = "\
grid,party_group,role,name,phone
v,总支,leader,丙,
v1a,西南组,leader,甲,13800000000
v1a,西南组,mediator,乙,
";
    assert_eq!(exported, expected);
    let (message, status) = town.refused(&["roster", "import", "-"], "grid,role,name\nv1,leader,\nv1,king,丁\n");
    assert!(message.contains("line 2, column `name`"), "{message}");
    assert!(message.contains("line 3, column `role`"), "{message}");
    assert_eq!(status, 1);
    assert_eq!(town.done(&["roster", "export"], ""), expected);
    town.write("new.csv", "grid,party_group\nv2,东组\nx9,无\n");
    let imported = town.json(&["roster", "import", "new.csv", "--json"]);
    assert_eq!(imported["unknown_grids"], json!(["x9"]));
    let counts = [&imported["grids"], &imported["people"], &imported["town_office"], &imported["read_as"]];
    assert_eq!(counts, [&json!(2), &json!(0), &json!(false), &json!("UTF-8")]);
    town.done(&["roster", "export", "-o", "out.csv"], "");
    assert_eq!(town.read("out.csv"), "grid,party_group,role,name,phone\nv2,东组,,,\nx9,无,,,\n");
    assert!(town.done(&["assign", "-"], "lon,lat\n116.915,30.805\n").contains(",东组,"));
}

#[test]
fn bench_locate_prints_its_figures() {
    let figures = Town::new().json(&["bench", "locate", "--seconds", "0.05"]);
    // Four squares and the cross between them.
    assert_eq!((&figures["grids"], &figures["edges"]), (&json!(7), &json!(12)));
    for name in ["index_bytes", "single_ns_p50", "single_ns_p99", "single_per_s", "batch_per_s"] {
        assert!(figures[name].is_number(), "{name} in {figures}");
    }
}

#[test]
fn bench_tiles_prints_its_figures() {
    let town = Town::new();
    let figures = town.json(&["bench", "tiles", "--seconds", "0.05"]);
    for name in ["tiles", "cold_per_s", "cold_ms_p50", "cold_ms_p99", "mean_bytes", "mean_bytes_gzip"] {
        assert!(figures[name].as_f64().unwrap() > 0.0, "{name} in {figures}");
    }
}
