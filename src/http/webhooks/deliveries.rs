//! What became of each event that a webhook was to be told of: read, tried again, tried out.

use std::time::Instant;

use axum::extract::{Path, State};
use axum::response::Response;
use serde::Serialize;
use time::OffsetDateTime;
use utoipa::{IntoParams, ToSchema};

use super::no_such_webhook;
use crate::assign::bulk::shortened;
use crate::domain::webhook::{Delivery, DeliveryState};
use crate::http::admission::Admin;
use crate::http::editions::unkept;
use crate::http::params::{Asked, Given, Parameters};
use crate::http::problem::{Kind, Problem, ProblemDetails};
use crate::http::state::AppState;
use crate::store::hooks::DeliveryFilter;

const DEFAULT_LIMIT: u32 = 50;
const MAX_LIMIT: u32 = 500;

/// One event for one webhook.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Delivery)]
pub(crate) struct DeliveryDetail {
    /// The number of the event, by which the delivery is replayed.
    event: i64,
    #[schema(example = "report.accept")]
    kind: String,
    report: Option<String>,
    #[schema(value_type = DeliveryStateWord)]
    state: &'static str,
    /// How often it was tried.
    tries: i64,
    /// When it is tried again, while it waits.
    #[serde(with = "time::serde::rfc3339::option")]
    next_at: Option<OffsetDateTime>,
    #[serde(with = "time::serde::rfc3339::option")]
    last_at: Option<OffsetDateTime>,
    /// The HTTP status of the last try; null where there was no answer.
    last_status: Option<i64>,
    /// Why the last try failed.
    last_error: Option<String>,
}

#[derive(ToSchema)]
#[schema(as = DeliveryState, rename_all = "snake_case")]
#[expect(dead_code, reason = "read by the OpenAPI generator only")]
pub(crate) enum DeliveryStateWord {
    Waiting,
    Done,
    Dead,
}

impl DeliveryDetail {
    fn new(delivery: Delivery) -> DeliveryDetail {
        let event = delivery.event;
        DeliveryDetail {
            event: event.number,
            kind: event.kind,
            report: (!event.report.is_empty()).then_some(event.report),
            state: delivery.state.as_str(),
            tries: delivery.tries,
            next_at: delivery.next_at,
            last_at: delivery.last_at,
            last_status: delivery.last_status,
            last_error: delivery.last_error,
        }
    }
}

/// A page of deliveries.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DeliveryPage {
    deliveries: Vec<DeliveryDetail>,
    /// The `before` of the next page; null on the last one.
    next: Option<i64>,
}

/// Which deliveries are asked for.
#[derive(Debug)]
pub(crate) struct DeliveriesParameters {
    filter: DeliveryFilter,
    limit: u32,
}

impl Parameters for DeliveriesParameters {
    fn read(given: &mut Given) -> Option<DeliveriesParameters> {
        let state = given.optional("state", |text| {
            let known = || DeliveryState::ALL.map(DeliveryState::as_str).join(", ");
            let found = DeliveryState::ALL.into_iter().find(|state| state.as_str() == text);
            found.ok_or_else(|| format!("`{}` is none of: {}", shortened(text), known()))
        });
        let before = given.optional("before", |text| match text.parse() {
            Ok(number @ 0..) => Ok(number),
            _ => Err(format!("`{}` is not the number of an event", shortened(text))),
        });
        let limit = given.optional("limit", |text| match text.parse() {
            Ok(limit @ 1..=MAX_LIMIT) => Ok(limit),
            _ => Err(format!("`{}` is not a number from 1 to {MAX_LIMIT}", shortened(text))),
        });
        Some(DeliveriesParameters { filter: DeliveryFilter { state, before }, limit: limit.unwrap_or(DEFAULT_LIMIT) })
    }
}

/// The parameters as OpenAPI describes them.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "read by the OpenAPI generator only")]
pub(crate) struct DeliveriesParams {
    /// Only those that wait, are done, or were given up.
    #[param(nullable = false, value_type = Option<DeliveryStateWord>)]
    state: Option<String>,
    /// `next` of the page before.
    #[param(minimum = 0, nullable = false)]
    before: Option<i64>,
    /// How many at most; 50 without it.
    #[param(minimum = 1, maximum = 500, nullable = false)]
    limit: Option<u32>,
}

