//! `GET /v1/locate`: which grids hold a point, and who answers there.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::value::RawValue;
use time::OffsetDateTime;
use utoipa::{IntoParams, ToSchema};

use super::admission::Anyone;
use super::editions::unkept;
use super::geojson;
use super::params::{Asked, Given, Parameters, moment, number, tiers, truth};
use super::phones::Phones;
use super::problem::{Problem, ProblemDetails};
use super::state::{AppState, in_background};
use crate::assign::locate::{Located, Query, locate};
use crate::domain::grid::GridId;
use crate::domain::roster::{Person, RosterEntry, TOWN_OFFICE};
use crate::domain::tier::PerTier;
use crate::geometry::crs::QueryCrs;
use crate::index::roster::Answering;
use crate::index::snapshot::Snapshot;

/// A point and what is wanted of it.
#[derive(Debug)]
pub(crate) struct LocateParameters {
    query: Query,
    at: Option<OffsetDateTime>,
    geometry: bool,
}

impl Parameters for LocateParameters {
    fn read(given: &mut Given) -> Option<LocateParameters> {
        let lon = given.required("lon", number);
        let lat = given.required("lat", number);
        let crs = given.optional("crs", crs);
        let accuracy_m = given.optional("accuracy", number);
        let at = given.optional("at", moment);
        let tiers = given.optional("tiers", tiers);
        let geometry = given.optional("geometry", truth);
        let query = Query {
            lon: lon?,
            lat: lat?,
            crs: crs.unwrap_or_default(),
            accuracy_m,
            tiers: tiers.unwrap_or(PerTier([true; 3])),
        };
        Some(LocateParameters { query, at, geometry: geometry.unwrap_or(false) })
    }
}

/// A coordinate system's word.
pub(super) fn crs(text: &str) -> Result<QueryCrs, String> {
    let word = crate::assign::bulk::shortened(text);
    word.parse().map_err(|unknown: crate::geometry::crs::UnknownCrs| unknown.to_string())
}

/// The parameters as OpenAPI describes them.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "read by the OpenAPI generator only")]
pub(crate) struct LocateParams {
    /// Longitude in degrees, in `crs`.
    #[param(minimum = -180, maximum = 180, example = 116.9)]
    lon: f64,
    /// Latitude in degrees, in `crs`.
    #[param(minimum = -90, maximum = 90, example = 30.8)]
    lat: f64,
    /// The coordinate system of `lon` and `lat`; `wgs84` without it.
    #[param(inline, nullable = false)]
    crs: Option<Crs>,
    /// Radius in metres of the circle that the true place lies in; adds `candidates`.
    #[param(minimum = 0, maximum = 100000, nullable = false)]
    accuracy: Option<f64>,
    /// Answer from the edition and the roster in force at that time (RFC 3339).
    #[param(format = DateTime, value_type = String, required = false, nullable = false)]
    at: Option<String>,
    /// The tiers wanted in `grids`, such as `1,3`; all without it.
    #[param(pattern = "^[123](,[123])*$", nullable = false)]
    tiers: Option<String>,
    /// Adds each grid's shape as a GeoJSON geometry.
    #[param(nullable = false)]
    geometry: Option<bool>,
}

/// A coordinate system of a query.
#[derive(ToSchema)]
#[schema(rename_all = "lowercase")]
#[expect(dead_code, reason = "read by the OpenAPI generator only")]
pub(crate) enum Crs {
    Wgs84,
    Cgcs2000,
    Gcj02,
    Bd09,
}

/// The answer of `locate`, over HTTP and on the command line.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LocateAnswer {
    query: AskedPoint,
    /// Name of the edition that answered.
    #[schema(example = "2026-01")]
    edition: String,
    /// The grid of each tier that holds the point, largest first; empty outside every grid.
    grids: Vec<LocatedGrid>,
    /// Who is there for it: the roster's entry of the smallest tier that has one there.
    responsible: Option<Responsible>,
    /// Whoever answers: the leader of the smallest tier that has one in service, a deputy in the leader's place; else the town
    /// office. Null outside every grid and where the roster names nobody.
    answers: Option<Answers>,
    /// Metres to the nearest border of any tier.
    border_distance_m: Option<f64>,
    /// With `accuracy`: every grid of the smallest tier that the circle meets, largest share first.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    candidates: Option<Vec<Candidate>>,
    /// Outside every grid: the nearest one.
    nearest: Option<Nearest>,
    /// Signs that the position is not the one that was meant. The answer is the same with them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    warnings: Vec<Warning>,
}

