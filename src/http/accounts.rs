//! `/v1/accounts`: people who sign in, made, listed and disabled by an administrator.

use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::admission::need;
use super::editions::unkept;
use super::keys::{RoleWord, out_of_scope, role};
use super::params::{Asked, Nothing};
use super::problem::{Kind, Problem, ProblemDetails};
use super::state::AppState;
use super::wish::{Wish, text};
use crate::assign::bulk::shortened;
use crate::domain::account::Account;
use crate::domain::caller::Caller;
use crate::domain::key::{KeyRole, Right};
use crate::keys::AccountError;

/// An account that is wanted.
#[derive(ToSchema)]
#[expect(dead_code, reason = "read by the OpenAPI generator only")]
pub(crate) struct AccountWish {
    /// What the person types to sign in; capital letters are as small ones.
    #[schema(min_length = 2, max_length = 64, example = "wang")]
    sign_in: String,
    /// The person's name.
    #[schema(min_length = 1, max_length = 100)]
    name: String,
    #[schema(inline)]
    role: RoleWord,
    /// Code of the grid, of any tier, that the person acts on with what is below. A leader has one; viewers and administrators
    /// have none.
    grid: Option<String>,
    /// At least 10 characters; without it one is made, and answered this once.
    #[schema(min_length = 10, max_length = 512)]
    password: Option<String>,
}

/// A password that is to be set.
#[derive(ToSchema)]
#[expect(dead_code, reason = "read by the OpenAPI generator only")]
pub(crate) struct PasswordWish {
    /// At least 10 characters; without it one is made, and answered this once.
    #[schema(min_length = 10, max_length = 512)]
    password: Option<String>,
}

/// An account, without the hash of its password.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AccountDetail {
    id: String,
    sign_in: String,
    name: String,
    #[schema(inline, value_type = RoleWord)]
    role: KeyRole,
    grid: Option<String>,
    /// Whether the edition in force has that grid; null where there is none to ask for.
    grid_in_force: Option<bool>,
    #[serde(with = "time::serde::rfc3339")]
    created_at: OffsetDateTime,
    /// When the password was set the last time.
    #[serde(with = "time::serde::rfc3339")]
    password_at: OffsetDateTime,
    #[serde(with = "time::serde::rfc3339::option")]
    disabled_at: Option<OffsetDateTime>,
    /// The password, when it was just made: it is shown this once.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    password: Option<String>,
}

/// The accounts.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AccountList {
    accounts: Vec<AccountDetail>,
}

impl AccountDetail {
    fn new(state: &AppState, account: Account, password: Option<String>) -> AccountDetail {
        let grid_in_force = state.has_now(account.grid.as_deref());
        let Account { id, sign_in, name, role, grid, created_at, password_at, disabled_at } = account;
        AccountDetail { id, sign_in, name, role, grid, grid_in_force, created_at, password_at, disabled_at, password }
    }
}

/// The accounts, oldest first, disabled ones too
#[utoipa::path(
    get, path = "/v1/accounts", tag = "access", operation_id = "accounts", security(("key" = []), ("session" = [])),
    responses(
        (status = 200, description = "The accounts", body = AccountList),
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
    let all = state.accounts.list().await?;
    Ok(unkept(AccountList {
        accounts: all.into_iter().map(|account| AccountDetail::new(&state, account, None)).collect(),
    }))
}

