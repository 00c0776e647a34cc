//! Six colours, such that neighbours differ.
//!
//! Smallest-last greedy colouring: the grid with the fewest neighbours is taken out again and again, and coloured last.
//! A planar map always has a grid with at most five neighbours, so six colours suffice. Grids of several parts need
//! not be planar; where the greedy order fails, two-coloured chains are swapped (Kempe) to free a colour.

use crate::domain::grid::GridId;
use crate::domain::tier::Tier;
use crate::planar::map::PlanarMap;

/// Colours are the numbers below this.
pub const COLORS: u8 = 6;

/// The colour of every grid, by [`GridId`]. Depends on the edition alone.
pub fn colors(planar: &PlanarMap) -> Vec<u8> {
    let neighbors: Vec<Vec<u32>> = (0u32..)
        .take(planar.grids().len())
        .map(|id| planar.neighbors(GridId(id)).iter().map(|other| other.0).collect())
        .collect();
    let colors = color_graph(&neighbors);
    for (id, others) in neighbors.iter().enumerate() {
        for &other in others.iter().filter(|&&other| other as usize > id && colors[other as usize] == colors[id]) {
            let [a, b] = [id, other as usize].map(|i| &planar.grids()[i]);
            debug_assert!(a.tier == b.tier && Tier::ALL.contains(&a.tier));
            tracing::warn!(a = a.code, b = b.code, "neighbours have one colour in tiles: six do not suffice here");
        }
    }
    colors
}

fn color_graph(neighbors: &[Vec<u32>]) -> Vec<u8> {
    let mut colors: Vec<Option<u8>> = vec![None; neighbors.len()];
    for i in smallest_last(neighbors) {
        let color = free_color(i, neighbors, &colors)
            .or_else(|| swap_chains(i, neighbors, &mut colors))
            .unwrap_or_else(|| rarest_color(i, neighbors, &colors));
        colors[i] = Some(color);
    }
    colors.into_iter().map(|color| color.expect("every grid was coloured")).collect()
}

/// The order to colour in: each grid has as few neighbours as can be before it.
fn smallest_last(neighbors: &[Vec<u32>]) -> Vec<usize> {
    let mut degree: Vec<usize> = neighbors.iter().map(Vec::len).collect();
    let mut by_degree: Vec<Vec<usize>> = vec![Vec::new(); degree.iter().max().map_or(0, |most| most + 1)];
    for i in (0..neighbors.len()).rev() {
        by_degree[degree[i]].push(i);
    }
    let mut removed = vec![false; neighbors.len()];
    let mut order = Vec::with_capacity(neighbors.len());
    let mut at = 0;
    while at < by_degree.len() {
        let Some(i) = by_degree[at].pop() else {
            at += 1;
            continue;
        };
        if removed[i] || degree[i] != at {
            continue;
        }
        removed[i] = true;
        order.push(i);
        for &other in &neighbors[i] {
            let other = other as usize;
            if !removed[other] {
                degree[other] -= 1;
                by_degree[degree[other]].push(other);
                at = at.min(degree[other]);
            }
        }
    }
    order.reverse();
    order
}

fn free_color(i: usize, neighbors: &[Vec<u32>], colors: &[Option<u8>]) -> Option<u8> {
    (0..COLORS).find(|&color| neighbors[i].iter().all(|&other| colors[other as usize] != Some(color)))
}

/// Tries to take a colour from all neighbours by swapping it with another one along the chains it is on.
fn swap_chains(i: usize, neighbors: &[Vec<u32>], colors: &mut [Option<u8>]) -> Option<u8> {
    let pairs = (0..COLORS).flat_map(|a| (0..COLORS).filter(move |&b| b != a).map(move |b| (a, b)));
    for (a, b) in pairs {
        let mut swapped = colors.to_vec();
        for &start in neighbors[i].iter().filter(|&&other| colors[other as usize] == Some(a)) {
            if swapped[start as usize] == Some(a) {
                swap_chain(start as usize, a, b, neighbors, &mut swapped);
            }
        }
        if neighbors[i].iter().all(|&other| swapped[other as usize] != Some(a)) {
            colors.copy_from_slice(&swapped);
            return Some(a);
        }
    }
    None
}

/// Swaps two colours in the part connected to `start` by grids of these colours.
fn swap_chain(start: usize, a: u8, b: u8, neighbors: &[Vec<u32>], colors: &mut [Option<u8>]) {
    let mut reached = rustc_hash::FxHashSet::from_iter([start]);
    let mut waiting = vec![start];
    while let Some(i) = waiting.pop() {
        colors[i] = if colors[i] == Some(a) { Some(b) } else { Some(a) };
        for &other in &neighbors[i] {
            let other = other as usize;
            let on_chain = colors[other] == Some(a) || colors[other] == Some(b);
            if on_chain && reached.insert(other) {
                waiting.push(other);
            }
        }
    }
}

/// The colour that the fewest neighbours have.
fn rarest_color(i: usize, neighbors: &[Vec<u32>], colors: &[Option<u8>]) -> u8 {
    let uses = |color: &u8| neighbors[i].iter().filter(|&&other| colors[other as usize] == Some(*color)).count();
    (0..COLORS).min_by_key(uses).expect("there are colours")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn graph(n: usize, edges: impl IntoIterator<Item = (usize, usize)>) -> Vec<Vec<u32>> {
        let mut neighbors = vec![Vec::new(); n];
        for (a, b) in edges {
            if a != b && !neighbors[a].contains(&(b as u32)) {
                neighbors[a].push(b as u32);
                neighbors[b].push(a as u32);
            }
        }
        neighbors
    }

    fn conflicts(neighbors: &[Vec<u32>]) -> usize {
        let colors = color_graph(neighbors);
        assert!(colors.iter().all(|&color| color < COLORS));
        (0..neighbors.len())
            .map(|i| neighbors[i].iter().filter(|&&other| colors[other as usize] == colors[i]).count())
            .sum()
    }

    #[test]
    fn six_suffice_for_six_that_all_meet() {
        let all = |n: usize| graph(n, (0..n).flat_map(move |a| (a + 1..n).map(move |b| (a, b))));
        assert_eq!(conflicts(&all(6)), 0);
        // Seven that all meet cannot be coloured; two of them share a colour, and nothing else happens.
        assert_eq!(conflicts(&all(7)), 2);
    }

    proptest! {
        /// A random triangulated lattice is planar.
        #[test]
        fn planar_maps_never_conflict(
            w in 1usize..12, h in 1usize..12, flips in prop::collection::vec(any::<bool>(), 144),
        ) {
            let at = |x: usize, y: usize| y * w + x;
            let mut edges = Vec::new();
            for y in 0..h {
                for x in 0..w {
                    if x + 1 < w { edges.push((at(x, y), at(x + 1, y))); }
                    if y + 1 < h { edges.push((at(x, y), at(x, y + 1))); }
                    if x + 1 < w && y + 1 < h {
                        edges.push(if flips[at(x, y)] { (at(x, y), at(x + 1, y + 1)) } else { (at(x + 1, y), at(x, y + 1)) });
                    }
                }
            }
            prop_assert_eq!(conflicts(&graph(w * h, edges)), 0);
        }
    }
}
