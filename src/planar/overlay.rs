//! A draft's borders laid over one another: noded, and labelled with the grids on both sides.

use rustc_hash::FxHashMap;

use super::arrangement::{LabelledEdge, label_sides_until};
use super::faces;
use super::labels::{LabelSet, LabelSets};
use super::noding::{Segment, node_until};
use super::snap::GridRing;
use super::stop::{StopFlag, Stopped};
use crate::domain::grid::{Grid, GridId, Owners};
use crate::domain::tier::Tier;
use crate::geometry::point::{Lattice, MultiPolygon, Point, Polygon};

/// All borders of a draft, noded and labelled. The labels are positions in the table of grids.
pub(super) struct Overlay {
    pub labels: LabelSets,
    /// Sorted by (a, b); the label sets of both sides, overlaps and all.
    pub edges: Vec<LabelledEdge<Lattice>>,
    /// What each label set in use comes to in each tier.
    pub owners: FxHashMap<LabelSet, Owners>,
}

impl Overlay {
    pub fn of(rings: &[GridRing], grids: &[Grid], stop: &StopFlag) -> Result<Overlay, Stopped> {
        let tiers: Vec<Tier> = grids.iter().map(|grid| grid.tier).collect();
        let edges = rings.iter().flat_map(|ring| {
            let next = ring.points.iter().cycle().skip(1);
            ring.points.iter().zip(next).map(|(&a, &b)| (a, b, ring.grid))
        });
        Overlay::of_edges(edges, &tiers, stop)
    }

    /// Edges with the number of the grid that they bound; `tiers` are those of the grids.
    pub fn of_edges(
        edges: impl Iterator<Item = (Point, Point, u32)>,
        tiers: &[Tier],
        stop: &StopFlag,
    ) -> Result<Overlay, Stopped> {
        let mut labels = LabelSets::default();
        let alone: Vec<LabelSet> = (0u32..).zip(tiers).map(|(id, _)| labels.of([id])).collect();
        let segments: Vec<Segment<Lattice>> =
            edges.map(|(a, b, id)| Segment { a, b, toggles: alone[id as usize] }).collect();
        let noded = node_until(&segments, &mut labels, &stop.part(0.0, 0.7))?;
        drop(segments);
        let edges = label_sides_until(&noded, LabelSets::EMPTY, &mut labels, &stop.part(0.7, 1.0))?;
        let mut owners = FxHashMap::default();
        for set in edges.iter().flat_map(|edge| [edge.left, edge.right]) {
            owners.entry(set).or_insert_with(|| resolve(labels.members(set), tiers));
        }
        Ok(Overlay { labels, edges, owners })
    }

    /// The regions whose label sets fall in the same class, by class.
    pub fn regions<K: Ord + Clone>(&self, class: impl Fn(LabelSet) -> Option<K>) -> Vec<(K, MultiPolygon)> {
        let classes: FxHashMap<LabelSet, Option<K>> = self.owners.keys().map(|&set| (set, class(set))).collect();
        let mut rims: Vec<(&K, (Point, Point))> = Vec::new();
        for edge in &self.edges {
            let (left, right) = (&classes[&edge.left], &classes[&edge.right]);
            if left != right {
                rims.extend(left.iter().map(|class| (class, (edge.a, edge.b))));
                rims.extend(right.iter().map(|class| (class, (edge.b, edge.a))));
            }
        }
        rims.sort_unstable();
        rims.chunk_by(|p, q| p.0 == q.0)
            .map(|chunk| {
                let edges: Vec<(Point, Point)> = chunk.iter().map(|&(_, edge)| edge).collect();
                (chunk[0].0.clone(), faces::polygons(&edges))
            })
            .filter(|(_, shape)| !shape.is_empty())
            .collect()
    }

    /// The grids of a tier on the outer side of the polygon's rings.
    pub fn owners_around(&self, polygon: &Polygon, tier: Tier) -> Vec<GridId> {
        let mut found = Vec::new();
        for ring in polygon.rings() {
            for (i, &a) in ring.iter().enumerate() {
                let b = ring[(i + 1) % ring.len()];
                let at = self.edges.binary_search_by_key(&(a.min(b), a.max(b)), |edge| (edge.a, edge.b));
                let edge = &self.edges[at.expect("regions are made of edges")];
                let outer = if a < b { edge.right } else { edge.left };
                found.extend(self.owners[&outer][tier]);
            }
        }
        found.sort_unstable();
        found.dedup();
        found
    }
}

/// The owner in each tier: where grids of one tier overlap, the one with the lower code, which has the lower number.
fn resolve(members: &[u32], tiers: &[Tier]) -> Owners {
    let mut owners = Owners::default();
    for &member in members {
        owners[tiers[member as usize]].get_or_insert(GridId(member));
    }
    owners
}
