//! The planar map of one edition: its grids, and its borders as arcs between junctions.

use rustc_hash::FxHashMap;

use super::chains::{Border, chain};
use super::faces;
use crate::domain::grid::{Grid, GridId, Owners};
use crate::domain::tier::Tier;
use crate::geometry::feature::GridFeature;
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
    ids: FxHashMap<String, GridId>,
    points: Vec<Point>,
    arcs: Vec<Arc>,
    /// Arcs around each grid, by [`GridId`].
    arcs_of: Vec<Vec<u32>>,
    bounds_of: Vec<Option<IntBox>>,
}

/// The grids do not form an exact partition in every tier: only [`super::build`] makes one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAPartition {
    #[error("two grids have the code `{0}`")]
    CodeTwice(String),
    #[error("grids `{0}` and `{1}` lie on the same side of the edge at {2:?}")]
    SameSide(String, String, Point),
    #[error("the edition has more than 2^31 points")]
    TooLarge,
}

impl PlanarMap {
    /// Matches the edges of grids that are an exact partition in each tier, as every published edition is: shells
    /// counter-clockwise, holes clockwise, neighbours sharing their border vertex for vertex.
    pub fn from_partition(mut features: Vec<GridFeature>) -> Result<PlanarMap, NotAPartition> {
        features.sort_by(|a, b| (a.grid.tier, &a.grid.code).cmp(&(b.grid.tier, &b.grid.code)));
        let mut uses: Vec<(Point, Point, bool, u32)> = Vec::new();
        for (id, feature) in (0u32..).zip(&features) {
            for ring in feature.shape.iter().flat_map(|polygon| polygon.rings()) {
                for (i, &a) in ring.iter().enumerate() {
                    let b = ring[(i + 1) % ring.len()];
                    if a != b {
                        uses.push((a.min(b), a.max(b), a < b, id));
                    }
                }
            }
        }
        if uses.len() > i32::MAX as usize {
            return Err(NotAPartition::TooLarge);
        }
        uses.sort_unstable();
        let mut borders = Vec::with_capacity(uses.len() / 2);
        for same_edge in uses.chunk_by(|u, v| (u.0, u.1) == (v.0, v.1)) {
            let (a, b, ..) = same_edge[0];
            let (mut left, mut right) = (Owners::default(), Owners::default());
            for &(_, _, forward, id) in same_edge {
                let grid = &features[id as usize].grid;
                let side = if forward { &mut left[grid.tier] } else { &mut right[grid.tier] };
                if let Some(other) = side.replace(GridId(id)) {
                    let other = features[other.index()].grid.code.clone();
                    return Err(NotAPartition::SameSide(other, grid.code.clone(), a));
                }
            }
            if left != right {
                borders.push(Border { a, b, left, right });
            }
        }
        PlanarMap::from_borders(features.into_iter().map(|feature| feature.grid).collect(), &borders)
    }

    /// Chains sorted, noded borders into arcs. `grids` are sorted by (tier, code).
    fn from_borders(grids: Vec<Grid>, borders: &[Border]) -> Result<PlanarMap, NotAPartition> {
        let mut ids = FxHashMap::default();
        for (id, grid) in (0u32..).zip(&grids) {
            if ids.insert(grid.code.clone(), GridId(id)).is_some() {
                return Err(NotAPartition::CodeTwice(grid.code.clone()));
            }
        }
        let mut points: Vec<Point> = Vec::with_capacity(borders.len() + borders.len() / 8);
        let mut arcs: Vec<Arc> = Vec::new();
        chain(borders, |path, left, right| {
            let first_point = points.len() as u32;
            points.extend_from_slice(path);
            arcs.push(Arc {
                first_point,
                end_point: points.len() as u32,
                left,
                right,
                bounds: IntBox::around(path).expect("an arc has points"),
            });
        });
        let mut arcs_of: Vec<Vec<u32>> = vec![Vec::new(); grids.len()];
        let mut bounds_of: Vec<Option<IntBox>> = vec![None; grids.len()];
        for (i, arc) in (0u32..).zip(&arcs) {
            for tier in Tier::ALL.into_iter().filter(|&tier| arc.parts(tier)) {
                for id in [arc.left[tier], arc.right[tier]].into_iter().flatten() {
                    arcs_of[id.index()].push(i);
                    let bounds = &mut bounds_of[id.index()];
                    *bounds = Some(match *bounds {
                        None => arc.bounds,
                        Some(b) => b.grown_to(arc.bounds.min).grown_to(arc.bounds.max),
                    });
                }
            }
        }
        Ok(PlanarMap { grids, ids, points, arcs, arcs_of, bounds_of })
    }

