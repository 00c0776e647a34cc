//! The real borders of `tests/data/README.md` through the built binary: in, out, judged by GEOS, and killed on the way.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};

use crate::cli::{Desk, Run, lines, town};

const BORDERS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/us.geojsonl.gz");

/// Imported as a user would.
fn united_states(desk: &Desk) -> Value {
    let arguments = "import --repair --allow overlap,empty_geometry,self_intersection --edition us --publish --json";
    let output = desk.command(arguments).arg(BORDERS).output().unwrap();
    Run::from(output).ended(0).json()
}

#[test]
fn the_united_states_import_and_survive_the_way_out_and_in() {
    let desk = Desk::new();
    let imported = united_states(&desk);
    let edition = &imported["edition"];
    assert_eq!([&edition["tier1"], &edition["tier2"], &edition["tier3"]], [1, 56, 3230], "Falls Church is left out");
    assert_eq!(edition["accepted"], json!(["self_intersection", "empty_geometry", "overlap"]));
    let repairs = |action: &str| -> Vec<String> {
        let all = imported["report"]["repairs"].as_array().unwrap();
        let of_action = all.iter().filter(|repair| repair["action"] == action);
        of_action.map(|repair| repair["grids"][0].as_str().unwrap().to_string()).collect()
    };
    // The rings with fewer than four positions in the file, and the two that do not end where they begin.
    assert_eq!(repairs("ring_without_area_removed").len(), 24);
    assert_eq!(repairs("ring_closed"), ["US", "17"]);
    assert!(repairs("ring_without_area_removed").contains(&"51610".to_string()));
    let problems = imported["report"]["problems"].as_array().unwrap();
    let empty: Vec<_> = problems.iter().filter(|problem| problem["code"] == "empty_geometry").collect();
    assert_eq!(empty.len(), 1);
    assert_eq!(empty[0]["grids"], json!(["51610"]));

    agrees_with_geos(&desk);

    // Out and in again: nothing to repair or to accept, and the same text comes out again.
    desk.run("export --format geojsonl -o once.geojsonl").ended(0);
    let again = desk.run("import once.geojsonl --edition again --publish --json").ended(0).json();
    assert_eq!((&again["report"]["errors"], &again["edition"]["accepted"]), (&json!(0), &json!([])));
    desk.run("export --edition again --format geojsonl -o twice.geojsonl").ended(0);
    assert!(fs::read(desk.path("once.geojsonl")).unwrap() == fs::read(desk.path("twice.geojsonl")).unwrap());

    // The GeoPackage is a store of its own that says the same, and GDAL reads it.
    desk.run("export --format gpkg -o us.gpkg").ended(0);
    desk.run("export --store sqlite:us.gpkg --format geojsonl -o thrice.geojsonl").ended(0);
    assert!(fs::read(desk.path("once.geojsonl")).unwrap() == fs::read(desk.path("thrice.geojsonl")).unwrap());
    let layers = Command::new("ogrinfo").args(["-ro", "-so"]).arg(desk.path("us.gpkg")).arg("tier3").output().unwrap();
    let layers = Run::from(layers).ended(0);
    assert!(layers.says("Feature Count: 3230"), "{layers:?}");
    assert!(!desk.path("us.gpkg.part").exists());
}

/// 100,000 points in and around the country by `gridward assign`, before the judge GEOS.
fn agrees_with_geos(desk: &Desk) {
    let mut rng = rand_pcg::Pcg64::seed_from_u64(20_261_123);
    let mut points = String::from("id,lon,lat\n");
    for i in 0..100_000 {
        // Two of three in the contiguous states, the rest anywhere the country reaches.
        let [west, south, east, north] =
            if i % 3 > 0 { [-125.0, 24.5, -66.5, 49.5] } else { [-179.2, -14.6, 179.9, 71.5] };
        let (lon, lat): (f64, f64) = (rng.random_range(west..east), rng.random_range(south..north));
        points += &format!("{i},{lon:.7},{lat:.7}\n");
    }
    desk.write("points.csv", &points);
    desk.run("assign points.csv --to answers.csv").ended(0);
    let answers = desk.path("answers.csv");
    assert_eq!(fs::read_to_string(&answers).unwrap().lines().count(), 100_001);
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/judges/owners.py");
    let judge = Command::new("python3").arg(script).arg(BORDERS).arg(answers).output().unwrap();
    println!("{}", Run::from(judge).ended(0).out);
}

/// Imports are killed without warning at many moments; the edition in force stays, and the next import works.
#[test]
fn a_killed_import_leaves_the_edition_in_force() {
    let desk = Desk::new();
    desk.write("town.geojsonl", &lines(&town()));
    desk.run("import town.geojsonl --edition spring --publish").ended(0);
    let arguments = "import --repair --allow overlap,empty_geometry,self_intersection --publish";
    let mut killed = 0;
    let mut delay = Duration::from_millis(20);
    loop {
        let mut import =
            desk.command(arguments).arg(BORDERS).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(delay);
        import.kill().unwrap();
        let whole = import.wait().unwrap().success();
        let editions = desk.run("editions --json").ended(0).json();
        let in_force = editions.as_array().unwrap().iter().find(|edition| edition["in_force"] == true).unwrap();
        if whole {
            assert_eq!(in_force["tier3"], 3230);
            break;
        }
        // The kill may also come between the commit of the publication and the end of the process.
        let published = in_force["tier3"] == 3230;
        assert!(published || in_force["name"] == "spring", "{editions}");
        killed += 1;
        delay = delay.mul_f64(1.6);
    }
    assert!(killed > 3, "only {killed} imports were killed before one was whole");
    desk.run("check").ended(0);
    desk.run("publish spring").ended(0);
}
