//! Vector tiles: what one tile promises on random partitions, and all tiles of the real data before the judges.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use fast_mvt::{MvtGeometry, MvtReaderRef};
use gridward::domain::edition::{EditionId, EditionInfo, EditionState};
use gridward::domain::grid::{Grid, GridId};
use gridward::domain::problem::ProblemCode;
use gridward::domain::tier::{PerTier, Tier};
use gridward::geometry::feature::GridFeature;
use gridward::geometry::mercator::TileCoord;
use gridward::geometry::point::{MultiPolygon, Point, Polygon, Ring, TileGrid, ring_area2};
use gridward::geometry::predicates::{on_segment, orient};
use gridward::import::{ReadOptions, Reading};
use gridward::index::edition_map::EditionMap;
use gridward::planar::build::build;
use gridward::planar::map::PlanarMap;
use gridward::planar::repair::{DEFAULT_TOLERANCE_M, repair};
use gridward::tiles::build::BUFFER;
use gridward::tiles::cache::{Encoding, TileCache, TileError, tile_bytes};
use gridward::tiles::schema::{TileContent, feature_id};
use gridward::tiles::tile_set::TileSet;
use gridward::tiles::tilejson::TileJson;
use proptest::prelude::*;
use serde_json::json;

fn edition(features: Vec<GridFeature>) -> Arc<EditionMap> {
    let info = EditionInfo {
        id: EditionId(1),
        name: "test".into(),
        state: EditionState::Published,
        source: String::new(),
        created_at: time::OffsetDateTime::UNIX_EPOCH,
        accepted: Vec::new(),
        counts: PerTier([0; 3]),
        bounds: None,
    };
    Arc::new(EditionMap::new(info, PlanarMap::from_partition(features).unwrap()))
}

/// An edition from a file of the project, imported with repair and everything accepted that can be.
fn imported(file: &str) -> Arc<EditionMap> {
    let allow = [ProblemCode::Overlap, ProblemCode::EmptyGeometry, ProblemCode::SelfIntersection];
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    let mut reading = Reading::new(ReadOptions::default());
    reading.read_geojson(file, File::open(path).unwrap());
    assert_eq!(reading.fault_count, 0);
    let (drafts, _) = repair(reading.features, DEFAULT_TOLERANCE_M);
    edition(build(&drafts, &allow).features().unwrap())
}

pub(crate) fn united_states() -> Arc<EditionMap> {
    imported("tests/data/us.geojsonl.gz")
}

/// Writes every tile of every zoom that is not empty, and what the judges have to know of the edition.
fn write_tiles(set: &TileSet, folder: &Path) {
    let planar = &set.edition().planar;
    let grids: serde_json::Map<String, serde_json::Value> = (0u32..)
        .zip(planar.grids())
        .filter(|(id, _)| planar.bounds_of(GridId(*id)).is_some())
        .map(|(id, grid)| {
            (grid.code.clone(), json!({ "tier": grid.tier, "polygons": closed(&planar.shape(GridId(id))) }))
        })
        .collect();
    let zooms = set.zooms();
    let first: serde_json::Map<String, serde_json::Value> =
        Tier::ALL.into_iter().map(|tier| (tier.to_string(), zooms.first[tier].into())).collect();
    let edition = json!({ "first": first, "last": zooms.last, "grids": grids });
    std::fs::write(folder.join("edition.json"), edition.to_string()).unwrap();
    for z in 0..=zooms.last {
        let Some([west, north, east, south]) = set.range_at(z) else { continue };
        for x in west..=east {
            let column = folder.join(format!("{z}/{x}"));
            for y in north..=south {
                let bytes = tile_bytes(set, TileCoord::new(z, x, y).unwrap()).unwrap();
                if !bytes.is_empty() {
                    std::fs::create_dir_all(&column).unwrap();
                    std::fs::write(column.join(format!("{y}.mvt")), bytes).unwrap();
                }
            }
        }
    }
}

