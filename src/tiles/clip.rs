//! Cutting lines at a box, and the box's own frame.
//!
//! ```text
//!        │    ╱            Pieces inside the box keep their toggles; where the box cuts a line, the cut is rounded
//!   ┌────┼───╱───┐         to the grid. Outside of the frame is nothing (the empty set), so a piece of frame toggles
//!   │    │  ╱    │         exactly the set of grids just outside of the box there: it starts from a known set in the
//!   │    └─╱─┐   │         first corner, and changes where a line ends on the frame.
//!   └─────╱──┼───┘
//! ```
//! The box is closed: what runs along its frame is inside. "Just outside" is a hair beyond the frame. Since every
//! junction inside keeps all of its lines, the toggles of all cuts together are empty, and the sets come out even.

use crate::geometry::point::{Point, Space};
use crate::planar::labels::{LabelSet, LabelSets};
use crate::planar::noding::Segment;

/// A square with both rims inside: from `min` to `max` in x and in y.
#[derive(Clone, Copy, Debug)]
pub(super) struct Square {
    pub min: i32,
    pub max: i32,
}

impl Square {
    /// The part of a → b inside the square, its cuts rounded (halves up); `None` where there is none with a length.
    pub(super) fn clip<S: Space>(self, a: Point<S>, b: Point<S>) -> Option<(Point<S>, Point<S>)> {
        let inside = |p: Point<S>| (self.min..=self.max).contains(&p.x) && (self.min..=self.max).contains(&p.y);
        if inside(a) && inside(b) {
            return (a != b).then_some((a, b));
        }
        let [ax, ay, bx, by] = [a.x, a.y, b.x, b.y].map(i64::from);
        let (min, max) = (i64::from(self.min), i64::from(self.max));
        // Shares of the way from a to b, as fractions over a positive number.
        let (mut enter, mut leave): (Share, Share) = ((0, 1), (1, 1));
        // Each side as the amounts by which a and b are inside of it.
        for (from, to) in [(ax - min, bx - min), (max - ax, max - bx), (ay - min, by - min), (max - ay, max - by)] {
            match (from < 0, to < 0) {
                (true, true) => return None,
                (true, false) => enter = later(enter, (-from, to - from)),
                (false, true) => leave = earlier(leave, (from, from - to)),
                (false, false) => {}
            }
        }
        if !is_before(enter, leave) {
            return None;
        }
        let at = |(over, under): Share| {
            let along = |from: i64, to: i64| {
                let step = (2 * i128::from(to - from) * i128::from(over) + i128::from(under))
                    .div_euclid(2 * i128::from(under));
                i32::try_from(from + step as i64).expect("a cut lies between the ends")
            };
            Point::new(along(ax, bx), along(ay, by))
        };
        let (from, to) = (at(enter), at(leave));
        (from != to).then_some((from, to))
    }

    /// Distance along the frame from its first corner (min, min): first along y = min, then around.
    fn along<S: Space>(self, p: Point<S>) -> Option<i32> {
        let side = self.max - self.min;
        if p.y == self.min {
            Some(p.x - self.min)
        } else if p.x == self.max {
            Some(side + p.y - self.min)
        } else if p.y == self.max {
            Some(2 * side + self.max - p.x)
        } else if p.x == self.min {
            Some(3 * side + self.max - p.y)
        } else {
            None
        }
    }

    /// The point at a distance along the frame.
    fn at<S: Space>(self, along: i32) -> Point<S> {
        let side = self.max - self.min;
        match along / side {
            0 => Point::new(self.min + along, self.min),
            1 => Point::new(self.max, self.min + along - side),
            2 => Point::new(self.max - (along - 2 * side), self.max),
            _ => Point::new(self.min, self.max - (along - 3 * side)),
        }
    }

    /// Whether a piece lies on one side of the frame.
    pub(super) fn on_frame<S: Space>(self, a: Point<S>, b: Point<S>) -> bool {
        [self.min, self.max].iter().any(|&rim| (a.x == rim && b.x == rim) || (a.y == rim && b.y == rim))
    }

    /// Appends the frame to the pieces of lines inside. `corner` is the set just outside of the first corner, half a
    /// unit along y = min.
    pub(super) fn add_frame<S: Space>(self, pieces: &mut Vec<Segment<S>>, corner: LabelSet, labels: &mut LabelSets) {
        let side = self.max - self.min;
        let ends = pieces.iter().flat_map(|piece| [(piece.a, piece.toggles), (piece.b, piece.toggles)]);
        let mut stops: Vec<(i32, LabelSet)> = ends.filter_map(|(p, toggles)| Some((self.along(p)?, toggles))).collect();
        stops.extend((1..=4).map(|i| (i * side, LabelSets::EMPTY)));
        stops.sort_unstable();
        let mut set = corner;
        let mut from = 0;
        for &(to, toggles) in stops.iter().filter(|stop| stop.0 > 0) {
            if to > from {
                if set != LabelSets::EMPTY {
                    pieces.push(Segment { a: self.at(from), b: self.at(to % (4 * side)), toggles: set });
                }
                from = to;
            }
            set = labels.toggle(set, toggles);
        }
        // Lines that end in the first corner itself close the circle.
        let closing = stops.iter().filter(|stop| stop.0 == 0).fold(set, |set, stop| labels.toggle(set, stop.1));
        debug_assert_eq!(labels.members(closing), labels.members(corner), "the sets around a tile come out even");
    }
}

/// A share of a way: over, under; under > 0.
type Share = (i64, i64);

