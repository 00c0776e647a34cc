//! `GET /v1/grids` and what hangs below: grids by tier, parent, box and words, as JSON or GeoJSON.

mod cursor;
mod moved;
mod shapes;

use std::collections::HashSet;

use axum::extract::{Path, State};
use axum::http::header::CACHE_CONTROL;
use axum::http::{HeaderMap, HeaderValue, Uri};
use axum::response::Response;
use time::OffsetDateTime;
use utoipa::{IntoParams, ToSchema};

use self::cursor::Cursor;
use self::moved::{Found, MovedCode, find_grid};
pub(crate) use self::shapes::Form;
use self::shapes::{FeatureCollection, GridDetail, GridFeature, GridPage, Page};
use super::admission::Anyone;
use super::params::{Asked, Given, Parameters, moment, tier};
use super::phones::Phones;
use super::problem::{Problem, ProblemDetails};
use super::state::{AppState, in_background};
use crate::assign::bulk::shortened;
use crate::domain::grid::GridId;
use crate::domain::tier::Tier;
use crate::geometry::point::{IntBox, Point};
use crate::index::search::Hit;
use crate::index::snapshot::Snapshot;

/// Grids on one page, without and with `limit`.
const DEFAULT_LIMIT: usize = 100;
const MAX_LIMIT: usize = 1000;

/// Longer words find nothing; no name is longer.
const MAX_WORD_CHARS: usize = 100;

/// Which grids are wanted.
#[derive(Debug, Default)]
pub(crate) struct GridsParameters {
    tier: Option<Tier>,
    parent: Option<String>,
    boxes: Option<Vec<IntBox>>,
    words: Option<String>,
    page: PageParameters,
}

/// How they are wanted.
#[derive(Debug, Default)]
pub(crate) struct PageParameters {
    limit: Option<usize>,
    cursor: Option<Cursor>,
    at: Option<OffsetDateTime>,
    form: Option<Form>,
}

impl Parameters for GridsParameters {
    fn read(given: &mut Given) -> Option<GridsParameters> {
        Some(GridsParameters {
            tier: given.optional("tier", tier),
            parent: given.text("parent"),
            boxes: given.optional("bbox", boxes),
            words: given.optional("q", words),
            page: PageParameters::read(given)?,
        })
    }
}

impl Parameters for PageParameters {
    fn read(given: &mut Given) -> Option<PageParameters> {
        Some(PageParameters {
            limit: given.optional("limit", limit),
            cursor: given.optional("cursor", str::parse),
            at: given.optional("at", moment),
            form: given.optional("f", str::parse),
        })
    }
}

/// When and in which form a single grid is wanted.
#[derive(Debug)]
pub(crate) struct GridParameters {
    at: Option<OffsetDateTime>,
    form: Option<Form>,
}

impl Parameters for GridParameters {
    fn read(given: &mut Given) -> Option<GridParameters> {
        Some(GridParameters { at: given.optional("at", moment), form: given.optional("f", str::parse) })
    }
}

/// The form of an answer that has two.
#[derive(Debug)]
pub(crate) struct FormParameters(pub Option<Form>);

impl Parameters for FormParameters {
    fn read(given: &mut Given) -> Option<FormParameters> {
        Some(FormParameters(given.optional("f", str::parse)))
    }
}

fn limit(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(limit @ 1..=MAX_LIMIT) => Ok(limit),
        _ => Err(format!("`{}` is not a number from 1 to {MAX_LIMIT}", shortened(text))),
    }
}

fn words(text: &str) -> Result<String, String> {
    match text.chars().count() {
        0..=MAX_WORD_CHARS => Ok(text.to_owned()),
        _ => Err(format!("is longer than {MAX_WORD_CHARS} characters")),
    }
}

/// `west,south,east,north`; where west is greater than east the box crosses the antimeridian and is two.
fn boxes(text: &str) -> Result<Vec<IntBox>, String> {
    let numbers: Vec<f64> = text.split(',').map(super::params::number).collect::<Result<_, _>>()?;
    let [west, south, east, north] = numbers[..] else {
        return Err("is not four numbers: west,south,east,north".to_owned());
    };
    let corner = |lon, lat| Point::from_degrees(lon, lat).map_err(|error| error.to_string());
    let (min, max) = (corner(west, south)?, corner(east, north)?);
    if south > north {
        return Err(format!("south {south} is greater than north {north}"));
    }
    if west <= east {
        return Ok(vec![IntBox { min, max }]);
    }
    Ok(vec![IntBox { min, max: corner(180.0, north)? }, IntBox { min: corner(-180.0, south)?, max }])
}

