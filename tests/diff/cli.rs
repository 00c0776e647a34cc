//! `gridward diff`, `discard` and `withdraw`, and what `publish` says before, on the built binary.

use serde_json::{Value, json};

use crate::cli::Desk;

/// Cells beside one another from 116.9° E on, each a tenth of a degree wide: code, name, former codes.
pub fn row(cells: &[(&str, &str, &[&str], f64)]) -> String {
    let mut west = 116.9;
    let feature = |&(code, name, was, width): &(&str, &str, &[&str], f64)| {
        let east = west + width;
        let ring = json!([[west, 30.0], [east, 30.0], [east, 30.1], [west, 30.1], [west, 30.0]]);
        west = east;
        let properties = json!({"code": code, "name": name, "tier": 3, "was": was.join(",")});
        json!({"type": "Feature", "properties": properties, "geometry": {"type": "Polygon", "coordinates": [ring]}})
    };
    cells.iter().map(feature).map(|feature: Value| feature.to_string() + "\n").collect()
}

const NONE: &[&str] = &[];

fn desk() -> Desk {
    let desk = Desk::new();
    desk.write("a.geojsonl", &row(&[("a", "甲", NONE, 0.1), ("b", "乙", NONE, 0.1), ("c", "丙", NONE, 0.1)]));
    desk.write("b.geojsonl", &row(&[("a", "甲", NONE, 0.125), ("d", "丁", NONE, 0.175)]));
    desk.write("c.geojsonl", &row(&[("e", "戊", &["d", "zz"], 0.15), ("d2", "丁", NONE, 0.15)]));
    desk.run("import a.geojsonl --edition one --publish").ended(0);
    desk.run("import b.geojsonl --edition two").ended(0);
    desk
}

#[test]
fn compares_a_draft_with_what_is_in_force() {
    let desk = desk();
    let text = desk.run("diff one two").ended(0);
    for said in ["removed (2)", "added (1)", "moved (1)", "tier 3 b 乙", "d 丁 75.0 %, a 甲 25.0 %"] {
        assert!(text.says(said), "{said}: {text:?}");
    }
    desk.write("places.csv", "地址,lon,lat\n村口,116.91,30.05\n桥头,117.01,30.05\n庙前,117.15,30.05\n");
    let all = desk.run("diff one two --points places.csv --format json").ended(0).json();
    assert_eq!((&all["old"]["state"], &all["new"]["state"]), (&json!("published"), &json!("draft")));
    assert_eq!((&all["places"]["changed"]["any"], &all["places"]["places"][0]["label"]), (&json!(2), &json!("桥头")));
    assert_eq!(all["places"]["places"][0]["to"]["tier3"], "a");
    assert_eq!(desk.run("diff one two --json").ended(0).json()["summary"], all["summary"]);
    desk.run("diff one two --format geojson -o strips.geojson").ended(0);
    let strips: Value = serde_json::from_slice(&std::fs::read(desk.path("strips.geojson")).unwrap()).unwrap();
    let owners = |feature: &Value| (feature["properties"]["from"].clone(), feature["properties"]["to"].clone());
    let found: Vec<_> = strips["features"].as_array().unwrap().iter().map(owners).collect();
    assert_eq!(found, [("b", "a"), ("b", "d"), ("c", "d")].map(|(from, to)| (json!(from), json!(to))));
    assert!(desk.run("diff one nowhere").ended(1).says("the editions are: one, two"));
    assert!(desk.run("diff one two --points strips.geojson").ended(1).says("column `lon`"));
    desk.run("diff one two --format png").ended(2);
}

/// Two publications on: what the file says has the first word, and the land says the rest.
#[test]
fn says_before_publishing_what_changes_and_records_what_became_of_codes() {
    let desk = desk();
    let published = desk.run("publish two").ended(0);
    assert!(published.err.contains("one → two: 新增 1 added, 撤销 2 removed"), "{published:?}");
    desk.run("import c.geojsonl --edition three --publish").ended(0);
    let sql = "SELECT old_code || '>' || new_code || ' ' || round(share, 3) AS line FROM code_changes ORDER BY edition, position";
    let listed = std::process::Command::new("ogr2ogr")
        .args(["-f", "CSV", "/vsistdout/", "gridward.gpkg", "-sql", sql])
        .current_dir(desk.path(""))
        .output()
        .unwrap();
    let listed = String::from_utf8(listed.stdout).unwrap();
    let lines: Vec<&str> = listed.lines().skip(1).map(|line| line.trim_matches('"')).collect();
    assert_eq!(lines, ["b>d 0.75", "b>a 0.25", "c>d 1.0", "a>e 1.0", "d>e 0.143", "zz>e 1.0"]);
}

