//! A point inside a polygon, quickly and anyhow; `index` finds the best place for a label.

use super::point::{Point, Polygon, Space};

/// The middle of the widest stretch inside the polygon at half its height, rounded to the lattice. In a polygon
/// thinner than a unit it can lie on the border.
pub fn interior_point<S: Space>(polygon: &Polygon<S>) -> Point<S> {
    let ys = || polygon.shell.iter().map(|p| i64::from(p.y));
    let (low, high) = (ys().min().unwrap_or(0), ys().max().unwrap_or(0));
    // Between two lattice rows, so that no vertex lies on the line.
    let height = (low + high).div_euclid(2) as f64 + if high > low { 0.5 } else { 0.0 };
    let mut crossings: Vec<f64> = Vec::new();
    for ring in polygon.rings() {
        for (i, a) in ring.iter().enumerate() {
            let b = ring[(i + 1) % ring.len()];
            let (ax, ay, bx, by) = (f64::from(a.x), f64::from(a.y), f64::from(b.x), f64::from(b.y));
            if (ay < height) != (by < height) {
                crossings.push(ax + (height - ay) * (bx - ax) / (by - ay));
            }
        }
    }
    crossings.sort_by(f64::total_cmp);
    let widest = crossings.chunks_exact(2).max_by(|p, q| (p[1] - p[0]).total_cmp(&(q[1] - q[0])));
    match widest {
        Some(pair) => Point::new(((pair[0] + pair[1]) / 2.0).round() as i32, height.floor() as i32),
        None => polygon.shell.first().copied().unwrap_or_default(),
    }
}
