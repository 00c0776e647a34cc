//! The embedded store: one SQLite file that is a valid GeoPackage, so that QGIS and GDAL open it as it is. The layers they
//! see, `tier1` to `tier3`, are views of the edition in force at the moment they are read.

mod access;
mod alone;
mod columns;
mod connect;
mod fault;
mod fill;
pub mod foreign;
mod hooks;
mod photos;
mod reports;
mod statements;
pub(super) mod times;
mod write;

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use async_trait::async_trait;
use sqlx::{Row, SqlitePool};
use time::OffsetDateTime;

pub(super) use self::fault::store_error;
use self::statements as sql;
use super::{Filling, KeptRoster, NewDraft, NewPublication, Store, StoreError, StoreResult, rows};
use crate::domain::caller::Caller;
use crate::domain::edition::{CodeChange, EditionId, EditionInfo, Publication};
use crate::domain::job::Job;
use crate::domain::problem::CheckReport;
use crate::domain::roster::RosterEntry;
use crate::geometry::feature::{DraftFeature, GridFeature};

/// What writes are made with.
#[derive(Clone, Debug)]
struct Writer {
    /// The one connection that writes; whoever waits for it waits in line.
    pool: SqlitePool,
    /// Whose writes they are in the audit log.
    caller: Arc<Caller>,
}

impl Writer {
    fn acting_for(&self, caller: &Caller) -> Writer {
        Writer { pool: self.pool.clone(), caller: Arc::new(caller.clone()) }
    }
}

/// A GeoPackage file that is open.
#[derive(Debug)]
pub struct GpkgStore {
    path: PathBuf,
    /// Several connections that only read.
    readers: SqlitePool,
    writer: Writer,
    /// Events were written by this process.
    told: Arc<tokio::sync::Notify>,
    /// Held while this process may run jobs, with whether no other did when it began.
    jobs: Arc<OnceLock<Option<(File, bool)>>>,
}

