//! `POST /v1/locate`: points of any number, read and answered as they come, in order, in the type they came in.
//!
//! One task reads the body, answers and hands the answers on through a short channel, so that no more than a few pieces
//! are in memory: a client that does not read its answers is not read from either.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::body::{Body, BodyDataStream};
use axum::extract::{Request, State};
use axum::http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::StreamExt;
use time::OffsetDateTime;
use tokio::sync::mpsc;
use tokio::time::timeout;
use tracing::Instrument;
use utoipa::{IntoParams, ToSchema};

use super::locate::{Crs, crs};
use super::params::{Asked, Given, Parameters, moment};
use super::problem::{Kind, Problem, ProblemDetails};
use super::state::{AppState, Settings};
use crate::assign::bulk::{Bulk, BulkError, BulkFormat};
use crate::geometry::crs::QueryCrs;

/// Answers wait here until the connection takes them.
const MAX_WAITING_PIECES: usize = 4;

/// How the points are to be read.
#[derive(Debug)]
pub(crate) struct BatchParameters {
    crs: QueryCrs,
    at: Option<OffsetDateTime>,
}

impl Parameters for BatchParameters {
    fn read(given: &mut Given) -> Option<BatchParameters> {
        let crs = given.optional("crs", crs);
        Some(BatchParameters { crs: crs.unwrap_or_default(), at: given.optional("at", moment) })
    }
}

/// The parameters as OpenAPI describes them.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "read by the OpenAPI generator only")]
pub(crate) struct BatchParams {
    /// The coordinate system of all points; `wgs84` without it.
    #[param(inline, nullable = false)]
    crs: Option<Crs>,
    /// Answer from the edition and the roster in force at that time (RFC 3339).
    #[param(format = DateTime, value_type = String, required = false, nullable = false)]
    at: Option<String>,
}

/// The JSON form of a batch.
#[derive(ToSchema)]
#[expect(dead_code, reason = "read by the OpenAPI generator only")]
pub(crate) struct Points {
    /// `[lon, lat]` each, or objects with `lon` and `lat` whose other members come back untouched.
    #[schema(value_type = Vec<Vec<f64>>, example = json!([[116.9, 30.8]]))]
    points: (),
}

/// The JSON form of a batch's answer.
#[derive(ToSchema)]
#[expect(dead_code, reason = "read by the OpenAPI generator only")]
pub(crate) struct BatchAnswer {
    /// Name of the edition that answered.
    edition: String,
    /// One for each point, in order.
    answers: Vec<BatchRow>,
    /// Why the answers end early, where they do.
    #[schema(required = false, nullable = false)]
    error: Option<String>,
}

/// One point's answer; an object's own members stand before these.
#[derive(ToSchema)]
#[expect(dead_code, reason = "read by the OpenAPI generator only")]
pub(crate) struct BatchRow {
    /// Code of the tier-1 grid; null outside.
    #[schema(required)]
    tier1: Option<String>,
    #[schema(required)]
    tier2: Option<String>,
    #[schema(required)]
    tier3: Option<String>,
    #[schema(required)]
    party_group: Option<String>,
    /// The leader's name.
    #[schema(required)]
    leader: Option<String>,
    /// What is wrong with this point; the others are answered.
    #[schema(required)]
    error: Option<String>,
}

