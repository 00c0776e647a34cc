//! The shared store: PostgreSQL with PostGIS, for several servers and for other programs. Tables and views are in the
//! schema `gridward`; QGIS sees `tier1` to `tier3`, views of the edition in force at the moment they are read.

mod access;
mod arrays;
mod columns;
mod connect;
mod fault;
mod fill;
mod hooks;
mod listen;
mod photos;
mod reports;
mod session;
mod statements;
mod write;

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use sqlx::Row;
use sqlx::postgres::{PgConnectOptions, PgPool, PgRow};
use time::OffsetDateTime;
use tokio::sync::OnceCell;

use self::columns::micros;
pub(super) use self::fault::store_error;
use self::listen::Changes;
use self::session::Session;
use self::statements as sql;
use super::{Filling, KeptRoster, NewDraft, NewPublication, Store, StoreError, StoreResult, rows};
use crate::domain::caller::Caller;
use crate::domain::edition::{CodeChange, EditionId, EditionInfo, Publication};
use crate::domain::job::Job;
use crate::domain::problem::CheckReport;
use crate::domain::roster::RosterEntry;
use crate::geometry::feature::{DraftFeature, GridFeature};

/// Connections of one process, beside the one that listens: lookups and tiles use none.
const MAX_CONNECTIONS: u32 = 8;
/// How long a database that could not be reached is not tried again.
const ASK_AGAIN: Duration = Duration::from_millis(500);
const CLOSE_TIMEOUT: Duration = Duration::from_secs(3);

/// A PostGIS database.
pub struct PostgisStore {
    shared: Arc<Shared>,
    /// Whose writes they are in the audit log.
    caller: Arc<Caller>,
}

/// What those who act for different callers share.
struct Shared {
    options: PgConnectOptions,
    pool: PgPool,
    /// Set once the database was found to be a store of this version.
    is_ours: OnceCell<()>,
    /// When it could not even be reached the last time, and why.
    out_of_reach: Mutex<Option<(Instant, String)>>,
    changes: Changes,
    /// Months whose partitions are known to be there, by their first days as ids begin.
    report_months: Mutex<Vec<String>>,
}

/// Without user and password.
impl std::fmt::Debug for PostgisStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PostgisStore({})", connect::place(&self.shared.options))
    }
}

impl PostgisStore {
    /// Reads the URL and no more: the database is looked at, and made a store, when it is first asked something. Where it
    /// cannot be reached then, the next question tries again.
    pub fn new(url: &str) -> StoreResult<PostgisStore> {
        let options = connect::options(url)?;
        let pool = connect::pool(&options, MAX_CONNECTIONS);
        let changes = Changes::new(options.clone());
        let shared = Shared {
            options,
            pool,
            is_ours: OnceCell::new(),
            out_of_reach: Mutex::default(),
            changes,
            report_months: Mutex::default(),
        };
        Ok(PostgisStore { shared: Arc::new(shared), caller: Arc::new(Caller::program()) })
    }

    async fn pool(&self) -> StoreResult<&PgPool> {
        self.shared.is_ours.get_or_try_init(|| self.reach()).await?;
        Ok(&self.shared.pool)
    }

    /// Those who ask while it cannot be reached wait in line for this; each finding it out anew would take the last too long.
    async fn reach(&self) -> StoreResult<()> {
        let known = self.shared.out_of_reach.lock().expect("nothing panics while it holds this lock").clone();
        if let Some((when, why)) = known
            && when.elapsed() < ASK_AGAIN
        {
            return Err(StoreError::Unavailable(why));
        }
        let outcome = connect::prepare(&self.shared.options).await;
        if let Err(StoreError::Unavailable(why)) = &outcome {
            let now = Some((Instant::now(), why.clone()));
            *self.shared.out_of_reach.lock().expect("nothing panics while it holds this lock") = now;
        }
        outcome
    }

    async fn rows(
        &self,
        query: sqlx::query::Query<'_, sqlx::Postgres, sqlx::postgres::PgArguments>,
    ) -> StoreResult<Vec<PgRow>> {
        let mut session = Session::take(self.pool().await?).await?;
        let rows = session.rows(query).await?;
        session.give_back();
        Ok(rows)
    }

    async fn row(
        &self,
        query: sqlx::query::Query<'_, sqlx::Postgres, sqlx::postgres::PgArguments>,
    ) -> StoreResult<Option<PgRow>> {
        Ok(self.rows(query).await?.into_iter().next())
    }
}

#[async_trait]
impl Store for PostgisStore {
    async fn revision(&self) -> StoreResult<i64> {
        let row = self.row(sqlx::query(sql::REVISION)).await?;
        Ok(row.ok_or_else(|| StoreError::Damaged("it has no revision".into()))?.try_get(0)?)
    }

    async fn editions(&self) -> StoreResult<Vec<EditionInfo>> {
        self.rows(sqlx::query(sql::EDITIONS)).await?.iter().map(rows::edition).collect()
    }

    async fn edition(&self, name: &str) -> StoreResult<EditionInfo> {
        if cannot_be_there(name) {
            return Err(StoreError::NoSuchEdition(name.into()));
        }
        match self.row(sqlx::query(sql::EDITION_BY_NAME).bind(name)).await? {
            Some(row) => rows::edition(&row),
            None => Err(StoreError::NoSuchEdition(name.into())),
        }
    }

