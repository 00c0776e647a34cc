//! Metres and square metres on the WGS 84 ellipsoid. Edges are straight in longitude and latitude, as in the data.

use geo::{Distance, Geodesic};

use super::point::{MultiPolygon, Point};

/// Semi-major axis in metres and squared eccentricity of WGS 84.
const A_M: f64 = 6_378_137.0;
const E2: f64 = 0.006_694_379_990_141_316_5;

/// Beyond this the flat formula gives way to the geodesic; up to here it is better than 0.001 %.
const FLAT_LIMIT_M: f64 = 20_000.0;

/// Metres in one lattice unit of longitude and of latitude, at a latitude in degrees.
pub fn metres_per_unit(lat: f64) -> [f64; 2] {
    let (sin, cos) = lat.to_radians().sin_cos();
    let w2 = 1.0 - E2 * sin * sin;
    let prime_vertical = A_M / w2.sqrt();
    let meridian = prime_vertical * (1.0 - E2) / w2;
    let radians_per_unit = 1e-7f64.to_radians();
    [prime_vertical * cos * radians_per_unit, meridian * radians_per_unit]
}

/// Metres between two places on the ellipsoid.
pub fn distance_m(a: Point, b: Point) -> f64 {
    metres_between([a.lon(), a.lat()], [b.lon(), b.lat()])
}

/// Metres from `p` to the closest place of the segment a, b; across the antimeridian where that is shorter.
pub fn segment_distance_m(p: Point, a: Point, b: Point) -> f64 {
    let units = |p: Point| [f64::from(p.x), f64::from(p.y)];
    let (mut p, a, b) = (units(p), units(a), units(b));
    // Of the images of p a turn apart, the one closer in longitude.
    const TURN: f64 = 3_600_000_000.0;
    let off = |x: f64| (a[0].min(b[0]) - x).max(x - a[0].max(b[0])).max(0.0);
    let image = if p[0] > 0.0 { p[0] - TURN } else { p[0] + TURN };
    if off(image) < off(p[0]) {
        p[0] = image;
    }
    // The scale of the middle latitude between p and the closest place is what makes a flat map good; that place
    // is found again with its own scale, which settles at once.
    let mut closest = p;
    let mut flat_m = 0.0;
    for _ in 0..3 {
        let [east, north] = metres_per_unit((p[1] + closest[1]) / 2.0 * 1e-7);
        let (dx, dy) = ((b[0] - a[0]) * east, (b[1] - a[1]) * north);
        let (px, py) = ((p[0] - a[0]) * east, (p[1] - a[1]) * north);
        let length2 = dx * dx + dy * dy;
        let share = if length2 > 0.0 { (px * dx + py * dy) / length2 } else { 0.0 };
        // The ends are taken as they are, so that segments with a common end are exactly equally far.
        closest = if share <= 0.0 {
            a
        } else if share >= 1.0 {
            b
        } else {
            [a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1])]
        };
        let [east, north] = metres_per_unit((p[1] + closest[1]) / 2.0 * 1e-7);
        flat_m = ((p[0] - closest[0]) * east).hypot((p[1] - closest[1]) * north);
    }
    if flat_m < FLAT_LIMIT_M {
        flat_m
    } else {
        metres_between([p[0] * 1e-7, p[1] * 1e-7], [closest[0] * 1e-7, closest[1] * 1e-7])
    }
}

fn metres_between(a: [f64; 2], b: [f64; 2]) -> f64 {
    Geodesic.distance(geo::Point::from(a), geo::Point::from(b))
}

/// Where a point of the ellipsoid lies in space: metres from the Earth's centre (x to 0° E, y to 90° E, z to the
/// north pole). Straight distances there know neither poles nor antimeridian.
pub fn in_space_m(p: Point) -> [f64; 3] {
    let (sin, cos) = p.lat().to_radians().sin_cos();
    let (sin_lon, cos_lon) = p.lon().to_radians().sin_cos();
    let prime_vertical = A_M / (1.0 - E2 * sin * sin).sqrt();
    [prime_vertical * cos * cos_lon, prime_vertical * cos * sin_lon, prime_vertical * (1.0 - E2) * sin]
}

/// How far an edge, straight in longitude and latitude, can stray from the straight line between its ends in space:
/// an eighth of the largest second derivative along it.
pub fn stray_in_space_m(a: Point, b: Point) -> f64 {
    let turn = (a.lon() - b.lon()).abs().to_radians() + (a.lat() - b.lat()).abs().to_radians();
    A_M * 1.01 * turn * turn / 8.0
}

