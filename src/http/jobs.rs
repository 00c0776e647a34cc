//! `/v1/jobs`: long work that was asked for: how it stands, how it ended, and asking it to end.

use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use time::OffsetDateTime;
use utoipa::{IntoParams, ToSchema};

use super::admission::Admin;
use super::editions::{EditionDetail, unkept};
use super::params::{Asked, Given, Nothing, Parameters};
use super::problem::{Kind, Problem, ProblemDetails};
use super::report::ReportCounts;
use super::state::AppState;
use crate::assign::bulk::shortened;
use crate::domain::audit::{Deed, JOB_CANCELLED};
use crate::domain::job::{Job, JobKind, JobState};
use crate::import::edition::BuildError;
use crate::import::progress::{Progress, Stopped};
use crate::jobs::{Ending, Place};

const DEFAULT_LIMIT: u32 = 20;
const MAX_LIMIT: u32 = 200;

/// Long work that somebody asked for.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct JobDetail {
    id: String,
    #[schema(value_type = JobKindWord)]
    kind: JobKind,
    #[schema(value_type = JobStateWord)]
    state: JobState,
    /// What is being done: `waiting` for its turn, `reading`, `checking`, `storing`.
    stage: String,
    /// Of the whole work, 0 to 1.
    #[schema(minimum = 0, maximum = 1)]
    progress: f64,
    /// Name of the edition that it makes or works on, once that is known.
    edition: Option<String>,
    #[serde(with = "time::serde::rfc3339")]
    created_at: OffsetDateTime,
    #[serde(with = "time::serde::rfc3339")]
    updated_at: OffsetDateTime,
    /// Somebody asked for its end.
    cancel_requested: bool,
    /// Of a job that is done.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<JobResult>, nullable = false)]
    result: Option<Box<RawValue>>,
    /// Of a job that failed: as a request would have been answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<ProblemDetails>, nullable = false)]
    problem: Option<Box<RawValue>>,
}

#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
#[expect(dead_code, reason = "read by the OpenAPI generator only")]
pub(crate) enum JobKindWord {
    Import,
    Repair,
    Publish,
}

#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
#[expect(dead_code, reason = "read by the OpenAPI generator only")]
pub(crate) enum JobStateWord {
    Running,
    Done,
    Failed,
    Cancelled,
}

/// What a job made.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct JobResult {
    pub edition: EditionDetail,
    pub counts: ReportCounts,
    /// Whether nothing forbids publishing the draft as it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub publishable: Option<bool>,
    /// What is worth knowing of the files but is no problem.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

/// The latest jobs first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct JobList {
    jobs: Vec<JobDetail>,
}

/// What [`Ending::outcome`] holds.
#[derive(Default, Deserialize)]
struct Outcome {
    result: Option<Box<RawValue>>,
    problem: Option<Box<RawValue>>,
}

/// Why work ended without a result.
#[derive(Debug)]
pub(super) enum Halt {
    /// Somebody asked for it.
    Stopped,
    Problem(Problem),
}

impl From<Stopped> for Halt {
    fn from(_: Stopped) -> Halt {
        Halt::Stopped
    }
}

impl From<BuildError> for Halt {
    fn from(error: BuildError) -> Halt {
        match error {
            BuildError::Store(error) => Halt::from(error),
            BuildError::Stopped(stopped) => Halt::from(stopped),
        }
    }
}

impl<P: Into<Problem>> From<P> for Halt {
    fn from(problem: P) -> Halt {
        Halt::Problem(problem.into())
    }
}

impl JobDetail {
    fn new(state: &AppState, job: Job) -> JobDetail {
        let lost = state.jobs.is_lost(&job);
        let raw = |problem: Problem| Some(raw_value(&problem.details()));
        let outcome = match (&job.outcome, job.state) {
            _ if lost => {
                let detail = "the process that did this is gone, and nothing of it was kept; ask for it again";
                Outcome { problem: raw(Problem::with(Kind::JobLost, detail)), ..Outcome::default() }
            }
            (None, _) => Outcome::default(),
            (Some(text), JobState::Failed) => match serde_json::from_str(text) {
                Ok(outcome @ Outcome { problem: Some(_), .. }) => outcome,
                _ => {
                    Outcome { problem: raw(Problem::internal("a job ended without saying how")), ..Outcome::default() }
                }
            },
            (Some(text), _) => serde_json::from_str(text).unwrap_or_default(),
        };
        JobDetail {
            id: job.id,
            kind: job.kind,
            state: if lost { JobState::Failed } else { job.state },
            stage: job.stage,
            progress: job.progress,
            edition: job.edition,
            created_at: job.created_at,
            updated_at: job.updated_at,
            cancel_requested: job.cancel_requested,
            result: outcome.result,
            problem: outcome.problem,
        }
    }
}

/// A place for one more job, or that there is none.
pub(super) fn place(state: &AppState) -> Result<Place, Problem> {
    let detail = "as many jobs as this service takes on are running; try again when one has ended";
    state.jobs.place().ok_or_else(|| Problem::with(Kind::Overloaded, detail))
}

