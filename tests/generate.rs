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

/// Runs `gridward generate`; gives its exit status, standard output and standard error.
fn gridward(arguments: &[&str]) -> (i32, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_gridward")).args(arguments).output().expect("it is built");
    let text = |bytes| String::from_utf8(bytes).expect("it prints UTF-8");
    (output.status.code().unwrap_or(-1), text(output.stdout), text(output.stderr))
}

#[test]
fn the_command_writes_what_check_finds_nothing_wrong_with() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).into_os_string().into_string().unwrap();
    let (grids, people) = (path("grids.geojsonl"), path("roster.csv"));
    let (status, _, said) = gridward(&["generate", "--grids", "300", "--seed", "5", "-o", &grids, "--roster", &people]);
    assert_eq!(status, 0, "{said}");
    let (status, report, said) =
        gridward(&["check", &grids, "--json", "--store", &format!("sqlite:{}", path("s.gpkg"))]);
    assert_eq!(status, 0, "{report}{said}");
    let report: serde_json::Value = serde_json::from_str(&report).unwrap();
    assert_eq!(report["report"]["problems"], serde_json::json!([]));
    let roster = gridward::import::roster::read(&std::fs::read(&people).unwrap()).unwrap();
    assert_eq!(roster.entries.len(), 300 + 90 + 40 + 1);
    assert!(roster.has_town_office());

    let (_, printed, _) = gridward(&["generate", "--tiers", "40,90,300", "--seed", "5"]);
    assert!(printed == std::fs::read_to_string(&grids).unwrap(), "standard output differs from the file");
}

#[test]
fn the_command_says_what_it_cannot_do() {
    for arguments in [
        &["generate"][..],
        &["generate", "--grids", "0"],
        &["generate", "--tiers", "2,1,5"],
        &["generate", "--tiers", "1,2"],
        &["generate", "--grids", "6", "--tiers", "1,2,5"],
        &["generate", "--grids", "5", "--center", "200,0"],
        &["generate", "--grids", "5", "--center", "116.9"],
    ] {
        let (status, printed, said) = gridward(arguments);
        assert_eq!((status, printed.as_str()), (2, ""), "{arguments:?}: {said}");
        assert!(said.starts_with("error: "), "{said}");
    }
    let names = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/villages.csv");
    let (status, _, said) = gridward(&["generate", "--tiers", "3,4,5", "--names", names.to_str().unwrap()]);
    assert_eq!(status, 1);
    assert!(said.contains("villages.csv: 22 names for 3 grids of tier 1"), "{said}");
}
