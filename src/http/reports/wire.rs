//! Reports as they are sent: every person's number is masked unless the caller sees numbers there.

use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::assign::decide::{Holding, holding};
use crate::domain::assignment::{
    AssignedGrid, AssignedPerson, Assignment, Candidate, GivenPosition, NearestGrid, Reason,
};
use crate::domain::caller::Caller;
use crate::domain::level::Level;
use crate::domain::report::{Action, Report, Status, Step};
use crate::http::phones::{CALLED, Phones, PhonesAt, REPORTER};
use crate::index::snapshot::Snapshot;

/// A report as it stands.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReportDetail {
    /// What people quote, such as `261125-7k3m9qxw2f4p`.
    #[schema(example = "261125-7k3m9qxw2f4p")]
    id: String,
    #[serde(with = "time::serde::rfc3339")]
    created_at: OffsetDateTime,
    #[serde(with = "time::serde::rfc3339")]
    updated_at: OffsetDateTime,
    /// The number of its latest step; the header `ETag` tells it too.
    #[schema(minimum = 1)]
    version: i64,
    #[schema(value_type = StatusWord)]
    status: Status,
    /// Who holds it now.
    #[schema(value_type = LevelWord)]
    level: Level,
    /// The grid of that level; null for the town.
    grid: Option<String>,
    category: String,
    description: String,
    /// The place in degrees of WGS 84.
    lon: f64,
    lat: f64,
    #[serde(with = "time::serde::rfc3339::option")]
    occurred_at: Option<OffsetDateTime>,
    /// Who reported it; null for those who may not know, and where nobody said.
    reporter: Option<ReporterDetail>,
    external_id: Option<String>,
    /// When its level has to be done.
    #[serde(with = "time::serde::rfc3339::option")]
    due_at: Option<OffsetDateTime>,
    /// Since when it is late.
    #[serde(with = "time::serde::rfc3339::option")]
    overdue_since: Option<OffsetDateTime>,
    /// The level that settled it.
    #[schema(value_type = Option<LevelWord>)]
    settled_level: Option<Level>,
    #[serde(with = "time::serde::rfc3339::option")]
    settled_at: Option<OffsetDateTime>,
    /// The report that this one was merged into.
    merged_into: Option<String>,
    /// The latest decision where it goes.
    assignment: AssignmentDetail,
    /// Who answers for it now, by today's roster: after it was passed on somebody else than the decision called.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    holder: Option<HolderDetail>,
    /// What the caller may do with it now.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<Vec<ActionWord>>)]
    actions: Option<Vec<Action>>,
    /// Every step, the first one first.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    history: Option<Vec<StepDetail>>,
    /// Of a report without a key: with `?token=` its sender, and nobody else, can look at it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    token: Option<String>,
}

/// Who has a report.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ReportHolder)]
pub(crate) struct HolderDetail {
    #[schema(value_type = LevelWord)]
    level: Level,
    /// The grid of that level; null for the town.
    grid: Option<GridWord>,
    /// 党小组 of that grid.
    party_group: Option<String>,
    /// Who is called: its leader, else whoever leads the first grid further up that has one, else the town office.
    leader: Option<PersonDetail>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReporterDetail {
    name: Option<String>,
    /// Masked unless the caller may see it.
    phone: Option<String>,
}

/// The decision where a report goes, and what it was made from.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AssignmentDetail {
    #[schema(value_type = RuleWord)]
    rule: &'static str,
    #[schema(value_type = LevelWord)]
    level: Level,
    /// The grid of that level; null for the town.
    grid: Option<String>,
    /// The grids at the place, tier 1 first.
    grids: Vec<GridWord>,
    /// 党小组
    party_group: Option<String>,
    /// Who is called.
    leader: Option<PersonDetail>,
    border_distance_m: Option<f64>,
    /// The accuracy circle meets more than one smallest grid, or ground outside all.
    ambiguous: bool,
    #[schema(value_type = Vec<CandidateWord>)]
    candidates: Vec<Candidate>,
    /// Outside every grid only.
    #[schema(value_type = Option<NearestWord>)]
    nearest: Option<NearestGrid>,
    /// Why, in the order in which it was decided.
    #[schema(value_type = Vec<Object>)]
    reasons: Vec<Reason>,
    /// The position as it came in.
    #[schema(value_type = Object)]
    given: GivenPosition,
    edition: String,
    /// The number of the roster; null where there was none.
    roster: Option<i64>,
    /// The revision of the rules.
    rules: i64,
    #[serde(with = "time::serde::rfc3339")]
    decided_at: OffsetDateTime,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AssignedGrid)]
