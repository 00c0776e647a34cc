//! Reports over HTTP: they come in, are read, and are acted on.

pub(super) mod act;
pub(super) mod batch;
pub(crate) mod coming;
pub(super) mod duplicates;
pub(super) mod explain;
pub(crate) mod photos;
pub(crate) mod read;
pub(super) mod rules;
pub(crate) mod submit;
pub(crate) mod wire;

use axum::http::HeaderValue;

use super::admission::need;
use super::problem::{Kind, Problem};
use super::state::AppState;
use crate::assign::bulk::shortened;
use crate::domain::caller::Caller;
use crate::domain::key::Right;
use crate::domain::level::Level;
use crate::domain::report::{Actor, Report};

/// What `ETag` says of a version.
fn etag(version: i64) -> HeaderValue {
    HeaderValue::try_from(format!("\"{version}\"")).expect("digits and quotes make a header")
}

/// By which the sender of a report without a key can look at it: nobody can guess it, and nothing keeps it.
pub(crate) async fn token(state: &AppState, id: &str) -> Result<String, Problem> {
    Ok(state.keys.token("report", id).await?)
}

pub(crate) async fn has_token(state: &AppState, id: &str, given: Option<&str>) -> Result<bool, Problem> {
    match given {
        Some(given) => Ok(state.keys.is_token("report", id, given).await?),
        None => Ok(false),
    }
}

pub(crate) fn no_such_report(id: &str) -> Problem {
    Problem::with(Kind::NoSuchReport, format!("no report has the id `{}`", shortened(id)))
}

/// How far up a caller has a say at the place of a report; `None` without any.
pub(crate) fn standing(report: &Report, caller: &Caller) -> Option<Level> {
    if !caller.may_act_on(report.assignment.codes_upwards()) {
        return None;
    }
    match &caller.grid {
        None => Some(Level::Town),
        Some(own) => {
            let grid = report.assignment.grids.iter().find(|grid| grid.code == *own)?;
            Some(Level::Tier(grid.tier))
        }
    }
}

/// A report that the caller may read: who answers at its place or above, who sent it by a key, and who has its token. For
/// everybody else there is none.
pub(crate) async fn readable(
    state: &AppState,
    caller: &Caller,
    id: &str,
    with_token: Option<&str>,
) -> Result<Report, Problem> {
    let has_token = has_token(state, id, with_token).await?;
    if !has_token && caller.is_nobody() {
        need(caller, Right::ReadReports)?;
    }
    let report = state.live.store().report_by_id(id).await?.ok_or_else(|| no_such_report(id))?;
    if sees_all(&report, caller, has_token) { Ok(report) } else { Err(no_such_report(id)) }
}

/// Whether somebody is shown a report as it is: who answers there or above, who sent it by a key, and who has its token.
pub(crate) fn sees_all(report: &Report, caller: &Caller, has_token: bool) -> bool {
    let sent_it = !caller.is_nobody() && report.origin == Actor::of(caller).origin();
    has_token || sent_it || caller.may_at(Right::ReadReports, report.assignment.codes_upwards())
}
