//! Snap rounding: segments that cross or nearly touch become segments that meet only at their ends.
//!
//! Hobby's scheme: the unit squares around all end points and all rounded crossings are *hot*; every segment is bent
//! through the centres of the hot squares it passes. Squares are half-open (west and south edge in), as in the JTS
//! `HotPixel`. Nothing moves by more than half a unit a pass, no two borders change sides, and on borders that meet
//! properly already nothing moves at all. Passes repeat until one changes nothing, so noding twice is noding once.

use super::cells::Cells;
use super::labels::{LabelSet, LabelSets};
use super::stop::{StopFlag, Stopped, unstopped};
use crate::geometry::point::{Point, Space};
use crate::geometry::predicates::{dot, orient};

/// A straight piece of border. Whoever crosses it passes from a set of grids to that set toggled by `toggles`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment<S: Space> {
    pub a: Point<S>,
    pub b: Point<S>,
    pub toggles: LabelSet,
}

/// Passes after which noding ends even if the last one still moved something; two or three are usual.
const MAX_PASSES: usize = 32;

/// Nodes the segments: the answer covers the same borders, every piece is there once with `a < b`, pieces meet only
/// at common ends, and pieces that toggle nothing are gone. Sorted by (a, b).
pub fn node<S: Space>(segments: &[Segment<S>], labels: &mut LabelSets) -> Vec<Segment<S>> {
    unstopped(|stop| node_until(segments, labels, stop))
}

pub(super) fn node_until<S: Space>(
    segments: &[Segment<S>],
    labels: &mut LabelSets,
    stop: &StopFlag,
) -> Result<Vec<Segment<S>>, Stopped> {
    let mut noded = merge(segments.to_vec(), labels);
    for stop in stop.halves().take(MAX_PASSES) {
        let ends: Vec<(Point<S>, Point<S>)> = noded.iter().map(|s| (s.a, s.b)).collect();
        let splits = pass_until(&ends, &stop)?.splits;
        if splits.is_empty() {
            break;
        }
        let mut pieces = Vec::with_capacity(noded.len() + 2 * splits.len());
        let mut next_split = splits.iter().peekable();
        for (i, segment) in (0u32..).zip(&noded) {
            match next_split.next_if(|split| split.segment == i) {
                None => pieces.push(*segment),
                Some(split) => {
                    let mut from = segment.a;
                    for &to in split.through.iter().chain([&segment.b]) {
                        pieces.push(Segment { a: from, b: to, toggles: segment.toggles });
                        from = to;
                    }
                }
            }
        }
        noded = merge(pieces, labels);
    }
    Ok(noded)
}

/// Each piece once, `a < b`, with what it toggles in all; those without length or toggles are dropped.
fn merge<S: Space>(mut pieces: Vec<Segment<S>>, labels: &mut LabelSets) -> Vec<Segment<S>> {
    for piece in &mut pieces {
        if piece.b < piece.a {
            std::mem::swap(&mut piece.a, &mut piece.b);
        }
    }
    pieces.retain(|piece| piece.a != piece.b);
    pieces.sort_unstable_by_key(|piece| (piece.a, piece.b));
    let mut merged: Vec<Segment<S>> = Vec::with_capacity(pieces.len());
    for same in pieces.chunk_by(|p, q| (p.a, p.b) == (q.a, q.b)) {
        let toggles = same.iter().fold(LabelSets::EMPTY, |sum, piece| labels.toggle(sum, piece.toggles));
        if toggles != LabelSets::EMPTY {
            merged.push(Segment { toggles, ..same[0] });
        }
    }
    merged
}

/// A segment with the hot points it has to pass through, in order, its own ends left out.
pub(super) struct Split<S: Space> {
    pub segment: u32,
    pub through: Vec<Point<S>>,
}

/// What one pass of snap rounding finds.
pub(super) struct Pass<S: Space> {
    /// In the order of the segments.
    pub splits: Vec<Split<S>>,
    /// Pairs of segments whose interiors cross, with the crossing rounded to a point.
    pub crossings: Vec<(u32, u32, Point<S>)>,
}