impl GpkgStore {
    /// Opens the file, makes an empty store of it when it is missing, and brings an older one up to date.
    pub async fn open(path: &Path) -> StoreResult<GpkgStore> {
        let (readers, pool) = connect::connect(path).await?;
        let writer = Writer { pool, caller: Arc::new(Caller::program()) };
        Ok(GpkgStore { path: path.to_path_buf(), readers, writer, told: Arc::default(), jobs: Arc::default() })
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

#[async_trait]
impl Store for GpkgStore {
    fn begins_jobs_alone(&self) -> bool {
        // Where there can be no lock, nobody can tell.
        let lock = self.jobs.get_or_init(|| alone::take_part(&self.path).ok());
        lock.as_ref().is_some_and(|(_, is_alone)| *is_alone)
    }

    async fn revision(&self) -> StoreResult<i64> {
        Ok(sqlx::query(sql::REVISION).fetch_one(&self.readers).await?.try_get(0)?)
    }

    async fn editions(&self) -> StoreResult<Vec<EditionInfo>> {
        let rows = sqlx::query(sql::EDITIONS).fetch_all(&self.readers).await?;
        rows.iter().map(rows::edition).collect()
    }

    async fn edition(&self, name: &str) -> StoreResult<EditionInfo> {
        match sqlx::query(sql::EDITION_BY_NAME).bind(name).fetch_optional(&self.readers).await? {
            Some(row) => rows::edition(&row),
            None => Err(StoreError::NoSuchEdition(name.into())),
        }
    }

    async fn save_draft(&self, draft: &NewDraft) -> StoreResult<EditionInfo> {
        write::save_draft(&self.writer, draft).await
    }

    async fn draft_features(&self, edition: EditionId) -> StoreResult<Vec<DraftFeature>> {
        let rows = sqlx::query(sql::DRAFT_FEATURES).bind(edition.0).fetch_all(&self.readers).await?;
        rows.iter().map(rows::draft_feature).collect()
    }

    async fn report(&self, edition: EditionId) -> StoreResult<CheckReport> {
        match sqlx::query(sql::REPORT).bind(edition.0).fetch_optional(&self.readers).await? {
            Some(row) => rows::json(row.try_get(0)?, "report"),
            None => Err(StoreError::NoSuchEdition(format!("number {}", edition.0))),
        }
    }

    async fn publish(&self, edition: EditionId, publication: &NewPublication) -> StoreResult<EditionInfo> {
        let published = write::publish(&self.writer, edition, publication).await?;
        self.told.notify_one();
        Ok(published)
    }

    async fn put_in_force(&self, edition: EditionId, from: Option<OffsetDateTime>) -> StoreResult<()> {
        write::put_in_force(&self.writer, edition, from).await?;
        self.told.notify_one();
        Ok(())
    }

    async fn withdraw(&self, edition: EditionId, moments: &[OffsetDateTime]) -> StoreResult<()> {
        write::withdraw(&self.writer, edition, moments).await?;
        self.told.notify_one();
        Ok(())
    }

    async fn publications(&self) -> StoreResult<Vec<Publication>> {
        let rows = sqlx::query(sql::PUBLICATIONS).fetch_all(&self.readers).await?;
        rows.iter().map(rows::publication).collect()
    }

    async fn grids(&self, edition: EditionId) -> StoreResult<Vec<GridFeature>> {
        let rows = sqlx::query(sql::GRIDS).bind(edition.0).fetch_all(&self.readers).await?;
        rows.iter().map(rows::grid).collect()
    }

    async fn replace_roster(&self, entries: &[RosterEntry], from: Option<OffsetDateTime>) -> StoreResult<()> {
        write::replace_roster(&self.writer, entries, from).await
    }

    async fn roster(&self, at: OffsetDateTime) -> StoreResult<Vec<RosterEntry>> {
        let Some(found) =
            sqlx::query(sql::ROSTER_IN_FORCE).bind(times::to_text(at)).fetch_optional(&self.readers).await?
        else {
            return Ok(Vec::new());
        };
        self.roster_by_number(found.try_get(0)?).await
    }

    async fn rosters(&self) -> StoreResult<Vec<KeptRoster>> {
        let rows = sqlx::query(sql::ROSTERS).fetch_all(&self.readers).await?;
        rows.iter().map(rows::kept_roster).collect()
    }

    async fn roster_by_number(&self, number: i64) -> StoreResult<Vec<RosterEntry>> {
        // Rosters are never changed, so two reads of one roster need no transaction around them.
        let entries = sqlx::query(sql::ROSTER_ENTRIES).bind(number).fetch_all(&self.readers).await?;
        let people = sqlx::query(sql::ROSTER_PEOPLE).bind(number).fetch_all(&self.readers).await?;
        rows::roster(&entries, &people)
    }

    async fn roster_moments(&self) -> StoreResult<Vec<OffsetDateTime>> {
        let rows = sqlx::query(sql::ROSTER_MOMENTS).fetch_all(&self.readers).await?;
        rows.iter().map(|row| times::from_text(row.try_get(0)?)).collect()
    }

    async fn code_changes(&self) -> StoreResult<Vec<(EditionId, CodeChange)>> {
        let rows = sqlx::query(sql::CODE_CHANGES).fetch_all(&self.readers).await?;
        rows.iter().map(rows::code_change).collect()
    }

    async fn discard_draft(&self, edition: EditionId) -> StoreResult<()> {
        write::discard_draft(&self.writer, edition).await
    }

    async fn put_job(&self, job: &Job) -> StoreResult<()> {
        write::put_job(&self.writer, job).await
    }

    async fn job(&self, id: &str) -> StoreResult<Option<Job>> {
        let row = sqlx::query(sql::JOB_BY_ID).bind(id).fetch_optional(&self.readers).await?;
        row.as_ref().map(rows::job).transpose()
    }

    async fn jobs(&self, limit: u32) -> StoreResult<Vec<Job>> {
        let rows = sqlx::query(sql::JOBS).bind(limit).fetch_all(&self.readers).await?;
        rows.iter().map(rows::job).collect()
    }

    async fn request_cancel(&self, id: &str) -> StoreResult<bool> {
        let asked = sqlx::query(sql::REQUEST_CANCEL).bind(id).execute(&self.writer.pool).await?;
        Ok(asked.rows_affected() > 0)
    }

    async fn fill(&self) -> StoreResult<Box<dyn Filling>> {
        Ok(Box::new(fill::begin(&self.writer).await?))
    }

    async fn events_changed(&self) {
        self.told.notified().await;
    }

    async fn close(&self) {
        // Readers first: the last to go is the one that can fold the log into the file.
        self.readers.close().await;
        self.writer.pool.close().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// SQLite's own limit makes the disk full at a known place: inside the transaction.
    #[tokio::test]
    async fn a_full_disk_keeps_nothing_and_says_so() {
        let folder = tempfile::tempdir().unwrap();
        let store = GpkgStore::open(&folder.path().join("town.gpkg")).await.unwrap();
        let pages: i64 = sqlx::query_scalar("PRAGMA page_count").fetch_one(&store.writer.pool).await.unwrap();
        let limit = |pages: i64| sqlx::query(sqlx::AssertSqlSafe(format!("PRAGMA max_page_count = {pages}")));
        limit(pages + 20).execute(&store.writer.pool).await.unwrap();
        let feature = DraftFeature { source: "x".repeat(1_000), ..DraftFeature::default() };
        let draft =
            |features| NewDraft { name: "a".into(), source: String::new(), features, report: CheckReport::default() };
        let large = draft(vec![feature.clone(); 2_000]);
        for _ in 0..2 {
            assert!(matches!(store.save_draft(&large).await, Err(StoreError::DiskFull)));
            assert_eq!((store.revision().await.unwrap(), store.editions().await.unwrap().len()), (0, 0));
        }
        store.save_draft(&draft(vec![feature])).await.expect("what fits is kept");
        limit(1 << 30).execute(&store.writer.pool).await.unwrap();
        let large = NewDraft { name: "b".into(), ..large };
        store.save_draft(&large).await.expect("with room again, all is kept");
        assert_eq!(store.revision().await.unwrap(), 2);
    }
}
