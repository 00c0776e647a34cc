//! A draft's borders laid over one another: noded, and labelled with the grids on both sides.

use rustc_hash::FxHashMap;

use super::arrangement::{LabelledEdge, label_sides};
use super::labels::{LabelSet, LabelSets};
use super::noding::{Segment, node};
use super::snap::GridRing;
use crate::domain::grid::{Grid, GridId, Owners};
use crate::geometry::point::Lattice;

/// All borders of a draft, noded and labelled. The labels are positions in the table of grids.
pub(super) struct Overlay {
    pub labels: LabelSets,
    /// Sorted by (a, b); the label sets of both sides, overlaps and all.
    pub edges: Vec<LabelledEdge<Lattice>>,
    /// What each label set in use comes to in each tier.
    pub owners: FxHashMap<LabelSet, Owners>,
}

impl Overlay {
    pub fn of(rings: &[GridRing], grids: &[Grid]) -> Overlay {
        let mut labels = LabelSets::default();
        let mut segments: Vec<Segment<Lattice>> = Vec::new();
        for ring in rings {
            let toggles = labels.of([ring.grid]);
            for (i, &a) in ring.points.iter().enumerate() {
                segments.push(Segment { a, b: ring.points[(i + 1) % ring.points.len()], toggles });
            }
        }
        let noded = node(&segments, &mut labels);
        drop(segments);
        let edges = label_sides(&noded, LabelSets::EMPTY, &mut labels);
        let mut owners = FxHashMap::default();
        for set in edges.iter().flat_map(|edge| [edge.left, edge.right]) {
            owners.entry(set).or_insert_with(|| resolve(labels.members(set), grids));
        }
        Overlay { labels, edges, owners }
    }
}

/// The owner in each tier: where grids of one tier overlap, the one with the lower code, which has the lower number.
fn resolve(members: &[u32], grids: &[Grid]) -> Owners {
    let mut owners = Owners::default();
    for &member in members {
        owners[grids[member as usize].tier].get_or_insert(GridId(member));
    }
    owners
}
