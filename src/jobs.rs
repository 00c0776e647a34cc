//! WORKING: jobs (任务), long work that was asked for over HTTP. May use: domain, store, keys, import.
//!
//! A job lives in the store, so that any process on it can say how it stands. Its own process writes it every second, and
//! learns in the same breath whether somebody asked another process for its end. One that has been silent for
//! [`LOST_AFTER`] is lost: its process is gone. Sooner where a process starts alone on an embedded store: whatever ran is lost.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use time::OffsetDateTime;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::domain::job::{Job, JobKind, JobState};
use crate::import::progress::{Progress, Stage};
use crate::keys::random_name;
use crate::store::{Store, StoreResult};

/// How often a job is written to the store.
const HEARTBEAT: Duration = Duration::from_secs(1);
/// A job of another process that has been silent for so long has no process any more.
pub const LOST_AFTER: Duration = Duration::from_secs(30);
/// How long a job that has ended tries to say so to a store that is away.
const ATTEMPTS_TO_END: u32 = 600;
/// How often a job that waits for its turn looks whether it is still wanted.
const LOOK_AROUND: Duration = Duration::from_millis(100);

/// How a job ended.
#[derive(Clone, Debug, PartialEq)]
pub struct Ending {
    pub state: JobState,
    /// Name of the edition that it made or worked on.
    pub edition: Option<String>,
    /// A result or a problem, as JSON.
    pub outcome: String,
}

/// The jobs of a store; those of this process run in here.
#[derive(Clone, Debug)]
pub struct Jobs {
    store: Arc<dyn Store>,
    running: Arc<Mutex<HashMap<String, Running>>>,
    /// Jobs that are taken on, waiting ones among them.
    places: Arc<Semaphore>,
    /// Jobs that work at the same time: each holds an edition in memory.
    turns: Arc<Semaphore>,
    /// Since when this process runs jobs, where no other one did by then: older ones have no process any more.
    alone_since: Option<OffsetDateTime>,
}

/// A job of this process as it began, and its progress.
#[derive(Clone, Debug)]
struct Running {
    job: Job,
    progress: Progress,
}

/// The right to start one job.
#[derive(Debug)]
pub struct Place {
    _permit: OwnedSemaphorePermit,
}

impl Jobs {
    pub fn new(store: Arc<dyn Store>, max_jobs: usize, max_working: usize) -> Jobs {
        let alone_since = store.begins_jobs_alone().then(OffsetDateTime::now_utc);
        Jobs {
            alone_since,
            store,
            running: Arc::default(),
            places: Arc::new(Semaphore::new(max_jobs)),
            turns: Arc::new(Semaphore::new(max_working)),
        }
    }

    /// A place for one more job; `None` while there are as many as are taken on.
    pub fn place(&self) -> Option<Place> {
        self.places.clone().try_acquire_owned().ok().map(|permit| Place { _permit: permit })
    }

    /// Starts a job once the store knows of it. `work` ends early when its progress is stopped.
    pub async fn start<W>(
        &self,
        place: Place,
        kind: JobKind,
        edition: Option<String>,
        work: impl FnOnce(Progress) -> W + Send + 'static,
    ) -> StoreResult<Job>
    where
        W: Future<Output = Ending> + Send + 'static,
    {
        let (now, progress) = (OffsetDateTime::now_utc(), Progress::default());
        let job = Job {
            id: random_name(),
            kind,
            state: JobState::Running,
            stage: Stage::Waiting.as_str().into(),
            progress: 0.0,
            edition,
            created_at: now,
            updated_at: now,
            cancel_requested: false,
            outcome: None,
        };
        self.store.put_job(&job).await?;
        self.running().insert(job.id.clone(), Running { job: job.clone(), progress: progress.clone() });
        let (jobs, begun) = (self.clone(), job.clone());
        tokio::spawn(async move {
            let turns = jobs.turns.clone();
            let working = tokio::spawn(async move {
                let _turn = turn(&turns, &progress).await;
                work(progress).await
            });
            jobs.follow(begun, working).await;
            drop(place);
        });
        Ok(job)
    }

    /// The job of that id as it stands now; `None` when there is none.
    pub async fn job(&self, id: &str) -> StoreResult<Option<Job>> {
        if let Some(running) = self.running().get(id) {
            return Ok(Some(running.now()));
        }
        self.store.job(id).await
    }

    /// The latest jobs first, at most so many.
    pub async fn list(&self, limit: u32) -> StoreResult<Vec<Job>> {
        let mut all = self.store.jobs(limit).await?;
        let running = self.running();
        for job in &mut all {
            if let Some(running) = running.get(&job.id) {
                *job = running.now();
            }
        }
        Ok(all)
    }

