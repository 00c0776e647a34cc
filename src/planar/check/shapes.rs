//! Each shape by itself: rings that do not close, rings without area, rings that cut or touch themselves.

use rstar::RTree;
use rstar::primitives::{GeomWithData, Rectangle};

use super::{problem, problem_at};
use crate::domain::problem::{Measure, Problem, ProblemCode};
use crate::geometry::feature::{DraftFeature, RawRing};
use crate::geometry::geodesic::distance_m;
use crate::geometry::point::{IntBox, Point, Ring};
use crate::geometry::predicates::orient;
use crate::planar::faces::holds_edge;
use crate::planar::noding::pass;

/// Places of self-intersection named for one grid; what is beyond is counted.
const MAX_PLACES: usize = 100;

/// A ring with area, and what its polygon says it is.
pub(crate) struct CleanRing {
    pub points: Ring,
    pub is_hole: bool,
}

/// The rings without closing point and repeated points; those without area are reported and left out. Of a shape with positions
/// out of range nothing is reported: that of its rings which is left says nothing about them.
pub(crate) fn clean_rings(feature: &DraftFeature, code: &str, problems: &mut Vec<Problem>) -> Vec<CleanRing> {
    let mut rings = Vec::new();
    let is_whole = feature.out_of_range.is_empty();
    let mut report = |kind, at, measure, message| {
        if !is_whole {
            return;
        }
        problems.push(Problem {
            source: Some(feature.source.clone()),
            ..problem_at(kind, vec![code.to_string()], at, measure, message)
        });
    };
    let raws = feature.polygons.iter().flat_map(|polygon| polygon.iter().enumerate());
    for (i, raw) in raws.filter(|(_, raw)| !raw.is_empty()) {
        let (first, last) = (raw[0], raw[raw.len() - 1]);
        if !is_closed(raw) {
            report(
                ProblemCode::RingNotClosed,
                last,
                Measure::LengthM(distance_m(first, last)),
                format!("a ring of {code} ends elsewhere than it begins; --repair closes it"),
            );
        }
        let ring = open_ring(raw);
        if is_collapsed(&ring) {
            let bounds = IntBox::around(&ring).expect("the ring has points");
            report(
                ProblemCode::RingCollapsed,
                first,
                Measure::LengthM(distance_m(bounds.min, bounds.max)),
                format!("a ring of {code} with {} different point(s) has no area; --repair leaves it out", ring.len()),
            );
        } else {
            rings.push(CleanRing { points: ring, is_hole: i > 0 });
        }
    }
    if rings.is_empty() && is_whole {
        problems.push(Problem {
            source: Some(feature.source.clone()),
            place: feature.polygons.iter().flatten().flatten().next().map(|p| p.to_degrees()),
            measure: Some(Measure::AreaM2(0.0)),
            ..problem(
                ProblemCode::EmptyGeometry,
                vec![code.to_string()],
                format!("{code} has no shape with an area; --allow empty_geometry leaves the grid out"),
            )
        });
    }
    rings
}

/// A grid whose whole area went to grids with lower codes, or was too small for the lattice.
pub(crate) fn nothing_left(code: &str) -> Problem {
    Problem {
        measure: Some(Measure::AreaM2(0.0)),
        ..problem(
            ProblemCode::EmptyGeometry,
            vec![code.to_string()],
            format!(
                "nothing is left of {code}: grids with lower codes cover it, or it is thinner than the lattice; --allow \
                 empty_geometry leaves it out"
            ),
        )
    }
}

/// Whether the ring was read with its closing point.
pub(crate) fn is_closed(raw: &RawRing) -> bool {
    raw.len() > 1 && raw[0] == raw[raw.len() - 1]
}

/// Without closing point and points repeated one after the other.
pub(crate) fn open_ring(raw: &RawRing) -> Ring {
    let mut ring = raw.clone();
    ring.dedup();
    while ring.len() > 1 && ring[0] == ring[ring.len() - 1] {
        ring.pop();
    }
    ring
}

/// Whether all points lie on one line, so that there is no inside by any rule.
pub(crate) fn is_collapsed(ring: &[Point]) -> bool {
    ring.len() < 3 || ring[2..].iter().all(|&p| orient(ring[0], ring[1], p) == 0)
}

