//! `GET /v1/editions` and `/v1/editions/{name}`: the editions, and when each is or was in force. Drafts are for
//! administrators only.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::header::CACHE_CONTROL;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::admission::Admin;
use super::params::{Asked, Nothing};
use super::problem::{Kind, Problem, ProblemDetails};
use super::state::AppState;
use crate::assign::bulk::shortened;
use crate::domain::caller::Caller;
use crate::domain::edition::{EditionInfo, EditionState, Publication, in_force, standing};
use crate::domain::key::Right;
use crate::domain::tier::Tier;
use crate::import::edition::{self, roll_back};
use crate::store::StoreError;

/// An edition without its grids.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EditionDetail {
    #[schema(example = "2026-01")]
    name: String,
    #[schema(value_type = EditionStateWord)]
    state: EditionState,
    /// The files it came from.
    source: String,
    #[serde(with = "time::serde::rfc3339")]
    created_at: OffsetDateTime,
    /// Codes of the errors that were accepted when it was published.
    #[schema(value_type = Vec<String>)]
    accepted: Vec<&'static str>,
    grids: GridCounts,
    /// West, south, east, north in degrees; null where nothing has a shape.
    #[schema(min_items = 4, max_items = 4)]
    bounds: Option<[f64; 4]>,
    /// Whether it is the one in force now.
    in_force: bool,
    /// Each time it was put in force, in the order that was decided, but for what was taken back.
    publications: Vec<PublicationDetail>,
}

#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
#[expect(dead_code, reason = "read by the OpenAPI generator only")]
pub(crate) enum EditionStateWord {
    Draft,
    Published,
}

/// How many grids there are in each tier.
#[derive(Debug, Serialize, ToSchema)]
struct GridCounts {
    tier1: u32,
    tier2: u32,
    tier3: u32,
}

/// From a moment on, until a later publication, an edition is in force.
#[derive(Debug, Serialize, ToSchema)]
struct PublicationDetail {
    #[serde(with = "time::serde::rfc3339")]
    in_force_from: OffsetDateTime,
    #[serde(with = "time::serde::rfc3339")]
    recorded_at: OffsetDateTime,
}

/// All editions that the caller may see, oldest first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Editions {
    editions: Vec<EditionDetail>,
}

impl EditionDetail {
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn new(info: EditionInfo, publications: &[Publication], now: OffsetDateTime) -> EditionDetail {
        let own = standing(publications).into_iter().filter(|publication| publication.edition == info.id);
        let detail = |publication: &Publication| PublicationDetail {
            in_force_from: publication.in_force_from,
            recorded_at: publication.recorded_at,
        };
        EditionDetail {
            state: info.state,
            in_force: in_force(publications, now) == Some(info.id),
            publications: own.map(detail).collect(),
            source: info.source,
            created_at: info.created_at,
            accepted: info.accepted.into_iter().map(|code| code.as_str()).collect(),
            grids: GridCounts {
                tier1: info.counts[Tier::One],
                tier2: info.counts[Tier::Two],
                tier3: info.counts[Tier::Three],
            },
            bounds: info.bounds,
            name: info.name,
        }
    }
}

/// An edition that the caller may see: a draft is nobody's business but an administrator's, so that for others it is
/// not there.
pub(super) async fn visible(state: &AppState, caller: &Caller, name: &str) -> Result<EditionInfo, Problem> {
    match state.live.store().edition(name).await {
        Ok(info) if info.state == EditionState::Published || caller.may(Right::Editions) => Ok(info),
        Ok(_) | Err(StoreError::NoSuchEdition(_)) => {
            let what = if caller.may(Right::Editions) { "edition" } else { "published edition" };
            Err(Problem::with(Kind::NoSuchEdition, format!("no {what} is called `{}`", shortened(name))))
        }
        Err(error) => Err(error.into()),
    }
}

/// Answers that depend on who asks, and on the moment, are kept nowhere.
pub(super) fn unkept(body: impl Serialize) -> Response {
    ([(CACHE_CONTROL, HeaderValue::from_static("no-store"))], Json(body)).into_response()
}

