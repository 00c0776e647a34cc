//! `GET /v1/events`: what happened to reports and editions, as a page to catch up by, or as a stream to follow.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::header::ACCEPT;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::response::sse;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::value::RawValue;
use time::OffsetDateTime;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::Instant;
use utoipa::{IntoParams, ToSchema};

use super::editions::unkept;
use super::negotiate::media_quality;
use super::params::{Asked, Given, Parameters};
use super::problem::{Kind, Problem, ProblemDetails};
use super::state::AppState;
use crate::assign::bulk::shortened;
use crate::domain::caller::{Caller, Via};
use crate::domain::key::Right;
use crate::domain::report::{Actor, Event};
use crate::outbox::Outbox;

const DEFAULT_LIMIT: usize = 100;
const MAX_LIMIT: usize = 1_000;
/// Events that are looked through for one page: most may be nothing for the caller.
const MAX_LOOKED_THROUGH: usize = 5_000;
const PAGE: u32 = 500;

const HEARTBEAT: Duration = Duration::from_secs(15);
/// A stream ends after so long, and its reader comes again with what it is allowed by then.
const MAX_STREAM: Duration = Duration::from_secs(600);
const COME_AGAIN: Duration = Duration::from_secs(2);
const STORE_AWAY: Duration = Duration::from_secs(1);

const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

/// Something that happened.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Event)]
pub(crate) struct EventDetail<'a> {
    /// Counted from 1 without a gap, in the order in which it became durable.
    #[schema(minimum = 1)]
    number: i64,
    /// `report.` and what was done, `edition.published`, `edition.put_in_force` or `edition.withdrawn`.
    #[schema(example = "report.accept")]
    kind: &'a str,
    #[serde(with = "time::serde::rfc3339")]
    at: OffsetDateTime,
    /// The id of the report; null of an edition.
    report: Option<&'a str>,
    /// The number of the step in the report's history.
    step: Option<i64>,
    /// Where the report stands after it, or which edition it is. Nothing in it is personal.
    #[schema(value_type = Object)]
    data: &'a RawValue,
}

impl EventDetail<'_> {
    fn of(event: &Event) -> Result<EventDetail<'_>, Problem> {
        let of_report = !event.report.is_empty();
        Ok(EventDetail {
            number: event.number,
            kind: &event.kind,
            at: event.at,
            report: of_report.then_some(&*event.report),
            step: of_report.then_some(event.step),
            data: serde_json::from_str(&event.data).map_err(Problem::internal)?,
        })
    }
}

/// A page of events.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = EventPage)]
pub(crate) struct EventPage<'a> {
    events: Vec<EventDetail<'a>>,
    /// The `after` of the next page: the last number that was looked at. Where it is the `after` that was asked for, nothing
    /// more has happened.
    next: i64,
}

/// From where on events are asked for.
#[derive(Debug)]
pub(crate) struct EventsParameters {
    after: Option<i64>,
    last_event_id: Option<i64>,
    limit: usize,
}

impl Parameters for EventsParameters {
    fn read(given: &mut Given) -> Option<EventsParameters> {
        let after = given.optional("after", event_number);
        let last_event_id = given.optional("last_event_id", event_number);
        let limit = given.optional("limit", |text| match text.parse() {
            Ok(limit @ 1..=MAX_LIMIT) => Ok(limit),
            _ => Err(format!("`{}` is not a number from 1 to {MAX_LIMIT}", shortened(text))),
        });
        Some(EventsParameters { after, last_event_id, limit: limit.unwrap_or(DEFAULT_LIMIT) })
    }
}

fn event_number(text: &str) -> Result<i64, String> {
    match text.trim().parse() {
        Ok(number @ 0..) => Ok(number),
        _ => Err(format!("`{}` is not the number of an event", shortened(text))),
    }
}

/// The parameters as OpenAPI describes them.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "read by the OpenAPI generator only")]
pub(crate) struct EventsParams {
    /// Only events after this one; from the first on without it.
    #[param(minimum = 0, nullable = false)]
    after: Option<i64>,
    /// How many at most; 100 without it.
    #[param(minimum = 1, maximum = 1000, nullable = false)]
    limit: Option<u32>,
    /// Of a stream: the last event that was received, as the header `Last-Event-ID` says it.
    #[param(minimum = 0, nullable = false)]
    last_event_id: Option<i64>,
}

