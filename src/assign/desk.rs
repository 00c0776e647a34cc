//! The desk: reports come in, are decided about and kept, and whoever answers for a place takes the next step. Everything
//! that is to be known for a step is taken once, and every step is one write.

use std::sync::Arc;

use time::OffsetDateTime;

use super::calendar::Calendar;
use super::decide::{Case, decide, decide_named};
use super::intake::{FieldFault, Intake, Sender, Submission};
use super::lifecycle::{Move, Refusal, next};
use super::locate::place;
use super::{rules, telling};
use crate::domain::assignment::{Assignment, Reason};
use crate::domain::level::Level;
use crate::domain::report::{Action, Actor, Report, Status, Step, new_id};
use crate::domain::rules::KeptRules;
use crate::geometry::crs::QueryCrs;
use crate::geometry::point::Point;
use crate::index::snapshot::Snapshot;
use crate::live::Live;
use crate::store::reports::{Added, NewReport, ReportChange, SenderKey, SenderKeyKind};
use crate::store::{StoreError, StoreResult, whole_micros};

/// How often a step is tried again that somebody else's came before, where whoever takes it did not say from which version.
const TRIES: usize = 5;

/// A report that was sent, and whether it is new.
#[derive(Clone, Debug)]
pub enum Taken {
    New(Report),
    /// It was sent before: the report as it was answered then.
    Again(Report),
}

impl Taken {
    pub fn report(&self) -> &Report {
        match self {
            Taken::New(report) | Taken::Again(report) => report,
        }
    }
}

/// Why a report was not taken in.
#[derive(Debug, thiserror::Error)]
pub enum NotTaken {
    #[error("fields are wrong")]
    Fields(Vec<FieldFault>),
    /// Something else was sent under that key, and is the report of that id.
    #[error("something else was sent under this key before")]
    KeyTaken(SenderKeyKind, String),
    #[error("no edition is in force")]
    NothingPublished,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A step that somebody wants to take.
#[derive(Clone, Debug)]
pub struct Deed {
    pub action: Action,
    pub note: Option<String>,
    /// The level to go to, of `Forward` and `Return`.
    pub to: Option<Level>,
    /// The code of the grid, of `Reassign`.
    pub grid: Option<String>,
    /// The id of the other report, of `Merge`.
    pub into: Option<String>,
    /// The version it is meant for; whatever is there without one.
    pub if_version: Option<i64>,
}

/// Why a step was not taken.
#[derive(Debug, thiserror::Error)]
pub enum NotDone {
    #[error("there is no such report")]
    NoSuchReport,
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Somebody else took a step meanwhile: the version it has now.
    #[error("the report is of version {0} by now")]
    Stale(i64),
    #[error("no grid in force has the code `{0}`")]
    NoSuchGrid(String),
    #[error("the report to merge into has to be another one that you answer for, open, and of the same category")]
    CannotMerge,
    #[error("no edition is in force")]
    NothingPublished,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Cheap to clone; clones share everything.
#[derive(Clone, Debug)]
pub struct Desk {
    live: Arc<Live>,
    calendar: Arc<Calendar>,
    intake: Intake,
}

impl Desk {
    /// Has to be made within a runtime: new reports are kept by a task.
    pub fn new(live: Arc<Live>, calendar: Calendar) -> Desk {
        let intake = Intake::new(live.store().clone());
        Desk { live, calendar: Arc::new(calendar), intake }
    }

    /// The rules in force. A store without any is given the standard ones first, so that what is decided now is explained
    /// by them also when a later version of the program comes with others.
    pub async fn rules(&self) -> StoreResult<Arc<KeptRules>> {
        if let Some(rules) = self.live.rules() {
            return Ok(rules);
        }
        let store = self.live.store();
        store.add_rules(&rules::standard(), 0).await?;
        self.live.refresh().await?;
        let kept = store.rules().await?.ok_or_else(|| StoreError::Damaged("its rules are gone".into()))?;
        Ok(Arc::new(kept))
    }

    pub fn calendar(&self) -> &Calendar {
        &self.calendar
    }

    pub fn live(&self) -> &Arc<Live> {
        &self.live
    }

    /// Decides where a report would go, and keeps nothing.
    pub async fn decide(&self, submission: &Submission) -> Result<Assignment, NotTaken> {
        let now = OffsetDateTime::now_utc();
        let rules = self.rules().await?;
        let point = submission.check(now, |code| rules.rules.category(code).is_some()).map_err(NotTaken::Fields)?;
        let snapshot = self.live.snapshot().ok_or(NotTaken::NothingPublished)?;
        Ok(decide(&snapshot, &rules, &case(submission, point, now)))
    }

    /// Takes a report in: decides, keeps it, and answers when it is durable.
    pub async fn take(&self, submission: Submission, sender: Sender) -> Result<Taken, NotTaken> {
        let snapshot = self.live.snapshot().ok_or(NotTaken::NothingPublished)?;
        self.take_at(submission, sender, &snapshot, OffsetDateTime::now_utc()).await
    }