/// Starts a job and answers 202 with it.
pub(super) async fn start<W>(
    state: &AppState,
    place: Place,
    kind: JobKind,
    edition: Option<String>,
    work: impl FnOnce(Progress) -> W + Send + 'static,
) -> Result<Response, Problem>
where
    W: Future<Output = Result<JobResult, Halt>> + Send + 'static,
{
    let named = edition.clone();
    let job = state.jobs.start(place, kind, edition, async move |progress| ending(named, work(progress).await)).await?;
    let location = HeaderValue::from_str(&format!("/v1/jobs/{}", job.id)).map_err(Problem::internal)?;
    let mut response = (StatusCode::ACCEPTED, unkept(JobDetail::new(state, job))).into_response();
    response.headers_mut().insert(header::LOCATION, location);
    Ok(response)
}

fn ending(named: Option<String>, ended: Result<JobResult, Halt>) -> Ending {
    match ended {
        Ok(result) => {
            let edition = Some(result.edition.name().to_owned());
            let outcome = serde_json::json!({ "result": result }).to_string();
            Ending { state: JobState::Done, edition, outcome }
        }
        Err(Halt::Stopped) => Ending { state: JobState::Cancelled, edition: named, outcome: "{}".into() },
        Err(Halt::Problem(problem)) => {
            let outcome = serde_json::json!({ "problem": problem.details() }).to_string();
            Ending { state: JobState::Failed, edition: named, outcome }
        }
    }
}

fn raw_value(value: &impl Serialize) -> Box<RawValue> {
    serde_json::value::to_raw_value(value).expect("texts and numbers are written to memory as JSON")
}

fn no_such_job(id: &str) -> Problem {
    Problem::with(Kind::NoSuchJob, format!("no job has the id `{}`", shortened(id)))
}

/// `limit=`
pub(crate) struct JobsParameters(u32);

impl Parameters for JobsParameters {
    fn read(given: &mut Given) -> Option<JobsParameters> {
        let limit = given.optional("limit", |text| match text.parse() {
            Ok(limit @ 1..=MAX_LIMIT) => Ok(limit),
            _ => Err(format!("`{}` is not a number from 1 to {MAX_LIMIT}", shortened(text))),
        });
        Some(JobsParameters(limit.unwrap_or(DEFAULT_LIMIT)))
    }
}

/// The parameters as OpenAPI describes them.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "read by the OpenAPI generator only")]
pub(crate) struct JobsParams {
    /// How many at most; 20 without it.
    #[param(minimum = 1, maximum = 200, nullable = false)]
    limit: Option<u32>,
}

/// The jobs, the latest first
#[utoipa::path(
    get, path = "/v1/jobs", tag = "jobs", operation_id = "jobs", params(JobsParams), security(("key" = [])),
    responses(
        (status = 200, description = "The jobs", body = JobList),
        (status = 400, description = "A parameter is wrong", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 401, description = "No key, or one that does not hold", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 403, description = "The key may not do this", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 503, description = "The store cannot be reached", body = ProblemDetails, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn list(
    State(state): State<AppState>,
    _admin: Admin,
    Asked(JobsParameters(limit)): Asked<JobsParameters>,
) -> Result<Response, Problem> {
    let all = state.jobs.list(limit).await?;
    Ok(unkept(JobList { jobs: all.into_iter().map(|job| JobDetail::new(&state, job)).collect() }))
}

/// One job: how it stands, or how it ended
#[utoipa::path(
    get, path = "/v1/jobs/{id}", tag = "jobs", operation_id = "job", security(("key" = [])),
    params(("id" = String, Path, description = "The job's id")),
    responses(
        (status = 200, description = "The job", body = JobDetail),
        (status = 400, description = "A parameter is wrong", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 401, description = "No key, or one that does not hold", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 403, description = "The key may not do this", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 404, description = "There is no such job", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 503, description = "The store cannot be reached", body = ProblemDetails, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn one(
    State(state): State<AppState>,
    _admin: Admin,
    Path(id): Path<String>,
    Asked(Nothing): Asked<Nothing>,
) -> Result<Response, Problem> {
    let job = state.jobs.job(&id).await?.ok_or_else(|| no_such_job(&id))?;
    Ok(unkept(JobDetail::new(&state, job)))
}

/// Ask a job to end
///
/// It ends at the next good place, and keeps nothing: `state` is `cancelled` then. A job that has ended already stays as
/// it ended; so does one that had published by the time it heard of it.
#[utoipa::path(
    delete, path = "/v1/jobs/{id}", tag = "jobs", operation_id = "cancelJob", security(("key" = [])),
    params(("id" = String, Path, description = "The job's id")),
    responses(
        (status = 202, description = "The job as it stands", body = JobDetail),
        (status = 400, description = "A parameter is wrong", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 401, description = "No key, or one that does not hold", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 403, description = "The key may not do this", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 404, description = "There is no such job", body = ProblemDetails, content_type = "application/problem+json"),
        (status = 503, description = "The store cannot be reached", body = ProblemDetails, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn cancel(
    State(state): State<AppState>,
    Admin(caller): Admin,
    Path(id): Path<String>,
    Asked(Nothing): Asked<Nothing>,
) -> Result<Response, Problem> {
    let job = state.jobs.cancel(&id).await?.ok_or_else(|| no_such_job(&id))?;
    if job.cancel_requested && job.state == JobState::Running {
        state.store_for(&caller).record(&Deed::new(JOB_CANCELLED, &job.id)).await?;
    }
    tracing::info!(caller = caller.id, job = job.id, "a job was asked to end");
    Ok((StatusCode::ACCEPTED, unkept(JobDetail::new(&state, job))).into_response())
}
