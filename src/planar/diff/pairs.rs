//! One numbering for the grids of two editions: a grid of either is the same grid where tier and code are the same.

use std::cmp::Ordering;

use crate::domain::grid::{Grid, GridId};
use crate::planar::map::PlanarMap;

/// The grids of both editions in the order of (tier, code), each with its number in either.
pub(super) struct Pairs {
    pub grids: Vec<(Option<GridId>, Option<GridId>)>,
    /// The place in `grids`, by the number in the old and in the new edition.
    by_old: Vec<u32>,
    by_new: Vec<u32>,
}

impl Pairs {
    pub fn of(old: &PlanarMap, new: &PlanarMap) -> Pairs {
        let key = |grid: &Grid| (grid.tier, grid.code.clone());
        let (olds, news) = (old.grids(), new.grids());
        let mut pairs = Pairs { grids: Vec::new(), by_old: Vec::new(), by_new: Vec::new() };
        while pairs.by_old.len() < olds.len() || pairs.by_new.len() < news.len() {
            let order = match (olds.get(pairs.by_old.len()), news.get(pairs.by_new.len())) {
                (Some(a), Some(b)) => (a.tier, &a.code).cmp(&(b.tier, &b.code)),
                (Some(_), None) => Ordering::Less,
                _ => Ordering::Greater,
            };
            let place = pairs.grids.len() as u32;
            let old_id = (order != Ordering::Greater).then_some(GridId(pairs.by_old.len() as u32));
            let new_id = (order != Ordering::Less).then_some(GridId(pairs.by_new.len() as u32));
            pairs.by_old.extend(old_id.map(|_| place));
            pairs.by_new.extend(new_id.map(|_| place));
            pairs.grids.push((old_id, new_id));
        }
        debug_assert!(olds.is_sorted_by_key(key) && news.is_sorted_by_key(key), "tables are sorted by (tier, code)");
        pairs
    }

    /// The place of a grid of the old edition.
    pub fn of_old(&self, id: GridId) -> u32 {
        self.by_old[id.index()]
    }

    /// The place of a grid of the new edition.
    pub fn of_new(&self, id: GridId) -> u32 {
        self.by_new[id.index()]
    }
}
