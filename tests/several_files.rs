//! One edition from several files, one for each tier: options for each, codes that collide, parents found by containment.

use serde_json::{Value, json};

use crate::cli::{Desk, lines};

/// A rectangle whose properties are the county's `id`, whatever the tier.
fn area(properties: Value, [west, south, east, north]: [f64; 4]) -> Value {
    json!({"type": "Feature", "properties": properties, "geometry": {"type": "Polygon", "coordinates":
        [[[west, south], [east, south], [east, north], [west, north], [west, south]]]}})
}

/// Counties, districts and towns, each numbered from 1, with fields of other names in each file, and no parents.
fn desk() -> Desk {
    let desk = Desk::new();
    desk.write(
        "counties.geojsonl",
        &lines(&[area(json!({"id": 1, "KTNR": 7, "name": "县"}), [116.0, 30.0, 116.4, 30.2])]),
    );
    desk.write(
        "districts.geojsonl",
        &lines(&[
            area(json!({"nr": 1, "KTNR": 7, "label": "西区"}), [116.0, 30.0, 116.2, 30.2]),
            area(json!({"nr": 2, "KTNR": 7, "label": "东区"}), [116.2, 30.0, 116.4, 30.2]),
        ]),
    );
    desk.write(
        "towns.geojsonl",
        &lines(&[
            area(json!({"nr": 1, "KTNR": 7, "label": "一"}), [116.0, 30.0, 116.1, 30.2]),
            area(json!({"nr": 2, "KTNR": 7, "label": "二"}), [116.1, 30.0, 116.216, 30.2]),
            area(json!({"nr": 3, "KTNR": 7, "label": "三"}), [116.216, 30.0, 116.4, 30.2]),
        ]),
    );
    desk
}

const FILES: &str = "towns.geojsonl counties.geojsonl districts.geojsonl";

