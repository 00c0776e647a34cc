//! `gridward bench`: what this store's edition does on this machine, in process, on one thread.

use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use clap::{Args as ClapArgs, Subcommand};
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64;
use serde::Serialize;

use super::{Context, Failure, Outcome, snapshot};
use crate::assign::bulk::{Bulk, BulkFormat};
use crate::geometry::crs::QueryCrs;
use crate::geometry::mercator::TileCoord;
use crate::geometry::point::Point;
use crate::index::snapshot::Snapshot;
use crate::tiles;

/// Random points when no file gives any.
const POINTS: usize = 1_000_000;

/// Tiles of every zoom, at most, when no file gives any.
const TILES_PER_ZOOM: usize = 2_000;

/// Measures this store's edition on this machine, in process and on one thread, and prints the figures as JSON.
#[derive(Debug, ClapArgs)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Lookups: single ones by the nanosecond, and rows a second through the CSV engine of `assign`, in memory.
    Locate {
        /// CSV with columns lon and lat; random points in the edition's range when not given, the same every time.
        #[arg(long, value_name = "FILE")]
        points: Option<PathBuf>,

        /// How long each of the three measurements takes, about.
        #[arg(long, value_name = "S", default_value_t = 2.0, allow_negative_numbers = true)]
        seconds: f64,
    },

    /// Vector tiles: drawn and encoded anew each time, from lines that are simplified already.
    Tiles {
        /// Text with a tile z/x/y on each line; tiles of every zoom, spread over the grids, when not given.
        #[arg(long, value_name = "FILE")]
        tiles: Option<PathBuf>,

        /// How long it takes, about.
        #[arg(long, value_name = "S", default_value_t = 5.0, allow_negative_numbers = true)]
        seconds: f64,
    },
}

#[derive(Debug, Serialize)]
struct LocateFigures {
    grids: usize,
    /// Straight pieces of border, each counted once.
    edges: usize,
    index_bytes: usize,
    single_ns_p50: u64,
    single_ns_p99: u64,
    /// Lookups in a row without a clock between them.
    single_per_s: f64,
    /// Rows read, answered and written by the CSV engine.
    batch_per_s: f64,
}

pub async fn run(args: Args, context: &Context) -> Outcome {
    let (Command::Locate { seconds, .. } | Command::Tiles { seconds, .. }) = args.command;
    let time = duration(seconds)?;
    let snapshot = snapshot::load(context, None).await?;
    match args.command {
        Command::Locate { points, .. } => {
            let points = match points {
                Some(path) => read_points(&path)?,
                None => random_points(&snapshot)?,
            };
            context.print_json(&bench_locate(&snapshot, &points, time))
        }
        Command::Tiles { tiles, .. } => {
            let tiles = match tiles {
                Some(path) => read_tiles(&path)?,
                None => tiles::bench::spread(&snapshot.edition, TILES_PER_ZOOM),
            };
            let figures = tiles::bench::bench(&snapshot.edition, &tiles, time).map_err(Failure::refused)?;
            context.print_json(&figures)
        }
    }
}

fn duration(seconds: f64) -> Result<Duration, Failure> {
    if seconds > 0.0 && seconds <= 3600.0 {
        Ok(Duration::from_secs_f64(seconds))
    } else {
        Err(Failure::usage("--seconds takes a number above 0 and up to 3600"))
    }
}

fn read_tiles(path: &Path) -> Result<Vec<TileCoord>, Failure> {
    let refused = |what: &dyn std::fmt::Display| Failure::refused(format!("{}: {what}", path.display()));
    let text = std::fs::read_to_string(path).map_err(|error| refused(&error))?;
    let tile = |(i, line): (usize, &str)| {
        let wrong = |what: &dyn std::fmt::Display| refused(&format!("line {}: {what}", i + 1));
        let numbers: Vec<u32> = line.trim().split('/').map_while(|number| number.parse().ok()).collect();
        let [z, x, y] = numbers[..] else { return Err(wrong(&format!("`{line}` is not a tile z/x/y"))) };
        TileCoord::new(u8::try_from(z).unwrap_or(u8::MAX), x, y).map_err(|error| wrong(&error))
    };
    let tiles = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()).map(tile);
    let tiles = tiles.collect::<Result<Vec<TileCoord>, Failure>>()?;
    if tiles.is_empty() { Err(refused(&"the file has no tiles")) } else { Ok(tiles) }
}

