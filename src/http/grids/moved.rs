//! Codes that an edition does not have any more lead to the grids that hold their land.

use axum::Json;
use axum::http::header::{CACHE_CONTROL, LOCATION};
use axum::http::{HeaderValue, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use crate::assign::bulk::shortened;
use crate::domain::grid::GridId;
use crate::http::problem::{Kind, Problem};
use crate::http::state::AppState;
use crate::http::tiles::escaped;
use crate::index::snapshot::Snapshot;

/// Where a code leads.
pub(super) enum Found {
    Here(GridId),
    /// A redirection.
    Elsewhere(Response),
}

/// What became of a code.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MovedCode {
    code: String,
    /// The edition that does not have it.
    edition: String,
    /// The edition in which it went; after a rollback the one in which it came.
    since: String,
    /// The grids that hold its land now, the largest part first.
    leads_to: Vec<LeadRow>,
}

#[derive(Debug, Serialize, ToSchema)]
struct LeadRow {
    #[schema(minimum = 1, maximum = 3)]
    tier: u8,
    code: String,
    name: String,
    /// Part of the old grid's area, 0 to 1.
    share: f64,
}

/// The grid of that code, or the way to the one that has most of its land: what follows the code in the path, and the
/// query, stay as they are.
pub(super) fn find_grid(state: &AppState, snapshot: &Snapshot, code: &str, uri: &Uri) -> Result<Found, Problem> {
    let planar = &snapshot.edition.planar;
    if let Some(id) = planar.find(code) {
        return Ok(Found::Here(id));
    }
    let edition = snapshot.edition.info.name.clone();
    let leads = state.live.leads(snapshot, code);
    let Some((first, since)) = leads.first() else {
        let detail = format!("edition `{edition}` has no grid with the code `{}`", shortened(code));
        return Err(Problem::with(Kind::NoSuchGrid, detail));
    };
    let below = uri.path().rsplit('/').next().filter(|&last| matches!(last, "children" | "neighbors"));
    let below = below.map(|below| format!("/{below}")).unwrap_or_default();
    let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    let location = format!("/v1/grids/{}{below}{query}", escaped(&first.code));
    let location = HeaderValue::from_str(&location).map_err(Problem::internal)?;
    let row = |code: &str, share: f64| {
        let grid = planar.grid(planar.find(code)?);
        let (code, name) = (grid.code.clone(), grid.name.clone());
        Some(LeadRow { tier: grid.tier.number(), code, name, share: (share * 1e6).round() / 1e6 })
    };
    let body = MovedCode {
        code: code.to_owned(),
        edition,
        since: since.clone(),
        leads_to: leads.iter().filter_map(|(lead, _)| row(&lead.code, lead.share)).collect(),
    };
    // The code may come back.
    let kept = HeaderValue::from_static("public, max-age=60");
    Ok(Found::Elsewhere((StatusCode::FOUND, [(LOCATION, location), (CACHE_CONTROL, kept)], Json(body)).into_response()))
}
