//! `GET /v1/audit`: who did what, the latest first.

use axum::extract::State;
use axum::response::Response;
use serde::Serialize;
use serde_json::value::RawValue;
use time::OffsetDateTime;
use utoipa::{IntoParams, ToSchema};

use super::admission::need;
use super::editions::unkept;
use super::params::{Asked, Given, Parameters, moment};
use super::problem::{Problem, ProblemDetails};
use super::state::AppState;
use crate::domain::audit::{AuditEntry, AuditFilter};
use crate::domain::caller::Caller;
use crate::domain::key::Right;
use crate::store::StoreError;

const DEFAULT_LIMIT: u32 = 100;
const MAX_LIMIT: u32 = 1_000;

/// Which rows, and how many.
pub(crate) struct AuditParameters(AuditFilter, u32);

impl Parameters for AuditParameters {
    fn read(given: &mut Given) -> Option<AuditParameters> {
        let since = given.optional("since", moment);
        let actor = given.text("actor");
        let action = given.text("action");
        let before = given.optional("cursor", cursor);
        let limit = given.optional("limit", |text| match text.parse() {
            Ok(limit @ 1..=MAX_LIMIT) => Ok(limit),
            _ => Err(format!("is not a number from 1 to {MAX_LIMIT}")),
        });
        Some(AuditParameters(AuditFilter { since, actor, action, before }, limit.unwrap_or(DEFAULT_LIMIT)))
    }
}

fn cursor(text: &str) -> Result<i64, String> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
    let number = i64::from_str_radix(text, 16).ok().filter(|_| digits);
    number.ok_or_else(|| "is not a cursor that a page gave as `next`".to_owned())
}

/// The parameters as OpenAPI describes them.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "read by the OpenAPI generator only")]
pub(crate) struct AuditParams {
    /// Not before (RFC 3339).
    #[param(format = DateTime, value_type = String, required = false, nullable = false)]
    since: Option<String>,
    /// Id or name of who did it.
    #[param(nullable = false)]
    actor: Option<String>,
    /// What was done, such as `phone.reveal`; what stands before the point will do.
    #[param(nullable = false, example = "key")]
    action: Option<String>,
    /// `next` of the page before.
    #[param(nullable = false)]
    cursor: Option<String>,
    #[param(minimum = 1, maximum = 1000, nullable = false)]
    limit: Option<u32>,
}

/// Something that was done.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AuditRow {
    /// Rises from row to row.
    id: i64,
    #[serde(with = "time::serde::rfc3339")]
    at: OffsetDateTime,
    /// How it is known who did it: `key`, `session`, `command`, `program` or `nobody`.
    #[schema(example = "session")]
    via: String,
    /// Id of the key or of the account, or the user of the operating system.
    actor: String,
    name: String,
    /// Where the request came from.
    address: Option<String>,
    #[schema(example = "phone.reveal")]
    action: String,
    /// To what: an edition, a grid, an id.
    subject: String,
    /// Without personal data.
    #[schema(value_type = Object)]
    details: Box<RawValue>,
}

/// A page of the audit log.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AuditPage {
    rows: Vec<AuditRow>,
    /// The cursor of the next page; null on the last.
    next: Option<String>,
}

impl AuditRow {
    /// Over HTTP and on the command line.
    pub(crate) fn new(entry: AuditEntry) -> Result<AuditRow, StoreError> {
        let details = RawValue::from_string(entry.details)
            .map_err(|error| StoreError::Damaged(format!("details of a row of the audit log: {error}")))?;
        let AuditEntry { number: id, at, via, actor, name, address, action, subject, .. } = entry;
        Ok(AuditRow { id, at, via, actor, name, address, action, subject, details })
    }
}

/// The audit log, the latest rows first
///
/// Every change and every phone number that was shown whole, with who did it, when and from where. Nothing in it is ever
/// changed or removed.
#[utoipa::path(
    get, path = "/v1/audit", tag = "access", operation_id = "audit", params(AuditParams),
    security(("key" = []), ("session" = [])),
    responses(
        (status = 200, description = "A page of rows", body = AuditPage),
        (status = 400, description = "A parameter or a member is wrong", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 401, description = "Nobody is signed in, and no key that holds was sent", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 403, description = "The role may not do this", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 429, description = "Too many requests", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 503, description = "The store cannot be reached", body = ProblemDetails, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn list(
    State(state): State<AppState>,
    caller: Caller,
    Asked(AuditParameters(filter, limit)): Asked<AuditParameters>,
) -> Result<Response, Problem> {
    need(&caller, Right::Audit)?;
    // One more than wanted shows whether there is a further page.
    let mut entries = state.live.store().audit_log(&filter, limit + 1).await?;
    let more = entries.len() > limit as usize;
    entries.truncate(limit as usize);
    let next = entries.last().filter(|_| more).map(|last| format!("{:x}", last.number));
    let rows = entries.into_iter().map(AuditRow::new).collect::<Result<_, _>>()?;
    Ok(unkept(AuditPage { rows, next }))
}
