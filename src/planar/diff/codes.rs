//! What became of codes that are gone, to be recorded with the edition in which they went.

use std::collections::BTreeMap;

use super::Difference;
use super::fate::{Flows, area_m2, shares};
use crate::domain::edition::CodeChange;
use crate::planar::map::PlanarMap;

/// Whoever got less than this part of a grid is no successor of it, unless nobody got more.
const LEAST_SHARE: f64 = 0.001;

/// For every code that the old edition has and the new one has not: the grids it leads to. Those that `was` names (old
/// code, new code) have the first word; else those of its tier that hold its land. Old codes that `was` names and the old
/// edition does not have are codes of earlier editions. Sorted by old code, then the largest share first.
pub fn code_changes(
    old: &PlanarMap,
    new: &PlanarMap,
    difference: &Difference,
    was: &[(String, String)],
) -> Vec<CodeChange> {
    let flows = Flows::of(&difference.strips);
    let mut named: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (before, after) in was.iter().filter(|(before, after)| new.find(before).is_none() && new.find(after).is_some())
    {
        named.entry(before).or_default().push(after);
    }
    let mut changes = Vec::new();
    let mut record = |old: &str, mut to: Vec<(&str, f64)>| {
        to.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(b.0)));
        to.dedup_by(|a, b| a.0 == b.0);
        changes.extend(to.into_iter().map(|(new, share)| CodeChange { old: old.into(), new: new.into(), share }));
    };
    for grid in old.grids().iter().filter(|grid| new.find(&grid.code).is_none()) {
        let id = old.find(&grid.code).expect("a grid of the table is found by its code");
        let held: Vec<(&str, f64)> = shares(flows.leaving(id), area_m2(old, id))
            .into_iter()
            .map(|(to, share)| (new.grid(to).code.as_str(), share))
            .collect();
        match named.remove(grid.code.as_str()) {
            Some(codes) => {
                let share = |code: &str| held.iter().find(|(held, _)| *held == code).map_or(0.0, |&(_, share)| share);
                record(&grid.code, codes.into_iter().map(|code| (code, share(code))).collect());
            }
            None => {
                let counts = |(i, (_, share)): &(usize, (&str, f64))| *i == 0 || *share >= LEAST_SHARE;
                record(&grid.code, held.into_iter().enumerate().filter(counts).map(|(_, to)| to).collect());
            }
        }
    }
    // Nothing is known of their land.
    for (old, codes) in named {
        let share = 1.0 / codes.len() as f64;
        record(old, codes.into_iter().map(|code| (code, share)).collect());
    }
    changes.sort_by(|a, b| a.old.cmp(&b.old).then(b.share.total_cmp(&a.share)).then(a.new.cmp(&b.new)));
    changes
}