fn bench_locate(snapshot: &Snapshot, points: &[Point], time: Duration) -> LocateFigures {
    let map = &snapshot.edition;
    let csv = points.iter().fold(String::from("lon,lat\n"), |csv, p| csv + &format!("{},{}\n", p.lon(), p.lat()));
    let [single_ns_p50, single_ns_p99] = single_ns(snapshot, points, time);
    LocateFigures {
        grids: map.planar.grids().len(),
        edges: map.planar.arcs().iter().map(|arc| map.planar.points(arc).len() - 1).sum(),
        index_bytes: map.index_bytes(),
        single_ns_p50,
        single_ns_p99,
        single_per_s: per_second(points.len(), time, || {
            for &point in points {
                black_box(map.locate(black_box(point)));
            }
        }),
        batch_per_s: per_second(points.len(), time, || {
            let mut bulk = Bulk::new(snapshot.clone(), BulkFormat::Csv, QueryCrs::Wgs84);
            let mut out = Vec::new();
            for chunk in csv.as_bytes().chunks(256 << 10) {
                bulk.push(chunk, &mut out).expect("the table has a header");
                out.clear();
            }
            bulk.finish(&mut out).expect("the table has a header");
            assert_eq!(bulk.counts().rows as usize, points.len(), "every row is answered");
        }),
    }
}

/// Median and 99th percentile of single lookups, less what reading the clock takes.
fn single_ns(snapshot: &Snapshot, points: &[Point], time: Duration) -> [u64; 2] {
    const MAX_SAMPLES: usize = 10_000_000;
    let started = Instant::now();
    let mut lookups = Vec::new();
    let mut clock = Vec::new();
    for &point in points.iter().cycle().take(MAX_SAMPLES) {
        let before = Instant::now();
        black_box(snapshot.edition.locate(black_box(point)));
        let after = Instant::now();
        lookups.push((after - before).as_nanos() as u64);
        clock.push(after.elapsed().as_nanos() as u64);
        if after - started > time {
            break;
        }
    }
    lookups.sort_unstable();
    clock.sort_unstable();
    let clock_ns = clock[clock.len() / 2];
    [50, 99].map(|percent| lookups[(lookups.len() - 1) * percent / 100].saturating_sub(clock_ns))
}

/// Repeats a pass over so many points until the time is up.
fn per_second(points: usize, time: Duration, mut pass: impl FnMut()) -> f64 {
    let started = Instant::now();
    let mut passes = 0;
    while passes == 0 || started.elapsed() < time {
        pass();
        passes += 1;
    }
    (passes * points) as f64 / started.elapsed().as_secs_f64()
}

fn random_points(snapshot: &Snapshot) -> Result<Vec<Point>, Failure> {
    let bounds = snapshot.edition.bounds().ok_or_else(|| Failure::refused("the edition in force has no shape"))?;
    let mut rng = Pcg64::seed_from_u64(1);
    let point = |_| {
        let x = rng.random_range(bounds.min.x..=bounds.max.x);
        Point::new(x, rng.random_range(bounds.min.y..=bounds.max.y))
    };
    Ok((0..POINTS).map(point).collect())
}

fn read_points(path: &Path) -> Result<Vec<Point>, Failure> {
    #[derive(serde::Deserialize)]
    struct Row {
        lon: f64,
        lat: f64,
    }
    let refused = |line: usize, error: &dyn std::fmt::Display| {
        Failure::refused(format!("{}: point {line}: {error}", path.display()))
    };
    let mut rows = csv::Reader::from_path(path).map_err(|error| refused(0, &error))?;
    let points = rows
        .deserialize::<Row>()
        .enumerate()
        .map(|(i, row)| {
            let row = row.map_err(|error| refused(i + 1, &error))?;
            Point::from_degrees(row.lon, row.lat).map_err(|error| refused(i + 1, &error))
        })
        .collect::<Result<Vec<Point>, Failure>>()?;
    if points.is_empty() { Err(refused(0, &"the file has no points")) } else { Ok(points) }
}
