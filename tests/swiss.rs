//! Switzerland as it was from 2015 to 2021: shapefiles of npm `swiss-maps`, a file for each tier, as editions of one store.
//!
//! GDAL, PROJ and GEOS judge the answers of every year; PostGIS those of some years from a store that is in PostGIS itself.
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
use crate::diff::swiss::mergers_are_named;
use crate::stores::TestStore;

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
/// The coordinate system is that of the .prj, some of which name one of heights too.
pub fn import_arguments(year: &str) -> String {
    let files = ["cantons", "districts", "municipalities"]
        .map(|name| folder(year).join(name).with_extension("shp").display().to_string());
    format!(
        "import {} --tier 1,2,3 --code K{{id}},B{{id}},id --name name --repair --tolerance 2 --edition {year}",
        files.join(" ")
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
        let table = answers(&desk, year, snapshot);
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
}

#[tokio::test(flavor = "multi_thread")]
async fn postgis_says_the_same_from_its_own_store() {
    let place = TestStore::postgis();
    let desk = Desk::on(place.url());
    let years = ["2015", "2018", "2021"];
    import(&desk, &years);
    let store = place.open().await;
    let live = Live::open(Arc::clone(&store)).await.unwrap();
    for year in years {
        let at = OffsetDateTime::parse(&format!("{year}-06-30T12:00:00Z"), &Rfc3339).unwrap();
        let snapshot = live.at(at).await.unwrap().expect("an edition is in force since 2015");
        assert_eq!(snapshot.edition.info.name, year);
        let table = answers(&desk, year, snapshot);
        let judged = judge_in_postgis(&place, year, &table);
        println!("{year}: {judged}");
        assert_eq!(judged.lines().count(), 3, "{judged}");
        for line in judged.lines() {
            let [wrong, judged, covered] = line.split('|').map(|n| n.parse().unwrap()).collect::<Vec<usize>>()[..]
            else {
                panic!("{line}")
            };
            assert!(wrong == 0 && judged > POINTS / 2 && covered > POINTS / 4, "{year}: {line}");
        }
    }
    mergers_are_named(&desk, &store).await;
    store.close().await;
}

/// Of each tier: how many points PostGIS finds in another grid, how many it was asked, and how many are in a grid. The year's
/// own files come in by ogr2ogr in their own coordinates; points go there by PostGIS's own PROJ.
fn judge_in_postgis(place: &TestStore, year: &str, table: &Path) -> String {
    let epsg = epsg(year);
    let mut script = String::from(
        "SET client_min_messages = warning; DROP TABLE IF EXISTS answers, cantons, districts, municipalities;\n",
    );
    for name in ["cantons", "districts", "municipalities"] {
        let dump = Command::new("ogr2ogr")
            .args([
                "-f",
                "PGDump",
                "/vsistdout/",
                "-nlt",
                "PROMOTE_TO_MULTI",
                "-lco",
                "GEOMETRY_NAME=shape",
                "-lco",
                "CREATE_SCHEMA=NO",
            ])
            .args(["-a_srs", &format!("EPSG:{epsg}"), "-nln", name])
            .arg(folder(year).join(name).with_extension("shp"))
            .output()
            .unwrap();
        assert!(dump.status.success(), "{}", String::from_utf8_lossy(&dump.stderr));
        script += &String::from_utf8(dump.stdout).unwrap();
    }
    script += "CREATE TABLE answers (lon float8, lat float8, tier1 text, tier2 text, tier3 text, party_group text, leader text, error text);\n";
    script += "COPY answers FROM stdin WITH (FORMAT csv, HEADER);\n";
    script += &std::fs::read_to_string(table).unwrap();
    script += "\\.\n";
    script += &format!(
        "ALTER TABLE answers ADD COLUMN p geometry; \
         UPDATE answers SET p = ST_Transform(ST_SetSRID(ST_MakePoint(lon, lat), 4326), {epsg});\n"
    );
    for (tier, name, prefix) in [(1, "cantons", "K"), (2, "districts", "B"), (3, "municipalities", "")] {
        script += &format!(
            "DROP TABLE IF EXISTS rims; CREATE TABLE rims AS SELECT ST_Subdivide(ST_Boundary(shape), 64) AS rim FROM {name}; \
             CREATE INDEX ON rims USING gist (rim); \
             WITH judged AS (SELECT COALESCE(tier{tier}, '') AS said, \
                 ARRAY(SELECT '{prefix}' || id FROM {name} WHERE ST_Contains(shape, p)) AS held \
                 FROM answers WHERE NOT EXISTS (SELECT FROM rims WHERE ST_DWithin(rim, p, {MARGIN_M}))) \
             SELECT count(*) FILTER (WHERE NOT said = ANY (CASE WHEN held = '{{}}' THEN '{{\"\"}}' ELSE held END)), \
                 count(*), count(*) FILTER (WHERE held <> '{{}}') FROM judged;\n"
        );
    }
    let file = table.with_extension("sql");
    std::fs::write(&file, script).unwrap();
    let psql = Command::new("psql")
        .args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", place.url(), "-f"])
        .arg(file)
        .output()
        .unwrap();
    assert!(psql.status.success(), "{}", String::from_utf8_lossy(&psql.stderr));
    // The dumps say what they created too.
    let said = String::from_utf8(psql.stdout).unwrap();
    said.lines().filter(|line| line.matches('|').count() == 2).collect::<Vec<_>>().join("\n")
}

/// Answers about points anywhere in the country, and many close to its borders; a CSV table.
fn answers(desk: &Desk, year: &str, snapshot: Snapshot) -> PathBuf {
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
    table
}
