//! A report (上报事件): something reported at a place, what became of it, and every step of that.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};
use time::macros::format_description;
use time::{Date, OffsetDateTime};

use super::assignment::Assignment;
use super::caller::{Caller, Via};
use super::level::Level;
use super::roster::{CHINA, mask_phone};

/// Where a report stands at its level.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// 待受理: waits for its level to take it on.
    Reported,
    /// 办理中
    Accepted,
    /// 待核实: settled, and waits for somebody above to look.
    Resolved,
    /// 已办结: settled and verified.
    Closed,
    /// 不予受理
    Rejected,
    /// 已合并: another report tells the same.
    Merged,
}

impl Status {
    pub const ALL: [Status; 6] =
        [Status::Reported, Status::Accepted, Status::Resolved, Status::Closed, Status::Rejected, Status::Merged];

    pub fn as_str(self) -> &'static str {
        match self {
            Status::Reported => "reported",
            Status::Accepted => "accepted",
            Status::Resolved => "resolved",
            Status::Closed => "closed",
            Status::Rejected => "rejected",
            Status::Merged => "merged",
        }
    }

    /// Whether somebody still has something to do.
    pub fn is_open(self) -> bool {
        matches!(self, Status::Reported | Status::Accepted)
    }

    /// Whether the matter is settled, verified or not.
    pub fn is_settled(self) -> bool {
        matches!(self, Status::Resolved | Status::Closed)
    }
}

/// What can be done with a report. `Report` and `Merge` aside, these are the actions of the interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// 上报: how every history begins.
    Report,
    /// 受理
    Accept,
    /// 办结
    Resolve,
    /// 上报上级
    Forward,
    /// 退回
    Return,
    /// 改派
    Reassign,
    /// 核实
    Verify,
    /// 重新办理
    Reopen,
    /// 不予受理
    Reject,
    /// 合并
    Merge,
    /// 催办: the time is nearly up. Done by the clock.
    Warn,
    /// 超期升级: the time is up, and the next level has it. Done by the clock.
    Escalate,
}

impl Action {
    pub const ALL: [Action; 12] = [
        Action::Report,
        Action::Accept,
        Action::Resolve,
        Action::Forward,
        Action::Return,
        Action::Reassign,
        Action::Verify,
        Action::Reopen,
        Action::Reject,
        Action::Merge,
        Action::Warn,
        Action::Escalate,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Action::Report => "report",
            Action::Accept => "accept",
            Action::Resolve => "resolve",
            Action::Forward => "forward",
            Action::Return => "return",
            Action::Reassign => "reassign",
            Action::Verify => "verify",
            Action::Reopen => "reopen",
            Action::Reject => "reject",
            Action::Merge => "merge",
            Action::Warn => "warn",
            Action::Escalate => "escalate",
        }
    }
}

/// Who did something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    pub via: Via,
    /// Of the key or account; empty for the public and for the program itself.
    pub id: String,
    /// For people.
    pub name: String,
    /// Where from, where it came over the network: for the audit log; no history keeps it.
    pub address: Option<IpAddr>,
}

impl Actor {
    pub fn of(caller: &Caller) -> Actor {
        Actor { via: caller.via, id: caller.id.clone(), name: caller.name.clone(), address: caller.address }
    }

    /// The source under which external ids are unique, and idempotency keys hold: the key or account, or the public.
    pub fn origin(&self) -> String {
        format!("{}:{}", self.via.as_str(), self.id)
    }
}

/// Who reported it, as they said themselves. Personal data: `Debug` masks it.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reporter {
    pub name: Option<String>,
    pub phone: Option<String>,
}

impl std::fmt::Debug for Reporter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Reporter({:?})", self.phone.as_deref().map(mask_phone))
    }
}

