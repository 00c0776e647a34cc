//! Our coordinate systems against an independent implementation, npm `gcoord`, on 100,000 points.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use gridward::geometry::crs::QueryCrs;
use gridward::geometry::geodesic::metres_per_unit;
use rand::{RngExt, SeedableRng};

const POINTS: usize = 100_000;

/// What the issue allows between the two implementations.
const TOLERANCE_M: f64 = 0.02;

/// The positions as gcoord converts them.
fn gcoord(from: &str, to: &str, positions: &[[f64; 2]]) -> Vec<[f64; 2]> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/judges");
    assert!(
        directory.join("node_modules/gcoord").is_dir(),
        "the judge gcoord is not installed: run `make test`, which does it (npm ci in tests/judges)"
    );
    let mut node = Command::new("node")
        .args(["gcoord.mjs", from, to])
        .current_dir(directory)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("node is installed (see the README)");
    // The script reads everything before it prints anything.
    let lines: String = positions.iter().map(|[lon, lat]| format!("{lon} {lat}\n")).collect();
    node.stdin.take().unwrap().write_all(lines.as_bytes()).unwrap();
    let output = node.wait_with_output().unwrap();
    assert!(output.status.success());
    let answers = String::from_utf8(output.stdout).unwrap();
    let number = |text: Option<&str>| text.unwrap().parse::<f64>().unwrap();
    answers.lines().map(|line| line.split(' ')).map(|mut pair| [number(pair.next()), number(pair.next())]).collect()
}

/// The largest distance between positions of the two lists, in metres.
fn largest_difference_m(ours: &[[f64; 2]], theirs: &[[f64; 2]]) -> f64 {
    assert_eq!((ours.len(), theirs.len()), (POINTS, POINTS));
    let difference_m = |([lon, lat], [other_lon, other_lat]): (&[f64; 2], &[f64; 2])| {
        let [east, north] = metres_per_unit(*lat);
        ((lon - other_lon) * 1e7 * east).hypot((lat - other_lat) * 1e7 * north)
    };
    ours.iter().zip(theirs).map(difference_m).fold(0.0, f64::max)
}

#[test]
fn coordinate_systems_agree_with_gcoord() {
    let mut rng = rand_pcg::Pcg64::seed_from_u64(20_260_101);
    // Well inside the box that both use for China: at its rim a shift leads out of it.
    let points: Vec<[f64; 2]> =
        (0..POINTS).map(|_| [rng.random_range(73.0..137.0), rng.random_range(3.0..54.0)]).collect();
    for (crs, name) in [(QueryCrs::Gcj02, "GCJ02"), (QueryCrs::Bd09, "BD09")] {
        let there: Vec<[f64; 2]> = points.iter().map(|&p| crs.from_wgs84(p)).collect();
        let back: Vec<[f64; 2]> = points.iter().map(|&p| crs.to_wgs84(p)).collect();
        let differences = [
            ("from WGS 84", largest_difference_m(&there, &gcoord("WGS84", name, &points))),
            ("our inverse through its forward formula", largest_difference_m(&points, &gcoord("WGS84", name, &back))),
        ];
        for (what, difference_m) in differences {
            println!("{crs}, {what}: at most {difference_m:e} m");
            assert!(difference_m < TOLERANCE_M, "{crs}, {what}: {difference_m} m");
        }
        let inverse_m = largest_difference_m(&back, &gcoord(name, "WGS84", &points));
        println!("{crs}, to WGS 84: at most {inverse_m:e} m");
        // Its inverse is the one that is not exact: it stops within 1e-6 degree, and undoes BD-09 by an approximation.
        assert!(inverse_m < 0.4, "{crs}, to WGS 84: {inverse_m} m");
    }
}
