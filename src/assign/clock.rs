//! The clock: whoever has a report is warned before its time is up, and when it is up the next level has it. Each is a
//! step of the history, taken once however many servers look at one store: a step is kept only where no other came between.

use std::time::Duration;

use time::OffsetDateTime;

use super::desk::{Deed, Desk, NotDone};
use super::lifecycle::Refusal;
use super::telling;
use crate::domain::caller::Caller;
use crate::domain::report::{Action, Actor, Report, Step};
use crate::store::reports::ReportChange;
use crate::store::{StoreResult, whole_micros};

/// How often a server looks. Deadlines end with a day, so that a minute is soon.
pub const LOOK_INTERVAL: Duration = Duration::from_secs(30);
/// From so many days before its first on, there is room for a month's reports.
const DAYS_AHEAD: i64 = 10;
/// Reports of one look at the store.
const REPORTS_AT_ONCE: u32 = 200;

/// What a look at the clock led to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Looked {
    pub warned: u64,
    /// Passed up, or marked as late where there is no level further up.
    pub overdue: u64,
}

impl Desk {
    /// Looks at the clock again and again until `stop` is done.
    pub async fn watch_the_clock(self, stop: impl Future<Output = ()>) {
        let mut ticks = tokio::time::interval(LOOK_INTERVAL);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let (mut told, mut look_for_room_at) = (None, OffsetDateTime::UNIX_EPOCH);
        tokio::pin!(stop);
        loop {
            tokio::select! {
                () = &mut stop => return,
                _ = ticks.tick() => {}
            }
            let now = OffsetDateTime::now_utc();
            if now >= look_for_room_at {
                self.make_room(now).await;
                look_for_room_at = now + time::Duration::hours(1);
            }
            // Once a day.
            if told != Some(now.date()) {
                told = Some(now.date());
                if let Some(known) = self.calendar().wants_another_year(now) {
                    tracing::warn!(
                        known_until = known,
                        "the calendar of working days ends; deadlines after it know weekends only: `serve --calendar FILE` \
                         takes the next year's, as the State Council names them"
                    );
                }
            }
            match self.look_at_the_clock(now).await {
                Ok(Looked { warned: 0, overdue: 0 }) => {}
                Ok(Looked { warned, overdue }) => tracing::info!(warned, overdue, "deadlines"),
                // A standby only reads, and a store that is away comes back: the next look finds what this one left.
                Err(error) => tracing::debug!(%error, "deadlines could not be looked at"),
            }
        }
    }

    /// Next month's reports find their place made: whoever made it at the turn of the month would have to wait for the longest
    /// reader, and all reports for them.
    async fn make_room(&self, now: OffsetDateTime) {
        if let Err(error) = self.live().store().make_room_for(now + time::Duration::days(DAYS_AHEAD)).await {
            tracing::debug!(%error, "room for next month's reports is made later");
        }
    }

    /// Takes every step that is due at that time.
    pub async fn look_at_the_clock(&self, at: OffsetDateTime) -> StoreResult<Looked> {
        let at = whole_micros(at);
        let mut looked = Looked::default();
        let Some(rules) = self.live().rules() else { return Ok(looked) };
        let warn_before = at + time::Duration::hours(rules.rules.warn_hours.into());
        loop {
            let due = self.live().store().due_reports(warn_before, at, REPORTS_AT_ONCE).await?;
            let mut changes = Vec::with_capacity(due.len());
            for report in &due {
                changes.extend(self.on_time(report, at).await?);
            }
            if changes.is_empty() {
                return Ok(looked);
            }
            // In one write: one by one they would hold up whoever reports something at the time.
            let written = self.live().store().write_reports(&[], &changes).await?;
            let mut kept = 0;
            for (change, _) in changes.iter().zip(written.changed).filter(|(_, is_kept)| *is_kept) {
                kept += 1;
                match change.step.action {
                    Action::Warn => looked.warned += 1,
                    _ => looked.overdue += 1,
                }
            }
            // What another server was faster with is not looked for again: its turn comes with the next look.
            if kept == 0 || due.len() < REPORTS_AT_ONCE as usize {
                return Ok(looked);
            }
        }
    }

    /// The step that the clock takes with a report at that time.
    async fn on_time(&self, report: &Report, at: OffsetDateTime) -> StoreResult<Option<ReportChange>> {
        let Some(due_at) = report.due_at else { return Ok(None) };
        let clock = Actor::of(&Caller::program());
        if at < due_at {
            let warned = Report { warned_at: Some(at), ..report.clone() };
            return Ok(report.warned_at.is_none().then(|| in_place(warned, Action::Warn, clock, at)));
        }
        let escalate =
            Deed { action: Action::Escalate, note: None, to: None, grid: None, into: None, if_version: None };
        match self.change(report.clone(), &escalate, &clock, None, at).await {
            Ok(change) => Ok(Some(change)),
            // Nobody is further up: it stays with the town, and is late there.
            Err(NotDone::Refused(Refusal::NoLevelAbove(_))) => {
                let late = Report { overdue_since: Some(due_at), ..report.clone() };
                Ok(report.overdue_since.is_none().then(|| in_place(late, Action::Escalate, clock, at)))
            }
            Err(NotDone::Store(error)) => Err(error),
            Err(_) => Ok(None),
        }
    }
}

/// A step that leaves a report where it is.
fn in_place(report: Report, action: Action, actor: Actor, at: OffsetDateTime) -> ReportChange {
    let report = Report { version: report.version + 1, updated_at: at, ..report };
    let step = Step {
        number: report.version,
        at,
        action,
        actor,
        note: None,
        status: report.status,
        level: report.level,
        grid: report.grid.clone(),
        due_at: report.due_at,
        assignment: None,
    };
    ReportChange { event: telling::of(&report, &step), report, step }
}
