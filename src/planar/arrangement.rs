//! The faces that noded segments cut the plane into, and the set of grids that covers each.

use std::cmp::Ordering;

use super::labels::{LabelSet, LabelSets};
use super::noding::Segment;
use super::stop::{StopFlag, Stopped, unstopped};
use crate::geometry::point::{Point, Space};
use crate::geometry::predicates::orient;

/// A noded segment with the label sets of the faces on its two sides (left of a → b, y up).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LabelledEdge<S: Space> {
    pub a: Point<S>,
    pub b: Point<S>,
    pub left: LabelSet,
    pub right: LabelSet,
}

/// Labels both sides of noded segments, `outside` being the set of the unbounded face. Islands and enclaves that
/// touch nothing are placed in the face around them. Answers in the order of the segments.
pub fn label_sides<S: Space>(
    segments: &[Segment<S>],
    outside: LabelSet,
    labels: &mut LabelSets,
) -> Vec<LabelledEdge<S>> {
    unstopped(|stop| label_sides_until(segments, outside, labels, stop))
}

pub(super) fn label_sides_until<S: Space>(
    segments: &[Segment<S>],
    outside: LabelSet,
    labels: &mut LabelSets,
    stop: &StopFlag,
) -> Result<Vec<LabelledEdge<S>>, Stopped> {
    stop.go_on()?;
    let halves = HalfEdges::new(segments);
    let mut face_of: Vec<Option<LabelSet>> = vec![None; segments.len() * 2];
    let mut rows = None;
    let mut waiting: Vec<u32> = Vec::new();
    // In the order of the points, the first half-edge without a label begins at the smallest point of a part that is
    // connected to nothing labelled yet; the last of its fan has the face around that part on its left.
    // Almost all edges are reached from the first fan.
    let mut reached = 0;
    for fan in halves.fans() {
        stop.go_on()?;
        let top = halves.order[fan.end - 1];
        if face_of[top as usize].is_some() {
            continue;
        }
        let rows = rows.get_or_insert_with(|| RowIndex::new(segments));
        let around = rows.toggles_west_of(segments, halves.origin(top), outside, labels);
        halves.spread(top, around, &mut face_of, &mut waiting);
        while let Some(half) = waiting.pop() {
            stop.go_on_at(reached, 2 * segments.len())?;
            reached += 1;
            let twin = half ^ 1;
            if face_of[twin as usize].is_none() {
                let own = face_of[half as usize].expect("only labelled half-edges wait");
                let across = labels.toggle(own, segments[half as usize / 2].toggles);
                halves.spread(twin, across, &mut face_of, &mut waiting);
            }
        }
    }
    let label = |half: usize| face_of[half].expect("every part was reached");
    let labelled =
        |(i, s): (usize, &Segment<S>)| LabelledEdge { a: s.a, b: s.b, left: label(2 * i), right: label(2 * i + 1) };
    Ok(segments.iter().enumerate().map(labelled).collect())
}

/// Both directions of every segment: number 2i runs a → b, number 2i + 1 runs b → a.
struct HalfEdges<'a, S: Space> {
    segments: &'a [Segment<S>],
    /// Sorted by origin, then counter-clockwise from straight down (excluded) on.
    order: Vec<u32>,
    slot_of: Vec<u32>,
}

impl<'a, S: Space> HalfEdges<'a, S> {
    fn new(segments: &'a [Segment<S>]) -> Self {
        let mut halves = HalfEdges { segments, order: (0..2 * segments.len() as u32).collect(), slot_of: Vec::new() };
        let mut order = std::mem::take(&mut halves.order);
        order.sort_unstable_by(|&g, &h| {
            halves.origin(g).cmp(&halves.origin(h)).then_with(|| halves.compare_directions(g, h))
        });
        let mut slot_of = vec![0; order.len()];
        for (slot, &half) in (0u32..).zip(&order) {
            slot_of[half as usize] = slot;
        }
        HalfEdges { segments, order, slot_of }
    }

    fn origin(&self, half: u32) -> Point<S> {
        let segment = &self.segments[half as usize / 2];
        if half & 1 == 0 { segment.a } else { segment.b }
    }

    fn end(&self, half: u32) -> Point<S> {
        self.origin(half ^ 1)
    }

