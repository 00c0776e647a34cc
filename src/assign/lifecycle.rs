//! What can be done with a report: who may do what, in which state, at which level. One table, without IO.

use crate::domain::assignment::Assignment;
use crate::domain::level::Level;
use crate::domain::report::{Action, Report, Status};
use crate::domain::tier::Tier;

/// Who may take a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// Whoever has a say at the level that holds the report: its leader, and everybody above.
    Holder,
    /// Somebody above the level it lies with, or that settled it; of the town the town itself.
    Above,
    /// Nobody: the service does it when the time is up.
    Clock,
}

/// Where a step leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Move {
    Stay,
    /// To a level further up.
    Up,
    /// Back to a level further down.
    Down,
    /// To the level that a new decision names.
    Anew,
}

/// A row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    pub action: Action,
    pub from: &'static [Status],
    pub who: Who,
    pub to: Status,
    pub moves: Move,
}

const fn rule(action: Action, from: &'static [Status], who: Who, to: Status, moves: Move) -> Rule {
    Rule { action, from, who, to, moves }
}

/// The whole life of a report. `Action::Report` begins it, and `Action::Warn` changes nothing.
pub const TABLE: [Rule; 10] = {
    use Action as A;
    use Status as S;
    [
        rule(A::Accept, &[S::Reported], Who::Holder, S::Accepted, Move::Stay),
        rule(A::Resolve, &[S::Accepted], Who::Holder, S::Resolved, Move::Stay),
        rule(A::Forward, &[S::Reported, S::Accepted], Who::Holder, S::Reported, Move::Up),
        rule(A::Return, &[S::Reported, S::Accepted], Who::Holder, S::Reported, Move::Down),
        rule(A::Reassign, &[S::Reported, S::Accepted], Who::Above, S::Reported, Move::Anew),
        rule(A::Verify, &[S::Resolved], Who::Above, S::Closed, Move::Stay),
        rule(A::Reopen, &[S::Resolved, S::Closed, S::Rejected, S::Merged], Who::Above, S::Reported, Move::Stay),
        rule(A::Reject, &[S::Reported], Who::Holder, S::Rejected, Move::Stay),
        rule(A::Merge, &[S::Reported, S::Accepted], Who::Holder, S::Merged, Move::Stay),
        rule(A::Escalate, &[S::Reported, S::Accepted], Who::Clock, S::Reported, Move::Up),
    ]
};

/// Why a step cannot be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The state forbids it.
    #[error("a report that is `{}` cannot be given the action `{}`", .0.as_str(), .1.as_str())]
    State(Status, Action),
    /// Whoever asks has no say at the level that holds it.
    #[error("whoever does this has to answer for the place at the level `{}` or above", .0.as_str())]
    NotYours(Level),
    /// Whoever asks is no higher than the level.
    #[error("this is for a level above `{}`", .0.as_str())]
    NotAbove(Level),
    /// There is no level further up, or none of that name there.
    #[error("the report cannot go up from `{}` to there", .0.as_str())]
    NoLevelAbove(Level),
    /// There is no level further down at that place.
    #[error("the report cannot go back down from `{}` to there", .0.as_str())]
    NoLevelBelow(Level),
}

/// Where a report stands after a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Next {
    pub status: Status,
    /// For [`Move::Anew`] the level it had: the decision names the next.
    pub level: Level,
    pub moves: Move,
}

/// The step that an action is for a report, taken by somebody whose say at its place reaches up to `standing` (`None`:
/// no say at all). `to` names a level to go to, where the action goes somewhere.
pub fn next(report: &Report, action: Action, standing: Option<Level>, to: Option<Level>) -> Result<Next, Refusal> {
    let rule = TABLE.iter().find(|rule| rule.action == action).ok_or(Refusal::State(report.status, action))?;
    permit(rule.who, report, standing)?;
    if !rule.from.contains(&report.status) {
        return Err(Refusal::State(report.status, action));
    }
    let level = match rule.moves {
        Move::Stay | Move::Anew => report.level,
        Move::Up => up(&report.assignment, report.level, to).ok_or(Refusal::NoLevelAbove(report.level))?,
        Move::Down => down(&report.assignment, report.level, to).ok_or(Refusal::NoLevelBelow(report.level))?,
    };
    Ok(Next { status: rule.to, level, moves: rule.moves })
}

/// Everything that somebody may do with a report now.
pub fn possible(report: &Report, standing: Option<Level>) -> Vec<Action> {
    let may = |rule: &&Rule| next(report, rule.action, standing, None).is_ok();
    TABLE.iter().filter(|rule| rule.who != Who::Clock).filter(may).map(|rule| rule.action).collect()
}

fn permit(who: Who, report: &Report, standing: Option<Level>) -> Result<(), Refusal> {
    match who {
        Who::Clock => Ok(()),
        Who::Holder => match standing {
            Some(standing) if standing.rank() >= report.level.rank() => Ok(()),
            _ => Err(Refusal::NotYours(report.level)),
        },
        Who::Above => {
            // Settled matters are looked at from above the level that settled them.
            let below = report.settled_level.filter(|_| report.status.is_settled()).unwrap_or(report.level);
            match standing {
                Some(standing) if standing == Level::Town || standing.rank() > below.rank() => Ok(()),
                Some(_) => Err(Refusal::NotAbove(below)),
                None => Err(Refusal::NotYours(report.level)),
            }
        }
    }
}

/// The levels at the place of a decision: its grids', and the town.
fn levels(assignment: &Assignment) -> impl DoubleEndedIterator<Item = Level> + '_ {
    let there = |level: &Level| level.tier().is_none_or(|tier: Tier| assignment.code_of(tier).is_some());
    Level::ALL.into_iter().filter(there)
}

fn up(assignment: &Assignment, from: Level, to: Option<Level>) -> Option<Level> {
    levels(assignment).find(|level| level.rank() > from.rank() && to.is_none_or(|to| to == *level))
}

fn down(assignment: &Assignment, from: Level, to: Option<Level>) -> Option<Level> {
    levels(assignment).rev().find(|level| level.rank() < from.rank() && to.is_none_or(|to| to == *level))
}

#[cfg(test)]
mod tests;
