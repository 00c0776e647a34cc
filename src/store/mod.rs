//! KEEPING: editions, publications, rosters, keys, accounts and the audit log. May use: domain, geometry. Crates: `sqlx`; all SQL is in here.
//!
//! Stores keep and load. They answer no spatial question, so two stores cannot disagree about a place.

mod access;
pub mod copy;
mod fault;
pub mod gpkg;
pub mod hooks;
pub mod mbtiles;
pub mod photos;
pub mod postgis;
pub mod reports;
mod rows;
mod written;

pub use access::AccessStore;

use std::sync::Arc;

use async_trait::async_trait;
use time::OffsetDateTime;

use self::reports::HeldKey;
use crate::domain::account::KeptAccount;
use crate::domain::audit::AuditEntry;
use crate::domain::edition::{CodeChange, EditionId, EditionInfo, Publication};
use crate::domain::job::Job;
use crate::domain::key::KeptKey;
use crate::domain::problem::{CheckReport, ProblemCode};
use crate::domain::report::{Event, Report, Step};
use crate::domain::roster::RosterEntry;
use crate::domain::rules::KeptRules;
use crate::domain::webhook::{Delivery, Webhook};
use crate::geometry::feature::{DraftFeature, GridFeature};

/// What a store keeps of a moment: what is below a microsecond is cut off.
pub fn whole_micros(at: OffsetDateTime) -> OffsetDateTime {
    at.replace_nanosecond(at.microsecond() * 1_000).expect("a second has a million microseconds")
}

/// A draft to be kept: what an import read, and what it found while reading.
#[derive(Clone, Debug)]
pub struct NewDraft {
    pub name: String,
    /// The files it came from, for people.
    pub source: String,
    pub features: Vec<DraftFeature>,
    /// The report made at import, kept for people to read; `check` makes it anew.
    pub report: CheckReport,
}

/// What a publish writes: the exact partition that replaces the draft's features.
#[derive(Clone, Debug)]
pub struct NewPublication {
    pub features: Vec<GridFeature>,
    pub accepted: Vec<ProblemCode>,
    pub report: CheckReport,
    /// The moment at which it is recorded without one: see [`Store::put_in_force`].
    pub in_force_from: Option<OffsetDateTime>,
    /// What became of codes of the edition before, the old code and then the largest share first.
    pub code_changes: Vec<CodeChange>,
    pub before: Before,
}

/// Which edition has to be in force right before another, for what is said of its codes to be true.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Before {
    Any,
    /// This one, or none; where it is another by the time of the write, that is [`StoreError::Overtaken`].
    Exactly(Option<EditionId>),
}

/// What an edition holds.
#[derive(Clone, Debug, PartialEq)]
pub enum EditionContent {
    Draft(Vec<DraftFeature>),
    Published(Vec<GridFeature>),
}

