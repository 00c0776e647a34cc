//! `/v1/session`: signing in and out, and who is asking.

use axum::extract::{Request, State};
use axum::http::header::{CACHE_CONTROL, ORIGIN, SET_COOKIE};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::admission::{PLAIN_COOKIE, SECURE_COOKIE, Signed, is_of_another_site};
use super::editions::unkept;
use super::keys::RoleWord;
use super::origin::Origin;
use super::params::{Asked, Nothing};
use super::problem::{Kind, Problem, ProblemDetails};
use super::state::AppState;
use super::wish::{Wish, text};
use crate::domain::caller::{Caller, Via};
use crate::domain::key::KeyRole;
use crate::keys::{AccountError, NotChanged, SignInRefused, SignedIn};

/// Somebody who wants to sign in.
#[derive(ToSchema)]
#[expect(dead_code, reason = "read by the OpenAPI generator only")]
pub(crate) struct SignInWish {
    #[schema(example = "wang")]
    sign_in: String,
    password: String,
}

/// Another password for whoever is signed in.
#[derive(ToSchema)]
#[expect(dead_code, reason = "read by the OpenAPI generator only")]
pub(crate) struct OwnPasswordWish {
    /// The one so far.
    password: String,
    #[schema(min_length = 10, max_length = 512)]
    new_password: String,
}

/// Who is asking.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SessionDetail {
    /// How that is known: `nobody`, `key` or `session`.
    #[schema(example = "session")]
    via: &'static str,
    /// Of the key or of the account.
    id: Option<String>,
    /// Whose key it is; the person's name.
    name: Option<String>,
    #[schema(inline, value_type = RoleWord)]
    role: KeyRole,
    /// Code of the grid that the caller acts on with what is below; null is everywhere.
    grid: Option<String>,
    /// Whether the edition in force has that grid; null where there is none to ask for.
    grid_in_force: Option<bool>,
    /// When the session ends, however much it is used.
    #[serde(with = "time::serde::rfc3339::option")]
    ends_at: Option<OffsetDateTime>,
}

impl SessionDetail {
    fn new(state: &AppState, caller: Caller, ends_at: Option<OffsetDateTime>) -> SessionDetail {
        let grid_in_force = state.has_now(caller.grid.as_deref());
        let Caller { via, id, name, role, grid, .. } = caller;
        let known = |text: String| (via != Via::Nobody).then_some(text);
        SessionDetail { via: via.as_str(), id: known(id), name: known(name), role, grid, grid_in_force, ends_at }
    }
}

