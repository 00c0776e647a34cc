//! Borders that nearly meet are made to meet: vertices join vertices, edges bend to the vertices beside them.
//!
//! Only *loose* edges take part, those that have no twin of the same tier on the other side: where two grids share a
//! border vertex for vertex already, nothing moves, however fine the border is.

use rustc_hash::{FxHashMap, FxHashSet};

use super::cells::Cells;
use super::near::Near;
use super::stop::{StopFlag, Stopped};
use crate::domain::tier::Tier;
use crate::geometry::geodesic::metres_per_unit;
use crate::geometry::lattice::UNITS_PER_DEGREE;
use crate::geometry::point::{Point, Ring};

/// A ring of a grid; the grid is a number of the caller's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct GridRing {
    pub grid: u32,
    pub tier: Tier,
    pub points: Ring,
}

/// How near counts as the same place.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tolerance {
    /// In metres on the ground, or in lattice units.
    reach: f64,
    in_metres: bool,
}

/// More than a lattice unit of latitude or longitude anywhere on Earth.
const LARGEST_UNIT_M: f64 = 0.0112;

impl Tolerance {
    /// So many lattice units in both directions.
    pub(crate) fn units(units: f64) -> Tolerance {
        Tolerance { reach: units, in_metres: false }
    }

    /// So many metres.
    pub(crate) fn metres(metres: f64) -> Tolerance {
        // A hair below, for what a flat map of a few metres is wrong by.
        Tolerance { reach: metres * 0.9999, in_metres: true }
    }

    /// So many lattice units less of it, or more, but never nothing.
    pub(crate) fn less(self, units: f64) -> Tolerance {
        let by = if self.in_metres { units * LARGEST_UNIT_M } else { units };
        Tolerance { reach: (self.reach - by).max(self.reach / 2.0), ..self }
    }

    /// Whether a squared distance is within it.
    pub(crate) fn reaches(self, distance2: f64) -> bool {
        distance2 <= self.reach * self.reach
    }

    /// In metres, at least.
    pub(crate) fn in_metres(self) -> f64 {
        if self.in_metres { self.reach } else { self.reach * LARGEST_UNIT_M }
    }

    /// In units of longitude, at that of the places which is nearest to a pole.
    pub(crate) fn widest_units(self, places: impl Iterator<Item = Point>) -> f64 {
        let farthest = places.map(|p| p.y.abs()).max().unwrap_or(0);
        self.reach / self.scale(farthest).into_iter().fold(f64::INFINITY, f64::min)
    }

    /// What a unit of longitude and of latitude count at a latitude.
    fn scale(self, y: i32) -> [f64; 2] {
        if !self.in_metres {
            return [1.0, 1.0];
        }
        let [east, north] = metres_per_unit(f64::from(y) / UNITS_PER_DEGREE);
        // At the poles there would be cells without end.
        [east.max(1e-5), north]
    }

    pub(crate) fn distance2(self, p: Point, q: Point) -> f64 {
        let [east, north] = self.scale(p.y);
        let dx = (f64::from(p.x) - f64::from(q.x)) * east;
        let dy = (f64::from(p.y) - f64::from(q.y)) * north;
        dx * dx + dy * dy
    }

    /// Position along the segment a, b (0 to 1) and squared distance of the point nearest to `p`.
    pub(crate) fn nearest_on(self, a: Point, b: Point, p: Point) -> (f64, f64) {
        let [east, north] = self.scale(p.y);
        let (bx, by) = ((f64::from(b.x) - f64::from(a.x)) * east, (f64::from(b.y) - f64::from(a.y)) * north);
        let (px, py) = ((f64::from(p.x) - f64::from(a.x)) * east, (f64::from(p.y) - f64::from(a.y)) * north);
        let length2 = bx * bx + by * by;
        let t = if length2 > 0.0 { ((px * bx + py * by) / length2).clamp(0.0, 1.0) } else { 0.0 };
        let (dx, dy) = (px - t * bx, py - t * by);
        (t, dx * dx + dy * dy)
    }
}

/// A place where loose edges end, with all rings that go through it.
struct Anchor {
    point: Point,
    rings: Vec<u32>,
}

