//! Which grids lie in a coordinate range: a tree over the grids' boxes.

use rstar::primitives::{GeomWithData, Rectangle};
use rstar::{AABB, RTree};

use crate::domain::grid::GridId;
use crate::geometry::point::{IntBox, Point};
use crate::planar::map::PlanarMap;

/// The boxes of all grids that have a shape.
#[derive(Debug)]
pub(super) struct GridBoxes {
    // Lattice coordinates are exact in doubles.
    boxes: RTree<GeomWithData<Rectangle<[f64; 2]>, GridId>>,
}

impl GridBoxes {
    pub(super) fn new(map: &PlanarMap) -> GridBoxes {
        let ids = (0..map.grids().len() as u32).map(GridId);
        let boxes = ids.filter_map(|id| {
            let bounds = map.bounds_of(id)?;
            Some(GeomWithData::new(Rectangle::from_corners(corner(bounds.min), corner(bounds.max)), id))
        });
        GridBoxes { boxes: RTree::bulk_load(boxes.collect()) }
    }

    /// Grids whose box meets `bounds`, in the order of their ids.
    pub(super) fn meeting(&self, bounds: IntBox) -> Vec<GridId> {
        if bounds.min.x > bounds.max.x || bounds.min.y > bounds.max.y {
            return Vec::new();
        }
        let envelope = AABB::from_corners(corner(bounds.min), corner(bounds.max));
        let mut found: Vec<GridId> = self.boxes.locate_in_envelope_intersecting(envelope).map(|b| b.data).collect();
        found.sort_unstable();
        found
    }
}

fn corner(p: Point) -> [f64; 2] {
    [f64::from(p.x), f64::from(p.y)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::mesh::{Mesh, MeshPlan};
    use rand::{RngExt, SeedableRng};

    #[test]
    fn agrees_with_every_box() {
        let mesh = Mesh::random(MeshPlan { seed: 3, cells: 9, step: 50, scale: 1, origin: (-200, -200) });
        let boxes = GridBoxes::new(&mesh.map);
        let mut rng = rand_pcg::Pcg64::seed_from_u64(5);
        for _ in 0..300 {
            let mut corner = || Point::new(rng.random_range(-300..400), rng.random_range(-300..400));
            let (a, b) = (corner(), corner());
            let wanted = IntBox { min: a, max: a }.grown_to(b);
            let ids = (0..mesh.map.grids().len() as u32).map(GridId);
            let brute: Vec<GridId> =
                ids.filter(|&id| mesh.map.bounds_of(id).is_some_and(|b| b.meets(&wanted))).collect();
            assert_eq!(boxes.meeting(wanted), brute);
        }
        assert!(boxes.meeting(IntBox { min: Point::new(9, 9), max: Point::new(0, 0) }).is_empty());
    }
}
