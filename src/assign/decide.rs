//! Who a report goes to. A pure and total function of the snapshot, the rules and the position: outside every grid, and
//! where nobody serves, the outcome is one too, with its reason.

use time::OffsetDateTime;

use crate::domain::assignment::{
    AssignedGrid, AssignedPerson, Assignment, AssignmentRule, Candidate, GivenPosition, NearestGrid, Reason,
};
use crate::domain::grid::{Grid, GridId};
use crate::domain::level::Level;
use crate::domain::report::Report;
use crate::domain::roster::{Person, RosterEntry, TOWN_OFFICE};
use crate::domain::rules::KeptRules;
use crate::domain::tier::Tier;
use crate::geometry::point::Point;
use crate::index::snapshot::Snapshot;

/// What is decided about.
#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    pub category: String,
    pub given: GivenPosition,
    /// The position on the lattice (`assign::locate::place`).
    pub point: Point,
    pub at: OffsetDateTime,
}

/// Shares are told to so many digits: below is rounding.
const SHARE_DIGITS: f64 = 1e6;

/// Decides where a report goes.
pub fn decide(snapshot: &Snapshot, rules: &KeptRules, case: &Case) -> Assignment {
    let map = &snapshot.edition;
    let mut reasons = Vec::new();
    let nearest = map.nearest(case.point);
    let owners = map.locate(case.point).0;
    let holding: Vec<GridId> = owners.into_iter().flatten().collect();
    let (rule, grids) = if let Some(doubt) = case.given.doubt() {
        reasons.push(doubt);
        (AssignmentRule::Unassigned, Vec::new())
    } else if !holding.is_empty() {
        (AssignmentRule::Contained, holding)
    } else {
        reasons.push(Reason::OutsideEveryGrid);
        match nearest {
            Some((grid, distance_m)) if distance_m <= rules.rules.nearest_within_m => {
                (AssignmentRule::Nearest, with_those_above(snapshot, grid))
            }
            _ => (AssignmentRule::Unassigned, Vec::new()),
        }
    };
    let starts_at = rules.rules.category(&case.category).map_or(Level::ALL[0], |category| category.starts_at);
    let found = Found { rule, grids, starts_at, reasons };
    Assignment {
        nearest: nearest.filter(|_| rule != AssignmentRule::Contained).map(|(grid, distance_m)| {
            let grid = map.planar.grid(grid);
            NearestGrid { code: grid.code.clone(), name: grid.name.clone(), distance_m: to_mm(distance_m) }
        }),
        ..assigned(snapshot, rules, case, found)
    }
}

/// Decides where a report goes after a person named the grid.
pub fn decide_named(snapshot: &Snapshot, rules: &KeptRules, case: &Case, named: GridId) -> Assignment {
    let grid = snapshot.edition.planar.grid(named);
    let found = Found {
        rule: AssignmentRule::Manual,
        grids: with_those_above(snapshot, named),
        starts_at: Level::Tier(grid.tier),
        reasons: vec![Reason::NamedByPerson { grid: grid.code.clone() }],
    };
    assigned(snapshot, rules, case, found)
}

/// Where it was found to lie, and why so far.
struct Found {
    rule: AssignmentRule,
    /// At most one of each tier, the largest first.
    grids: Vec<GridId>,
    starts_at: Level,
    reasons: Vec<Reason>,
}

fn with_those_above(snapshot: &Snapshot, grid: GridId) -> Vec<GridId> {
    let planar = &snapshot.edition.planar;
    let mut grids: Vec<GridId> = snapshot.upwards(grid).filter_map(|grid| planar.find(&grid.code)).collect();
    grids.reverse();
    grids
}

fn assigned(snapshot: &Snapshot, rules: &KeptRules, case: &Case, found: Found) -> Assignment {
    let map = &snapshot.edition;
    let Found { rule, grids, starts_at, mut reasons } = found;
    let grids: Vec<&Grid> = grids.into_iter().map(|id| map.planar.grid(id)).collect();
    let holder = Holder::find(snapshot, &grids, starts_at, &case.category, &mut reasons);
    let shares = case.given.accuracy_m.map(|radius_m| map.circle_shares(case.point, radius_m));
    let ambiguous = shares.as_ref().is_some_and(|shares| shares.grids.len() > 1 || share(shares.outside) > 0.0);
    let candidates = shares
        .into_iter()
        .flat_map(|shares| shares.grids)
        .map(|(grid, part)| Candidate { code: map.planar.grid(grid).code.clone(), share: share(part) });
    let entry = grids.iter().rev().find_map(|grid| snapshot.roster.of(&grid.code));
    Assignment {
        rule,
        level: holder.level,
        grid: holder.grid,
        party_group: entry.and_then(|entry| entry.party_group.clone()),
        leader: holder.person.map(|person| AssignedPerson {
            name: person.name.clone(),
            phone: person.phone.clone(),
            deputy: person.deputy,
        }),
        border_distance_m: map.border_distance_m(case.point).map(to_mm),
        ambiguous,
        candidates: candidates.collect(),
        nearest: None,
        reasons,
        given: case.given.clone(),
        wgs84: case.point.to_degrees(),
        edition: map.info.name.clone(),
        roster: snapshot.roster.number,
        rules: rules.revision,
        decided_at: case.at,
        grids: grids
            .iter()
            .map(|grid| AssignedGrid { tier: grid.tier, code: grid.code.clone(), name: grid.name.clone() })
            .collect(),
    }
}