/// One pass over segments given by their ends; none of them has length 0.
pub(super) fn pass<S: Space>(segments: &[(Point<S>, Point<S>)]) -> Pass<S> {
    unstopped(|stop| pass_until(segments, stop))
}

fn pass_until<S: Space>(segments: &[(Point<S>, Point<S>)], stop: &StopFlag) -> Result<Pass<S>, Stopped> {
    stop.go_on()?;
    let cells = Cells::over(segments);
    let in_cell = cells.segments_by_cell(segments);
    let mut crossings = Vec::new();
    let (finding, splitting) = (stop.part(0.0, 0.5), stop.part(0.5, 1.0));
    let cells_with_segments = in_cell.rows();
    let count = cells_with_segments.len();
    for (done, cell) in cells_with_segments.enumerate() {
        finding.go_on_at(done, count)?;
        for (k, &i) in cell.iter().enumerate() {
            for &j in &cell[k + 1..] {
                if let Some(point) = crossing(segments[i as usize], segments[j as usize]) {
                    crossings.push((i, j, point));
                }
            }
        }
    }
    crossings.sort_unstable();
    crossings.dedup();

    let mut hot: Vec<Point<S>> = segments.iter().flat_map(|&(a, b)| [a, b]).collect();
    hot.extend(crossings.iter().map(|&(_, _, point)| point));
    hot.sort_unstable();
    hot.dedup();
    stop.go_on()?;
    let hot_in_cell = cells.points_by_cell(&hot);

    let mut splits = Vec::new();
    let mut through: Vec<Point<S>> = Vec::new();
    for (i, &(a, b)) in (0u32..).zip(segments) {
        splitting.go_on_at(i as usize, segments.len())?;
        through.clear();
        cells.each_along(a, b, |cell| {
            for &h in hot_in_cell.row(cell) {
                let p = hot[h as usize];
                if p != a && p != b && passes_square(a, b, p) {
                    through.push(p);
                }
            }
        });
        if !through.is_empty() {
            // A hot point lies in one cell, but a segment may be asked to visit a cell twice.
            through.sort_unstable_by_key(|&p| (dot(a, b, p), p));
            through.dedup();
            splits.push(Split { segment: i, through: through.clone() });
        }
    }
    Ok(Pass { splits, crossings })
}

/// Where the interiors of two segments cross, rounded to the nearest point (halves up); `None` where they only touch.
fn crossing<S: Space>((a, b): (Point<S>, Point<S>), (c, d): (Point<S>, Point<S>)) -> Option<Point<S>> {
    if a.x.max(b.x) < c.x.min(d.x)
        || c.x.max(d.x) < a.x.min(b.x)
        || a.y.max(b.y) < c.y.min(d.y)
        || c.y.max(d.y) < a.y.min(b.y)
    {
        return None;
    }
    let (turn_c, turn_d) = (orient(a, b, c), orient(a, b, d));
    if turn_c.signum() * turn_d.signum() >= 0 || orient(c, d, a).signum() * orient(c, d, b).signum() >= 0 {
        return None;
    }
    // c + (d - c) · turn_c / (turn_c - turn_d), rounded; with i32 coordinates all products stay below 2^102.
    let (over, under) = if turn_c > 0 { (turn_c, turn_c - turn_d) } else { (-turn_c, turn_d - turn_c) };
    let rounded = |from: i32, to: i32| {
        let step = (2 * (i128::from(to) - i128::from(from)) * over + under).div_euclid(2 * under);
        i32::try_from(i128::from(from) + step).expect("a crossing lies between the ends")
    };
    Some(Point::new(rounded(c.x, d.x), rounded(c.y, d.y)))
}

