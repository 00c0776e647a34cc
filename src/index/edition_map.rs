//! One published edition, ready to answer every spatial question. Never changed once built.

use std::sync::OnceLock;

use rustc_hash::FxHashMap;

use super::borders::BorderTree;
use super::boxes::GridBoxes;
use super::locate::Locator;
use crate::domain::edition::EditionInfo;
use crate::domain::grid::{GridId, Owners};
use crate::domain::tier::Tier;
use crate::geometry::circle::Circle;
use crate::geometry::label;
use crate::geometry::point::{IntBox, Point};
use crate::planar::map::PlanarMap;

/// An edition's planar map with its indexes.
#[derive(Debug)]
pub struct EditionMap {
    pub info: EditionInfo,
    pub planar: PlanarMap,
    bounds: Option<IntBox>,
    locator: Locator,
    borders: BorderTree,
    boxes: GridBoxes,
    /// By [`GridId`], found when first asked for.
    label_points: Vec<OnceLock<Option<Point>>>,
}

/// What an accuracy circle meets.
#[derive(Clone, Debug, PartialEq)]
pub struct CircleShares {
    /// Grids of the smallest tier with their share of the circle's area, largest first.
    pub grids: Vec<(GridId, f64)>,
    /// The share that no grid of that tier covers; all shares and this sum to 1.
    pub outside: f64,
}

/// Circles smaller than this are points; a lattice unit is 0.011 m.
const MIN_RADIUS_M: f64 = 0.001;

/// Larger than the Earth; larger circles are no question about a place.
const MAX_RADIUS_M: f64 = 2e7;

/// Smaller shares are rounding, not land.
const MIN_SHARE: f64 = 1e-12;

impl EditionMap {
    pub fn new(info: EditionInfo, planar: PlanarMap) -> EditionMap {
        let corners = planar.arcs().iter().flat_map(|arc| [&arc.bounds.min, &arc.bounds.max]);
        EditionMap {
            info,
            bounds: IntBox::around(corners),
            locator: Locator::new(&planar),
            borders: BorderTree::new(&planar),
            boxes: GridBoxes::new(&planar),
            label_points: vec![OnceLock::new(); planar.grids().len()],
            planar,
        }
    }

    /// The coordinate range of all grids; `None` in an edition without shapes.
    pub fn bounds(&self) -> Option<IntBox> {
        self.bounds
    }

    /// The smallest tier in which a grid has a shape: tier 3 in a whole edition.
    pub fn smallest_tier(&self) -> Option<Tier> {
        let ids = (0..self.planar.grids().len() as u32).rev().map(GridId);
        ids.into_iter().find(|&id| self.planar.bounds_of(id).is_some()).map(|id| self.planar.grid(id).tier)
    }

    /// Bytes held by the lookup index.
    pub fn index_bytes(&self) -> usize {
        self.locator.bytes()
    }

    /// The owner of a point in each tier, by the one-owner rule (`geometry::predicates::side`).
    pub fn locate(&self, p: Point) -> Owners {
        self.locator.locate(p)
    }

    /// Metres from `p` to the nearest border of any tier (geodesic); `None` in an edition without borders.
    pub fn border_distance_m(&self, p: Point) -> Option<f64> {
        self.borders.nearest(&self.planar, p, |_| true).map(|nearest| nearest.distance_m)
    }

    /// The grid of the smallest tier that is nearest to `p`, and how far away it is in metres: 0 for the one that
    /// owns it. Of grids equally far the one with the lowest code.
    pub fn nearest(&self, p: Point) -> Option<(GridId, f64)> {
        let tier = self.smallest_tier()?;
        if let Some(owner) = self.locate(p)[tier] {
            return Some((owner, 0.0));
        }
        let nearest = self.borders.nearest(&self.planar, p, |arc| arc.parts(tier))?;
        let arcs = nearest.arcs.iter().map(|&arc| &self.planar.arcs()[arc as usize]);
        let grid = arcs.flat_map(|arc| [arc.left[tier], arc.right[tier]]).flatten().min()?;
        Some((grid, nearest.distance_m))
    }

