//! `/v1/keys`: keys of the API, made, listed and revoked by an administrator.

use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::admission::need;
use super::editions::unkept;
use super::params::{Asked, Nothing};
use super::problem::{Kind, Problem, ProblemDetails};
use super::state::AppState;
use super::wish::{Wish, text};
use crate::assign::bulk::shortened;
use crate::domain::caller::Caller;
use crate::domain::key::{ApiKey, KeyRole, Right};
use crate::keys::{CreateError, ScopeError};

/// What a key or an account is for.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
#[expect(dead_code, reason = "read by the OpenAPI generator only")]
pub(crate) enum RoleWord {
    Viewer,
    Reporter,
    Leader,
    Dispatcher,
    Admin,
}

/// A key that is wanted.
#[derive(ToSchema)]
#[expect(dead_code, reason = "read by the OpenAPI generator only")]
pub(crate) struct KeyWish {
    #[schema(inline)]
    role: RoleWord,
    /// Whose it is, for people.
    #[schema(max_length = 100)]
    name: Option<String>,
    /// Code of the grid, of any tier, that it acts on with what is below. A leader has one; viewers and administrators have none.
    grid: Option<String>,
}

/// A key, without its secret.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct KeyDetail {
    id: String,
    name: String,
    #[schema(inline, value_type = RoleWord)]
    role: KeyRole,
    grid: Option<String>,
    /// Whether the edition in force has that grid; null where there is none to ask for.
    grid_in_force: Option<bool>,
    #[serde(with = "time::serde::rfc3339")]
    created_at: OffsetDateTime,
    #[serde(with = "time::serde::rfc3339::option")]
    revoked_at: Option<OffsetDateTime>,
    /// The key itself, when it was just made: it is shown this once.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    key: Option<String>,
}

/// The keys.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct KeyList {
    keys: Vec<KeyDetail>,
}

impl KeyDetail {
    fn new(state: &AppState, kept: ApiKey, key: Option<String>) -> KeyDetail {
        let grid_in_force = state.has_now(kept.grid.as_deref());
        let ApiKey { id, name, role, grid, created_at, revoked_at } = kept;
        KeyDetail { id, name, role, grid, grid_in_force, created_at, revoked_at, key }
    }
}

/// The keys, oldest first, revoked ones too
#[utoipa::path(
    get, path = "/v1/keys", tag = "access", operation_id = "keys", security(("key" = []), ("session" = [])),
    responses(
        (status = 200, description = "The keys, without their secrets", body = KeyList),
        (status = 400, description = "A parameter or a member is wrong", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 401, description = "Nobody is signed in, and no key that holds was sent", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 403, description = "The role may not do this", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 429, description = "Too many requests", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 503, description = "The store cannot be reached", body = ProblemDetails, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn list(
    State(state): State<AppState>,
    caller: Caller,
    Asked(Nothing): Asked<Nothing>,
) -> Result<Response, Problem> {
    need(&caller, Right::Access)?;
    let keys = state.keys.list().await?.into_iter().map(|key| KeyDetail::new(&state, key, None)).collect();
    Ok(unkept(KeyList { keys }))
}

/// Make a key
///
/// The answer has it in `key`, this once: the store keeps only a hash of it.
#[utoipa::path(
    post, path = "/v1/keys", tag = "access", operation_id = "createKey", security(("key" = []), ("session" = [])),
    request_body = KeyWish,
    responses(
        (status = 201, description = "The key", body = KeyDetail),
        (status = 400, description = "A parameter or a member is wrong", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 401, description = "Nobody is signed in, and no key that holds was sent", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 403, description = "The role may not do this", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 413, description = "The body is too large", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 429, description = "Too many requests", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 503, description = "The store cannot be reached", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 507, description = "The disk is full", body = ProblemDetails, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn create(
    State(state): State<AppState>,
    caller: Caller,
    Asked(Nothing): Asked<Nothing>,
    request: Request,
) -> Result<Response, Problem> {
    need(&caller, Right::Access)?;
    let mut wish = Wish::read(request).await?;
    let wanted = wish.required("role", role);
    let name = wish.parsed("name", |value| text(value).map(str::to_owned)).unwrap_or_default();
    let grid = wish.parsed("grid", |value| text(value).map(str::to_owned));
    wish.finish()?;
    // `finish` has refused a wish without a role.
    let Some(role) = wanted else { return Err(Problem::parameter("role", "is missing")) };
    let made = state.keys.acting_for(&caller).create(role, &name, grid.as_deref()).await.map_err(refused)?;
    let body = unkept(KeyDetail::new(&state, made.key, Some(made.text)));
    Ok((StatusCode::CREATED, body).into_response())
}

/// Revoke a key
///
/// It opens nothing from the next request on. One that was revoked already stays as it was.
#[utoipa::path(
    delete, path = "/v1/keys/{id}", tag = "access", operation_id = "revokeKey", security(("key" = []), ("session" = [])),
    params(("id" = String, Path, description = "The key's id")),
    responses(
        (status = 200, description = "The key as it is now", body = KeyDetail),
        (status = 400, description = "A parameter or a member is wrong", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 401, description = "Nobody is signed in, and no key that holds was sent", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 403, description = "The role may not do this", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 404, description = "There is no such key", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 429, description = "Too many requests", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 503, description = "The store cannot be reached", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 507, description = "The disk is full", body = ProblemDetails, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn revoke(
    State(state): State<AppState>,
    caller: Caller,
    Path(id): Path<String>,
    Asked(Nothing): Asked<Nothing>,
) -> Result<Response, Problem> {
    need(&caller, Right::Access)?;
    match state.keys.acting_for(&caller).revoke(&id).await? {
        Some(key) => Ok(unkept(KeyDetail::new(&state, key, None))),
        None => Err(Problem::with(Kind::NoSuchKey, format!("no key has the id `{}`", shortened(&id)))),
    }
}

/// A role's word.
pub(super) fn role(value: &serde_json::Value) -> Result<KeyRole, String> {
    shortened(text(value)?).parse()
}

fn refused(error: CreateError) -> Problem {
    match error {
        CreateError::Store(error) => error.into(),
        CreateError::NoRandomness(error) => Problem::internal(error),
        CreateError::Name => Problem::parameter("name", error.to_string()),
        CreateError::Scope(error) => out_of_scope(error),
    }
}

/// A role and a grid that do not go together.
pub(super) fn out_of_scope(error: ScopeError) -> Problem {
    match error {
        ScopeError::Store(error) => error.into(),
        other => Problem::parameter("grid", other.to_string()),
    }
}
