//! Open311 GeoReport v2 under `/open311/v2/`: reports for programs that know that standard and not ours. `docs/open311.md`
//! says what is told to whom, and why.
//!
//! Handlers answer problems like all others; [`speak`] words them as GeoReport has it.

mod requests;
mod services;
mod submit;
mod wire;
mod wording;

use axum::Router;
use axum::extract::Request;
use axum::http::header::{CACHE_CONTROL, CONTENT_ENCODING, CONTENT_LENGTH, VARY};
use axum::http::{HeaderMap, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use axum::routing::get;
use utoipa::OpenApi;
use utoipa::openapi::path::Operation;
use utoipa::openapi::{ContentBuilder, Ref, RefOr, ResponseBuilder};

use self::wording::Wording;
use super::admission::by_text;
use super::origin::Origin;
use super::problem::{Kind, Problem, dressed};
use super::state::AppState;
use crate::domain::caller::Caller;

/// Every address below it speaks GeoReport.
pub(crate) const BELOW: &str = "/open311/";

/// What there is. The format is the end of the last segment, or none, and so routes and paths differ.
#[derive(OpenApi)]
#[openapi(
    tags((name = "open311", description = "Open311 GeoReport v2, in XML and JSON")),
    paths(
        services::discovery, services::list, services::definition, requests::list, requests::one, requests::token,
        submit::submit,
    ),
    components(schemas(wire::Error)),
)]
pub(crate) struct Described;

pub(crate) fn routes() -> Router<AppState> {
    let mut router = Router::new();
    for ending in ["", ".json", ".xml"] {
        router = router
            .route(&format!("/open311/v2/discovery{ending}"), get(services::discovery))
            .route(&format!("/open311/v2/services{ending}"), get(services::list))
            .route(&format!("/open311/v2/requests{ending}"), get(requests::list).post(submit::submit));
    }
    router
        .route("/open311/v2/services/{code}", get(services::definition))
        .route("/open311/v2/requests/{id}", get(requests::one))
        .route("/open311/v2/tokens/{token}", get(requests::token))
}

/// Words every problem below [`BELOW`] as GeoReport has it, wherever it came from.
pub(crate) async fn speak(request: Request, next: Next) -> Response {
    if !request.uri().path().starts_with(BELOW) {
        return next.run(request).await;
    }
    let wording = Wording::asked(request.uri().path(), request.headers());
    let response = dressed(next.run(request).await);
    let Some(problem) = response.extensions().get::<Problem>().cloned() else { return response };
    // A wrong key is 403 there, and no other error has a status of its own: ours say more than 400 would.
    let kind = if problem.kind() == Kind::Unauthenticated { Kind::Forbidden } else { problem.kind() };
    let code = kind.status().as_u16();
    let errors: Vec<wire::Error> =
        problem.sentences().into_iter().map(|description| wire::Error { code, description }).collect();
    let (worded, body) = wording.write("errors", &errors).into_parts();
    let (mut parts, _) = response.into_parts();
    parts.status = kind.status();
    parts.headers.remove(CONTENT_LENGTH);
    parts.headers.remove(CONTENT_ENCODING);
    parts.headers.extend(worded.headers);
    Response::from_parts(parts, body)
}

/// Whether an answer is in a form of ours, whatever its status.
pub(crate) fn is_worded(media: &HeaderValue) -> bool {
    media == wording::XML || media == wording::JSON
}

/// Tells OpenAPI of the errors that every operation has.
pub(crate) fn describe_errors(operation: &mut Operation) {
    let errors = [
        (Kind::BadParameter, "An argument is wrong"),
        (Kind::Forbidden, "The key does not hold"),
        (Kind::NoSuchPath, "There is no such thing"),
        (Kind::TooManyRequests, "Too many requests"),
        (Kind::StoreUnavailable, "The store cannot be reached, or no edition is in force"),
    ];
    for (kind, description) in errors {
        operation.responses.responses.entry(kind.status().as_u16().to_string()).or_insert_with(|| {
            let errors = Ref::from_schema_name("Open311Error").to_array_builder().build();
            let json = ContentBuilder::new().schema(Some(errors)).build();
            let response = ResponseBuilder::new().description(description).content(wording::JSON_TYPE, json);
            RefOr::T(response.content(wording::XML_TYPE, ContentBuilder::new().build()).build())
        });
    }
}

/// Who asks: whoever has the `api_key`, where there is one.
async fn asking(state: &AppState, caller: Caller, origin: Origin, api_key: Option<&str>) -> Result<Caller, Problem> {
    let Some(text) = api_key else { return Ok(caller) };
    if let Some(wait) = state.limits.keys_refused(origin.address) {
        return Err(Problem::new(Kind::TooManyRequests).after(wait));
    }
    let known = by_text(text, origin, state).await;
    if known.is_err() {
        state.limits.count_wrong_key(origin.address);
    }
    known
}

/// A path's last part without the format.
fn without_ending(segment: &str) -> &str {
    segment.strip_suffix(".json").or(segment.strip_suffix(".xml")).unwrap_or(segment)
}

/// What a client calls this address.
fn base(headers: &HeaderMap) -> String {
    format!("{}/open311/v2", super::tiles::origin(headers))
}

/// An answer that no cache keeps.
fn answer(wording: Wording, root: &'static str, body: &impl serde::Serialize) -> Response {
    let mut response = wording.write(root, body);
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response.headers_mut().insert(VARY, HeaderValue::from_static("accept"));
    response
}
