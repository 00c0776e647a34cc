//! A place for a label: deep inside a polygon, also a concave one or one with holes.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use super::point::{IntBox, MultiPolygon, Point, Polygon, ring_area2};
use super::predicates::side;

/// Squares looked at before the best place so far is taken; real shapes need a few dozen.
const MAX_SQUARES: usize = 600;

/// How much deeper another place must be able to lie to be looked for.
const WORTHWHILE: f64 = 1.05;

/// A lattice point well inside the shape's largest part: nearly as far from its border as any (the pole of
/// inaccessibility), on a map true to scale at its latitude. The part owns the point by the one-owner rule, unless
/// it is so thin that it owns no lattice point near its middle; then it is one of its corners. `None` without area.
pub fn label_point(shape: &MultiPolygon) -> Option<Point> {
    let area2 = |polygon: &Polygon| polygon.rings().map(|ring| ring_area2(ring)).sum::<i128>();
    let largest = shape.iter().max_by_key(|polygon| area2(polygon)).filter(|polygon| area2(polygon) > 0)?;
    let deepest = Outline::of(largest)?.deepest();
    if owns(largest, deepest) {
        return Some(deepest);
    }
    middle_of_widest_row(largest).or(largest.shell.first().copied())
}

/// Whether the polygon owns the point by the one-owner rule: an odd number of edges lies to the east of it.
pub fn owns(polygon: &Polygon, p: Point) -> bool {
    let mut inside = false;
    for ring in polygon.rings() {
        for (i, &a) in ring.iter().enumerate() {
            let b = ring[(i + 1) % ring.len()];
            let (low, high) = if a.y < b.y { (a, b) } else { (b, a) };
            // The point moved by (ε, ε²) is above the ends on its height.
            if low.y <= p.y && p.y < high.y && side(low, high, p) > 0 {
                inside = !inside;
            }
        }
    }
    inside
}

/// A polygon's edges on a map true to scale: x is scaled by the cosine of the middle latitude.
struct Outline {
    edges: Vec<([f64; 2], [f64; 2])>,
    bounds: IntBox,
    x_scale: f64,
}

/// A square still to be looked into.
struct Square {
    center: [f64; 2],
    half: f64,
    /// Distance of the centre from the border, negative outside.
    depth: f64,
    /// No place in the square is deeper.
    limit: f64,
}

impl Outline {
    fn of(polygon: &Polygon) -> Option<Outline> {
        let bounds = IntBox::around(&polygon.shell)?;
        let middle_lat = (bounds.min.lat() + bounds.max.lat()) / 2.0;
        let x_scale = middle_lat.to_radians().cos().max(1e-3);
        let flat = |p: Point| [f64::from(p.x) * x_scale, f64::from(p.y)];
        let edges = polygon
            .rings()
            .flat_map(|ring| (0..ring.len()).map(move |i| (flat(ring[i]), flat(ring[(i + 1) % ring.len()]))))
            .collect();
        Some(Outline { edges, bounds, x_scale })
    }

