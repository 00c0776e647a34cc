//! `GET /v1/editions/{name}/report`: what validation found in an edition, as JSON or as GeoJSON for a map.

use std::collections::BTreeMap;

use axum::extract::{Path, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, HeaderValue};
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

use super::editions::{unkept, visible};
use super::geojson::GEOJSON;
use super::grids::{Form, FormParameters, FormParams};
use super::params::Asked;
use super::problem::{Problem, ProblemDetails};
use super::state::{AppState, in_background};
use crate::domain::caller::Caller;
use crate::domain::problem::{CheckReport, Problem as Finding, Repair, Severity};
use crate::import::export::problem_features;

/// Everything that was found in an edition, errors first, and what was repaired.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Report {
    counts: ReportCounts,
    #[schema(value_type = Vec<FoundProblem>)]
    problems: Vec<Finding>,
    #[schema(value_type = Vec<DoneRepair>)]
    repairs: Vec<Repair>,
    /// Names of the grids concerned, by code.
    names: BTreeMap<String, String>,
    /// What was seen while the files were read and is no problem, such as the encoding that was taken for theirs.
    notes: Vec<String>,
}

/// How much there is of what.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReportCounts {
    errors: usize,
    warnings: usize,
    repairs: usize,
    /// Problems by their code, such as `{"overlap": 3}`.
    codes: BTreeMap<&'static str, usize>,
}

impl ReportCounts {
    pub(super) fn of(report: &CheckReport) -> ReportCounts {
        let count = |severity| report.problems.iter().filter(|problem| problem.severity == severity).count();
        let mut codes = BTreeMap::new();
        for problem in &report.problems {
            *codes.entry(problem.code.as_str()).or_default() += 1;
        }
        let repairs = report.repairs.len();
        ReportCounts { errors: count(Severity::Error), warnings: count(Severity::Warning), repairs, codes }
    }
}

/// Something that is wrong with the borders or their attributes.
#[derive(ToSchema)]
#[expect(dead_code, reason = "read by the OpenAPI generator only")]
pub(crate) struct FoundProblem {
    #[schema(example = "overlap")]
    code: String,
    severity: SeverityWord,
    /// Codes of the grids concerned.
    grids: Vec<String>,
    /// Longitude and latitude of a point in the place, where there is one.
    #[schema(min_items = 2, max_items = 2, nullable = false)]
    place: Option<[f64; 2]>,
    #[schema(inline, nullable = false)]
    measure: Option<MeasureWords>,
    /// File, line or feature, and field.
    #[schema(nullable = false)]
    source: Option<String>,
    message: String,
    /// Outline of the place: closed rings of longitude and latitude.
    #[schema(nullable = false)]
    outline: Option<Vec<Vec<[f64; 2]>>>,
}

#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
#[expect(dead_code, reason = "read by the OpenAPI generator only")]
enum SeverityWord {
    Error,
    Warning,
}

/// One of these: the unit is in the name.
#[derive(ToSchema)]
#[expect(dead_code, reason = "read by the OpenAPI generator only")]
struct MeasureWords {
    #[schema(nullable = false)]
    area_m2: Option<f64>,
    #[schema(nullable = false)]
    length_m: Option<f64>,
    #[schema(nullable = false)]
    count: Option<u64>,
    /// Of 1.
    #[schema(nullable = false)]
    share: Option<f64>,
}

/// Something that was mended.
#[derive(ToSchema)]
#[expect(dead_code, reason = "read by the OpenAPI generator only")]
pub(crate) struct DoneRepair {
    #[schema(example = "border_snapped")]
    action: String,
    /// Codes of the grids concerned.
    grids: Vec<String>,
    /// Longitude and latitude.
    #[schema(min_items = 2, max_items = 2, nullable = false)]
    place: Option<[f64; 2]>,
    /// How far anything moved at most.
    moved_m: f64,
    #[schema(inline, nullable = false)]
    measure: Option<MeasureWords>,
    #[schema(nullable = false)]
    source: Option<String>,
    message: String,
}

/// The problems as features of a map.
#[derive(ToSchema)]
#[expect(dead_code, reason = "read by the OpenAPI generator only")]
pub(crate) struct ProblemFeatures {
    #[schema(example = "FeatureCollection")]
    r#type: String,
    features: Vec<serde_json::Value>,
}

/// The validation report of an edition
///
/// That of its import for a draft, which only administrators see; that of its publication afterwards. As GeoJSON every
/// problem is a feature: its outline where it has one, else its point.
#[utoipa::path(
    get, path = "/v1/editions/{edition}/report", tag = "editions", operation_id = "editionReport", security((), ("key" = [])),
    params(("edition" = String, Path, description = "The edition's name"), FormParams),
    responses(
        (status = 200, description = "The report", content(
            (Report = "application/json"), (ProblemFeatures = "application/geo+json")
        )),
        (status = 400, description = "A parameter is wrong", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 401, description = "The key does not hold", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 404, description = "There is no such edition", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 503, description = "The store cannot be reached", body = ProblemDetails, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn report(
    State(state): State<AppState>,
    caller: Caller,
    Path(name): Path<String>,
    Asked(FormParameters(form)): Asked<FormParameters>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let info = visible(&state, &caller, &name).await?;
    let report = state.live.store().report(info.id).await?;
    let form = Form::chosen(form, &headers);
    in_background(move || match form {
        Form::Json => {
            let counts = ReportCounts::of(&report);
            let CheckReport { problems, repairs, names, notes } = report;
            unkept(Report { counts, problems, repairs, names, notes })
        }
        Form::GeoJson => {
            let mut response = unkept(problem_features(&report.problems));
            response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(GEOJSON));
            response
        }
    })
    .await
}
