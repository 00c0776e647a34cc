//! The tiles that change, against drawing all tiles of both editions.

use std::collections::BTreeSet;
use std::sync::Arc;

use gridward::domain::edition::{EditionId, EditionInfo, EditionState};
use gridward::domain::tier::PerTier;
use gridward::geometry::feature::GridFeature;
use gridward::geometry::mercator::TileCoord;
use gridward::index::edition_map::EditionMap;
use gridward::planar::diff::Difference;
use gridward::planar::map::PlanarMap;
use gridward::tiles::cache::tile_bytes;
use gridward::tiles::changes::changed_tiles;
use gridward::tiles::tile_set::TileSet;
use proptest::prelude::*;

use super::cells::{cells_of, edits};

fn tile_set(features: Vec<GridFeature>) -> TileSet {
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
    TileSet::new(Arc::new(EditionMap::new(info, PlanarMap::from_partition(features).unwrap())))
}

/// What tiles there are at a zoom in either edition, those around among them.
fn around(sets: [&TileSet; 2], z: u8) -> BTreeSet<TileCoord> {
    let ranges = sets.into_iter().filter_map(|set| set.range_at(z));
    let all = ranges.flat_map(|[west, north, east, south]| {
        let columns = west.saturating_sub(1)..=east + 1;
        columns
            .flat_map(move |x| (north.saturating_sub(1)..=south + 1).filter_map(move |y| TileCoord::new(z, x, y).ok()))
    });
    all.chain(sets.into_iter().flat_map(|set| set.label_tiles(z))).collect()
}

#[derive(Debug, Default)]
struct Counts {
    all: usize,
    differ: usize,
    named: usize,
}

/// Draws everything; every tile that differs must be named.
fn check(old: &TileSet, new: &TileSet) -> Counts {
    let difference = Difference::between(&old.edition().planar, &new.edition().planar);
    let mut counts = Counts::default();
    for z in 0..=old.zooms().last.max(new.zooms().last) {
        let bytes =
            |set: &TileSet, tile| if z > set.zooms().last { Vec::new() } else { tile_bytes(set, tile).unwrap() };
        let all = around([old, new], z);
        let differ: BTreeSet<TileCoord> =
            all.iter().copied().filter(|&tile| bytes(old, tile) != bytes(new, tile)).collect();
        let changed = changed_tiles(old, new, &difference, z, 1_000_000);
        assert!(!changed.more && changed.tiles.is_sorted());
        let named: BTreeSet<TileCoord> = changed.tiles.iter().copied().collect();
        let missing: Vec<&TileCoord> = differ.difference(&named).collect();
        assert!(missing.is_empty(), "zoom {z}: {missing:?} differ and are not named");
        let few = changed_tiles(old, new, &difference, z, 1);
        assert_eq!((few.more, few.tiles.len()), (named.len() > 1, named.len().min(1)));
        counts.all += all.len();
        counts.differ += differ.len();
        counts.named += named.len();
    }
    counts
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(25))]
    #[test]
    fn every_tile_that_differs_is_named(before in cells_of(60_000..250_000), edits in edits()) {
        let after = before.edited(&edits);
        let (old, new) = (tile_set(before.features()), tile_set(after.features()));
        println!("{:?}", check(&old, &new));
        prop_assert_eq!(check(&old, &old).named, 0);
    }
}

/// One border of the demo town is moved a little, a grid is renamed, and one gets another code.
#[test]
fn small_edits_of_the_demo_town_change_few_tiles() {
    let mut reading = gridward::import::Reading::default();
    reading.read_geojson("town", gridward::import::demo::GRIDS);
    let features = gridward::planar::build::build(&reading.features, &[]).features().unwrap();
    let old = tile_set(features.clone());
    let planar = &old.edition().planar;
    // A vertex inside an arc that parts grids of tier 3 only.
    let arc = planar.arcs().iter().filter(|arc| arc.highest_tier() == gridward::domain::tier::Tier::Three);
    let arc = arc.max_by_key(|arc| planar.points(arc).len()).unwrap();
    let vertex = planar.points(arc)[planar.points(arc).len() / 2];
    let edited = |edit: &dyn Fn(&mut GridFeature)| {
        let mut features = features.clone();
        features.iter_mut().for_each(edit);
        tile_set(features)
    };
    let moved = edited(&|feature| {
        let rings =
            feature.shape.iter_mut().flat_map(|polygon| std::iter::once(&mut polygon.shell).chain(&mut polygon.holes));
        for point in rings.flatten().filter(|point| **point == vertex) {
            *point = gridward::geometry::point::Point::new(point.x + 300, point.y - 300);
        }
    });
    let last = features.last().unwrap().grid.code.clone();
    let renamed = edited(&|feature| {
        if feature.grid.code == last {
            feature.grid.name += "（改）";
        }
    });
    let recoded = edited(&|feature| {
        if feature.grid.code == last {
            feature.grid.code += "0";
        }
    });
    let removed = tile_set(features.iter().filter(|feature| feature.grid.code != last).cloned().collect());
    for (what, new) in [("moved", moved), ("renamed", renamed), ("recoded", recoded), ("removed", removed)] {
        let counts = check(&old, &new);
        println!("{what}: {counts:?}");
        assert!(counts.differ > 0 && counts.named <= counts.differ + counts.differ / 4 + 8, "{what}: {counts:?}");
    }
}
