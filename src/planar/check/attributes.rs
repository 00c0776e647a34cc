//! Codes, tiers and parents.

use rustc_hash::FxHashMap;

use super::coverage::Found;
use super::problem;
use crate::domain::grid::Grid;
use crate::domain::problem::{Measure, Problem, ProblemCode};
use crate::domain::roster::is_town_office;
use crate::domain::tier::Tier;
use crate::geometry::crs::zones;
use crate::geometry::feature::DraftFeature;
use crate::geometry::point::Point;

/// A grid with the position of the feature that gives its shape.
pub(crate) struct Row {
    pub grid: Grid,
    pub feature: usize,
}

/// The grids that have a code and a tier, each code once, sorted by (tier, code).
pub(crate) fn table(features: &[DraftFeature], problems: &mut Vec<Problem>) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::with_capacity(features.len());
    let mut seen: FxHashMap<&str, usize> = FxHashMap::default();
    let mut out_of_range = OutOfRange::default();
    for (i, feature) in features.iter().enumerate() {
        let code = feature.code.as_deref().map(str::trim).filter(|code| !code.is_empty());
        let mut report = |kind: ProblemCode, message: String| {
            problems.push(Problem {
                source: Some(feature.source.clone()),
                place: first_point(feature),
                measure: Some(Measure::Count(feature.out_of_range.len().max(1) as u64)),
                ..problem(kind, code.map(String::from).into_iter().collect(), message)
            });
        };
        if let Some(&position) = feature.out_of_range.first() {
            report(ProblemCode::CoordinateRange, out_of_range.message(position));
        }
        if feature.tier.is_none() {
            report(ProblemCode::TierMissing, "no tier (1, 2 or 3); name the field or give --tier N".into());
        }
        let Some(code) = code else {
            report(ProblemCode::CodeMissing, "no code; name the field with --code".into());
            continue;
        };
        if is_town_office(code) {
            let message = format!(
                "the code {code} is taken by the town office, which stands under it in rosters; give the grid another"
            );
            report(ProblemCode::CodeDuplicate, message);
            continue;
        }
        if let Some(&first) = seen.get(code) {
            let message =
                format!("the code {code} is taken by {} already; every grid needs its own", features[first].source);
            report(ProblemCode::CodeDuplicate, message);
            continue;
        }
        seen.insert(code, i);
        if let Some(tier) = feature.tier {
            let named =
                |text: &Option<String>| text.as_deref().map(str::trim).filter(|t| !t.is_empty()).map(String::from);
            let grid = Grid {
                code: code.to_string(),
                name: named(&feature.name).unwrap_or_else(|| code.to_string()),
                tier,
                parent: named(&feature.parent),
            };
            rows.push(Row { grid, feature: i });
        }
    }
    rows.sort_by(|a, b| (a.grid.tier, &a.grid.code).cmp(&(b.grid.tier, &b.grid.code)));
    rows
}

/// What is said of positions out of range, with the same example for all that look alike, so that it is the same of a whole file.
#[derive(Default)]
struct OutOfRange(Vec<(String, [f64; 2])>);

impl OutOfRange {
    fn message(&mut self, position: [f64; 2]) -> String {
        let advice = zones::advice(position);
        let at = self.0.iter().position(|(known, _)| *known == advice).unwrap_or_else(|| {
            self.0.push((advice, position));
            self.0.len() - 1
        });
        let (advice, example) = &self.0[at];
        zones::out_of_range(*example, advice)
    }
}

/// Every grid below the largest tier there is needs a parent, of the next larger tier there is.
pub(crate) fn check_parents(grids: &[Grid], found: &Found, problems: &mut Vec<Problem>) {
    let tier_of: FxHashMap<&str, Tier> = grids.iter().map(|grid| (grid.code.as_str(), grid.tier)).collect();
    for (id, grid) in (0u32..).zip(grids) {
        let above = next_tier_above(grid.tier, grids);
        let mut report = |kind, message| {
            problems
                .push(Problem { measure: Some(Measure::Count(1)), ..problem(kind, vec![grid.code.clone()], message) });
        };
        match (&grid.parent, above) {
            (None, None) => {}
            (None, Some(above)) => report(
                ProblemCode::ParentMissing,
                match found.nearest.get(&id) {
                    Some(&(nearest, share)) => format!(
                        "{} has no parent, and no tier-{above} grid holds half of it; {} holds most, {:.1} %",
                        grid.code,
                        grids[nearest as usize].code,
                        100.0 * share
                    ),
                    None => format!("{} has no parent, and no tier-{above} grid meets it", grid.code),
                },
            ),
            (Some(parent), _) => match (tier_of.get(parent.as_str()), above) {
                (None, _) => report(
                    ProblemCode::ParentMissing,
                    format!(
                        "the parent {parent} of {} is not among the grids{}",
                        grid.code,
                        if grid.tier.above().is_some_and(|above| !has_tier(above, grids)) {
                            "; --dissolve makes the missing tier out of the grids that name it"
                        } else {
                            ""
                        }
                    ),
                ),
                (Some(&tier), above) if Some(tier) != above => report(
                    ProblemCode::ParentWrongTier,
                    match above {
                        Some(above) => {
                            format!(
                                "the parent {parent} of {} is of tier {tier}; it has to be of tier {above}",
                                grid.code
                            )
                        }
                        None => {
                            format!("{} is of tier {}, which has no parents, but names {parent}", grid.code, grid.tier)
                        }
                    },
                ),
                _ => {}
            },
        }
    }
}

/// The next larger tier that has grids.
pub(crate) fn next_tier_above(tier: Tier, grids: &[Grid]) -> Option<Tier> {
    let mut above = tier.above();
    while let Some(candidate) = above {
        if has_tier(candidate, grids) {
            return Some(candidate);
        }
        above = candidate.above();
    }
    None
}

/// Whether there are grids of that tier; they are sorted by it.
fn has_tier(tier: Tier, grids: &[Grid]) -> bool {
    grids.binary_search_by(|grid| grid.tier.cmp(&tier)).is_ok()
}

fn first_point(feature: &DraftFeature) -> Option<[f64; 2]> {
    feature.polygons.iter().flatten().flatten().next().copied().map(Point::to_degrees)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The tier above is in another file: a look through all grids for each of them would take minutes.
    #[test]
    fn every_parent_is_missing() {
        let grid = |i: u32| Grid {
            code: format!("{i:06}"),
            name: String::new(),
            tier: Tier::Three,
            parent: Some(format!("{}", i / 10)),
        };
        let grids: Vec<Grid> = (0..50_000).map(grid).collect();
        let mut problems = Vec::new();
        let begun = std::time::Instant::now();
        check_parents(&grids, &Found::default(), &mut problems);
        assert_eq!(problems.len(), grids.len());
        assert!(problems.iter().all(|problem| problem.message.contains("--dissolve")));
        assert!(begun.elapsed() < std::time::Duration::from_secs(30), "{:?}", begun.elapsed());
    }
}
