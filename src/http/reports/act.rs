//! `POST /v1/reports/{id}/{action}`: whoever answers for a place takes the next step.

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::http::header::{ETAG, IF_MATCH};
use axum::response::Response;
use utoipa::ToSchema;

use super::wire::{LevelWord, ReportDetail};
use super::{etag, no_such_report, readable, standing};
use crate::assign::bulk::shortened;
use crate::assign::desk::{Deed, NotDone};
use crate::assign::lifecycle::{Refusal, TABLE, Who, possible};
use crate::domain::caller::Caller;
use crate::domain::key::Right;
use crate::domain::report::{Action, Actor};
use crate::http::admission::need;
use crate::http::editions::unkept;
use crate::http::fields::{Body, Fields};
use crate::http::phones::{self, Phones};
use crate::http::problem::{Kind, Problem, ProblemDetails};
use crate::http::state::AppState;

const MAX_NOTE_CHARS: usize = 2_000;

/// What goes with an action.
#[derive(ToSchema)]
#[schema(as = ReportStep)]
#[expect(dead_code, reason = "read by the OpenAPI generator only")]
pub(crate) struct DeedWord {
    #[schema(max_length = 2000, nullable = true)]
    note: Option<String>,
    /// Of `forward` and `return`: the level to go to; the next one without it.
    #[schema(nullable = true)]
    to: Option<LevelWord>,
    /// Of `reassign`: the code of the grid in force that it lies in.
    #[schema(nullable = true)]
    grid: Option<String>,
    /// Of `merge`: the id of the report that tells the same.
    #[schema(nullable = true)]
    into: Option<String>,
}

#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
#[expect(dead_code, reason = "read by the OpenAPI generator only")]
pub(crate) enum PathAction {
    Accept,
    Resolve,
    Forward,
    Return,
    Reassign,
    Verify,
    Reopen,
    Reject,
    Merge,
}

fn deed(action: Action, fields: &mut Fields, if_version: Option<i64>) -> Deed {
    let note = fields.text("note");
    if let Some(note) = &note
        && (note.chars().count() > MAX_NOTE_CHARS || note.contains('\0'))
    {
        fields.wrong("note", format!("has to be at most {MAX_NOTE_CHARS} characters, none of them U+0000"));
    }
    let to = match action {
        Action::Forward | Action::Return => fields.parsed("to", |text| text.parse()),
        _ => None,
    };
    let grid = if action == Action::Reassign { fields.required("grid", Fields::text) } else { None };
    let into = if action == Action::Merge { fields.required("into", Fields::text) } else { None };
    Deed { action, note: note.filter(|note| !note.trim().is_empty()), to, grid, into, if_version }
}

/// The version that `If-Match` names; `None` for any.
fn if_version(headers: &HeaderMap) -> Result<Option<i64>, Problem> {
    let Some(value) = headers.get(IF_MATCH) else { return Ok(None) };
    let text = value.to_str().unwrap_or_default().trim();
    if text == "*" {
        return Ok(None);
    }
    let version = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).and_then(|text| text.parse().ok());
    version.map(Some).ok_or_else(|| Problem::parameter("If-Match", "has to be the ETag of the report, such as \"3\""))
}

fn not_done(error: NotDone, id: &str) -> Problem {
    match error {
        NotDone::NoSuchReport => no_such_report(id),
        NotDone::Refused(refusal @ (Refusal::NotYours(_) | Refusal::NotAbove(_))) => {
            Problem::with(Kind::Forbidden, refusal.to_string())
        }
        NotDone::Refused(refusal) => Problem::with(Kind::StepRefused, refusal.to_string()),
        NotDone::CannotMerge => Problem::parameter("into", error.to_string()),
        NotDone::NoSuchGrid(code) => {
            Problem::parameter("grid", format!("no grid in force has the code `{}`", shortened(&code)))
        }
        NotDone::Stale(version) => Problem::with(
            Kind::VersionChanged,
            format!("the report is of version {version} by now; look at it again, then decide"),
        ),
        NotDone::NothingPublished => Problem::new(Kind::NothingPublished),
        NotDone::Store(error) => error.into(),
    }
}

/// Take the next step with a report
///
/// `If-Match` with the report's `ETag` keeps two people from acting on one report unseen.
#[utoipa::path(
    post, path = "/v1/reports/{id}/{action}", tag = "reports", operation_id = "actOnReport", security(("key" = [])),
    params(
        ("id" = String, Path, description = "The report's id"),
        ("action" = inline(PathAction), Path, description = "What is done"),
        ("If-Match" = Option<String>, Header, description = "The report's `ETag`"),
    ),
    request_body(content = Option<DeedWord>, content_type = "application/json"),
    responses(
        (status = 200, description = "The report after the step", body = ReportDetail),
        (status = 400, description = "A field is wrong", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 401, description = "No key, or one that does not hold", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 403, description = "Somebody else has to do this", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 404, description = "There is no such report", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 409, description = "The report's state forbids it", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 412, description = "Somebody else took a step meanwhile", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 413, description = "Too large", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 415, description = "No JSON", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 503, description = "The store cannot be reached", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 507, description = "The disk is full", body = ProblemDetails, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn act(
    State(state): State<AppState>,
    caller: Caller,
    Path((id, action)): Path<(String, String)>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let known = TABLE.iter().filter(|rule| rule.who != Who::Clock).map(|rule| rule.action);
    let Some(action) = known.into_iter().find(|known| known.as_str() == action) else {
        return Err(Problem::new(Kind::NoSuchPath));
    };
    need(&caller, Right::ActOnReports)?;
    let if_version = if_version(&headers)?;
    let mut fields = body.fields()?;
    let deed = deed(action, &mut fields, if_version);
    let deed = fields.end(Some(deed))?;
    // Whoever may not read it does not learn that it is there.
    readable(&state, &caller, &id, None).await?;
    let done = state.desk.act(&id, &deed, &Actor::of(&caller), |report| standing(report, &caller)).await;
    let report = done.map_err(|error| not_done(error, &id))?;
    let actions = possible(&report, standing(&report, &caller));
    let snapshot = state.live.snapshot();
    let worded = |phones: &mut Phones| {
        let detail = ReportDetail::new(&report, &caller, phones).with_actions(actions.clone());
        detail.with_holder(&report, snapshot.as_ref(), phones)
    };
    let mut response = unkept(phones::worded(&state, &caller, worded).await);
    response.headers_mut().insert(ETAG, etag(report.version));
    Ok(response)
}
