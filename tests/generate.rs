//! Synthetic partitions are partitions: judged by shapely, which knows nothing of how they were made.

use std::io::{BufWriter, Write};
use std::path::Path;
use std::process::Command;

use gridward::import::demo;
use gridward::import::export::write_grid;
use gridward::import::generate::naming::Naming;
use gridward::import::generate::{DEFAULT_CENTER, Partition, Plan};

/// Fails with the judge's reason; otherwise its figures.
fn judge(file: &Path) -> String {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/judges/coverage.py");
    let judged = Command::new("python3")
        .arg(script)
        .arg(file)
        .output()
        .expect("python3 is installed: run `make test`, which does it");
    let said = String::from_utf8_lossy(&judged.stdout).into_owned();
    assert!(judged.status.success(), "{}: {said}{}", file.display(), String::from_utf8_lossy(&judged.stderr));
    said
}

fn judge_generated(grids: usize, seed: u64, center: [f64; 2]) {
    let plan = Plan::new(Plan::proportions(grids), seed, center).unwrap();
    let file = tempfile::NamedTempFile::new().unwrap();
    let mut out = BufWriter::new(&file);
    for feature in Partition::new(&plan).unwrap().features(&Naming::Synthetic) {
        write_grid(&feature, None, &mut out).unwrap();
    }
    out.flush().unwrap();
    drop(out);
    println!("{grids} grids, seed {seed}: {}", judge(file.path()));
}

#[test]
fn towns_counties_and_countries_are_exact_coverages() {
    for (grids, seed) in [(1, 1), (8, 2), (165, 3), (165, 4), (2_000, 5), (10_000, 6)] {
        judge_generated(grids, seed, DEFAULT_CENTER);
    }
}

#[test]
fn so_they_are_far_north_and_across_the_origin() {
    judge_generated(500, 7, [25.0, 70.0]);
    judge_generated(500, 8, [0.0, 0.0]);
}

#[test]
fn the_demo_town_is_an_exact_coverage() {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(demo::GRIDS).unwrap();
    assert!(judge(file.path()).contains("tier 1: 22 grids"));
}
