//! How grids are written: pages and single ones, as JSON or GeoJSON.

use axum::Json;
use axum::http::header::{ACCEPT, CONTENT_TYPE, VARY};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

use super::cursor::Cursor;
use crate::domain::grid::GridId;
use crate::http::geojson::{self, GEOJSON};
use crate::http::locate::{Answers, Responsible};
use crate::http::negotiate;
use crate::http::phones::Phones;
use crate::index::search::{Hit, Match};
use crate::index::snapshot::Snapshot;

/// The form of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    Json,
    GeoJson,
}

impl std::str::FromStr for Form {
    type Err = String;

    fn from_str(text: &str) -> Result<Form, String> {
        match text {
            "json" => Ok(Form::Json),
            "geojson" => Ok(Form::GeoJson),
            _ => Err(format!("`{}` is neither json nor geojson", crate::assign::bulk::shortened(text))),
        }
    }
}

impl Form {
    /// `f=` decides, then `Accept`; JSON where both leave the choice.
    pub fn chosen(f: Option<Form>, headers: &HeaderMap) -> Form {
        f.unwrap_or_else(|| {
            let accepted = headers.get_all(ACCEPT);
            let [json, geojson] = ["application/json", GEOJSON].map(|media| negotiate::media_quality(&accepted, media));
            if geojson > json { Form::GeoJson } else { Form::Json }
        })
    }

    pub fn respond(self, body: impl Serialize) -> Response {
        let mut response = Json(body).into_response();
        let headers = response.headers_mut();
        headers.insert(VARY, HeaderValue::from_static("accept"));
        if self == Form::GeoJson {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(GEOJSON));
        }
        response
    }
}

/// A grid in a list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct GridRow {
    #[schema(minimum = 1, maximum = 3)]
    tier: u8,
    code: String,
    name: String,
    /// Code of the grid above; null on tier 1.
    parent: Option<String>,
    /// West, south, east, north in degrees; null for a grid that was left without area.
    #[schema(min_items = 4, max_items = 4)]
    bbox: Option<[f64; 4]>,
    /// A point well inside it.
    #[schema(min_items = 2, max_items = 2)]
    label: Option<[f64; 2]>,
    /// 党小组, of the grid itself.
    party_group: Option<String>,
    /// Name of the grid's own leader.
    leader: Option<String>,
}

/// A page of grids.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct GridPage {
    edition: String,
    grids: Vec<GridRow>,
    /// The cursor of the next page; null on the last.
    next: Option<String>,
}

/// A single grid.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct GridDetail {
    edition: String,
    #[serde(flatten)]
    grid: GridRow,
    /// Who answers for it: its own entry in the roster, or that of the nearest grid above that has one.
    responsible: Option<Responsible>,
    /// Whoever answers for it, up the tiers to the town office; null where the roster names nobody.
    answers: Option<Answers>,
}

/// A page of grids with their shapes.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FeatureCollection {
    #[serde(rename = "type")]
    #[schema(example = "FeatureCollection")]
    kind: &'static str,
    edition: String,
    features: Vec<GridFeature>,
    /// The cursor of the next page; null on the last.
    next: Option<String>,
}

/// A grid with its shape.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct GridFeature {
    #[serde(rename = "type")]
    #[schema(example = "Feature")]
    kind: &'static str,
    id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(min_items = 4, max_items = 4, nullable = false)]
    bbox: Option<[f64; 4]>,
    /// A MultiPolygon; null for a grid that was left without area.
    #[schema(value_type = Option<Object>, required)]
    geometry: Box<RawValue>,
    properties: GridProperties,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct GridProperties {
    edition: String,
    #[serde(flatten)]
    grid: GridRow,
}

/// Grids that belong on one page.
pub(super) struct Page {
    hits: Vec<Hit>,
    more: bool,
}

impl Page {
    /// The first `limit` of these grids.
    pub fn of_ids(ids: impl Iterator<Item = GridId>, limit: usize) -> Page {
        let hits = ids.take(limit + 1).map(|grid| Hit { matched: Match::Code, grid }).collect();
        Page::of_hits(hits, limit)
    }

    /// The first `limit` of these; more than that show that there is a further page.
    pub fn of_hits(mut hits: Vec<Hit>, limit: usize) -> Page {
        let more = hits.len() > limit;
        hits.truncate(limit);
        Page { hits, more }
    }

    pub fn answer(&self, snapshot: &Snapshot, form: Form) -> Response {
        let edition = snapshot.edition.info.name.clone();
        let last = self.hits.last().filter(|_| self.more);
        let next = last.map(|&last| Cursor { edition: edition.clone(), last }.to_string());
        let ids = self.hits.iter().map(|hit| hit.grid);
        match form {
            Form::Json => form.respond(GridPage { edition, grids: ids.map(|id| row(snapshot, id)).collect(), next }),
            Form::GeoJson => {
                let features = ids.map(|id| feature(snapshot, id)).collect();
                form.respond(FeatureCollection { kind: "FeatureCollection", edition, features, next })
            }
        }
    }
}

/// The answer of a single grid.
pub(super) fn one(snapshot: &Snapshot, id: GridId, form: Form, phones: &mut Phones) -> Response {
    match form {
        Form::Json => form.respond(GridDetail {
            edition: snapshot.edition.info.name.clone(),
            grid: row(snapshot, id),
            responsible: responsible(snapshot, id, phones),
            answers: snapshot
                .roster
                .answers(snapshot.upwards(id))
                .map(|answering| Answers::of(answering, snapshot, phones)),
        }),
        Form::GeoJson => form.respond(feature(snapshot, id)),
    }
}

fn row(snapshot: &Snapshot, id: GridId) -> GridRow {
    let planar = &snapshot.edition.planar;
    let grid = planar.grid(id);
    let entry = snapshot.roster.of(&grid.code);
    GridRow {
        tier: grid.tier.number(),
        code: grid.code.clone(),
        name: grid.name.clone(),
        parent: grid.parent.clone(),
        bbox: planar.bounds_of(id).map(geojson::bbox),
        label: snapshot.edition.label_point(id).map(|point| point.to_degrees()),
        party_group: entry.and_then(|entry| entry.party_group.clone()),
        leader: entry.and_then(|entry| entry.leader()).map(|leader| leader.name.clone()),
    }
}

fn feature(snapshot: &Snapshot, id: GridId) -> GridFeature {
    let row = row(snapshot, id);
    GridFeature {
        kind: "Feature",
        id: row.code.clone(),
        bbox: row.bbox,
        geometry: geojson::geometry(&snapshot.edition.planar.shape(id)),
        properties: GridProperties { edition: snapshot.edition.info.name.clone(), grid: row },
    }
}

/// The entry of the grid itself or of the nearest one above it that has one.
fn responsible(snapshot: &Snapshot, id: GridId, phones: &mut Phones) -> Option<Responsible> {
    let entry = snapshot.upwards(id).find_map(|grid| snapshot.roster.of(&grid.code))?;
    Some(Responsible::of(entry, snapshot, phones))
}
