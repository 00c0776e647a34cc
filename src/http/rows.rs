//! Rows that are answered while they still come in: what tables of places and batches of reports have in common. No more
//! than a few pieces are in memory, so that a client that does not read its answers is not read from either.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::body::Body;
use axum::http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::StreamExt;
use tokio::sync::mpsc;
use tokio::time::timeout;

use super::problem::{Kind, Problem};
use crate::assign::bulk::shortened;

/// Answers wait here until the connection takes them.
const MAX_WAITING_PIECES: usize = 4;

/// Why answers end early: as the first piece it is the answer's status; later it breaks the connection, so that nobody
/// takes the answer for a whole one.
#[derive(Debug, thiserror::Error)]
#[error("the answers end early")]
struct End(Problem);

/// The client went away or takes no answers: nobody is left to tell.
#[derive(Debug)]
pub(crate) struct Gone;

/// Where whoever works on the rows puts the answers.
#[derive(Debug)]
pub(crate) struct Pieces {
    sender: mpsc::Sender<Result<Bytes, End>>,
    patience: Duration,
    whole: Arc<AtomicBool>,
}

/// The answers as they come.
#[derive(Debug)]
pub(crate) struct Waiting {
    pieces: mpsc::Receiver<Result<Bytes, End>>,
    whole: Arc<AtomicBool>,
}

/// Both ends. Whoever takes no answers for as long as `patience` is left.
pub(crate) fn pieces(patience: Duration) -> (Pieces, Waiting) {
    let (sender, pieces) = mpsc::channel(MAX_WAITING_PIECES);
    let whole = Arc::<AtomicBool>::default();
    (Pieces { sender, patience, whole: whole.clone() }, Waiting { pieces, whole })
}

impl Pieces {
    pub(crate) async fn send(&self, piece: Bytes) -> Result<(), Gone> {
        self.hand_on(Ok(piece)).await
    }

    /// Ends the answers early.
    pub(crate) async fn break_off(&self, problem: Problem) -> Result<(), Gone> {
        self.hand_on(Err(End(problem))).await
    }

    async fn hand_on(&self, piece: Result<Bytes, End>) -> Result<(), Gone> {
        match timeout(self.patience, self.sender.send(piece)).await {
            Ok(Ok(())) => Ok(()),
            _ => Err(Gone),
        }
    }

    /// Says that the last piece was handed on. Without it the answers break off.
    pub(crate) fn end_whole(self) {
        self.whole.store(true, Ordering::Release);
    }
}

impl Waiting {
    /// The answer, once its first piece is there: what is wrong with the beginning can still be said by the status.
    pub(crate) async fn answer(mut self, media_type: &'static str) -> Result<Response, Problem> {
        let first = match self.pieces.recv().await {
            Some(Ok(piece)) => Some(Ok(piece)),
            Some(Err(End(problem))) => return Err(problem),
            None if self.whole.load(Ordering::Acquire) => None,
            None => return Err(Problem::internal("a batch broke off")),
        };
        // No further piece is the end of the answer only where whoever works got to the end.
        let rest = futures_util::stream::unfold(Some(self), |waiting| async move {
            let mut waiting = waiting?;
            match waiting.pieces.recv().await {
                Some(piece) => Some((piece, Some(waiting))),
                None if waiting.whole.load(Ordering::Acquire) => None,
                None => Some((Err(End(Problem::new(Kind::BodyTimeout))), None)),
            }
        });
        let answers = futures_util::stream::iter(first).chain(rest);
        Ok(([(CONTENT_TYPE, HeaderValue::from_static(media_type))], Body::from_stream(answers)).into_response())
    }
}

/// The media type of rows that are sent as plain UTF-8; `wanted` says which ones are taken.
pub(crate) fn media_type(headers: &HeaderMap, wanted: &str) -> Result<String, Problem> {
    let refused = |said: &str| Err(not_taken(said, wanted));
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
    Ok(media_type.trim().to_owned())
}

/// A media type that is none of those taken.
pub(crate) fn unknown_type(media_type: &str, wanted: &str) -> Problem {
    not_taken(&format!("`{}` is not a type of rows", shortened(media_type)), wanted)
}

fn not_taken(said: &str, wanted: &str) -> Problem {
    Problem::with(Kind::UnsupportedMediaType, format!("{said}; send {wanted} in UTF-8, not compressed"))
}

/// Whether a media type is that of newline-delimited JSON, by one of its names.
pub(crate) fn is_ndjson(media_type: &str) -> bool {
    matches!(media_type, "application/x-ndjson" | "application/ndjson" | "application/jsonl")
}

pub(crate) const NDJSON: &str = "application/x-ndjson";
