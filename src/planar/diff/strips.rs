//! The strips of one tier: the whole borders of the grids that differ, old and new, laid over one another.

use std::collections::BTreeMap;

use super::Strip;
use super::pairs::Pairs;
use crate::domain::grid::GridId;
use crate::domain::tier::Tier;
use crate::geometry::geodesic::shape_area_m2;
use crate::geometry::point::Point;
use crate::planar::arrangement::label_sides;
use crate::planar::faces::polygons;
use crate::planar::labels::{LabelSet, LabelSets};
use crate::planar::map::PlanarMap;
use crate::planar::noding::{Segment, node};

/// The owners of a face as places in [`Pairs`], before and after.
type Change = (Option<u32>, Option<u32>);

/// `affected` says, by place in [`Pairs`], which grids have a border that differs. A grid that has none is the same
/// area in both editions, so it can be left out: what it covers changes nothing for anybody.
pub(super) fn of_tier(
    old: &PlanarMap,
    new: &PlanarMap,
    pairs: &Pairs,
    tier: Tier,
    affected: &[bool],
) -> impl Iterator<Item = Strip> {
    let mut labels = LabelSets::default();
    let mut segments = Vec::new();
    // Label 2i says "of grid i before", 2i + 1 "of grid i after", so that one label holds both owners of a face.
    add_borders(
        old,
        tier,
        |id| Some(pairs.of_old(id)).filter(|&place| affected[place as usize]).map(|i| 2 * i),
        &mut segments,
        &mut labels,
    );
    add_borders(
        new,
        tier,
        |id| Some(pairs.of_new(id)).filter(|&place| affected[place as usize]).map(|i| 2 * i + 1),
        &mut segments,
        &mut labels,
    );
    let noded = node(&segments, &mut labels);
    drop(segments);
    let mut edges_of: BTreeMap<Change, Vec<(Point, Point)>> = BTreeMap::new();
    for edge in label_sides(&noded, LabelSets::EMPTY, &mut labels) {
        let (left, right) = (change(edge.left, &labels), change(edge.right, &labels));
        if left != right {
            if left.0 != left.1 {
                edges_of.entry(left).or_default().push((edge.a, edge.b));
            }
            if right.0 != right.1 {
                edges_of.entry(right).or_default().push((edge.b, edge.a));
            }
        }
    }
    edges_of.into_iter().filter_map(move |((from, to), edges)| {
        let shape = polygons(&edges);
        let from = from.map(|place| pairs.grids[place as usize].0.expect("a label says that it was there before"));
        let to = to.map(|place| pairs.grids[place as usize].1.expect("a label says that it is there after"));
        let area_m2 = shape_area_m2(&shape);
        (!shape.is_empty()).then_some(Strip { tier, from, to, shape, area_m2 })
    })
}

fn add_borders(
    map: &PlanarMap,
    tier: Tier,
    label_of: impl Fn(GridId) -> Option<u32>,
    segments: &mut Vec<Segment<crate::geometry::point::Lattice>>,
    labels: &mut LabelSets,
) {
    for arc in map.arcs().iter().filter(|arc| arc.parts(tier)) {
        let toggles = labels.of([arc.left[tier], arc.right[tier]].into_iter().flatten().filter_map(&label_of));
        if toggles != LabelSets::EMPTY {
            let pieces = map.points(arc).windows(2).map(|ends| Segment { a: ends[0], b: ends[1], toggles });
            segments.extend(pieces);
        }
    }
}

/// Each edition is a partition, so a label names at most one grid of either. Should rounding ever lay two over one
/// another, the lower code has it, as everywhere.
fn change(set: LabelSet, labels: &LabelSets) -> Change {
    let members = labels.members(set);
    let first = |parity: u32| members.iter().find(|&&label| label % 2 == parity).map(|label| label / 2);
    (first(0), first(1))
}
