//! `/healthz` (the process), `/readyz` (whether questions are answered), `/metrics` (Prometheus).

use std::sync::OnceLock;

use axum::Json;
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use serde::Serialize;
use utoipa::ToSchema;

use super::state::AppState;

const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");

/// Seconds; lookups take microseconds, tiles milliseconds.
const DURATION_BUCKETS: [f64; 10] = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.05, 0.1, 0.5, 2.5, 10.0];

/// Whether the process lives.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Health {
    #[schema(example = "ok")]
    status: &'static str,
    /// Of the program.
    version: &'static str,
}

/// Whether questions are answered.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Readiness {
    status: ReadyStatus,
    /// Name of the edition in force.
    edition: Option<String>,
    /// Of the store's content that is served.
    revision: Option<i64>,
    store: StoreStatus,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum ReadyStatus {
    /// An edition is served and the store is reachable.
    Ready,
    /// An edition is served, but it may be old: the store cannot be reached.
    Degraded,
    /// No edition is served.
    NotReady,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum StoreStatus {
    Reachable,
    Unreachable,
}

/// Whether the process lives
#[utoipa::path(
    get, path = "/healthz", tag = "operation", operation_id = "healthz",
    responses((status = 200, description = "It lives", body = Health))
)]
pub(crate) async fn healthz() -> Response {
    let health = Health { status: "ok", version: env!("CARGO_PKG_VERSION") };
    ([(CACHE_CONTROL, NO_STORE)], Json(health)).into_response()
}

/// Whether questions are answered
///
/// `degraded` answers from the last edition it knows while the store cannot be reached; it is still 200.
#[utoipa::path(
    get, path = "/readyz", tag = "operation", operation_id = "readyz",
    responses(
        (status = 200, description = "An edition is served", body = Readiness),
        (status = 503, description = "No edition is served", body = Readiness),
    )
)]
pub(crate) async fn readyz(State(state): State<AppState>) -> Response {
    let known = state.live.status();
    let store = if known.last_error.is_none() { StoreStatus::Reachable } else { StoreStatus::Unreachable };
    let (code, status) = match (&known.edition, store) {
        (None, _) => (StatusCode::SERVICE_UNAVAILABLE, ReadyStatus::NotReady),
        (Some(_), StoreStatus::Reachable) => (StatusCode::OK, ReadyStatus::Ready),
        (Some(_), StoreStatus::Unreachable) => (StatusCode::OK, ReadyStatus::Degraded),
    };
    let readiness = Readiness { status, edition: known.edition, revision: known.revision, store };
    (code, [(CACHE_CONTROL, NO_STORE)], Json(readiness)).into_response()
}

/// Figures for Prometheus
#[utoipa::path(
    get, path = "/metrics", tag = "operation", operation_id = "metrics",
    responses((status = 200, description = "Prometheus text format", body = String, content_type = "text/plain"))
)]
pub(crate) async fn metrics() -> Response {
    let text = recorder().render();
    let media = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
    ([(CONTENT_TYPE, media), (CACHE_CONTROL, NO_STORE)], text).into_response()
}

/// The process's recorder, installed by the first call. Where another program that uses this library has one already,
/// ours stays empty.
pub(crate) fn recorder() -> &'static PrometheusHandle {
    static RECORDER: OnceLock<PrometheusHandle> = OnceLock::new();
    RECORDER.get_or_init(|| {
        let buckets = Matcher::Full("gridward_http_seconds".to_owned());
        let recorder = PrometheusBuilder::new()
            .set_buckets_for_metric(buckets, &DURATION_BUCKETS)
            .expect("the list of buckets is not empty")
            .build_recorder();
        let handle = recorder.handle();
        if metrics::set_global_recorder(recorder).is_err() {
            tracing::warn!("another metrics recorder is installed; /metrics stays empty");
        }
        handle
    })
}
