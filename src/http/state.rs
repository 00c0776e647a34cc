//! What every handler gets: the snapshot in force, the tile cache, and the bounds the service keeps.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use time::OffsetDateTime;
use tokio::sync::Semaphore;

use super::diff::Comparisons;
use super::limits::Limits;
use super::origin::Network;
use super::problem::{Kind, Problem};
use super::reports::coming::PhotoPlaces;
use super::uploads::UploadFolders;
use crate::assign::calendar::Calendar;
use crate::assign::desk::Desk;
use crate::domain::caller::Caller;
use crate::domain::key::Right;
use crate::hooks::{self, Courier};
use crate::index::edition_map::EditionMap;
use crate::index::roster::Roster;
use crate::index::snapshot::Snapshot;
use crate::jobs::Jobs;
use crate::keys::{Accounts, Keys};
use crate::live::Live;
use crate::outbox::Outbox;
use crate::store::Store;
use crate::tiles::cache::TileCache;

/// The bounds the service keeps. `docs/api.md` states the defaults.
#[derive(Clone, Debug)]
pub struct Settings {
    /// A connection on which the next request is not begun and its head not whole after so long is closed.
    pub header_timeout: Duration,
    /// An answer that takes longer is given up; batches are not bound by it.
    pub request_timeout: Duration,
    /// A batch whose next bytes do not come, or whose answers are not taken, for so long is ended.
    pub batch_idle_timeout: Duration,
    /// The largest body of a request; batches are not bound by it, only their rows are.
    pub max_body_bytes: u64,
    /// Requests worked on at the same time; more are turned away.
    pub max_requests: usize,
    /// All compressed and plain tiles together.
    pub max_tile_cache_bytes: u64,
    /// All files of one upload together.
    pub max_upload_bytes: u64,
    /// Files of one upload.
    pub max_upload_files: usize,
    /// An upload has to be whole after so long.
    pub max_upload_time: Duration,
    /// Jobs that are taken on, uploads that are coming in among them; more are turned away.
    pub max_jobs: usize,
    /// Jobs that work at the same time; the others wait.
    pub max_working_jobs: usize,
    /// Where uploads are kept until they are read.
    pub upload_folder: PathBuf,
    /// Streams of events that are open at the same time; more are turned away.
    pub max_streams: usize,
    /// Where webhooks may lead, and who delivers.
    pub webhooks: hooks::courier::Settings,
    /// Requests to the API in a minute from one address without a key; 0 is without a limit.
    pub address_requests_per_minute: u32,
    /// Requests to the API in a minute by one key or account; 0 is without a limit.
    pub caller_requests_per_minute: u32,
    /// Proxies whose word is taken on where requests come from.
    pub trusted_proxies: Vec<Network>,
    /// How long requests may go on after the service was told to stop.
    pub shutdown_grace: Duration,
    /// By which deadlines are counted.
    pub calendar: Calendar,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            // Longer than proxies keep a connection that rests.
            header_timeout: Duration::from_secs(75),
            request_timeout: Duration::from_secs(30),
            batch_idle_timeout: Duration::from_secs(30),
            max_body_bytes: 1 << 20,
            max_requests: 1024,
            max_tile_cache_bytes: 256 << 20,
            max_upload_bytes: 1 << 30,
            max_upload_files: 32,
            max_upload_time: Duration::from_secs(3600),
            max_jobs: 8,
            max_working_jobs: 2,
            upload_folder: std::env::temp_dir(),
            max_streams: 512,
            webhooks: hooks::courier::Settings::default(),
            address_requests_per_minute: 0,
            caller_requests_per_minute: 0,
            trusted_proxies: Vec::new(),
            shutdown_grace: Duration::from_secs(30),
            calendar: Calendar::standard(),
        }
    }
}

/// Cheap to clone; clones share everything.
#[derive(Clone, Debug)]
pub struct AppState {
    pub(crate) live: Arc<Live>,
    pub(crate) keys: Keys,
    pub(crate) accounts: Accounts,
    pub(crate) limits: Arc<Limits>,
    pub(crate) jobs: Jobs,
    pub(crate) uploads: UploadFolders,
    pub(crate) tiles: TileCache,
    pub(crate) comparisons: Arc<Comparisons>,
    pub(crate) desk: Desk,
    pub(crate) photos: PhotoPlaces,
    pub(crate) outbox: Outbox,
    pub(crate) courier: Courier,
    pub(crate) streams: Arc<Semaphore>,
    pub(crate) settings: Arc<Settings>,
}

