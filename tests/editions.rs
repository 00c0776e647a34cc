//! Editions on the command line: what they may be called, what is kept of their files, and what publishing says of them.

use std::process::Output;

use serde_json::{Value, json};

use crate::cli::{Desk, Run, lines, town, town_with_overlap};

/// The town without parents; a position has a height, and a ring a point twice.
fn town_without_parents() -> Vec<Value> {
    let mut town = town();
    for grid in &mut town {
        grid["properties"].as_object_mut().unwrap().remove("parent");
    }
    let ring = town[3]["geometry"]["coordinates"][0].as_array_mut().unwrap();
    ring[0].as_array_mut().unwrap().push(json!(12.5));
    ring.insert(1, ring[1].clone());
    town
}

fn counted(report: &Value) -> usize {
    report["repairs"].as_array().unwrap().len()
}

#[test]
fn a_repair_counts_once_whoever_looks() {
    let desk = Desk::new();
    desk.write("town.geojsonl", &lines(&town_without_parents()));
    let imported = desk.run("import town.geojsonl --parent - --repair --edition one --json").ended(0).json();
    let actions: Vec<&str> =
        imported["report"]["repairs"].as_array().unwrap().iter().map(|r| r["action"].as_str().unwrap()).collect();
    assert_eq!(actions.iter().filter(|action| **action == "parent_found").count(), 6, "{actions:?}");
    assert!(actions.len() > 6, "the point that is there twice was taken out: {actions:?}");
    let checked = desk.run("check --edition one --json").ended(0).json();
    assert_eq!(checked["report"]["repairs"], imported["report"]["repairs"]);
    let published = desk.run("publish one --json").ended(0).json();
    assert_eq!(published["report"]["repairs"], imported["report"]["repairs"]);
    assert_eq!(counted(&desk.run("check --json").ended(0).json()["report"]), actions.len());
    assert_eq!(counted(&desk.run("publish one --json").ended(0).json()["report"]), actions.len());
}

#[test]
fn what_was_seen_while_reading_stays_with_the_edition() {
    let desk = Desk::new();
    desk.write("town.geojsonl", &lines(&town_without_parents()));
    let imported = desk.run("import town.geojsonl --parent - --edition one --json").ended(0).json();
    let seen = imported["notes"].clone();
    assert!(seen[0].as_str().unwrap().starts_with("1 position(s) have a height"), "{seen}");
    assert_eq!(desk.run("check --edition one --json").ended(0).json()["notes"], seen);
    assert!(desk.run("check --edition one").ended(0).says("note: 1 position(s) have a height"));
    desk.run("publish one").ended(0);
    assert_eq!(desk.run("check --json").ended(0).json()["notes"], seen);
    // Copied with all the rest.
    desk.run("copy --from sqlite:gridward.gpkg --to sqlite:copy.gpkg").ended(0);
    assert_eq!(desk.run("check --json --store sqlite:copy.gpkg").ended(0).json()["notes"], seen);
}

#[test]
fn a_name_has_to_fit_into_a_path_and_a_list() {
    let desk = Desk::new();
    desk.write("town.geojsonl", &lines(&town()));
    let import = |name: &str| -> Run {
        let output: Output = desk.command("import town.geojsonl --edition").arg(name).output().unwrap();
        output.into()
    };
    let long = "x".repeat(300);
    for name in ["", " ", "a\nb", "a\u{202e}b", ".", "..", "../../x", "2026/01", "a\\b", &long] {
        let refused = import(name).ended(2);
        assert!(refused.says("1 to 100 characters") && refused.says("such as 2026-01"), "{name:?}: {refused:?}");
    }
    assert!(!desk.path("gridward.gpkg").exists());
    import("网格 2026").ended(0);
    // What HTTP does too: blanks around a name are none of it.
    assert!(import(" 网格 2026 ").ended(1).says("`网格 2026` already"));
    let listed = desk.run("editions --json").ended(0).json();
    assert_eq!((listed.as_array().unwrap().len(), &listed[0]["name"]), (1, &json!("网格 2026")));
}

#[test]
fn publishing_says_what_it_overrides_and_counts_the_rest() {
    let desk = Desk::new();
    desk.write("town.geojsonl", &lines(&town_with_overlap()));
    let imported = desk.run("import town.geojsonl --edition one").ended(0);
    assert!(imported.says("warning gap (1)"), "{imported:?}");
    let refused = desk.run("publish one").ended(1);
    assert!(refused.says("error overlap (1)") && refused.says("--allow overlap"), "{refused:?}");
    let published = desk.run("publish one --allow overlap").ended(0);
    let lines: Vec<&str> = published.out.lines().collect();
    assert_eq!(lines.len(), 4, "{published:?}");
    assert_eq!(lines[0], "accepted overlap (1)");
    assert!(lines[1].starts_with("  111 and 112 overlap by "), "{}", lines[1]);
    assert_eq!(
        lines[2],
        "1 error(s) (1 accepted), 2 warning(s), 0 repair(s) (gap 1, roster_missing 1); `gridward check --edition one` lists them"
    );
    assert!(lines[3].starts_with("* one  in force since "), "{}", lines[3]);
}

