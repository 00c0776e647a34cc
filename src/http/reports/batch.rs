//! `POST /v1/reports:batch`: reports of any number, taken in as they come and answered in order, each when it is durable.
//!
//! ```text
//! body ─ lines ─► read ─ rows in flight, bounded ─► answer ─► pieces
//!                  └ one task each: decided and kept, together with the others
//! ```
//!
//! Whoever reads waits for whoever answers, and that one for the client, so that memory is bounded by the rows in flight.

use std::collections::HashMap;
use std::sync::Arc;

use axum::body::BodyDataStream;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use bytes::Bytes;
use futures_util::StreamExt;
use serde::Serialize;
use tokio::sync::{Mutex, OwnedMutexGuard, mpsc};
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};
use tracing::Instrument;
use utoipa::ToSchema;

use super::submit::{idempotency_key, not_taken, submission};
use super::wire::{LevelWord, RuleWord};
use crate::assign::bulk::{Lines, Row};
use crate::assign::desk::Taken;
use crate::assign::intake::{MAX_KEY_CHARS, Sender, Submission};
use crate::domain::caller::Caller;
use crate::domain::key::Right;
use crate::domain::level::Level;
use crate::domain::report::Actor;
use crate::http::admission::need;
use crate::http::fields::Fields;
use crate::http::params::{Asked, Nothing};
use crate::http::problem::{Kind, Problem, ProblemDetails};
use crate::http::rows::{self, Gone, NDJSON, Pieces, pieces};
use crate::http::state::AppState;

/// Rows that are decided and kept at the same time: the store has many of them in one transaction.
const MAX_IN_FLIGHT: usize = 64;
/// Longer rows are not read: the longest description, every character escaped, takes half of it.
const MAX_ROW_BYTES: usize = 128 << 10;
/// Answers that are there are handed on together, up to so many bytes.
const MAX_PIECE_BYTES: usize = 16 << 10;
/// So many rows are one request of the caller's rate.
const ROWS_A_REQUEST: u64 = 10;
/// What is added to an `Idempotency-Key` for a row: `#` and its number.
const MAX_SUFFIX_CHARS: usize = 21;