    /// The same for a report that comes in at that time, with what it is decided from.
    pub(super) async fn take_at(
        &self,
        submission: Submission,
        sender: Sender,
        snapshot: &Snapshot,
        at: OffsetDateTime,
    ) -> Result<Taken, NotTaken> {
        let now = whole_micros(at);
        let rules = self.rules().await?;
        let (origin, body_hash) = (sender.actor.origin(), submission.digest());
        let keys = [
            (SenderKeyKind::Idempotency, sender.idempotency_key),
            (SenderKeyKind::External, submission.external_id.clone()),
        ];
        let key = |(kind, key): (_, Option<_>)| Some(SenderKey { kind, origin: origin.clone(), key: key?, body_hash });
        let keys: Vec<SenderKey> = keys.into_iter().filter_map(key).collect();
        let point = match submission.check(now, |code| rules.rules.category(code).is_some()) {
            Ok(point) => point,
            Err(faults) => return self.sent_before(&keys).await?.ok_or(NotTaken::Fields(faults)),
        };
        let assignment = decide(snapshot, &rules, &case(&submission, point, now));
        let due_at = self.calendar.due_at(now, rules.rules.days(&submission.category, assignment.level));
        let report = Report {
            id: new_id(now, random()),
            created_at: now,
            updated_at: now,
            version: 1,
            status: Status::Reported,
            level: assignment.level,
            grid: assignment.grid.clone(),
            category: submission.category,
            description: submission.description,
            occurred_at: submission.occurred_at.map(whole_micros),
            reporter: submission.reporter,
            origin,
            external_id: submission.external_id,
            assignment: assignment.clone(),
            due_at: Some(due_at),
            warned_at: None,
            overdue_since: None,
            settled_level: None,
            settled_at: None,
            merged_into: None,
        };
        let step = Step {
            number: 1,
            at: now,
            action: Action::Report,
            actor: sender.actor,
            note: None,
            status: report.status,
            level: report.level,
            grid: report.grid.clone(),
            due_at: report.due_at,
            assignment: Some(assignment),
        };
        let new = NewReport { event: telling::of(&report, &step), keys, step, report: report.clone() };
        match self.intake.keep(new).await? {
            Added::Kept => Ok(Taken::New(report)),
            Added::Replayed(id) => Ok(Taken::Again(self.as_taken(&id).await?)),
            Added::KeyTaken(kind, id) => Err(NotTaken::KeyTaken(kind, id)),
        }
    }

    /// What was sent under one of these keys before, if it was the same: it is answered as it was then, though it could not be
    /// taken in any more, because a category is gone from the rules since.
    async fn sent_before(&self, keys: &[SenderKey]) -> StoreResult<Option<Taken>> {
        for key in keys {
            if let Some(held) = self.live.store().key_holder(key).await?.filter(|held| held.is_same_as(key)) {
                return Ok(Some(Taken::Again(self.as_taken(&held.report).await?)));
            }
        }
        Ok(None)
    }

    /// A report as it was when it was taken in.
    async fn as_taken(&self, id: &str) -> StoreResult<Report> {
        let damaged = || StoreError::Damaged(format!("a key leads to the report `{id}`, which is not there"));
        let store = self.live.store();
        let report = store.report_by_id(id).await?.ok_or_else(damaged)?;
        let first = store.steps(id).await?.into_iter().next().ok_or_else(damaged)?;
        let assignment = first.assignment.ok_or_else(damaged)?;
        Ok(Report {
            updated_at: report.created_at,
            version: 1,
            status: first.status,
            level: first.level,
            grid: first.grid,
            due_at: first.due_at,
            warned_at: None,
            overdue_since: None,
            settled_level: None,
            settled_at: None,
            merged_into: None,
            assignment,
            ..report
        })
    }

    /// Takes a step. `standing` says how far up the caller has a say at the place of a report.
    pub async fn act(
        &self,
        id: &str,
        deed: &Deed,
        actor: &Actor,
        standing: impl Fn(&Report) -> Option<Level>,
    ) -> Result<Report, NotDone> {
        let store = self.live.store();
        for _ in 0..TRIES {
            let report = store.report_by_id(id).await?.ok_or(NotDone::NoSuchReport)?;
            if deed.if_version.is_some_and(|version| version != report.version) {
                return Err(NotDone::Stale(report.version));
            }
            let now = whole_micros(OffsetDateTime::now_utc());
            let change = self.change(report.clone(), deed, actor, standing(&report), now).await?;
            if let Some(into) = &change.report.merged_into {
                self.mergeable(&report, into, &standing).await?;
            }
            let after = change.report.clone();
            if self.intake.change(change).await? {
                return Ok(after);
            }
        }
        let report = store.report_by_id(id).await?.ok_or(NotDone::NoSuchReport)?;
        Err(NotDone::Stale(report.version))
    }