/// The editions, oldest first
///
/// Without a key those that were published; with an administrator's key drafts too.
#[utoipa::path(
    get, path = "/v1/editions", tag = "editions", operation_id = "editions", security((), ("key" = [])),
    responses(
        (status = 200, description = "The editions", body = Editions),
        (status = 400, description = "A parameter is wrong", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 401, description = "The key does not hold", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 503, description = "The store cannot be reached", body = ProblemDetails, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn list(
    State(state): State<AppState>,
    caller: Caller,
    Asked(Nothing): Asked<Nothing>,
) -> Result<Response, Problem> {
    let store = state.live.store();
    let (publications, now) = (store.publications().await?, OffsetDateTime::now_utc());
    let seen = |info: &EditionInfo| info.state == EditionState::Published || caller.may(Right::Editions);
    let all = store.editions().await?.into_iter().filter(seen);
    Ok(unkept(Editions { editions: all.map(|info| EditionDetail::new(info, &publications, now)).collect() }))
}

/// One edition
#[utoipa::path(
    get, path = "/v1/editions/{edition}", tag = "editions", operation_id = "edition", security((), ("key" = [])),
    params(("edition" = String, Path, description = "The edition's name")),
    responses(
        (status = 200, description = "The edition", body = EditionDetail),
        (status = 400, description = "A parameter is wrong", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 401, description = "The key does not hold", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 404, description = "There is no such edition", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 503, description = "The store cannot be reached", body = ProblemDetails, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn one(
    State(state): State<AppState>,
    caller: Caller,
    Path(name): Path<String>,
    Asked(Nothing): Asked<Nothing>,
) -> Result<Response, Problem> {
    let info = visible(&state, &caller, &name).await?;
    let publications = state.live.store().publications().await?;
    Ok(unkept(EditionDetail::new(info, &publications, OffsetDateTime::now_utc())))
}

/// Forget a draft
#[utoipa::path(
    delete, path = "/v1/editions/{edition}", tag = "editions", operation_id = "forgetDraft", security(("key" = [])),
    params(("edition" = String, Path, description = "The draft's name")),
    responses(
        (status = 204, description = "It is gone"),
        (status = 400, description = "A parameter is wrong", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 401, description = "No key, or one that does not hold", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 403, description = "The key may not do this", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 404, description = "There is no such edition", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 409, description = "The edition is published, and so it stays", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 503, description = "The store cannot be reached", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 507, description = "The disk is full", body = ProblemDetails, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn forget(
    State(state): State<AppState>,
    Admin(caller): Admin,
    Path(name): Path<String>,
    Asked(Nothing): Asked<Nothing>,
) -> Result<StatusCode, Problem> {
    let store = state.store_for(&caller);
    let draft = store.edition(&name).await?;
    store.discard_draft(draft.id).await?;
    tracing::info!(caller = caller.id, edition = draft.name, "a draft was forgotten");
    Ok(StatusCode::NO_CONTENT)
}

/// Take back what is scheduled for an edition
///
/// From each of its moments to come, the edition that would be in force without it stays so. Nothing is deleted, and it can
/// be scheduled again.
#[utoipa::path(
    post, path = "/v1/editions/{edition}/withdraw", tag = "editions", operation_id = "withdraw", security(("key" = [])),
    params(("edition" = String, Path, description = "The edition's name")),
    responses(
        (status = 200, description = "The edition as it stands now", body = EditionDetail),
        (status = 400, description = "A parameter is wrong", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 401, description = "No key, or one that does not hold", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 403, description = "The key may not do this", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 404, description = "There is no such edition", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 409, description = "It is not to come into force in place of another", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 503, description = "The store cannot be reached", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 507, description = "The disk is full", body = ProblemDetails, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn withdraw(
    State(state): State<AppState>,
    Admin(caller): Admin,
    Path(name): Path<String>,
    Asked(Nothing): Asked<Nothing>,
) -> Result<Response, Problem> {
    let store = state.store_for(&caller);
    let edition = store.edition(&name).await?;
    if edition::withdraw(&*store, edition.id).await?.is_empty() {
        let detail = format!("edition `{}` is not to come into force in place of another", edition.name);
        return Err(Problem::with(Kind::NothingScheduled, detail));
    }
    let _ = state.live.refresh().await;
    tracing::info!(caller = caller.id, edition = edition.name, "what was scheduled was taken back");
    let publications = store.publications().await?;
    Ok(unkept(EditionDetail::new(edition, &publications, OffsetDateTime::now_utc())))
}

/// Put the edition before the one in force in force again
///
/// Nothing is deleted, so a second rollback leads back to where the first one started.
#[utoipa::path(
    post, path = "/v1/rollback", tag = "editions", operation_id = "rollBack", security(("key" = [])),
    responses(
        (status = 200, description = "What is in force now", body = EditionDetail),
        (status = 400, description = "A parameter is wrong", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 401, description = "No key, or one that does not hold", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 403, description = "The key may not do this", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 409, description = "No other edition was in force before", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 503, description = "The store cannot be reached", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 507, description = "The disk is full", body = ProblemDetails, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn rollback(
    State(state): State<AppState>,
    Admin(caller): Admin,
    Asked(Nothing): Asked<Nothing>,
) -> Result<Response, Problem> {
    let store = state.store_for(&caller);
    let Some(edition) = roll_back(&*store).await? else {
        return Err(Problem::with(Kind::NothingBefore, "there is nothing to go back to"));
    };
    // This process answers from it at once; it is in force whether or not that succeeds.
    let _ = state.live.refresh().await;
    let (publications, all) = (store.publications().await?, store.editions().await?);
    let info =
        all.into_iter().find(|info| info.id == edition).ok_or_else(|| Problem::internal("an edition is gone"))?;
    tracing::info!(caller = caller.id, edition = info.name, "rolled back");
    Ok(unkept(EditionDetail::new(info, &publications, OffsetDateTime::now_utc())))
}