/// A report as it stands now.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// [`new_id`]
    pub id: String,
    pub created_at: OffsetDateTime,
    pub updated_at: OffsetDateTime,
    /// The number of its latest step, 1 at first; what `ETag` tells.
    pub version: i64,
    pub status: Status,
    /// Who holds it now.
    pub level: Level,
    /// The grid of that level; none for the town.
    pub grid: Option<String>,
    pub category: String,
    pub description: String,
    pub occurred_at: Option<OffsetDateTime>,
    pub reporter: Reporter,
    /// [`Actor::origin`] of who sent it.
    pub origin: String,
    pub external_id: Option<String>,
    /// The latest decision; earlier ones are in the history.
    pub assignment: Assignment,
    /// When the level that holds it has to be done; none when nobody has anything to do.
    pub due_at: Option<OffsetDateTime>,
    /// When its level was warned that the time is nearly up.
    pub warned_at: Option<OffsetDateTime>,
    /// Since when it is late at the level that holds it.
    pub overdue_since: Option<OffsetDateTime>,
    /// The level that settled it, and when.
    pub settled_level: Option<Level>,
    pub settled_at: Option<OffsetDateTime>,
    /// The report that this one was merged into.
    pub merged_into: Option<String>,
}

/// One step of a report's history; the first is that it was reported. Never changed.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// Counted from 1.
    pub number: i64,
    pub at: OffsetDateTime,
    pub action: Action,
    pub actor: Actor,
    pub note: Option<String>,
    /// What the step led to.
    pub status: Status,
    pub level: Level,
    pub grid: Option<String>,
    pub due_at: Option<OffsetDateTime>,
    /// Where the step decided anew.
    pub assignment: Option<Assignment>,
}

/// What others are told of a step, or of an edition: a row of the outbox.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// Counted from 1 without a gap, in the order in which the steps became durable.
    pub number: i64,
    pub at: OffsetDateTime,
    /// `report.` and the action's word, or `edition.` and what became of it.
    pub kind: String,
    /// Empty where it tells of no report.
    pub report: String,
    /// The number of the step.
    pub step: i64,
    /// The codes of the grids at the place, tier 1 first, for who may see it.
    pub grids: Vec<String>,
    /// [`Actor::origin`] of who sent the report, who may see it too.
    pub origin: String,
    /// JSON without personal data.
    pub data: String,
}

/// The kind of an event that tells of a new edition, of one that is put in force again, and of one that will not come into
/// force after all.
pub const EDITION_PUBLISHED: &str = "edition.published";
pub const EDITION_PUT_IN_FORCE: &str = "edition.put_in_force";
pub const EDITION_WITHDRAWN: &str = "edition.withdrawn";

const DAY: &[time::format_description::BorrowedFormatItem<'_>] =
    format_description!("[year repr:last_two][month][day]");

/// Digits and letters that nobody reads for one another (Crockford's, in small letters).
const LETTERS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const RANDOM_LETTERS: usize = 12;

/// A new id, such as `261125-7k3m9qxw2f4p`: the day in China, by which a store finds it, and 60 random bits.
pub fn new_id(at: OffsetDateTime, random: u64) -> String {
    let mut id = at.to_offset(CHINA).date().format(&DAY).expect("all parts of the format are there");
    id.push('-');
    let letter = |i: usize| char::from(LETTERS[(random >> (5 * i)) as usize & 31]);
    id.extend((0..RANDOM_LETTERS).map(letter));
    id
}

/// The day in China on which a report of that id came in; `None` of a text that is no id.
pub fn day_of(id: &str) -> Option<Date> {
    let (day, letters) = id.split_once('-')?;
    let is_letter = |byte: u8| LETTERS.contains(&byte);
    if day.len() != 6 || letters.len() != RANDOM_LETTERS || !letters.bytes().all(is_letter) {
        return None;
    }
    let number = |part: &str| part.bytes().all(|b| b.is_ascii_digit()).then(|| part.parse::<u8>().ok()).flatten();
    let (year, month, day) = (number(day.get(..2)?)?, number(day.get(2..4)?)?, number(day.get(4..)?)?);
    Date::from_calendar_date(2000 + i32::from(year), month.try_into().ok()?, day).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::{date, datetime};

    #[test]
    fn ids_tell_their_day() {
        let id = new_id(datetime!(2026-11-24 16:30 UTC), 0xfedc_ba98_7654_3210);
        assert_eq!((id.len(), day_of(&id)), (19, Some(date!(2026 - 11 - 25))), "{id}");
        for text in ["", "261125", "261325-7k3m9qxw2f4p", "261125-7k3m9qxw2f4", "261125-7k3m9qxw2f4u", "２６-0"] {
            assert_eq!(day_of(text), None, "{text}");
        }
        assert_ne!(new_id(datetime!(2026-11-24 16:30 UTC), 1), new_id(datetime!(2026-11-24 16:30 UTC), 2));
    }
}
