//! A circle on the ground and what it shares with grids: exact areas in the flat map of its centre, in closed form.

use std::f64::consts::PI;

use super::geodesic::metres_per_unit;
use super::point::{IntBox, Point};

/// One turn of longitude in lattice units.
const TURN: f64 = 3_600_000_000.0;

/// A circle around a lattice point, in the plane whose scale is true at that point. Edges stay straight in it. Good
/// for circles of a town's size; in a larger one the edges' places are less true, but shares still sum to 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Circle {
    /// In lattice units; off the lattice for an image across the antimeridian.
    center: [f64; 2],
    metres_per_unit: [f64; 2],
    radius_m: f64,
}

impl Circle {
    /// A positive, finite radius.
    pub fn new(center: Point, radius_m: f64) -> Circle {
        Circle {
            center: [f64::from(center.x), f64::from(center.y)],
            metres_per_unit: metres_per_unit(center.lat()),
            radius_m,
        }
    }

    pub fn area_m2(&self) -> f64 {
        PI * self.radius_m * self.radius_m
    }

    /// The circle itself, and its image one turn away where it reaches across the antimeridian.
    pub fn images(self) -> impl Iterator<Item = Circle> {
        let reach = self.radius_m / self.metres_per_unit[0];
        let [x, y] = self.center;
        let east = (x + reach > TURN / 2.0).then_some(x - TURN);
        let west = (x - reach < -TURN / 2.0).then_some(x + TURN);
        [Some(x), east, west].into_iter().flatten().map(move |x| Circle { center: [x, y], ..self })
    }

    /// The lattice box around the circle.
    pub fn bounds(&self) -> IntBox {
        let [x, y] = self.center;
        let [dx, dy] = self.metres_per_unit.map(|metres| self.radius_m / metres);
        // Casts saturate, which is what a box at the rim of the lattice wants.
        IntBox {
            min: Point::new((x - dx).floor() as i32, (y - dy).floor() as i32),
            max: Point::new((x + dx).ceil() as i32, (y + dy).ceil() as i32),
        }
    }

    /// Square metres inside the circle that the way along `chain` sweeps as seen from the centre, positive when it
    /// sweeps to the left. Over all chains of a boundary (its area on their left) this sums to the common area of
    /// the circle and what is bounded. A chain the other way round gives exactly the negative.
    pub fn swept_m2(&self, chain: &[Point]) -> f64 {
        chain.windows(2).map(|ends| self.edge_swept_m2(ends[0], ends[1])).sum()
    }

    fn edge_swept_m2(&self, a: Point, b: Point) -> f64 {
        if a > b {
            // Computed in one direction only, so that both neighbours of a border get the same number.
            return -self.edge_swept_m2(b, a);
        }
        let (a, b) = (self.seen_from_center(a), self.seen_from_center(b));
        let along = [b[0] - a[0], b[1] - a[1]];
        let length = along[0].hypot(along[1]);
        if length == 0.0 {
            return 0.0;
        }
        //        sector    triangle    sector
        //    a ─────────┬────────────┬───────── b
        //            enters  foot  leaves          places on the line, in metres from a
        let line_to_center = cross(a, along) / length;
        let half_chord2 = self.radius_m * self.radius_m - line_to_center * line_to_center;
        let foot = -(a[0] * along[0] + a[1] * along[1]) / length;
        let half_chord = half_chord2.max(0.0).sqrt();
        let (enters, leaves) = ((foot - half_chord).max(0.0), (foot + half_chord).min(length));
        if half_chord2 <= 0.0 || enters >= leaves {
            return self.sector_m2(a, b);
        }
        let at = |place: f64| [a[0] + along[0] * (place / length), a[1] + along[1] * (place / length)];
        let (inner_a, inner_b) = (at(enters), at(leaves));
        let before = if enters > 0.0 { self.sector_m2(a, inner_a) } else { 0.0 };
        let after = if leaves < length { self.sector_m2(inner_b, b) } else { 0.0 };
        // The triangle's height is known better than its corners.
        before + line_to_center * (leaves - enters) / 2.0 + after
    }

    /// The sector between two directions.
    fn sector_m2(&self, u: [f64; 2], v: [f64; 2]) -> f64 {
        self.radius_m * self.radius_m / 2.0 * cross(u, v).atan2(u[0] * v[0] + u[1] * v[1])
    }

    fn seen_from_center(&self, p: Point) -> [f64; 2] {
        [
            (f64::from(p.x) - self.center[0]) * self.metres_per_unit[0],
            (f64::from(p.y) - self.center[1]) * self.metres_per_unit[1],
        ]
    }
}

