//! Grids for which the roster names nobody.

use std::collections::{HashMap, HashSet};

use crate::domain::grid::Grid;
use crate::domain::problem::{Measure, Problem, ProblemCode};
use crate::domain::roster::{RosterEntry, TOWN_OFFICE};
use crate::domain::tier::Tier;
use crate::geometry::feature::GridFeature;

/// Why a roster should name the town office.
pub const NO_TOWN_OFFICE: &str = "the roster names nobody of the town office (镇级网格办), so where every post up the tiers is vacant nobody answers; add a \
     row with `town` for its grid";

/// `roster_missing`: the grids of the smallest tier for which nobody is named, neither for themselves nor for a grid
/// above them; and that there is no town office. One problem in all where there is no roster yet.
pub fn nobody_answers(grids: &[GridFeature], roster: &[RosterEntry]) -> Vec<Problem> {
    let missing = |grids: Vec<String>, count: usize, message: String| Problem {
        code: ProblemCode::RosterMissing,
        severity: ProblemCode::RosterMissing.severity(),
        grids,
        place: None,
        measure: Some(Measure::Count(count as u64)),
        source: None,
        message,
        outline: Vec::new(),
    };
    let Some(smallest) = grids.iter().map(|feature| feature.grid.tier).max() else { return Vec::new() };
    if roster.is_empty() {
        let message = "there is no roster, so nobody answers anywhere; `gridward roster import FILE.csv` brings one";
        return vec![missing(Vec::new(), grids.len(), message.into())];
    }
    let named: HashSet<&str> = roster.iter().map(|entry| entry.grid.as_str()).collect();
    let by_code: HashMap<&str, &Grid> =
        grids.iter().map(|feature| (feature.grid.code.as_str(), &feature.grid)).collect();
    let answered = |grid: &Grid| {
        let mut next = Some(grid);
        // Parents are of larger tiers, so there are no more steps than tiers.
        for _ in Tier::ALL {
            let Some(grid) = next else { break };
            if named.contains(grid.code.as_str()) {
                return true;
            }
            next = grid.parent.as_deref().and_then(|code| by_code.get(code).copied());
        }
        false
    };
    let has_office = roster.iter().any(|entry| entry.grid == TOWN_OFFICE && !entry.people.is_empty());
    let office = (!has_office).then(|| missing(Vec::new(), 1, NO_TOWN_OFFICE.into()));
    let unanswered = grids.iter().filter(|feature| feature.grid.tier == smallest && !answered(&feature.grid));
    unanswered
        .map(|feature| {
            let code = feature.grid.code.clone();
            let message = format!("nobody on the roster answers for {code} or a grid above it");
            missing(vec![code], 1, message)
        })
        .chain(office)
        .collect()
}
