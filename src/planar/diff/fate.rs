//! What becomes of each grid, read off the strips.

use std::collections::BTreeMap;

use rustc_hash::{FxHashMap, FxHashSet};

use super::Strip;
use super::pairs::Pairs;
use crate::domain::grid::GridId;
use crate::geometry::geodesic::shape_area_m2;
use crate::planar::map::PlanarMap;

/// A grid that goes and one that comes are one grid with another code when so much of either lies in the other.
pub const SAME_PLACE_SHARE: f64 = 0.95;

/// Grids of the old edition are named by their number there, grids of the new one by theirs; each list in that order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Fate {
    pub added: Vec<Added>,
    pub removed: Vec<Removed>,
    /// The same place under another code; in neither of the two lists above.
    pub recoded: Vec<(GridId, GridId)>,
    /// The same grid, recoded or not, with another name.
    pub renamed: Vec<(GridId, GridId)>,
    /// The same grid, recoded or not, below another grid; not where only the parent's code is another.
    pub reparented: Vec<(GridId, GridId)>,
    /// The same grid, recoded or not, with other borders.
    pub moved: Vec<Moved>,
}

/// A code that only the new edition has in that tier.
#[derive(Clone, Debug, PartialEq)]
pub struct Added {
    pub grid: GridId,
    pub area_m2: f64,
    /// Grids of the old edition whose land it has, with the parts of its own area; the largest first.
    pub out_of: Vec<(GridId, f64)>,
}

/// A code that only the old edition has in that tier.
#[derive(Clone, Debug, PartialEq)]
pub struct Removed {
    pub grid: GridId,
    pub area_m2: f64,
    /// Grids of the new edition that have its land, with the parts of its area; the largest first.
    pub into: Vec<(GridId, f64)>,
}

/// A grid whose borders moved.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Moved {
    pub old: GridId,
    pub new: GridId,
    pub old_area_m2: f64,
    pub new_area_m2: f64,
    pub gained_m2: f64,
    pub lost_m2: f64,
}

impl Fate {
    pub(super) fn of(old: &PlanarMap, new: &PlanarMap, pairs: &Pairs, strips: &[Strip]) -> Fate {
        let flows = Flows::of(strips);
        let mut fate = Fate::default();
        let mut kept: Vec<(GridId, GridId)> = Vec::new();
        for &pair in &pairs.grids {
            match pair {
                (Some(grid), Some(same)) => kept.push((grid, same)),
                (Some(grid), None) => {
                    let area_m2 = area_m2(old, grid);
                    fate.removed.push(Removed { grid, area_m2, into: shares(flows.leaving(grid), area_m2) });
                }
                (None, Some(grid)) => {
                    let area_m2 = area_m2(new, grid);
                    fate.added.push(Added { grid, area_m2, out_of: shares(flows.coming_to(grid), area_m2) });
                }
                (None, None) => {}
            }
        }
        fate.take_out_recoded();
        kept.extend(&fate.recoded);
        kept.sort_unstable();
        let recoded: FxHashMap<&str, &str> =
            fate.recoded.iter().map(|&(a, b)| (old.grid(a).code.as_str(), new.grid(b).code.as_str())).collect();
        let now_called = |code: &str| recoded.get(code).map_or_else(|| code.to_owned(), |&code| code.to_owned());
        for &(a, b) in &kept {
            let (before, after) = (old.grid(a), new.grid(b));
            if before.name != after.name {
                fate.renamed.push((a, b));
            }
            if before.parent.as_deref().map(now_called) != after.parent {
                fate.reparented.push((a, b));
            }
            let gained_m2: f64 = flows.gains(b).filter(|&(from, _)| from != Some(a)).map(|(_, area)| area).sum();
            let lost_m2: f64 = flows.losses(a).filter(|&(to, _)| to != Some(b)).map(|(_, area)| area).sum();
            if gained_m2 > 0.0 || lost_m2 > 0.0 {
                let (old_area_m2, new_area_m2) = (area_m2(old, a), area_m2(new, b));
                fate.moved.push(Moved { old: a, new: b, old_area_m2, new_area_m2, gained_m2, lost_m2 });
            }
        }
        fate
    }