/// Nobody is to be told to write two dashes before a number.
#[test]
fn a_number_below_what_is_allowed_is_answered_with_what_is() {
    let desk = Desk::new();
    for (arguments, allowed) in [
        ("check a.geojson --repair --tolerance -1", "from 0.001 to 1000"),
        ("import a.geojson --repair --tolerance -0.5", "from 0.001 to 1000"),
        ("check a.geojson --repair --tolerance x", "from 0.001 to 1000"),
        ("generate --grids -1", "whole and above 0"),
        ("generate --tiers -1,2,3", "whole and above 0"),
        ("generate --grids 9 --seed -1", "from 0 to 18446744073709551615"),
        ("bench locate --seconds -1", "above 0 and up to 3600"),
        ("bench tiles --seconds -1", "above 0 and up to 3600"),
        ("audit --limit -1", "not below 0"),
        ("serve --max-jobs -1", "1..1000"),
        ("serve --max-upload-mib -1", "1..="),
        ("serve --rate-limit -1", "0..="),
        ("serve --webhook-lease -1", "4..=600"),
    ] {
        let refused = desk.run(arguments).ended(2);
        assert!(refused.says(allowed) && !refused.says("'-- "), "{arguments}: {refused:?}");
    }
}

#[test]
fn rows_are_answered_from_an_earlier_time() {
    let desk = Desk::new();
    let mut renamed = town();
    renamed[3]["properties"]["code"] = json!("118");
    desk.write("2025.geojsonl", &lines(&town())).write("2026.geojsonl", &lines(&renamed));
    desk.run("import 2025.geojsonl --edition 2025 --publish --from 2025-01-01T00:00:00Z").ended(0);
    desk.run("import 2026.geojsonl --edition 2026 --publish --from 2026-01-01T00:00:00Z").ended(0);
    desk.write("then.csv", "grid,role,name\ntown,leader,张三\n").write("now.csv", "grid,role,name\ntown,leader,李四\n");
    desk.run("roster import then.csv --from 2025-01-01T00:00:00Z").ended(0);
    desk.run("roster import now.csv --from 2026-01-01T00:00:00Z --amend").ended(0);
    let rows = |at: &str| desk.run_with_input(&format!("assign - {at}"), b"lon,lat\n116.91,30.81\n").ended(0).out;
    let header = "lon,lat,tier1,tier2,tier3,party_group,leader,error\n";
    assert_eq!(rows(""), format!("{header}116.91,30.81,1,11,118,,李四,\n"));
    assert_eq!(rows("--at 2025-06-01T00:00:00Z"), format!("{header}116.91,30.81,1,11,111,,张三,\n"));
    desk.write("points.csv", "lon,lat\n116.91,30.81\n");
    assert!(desk.run("assign points.csv --at 2024-01-01T00:00:00Z").ended(1).says("in force at that time"));
    desk.run("assign points.csv --at yesterday").ended(2);
}

#[test]
fn a_code_that_no_grid_has_is_warned_of_by_its_cell() {
    let desk = Desk::new();
    desk.write("town.geojsonl", &lines(&town()));
    desk.run("import town.geojsonl --publish").ended(0);
    desk.write("roster.csv", "role,name,grid\nleader,张三,town\nleader,李四,111\nleader,王五,999\nmediator,赵六,999\n");
    let imported = desk.run("roster import roster.csv").ended(0);
    assert!(imported.says("1 code(s) belong to no grid of the edition in force: 999 (line 4)"), "{imported:?}");
    desk.run("roster export -o roster.xlsx").ended(0);
    let imported = desk.run("roster import roster.xlsx --json").ended(0).json();
    assert_eq!([&imported["unknown_grids"], &imported["unknown_grids_at"]], [&json!(["999"]), &json!(["A3"])]);
}

/// As docs/roster.md says: the roster of before, from the same moment.
#[test]
fn a_scheduled_roster_gives_way_to_another_from_the_same_moment() {
    let desk = Desk::new();
    desk.write("now.csv", "grid,role,name\ntown,leader,张三\n").write("next.csv", "grid,role,name\ntown,leader,李四\n");
    desk.run("roster import now.csv").ended(0);
    desk.run("roster import next.csv --from 2126-01-01T00:00:00Z").ended(0);
    let at = |time: &str| desk.run(&format!("roster export --at {time}")).ended(0).out;
    assert!(at("2126-06-01T00:00:00Z").contains("李四"));
    desk.run("roster export -o kept.csv").ended(0);
    desk.run("roster import kept.csv --from 2126-01-01T00:00:00Z").ended(0);
    assert!(at("2126-06-01T00:00:00Z").contains("张三") && !at("2126-06-01T00:00:00Z").contains("李四"));
}
