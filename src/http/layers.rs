//! What every request passes through: a request id, a log line and figures, bounds, and headers that browsers heed.
//!
//! A log line has the route, never the path or the query: those hold places and names.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use axum::extract::{MatchedPath, Request, State};
use axum::http::header::{
    ACCEPT, ALLOW, AUTHORIZATION, CONTENT_LENGTH, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, IF_MATCH, IF_NONE_MATCH,
    LOCATION, REFERRER_POLICY, RETRY_AFTER, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderName, HeaderValue, Method};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tokio::sync::Semaphore;
use tower_http::cors::{Any, CorsLayer};
use tracing::Instrument;

use super::limits;
use super::problem::{Kind, Problem, dressed};
use super::reports::submit::{IDEMPOTENCY_KEY, IDEMPOTENCY_REPLAYED};
use super::state::{AppState, Settings};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

/// Longer ids, and ids with other characters than these, are replaced by our own: they end up in logs.
const MAX_ID_BYTES: usize = 64;

/// Gives the request an id, and tells the log and the figures how it went.
pub(crate) async fn observe(mut request: Request, next: Next) -> Response {
    let id = request_id(&request);
    request.headers_mut().insert(REQUEST_ID, id.clone());
    let route = request.extensions().get::<MatchedPath>().map_or("none", MatchedPath::as_str).to_owned();
    let method = known_method(request.method());
    let span = tracing::info_span!("request", id = id.to_str().unwrap_or_default(), method, route);
    let begun = Instant::now();
    let mut response = dressed(next.run(request).instrument(span.clone()).await);
    let seconds = begun.elapsed().as_secs_f64();
    let status = response.status().as_u16();
    span.in_scope(|| tracing::debug!(status, milliseconds = seconds * 1e3, "answered"));
    metrics::counter!("gridward_http_requests_total", "method" => method, "route" => route.clone(), "status" => status.to_string())
        .increment(1);
    metrics::histogram!("gridward_http_seconds", "method" => method, "route" => route).record(seconds);
    response.headers_mut().insert(REQUEST_ID, id);
    response
}

/// The client's id where it can stand in a log, or a new one.
fn request_id(request: &Request) -> HeaderValue {
    let is_fit = |id: &&HeaderValue| {
        let bytes = id.as_bytes();
        let fit = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.:".contains(byte);
        !bytes.is_empty() && bytes.len() <= MAX_ID_BYTES && bytes.iter().all(fit)
    };
    request.headers().get(REQUEST_ID).filter(is_fit).cloned().unwrap_or_else(new_id)
}

/// Unlike any other of this process, and hardly like one of another.
fn new_id() -> HeaderValue {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_micros());
    let text = format!("{now:x}-{:x}-{number:x}", std::process::id());
    HeaderValue::from_str(&text).expect("hexadecimal digits can stand in a header")
}

/// A word for the figures: clients may send any other, without end.
fn known_method(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

/// How many requests may be worked on, and how many are.
#[derive(Clone, Debug)]
pub(crate) struct Places(Arc<Semaphore>);

impl Places {
    pub(crate) fn new(settings: &Settings) -> Places {
        Places(Arc::new(Semaphore::new(settings.max_requests)))
    }
}

/// Turns requests away when too many are worked on.
pub(crate) async fn crowd(State(places): State<Places>, request: Request, next: Next) -> Response {
    match places.0.try_acquire() {
        Ok(_place) => next.run(request).await,
        Err(_) => Problem::with(Kind::Overloaded, "try again in a few seconds").into_response(),
    }
}

/// Bounds time and size of everything but batches, which have bounds of their own.
pub(crate) async fn bound(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let length = request.headers().get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    let max_bytes = state.settings.max_body_bytes;
    if length.is_some_and(|length| length > max_bytes) {
        return Problem::with(Kind::PayloadTooLarge, format!("at most {max_bytes} bytes are taken here"))
            .into_response();
    }
    let limit = state.settings.request_timeout;
    match tokio::time::timeout(limit, next.run(request)).await {
        Ok(response) => response,
        Err(_) => {
            let detail = format!("it was given up after {} s; ask for less at a time", limit.as_secs_f32());
            Problem::with(Kind::TimedOut, detail).into_response()
        }
    }
}

/// Any page may ask, without credentials: what a browser would add by itself opens nothing here, and a key is sent only by
/// a page that was given it.
pub(crate) fn cors() -> CorsLayer {
    CorsLayer::new()
        .allow_origin(Any)
        .allow_methods([Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::DELETE])
        .allow_headers([
            ACCEPT,
            AUTHORIZATION,
            CONTENT_TYPE,
            IF_MATCH,
            IF_NONE_MATCH,
            IDEMPOTENCY_KEY,
            REQUEST_ID,
            LAST_EVENT_ID,
        ])
        .expose_headers([
            ALLOW,
            ETAG,
            LOCATION,
            RETRY_AFTER,
            IDEMPOTENCY_REPLAYED,
            REQUEST_ID,
            limits::LIMIT,
            limits::POLICY,
        ])
        .max_age(std::time::Duration::from_secs(86_400))
}

/// Headers that keep browsers from guessing and from telling others where a reader looked.
pub(crate) async fn guard(request: Request, next: Next) -> Response {
    let is_docs = request.uri().path().starts_with("/docs");
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    if !headers.contains_key(CONTENT_SECURITY_POLICY) {
        let policy = if is_docs {
            "default-src 'none'; script-src 'self'; connect-src 'self'; img-src 'self' data:; \
             style-src 'self' 'unsafe-inline'; font-src 'self'; base-uri 'none'; frame-ancestors 'self'"
        } else {
            "default-src 'none'; frame-ancestors 'none'"
        };
        headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    }
    response
}
