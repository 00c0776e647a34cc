//! Opening the file: is it ours, and how SQLite is set so that what was answered is on the disk.

use std::io::Read;
use std::path::Path;
use std::str::FromStr;
use std::time::Duration;

use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Executor, SqlSafeStr, SqlitePool};

use crate::store::{StoreError, StoreResult};

/// `GPKG` in ASCII, at byte 68 of the file.
const APPLICATION_ID: i32 = 0x4750_4B47;
/// GeoPackage 1.3.0: we use nothing of 1.4, and the GDAL of Debian 12 warns of a version it does not know.
const GPKG_VERSION: i32 = 10_300;

/// How long a reader waits for a connection, and a writer for another process's write.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);
const READERS: u32 = 4;

/// Number, what it brings, text; in order. A file that is listed here is never changed again.
const MIGRATIONS: [(i64, &str, &str); 2] = [
    (1, "geopackage", include_str!("../../../migrations/gpkg/0001_geopackage.sql")),
    (2, "gridward", include_str!("../../../migrations/gpkg/0002_gridward.sql")),
];

fn migrator() -> Migrator {
    let migration = |(version, description, text): (i64, &'static str, &'static str)| {
        Migration::new(version, description.into(), MigrationType::Simple, text.into_sql_str(), false)
    };
    Migrator::with_migrations(MIGRATIONS.map(migration).to_vec())
}

/// Pools of readers and of the one writer on a file that is a store of this version.
pub(super) async fn connect(path: &Path) -> StoreResult<(SqlitePool, SqlitePool)> {
    let shown = path.display().to_string();
    let refuse = |why: String| StoreError::NotAStore(shown.clone(), why);
    check_header(path).map_err(refuse)?;
    let options = SqliteConnectOptions::from_str("sqlite:")?
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(BUSY_TIMEOUT)
        .foreign_keys(true)
        .pragma("application_id", APPLICATION_ID.to_string())
        .pragma("user_version", GPKG_VERSION.to_string());
    let writer = SqlitePoolOptions::new()
        .max_connections(1)
        // A write waits for the writes before it, and an import of a nation is one write.
        .acquire_timeout(Duration::from_secs(600))
        .connect_with(options.clone())
        .await
        .map_err(|error| refuse(error.to_string()))?;
    migrator().run(&writer).await.map_err(|error| match error {
        MigrateError::VersionMissing(_) | MigrateError::VersionMismatch(_) => {
            refuse("a newer version of gridward wrote it; use that version or a newer one".into())
        }
        other => refuse(other.to_string()),
    })?;
    // GDAL reads the application id from the file's first bytes, where it is only after a checkpoint.
    writer.execute("PRAGMA wal_checkpoint(TRUNCATE)").await?;
    let readers = SqlitePoolOptions::new()
        .max_connections(READERS)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .after_connect(|connection, _| {
            Box::pin(async move { connection.execute("PRAGMA query_only = ON").await.map(|_| ()) })
        })
        .connect_with(options)
        .await
        .map_err(|error| refuse(error.to_string()))?;
    Ok((readers, writer))
}

/// Refuses a file that is something else before SQLite writes a byte to it.
fn check_header(path: &Path) -> Result<(), String> {
    let mut file = match std::fs::File::open(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error.to_string()),
        Ok(file) => file,
    };
    let mut header = [0u8; 100];
    let mut read = 0;
    while read < header.len() {
        match file.read(&mut header[read..]).map_err(|error| error.to_string())? {
            0 => break,
            n => read += n,
        }
    }
    if read == 0 {
        return Ok(());
    }
    if read < header.len() || !header.starts_with(b"SQLite format 3\0") {
        return Err("it is a file of another kind".into());
    }
    let id = i32::from_be_bytes([header[68], header[69], header[70], header[71]]);
    match id {
        // Killed between creating the file and its first page of tables.
        0 | APPLICATION_ID => Ok(()),
        _ => Err("it is an SQLite database of another program".into()),
    }
}
