//! `POST requests`: a report in GeoReport's words, form-encoded, on the same way as every other.

use axum::extract::{FromRequest, Request as HttpRequest, State};
use axum::http::header::{CONTENT_TYPE, LOCATION};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::Response;
use utoipa::ToSchema;

use super::services::{FormWord, no_such_service};
use super::wire::{Created, agency};
use super::wording::Wording;
use super::{answer, asking};
use crate::assign::desk::NotTaken;
use crate::assign::intake::{Sender, Submission};
use crate::domain::assignment::PositionSource;
use crate::domain::caller::Caller;
use crate::domain::moment::deadline_in_china;
use crate::domain::report::{Actor, Report, Reporter};
use crate::geometry::crs::QueryCrs;
use crate::http::fields::bounded;
use crate::http::locate::crs;
use crate::http::origin::Origin;
use crate::http::params::{Given, Parameters, moment, number, tolerated};
use crate::http::problem::{FieldError, Kind, Problem};
use crate::http::reports::submit::{idempotency_key, not_taken, source};
use crate::http::reports::token;
use crate::http::state::AppState;

/// As GeoReport bounds it.
const MAX_DESCRIPTION_CHARS: usize = 4_000;
/// What is added to the description has to leave it within the bounds of a report.
const MAX_ADDED_CHARS: usize = 400;

const NO_DESCRIPTION: &str = "（无说明 · no description）";

/// What is sent, as it is called there.
#[derive(Debug)]
struct Posted {
    service_code: String,
    position: Position,
    accuracy_m: Option<f64>,
    source: Option<PositionSource>,
    crs: QueryCrs,
    occurred_at: Option<time::OffsetDateTime>,
    description: String,
    reporter: Reporter,
    api_key: Option<String>,
}

/// Where it is, by the best of what was said.
#[derive(Debug)]
enum Position {
    At {
        lon: f64,
        lat: f64,
    },
    /// In the grid of this code.
    Grid(String),
    /// As an address says: a person has to place it.
    Unknown,
}

impl Parameters for Posted {
    fn read(given: &mut Given) -> Option<Posted> {
        let service_code = given.required("service_code", |code| Ok(code.to_owned()));
        let by_degrees = given.came("lat") || given.came("long");
        let degrees = by_degrees.then(|| (given.required("lat", number), given.required("long", number)));
        let address = given.optional("address_string", |text| at_most(text, MAX_ADDED_CHARS));
        let address_id = given.text("address_id");
        let position = match (degrees, address_id) {
            (Some((Some(lat), Some(lon))), _) => Some(Position::At { lon, lat }),
            (Some(_), _) => None,
            (None, Some(code)) => Some(Position::Grid(code)),
            (None, None) if address.is_some() => Some(Position::Unknown),
            (None, None) => {
                given.wrong("lat", "is missing: lat and long, address_id or address_string has to be there");
                None
            }
        };
        let accuracy_m = given.optional("attribute[accuracy]", number);
        let source = given.optional("attribute[source]", source);
        let crs = given.optional("attribute[crs]", crs);
        let occurred_at = given.optional("attribute[occurred_at]", moment);
        let said = given.optional("description", |text| at_most(text, MAX_DESCRIPTION_CHARS));
        let media_url = given.optional("media_url", |text| at_most(text, MAX_ADDED_CHARS));
        let (first, last, phone) = (given.text("first_name"), given.text("last_name"), given.text("phone"));
        let api_key = given.text("api_key");
        let mut description = said.filter(|text| !text.trim().is_empty()).unwrap_or_else(|| NO_DESCRIPTION.to_owned());
        for (what, text) in [("地址 · address", address), ("附件 · media", media_url)] {
            if let Some(text) = text {
                description.push_str(&format!("\n{what}: {text}"));
            }
        }
        let reporter = Reporter { name: full_name(first, last), phone: phone.filter(|text| !text.trim().is_empty()) };
        Some(Posted {
            service_code: service_code?,
            position: position?,
            accuracy_m,
            source,
            crs: crs.unwrap_or_default(),
            occurred_at,
            description,
            reporter,
            api_key,
        })
    }
}

fn at_most(text: &str, chars: usize) -> Result<String, String> {
    if text.chars().count() > chars { Err(format!("is longer than {chars} characters")) } else { Ok(text.to_owned()) }
}