/// Makes borders that miss each other by less than the tolerance meet. No vertex moves further than the tolerance, and no
/// border bends to a place that is further from where it was; vertices that are `held` take no part.
pub(crate) fn snap(
    rings: &mut [GridRing],
    tolerance: Tolerance,
    held: &Near<'_>,
    stop: &StopFlag,
) -> Result<(), Stopped> {
    let (anchors, joined) = join_points(rings, tolerance, held, &stop.part(0.0, 0.5))?;
    let mut before = Before::default();
    if !joined.is_empty() {
        for (r, ring) in (0u32..).zip(rings.iter_mut()) {
            stop.go_on()?;
            let (grid, mut any) = (ring.grid, false);
            for point in &mut ring.points {
                if let Some(&to) = joined.get(&(*point, grid)) {
                    before.insert((r, to), *point);
                    *point = to;
                    any = true;
                }
            }
            if any {
                tidy(&mut ring.points);
            }
        }
    }
    bend_edges(rings, &anchors, &before, tolerance, &stop.part(0.5, 1.0))
}

/// Every edge (smaller end first) that no other ring of its tier has, with its ring and its position there.
fn loose_edges(rings: &[GridRing], stop: &StopFlag) -> Result<Vec<(Point, Point, u32, u32)>, Stopped> {
    let mut uses: Vec<(Point, Point, Tier, u32, u32)> = Vec::new();
    for (r, ring) in (0u32..).zip(rings) {
        for (i, &a) in (0u32..).zip(&ring.points) {
            let b = ring.points[(i as usize + 1) % ring.points.len()];
            uses.push((a.min(b), a.max(b), ring.tier, r, i));
        }
    }
    stop.go_on()?;
    uses.sort_unstable();
    stop.go_on()?;
    let same_edge = uses.chunk_by(|u, v| (u.0, u.1, u.2) == (v.0, v.1, v.2));
    Ok(same_edge.filter(|same| same.len() == 1).map(|same| (same[0].0, same[0].1, same[0].3, same[0].4)).collect())
}

type Joined = FxHashMap<(Point, u32), Point>;

/// Where points that joined another were, by ring and the place where they are now.
type Before = FxHashMap<(u32, Point), Point>;

/// Groups the ends of loose edges: those with most rings stand, others of other rings within the tolerance join them.
/// Answers the anchors and where the points of which grid go.
fn join_points(
    rings: &[GridRing],
    tolerance: Tolerance,
    held: &Near<'_>,
    stop: &StopFlag,
) -> Result<(Vec<Anchor>, Joined), Stopped> {
    let ends = loose_edges(rings, stop)?.into_iter().flat_map(|(a, b, ..)| [a, b]);
    let mut loose: FxHashSet<Point> = ends.collect();
    stop.go_on()?;
    loose.retain(|&end| !held.is_near(end));
    stop.go_on()?;
    // With all rings that go through them, also those whose edges there are shared, or a point would leave its neighbours.
    let mut ends: Vec<(Point, u32)> = Vec::new();
    for (r, ring) in (0u32..).zip(rings) {
        ends.extend(ring.points.iter().filter(|point| loose.contains(point)).map(|&point| (point, r)));
    }
    ends.sort_unstable();
    ends.dedup();
    let mut groups: Vec<Anchor> = ends
        .chunk_by(|p, q| p.0 == q.0)
        .map(|same| Anchor { point: same[0].0, rings: same.iter().map(|&(_, ring)| ring).collect() })
        .collect();
    groups.sort_by_key(|group| (std::cmp::Reverse(group.rings.len()), group.point));

    // Buckets at least as wide as the tolerance at the highest latitude there is.
    let side = tolerance.widest_units(groups.iter().map(|group| group.point)).ceil().max(1.0) as i64 + 1;
    let bucket = |p: Point| (i64::from(p.x).div_euclid(side), i64::from(p.y).div_euclid(side));
    let mut anchors: Vec<Anchor> = Vec::new();
    let mut in_bucket: FxHashMap<(i64, i64), Vec<u32>> = FxHashMap::default();
    let mut joined = Joined::default();
    let count = groups.len();
    for (done, group) in groups.into_iter().enumerate() {
        stop.go_on_at(done, count)?;
        let (column, row) = bucket(group.point);
        let near = (-1..=1)
            .flat_map(|dx| (-1..=1).map(move |dy| (column + dx, row + dy)))
            .filter_map(|key| in_bucket.get(&key))
            .flatten()
            .map(|&i| (tolerance.distance2(group.point, anchors[i as usize].point), i))
            .filter(|&(d2, i)| {
                tolerance.reaches(d2) && !group.rings.iter().any(|ring| anchors[i as usize].rings.contains(ring))
            })
            .min_by(|p, q| p.0.total_cmp(&q.0).then(p.1.cmp(&q.1)));
        match near {
            Some((_, i)) => {
                let anchor = &mut anchors[i as usize];
                for &ring in &group.rings {
                    joined.insert((group.point, rings[ring as usize].grid), anchor.point);
                }
                anchor.rings.extend(group.rings);
            }
            None => {
                in_bucket.entry((column, row)).or_default().push(anchors.len() as u32);
                anchors.push(group);
            }
        }
    }
    Ok((anchors, joined))
}

