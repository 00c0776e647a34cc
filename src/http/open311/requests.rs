//! `requests`, `requests/{id}` and `tokens/{token}`: what was reported, as everybody may see it, and more of it for those who may.

use axum::extract::{Path, State};
use axum::response::Response;
use time::macros::{datetime, format_description, time};
use time::{Date, Duration, OffsetDateTime, Time};
use utoipa::IntoParams;

use super::services::FormWord;
use super::wire::{Request, Token};
use super::wording::Wording;
use super::{answer, asking, without_ending};
use crate::assign::bulk::shortened;
use crate::domain::caller::Caller;
use crate::domain::moment::within_years;
use crate::domain::report::{Status, day_of};
use crate::domain::roster::CHINA;
use crate::http::origin::Origin;
use crate::http::params::{Given, Parameters, Tolerated, moment};
use crate::http::problem::Problem;
use crate::http::reports::{has_token, no_such_report, read::words, sees_all};
use crate::http::state::AppState;
use crate::store::reports::ReportFilter;

/// The longest span, and that of a query without one.
const SPAN: Duration = Duration::days(90);
/// Nothing was reported before; earlier moments are not worth a thought.
const EARLIEST: OffsetDateTime = datetime!(1970-01-01 0:00 UTC);
/// As many as GeoReport answers at once.
const MAX_PAGE_SIZE: u32 = 1_000;
/// Whoever pages further asks for less time.
const MAX_SKIPPED: u32 = 100_000;

/// Which reports are asked for.
#[derive(Debug)]
pub(crate) struct RequestsParameters {
    ids: Option<Vec<String>>,
    categories: Option<Vec<String>>,
    statuses: Vec<Status>,
    since: OffsetDateTime,
    until: Option<OffsetDateTime>,
    page: u32,
    page_size: u32,
    api_key: Option<String>,
}

impl Parameters for RequestsParameters {
    fn read(given: &mut Given) -> Option<RequestsParameters> {
        let texts = |text: &str| words(text, |word| Ok(word.trim().to_owned()));
        let ids = given.optional("service_request_id", texts);
        let categories = given.optional("service_code", texts);
        let statuses = given.optional("status", |text| Ok(words(text, |word| status(word.trim()))?.concat()));
        let start = given.optional("start_date", |text| w3_time(text, Time::MIDNIGHT));
        let end = given.optional("end_date", |text| w3_time(text, time!(23:59:59)));
        let page = given.optional("page", |text| count(text, u32::MAX)).unwrap_or(1);
        let page_size = given.optional("page_size", |text| count(text, MAX_PAGE_SIZE)).unwrap_or(MAX_PAGE_SIZE);
        if (page - 1).checked_mul(page_size).is_none_or(|skipped| skipped > MAX_SKIPPED) {
            given.wrong("page", format!("leads beyond {MAX_SKIPPED} requests; ask for less time"));
        }
        let api_key = given.text("api_key");
        let (since, until) = span(start, end, OffsetDateTime::now_utc())
            .map_err(|(argument, message)| given.wrong(argument, message))
            .ok()?;
        Some(RequestsParameters {
            ids,
            categories,
            statuses: statuses.unwrap_or_default(),
            since: since.max(EARLIEST),
            until: until.map(|until| until.max(EARLIEST)),
            page,
            page_size,
            api_key,
        })
    }
}

impl RequestsParameters {
    /// `None` where nothing can be found by it.
    fn filter(&self) -> Option<ReportFilter> {
        if let Some(ids) = &self.ids {
            // It overrides everything else.
            let ids: Vec<String> = ids.iter().filter(|id| day_of(id).is_some()).cloned().collect();
            return (!ids.is_empty()).then(|| ReportFilter { ids, ..ReportFilter::default() });
        }
        let is_code = |code: &&String| code.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        let categories =
            self.categories.as_ref().map(|codes| codes.iter().filter(is_code).cloned().collect::<Vec<_>>());
        if categories.as_ref().is_some_and(Vec::is_empty) {
            return None;
        }
        Some(ReportFilter {
            categories: categories.unwrap_or_default(),
            statuses: self.statuses.clone(),
            since: Some(self.since),
            until: self.until,
            skip: (self.page - 1) * self.page_size,
            ..ReportFilter::default()
        })
    }
}

fn count(text: &str, most: u32) -> Result<u32, String> {
    match text.parse() {
        Ok(number) if (1..=most).contains(&number) => Ok(number),
        _ => Err(format!("`{}` is not a number from 1 to {most}", shortened(text))),
    }
}

