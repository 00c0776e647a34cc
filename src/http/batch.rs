//! `POST /v1/locate`: points of any number, read and answered as they come, in order, in the type they came in.
//!
//! One task reads the body, answers and hands the answers on (`rows.rs`).

use std::sync::Arc;

use axum::body::BodyDataStream;
use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::response::Response;
use bytes::Bytes;
use futures_util::StreamExt;
use time::OffsetDateTime;
use tokio::time::timeout;
use tracing::Instrument;
use utoipa::{IntoParams, ToSchema};

use super::locate::{Crs, crs};
use super::params::{Asked, Given, Parameters, moment};
use super::problem::{Kind, Problem, ProblemDetails};
use super::rows::{self, Gone, NDJSON, Pieces, pieces};
use super::state::{AppState, Settings};
use crate::assign::bulk::{Bulk, BulkError, BulkFormat};
use crate::geometry::crs::QueryCrs;

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
    let (pieces, waiting) = pieces(state.settings.batch_idle_timeout);
    let run = Run {
        bulk: Bulk::new(snapshot, format, asked.crs),
        format,
        body: request.into_body().into_data_stream(),
        pieces,
        out: Vec::new(),
        answering: false,
        settings: state.settings.clone(),
    };
    tokio::spawn(run.answer_to_the_end().in_current_span());
    waiting.answer(media_type).await
}

/// The format that the headers announce, and the media type of its answer.
fn format_of(headers: &HeaderMap) -> Result<(BulkFormat, &'static str), Problem> {
    const WANTED: &str = "application/json, application/x-ndjson or text/csv";
    match &*rows::media_type(headers, WANTED)? {
        "application/json" => Ok((BulkFormat::Json, "application/json")),
        "text/csv" => Ok((BulkFormat::Csv, "text/csv; charset=utf-8")),
        media_type if rows::is_ndjson(media_type) => Ok((BulkFormat::Ndjson, NDJSON)),
        other => Err(rows::unknown_type(other, WANTED)),
    }
}

/// One batch on its way.
struct Run {
    bulk: Bulk,
    format: BulkFormat,
    body: BodyDataStream,
    pieces: Pieces,
    out: Vec<u8>,
    /// A piece was handed on: the status is out.
    answering: bool,
    settings: Arc<Settings>,
}

/// Input is pushed in parts of at most this size: rows that are all wrong can grow a hundredfold.
const MAX_PUSHED_BYTES: usize = 64 << 10;

impl Run {
    async fn answer_to_the_end(mut self) {
        let gone = self.answer_all().await.is_err();
        let counts = self.bulk.counts();
        metrics::counter!("gridward_batch_rows_total").increment(counts.rows);
        tracing::info!(rows = counts.rows, errors = counts.errors, outside = counts.outside, gone, "batch");
        if !gone {
            self.pieces.end_whole();
        }
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
        self.pieces.send(piece).await
    }

    /// The input as a whole cannot be read. A JSON answer that has begun was closed with the error in it.
    async fn end_unreadable(&mut self, error: &BulkError) -> Result<(), Gone> {
        if self.answering && self.format == BulkFormat::Json {
            return self.hand_on().await;
        }
        self.pieces.break_off(Problem::with(Kind::UnreadablePoints, error.to_string())).await
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
        self.pieces.break_off(Problem::with(Kind::BodyTimeout, message)).await
    }
}