/// The least distance along the ellipsoid between places that are `chord_m` apart in space, a little understated: on
/// a sphere that bends less than the ellipsoid does anywhere.
pub fn least_distance_m(chord_m: f64) -> f64 {
    const FLATTEST_RADIUS_M: f64 = 6_399_600.0;
    let share = (chord_m / (2.0 * FLATTEST_RADIUS_M)).min(1.0);
    2.0 * FLATTEST_RADIUS_M * share.asin() * 0.9995
}

/// Square metres inside a ring on the ellipsoid, positive when it runs counter-clockwise.
///
/// Green's theorem on the area south of a latitude (an equal-area cylinder): each edge contributes its width times
/// the mean of that area along it, by three Gauss points, exact to a few digits less than a double's for any edge in
/// real data.
pub fn ring_area_m2(ring: &[Point]) -> f64 {
    let Some(&first) = ring.first() else { return 0.0 };
    // Measured from the first point's latitude, which keeps small rings free of cancellation.
    let base = area_to_equator_m2(first.lat());
    let mut sum = 0.0;
    for (i, a) in ring.iter().enumerate() {
        let b = ring[(i + 1) % ring.len()];
        let width = (f64::from(b.x) - f64::from(a.x)) * 1e-7f64.to_radians();
        if width == 0.0 {
            continue;
        }
        let (middle, half) = ((a.lat() + b.lat()) / 2.0, (b.lat() - a.lat()) / 2.0);
        let at = |place: f64| area_to_equator_m2(middle + half * place) - base;
        let gauss = 0.6f64.sqrt();
        sum -= width * (8.0 * at(0.0) + 5.0 * (at(-gauss) + at(gauss))) / 18.0;
    }
    sum
}

/// Square metres of a shape on the ellipsoid: its shells less its holes.
pub fn shape_area_m2(shape: &MultiPolygon) -> f64 {
    shape.iter().flat_map(|polygon| polygon.rings()).map(|ring| ring_area_m2(ring)).sum()
}

/// Square metres between the equator and a latitude in degrees, for one radian of longitude (Snyder 1987, 3-12).
fn area_to_equator_m2(lat: f64) -> f64 {
    let sin = lat.to_radians().sin();
    let e = E2.sqrt();
    A_M * A_M * (1.0 - E2) / 2.0 * (sin / (1.0 - E2 * sin * sin) + (e * sin).atanh() / e)
}

#[cfg(test)]
mod tests {
    use super::*;
    use geo::GeodesicArea;
    use proptest::prelude::*;

    fn point(lon: f64, lat: f64) -> Point {
        Point::from_degrees(lon, lat).unwrap()
    }

    /// The ring with each edge cut into short pieces, for a judge whose edges are geodesics.
    fn densified(ring: &[Point]) -> geo::Polygon {
        let mut places = Vec::new();
        for (i, a) in ring.iter().enumerate() {
            let b = ring[(i + 1) % ring.len()];
            for step in 0..400 {
                let t = f64::from(step) / 400.0;
                places.push((a.lon() + t * (b.lon() - a.lon()), a.lat() + t * (b.lat() - a.lat())));
            }
        }
        geo::Polygon::new(places.into(), vec![])
    }

