//! `GET /v1/stats`: how reports stand.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::response::Response;
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use super::admission::need;
use super::editions::unkept;
use super::params::{Asked, Given, Parameters, moment};
use super::problem::{Problem, ProblemDetails};
use super::state::AppState;
use crate::assign::bulk::shortened;
use crate::assign::statistics::{Group, groups, settled_levels};
use crate::domain::caller::Caller;
use crate::domain::key::Right;
use crate::domain::report::Status;
use crate::domain::tier::Tier;
use crate::store::reports::{CountBy, ReportFilter};

/// What is counted, and by what.
#[derive(Debug)]
pub(crate) struct StatsParameters {
    filter: ReportFilter,
    by: CountBy,
}

impl Parameters for StatsParameters {
    fn read(given: &mut Given) -> Option<StatsParameters> {
        let filter = ReportFilter {
            grid: given.text("grid"),
            since: given.optional("since", moment),
            until: given.optional("until", moment),
            ..ReportFilter::default()
        };
        let by = given.optional("by", |text| match text {
            "tier1" => Ok(CountBy::Tier(Tier::One)),
            "tier2" => Ok(CountBy::Tier(Tier::Two)),
            "tier3" => Ok(CountBy::Tier(Tier::Three)),
            "category" => Ok(CountBy::Category),
            "day" => Ok(CountBy::Day),
            _ => Err(format!("`{}` is none of: tier1, tier2, tier3, category, day", shortened(text))),
        });
        Some(StatsParameters { filter, by: by.unwrap_or(CountBy::All) })
    }
}

/// The parameters as OpenAPI describes them.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "read by the OpenAPI generator only")]
pub(crate) struct StatsParams {
    /// Only reports at places in the grid of this code, of any tier.
    #[param(nullable = false)]
    grid: Option<String>,
    /// Only reports that came in then or later (RFC 3339).
    #[param(format = DateTime, value_type = String, required = false, nullable = false)]
    since: Option<String>,
    /// Only reports that came in before (RFC 3339).
    #[param(format = DateTime, value_type = String, required = false, nullable = false)]
    until: Option<String>,
    /// A row for each; one row for all without it.
    #[param(inline, nullable = false)]
    by: Option<By>,
}

#[derive(ToSchema)]
#[schema(rename_all = "lowercase")]
#[expect(dead_code, reason = "read by the OpenAPI generator only")]
pub(crate) enum By {
    Tier1,
    Tier2,
    Tier3,
    Category,
    Day,
}

/// How reports stand.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Stats {
    /// All reports that were asked for.
    total: StatsRow,
    /// By what was asked for, in its order; empty without `by`.
    rows: Vec<StatsRow>,
}

/// The reports of one grid, category or day.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct StatsRow {
    /// The grid's or the category's code, or the day in China; null for all, and for what lies outside every grid.
    about: Option<String>,
    reports: u64,
    /// By status.
    #[schema(value_type = Object)]
    status: BTreeMap<&'static str, u64>,
    /// Settled ones by the level that settled them.
    #[schema(value_type = Object)]
    settled_by: BTreeMap<&'static str, u64>,
    settled: u64,
    /// Late at the level that holds them.
    overdue: u64,
    /// Settled ones of all but the rejected and the merged, 0 to 1; null of nothing.
    completion_rate: Option<f64>,
    /// From coming in to being settled.
    median_hours_to_settle: Option<f64>,
}

impl StatsRow {
    fn new(about: Option<String>, group: &Group) -> StatsRow {
        let statuses = Status::ALL.into_iter().map(|status| (status.as_str(), group.of_status(status)));
        StatsRow {
            about,
            reports: group.reports,
            status: statuses.collect(),
            settled_by: settled_levels().into_iter().zip(group.settled_by).collect(),
            settled: group.settled(),
            overdue: group.late,
            completion_rate: group.completion_rate(),
            median_hours_to_settle: group.median_seconds.map(|seconds| (seconds / 36.0).round() / 100.0),
        }
    }
}

/// `261125` as a date.
fn day(id_day: &str) -> String {
    match (id_day.get(..2), id_day.get(2..4), id_day.get(4..6)) {
        (Some(year), Some(month), Some(day)) => format!("20{year}-{month}-{day}"),
        _ => id_day.to_owned(),
    }
}

/// How reports stand
///
/// A leader sees the counts of its grid and below. All counts of an answer are of one moment.
#[utoipa::path(
    get, path = "/v1/stats", tag = "reports", operation_id = "stats", security(("key" = [])), params(StatsParams),
    responses(
        (status = 200, description = "The counts", body = Stats),
        (status = 400, description = "A parameter is wrong", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 401, description = "No key, or one that does not hold", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 403, description = "The key may not do this", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 503, description = "The store cannot be reached", body = ProblemDetails, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn stats(
    State(state): State<AppState>,
    caller: Caller,
    Asked(StatsParameters { mut filter, by }): Asked<StatsParameters>,
) -> Result<Response, Problem> {
    need(&caller, Right::ReadReports)?;
    filter.scope = caller.grid.clone();
    let counts = state.live.store().count_reports(&filter, &[CountBy::All, by]).await?;
    let mut counts = counts.iter().map(|counts| groups(counts));
    let total = counts.next().and_then(|all| all.into_values().next()).unwrap_or_default();
    let rows = match by {
        CountBy::All => Vec::new(),
        _ => {
            let name = |about: Option<String>| if by == CountBy::Day { about.map(|text| day(&text)) } else { about };
            let groups = counts.next().unwrap_or_default();
            groups.into_iter().map(|(about, group)| StatsRow::new(name(about), &group)).collect()
        }
    };
    Ok(unkept(Stats { total: StatsRow::new(None, &total), rows }))
}
