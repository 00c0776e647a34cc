//! What holds after every sequence of steps, whoever takes them.

use proptest::prelude::*;
use time::macros::datetime;

use super::{Move, Refusal, TABLE, Who, next, possible};
use crate::domain::assignment::{AssignedGrid, Assignment, AssignmentRule, GivenPosition};
use crate::domain::level::Level;
use crate::domain::report::{Action, Report, Reporter, Status};
use crate::domain::tier::Tier;

/// At a place with grids of these tiers, where it lies with the smallest.
fn report(tiers: &[Tier]) -> Report {
    let at = datetime!(2026-11-25 10:00 UTC);
    let level = tiers.last().map_or(Level::Town, |tier| Level::Tier(*tier));
    let grid = |tier: &Tier| AssignedGrid { tier: *tier, code: tier.number().to_string(), name: String::new() };
    let assignment = Assignment {
        rule: AssignmentRule::Contained,
        level,
        grid: tiers.last().map(|tier| tier.number().to_string()),
        grids: tiers.iter().map(grid).collect(),
        party_group: None,
        leader: None,
        border_distance_m: None,
        ambiguous: false,
        candidates: Vec::new(),
        nearest: None,
        reasons: Vec::new(),
        given: GivenPosition { lon: 116.9, lat: 30.8, crs: "wgs84".into(), accuracy_m: None, source: None },
        wgs84: [116.9, 30.8],
        edition: "1".into(),
        roster: None,
        rules: 1,
        decided_at: at,
    };
    Report {
        id: "261125-000000000000".into(),
        created_at: at,
        updated_at: at,
        version: 1,
        status: Status::Reported,
        level,
        grid: assignment.grid.clone(),
        category: "sanitation".into(),
        description: String::new(),
        occurred_at: None,
        reporter: Reporter::default(),
        origin: String::new(),
        external_id: None,
        assignment,
        due_at: None,
        warned_at: None,
        overdue_since: None,
        settled_level: None,
        settled_at: None,
        merged_into: None,
    }
}

fn places() -> impl Strategy<Value = Vec<Tier>> {
    prop::sample::subsequence(Tier::ALL.to_vec(), 0..=3)
}

fn levels() -> impl Strategy<Value = Option<Level>> {
    prop::option::weighted(0.8, prop::sample::select(Level::ALL.to_vec()))
}

type Attempt = (Action, Option<Level>, Option<Level>);

fn attempts() -> impl Strategy<Value = Vec<Attempt>> {
    let to = prop::option::weighted(0.2, prop::sample::select(Level::ALL.to_vec()));
    prop::collection::vec((prop::sample::select(Action::ALL.to_vec()), levels(), to), 1..40)
}

proptest! {
    #[test]
    fn every_sequence_of_steps_keeps_the_promises(tiers in places(), attempts in attempts()) {
        let mut report = report(&tiers);
        let there: Vec<Level> =
            Level::ALL.into_iter().filter(|level| level.tier().is_none_or(|tier| tiers.contains(&tier))).collect();
        for (action, standing, to) in attempts {
            let can = possible(&report, standing);
            let Ok(step) = next(&report, action, standing, to) else {
                // What is refused without naming a level is not offered either.
                prop_assert!(to.is_some() || !can.contains(&action));
                continue;
            };
            let rule = TABLE.iter().find(|rule| rule.action == action).expect("only rows of the table are taken");
            // Offered is what can be done, and to nobody what the clock does.
            prop_assert_eq!(can.contains(&action), rule.who != Who::Clock);
            prop_assert!(rule.from.contains(&report.status) && step.status == rule.to);
            prop_assert!(there.contains(&step.level), "{:?} is no level here", step.level);
            match step.moves {
                Move::Up => prop_assert!(step.level.rank() > report.level.rank()),
                Move::Down => prop_assert!(step.level.rank() < report.level.rank()),
                Move::Stay | Move::Anew => prop_assert_eq!(step.level, report.level),
            }
            prop_assert!(to.is_none_or(|to| to == step.level || matches!(step.moves, Move::Stay | Move::Anew)));
            match rule.who {
                Who::Clock => {}
                Who::Holder => prop_assert!(standing.is_some_and(|say| say.rank() >= report.level.rank())),
                // Nobody below the town looks at their own work.
                Who::Above => {
                    let settled = report.settled_level.unwrap_or(report.level);
                    let say = standing.expect("somebody without a say takes no step");
                    prop_assert!(say == Level::Town || say.rank() > settled.rank());
                }
            }
            // As the desk keeps it.
            match action {
                Action::Resolve => report.settled_level = Some(report.level),
                Action::Reopen => report.settled_level = None,
                _ => {}
            }
            (report.status, report.level) = (step.status, step.level);
            prop_assert_eq!(report.settled_level.is_some(), report.status.is_settled());
        }
    }

    /// Whoever may take a step at a level may at every level above.
    #[test]
    fn a_higher_standing_may_no_less(tiers in places(), attempts in attempts()) {
        let mut report = report(&tiers);
        for (action, standing, to) in attempts {
            for pair in Level::ALL.windows(2) {
                let (lower, higher) = (possible(&report, Some(pair[0])), possible(&report, Some(pair[1])));
                prop_assert!(lower.iter().all(|action| higher.contains(action)), "{:?} and {:?}", lower, higher);
            }
            prop_assert!(possible(&report, None).is_empty());
            if let Ok(step) = next(&report, action, standing, to) {
                match action {
                    Action::Resolve => report.settled_level = Some(report.level),
                    Action::Reopen => report.settled_level = None,
                    _ => {}
                }
                (report.status, report.level) = (step.status, step.level);
            }
        }
    }

    /// However it came there: passed up again and again it is with the town, and goes no further.
    #[test]
    fn the_clock_ends_at_the_town(tiers in places()) {
        let mut report = report(&tiers);
        for _ in 0..tiers.len() {
            let step = next(&report, Action::Escalate, None, None).expect("there is a level above");
            (report.status, report.level) = (step.status, step.level);
        }
        prop_assert_eq!(report.level, Level::Town);
        prop_assert_eq!(next(&report, Action::Escalate, None, None), Err(Refusal::NoLevelAbove(Level::Town)));
    }
}

#[test]
fn what_is_over_stays_over() {
    for status in Status::ALL {
        let over = Report { status, settled_level: status.is_settled().then_some(Level::Town), ..report(&Tier::ALL) };
        let can = possible(&over, Some(Level::Town));
        match status {
            Status::Closed | Status::Rejected | Status::Merged => assert_eq!(can, [Action::Reopen]),
            Status::Resolved => assert_eq!(can, [Action::Verify, Action::Reopen]),
            Status::Reported | Status::Accepted => assert!(can.contains(&Action::Forward) || over.level == Level::Town),
        }
    }
}