/// Which grids hold many points, and who answers there
///
/// Any number of points, answered as they come and in order, in the type they came in. A bad row gets its error in its
/// place. A row is at most 1 MiB. When the points stop coming for 30 s, the answer breaks off.
#[utoipa::path(
    post, path = "/v1/locate", tag = "lookups", operation_id = "locateMany", params(BatchParams),
    request_body(
        content(
            (Points = "application/json"),
            (String = "application/x-ndjson", example = json!("{\"lon\":116.9,\"lat\":30.8}\n")),
            (String = "text/csv", example = json!("lon,lat\n116.9,30.8\n")),
        )
    ),
    responses(
        (status = 200, description = "The answers, in the type of the points", content(
            (BatchAnswer = "application/json"), (String = "application/x-ndjson"), (String = "text/csv")
        )),
        (status = 400, description = "A parameter is wrong", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 404, description = "No edition was in force `at` that time", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 408, description = "The points stopped coming", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 415, description = "Not a type of points", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 422, description = "The points cannot be read", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 503, description = "No edition is in force", body = ProblemDetails, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn locate_many(
    State(state): State<AppState>,
    Asked(asked): Asked<BatchParameters>,
    request: Request,
) -> Result<Response, Problem> {
    let (format, media_type) = format_of(request.headers())?;
    let snapshot = state.in_force_at(asked.at).await?;
    let (sender, mut pieces) = mpsc::channel(MAX_WAITING_PIECES);
    let run = Run {
        bulk: Bulk::new(snapshot, format, asked.crs),
        format,
        body: request.into_body().into_data_stream(),
        pieces: sender,
        out: Vec::new(),
        answering: false,
        whole: Arc::default(),
        settings: state.settings.clone(),
    };
    let whole = run.whole.clone();
    tokio::spawn(run.answer_to_the_end().in_current_span());
    // What is wrong with the beginning can still be said by the status.
    let first = match pieces.recv().await {
        Some(Ok(piece)) => Some(Ok(piece)),
        Some(Err(End(problem))) => return Err(problem),
        None if whole.load(Ordering::Acquire) => None,
        None => return Err(Problem::internal("a batch broke off")),
    };
    // No further piece is the end of the answer only where the run says that it got to the end.
    let rest = futures_util::stream::unfold(Some(pieces), move |pieces| {
        let whole = whole.clone();
        async move {
            let mut pieces = pieces?;
            match pieces.recv().await {
                Some(piece) => Some((piece, Some(pieces))),
                None if whole.load(Ordering::Acquire) => None,
                None => Some((Err(End(Problem::new(Kind::BodyTimeout))), None)),
            }
        }
    });
    let answers = futures_util::stream::iter(first).chain(rest);
    Ok(([(CONTENT_TYPE, HeaderValue::from_static(media_type))], Body::from_stream(answers)).into_response())
}

/// The format that the headers announce, and the media type of its answer.
fn format_of(headers: &HeaderMap) -> Result<(BulkFormat, &'static str), Problem> {
    let refused = |said: &str| {
        Err(Problem::with(
            Kind::UnsupportedMediaType,
            format!("{said}; send application/json, application/x-ndjson or text/csv in UTF-8, not compressed"),
        ))
    };
    if headers.get(CONTENT_ENCODING).is_some_and(|encoding| encoding != "identity") {
        return refused("the body is compressed");
    }
    let Some(given) = headers.get(CONTENT_TYPE) else { return refused("the header content-type is missing") };
    let given = String::from_utf8_lossy(given.as_bytes()).to_ascii_lowercase();
    let (media_type, parameters) = given.split_once(';').unwrap_or((&given, ""));
    let charset = parameters.split(';').find_map(|parameter| parameter.trim().strip_prefix("charset="));
    if charset.is_some_and(|charset| !matches!(charset.trim_matches('"'), "utf-8" | "utf8" | "us-ascii")) {
        return refused("the text is not UTF-8");
    }
    match media_type.trim() {
        "application/json" => Ok((BulkFormat::Json, "application/json")),
        "application/x-ndjson" | "application/ndjson" | "application/jsonl" => {
            Ok((BulkFormat::Ndjson, "application/x-ndjson"))
        }
        "text/csv" => Ok((BulkFormat::Csv, "text/csv; charset=utf-8")),
        other => refused(&format!("`{}` is not a type of points", crate::assign::bulk::shortened(other))),
    }
}

/// Why answers end early: as the first piece it is the answer's status; later it breaks the connection, so that nobody
/// takes the answer for a whole one.
#[derive(Debug, thiserror::Error)]
#[error("the answers end early")]
struct End(Problem);

/// One batch on its way.
struct Run {
    bulk: Bulk,
    format: BulkFormat,
    body: BodyDataStream,
    pieces: mpsc::Sender<Result<Bytes, End>>,
    out: Vec<u8>,
    /// A piece was handed on: the status is out.
    answering: bool,
    /// Set when the last piece was handed on; never when the run breaks off.
    whole: Arc<AtomicBool>,
    settings: Arc<Settings>,
}

/// Input is pushed in parts of at most this size: rows that are all wrong can grow a hundredfold.
const MAX_PUSHED_BYTES: usize = 64 << 10;

/// The client went away or takes no answers: nobody is left to tell.
struct Gone;

impl Run {
    async fn answer_to_the_end(mut self) {
        let gone = self.answer_all().await.is_err();
        self.whole.store(!gone, Ordering::Release);
        let counts = self.bulk.counts();
        metrics::counter!("gridward_batch_rows_total").increment(counts.rows);
        tracing::info!(rows = counts.rows, errors = counts.errors, outside = counts.outside, gone, "batch");
    }

    async fn answer_all(&mut self) -> Result<(), Gone> {
        loop {
            let idle = self.settings.batch_idle_timeout;
            match timeout(idle, self.body.next()).await {
                Ok(Some(Ok(chunk))) => {
                    for part in chunk.chunks(MAX_PUSHED_BYTES) {
                        if let Err(error) = self.bulk.push(part, &mut self.out) {
                            return self.end_unreadable(&error).await;
                        }
                        self.hand_on().await?;
                    }
                }
                Ok(None) => {
                    return match self.bulk.finish(&mut self.out) {
                        Ok(()) => self.hand_on().await,
                        Err(error) => self.end_unreadable(&error).await,
                    };
                }
                Ok(Some(Err(_))) => return Err(Gone),
                Err(_) => return self.end_idle(format!("no points came for {} s", idle.as_secs_f32())).await,
            }
        }
    }

    async fn hand_on(&mut self) -> Result<(), Gone> {
        if self.out.is_empty() {
            return Ok(());
        }
        self.answering = true;
        let piece = Bytes::from(std::mem::take(&mut self.out));
        self.send(Ok(piece)).await
    }

    /// The input as a whole cannot be read. A JSON answer that has begun was closed with the error in it.
    async fn end_unreadable(&mut self, error: &BulkError) -> Result<(), Gone> {
        if self.answering && self.format == BulkFormat::Json {
            return self.hand_on().await;
        }
        self.send(Err(End(Problem::with(Kind::UnreadablePoints, error.to_string())))).await
    }

    /// The points stopped coming: said in the answer where its format has a place for it.
    async fn end_idle(&mut self, message: String) -> Result<(), Gone> {
        if self.answering {
            match self.format {
                BulkFormat::Json => {
                    // Closes the document with the error in it.
                    let _ = self.bulk.finish(&mut self.out);
                    return self.hand_on().await;
                }
                BulkFormat::Ndjson => {
                    self.out.extend_from_slice(serde_json::json!({"error": message}).to_string().as_bytes());
                    self.out.push(b'\n');
                    return self.hand_on().await;
                }
                BulkFormat::Csv => {}
            }
        }
        self.send(Err(End(Problem::with(Kind::BodyTimeout, message)))).await
    }

    async fn send(&mut self, piece: Result<Bytes, End>) -> Result<(), Gone> {
        match timeout(self.settings.batch_idle_timeout, self.pieces.send(piece)).await {
            Ok(Ok(())) => Ok(()),
            _ => Err(Gone),
        }
    }
}