    /// Asks a job to end, whichever process it runs in; the job as it stands, `None` when there is none. One that has
    /// ended stays as it ended.
    pub async fn cancel(&self, id: &str) -> StoreResult<Option<Job>> {
        let here = self.running().get_mut(id).map(|running| {
            running.job.cancel_requested = true;
            running.progress.stop();
            running.now()
        });
        if here.is_some() {
            return Ok(here);
        }
        if self.store.job(id).await?.is_some_and(|job| job.state == JobState::Running) {
            self.store.request_cancel(id).await?;
        }
        self.store.job(id).await
    }

    /// Whether a job says it runs, while nobody can be running it any more.
    pub fn is_lost(&self, job: &Job) -> bool {
        let is_silent = job.updated_at + LOST_AFTER < OffsetDateTime::now_utc();
        let is_older = self.alone_since.is_some_and(|since| job.created_at < since);
        job.state == JobState::Running && (is_silent || is_older) && !self.running().contains_key(&job.id)
    }

    /// Gives the jobs of this process so long to end by themselves, then asks them to, and waits as long again at most.
    pub async fn wind_up(&self, grace: Duration) {
        for _ in 0..2 {
            let ended = tokio::time::timeout(grace, async {
                while !self.running().is_empty() {
                    tokio::time::sleep(LOOK_AROUND).await;
                }
            });
            if ended.await.is_ok() {
                return;
            }
            for running in self.running().values() {
                running.progress.stop();
            }
        }
        tracing::warn!("some jobs had not ended when the time was up");
    }

    /// Writes the job to the store until it has ended, and then how.
    async fn follow(&self, begun: Job, mut working: tokio::task::JoinHandle<Ending>) {
        let id = begun.id.clone();
        let mut beats = tokio::time::interval(HEARTBEAT);
        beats.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let ended = loop {
            tokio::select! {
                ended = &mut working => break ended,
                _ = beats.tick() => self.beat(&id).await,
            }
        };
        let ending = ended.unwrap_or_else(|failed| {
            tracing::error!(job = id, cause = %failed, "a job broke off");
            Ending { state: JobState::Failed, edition: None, outcome: "{}".into() }
        });
        let last = self.running().get(&id).map_or(begun, Running::now);
        let done = ending.state == JobState::Done;
        let mut job = Job {
            state: ending.state,
            progress: if done { 1.0 } else { last.progress },
            edition: ending.edition.or(last.edition.clone()),
            outcome: Some(ending.outcome),
            ..last
        };
        for _ in 0..ATTEMPTS_TO_END {
            job.updated_at = OffsetDateTime::now_utc();
            match self.store.put_job(&job).await {
                Ok(()) => break,
                Err(error) => tracing::warn!(job = id, %error, "the end of a job could not be kept; trying again"),
            }
            tokio::time::sleep(HEARTBEAT).await;
        }
        self.running().remove(&id);
    }

    async fn beat(&self, id: &str) {
        let Some(now) = self.running().get(id).map(Running::now) else { return };
        let kept = match self.store.put_job(&now).await {
            Ok(()) => self.store.job(id).await,
            Err(error) => Err(error),
        };
        match kept {
            Ok(Some(kept)) if kept.cancel_requested => {
                if let Some(running) = self.running().get_mut(id) {
                    running.job.cancel_requested = true;
                    running.progress.stop();
                }
            }
            Ok(_) => {}
            Err(error) => tracing::debug!(job = id, %error, "a job could not be written; the work goes on"),
        }
    }

    fn running(&self) -> MutexGuard<'_, HashMap<String, Running>> {
        self.running.lock().expect("nothing panics while it holds this lock")
    }
}

impl Running {
    fn now(&self) -> Job {
        let (stage, fraction) = self.progress.seen();
        Job {
            stage: stage.as_str().into(),
            progress: overall(stage, fraction),
            updated_at: OffsetDateTime::now_utc(),
            ..self.job.clone()
        }
    }
}

/// Of the whole work, 0 to 1; the parts are about what a town takes.
fn overall(stage: Stage, fraction: f64) -> f64 {
    let (from, to) = match stage {
        Stage::Waiting => (0.0, 0.0),
        Stage::Reading => (0.0, 0.4),
        Stage::Checking => (0.4, 0.85),
        Stage::Storing => (0.85, 1.0),
    };
    from + (to - from) * fraction
}

