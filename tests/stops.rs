//! Work that nobody wants any more ends at once: building and repairing a large edition, and the job that does it.

use std::time::{Duration, Instant};

use axum::http::Method;
use gridward::geometry::feature::DraftFeature;
use gridward::geometry::point::Point;
use gridward::http::Settings;
use gridward::import::export::write_grid;
use gridward::import::generate::naming::Naming;
use gridward::import::generate::{DEFAULT_CENTER, Partition, Plan};
use gridward::import::{ReadOptions, Reading};
use gridward::planar::build::build_until;
use gridward::planar::repair::repair_until;
use gridward::planar::stop::{StopFlag, Stopped};

use crate::http::office::Office;
use crate::http::town::{empty_store, run};

fn town(grids: usize) -> Vec<u8> {
    let partition = Partition::new(&Plan::new(Plan::proportions(grids), 7, DEFAULT_CENTER).unwrap()).unwrap();
    let mut lines = Vec::new();
    for grid in partition.features(&Naming::Synthetic) {
        write_grid(&grid, None, &mut lines).unwrap();
    }
    lines
}

/// With every vertex a few centimetres off, each time elsewhere.
fn drawn_anew(grids: &[u8]) -> Vec<DraftFeature> {
    let mut reading = Reading::new(ReadOptions::default());
    reading.read_geojson("town", grids);
    let mut noise = 1u32;
    let mut off = || {
        noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (noise >> 16) as i32 % 20 - 10
    };
    for ring in reading.features.iter_mut().flat_map(|feature| &mut feature.polygons).flatten() {
        for point in ring.iter_mut() {
            *point = Point::new(point.x + off(), point.y + off());
        }
        let first = ring[0];
        *ring.last_mut().unwrap() = first;
    }
    reading.features
}

/// Asks for the end at several moments of the work's life; it is there long before the work would have been done. What is busy
/// for a while on the same machine holds up one try, not each: what looks too seldom by itself is as late every time.
fn ends_at_once<T>(what: &str, work: impl Fn(&StopFlag) -> Result<T, Stopped> + Sync) {
    for tries in 1.. {
        let (whole, longest) = ends_within(&work);
        println!("{what}: {whole:?} in all, ends within {longest:?}");
        if longest < whole / 5 + Duration::from_millis(200) {
            return;
        }
        assert!(tries < 8, "{what}: {longest:?} of {whole:?}");
    }
}

/// How long the work takes, and how long its end when it is asked for.
fn ends_within<T>(work: &(impl Fn(&StopFlag) -> Result<T, Stopped> + Sync)) -> (Duration, Duration) {
    let begun = Instant::now();
    assert!(work(&StopFlag::default()).is_ok());
    let whole = begun.elapsed();
    let mut longest = Duration::ZERO;
    for eighth in [0, 1, 3, 5] {
        let stop = StopFlag::new();
        let waited = std::thread::scope(|scope| {
            let working = scope.spawn(|| work(&stop).is_err());
            std::thread::sleep(whole * eighth / 8);
            stop.set();
            let asked = Instant::now();
            // On a machine that was busier before, it may be done.
            let _ended_early = working.join().unwrap();
            asked.elapsed()
        });
        longest = longest.max(waited);
    }
    (whole, longest)
}

#[test]
fn building_and_repairing_end_when_they_are_asked_to() {
    let town = drawn_anew(&town(250));
    ends_at_once("building", |stop| build_until(&town, &[], stop));
    ends_at_once("repairing", |stop| repair_until(town.clone(), 0.5, stop));
    let few = drawn_anew(&self::town(40));
    ends_at_once("repairing what is too noisy", |stop| repair_until(few.clone(), 0.12, stop));
    let stopped = StopFlag::new();
    stopped.set();
    assert_eq!(build_until(&town, &[], &stopped).unwrap_err(), Stopped);
}

#[test]
fn a_job_that_builds_is_cancelled_at_once() {
    run(async {
        let office = Office::on(empty_store().await, Settings::default()).await;
        let mut tried = Vec::new();
        // A larger one where the machine was done with it before, or was busy with something else.
        for grids in [1_000, 2_000, 4_000, 8_000] {
            let uri = format!("/v1/editions?file=town.geojsonl&edition=of-{grids}&repair=true");
            let answer = office.ask(Method::POST, &uri, &[("content-type", "application/geo+json")], town(grids)).await;
            assert_eq!(answer.status, 202, "{}", answer.text());
            let location = answer.header("location").to_owned();
            // In the midst of its work, or when it is over already.
            let mut checking: Option<Instant> = None;
            while checking.is_none_or(|since| since.elapsed() < Duration::from_millis(200)) {
                let job = office.get(&location).await.json();
                if job["state"] != "running" {
                    break;
                }
                if job["stage"] == "checking" {
                    checking.get_or_insert_with(Instant::now);
                }
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            let asked = Instant::now();
            assert_eq!(office.ask(Method::DELETE, &location, &[], "").await.status, 202);
            let job = office.end_of(&location).await;
            let waited = asked.elapsed();
            tried.push((grids, job["state"].clone(), waited));
            if job["state"] == "cancelled" {
                assert!(!office.names().await.contains(&format!("of-{grids}")));
                if waited < Duration::from_secs(2) {
                    return;
                }
            } else {
                assert_eq!(job["state"], "done", "{job}");
            }
        }
        panic!("{tried:?}");
    });
}