pub(crate) struct GridWord {
    #[schema(minimum = 1, maximum = 3)]
    tier: u8,
    code: String,
    name: String,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AssignedPerson)]
pub(crate) struct PersonDetail {
    name: String,
    /// Masked unless the caller may see it.
    phone: Option<String>,
    /// Stands in for the leader.
    deputy: bool,
}

/// One step of a history.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct StepDetail {
    #[schema(minimum = 1)]
    number: i64,
    #[serde(with = "time::serde::rfc3339")]
    at: OffsetDateTime,
    #[schema(value_type = ActionWord)]
    action: Action,
    /// `nobody`, `key`, `session`, `command` or `program`, and for people a name.
    actor: ActorDetail,
    note: Option<String>,
    #[schema(value_type = StatusWord)]
    status: Status,
    #[schema(value_type = LevelWord)]
    level: Level,
    grid: Option<String>,
    #[serde(with = "time::serde::rfc3339::option")]
    due_at: Option<OffsetDateTime>,
    /// Where the step decided anew.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    assignment: Option<AssignmentDetail>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ActorDetail {
    via: &'static str,
    id: String,
    name: String,
}

impl ReportDetail {
    pub(crate) fn new(report: &Report, caller: &Caller, phones: &mut Phones) -> ReportDetail {
        let mut phones = phones.at(&report.assignment, Some(&report.id));
        let reads = caller.may_at(crate::domain::key::Right::ReadReports, report.assignment.codes_upwards());
        let reporter = &report.reporter;
        let somebody = reporter.name.is_some() || reporter.phone.is_some();
        ReportDetail {
            id: report.id.clone(),
            created_at: report.created_at,
            updated_at: report.updated_at,
            version: report.version,
            status: report.status,
            level: report.level,
            grid: report.grid.clone(),
            category: report.category.clone(),
            description: report.description.clone(),
            lon: report.assignment.wgs84[0],
            lat: report.assignment.wgs84[1],
            occurred_at: report.occurred_at,
            reporter: (reads && somebody).then(|| ReporterDetail {
                name: reporter.name.clone(),
                phone: reporter.phone.as_deref().map(|phone| phones.of(phone, REPORTER)),
            }),
            external_id: report.external_id.clone(),
            due_at: report.due_at,
            overdue_since: report.overdue_since,
            settled_level: report.settled_level,
            settled_at: report.settled_at,
            merged_into: report.merged_into.clone(),
            assignment: AssignmentDetail::new(&report.assignment, &mut phones),
            holder: None,
            actions: None,
            history: None,
            token: None,
        }
    }

    pub(crate) fn with_holder(self, report: &Report, snapshot: Option<&Snapshot>, phones: &mut Phones) -> ReportDetail {
        let mut phones = phones.at(&report.assignment, Some(&report.id));
        let holder = snapshot.map(|snapshot| {
            let Holding { grid, party_group, person } = holding(snapshot, report);
            let leader = person.as_ref().map(|person| PersonDetail::new(person, &mut phones));
            HolderDetail { level: report.level, grid: grid.as_ref().map(GridWord::of), party_group, leader }
        });
        ReportDetail { holder, ..self }
    }

    pub(crate) fn with_actions(self, actions: Vec<Action>) -> ReportDetail {
        ReportDetail { actions: Some(actions), ..self }
    }

    pub(crate) fn with_history(self, report: &Report, steps: &[Step], phones: &mut Phones) -> ReportDetail {
        let mut phones = phones.at(&report.assignment, Some(&report.id));
        let history = steps.iter().map(|step| StepDetail::new(step, &mut phones)).collect();
        ReportDetail { history: Some(history), ..self }
    }

