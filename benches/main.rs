//! How fast an edition is repaired, built, compared, asked and drawn, on generated grids, with every answer asserted: a fast
//! wrong answer fails. Run by `make bench`, or `cargo bench --bench gridward -- 50000` for another number of grids;
//! benches/README.md has the figures.

use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

use gridward::domain::edition::{EditionId, EditionInfo, EditionState};
use gridward::domain::grid::GridId;
use gridward::domain::tier::{PerTier, Tier};
use gridward::geometry::feature::{DraftFeature, GridFeature};
use gridward::geometry::geodesic::metres_per_unit;
use gridward::geometry::mercator::TileCoord;
use gridward::geometry::point::{IntBox, Point};
use gridward::import::Reading;
use gridward::import::generate::naming::Naming;
use gridward::import::generate::{DEFAULT_CENTER, Partition, Plan};
use gridward::index::edition_map::EditionMap;
use gridward::planar::build::build;
use gridward::planar::diff::Difference;
use gridward::planar::map::PlanarMap;
use gridward::planar::repair::repair;
use gridward::tiles::cache::tile_bytes;
use gridward::tiles::tile_set::TileSet;
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64;

const SEED: u64 = 1;
const POINTS: usize = 1_000_000;

fn main() {
    let wanted: Vec<usize> = std::env::args().filter_map(|argument| argument.parse().ok()).collect();
    println!("the demo town");
    mend(&demo(), 1.0, 2.0);
    for grids in if wanted.is_empty() { vec![165, 10_000] } else { wanted } {
        println!("{grids} tier-3 grids");
        let features = timed("generate", grids, "grids", || generate(grids));
        mend(&features, 0.2, 0.5);
        compare(&features);
        let planar = timed("planar map", features.len(), "grids", || {
            PlanarMap::from_partition(features.clone()).expect("generated grids are a partition")
        });
        let edition = timed("index", features.len(), "grids", || Arc::new(EditionMap::new(info(), planar)));
        locate(&edition);
        draw(edition);
    }
}

/// Prints how many of something a second were done.
fn timed<T>(what: &str, count: usize, unit: &str, work: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let made = work();
    let seconds = start.elapsed().as_secs_f64();
    println!("  {what:<12} {seconds:>9.3} s  {:>12.0} {unit}/s", count as f64 / seconds);
    made
}

fn generate(grids: usize) -> Vec<GridFeature> {
    let plan = Plan::new(Plan::proportions(grids), SEED, DEFAULT_CENTER).expect("these are three tiers");
    let partition = Partition::new(&plan).expect("it fits on the Earth");
    let features: Vec<_> = partition.features(&Naming::Synthetic).collect();
    assert_eq!(features.iter().filter(|feature| feature.grid.tier == Tier::Three).count(), grids);
    features
}

fn demo() -> Vec<GridFeature> {
    let mut reading = Reading::default();
    reading.read_geojson("demo", gridward::import::demo::GRIDS);
    build(&reading.features, &[]).features().expect("the demo town is sound")
}

/// Every vertex of every grid up to so many metres away, for each grid anew; repaired nothing forbids publishing it.
fn mend(features: &[GridFeature], noise_m: f64, tolerance_m: f64) {
    let mut rng = Pcg64::seed_from_u64(SEED);
    let drafts = features.iter().map(|feature| drawn_anew(feature, noise_m, &mut rng)).collect::<Vec<_>>();
    let noisy = timed("build", features.len(), "grids", || build(&drafts, &[]));
    assert!(noisy.report.problems.len() > features.len());
    let (mended, repairs) = timed("repair", features.len(), "grids", || repair(drafts, tolerance_m));
    assert!(repairs.iter().all(|repair| repair.moved_m <= tolerance_m));
    let built = build(&mended, &[]);
    assert!(built.publishable && built.partition.len() == features.len());
    println!("  {} of {} problems are left", built.report.problems.len(), noisy.report.problems.len());
}

fn drawn_anew(feature: &GridFeature, noise_m: f64, rng: &mut Pcg64) -> DraftFeature {
    let side = noise_m / std::f64::consts::SQRT_2;
    let mut draw = |ring: &Vec<Point>| {
        let mut off = |p: &Point, axis: i32| axis + (rng.random_range(-side..side) / metres(*p)).round() as i32;
        let mut drawn: Vec<Point> = ring.iter().map(|p| Point::new(off(p, p.x), off(p, p.y))).collect();
        drawn.push(drawn[0]);
        drawn
    };
    let grid = &feature.grid;
    DraftFeature {
        code: Some(grid.code.clone()),
        name: Some(grid.name.clone()),
        tier: Some(grid.tier),
        parent: grid.parent.clone(),
        polygons: feature.shape.iter().map(|polygon| polygon.rings().map(&mut draw).collect()).collect(),
        ..DraftFeature::default()
    }
}

