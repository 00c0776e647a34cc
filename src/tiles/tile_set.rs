//! One edition ready to be drawn: its zooms, its lines simplified once, its colours.

use std::sync::{Arc, OnceLock};

use super::chains::Chains;
use super::colors::colors;
use super::level::Level;
use super::space::{EXTENT, TILE_BITS, to_world, to_zoom};
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
    /// The borders of tier 1, of tiers 1 and 2, of all tiers.
    chains: PerTier<OnceLock<Chains>>,
    levels: Vec<OnceLock<Level>>,
}

impl TileSet {
    pub fn new(edition: Arc<EditionMap>) -> TileSet {
        let zooms = Zooms::of(&edition.planar);
        TileSet {
            zooms,
            colors: colors(&edition.planar),
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

    /// The labels that a tile holds, each with its place on the tile's own grid; in the order of the ids. Every label
    /// is in exactly one tile of a zoom that shows its tier: west and north edges are inside a tile; what lies on the
    /// world's rim or beyond goes to the tile at the rim.
    pub(super) fn labels_in(&self, tile: TileCoord) -> Vec<(GridId, [i32; 2])> {
        /// Of the tile's side: far more than rounding to its grid moves a place.
        const MARGIN: f64 = 1.0 / 256.0;
        let z = tile.z();
        let [west, north] = [tile.x(), tile.y()].map(|number| number as i32 * EXTENT);
        let mut near = self.edition.in_box(tile.bounds(MARGIN));
        near.retain(|id| self.zooms.shows(self.edition.planar.grid(*id).tier, z));
        near.into_iter()
            .filter_map(|id| {
                let [x, y] = place_at(z, self.edition.label_point(id)?);
                let inside = (west..west + EXTENT).contains(&x) && (north..north + EXTENT).contains(&y);
                inside.then_some((id, [x - west, y - north]))
            })
            .collect()
    }

    /// The place of a grid's label on the zoom's grid; `None` where the zoom does not show its tier, or it has no area.
    pub(super) fn label_place(&self, z: u8, id: GridId) -> Option<[i32; 2]> {
        let shown = self.zooms.shows(self.edition.planar.grid(id).tier, z);
        shown.then(|| self.edition.label_point(id)).flatten().map(|point| place_at(z, point))
    }

    /// The tiles of a zoom that hold a label place of any tier, whether the zoom shows it or not; sorted.
    pub fn label_tiles(&self, z: u8) -> Vec<TileCoord> {
        let ids = (0u32..).map(GridId).take(self.edition.planar.grids().len());
        let mut found: Vec<TileCoord> = ids
            .filter_map(|id| {
                let [x, y] = place_at(z, self.edition.label_point(id)?).map(|unit| (unit >> TILE_BITS) as u32);
                TileCoord::new(z, x, y).ok()
            })
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

/// A place on the zoom's grid, those beyond the world's rim moved to it.
fn place_at(z: u8, p: Point) -> [i32; 2] {
    let last_unit = (1i32 << (z + TILE_BITS)) - 1;
    let p = to_zoom(to_world(p), z);
    [p.x.clamp(0, last_unit), p.y.clamp(0, last_unit)]
}