/// What happened: a page, or a stream
///
/// With `Accept: text/event-stream` a stream of server-sent events: `id` is the event's number, `event` its kind, and `data`
/// the same object as in a page. It begins after `Last-Event-ID`, or with what happens from now on. Leaders are told of their
/// grid and what is below, other systems of what they sent, dispatchers of all; editions are told to everybody.
#[utoipa::path(
    get, path = "/v1/events", tag = "events", operation_id = "events", security((), ("key" = [])),
    params(EventsParams, ("Last-Event-ID" = Option<i64>, Header, description = "Of a stream: the last event that was received")),
    responses(
        (status = 200, description = "A page of events, the earliest first", body = EventPage<'static>),
        (status = 400, description = "A parameter is wrong", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 401, description = "The key does not hold", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 406, description = "Neither form is accepted", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 503, description = "The store cannot be reached, or as many streams are open as there may be", body = ProblemDetails, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn events(
    State(state): State<AppState>,
    caller: Caller,
    headers: HeaderMap,
    Asked(asked): Asked<EventsParameters>,
) -> Result<Response, Problem> {
    let by_header = match headers.get(LAST_EVENT_ID) {
        None => None,
        Some(value) => {
            let read = event_number(value.to_str().unwrap_or_default());
            Some(read.map_err(|message| Problem::parameter("Last-Event-ID", message))?)
        }
    };
    let accepted = headers.get_all(ACCEPT);
    let quality = |media| media_quality(&accepted, media);
    let (json, stream) = (quality("application/json"), quality("text/event-stream"));
    if stream > json {
        return follow(&state, caller, by_header, &asked).await;
    }
    if json == 0 && headers.contains_key(ACCEPT) {
        let forms = "events come as application/json or as text/event-stream";
        return Err(Problem::with(Kind::NotAcceptable, forms));
    }
    page(&state, &caller, &asked).await
}

async fn page(state: &AppState, caller: &Caller, asked: &EventsParameters) -> Result<Response, Problem> {
    let (mut next, mut looked_through, mut found) = (asked.after.unwrap_or(0), 0, Vec::new());
    'looking: while looked_through < MAX_LOOKED_THROUGH {
        let events = state.live.store().events(next, PAGE).await?;
        let count = events.len();
        looked_through += count;
        for event in events {
            next = event.number;
            if may_see(caller, &event) {
                found.push(event);
            }
            if found.len() == asked.limit {
                break 'looking;
            }
        }
        if count < PAGE as usize {
            break;
        }
    }
    if looked_through == 0 {
        // Whoever is ahead, because a backup was put back, would pass over what comes.
        next = next.min(state.live.store().last_event().await?);
    }
    let events = found.iter().map(EventDetail::of).collect::<Result<Vec<_>, _>>()?;
    Ok(unkept(EventPage { events, next }))
}

/// Whether a caller is told of an event.
fn may_see(caller: &Caller, event: &Event) -> bool {
    let is_public = event.report.is_empty();
    let sent_it = || caller.may(Right::Report) && !caller.is_nobody() && event.origin == Actor::of(caller).origin();
    is_public || caller.may_at(Right::ReadReports, &event.grids) || sent_it()
}

async fn follow(
    state: &AppState,
    caller: Caller,
    by_header: Option<i64>,
    asked: &EventsParameters,
) -> Result<Response, Problem> {
    let full = || Problem::with(Kind::Overloaded, "as many streams are open as this service holds; ask for pages");
    let place = state.streams.clone().try_acquire_owned().map_err(|_| full())?;
    let last = state.live.store().last_event().await?;
    // A browser that comes again says in the header what it has by now; the parameter is what it began with. Nothing has
    // happened after the last event, whatever the client remembers of another store.
    let cursor = by_header.or(asked.last_event_id).or(asked.after).unwrap_or(last).min(last);
    let following = Following {
        outbox: state.outbox.clone(),
        caller,
        cursor,
        events: VecDeque::new(),
        next_beat: Instant::now() + HEARTBEAT,
        ends: Instant::now() + MAX_STREAM,
        _place: place,
    };
    // Without data no event is raised, but the browser keeps the number.
    let first = sse::Event::default().retry(COME_AGAIN).id(cursor.to_string());
    let rest = futures_util::stream::unfold(following, Following::next);
    let all = futures_util::StreamExt::chain(futures_util::stream::iter([Ok::<_, Infallible>(first)]), rest);
    let mut response = sse::Sse::new(all).into_response();
    // Proxies that gather an answer before they pass it on hold events back.
    response.headers_mut().insert("x-accel-buffering", HeaderValue::from_static("no"));
    response.headers_mut().insert("cache-control", HeaderValue::from_static("no-store"));
    Ok(response)
}

/// Somebody who follows.
struct Following {
    outbox: Outbox,
    caller: Caller,
    /// The last event that was looked at.
    cursor: i64,
    events: VecDeque<Arc<Event>>,
    next_beat: Instant,
    ends: Instant,
    _place: OwnedSemaphorePermit,
}

impl Following {
    async fn next(mut self) -> Option<(Result<sse::Event, Infallible>, Following)> {
        loop {
            if self.outbox.is_closed() || Instant::now() >= self.ends {
                return None;
            }
            while let Some(event) = self.events.pop_front() {
                self.cursor = event.number;
                if let Some(told) = self.told(&event) {
                    self.next_beat = Instant::now() + HEARTBEAT;
                    return Some((Ok(told), self));
                }
            }
            let more = async {
                self.outbox.until_after(self.cursor).await;
                self.outbox.after(self.cursor).await
            };
            match tokio::time::timeout_at(self.next_beat, more).await {
                Ok(Ok(events)) if !events.is_empty() => self.events = events.into(),
                Ok(_) => tokio::time::sleep(STORE_AWAY).await,
                Err(_) => {
                    if !self.still_holds().await {
                        return None;
                    }
                    self.next_beat = Instant::now() + HEARTBEAT;
                    // What was passed over need not be looked at again.
                    let beat = sse::Event::default().comment("").id(self.cursor.to_string());
                    return Some((Ok(beat), self));
                }
            }
        }
    }

    fn told(&self, event: &Event) -> Option<sse::Event> {
        if !may_see(&self.caller, event) {
            return None;
        }
        let detail = EventDetail::of(event).ok()?;
        let told = sse::Event::default().id(event.number.to_string()).event(&event.kind);
        told.json_data(detail).ok()
    }

    /// Whether the key or account that it was opened with is still good. A store that is away says nothing.
    async fn still_holds(&self) -> bool {
        let store = self.outbox.store();
        match self.caller.via {
            Via::Key => store
                .key(&self.caller.id)
                .await
                .map_or(true, |kept| kept.is_some_and(|kept| kept.key.revoked_at.is_none())),
            Via::Session => store
                .account(&self.caller.id)
                .await
                .map_or(true, |kept| kept.is_some_and(|kept| kept.account.disabled_at.is_none())),
            _ => true,
        }
    }
}
