//! `GET /v1/reports` and `GET /v1/reports/{id}`.

use axum::extract::{Path, State};
use axum::http::header::ETAG;
use axum::response::Response;
use serde::Serialize;
use time::OffsetDateTime;
use utoipa::{IntoParams, ToSchema};

use super::wire::{LevelWord, ReportDetail, StatusWord};
use super::{etag, readable, standing};
use crate::assign::bulk::shortened;
use crate::assign::lifecycle::possible;
use crate::domain::caller::Caller;
use crate::domain::key::Right;
use crate::domain::level::Level;
use crate::domain::report::{Actor, Status};
use crate::http::admission::need;
use crate::http::editions::unkept;
use crate::http::params::{Asked, Given, Parameters, moment, number, truth};
use crate::http::phones::{self, Phones};
use crate::http::problem::{Problem, ProblemDetails};
use crate::http::state::AppState;
use crate::store::reports::ReportFilter;

const DEFAULT_LIMIT: u32 = 50;
const MAX_LIMIT: u32 = 500;
/// More categories or words than this ask for nothing that the others do not.
const MAX_WORDS: usize = 50;

/// Which reports are asked for.
#[derive(Debug)]
pub(crate) struct ReportsParameters {
    filter: ReportFilter,
    limit: u32,
}

impl Parameters for ReportsParameters {
    fn read(given: &mut Given) -> Option<ReportsParameters> {
        let filter = ReportFilter {
            grid: given.text("grid"),
            scope: None,
            origin: None,
            levels: given.optional("level", |text| words(text, |word| word.parse::<Level>())).unwrap_or_default(),
            statuses: given.optional("status", |text| words(text, status)).unwrap_or_default(),
            categories: given.optional("category", |text| words(text, |word| Ok(word.to_owned()))).unwrap_or_default(),
            since: given.optional("since", moment),
            until: given.optional("until", moment),
            bbox: given.optional("bbox", bbox),
            text: given.text("q").filter(|text| !text.trim().is_empty()),
            overdue: given.optional("overdue", truth).unwrap_or(false),
            ids: Vec::new(),
            skip: 0,
            after: given.optional("cursor", |text| {
                read_cursor(text).ok_or_else(|| "is not a cursor that a page gave as `next`".to_owned())
            }),
        };
        let limit = given.optional("limit", |text| match text.parse() {
            Ok(limit @ 1..=MAX_LIMIT) => Ok(limit),
            _ => Err(format!("`{}` is not a number from 1 to {MAX_LIMIT}", shortened(text))),
        });
        Some(ReportsParameters { filter, limit: limit.unwrap_or(DEFAULT_LIMIT) })
    }
}

/// A list of words with commas between them.
pub(crate) fn words<T>(text: &str, read: impl Fn(&str) -> Result<T, String>) -> Result<Vec<T>, String> {
    let words: Vec<&str> = text.split(',').collect();
    if words.len() > MAX_WORDS {
        return Err(format!("names more than {MAX_WORDS}"));
    }
    words.into_iter().map(read).collect()
}

fn status(word: &str) -> Result<Status, String> {
    let found = Status::ALL.into_iter().find(|status| status.as_str() == word);
    let known = || Status::ALL.map(Status::as_str).join(", ");
    found.ok_or_else(|| format!("`{}` is none of: {}", shortened(word), known()))
}

fn bbox(text: &str) -> Result<[f64; 4], String> {
    let numbers = text.split(',').map(number).collect::<Result<Vec<f64>, String>>()?;
    match numbers[..] {
        [west, south, east, north] if west <= east && south <= north => Ok([west, south, east, north]),
        _ => Err("has to be west,south,east,north in degrees, west and south the smaller".into()),
    }
}

/// Digits of the moment and the id, so that nobody is tempted to make one.
fn write_cursor(at: OffsetDateTime, id: &str) -> String {
    let plain = format!("{}|{id}", at.unix_timestamp_nanos());
    plain.bytes().map(|byte| format!("{byte:02x}")).collect()
}

fn read_cursor(text: &str) -> Option<(OffsetDateTime, String)> {
    let digits: Vec<u8> = text.chars().map(|c| Some(c.to_digit(16)? as u8)).collect::<Option<_>>()?;
    let plain: Vec<u8> = digits.chunks(2).map(|pair| Some(pair[0] << 4 | pair.get(1)?)).collect::<Option<_>>()?;
    let plain = String::from_utf8(plain).ok()?;
    let (nanos, id) = plain.split_once('|')?;
    crate::domain::report::day_of(id)?;
    Some((OffsetDateTime::from_unix_timestamp_nanos(nanos.parse().ok()?).ok()?, id.to_owned()))
}