/// What a trial came to.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TrialResult {
    delivered: bool,
    /// The HTTP status; null where there was no answer.
    status: Option<u16>,
    /// Why it failed.
    error: Option<String>,
    milliseconds: u64,
}

/// Deliveries of a webhook, the latest event first
///
/// Those that are done are kept for 30 days.
#[utoipa::path(
    get, path = "/v1/webhooks/{id}/deliveries", tag = "events", operation_id = "deliveries", security(("key" = [])),
    params(("id" = String, Path, description = "The webhook's id"), DeliveriesParams),
    responses(
        (status = 200, description = "A page of deliveries", body = DeliveryPage),
        (status = 400, description = "A parameter is wrong", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 401, description = "No key, or one that does not hold", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 403, description = "The key may not do this", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 404, description = "There is no such webhook", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 503, description = "The store cannot be reached", body = ProblemDetails, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn list(
    State(state): State<AppState>,
    _admin: Admin,
    Path(id): Path<String>,
    Asked(asked): Asked<DeliveriesParameters>,
) -> Result<Response, Problem> {
    let store = state.live.store();
    store.webhook(&id).await?.ok_or_else(|| no_such_webhook(&id))?;
    let mut found = store.deliveries(&id, asked.filter, asked.limit + 1).await?;
    let more = found.len() > asked.limit as usize;
    found.truncate(asked.limit as usize);
    let next = found.last().filter(|_| more).map(|last| last.event.number);
    Ok(unkept(DeliveryPage { deliveries: found.into_iter().map(DeliveryDetail::new).collect(), next }))
}

/// Have a delivery tried again
///
/// Whether it was done or given up; as if for the first time.
#[utoipa::path(
    post, path = "/v1/webhooks/{id}/deliveries/{event}/replay", tag = "events", operation_id = "replayDelivery",
    security(("key" = [])),
    params(
        ("id" = String, Path, description = "The webhook's id"),
        ("event" = i64, Path, description = "The number of the event"),
    ),
    responses(
        (status = 200, description = "The delivery, which waits now", body = DeliveryDetail),
        (status = 401, description = "No key, or one that does not hold", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 403, description = "The key may not do this", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 404, description = "There is no such delivery", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 503, description = "The store cannot be reached", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 507, description = "The disk is full", body = ProblemDetails, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn replay(
    State(state): State<AppState>,
    Admin(caller): Admin,
    Path((id, event)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let none = || {
        let (id, event) = (shortened(&id), shortened(&event));
        Problem::with(Kind::NoSuchDelivery, format!("webhook `{id}` has no delivery of event `{event}`"))
    };
    let number: i64 = event.parse().map_err(|_| none())?;
    let store = state.live.store().acting_for(&caller);
    if !store.replay_delivery(&id, number, OffsetDateTime::now_utc()).await? {
        return Err(none());
    }
    let delivery = store.delivery(&id, number).await?.ok_or_else(none)?;
    Ok(unkept(DeliveryDetail::new(delivery)))
}

/// Try a webhook out
///
/// Sends a message that says nothing (`gridward.webhook.test`), now and once, and answers what came of it.
#[utoipa::path(
    post, path = "/v1/webhooks/{id}/test", tag = "events", operation_id = "tryWebhook", security(("key" = [])),
    params(("id" = String, Path, description = "The webhook's id")),
    responses(
        (status = 200, description = "What came of it", body = TrialResult),
        (status = 401, description = "No key, or one that does not hold", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 403, description = "The key may not do this", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 404, description = "There is no such webhook", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 503, description = "The store cannot be reached", body = ProblemDetails, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn try_out(
    State(state): State<AppState>,
    _admin: Admin,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let webhook = state.live.store().webhook(&id).await?.ok_or_else(|| no_such_webhook(&id))?;
    let begun = Instant::now();
    let outcome = state.courier.try_out(&webhook).await;
    let milliseconds = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
    Ok(unkept(match outcome {
        Ok(sent) => TrialResult { delivered: true, status: Some(sent.status), error: None, milliseconds },
        Err(failed) => {
            TrialResult { delivered: false, status: failed.status(), error: Some(failed.to_string()), milliseconds }
        }
    }))
}