/// The parameters as OpenAPI describes them.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "read by the OpenAPI generator only")]
pub(crate) struct GridsParams {
    /// Only grids of this tier.
    #[param(minimum = 1, maximum = 3, nullable = false)]
    tier: Option<u8>,
    /// Only grids directly below the grid of this code.
    #[param(nullable = false)]
    parent: Option<String>,
    /// Only grids whose coordinate range meets `west,south,east,north` in degrees.
    #[param(example = "116.8,30.7,117,30.9", nullable = false)]
    bbox: Option<String>,
    /// Finds code, name, party group or leader, in Chinese, in pinyin or by its initials; best matches first.
    #[param(max_length = 100, nullable = false)]
    q: Option<String>,
}

/// The parameters as OpenAPI describes them.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "read by the OpenAPI generator only")]
pub(crate) struct PageParams {
    /// Grids on one page; 100 without it.
    #[param(minimum = 1, maximum = 1000, nullable = false)]
    limit: Option<u16>,
    /// `next` of the page before. It leads through the edition that page was from.
    #[param(nullable = false)]
    cursor: Option<String>,
}

/// The parameters as OpenAPI describes them.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "read by the OpenAPI generator only")]
pub(crate) struct AtParams {
    /// Answer from the edition and the roster in force at that time (RFC 3339).
    #[param(format = DateTime, value_type = String, required = false, nullable = false)]
    at: Option<String>,
}

/// The parameters as OpenAPI describes them.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "read by the OpenAPI generator only")]
pub(crate) struct FormParams {
    /// The form of the answer; without it the header `Accept` decides, and JSON where it leaves the choice.
    #[param(inline, nullable = false)]
    f: Option<FormWord>,
}

#[derive(ToSchema)]
#[schema(rename_all = "lowercase")]
#[expect(dead_code, reason = "read by the OpenAPI generator only")]
pub(crate) enum FormWord {
    Json,
    Geojson,
}