/// An anchor to be put into an edge.
struct Insertion {
    ring: u32,
    edge: u32,
    /// Position along the edge, and squared distance from it.
    along: f64,
    distance2: f64,
    anchor: Point,
}

/// Puts anchors of other rings into the loose edges that pass within the tolerance of them, now and before their ends moved.
fn bend_edges(
    rings: &mut [GridRing],
    anchors: &[Anchor],
    before: &Before,
    tolerance: Tolerance,
    stop: &StopFlag,
) -> Result<(), Stopped> {
    let loose = loose_edges(rings, stop)?;
    if loose.is_empty() || anchors.is_empty() {
        return Ok(());
    }
    let segments: Vec<(Point, Point)> = loose.iter().map(|&(a, b, ..)| (a, b)).collect();
    let points: Vec<Point> = anchors.iter().map(|anchor| anchor.point).collect();
    let cells = Cells::over(&segments).with_margin(tolerance.widest_units(points.iter().copied()) + 2.0);
    let anchors_in = cells.points_by_cell(&points);
    let mut insertions: Vec<Insertion> = Vec::new();
    for (done, &(a, b, ring, edge)) in loose.iter().enumerate() {
        stop.go_on_at(done, loose.len())?;
        let was = |p: Point| before.get(&(ring, p)).copied().unwrap_or(p);
        let (was_a, was_b) = (was(a), was(b));
        cells.each_along(a, b, |cell| {
            for &i in anchors_in.row(cell) {
                let anchor = &anchors[i as usize];
                if anchor.point == a || anchor.point == b || anchor.rings.contains(&ring) {
                    continue;
                }
                let (t, distance2) = tolerance.nearest_on(a, b, anchor.point);
                let strays = || {
                    (was_a, was_b) != (a, b) && !tolerance.reaches(tolerance.nearest_on(was_a, was_b, anchor.point).1)
                };
                if tolerance.reaches(distance2) && t > 0.0 && t < 1.0 && !strays() {
                    let forward = rings[ring as usize].points[edge as usize] == a;
                    let along = if forward { t } else { 1.0 - t };
                    insertions.push(Insertion { ring, edge, along, distance2, anchor: anchor.point });
                }
            }
        });
    }
    // Into one edge of a ring only, the nearest: in two, it would cut off the corner between them.
    insertions.sort_by(|p, q| {
        (p.ring, p.anchor).cmp(&(q.ring, q.anchor)).then(p.distance2.total_cmp(&q.distance2)).then(p.edge.cmp(&q.edge))
    });
    insertions.dedup_by_key(|i| (i.ring, i.anchor));
    insertions.sort_by(|p, q| {
        (p.ring, p.edge).cmp(&(q.ring, q.edge)).then(p.along.total_cmp(&q.along)).then(p.anchor.cmp(&q.anchor))
    });
    for of_ring in insertions.chunk_by(|p, q| p.ring == q.ring) {
        let ring = &mut rings[of_ring[0].ring as usize];
        let mut points = Vec::with_capacity(ring.points.len() + of_ring.len());
        let mut next = of_ring.iter().peekable();
        for (i, &a) in (0u32..).zip(&ring.points) {
            points.push(a);
            while let Some(&Insertion { anchor, .. }) = next.next_if(|insertion| insertion.edge == i) {
                points.push(anchor);
            }
        }
        tidy(&mut points);
        ring.points = points;
    }
    Ok(())
}

