//! Which zooms show which tier, from the size of the data.

use super::space::{TILE_BITS, WORLD_BITS, to_world};
use crate::domain::tier::{PerTier, Tier};
use crate::planar::map::PlanarMap;

/// No edition is tiled deeper: there a unit of the tile's grid is 15 cm at the equator.
pub const DEEPEST_ZOOM: u8 = 16;

/// A tier appears at the first zoom at which its median grid is this wide, in pixels of a 512-pixel tile.
const FIRST_WIDTH_PX: f64 = 12.0;

/// At the last zoom the median grid of the smallest tier is at least this wide in units of the tile's grid: rounding
/// moves its border by a four-thousandth of its width at most.
const LAST_WIDTH_UNITS: f64 = 2048.0;

/// And the median edge at least this long.
const LAST_EDGE_UNITS: f64 = 2.0;

/// The zooms of an edition's tiles. Beyond the last, viewers magnify its tiles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Zooms {
    /// The first zoom that shows a tier: 0 for tier 1, and no later for a larger tier than for a smaller one.
    pub first: PerTier<u8>,
    pub last: u8,
}

impl Zooms {
    /// From the median edge length and the median width of each tier's grids.
    pub fn of(planar: &PlanarMap) -> Zooms {
        let edges: Vec<f64> = planar
            .arcs()
            .iter()
            .flat_map(|arc| planar.points(arc).windows(2))
            .map(|ends| {
                let (a, b) = (to_world(ends[0]), to_world(ends[1]));
                (f64::from(b.x) - f64::from(a.x)).hypot(f64::from(b.y) - f64::from(a.y))
            })
            .collect();
        let width = PerTier(Tier::ALL.map(|tier| median(widths(planar, tier))));
        let mut first = PerTier([0; 3]);
        for tier in [Tier::Two, Tier::Three] {
            let first_of_tier = width[tier].map_or(0, |width| first_zoom_with(width, FIRST_WIDTH_PX, 512.0));
            first[tier] = first_of_tier.max(first[tier.above().unwrap_or(Tier::One)]).min(DEEPEST_ZOOM - 2);
        }
        let units = f64::from(1u32 << TILE_BITS);
        let smallest = width.0.into_iter().flatten().last();
        let for_grids = smallest.map_or(0, |width| first_zoom_with(width, LAST_WIDTH_UNITS, units));
        let for_edges = median(edges).map_or(0, |edge| first_zoom_with(edge, LAST_EDGE_UNITS, units));
        let last = for_grids.max(for_edges);
        // The smallest tier is drawn at three zooms at least.
        Zooms { first, last: last.max(first[Tier::Three] + 2) }
    }

    /// The tiers that a zoom shows, largest first.
    pub fn tiers_at(&self, z: u8) -> impl Iterator<Item = Tier> + '_ {
        Tier::ALL.into_iter().filter(move |&tier| self.shows(tier, z))
    }

    /// Whether a zoom shows a tier.
    pub fn shows(&self, tier: Tier, z: u8) -> bool {
        (self.first[tier]..=self.last).contains(&z)
    }
}

/// The first zoom at which a length (in units of the world) is as long as `wanted`, where a tile's side is `side`.
fn first_zoom_with(length: f64, wanted: f64, side: f64) -> u8 {
    let at_0 = length / f64::from(1u32 << WORLD_BITS) * side;
    (wanted / at_0).log2().ceil().clamp(0.0, f64::from(DEEPEST_ZOOM)) as u8
}

/// Widths of the tier's grids in units of the world: the side of the square as large as the box around the grid.
fn widths(planar: &PlanarMap, tier: Tier) -> Vec<f64> {
    (0u32..)
        .zip(planar.grids())
        .filter(|(_, grid)| grid.tier == tier)
        .filter_map(|(id, _)| planar.bounds_of(crate::domain::grid::GridId(id)))
        .map(|bounds| {
            let (a, b) = (to_world(bounds.min), to_world(bounds.max));
            ((f64::from(b.x) - f64::from(a.x)) * (f64::from(a.y) - f64::from(b.y))).sqrt()
        })
        .collect()
}

/// The middle one of the values that are greater than 0.
fn median(mut values: Vec<f64>) -> Option<f64> {
    values.retain(|&value| value > 0.0);
    let middle = values.len() / 2;
    (!values.is_empty()).then(|| *values.select_nth_unstable_by(middle, f64::total_cmp).1)
}
