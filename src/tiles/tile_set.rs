//! One edition ready to be drawn: its zooms, its lines simplified once, its colours and label places.

use std::sync::{Arc, OnceLock};

use super::chains::Chains;
use super::colors::colors;
use super::level::Level;
use super::space::{EXTENT, TILE_BITS, World, to_world, to_zoom};
use super::zooms::Zooms;
use crate::domain::grid::GridId;
use crate::domain::tier::{PerTier, Tier};
use crate::geometry::mercator::TileCoord;
use crate::geometry::point::Point;
use crate::index::edition_map::EditionMap;

/// Everything that all tiles of an edition share. Lines are simplified and rounded when the first tile of a zoom asks.
#[derive(Debug)]
pub struct TileSet {
    edition: Arc<EditionMap>,
    zooms: Zooms,
    /// By [`GridId`].
    colors: Vec<u8>,
    /// The places of the labels, from west to east.
    labels: Vec<(Point<World>, GridId)>,
    /// The borders of tier 1, of tiers 1 and 2, of all tiers.
    chains: PerTier<OnceLock<Chains>>,
    levels: Vec<OnceLock<Level>>,
}

impl TileSet {
    pub fn new(edition: Arc<EditionMap>) -> TileSet {
        let zooms = Zooms::of(&edition.planar);
        let mut labels: Vec<(Point<World>, GridId)> = (0u32..)
            .take(edition.planar.grids().len())
            .filter_map(|id| Some((to_world(edition.label_point(GridId(id))?), GridId(id))))
            .collect();
        labels.sort_unstable();
        TileSet {
            zooms,
            colors: colors(&edition.planar),
            labels,
            chains: PerTier([const { OnceLock::new() }; 3]),
            levels: (0..=zooms.last).map(|_| OnceLock::new()).collect(),
            edition,
        }
    }

    pub fn edition(&self) -> &Arc<EditionMap> {
        &self.edition
    }

    pub fn zooms(&self) -> &Zooms {
        &self.zooms
    }

    /// The colour of a grid, 0 to 5.
    pub fn color(&self, grid: GridId) -> u8 {
        self.colors[grid.index()]
    }

    /// The zoom's lines; `None` beyond the last zoom.
    pub(super) fn level(&self, z: u8) -> Option<&Level> {
        let level = self.levels.get(usize::from(z))?;
        Some(level.get_or_init(|| {
            let smallest = self.zooms.tiers_at(z).last().unwrap_or(Tier::One);
            let chains = self.chains[smallest].get_or_init(|| Chains::new(&self.edition.planar, smallest, &self.zooms));
            Level::new(chains, z)
        }))
    }

    /// The labels that a tile holds, each with its place on the tile's own grid. Every label is in exactly one tile of
    /// a zoom that shows its tier: west and north edges are inside a tile; what lies on the world's rim or beyond
    /// goes to the tile at the rim.
    pub(super) fn labels_in(&self, tile: TileCoord) -> impl Iterator<Item = (GridId, [i32; 2])> + '_ {
        let z = tile.z();
        let last_unit = (1i32 << (z + TILE_BITS)) - 1;
        let place = move |p: Point<World>| {
            let p = to_zoom(p, z);
            [p.x.clamp(0, last_unit), p.y.clamp(0, last_unit)]
        };
        let [west, north] = [tile.x(), tile.y()].map(|number| number as i32 * EXTENT);
        let start = self.labels.partition_point(|(p, _)| place(*p)[0] < west);
        self.labels[start..]
            .iter()
            .map(move |&(p, id)| (id, place(p)))
            .take_while(move |(_, [x, _])| *x < west + EXTENT)
            .filter(move |(_, [_, y])| (north..north + EXTENT).contains(y))
            .filter(move |(id, _)| self.zooms.shows(self.edition.planar.grid(*id).tier, z))
            .map(move |(id, [x, y])| (id, [x - west, y - north]))
    }

    /// The tiles of a zoom that hold a label place of any tier, whether the zoom shows it or not; sorted.
    pub fn label_tiles(&self, z: u8) -> Vec<TileCoord> {
        let last = (1i32 << z) - 1;
        let number = |unit: i32| (unit >> TILE_BITS).clamp(0, last) as u32;
        let mut found: Vec<TileCoord> = self
            .labels
            .iter()
            .map(|(p, _)| to_zoom(*p, z))
            .filter_map(|p| TileCoord::new(z, number(p.x), number(p.y)).ok())
            .collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    /// Columns and rows of the tiles of a zoom around all data, `[first column, first row, last column, last row]`;
    /// `None` where there is none.
    pub fn range_at(&self, z: u8) -> Option<[u32; 4]> {
        let bounds = self.level(z)?.bounds()?;
        let last = (1u32 << z) - 1;
        let number = |unit: i32| u32::try_from(unit >> TILE_BITS).unwrap_or(0).min(last);
        Some([number(bounds.min.x), number(bounds.min.y), number(bounds.max.x), number(bounds.max.y)])
    }
}
