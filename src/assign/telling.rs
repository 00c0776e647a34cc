//! What others are told of a step of a report: the event's data, without personal data.

use serde::Serialize;

use crate::domain::assignment::AssignedGrid;
use crate::domain::level::Level;
use crate::domain::report::{Report, Status, Step};
use crate::store::reports::NewEvent;

#[derive(Serialize)]
struct Told<'a> {
    id: &'a str,
    version: i64,
    action: &'a str,
    status: Status,
    level: Level,
    grid: Option<&'a str>,
    category: &'a str,
    lon: f64,
    lat: f64,
    grids: &'a [AssignedGrid],
    /// Codes of the grids that had it until this step, and have it no more.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    left: &'a [String],
    party_group: Option<&'a str>,
    #[serde(with = "time::serde::rfc3339::option")]
    due_at: Option<time::OffsetDateTime>,
    overdue: bool,
    external_id: Option<&'a str>,
    merged_into: Option<&'a str>,
    #[serde(with = "time::serde::rfc3339")]
    at: time::OffsetDateTime,
}

/// The event of a step that led to `report` as it stands.
pub(super) fn of(report: &Report, step: &Step) -> NewEvent {
    told(report, step.action.as_str(), step.at, Vec::new())
}

/// The same of a step that may have taken it to another place: whoever had it `before` is told that it leaves.
pub(super) fn of_move(before: &Report, report: &Report, step: &Step) -> NewEvent {
    let still = |code: &str| report.assignment.grids.iter().any(|grid| grid.code == code);
    let left = before.assignment.grids.iter().filter(|grid| !still(&grid.code)).map(|grid| grid.code.clone());
    told(report, step.action.as_str(), step.at, left.collect())
}

/// The event of a photo that came to `report` as it stands: no step, for nobody moved the report.
pub fn of_photo(report: &Report, at: time::OffsetDateTime) -> NewEvent {
    told(report, "photo", at, Vec::new())
}

fn told(report: &Report, action: &str, at: time::OffsetDateTime, left: Vec<String>) -> NewEvent {
    let [lon, lat] = report.assignment.wgs84;
    let data = Told {
        id: &report.id,
        version: report.version,
        action,
        status: report.status,
        level: report.level,
        grid: report.grid.as_deref(),
        category: &report.category,
        lon,
        lat,
        grids: &report.assignment.grids,
        left: &left,
        party_group: report.assignment.party_group.as_deref(),
        due_at: report.due_at,
        overdue: report.overdue_since.is_some(),
        external_id: report.external_id.as_deref(),
        merged_into: report.merged_into.as_deref(),
        at,
    };
    NewEvent {
        kind: format!("report.{action}"),
        data: serde_json::to_string(&data).expect("texts and finite numbers are JSON"),
        left,
    }
}
