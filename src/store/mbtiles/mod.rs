//! MBTiles files to be given away: written once, then closed. Not a store of ours; SQL is in here only because all of it is.

use std::path::Path;

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, Executor, SqliteConnection};
use xxhash_rust::xxh3::xxh3_128;

use super::StoreResult;
use crate::geometry::mercator::TileCoord;

const SCHEMA: &str = include_str!("sql/schema.sql");
const BEGIN: &str = include_str!("sql/begin.sql");
const COMMIT: &str = include_str!("sql/commit.sql");
const INSERT_CONTENT: &str = include_str!("sql/insert_content.sql");
const INSERT_TILE: &str = include_str!("sql/insert_tile.sql");
const INSERT_METADATA: &str = include_str!("sql/insert_metadata.sql");

/// A file being written.
#[derive(Debug)]
pub struct MbtilesFile {
    connection: SqliteConnection,
}

impl MbtilesFile {
    /// Begins in an empty file, or one that is not there. Nothing guards it against a crash: a file that is not whole is thrown
    /// away by whoever asked for it.
    pub async fn create(path: &Path) -> StoreResult<MbtilesFile> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Off)
            .synchronous(SqliteSynchronous::Off);
        let mut connection = options.connect().await?;
        connection.execute(SCHEMA).await?;
        connection.execute(BEGIN).await?;
        Ok(MbtilesFile { connection })
    }

    /// Adds tiles, each compressed as gzip; equal ones are kept once.
    pub async fn add(&mut self, tiles: &[(TileCoord, Vec<u8>)]) -> StoreResult<()> {
        for (tile, bytes) in tiles {
            let id = format!("{:032x}", xxh3_128(bytes));
            sqlx::query(INSERT_CONTENT).bind(&id).bind(bytes).execute(&mut self.connection).await?;
            // Rows are counted from the south here.
            let row = (1i64 << tile.z()) - 1 - i64::from(tile.y());
            let place = sqlx::query(INSERT_TILE).bind(i64::from(tile.z())).bind(i64::from(tile.x())).bind(row);
            place.bind(&id).execute(&mut self.connection).await?;
        }
        Ok(())
    }

    /// Writes what the file says of itself, and closes it.
    pub async fn finish(mut self, metadata: &[(&str, String)]) -> StoreResult<()> {
        for (name, value) in metadata {
            sqlx::query(INSERT_METADATA).bind(*name).bind(value).execute(&mut self.connection).await?;
        }
        self.connection.execute(COMMIT).await?;
        Ok(self.connection.close().await?)
    }
}