/// Who has it at a level.
struct Holder<'s> {
    level: Level,
    grid: Option<String>,
    person: Option<&'s Person>,
}

impl<'s> Holder<'s> {
    /// The first level from `starts_at` up whose grid somebody leads, else the town.
    fn find(
        snapshot: &'s Snapshot,
        grids: &[&Grid],
        starts_at: Level,
        category: &str,
        reasons: &mut Vec<Reason>,
    ) -> Holder<'s> {
        let of_tier = |tier: Tier| grids.iter().find(|grid| grid.tier == tier);
        if let Some(smallest) = grids.last() {
            reasons.push(Reason::SmallestGrid { tier: smallest.tier, grid: smallest.code.clone() });
            if starts_at.rank() > Level::Tier(smallest.tier).rank() {
                reasons.push(Reason::CategoryStartsAt { category: category.to_owned(), level: starts_at });
            }
        }
        for tier in Level::ALL[starts_at.rank()..].iter().filter_map(|level| level.tier()) {
            let Some(grid) = of_tier(tier) else { continue };
            let entry = snapshot.roster.of(&grid.code);
            if let Some(person) = entry.and_then(|entry| entry.leader().or_else(|| entry.deputy_leader())) {
                return Holder { level: Level::Tier(tier), grid: Some(grid.code.clone()), person: Some(person) };
            }
            reasons.push(Reason::Vacant { tier, grid: grid.code.clone() });
        }
        if !grids.is_empty() && starts_at != Level::Town {
            reasons.push(Reason::ReachedTheTown);
        }
        let person = town_office(snapshot);
        if person.is_none() {
            reasons.push(Reason::NobodyAnywhere);
        }
        Holder { level: Level::Town, grid: None, person }
    }
}

/// Who answers for a report now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holding {
    /// The grid that has it; `None` with the town.
    pub grid: Option<AssignedGrid>,
    /// 党小组 of that grid.
    pub party_group: Option<String>,
    /// Who leads it, or the first grid further up that somebody leads, or the town office.
    pub person: Option<AssignedPerson>,
}

/// Who answers for a report where it lies now, by the roster of now: a decision tells who was called when it was made.
pub fn holding(snapshot: &Snapshot, report: &Report) -> Holding {
    let at_or_above = report.level.tier().map_or(&[][..], |tier| {
        let grids = &report.assignment.grids;
        let index = grids.iter().position(|grid| grid.tier == tier);
        index.map_or(&[][..], |index| &grids[..=index])
    });
    let entry = |grid: &AssignedGrid| snapshot.roster.of(&grid.code);
    let leads = |entry: &'_ RosterEntry| entry.leader().or_else(|| entry.deputy_leader()).cloned();
    let person = at_or_above.iter().rev().find_map(|grid| leads(entry(grid)?));
    let person = person.or_else(|| town_office(snapshot).cloned());
    let own = at_or_above.last();
    Holding {
        grid: own.cloned(),
        party_group: own.and_then(entry).and_then(|entry| entry.party_group.clone()),
        person: person.map(|person| AssignedPerson { name: person.name, phone: person.phone, deputy: person.deputy }),
    }
}

/// Who is called at the town office.
fn town_office(snapshot: &Snapshot) -> Option<&Person> {
    let office = snapshot.roster.of(TOWN_OFFICE)?;
    office.leader().or_else(|| office.deputy_leader()).or(office.people.first())
}

fn share(part: f64) -> f64 {
    (part * SHARE_DIGITS).round() / SHARE_DIGITS
}