    /// The report as a step leaves it, with the step.
    pub(super) async fn change(
        &self,
        report: Report,
        deed: &Deed,
        actor: &Actor,
        standing: Option<Level>,
        now: OffsetDateTime,
    ) -> Result<ReportChange, NotDone> {
        let next = next(&report, deed.action, standing, deed.to)?;
        let rules = self.rules().await?;
        let mut after = Report { status: next.status, updated_at: now, version: report.version + 1, ..report.clone() };
        let mut decided = None;
        match next.moves {
            Move::Stay => {}
            Move::Up | Move::Down => {
                after.level = next.level;
                after.grid = next.level.tier().and_then(|tier| report.assignment.code_of(tier)).map(str::to_owned);
            }
            Move::Anew => {
                let code = deed.grid.as_deref().unwrap_or_default();
                let snapshot = self.live.snapshot().ok_or(NotDone::NothingPublished)?;
                let grid = snapshot.edition.planar.find(code).ok_or_else(|| NotDone::NoSuchGrid(code.to_owned()))?;
                let case = case_again(&report, now);
                let assignment = decide_named(&snapshot, &rules, &case, grid);
                (after.level, after.grid) = (assignment.level, assignment.grid.clone());
                after.assignment = assignment.clone();
                decided = Some(assignment);
            }
        }
        match deed.action {
            Action::Resolve => (after.settled_level, after.settled_at) = (Some(report.level), Some(now)),
            Action::Reopen => (after.settled_level, after.settled_at, after.merged_into) = (None, None, None),
            Action::Merge => after.merged_into = deed.into.clone(),
            _ => {}
        }
        // Whoever gets it has the time of their level; accepting it gives no more.
        if !after.status.is_open() {
            (after.due_at, after.warned_at, after.overdue_since) = (None, None, None);
        } else if deed.action != Action::Accept {
            after.due_at = Some(self.calendar.due_at(now, rules.rules.days(&after.category, after.level)));
            (after.warned_at, after.overdue_since) = (None, None);
        }
        let step = Step {
            number: after.version,
            at: now,
            action: deed.action,
            actor: actor.clone(),
            note: deed.note.clone(),
            status: after.status,
            level: after.level,
            grid: after.grid.clone(),
            due_at: after.due_at,
            assignment: decided,
        };
        Ok(ReportChange { event: telling::of_move(&report, &after, &step), report: after, step })
    }

    /// Whether a report may be merged into another one: whoever does it has a say there too, or reports could be put out of the
    /// sight of those who answer for them.
    async fn mergeable(
        &self,
        report: &Report,
        into: &str,
        standing: impl Fn(&Report) -> Option<Level>,
    ) -> Result<(), NotDone> {
        let other = self.live.store().report_by_id(into).await?.ok_or(NotDone::CannotMerge)?;
        let tells_the_same = other.id != report.id && other.status.is_open() && other.category == report.category;
        if tells_the_same && standing(&other).is_some() { Ok(()) } else { Err(NotDone::CannotMerge) }
    }

    /// Decides again what an assignment decided, from the same edition, roster and rules. `None` where the store has not got
    /// them.
    pub async fn decide_again(&self, report: &Report, assignment: &Assignment) -> StoreResult<Option<Assignment>> {
        let at = assignment.decided_at;
        let Some(snapshot) = self.live.as_of(&assignment.edition, assignment.roster, at).await? else {
            return Ok(None);
        };
        let Some(rules) = self.live.store().rules_by_revision(assignment.rules).await? else { return Ok(None) };
        let case = case_of(&report.category, assignment, at);
        let named = assignment.reasons.iter().find_map(|reason| match reason {
            Reason::NamedByPerson { grid } => Some(grid),
            _ => None,
        });
        Ok(match named {
            None => Some(decide(&snapshot, &rules, &case)),
            Some(code) => snapshot.edition.planar.find(code).map(|grid| decide_named(&snapshot, &rules, &case, grid)),
        })
    }
}

fn case(submission: &Submission, point: Point, at: OffsetDateTime) -> Case {
    Case { category: submission.category.clone(), given: submission.given(), point, at }
}

fn case_again(report: &Report, at: OffsetDateTime) -> Case {
    case_of(&report.category, &report.assignment, at)
}

fn case_of(category: &str, assignment: &Assignment, at: OffsetDateTime) -> Case {
    let given = assignment.given.clone();
    let crs = given.crs.parse::<QueryCrs>().unwrap_or(QueryCrs::Wgs84);
    let point = place(given.lon, given.lat, crs).unwrap_or(Point::new(0, 0));
    Case { category: category.to_owned(), given, point, at }
}

fn random() -> u64 {
    getrandom::u64().expect("the operating system gives random bytes")
}