    pub(crate) fn with_token(self, token: String) -> ReportDetail {
        ReportDetail { token: Some(token), ..self }
    }
}

impl AssignmentDetail {
    pub(crate) fn new(assignment: &Assignment, phones: &mut PhonesAt<'_>) -> AssignmentDetail {
        let grids = assignment.grids.iter();
        AssignmentDetail {
            rule: assignment.rule.as_str(),
            level: assignment.level,
            grid: assignment.grid.clone(),
            grids: grids.map(GridWord::of).collect(),
            party_group: assignment.party_group.clone(),
            leader: assignment.leader.as_ref().map(|person| PersonDetail::new(person, phones)),
            border_distance_m: assignment.border_distance_m,
            ambiguous: assignment.ambiguous,
            candidates: assignment.candidates.clone(),
            nearest: assignment.nearest.clone(),
            reasons: assignment.reasons.clone(),
            given: assignment.given.clone(),
            edition: assignment.edition.clone(),
            roster: assignment.roster,
            rules: assignment.rules,
            decided_at: assignment.decided_at,
        }
    }
}

impl GridWord {
    fn of(grid: &AssignedGrid) -> GridWord {
        GridWord { tier: grid.tier.number(), code: grid.code.clone(), name: grid.name.clone() }
    }
}

impl PersonDetail {
    fn new(person: &AssignedPerson, phones: &mut PhonesAt<'_>) -> PersonDetail {
        let phone = person.phone.as_deref().map(|phone| phones.of(phone, CALLED));
        PersonDetail { name: person.name.clone(), phone, deputy: person.deputy }
    }
}

impl StepDetail {
    fn new(step: &Step, phones: &mut PhonesAt<'_>) -> StepDetail {
        StepDetail {
            number: step.number,
            at: step.at,
            action: step.action,
            actor: ActorDetail {
                via: step.actor.via.as_str(),
                id: step.actor.id.clone(),
                name: step.actor.name.clone(),
            },
            note: step.note.clone(),
            status: step.status,
            level: step.level,
            grid: step.grid.clone(),
            due_at: step.due_at,
            assignment: step.assignment.as_ref().map(|assignment| AssignmentDetail::new(assignment, phones)),
        }
    }
}

// The words as OpenAPI describes them.

#[derive(ToSchema)]
#[schema(as = ReportStatus, rename_all = "snake_case")]
#[expect(dead_code, reason = "read by the OpenAPI generator only")]
pub(crate) enum StatusWord {
    Reported,
    Accepted,
    Resolved,
    Closed,
    Rejected,
    Merged,
}

#[derive(ToSchema)]
#[schema(as = Level, rename_all = "snake_case")]
#[expect(dead_code, reason = "read by the OpenAPI generator only")]
pub(crate) enum LevelWord {
    Tier3,
    Tier2,
    Tier1,
    Town,
}

#[derive(ToSchema)]
#[schema(as = AssignmentRule, rename_all = "snake_case")]
#[expect(dead_code, reason = "read by the OpenAPI generator only")]
pub(crate) enum RuleWord {
    Contained,
    Nearest,
    Manual,
    Unassigned,
}

#[derive(ToSchema)]
#[schema(as = ReportAction, rename_all = "snake_case")]
#[expect(dead_code, reason = "read by the OpenAPI generator only")]
pub(crate) enum ActionWord {
    Report,
    Accept,
    Resolve,
    Forward,
    Return,
    Reassign,
    Verify,
    Reopen,
    Reject,
    Merge,
    Warn,
    Escalate,
}

#[derive(ToSchema)]
#[schema(as = AssignmentCandidate)]
#[expect(dead_code, reason = "read by the OpenAPI generator only")]
pub(crate) struct CandidateWord {
    code: String,
    /// Part of the accuracy circle's area.
    #[schema(minimum = 0, maximum = 1)]
    share: f64,
}

#[derive(ToSchema)]
#[schema(as = AssignmentNearest)]
#[expect(dead_code, reason = "read by the OpenAPI generator only")]
pub(crate) struct NearestWord {
    code: String,
    name: String,
    distance_m: f64,
}
