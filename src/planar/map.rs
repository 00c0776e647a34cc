//! The planar map of one edition: its grids, and its borders as arcs between junctions.

use crate::domain::grid::{Grid, GridId, Owners};
use crate::domain::tier::Tier;
use crate::geometry::point::{IntBox, MultiPolygon, Point};

/// A border: a chain of points between two junctions (or a closed chain, first point = last, through at most one),
/// with the owners on both sides in every tier. Left is left of the direction in which the points run, y up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arc {
    first_point: u32,
    end_point: u32,
    pub left: Owners,
    pub right: Owners,
    pub bounds: IntBox,
}

impl Arc {
    /// Whether this arc is a border in that tier.
    pub fn parts(&self, tier: Tier) -> bool {
        self.left[tier] != self.right[tier]
    }

    /// The highest (largest) tier it parts.
    pub fn highest_tier(&self) -> Tier {
        Tier::ALL.into_iter().find(|&tier| self.parts(tier)).expect("an arc parts at least one tier")
    }
}

/// An exact partition in each tier. Never changed once built.
#[derive(Debug)]
pub struct PlanarMap {
    grids: Vec<Grid>,
    points: Vec<Point>,
    arcs: Vec<Arc>,
    /// Arcs around each grid, by [`GridId`].
    arcs_of: Vec<Vec<u32>>,
    bounds_of: Vec<Option<IntBox>>,
}

impl PlanarMap {
    /// The table of grids, sorted by (tier, code); a [`GridId`] is an index into it.
    pub fn grids(&self) -> &[Grid] {
        &self.grids
    }

    pub fn grid(&self, id: GridId) -> &Grid {
        &self.grids[id.index()]
    }

    /// The grid with that code; codes are unique over all tiers.
    pub fn find(&self, code: &str) -> Option<GridId> {
        let _ = code;
        None
    }

    pub fn arcs(&self) -> &[Arc] {
        &self.arcs
    }

    /// The points of an arc, in order; a closed arc repeats its first point at the end.
    pub fn points(&self, arc: &Arc) -> &[Point] {
        &self.points[arc.first_point as usize..arc.end_point as usize]
    }

    /// Positions in [`PlanarMap::arcs`] of the arcs around a grid.
    pub fn arcs_of(&self, id: GridId) -> &[u32] {
        &self.arcs_of[id.index()]
    }

    /// The grid's coordinate range; `None` for a grid that was left without area.
    pub fn bounds_of(&self, id: GridId) -> Option<IntBox> {
        self.bounds_of[id.index()]
    }

    /// Grids of the same tier with a common border of more than a point, in the order of their ids.
    pub fn neighbors(&self, id: GridId) -> Vec<GridId> {
        let tier = self.grid(id).tier;
        let mut found: Vec<GridId> = self.arcs_of[id.index()]
            .iter()
            .flat_map(|&arc| [self.arcs[arc as usize].left[tier], self.arcs[arc as usize].right[tier]])
            .flatten()
            .filter(|&other| other != id)
            .collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    /// The grid's shape, its rings following the arcs vertex for vertex.
    pub fn shape(&self, id: GridId) -> MultiPolygon {
        let _ = id;
        Vec::new()
    }
}
