//! `GET /v1/stats`: how reports stand.

mod sheet;

use std::collections::BTreeMap;

use axum::extract::State;
use axum::response::Response;
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use super::admission::need;
use super::editions::unkept;
use super::params::{Asked, Given, Parameters, moment};
use super::problem::{Problem, ProblemDetails};
use super::reports::read::words;
use super::state::AppState;
use crate::assign::bulk::shortened;
use crate::assign::statistics::{Group, groups, settled_levels};
use crate::domain::caller::Caller;
use crate::domain::key::Right;
use crate::domain::report::Status;
use crate::domain::tier::Tier;
use crate::index::snapshot::Snapshot;
use crate::store::reports::{CountBy, ReportFilter};

/// All the ways of counting.
const WAYS: [(&str, CountBy); 5] = [
    ("tier1", CountBy::Tier(Tier::One)),
    ("tier2", CountBy::Tier(Tier::Two)),
    ("tier3", CountBy::Tier(Tier::Three)),
    ("category", CountBy::Category),
    ("day", CountBy::Day),
];

/// Of so many reports medians are exact, which reads them one by one; those of more are told by counts that are kept.
const EXACT_UP_TO: u64 = 20_000;

/// What the row of all is called among the others.
const ALL: &str = "all";

/// What is counted, and by what.
#[derive(Debug)]
pub(crate) struct StatsParameters {
    filter: ReportFilter,
    /// Each once.
    by: Vec<(&'static str, CountBy)>,
    form: Option<Form>,
}

/// In which form the counts are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Json,
    Csv,
    Xlsx,
}

fn way(word: &str) -> Result<(&'static str, CountBy), String> {
    let found = WAYS.into_iter().find(|(name, _)| *name == word);
    let known = || WAYS.map(|(name, _)| name).join(", ");
    found.ok_or_else(|| format!("`{}` is none of: {}", shortened(word), known()))
}

impl Parameters for StatsParameters {
    fn read(given: &mut Given) -> Option<StatsParameters> {
        let filter = ReportFilter {
            grid: given.text("grid"),
            since: given.optional("since", moment),
            until: given.optional("until", moment),
            ..ReportFilter::default()
        };
        let mut by = given.optional("by", |text| words(text, way)).unwrap_or_default();
        let mut seen = Vec::new();
        by.retain(|(name, _)| {
            !seen.contains(name) && {
                seen.push(*name);
                true
            }
        });
        let form = given.optional("f", |text| match text {
            "json" => Ok(Form::Json),
            "csv" => Ok(Form::Csv),
            "xlsx" => Ok(Form::Xlsx),
            _ => Err(format!("`{}` is none of: json, csv, xlsx", shortened(text))),
        });
        Some(StatsParameters { filter, by, form })
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
    /// A row for each; several with commas between them, such as `tier1,category`.
    #[param(inline, nullable = false, value_type = Option<By>)]
    by: Option<String>,
    /// The form of the answer; JSON without it. The tables have a row for all, and Chinese headers.
    #[param(inline, nullable = false)]
    f: Option<FormWord>,
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

#[derive(ToSchema)]
#[schema(rename_all = "lowercase")]
#[expect(dead_code, reason = "read by the OpenAPI generator only")]
pub(crate) enum FormWord {
    Json,
    Csv,
    Xlsx,
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
    /// `all`, or the way of counting that it is of.
    by: &'static str,
    /// The grid's or the category's code, or the day in China; null for all, and for what lies outside every grid.
    about: Option<String>,
    /// The grid's name in the edition in force, or the category's Chinese one; null where neither has it any more.
    name: Option<String>,
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
    fn new(by: &'static str, about: Option<String>, name: Option<String>, group: &Group) -> StatsRow {
        let statuses = Status::ALL.into_iter().map(|status| (status.as_str(), group.of_status(status)));
        StatsRow {
            by,
            about,
            name,
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
        (status = 200, description = "The counts", content(
            (Stats = "application/json"), (String = "text/csv"),
            (String = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
        )),
        (status = 400, description = "A parameter is wrong", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 401, description = "No key, or one that does not hold", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 403, description = "The key may not do this", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 503, description = "The store cannot be reached", body = ProblemDetails, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn stats(
    State(state): State<AppState>,
    caller: Caller,
    Asked(StatsParameters { mut filter, by, form }): Asked<StatsParameters>,
) -> Result<Response, Problem> {
    need(&caller, Right::ReadReports)?;
    filter.scope = caller.grid.clone();
    let ways: Vec<CountBy> = std::iter::once(CountBy::All).chain(by.iter().map(|(_, way)| *way)).collect();
    let counts = state.live.store().count_reports(&filter, &ways, EXACT_UP_TO).await?;
    let mut counts = counts.iter().map(|counts| groups(counts));
    let total = counts.next().and_then(|all| all.into_values().next()).unwrap_or_default();
    let rules = state.desk().rules().await?;
    let snapshot = state.live.snapshot();
    let mut rows = Vec::new();
    for ((word, way), groups) in by.into_iter().zip(counts) {
        for (about, group) in groups {
            let name = match (way, about.as_deref()) {
                (CountBy::Tier(_), Some(code)) => snapshot.as_ref().and_then(|now| grid_name(now, code)),
                (CountBy::Category, Some(code)) => rules.rules.category(code).map(|category| category.zh.clone()),
                _ => None,
            };
            let about = if way == CountBy::Day { about.map(|text| day(&text)) } else { about };
            rows.push(StatsRow::new(word, about, name, &group));
        }
    }
    let stats = Stats { total: StatsRow::new(ALL, None, None, &total), rows };
    match form.unwrap_or(Form::Json) {
        Form::Json => Ok(unkept(stats)),
        Form::Csv => Ok(sheet::csv(&stats)),
        Form::Xlsx => sheet::xlsx(&stats),
    }
}

fn grid_name(now: &Snapshot, code: &str) -> Option<String> {
    let planar = &now.edition.planar;
    planar.find(code).map(|id| planar.grid(id).name.clone())
}
