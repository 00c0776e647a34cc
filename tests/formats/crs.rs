//! Every coordinate system that files can be read in, against PROJ: by its number, and by its text in both dialects.

use std::io::Write;
use std::process::{Command, Stdio};

use gridward::geometry::crs::epsg;
use gridward::geometry::geodesic::metres_per_unit;
use gridward::import::ImportCrs;
use serde::Deserialize;

/// The series for the authalic latitude in the judge's PROJ 9.1 ends 1.5 mm short; later ones have more terms, as ours.
fn tolerance_m(epsg: u32) -> f64 {
    if epsg == 3035 { 0.002 } else { 0.001 }
}

#[derive(Deserialize)]
struct Judged {
    epsg: u32,
    esri: String,
    ogc: String,
    /// East, north, and the longitude and latitude they are.
    points: Vec<[f64; 4]>,
}

/// What GDAL's Python, which Debian has for the system's own Python only, says of all systems.
fn judged() -> Vec<Judged> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/judges/crs.py");
    let mut python = Command::new("/usr/bin/python3")
        .arg(script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("python3-gdal is installed: `make tools` does it");
    let mut numbers = python.stdin.take().unwrap();
    let lines: String = epsg::all().map(|number| format!("{number}\n")).collect();
    let writing = std::thread::spawn(move || numbers.write_all(lines.as_bytes()).unwrap());
    let output = python.wait_with_output().unwrap();
    writing.join().unwrap();
    assert!(output.status.success());
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn largest_difference_m(crs: &ImportCrs, points: &[[f64; 4]]) -> f64 {
    let difference_m = |&[x, y, lon, lat]: &[f64; 4]| {
        let [our_lon, our_lat] = crs.to_wgs84([x, y]);
        let [east, north] = metres_per_unit(lat);
        let turned = ((our_lon - lon + 540.0).rem_euclid(360.0) - 180.0) * 1e7 * east;
        let difference_m = turned.hypot((our_lat - lat) * 1e7 * north);
        if difference_m.is_nan() { f64::INFINITY } else { difference_m }
    };
    points.iter().map(difference_m).fold(0.0, f64::max)
}

#[test]
fn every_system_agrees_with_proj_to_a_millimetre() {
    let systems = judged();
    assert_eq!(systems.len(), epsg::all().count());
    for family in [4490, 4491, 4501, 4502, 4512, 4513, 4533, 4534, 4554, 3857, 32_601, 32_760, 2056, 21_781] {
        assert!(systems.iter().any(|system| system.epsg == family), "{family}");
    }
    let (mut wrong, mut largest_m, mut points) = (Vec::new(), 0.0f64, 0);
    for Judged { epsg, esri, ogc, points: judged } in &systems {
        let ways = [
            ("number", ImportCrs::from_epsg(*epsg)),
            ("Esri's text", ImportCrs::from_wkt(esri)),
            ("OGC's text", ImportCrs::from_wkt(ogc)),
        ];
        for (way, crs) in ways {
            match crs {
                Ok(crs) => {
                    let difference_m = largest_difference_m(&crs, judged);
                    largest_m = largest_m.max(difference_m);
                    points += judged.len();
                    if difference_m > tolerance_m(*epsg) {
                        wrong.push(format!("EPSG:{epsg} by its {way}: {difference_m} m ({crs:?})"));
                    }
                }
                Err(error) => wrong.push(format!("EPSG:{epsg} by its {way}: {error}")),
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong\n{}", wrong.len(), wrong.join("\n"));
    println!("{} systems, {points} positions, at most {largest_m:e} m", systems.len());
}
