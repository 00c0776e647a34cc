//! `GET /v1/editions/{a}/diff/{b}/tiles`: the vector tiles that differ.

use axum::extract::{Path, State};
use axum::http::HeaderValue;
use axum::http::header::CACHE_CONTROL;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use super::compared;
use crate::assign::bulk::shortened;
use crate::domain::caller::Caller;
use crate::geometry::mercator::MAX_ZOOM;
use crate::http::params::{Asked, Given, Parameters};
use crate::http::problem::{Problem, ProblemDetails};
use crate::http::state::{AppState, in_background};
use crate::tiles::changes::changed_tiles;

/// Tiles of one zoom that are named.
const MOST_TILES: usize = 20_000;

/// `zoom=`
pub(crate) struct TilesParameters(Option<u8>);

impl Parameters for TilesParameters {
    fn read(given: &mut Given) -> Option<TilesParameters> {
        Some(TilesParameters(given.optional("zoom", zoom)))
    }
}

fn zoom(text: &str) -> Result<u8, String> {
    match text.parse() {
        Ok(zoom @ 0..=MAX_ZOOM) => Ok(zoom),
        _ => Err(format!("`{}` is not a zoom from 0 to {MAX_ZOOM}", shortened(text))),
    }
}

/// The parameters as OpenAPI describes them.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "read by the OpenAPI generator only")]
pub(crate) struct TilesParams {
    /// Only this zoom.
    #[param(minimum = 0, maximum = 22, nullable = false)]
    zoom: Option<u8>,
}

/// The tiles that differ between two editions.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TilesAnswer {
    old: String,
    new: String,
    zooms: Vec<ZoomTiles>,
}

/// Those of one zoom.
#[derive(Debug, Serialize, ToSchema)]
struct ZoomTiles {
    zoom: u8,
    /// There are so many that not all are named: take all tiles of this zoom for changed.
    more: bool,
    /// Column and row of each.
    #[schema(value_type = Vec<Vec<u32>>)]
    tiles: Vec<[u32; 2]>,
}

/// The vector tiles that differ between two editions
///
/// Every tile that differs in a byte is named; a few more may be. Found from the borders that differ, without drawing
/// any tile. At most 20,000 of a zoom are named.
#[utoipa::path(
    get, path = "/v1/editions/{old}/diff/{new}/tiles", tag = "editions", operation_id = "diffTiles", security((), ("key" = [])),
    params(
        ("old" = String, Path, description = "The edition to start from"),
        ("new" = String, Path, description = "The edition to compare it with"),
        TilesParams,
    ),
    responses(
        (status = 200, description = "The tiles that differ", body = TilesAnswer),
        (status = 400, description = "A parameter is wrong", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 401, description = "The key does not hold", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 404, description = "There is no such edition", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 503, description = "The store cannot be reached", body = ProblemDetails, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn diff_tiles(
    State(state): State<AppState>,
    caller: Caller,
    Path((old, new)): Path<(String, String)>,
    Asked(TilesParameters(zoom)): Asked<TilesParameters>,
) -> Result<Response, Problem> {
    let comparison = compared(&state, &caller, &old, &new).await?;
    let set = async |side: &crate::index::snapshot::Snapshot| {
        state.tiles.tile_set(&side.edition).await.map_err(Problem::internal)
    };
    let (old, new) = (set(&comparison.old).await?, set(&comparison.new).await?);
    let answer = in_background(move || {
        let last = old.zooms().last.max(new.zooms().last);
        let zooms = (0..=last).filter(|&z| zoom.is_none_or(|wanted| wanted == z)).map(|z| {
            let changed = changed_tiles(&old, &new, &comparison.difference, z, MOST_TILES);
            let tiles = changed.tiles.into_iter().map(|tile| [tile.x(), tile.y()]).collect();
            ZoomTiles { zoom: z, more: changed.more, tiles }
        });
        TilesAnswer {
            zooms: zooms.collect(),
            old: comparison.old.edition.info.name.clone(),
            new: comparison.new.edition.info.name.clone(),
        }
    })
    .await?;
    Ok(([(CACHE_CONTROL, HeaderValue::from_static("no-store"))], axum::Json(answer)).into_response())
}
