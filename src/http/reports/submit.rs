//! `POST /v1/reports` and `POST /v1/assign`: a report comes in, and where it would go.

use axum::extract::State;
use axum::http::header::{ETAG, LOCATION};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use utoipa::ToSchema;

use super::wire::{AssignmentDetail, ReportDetail};
use super::{etag, token};
use crate::assign::bulk::shortened;
use crate::assign::desk::{NotTaken, Taken};
use crate::assign::intake::{MAX_KEY_CHARS, Sender, Submission};
use crate::domain::assignment::PositionSource;
use crate::domain::caller::Caller;
use crate::domain::report::{Actor, Reporter};
use crate::http::editions::unkept;
use crate::http::fields::{Body, Fields};
use crate::http::locate::{Crs, crs};
use crate::http::params::moment;
use crate::http::phones::Phones;
use crate::http::problem::{FieldError, Kind, Problem, ProblemDetails};
use crate::http::state::AppState;
use crate::store::reports::SenderKeyKind;

pub(crate) const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
pub(crate) const IDEMPOTENCY_REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// A report as it is sent.
#[derive(ToSchema)]
#[schema(as = NewReport)]
#[expect(dead_code, reason = "read by the OpenAPI generator only")]
pub(crate) struct NewReportWord {
    /// One of the codes of `/v1/categories`.
    #[schema(example = "sanitation")]
    category: String,
    #[schema(min_length = 1, max_length = 5000, example = "路边垃圾未清运")]
    description: String,
    /// Degrees, in `crs`.
    #[schema(minimum = -180, maximum = 180, example = 116.9)]
    lon: f64,
    #[schema(minimum = -90, maximum = 90, example = 30.8)]
    lat: f64,
    #[schema(inline, nullable = true)]
    crs: Option<Crs>,
    /// Radius in metres of the circle that the true place lies in.
    #[schema(minimum = 0, maximum = 100000, nullable = true)]
    accuracy: Option<f64>,
    /// How the position was got. `fuzzy` is never assigned without a person.
    #[schema(inline, nullable = true)]
    source: Option<SourceWord>,
    #[schema(format = DateTime, nullable = true)]
    occurred_at: Option<String>,
    #[schema(inline, nullable = true)]
    reporter: Option<ReporterWord>,
    /// Its number in the system that sends it; unique for each key.
    #[schema(max_length = 255, nullable = true)]
    external_id: Option<String>,
}

#[derive(ToSchema)]
#[schema(rename_all = "lowercase")]
#[expect(dead_code, reason = "read by the OpenAPI generator only")]
pub(crate) enum SourceWord {
    Device,
    Map,
    Address,
    Fuzzy,
}

#[derive(ToSchema)]
#[expect(dead_code, reason = "read by the OpenAPI generator only")]
pub(crate) struct ReporterWord {
    #[schema(max_length = 100, nullable = true)]
    name: Option<String>,
    #[schema(max_length = 40, nullable = true)]
    phone: Option<String>,
}

/// Reads a report's fields.
pub(crate) fn submission(fields: &mut Fields) -> Option<Submission> {
    let category = fields.required("category", Fields::text);
    let description = fields.required("description", Fields::text);
    let lon = fields.required("lon", Fields::number);
    let lat = fields.required("lat", Fields::number);
    let crs = fields.parsed("crs", crs);
    let accuracy_m = fields.number("accuracy");
    let source = fields.parsed("source", source);
    let occurred_at = fields.parsed("occurred_at", moment);
    let reporter =
        fields.object("reporter", |fields| Reporter { name: fields.text("name"), phone: fields.text("phone") });
    let external_id = fields.text("external_id");
    Some(Submission {
        category: category?,
        description: description?,
        lon: lon?,
        lat: lat?,
        crs: crs.unwrap_or_default(),
        accuracy_m,
        source,
        occurred_at,
        reporter: reporter.unwrap_or_default(),
        external_id,
    })
}

pub(crate) fn source(text: &str) -> Result<PositionSource, String> {
    let found = PositionSource::ALL.into_iter().find(|source| source.as_str() == text);
    let known = || PositionSource::ALL.map(PositionSource::as_str).join(", ");
    found.ok_or_else(|| format!("`{}` is none of: {}", shortened(text), known()))
}