fn cross(u: [f64; 2], v: [f64; 2]) -> f64 {
    u[0] * v[1] - u[1] * v[0]
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rand::{RngExt, SeedableRng};

    /// Closed, counter-clockwise, in metres from the centre of `circle`.
    fn ring(circle: &Circle, corners: &[[f64; 2]]) -> Vec<Point> {
        let place = |c: &[f64; 2]| {
            let [dx, dy] = [c[0] / circle.metres_per_unit[0], c[1] / circle.metres_per_unit[1]];
            Point::new((circle.center[0] + dx).round() as i32, (circle.center[1] + dy).round() as i32)
        };
        corners.iter().chain(&corners[..1]).map(place).collect()
    }

    fn circle() -> Circle {
        Circle::new(Point::from_degrees(116.9, 30.8).unwrap(), 30.0)
    }

    #[test]
    fn closed_forms() {
        let circle = circle();
        let share = |corners: &[[f64; 2]]| circle.swept_m2(&ring(&circle, corners)) / circle.area_m2();
        let around = [[-90.0, -90.0], [90.0, -90.0], [90.0, 90.0], [-90.0, 90.0]];
        assert!((share(&around) - 1.0).abs() < 1e-12);
        let east_half = [[0.0, -90.0], [90.0, -90.0], [90.0, 90.0], [0.0, 90.0]];
        assert!((share(&east_half) - 0.5).abs() < 1e-12, "the centre on an edge");
        let quarter = [[0.0, 0.0], [90.0, 0.0], [90.0, 90.0], [0.0, 90.0]];
        assert!((share(&quarter) - 0.25).abs() < 1e-12, "the centre on a corner");
        let inside = [[-10.0, -5.0], [10.0, -5.0], [10.0, 5.0], [-10.0, 5.0]];
        assert!((share(&inside) - 200.0 / (PI * 900.0)).abs() < 1e-3);
        let beside = [[40.0, -5.0], [60.0, -5.0], [60.0, 5.0], [40.0, 5.0]];
        assert!(share(&beside).abs() < 1e-12);
        // A segment of the circle, cut off 15 m from the centre: r²·acos(d/r) - d·√(r² - d²).
        let cap = [[15.0, -90.0], [90.0, -90.0], [90.0, 90.0], [15.0, 90.0]];
        let expected: f64 = 900.0 * 0.5f64.acos() - 15.0 * (900.0f64 - 225.0).sqrt();
        assert!((share(&cap) * circle.area_m2() - expected).abs() < 0.5, "to the lattice");
    }

    #[test]
    fn agrees_with_monte_carlo() {
        let circle = circle();
        let mut rng = rand_pcg::Pcg64::seed_from_u64(7);
        for _ in 0..12 {
            let corners: Vec<[f64; 2]> = (0..9)
                .map(|i| {
                    let (angle, r) = (f64::from(i) * PI / 4.5, rng.random_range(3.0..60.0));
                    [f64::cos(angle) * r + 12.0, f64::sin(angle) * r - 5.0]
                })
                .collect();
            let chain = ring(&circle, &corners);
            let corners: Vec<[f64; 2]> = chain.iter().map(|&p| circle.seen_from_center(p)).collect();
            let (mut hits, trials) = (0u32, 60_000);
            for _ in 0..trials {
                let (angle, r) = (rng.random_range(0.0..2.0 * PI), 30.0 * rng.random_range(0.0..1.0f64).sqrt());
                let [x, y] = [r * angle.cos(), r * angle.sin()];
                let crossed = |ends: &&[[f64; 2]]| {
                    let ([ax, ay], [bx, by]) = (ends[0], ends[1]);
                    (ay > y) != (by > y) && x < (bx - ax) * (y - ay) / (by - ay) + ax
                };
                hits += corners.windows(2).filter(crossed).count() as u32 % 2;
            }
            let (sampled, exact) = (f64::from(hits) / f64::from(trials), circle.swept_m2(&chain) / circle.area_m2());
            // Five standard deviations.
            assert!((sampled - exact).abs() < 5.0 * 0.5 / f64::from(trials).sqrt(), "{sampled} {exact}");
        }
    }

    #[test]
    fn reaches_across_the_antimeridian() {
        let circle = Circle::new(Point::from_degrees(179.9999, -16.5).unwrap(), 100.0);
        assert_eq!(circle.images().count(), 2);
        let west_of_it = [(-180.0, -17.0), (-179.0, -17.0), (-179.0, -16.0), (-180.0, -16.0), (-180.0, -17.0)];
        let chain: Vec<Point> = west_of_it.iter().map(|&(lon, lat)| Point::from_degrees(lon, lat).unwrap()).collect();
        let shared: f64 = circle.images().map(|image| image.swept_m2(&chain)).sum::<f64>() / circle.area_m2();
        // The antimeridian runs 10.66 m east of the centre.
        assert!((0.42..0.45).contains(&shared), "{shared}");
    }

    proptest! {
        #[test]
        fn both_sides_of_a_border_agree(
            ax in -1000i32..1000, ay in -1000i32..1000, bx in -1000i32..1000, by in -1000i32..1000, r in 0.5..20.0f64,
        ) {
            let circle = Circle::new(Point::from_degrees(116.9, 30.8).unwrap(), r);
            let (a, b) = (Point::new(1_169_000_000 + ax, 308_000_000 + ay), Point::new(1_169_000_000 + bx, 308_000_000 + by));
            prop_assert_eq!(circle.swept_m2(&[a, b]), -circle.swept_m2(&[b, a]));
        }
    }
}
