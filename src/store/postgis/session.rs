//! A connection in use: every answer has to come within a bound, so that a database that hangs holds nobody up.

use std::time::Duration;

use futures_util::TryStreamExt;
use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgArguments, PgConnection, PgPool, PgRow};
use sqlx::query::Query;
use sqlx::{Executor, Postgres};

use super::statements as sql;
use crate::store::{StoreError, StoreResult};

/// Of what a request waits for. The server's own statement time-out is a little longer, and ends what we gave up.
pub(super) const SHORT: Duration = Duration::from_secs(4);
/// From row to row of an edition, and for each of the many statements of a long write.
pub(super) const LONG: Duration = Duration::from_secs(60);

type PgQuery<'q> = Query<'q, Postgres, PgArguments>;

/// Unless it is given back, the connection is closed with the session, and what it had not committed is undone.
pub(super) struct Session {
    connection: Option<PoolConnection<Postgres>>,
    within: Duration,
}

impl Session {
    pub(super) async fn take(pool: &PgPool) -> StoreResult<Session> {
        Ok(Session { connection: Some(pool.acquire().await?), within: SHORT })
    }

    /// In a transaction that reads however many rows, all of one moment.
    pub(super) async fn long_read(pool: &PgPool) -> StoreResult<Session> {
        Session::begin(pool, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", Some(sql::LONG_READ)).await
    }

    /// In a transaction that counts rows, all of one moment.
    pub(super) async fn counting(pool: &PgPool) -> StoreResult<Session> {
        Session::begin(pool, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", Some(sql::COUNTING)).await
    }

    /// In a transaction that writes little.
    pub(super) async fn short_write(pool: &PgPool) -> StoreResult<Session> {
        Session::begin(pool, "BEGIN", None).await
    }

    /// In a transaction that writes an edition or a roster.
    pub(super) async fn long_write(pool: &PgPool) -> StoreResult<Session> {
        Session::begin(pool, "BEGIN", Some(sql::LONG_WRITE)).await
    }

    async fn begin(pool: &PgPool, begin: &'static str, then: Option<&'static str>) -> StoreResult<Session> {
        let mut session = Session::take(pool).await?;
        session.simple(begin).await?;
        if let Some(settings) = then {
            session.execute(sqlx::query(settings)).await?;
            session.within = LONG;
        }
        Ok(session)
    }

    /// All rows of an answer.
    pub(super) async fn rows(&mut self, query: PgQuery<'_>) -> StoreResult<Vec<PgRow>> {
        let within = self.within;
        bounded(within, query.fetch_all(self.connection())).await
    }

    /// The first row of an answer, where there is one.
    pub(super) async fn row(&mut self, query: PgQuery<'_>) -> StoreResult<Option<PgRow>> {
        let within = self.within;
        bounded(within, query.fetch_optional(self.connection())).await
    }

    /// Reads rows one after the other, each within the bound.
    pub(super) async fn collect<T>(
        &mut self,
        query: PgQuery<'_>,
        read: impl Fn(&PgRow) -> StoreResult<T>,
    ) -> StoreResult<Vec<T>> {
        let within = self.within;
        let mut stream = query.fetch(self.connection());
        let mut all = Vec::new();
        while let Some(row) = bounded(within, stream.try_next()).await? {
            all.push(read(&row)?);
        }
        Ok(all)
    }

    /// How many rows a statement changed.
    pub(super) async fn execute(&mut self, query: PgQuery<'_>) -> StoreResult<u64> {
        let within = self.within;
        Ok(bounded(within, query.execute(self.connection())).await?.rows_affected())
    }

    /// The same, with the database's own error for who wants to know which rule was broken.
    pub(super) async fn try_row(&mut self, query: PgQuery<'_>) -> StoreResult<Result<PgRow, sqlx::Error>> {
        let within = self.within;
        tokio::time::timeout(within, query.fetch_one(self.connection())).await.map_err(|_| silent(within))
    }

    async fn simple(&mut self, statement: &'static str) -> StoreResult<()> {
        let within = self.within;
        bounded(within, self.connection().execute(statement)).await.map(|_| ())
    }

    /// The connection goes back to the pool; for what was no transaction, or one that only read.
    pub(super) fn give_back(mut self) {
        drop(self.connection.take());
    }

    /// Ends a transaction that only read.
    pub(super) async fn end_read(mut self) {
        if self.simple("COMMIT").await.is_ok() {
            self.give_back();
        }
    }

    /// Ends a transaction that wrote: makes durable what was done, or undoes it.
    pub(super) async fn end<T>(mut self, outcome: StoreResult<T>) -> StoreResult<T> {
        match outcome {
            Ok(done) => {
                self.simple("COMMIT").await.map_err(unsure)?;
                self.give_back();
                Ok(done)
            }
            Err(error) => {
                self.within = SHORT;
                // Where this fails too, the connection is closed, which undoes it as well.
                if self.simple("ROLLBACK").await.is_ok() {
                    self.give_back();
                }
                Err(error)
            }
        }
    }

    fn connection(&mut self) -> &mut PgConnection {
        self.connection.as_mut().expect("a session has its connection until it ends")
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        if let Some(connection) = self.connection.take() {
            // Not back to the pool, where it would be waited for: it may be in the midst of anything.
            drop(connection.detach());
        }
    }
}

/// Who answers a commit with silence may have made it durable.
fn unsure(error: StoreError) -> StoreError {
    match error {
        StoreError::Unavailable(why) => StoreError::Unavailable(format!(
            "{why}; that was while the write was made durable: look whether it was kept before you repeat it"
        )),
        other => other,
    }
}

fn silent(within: Duration) -> StoreError {
    StoreError::Unavailable(format!("it did not answer within {} s", within.as_secs()))
}

async fn bounded<T>(within: Duration, work: impl Future<Output = Result<T, sqlx::Error>>) -> StoreResult<T> {
    Ok(tokio::time::timeout(within, work).await.map_err(|_| silent(within))??)
}
