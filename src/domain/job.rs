//! A job (任务): long work that was asked for over HTTP, with its progress, until somebody has read how it ended.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// What a job does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JobKind {
    /// Files to a draft.
    Import,
    /// A draft to a mended one.
    Repair,
    /// A draft into force.
    Publish,
}

impl JobKind {
    pub const ALL: [JobKind; 3] = [JobKind::Import, JobKind::Repair, JobKind::Publish];

    pub fn as_str(self) -> &'static str {
        match self {
            JobKind::Import => "import",
            JobKind::Repair => "repair",
            JobKind::Publish => "publish",
        }
    }
}

/// How far a job is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JobState {
    Running,
    Done,
    Failed,
    Cancelled,
}

impl JobState {
    pub const ALL: [JobState; 4] = [JobState::Running, JobState::Done, JobState::Failed, JobState::Cancelled];

    pub fn as_str(self) -> &'static str {
        match self {
            JobState::Running => "running",
            JobState::Done => "done",
            JobState::Failed => "failed",
            JobState::Cancelled => "cancelled",
        }
    }
}

/// What is kept of a job, so that any process on the store can say how it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Job {
    /// Cannot be guessed: whoever knows it may read it.
    pub id: String,
    pub kind: JobKind,
    pub state: JobState,
    /// What is being done, such as `reading` or `checking`.
    pub stage: String,
    /// 0 to 1.
    pub progress: f64,
    /// Name of the edition it works on, once that is known.
    pub edition: Option<String>,
    pub created_at: OffsetDateTime,
    /// Its process writes every few seconds: one that has been silent for long is gone.
    pub updated_at: OffsetDateTime,
    /// Somebody asked for its end.
    pub cancel_requested: bool,
    /// How it ended, as JSON: a result or a problem.
    pub outcome: Option<String>,
}
