//! `/tiles/…`: the vector tiles of the edition in force and of named editions, and their TileJSON. And `/style.json`.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, HOST, VARY};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::Value;
use time::OffsetDateTime;
use utoipa::{IntoParams, ToSchema};

use super::admission::Visitor;
use super::grids::AtParams;
use super::negotiate;
use super::params::{Asked, Given, Nothing, Parameters, moment};
use super::problem::{Kind, Problem, ProblemDetails};
use super::state::AppState;
use super::style::{Theme, style};
use crate::domain::edition::EditionState;
use crate::geometry::mercator::TileCoord;
use crate::index::edition_map::EditionMap;
use crate::tiles::cache::TileError;
use crate::tiles::tile_set::TileSet;
use crate::tiles::tilejson::TileJson;

const MVT: HeaderValue = HeaderValue::from_static("application/vnd.mapbox-vector-tile");

/// An edition never changes, so neither do its tiles.
const IMMUTABLE: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");

/// Another edition may be in force a minute from now.
const SHORT: HeaderValue = HeaderValue::from_static("public, max-age=60, must-revalidate");

/// `v` in the tiles' URLs that TileJSON gives: it keeps caches apart that met another store's edition of the same name.
pub(crate) struct TileParameters;

impl Parameters for TileParameters {
    fn read(given: &mut Given) -> Option<TileParameters> {
        given.text("v");
        Some(TileParameters)
    }
}

/// `at=`, and `v` as above.
pub(crate) struct AtParameters(Option<OffsetDateTime>);

impl Parameters for AtParameters {
    fn read(given: &mut Given) -> Option<AtParameters> {
        given.text("v");
        Some(AtParameters(given.optional("at", moment)))
    }
}

/// `theme=`, `edition=`
pub(crate) struct StyleParameters {
    theme: Theme,
    edition: Option<String>,
}

impl Parameters for StyleParameters {
    fn read(given: &mut Given) -> Option<StyleParameters> {
        let theme = given.optional("theme", |text| match text {
            "light" => Ok(Theme::Light),
            "dark" => Ok(Theme::Dark),
            _ => Err(format!("`{}` is neither light nor dark", crate::assign::bulk::shortened(text))),
        });
        let edition = given.text("edition");
        Some(StyleParameters { theme: theme.unwrap_or_default(), edition })
    }
}

/// The parameters as OpenAPI describes them.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "read by the OpenAPI generator only")]
pub(crate) struct StyleParams {
    /// For a light or a dark page; light without it.
    #[param(inline, nullable = false)]
    theme: Option<ThemeWord>,
    /// Of this edition; without it of the one in force.
    #[param(nullable = false)]
    edition: Option<String>,
}

#[derive(ToSchema)]
#[schema(rename_all = "lowercase")]
#[expect(dead_code, reason = "read by the OpenAPI generator only")]
pub(crate) enum ThemeWord {
    Light,
    Dark,
}

