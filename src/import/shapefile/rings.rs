//! Which rings of a shape are shells and which are holes, and of which shell: by their direction, as the format has it, or
//! where that cannot be, by which lies in which. GDAL does the same where the directions are right.

use std::cmp::Ordering;

use crate::geometry::feature::RawRing;
use crate::geometry::point::Point;

/// Steps of all searches for the shell of a hole in one file: what a file of millions of islands and lakes needs many
/// times over, and seconds of work.
pub(super) const MAX_STEPS: u64 = 2_000_000_000;

/// Rings that lie in one another so that telling them apart takes too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TooTangled;

/// A ring with twice its area in the file's own coordinates: below zero where it runs clockwise.
#[derive(Debug)]
struct Ring {
    points: RawRing,
    area: f64,
    /// Its west, south, east and north ends.
    bounds: [i32; 4],
}

/// The polygons of a shape's rings, given with their areas, each with its shell first.
pub(super) fn polygons(
    rings: Vec<RawRing>,
    areas: &[f64],
    steps_left: &mut u64,
) -> Result<Vec<Vec<RawRing>>, TooTangled> {
    if rings.len() <= 1 {
        return Ok(rings.into_iter().map(|ring| vec![ring]).collect());
    }
    let rings: Vec<Ring> =
        rings.into_iter().zip(areas).map(|(points, &area)| Ring { bounds: bounds(&points), points, area }).collect();
    let parents =
        if rings[0].area <= 0.0 { by_direction(&rings, steps_left)? } else { by_nesting(&rings, steps_left)? };
    let mut polygons: Vec<Vec<RawRing>> = Vec::new();
    let mut polygon_of = vec![usize::MAX; rings.len()];
    for (index, _) in parents.iter().enumerate().filter(|(_, parent)| parent.is_none()) {
        polygon_of[index] = polygons.len();
        polygons.push(Vec::new());
    }
    let places: Vec<usize> = parents.iter().enumerate().map(|(i, parent)| polygon_of[parent.unwrap_or(i)]).collect();
    // Shells first, then holes in the order of the file.
    let mut holes = Vec::new();
    for ((ring, place), parent) in rings.into_iter().zip(places).zip(&parents) {
        match parent {
            None => polygons[place].push(ring.points),
            Some(_) => holes.push((place, ring.points)),
        }
    }
    for (place, points) in holes {
        polygons[place].push(points);
    }
    Ok(polygons)
}

/// The shell of every hole; `None` for shells. Shells run clockwise. A hole in no shell is one itself.
fn by_direction(rings: &[Ring], steps_left: &mut u64) -> Result<Vec<Option<usize>>, TooTangled> {
    let mut shells: Vec<usize> = (0..rings.len()).filter(|&i| rings[i].area <= 0.0).collect();
    if let [only] = shells[..] {
        // Then some run the wrong way.
        if rings.iter().any(|ring| !may_hold(&rings[only], ring)) {
            return by_nesting(rings, steps_left);
        }
        return Ok((0..rings.len()).map(|i| (i != only).then_some(only)).collect());
    }
    // The smallest that holds it is its own.
    shells.sort_by(|&a, &b| by_size(&rings[a], &rings[b]));
    let mut parents = vec![None; rings.len()];
    for (parent, ring) in parents.iter_mut().zip(rings).filter(|(_, ring)| ring.area > 0.0) {
        *parent = first_that_holds(ring, &shells, rings, steps_left)?;
    }
    Ok(parents)
}

/// The same where directions say nothing: a ring in an even number of others is a shell.
fn by_nesting(rings: &[Ring], steps_left: &mut u64) -> Result<Vec<Option<usize>>, TooTangled> {
    let mut order: Vec<usize> = (0..rings.len()).collect();
    order.sort_by(|&a, &b| by_size(&rings[a], &rings[b]));
    let mut around = vec![None; rings.len()];
    for (at, &ring) in order.iter().enumerate() {
        around[ring] = first_that_holds(&rings[ring], &order[at + 1..], rings, steps_left)?;
    }
    let mut is_hole = vec![false; rings.len()];
    for &ring in order.iter().rev() {
        is_hole[ring] = around[ring].is_some_and(|outer: usize| !is_hole[outer]);
    }
    Ok((0..rings.len()).map(|ring| around[ring].filter(|_| is_hole[ring])).collect())
}

fn by_size(a: &Ring, b: &Ring) -> Ordering {
    a.area.abs().total_cmp(&b.area.abs())
}

fn first_that_holds(
    ring: &Ring,
    candidates: &[usize],
    rings: &[Ring],
    steps_left: &mut u64,
) -> Result<Option<usize>, TooTangled> {
    for &candidate in candidates {
        let outer = &rings[candidate];
        *steps_left = steps_left.checked_sub(1).ok_or(TooTangled)?;
        if may_hold(outer, ring) && holds(outer, ring, steps_left)? {
            return Ok(Some(candidate));
        }
    }
    Ok(None)
}

fn may_hold(outer: &Ring, inner: &Ring) -> bool {
    let ([west, south, east, north], [inner_west, inner_south, inner_east, inner_north]) = (outer.bounds, inner.bounds);
    west <= inner_west && south <= inner_south && east >= inner_east && north >= inner_north
}