/// The states that GeoReport's word stands for.
fn status(word: &str) -> Result<Vec<Status>, String> {
    let open = match word {
        "open" => true,
        "closed" => false,
        _ => return Err(format!("`{}` is neither open nor closed", shortened(word))),
    };
    Ok(Status::ALL.into_iter().filter(|status| status.is_open() == open).collect())
}

/// A moment, or a day in China and a time of it.
fn w3_time(text: &str, of_day: Time) -> Result<OffsetDateTime, String> {
    match Date::parse(text, format_description!("[year]-[month]-[day]")) {
        Ok(date) => within_years(date.with_time(of_day).assume_offset(CHINA))
            .ok_or_else(|| format!("`{}` is beyond the years 1 to 9998", shortened(text))),
        Err(_) => moment(text),
    }
}

/// From when until when: at most 90 days, and the last 90 where nothing is said. The end belongs to it, to the second.
fn span(
    start: Option<OffsetDateTime>,
    end: Option<OffsetDateTime>,
    now: OffsetDateTime,
) -> Result<(OffsetDateTime, Option<OffsetDateTime>), (&'static str, String)> {
    let beyond = |argument: &'static str| move || (argument, "lies beyond the calendar".to_owned());
    let behind = |end: OffsetDateTime| end.checked_add(Duration::SECOND).ok_or_else(beyond("end_date"));
    match (start, end) {
        (None, None) => Ok((now - SPAN, None)),
        (Some(start), None) => Ok((start, Some(start.checked_add(SPAN).ok_or_else(beyond("start_date"))?))),
        (None, Some(end)) => Ok((end.checked_sub(SPAN).ok_or_else(beyond("end_date"))?, Some(behind(end)?))),
        (Some(start), Some(end)) if end < start => Err(("end_date", "lies before start_date".into())),
        // A last day counts whole.
        (Some(start), Some(end)) if end - start > SPAN + Duration::DAY => {
            Err(("end_date", "lies more than 90 days after start_date; ask for less at a time".into()))
        }
        (Some(start), Some(end)) => Ok((start, Some(behind(end)?))),
    }
}

/// The arguments as OpenAPI describes them.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "read by the OpenAPI generator only")]
pub(crate) struct RequestsParams {
    /// Only these, with commas between them; the other arguments do not count then.
    #[param(nullable = false)]
    service_request_id: Option<String>,
    /// Only these services, with commas between them.
    #[param(nullable = false)]
    service_code: Option<String>,
    /// `open`, `closed`, or both with a comma between them.
    #[param(nullable = false, example = "open")]
    status: Option<String>,
    /// Came in then or later; a moment, or a day in China.
    #[param(nullable = false, example = "2026-11-01T00:00:00Z")]
    start_date: Option<String>,
    /// Came in then or earlier. At most 90 days after `start_date`; without both the last 90 days.
    #[param(nullable = false)]
    end_date: Option<String>,
    /// Counted from 1.
    #[param(nullable = false, minimum = 1)]
    page: Option<u32>,
    /// 1000 without it.
    #[param(nullable = false, minimum = 1, maximum = 1000)]
    page_size: Option<u32>,
    /// A key that shows more; better sent as `Authorization: Bearer`, which ends up in no log of a proxy.
    #[param(nullable = false)]
    api_key: Option<String>,
    /// There is one only; what is given is passed over.
    #[param(nullable = false)]
    jurisdiction_id: Option<String>,
}

/// What was reported, the latest first
///
/// Everybody sees type, state, times, grid, and the place to about a kilometre. Whoever may read a report sees its text and its place.
#[utoipa::path(
    get, path = "/open311/v2/requests.{format}", tag = "open311", operation_id = "open311Requests", security((), ("key" = [])),
    params(("format" = inline(FormWord), Path, description = "The form of the answer"), RequestsParams),
    responses((status = 200, description = "The reports", content((Vec<Request> = "application/json"), (String = "text/xml"))))
)]
pub(crate) async fn list(
    State(state): State<AppState>,
    wording: Wording,
    caller: Caller,
    origin: Origin,
    Tolerated(asked): Tolerated<RequestsParameters>,
) -> Result<Response, Problem> {
    let caller = asking(&state, caller, origin, asked.api_key.as_deref()).await?;
    let rules = state.desk.rules().await?;
    let found = match asked.filter() {
        Some(filter) => state.live.store().find_reports(&filter, asked.page_size).await?,
        None => Vec::new(),
    };
    let told = found.iter().map(|report| Request::of(report, &rules.rules, sees_all(report, &caller, false)));
    Ok(answer(wording, "service_requests", &told.collect::<Vec<_>>()))
}