/// 王某 of 某 and 王; Ann Lee of Ann and Lee.
fn full_name(first: Option<String>, last: Option<String>) -> Option<String> {
    let parts = [first, last].map(|part| part.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty()));
    match parts {
        [Some(first), Some(last)] if first.is_ascii() && last.is_ascii() => Some(format!("{first} {last}")),
        [Some(first), Some(last)] => Some(format!("{last}{first}")),
        [first, last] => first.or(last),
    }
}

impl Posted {
    fn submission(self, state: &AppState) -> Result<Submission, Problem> {
        let (lon, lat, source) = match &self.position {
            Position::At { lon, lat } => (*lon, *lat, self.source),
            Position::Grid(code) => {
                let [lon, lat] = middle(state, code)?;
                (lon, lat, Some(PositionSource::Address))
            }
            // What a position is that there is not: it is never assigned without a person.
            Position::Unknown => (0.0, 0.0, Some(PositionSource::Address)),
        };
        let is_given = matches!(self.position, Position::At { .. });
        Ok(Submission {
            category: self.service_code,
            description: self.description,
            lon,
            lat,
            crs: if is_given { self.crs } else { QueryCrs::default() },
            accuracy_m: self.accuracy_m.filter(|_| is_given),
            source,
            occurred_at: self.occurred_at,
            reporter: self.reporter,
            external_id: None,
        })
    }
}

/// A point well inside a grid in force.
fn middle(state: &AppState, code: &str) -> Result<[f64; 2], Problem> {
    let map = state.in_force()?.edition;
    let label = map.planar.find(code).and_then(|grid| map.label_point(grid));
    let unknown = || Problem::parameter("address_id", "is not the code of a grid in force; /v1/grids lists them");
    Ok(label.ok_or_else(unknown)?.to_degrees())
}

/// GeoReport's names of what the desk finds wrong.
fn renamed(error: NotTaken) -> Problem {
    let NotTaken::Fields(faults) = error else { return not_taken(error) };
    let name = |field: &str| match field {
        "category" => "service_code",
        "lon" => "long",
        "accuracy" => "attribute[accuracy]",
        "occurred_at" => "attribute[occurred_at]",
        "reporter.name" => "first_name",
        "reporter.phone" => "phone",
        "lat" => "lat",
        _ => "description",
    };
    let errors = faults.into_iter().map(|fault| FieldError { field: name(fault.field).into(), message: fault.message });
    Problem::parameters(errors.collect())
}

/// The extractor of a form.
#[derive(Debug)]
pub(crate) struct Sent(Posted);

impl FromRequest<AppState> for Sent {
    type Rejection = Problem;

    async fn from_request(request: HttpRequest, state: &AppState) -> Result<Sent, Problem> {
        let media = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let essence = media.split(';').next().unwrap_or_default().trim();
        if !essence.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
            let what = "send `Content-Type: application/x-www-form-urlencoded; charset=utf-8`";
            return Err(Problem::with(Kind::UnsupportedMediaType, what));
        }
        let bytes = bounded(request, state).await?;
        let text = std::str::from_utf8(&bytes).map_err(|_| Problem::with(Kind::BadRequest, "the form is not UTF-8"))?;
        tolerated(text).map(Sent)
    }
}

/// The form as OpenAPI describes it.
#[derive(ToSchema)]
#[schema(as = Open311NewRequest)]
#[expect(dead_code, reason = "read by the OpenAPI generator only")]
pub(crate) struct NewRequestWord {
    /// One of `/open311/v2/services`.
    #[schema(example = "sanitation")]
    service_code: String,
    #[schema(minimum = -90, maximum = 90, example = 30.8)]
    lat: Option<f64>,
    #[schema(minimum = -180, maximum = 180, example = 116.9)]
    long: Option<f64>,
    /// In place of `lat` and `long`: a person places it.
    #[schema(max_length = 400)]
    address_string: Option<String>,
    /// In place of `lat` and `long`: the code of a grid.
    address_id: Option<String>,
    #[schema(max_length = 4000)]
    description: Option<String>,
    #[schema(max_length = 50)]
    first_name: Option<String>,
    #[schema(max_length = 49)]
    last_name: Option<String>,
    #[schema(max_length = 40)]
    phone: Option<String>,
    #[schema(max_length = 400)]
    media_url: Option<String>,
    /// Nobody needs one.
    api_key: Option<String>,
}