    /// Counter-clockwise order of two half-edges from one origin: first those to the east (straight up the last of
    /// them), then those to the west (straight down the last).
    fn compare_directions(&self, g: u32, h: u32) -> Ordering {
        let origin = self.origin(g);
        let west = |end: Point<S>| end < origin;
        let (to_g, to_h) = (self.end(g), self.end(h));
        west(to_g).cmp(&west(to_h)).then_with(|| 0.cmp(&orient(origin, to_g, to_h)))
    }

    /// Ranges of `order` with the same origin.
    fn fans(&self) -> impl Iterator<Item = std::ops::Range<usize>> + '_ {
        let mut start = 0;
        self.order.chunk_by(|&g, &h| self.origin(g) == self.origin(h)).map(move |fan| {
            let range = start..start + fan.len();
            start = range.end;
            range
        })
    }

    /// The next half-edge along the face on the left: the first one clockwise from the way back.
    fn next(&self, half: u32) -> u32 {
        let twin = half ^ 1;
        let slot = self.slot_of[twin as usize] as usize;
        let at = self.origin(twin);
        if slot > 0 && self.origin(self.order[slot - 1]) == at {
            return self.order[slot - 1];
        }
        let mut last = slot;
        while last + 1 < self.order.len() && self.origin(self.order[last + 1]) == at {
            last += 1;
        }
        self.order[last]
    }

    /// Gives the label to every half-edge along the face on the left of `start`.
    fn spread(&self, start: u32, label: LabelSet, face_of: &mut [Option<LabelSet>], waiting: &mut Vec<u32>) {
        let mut half = start;
        loop {
            face_of[half as usize] = Some(label);
            waiting.push(half);
            half = self.next(half);
            if half == start {
                return;
            }
        }
    }
}

/// Segments by the horizontal rows they pass, for rays to the west.
struct RowIndex {
    south: i64,
    height: i64,
    rows: Vec<Vec<u32>>,
}

impl RowIndex {
    fn new<S: Space>(segments: &[Segment<S>]) -> RowIndex {
        let ends = || segments.iter().flat_map(|s| [i64::from(s.a.y), i64::from(s.b.y)]);
        let south = ends().min().unwrap_or(0);
        let north = ends().max().unwrap_or(0);
        // About as many rows as a row has segments.
        let count = ((segments.len() as f64).sqrt() as i64).max(1);
        let height = ((north - south) / count + 1).max(1);
        let mut rows = vec![Vec::new(); ((north - south) / height + 1) as usize];
        for (i, s) in (0u32..).zip(segments) {
            let (low, high) = (i64::from(s.a.y.min(s.b.y)), i64::from(s.a.y.max(s.b.y)));
            for row in (low - south) / height..=(high - south) / height {
                rows[row as usize].push(i);
            }
        }
        RowIndex { south, height, rows }
    }