/// Make an account
///
/// Without a password one is made, and answered in `password`, this once.
#[utoipa::path(
    post, path = "/v1/accounts", tag = "access", operation_id = "createAccount", security(("key" = []), ("session" = [])),
    request_body = AccountWish,
    responses(
        (status = 201, description = "The account", body = AccountDetail),
        (status = 400, description = "A parameter or a member is wrong", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 401, description = "Nobody is signed in, and no key that holds was sent", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 403, description = "The role may not do this", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 409, description = "Somebody signs in by that name already", body = ProblemDetails, content_type = "application/problem+json"),
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
    let word = |value: &serde_json::Value| text(value).map(str::to_owned);
    let (sign_in, name, wanted) =
        (wish.required("sign_in", word), wish.required("name", word), wish.required("role", role));
    let (grid, password) = (wish.parsed("grid", word), wish.parsed("password", word));
    wish.finish()?;
    let (Some(sign_in), Some(name), Some(role)) = (sign_in, name, wanted) else {
        return Err(Problem::parameter("sign_in", "is missing"));
    };
    let accounts = state.accounts.acting_for(&caller);
    let made = accounts.create(&sign_in, &name, role, grid.as_deref(), password.as_deref()).await.map_err(refused)?;
    Ok((StatusCode::CREATED, unkept(AccountDetail::new(&state, made.account, made.password))).into_response())
}

/// Disable an account
///
/// Its sessions end at once. The name stays taken, for the audit log names it. One that is disabled already stays as it was.
#[utoipa::path(
    delete, path = "/v1/accounts/{id}", tag = "access", operation_id = "disableAccount",
    security(("key" = []), ("session" = [])), params(("id" = String, Path, description = "Its id or sign-in name")),
    responses(
        (status = 200, description = "The account as it is now", body = AccountDetail),
        (status = 400, description = "A parameter or a member is wrong", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 401, description = "Nobody is signed in, and no key that holds was sent", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 403, description = "The role may not do this", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 404, description = "There is no such account", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 429, description = "Too many requests", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 503, description = "The store cannot be reached", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 507, description = "The disk is full", body = ProblemDetails, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn disable(
    State(state): State<AppState>,
    caller: Caller,
    Path(id): Path<String>,
    Asked(Nothing): Asked<Nothing>,
) -> Result<Response, Problem> {
    need(&caller, Right::Access)?;
    let disabled = state.accounts.acting_for(&caller).disable(&id).await?;
    Ok(unkept(AccountDetail::new(&state, disabled.ok_or_else(|| no_such_account(&id))?, None)))
}

/// Set another password
///
/// The account's sessions end at once. Without a password one is made, and answered in `password`, this once.
#[utoipa::path(
    post, path = "/v1/accounts/{id}/password", tag = "access", operation_id = "setPassword",
    security(("key" = []), ("session" = [])), params(("id" = String, Path, description = "Its id or sign-in name")),
    request_body = Option<PasswordWish>,
    responses(
        (status = 200, description = "The account as it is now", body = AccountDetail),
        (status = 400, description = "A parameter or a member is wrong", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 401, description = "Nobody is signed in, and no key that holds was sent", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 403, description = "The role may not do this", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 404, description = "There is no such account", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 413, description = "The body is too large", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 429, description = "Too many requests", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 503, description = "The store cannot be reached", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 507, description = "The disk is full", body = ProblemDetails, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn set_password(
    State(state): State<AppState>,
    caller: Caller,
    Path(id): Path<String>,
    Asked(Nothing): Asked<Nothing>,
    request: Request,
) -> Result<Response, Problem> {
    need(&caller, Right::Access)?;
    let mut wish = Wish::read(request).await?;
    let password = wish.parsed("password", |value| text(value).map(str::to_owned));
    wish.finish()?;
    let set = state.accounts.acting_for(&caller).set_password(&id, password.as_deref()).await.map_err(refused)?;
    let set = set.ok_or_else(|| no_such_account(&id))?;
    Ok(unkept(AccountDetail::new(&state, set.account, set.password)))
}

fn no_such_account(id: &str) -> Problem {
    Problem::with(Kind::NoSuchAccount, format!("no account has the id or sign-in name `{}`", shortened(id)))
}

fn refused(error: AccountError) -> Problem {
    match error {
        AccountError::Store(error) => error.into(),
        AccountError::NoRandomness(error) => Problem::internal(error),
        AccountError::SignIn => Problem::parameter("sign_in", error.to_string()),
        AccountError::Name => Problem::parameter("name", error.to_string()),
        AccountError::Password(_) => Problem::parameter("password", error.to_string()),
        AccountError::Scope(error) => out_of_scope(error),
    }
}