/// Reports the places where rings cross, run along each other, or come back to a point of their own.
pub(crate) fn check_simple(rings: &[CleanRing], feature: &DraftFeature, code: &str, problems: &mut Vec<Problem>) {
    if !feature.out_of_range.is_empty() {
        return;
    }
    let places = self_intersections(rings);
    if places.is_empty() {
        for ring in misplaced(rings) {
            let what = if ring.is_hole { "a hole lies outside its grid" } else { "a part lies inside another part" };
            problems.push(Problem {
                source: Some(feature.source.clone()),
                ..problem_at(
                    ProblemCode::SelfIntersection,
                    vec![code.to_string()],
                    ring.points[0],
                    Measure::Count(1),
                    format!("{what} of {code}; --allow self_intersection reads it by the even-odd rule"),
                )
            });
        }
    }
    for &at in places.iter().take(MAX_PLACES) {
        let more = if places.len() > 1 { format!(" ({} such places)", places.len()) } else { String::new() };
        problems.push(Problem {
            source: Some(feature.source.clone()),
            ..problem_at(
                ProblemCode::SelfIntersection,
                vec![code.to_string()],
                at,
                Measure::Count(places.len() as u64),
                format!(
                    "the border of {code} crosses or touches itself here{more}; --allow self_intersection reads it by \
                     the even-odd rule"
                ),
            )
        });
    }
}

/// Sorted places. Two rings of one shape may touch in a point; a ring may not touch itself.
fn self_intersections(rings: &[CleanRing]) -> Vec<Point> {
    let mut segments: Vec<(Point, Point)> = Vec::new();
    for CleanRing { points: ring, .. } in rings {
        segments.extend((0..ring.len()).map(|i| (ring[i], ring[(i + 1) % ring.len()])));
    }
    let found = pass(&segments);
    let mut places: Vec<Point> = found.crossings.iter().map(|&(_, _, at)| at).collect();
    let mut splits = found.splits.into_iter().peekable();
    let mut pieces: Vec<(Point, Point)> = Vec::with_capacity(segments.len());
    let mut segment = 0u32;
    for CleanRing { points: ring, .. } in rings {
        let mut visited: Vec<Point> = Vec::with_capacity(ring.len());
        for (i, &a) in ring.iter().enumerate() {
            let mut from = a;
            visited.push(a);
            let through = splits.next_if(|split| split.segment == segment).map(|split| split.through);
            for to in through.into_iter().flatten() {
                pieces.push((from.min(to), from.max(to)));
                visited.push(to);
                from = to;
            }
            let b = ring[(i + 1) % ring.len()];
            pieces.push((from.min(b), from.max(b)));
            segment += 1;
        }
        visited.sort_unstable();
        places.extend(visited.windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| pair[0]));
    }
    pieces.sort_unstable();
    places.extend(pieces.windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| pair[0].0));
    places.sort_unstable();
    places.dedup();
    places
}

/// Of rings that cut neither themselves nor each other: shells with an odd number of rings around them, and holes with an
/// even number. By the even-odd rule a shell inside another would be a hole, and a hole outside a part of the grid.
fn misplaced(rings: &[CleanRing]) -> impl Iterator<Item = &CleanRing> {
    let boxes: Vec<IntBox> =
        rings.iter().map(|ring| IntBox::around(&ring.points).expect("a ring with area has points")).collect();
    // A tree, for a grid may have a hundred thousand holes. Lattice coordinates are exact in doubles.
    let corner = |p: Point| [f64::from(p.x), f64::from(p.y)];
    let tree =
        (0..).zip(&boxes).map(|(i, b)| GeomWithData::new(Rectangle::from_corners(corner(b.min), corner(b.max)), i));
    let tree: RTree<GeomWithData<Rectangle<[f64; 2]>, usize>> = RTree::bulk_load(tree.collect());
    (0..rings.len())
        .filter(move |&i| {
            let around = tree
                .locate_all_at_point(corner(boxes[i].min))
                .map(|found| found.data)
                .filter(|&j| j != i && boxes[j].contains(boxes[i].max) && lies_in(&rings[i].points, &rings[j].points));
            (around.count() % 2 == 1) != rings[i].is_hole
        })
        .map(|i| &rings[i])
}

/// Whether a ring lies in another one that it does not cross.
fn lies_in(inner: &[Point], outer: &[Point]) -> bool {
    let doubled = |p: Point| (2 * i64::from(p.x), 2 * i64::from(p.y));
    let middle = |a: Point, b: Point| (i64::from(a.x) + i64::from(b.x), i64::from(a.y) + i64::from(b.y));
    let edges = (0..inner.len()).map(|i| (inner[i], inner[(i + 1) % inner.len()]));
    // An edge whose middle the outer ring does not touch; it cannot touch them all without sharing edges.
    let free = edges.into_iter().find(|&(a, b)| !outer.iter().any(|&p| doubled(p) == middle(a, b)));
    free.is_some_and(|(a, b)| holds_edge(outer, a, b))
}