    /// Shares of the circle of `radius_m` metres around `p`. A radius that is no positive number means the point.
    pub fn circle_shares(&self, p: Point, radius_m: f64) -> CircleShares {
        let Some(tier) = self.smallest_tier() else { return CircleShares { grids: Vec::new(), outside: 1.0 } };
        if radius_m.is_nan() || radius_m < MIN_RADIUS_M {
            let grids: Vec<(GridId, f64)> = self.locate(p)[tier].map(|owner| (owner, 1.0)).into_iter().collect();
            return CircleShares { outside: if grids.is_empty() { 1.0 } else { 0.0 }, grids };
        }
        let circle = Circle::new(p, radius_m.min(MAX_RADIUS_M));
        let mut area_m2: FxHashMap<GridId, f64> = FxHashMap::default();
        for image in circle.images() {
            let met = self.boxes.meeting(image.bounds()).into_iter().filter(|&id| self.planar.grid(id).tier == tier);
            // Each border is measured once and counted for both its sides, so that shares sum to 1.
            let mut swept_m2: FxHashMap<u32, f64> = FxHashMap::default();
            for id in met {
                let mut sum = 0.0;
                for &i in self.planar.arcs_of(id) {
                    let arc = &self.planar.arcs()[i as usize];
                    let swept = *swept_m2.entry(i).or_insert_with(|| image.swept_m2(self.planar.points(arc)));
                    sum += if arc.left[tier] == Some(id) { swept } else { -swept };
                }
                *area_m2.entry(id).or_default() += sum;
            }
        }
        let mut grids: Vec<(GridId, f64)> =
            area_m2.into_iter().map(|(id, m2)| (id, (m2 / circle.area_m2()).min(1.0))).collect();
        grids.retain(|&(_, share)| share > MIN_SHARE);
        grids.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        let covered: f64 = grids.iter().map(|&(_, share)| share).sum();
        CircleShares { grids, outside: (1.0 - covered).max(0.0) }
    }

    /// Grids whose coordinate range meets the box, in the order of their ids.
    pub fn in_box(&self, bounds: IntBox) -> Vec<GridId> {
        self.boxes.meeting(bounds)
    }