    /// Best first through ever smaller squares, after Mapbox's polylabel.
    fn deepest(&self) -> Point {
        let [west, east] = [self.bounds.min.x, self.bounds.max.x].map(|x| f64::from(x) * self.x_scale);
        let [south, north] = [self.bounds.min.y, self.bounds.max.y].map(f64::from);
        let (width, height) = (east - west, north - south);
        let half = (width.min(height) / 2.0).max(width.max(height) / 64.0);
        let mut best = self.square([(west + east) / 2.0, (south + north) / 2.0], 0.0, f64::NEG_INFINITY);
        let mut waiting = BinaryHeap::new();
        let columns = (width / (2.0 * half)).ceil() as usize;
        let rows = (height / (2.0 * half)).ceil() as usize;
        for (column, row) in (0..columns).flat_map(|column| (0..rows).map(move |row| (column, row))) {
            let center = [west + half * (2 * column + 1) as f64, south + half * (2 * row + 1) as f64];
            let square = self.square(center, half, best.depth);
            waiting.push(square);
        }
        for _ in 0..MAX_SQUARES {
            let Some(square) = waiting.pop() else { break };
            if square.limit <= best.depth.max(0.5) * WORTHWHILE {
                break;
            }
            let quarter = square.half / 2.0;
            let [x, y] = square.center;
            if square.depth > best.depth {
                best = square;
            }
            for (dx, dy) in [(-quarter, -quarter), (quarter, -quarter), (-quarter, quarter), (quarter, quarter)] {
                let part = self.square([x + dx, y + dy], quarter, best.depth);
                if part.limit > best.depth {
                    waiting.push(part);
                }
            }
        }
        if let Some(deeper) =
            waiting.into_iter().filter(|s| s.depth > best.depth).max_by(|a, b| a.depth.total_cmp(&b.depth))
        {
            best = deeper;
        }
        Point::new((best.center[0] / self.x_scale).round() as i32, best.center[1].round() as i32)
    }

    /// Measures a square; gives up early, with the depth too small, when it can hold nothing deeper than `best`.
    fn square(&self, center: [f64; 2], half: f64, best: f64) -> Square {
        let radius = half * std::f64::consts::SQRT_2;
        let useless2 = (best - radius).max(0.0).powi(2);
        let mut inside = false;
        let mut distance2 = f64::INFINITY;
        let [x, y] = center;
        for &(a, b) in &self.edges {
            if (a[1] > y) != (b[1] > y) && x < (b[0] - a[0]) * (y - a[1]) / (b[1] - a[1]) + a[0] {
                inside = !inside;
            }
            let along = [b[0] - a[0], b[1] - a[1]];
            let length2 = along[0] * along[0] + along[1] * along[1];
            let share = ((x - a[0]) * along[0] + (y - a[1]) * along[1]) / length2.max(f64::MIN_POSITIVE);
            let share = share.clamp(0.0, 1.0);
            let (dx, dy) = (x - a[0] - share * along[0], y - a[1] - share * along[1]);
            distance2 = distance2.min(dx * dx + dy * dy);
            if distance2 < useless2 {
                return Square { center, half, depth: f64::NEG_INFINITY, limit: f64::NEG_INFINITY };
            }
        }
        let depth = if inside { distance2.sqrt() } else { -distance2.sqrt() };
        Square { center, half, depth, limit: depth + radius }
    }
}

impl Ord for Square {
    fn cmp(&self, other: &Square) -> Ordering {
        self.limit.total_cmp(&other.limit)
    }
}