    /// Pairs of a grid that goes and one that comes which are the same place.
    fn take_out_recoded(&mut self) {
        let takes_most_of = |shares: &[(GridId, f64)]| {
            shares.first().filter(|&&(_, share)| share >= SAME_PLACE_SHARE).map(|&(grid, _)| grid)
        };
        let comes_out_of: BTreeMap<GridId, GridId> =
            self.added.iter().filter_map(|added| Some((added.grid, takes_most_of(&added.out_of)?))).collect();
        let is_recoded = |removed: &Removed| {
            let to = takes_most_of(&removed.into)?;
            (comes_out_of.get(&to) == Some(&removed.grid)).then_some((removed.grid, to))
        };
        self.recoded = self.removed.iter().filter_map(is_recoded).collect();
        self.removed.retain(|removed| is_recoded(removed).is_none());
        let comes: FxHashSet<GridId> = self.recoded.iter().map(|&(_, to)| to).collect();
        self.added.retain(|added| !comes.contains(&added.grid));
    }
}

/// How much land goes from whom to whom.
#[derive(Default)]
pub(super) struct Flows {
    losses: FxHashMap<GridId, Vec<(Option<GridId>, f64)>>,
    gains: FxHashMap<GridId, Vec<(Option<GridId>, f64)>>,
}

impl Flows {
    pub fn of(strips: &[Strip]) -> Flows {
        let mut flows = Flows::default();
        for strip in strips {
            if let Some(from) = strip.from {
                flows.losses.entry(from).or_default().push((strip.to, strip.area_m2));
            }
            if let Some(to) = strip.to {
                flows.gains.entry(to).or_default().push((strip.from, strip.area_m2));
            }
        }
        flows
    }

    fn losses(&self, grid: GridId) -> impl Iterator<Item = (Option<GridId>, f64)> + '_ {
        self.losses.get(&grid).into_iter().flatten().copied()
    }

    fn gains(&self, grid: GridId) -> impl Iterator<Item = (Option<GridId>, f64)> + '_ {
        self.gains.get(&grid).into_iter().flatten().copied()
    }

    pub fn leaving(&self, grid: GridId) -> impl Iterator<Item = (GridId, f64)> + '_ {
        self.losses(grid).filter_map(|(to, area_m2)| Some((to?, area_m2)))
    }

    fn coming_to(&self, grid: GridId) -> impl Iterator<Item = (GridId, f64)> + '_ {
        self.gains(grid).filter_map(|(from, area_m2)| Some((from?, area_m2)))
    }
}

/// Parts of an area, the largest first; none of nothing.
pub(super) fn shares(parts_m2: impl Iterator<Item = (GridId, f64)>, area_m2: f64) -> Vec<(GridId, f64)> {
    let mut shares: Vec<(GridId, f64)> =
        parts_m2.filter(|_| area_m2 > 0.0).map(|(grid, part_m2)| (grid, (part_m2 / area_m2).min(1.0))).collect();
    shares.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    shares
}

pub(super) fn area_m2(map: &PlanarMap, grid: GridId) -> f64 {
    shape_area_m2(&map.shape(grid))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A country that numbers all its grids anew: a look through the list for each of them would take minutes.
    #[test]
    fn every_code_is_another() {
        let count = 100_000u32;
        let mut fate = Fate::default();
        for id in (0..count).map(GridId) {
            fate.removed.push(Removed { grid: id, area_m2: 1.0, into: vec![(id, 1.0)] });
            fate.added.push(Added { grid: id, area_m2: 1.0, out_of: vec![(id, 1.0)] });
        }
        let begun = std::time::Instant::now();
        fate.take_out_recoded();
        assert_eq!((fate.recoded.len(), fate.removed.len(), fate.added.len()), (count as usize, 0, 0));
        assert!(begun.elapsed() < std::time::Duration::from_secs(30), "{:?}", begun.elapsed());
    }
}