/// Metres of a unit, of the longer of both kinds.
fn metres(p: Point) -> f64 {
    let [east, north] = metres_per_unit(p.lat());
    east.max(north)
}

/// With one in a thousand vertices moved by 20 cm, in all grids that have it: what one grid gained another one lost.
fn compare(features: &[GridFeature]) {
    let mut later = features.to_vec();
    for polygon in later.iter_mut().flat_map(|feature| &mut feature.shape) {
        for point in std::iter::once(&mut polygon.shell).chain(&mut polygon.holes).flatten() {
            if (point.x.wrapping_mul(31) ^ point.y).rem_euclid(1_000) == 0 {
                *point = Point::new(point.x + 20, point.y);
            }
        }
    }
    let map = |features: Vec<GridFeature>| PlanarMap::from_partition(features).expect("both are partitions");
    let (old, new) = (map(features.to_vec()), map(later));
    let difference = timed("diff", features.len(), "grids", || Difference::between(&old, &new));
    let fate = &difference.fate;
    assert!(fate.moved.len() * 3 > features.len() / 1_000 && fate.added.is_empty() && fate.removed.is_empty());
    let balance: f64 = fate.moved.iter().map(|moved| moved.gained_m2 - moved.lost_m2).sum();
    let outer: f64 = difference
        .strips
        .iter()
        .filter(|strip| strip.from.is_none() || strip.to.is_none())
        .map(|strip| strip.area_m2)
        .sum();
    assert!(balance.abs() <= outer + 1e-6 * features.len() as f64, "{balance} m² came from nowhere");
}

fn info() -> EditionInfo {
    EditionInfo {
        id: EditionId(1),
        name: "bench".to_owned(),
        state: EditionState::Published,
        source: String::new(),
        created_at: time::OffsetDateTime::UNIX_EPOCH,
        accepted: Vec::new(),
        counts: PerTier([0; 3]),
        bounds: None,
    }
}

/// Random points in the box around the grids. Whoever owns one on tier 3 has the owners of the tiers above as parents, and every
/// grid owns its own label point.
fn locate(edition: &EditionMap) {
    let IntBox { min, max } = edition.bounds().expect("there are grids");
    let mut rng = Pcg64::seed_from_u64(SEED);
    let points: Vec<Point> =
        (0..POINTS).map(|_| Point::new(rng.random_range(min.x..=max.x), rng.random_range(min.y..=max.y))).collect();
    let owners = timed("locate", POINTS, "points", || {
        points.iter().map(|&point| edition.locate(black_box(point))).collect::<Vec<_>>()
    });
    let mut inside = 0;
    for owners in owners {
        let [one, two, three] = owners.0;
        let parent = |id: GridId| edition.planar.grid(id).parent.as_deref().and_then(|code| edition.planar.find(code));
        assert_eq!((one.is_some(), three.and_then(parent), two.and_then(parent)), (three.is_some(), two, one));
        inside += usize::from(three.is_some());
    }
    assert!(inside * 10 > POINTS * 4, "most of the box is grids, but only {inside} points are in one");
    for id in (0u32..).map(GridId).take(edition.planar.grids().len()) {
        let label = edition.label_point(id).expect("every grid has a place for its label");
        assert_eq!(edition.locate(label)[edition.planar.grid(id).tier], Some(id));
    }
}

/// All tiles of the zooms up to the last, but no more than 2,000 of a zoom; drawn twice they are the same bytes.
fn draw(edition: Arc<EditionMap>) {
    let set = timed("simplify", edition.planar.arcs().len(), "arcs", || TileSet::new(edition));
    let mut tiles = Vec::new();
    for z in 0..=set.zooms().last {
        let Some([west, north, east, south]) = set.range_at(z) else { continue };
        let all = (north..=south).flat_map(|y| (west..=east).filter_map(move |x| TileCoord::new(z, x, y).ok()));
        tiles.extend(all.take(2_000));
    }
    let draw = || tiles.iter().map(|&tile| tile_bytes(&set, tile).expect("a tile can be drawn")).collect::<Vec<_>>();
    let drawn = timed("cold tiles", tiles.len(), "tiles", draw);
    assert!(drawn.iter().any(|bytes| !bytes.is_empty()));
    assert!(drawn == draw(), "a tile drawn again differs");
}
