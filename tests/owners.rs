//! Bulk lookups on real data before the judge GEOS.

use std::process::Command;
use std::sync::Arc;

use gridward::assign::bulk::{Bulk, BulkFormat};
use gridward::domain::grid::GridId;
use gridward::geometry::crs::QueryCrs;
use gridward::geometry::point::Point;
use gridward::index::snapshot::Snapshot;
use rand::{RngExt, SeedableRng};

/// More than 100,000 points of the United States, many of them on vertices and one lattice unit beside them, by the judge GEOS.
#[test]
fn owners_agree_with_geos() {
    let borders = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/us.geojsonl.gz");
    let edition = crate::tiles::united_states();
    let planar = &edition.planar;
    let mut rng = rand_pcg::Pcg64::seed_from_u64(20_260_102);
    let arcs = planar.arcs();
    let mut points = String::from("lon,lat\n");
    for i in 0..120_000 {
        let point: Point = if i % 5 > 0 {
            let county = GridId(rng.random_range(0..planar.grids().len() as u32));
            let Some(bounds) = planar.bounds_of(county) else { continue };
            Point::new(rng.random_range(bounds.min.x..=bounds.max.x), rng.random_range(bounds.min.y..=bounds.max.y))
        } else {
            let arc = planar.points(&arcs[rng.random_range(0..arcs.len())]);
            let vertex = arc[rng.random_range(0..arc.len())];
            Point::new(vertex.x + rng.random_range(-1..=1), vertex.y + rng.random_range(-1..=1))
        };
        let [lon, lat] = point.to_degrees();
        points += &format!("{lon},{lat}\n");
    }
    let snapshot = Snapshot::new(edition, Arc::default());
    let mut bulk = Bulk::new(snapshot, BulkFormat::Csv, QueryCrs::Wgs84);
    let mut answers = Vec::new();
    bulk.push(points.as_bytes(), &mut answers).unwrap();
    bulk.finish(&mut answers).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let table = folder.path().join("answers.csv");
    std::fs::write(&table, answers).unwrap();
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/judges/owners.py");
    let run = Command::new("python3").arg(script).arg(borders).arg(&table).output().unwrap();
    println!("{}", String::from_utf8_lossy(&run.stdout));
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
}
