//! The borders of the larger tiers alone, joined through the junctions that only smaller tiers have.
//!
//! At a zoom that shows tier 1 only, a village's border is one line from village corner to village corner: the
//! junctions where smaller grids meet it need not be kept.

use super::simplify::first_zooms;
use super::space::{WORLD_BITS, World, to_world};
use super::zooms::Zooms;
use crate::domain::grid::{GridId, Owners};
use crate::domain::tier::Tier;
use crate::geometry::point::Point;
use crate::planar::chains::{Border, chain};
use crate::planar::map::PlanarMap;

/// The grids whose membership changes across a line: at most one on either side in each tier.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Toggles {
    members: [u32; 6],
    len: u8,
}

impl Toggles {
    fn between(left: &Owners, right: &Owners) -> Toggles {
        let mut toggles = Toggles::default();
        for tier in Tier::ALL {
            if left[tier] != right[tier] {
                for GridId(id) in [left[tier], right[tier]].into_iter().flatten() {
                    toggles.members[usize::from(toggles.len)] = id;
                    toggles.len += 1;
                }
            }
        }
        toggles
    }

    pub(super) fn members(&self) -> &[u32] {
        &self.members[..usize::from(self.len)]
    }
}

/// One line between junctions, or a closed one (first point = last).
#[derive(Clone, Debug)]
pub(super) struct Chain {
    pub points: std::ops::Range<usize>,
    pub toggles: Toggles,
}

/// The borders of some tiers, each point with the first zoom that keeps it.
#[derive(Debug)]
pub(super) struct Chains {
    pub points: Vec<Point<World>>,
    pub first_zoom: Vec<u8>,
    pub chains: Vec<Chain>,
}

impl Chains {
    /// The borders of the tiers from 1 to `smallest`.
    pub(super) fn new(planar: &PlanarMap, smallest: Tier, zooms: &Zooms) -> Chains {
        let shown = |owners: &Owners| {
            let mut shown = *owners;
            for tier in Tier::ALL.into_iter().filter(|&tier| tier > smallest) {
                shown[tier] = None;
            }
            shown
        };
        let mut borders: Vec<Border> = Vec::new();
        for arc in planar.arcs() {
            let (left, right) = (shown(&arc.left), shown(&arc.right));
            if left == right {
                continue;
            }
            for ends in planar.points(arc).windows(2) {
                let (a, b) = (ends[0], ends[1]);
                borders.push(if a < b {
                    Border { a, b, left, right }
                } else {
                    Border { a: b, b: a, left: right, right: left }
                });
            }
        }
        let mut found = Chains { points: Vec::new(), first_zoom: Vec::new(), chains: Vec::new() };
        // A quarter of the finest unit.
        let tolerance = f64::from(1u32 << (WORLD_BITS - super::space::TILE_BITS - zooms.last)) / 4.0;
        chain(&borders, |path, left, right| {
            let start = found.points.len();
            found.points.push(to_world(path[0]));
            for ends in path.windows(2) {
                bend(ends[0], ends[1], tolerance, &mut found.points);
            }
            let points = start..found.points.len();
            found.first_zoom.extend(first_zooms(&found.points[points.clone()], zooms.last));
            found.chains.push(Chain { points, toggles: Toggles::between(&left, &right) });
        });
        found
    }
}

/// Appends the end of an edge, and before it as many points as the edge, straight in longitude and latitude, needs to
/// be within `tolerance` of its curve in Mercator.
fn bend(a: Point, b: Point, tolerance: f64, points: &mut Vec<Point<World>>) {
    /// Enough for an edge across half the world at zoom 9; what is left is under a pixel deeper down.
    const MOST_PIECES: f64 = 1024.0;
    let part = |share: f64| {
        let along = |from: i32, to: i32| (f64::from(from) + (f64::from(to) - f64::from(from)) * share).round() as i32;
        to_world(Point::new(along(a.x, b.x), along(a.y, b.y)))
    };
    let (start, middle, end) = (to_world(a), part(0.5), to_world(b));
    let sagitta = (f64::from(start.x) / 2.0 + f64::from(end.x) / 2.0 - f64::from(middle.x))
        .hypot(f64::from(start.y) / 2.0 + f64::from(end.y) / 2.0 - f64::from(middle.y));
    // The distance from chord to curve falls with the square of the number of pieces. Rounding to the lattice and to
    // the world makes up to 2 units of it.
    let pieces = ((sagitta - 2.0).max(0.0) / tolerance).sqrt().ceil().clamp(1.0, MOST_PIECES);
    for i in 1..pieces as u32 {
        points.push(part(f64::from(i) / pieces));
    }
    points.push(end);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_long_edges_bend() {
        let mut points = Vec::new();
        bend(Point::from_degrees(116.9, 30.8).unwrap(), Point::from_degrees(116.91, 30.81).unwrap(), 1.0, &mut points);
        assert_eq!(points.len(), 1);
        points.clear();
        // A parallel is straight in Mercator too.
        bend(Point::from_degrees(-123.0, 49.0).unwrap(), Point::from_degrees(-95.0, 49.0).unwrap(), 1.0, &mut points);
        assert_eq!(points.len(), 1);
        points.clear();
        bend(Point::from_degrees(-120.0, 39.0).unwrap(), Point::from_degrees(-114.6, 35.0).unwrap(), 16.0, &mut points);
        assert!(points.len() > 10, "{}", points.len());
    }
}