#[test]
fn every_file_has_its_own_options() {
    let desk = desk();
    let options = "--tier 3,1,2 --code T{nr:03},K{KTNR},B{nr} --name label,,label --json";
    let imported = desk.run(&format!("import {FILES} {options} --publish")).ended(0).json();
    let edition = &imported["edition"];
    assert_eq!([&edition["tier1"], &edition["tier2"], &edition["tier3"]], [1, 2, 3]);
    assert_eq!(edition["source"], "towns.geojsonl, counties.geojsonl, districts.geojsonl");
    assert_eq!(imported["notes"], json!([]));
    let found: Vec<[&Value; 3]> = imported["report"]["repairs"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|repair| repair["action"] == "parent_found")
        .map(|repair| [&repair["grids"][0], &repair["grids"][1], &repair["measure"]["share"]])
        .collect();
    let named: Vec<_> =
        found.iter().map(|[child, parent, _]| [child.as_str().unwrap(), parent.as_str().unwrap()]).collect();
    assert_eq!(named, [["B1", "K7"], ["B2", "K7"], ["T001", "B1"], ["T002", "B1"], ["T003", "B2"]]);
    let shares: Vec<f64> = found.iter().map(|[.., share]| share.as_f64().unwrap()).collect();
    assert_eq!([shares[0], shares[2], shares[4]], [1.0, 1.0, 1.0]);
    // 0.1° of 0.116°.
    assert!((shares[3] - 0.1 / 0.116).abs() < 1e-9, "{shares:?}");
    // A person is told of the unsure one.
    let problems = imported["report"]["problems"].as_array().unwrap();
    let outside: Vec<_> = problems.iter().filter(|problem| problem["code"] == "outside_parent").collect();
    assert_eq!(outside.len(), 1);
    let message = outside[0]["message"].as_str().unwrap();
    assert!(message.contains("T002") && message.contains("holds only 86.2 % of it"), "{message}");
    let answer = desk.run("locate 116.15 30.1 --json").ended(0).json();
    let names: Vec<_> = answer["grids"].as_array().unwrap().iter().map(|grid| grid["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["县", "西区", "二"]);
}

#[test]
fn what_does_not_fit_is_said() {
    let desk = desk();
    let wrong = desk.run(&format!("check {FILES} --tier 1,2")).ended(2);
    assert!(wrong.says("--tier: `1,2` has 2 values for 3 files"), "{wrong:?}");
    assert!(desk.run(&format!("check {FILES} --tier 3,1,4")).ended(2).says("--tier: a tier is 1, 2 or 3, not 4"));
    assert!(desk.run("check towns.geojsonl --code K{nr").ended(2).says("--code: `K{nr` is no template"));
    assert!(desk.run("check towns.geojsonl --crs EPSG:99").ended(2).says("--crs: `EPSG:99`"));
    // The codes collide, and names are in another field: both are said with the file's name.
    let collided = desk.run(&format!("check {FILES} --tier 3,1,2 --code nr,id,nr")).ended(1);
    assert!(collided.says("the code 1 is taken by towns.geojsonl line 1 already"), "{collided:?}");
    let note = "note: no feature of districts.geojsonl has a field name or ";
    assert!(collided.says(note) && collided.says("(the fields are: KTNR, label, nr)"), "{collided:?}");
    assert!(!collided.says("no feature of counties.geojsonl"), "{collided:?}");
}

#[test]
fn a_parent_that_holds_less_than_half_is_missing() {
    let desk = desk();
    let towns = [
        area(json!({"nr": 7, "label": "六"}), [116.36, 30.1, 116.46, 30.2]),
        area(json!({"nr": 9, "label": "四"}), [116.5, 30.0, 116.6, 30.2]),
    ];
    desk.write("towns.geojsonl", &lines(&towns));
    let options = "--tier 3,1,2 --code T{nr},K{KTNR},B{nr} --name label,,label";
    let checked = desk.run(&format!("check {FILES} {options}")).ended(1);
    assert!(checked.says("T9 has no parent, and no tier-2 grid meets it"), "{checked:?}");
    assert!(
        checked.says("T7 has no parent, and no tier-2 grid holds half of it; B2 holds most, 40.0 %"),
        "{checked:?}"
    );
}

/// The demo town's grids of the smallest tier alone; the tiers above are made of them.
#[test]
fn missing_tiers_are_made_of_the_grids_below() {
    let desk = Desk::new();
    let whole: Vec<Value> =
        include_str!("../data/qingcao.geojsonl").lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let mut smallest: Vec<Value> = whole.iter().filter(|grid| grid["properties"]["tier"] == 3).cloned().collect();
    let name_of = |code: &Value| {
        let named = whole.iter().find(|grid| grid["properties"]["code"] == *code).unwrap();
        named["properties"]["name"].clone()
    };
    for grid in &mut smallest {
        grid["properties"]["片"] = name_of(&grid["properties"]["parent"]);
    }
    desk.write("small.geojsonl", &lines(&smallest));
    let told = desk.run("check small.geojsonl").ended(1);
    assert!(
        told.says("error parent_missing (165)") && told.says("; --dissolve makes the missing tier out of"),
        "{told:?}"
    );

    let arguments = "import small.geojsonl --dissolve --parent-name 片 --edition made --publish --json";
    let made = desk.run(arguments).ended(0).json();
    assert_eq!([&made["edition"]["tier1"], &made["edition"]["tier2"], &made["edition"]["tier3"]], [22, 50, 165]);
    let repairs = made["report"]["repairs"].as_array().unwrap();
    let told: Vec<&Value> = repairs.iter().filter(|repair| repair["action"] == "tier_dissolved").collect();
    assert_eq!(
        (told.len(), told.iter().map(|repair| repair["measure"]["count"].as_u64().unwrap()).sum::<u64>()),
        (72, 215)
    );
    let problems = made["report"]["problems"].as_array().unwrap();
    assert!(problems.iter().all(|problem| problem["code"] == "roster_missing"), "they nest exactly: {problems:?}");

    // Land for land the town as it is with all its tiers. Vertices where only the tiers above have a corner do not count.
    desk.write("whole.geojsonl", &lines(&whole));
    desk.run("import whole.geojsonl --edition whole --publish").ended(0);
    desk.run("export --edition made --format geojsonl -o made.out").ended(0);
    desk.run("export --edition whole --format geojsonl -o whole.out").ended(0);
    let read = |name: &str| -> Vec<Value> {
        let text = std::fs::read_to_string(desk.path(name)).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    };
    for (made, whole) in read("made.out").iter().zip(read("whole.out")) {
        let (made_of, code) = (&made["properties"], &whole["properties"]["code"]);
        assert_eq!((&made_of["code"], &made_of["parent"]), (code, &whole["properties"]["parent"]));
        assert_eq!(made["geometry"], whole["geometry"], "{code}");
        if made_of["tier"] == 2 {
            assert_eq!(made_of["name"], whole["properties"]["name"]);
        }
    }
}
