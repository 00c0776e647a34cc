//! `/v1/editions/{a}/diff/{b}`: what another edition would do, and the known places and reports that would change hands.

mod kept;
mod places;
mod reports;
mod shapes;
mod tiles;

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::header::CACHE_CONTROL;
use axum::http::{HeaderMap, HeaderValue};
use axum::response::Response;

pub(crate) use self::kept::Comparisons;
pub(crate) use self::places::__path_count_places;
pub(crate) use self::places::count_places;
pub(crate) use self::reports::{__path_count_reports, ReportsAnswer, count_reports};
pub(crate) use self::shapes::{DiffAnswer, PlacesAnswer, StripCollection, Summary, km2};
pub(crate) use self::tiles::{__path_diff_tiles, diff_tiles};
use super::grids::{Form, FormParameters, FormParams};
use super::params::Asked;
use super::problem::{Problem, ProblemDetails};
use super::state::{AppState, in_background};
use crate::assign::compare::Comparison;
use crate::domain::caller::Caller;

/// What another edition would do
///
/// Grids that are added, removed, recoded, renamed, below another grid, or moved, with their areas; who answers for land that
/// others answered for; and the land that changes hands, as GeoJSON with its shapes. A list has at most 10,000 rows.
#[utoipa::path(
    get, path = "/v1/editions/{old}/diff/{new}", tag = "editions", operation_id = "diff", security((), ("key" = [])),
    params(
        ("old" = String, Path, description = "The edition to start from"),
        ("new" = String, Path, description = "The edition to compare it with"),
        FormParams,
    ),
    responses(
        (status = 200, description = "What differs", content(
            (DiffAnswer = "application/json"), (StripCollection = "application/geo+json")
        )),
        (status = 400, description = "A parameter is wrong", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 401, description = "The key does not hold", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 404, description = "There is no such edition", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 503, description = "The store cannot be reached", body = ProblemDetails, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn diff(
    State(state): State<AppState>,
    caller: Caller,
    Path((old, new)): Path<(String, String)>,
    Asked(FormParameters(form)): Asked<FormParameters>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let comparison = compared(&state, &caller, &old, &new).await?;
    let form = Form::chosen(form, &headers);
    let mut response = in_background(move || match form {
        Form::Json => form.respond(DiffAnswer::new(&comparison)),
        Form::GeoJson => form.respond(StripCollection::new(&comparison)),
    })
    .await?;
    // It depends on who asks, and on the roster of now.
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

/// The two editions side by side, from those that are kept or made now.
async fn compared(state: &AppState, caller: &Caller, old: &str, new: &str) -> Result<Arc<Comparison>, Problem> {
    let roster = state.roster_now();
    let (old, new) = (state.edition_for(caller, old).await?, state.edition_for(caller, new).await?);
    state.comparisons.of(old, new, roster).await
}
