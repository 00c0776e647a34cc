//! Where the cells of a synthetic partition are: points scattered at uneven but never too small distances.
//!
//! A candidate stands in every square of a fine lattice, at a random place in it and with a random rank. It stays when
//! no candidate within its own distance has a better rank (Matérn's second hard-core process). So a site depends on
//! nothing but its surroundings.

use super::noise::{mix_all, noise, unit};

/// Side of the squares with one candidate each, in metres.
const SQUARE_M: f64 = 165.0;
/// Mean distance that a site keeps from others, in metres.
const DISTANCE_M: f64 = 660.0;
/// How far around its middle the town's own grids are smaller, in metres.
const SEAT_M: f64 = 2_200.0;

/// A place in metres east and north of the centre, and a number that is its own.
#[derive(Clone, Copy, Debug)]
pub(super) struct Site {
    pub at: [f64; 2],
    pub id: u64,
}

/// All sites within a distance of the centre, row by row from the south.
pub(super) fn scatter(seed: u64, radius_m: f64) -> Vec<Site> {
    let steps = (radius_m / SQUARE_M).ceil() as i64;
    let offsets = offsets_by_distance();
    let mut sites = Vec::new();
    for row in -steps..=steps {
        for column in -steps..=steps {
            let (site, rank) = candidate(seed, column, row);
            if square(site.at) <= radius_m * radius_m && is_best(seed, (column, row), site.at, rank, &offsets) {
                sites.push(site);
            }
        }
    }
    sites
}

fn candidate(seed: u64, column: i64, row: i64) -> (Site, u64) {
    let id = mix_all(&[seed, column as u64, row as u64]);
    let rank = mix_all(&[id, 1]);
    let at = [column as f64 + unit(mix_all(&[id, 2])), row as f64 + unit(mix_all(&[id, 3]))].map(|v| v * SQUARE_M);
    (Site { at, id }, rank)
}

/// Steps to the squares around one, the nearest first: there it is most likely decided.
fn offsets_by_distance() -> Vec<(i64, i64)> {
    let reach = (1.5 * DISTANCE_M / SQUARE_M).ceil() as i64 + 1;
    let mut offsets: Vec<_> = (-reach..=reach).flat_map(|y| (-reach..=reach).map(move |x| (x, y))).collect();
    offsets.retain(|&offset| offset != (0, 0));
    offsets.sort_by_key(|&(x, y)| (x * x + y * y, y, x));
    offsets
}

fn is_best(seed: u64, (column, row): (i64, i64), at: [f64; 2], rank: u64, offsets: &[(i64, i64)]) -> bool {
    let distance = distance_to_keep(seed, at);
    offsets.iter().all(|&(dx, dy)| {
        let (other, its_rank) = candidate(seed, column + dx, row + dy);
        its_rank > rank || square([other.at[0] - at[0], other.at[1] - at[1]]) > distance * distance
    })
}

/// Between a third and one and a half of the mean: villages in the valleys lie closer than in the hills, and around
/// the town's seat closest.
fn distance_to_keep(seed: u64, at: [f64; 2]) -> f64 {
    let wide = noise(seed ^ 0xd1, at, 7_000.0);
    let near = noise(seed ^ 0xd2, at, 2_300.0);
    let far_from_seat = (square(at) / (SEAT_M * SEAT_M)).min(1.0);
    let distance = DISTANCE_M * (0.5 + 0.6 * wide + 0.4 * near);
    distance * (0.5 + 0.5 * far_from_seat)
}

fn square([x, y]: [f64; 2]) -> f64 {
    x * x + y * y
}