pub(crate) fn not_taken(error: NotTaken) -> Problem {
    match error {
        NotTaken::Fields(faults) => Problem::parameters(
            faults.into_iter().map(|fault| FieldError { field: fault.field.into(), message: fault.message }).collect(),
        ),
        NotTaken::KeyTaken(SenderKeyKind::Idempotency, id) => Problem::with(
            Kind::KeyReused,
            format!("report {id} was sent under this key with another content; a new report needs a new key"),
        ),
        NotTaken::KeyTaken(SenderKeyKind::External, id) => {
            Problem::with(Kind::ExternalIdTaken, format!("report {id} has this external_id and another content"))
        }
        NotTaken::NothingPublished => Problem::new(Kind::NothingPublished),
        NotTaken::Store(error) => error.into(),
    }
}

/// The key that the header names.
pub(crate) fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let mut values = headers.get_all(IDEMPOTENCY_KEY).iter();
    let Some(value) = values.next() else { return Ok(None) };
    let text = value.to_str().ok().map(|text| text.trim().trim_matches('"')).filter(|_| values.next().is_none());
    match text {
        Some(text) if !text.is_empty() && text.chars().count() <= MAX_KEY_CHARS => Ok(Some(text.to_owned())),
        _ => Err(Problem::parameter(
            "Idempotency-Key",
            format!("has to be one text of 1 to {MAX_KEY_CHARS} ASCII letters"),
        )),
    }
}

/// Report something
///
/// Anybody may; a report without a key is answered with a `token`, by which its sender can look at it later. It is
/// answered when it is durable: with `Idempotency-Key` it can be sent again until an answer comes, and is kept once.
#[utoipa::path(
    post, path = "/v1/reports", tag = "reports", operation_id = "report", security((), ("key" = [])),
    params(("Idempotency-Key" = Option<String>, Header, description = "A text of the sender's own choice, at best a random one")),
    request_body(content = NewReportWord, content_type = "application/json"),
    responses(
        (status = 201, description = "The report, and where it went", body = ReportDetail),
        (status = 400, description = "A field is wrong", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 401, description = "The key does not hold", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 409, description = "Another report was sent with this `external_id`", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 413, description = "Too large", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 415, description = "No JSON", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 422, description = "Something else was sent under this `Idempotency-Key`", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 503, description = "The store cannot be reached, or no edition is in force", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 507, description = "The disk is full", body = ProblemDetails, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn submit(
    State(state): State<AppState>,
    caller: Caller,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let idempotency_key = idempotency_key(&headers)?;
    let mut fields = body.fields()?;
    let submission = submission(&mut fields);
    let submission = fields.end(submission)?;
    let sender = Sender { actor: Actor::of(&caller), idempotency_key };
    let taken = state.desk.take(submission, sender).await.map_err(not_taken)?;
    let report = taken.report();
    let mut detail = ReportDetail::new(report, &caller, &mut Phones::masked());
    if caller.is_nobody() {
        detail = detail.with_token(token(&state, &report.id).await?);
    }
    let mut response = (StatusCode::CREATED, unkept(detail)).into_response();
    let location = HeaderValue::try_from(format!("/v1/reports/{}", report.id)).map_err(Problem::internal)?;
    response.headers_mut().insert(LOCATION, location);
    response.headers_mut().insert(ETAG, etag(report.version));
    if let Taken::Again(_) = taken {
        response.headers_mut().insert(IDEMPOTENCY_REPLAYED, HeaderValue::from_static("true"));
    }
    Ok(response)
}

/// Where a report would go
///
/// Decides as for a report, and keeps nothing.
#[utoipa::path(
    post, path = "/v1/assign", tag = "reports", operation_id = "assign", security((), ("key" = [])),
    request_body(content = NewReportWord, content_type = "application/json"),
    responses(
        (status = 200, description = "The decision", body = AssignmentDetail),
        (status = 400, description = "A field is wrong", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 401, description = "The key does not hold", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 413, description = "Too large", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 415, description = "No JSON", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 503, description = "No edition is in force", body = ProblemDetails, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn assign(State(state): State<AppState>, _caller: Caller, body: Body) -> Result<Response, Problem> {
    let mut fields = body.fields()?;
    let submission = submission(&mut fields);
    let submission = fields.end(submission)?;
    let assignment = state.desk.decide(&submission).await.map_err(not_taken)?;
    Ok(unkept(AssignmentDetail::new(&assignment, &mut Phones::masked().at(&assignment, None))))
}