/// Whether a ring lies in another: by its first point that is not on the other's border. Rings of one shape do not cross.
fn holds(outer: &Ring, inner: &Ring, steps_left: &mut u64) -> Result<bool, TooTangled> {
    for &point in &inner.points {
        *steps_left = steps_left.checked_sub(outer.points.len() as u64).ok_or(TooTangled)?;
        match place(point, &outer.points) {
            Place::Inside => return Ok(true),
            Place::Outside => return Ok(false),
            Place::OnBorder => {}
        }
    }
    Ok(!inner.points.is_empty())
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Inside,
    Outside,
    OnBorder,
}

/// Where a point is, by the edges that a ray to the east crosses; exact.
fn place(p: Point, ring: &[Point]) -> Place {
    let mut is_inside = false;
    let Some(&last) = ring.last() else { return Place::Outside };
    let mut a = last;
    for &b in ring {
        let (low, high) = if a.y <= b.y { (a, b) } else { (b, a) };
        if (low.y..=high.y).contains(&p.y) {
            let [ax, ay] = [i128::from(high.x) - i128::from(low.x), i128::from(high.y) - i128::from(low.y)];
            let [bx, by] = [i128::from(p.x) - i128::from(low.x), i128::from(p.y) - i128::from(low.y)];
            let turn = ax * by - ay * bx;
            let between = (a.x.min(b.x)..=a.x.max(b.x)).contains(&p.x);
            if turn == 0 && between {
                return Place::OnBorder;
            }
            // The edge passes to the east of the point.
            if low.y <= p.y && p.y < high.y && turn > 0 {
                is_inside = !is_inside;
            }
        }
        a = b;
    }
    if is_inside { Place::Inside } else { Place::Outside }
}

fn bounds(points: &[Point]) -> [i32; 4] {
    points.iter().fold([i32::MAX, i32::MAX, i32::MIN, i32::MIN], |[w, s, e, n], p| {
        [w.min(p.x), s.min(p.y), e.max(p.x), n.max(p.y)]
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn square(x: i32, y: i32, side: i32) -> RawRing {
        [(0, 0), (0, 1), (1, 1), (1, 0), (0, 0)].map(|(i, j)| Point::new(x + i * side, y + j * side)).to_vec()
    }

    fn area(ring: &[Point]) -> f64 {
        ring.windows(2).map(|e| f64::from(e[0].x) * f64::from(e[1].y) - f64::from(e[1].x) * f64::from(e[0].y)).sum()
    }

    fn group(rings: &[RawRing]) -> Vec<Vec<RawRing>> {
        let areas: Vec<f64> = rings.iter().map(|ring| area(ring)).collect();
        polygons(rings.to_vec(), &areas, &mut MAX_STEPS.clone()).unwrap()
    }

    fn turned(mut ring: RawRing) -> RawRing {
        ring.reverse();
        ring
    }

    #[test]
    fn holes_go_to_the_smallest_shell_around_them() {
        let (outer, lake) = (square(0, 0, 100), turned(square(10, 10, 50)));
        let (island, pond) = (square(20, 20, 20), turned(square(25, 25, 5)));
        let rings = [lake.clone(), outer.clone(), island.clone(), pond.clone()];
        // With the lake first its direction is wrong, so nesting decides; the same comes out.
        for order in [[1, 0, 2, 3], [3, 2, 0, 1].map(|i: usize| i), [0, 1, 2, 3]] {
            let mut found = group(&order.map(|i| rings[i].clone()));
            found.sort_by_key(|polygon| polygon[0][0].x);
            assert_eq!(found, [vec![outer.clone(), lake.clone()], vec![island.clone(), pond.clone()]], "{order:?}");
        }
        // All of them run the wrong way.
        let wrong = rings.clone().map(turned);
        let mut found = group(&[wrong[1].clone(), wrong[0].clone(), wrong[2].clone(), wrong[3].clone()]);
        found.sort_by_key(|polygon| polygon[0][0].x.min(polygon[0][1].x));
        assert_eq!(found.iter().map(Vec::len).collect::<Vec<_>>(), [2, 2]);
    }

    #[test]
    fn a_hole_that_touches_its_shell_is_still_in_it() {
        let neighbour = square(100, 0, 100);
        let touching = turned(square(0, 0, 10));
        let found = group(&[square(0, 0, 100), neighbour.clone(), touching.clone()]);
        assert_eq!(found, [vec![square(0, 0, 100), touching], vec![neighbour]]);
        let astray = turned(square(500, 500, 10));
        assert_eq!(group(&[square(0, 0, 100), square(100, 0, 100), astray]).len(), 3);
    }

    #[test]
    fn searching_ends() {
        let rings: Vec<RawRing> =
            (0..40).map(|_| square(0, 0, 100)).chain((0..40).map(|_| turned(square(1, 1, 98)))).collect();
        let areas: Vec<f64> = rings.iter().map(|ring| area(ring)).collect();
        assert_eq!(polygons(rings, &areas, &mut 100), Err(TooTangled));
    }
}