/// Waits for a turn, unless the work is to end before; then nobody's turn is needed to find that out.
async fn turn(turns: &Arc<Semaphore>, progress: &Progress) -> Option<OwnedSemaphorePermit> {
    let stopped = async {
        while !progress.is_stopped() {
            tokio::time::sleep(LOOK_AROUND).await;
        }
    };
    tokio::select! {
        turn = turns.clone().acquire_owned() => turn.ok(),
        () = stopped => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tempfile::TempDir;

    async fn jobs(max_jobs: usize, max_working: usize) -> (TempDir, Jobs, Jobs) {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("town.gpkg").display());
        let here = Jobs::new(crate::store::open(&url).await.unwrap(), max_jobs, max_working);
        let elsewhere = Jobs::new(crate::store::open(&url).await.unwrap(), max_jobs, max_working);
        (folder, here, elsewhere)
    }

    async fn until_stopped(progress: Progress) -> Ending {
        progress.begin(Stage::Checking, 2);
        progress.advance(1);
        while !progress.is_stopped() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        Ending { state: JobState::Cancelled, edition: None, outcome: "{}".into() }
    }

    async fn ended(jobs: &Jobs, id: &str) -> Job {
        until(async || jobs.job(id).await.unwrap().unwrap(), |job| job.state != JobState::Running).await
    }

    /// Asks until it is so.
    async fn until<T: std::fmt::Debug>(ask: impl AsyncFn() -> T, is_so: impl Fn(&T) -> bool) -> T {
        let begun = std::time::Instant::now();
        loop {
            let found = ask().await;
            if is_so(&found) {
                return found;
            }
            assert!(begun.elapsed() < Duration::from_secs(60), "{found:?}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    #[tokio::test]
    async fn another_process_sees_a_job_and_can_end_it() {
        let (_folder, here, elsewhere) = jobs(2, 2).await;
        let place = here.place().unwrap();
        let id = here.start(place, JobKind::Import, Some("spring".into()), until_stopped).await.unwrap().id;
        let there = async || elsewhere.job(&id).await.unwrap().unwrap();
        let seen = until(there, |job| job.stage == "checking").await;
        assert_eq!(seen.state, JobState::Running);
        assert!((seen.progress - 0.625).abs() < 1e-9, "{}", seen.progress);
        assert!(!elsewhere.is_lost(&seen) && !here.is_lost(&seen));
        // A process that starts while no other one lives knows at once what nobody runs any more.
        let older = Job { created_at: seen.created_at - LOST_AFTER, id: "older".into(), ..seen.clone() };
        assert!(here.is_lost(&older) && !elsewhere.is_lost(&older));
        let silent = Job { updated_at: seen.updated_at - 2 * LOST_AFTER, ..seen };
        assert!(elsewhere.is_lost(&silent) && !here.is_lost(&silent));
        assert!(elsewhere.cancel(&id).await.unwrap().unwrap().cancel_requested);
        let job = ended(&elsewhere, &id).await;
        assert_eq!((job.state, job.edition.as_deref()), (JobState::Cancelled, Some("spring")));
        assert_eq!(elsewhere.cancel(&id).await.unwrap().unwrap().state, JobState::Cancelled);
        assert_eq!(here.cancel("nothing").await.unwrap(), None);
        assert_eq!(here.list(10).await.unwrap().len(), 1);
    }

    #[tokio::test]
    async fn so_many_are_taken_on_and_fewer_work_at_once() {
        let (_folder, here, _) = jobs(2, 1).await;
        let mut ids = Vec::new();
        for _ in 0..2 {
            let place = here.place().unwrap();
            ids.push(here.start(place, JobKind::Publish, None, until_stopped).await.unwrap().id);
        }
        assert!(here.place().is_none());
        let stages = async || -> Vec<String> { here.list(9).await.unwrap().into_iter().map(|job| job.stage).collect() };
        until(&stages, |stages| stages.iter().any(|stage| stage == "checking")).await;
        tokio::time::sleep(Duration::from_millis(100)).await;
        let stages = stages().await;
        assert_eq!(stages.iter().filter(|stage| *stage == "waiting").count(), 1, "{stages:?}");
        // The one that waits ends without having had its turn.
        let waiting = here.list(9).await.unwrap().into_iter().find(|job| job.stage == "waiting").unwrap().id;
        here.cancel(&waiting).await.unwrap();
        assert_eq!(ended(&here, &waiting).await.state, JobState::Cancelled);
        here.wind_up(Duration::from_millis(300)).await;
        for id in ids {
            assert_eq!(ended(&here, &id).await.state, JobState::Cancelled);
        }
        assert!(here.place().is_some());
    }

    #[tokio::test]
    async fn a_panic_is_a_failure() {
        let (_folder, here, _) = jobs(1, 1).await;
        let place = here.place().unwrap();
        let job = here.start(place, JobKind::Publish, None, |_| async { panic!("on purpose") }).await.unwrap();
        assert_eq!(ended(&here, &job.id).await.state, JobState::Failed);
    }
}
