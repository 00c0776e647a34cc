//! `GET /v1/editions/{a}/diff/{b}/reports`: how many known reports would lie in another grid. Counts alone, for who may read reports.

use axum::extract::{Path, State};
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

use super::compared;
use super::shapes::{ByTier, MAX_ROWS};
use crate::assign::compare::{self, Comparison, ReportChanges, compare_reports};
use crate::domain::caller::Caller;
use crate::domain::grid::{Grid, GridId};
use crate::domain::key::Right;
use crate::domain::tier::{PerTier, Tier};
use crate::http::admission::need;
use crate::http::editions::unkept;
use crate::http::geojson;
use crate::http::problem::{Kind, Problem, ProblemDetails};
use crate::http::state::AppState;
use crate::planar::map::PlanarMap;

/// What would become of known reports, had they come in under the new edition.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReportsAnswer {
    old: String,
    new: String,
    looked_at: CountedReports,
    /// The time was up: what came in before that day in China was not looked at, nor all of that day. Null: all were.
    #[schema(format = Date)]
    back_to: Option<String>,
    /// Without a position to decide from: (0, 0), or blurred on purpose. No edition places them.
    without_position: CountedReports,
    /// Outside every grid of both editions.
    outside: CountedReports,
    /// Those that a grid of another code would own, in each tier.
    changed: ByTier<CountedReports>,
    /// Those whose smallest grid has another code.
    another_grid: CountedReports,
    /// Of them those whose grid is the same place under another code.
    recoded: CountedReports,
    /// Those for which another party group or leader would answer, by the roster in force now.
    handed_over: CountedReports,
    /// From which grid to which, those with the most open reports first.
    pairs: Vec<ReportsPair>,
    /// Pairs that are not named, because there are so many.
    left_out: usize,
}

#[derive(Debug, Serialize, ToSchema)]
struct CountedReports {
    all: u64,
    /// Of them those with which somebody still has something to do: `reported` and `accepted`.
    open: u64,
}

#[derive(Debug, Serialize, ToSchema)]
struct ReportsPair {
    /// The smallest grid in the old edition; null outside every one.
    from: Option<PairedGrid>,
    /// The smallest grid in the new edition; null outside every one.
    to: Option<PairedGrid>,
    reports: CountedReports,
    /// The same place under another code.
    recoded: bool,
    /// West, south, east, north of where they would go; of where they are, when they go nowhere.
    #[schema(min_items = 4, max_items = 4)]
    bbox: Option<[f64; 4]>,
}

#[derive(Debug, Serialize, ToSchema)]
struct PairedGrid {
    #[schema(minimum = 1, maximum = 3)]
    tier: u8,
    code: String,
    name: String,
}

impl ReportsAnswer {
    pub(crate) fn new(comparison: &Comparison, found: &ReportChanges) -> ReportsAnswer {
        let (old, new) = (&comparison.old.edition, &comparison.new.edition);
        let bounds = |map: &PlanarMap, id: Option<GridId>| id.and_then(|id| map.bounds_of(id)).map(geojson::bbox);
        let pair = |pair: &compare::ReportPair| ReportsPair {
            from: pair.from.map(|id| PairedGrid::of(old.planar.grid(id))),
            to: pair.to.map(|id| PairedGrid::of(new.planar.grid(id))),
            reports: pair.reports.into(),
            recoded: pair.recoded,
            bbox: bounds(&new.planar, pair.to).or_else(|| bounds(&old.planar, pair.from)),
        };
        ReportsAnswer {
            old: old.info.name.clone(),
            new: new.info.name.clone(),
            looked_at: found.looked_at.into(),
            back_to: found.back_to.map(|day| day.to_string()),
            without_position: found.without_position.into(),
            outside: found.outside.into(),
            changed: PerTier(Tier::ALL.map(|tier| found.changed[tier].into())).into(),
            another_grid: found.another_grid.into(),
            recoded: found.recoded.into(),
            handed_over: found.handed_over.into(),
            pairs: found.pairs.iter().take(MAX_ROWS).map(pair).collect(),
            left_out: found.pairs.len().saturating_sub(MAX_ROWS),
        }
    }
}

impl From<compare::ReportCount> for CountedReports {
    fn from(compare::ReportCount { all, open }: compare::ReportCount) -> CountedReports {
        CountedReports { all, open }
    }
}

impl PairedGrid {
    fn of(grid: &Grid) -> PairedGrid {
        PairedGrid { tier: grid.tier.number(), code: grid.code.clone(), name: grid.name.clone() }
    }
}

/// How many known reports would lie in another grid
///
/// Each report is looked up by its position in both editions, the latest first; a leader counts those of its grid and below. No
/// report is named. It takes up to half as long as a request may take (15 seconds); `back_to` says how far back it came.
#[utoipa::path(
    get, path = "/v1/editions/{old}/diff/{new}/reports", tag = "editions", operation_id = "diffReports", security(("key" = [])),
    params(
        ("old" = String, Path, description = "The edition to start from"),
        ("new" = String, Path, description = "The edition to compare it with"),
    ),
    responses(
        (status = 200, description = "What would become of the reports", body = ReportsAnswer),
        (status = 401, description = "No key, or one that does not hold", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 403, description = "The key may not do this", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 404, description = "There is no such edition", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 503, description = "The store cannot be reached, or reports are being counted for others", body = ProblemDetails, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn count_reports(
    State(state): State<AppState>,
    caller: Caller,
    Path((old, new)): Path<(String, String)>,
) -> Result<Response, Problem> {
    need(&caller, Right::ReadReports)?;
    let comparison = compared(&state, &caller, &old, &new).await?;
    let busy = || Problem::with(Kind::Overloaded, "reports are being counted for others; try again in a few seconds");
    let _place = state.comparisons.place_to_count().ok_or_else(busy)?;
    let within = state.settings.request_timeout / 2;
    let store = state.live.store();
    let found = compare_reports(&comparison, &**store, caller.grid.as_deref(), Some(within)).await?;
    Ok(unkept(ReportsAnswer::new(&comparison, &found)))
}