    /// The set at a place just west of `p`, an end of a segment with nothing of its own part to the west: `outside`
    /// toggled by all that a ray to the west, a hair above `p`, crosses.
    fn toggles_west_of<S: Space>(
        &self,
        segments: &[Segment<S>],
        p: Point<S>,
        outside: LabelSet,
        labels: &mut LabelSets,
    ) -> LabelSet {
        let row = ((i64::from(p.y) - self.south) / self.height) as usize;
        self.rows[row].iter().fold(outside, |set, &i| {
            let s = &segments[i as usize];
            if (s.a.y <= p.y) == (s.b.y <= p.y) {
                return set;
            }
            let (low, high) = if s.a.y < s.b.y { (s.a, s.b) } else { (s.b, s.a) };
            // p east of the segment = right of it when it is walked upwards.
            if orient(low, high, p) < 0 { labels.toggle(set, s.toggles) } else { set }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::point::Lattice;
    use crate::planar::noding::node;
    use proptest::prelude::*;

    fn p(x: i32, y: i32) -> Point<Lattice> {
        Point::new(x, y)
    }

    fn ring(points: &[(i32, i32)], toggles: LabelSet) -> Vec<Segment<Lattice>> {
        (0..points.len())
            .map(|i| {
                let (a, b) = (points[i], points[(i + 1) % points.len()]);
                Segment { a: p(a.0, a.1), b: p(b.0, b.1), toggles }
            })
            .collect()
    }

    #[test]
    fn an_enclave_lies_in_the_grid_around_it() {
        let mut labels = LabelSets::default();
        let (one, two) = (labels.of([1]), labels.of([2]));
        let enclave = [(40, 40), (60, 40), (60, 60), (40, 60)];
        let mut all = ring(&[(0, 0), (100, 0), (100, 100), (0, 100)], one);
        // The enclave's ring is a hole of the grid around it and the shell of its own.
        all.extend(ring(&enclave, one));
        all.extend(ring(&enclave, two));
        let noded = node(&all, &mut labels);
        let edges = label_sides(&noded, LabelSets::EMPTY, &mut labels);
        let inner: Vec<_> = edges.iter().filter(|e| e.a.x >= 40 && e.b.x <= 60).collect();
        assert_eq!(inner.len(), 4);
        for edge in inner {
            assert!([edge.left, edge.right].contains(&one) && [edge.left, edge.right].contains(&two));
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1_000))]
        /// Against an even-odd ray over the original rings, at points far enough from every border.
        #[test]
        fn labels_agree_with_rays(
            rings in prop::collection::vec(prop::collection::vec((0i32..30, 0i32..30), 3..7), 1..6),
            probes in prop::collection::vec((0i32..300, 0i32..300), 10),
        ) {
            // Ten times larger, so that probes can be more than a pixel away from borders.
            let mut labels = LabelSets::default();
            let mut all = Vec::new();
            for (i, points) in (0u32..).zip(&rings) {
                let set = labels.of([i]);
                let scaled: Vec<_> = points.iter().map(|&(x, y)| (x * 10, y * 10)).collect();
                all.extend(ring(&scaled, set));
            }
            let noded = node(&all, &mut labels);
            let edges = label_sides(&noded, LabelSets::EMPTY, &mut labels);
            for edge in &edges {
                let toggled = noded.iter().find(|s| (s.a, s.b) == (edge.a, edge.b)).unwrap().toggles;
                prop_assert_eq!(labels.toggle(edge.left, edge.right), toggled);
            }
            for (x, y) in probes {
                let probe = p(x, y);
                if all.iter().any(|s| distance(s, x, y) < 3.0) {
                    continue;
                }
                let by_rings: Vec<u32> = (0u32..).zip(&rings)
                    .filter(|(_, points)| {
                        let scaled: Vec<_> = points.iter().map(|&(x, y)| p(x * 10, y * 10)).collect();
                        inside(&scaled, probe)
                    })
                    .map(|(i, _)| i).collect();
                // Walk west from half a unit above the probe to the nearest border: its east side is the probe's face.
                let nearest = edges.iter()
                    .filter(|e| (e.a.y <= y) != (e.b.y <= y))
                    .map(|e| (f64::from(e.a.x) + (f64::from(y - e.a.y) + 0.5) * f64::from(e.b.x - e.a.x) / f64::from(e.b.y - e.a.y), e))
                    .filter(|(at, _)| *at < f64::from(x))
                    .max_by(|v, w| v.0.total_cmp(&w.0));
                let set = match nearest {
                    None => LabelSets::EMPTY,
                    Some((_, e)) => if e.a.y < e.b.y { e.right } else { e.left },
                };
                prop_assert_eq!(labels.members(set), &by_rings[..]);
            }
        }
    }

    fn inside(ring: &[Point], q: Point) -> bool {
        (0..ring.len()).fold(false, |inside, i| {
            let (a, b) = (ring[i], ring[(i + 1) % ring.len()]);
            let (low, high) = if a.y < b.y { (a, b) } else { (b, a) };
            inside ^ ((low.y <= q.y) != (high.y <= q.y) && orient(low, high, q) < 0)
        })
    }

    fn distance(s: &Segment<Lattice>, x: i32, y: i32) -> f64 {
        let (ax, ay) = (f64::from(s.a.x), f64::from(s.a.y));
        let (dx, dy) = (f64::from(s.b.x) - ax, f64::from(s.b.y) - ay);
        let (px, py) = (f64::from(x) - ax, f64::from(y) - ay);
        let length2 = dx * dx + dy * dy;
        let t = if length2 == 0.0 { 0.0 } else { ((px * dx + py * dy) / length2).clamp(0.0, 1.0) };
        (px - t * dx).hypot(py - t * dy)
    }
}
