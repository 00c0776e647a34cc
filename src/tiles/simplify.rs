//! Simplifying a line once for all zooms, by Visvalingam and Whyatt's effective area.
//!
//! Points are taken away in the order of the area of the triangle they form with their neighbours; the area at which
//! a point goes (never less than that of a point gone before) says from which zoom on it can be seen. Both grids
//! along the line use the one result.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::space::{TILE_BITS, WORLD_BITS, World};
use crate::geometry::point::Point;

/// A point is kept from the zoom on at which its triangle has this area, in square units of the tile's grid: half a
/// pixel of a tile drawn 512 pixels wide.
const SMALLEST_AREA_UNITS2: f64 = 32.0;

/// For each point of a line the first zoom that keeps it; `last_zoom` keeps all. The ends are kept at every zoom, and
/// of a closed line (first point = last) two points more, so that an island stays an area.
pub(super) fn first_zooms(line: &[Point<World>], last_zoom: u8) -> Vec<u8> {
    let n = line.len();
    let mut zooms = vec![0; n];
    if n <= 2 {
        return zooms;
    }
    let closed = line[0] == line[n - 1];
    let mut inner_left = n - 2;
    let kept_always = if closed { 2 } else { 0 };
    let (mut before, mut after): (Vec<usize>, Vec<usize>) =
        ((0..n).map(|i| i.saturating_sub(1)).collect(), (1..=n).collect());
    let mut area2: Vec<u64> = vec![0; n];
    let mut gone = vec![false; n];
    // Entries of points whose triangle has changed since are skipped.
    let mut heap = BinaryHeap::with_capacity(n);
    for i in 1..n - 1 {
        area2[i] = triangle2(line[i - 1], line[i], line[i + 1]);
        heap.push(Reverse((area2[i], i)));
    }
    let mut largest2 = 0;
    while let Some(Reverse((area, i))) = heap.pop() {
        if inner_left <= kept_always {
            break;
        }
        if gone[i] || area != area2[i] {
            continue;
        }
        gone[i] = true;
        inner_left -= 1;
        largest2 = largest2.max(area);
        zooms[i] = first_zoom(largest2, last_zoom);
        let (p, q) = (before[i], after[i]);
        after[p] = q;
        before[q] = p;
        for j in [p, q] {
            if j > 0 && j < n - 1 {
                area2[j] = triangle2(line[before[j]], line[j], line[after[j]]);
                heap.push(Reverse((area2[j], j)));
            }
        }
    }
    zooms
}

/// Twice the area of a triangle, in square units of the world.
fn triangle2(a: Point<World>, b: Point<World>, c: Point<World>) -> u64 {
    let (abx, aby) = (i64::from(b.x) - i64::from(a.x), i64::from(b.y) - i64::from(a.y));
    let (acx, acy) = (i64::from(c.x) - i64::from(a.x), i64::from(c.y) - i64::from(a.y));
    (abx * acy - aby * acx).unsigned_abs()
}

fn first_zoom(area2: u64, last_zoom: u8) -> u8 {
    let unit = |z: u8| f64::from(1u32 << (WORLD_BITS - TILE_BITS - z));
    (0..last_zoom).find(|&z| area2 as f64 >= 2.0 * SMALLEST_AREA_UNITS2 * unit(z) * unit(z)).unwrap_or(last_zoom)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn line(points: &[(i32, i32)]) -> Vec<Point<World>> {
        points.iter().map(|&(x, y)| Point::new(x, y)).collect()
    }

    #[test]
    fn the_larger_bend_comes_first() {
        let zooms = first_zooms(&line(&[(0, 0), (4096, 100), (8192, 0), (12288, 16384), (32768, 0)]), 14);
        assert_eq!([zooms[0], zooms[4]], [0, 0]);
        assert!(zooms[3] < zooms[2], "{zooms:?}");
        assert!(zooms[2] < zooms[1] && zooms[1] < 14, "{zooms:?}");
    }

    #[test]
    fn an_island_stays_an_area() {
        let island = line(&[(0, 0), (2, 0), (3, 1), (2, 2), (0, 2), (0, 0)]);
        let zooms = first_zooms(&island, 14);
        let kept: Vec<_> = island.iter().zip(&zooms).filter(|(_, z)| **z == 0).map(|(p, _)| *p).collect();
        assert_eq!(kept.len(), 4);
        assert!(triangle2(kept[0], kept[1], kept[2]) > 0);
    }

    proptest! {
        /// By the definition, at every zoom: repeat "take the smallest triangle away while it is below the limit".
        #[test]
        fn agrees_with_the_definition(points in prop::collection::vec((0i32..2000, 0i32..2000), 3..30), z in 6u8..16) {
            let line = line(&points);
            let last = 16;
            let limit = 2.0 * SMALLEST_AREA_UNITS2 * f64::from(1u32 << (18 - z)).powi(2);
            let mut left: Vec<usize> = (0..line.len()).collect();
            let least = if line[0] == line[line.len() - 1] { 4 } else { 2 };
            while left.len() > least {
                let (at, area) = (1..left.len() - 1)
                    .map(|i| (i, triangle2(line[left[i - 1]], line[left[i]], line[left[i + 1]])))
                    .min_by_key(|&(i, area)| (area, left[i])).unwrap();
                if area as f64 >= limit {
                    break;
                }
                left.remove(at);
            }
            let zooms = first_zooms(&line, last);
            let kept: Vec<usize> = (0..line.len()).filter(|&i| zooms[i] <= z).collect();
            prop_assert_eq!(kept, left);
        }
    }
}
