//! `POST /v1/editions/{a}/diff/{b}`: a table of known places, read as it comes.

use std::io::{self, Read};

use axum::Json;
use axum::body::BodyDataStream;
use axum::extract::{Path, Request, State};
use axum::http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use bytes::Bytes;
use futures_util::StreamExt;
use tokio::sync::mpsc;
use tokio::time::timeout;
use utoipa::IntoParams;

use super::{PlacesAnswer, compared};
use crate::assign::compare::compare_places;
use crate::domain::caller::Caller;
use crate::geometry::crs::QueryCrs;
use crate::http::locate::{Crs, crs};
use crate::http::params::{Asked, Given, Parameters};
use crate::http::problem::{Kind, Problem, ProblemDetails};
use crate::http::state::{AppState, in_background};

/// Places that are named; all are counted.
const MOST_PLACES: usize = 10_000;

/// Pieces of the table wait here until they are read.
const MAX_WAITING_PIECES: usize = 4;

/// `crs=`
pub(crate) struct PlacesParameters(QueryCrs);

impl Parameters for PlacesParameters {
    fn read(given: &mut Given) -> Option<PlacesParameters> {
        Some(PlacesParameters(given.optional("crs", crs).unwrap_or_default()))
    }
}

/// The parameters as OpenAPI describes them.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "read by the OpenAPI generator only")]
pub(crate) struct PlacesParams {
    /// The coordinate system of all places; `wgs84` without it.
    #[param(inline, nullable = false)]
    crs: Option<Crs>,
}

/// How many known places would change hands, and which
///
/// The table has columns `lon` and `lat`; what it calls a place (`id`, `name`, `address`, 编号, 名称, 地址 …) comes back. Any number
/// of rows of at most 1 MiB; up to 10,000 places that change hands are named, all are counted.
#[utoipa::path(
    post, path = "/v1/editions/{old}/diff/{new}", tag = "editions", operation_id = "diffPlaces", security((), ("key" = [])),
    params(
        ("old" = String, Path, description = "The edition to start from"),
        ("new" = String, Path, description = "The edition to compare it with"),
        PlacesParams,
    ),
    request_body(content((String = "text/csv", example = json!("lon,lat,id\n116.9,30.8,1\n")))),
    responses(
        (status = 200, description = "What would become of the places", body = PlacesAnswer),
        (status = 400, description = "A parameter is wrong", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 401, description = "The key does not hold", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 404, description = "There is no such edition", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 408, description = "The places stopped coming", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 415, description = "Not a type of places", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 422, description = "The places cannot be read", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 503, description = "The store cannot be reached", body = ProblemDetails, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn count_places(
    State(state): State<AppState>,
    caller: Caller,
    Path((old, new)): Path<(String, String)>,
    Asked(PlacesParameters(crs)): Asked<PlacesParameters>,
    request: Request,
) -> Result<Json<PlacesAnswer>, Problem> {
    let headers = request.headers();
    let media_type = headers.get(CONTENT_TYPE).and_then(|media| media.to_str().ok()).unwrap_or_default();
    let is_plain = headers.get(CONTENT_ENCODING).is_none_or(|encoding| encoding == "identity");
    let is_csv = media_type.split(';').next().is_some_and(|media| media.trim().eq_ignore_ascii_case("text/csv"));
    if !is_csv || !is_plain {
        let what = "send a table as text/csv in UTF-8, not compressed";
        return Err(Problem::with(Kind::UnsupportedMediaType, what));
    }
    let comparison = compared(&state, &caller, &old, &new).await?;
    let (pieces, waiting) = mpsc::channel(MAX_WAITING_PIECES);
    let table = Table { waiting, piece: Bytes::new() };
    let reading = in_background(move || {
        let found = compare_places(&comparison, table, crs, MOST_PLACES);
        found.map(|found| PlacesAnswer::new(&comparison, found))
    });
    let idle = state.settings.batch_idle_timeout;
    let (fed, read) = tokio::join!(feed(request.into_body().into_data_stream(), pieces, idle), reading);
    // What was read of a table that broke off is not the table.
    fed?;
    read?.map(Json).map_err(|error| Problem::with(Kind::UnreadablePoints, error.to_string()))
}

/// Hands the body on, piece by piece, until it ends, stops coming, or nobody reads on.
async fn feed(mut body: BodyDataStream, pieces: mpsc::Sender<Bytes>, idle: std::time::Duration) -> Result<(), Problem> {
    loop {
        match timeout(idle, body.next()).await {
            Err(_) => {
                return Err(Problem::with(Kind::BodyTimeout, format!("no places came for {} s", idle.as_secs_f32())));
            }
            Ok(None) => return Ok(()),
            Ok(Some(Err(_))) => return Err(Problem::with(Kind::BadRequest, "the table broke off")),
            Ok(Some(Ok(piece))) => {
                if pieces.send(piece).await.is_err() {
                    // It cannot be read; why, says the reader.
                    return Ok(());
                }
            }
        }
    }
}

/// The table as it comes, for a thread that may wait.
struct Table {
    waiting: mpsc::Receiver<Bytes>,
    piece: Bytes,
}

impl Read for Table {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.piece.is_empty() {
            match self.waiting.blocking_recv() {
                Some(piece) => self.piece = piece,
                None => return Ok(0),
            }
        }
        let part = self.piece.split_to(self.piece.len().min(buffer.len()));
        buffer[..part.len()].copy_from_slice(&part);
        Ok(part.len())
    }
}