/// Grids by tier, parent, box and words
///
/// In the order of tier and code; with `q` the best matches first.
#[utoipa::path(
    get, path = "/v1/grids", tag = "grids", operation_id = "grids", params(GridsParams, PageParams, AtParams, FormParams),
    responses(
        (status = 200, description = "A page of grids", content(
            (GridPage = "application/json"), (FeatureCollection = "application/geo+json")
        )),
        (status = 400, description = "A parameter is wrong", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 404, description = "The cursor's edition is gone", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 503, description = "No edition is in force", body = ProblemDetails, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn list(
    State(state): State<AppState>,
    Asked(asked): Asked<GridsParameters>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let snapshot = snapshot_of(&state, &asked.page).await?;
    let form = Form::chosen(asked.page.form, &headers);
    in_background(move || {
        let page = if asked.words.is_some() { find(&snapshot, &asked) } else { in_order(&snapshot, &asked) };
        page.answer(&snapshot, form)
    })
    .await
}

/// One grid, with who answers for it
#[utoipa::path(
    get, path = "/v1/grids/{code}", tag = "grids", operation_id = "grid",
    params(("code" = String, Path, description = "The grid's code"), AtParams, FormParams),
    responses(
        (status = 200, description = "The grid", content(
            (GridDetail = "application/json"), (GridFeature = "application/geo+json")
        )),
        (status = 400, description = "A parameter is wrong", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 302, description = "The edition has no such code any more: `Location` is the grid with most of its land", body = MovedCode),
        (status = 404, description = "There is no such grid, nor was there one", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 503, description = "No edition is in force", body = ProblemDetails, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn one(
    State(state): State<AppState>,
    Path(code): Path<String>,
    Anyone(caller): Anyone,
    Asked(GridParameters { at, form }): Asked<GridParameters>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let snapshot = state.in_force_at(at).await?;
    let id = match find_grid(&state, &snapshot, &code, &uri)? {
        Found::Here(id) => id,
        Found::Elsewhere(response) => return Ok(response),
    };
    let form = Form::chosen(form, &headers);
    let worded = async |mut phones: Phones| {
        let snapshot = snapshot.clone();
        in_background(move || (shapes::one(&snapshot, id, form, &mut phones), phones)).await
    };
    let (mut response, phones) = worded(Phones::for_caller(&caller)).await?;
    match phones.write_down(&state).await {
        Ok(true) => {
            response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        }
        Ok(false) => {}
        // What cannot be written down is not shown.
        Err(_) => response = worded(Phones::masked()).await?.0,
    }
    Ok(response)
}

/// The grids directly below a grid
#[utoipa::path(
    get, path = "/v1/grids/{code}/children", tag = "grids", operation_id = "children",
    params(("code" = String, Path, description = "The grid's code"), PageParams, AtParams, FormParams),
    responses(
        (status = 200, description = "A page of grids", content(
            (GridPage = "application/json"), (FeatureCollection = "application/geo+json")
        )),
        (status = 400, description = "A parameter is wrong", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 302, description = "The edition has no such code any more: `Location` is the grid with most of its land", body = MovedCode),
        (status = 404, description = "There is no such grid, nor was there one", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 503, description = "No edition is in force", body = ProblemDetails, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn children(
    State(state): State<AppState>,
    Path(code): Path<String>,
    Asked(page): Asked<PageParameters>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let snapshot = snapshot_of(&state, &page).await?;
    if let Found::Elsewhere(response) = find_grid(&state, &snapshot, &code, &uri)? {
        return Ok(response);
    }
    let form = Form::chosen(page.form, &headers);
    let asked = GridsParameters { parent: Some(code), page, ..GridsParameters::default() };
    in_background(move || in_order(&snapshot, &asked).answer(&snapshot, form)).await
}

/// The grids of the same tier that share a border with a grid
#[utoipa::path(
    get, path = "/v1/grids/{code}/neighbors", tag = "grids", operation_id = "neighbors",
    params(("code" = String, Path, description = "The grid's code"), PageParams, AtParams, FormParams),
    responses(
        (status = 200, description = "A page of grids", content(
            (GridPage = "application/json"), (FeatureCollection = "application/geo+json")
        )),
        (status = 400, description = "A parameter is wrong", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 302, description = "The edition has no such code any more: `Location` is the grid with most of its land", body = MovedCode),
        (status = 404, description = "There is no such grid, nor was there one", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 503, description = "No edition is in force", body = ProblemDetails, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn neighbors(
    State(state): State<AppState>,
    Path(code): Path<String>,
    Asked(page): Asked<PageParameters>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let snapshot = snapshot_of(&state, &page).await?;
    let id = match find_grid(&state, &snapshot, &code, &uri)? {
        Found::Here(id) => id,
        Found::Elsewhere(response) => return Ok(response),
    };
    let form = Form::chosen(page.form, &headers);
    in_background(move || {
        let after = page.cursor.as_ref().map(|cursor| cursor.last.grid);
        let further = snapshot.edition.planar.neighbors(id).into_iter().filter(|&id| Some(id) > after);
        Page::of_ids(further, page.limit.unwrap_or(DEFAULT_LIMIT)).answer(&snapshot, form)
    })
    .await
}

/// The snapshot in force, now or at a time, or the one whose pages the cursor leads through.
async fn snapshot_of(state: &AppState, page: &PageParameters) -> Result<Snapshot, Problem> {
    let in_force = state.in_force_at(page.at).await?;
    match &page.cursor {
        Some(cursor) if cursor.edition != in_force.edition.info.name => {
            Ok(Snapshot::new(state.edition(&cursor.edition).await?, in_force.roster))
        }
        _ => Ok(in_force),
    }
}

/// The filter but for the words.
fn wanted<'a>(snapshot: &'a Snapshot, asked: &'a GridsParameters) -> impl Fn(GridId) -> bool + 'a {
    let met: Option<HashSet<GridId>> =
        asked.boxes.as_ref().map(|boxes| boxes.iter().flat_map(|&bounds| snapshot.edition.in_box(bounds)).collect());
    move |id| {
        let grid = snapshot.edition.planar.grid(id);
        asked.tier.is_none_or(|tier| grid.tier == tier)
            && (asked.parent.is_none() || grid.parent == asked.parent)
            && met.as_ref().is_none_or(|met| met.contains(&id))
    }
}

fn in_order(snapshot: &Snapshot, asked: &GridsParameters) -> Page {
    let wanted = wanted(snapshot, asked);
    let start = asked.page.cursor.as_ref().map_or(0, |cursor| cursor.last.grid.0.saturating_add(1));
    let all = snapshot.edition.planar.grids().len() as u32;
    let further = (start..all).map(GridId).filter(|&id| wanted(id));
    Page::of_ids(further, asked.page.limit.unwrap_or(DEFAULT_LIMIT))
}

fn find(snapshot: &Snapshot, asked: &GridsParameters) -> Page {
    let after: Option<Hit> = asked.page.cursor.as_ref().map(|cursor| cursor.last);
    let limit = asked.page.limit.unwrap_or(DEFAULT_LIMIT);
    let words = asked.words.as_deref().unwrap_or_default();
    // One more than wanted shows whether there is a further page.
    let hits = snapshot.search_index().search(words, after, limit + 1, wanted(snapshot, asked));
    Page::of_hits(hits, limit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boxes_across_the_antimeridian_are_two() {
        assert_eq!(boxes("116,30,117,31").unwrap().len(), 1);
        let two = boxes("170,-10,-170,10").unwrap();
        assert_eq!((two[0].max.lon(), two[1].min.lon()), (180.0, -180.0));
        for wrong in ["", "1,2,3", "1,2,3,4,5", "0,1,2,x", "0,10,1,5", "0,0,181,0", "nan,0,0,0"] {
            assert!(boxes(wrong).is_err(), "{wrong}");
        }
    }
}