    /// A point well inside the grid (also in a concave one), for its label; `None` for a grid without area.
    pub fn label_point(&self, id: GridId) -> Option<Point> {
        *self.label_points[id.index()].get_or_init(|| label::label_point(&self.planar.shape(id)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::geodesic::distance_m;
    use crate::index::mesh::{Mesh, MeshPlan, edition, square_edition};
    use rand::{RngExt, SeedableRng};
    use std::f64::consts::TAU;

    fn town() -> MeshPlan {
        MeshPlan { seed: 8, cells: 12, step: 9_000, scale: 1, origin: (1_169_000_000, 308_000_000) }
    }

    #[test]
    fn circle_shares_agree_with_monte_carlo_and_sum_to_one() {
        let mesh = Mesh::random(town());
        let triangles = mesh.triangles;
        let brute = Mesh { map: PlanarMap::from_partition(Vec::new()).unwrap(), triangles, bounds: mesh.bounds };
        let map = edition(mesh.map);
        let mut rng = rand_pcg::Pcg64::seed_from_u64(3);
        for round in 0..20 {
            let mut within = |low: i32, high: i32| rng.random_range(low..=high);
            let p =
                Point::new(within(mesh.bounds.min.x, mesh.bounds.max.x), within(mesh.bounds.min.y, mesh.bounds.max.y));
            let radius_m = 40.0 * f64::from(round + 1);
            let shares = map.circle_shares(p, radius_m);
            let sum = shares.outside + shares.grids.iter().map(|(_, share)| share).sum::<f64>();
            assert!((sum - 1.0).abs() < 1e-9, "{sum}");
            assert!(shares.grids.is_sorted_by(|a, b| a.1 >= b.1));
            let [east, north] = crate::geometry::geodesic::metres_per_unit(p.lat());
            let trials = 3000;
            let mut hits: FxHashMap<Option<GridId>, f64> = FxHashMap::default();
            for _ in 0..trials {
                let (angle, r) = (rng.random_range(0.0..TAU), radius_m * rng.random_range(0.0..1.0f64).sqrt());
                let (dx, dy) = (r * angle.cos() / east, r * angle.sin() / north);
                let owners = brute.owners(Point::new(p.x + dx.round() as i32, p.y + dy.round() as i32));
                *hits.entry(owners[Tier::Three]).or_default() += 1.0 / f64::from(trials);
            }
            let tolerance = 6.0 * 0.5 / f64::from(trials).sqrt();
            let sampled = |id: Option<GridId>| hits.get(&id).copied().unwrap_or_default();
            assert!((shares.outside - sampled(None)).abs() < tolerance);
            for &(id, share) in &shares.grids {
                assert!((share - sampled(Some(id))).abs() < tolerance, "{share} {}", sampled(Some(id)));
            }
            for id in hits.keys().flatten() {
                assert!(shares.grids.iter().any(|(known, _)| known == id));
            }
        }
    }

    #[test]
    fn a_circle_inside_one_grid_and_a_circle_of_nothing() {
        let map = square_edition([116.9, 30.8], 0.01);
        let inside = Point::from_degrees(116.905, 30.805).unwrap();
        let shares = map.circle_shares(inside, 30.0);
        assert_eq!(shares.grids.len(), 1);
        assert!((shares.grids[0].1 - 1.0).abs() < 1e-12 && shares.outside < 1e-12);
        for radius_m in [0.0, -3.0, f64::NAN, 1e-9] {
            assert_eq!(map.circle_shares(inside, radius_m).grids, [(GridId(0), 1.0)]);
        }
        let far = Point::from_degrees(0.0, 0.0).unwrap();
        assert_eq!(map.circle_shares(far, 30.0), CircleShares { grids: Vec::new(), outside: 1.0 });
        assert_eq!(map.circle_shares(far, 0.0), CircleShares { grids: Vec::new(), outside: 1.0 });
        let huge = map.circle_shares(far, f64::INFINITY);
        assert!((0.0..=1.0).contains(&huge.outside));
    }

    #[test]
    fn nearest_and_border_distance() {
        let map = square_edition([116.9, 30.8], 0.01);
        let east_of_it = Point::from_degrees(116.92, 30.805).unwrap();
        let on_its_border = Point::from_degrees(116.91, 30.805).unwrap();
        let (grid, metres) = map.nearest(east_of_it).unwrap();
        assert_eq!(grid, GridId(0));
        assert!((metres - distance_m(east_of_it, on_its_border)).abs() < 0.01);
        assert!((map.border_distance_m(east_of_it).unwrap() - metres).abs() < 1e-9);
        assert_eq!(map.nearest(on_its_border), Some((GridId(0), 0.0)), "the east border is out, but at no distance");
        let inside = Point::from_degrees(116.905, 30.805).unwrap();
        assert_eq!(map.nearest(inside), Some((GridId(0), 0.0)));
        assert!((map.border_distance_m(inside).unwrap() - 478.0).abs() < 2.0);
        let nothing = edition(PlanarMap::from_partition(Vec::new()).unwrap());
        assert_eq!(nothing.nearest(inside), None);
        assert_eq!(nothing.border_distance_m(inside), None);
        assert_eq!(nothing.circle_shares(inside, 5.0).outside, 1.0);
    }

    #[test]
    fn label_points_lie_in_their_grids() {
        for plan in [town(), MeshPlan { step: 6, ..town() }, MeshPlan { seed: 9, scale: 1000, ..town() }] {
            let map = edition(Mesh::random(plan).map);
            for id in (0..map.planar.grids().len() as u32).map(GridId) {
                let tier = map.planar.grid(id).tier;
                let p = map.label_point(id);
                assert_eq!(p.is_some(), map.planar.bounds_of(id).is_some());
                assert_eq!(p.and_then(|p| map.locate(p)[tier]), p.map(|_| id));
            }
        }
    }
}