/// Rings as GeoJSON has them.
fn closed(shape: &MultiPolygon) -> Vec<Vec<Vec<[f64; 2]>>> {
    let ring = |ring: &Ring| ring.iter().chain([&ring[0]]).map(|p| p.to_degrees()).collect();
    shape.iter().map(|polygon| polygon.rings().map(ring).collect()).collect()
}

/// Runs `tests/judges/tiles.py` over all tiles of an edition; its table goes to standard output.
fn judge(edition: Arc<EditionMap>) {
    let folder = tempfile::tempdir().unwrap();
    write_tiles(&TileSet::new(edition), folder.path());
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/judges/tiles.py");
    let run = std::process::Command::new("python3").arg(script).arg(folder.path()).output().unwrap();
    println!("{}", String::from_utf8_lossy(&run.stdout));
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
}

#[test]
fn every_tile_of_the_demo_town_passes_the_judges() {
    judge(imported("data/qingcao.geojsonl"));
}

#[test]
fn every_tile_of_the_united_states_passes_the_judges() {
    judge(united_states());
}

/// Cells in rows and columns whose corners are moved a little; each belongs to a grid of tier 3, three of these to one
/// of tier 2 and nine to one of tier 1. Number 0 belongs to nobody. Grids have holes, enclaves, many parts, and touch
/// in points; the tiers cover the same area.
#[derive(Clone, Debug)]
struct Cells {
    side: usize,
    owner: Vec<u32>,
    moved: Vec<(f64, f64)>,
    cell_units: f64,
}

const MOST_CELLS: usize = 9;

fn cells() -> impl Strategy<Value = Cells> {
    let corners = (MOST_CELLS + 1) * (MOST_CELLS + 1);
    (
        2..=MOST_CELLS,
        prop::collection::vec(0u32..27, MOST_CELLS * MOST_CELLS),
        prop::collection::vec((-0.24..0.24f64, -0.24..0.24f64), corners),
        3.0..7.0f64,
    )
        .prop_map(|(side, owner, moved, digits)| Cells { side, owner, moved, cell_units: 10f64.powf(digits) })
}

impl Cells {
    fn edition(&self) -> Arc<EditionMap> {
        let corner = |x: usize, y: usize| {
            let (dx, dy) = self.moved[y * (MOST_CELLS + 1) + x];
            let along = |at: usize, by: f64| ((at as f64 + by) * self.cell_units) as i32;
            Point::new(1_169_000_000 + along(x, dx), 308_000_000 + along(y, dy))
        };
        let mut shapes: BTreeMap<(Tier, u32), MultiPolygon> = BTreeMap::new();
        for (y, x) in (0..self.side).flat_map(|y| (0..self.side).map(move |x| (y, x))) {
            let owner = self.owner[y * MOST_CELLS + x];
            let shell = vec![corner(x, y), corner(x + 1, y), corner(x + 1, y + 1), corner(x, y + 1)];
            for (tier, part) in Tier::ALL.into_iter().zip([9, 3, 1]).filter(|_| owner > 0) {
                let polygon = Polygon { shell: shell.clone(), holes: Vec::new() };
                shapes.entry((tier, (owner - 1) / part)).or_default().push(polygon);
            }
        }
        let features = shapes.into_iter().map(|((tier, number), shape)| {
            let code = format!("{tier}-{number:02}");
            GridFeature { grid: Grid { name: code.clone(), code, tier, parent: None }, shape }
        });
        edition(features.collect())
    }
}

type Ends = (Point<TileGrid>, Point<TileGrid>);

fn edges(ring: &Ring<TileGrid>) -> impl Iterator<Item = Ends> {
    (0..ring.len()).map(|i| (ring[i], ring[(i + 1) % ring.len()]))
}

fn undirected((a, b): Ends) -> Ends {
    (a.min(b), a.max(b))
}

/// Whether two segments have more in common than ends of both.
fn collide((a, b): Ends, (c, d): Ends) -> bool {
    let sign = |p, q, r| orient(p, q, r).signum();
    let crosses = sign(a, b, c) * sign(a, b, d) < 0 && sign(c, d, a) * sign(c, d, b) < 0;
    let inside = |p: Point<TileGrid>, (q, r): Ends| p != q && p != r && on_segment(q, r, p);
    crosses || inside(a, (c, d)) || inside(b, (c, d)) || inside(c, (a, b)) || inside(d, (a, b))
}

