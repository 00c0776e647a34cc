//! `POST /v1/editions/{name}/publish` and `…/repair`: a draft into force, and a draft mended into another one.

use std::collections::BTreeMap;

use axum::extract::{Path, Request, State};
use axum::response::Response;
use serde_json::Value;
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::admission::Admin;
use super::intake::{detail, keep};
use super::jobs::{self, Halt, JobDetail, JobResult};
use super::params::{Asked, Nothing, moment};
use super::problem::{Kind, Problem, ProblemDetails};
use super::report::ReportCounts;
use super::state::AppState;
use super::wish::{Wish, text, truth};
use crate::assign::bulk::shortened;
use crate::domain::edition::{EditionId, EditionInfo, EditionState, edition_name, in_force};
use crate::domain::job::JobKind;
use crate::domain::problem::{CheckReport, ProblemCode, Severity};
use crate::import::edition::{self, PublishError, Published};
use crate::import::progress::{Progress, Stage};
use crate::store::{Store, StoreError};

/// Metres: more would join what does not belong together.
const MAX_TOLERANCE_M: f64 = 100.0;

/// How an edition is to be published.
#[derive(ToSchema)]
#[expect(dead_code, reason = "read by the OpenAPI generator only")]
pub(crate) struct PublishWish {
    /// The moment from which it is in force; now without it.
    #[schema(format = DateTime)]
    from: Option<String>,
    /// Errors to accept: `overlap`, `self_intersection`, `empty_geometry`.
    allow: Option<Vec<String>>,
    /// That the errors accepted, and a moment in the past, are meant to be.
    confirm: Option<bool>,
}

/// How a draft is to be mended.
#[derive(ToSchema)]
#[expect(dead_code, reason = "read by the OpenAPI generator only")]
pub(crate) struct RepairWish {
    /// How far borders may miss each other, and points may move, in metres.
    #[schema(minimum = 0, maximum = 100)]
    tolerance_m: Option<f64>,
    /// What the new draft is called; the name with `-repaired` without it.
    #[schema(max_length = 100)]
    edition: Option<String>,
}