/// What became of one row.
#[derive(Debug, Serialize)]
struct RowAnswer {
    row: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    external_id: Option<String>,
    #[serde(flatten)]
    outcome: Outcome,
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Outcome {
    Taken { status: u16, id: String, replayed: bool, rule: &'static str, level: Level, grid: Option<String> },
    Refused(ProblemDetails),
}

impl RowAnswer {
    fn refused(row: u64, external_id: Option<String>, problem: Problem) -> RowAnswer {
        RowAnswer { row, external_id, outcome: Outcome::Refused(problem.details()) }
    }

    fn is_refused(&self) -> bool {
        matches!(self.outcome, Outcome::Refused(_))
    }
}

/// A row's answer: of a report that is kept `id` and what follows it; of one that is not, the members of a problem.
#[derive(ToSchema)]
#[schema(as = ReportRow)]
#[expect(dead_code, reason = "read by the OpenAPI generator only")]
pub(crate) struct RowWord {
    /// The line, counted from 1.
    #[schema(minimum = 1)]
    row: u64,
    /// 201, or the problem's.
    #[schema(minimum = 201, maximum = 599)]
    status: u16,
    external_id: Option<String>,
    id: Option<String>,
    /// It was sent before, and is that report.
    replayed: Option<bool>,
    rule: Option<RuleWord>,
    level: Option<LevelWord>,
    grid: Option<String>,
    #[schema(rename = "type")]
    kind: Option<String>,
    title: Option<String>,
    detail: Option<String>,
    #[schema(value_type = Option<Vec<Object>>)]
    errors: Option<Vec<()>>,
}

/// Report many things
///
/// One report on each line, in the form of `POST /v1/reports`, any number of them; answered in order, a line for each (`ReportRow`),
/// while they are read. A row that cannot be taken is answered by a problem in its place, and the others go on. With
/// `external_id` in the rows, or with `Idempotency-Key`, a batch can be sent again: what is there already is answered as it was.
/// Ten rows count as one request of the caller's rate; beyond it the batch goes on more slowly.
#[utoipa::path(
    post, path = "/v1/reports:batch", tag = "reports", operation_id = "reportMany", security(("key" = [])),
    params(("Idempotency-Key" = Option<String>, Header, description = "Stands for a key of each row: this one, `#` and the number of the line")),
    request_body(content((String = "application/x-ndjson",
        example = json!("{\"category\":\"sanitation\",\"description\":\"路边垃圾\",\"lon\":116.9,\"lat\":30.8,\"external_id\":\"1\"}\n")))),
    responses(
        (status = 200, description = "A line for each", content((String = "application/x-ndjson"))),
        (status = 400, description = "A parameter is wrong", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 401, description = "No key, or one that does not hold", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 403, description = "The key may not do this", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 408, description = "The rows stopped coming", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 415, description = "No newline-delimited JSON", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 503, description = "The store cannot be reached", body = ProblemDetails, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn report_many(
    State(state): State<AppState>,
    caller: Caller,
    Asked(Nothing): Asked<Nothing>,
    request: Request,
) -> Result<Response, Problem> {
    need(&caller, Right::Report)?;
    let headers = request.headers();
    let media_type = rows::media_type(headers, NDJSON)?;
    if !rows::is_ndjson(&media_type) {
        return Err(rows::unknown_type(&media_type, NDJSON));
    }
    let key = idempotency_key(headers)?;
    let max_chars = MAX_KEY_CHARS - MAX_SUFFIX_CHARS;
    if key.as_ref().is_some_and(|key| key.chars().count() > max_chars) {
        return Err(Problem::parameter("Idempotency-Key", format!("of a batch has at most {max_chars} characters")));
    }
    let (pieces, waiting) = pieces(state.settings.batch_idle_timeout);
    let (coming, in_flight) = mpsc::channel(MAX_IN_FLIGHT);
    let body = request.into_body().into_data_stream();
    let reading = Reading {
        state,
        caller,
        key,
        body,
        lines: Lines::of_at_most(MAX_ROW_BYTES),
        row: 0,
        turns: Turns::default(),
        coming,
    };
    let answering = Answering { pieces, in_flight, out: Vec::new(), begun: false };
    let work = async {
        let (read, answered) = tokio::join!(reading.read_all(), answering.answer_all());
        let gone = read.is_err() || answered.is_err();
        tracing::info!(gone, "batch of reports");
        if let (Ok(()), Ok(pieces)) = (read, answered) {
            pieces.end_whole();
        }
    };
    tokio::spawn(work.in_current_span());
    waiting.answer(NDJSON).await
}

/// A row on its way, in the order of the rows.
enum Coming {
    Answered(RowAnswer),
    Kept(u64, JoinHandle<RowAnswer>),
    /// No more rows come: with what is said of that.
    Stopped(u64, Problem),
}

struct Reading {
    state: AppState,
    caller: Caller,
    key: Option<String>,
    body: BodyDataStream,
    lines: Lines,
    row: u64,
    turns: Turns,
    coming: mpsc::Sender<Coming>,
}

/// Rows with the same `external_id` are kept one after the other, so that it is the first of them that is kept.
#[derive(Default)]
struct Turns(HashMap<String, Arc<Mutex<()>>>);

impl Turns {
    async fn next(&mut self, external_id: &str) -> OwnedMutexGuard<()> {
        if self.0.len() >= 2 * MAX_IN_FLIGHT {
            self.0.retain(|_, turn| turn.try_lock().is_err());
        }
        self.0.entry(external_id.to_owned()).or_default().clone().lock_owned().await
    }
}

impl Reading {
    async fn read_all(mut self) -> Result<(), Gone> {
        let idle = self.state.settings.batch_idle_timeout;
        loop {
            match timeout(idle, self.body.next()).await {
                Ok(Some(Ok(chunk))) => {
                    let mut rest = &chunk[..];
                    while let Some(line) = self.lines.next(&mut rest) {
                        let read = read(line, self.row + 1);
                        self.send(read).await?;
                    }
                }
                Ok(None) => {
                    let read = self.lines.last().and_then(|line| read(line, self.row + 1));
                    return self.send(read).await;
                }
                Ok(Some(Err(_))) => return Err(Gone),
                Err(_) => {
                    let said = format!("no rows came for {} s", idle.as_secs_f32());
                    let stopped = Coming::Stopped(self.row + 1, Problem::with(Kind::BodyTimeout, said));
                    return self.coming.send(stopped).await.map_err(|_| Gone);
                }
            }
        }
    }

    /// Sets about a row; `None` is an empty line.
    async fn send(&mut self, read: Option<Result<Submission, Problem>>) -> Result<(), Gone> {
        self.row += 1;
        let row = self.row;
        if row % ROWS_A_REQUEST == 1 {
            while let Some(wait) = self.state.limits.count_further(&self.caller) {
                sleep(wait).await;
            }
        }
        let Some(read) = read else { return Ok(()) };
        let coming = match read {
            Err(problem) => Coming::Answered(RowAnswer::refused(row, None, problem)),
            Ok(submission) => {
                // A place first, so that no more are kept at once than there are places.
                let place = self.coming.reserve().await.map_err(|_| Gone)?;
                let turn = match &submission.external_id {
                    Some(external_id) => Some(self.turns.next(external_id).await),
                    None => None,
                };
                let idempotency_key = self.key.as_ref().map(|key| format!("{key}#{row}"));
                let sender = Sender { actor: Actor::of(&self.caller), idempotency_key };
                let state = self.state.clone();
                let keeping = async move {
                    let answer = keep(state, row, submission, sender).await;
                    drop(turn);
                    answer
                };
                // A task of its own: a client that goes away does not stop what is being kept.
                place.send(Coming::Kept(row, tokio::spawn(keeping.in_current_span())));
                return Ok(());
            }
        };
        self.coming.send(coming).await.map_err(|_| Gone)
    }
}

/// What a line says; `None` of an empty one.
fn read(line: Row<'_>, row: u64) -> Option<Result<Submission, Problem>> {
    let Row::Whole(mut line) = line else {
        let said = format!("the row takes more than {MAX_ROW_BYTES} bytes");
        return Some(Err(Problem::with(Kind::PayloadTooLarge, said)));
    };
    if row == 1 {
        line = line.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(line);
    }
    let line = line.trim_ascii();
    if line.is_empty() {
        return None;
    }
    Some(Fields::parse("the row", line).and_then(|mut fields| {
        let submission = submission(&mut fields);
        fields.end(submission)
    }))
}

async fn keep(state: AppState, row: u64, submission: Submission, sender: Sender) -> RowAnswer {
    let external_id = submission.external_id.clone();
    let taken = match state.desk.take(submission, sender).await {
        Ok(taken) => taken,
        Err(error) => return RowAnswer::refused(row, external_id, not_taken(error)),
    };
    let report = taken.report();
    let outcome = Outcome::Taken {
        status: StatusCode::CREATED.as_u16(),
        id: report.id.clone(),
        replayed: matches!(taken, Taken::Again(_)),
        rule: report.assignment.rule.as_str(),
        level: report.level,
        grid: report.grid.clone(),
    };
    RowAnswer { row, external_id, outcome }
}

struct Answering {
    pieces: Pieces,
    in_flight: mpsc::Receiver<Coming>,
    out: Vec<u8>,
    /// A piece was handed on: the status is out.
    begun: bool,
}

impl Answering {
    async fn answer_all(mut self) -> Result<Pieces, Gone> {
        let (mut rows, mut refused) = (0, 0);
        while let Some(coming) = self.next().await? {
            let answer = match coming {
                Coming::Answered(answer) => answer,
                Coming::Kept(row, keeping) => {
                    if !keeping.is_finished() {
                        self.hand_on().await?;
                    }
                    let lost = |error| RowAnswer::refused(row, None, Problem::internal(error));
                    keeping.await.unwrap_or_else(lost)
                }
                Coming::Stopped(_, problem) if !self.begun && self.out.is_empty() => {
                    self.pieces.break_off(problem).await?;
                    break;
                }
                Coming::Stopped(row, problem) => RowAnswer::refused(row, None, problem),
            };
            rows += 1;
            refused += u64::from(answer.is_refused());
            serde_json::to_writer(&mut self.out, &answer).expect("texts and numbers are written to memory as JSON");
            self.out.push(b'\n');
            if self.out.len() >= MAX_PIECE_BYTES {
                self.hand_on().await?;
            }
        }
        metrics::counter!("gridward_report_batch_rows_total").increment(rows);
        metrics::counter!("gridward_report_batch_refused_total").increment(refused);
        self.hand_on().await?;
        Ok(self.pieces)
    }

    /// The next row; what is answered by now is handed on before it is waited for.
    async fn next(&mut self) -> Result<Option<Coming>, Gone> {
        if self.in_flight.is_empty() {
            self.hand_on().await?;
        }
        Ok(self.in_flight.recv().await)
    }

    async fn hand_on(&mut self) -> Result<(), Gone> {
        if self.out.is_empty() {
            return Ok(());
        }
        self.begun = true;
        self.pieces.send(Bytes::from(std::mem::take(&mut self.out))).await
    }
}
