//! `GET /v1/reports/{id}/duplicates`: what may tell the same.

use axum::extract::{Path, State};
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

use super::readable;
use super::wire::ReportDetail;
use crate::domain::caller::Caller;
use crate::domain::key::Right;
use crate::http::admission::need;
use crate::http::editions::unkept;
use crate::http::params::{Asked, Nothing};
use crate::http::phones::Phones;
use crate::http::problem::{Problem, ProblemDetails};
use crate::http::state::AppState;

/// Reports that may tell the same.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Duplicates {
    duplicates: Vec<DuplicateDetail>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DuplicateReport)]
pub(crate) struct DuplicateDetail {
    distance_m: f64,
    /// Between the two coming in.
    hours_apart: f64,
    report: ReportDetail,
}

/// Reports that may tell the same
///
/// Of the same category, near, recent and open, by the rules in force; at most 20, the nearest first. Nothing is merged by
/// itself: `POST /v1/reports/{id}/merge` is a person's act.
#[utoipa::path(
    get, path = "/v1/reports/{id}/duplicates", tag = "reports", operation_id = "duplicates", security(("key" = [])),
    params(("id" = String, Path, description = "The report's id")),
    responses(
        (status = 200, description = "What may tell the same", body = Duplicates),
        (status = 400, description = "A parameter is wrong", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 401, description = "No key, or one that does not hold", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 403, description = "The key may not do this", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 404, description = "There is no such report", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 503, description = "The store cannot be reached", body = ProblemDetails, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn duplicates(
    State(state): State<AppState>,
    caller: Caller,
    Path(id): Path<String>,
    Asked(Nothing): Asked<Nothing>,
) -> Result<Response, Problem> {
    need(&caller, Right::ReadReports)?;
    let report = readable(&state, &caller, &id, None).await?;
    let found = state.desk.duplicates(&report).await?;
    // A leader sees its own grid's; what lies across the border is for whoever is above both.
    let seen =
        found.into_iter().filter(|found| caller.may_at(Right::ReadReports, found.report.assignment.codes_upwards()));
    let detail = |found: crate::assign::duplicates::Duplicate| DuplicateDetail {
        distance_m: (found.distance_m * 10.0).round() / 10.0,
        hours_apart: (found.apart.as_seconds_f64() / 36.0).round() / 100.0,
        report: ReportDetail::new(&found.report, &caller, &mut Phones::masked()),
    };
    Ok(unkept(Duplicates { duplicates: seen.map(detail).collect() }))
}
