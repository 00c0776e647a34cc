//! The service on a store with the demo town in force since a day, and another edition in force before: one square.

use std::future::Future;
use std::sync::{Arc, LazyLock, Mutex};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use gridward::http::{AppState, Settings, router};
use gridward::import::{Reading, demo, edition, roster};
use gridward::live::Live;
use gridward::store::Store;
use serde_json::Value;
use time::{Duration, OffsetDateTime};
use tower::ServiceExt;

use crate::stores::TestStore;

/// The edition before the demo town.
pub const BEFORE: &str = "before";

const SQUARE: &str = r#"{"type":"Feature","properties":{"code":"old","name":"旧村","tier":1},"geometry":
{"type":"Polygon","coordinates":[[[116.8,30.7],[117.0,30.7],[117.0,30.9],[116.8,30.9],[116.8,30.7]]]}}"#;

/// One runtime for all tests: the store's connections live on it.
static RUNTIME: LazyLock<tokio::runtime::Runtime> = LazyLock::new(|| tokio::runtime::Runtime::new().unwrap());

static TOWN: LazyLock<AppState> = LazyLock::new(|| {
    RUNTIME.block_on(async { AppState::new(Live::open(town_store().await).await.unwrap(), Settings::default()) })
});

/// A store with the two editions, for a test that changes it.
pub async fn town_store() -> Arc<dyn Store> {
    let store = empty_store().await;
    publish(&*store, BEFORE, SQUARE.replace('\n', "").as_bytes(), Duration::days(1000)).await;
    let roster = roster::read(demo::ROSTER).unwrap();
    store.replace_roster(&roster.entries, Some(OffsetDateTime::now_utc() - Duration::days(1))).await.unwrap();
    publish(&*store, demo::EDITION, demo::GRIDS, Duration::days(1)).await;
    store
}

/// A store that outlives the tests, for they share it; of the kind that `GRIDWARD_TEST_STORE` asks for.
pub async fn empty_store() -> Arc<dyn Store> {
    static KEPT: Mutex<Vec<TestStore>> = Mutex::new(Vec::new());
    let place = TestStore::any();
    let store = place.open().await;
    KEPT.lock().unwrap().push(place);
    store
}

pub async fn publish(store: &dyn Store, name: &str, features: &[u8], since: Duration) {
    let mut reading = Reading::default();
    reading.read_geojson(name, features);
    assert_eq!(reading.faults, []);
    let mut checked = edition::check(reading, false, &[], Vec::new()).await;
    edition::save_draft(store, Some(name.into()), name.into(), &mut checked).await.unwrap();
    edition::publish(store, name, Some(OffsetDateTime::now_utc() - since), &[]).await.unwrap();
}

pub fn run<T>(test: impl Future<Output = T>) -> T {
    // Before, not inside: whoever asks for the town first has it made, on the same runtime.
    LazyLock::force(&TOWN);
    RUNTIME.block_on(test)
}

pub fn state() -> AppState {
    TOWN.clone()
}

/// The town's service.
pub fn town() -> Router {
    router(state())
}

/// A service whose store holds nothing.
pub async fn nothing() -> Router {
    router(AppState::new(Live::open(empty_store().await).await.unwrap(), Settings::default()))
}

/// What was answered.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// Asserts that this is a problem in every respect, and answers its `type` without what all have in common.
    #[track_caller]
    pub fn problem(&self, status: u16) -> String {
        assert_eq!(self.status, status, "{}", self.text());
        assert_eq!(self.header("content-type"), "application/problem+json");
        let problem = self.json();
        assert_eq!(problem["status"], status);
        assert!(problem["title"].as_str().unwrap().contains(" · "), "{problem}");
        problem["type"].as_str().unwrap().strip_prefix("urn:gridward:problem:").unwrap().to_owned()
    }

    /// The fields that a problem names.
    #[track_caller]
    pub fn fields(&self) -> Vec<String> {
        let problem = self.json();
        let errors = problem["errors"].as_array().unwrap();
        errors.iter().map(|error| error["field"].as_str().unwrap().to_owned()).collect()
    }
}

/// Asks a service.
pub async fn ask(
    service: &Router,
    method: Method,
    uri: &str,
    headers: &[(&str, &str)],
    body: impl Into<Body>,
) -> Answer {
    let mut request = Request::builder().method(method).uri(uri).header(header::HOST, "town.example:8080");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = service.clone().oneshot(request.body(body.into()).unwrap()).await.unwrap();
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap().to_vec();
    Answer { status: parts.status, headers: parts.headers, body }
}

/// `GET` on the town.
pub fn get(uri: &str) -> Answer {
    get_with(uri, &[])
}

/// `GET` on the town with headers.
pub fn get_with(uri: &str, headers: &[(&str, &str)]) -> Answer {
    run(ask(&town(), Method::GET, uri, headers, Body::empty()))
}

/// A place well inside a grid of tier 3, with its code.
pub fn somewhere() -> (f64, f64, String) {
    let page = get("/v1/grids?tier=3&limit=1").json();
    let grid = &page["grids"][0];
    let label = |at: usize| grid["label"][at].as_f64().unwrap();
    (label(0), label(1), grid["code"].as_str().unwrap().to_owned())
}