    /// The table of grids, sorted by (tier, code); a [`GridId`] is an index into it.
    pub fn grids(&self) -> &[Grid] {
        &self.grids
    }

    pub fn grid(&self, id: GridId) -> &Grid {
        &self.grids[id.index()]
    }

    /// The grid with that code; codes are unique over all tiers.
    pub fn find(&self, code: &str) -> Option<GridId> {
        self.ids.get(code).copied()
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
        let tier = self.grid(id).tier;
        let mut edges = Vec::new();
        for &arc in self.arcs_of(id) {
            let arc = &self.arcs[arc as usize];
            let pairs = self.points(arc).windows(2);
            if arc.left[tier] == Some(id) {
                edges.extend(pairs.map(|pair| (pair[0], pair[1])));
            } else {
                edges.extend(pairs.map(|pair| (pair[1], pair[0])));
            }
        }
        faces::polygons(&edges)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::point::Polygon;

    fn square(code: &str, tier: Tier, x: i32, y: i32, size: i32) -> GridFeature {
        let shell = [(x, y), (x + size, y), (x + size, y + size), (x, y + size)];
        GridFeature {
            grid: Grid { code: code.into(), name: code.into(), tier, parent: None },
            shape: vec![Polygon { shell: shell.map(|(x, y)| Point::new(x, y)).to_vec(), holes: Vec::new() }],
        }
    }

    #[test]
    fn keeps_a_shared_border_once() {
        let map =
            PlanarMap::from_partition(vec![square("b", Tier::Three, 10, 0, 10), square("a", Tier::Three, 0, 0, 10)])
                .unwrap();
        let (a, b) = (map.find("a").unwrap(), map.find("b").unwrap());
        assert_eq!((a, b), (GridId(0), GridId(1)));
        assert_eq!(map.arcs().len(), 3);
        let shared: Vec<_> = map
            .arcs()
            .iter()
            .filter(|arc| arc.left[Tier::Three].is_some() && arc.right[Tier::Three].is_some())
            .collect();
        assert_eq!(shared.len(), 1);
        assert_eq!(map.points(shared[0]), [Point::new(10, 0), Point::new(10, 10)]);
        assert_eq!((shared[0].left[Tier::Three], shared[0].right[Tier::Three]), (Some(a), Some(b)));
        assert_eq!(map.neighbors(a), [b]);
        assert_eq!(map.shape(b), square("b", Tier::Three, 10, 0, 10).shape);
    }

    #[test]
    fn a_lone_square_is_one_closed_arc() {
        let map = PlanarMap::from_partition(vec![square("a", Tier::One, 0, 0, 10)]).unwrap();
        assert_eq!(map.arcs().len(), 1);
        let points = map.points(&map.arcs()[0]);
        assert_eq!((points.len(), points[0]), (5, points[4]));
        assert_eq!(map.shape(GridId(0)), square("a", Tier::One, 0, 0, 10).shape);
    }

    #[test]
    fn refuses_two_owners_of_one_side() {
        let twice = vec![square("a", Tier::Two, 0, 0, 10), square("b", Tier::Two, 0, 0, 10)];
        assert!(matches!(PlanarMap::from_partition(twice), Err(NotAPartition::SameSide(..))));
    }
}