/// Who is asking
///
/// Anybody may ask: without a key and a session it is `nobody`, with the role `viewer`.
#[utoipa::path(
    get, path = "/v1/session", tag = "access", operation_id = "whoAmI", security((), ("key" = []), ("session" = [])),
    responses(
        (status = 200, description = "Who it is", body = SessionDetail),
        (status = 400, description = "A parameter or a member is wrong", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 401, description = "The key does not hold", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 429, description = "Too many requests", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 503, description = "The store cannot be reached", body = ProblemDetails, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn who(
    State(state): State<AppState>,
    caller: Caller,
    Signed(session): Signed,
    Asked(Nothing): Asked<Nothing>,
) -> Result<Response, Problem> {
    Ok(unkept(SessionDetail::new(&state, caller, session.map(|session| session.ends_at))))
}

/// Sign in
///
/// The answer sets a cookie that scripts cannot read. After sign-ins that failed the next ones have to wait, longer each time.
#[utoipa::path(
    post, path = "/v1/session", tag = "access", operation_id = "signIn", security(()), request_body = SignInWish,
    responses(
        (status = 200, description = "Who signed in", body = SessionDetail),
        (status = 400, description = "A parameter or a member is wrong", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 401, description = "The name or the password is wrong", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 403, description = "The request came from a page of another site", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 413, description = "The body is too large", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 429, description = "Too many sign-ins failed, or too many requests", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 503, description = "The store cannot be reached", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 507, description = "The disk is full", body = ProblemDetails, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn sign_in(
    State(state): State<AppState>,
    origin: Origin,
    Asked(Nothing): Asked<Nothing>,
    request: Request,
) -> Result<Response, Problem> {
    let headers = request.headers();
    let by_browser = headers.contains_key(ORIGIN) || headers.contains_key(HeaderName::from_static("sec-fetch-site"));
    if by_browser && is_of_another_site(headers) {
        return Err(Problem::with(Kind::CrossSite, "nobody signs in here from a page of another site"));
    }
    let mut wish = Wish::read(request).await?;
    let word = |value: &serde_json::Value| text(value).map(str::to_owned);
    let (name, password) = (wish.required("sign_in", word), wish.required("password", word));
    wish.finish()?;
    let (Some(name), Some(password)) = (name, password) else {
        return Err(Problem::parameter("sign_in", "is missing"));
    };
    let signed = state.accounts.sign_in(&name, &password, origin.address).await.map_err(refused)?;
    tracing::info!(caller = signed.caller.id, "somebody signed in");
    Ok(begun(&state, origin, signed))
}

/// A session that begins with this answer.
fn begun(state: &AppState, origin: Origin, signed: SignedIn) -> Response {
    let lasts = signed.session.ends_at - signed.session.created_at;
    let cookie = cookie(origin, &signed.secret, lasts.whole_seconds());
    let mut response = unkept(SessionDetail::new(state, signed.caller, Some(signed.session.ends_at)));
    response.headers_mut().insert(SET_COOKIE, cookie);
    response
}

/// Set another password of one's own
///
/// For whoever is signed in and knows the one so far. All their sessions end, on every device, and a new one begins here.
#[utoipa::path(
    post, path = "/v1/session/password", tag = "access", operation_id = "changeOwnPassword", security(("session" = [])),
    request_body = OwnPasswordWish,
    responses(
        (status = 200, description = "Who is signed in, by a new cookie", body = SessionDetail),
        (status = 400, description = "A member is wrong, or the password so far is another", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 401, description = "Nobody is signed in", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 403, description = "A key has no password, or the request came from a page of another site", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 413, description = "The body is too large", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 429, description = "Too many tries failed, or too many requests", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 503, description = "The store cannot be reached", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 507, description = "The disk is full", body = ProblemDetails, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn change_password(
    State(state): State<AppState>,
    origin: Origin,
    caller: Caller,
    Signed(session): Signed,
    Asked(Nothing): Asked<Nothing>,
    request: Request,
) -> Result<Response, Problem> {
    if session.is_none() {
        return Err(if caller.is_nobody() {
            Problem::with(Kind::Unauthenticated, "sign in at /login first")
        } else {
            Problem::with(Kind::Forbidden, "a key has no password; whoever signs in with an account has one")
        });
    }
    let mut wish = Wish::read(request).await?;
    let word = |value: &serde_json::Value| text(value).map(str::to_owned);
    let (current, new) = (wish.required("password", word), wish.required("new_password", word));
    wish.finish()?;
    let (Some(current), Some(new)) = (current, new) else {
        return Err(Problem::parameter("password", "is missing"));
    };
    let changed = state.accounts.change_own_password(&caller, &current, &new).await.map_err(not_changed)?;
    tracing::info!(caller = caller.id, "somebody changed their password");
    Ok(begun(&state, origin, changed))
}

fn not_changed(error: NotChanged) -> Problem {
    match error {
        NotChanged::Current(SignInRefused::Wrong) => {
            Problem::parameter("password", "is not the one that you sign in with now")
        }
        NotChanged::Current(error) => refused(error),
        NotChanged::New(AccountError::Password(weak)) => Problem::parameter("new_password", weak.to_string()),
        NotChanged::New(AccountError::Store(error)) => error.into(),
        NotChanged::New(error) => Problem::internal(error),
    }
}

/// Sign out
///
/// Nothing happens where nobody is signed in.
#[utoipa::path(
    delete, path = "/v1/session", tag = "access", operation_id = "signOut", security((), ("session" = [])),
    responses(
        (status = 204, description = "Nobody is signed in any more"),
        (status = 400, description = "A parameter or a member is wrong", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 401, description = "The key does not hold", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 403, description = "The request came from a page of another site", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 429, description = "Too many requests", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 503, description = "The store cannot be reached", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 507, description = "The disk is full", body = ProblemDetails, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn sign_out(
    State(state): State<AppState>,
    origin: Origin,
    caller: Caller,
    Signed(session): Signed,
    Asked(Nothing): Asked<Nothing>,
) -> Result<Response, Problem> {
    if let Some(session) = session {
        state.accounts.sign_out(&caller, &session).await?;
    }
    let headers = [(SET_COOKIE, cookie(origin, "", 0)), (CACHE_CONTROL, HeaderValue::from_static("no-store"))];
    Ok((StatusCode::NO_CONTENT, headers).into_response())
}

/// Scripts cannot read it, pages of other sites cannot make a browser send it, and over https it goes nowhere else.
fn cookie(origin: Origin, secret: &str, max_age_s: i64) -> HeaderValue {
    let (name, secure) = if origin.is_https { (SECURE_COOKIE, "; Secure") } else { (PLAIN_COOKIE, "") };
    let text = format!("{name}={secret}; Path=/; Max-Age={max_age_s}; HttpOnly; SameSite=Strict{secure}");
    HeaderValue::from_str(&text).expect("names, base64 and numbers can stand in a header")
}

fn refused(error: SignInRefused) -> Problem {
    match error {
        SignInRefused::Wrong => Problem::new(Kind::SignInFailed),
        SignInRefused::TooOften(wait) => Problem::with(Kind::TooManyRequests, error.to_string()).after(wait),
        SignInRefused::Busy => Problem::with(Kind::Overloaded, "try again in a few seconds"),
        SignInRefused::Store(error) => error.into(),
    }
}
