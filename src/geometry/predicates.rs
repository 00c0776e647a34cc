//! Exact signs. Everything is computed in `i128`, so no edge is too long and nothing is ever rounded.

use super::point::{Point, Space};

/// Twice the signed area of the triangle a, b, c: positive when c lies to the left of a → b (y up).
pub fn orient<S: Space>(a: Point<S>, b: Point<S>, c: Point<S>) -> i128 {
    let (abx, aby) = (i64::from(b.x) - i64::from(a.x), i64::from(b.y) - i64::from(a.y));
    let (acx, acy) = (i64::from(c.x) - i64::from(a.x), i64::from(c.y) - i64::from(a.y));
    i128::from(abx) * i128::from(acy) - i128::from(aby) * i128::from(acx)
}

/// On which side of the line a → b the point q lies by the **one-owner rule**: 1 left, -1 right, never 0.
///
/// A point belongs to the grid that holds it moved by (ε, ε²): a hair to the east and a hair of that hair to the
/// north. So a grid's west and south borders are inside it, its east and north borders are not. For q on the line
/// the sign is that of the first-order term -dy·ε, and on a horizontal line that of dx·ε².
pub fn side<S: Space>(a: Point<S>, b: Point<S>, q: Point<S>) -> i32 {
    let sign = orient(a, b, q).signum() as i32;
    if sign != 0 {
        return sign;
    }
    let dy = i64::from(b.y) - i64::from(a.y);
    if dy != 0 { -(dy.signum() as i32) } else { (i64::from(b.x) - i64::from(a.x)).signum() as i32 }
}

/// Whether q lies on the closed segment a, b.
pub fn on_segment<S: Space>(a: Point<S>, b: Point<S>, q: Point<S>) -> bool {
    orient(a, b, q) == 0 && (a.x.min(b.x)..=a.x.max(b.x)).contains(&q.x) && (a.y.min(b.y)..=a.y.max(b.y)).contains(&q.y)
}

/// Compares the directions `origin → b` and `origin → c` by their angle counted counter-clockwise (y up) from the
/// direction `origin → from`; a direction equal to `from` counts as a full turn.
pub fn compare_angles<S: Space>(origin: Point<S>, from: Point<S>, b: Point<S>, c: Point<S>) -> std::cmp::Ordering {
    let half = |p: Point<S>| {
        let turn = orient(origin, from, p);
        // First half: strictly left of `from`. Straight back opens the second half; straight on closes it.
        if turn > 0 {
            0
        } else if turn < 0 {
            2
        } else if dot(origin, from, p) < 0 {
            1
        } else {
            3
        }
    };
    half(b).cmp(&half(c)).then_with(|| 0.cmp(&orient(origin, b, c)))
}

/// The scalar product of a → b and a → c.
pub fn dot<S: Space>(a: Point<S>, b: Point<S>, c: Point<S>) -> i128 {
    let (abx, aby) = (i64::from(b.x) - i64::from(a.x), i64::from(b.y) - i64::from(a.y));
    let (acx, acy) = (i64::from(c.x) - i64::from(a.x), i64::from(c.y) - i64::from(a.y));
    i128::from(abx) * i128::from(acx) + i128::from(aby) * i128::from(acy)
}