impl AppState {
    pub fn new(live: Arc<Live>, settings: Settings) -> AppState {
        let keys = Keys::new(live.store().clone());
        let accounts = Accounts::new(live.store().clone());
        let limits = Arc::new(Limits::new(&settings));
        let tiles = TileCache::new(settings.max_tile_cache_bytes);
        let jobs = Jobs::new(live.store().clone(), settings.max_jobs, settings.max_working_jobs);
        let uploads = UploadFolders::below(settings.upload_folder.clone());
        let outbox = Outbox::new(live.store().clone());
        let courier = Courier::new(outbox.clone(), keys.clone(), settings.webhooks.clone());
        let desk = Desk::new(live.clone(), settings.calendar.clone());
        AppState {
            live,
            keys,
            accounts,
            limits,
            jobs,
            uploads,
            tiles,
            comparisons: Arc::default(),
            desk,
            photos: PhotoPlaces::default(),
            outbox,
            courier,
            streams: Arc::new(Semaphore::new(settings.max_streams)),
            settings: Arc::new(settings),
        }
    }

    /// The store, whose writes are the caller's in the audit log.
    pub(crate) fn store_for(&self, caller: &Caller) -> Arc<dyn Store> {
        self.live.store().acting_for(caller)
    }

    /// The desk, for who runs the service.
    pub fn desk(&self) -> &Desk {
        &self.desk
    }

    /// Warns before deadlines and passes up what is late, until `stop` is done.
    pub async fn watch_the_clock(&self, stop: impl Future<Output = ()>) {
        self.desk.clone().watch_the_clock(stop).await;
    }

    /// What a request answers from: taken once, so that two editions never mix in one answer.
    pub(crate) fn in_force(&self) -> Result<Snapshot, Problem> {
        self.live.snapshot().ok_or_else(|| {
            if self.live.status().last_error.is_some() {
                return Problem::with(Kind::StoreUnavailable, "the service waits for its store; try again later");
            }
            let what_to_do =
                "import a file with `gridward import FILE --publish`, or start with `gridward serve --demo`";
            Problem::with(Kind::NothingPublished, what_to_do)
        })
    }

    /// What was in force at a time; what is in force now without one.
    pub(crate) async fn in_force_at(&self, at: Option<OffsetDateTime>) -> Result<Snapshot, Problem> {
        let Some(at) = at else { return self.in_force() };
        match self.live.at(at).await? {
            Some(snapshot) => Ok(snapshot),
            None => Err(Problem::with(Kind::NoSuchEdition, "no edition was in force at the time of `at`")),
        }
    }

    /// The roster in force now; an empty one before anything is in force.
    pub(crate) fn roster_now(&self) -> Arc<Roster> {
        self.live.snapshot().map(|snapshot| snapshot.roster).unwrap_or_default()
    }

    /// Whether the edition in force has a grid of that code: keys and accounts keep theirs when it goes. `None` without a code,
    /// and before anything is in force.
    pub(crate) fn has_now(&self, code: Option<&str>) -> Option<bool> {
        let (code, now) = (code?, self.live.snapshot()?);
        Some(now.edition.planar.find(code).is_some())
    }

    /// An edition by its name, for whoever may see drafts (built as publishing would build them) a draft too.
    pub(crate) async fn edition_for(&self, caller: &Caller, name: &str) -> Result<Arc<EditionMap>, Problem> {
        if !caller.may(Right::Editions) {
            return self.edition(name).await;
        }
        let found = self.live.edition_or_draft(name).await?;
        found.ok_or_else(|| {
            let name = crate::assign::bulk::shortened(name);
            Problem::with(Kind::NoSuchEdition, format!("no edition is called `{name}`"))
        })
    }

    /// A published edition by its name.
    pub(crate) async fn edition(&self, name: &str) -> Result<Arc<EditionMap>, Problem> {
        let found = self.live.edition(name).await?;
        found.ok_or_else(|| {
            let name = crate::assign::bulk::shortened(name);
            Problem::with(Kind::NoSuchEdition, format!("no published edition is called `{name}`"))
        })
    }
}

/// Runs work that takes a processor for a while where it holds up no other request.
pub(crate) async fn in_background<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Problem> {
    tokio::task::spawn_blocking(work).await.map_err(Problem::internal)
}
