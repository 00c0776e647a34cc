//! Noded borders joined into chains between junctions.

use crate::domain::grid::Owners;
use crate::geometry::point::Point;

/// One straight piece of border with its owners; `a < b`, left is left of a → b.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Border {
    pub a: Point,
    pub b: Point,
    pub left: Owners,
    pub right: Owners,
}

impl Border {
    /// The owners on the (left, right) of the piece walked from `a` (forward) or from `b`.
    fn sides(&self, forward: bool) -> (Owners, Owners) {
        if forward { (self.left, self.right) } else { (self.right, self.left) }
    }
}

/// A piece seen from one of its ends.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct HalfBorder {
    from: Point,
    piece: u32,
    forward: bool,
}

/// Calls `arc` with the points and owners of every chain: first those that begin at junctions, in the order of the
/// points, then closed chains without a junction, each from its smallest point. Each piece is in exactly one chain.
pub(crate) fn chain(borders: &[Border], mut arc: impl FnMut(&[Point], Owners, Owners)) {
    let mut halves: Vec<HalfBorder> = Vec::with_capacity(borders.len() * 2);
    for (piece, border) in (0u32..).zip(borders) {
        halves.push(HalfBorder { from: border.a, piece, forward: true });
        halves.push(HalfBorder { from: border.b, piece, forward: false });
    }
    halves.sort_unstable();
    // Where the half that sees a piece from its end lies in `halves`, to step on without a search.
    let mut slot_of = vec![[0u32; 2]; borders.len()];
    for (slot, half) in (0u32..).zip(&halves) {
        slot_of[half.piece as usize][usize::from(half.forward)] = slot;
    }
    let sides = |half: &HalfBorder| borders[half.piece as usize].sides(half.forward);
    // At a junction other than two pieces meet, or (never in a sound map) two with different owners.
    let is_junction = |slot: usize| {
        let at = halves[slot].from;
        let first = (0..=slot).rev().take_while(|&i| halves[i].from == at).last().expect("the slot itself");
        let count = halves[first..].iter().take(3).take_while(|half| half.from == at).count();
        count != 2 || {
            let (left, right) = sides(&halves[first]);
            sides(&halves[first + 1]) != (right, left)
        }
    };
    let mut taken = vec![false; borders.len()];
    let mut path: Vec<Point> = Vec::new();
    for only_junctions in [true, false] {
        for start in 0..halves.len() {
            if taken[halves[start].piece as usize] || (only_junctions && !is_junction(start)) {
                continue;
            }
            let (left, right) = sides(&halves[start]);
            path.clear();
            path.push(halves[start].from);
            let mut at = start;
            loop {
                let half = halves[at];
                taken[half.piece as usize] = true;
                let end = slot_of[half.piece as usize][usize::from(!half.forward)] as usize;
                path.push(halves[end].from);
                if is_junction(end) {
                    break;
                }
                // Exactly two halves begin here: the one we came along and the one to go on with.
                at = if end > 0 && halves[end - 1].from == halves[end].from { end - 1 } else { end + 1 };
                if taken[halves[at].piece as usize] {
                    break;
                }
            }
            arc(&path, left, right);
        }
    }
}