/// What every tile promises, on the content before it is encoded.
fn check_content(content: &TileContent) {
    let frame =
        |(a, b): Ends| [-BUFFER, 4096 + BUFFER].iter().any(|&at| (a.x == at && b.x == at) || (a.y == at && b.y == at));
    let mut inner: BTreeSet<Ends> = BTreeSet::new();
    let mut areas: BTreeMap<Tier, i128> = BTreeMap::new();
    let mut sides: BTreeSet<(Tier, Ends)> = BTreeSet::new();
    for area in &content.areas {
        for polygon in &area.shape {
            assert!(ring_area2(&polygon.shell) > 0, "shells turn as MVT asks");
            assert!(polygon.holes.iter().all(|hole| ring_area2(hole) < 0), "and holes the other way");
            for ring in polygon.rings() {
                *areas.entry(area.tier).or_default() += ring_area2(ring);
                for ends in edges(ring) {
                    assert!(sides.insert((area.tier, ends)), "two grids of a tier on one side of {ends:?}");
                    if !frame(ends) {
                        inner.insert(undirected(ends));
                    }
                }
            }
        }
    }
    assert!(areas.values().all(|area| Some(area) == areas.values().next()), "tiers cover the same: {areas:?}");
    let all: Vec<Ends> = inner.iter().copied().collect();
    for (i, &ends) in all.iter().enumerate() {
        assert!(all[i + 1..].iter().all(|&other| !collide(ends, other)), "{ends:?} meets another beside its ends");
    }
    let mut drawn: BTreeSet<Ends> = BTreeSet::new();
    for ends in content.borders.iter().flat_map(|border| &border.lines).flat_map(|line| line.windows(2)) {
        assert!(drawn.insert(undirected((ends[0], ends[1]))), "{ends:?} is drawn twice");
    }
    assert_eq!(drawn, inner, "borders are the edges of polygons");
}

/// The encoded tile, read by another library, has the same areas.
fn check_bytes(set: &TileSet, content: &TileContent, bytes: &[u8]) {
    let reader = MvtReaderRef::new(bytes).unwrap();
    let mut found: BTreeMap<(String, u64), i128> = BTreeMap::new();
    let mut labels = 0;
    for layer in reader.layers() {
        assert_eq!((layer.version(), layer.extent()), (2, 4096));
        for feature in layer.features() {
            match feature.geometry().unwrap() {
                MvtGeometry::Polygon(polygon) => {
                    found.insert((layer.name().to_owned(), feature.id().unwrap()), area2(&polygon));
                }
                MvtGeometry::MultiPolygon(polygons) => {
                    let area = polygons.iter().map(area2).sum();
                    found.insert((layer.name().to_owned(), feature.id().unwrap()), area);
                }
                MvtGeometry::Point(_) => labels += 1,
                MvtGeometry::LineString(_) | MvtGeometry::MultiLineString(_) => {}
                other => panic!("{other:?}"),
            }
        }
    }
    let expected: BTreeMap<(String, u64), i128> = content
        .areas
        .iter()
        .map(|area| {
            let size = area.shape.iter().flat_map(|polygon| polygon.rings()).map(|ring| ring_area2(ring)).sum();
            ((format!("tier{}", area.tier), feature_id(&set.edition().planar.grid(area.grid).code)), size)
        })
        .collect();
    assert_eq!(found, expected);
    assert_eq!(labels, content.labels.len());
    assert!(set.zooms().last >= 2);
}

