//! How far the borders are: a tree over short pieces of the arcs, in space rather than on a map, so that distances
//! are the same at the antimeridian and near the poles.

use rstar::RTree;
use rstar::primitives::{GeomWithData, Rectangle};

use crate::geometry::geodesic::{in_space_m, least_distance_m, segment_distance_m, stray_in_space_m};
use crate::geometry::point::Point;
use crate::planar::map::{Arc, PlanarMap};

/// Edges in one piece of an arc.
const PIECE_EDGES: usize = 8;

/// A piece: its arc, and the position of its first point in the arc.
type Piece = GeomWithData<Rectangle<[f64; 3]>, (u32, u32)>;

/// The tree of all borders of one planar map.
#[derive(Debug)]
pub(super) struct BorderTree {
    pieces: RTree<Piece>,
}

/// The arcs that are nearest to a point, all equally far.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct NearestArcs {
    pub(super) distance_m: f64,
    /// Positions in [`PlanarMap::arcs`]; several where arcs end at the nearest place.
    pub(super) arcs: Vec<u32>,
}

impl BorderTree {
    pub(super) fn new(map: &PlanarMap) -> BorderTree {
        let mut pieces = Vec::new();
        for (i, arc) in (0u32..).zip(map.arcs()) {
            let points = map.points(arc);
            for first in (0..points.len() - 1).step_by(PIECE_EDGES) {
                let piece = &points[first..(first + PIECE_EDGES + 1).min(points.len())];
                pieces.push(Piece::new(box_in_space(piece), (i, first as u32)));
            }
        }
        BorderTree { pieces: RTree::bulk_load(pieces) }
    }

    /// The nearest of the arcs that `wanted` lets pass; `None` without any.
    pub(super) fn nearest(&self, map: &PlanarMap, p: Point, wanted: impl Fn(&Arc) -> bool) -> Option<NearestArcs> {
        let mut found = NearestArcs { distance_m: f64::INFINITY, arcs: Vec::new() };
        for (piece, chord2) in self.pieces.nearest_neighbor_iter_with_distance_2(in_space_m(p)) {
            // Boxes come in the order of their distance in space: no later piece can be nearer.
            if least_distance_m(chord2.sqrt()) > found.distance_m {
                break;
            }
            let (i, first) = piece.data;
            let arc = &map.arcs()[i as usize];
            if !wanted(arc) {
                continue;
            }
            for ends in map.points(arc)[first as usize..].windows(2).take(PIECE_EDGES) {
                let distance_m = segment_distance_m(p, ends[0], ends[1]);
                if distance_m < found.distance_m {
                    found = NearestArcs { distance_m, arcs: vec![i] };
                } else if distance_m == found.distance_m && found.arcs.last() != Some(&i) {
                    found.arcs.push(i);
                }
            }
        }
        (!found.arcs.is_empty()).then_some(found)
    }
}

/// Around the points in space, widened by how far the edges between them can stray.
fn box_in_space(points: &[Point]) -> Rectangle<[f64; 3]> {
    let stray = points.windows(2).map(|ends| stray_in_space_m(ends[0], ends[1])).fold(0.0, f64::max);
    let (mut low, mut high) = ([f64::INFINITY; 3], [f64::NEG_INFINITY; 3]);
    for place in points.iter().map(|&p| in_space_m(p)) {
        for axis in 0..3 {
            low[axis] = low[axis].min(place[axis] - stray);
            high[axis] = high[axis].max(place[axis] + stray);
        }
    }
    Rectangle::from_corners(low, high)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::tier::Tier;
    use crate::index::mesh::{Mesh, MeshPlan};
    use rand::{RngExt, SeedableRng};

    #[test]
    fn nearest_is_the_least_of_all_edges() {
        let plans = [
            MeshPlan { seed: 1, cells: 12, step: 90_000, scale: 1, origin: (1_169_000_000, 308_000_000) },
            MeshPlan { seed: 2, cells: 8, step: 20, scale: 10_000_000, origin: (-1_750_000_000, -850_000_000) },
            MeshPlan { seed: 3, cells: 3, step: 90_000, scale: 3, origin: (1_798_000_000, 700_000_000) },
        ];
        let mut rng = rand_pcg::Pcg64::seed_from_u64(5);
        for plan in plans {
            let map = Mesh::random(plan).map;
            let tree = BorderTree::new(&map);
            for round in 0..60 {
                let p = if round % 3 == 0 {
                    Point::new(rng.random_range(-1_800_000_000..1_800_000_000), rng.random_range(-9..9) * 100_000_000)
                } else {
                    let middle = map.points(&map.arcs()[rng.random_range(0..map.arcs().len())])[0];
                    let away = plan.step * plan.scale / 2;
                    let mut near = |c: i32, most: i32| (c + rng.random_range(-away..=away)).clamp(-most, most);
                    Point::new(near(middle.x, 1_800_000_000), near(middle.y, 900_000_000))
                };
                for tier in [None, Some(Tier::One)] {
                    let wanted = |arc: &Arc| tier.is_none_or(|tier| arc.parts(tier));
                    let brute = map
                        .arcs()
                        .iter()
                        .filter(|arc| wanted(arc))
                        .flat_map(|arc| map.points(arc).windows(2))
                        .map(|ends| segment_distance_m(p, ends[0], ends[1]))
                        .fold(f64::INFINITY, f64::min);
                    let found = tree.nearest(&map, p, wanted).unwrap();
                    assert!((found.distance_m - brute).abs() <= brute * 2e-3, "{p:?} {} {brute}", found.distance_m);
                }
            }
        }
    }

    #[test]
    fn nothing_without_borders() {
        let map = PlanarMap::from_partition(Vec::new()).unwrap();
        assert_eq!(BorderTree::new(&map).nearest(&map, Point::new(0, 0), |_| true), None);
    }
}