    async fn save_draft(&self, draft: &NewDraft) -> StoreResult<EditionInfo> {
        write::save_draft(self.pool().await?, &self.caller, draft).await
    }

    async fn draft_features(&self, edition: EditionId) -> StoreResult<Vec<DraftFeature>> {
        let mut session = Session::long_read(self.pool().await?).await?;
        let features = session.collect(sqlx::query(sql::DRAFT_FEATURES).bind(edition.0), rows::draft_feature).await?;
        session.end_read().await;
        Ok(features)
    }

    async fn report(&self, edition: EditionId) -> StoreResult<CheckReport> {
        match self.row(sqlx::query(sql::REPORT).bind(edition.0)).await? {
            Some(row) => rows::json(row.try_get(0)?, "report"),
            None => Err(StoreError::NoSuchEdition(format!("number {}", edition.0))),
        }
    }

    async fn publish(&self, edition: EditionId, publication: &NewPublication) -> StoreResult<EditionInfo> {
        write::publish(self.pool().await?, &self.caller, edition, publication).await
    }

    async fn put_in_force(&self, edition: EditionId, from: Option<OffsetDateTime>) -> StoreResult<()> {
        write::put_in_force(self.pool().await?, &self.caller, edition, from).await
    }

    async fn withdraw(&self, edition: EditionId, moments: &[OffsetDateTime]) -> StoreResult<()> {
        write::withdraw(self.pool().await?, &self.caller, edition, moments).await
    }

    async fn publications(&self) -> StoreResult<Vec<Publication>> {
        self.rows(sqlx::query(sql::PUBLICATIONS)).await?.iter().map(rows::publication).collect()
    }

    async fn grids(&self, edition: EditionId) -> StoreResult<Vec<GridFeature>> {
        let mut session = Session::long_read(self.pool().await?).await?;
        let grids = session.collect(sqlx::query(sql::GRIDS).bind(edition.0), rows::grid).await?;
        session.end_read().await;
        Ok(grids)
    }

    async fn replace_roster(&self, entries: &[RosterEntry], from: Option<OffsetDateTime>) -> StoreResult<()> {
        write::replace_roster(self.pool().await?, &self.caller, entries, from).await
    }

    async fn roster(&self, at: OffsetDateTime) -> StoreResult<Vec<RosterEntry>> {
        match self.row(sqlx::query(sql::ROSTER_IN_FORCE).bind(micros(at))).await? {
            Some(found) => self.roster_by_number(found.try_get(0)?).await,
            None => Ok(Vec::new()),
        }
    }

    async fn rosters(&self) -> StoreResult<Vec<KeptRoster>> {
        self.rows(sqlx::query(sql::ROSTERS)).await?.iter().map(rows::kept_roster).collect()
    }

    async fn roster_by_number(&self, number: i64) -> StoreResult<Vec<RosterEntry>> {
        // Rosters are never changed, so two reads of one roster need no transaction around them.
        let mut session = Session::take(self.pool().await?).await?;
        let entries = session.rows(sqlx::query(sql::ROSTER_ENTRIES).bind(number)).await?;
        let people = session.rows(sqlx::query(sql::ROSTER_PEOPLE).bind(number)).await?;
        session.give_back();
        rows::roster(&entries, &people)
    }

    async fn roster_moments(&self) -> StoreResult<Vec<OffsetDateTime>> {
        let rows = self.rows(sqlx::query(sql::ROSTER_MOMENTS)).await?;
        rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
    }

    async fn code_changes(&self) -> StoreResult<Vec<(EditionId, CodeChange)>> {
        self.rows(sqlx::query(sql::CODE_CHANGES)).await?.iter().map(rows::code_change).collect()
    }

    async fn discard_draft(&self, edition: EditionId) -> StoreResult<()> {
        write::discard_draft(self.pool().await?, &self.caller, edition).await
    }

    async fn put_job(&self, job: &Job) -> StoreResult<()> {
        write::put_job(self.pool().await?, job).await
    }

    async fn job(&self, id: &str) -> StoreResult<Option<Job>> {
        if cannot_be_there(id) {
            return Ok(None);
        }
        self.row(sqlx::query(sql::JOB_BY_ID).bind(id)).await?.as_ref().map(rows::job).transpose()
    }

    async fn jobs(&self, limit: u32) -> StoreResult<Vec<Job>> {
        self.rows(sqlx::query(sql::JOBS).bind(i64::from(limit))).await?.iter().map(rows::job).collect()
    }

    async fn request_cancel(&self, id: &str) -> StoreResult<bool> {
        Ok(!cannot_be_there(id) && write::request_cancel(self.pool().await?, id).await?)
    }

    async fn fill(&self) -> StoreResult<Box<dyn Filling>> {
        Ok(Box::new(fill::begin(self.pool().await?).await?))
    }

    async fn changed(&self) {
        self.shared.changes.heard().await;
    }

    async fn events_changed(&self) {
        self.shared.changes.heard_of_events().await;
    }

    async fn close(&self) {
        self.shared.changes.stop();
        // A database that hangs does not keep the process.
        let _ = tokio::time::timeout(CLOSE_TIMEOUT, self.shared.pool.close()).await;
    }
}

/// PostgreSQL takes no U+0000 in a text, and so keeps nothing under one: asked for it, it would only complain.
fn cannot_be_there(text: &str) -> bool {
    text.contains('\0')
}