/// Whether the segment meets the half-open unit square around `p`.
fn passes_square<S: Space>(a: Point<S>, b: Point<S>, p: Point<S>) -> bool {
    // In doubled coordinates, relative to p: the square is [-1, 1) × [-1, 1). From west to east.
    let relative = |q: Point<S>| [2 * (i64::from(q.x) - i64::from(p.x)), 2 * (i64::from(q.y) - i64::from(p.y))];
    let (a, b) = if a.x <= b.x { (relative(a), relative(b)) } else { (relative(b), relative(a)) };
    if b[0] < -1 || a[0] >= 1 || a[1].max(b[1]) < -1 || a[1].min(b[1]) >= 1 {
        return false;
    }
    if a[0] == b[0] || a[1] == b[1] {
        return true;
    }
    let rising = a[1] < b[1];
    let turn = |x: i64, y: i64| {
        let product = i128::from(b[0] - a[0]) * i128::from(y - a[1]) - i128::from(b[1] - a[1]) * i128::from(x - a[0]);
        product.signum()
    };
    let north_west = turn(-1, 1);
    if north_west == 0 {
        return !rising;
    }
    let north_east = turn(1, 1);
    if north_east == 0 {
        return rising;
    }
    if north_west != north_east {
        return true;
    }
    let south_west = turn(-1, -1);
    if south_west == 0 || south_west != north_west {
        return true;
    }
    let south_east = turn(1, -1);
    if south_east == 0 {
        return !rising;
    }
    south_east != south_west || south_east != north_east
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::point::Lattice;
    use crate::geometry::predicates::on_segment;
    use proptest::prelude::*;

    fn p(x: i32, y: i32) -> Point<Lattice> {
        Point::new(x, y)
    }

    /// Every pair of pieces meets at common ends at most; by brute force.
    fn assert_noded(pieces: &[Segment<Lattice>]) {
        for (i, s) in pieces.iter().enumerate() {
            assert!(s.a < s.b);
            for t in &pieces[i + 1..] {
                assert!((s.a, s.b) != (t.a, t.b));
                assert_eq!(crossing((s.a, s.b), (t.a, t.b)), None, "{s:?} crosses {t:?}");
                for (u, v) in [(s, t), (t, s)] {
                    for q in [v.a, v.b] {
                        assert!(q == u.a || q == u.b || !on_segment(u.a, u.b, q), "{q:?} lies on {u:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_cross_becomes_four_pieces() {
        let mut labels = LabelSets::default();
        let (one, two) = (labels.of([1]), labels.of([2]));
        let noded = node(
            &[Segment { a: p(0, 0), b: p(10, 10), toggles: one }, Segment { a: p(10, 0), b: p(0, 10), toggles: two }],
            &mut labels,
        );
        assert_eq!(noded.len(), 4);
        assert!(noded.iter().all(|piece| piece.a == p(5, 5) || piece.b == p(5, 5)));
    }

    #[test]
    fn a_vertex_on_an_edge_becomes_a_junction() {
        let mut labels = LabelSets::default();
        let (one, two) = (labels.of([1]), labels.of([2]));
        let noded = node(
            &[Segment { a: p(0, 0), b: p(9, 3), toggles: one }, Segment { a: p(6, 2), b: p(9, 9), toggles: two }],
            &mut labels,
        );
        assert_eq!(noded.len(), 3);
        assert_noded(&noded);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]
        /// Dense random segments on a tiny lattice are the hardest input there is for snap rounding.
        #[test]
        fn pieces_meet_only_at_their_ends(
            ends in prop::collection::vec(((0i32..40, 0i32..40), (0i32..40, 0i32..40)), 1..25),
        ) {
            let mut labels = LabelSets::default();
            let segments: Vec<_> = (0u32..).zip(&ends).map(|(i, &((ax, ay), (bx, by)))| {
                Segment { a: p(ax, ay), b: p(bx, by), toggles: labels.of([i]) }
            }).collect();
            let noded = node(&segments, &mut labels);
            assert_noded(&noded);
            prop_assert_eq!(node(&noded, &mut labels), noded);
        }

        #[test]
        fn a_crossing_is_rounded_to_the_nearest_point(
            q in prop::array::uniform8(-1_800_000_000i32..1_800_000_000),
        ) {
            let (a, b, c, d) = (p(q[0], q[1] / 2), p(q[2], q[3] / 2), p(q[4], q[5] / 2), p(q[6], q[7] / 2));
            if let Some(x) = crossing((a, b), (c, d)) {
                prop_assert!(passes_square(a, b, x) && passes_square(c, d, x));
            }
        }
    }
}