/// TileJSON 3.0.0 of the edition in force
///
/// Its tile URLs name the edition, so that tiles of two editions never meet on one map.
#[utoipa::path(
    get, path = "/tiles/grids.json", tag = "tiles", operation_id = "tileJson", params(AtParams),
    responses(
        (status = 200, description = "TileJSON 3.0.0", body = Object),
        (status = 400, description = "A parameter is wrong", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 404, description = "No edition was in force `at` that time", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 503, description = "No edition is in force", body = ProblemDetails, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn tilejson(
    State(state): State<AppState>,
    Asked(AtParameters(at)): Asked<AtParameters>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let edition = state.in_force_at(at).await?.edition;
    described(&state, &edition, &headers, SHORT).await
}

/// TileJSON 3.0.0 of a named edition; with an administrator's key also of a draft
#[utoipa::path(
    get, path = "/tiles/{edition}/grids.json", tag = "tiles", operation_id = "editionTileJson", security((), ("key" = [])),
    params(("edition" = String, Path, description = "The edition's name")),
    responses(
        (status = 200, description = "TileJSON 3.0.0", body = Object),
        (status = 400, description = "A parameter is wrong", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 401, description = "The key does not hold", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 404, description = "There is no such edition", body = ProblemDetails, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn edition_tilejson(
    State(state): State<AppState>,
    Visitor(caller): Visitor,
    Path(edition): Path<String>,
    Asked(Nothing): Asked<Nothing>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let edition = state.edition_for(&caller, &edition).await?;
    described(&state, &edition, &headers, kept(&edition, SHORT)).await
}

/// What caches may do with an answer of an edition. A draft is for whoever has a key.
fn kept(edition: &EditionMap, published: HeaderValue) -> HeaderValue {
    match edition.info.state {
        EditionState::Draft => HeaderValue::from_static("no-store"),
        EditionState::Published => published,
    }
}

async fn described(
    state: &AppState,
    edition: &Arc<EditionMap>,
    headers: &HeaderMap,
    cache_control: HeaderValue,
) -> Result<Response, Problem> {
    let set = tile_set(state, edition).await?;
    let (name, version) = (escaped(&edition.info.name), edition.info.created_at.unix_timestamp());
    let url = format!("{}/tiles/{name}/grids/{{z}}/{{x}}/{{y}}.mvt?v={version}", origin(headers));
    let vary = HeaderValue::from_static("host, x-forwarded-proto");
    Ok(([(CACHE_CONTROL, cache_control), (VARY, vary)], Json(TileJson::new(&set, url))).into_response())
}

/// A MapLibre style of the grids that works with no other host; with an administrator's key also of a draft
#[utoipa::path(
    get, path = "/style.json", tag = "tiles", operation_id = "style", params(StyleParams), security((), ("key" = [])),
    responses(
        (status = 200, description = "A MapLibre style", body = Object),
        (status = 400, description = "A parameter is wrong", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 401, description = "The key does not hold", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 404, description = "There is no such edition", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 503, description = "No edition is in force", body = ProblemDetails, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn style_json(
    State(state): State<AppState>,
    Visitor(caller): Visitor,
    Asked(StyleParameters { theme, edition }): Asked<StyleParameters>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (edition, tilejson) = match edition {
        Some(name) => (state.edition_for(&caller, &name).await?, format!("/tiles/{}/grids.json", escaped(&name))),
        None => (state.in_force()?.edition, "/tiles/grids.json".to_owned()),
    };
    let set = tile_set(&state, &edition).await?;
    let has = |tier| edition.planar.grids().iter().any(|grid| grid.tier == tier);
    let held: Vec<_> =
        set.zooms().first.iter().filter(|&(tier, _)| has(tier)).map(|(tier, &first)| (tier, first)).collect();
    let style: Value = style(&format!("{}{tilejson}", origin(&headers)), &held, theme);
    let vary = HeaderValue::from_static("host, x-forwarded-proto");
    Ok(([(CACHE_CONTROL, kept(&edition, SHORT)), (VARY, vary)], Json(style)).into_response())
}

/// A tile of the edition in force
#[utoipa::path(
    get, path = "/tiles/grids/{z}/{x}/{y}.mvt", tag = "tiles", operation_id = "tile",
    params(
        ("z" = u8, Path, description = "Zoom", maximum = 30),
        ("x" = u32, Path, description = "Column from the west"),
        ("y" = u32, Path, description = "Row from the north"),
        AtParams,
    ),
    responses(
        (status = 200, description = "Mapbox Vector Tile 2.1", body = Vec<u8>, content_type = "application/vnd.mapbox-vector-tile"),
        (status = 204, description = "Nothing of the edition is in this tile"),
        (status = 304, description = "The client has this tile"),
        (status = 400, description = "A parameter is wrong", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 404, description = "There is no such tile", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 406, description = "No encoding is accepted", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 503, description = "No edition is in force", body = ProblemDetails, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn tile(
    State(state): State<AppState>,
    Path((z, x, y)): Path<(String, String, String)>,
    Asked(AtParameters(at)): Asked<AtParameters>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let tile = coord([&z, &x, &y])?;
    answer(&state, &state.in_force_at(at).await?.edition, tile, &headers, SHORT).await
}

/// A tile of a named edition: it never changes; with an administrator's key also of a draft
#[utoipa::path(
    get, path = "/tiles/{edition}/grids/{z}/{x}/{y}.mvt", tag = "tiles", operation_id = "editionTile", security((), ("key" = [])),
    params(
        ("edition" = String, Path, description = "The edition's name"),
        ("z" = u8, Path, description = "Zoom", maximum = 30),
        ("x" = u32, Path, description = "Column from the west"),
        ("y" = u32, Path, description = "Row from the north"),
    ),
    responses(
        (status = 200, description = "Mapbox Vector Tile 2.1", body = Vec<u8>, content_type = "application/vnd.mapbox-vector-tile"),
        (status = 204, description = "Nothing of the edition is in this tile"),
        (status = 304, description = "The client has this tile"),
        (status = 400, description = "A parameter is wrong", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 401, description = "The key does not hold", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 404, description = "There is no such tile or edition", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 406, description = "No encoding is accepted", body = ProblemDetails, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn edition_tile(
    State(state): State<AppState>,
    Visitor(caller): Visitor,
    Path((edition, z, x, y)): Path<(String, String, String, String)>,
    Asked(TileParameters): Asked<TileParameters>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let tile = coord([&z, &x, &y])?;
    let edition = state.edition_for(&caller, &edition).await?;
    answer(&state, &edition, tile, &headers, kept(&edition, IMMUTABLE)).await
}

async fn answer(
    state: &AppState,
    edition: &Arc<EditionMap>,
    tile: TileCoord,
    headers: &HeaderMap,
    cache_control: HeaderValue,
) -> Result<Response, Problem> {
    let Some(encoding) = negotiate::encoding(headers) else {
        return Err(Problem::with(Kind::NotAcceptable, "tiles come as gzip, br, zstd or identity"));
    };
    let tile = state.tiles.tile(edition, tile, encoding).await.map_err(problem_of)?;
    let mut kept = HeaderMap::new();
    kept.insert(CACHE_CONTROL, cache_control);
    kept.insert(VARY, HeaderValue::from_static("accept-encoding"));
    if tile.is_empty() {
        return Ok((StatusCode::NO_CONTENT, kept).into_response());
    }
    kept.insert(ETAG, HeaderValue::from_str(&tile.etag).map_err(Problem::internal)?);
    if negotiate::is_known(headers, &tile.etag) {
        return Ok((StatusCode::NOT_MODIFIED, kept).into_response());
    }
    kept.insert(CONTENT_TYPE, MVT);
    if let Some(coding) = encoding.content_encoding() {
        kept.insert(CONTENT_ENCODING, HeaderValue::from_static(coding));
    }
    Ok((kept, tile.bytes).into_response())
}

async fn tile_set(state: &AppState, edition: &Arc<EditionMap>) -> Result<Arc<TileSet>, Problem> {
    state.tiles.tile_set(edition).await.map_err(problem_of)
}

fn problem_of(error: Arc<TileError>) -> Problem {
    match *error {
        TileError::ZoomOutOfRange { .. } => Problem::with(Kind::NoSuchTile, error.to_string()),
        _ => Problem::internal(error),
    }
}

/// Reads `z`, `x` and `y.mvt`. A path that names no tile is a tile that is not there.
fn coord([z, x, y]: [&str; 3]) -> Result<TileCoord, Problem> {
    let no_tile = |said: String| Problem::with(Kind::NoSuchTile, said);
    let read = || {
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse::<u32>().ok())?;
        let y = digits(y.strip_suffix(".mvt")?)?;
        Some((u8::try_from(digits(z)?).ok()?, digits(x)?, y))
    };
    let (z, x, y) = read().ok_or_else(|| no_tile("a tile is /{z}/{x}/{y}.mvt with three whole numbers".to_owned()))?;
    TileCoord::new(z, x, y).map_err(|error| no_tile(error.to_string()))
}

/// How the client calls this service, such as `http://127.0.0.1:8080`; empty where it does not say, which makes URLs
/// relative. A proxy in front that ends TLS says so in `X-Forwarded-Proto`.
pub(super) fn origin(headers: &HeaderMap) -> String {
    let host = headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let is_host = |byte: u8| byte.is_ascii_alphanumeric() || b".-:[]_".contains(&byte);
    if host.is_empty() || !host.bytes().all(is_host) {
        return String::new();
    }
    let tls = headers.get("x-forwarded-proto").is_some_and(|proto| proto == "https");
    format!("{}://{host}", if tls { "https" } else { "http" })
}

/// A path segment: everything but unreserved characters escaped.
pub(super) fn escaped(name: &str) -> String {
    use std::fmt::Write;
    let mut out = String::new();
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            write!(out, "%{byte:02X}").expect("text is written to memory");
        }
    }
    out
}