/// Twice the area, holes taken off.
fn area2(polygon: &geo::Polygon<i32>) -> i128 {
    let ring = |line: &geo::LineString<i32>| {
        ring_area2(&line.0[1..].iter().map(|c| Point::<TileGrid>::new(c.x, c.y)).collect::<Vec<_>>()).abs()
    };
    ring(polygon.exterior()) - polygon.interiors().iter().map(ring).sum::<i128>()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]
    #[test]
    fn every_tile_of_a_random_partition_keeps_its_promises(cells in cells()) {
        let edition = cells.edition();
        let set = TileSet::new(Arc::clone(&edition));
        for z in 0..=set.zooms().last {
            let Some([west, north, east, south]) = set.range_at(z) else { continue };
            let mut labelled: Vec<GridId> = Vec::new();
            for (x, y) in (west..=east).flat_map(|x| (north..=south).map(move |y| (x, y))) {
                let tile = TileCoord::new(z, x, y).unwrap();
                let content = gridward::tiles::build::build(&set, tile).unwrap();
                check_content(&content);
                check_bytes(&set, &content, &tile_bytes(&set, tile).unwrap());
                labelled.extend(content.labels.iter().map(|label| label.grid));
            }
            labelled.sort_unstable();
            let shown: Vec<GridId> = (0u32..).map(GridId).take(edition.planar.grids().len())
                .filter(|&id| set.zooms().shows(edition.planar.grid(id).tier, z)).collect();
            prop_assert_eq!(labelled, shown, "at zoom {}", z);
        }
    }
}

#[test]
fn a_tile_inside_one_grid_is_full_of_it() {
    // The west half is one grid, the east half has a grid in every other cell: so a tile is about a cell wide.
    let owner = |i: usize| {
        if i % 9 < 5 {
            1
        } else if i.is_multiple_of(2) {
            2 + i as u32 / 4
        } else {
            0
        }
    };
    let halves = Cells { side: 9, owner: (0..81).map(owner).collect(), moved: vec![(0.0, 0.0); 100], cell_units: 1e5 };
    let set = TileSet::new(halves.edition());
    let inside = Point::from_degrees(116.925, 30.845).unwrap();
    let tile = TileCoord::holding(set.zooms().last, inside).unwrap();
    let content = gridward::tiles::build::build(&set, tile).unwrap();
    let full = (4096 + 2 * i128::from(BUFFER)).pow(2);
    let sizes: Vec<i128> = content.areas.iter().map(|area| ring_area2(&area.shape[0].shell) / 2).collect();
    assert_eq!(sizes, [full; 3]);
    assert!(content.borders.is_empty());
    let beside = TileCoord::holding(set.zooms().last, Point::from_degrees(110.0, 30.8).unwrap()).unwrap();
    assert!(tile_bytes(&set, beside).unwrap().is_empty());
    assert!(tile_bytes(&set, TileCoord::new(set.zooms().last + 1, 0, 0).unwrap()).is_err());
}

#[test]
fn neighbours_have_different_colours() {
    let us = united_states();
    let set = TileSet::new(Arc::clone(&us));
    let mut pairs = 0;
    for id in (0u32..).map(GridId).take(us.planar.grids().len()) {
        for other in us.planar.neighbors(id) {
            pairs += 1;
            assert_ne!(set.color(id), set.color(other), "{id:?} and {other:?}");
        }
    }
    assert!(pairs > 15_000, "{pairs} pairs");
}

/// Every form of a tile is what it says; a second request gets the very bytes of the first.
#[tokio::test(flavor = "multi_thread")]
async fn the_cache_gives_every_form_once() {
    let cells = Cells { side: 3, owner: (0..81).collect(), moved: vec![(0.1, 0.0); 100], cell_units: 1e5 };
    let edition = cells.edition();
    let cache = TileCache::new(1 << 20);
    let zero = TileCoord::new(0, 0, 0).unwrap();
    let plain = cache.tile(&edition, zero, Encoding::Identity).await.unwrap();
    assert!(!plain.is_empty());
    let mut tags = BTreeSet::new();
    for encoding in Encoding::ALL {
        let waiting: Vec<_> = (0..8)
            .map(|_| {
                let (cache, edition) = (cache.clone(), Arc::clone(&edition));
                tokio::spawn(async move { cache.tile(&edition, zero, encoding).await.unwrap() })
            })
            .collect();
        let mut places = BTreeSet::new();
        for task in waiting {
            let tile = task.await.unwrap();
            places.insert(tile.bytes.as_ptr() as usize);
            tags.insert(tile.etag.to_string());
        }
        assert_eq!(places.len(), 1, "eight requests for {encoding:?} share one answer");
    }
    assert_eq!(tags.len(), 4);
    assert!(tags.iter().all(|tag| tag.starts_with('"') && tag.ends_with('"')));
    let empty = cache.tile(&edition, TileCoord::new(1, 0, 1).unwrap(), Encoding::Gzip).await.unwrap();
    assert!(empty.is_empty());
    let error = cache.tile(&edition, TileCoord::new(20, 0, 0).unwrap(), Encoding::Gzip).await.unwrap_err();
    assert!(matches!(*error, TileError::ZoomOutOfRange { zoom: 20, .. }));
}