#[test]
fn discards_drafts_and_withdraws_what_is_scheduled() {
    let desk = desk();
    assert!(desk.run("discard one").ended(1).says("a published edition is never changed"));
    assert!(desk.run("withdraw one").ended(1).says("not to come into force"));
    desk.run("discard two").ended(0);
    desk.run("diff one two").ended(1);
    desk.run("import b.geojsonl --edition two --publish --from 2099-01-01T00:00:00Z").ended(0);
    assert!(desk.run("editions").ended(0).says("in force from 2099-01-01T00:00:00Z on"));
    desk.run("withdraw two").ended(0);
    desk.run("withdraw two").ended(1);
    let at = |at: &str| desk.run(&format!("locate 117.05 30.05 --json --at {at}")).ended(0).json()["edition"].clone();
    assert_eq!([at("2098-01-01T00:00:00Z"), at("2099-06-01T00:00:00Z")], ["one", "one"]);
}

/// A withdrawal leaves nothing at its moment that would bring the edition before back in place of one published meanwhile.
#[test]
fn what_is_published_after_a_withdrawal_stays() {
    let desk = desk();
    desk.run("publish two --from 2099-01-01T00:00:00Z").ended(0);
    desk.run("withdraw two").ended(0);
    desk.run("import b.geojsonl --edition three --publish").ended(0);
    let listed = desk.run("editions").ended(0);
    assert!(!listed.says("2099"), "{listed:?}");
    let at = desk.run("locate 117.05 30.05 --json --at 2099-06-01T00:00:00Z").ended(0).json();
    assert_eq!(at["edition"], "three");
    desk.run("withdraw one").ended(1);
    // What it had replaced at that moment comes again.
    desk.run("publish one --from 2099-01-01T00:00:00Z").ended(0);
    desk.run("publish two --from 2099-01-01T00:00:00Z").ended(0);
    desk.run("withdraw two").ended(0);
    let at = desk.run("locate 117.05 30.05 --json --at 2099-06-01T00:00:00Z").ended(0).json();
    assert_eq!(at["edition"], "one");
}

/// Asked only at a terminal, which `script` gives it.
#[test]
fn asks_at_a_terminal_before_errors_are_overridden() {
    let desk = Desk::new();
    let overlapping = row(&[("a", "甲", NONE, 0.1)]) + &row(&[("b", "乙", NONE, 0.15)]);
    desk.write("overlap.geojsonl", &overlapping);
    desk.run("import overlap.geojsonl --edition one").ended(0);
    let at_terminal = |answer: &str, arguments: &str| {
        let command = format!("{} publish one --allow overlap {arguments}", env!("CARGO_BIN_EXE_gridward"));
        let mut child = std::process::Command::new("script")
            .args(["-qec", &command, "/dev/null"])
            .current_dir(desk.path(""))
            .env_remove("GRIDWARD_STORE")
            .stdin(std::process::Stdio::piped())
            .stdout(std::process::Stdio::piped())
            .spawn()
            .expect("script is part of Debian's base system");
        std::io::Write::write_all(child.stdin.as_mut().unwrap(), answer.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
    };
    let (status, said) = at_terminal("n\n", "");
    assert_eq!(status, Some(1), "{said}");
    assert!(said.contains("Publish all the same?") && said.contains("is not published"), "{said}");
    let (status, said) = at_terminal("y\n", "");
    assert_eq!(status, Some(0), "{said}");
    let again = desk.run("import overlap.geojsonl --edition two").ended(0);
    assert!(again.says("draft"));
    assert!(!desk.run("publish two --allow overlap").ended(0).says("Publish all the same?"), "a script is not asked");
    desk.run("import overlap.geojsonl --edition three --allow overlap --publish --yes").ended(0);
}
