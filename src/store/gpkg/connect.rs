//! Opening the file: is it ours, is it whole, and how SQLite is set so that what was answered is on the disk.

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::time::Duration;

use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, Executor, Row, SqlSafeStr, SqliteConnection, SqlitePool};

use super::statements as sql;
use crate::store::{StoreError, StoreResult};

/// `GPKG` in ASCII.
const APPLICATION_ID: i64 = 0x4750_4B47;
/// How many of our tables `sql/origin.sql` counts.
const OUR_TABLES: i64 = 4;

const HEADER_BYTES: usize = 100;
const MAGIC: &[u8] = b"SQLite format 3\0";

/// How long a reader waits for a connection, and a writer for another process's write.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);
const READERS: u32 = 4;
/// Memory of the connection that brings the schema up to date, in the words of SQLite: KiB where negative.
const MIGRATION_CACHE: &str = "-131072";

/// Number, what it brings, text; in order. A file that is listed here is never changed again.
pub(super) const MIGRATIONS: [(i64, &str, &str); 9] = [
    (1, "geopackage", include_str!("../../../migrations/gpkg/0001_geopackage.sql")),
    (2, "gridward", include_str!("../../../migrations/gpkg/0002_gridward.sql")),
    (3, "history", include_str!("../../../migrations/gpkg/0003_history.sql")),
    (4, "access", include_str!("../../../migrations/gpkg/0004_access.sql")),
    (5, "reports", include_str!("../../../migrations/gpkg/0005_reports.sql")),
    (6, "webhooks", include_str!("../../../migrations/gpkg/0006_webhooks.sql")),
    (7, "photos", include_str!("../../../migrations/gpkg/0007_photos.sql")),
    (8, "counts", include_str!("../../../migrations/gpkg/0008_counts.sql")),
    (9, "withdrawals", include_str!("../../../migrations/gpkg/0009_withdrawals.sql")),
];

/// Pools of readers and of the one writer on a file that is a store of this version.
pub(super) async fn connect(path: &Path) -> StoreResult<(SqlitePool, SqlitePool)> {
    check_file(path)?;
    let plain = SqliteConnectOptions::new().filename(path).busy_timeout(BUSY_TIMEOUT).foreign_keys(true);
    // Not a byte is written, not even the journal mode, before the file is known to be ours.
    let mut probe = plain.clone().create_if_missing(true).connect().await.map_err(|error| refused(path, error))?;
    let version = schema_version(&mut probe, path).await?;
    probe.close().await?;

    let durable = plain.clone().journal_mode(SqliteJournalMode::Wal).synchronous(SqliteSynchronous::Full);
    let newest = MIGRATIONS[MIGRATIONS.len() - 1].0;
    if version < newest {
        let begun = std::time::Instant::now();
        if version > 0 {
            let file = path.display();
            tracing::warn!(%file, version, newest, "bringing the schema up to date; millions of reports take minutes");
        }
        // A migration is long in words and in time, and sorts what is there.
        let patient = durable.clone().disable_statement_logging().pragma("cache_size", MIGRATION_CACHE);
        migrate(patient, path).await?;
        if version > 0 {
            tracing::info!(file = %path.display(), seconds = begun.elapsed().as_secs(), "the schema is up to date");
        }
    }
    let writer = SqlitePoolOptions::new()
        .max_connections(1)
        // A write waits for the writes before it, and an import of a nation is one write.
        .acquire_timeout(Duration::from_secs(600))
        // On a full disk SQLite undoes the transaction by itself; the driver still counts it as open, for ever.
        .before_acquire(|connection, _| Box::pin(async move { Ok(!connection.is_in_transaction()) }))
        .connect_with(durable)
        .await
        .map_err(|error| refused(path, error))?;
    let readers = SqlitePoolOptions::new()
        .max_connections(READERS)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .after_connect(|connection, _| {
            Box::pin(async move { connection.execute("PRAGMA query_only = ON").await.map(|_| ()) })
        })
        .connect_with(plain)
        .await
        .map_err(|error| refused(path, error))?;
    Ok((readers, writer))
}

fn not_a_store(path: &Path, why: &str) -> StoreError {
    StoreError::NotAStore(path.display().to_string(), why.into())
}