#[tokio::test]
async fn the_cache_stays_below_its_bound() {
    let cells =
        Cells { side: 9, owner: (0..81).map(|i| i % 27).collect(), moved: vec![(0.1, 0.0); 100], cell_units: 1e6 };
    let edition = cells.edition();
    let cache = TileCache::new(4_000);
    let set = cache.tile_set(&edition).await.unwrap();
    let z = set.zooms().last;
    let [west, north, east, south] = set.range_at(z).unwrap();
    let mut bytes = 0;
    for (x, y) in (west..=east).flat_map(|x| (north..=south).map(move |y| (x, y))).take(400) {
        bytes += cache.tile(&edition, TileCoord::new(z, x, y).unwrap(), Encoding::Zstd).await.unwrap().bytes.len();
    }
    assert!(bytes > 4_000, "{bytes}");
    assert!(cache.settled_bytes().await <= 4_000);
}

#[test]
fn tilejson_states_the_zooms_that_tiles_have() {
    let us = united_states();
    let set = TileSet::new(Arc::clone(&us));
    let said = serde_json::to_value(TileJson::new(&set, "http://x/{z}/{x}/{y}.mvt".into())).unwrap();
    assert_eq!(said["tilejson"], "3.0.0");
    assert_eq!(said["tiles"], json!(["http://x/{z}/{x}/{y}.mvt"]));
    assert_eq!((&said["minzoom"], &said["maxzoom"]), (&json!(0), &json!(9)));
    let layers: Vec<_> =
        said["vector_layers"].as_array().unwrap().iter().map(|l| (l["id"].clone(), l["minzoom"].clone())).collect();
    let expected = [("tier1", 0), ("tier2", 1), ("tier3", 4), ("borders", 0), ("labels", 0)];
    assert_eq!(layers, expected.map(|(id, z)| (json!(id), json!(z))));
    // A county is in the tiles from its layer's first zoom on.
    let here = Point::from_degrees(-93.6, 41.7).unwrap();
    for z in 0..=9 {
        let content = gridward::tiles::build::build(&set, TileCoord::holding(z, here).unwrap()).unwrap();
        let tiers: BTreeSet<Tier> = content.areas.iter().map(|area| area.tier).collect();
        assert_eq!(tiers.len(), 1 + usize::from(z >= 1) + usize::from(z >= 4), "zoom {z}");
    }
}

#[test]
fn equal_editions_make_equal_bytes() {
    let cells =
        Cells { side: 9, owner: (0..81).map(|i| i % 27).collect(), moved: vec![(0.1, -0.2); 100], cell_units: 1e5 };
    let [one, other] = [TileSet::new(cells.edition()), TileSet::new(cells.edition())];
    let z = one.zooms().last - 1;
    let [west, north, east, south] = one.range_at(z).unwrap();
    // In opposite order, so that nothing one tile leaves behind can reach another.
    let tiles: Vec<_> =
        (west..=east).flat_map(|x| (north..=south).map(move |y| TileCoord::new(z, x, y).unwrap())).collect();
    let first: Vec<_> = tiles.iter().map(|&tile| tile_bytes(&one, tile).unwrap()).collect();
    let mut second: Vec<_> = tiles.iter().rev().map(|&tile| tile_bytes(&other, tile).unwrap()).collect();
    second.reverse();
    assert_eq!(first, second);
}
