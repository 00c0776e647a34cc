//! Reports over HTTP: they come in, are read, and are acted on.

pub(super) mod act;
pub(super) mod batch;
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
    let has_token = match with_token {
        None => false,
        Some(given) => token(state, id).await? == given,
    };
    if !has_token && caller.is_nobody() {
        need(caller, Right::ReadReports)?;
    }
    let report = state.live.store().report_by_id(id).await?.ok_or_else(|| no_such_report(id))?;
    let sent_it = !caller.is_nobody() && report.origin == Actor::of(caller).origin();
    if has_token || sent_it || caller.may_at(Right::ReadReports, report.assignment.codes_upwards()) {
        return Ok(report);
    }
    Err(no_such_report(id))
}
