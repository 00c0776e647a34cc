//! `GET /v1/categories`, which everybody chooses from, and `GET` and `PUT /v1/rules`.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::{ETAG, IF_MATCH};
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

use super::etag;
use super::wire::LevelWord;
use crate::assign::rules::faults;
use crate::domain::rules::{Category, KeptRules, Rules};
use crate::http::admission::Admin;
use crate::http::editions::unkept;
use crate::http::fields::Body;
use crate::http::params::{Asked, Nothing};
use crate::http::problem::{FieldError, Kind, Problem, ProblemDetails};
use crate::http::state::AppState;

/// The kinds of reports.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Categories {
    #[schema(value_type = Vec<CategoryWord>)]
    categories: Vec<Category>,
}

/// The rules with their revision.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RulesDetail {
    revision: i64,
    #[serde(flatten)]
    #[schema(value_type = RulesWord)]
    rules: Rules,
}

#[derive(ToSchema)]
#[schema(as = Category)]
#[expect(dead_code, reason = "read by the OpenAPI generator only")]
pub(crate) struct CategoryWord {
    #[schema(example = "sanitation", pattern = "^[a-z0-9_]+$", max_length = 100)]
    code: String,
    #[schema(example = "环境卫生", min_length = 1, max_length = 100)]
    zh: String,
    #[schema(example = "Sanitation and environment", min_length = 1, max_length = 100)]
    en: String,
    #[schema(max_length = 1000)]
    description: Option<String>,
    /// The level that has it at first.
    starts_at: Option<LevelWord>,
    /// In place of the deadlines for all.
    deadlines: Option<DeadlinesWord>,
}

/// Working days by level; what has 0 is due on the day itself.
#[derive(ToSchema)]
#[schema(as = Deadlines)]
#[expect(dead_code, reason = "read by the OpenAPI generator only")]
pub(crate) struct DeadlinesWord {
    #[schema(minimum = 0, maximum = 125)]
    tier3: u16,
    #[schema(minimum = 0, maximum = 125)]
    tier2: u16,
    #[schema(minimum = 0, maximum = 125)]
    tier1: u16,
    #[schema(minimum = 0, maximum = 125)]
    town: u16,
}

#[derive(ToSchema)]
#[schema(as = Rules)]
#[expect(dead_code, reason = "read by the OpenAPI generator only")]
pub(crate) struct RulesWord {
    categories: Vec<CategoryWord>,
    deadlines: DeadlinesWord,
    /// Whoever has a report is warned so many hours before it is due.
    #[schema(minimum = 0, maximum = 240)]
    warn_hours: u16,
    /// Outside every grid, a report goes to the nearest one when that is no further than this; 0: a person places it.
    #[schema(minimum = 0, maximum = 10000)]
    nearest_within_m: Option<f64>,
    #[schema(minimum = 0, maximum = 1000)]
    duplicate_within_m: f64,
    #[schema(minimum = 0, maximum = 720)]
    duplicate_within_hours: u16,
}

/// The categories that a report can be of
#[utoipa::path(
    get, path = "/v1/categories", tag = "reports", operation_id = "categories",
    responses(
        (status = 200, description = "The categories", body = Categories),
        (status = 400, description = "A parameter is wrong", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 503, description = "The store cannot be reached", body = ProblemDetails, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn categories(
    State(state): State<AppState>,
    Asked(Nothing): Asked<Nothing>,
) -> Result<Response, Problem> {
    let rules = state.desk.rules().await?;
    Ok(unkept(Categories { categories: rules.rules.categories.clone() }))
}

/// The rules in force
#[utoipa::path(
    get, path = "/v1/rules", tag = "reports", operation_id = "rules", security(("key" = [])),
    responses(
        (status = 200, description = "The rules", body = RulesDetail),
        (status = 400, description = "A parameter is wrong", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 401, description = "No key, or one that does not hold", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 403, description = "The key may not do this", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 503, description = "The store cannot be reached", body = ProblemDetails, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn rules(
    State(state): State<AppState>,
    _admin: Admin,
    Asked(Nothing): Asked<Nothing>,
) -> Result<Response, Problem> {
    let rules = state.desk.rules().await?;
    Ok(answer(&rules))
}

/// Put other rules in force
///
/// What was decided by earlier ones stays, and stays explained by them.
#[utoipa::path(
    put, path = "/v1/rules", tag = "reports", operation_id = "putRules", security(("key" = [])),
    params(("If-Match" = Option<String>, Header, description = "The `ETag` of the rules that they replace")),
    request_body(content = RulesWord, content_type = "application/json"),
    responses(
        (status = 200, description = "The rules with their new revision", body = RulesDetail),
        (status = 400, description = "A field is wrong", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 401, description = "No key, or one that does not hold", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 403, description = "The key may not do this", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 412, description = "Somebody else was faster", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 413, description = "Too large", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 415, description = "No JSON", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 503, description = "The store cannot be reached", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 507, description = "The disk is full", body = ProblemDetails, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn put_rules(
    State(state): State<AppState>,
    Admin(caller): Admin,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let rules: Rules =
        serde_json::from_slice(&body.0).map_err(|error| Problem::parameter("rules", error.to_string()))?;
    let wrong = faults(&rules);
    if !wrong.is_empty() {
        let errors = wrong.into_iter().map(|(field, message)| FieldError { field, message }).collect();
        return Err(Problem::parameters(errors));
    }
    let before = state.desk.rules().await?;
    let stale = || Problem::with(Kind::VersionChanged, "the rules are of another revision by now; look at them again");
    if headers.get(IF_MATCH).is_some_and(|tag| *tag != etag(before.revision) && tag != "*") {
        return Err(stale());
    }
    let revision = state.store_for(&caller).add_rules(&rules, before.revision).await?.ok_or_else(stale)?;
    tracing::info!(caller = caller.id, revision, "other rules are in force");
    state.live.refresh().await?;
    Ok(answer(&KeptRules { revision, rules }))
}

fn answer(kept: &KeptRules) -> Response {
    let mut response = unkept(RulesDetail { revision: kept.revision, rules: kept.rules.clone() });
    response.headers_mut().insert(ETAG, etag(kept.revision));
    response
}
