//! The roster as it stands at one time, found by grid code; and who answers.

use rustc_hash::FxHashMap;
use time::OffsetDateTime;

use crate::domain::grid::Grid;
use crate::domain::level::Level;
use crate::domain::roster::{Person, RosterEntry, TOWN_OFFICE};

/// A roster with those people only who serve at its time.
#[derive(Debug, Default)]
pub struct Roster {
    /// Its number in the store; none of one that no store keeps.
    pub number: Option<i64>,
    by_grid: FxHashMap<String, RosterEntry>,
}

/// Who answers for a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answering<'r> {
    pub level: Level,
    /// Code of the grid whose leader or deputy it is; none for the town office.
    pub grid: Option<&'r str>,
    pub person: &'r Person,
}

impl Roster {
    /// The roster as it stands at `at`; [`crate::domain::roster::next_change`] tells until when.
    pub fn at(entries: Vec<RosterEntry>, at: OffsetDateTime) -> Roster {
        let serving = entries.into_iter().map(|entry| entry.serving_at(at));
        Roster { number: None, by_grid: serving.map(|entry| (entry.grid.clone(), entry)).collect() }
    }

    /// The same, under its number in the store.
    pub fn numbered(self, number: i64) -> Roster {
        Roster { number: Some(number), ..self }
    }

    pub fn of(&self, grid_code: &str) -> Option<&RosterEntry> {
        self.by_grid.get(grid_code)
    }

    /// Who answers where these are the grids, the smallest first: the first leader on the way up, a grid's deputy in
    /// place of its leader; else the town office, its leader or deputy, or else whoever is there. Nobody answers where there
    /// is no grid.
    pub fn answers<'r, 'g>(&'r self, smallest_first: impl IntoIterator<Item = &'g Grid>) -> Option<Answering<'r>> {
        let mut grids = smallest_first.into_iter().peekable();
        grids.peek()?;
        let of_grid = grids.find_map(|grid| {
            let entry = self.of(&grid.code)?;
            let person = entry.leader().or_else(|| entry.deputy_leader())?;
            Some(Answering { level: Level::Tier(grid.tier), grid: Some(&entry.grid), person })
        });
        of_grid.or_else(|| {
            let office = self.of(TOWN_OFFICE)?;
            let person = office.leader().or_else(|| office.deputy_leader()).or(office.people.first())?;
            Some(Answering { level: Level::Town, grid: None, person })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::roster::Role;
    use crate::domain::tier::Tier;
    use time::macros::{date, datetime};

    fn grids() -> [Grid; 3] {
        let grid = |code: &str, tier, parent: Option<&str>| Grid {
            code: code.into(),
            name: code.into(),
            tier,
            parent: parent.map(Into::into),
        };
        [grid("v1a", Tier::Three, Some("v1")), grid("v1", Tier::Two, Some("v")), grid("v", Tier::One, None)]
    }

    fn leader(name: &str) -> Person {
        Person::new(Role::Leader, name, None)
    }

    fn deputy(name: &str) -> Person {
        Person { deputy: true, ..leader(name) }
    }

    /// Level, grid and name of who answers at the first moment of 2026.
    fn answers(entries: &[(&str, Vec<Person>)]) -> Option<(&'static str, Option<String>, String)> {
        let entry = |(grid, people): &(&str, Vec<Person>)| RosterEntry {
            grid: (*grid).into(),
            party_group: None,
            people: people.clone(),
        };
        let roster = Roster::at(entries.iter().map(entry).collect(), datetime!(2026-01-01 0:00 +8));
        let found = roster.answers(&grids())?;
        Some((found.level.as_str(), found.grid.map(Into::into), found.person.name.clone()))
    }

    #[test]
    fn goes_up_the_tiers_to_the_town_office() {
        let mediator = Person::new(Role::Mediator, "己", None);
        let town = ("town", vec![mediator.clone(), leader("镇")]);
        let found = |level, grid: Option<&str>, name: &str| Some((level, grid.map(Into::into), name.into()));
        let all =
            [("v1a", vec![deputy("乙"), leader("甲")]), ("v1", vec![leader("丙")]), ("v", vec![leader("丁")]), town];
        assert_eq!(answers(&all), found("tier3", Some("v1a"), "甲"));
        let mut vacant = all.clone();
        vacant[0].1.pop();
        assert_eq!(answers(&vacant), found("tier3", Some("v1a"), "乙"), "the deputy before the tier above");
        vacant[0].1 = vec![mediator.clone()];
        assert_eq!(answers(&vacant), found("tier2", Some("v1"), "丙"), "a mediator does not lead");
        assert_eq!(answers(&vacant[2..]), found("tier1", Some("v"), "丁"));
        assert_eq!(answers(&vacant[3..]), found("town", None, "镇"));
        assert_eq!(answers(&[("town", vec![mediator])]), found("town", None, "己"), "anybody of the office");
        assert_eq!(answers(&[("town", Vec::new())]), None);
        assert_eq!(answers(&[]), None);
    }

    #[test]
    fn only_who_serves_answers() {
        let until = Person { serves_until: Some(date!(2025 - 12 - 31)), ..leader("甲") };
        let from = Person { serves_from: Some(date!(2026 - 01 - 01)), ..leader("乙") };
        let name = |people| answers(&[("v1a", people), ("v", vec![leader("丁")])]).unwrap().2;
        assert_eq!(name(vec![until.clone(), from.clone()]), "乙");
        assert_eq!(name(vec![until]), "丁", "a vacancy");
        assert_eq!(name(vec![Person { serves_from: Some(date!(2026 - 01 - 02)), ..from }]), "丁", "not yet");
    }

    #[test]
    fn nobody_answers_where_there_is_no_grid() {
        let town = RosterEntry { grid: TOWN_OFFICE.into(), party_group: None, people: vec![leader("镇")] };
        let roster = Roster::at(vec![town], OffsetDateTime::UNIX_EPOCH);
        assert_eq!(roster.answers([]), None);
        assert!(roster.answers(&grids()).is_some());
    }
}