/// Takes out repeated points and spikes that go somewhere and straight back; an emptied ring stays empty.
pub(crate) fn tidy(points: &mut Ring) {
    let mut kept: Ring = Vec::with_capacity(points.len());
    for &p in points.iter() {
        if kept.last() == Some(&p) {
            continue;
        }
        if kept.len() >= 2 && kept[kept.len() - 2] == p {
            kept.pop();
            continue;
        }
        kept.push(p);
    }
    // The same across the seam.
    let mut start = 0;
    loop {
        let ring = &kept[start..];
        match ring.len() {
            0..3 => {
                kept.clear();
                start = 0;
                break;
            }
            n if ring[0] == ring[n - 1] => {
                kept.pop();
            }
            n if ring[1] == ring[n - 1] => {
                kept.pop();
                start += 1;
            }
            n if ring[0] == ring[n - 2] => {
                kept.truncate(start + n - 2);
            }
            _ => break,
        }
    }
    kept.drain(..start);
    *points = kept;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::planar::stop::unstopped;

    fn ring(grid: u32, points: &[(i32, i32)]) -> GridRing {
        GridRing { grid, tier: Tier::Three, points: points.iter().map(|&(x, y)| Point::new(x, y)).collect() }
    }

    fn snapped(rings: &[GridRing]) -> Vec<GridRing> {
        let mut snapped = rings.to_vec();
        unstopped(|stop| snap(&mut snapped, Tolerance::units(5.0), &Near::nothing(), stop));
        snapped
    }

    #[test]
    fn tidies_spikes_also_across_the_seam() {
        let tidied = |points: &[(i32, i32)]| {
            let mut ring = ring(0, points).points;
            tidy(&mut ring);
            ring.len()
        };
        assert_eq!(tidied(&[(0, 0), (9, 0), (20, 0), (9, 0), (9, 9)]), 3);
        assert_eq!(tidied(&[(20, 0), (9, 0), (9, 9), (0, 0), (9, 0)]), 3);
        assert_eq!(tidied(&[(9, 0), (9, 9), (0, 0), (9, 0), (20, 0)]), 3);
        assert_eq!(tidied(&[(0, 0), (9, 9)]), 0);
    }

    #[test]
    fn joins_points_and_bends_edges_of_neighbours() {
        // Two squares that miss each other by 3 units, the right one with a vertex half-way.
        let rings = vec![
            ring(0, &[(0, 0), (1000, 0), (1000, 1000), (0, 1000)]),
            ring(1, &[(1003, 0), (2000, 0), (2000, 1000), (1003, 1000), (1003, 500)]),
        ];
        let snapped_once = snapped(&rings);
        let [west, east] = [0, 1].map(|i: usize| &snapped_once[i].points);
        let shared: Vec<Point> = west.iter().filter(|p| east.contains(p)).copied().collect();
        assert_eq!(shared.len(), 3, "{snapped_once:?}");
        for p in west.iter().chain(east) {
            let reaches = |q: &Point| Tolerance::units(5.0).reaches(Tolerance::units(1.0).distance2(*p, *q));
            assert!(rings.iter().flat_map(|ring| &ring.points).any(reaches), "{p:?} is new");
        }
        assert_eq!(snapped(&snapped_once), snapped_once, "a second time nothing moves");
    }

    #[test]
    fn leaves_a_fine_shared_border_alone() {
        // A border of steps of two units, shared vertex for vertex.
        let steps: Vec<(i32, i32)> = (0..50).map(|i| (1000 + 2 * (i % 2), 2 * i)).collect();
        let mut left = vec![(0, 98), (0, 0)];
        left.extend(&steps);
        let mut right = vec![(2000, 0), (2000, 98)];
        right.extend(steps.iter().rev());
        let rings = vec![ring(0, &left), ring(1, &right)];
        assert_eq!(snapped(&rings), rings);
    }
}