/// The parameters as OpenAPI describes them.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "read by the OpenAPI generator only")]
pub(crate) struct ReportsParams {
    /// Only reports at places in the grid of this code, of any tier.
    #[param(nullable = false)]
    grid: Option<String>,
    /// Only reports that these levels hold, such as `tier3,town`.
    #[param(nullable = false, value_type = Option<LevelWord>)]
    level: Option<String>,
    /// Only reports of these states, such as `reported,accepted`.
    #[param(nullable = false, value_type = Option<StatusWord>)]
    status: Option<String>,
    /// Only these categories, with commas between them.
    #[param(nullable = false)]
    category: Option<String>,
    /// Only reports that came in then or later (RFC 3339).
    #[param(format = DateTime, value_type = String, required = false, nullable = false)]
    since: Option<String>,
    /// Only reports that came in before (RFC 3339).
    #[param(format = DateTime, value_type = String, required = false, nullable = false)]
    until: Option<String>,
    /// Only places within `west,south,east,north` in degrees.
    #[param(example = "116.8,30.7,117,30.9", nullable = false)]
    bbox: Option<String>,
    /// Finds parts of the id and of the description.
    #[param(nullable = false)]
    q: Option<String>,
    /// Only reports that are late.
    #[param(nullable = false)]
    overdue: Option<bool>,
    /// How many at most; 50 without it.
    #[param(minimum = 1, maximum = 500, nullable = false)]
    limit: Option<u32>,
    /// `next` of the page before.
    #[param(nullable = false)]
    cursor: Option<String>,
}

/// A page of reports.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReportPage {
    reports: Vec<ReportDetail>,
    /// The `cursor` of the next page; null on the last one.
    next: Option<String>,
}

/// Reports, the latest first
///
/// A leader sees those of its grid and below, another system those that it sent, dispatchers all. Phone numbers are masked
/// here, for everybody: whoever may see them finds them in the one report.
#[utoipa::path(
    get, path = "/v1/reports", tag = "reports", operation_id = "reports", security(("key" = [])), params(ReportsParams),
    responses(
        (status = 200, description = "A page of reports", body = ReportPage),
        (status = 400, description = "A parameter is wrong", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 401, description = "No key, or one that does not hold", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 403, description = "The key may not do this", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 503, description = "The store cannot be reached", body = ProblemDetails, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn list(
    State(state): State<AppState>,
    caller: Caller,
    Asked(ReportsParameters { mut filter, limit }): Asked<ReportsParameters>,
) -> Result<Response, Problem> {
    if caller.may(Right::ReadReports) {
        filter.scope = caller.grid.clone();
    } else {
        need(&caller, Right::Report)?;
        filter.origin = Some(Actor::of(&caller).origin());
    }
    let mut found = state.live.store().find_reports(&filter, limit + 1).await?;
    let more = found.len() > limit as usize;
    found.truncate(limit as usize);
    let next = found.last().filter(|_| more).map(|last| write_cursor(last.created_at, &last.id));
    let snapshot = state.live.snapshot();
    let detail = |report| {
        let (actions, mut masked) = (possible(report, standing(report, &caller)), Phones::masked());
        let detail = ReportDetail::new(report, &caller, &mut masked).with_actions(actions);
        detail.with_holder(report, snapshot.as_ref(), &mut masked)
    };
    Ok(unkept(ReportPage { reports: found.iter().map(detail).collect(), next }))
}

/// The token of a report that was sent without a key.
#[derive(Debug)]
pub(crate) struct TokenParameters(Option<String>);

impl Parameters for TokenParameters {
    fn read(given: &mut Given) -> Option<TokenParameters> {
        Some(TokenParameters(given.text("token")))
    }
}

impl TokenParameters {
    pub(crate) fn text(&self) -> Option<&str> {
        self.0.as_deref()
    }
}

/// The parameters as OpenAPI describes them.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "read by the OpenAPI generator only")]
pub(crate) struct TokenParams {
    /// What the report was answered with when it was sent without a key.
    #[param(nullable = false)]
    token: Option<String>,
}

/// One report, with its history
#[utoipa::path(
    get, path = "/v1/reports/{id}", tag = "reports", operation_id = "oneReport", security((), ("key" = [])),
    params(("id" = String, Path, description = "The report's id"), TokenParams),
    responses(
        (status = 200, description = "The report", body = ReportDetail),
        (status = 400, description = "A parameter is wrong", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 401, description = "No key, or one that does not hold", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 403, description = "The key may not do this", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 404, description = "There is no such report", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 503, description = "The store cannot be reached", body = ProblemDetails, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn one(
    State(state): State<AppState>,
    caller: Caller,
    Path(id): Path<String>,
    Asked(token): Asked<TokenParameters>,
) -> Result<Response, Problem> {
    let report = readable(&state, &caller, &id, token.text()).await?;
    let steps = state.live.store().steps(&id).await?;
    let actions = possible(&report, standing(&report, &caller));
    let snapshot = state.live.snapshot();
    let worded = |phones: &mut Phones| {
        let detail = ReportDetail::new(&report, &caller, phones).with_actions(actions.clone());
        let detail = detail.with_holder(&report, snapshot.as_ref(), phones);
        detail.with_history(&report, &steps, phones)
    };
    let mut response = unkept(phones::worded(&state, &caller, worded).await);
    response.headers_mut().insert(ETAG, etag(report.version));
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursors_come_back_and_nothing_else_is_one() {
        let at = OffsetDateTime::from_unix_timestamp(1_800_000_000).unwrap();
        let cursor = write_cursor(at, "261125-7k3m9qxw2f4p");
        assert_eq!(read_cursor(&cursor), Some((at, "261125-7k3m9qxw2f4p".to_owned())));
        for wrong in ["", "7", "zz", "ff", &cursor[..8], "317c78"] {
            assert_eq!(read_cursor(wrong), None, "{wrong}");
        }
    }
}