/// By what a single report is opened.
#[derive(Debug)]
pub(crate) struct OpenedBy {
    api_key: Option<String>,
    token: Option<String>,
}

impl Parameters for OpenedBy {
    fn read(given: &mut Given) -> Option<OpenedBy> {
        Some(OpenedBy { api_key: given.text("api_key"), token: given.text("token") })
    }
}

/// The arguments as OpenAPI describes them.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "read by the OpenAPI generator only")]
pub(crate) struct OpenedByParams {
    /// A key that shows more; better sent as `Authorization: Bearer`.
    #[param(nullable = false)]
    api_key: Option<String>,
    /// Of a report that was sent without a key: what stands in the `Location` of its answer.
    #[param(nullable = false)]
    token: Option<String>,
    /// There is one only; what is given is passed over.
    #[param(nullable = false)]
    jurisdiction_id: Option<String>,
}

/// One report
#[utoipa::path(
    get, path = "/open311/v2/requests/{id}.{format}", tag = "open311", operation_id = "open311Request", security((), ("key" = [])),
    params(("id" = String, Path, description = "The report's id"),
           ("format" = inline(FormWord), Path, description = "The form of the answer"), OpenedByParams),
    responses((status = 200, description = "The report", content((Vec<Request> = "application/json"), (String = "text/xml"))))
)]
pub(crate) async fn one(
    State(state): State<AppState>,
    wording: Wording,
    caller: Caller,
    origin: Origin,
    Path(id): Path<String>,
    Tolerated(by): Tolerated<OpenedBy>,
) -> Result<Response, Problem> {
    let id = without_ending(&id);
    let caller = asking(&state, caller, origin, by.api_key.as_deref()).await?;
    let has_token = has_token(&state, id, by.token.as_deref()).await?;
    let rules = state.desk.rules().await?;
    let report = state.live.store().report_by_id(id).await?.ok_or_else(|| no_such_report(id))?;
    let told = Request::of(&report, &rules.rules, sees_all(&report, &caller, has_token));
    Ok(answer(wording, "service_requests", &[told]))
}

/// The id behind a token
///
/// Every service answers ids at once, so that there are no other tokens than the ids.
#[utoipa::path(
    get, path = "/open311/v2/tokens/{token}.{format}", tag = "open311", operation_id = "open311Token",
    params(("token" = String, Path, description = "A report's id"),
           ("format" = inline(FormWord), Path, description = "The form of the answer"),
           ("jurisdiction_id" = Option<String>, Query, description = "There is one only; what is given is passed over")),
    responses((status = 200, description = "The id", content((Vec<Token> = "application/json"), (String = "text/xml"))))
)]
pub(crate) async fn token(
    State(state): State<AppState>,
    wording: Wording,
    Path(token): Path<String>,
) -> Result<Response, Problem> {
    let id = without_ending(&token);
    let report = state.live.store().report_by_id(id).await?.ok_or_else(|| no_such_report(id))?;
    Ok(answer(wording, "service_requests", &[Token { service_request_id: report.id, token: id.to_owned() }]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_of_ninety_days() {
        let now = datetime!(2026-11-25 12:00 UTC);
        assert_eq!(span(None, None, now).unwrap(), (datetime!(2026-08-27 12:00 UTC), None));
        let start = datetime!(2026-01-01 0:00 UTC);
        assert_eq!(span(Some(start), None, now).unwrap(), (start, Some(datetime!(2026-04-01 0:00 UTC))));
        let end = datetime!(2026-03-01 0:00 UTC);
        assert_eq!(span(None, Some(end), now).unwrap().0, datetime!(2025-12-01 0:00 UTC));
        assert_eq!(span(Some(start), Some(end), now).unwrap(), (start, Some(datetime!(2026-03-01 0:00:01 UTC))));
        assert_eq!(span(Some(end), Some(start), now).unwrap_err().0, "end_date");
        assert_eq!(span(Some(start), Some(now), now).unwrap_err().0, "end_date");
        let last = datetime!(9999-12-31 23:59:59.5 UTC);
        assert!(span(None, Some(last), now).is_err() && span(Some(last), None, now).is_err());
    }

    #[test]
    fn days_are_those_of_china() {
        assert_eq!(w3_time("2026-11-25", Time::MIDNIGHT).unwrap(), datetime!(2026-11-24 16:00 UTC));
        assert_eq!(w3_time("2026-11-25T00:00:00Z", Time::MIDNIGHT).unwrap(), datetime!(2026-11-25 0:00 UTC));
        assert!(w3_time("2026-11", Time::MIDNIGHT).is_err() && w3_time("", Time::MIDNIGHT).is_err());
    }
}
