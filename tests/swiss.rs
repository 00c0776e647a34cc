//! Switzerland as it was from 2015 to 2021: shapefiles of npm `swiss-maps`, a file for each tier, as editions of one store.
//!
//! The data may not be copied into this project, so they are read where `npm ci` puts them.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use gridward::assign::bulk::{Bulk, BulkFormat};
use gridward::geometry::crs::QueryCrs;
use gridward::index::snapshot::Snapshot;
use gridward::live::Live;
use gridward::store;
use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::cli::Desk;

/// Years that there is an edition of. The first two are in the older coordinate system EPSG:21781, the others in EPSG:2056.
pub const YEARS: [&str; 7] = ["2015", "2016", "2017", "2018", "2019", "2020", "2021"];

/// Points of a year that are judged.
const POINTS: usize = 10_000;

/// How far from borders the judged points are: the tolerance of the repair, and what two sets of formulas may differ by.
const MARGIN_M: f64 = 2.5;

/// The folder of a year's files.
pub fn folder(year: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/judges/node_modules/swiss-maps").join(year);
    assert!(
        folder.is_dir(),
        "npm swiss-maps is not installed: run `make test`, which does it (npm ci in tests/judges)"
    );
    folder
}

/// The arguments that import a year: cantons, districts and municipalities, each numbered from 1 or so and without parents.
pub fn import_arguments(year: &str) -> String {
    let files = ["cantons", "districts", "municipalities"]
        .map(|name| folder(year).join(name).with_extension("shp").display().to_string());
    format!(
        "import {} --tier 1,2,3 --code K{{id}},B{{id}},id --name name --crs EPSG:{} --repair --tolerance 2 --edition {year}",
        files.join(" "),
        epsg(year)
    )
}

fn epsg(year: &str) -> &'static str {
    if year < "2017" { "21781" } else { "2056" }
}

/// Imports the years into the desk's store, each in force from its first day on; answers the report of each.
pub fn import(desk: &Desk, years: &[&str]) -> Vec<Value> {
    let import = |year: &&str| {
        let arguments = format!("{} --publish --from {year}-01-01T00:00:00Z --json", import_arguments(year));
        desk.run(&arguments).ended(0).json()
    };
    years.iter().map(import).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_year_answers_as_its_own_files_say() {
    let desk = Desk::new();
    let reports = import(&desk, &YEARS);
    let store = store::open(&format!("sqlite:{}", desk.path("gridward.gpkg").display())).await.unwrap();
    let live = Live::open(Arc::clone(&store)).await.unwrap();
    for (year, report) in YEARS.iter().zip(&reports) {
        let (edition, found) = (&report["edition"], &report["report"]);
        assert_eq!((&edition["name"], &edition["tier1"]), (&json!(year), &json!(26)));
        assert_eq!(edition["accepted"], json!([]), "{year}: nothing had to be accepted");
        let repairs = found["repairs"].as_array().unwrap();
        let parents = repairs.iter().filter(|repair| repair["action"] == "parent_found").count();
        let count = |tier: &str| edition[tier].as_u64().unwrap() as usize;
        assert_eq!(parents, count("tier2") + count("tier3"), "{year}: every parent was found");
        let sure =
            repairs.iter().filter(|repair| repair["measure"]["share"].as_f64().is_some_and(|share| share > 0.95));
        println!(
            "{year}: {} + {} grids, {} parents of more than 95 %, {} warnings",
            count("tier2"),
            count("tier3"),
            sure.count(),
            found["warnings"]
        );
        let at = OffsetDateTime::parse(&format!("{year}-06-30T12:00:00Z"), &Rfc3339).unwrap();
        let snapshot = live.at(at).await.unwrap().expect("an edition is in force since 2015");
        assert_eq!(snapshot.edition.info.name, *year);
        judge(&desk, year, snapshot);
    }
}

/// Points anywhere in the country, and many close to its borders, by GDAL.
fn judge(desk: &Desk, year: &str, snapshot: Snapshot) {
    let mut rng = rand_pcg::Pcg64::seed_from_u64(20_261_125);
    let planar = &snapshot.edition.planar;
    let arcs = planar.arcs();
    let mut points = String::from("lon,lat\n");
    for i in 0..POINTS {
        let (lon, lat): (f64, f64) = if i % 2 > 0 {
            (rng.random_range(5.9..10.6), rng.random_range(45.8..47.9))
        } else {
            let arc = planar.points(&arcs[rng.random_range(0..arcs.len())]);
            let [lon, lat] = arc[rng.random_range(0..arc.len())].to_degrees();
            (lon + rng.random_range(-2e-4..2e-4), lat + rng.random_range(-2e-4..2e-4))
        };
        points += &format!("{lon:.7},{lat:.7}\n");
    }
    let mut bulk = Bulk::new(snapshot, BulkFormat::Csv, QueryCrs::Wgs84);
    let mut answers = Vec::new();
    bulk.push(points.as_bytes(), &mut answers).unwrap();
    bulk.finish(&mut answers).unwrap();
    let table = desk.path(&format!("{year}.csv"));
    std::fs::write(&table, answers).unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/judges/swiss.py");
    let judge = Command::new("python3")
        .arg(script)
        .arg(folder(year))
        .arg(epsg(year))
        .arg(table)
        .arg(MARGIN_M.to_string())
        .output()
        .unwrap();
    println!("{year}: {}", String::from_utf8_lossy(&judge.stdout));
    assert!(judge.status.success(), "{year}: {}", String::from_utf8_lossy(&judge.stderr));
}
