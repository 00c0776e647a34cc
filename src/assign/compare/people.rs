//! Which party groups and leaders answer for land that others answered for.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use super::Comparison;
use crate::domain::grid::{GridId, Owners};
use crate::domain::tier::Tier;
use crate::geometry::geodesic::shape_area_m2;
use crate::index::snapshot::Snapshot;

/// Who answers somewhere.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Answering {
    /// 党小组
    pub party_group: Option<String>,
    /// The name of the leader, or of who stands in.
    pub leader: Option<String>,
}

/// Land for which other people answer; `None` is nobody.
#[derive(Clone, Debug, PartialEq)]
pub struct HandOver {
    pub from: Option<Answering>,
    pub to: Option<Answering>,
    pub area_m2: f64,
}

impl Answering {
    /// Who answers at a place with those owners: the party group there, and whoever answers up to the town office.
    pub(super) fn at(snapshot: &Snapshot, owners: &Owners) -> Option<Answering> {
        let entry = snapshot.responsible(owners);
        let answers = snapshot.answers(owners);
        if entry.is_none() && answers.is_none() {
            return None;
        }
        let party_group = entry.and_then(|entry| entry.party_group.clone());
        Some(Answering { party_group, leader: answers.map(|answers| answers.person.name.clone()) })
    }

    /// Who answers in a grid as far as the grids above it go by name.
    fn of(snapshot: &Snapshot, grid: Option<GridId>) -> Option<Answering> {
        let planar = &snapshot.edition.planar;
        let above = |id: &GridId| planar.grid(*id).parent.as_deref().and_then(|code| planar.find(code));
        let mut owners = Owners::default();
        // Parents are of larger tiers, so there are no more steps than tiers.
        for id in std::iter::successors(grid, above).take(Tier::ALL.len()) {
            owners[planar.grid(id).tier] = Some(id);
        }
        Answering::at(snapshot, &owners)
    }
}

/// The largest first.
pub(super) fn hand_overs(comparison: &Comparison) -> Vec<HandOver> {
    let Comparison { old, new, difference } = comparison;
    let smallest = [old, new].into_iter().filter_map(|side| side.edition.smallest_tier()).max();
    let Some(tier) = smallest else { return Vec::new() };
    let mut areas: BTreeMap<(Option<Answering>, Option<Answering>), f64> = BTreeMap::new();
    let mut add = |from: Option<GridId>, to: Option<GridId>, area_m2: &dyn Fn() -> f64| {
        let (from, to) = (Answering::of(old, from), Answering::of(new, to));
        if from != to {
            *areas.entry((from, to)).or_default() += area_m2();
        }
    };
    for strip in difference.strips_of(tier) {
        add(strip.from, strip.to, &|| strip.area_m2);
    }
    // What stays in its grid, which may lie below another one now.
    let lost_m2: FxHashMap<GridId, f64> =
        difference.fate.moved.iter().map(|moved| (moved.old, moved.lost_m2)).collect();
    for (id, grid) in (0u32..).map(GridId).zip(old.edition.planar.grids()).filter(|(_, grid)| grid.tier == tier) {
        let same = new.edition.planar.find(&grid.code).filter(|&same| new.edition.planar.grid(same).tier == tier);
        if let Some(same) = same {
            let lost_m2 = lost_m2.get(&id).copied().unwrap_or(0.0);
            add(Some(id), Some(same), &|| (shape_area_m2(&old.edition.planar.shape(id)) - lost_m2).max(0.0));
        }
    }
    let mut found: Vec<HandOver> =
        areas.into_iter().map(|((from, to), area_m2)| HandOver { from, to, area_m2 }).collect();
    found.sort_by(|a, b| b.area_m2.total_cmp(&a.area_m2));
    found
}