    /// The distance by brute force: the geodesic to thousands of places of the segment.
    fn sampled_m(p: Point, a: Point, b: Point) -> f64 {
        (0..=20_000)
            .map(|step| {
                let t = f64::from(step) / 20_000.0;
                let place = [a.lon() + t * (b.lon() - a.lon()), a.lat() + t * (b.lat() - a.lat())];
                metres_between([p.lon(), p.lat()], place)
            })
            .fold(f64::INFINITY, f64::min)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(60))]
        #[test]
        fn town_scale_to_a_thousandth(
            lon in -179.0..179.0f64, lat in -75.0..75.0f64,
            ax in -0.1..0.1f64, ay in -0.1..0.1f64, bx in -0.1..0.1f64, by in -0.1..0.1f64,
        ) {
            let (p, a, b) = (point(lon, lat), point(lon + ax, lat + ay), point(lon + bx, lat + by));
            let (ours, judge) = (segment_distance_m(p, a, b), sampled_m(p, a, b));
            // The samples are up to a metre apart.
            prop_assert!((ours - judge).abs() < judge * 1e-4 + 0.6, "{ours} {judge}");
            let (ours, judge) = (segment_distance_m(p, a, a), distance_m(p, a));
            prop_assert!((ours - judge).abs() < judge * 1e-5 + 1e-6, "{ours} {judge}");
        }

        #[test]
        fn hundreds_of_kilometres_to_a_hundredth(
            lon in -170.0..170.0f64, lat in -60.0..60.0f64,
            ax in -6.0..6.0f64, ay in -6.0..6.0f64, bx in -6.0..6.0f64, by in -6.0..6.0f64,
        ) {
            let (p, a, b) = (point(lon, lat), point(lon + ax, lat + ay), point(lon + bx, lat + by));
            let (ours, judge) = (segment_distance_m(p, a, b), sampled_m(p, a, b));
            prop_assert!((ours - judge).abs() < judge * 0.01 + 60.0, "{ours} {judge}");
        }

        #[test]
        fn area_to_a_thousandth(
            lon in -170.0..170.0f64, lat in -75.0..75.0f64, size in 0.001..8.0f64,
            shape in prop::collection::vec(0.2..1.0f64, 3..12),
        ) {
            let ring: Vec<Point> = shape.iter().enumerate().map(|(i, r)| {
                let angle = std::f64::consts::TAU * i as f64 / shape.len() as f64;
                point(lon + size * r * angle.cos(), lat + size * r * angle.sin())
            }).collect();
            let judge = densified(&ring).geodesic_area_signed();
            let ours = ring_area_m2(&ring);
            prop_assert!((ours - judge).abs() < judge.abs() * 1e-6 + 1e-3, "{ours} {judge}");
            let back: Vec<Point> = ring.into_iter().rev().collect();
            prop_assert!((ring_area_m2(&back) + ours).abs() <= ours.abs() * 1e-9);
        }
    }

    proptest! {
        #[test]
        fn space_bounds_hold(
            ax in -180.0..180.0f64, ay in -90.0..90.0f64, dx in -3.0..3.0f64, dy in -3.0..3.0f64, t in 0.0..1.0f64,
            far_x in -180.0..180.0f64, far_y in -90.0..90.0f64,
        ) {
            let length = |v: [f64; 3]| v.iter().map(|c| c * c).sum::<f64>().sqrt();
            let minus = |u: [f64; 3], v: [f64; 3]| [u[0] - v[0], u[1] - v[1], u[2] - v[2]];
            let (bx, by) = ((ax + dx).clamp(-180.0, 180.0), (ay + dy).clamp(-90.0, 90.0));
            let (a, b, far) = (point(ax, ay), point(bx, by), point(far_x, far_y));
            let chord = |a, b| length(minus(in_space_m(a), in_space_m(b)));
            prop_assert!(least_distance_m(chord(a, far)) <= distance_m(a, far));
            prop_assert!(least_distance_m(chord(a, b)) <= distance_m(a, b));
            let on_edge = in_space_m(point(ax + t * (bx - ax), ay + t * (by - ay)));
            let (u, v) = (in_space_m(a), in_space_m(b));
            let on_chord = [0, 1, 2].map(|i| u[i] + t * (v[i] - u[i]));
            prop_assert!(length(minus(on_edge, on_chord)) <= stray_in_space_m(a, b) + 0.02);
        }
    }

    #[test]
    fn golden_distances() {
        // By PyPI geographiclib 2.1, `Geodesic.WGS84.Inverse`.
        let golden = [
            (point(116.9, 30.8), point(116.91, 30.81), 1_464.561_8),
            (point(116.9, 30.8), point(-96.0, 41.0), 11_367_738.343_2),
            (point(179.99, 52.0), point(-179.99, 52.0), 1_373.560_3),
        ];
        for (a, b, metres) in golden {
            assert!((distance_m(a, b) - metres).abs() < 1e-6 * metres, "{}", distance_m(a, b));
        }
    }

    #[test]
    fn across_the_antimeridian() {
        let (p, a, b) = (point(179.99, 52.0), point(-179.99, 51.9), point(-179.99, 52.1));
        assert!((segment_distance_m(p, a, b) - 1_373.560_3).abs() < 0.5);
        assert!((segment_distance_m(point(-179.995, 52.0), a, b) - 1_373.560_3 / 4.0).abs() < 0.5);
    }

    #[test]
    fn little_areas_and_none() {
        assert_eq!(ring_area_m2(&[]), 0.0);
        assert_eq!(ring_area_m2(&[point(1.0, 1.0)]), 0.0);
        // One lattice unit square at the equator: 1.113 cm by 1.106 cm.
        let unit = [Point::new(0, 0), Point::new(1, 0), Point::new(1, 1), Point::new(0, 1)];
        assert!((ring_area_m2(&unit) - 1.2309e-4).abs() < 1e-7, "{}", ring_area_m2(&unit));
    }
}
