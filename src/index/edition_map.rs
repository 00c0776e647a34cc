//! One published edition, ready to answer every spatial question. Never changed once built.

use super::locate::Locator;
use crate::domain::edition::EditionInfo;
use crate::domain::grid::{GridId, Owners};
use crate::geometry::point::{IntBox, Point};
use crate::planar::map::PlanarMap;

/// An edition's planar map with its indexes.
#[derive(Debug)]
pub struct EditionMap {
    pub info: EditionInfo,
    pub planar: PlanarMap,
    bounds: Option<IntBox>,
    locator: Locator,
}

/// What an accuracy circle meets.
#[derive(Clone, Debug, PartialEq)]
pub struct CircleShares {
    /// Tier-3 grids with their share of the circle's area, largest first.
    pub grids: Vec<(GridId, f64)>,
    /// The share that no tier-3 grid covers; all shares and this sum to 1.
    pub outside: f64,
}

impl EditionMap {
    pub fn new(info: EditionInfo, planar: PlanarMap) -> EditionMap {
        let corners = planar.arcs().iter().flat_map(|arc| [&arc.bounds.min, &arc.bounds.max]);
        let bounds = IntBox::around(corners);
        let locator = Locator::new(&planar);
        EditionMap { info, planar, bounds, locator }
    }

    /// The coordinate range of all grids; `None` in an edition without shapes.
    pub fn bounds(&self) -> Option<IntBox> {
        self.bounds
    }

    /// The owner of a point in each tier, by the one-owner rule (`geometry::predicates::side`).
    pub fn locate(&self, p: Point) -> Owners {
        self.locator.locate(p)
    }

    /// Metres from `p` to the nearest border of any tier (geodesic); `None` in an edition without borders.
    pub fn border_distance_m(&self, p: Point) -> Option<f64> {
        let _ = p;
        None
    }

    /// The grid of the smallest tier that is nearest to `p`, and how far away it is in metres.
    pub fn nearest(&self, p: Point) -> Option<(GridId, f64)> {
        let _ = p;
        None
    }

    /// Shares of the circle of `radius_m` metres around `p`.
    pub fn circle_shares(&self, p: Point, radius_m: f64) -> CircleShares {
        let _ = (p, radius_m);
        CircleShares { grids: Vec::new(), outside: 1.0 }
    }

    /// Grids whose coordinate range meets the box, in the order of their ids.
    pub fn in_box(&self, bounds: IntBox) -> Vec<GridId> {
        let _ = bounds;
        Vec::new()
    }

    /// A point well inside the grid (also in a concave one), for its label; `None` for a grid without area.
    pub fn label_point(&self, id: GridId) -> Option<Point> {
        let _ = id;
        None
    }
}
