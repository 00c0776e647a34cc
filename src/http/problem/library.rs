//! What libraries and panics say in their own words, as problems.

use axum::body::Body;
use axum::http::header::{ALLOW, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};

use super::{Kind, PROBLEM_JSON, Problem};
use crate::http::open311;

/// Turns an error that a library answered in its own words into a problem; everything else passes.
pub(crate) fn dressed(response: Response) -> Response {
    let status = response.status();
    let is_error = status.is_client_error() || status.is_server_error();
    // Libraries answer in plain text or with nothing; JSON is ours, as that of `/readyz`.
    let is_ours =
        |media: &HeaderValue| media == PROBLEM_JSON || media == "application/json" || open311::is_worded(media);
    if !is_error || response.headers().get(CONTENT_TYPE).is_some_and(is_ours) {
        return response;
    }
    let (mut parts, _) = response.into_parts();
    let (said, body) = Problem::new(Kind::of_status(status)).into_response().into_parts();
    parts.status = said.status;
    // The body is another one now: not as long, and not compressed.
    parts.headers.remove(CONTENT_LENGTH);
    parts.headers.remove(CONTENT_ENCODING);
    parts.headers.extend(said.headers);
    parts.extensions.extend(said.extensions);
    Response::from_parts(parts, body)
}

/// Says which methods are allowed where one is not. Outside of all else, for axum writes `Allow` after the layers of a route.
pub(crate) async fn with_methods(response: Response) -> Response {
    // Open311 says what is wrong in a form of its own.
    let is_problem = response.headers().get(CONTENT_TYPE).is_some_and(|media| media == PROBLEM_JSON);
    if response.status() != StatusCode::METHOD_NOT_ALLOWED || !is_problem {
        return response;
    }
    let Some(allowed) = response.headers().get(ALLOW).and_then(|allowed| allowed.to_str().ok()) else {
        return response;
    };
    let problem = Problem::with(Kind::MethodNotAllowed, format!("allowed here: {}", allowed.replace(',', ", ")));
    let (mut parts, _) = response.into_parts();
    parts.headers.remove(CONTENT_LENGTH);
    Response::from_parts(parts, problem.into_response().into_body())
}

/// A panic in a handler: the client learns that it was our fault, the log what it was.
pub(crate) fn of_panic(panic: Box<dyn std::any::Any + Send>) -> axum::http::Response<Body> {
    let cause = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    Problem::internal(format!("panic: {}", cause.unwrap_or("without a message"))).into_response()
}