/// The question again.
#[derive(Debug, Serialize, ToSchema)]
struct AskedPoint {
    lon: f64,
    lat: f64,
    #[schema(value_type = Crs)]
    crs: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    accuracy: Option<f64>,
}

#[derive(Debug, Serialize, ToSchema)]
struct LocatedGrid {
    #[schema(minimum = 1, maximum = 3)]
    tier: u8,
    code: String,
    name: String,
    /// With `geometry=true`: a GeoJSON MultiPolygon.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>, nullable = false)]
    geometry: Option<Box<RawValue>>,
}

/// Who answers for a grid.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Responsible {
    /// Code of the grid whose entry this is.
    grid: String,
    /// 党小组
    party_group: Option<String>,
    /// 网格长
    leader: Option<Leader>,
    staff: Vec<Staff>,
}

#[derive(Debug, Serialize, ToSchema)]
struct Leader {
    name: String,
    /// With its middle hidden.
    #[schema(example = "138****0000")]
    phone: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
struct Staff {
    #[schema(example = "mediator")]
    role: &'static str,
    name: String,
    /// With its middle hidden.
    phone: Option<String>,
    /// Stands in for whoever holds the role; absent for who holds it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(required = false)]
    deputy: bool,
}

/// Whoever answers for a place.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Answers {
    /// `tier3`, `tier2`, `tier1` or `town`.
    #[schema(example = "tier3")]
    level: &'static str,
    /// Code of the grid that the person is of; null for the town office.
    grid: Option<String>,
    name: String,
    /// With its middle hidden.
    #[schema(example = "138****0000")]
    phone: Option<String>,
    /// `leader`, or another role of somebody of the town office.
    #[schema(example = "leader")]
    role: &'static str,
    /// Stands in for whoever holds the role.
    deputy: bool,
}

#[derive(Debug, Serialize, ToSchema)]
struct Candidate {
    code: String,
    name: String,
    /// Part of the circle's area, 0 to 1.
    share: f64,
}

#[derive(Debug, Serialize, ToSchema)]
struct Nearest {
    code: String,
    name: String,
    distance_m: f64,
}

#[derive(Debug, Serialize, ToSchema)]
struct Warning {
    /// `zero_point`, `swapped_axes` or `crs_mismatch`.
    code: &'static str,
    message: String,
}

impl Responsible {
    /// An entry with the phones as the caller may see them.
    pub(super) fn of(entry: &RosterEntry, snapshot: &Snapshot, phones: &mut Phones) -> Responsible {
        let mut phone = |person: &Person| phones.of(person, &entry.grid, snapshot);
        let leader = entry.leader().map(|person| Leader { name: person.name.clone(), phone: phone(person) });
        let staff = |person: &Person| Staff {
            role: person.role.as_str(),
            name: person.name.clone(),
            phone: phone(person),
            deputy: person.deputy,
        };
        Responsible {
            grid: entry.grid.clone(),
            party_group: entry.party_group.clone(),
            leader,
            staff: entry.staff().map(staff).collect(),
        }
    }
}

impl Answers {
    /// With the phone as the caller may see it.
    pub(super) fn of(answering: Answering<'_>, snapshot: &Snapshot, phones: &mut Phones) -> Answers {
        let Answering { level, grid, person } = answering;
        Answers {
            level: level.as_str(),
            grid: grid.map(Into::into),
            name: person.name.clone(),
            phone: phones.of(person, grid.unwrap_or(TOWN_OFFICE), snapshot),
            role: person.role.as_str(),
            deputy: person.deputy,
        }
    }
}

