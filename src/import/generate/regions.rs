//! Which cells a synthetic partition consists of, and how they are grouped into the grids of the upper tiers.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::mesh::Mesh;
use super::noise::{mix_all, noise, unit};

/// A cell that belongs to no grid.
pub(super) const OUTSIDE: u32 = u32::MAX;

/// A cost that can be ordered, and the cell it leads to.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Step {
    cost: f64,
    cell: u32,
}

impl Eq for Step {}

impl Ord for Step {
    fn cmp(&self, other: &Step) -> std::cmp::Ordering {
        self.cost.total_cmp(&other.cost).then(self.cell.cmp(&other.cell))
    }
}

impl PartialOrd for Step {
    fn partial_cmp(&self, other: &Step) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

/// So many connected cells without a hole among them, grown from the middle; `None` where the mesh is too small.
pub(super) fn grow(mesh: &Mesh, seed: u64, count: usize, radius_m: f64) -> Option<Vec<u32>> {
    let cost = |cell: u32| {
        let at = mesh.site(cell).at;
        let far = (at[0] * at[0] + at[1] * at[1]).sqrt();
        far * (0.66 + 0.5 * noise(seed ^ 0xe1, at, 0.8 * radius_m) + 0.18 * noise(seed ^ 0xe2, at, 0.25 * radius_m))
    };
    let start = (0..mesh.len() as u32).filter(|&cell| mesh.is_closed(cell)).min_by(|&a, &b| {
        let far = |cell: u32| mesh.site(cell).at.iter().map(|v| v * v).sum::<f64>();
        far(a).total_cmp(&far(b))
    })?;
    // In the order in which they join, so that whatever is cut off at the end leaves the rest connected.
    let mut grown = Vec::with_capacity(count);
    let mut seen = vec![false; mesh.len()];
    let mut front = BinaryHeap::from([Reverse(Step { cost: cost(start), cell: start })]);
    seen[start as usize] = true;
    while let Some(Reverse(Step { cell, .. })) = front.pop() {
        grown.push(cell);
        if grown.len() == count {
            break;
        }
        for neighbor in mesh.neighbors(cell) {
            // Next to the hull's open cells the outline would follow the hull.
            if !seen[neighbor as usize] && mesh.is_closed(neighbor) {
                seen[neighbor as usize] = true;
                front.push(Reverse(Step { cost: cost(neighbor), cell: neighbor }));
            }
        }
    }
    (grown.len() == count).then(|| without_holes(mesh, grown)).flatten()
}

/// The same number of cells, with the holes among them filled and as many of the last ones left out instead; `None`
/// where that takes them apart.
fn without_holes(mesh: &Mesh, mut grown: Vec<u32>) -> Option<Vec<u32>> {
    loop {
        let holes = holes(mesh, &grown);
        if holes.is_empty() {
            return is_connected(mesh, &grown).then_some(grown);
        }
        // To the front, where they stay: so every turn is shorter of something to cut off, and this ends.
        let kept = grown.len().checked_sub(holes.len())?;
        grown.truncate(kept);
        grown.splice(0..0, holes);
    }
}

/// Cells that are not among these and cannot be reached from outside.
fn holes(mesh: &Mesh, cells: &[u32]) -> Vec<u32> {
    let mut taken = vec![false; mesh.len()];
    for &cell in cells {
        taken[cell as usize] = true;
    }
    let mut stack: Vec<u32> = (0..mesh.len() as u32).filter(|&cell| !mesh.is_closed(cell)).collect();
    for &cell in &stack {
        taken[cell as usize] = true;
    }
    // The hull's cells have no closed ring of spokes, so reach inwards from the closed ones beside them.
    let beside_hull = (0..mesh.len() as u32)
        .filter(|&cell| mesh.is_closed(cell) && mesh.neighbors(cell).any(|neighbor| !mesh.is_closed(neighbor)));
    for cell in beside_hull {
        if !taken[cell as usize] {
            taken[cell as usize] = true;
            stack.push(cell);
        }
    }
    while let Some(cell) = stack.pop() {
        for neighbor in mesh.neighbors(cell) {
            if !std::mem::replace(&mut taken[neighbor as usize], true) {
                stack.push(neighbor);
            }
        }
    }
    (0..mesh.len() as u32).filter(|&cell| !taken[cell as usize]).collect()
}

fn is_connected(mesh: &Mesh, cells: &[u32]) -> bool {
    let mut open = vec![false; mesh.len()];
    for &cell in cells {
        open[cell as usize] = true;
    }
    let mut stack: Vec<u32> = cells.first().copied().into_iter().collect();
    let mut reached = 0;
    while let Some(cell) = stack.pop() {
        if std::mem::replace(&mut open[cell as usize], false) {
            reached += 1;
            stack.extend(mesh.neighbors(cell).filter(|&neighbor| open[neighbor as usize]));
        }
    }
    reached == cells.len()
}

/// Divides connected cells into so many connected groups of uneven size; gives the cells of each.
///
/// The groups start at cells which lie evenly along a Hilbert curve, and grow over ways of random length.
pub(super) fn divide(mesh: &Mesh, seed: u64, cells: &[u32], groups: usize, group_of: &mut [u32]) -> Vec<Vec<u32>> {
    let mut along: Vec<u32> = cells.to_vec();
    along.sort_by_key(|&cell| (hilbert(mesh.site(cell).at), cell));
    for &cell in cells {
        group_of[cell as usize] = UNDECIDED;
    }
    let mut front = BinaryHeap::new();
    for group in 0..groups {
        // Within the group's own share of the curve, so that no two start at the same cell.
        let (from, to) = (group * along.len() / groups, (group + 1) * along.len() / groups);
        let part = unit(mix_all(&[seed, group as u64]));
        let start = along[from + ((to - from) as f64 * part) as usize];
        front.push(Reverse((Step { cost: 0.0, cell: start }, group as u32)));
    }
    let mut divided = vec![Vec::new(); groups];
    while let Some(Reverse((Step { cost, cell }, group))) = front.pop() {
        if group_of[cell as usize] != UNDECIDED {
            continue;
        }
        group_of[cell as usize] = group;
        divided[group as usize].push(cell);
        for neighbor in mesh.neighbors(cell) {
            if group_of[neighbor as usize] == UNDECIDED {
                let pair = mesh.site(cell).id ^ mesh.site(neighbor).id;
                let length = 0.5 + unit(mix_all(&[seed, pair]));
                front.push(Reverse((Step { cost: cost + length, cell: neighbor }, group)));
            }
        }
    }
    divided
}

/// In `group_of` during [`divide`]: to be decided. All other cells are out of bounds.
const UNDECIDED: u32 = OUTSIDE - 1;

/// How many of so many groups each part gets: at least one, at most its size, else by its share.
pub(super) fn apportion(sizes: &[usize], groups: usize) -> Vec<usize> {
    let total: usize = sizes.iter().sum();
    let mut given: Vec<usize> = sizes.iter().map(|&size| (size * groups / total).clamp(1, size)).collect();
    let mut count: usize = given.iter().sum();
    while count != groups {
        // The part that is furthest from its share and can give or take one; the sizes are compared as fractions.
        let share = |i: usize| given[i] as f64 / sizes[i] as f64;
        let parts = 0..sizes.len();
        let chosen = if count < groups {
            parts.filter(|&i| given[i] < sizes[i]).min_by(|&a, &b| share(a).total_cmp(&share(b)))
        } else {
            parts.filter(|&i| given[i] > 1).max_by(|&a, &b| share(a).total_cmp(&share(b)))
        };
        let chosen = chosen.expect("there are at least as many cells as groups and as many groups as parts");
        if count < groups {
            given[chosen] += 1;
            count += 1;
        } else {
            given[chosen] -= 1;
            count -= 1;
        }
    }
    given
}

/// The place on a Hilbert curve through squares of 100 m.
fn hilbert([x, y]: [f64; 2]) -> u64 {
    const HALF: i64 = 1 << 19;
    let [mut x, mut y] = [x, y].map(|v| (((v / 100.0) as i64) + HALF).clamp(0, 2 * HALF - 1));
    let mut place = 0;
    let mut side = HALF;
    while side > 0 {
        let (right, up) = (i64::from(x & side > 0), i64::from(y & side > 0));
        place += (side * side) as u64 * ((3 * right) ^ up) as u64;
        if up == 0 {
            if right == 1 {
                x = 2 * HALF - 1 - x;
                y = 2 * HALF - 1 - y;
            }
            std::mem::swap(&mut x, &mut y);
        }
        side /= 2;
    }
    place
}