/// Publish an edition: put it in force
///
/// A draft is built and becomes an exact partition that is never changed; an edition that is published already is put in
/// force again. Errors that nobody accepted forbid it; errors that are accepted have to be confirmed, and so has a moment in
/// the past at which another edition was in force.
#[utoipa::path(
    post, path = "/v1/editions/{edition}/publish", tag = "editions", operation_id = "publish", security(("key" = [])),
    params(("edition" = String, Path, description = "The edition's name")), request_body = Option<PublishWish>,
    responses(
        (status = 202, description = "The job that publishes it", body = JobDetail,
            headers(("location" = String, description = "Where the job is"))),
        (status = 400, description = "The wish is wrong", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 401, description = "No key, or one that does not hold", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 403, description = "The key may not do this", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 404, description = "There is no such edition", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 409, description = "Errors forbid it, or something has to be confirmed", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 413, description = "The wish is too large", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 503, description = "The store cannot be reached, or too much is going on", body = ProblemDetails, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn publish(
    State(state): State<AppState>,
    Admin(caller): Admin,
    Path(name): Path<String>,
    Asked(Nothing): Asked<Nothing>,
    request: Request,
) -> Result<Response, Problem> {
    let mut wish = Wish::read(request).await?;
    let from = wish.parsed("from", |value| moment(text(value)?));
    let allow = wish.parsed("allow", codes).unwrap_or_default();
    let confirmed = wish.parsed("confirm", truth).unwrap_or(false);
    wish.finish()?;
    let store = state.store_for(&caller);
    let edition = store.edition(&name).await?;
    if let Some(from) = from.filter(|_| !confirmed) {
        leave_the_past(&*store, edition.id, from).await?;
    }
    if edition.state == EditionState::Draft {
        refuse(&edition.name, &store.report(edition.id).await?, &allow, confirmed)?;
    }
    let place = jobs::place(&state)?;
    tracing::info!(caller = caller.id, edition = edition.name, "a publication was asked for");
    let live = state.live.clone();
    jobs::start(&state, place, JobKind::Publish, Some(edition.name.clone()), async move |progress| {
        let result = put_in_force(&*store, edition, from, &allow, &progress).await?;
        // This process answers from it at once; it is in force whether or not that succeeds.
        let _ = live.refresh().await;
        Ok(result)
    })
    .await
}

/// Mend a draft into a new draft
///
/// Closes rings, takes out what has no area, and makes borders meet that miss each other by less than the tolerance; the new
/// draft's report says what was done and how far anything moved. The draft itself stays as it is.
#[utoipa::path(
    post, path = "/v1/editions/{edition}/repair", tag = "editions", operation_id = "repair", security(("key" = [])),
    params(("edition" = String, Path, description = "The draft's name")), request_body = Option<RepairWish>,
    responses(
        (status = 202, description = "The job that mends it", body = JobDetail,
            headers(("location" = String, description = "Where the job is"))),
        (status = 400, description = "The wish is wrong", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 401, description = "No key, or one that does not hold", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 403, description = "The key may not do this", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 404, description = "There is no such edition", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 409, description = "It is published, or the name is taken", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 413, description = "The wish is too large", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 503, description = "The store cannot be reached, or too much is going on", body = ProblemDetails, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn repair(
    State(state): State<AppState>,
    Admin(caller): Admin,
    Path(name): Path<String>,
    Asked(Nothing): Asked<Nothing>,
    request: Request,
) -> Result<Response, Problem> {
    let mut wish = Wish::read(request).await?;
    let tolerance_m = wish.parsed("tolerance_m", |value| tolerance(value.as_f64().ok_or("is not a number of metres")?));
    let wanted = wish.parsed("edition", |value| edition_name(text(value)?));
    wish.finish()?;
    let store = state.store_for(&caller);
    let draft = store.edition(&name).await?;
    if draft.state == EditionState::Published {
        return Err(StoreError::AlreadyPublished(draft.name).into());
    }
    let new_name = match wanted {
        Some(name) => name,
        None => edition::unused_name(&*store, &format!("{}-repaired", draft.name)).await?,
    };
    if store.editions().await?.iter().any(|edition| edition.name == new_name) {
        return Err(StoreError::NameTaken(new_name).into());
    }
    let place = jobs::place(&state)?;
    tracing::info!(caller = caller.id, edition = draft.name, "a repair was asked for");
    jobs::start(&state, place, JobKind::Repair, Some(new_name.clone()), async move |progress| {
        progress.begin(Stage::Reading, 1);
        let features = edition::draft_features(&*store, &draft).await?;
        progress.go_on()?;
        progress.begin(Stage::Checking, 0);
        let reference = edition::grids_in_force(&*store, None).await?;
        let earlier = CheckReport { repairs: Vec::new(), ..store.report(draft.id).await? };
        let mut checked = edition::repair_features(features, tolerance_m, reference, progress.stop_flag()).await?;
        // The files are still those that the draft was read from.
        checked.built.report.follow(earlier);
        let source = format!("{}, repaired", draft.source);
        keep(&*store, Some(new_name), source, checked, &progress).await
    })
    .await
}

/// What was in force in the past is not to become another by a slip.
async fn leave_the_past(store: &dyn Store, edition: EditionId, from: OffsetDateTime) -> Result<(), Problem> {
    let was = in_force(&store.publications().await?, from).filter(|&was| was != edition);
    if was.is_none() || from >= OffsetDateTime::now_utc() {
        return Ok(());
    }
    let detail = "another edition was in force at that moment, which is past, so that answers about times since then would \
                  change; send `confirm`: true if the edition was in force then";
    Err(Problem::with(Kind::ConfirmationNeeded, detail))
}

/// Why a draft cannot be published with these errors accepted, as far as its report says.
fn refuse(name: &str, report: &CheckReport, allow: &[ProblemCode], confirmed: bool) -> Result<(), Problem> {
    let counted = |problems: &mut dyn Iterator<Item = ProblemCode>| {
        let mut counts: BTreeMap<&'static str, usize> = BTreeMap::new();
        for code in problems {
            *counts.entry(code.as_str()).or_default() += 1;
        }
        counts
    };
    let blocking = counted(&mut report.blocking(allow).map(|problem| problem.code));
    if !blocking.is_empty() {
        return Err(forbidden(name, blocking));
    }
    let errors = report.problems.iter().filter(|problem| problem.severity == Severity::Error);
    let overridden = counted(&mut errors.map(|problem| problem.code));
    if overridden.is_empty() || confirmed {
        return Ok(());
    }
    let detail = format!("edition `{name}` has errors that would be accepted; send `confirm`: true to do so");
    Err(Problem::with(Kind::ConfirmationNeeded, detail).counting(overridden))
}

fn forbidden(name: &str, blocking: BTreeMap<&'static str, usize>) -> Problem {
    let detail = if blocking.is_empty() {
        format!("edition `{name}` has no grid with a shape, so there is nothing to publish")
    } else {
        let acceptable: Vec<&str> =
            blocking.keys().copied().filter(|code| code.parse().is_ok_and(ProblemCode::can_be_allowed)).collect();
        match acceptable.as_slice() {
            [] => format!("errors forbid it; mend edition `{name}`, or its files, and import them anew"),
            codes => format!("errors forbid it; mend edition `{name}`, or accept what can be: {}", codes.join(", ")),
        }
    };
    Problem::with(Kind::PublicationForbidden, detail).counting(blocking)
}

async fn put_in_force(
    store: &dyn Store,
    edition: EditionInfo,
    from: Option<OffsetDateTime>,
    allow: &[ProblemCode],
    progress: &Progress,
) -> Result<JobResult, Halt> {
    progress.go_on()?;
    if edition.state == EditionState::Published {
        progress.begin(Stage::Storing, 1);
        let published = edition::publish(store, &edition.name, from, allow).await?;
        return done(store, published).await;
    }
    progress.begin(Stage::Checking, 0);
    let built = edition::build_draft_until(store, &edition, allow, progress.stop_flag()).await?;
    progress.go_on()?;
    // From here on it is published or it is not: one transaction.
    progress.begin(Stage::Storing, 1);
    let published = edition::publish_built(store, edition, built, from, allow).await?;
    done(store, published).await
}

async fn done(store: &dyn Store, Published { edition, report }: Published) -> Result<JobResult, Halt> {
    let counts = ReportCounts::of(&report);
    Ok(JobResult { edition: detail(store, edition).await?, counts, publishable: None, notes: report.notes })
}

impl From<PublishError> for Problem {
    fn from(error: PublishError) -> Problem {
        match error {
            PublishError::Store(error) => error.into(),
            PublishError::Forbidden(refusal) => {
                let mut blocking = BTreeMap::new();
                for problem in refusal.report.blocking(&refusal.allow) {
                    *blocking.entry(problem.code.as_str()).or_default() += 1;
                }
                forbidden(&refusal.name, blocking)
            }
        }
    }
}

/// Metres within which a repair may join what does not meet.
pub(super) fn tolerance(metres: f64) -> Result<f64, String> {
    let fits = (0.0..=MAX_TOLERANCE_M).contains(&metres);
    fits.then_some(metres).ok_or_else(|| format!("is not a number of metres from 0 to {MAX_TOLERANCE_M}"))
}

fn codes(value: &Value) -> Result<Vec<ProblemCode>, String> {
    let all = value.as_array().ok_or("is not a list of codes")?;
    all.iter()
        .map(|value| {
            let code: ProblemCode = text(value)?
                .parse()
                .map_err(|_| format!("`{}` is no code of a problem", shortened(text(value).unwrap_or_default())))?;
            if code.can_be_allowed() { Ok(code) } else { Err(format!("{code} cannot be accepted")) }
        })
        .collect()
}