/// Report something
///
/// Besides these, `attribute[accuracy]`, `attribute[source]`, `attribute[crs]` and `attribute[occurred_at]` of the definition. `email`,
/// `device_id` and `account_id` are taken and not kept. `Location` leads to the report, for whoever sent it without a key with a token
/// that shows its text.
#[utoipa::path(
    post, path = "/open311/v2/requests.{format}", tag = "open311", operation_id = "open311Report", security((), ("key" = [])),
    params(("format" = inline(FormWord), Path, description = "The form of the answer"),
           ("Idempotency-Key" = Option<String>, Header, description = "As of `POST /v1/reports`")),
    request_body(content = NewRequestWord, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 201, description = "It is kept", content((Vec<Created> = "application/json"), (String = "text/xml"))),
        (status = 413, description = "Too large", content((Vec<super::wire::Error> = "application/json"), (String = "text/xml"))),
        (status = 415, description = "No form", content((Vec<super::wire::Error> = "application/json"), (String = "text/xml"))),
        (status = 422, description = "Something else was sent under this `Idempotency-Key`", content((Vec<super::wire::Error> = "application/json"), (String = "text/xml"))),
        (status = 507, description = "The disk is full", content((Vec<super::wire::Error> = "application/json"), (String = "text/xml"))),
    )
)]
pub(crate) async fn submit(
    State(state): State<AppState>,
    wording: Wording,
    caller: Caller,
    origin: Origin,
    headers: HeaderMap,
    Sent(posted): Sent,
) -> Result<Response, Problem> {
    let idempotency_key = idempotency_key(&headers)?;
    let caller = asking(&state, caller, origin, posted.api_key.as_deref()).await?;
    let rules = state.desk.rules().await?;
    rules.rules.category(&posted.service_code).ok_or_else(|| no_such_service(&posted.service_code))?;
    let submission = posted.submission(&state)?;
    let sender = Sender { actor: Actor::of(&caller), idempotency_key };
    let taken = state.desk.take(submission, sender).await.map_err(renamed)?;
    let report = taken.report();
    let mut location = format!("/open311/v2/requests/{}.{}", report.id, wording.ending());
    if caller.is_nobody() {
        location.push_str(&format!("?token={}", token(&state, &report.id).await?));
    }
    let created = Created { service_request_id: report.id.clone(), service_notice: notice(report), account_id: None };
    let mut response = answer(wording, "service_requests", &[created]);
    *response.status_mut() = StatusCode::CREATED;
    response.headers_mut().insert(LOCATION, HeaderValue::try_from(location).map_err(Problem::internal)?);
    Ok(response)
}

/// Who has it, and until when.
fn notice(report: &Report) -> String {
    let due = report.due_at.map(deadline_in_china);
    let due = due.map(|due| format!("，期限 {due} · due then, time of China")).unwrap_or_default();
    format!("已交 {}{due}", agency(report))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_both_orders() {
        let name = |first: &str, last: &str| full_name(Some(first.into()), Some(last.into()));
        assert_eq!(name("某", "王").as_deref(), Some("王某"));
        assert_eq!(name("Ann", "Lee").as_deref(), Some("Ann Lee"));
        assert_eq!(name(" ", "王").as_deref(), Some("王"));
        assert_eq!(name("", " "), None);
    }

    #[test]
    fn where_it_is_by_the_best_of_what_was_said() {
        let read = |form: &str| tolerated::<Posted>(form);
        let position = |form: &str| read(&format!("service_code=other&{form}")).unwrap().position;
        assert!(matches!(position("lat=1&long=2&address_id=a"), Position::At { lon: 2.0, lat: 1.0 }));
        assert!(matches!(position("lat=&long=&address_id=a&address_string=b"), Position::Grid(code) if code == "a"));
        assert!(matches!(position("address_string=b"), Position::Unknown));
        for wrong in ["", "lat=1", "long=1", "lat=x&long=1"] {
            assert!(read(&format!("service_code=other&{wrong}")).is_err(), "{wrong}");
        }
        let said = read("service_code=other&address_string=路口&media_url=http://x/y.jpg").unwrap().description;
        assert_eq!(said, format!("{NO_DESCRIPTION}\n地址 · address: 路口\n附件 · media: http://x/y.jpg"));
    }
}
