//! TAKING OUT: a published edition as files for others. May use: domain, geometry, planar, index, tiles, store, import.
//! Crates: `pmtiles`, `flatgeobuf`, `geozero`, `csv`.
//!
//! ```text
//! tile set ─ pyramid ─► tiles in order ─► pmtiles, mbtiles        grids ─► flatgeobuf        grids + roster ─► table (CSV)
//! ```
//!
//! GeoJSON is written in `import::export`, for the reader and the generator need it too.

pub mod flatgeobuf;
pub mod mbtiles;
pub mod pmtiles;
pub mod pyramid;
pub mod table;

use crate::store::StoreError;
use crate::tiles::cache::TileError;
use crate::tiles::tile_set::TileSet;
use crate::tiles::tilejson::TileJson;

/// Why a file could not be written.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    #[error(transparent)]
    Tile(#[from] TileError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("{0}")]
    NotWritten(#[from] std::io::Error),
}

impl From<::pmtiles::PmtError> for ExportError {
    fn from(error: ::pmtiles::PmtError) -> ExportError {
        match error {
            ::pmtiles::PmtError::Reading(error) => ExportError::NotWritten(error),
            other => ExportError::NotWritten(std::io::Error::other(other.to_string())),
        }
    }
}

impl From<::geozero::error::GeozeroError> for ExportError {
    fn from(error: ::geozero::error::GeozeroError) -> ExportError {
        match error {
            ::geozero::error::GeozeroError::IoError(error) => ExportError::NotWritten(error),
            other => ExportError::NotWritten(std::io::Error::other(other.to_string())),
        }
    }
}

impl From<::flatgeobuf::Error> for ExportError {
    fn from(error: ::flatgeobuf::Error) -> ExportError {
        match error {
            ::flatgeobuf::Error::IO(error) => ExportError::NotWritten(error),
            other => ExportError::NotWritten(std::io::Error::other(other.to_string())),
        }
    }
}

/// What both tile archives say of themselves.
#[derive(Debug)]
struct About {
    json: TileJson,
    attribution: String,
}

impl About {
    fn of(set: &TileSet) -> About {
        let edition = &set.edition().info;
        let attribution = format!("Gridward, edition {} ({})", edition.name, edition.source);
        About { json: TileJson::new(set, String::new()), attribution }
    }
}