impl LocateAnswer {
    /// Dresses what was found; `geometry` adds the shapes.
    pub(crate) fn new(
        snapshot: &Snapshot,
        query: &Query,
        located: &Located<'_>,
        geometry: bool,
        phones: &mut Phones,
    ) -> LocateAnswer {
        let planar = &snapshot.edition.planar;
        let named = |id: GridId| (planar.grid(id).code.clone(), planar.grid(id).name.clone());
        let grids = located.owners.0.into_iter().flatten().map(|id| {
            let (code, name) = named(id);
            let geometry = geometry.then(|| geojson::geometry(&planar.shape(id)));
            LocatedGrid { tier: planar.grid(id).tier.number(), code, name, geometry }
        });
        let candidates = located.candidates.as_ref().map(|shares| {
            let candidate = |&(id, share): &(GridId, f64)| {
                let (code, name) = named(id);
                Candidate { code, name, share }
            };
            shares.grids.iter().map(candidate).collect()
        });
        let nearest = located.nearest.map(|(id, distance_m)| {
            let (code, name) = named(id);
            Nearest { code, name, distance_m: millimetres(distance_m) }
        });
        let warning = |suspicion: crate::index::suspect::Suspicion| Warning {
            code: suspicion.as_str(),
            message: suspicion.to_string(),
        };
        LocateAnswer {
            query: AskedPoint { lon: query.lon, lat: query.lat, crs: query.crs.as_str(), accuracy: query.accuracy_m },
            edition: snapshot.edition.info.name.clone(),
            grids: grids.collect(),
            responsible: located.responsible.map(|entry| Responsible::of(entry, snapshot, phones)),
            answers: located.answers.map(|answering| Answers::of(answering, snapshot, phones)),
            border_distance_m: located.border_distance_m.map(millimetres),
            candidates,
            nearest,
            warnings: located.suspicion.map(warning).into_iter().collect(),
        }
    }
}

/// Further digits would only look exact: the lattice has a centimetre.
fn millimetres(metres: f64) -> f64 {
    (metres * 1000.0).round() / 1000.0
}

/// Which grids hold a point, and who answers there
///
/// West and south borders belong to a grid, east and north ones to its neighbour, so a point has at most one grid in
/// each tier. Outside every grid the status is 200, `grids` is empty, and `nearest` names the nearest grid. Phones are
/// masked but for those who may see them there: leaders in their grid and below, dispatchers and administrators.
#[utoipa::path(
    get, path = "/v1/locate", tag = "lookups", operation_id = "locate", params(LocateParams),
    security((), ("key" = []), ("session" = [])),
    responses(
        (status = 200, description = "The answer", body = LocateAnswer),
        (status = 400, description = "A parameter is wrong", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 404, description = "No edition was in force `at` that time", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 503, description = "No edition is in force", body = ProblemDetails, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn locate_point(
    State(state): State<AppState>,
    Anyone(caller): Anyone,
    Asked(asked): Asked<LocateParameters>,
) -> Result<Response, Problem> {
    let snapshot = state.in_force_at(asked.at).await?;
    let takes_long = asked.query.accuracy_m.is_some() || asked.geometry;
    let answer = Arc::new(move |mut phones: Phones| match locate(&snapshot, &asked.query) {
        Ok(located) => {
            let answer = LocateAnswer::new(&snapshot, &asked.query, &located, asked.geometry, &mut phones);
            Ok((answer, phones))
        }
        Err(error) => Err(Problem::parameter(error.field(), error.to_string())),
    });
    let worded = async |phones: Phones| {
        let answer = answer.clone();
        if takes_long { in_background(move || answer(phones)).await? } else { answer(phones) }
    };
    let (answer, phones) = worded(Phones::for_caller(&caller)).await?;
    Ok(match phones.write_down(&state).await {
        Ok(true) => unkept(answer),
        Ok(false) => Json(answer).into_response(),
        // What cannot be written down is not shown.
        Err(_) => Json(worded(Phones::masked()).await?.0).into_response(),
    })
}
