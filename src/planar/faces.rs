//! Directed edges back to polygons.

use std::cmp::Ordering;

use rustc_hash::FxHashMap;

use crate::geometry::point::{IntBox, MultiPolygon, Point, Polygon, Ring, Space, ring_area2};
use crate::geometry::predicates::compare_angles;

/// Traces directed edges, each with the area on its left, into valid polygons: shells counter-clockwise, holes
/// clockwise (y up), every ring simple and starting at its smallest point, rings touching each other in points at
/// most. The edges must be noded, and as many must leave each point as arrive; a hole without a shell around it
/// (the rim of an area that has no end) is left out.
pub fn polygons<S: Space>(edges: &[(Point<S>, Point<S>)]) -> MultiPolygon<S> {
    let (mut shells, mut holes) = (Vec::new(), Vec::new());
    for ring in rings(edges) {
        match ring_area2(&ring).cmp(&0) {
            Ordering::Greater => shells.push(Polygon { shell: ring, holes: Vec::new() }),
            Ordering::Less => holes.push(ring),
            Ordering::Equal => {}
        }
    }
    shells.sort_by_key(|polygon| polygon.shell[0]);
    holes.sort_by_key(|hole| hole[0]);
    if holes.is_empty() {
        return shells;
    }
    let boxes: Vec<IntBox<S>> =
        shells.iter().map(|p| IntBox::around(&p.shell).expect("a ring with area has points")).collect();
    let areas: Vec<i128> = shells.iter().map(|p| ring_area2(&p.shell)).collect();
    for hole in holes {
        let around = (0..shells.len())
            .filter(|&i| boxes[i].contains(hole[0]) && holds_edge(&shells[i].shell, hole[0], hole[1]))
            .min_by_key(|&i| areas[i]);
        if let Some(i) = around {
            shells[i].holes.push(hole);
        }
    }
    shells
}

/// The simple rings that the edges form.
fn rings<S: Space>(edges: &[(Point<S>, Point<S>)]) -> Vec<Ring<S>> {
    let mut order: Vec<(Point<S>, Point<S>)> = edges.to_vec();
    order.sort_unstable();
    let mut taken = vec![false; order.len()];
    let mut found = Vec::new();
    for start in 0..order.len() {
        if taken[start] {
            continue;
        }
        let mut walk: Vec<Point<S>> = Vec::new();
        let mut at = start;
        loop {
            taken[at] = true;
            let (a, b) = order[at];
            walk.push(a);
            let leaving = order.partition_point(|e| e.0 < b)..order.partition_point(|e| e.0 <= b);
            let Some(next) = next_edge(&order, &taken, leaving, a, b) else { break };
            at = next;
        }
        split_at_repeated_points(&walk, &mut found);
    }
    found
}

/// The edge that goes on along the same face: the first one clockwise from the way back, among those not yet walked.
fn next_edge<S: Space>(
    order: &[(Point<S>, Point<S>)],
    taken: &[bool],
    leaving: std::ops::Range<usize>,
    a: Point<S>,
    b: Point<S>,
) -> Option<usize> {
    let mut free = leaving.filter(|&i| !taken[i]);
    let first = free.next()?;
    Some(free.fold(first, |best, candidate| {
        // Clockwise from the way back = largest angle counted counter-clockwise from it.
        let turn = compare_angles(b, a, order[candidate].1, order[best].1);
        if turn == Ordering::Greater { candidate } else { best }
    }))
}

/// Cuts a closed walk into simple rings wherever it comes back to a point.
fn split_at_repeated_points<S: Space>(walk: &[Point<S>], found: &mut Vec<Ring<S>>) {
    let mut path: Vec<Point<S>> = Vec::with_capacity(walk.len());
    let mut position: FxHashMap<Point<S>, usize> = FxHashMap::default();
    for &point in walk {
        if let Some(&from) = position.get(&point) {
            let ring = path.split_off(from);
            for p in &ring {
                position.remove(p);
            }
            keep(ring, found);
        }
        position.insert(point, path.len());
        path.push(point);
    }
    keep(path, found);
}

fn keep<S: Space>(mut ring: Ring<S>, found: &mut Vec<Ring<S>>) {
    if ring.len() < 3 {
        return;
    }
    let smallest = (0..ring.len()).min_by_key(|&i| ring[i]).expect("a ring has points");
    ring.rotate_left(smallest);
    found.push(ring);
}

/// Whether the middle of the edge a, b, which is none of the ring's own, lies inside the ring.
pub(super) fn holds_edge<S: Space>(ring: &[Point<S>], a: Point<S>, b: Point<S>) -> bool {
    // In doubled coordinates the middle is an integer point. A ray to the east; edges count half-open in y.
    let (mx, my) = (i64::from(a.x) + i64::from(b.x), i64::from(a.y) + i64::from(b.y));
    let mut inside = false;
    for (i, p) in ring.iter().enumerate() {
        let q = ring[(i + 1) % ring.len()];
        let (px, py) = (2 * i64::from(p.x), 2 * i64::from(p.y));
        let (qx, qy) = (2 * i64::from(q.x), 2 * i64::from(q.y));
        if (py <= my) != (qy <= my) {
            let turn = i128::from(qx - px) * i128::from(my - py) - i128::from(qy - py) * i128::from(mx - px);
            if (turn > 0) == (qy > py) {
                inside = !inside;
            }
        }
    }
    inside
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::point::Lattice;

    fn p(x: i32, y: i32) -> Point<Lattice> {
        Point::new(x, y)
    }

    fn edges(ring: &[(i32, i32)]) -> Vec<(Point, Point)> {
        (0..ring.len())
            .map(|i| {
                let (a, b) = (ring[i], ring[(i + 1) % ring.len()]);
                (p(a.0, a.1), p(b.0, b.1))
            })
            .collect()
    }

    #[test]
    fn a_hole_that_touches_its_shell_stays_a_hole() {
        let mut all = edges(&[(0, 0), (10, 0), (10, 10), (0, 10)]);
        all.extend(edges(&[(0, 0), (2, 5), (5, 2)]));
        let found = polygons(&all);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].shell.len(), 4);
        assert_eq!(found[0].holes, vec![vec![p(0, 0), p(2, 5), p(5, 2)]]);
    }

    #[test]
    fn two_squares_that_touch_in_a_corner_are_two() {
        let mut all = edges(&[(0, 0), (5, 0), (5, 5), (0, 5)]);
        all.extend(edges(&[(5, 5), (9, 5), (9, 9), (5, 9)]));
        assert_eq!(polygons(&all).len(), 2);
    }

    #[test]
    fn an_island_in_a_hole_is_a_polygon_of_its_own() {
        let mut all = edges(&[(0, 0), (20, 0), (20, 20), (0, 20)]);
        all.extend(edges(&[(2, 2), (2, 18), (18, 18), (18, 2)]));
        all.extend(edges(&[(5, 5), (15, 5), (15, 15), (5, 15)]));
        all.extend(edges(&[(7, 7), (7, 9), (9, 9), (9, 7)]));
        let found = polygons(&all);
        assert_eq!(found.iter().map(|polygon| polygon.holes.len()).collect::<Vec<_>>(), [1, 1]);
    }

    #[test]
    fn the_outside_of_a_square_is_no_polygon() {
        assert!(polygons(&edges(&[(0, 0), (0, 9), (9, 9), (9, 0)])).is_empty());
    }
}