/// An error of opening, which names the file unless it says more already.
fn refused(path: &Path, error: sqlx::Error) -> StoreError {
    match StoreError::from(error) {
        StoreError::Unavailable(why) => not_a_store(path, &why),
        other => other,
    }
}

/// Judges the file by its first bytes, so that what is no database at all, or half of one, gets a plain word.
fn check_file(path: &Path) -> StoreResult<()> {
    let io = |error: std::io::Error| not_a_store(path, &error.to_string());
    let file = match File::open(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        other => other.map_err(io)?,
    };
    let about = file.metadata().map_err(io)?;
    if about.is_dir() {
        return Err(not_a_store(path, "it is a folder"));
    }
    let mut header = Vec::with_capacity(HEADER_BYTES);
    file.take(HEADER_BYTES as u64).read_to_end(&mut header).map_err(io)?;
    // A kill before the first page was written leaves an empty file.
    if header.is_empty() {
        return Ok(());
    }
    let Some(header) = header.first_chunk::<HEADER_BYTES>().filter(|header| header.starts_with(MAGIC)) else {
        return Err(not_a_store(path, "it is a file of another kind"));
    };
    // While there is a write-ahead log, the missing pages may be in it.
    let log_bytes = std::fs::metadata(with_suffix(path, "-wal")).map_or(0, |log| log.len());
    let (has, wants) = (about.len(), bytes_by_header(header));
    if has < wants && log_bytes == 0 {
        let name = path.display();
        return Err(StoreError::Damaged(format!("`{name}` is cut off: it has {has} of its {wants} bytes")));
    }
    Ok(())
}

/// The size that the header tells (<https://sqlite.org/fileformat.html>, section 1.3); 0 when it does not tell.
fn bytes_by_header(header: &[u8; HEADER_BYTES]) -> u64 {
    let word = |at: usize| u32::from_be_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]]);
    let page_bytes = match u16::from_be_bytes([header[16], header[17]]) {
        1 => 65_536,
        bytes => u64::from(bytes),
    };
    if word(24) == word(92) { page_bytes * u64::from(word(28)) } else { 0 }
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// The newest migration the file has had, 0 for an empty one; an error when it is somebody else's.
async fn schema_version(connection: &mut SqliteConnection, path: &Path) -> StoreResult<i64> {
    let origin = sqlx::query(sql::ORIGIN).fetch_one(&mut *connection).await?;
    let (application_id, things, our_tables): (i64, i64, i64) =
        (origin.try_get(0)?, origin.try_get(1)?, origin.try_get(2)?);
    if application_id == 0 && things == 0 {
        return Ok(0);
    }
    if application_id != APPLICATION_ID {
        return Err(not_a_store(path, "it is an SQLite database of another program"));
    }
    if our_tables != OUR_TABLES {
        return Err(not_a_store(path, "it is a GeoPackage of another program"));
    }
    let version = sqlx::query(sql::SCHEMA_VERSION).fetch_one(connection).await?.try_get(0)?;
    if version > MIGRATIONS[MIGRATIONS.len() - 1].0 {
        return Err(not_a_store(path, "a newer version of gridward wrote it; use that version or a newer one"));
    }
    Ok(version)
}

/// Brings the schema up to date in one transaction: processes that open a new file at once take turns, and a kill
/// leaves the file as it was.
async fn migrate(options: SqliteConnectOptions, path: &Path) -> StoreResult<()> {
    let migration = |(version, description, text): (i64, &'static str, &'static str)| {
        Migration::new(version, description.into(), MigrationType::Simple, text.into_sql_str(), false)
    };
    let migrator = Migrator::with_migrations(MIGRATIONS.map(migration).to_vec());
    let mut connection = options.connect().await.map_err(|error| refused(path, error))?;
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
    migrator.run_direct(None, &mut *transaction, false).await.map_err(|error| match error {
        MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => StoreError::from(error),
        other => not_a_store(path, &other.to_string()),
    })?;
    transaction.commit().await?;
    // Other programs read the application id from the file's first bytes, where it is only after a checkpoint.
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").await?;
    Ok(connection.close().await?)
}
