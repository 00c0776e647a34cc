//! Vector tiles: what one tile promises on random partitions, and all tiles of the real data before the judges.

use std::sync::Arc;

use gridward::domain::edition::{EditionId, EditionInfo, EditionState};
use gridward::domain::grid::GridId;
use gridward::domain::problem::ProblemCode;
use gridward::domain::tier::{PerTier, Tier};
use gridward::geometry::feature::GridFeature;
use gridward::geometry::mercator::TileCoord;
use gridward::geometry::point::{MultiPolygon, Ring};
use gridward::import::{ReadOptions, Reading};
use gridward::index::edition_map::EditionMap;
use gridward::planar::build::build;
use gridward::planar::map::PlanarMap;
use gridward::planar::repair::{DEFAULT_TOLERANCE_M, repair};
use gridward::tiles::cache::tile_bytes;
use gridward::tiles::tile_set::TileSet;
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

/// The United States, imported as the contract's second acceptance does.
pub(crate) fn united_states() -> Arc<EditionMap> {
    let allow = [ProblemCode::Overlap, ProblemCode::EmptyGeometry, ProblemCode::SelfIntersection];
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/us.geojsonl.gz");
    let mut reading = Reading::new(ReadOptions::default());
    reading.read_geojson(file, std::fs::File::open(file).unwrap());
    assert_eq!(reading.fault_count, 0);
    let (drafts, _) = repair(reading.features, DEFAULT_TOLERANCE_M);
    edition(build(&drafts, &allow).features.unwrap())
}

/// Writes every tile of every zoom that is not empty, and what the judges have to know of the edition.
fn write_tiles(set: &TileSet, folder: &std::path::Path) {
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
fn every_tile_of_the_united_states_passes_the_judges() {
    judge(united_states());
}