impl EditionContent {
    pub fn len(&self) -> usize {
        match self {
            EditionContent::Draft(features) => features.len(),
            EditionContent::Published(grids) => grids.len(),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// A roster without its entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeptRoster {
    /// Its number in this store.
    pub number: i64,
    pub in_force_from: OffsetDateTime,
    pub recorded_at: OffsetDateTime,
}

/// What can go wrong in a store. The messages are for operators; none reaches a client of the HTTP service.
#[derive(Clone, Debug, thiserror::Error)]
pub enum StoreError {
    #[error("there is no edition called `{0}`")]
    NoSuchEdition(String),
    #[error("there is an edition called `{0}` already; choose another name with --edition")]
    NameTaken(String),
    #[error("somebody signs in as `{0}` already; choose another name")]
    SignInTaken(String),
    #[error("edition `{0}` is published, and a published edition is never changed")]
    AlreadyPublished(String),
    #[error("edition `{0}` is a draft; publish it first")]
    NotPublished(String),
    #[error("another edition was put in force meanwhile; repeat this")]
    Overtaken,
    #[error("the store is not empty, and only an empty one can become a copy of another; name a new file or database")]
    NotEmpty,
    #[error("`{0}` is not a store: {1}")]
    NotAStore(String, String),
    /// What was to be written breaks a rule of the store.
    #[error("the store refuses this, and nothing of it was kept: {0}")]
    Refused(String),
    #[error("the disk is full, and nothing of this write was kept; make room and repeat it")]
    DiskFull,
    /// Not now and not later: whoever wants to write goes to another server, or an operator changes something.
    #[error("this cannot be written here: {0}")]
    ReadOnly(String),
    #[error("the store cannot be reached: {0}")]
    Unavailable(String),
    #[error("the store's content is damaged: {0}")]
    Damaged(String),
}

pub type StoreResult<T> = Result<T, StoreError>;

/// Where editions, publications and rosters are kept. Every write is one transaction, answered when it is durable.
#[async_trait]
pub trait Store: AccessStore + reports::ReportStore + photos::PhotoStore + hooks::HookStore + std::fmt::Debug {
    /// Says that this process runs jobs on the store from now on, and answers whether no other one does, so that what is
    /// running by the store is not. `false` also where nobody can tell.
    fn begins_jobs_alone(&self) -> bool {
        false
    }

    /// A number that every write raises; equal numbers mean equal content.
    async fn revision(&self) -> StoreResult<i64>;

    /// All editions, oldest first.
    async fn editions(&self) -> StoreResult<Vec<EditionInfo>>;

    /// The edition of that name.
    async fn edition(&self, name: &str) -> StoreResult<EditionInfo>;

    /// Keeps a new draft.
    async fn save_draft(&self, draft: &NewDraft) -> StoreResult<EditionInfo>;

    /// The features of a draft, in the order they were read.
    async fn draft_features(&self, edition: EditionId) -> StoreResult<Vec<DraftFeature>>;

    /// The report kept with an edition (of its import, then of its publication).
    async fn report(&self, edition: EditionId) -> StoreResult<CheckReport>;

    /// Turns a draft into a published edition and puts it in force from the given moment on, or from now.
    async fn publish(&self, edition: EditionId, publication: &NewPublication) -> StoreResult<EditionInfo>;

    /// Puts an edition that is published already in force (again) from the given moment on; a rollback is this. Without one
    /// it is the moment at which it is recorded, behind all writes before it, however long this one waited or took: so it
    /// changes nothing about a time that is past, and of two writes the later one counts.
    async fn put_in_force(&self, edition: EditionId, from: Option<OffsetDateTime>) -> StoreResult<()>;

    /// Takes back that an edition is to come into force at these moments.
    async fn withdraw(&self, edition: EditionId, moments: &[OffsetDateTime]) -> StoreResult<()>;

    /// All publications and withdrawals in the order they were recorded; [`crate::domain::edition::in_force`] says what that
    /// comes to.
    async fn publications(&self) -> StoreResult<Vec<Publication>>;

    /// The grids of a published edition, sorted by (tier, code).
    async fn grids(&self, edition: EditionId) -> StoreResult<Vec<GridFeature>>;

    /// Replaces the roster from `from` on, or from the moment at which it is recorded; the one before stays for earlier times.
    async fn replace_roster(&self, entries: &[RosterEntry], from: Option<OffsetDateTime>) -> StoreResult<()>;

    /// The roster in force at that time, sorted by grid code; empty when there was none.
    async fn roster(&self, at: OffsetDateTime) -> StoreResult<Vec<RosterEntry>>;

    /// From when on each roster is in force, in the order they were recorded.
    async fn roster_moments(&self) -> StoreResult<Vec<OffsetDateTime>>;

    /// All rosters in the order they were recorded, those among them that another replaced from the same moment on.
    async fn rosters(&self) -> StoreResult<Vec<KeptRoster>>;

    /// The entries of a roster of [`Store::rosters`], sorted by grid code.
    async fn roster_by_number(&self, number: i64) -> StoreResult<Vec<RosterEntry>>;

    /// What became of the codes of earlier editions, in the order in which the editions were made, as
    /// [`NewPublication::code_changes`] gave them.
    async fn code_changes(&self) -> StoreResult<Vec<(EditionId, CodeChange)>>;

    /// Forgets a draft; a published edition is never forgotten.
    async fn discard_draft(&self, edition: EditionId) -> StoreResult<()>;

    /// Keeps a job as it stands now, a new one or one that goes on. Jobs do not raise the revision. What
    /// [`Store::request_cancel`] set stays set.
    async fn put_job(&self, job: &Job) -> StoreResult<()>;

    /// The job of that id; `None` when there is none.
    async fn job(&self, id: &str) -> StoreResult<Option<Job>>;

    /// The latest jobs first, at most so many.
    async fn jobs(&self, limit: u32) -> StoreResult<Vec<Job>>;

    /// Asks a job to end; whether there is such a job.
    async fn request_cancel(&self, id: &str) -> StoreResult<bool>;

    /// Begins to take over the content of another store; [`StoreError::NotEmpty`] where there is any already.
    async fn fill(&self) -> StoreResult<Box<dyn Filling>>;

    /// Waits until something may have changed: a hint, for the revision alone tells. A store that cannot tell waits for
    /// ever.
    async fn changed(&self) {
        std::future::pending().await
    }

    /// Waits until there may be further events: a hint, for [`reports::ReportStore::last_event`] alone tells.
    async fn events_changed(&self) {
        std::future::pending().await
    }

    /// Waits for running writes and closes.
    async fn close(&self);
}

/// A store while it takes over the content of another, in one transaction: dropped before [`Filling::finish`], it leaves
/// the store empty. Editions come first.
#[async_trait]
pub trait Filling: Send {
    /// With its number, its times and all.
    async fn edition(&mut self, info: &EditionInfo, report: &CheckReport, content: &EditionContent) -> StoreResult<()>;

    async fn code_changes(&mut self, edition: EditionId, changes: &[CodeChange]) -> StoreResult<()>;

    async fn publication(&mut self, kept: &Publication) -> StoreResult<()>;

    async fn roster(&mut self, kept: &KeptRoster, entries: &[RosterEntry]) -> StoreResult<()>;

    async fn key(&mut self, key: &KeptKey) -> StoreResult<()>;

    async fn account(&mut self, account: &KeptAccount) -> StoreResult<()>;

    /// As it stands, with the number that it was told up to.
    async fn webhook(&mut self, webhook: &Webhook) -> StoreResult<()>;

    /// With its number; the rows come in their order.
    async fn audit(&mut self, entry: &AuditEntry) -> StoreResult<()>;

    /// Comes after its report.
    async fn photo(&mut self, photo: &photos::KeptPhoto) -> StoreResult<()>;

    async fn pepper(&mut self, pepper: &[u8; 32]) -> StoreResult<()>;

    async fn rules(&mut self, kept: &KeptRules, recorded_at: OffsetDateTime) -> StoreResult<()>;

    /// Reports, each with its whole history.
    async fn reports(&mut self, reports: &[(Report, Vec<Step>)]) -> StoreResult<()>;

    async fn sender_keys(&mut self, keys: &[HeldKey]) -> StoreResult<()>;

    /// With their numbers; they come in their order.
    async fn events(&mut self, events: &[Event]) -> StoreResult<()>;

    /// As they stand; they come after their webhook and their events.
    async fn deliveries(&mut self, deliveries: &[Delivery]) -> StoreResult<()>;

    async fn finish(self: Box<Self>) -> StoreResult<()>;
}

/// Opens the store that a URL names, `sqlite:PATH` or `postgres://…`, creating an embedded store that is not there yet and
/// making a store of an empty database.
pub async fn open(url: &str) -> StoreResult<Arc<dyn Store>> {
    let store = open_later(url).await?;
    store.revision().await?;
    Ok(store)
}

/// The same, but a database that cannot be reached now is no error yet: every question tries again.
pub async fn open_later(url: &str) -> StoreResult<Arc<dyn Store>> {
    if let Some(path) = url.strip_prefix("sqlite:") {
        let path = path.strip_prefix("//").unwrap_or(path);
        if path.is_empty() {
            return Err(StoreError::NotAStore(url.into(), "the path is missing; write sqlite:PATH".into()));
        }
        return Ok(Arc::new(gpkg::GpkgStore::open(std::path::Path::new(path)).await?));
    }
    if url.starts_with("postgres://") || url.starts_with("postgresql://") {
        return Ok(Arc::new(postgis::PostgisStore::new(url)?));
    }
    // Whatever else it is, it may hold a password: only the scheme is repeated.
    let scheme = url.split(':').next().unwrap_or_default();
    Err(StoreError::NotAStore(format!("{scheme}:…"), "a store is sqlite:PATH or postgres://USER@HOST/DATABASE".into()))
}