/// Distances are told in metres with three digits.
fn to_mm(metres: f64) -> f64 {
    (metres * 1e3).round() / 1e3
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assign::rules::standard;
    use crate::assign::town::town;
    use crate::assign::words::explain;
    use crate::domain::assignment::PositionSource;

    fn case(category: &str, lon: f64, lat: f64) -> Case {
        Case {
            category: category.into(),
            given: GivenPosition { lon, lat, crs: "wgs84".into(), accuracy_m: None, source: None },
            point: Point::from_degrees(lon, lat).unwrap(),
            at: OffsetDateTime::UNIX_EPOCH,
        }
    }

    fn rules() -> KeptRules {
        KeptRules { revision: 1, rules: standard() }
    }

    #[test]
    fn the_smallest_grid_whose_leader_serves_has_it() {
        let town = town();
        let found = decide(&town, &rules(), &case("sanitation", 116.905, 30.805));
        assert_eq!(
            (found.rule, found.level.as_str(), found.grid.as_deref()),
            (AssignmentRule::Contained, "tier3", Some("v1a"))
        );
        assert_eq!(found.leader.as_ref().map(|leader| leader.name.as_str()), Some("甲"));
        assert_eq!(found.party_group.as_deref(), Some("西南组"));
        assert_eq!(found.grids.iter().map(|grid| grid.code.as_str()).collect::<Vec<_>>(), ["v", "v1", "v1a"]);
        assert!(!found.ambiguous && found.nearest.is_none());
        // Nobody leads v2a or v2: the village has it, and the party group is that of the smallest entry.
        let vacant = decide(&town, &rules(), &case("sanitation", 116.915, 30.805));
        assert_eq!((vacant.level.as_str(), vacant.grid.as_deref()), ("tier1", Some("v")));
        let tiers: Vec<u8> = vacant
            .reasons
            .iter()
            .filter_map(|reason| match reason {
                Reason::Vacant { tier, .. } => Some(tier.number()),
                _ => None,
            })
            .collect();
        assert_eq!(tiers, [3, 2]);
    }

    #[test]
    fn rules_send_some_categories_up_at_once() {
        let town = town();
        let fire = decide(&town, &rules(), &case("fire", 116.905, 30.805));
        assert_eq!((fire.level, fire.grid.as_deref(), fire.rule), (Level::Town, None, AssignmentRule::Contained));
        assert!(fire.reasons.contains(&Reason::NobodyAnywhere), "nobody of the office is on this roster");
        let safety = decide(&town, &rules(), &case("work_safety", 116.905, 30.805));
        assert_eq!((safety.level.as_str(), safety.grid.as_deref()), ("tier1", Some("v")));
    }

    #[test]
    fn outside_and_in_doubt_a_person_places_it() {
        let town = town();
        let outside = decide(&town, &rules(), &case("other", 116.905, 30.799));
        assert_eq!((outside.rule, outside.level, outside.grids.len()), (AssignmentRule::Unassigned, Level::Town, 0));
        assert_eq!(outside.nearest.as_ref().map(|nearest| nearest.code.as_str()), Some("v1a"));
        let mut near = rules();
        near.rules.nearest_within_m = 200.0;
        let placed = decide(&town, &near, &case("other", 116.905, 30.799));
        assert_eq!((placed.rule, placed.grid.as_deref()), (AssignmentRule::Nearest, Some("v1a")));
        let mut fuzzy = case("other", 116.905, 30.805);
        fuzzy.given.source = Some(PositionSource::Fuzzy);
        let fuzzy = decide(&town, &rules(), &fuzzy);
        assert_eq!((fuzzy.rule, &fuzzy.reasons[0]), (AssignmentRule::Unassigned, &Reason::FuzzyPosition));
        assert_eq!(fuzzy.nearest.map(|nearest| nearest.code).as_deref(), Some("v1a"));
        let nowhere = decide(&town, &near, &case("other", 0.0, 0.0));
        assert_eq!((nowhere.rule, &nowhere.reasons[0]), (AssignmentRule::Unassigned, &Reason::NoPosition));
    }

    #[test]
    fn an_inaccurate_position_near_a_border_is_ambiguous() {
        let town = town();
        let mut near_border = case("other", 116.905, 30.809);
        near_border.given.accuracy_m = Some(200.0);
        let found = decide(&town, &rules(), &near_border);
        assert!(found.ambiguous && found.candidates.len() == 2, "{found:?}");
        assert_eq!(found.grid.as_deref(), Some("v1a"));
        let said = explain(&found, None);
        let own = format!("{}（v1a） ", found.grids.last().unwrap().name);
        assert!(said.iter().any(|sentence| sentence.zh.contains(&own) && sentence.zh.contains("定位误差")), "{said:?}");
        near_border.given.accuracy_m = Some(50.0);
        assert!(!decide(&town, &rules(), &near_border).ambiguous);
    }

    #[test]
    fn a_person_may_name_the_grid() {
        let town = town();
        let grid = town.edition.planar.find("v1a").unwrap();
        let found = decide_named(&town, &rules(), &case("fire", 116.915, 30.815), grid);
        assert_eq!((found.rule, found.grid.as_deref()), (AssignmentRule::Manual, Some("v1a")));
        assert_eq!(found.codes_upwards().collect::<Vec<_>>(), ["v1a", "v1", "v"]);
    }
}
