//! How fast an edition is made, asked and drawn, on generated grids, with every answer asserted: a fast wrong answer
//! fails. Run by `make bench`; benches/README.md has the figures.

use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

use gridward::domain::edition::{EditionId, EditionInfo, EditionState};
use gridward::domain::grid::GridId;
use gridward::domain::tier::{PerTier, Tier};
use gridward::geometry::feature::GridFeature;
use gridward::geometry::mercator::TileCoord;
use gridward::geometry::point::{IntBox, Point};
use gridward::import::generate::naming::Naming;
use gridward::import::generate::{DEFAULT_CENTER, Partition, Plan};
use gridward::index::edition_map::EditionMap;
use gridward::planar::map::PlanarMap;
use gridward::tiles::cache::tile_bytes;
use gridward::tiles::tile_set::TileSet;
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64;

const SEED: u64 = 1;
const POINTS: usize = 1_000_000;

fn main() {
    for grids in [165, 10_000] {
        println!("{grids} tier-3 grids");
        let features = timed("generate", grids, "grids", || generate(grids));
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