impl PartialOrd for Square {
    fn partial_cmp(&self, other: &Square) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Square {
    fn eq(&self, other: &Square) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Square {}

/// For slivers: of some rows of the lattice, the middle of the widest stretch inside, if the polygon owns it.
fn middle_of_widest_row(polygon: &Polygon) -> Option<Point> {
    let bounds = IntBox::around(&polygon.shell)?;
    let rows = 64.min(bounds.max.y.abs_diff(bounds.min.y));
    let height = i64::from(bounds.max.y) - i64::from(bounds.min.y);
    let mut widest: Option<(f64, Point)> = None;
    for row in 0..rows {
        let y = (i64::from(bounds.min.y) + height * i64::from(row) / i64::from(rows)) as i32;
        let edges =
            polygon.rings().flat_map(|ring| (0..ring.len()).map(move |i| (ring[i], ring[(i + 1) % ring.len()])));
        let mut crossings: Vec<f64> = edges
            .filter(|(a, b)| (a.y <= y) != (b.y <= y))
            .map(|(a, b)| {
                let share = (f64::from(y) - f64::from(a.y)) / (f64::from(b.y) - f64::from(a.y));
                f64::from(a.x) + share * (f64::from(b.x) - f64::from(a.x))
            })
            .collect();
        crossings.sort_by(f64::total_cmp);
        for stretch in crossings.chunks_exact(2) {
            let p = Point::new(((stretch[0] + stretch[1]) / 2.0).floor() as i32, y);
            let width = stretch[1] - stretch[0];
            if widest.is_none_or(|(most, _)| width > most) && owns(polygon, p) {
                widest = Some((width, p));
            }
        }
    }
    widest.map(|(_, p)| p)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn ring(corners: &[(i32, i32)]) -> Vec<Point> {
        corners.iter().map(|&(x, y)| Point::new(x, y)).collect()
    }

    fn polygon(shell: &[(i32, i32)], holes: &[&[(i32, i32)]]) -> Polygon {
        Polygon { shell: ring(shell), holes: holes.iter().map(|hole| ring(hole)).collect() }
    }

    /// The depth of a place at the equator, by brute force.
    fn depth(polygon: &Polygon, p: Point) -> f64 {
        Outline::of(polygon).unwrap().square([f64::from(p.x), f64::from(p.y)], 0.0, f64::NEG_INFINITY).depth
    }

    #[test]
    fn concave_shapes_and_holes() {
        // A thick C, whose centroid lies outside, and a square ring.
        let c = polygon(&[(0, 0), (900, 0), (900, 200), (200, 200), (200, 700), (900, 700), (900, 900), (0, 900)], &[]);
        let donut =
            polygon(&[(0, 0), (900, 0), (900, 900), (0, 900)], &[&[(100, 100), (100, 800), (700, 800), (700, 100)]]);
        for (shape, best) in [(c, 117.0), (donut, 100.0)] {
            let p = label_point(&vec![shape.clone()]).unwrap();
            assert!(owns(&shape, p));
            assert!(depth(&shape, p) > best * 0.93, "{p:?} {}", depth(&shape, p));
        }
    }

    #[test]
    fn the_largest_part_gets_the_label() {
        let small = polygon(&[(0, 0), (10, 0), (10, 10), (0, 10)], &[]);
        let large = polygon(&[(100, 0), (200, 0), (200, 100), (100, 100)], &[]);
        let p = label_point(&vec![small, large.clone()]).unwrap();
        assert!(owns(&large, p));
        assert_eq!(label_point(&Vec::new()), None);
        assert_eq!(label_point(&vec![polygon(&[(0, 0), (5, 5), (9, 9)], &[])]), None);
    }

    #[test]
    fn slivers() {
        // Two units high and long; then one without any lattice point inside.
        let thin = polygon(&[(0, 0), (1_000_000, 700_000), (1_000_000, 700_002), (0, 2)], &[]);
        let p = label_point(&vec![thin.clone()]).unwrap();
        assert!(owns(&thin, p), "{p:?}");
        let empty = polygon(&[(0, 0), (1, -1), (1, 0)], &[]);
        assert!(empty.shell.contains(&label_point(&vec![empty.clone()]).unwrap()));
        let whole_world = polygon(
            &[
                (-1_800_000_000, -900_000_000),
                (1_800_000_000, -900_000_000),
                (1_800_000_000, 900_000_000),
                (-1_800_000_000, 900_000_000),
            ],
            &[],
        );
        assert!(owns(&whole_world, label_point(&vec![whole_world.clone()]).unwrap()));
    }

    proptest! {
        #[test]
        fn stars_own_their_label(
            radii in prop::collection::vec(20.0..5000.0f64, 5..40), x in -1_000_000_000i32..1_000_000_000, y in -600_000_000i32..600_000_000,
        ) {
            let shell: Vec<Point> = radii.iter().enumerate().map(|(i, r)| {
                let angle = std::f64::consts::TAU * i as f64 / radii.len() as f64;
                Point::new(x + (r * angle.cos()) as i32, y + (r * angle.sin()) as i32)
            }).collect();
            let star = Polygon { shell, holes: Vec::new() };
            let p = label_point(&vec![star.clone()]).unwrap();
            prop_assert!(owns(&star, p));
            let far = Point::new(x + 6000, y);
            prop_assert!(!owns(&star, far));
        }
    }
}
