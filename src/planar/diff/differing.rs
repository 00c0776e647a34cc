//! The grids of a tier that have a piece of border in one edition which the other does not have as it is.

use std::hash::{Hash, Hasher};

use rustc_hash::{FxHashMap, FxHasher};

use super::pairs::Pairs;
use crate::domain::tier::Tier;
use crate::geometry::point::Point;
use crate::planar::map::{Arc, PlanarMap};

/// The owners on both sides, as places in [`Pairs`].
type Sides = (Option<u32>, Option<u32>);

/// A piece of border that was not cancelled with its arc; `a < b`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Piece {
    a: Point,
    b: Point,
    in_new: bool,
    sides: Sides,
}

/// By place in [`Pairs`]: whether a border of the grid differs. All others have the same shape in both editions.
pub(super) fn affected(old: &PlanarMap, new: &PlanarMap, pairs: &Pairs, tier: Tier) -> Vec<bool> {
    let old_sides = |arc: &Arc| (arc.left[tier].map(|id| pairs.of_old(id)), arc.right[tier].map(|id| pairs.of_old(id)));
    let new_sides = |arc: &Arc| (arc.left[tier].map(|id| pairs.of_new(id)), arc.right[tier].map(|id| pairs.of_new(id)));
    // Whole arcs first: nearly all of them are equal as a rule.
    let mut waiting: FxHashMap<u64, Vec<&Arc>> = FxHashMap::default();
    for arc in old.arcs().iter().filter(|arc| arc.parts(tier)) {
        waiting.entry(fingerprint(old.points(arc), old_sides(arc))).or_default().push(arc);
    }
    let mut pieces: Vec<Piece> = Vec::new();
    for arc in new.arcs().iter().filter(|arc| arc.parts(tier)) {
        let (points, sides) = (new.points(arc), new_sides(arc));
        let equal = |other: &&Arc| same_way(old.points(other), old_sides(other), points, sides);
        let known = waiting.get_mut(&fingerprint(points, sides));
        match known.and_then(|arcs| arcs.iter().position(equal).map(|at| arcs.swap_remove(at))) {
            Some(_) => {}
            None => push_pieces(points, sides, true, &mut pieces),
        }
    }
    for arc in waiting.into_values().flatten() {
        push_pieces(old.points(arc), old_sides(arc), false, &mut pieces);
    }
    // A junction of another tier parts one edition's arc and not the other's, so what is left is compared piece by piece.
    pieces.sort_unstable();
    let mut affected = vec![false; pairs.grids.len()];
    for same in pieces.chunk_by(|p, q| (p.a, p.b) == (q.a, q.b)) {
        if let [p, q] = same
            && p.in_new != q.in_new
            && p.sides == q.sides
        {
            continue;
        }
        for place in same.iter().flat_map(|piece| [piece.sides.0, piece.sides.1]).flatten() {
            affected[place as usize] = true;
        }
    }
    affected
}

/// The same number for an arc whichever way it runs.
fn fingerprint(points: &[Point], sides: Sides) -> u64 {
    let hash = |points: &mut dyn Iterator<Item = &Point>, sides: Sides| {
        let mut hasher = FxHasher::default();
        sides.hash(&mut hasher);
        points.for_each(|point| point.hash(&mut hasher));
        hasher.finish()
    };
    let (forward, backward) = (hash(&mut points.iter(), sides), hash(&mut points.iter().rev(), (sides.1, sides.0)));
    forward ^ backward.rotate_left(32) ^ backward ^ forward.rotate_left(32)
}

fn same_way(points: &[Point], sides: Sides, others: &[Point], other_sides: Sides) -> bool {
    (sides == other_sides && points == others)
        || (sides == (other_sides.1, other_sides.0) && points.iter().eq(others.iter().rev()))
}

fn push_pieces(points: &[Point], sides: Sides, in_new: bool, pieces: &mut Vec<Piece>) {
    for ends in points.windows(2) {
        let (a, b) = (ends[0], ends[1]);
        pieces.push(if a < b {
            Piece { a, b, in_new, sides }
        } else {
            Piece { a: b, b: a, in_new, sides: (sides.1, sides.0) }
        });
    }
}