fn is_before(a: Share, b: Share) -> bool {
    i128::from(a.0) * i128::from(b.1) < i128::from(b.0) * i128::from(a.1)
}

fn later(a: Share, b: Share) -> Share {
    if is_before(a, b) { b } else { a }
}

fn earlier(a: Share, b: Share) -> Share {
    if is_before(a, b) { a } else { b }
}

/// Whether a → b crosses the ray that comes from the west, a hair on the small side of `corner.y`, and ends half a
/// unit east of `corner`: the cuts that [`Square::clip`] rounds to the corner are crossed, those after it are not.
pub(super) fn crosses_west_of<S: Space>(a: Point<S>, b: Point<S>, corner: Point<S>) -> bool {
    if (a.y < corner.y) == (b.y < corner.y) {
        return false;
    }
    let [ax, ay, bx, by, x, y] = [a.x, a.y, b.x, b.y, corner.x, corner.y].map(i128::from);
    // ax + (bx - ax) · (y - ay) / (by - ay) < x + 1/2
    let (over, under) = ((bx - ax) * (y - ay), by - ay);
    let (over, under) = if under < 0 { (-over, -under) } else { (over, under) };
    2 * (ax * under + over) < (2 * x + 1) * under
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::point::{TileGrid, ring_area2};
    use crate::planar::arrangement::label_sides;
    use crate::planar::faces::polygons;
    use crate::planar::noding::node;
    use proptest::prelude::*;

    const SQUARE: Square = Square { min: -10, max: 50 };

    fn p(x: i32, y: i32) -> Point<TileGrid> {
        Point::new(x, y)
    }

    #[test]
    fn cuts_at_the_rim() {
        assert_eq!(SQUARE.clip(p(-20, 0), p(20, 40)), Some((p(-10, 10), p(20, 40))));
        assert_eq!(SQUARE.clip(p(-20, 0), p(60, 0)), Some((p(-10, 0), p(50, 0))));
        assert_eq!(SQUARE.clip(p(-20, -20), p(60, 60)), Some((p(-10, -10), p(50, 50))));
        // Past the corner, and touching it.
        assert_eq!(SQUARE.clip(p(-20, 0), p(0, -21)), None);
        assert_eq!(SQUARE.clip(p(-20, 0), p(0, -20)), None);
        assert_eq!(SQUARE.clip(p(-10, 5), p(-10, 60)), Some((p(-10, 5), p(-10, 50))));
        assert_eq!(SQUARE.clip(p(-11, 5), p(-11, 60)), None);
    }

    /// The area of a ring inside the square, by clipping the polygon in floating point (Sutherland and Hodgman).
    fn area_inside(ring: &[(i32, i32)]) -> f64 {
        let mut points: Vec<[f64; 2]> = ring.iter().map(|&(x, y)| [f64::from(x), f64::from(y)]).collect();
        let (min, max) = (f64::from(SQUARE.min), f64::from(SQUARE.max));
        for (axis, rim, sign) in [(0, min, 1.0), (0, max, -1.0), (1, min, 1.0), (1, max, -1.0)] {
            let inside = |p: &[f64; 2]| (p[axis] - rim) * sign >= 0.0;
            let mut kept = Vec::new();
            for i in 0..points.len() {
                let (a, b) = (points[i], points[(i + 1) % points.len()]);
                if inside(&a) {
                    kept.push(a);
                }
                if inside(&a) != inside(&b) {
                    let t = (rim - a[axis]) / (b[axis] - a[axis]);
                    kept.push([a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])]);
                }
            }
            points = kept;
        }
        let twice: f64 = (0..points.len())
            .map(|i| {
                let (a, b) = (points[i], points[(i + 1) % points.len()]);
                a[0] * b[1] - b[0] * a[1]
            })
            .sum();
        twice.abs() / 2.0
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]
        /// A random triangle, cut, framed, noded and traced, keeps its area but for the rounding along its sides.
        #[test]
        fn a_framed_triangle_keeps_its_area(ring in prop::array::uniform3((-60i32..100, -60i32..100))) {
            let mut labels = LabelSets::default();
            let set = labels.of([7]);
            let sides: Vec<_> = (0..3).map(|i| (p(ring[i].0, ring[i].1), p(ring[(i + 1) % 3].0, ring[(i + 1) % 3].1))).collect();
            let mut pieces: Vec<_> = sides.iter()
                .filter_map(|&(a, b)| SQUARE.clip(a, b))
                .map(|(a, b)| Segment { a, b, toggles: set }).collect();
            let crossed = sides.iter().filter(|(a, b)| crosses_west_of(*a, *b, p(SQUARE.min, SQUARE.min))).count();
            let corner = if crossed % 2 == 1 { set } else { LabelSets::EMPTY };
            SQUARE.add_frame(&mut pieces, corner, &mut labels);
            let noded = node(&pieces, &mut labels);
            let edges: Vec<_> = label_sides(&noded, LabelSets::EMPTY, &mut labels).iter()
                .map(|edge| if edge.left == set { (edge.a, edge.b) } else { (edge.b, edge.a) }).collect();
            let area: i128 = polygons(&edges).iter().flat_map(|polygon| polygon.rings().map(|r| ring_area2(r)).collect::<Vec<_>>()).sum();
            let expected = area_inside(&ring);
            // Half a unit along three sides of at most 85 units each, and the passes of noding.
            prop_assert!((area as f64 / 2.0 - expected).abs() <= 140.0, "{} instead of {}", area as f64 / 2.0, expected);
        }
    }
}
