//! Tiles kept ready in the forms they are sent in, bounded in bytes. Whoever asks for a tile that is being built waits
//! for that one build.

use std::sync::Arc;

use bytes::Bytes;
use moka::future::Cache;
use time::OffsetDateTime;

use super::build::build;
pub use super::compress::Encoding;
use super::encode::{NotEncoded, encode};
use super::tile_set::TileSet;
use crate::domain::edition::{EditionId, EditionState};
use crate::geometry::mercator::TileCoord;
use crate::index::edition_map::EditionMap;

/// Editions whose simplified lines are kept: the one in force and a few that people compare it with.
const MAX_EDITIONS: u64 = 4;

/// Bookkeeping per entry, counted with its bytes.
const ENTRY_BYTES: usize = 200;

/// Why there is no tile.
#[derive(Debug, thiserror::Error)]
pub enum TileError {
    #[error("zoom {zoom} is not tiled: this edition has zooms 0 to {last}")]
    ZoomOutOfRange { zoom: u8, last: u8 },
    #[error(transparent)]
    NotEncoded(#[from] NotEncoded),
    #[error("the tile could not be compressed: {0}")]
    NotCompressed(#[from] std::io::Error),
    #[error("building the tile broke off: {0}")]
    BrokenOff(#[from] tokio::task::JoinError),
}

/// A tile as it is sent.
#[derive(Clone, Debug)]
pub struct CachedTile {
    /// In the form asked for; empty for a tile that has nothing of the edition (also when compressed).
    pub bytes: Bytes,
    /// Strong entity tag with its quotes.
    pub etag: Arc<str>,
}

impl CachedTile {
    /// Nothing of the edition is in this tile: HTTP says 204.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }
}

/// What was drawn: a draft is drawn otherwise than the edition it is published as, and a number may be given again after a
/// draft was deleted.
type Drawn = (EditionId, EditionState, OffsetDateTime);

fn drawn(edition: &EditionMap) -> Drawn {
    (edition.info.id, edition.info.state, edition.info.created_at)
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Key {
    edition: Drawn,
    tile: TileCoord,
    encoding: Encoding,
}

/// Cheap to clone; clones share everything.
#[derive(Clone)]
pub struct TileCache {
    sets: Cache<Drawn, Arc<TileSet>>,
    tiles: Cache<Key, CachedTile>,
}

impl std::fmt::Debug for TileCache {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "TileCache({} tiles, {} bytes)", self.tiles.entry_count(), self.tiles.weighted_size())
    }
}

impl TileCache {
    /// Keeps at most `max_bytes` of tiles, all forms counted.
    pub fn new(max_bytes: u64) -> TileCache {
        TileCache {
            sets: Cache::new(MAX_EDITIONS),
            tiles: Cache::builder()
                .max_capacity(max_bytes)
                .weigher(|_, tile: &CachedTile| {
                    u32::try_from(tile.bytes.len() + tile.etag.len() + ENTRY_BYTES).unwrap_or(u32::MAX)
                })
                .build(),
        }
    }

    /// The edition ready to be drawn, made once.
    pub async fn tile_set(&self, edition: &Arc<EditionMap>) -> Result<Arc<TileSet>, Arc<TileError>> {
        let made_from = Arc::clone(edition);
        self.sets
            .try_get_with(drawn(edition), async move {
                Ok(Arc::new(tokio::task::spawn_blocking(move || TileSet::new(made_from)).await?))
            })
            .await
    }

    /// What the kept tiles weigh, once everything past the bound is thrown out.
    pub async fn settled_bytes(&self) -> u64 {
        self.tiles.run_pending_tasks().await;
        self.tiles.weighted_size()
    }

    /// The tile in that form, built and compressed at most once while it is kept.
    pub async fn tile(
        &self,
        edition: &Arc<EditionMap>,
        tile: TileCoord,
        encoding: Encoding,
    ) -> Result<CachedTile, Arc<TileError>> {
        let key = Key { edition: drawn(edition), tile, encoding };
        // The common case, without the cost of what a miss needs.
        if let Some(kept) = self.tiles.get(&key).await {
            return Ok(kept);
        }
        let set = self.tile_set(edition).await?;
        let last = set.zooms().last;
        if tile.z() > last {
            return Err(Arc::new(TileError::ZoomOutOfRange { zoom: tile.z(), last }));
        }
        let plain = Key { encoding: Encoding::Identity, ..key };
        let built = self.tiles.try_get_with(plain, in_background(move || draw(&set, tile))).await?;
        if encoding == Encoding::Identity {
            return Ok(built);
        }
        self.tiles.try_get_with(key, in_background(move || compress(&built, encoding))).await
    }
}

/// Runs work that takes a processor for a while where it holds up no other request.
async fn in_background(
    work: impl FnOnce() -> Result<CachedTile, TileError> + Send + 'static,
) -> Result<CachedTile, TileError> {
    tokio::task::spawn_blocking(work).await?
}

fn draw(set: &TileSet, tile: TileCoord) -> Result<CachedTile, TileError> {
    let bytes = tile_bytes(set, tile)?;
    Ok(CachedTile { etag: Encoding::Identity.etag(&bytes).into(), bytes: bytes.into() })
}

fn compress(built: &CachedTile, encoding: Encoding) -> Result<CachedTile, TileError> {
    let bytes = if built.is_empty() { Vec::new() } else { encoding.compress(&built.bytes)? };
    Ok(CachedTile { bytes: bytes.into(), etag: encoding.etag(&built.bytes).into() })
}

/// The tile's bytes, not kept and not compressed; empty for a tile that has nothing of the edition.
pub fn tile_bytes(set: &TileSet, tile: TileCoord) -> Result<Vec<u8>, TileError> {
    let content = build(set, tile).ok_or(TileError::ZoomOutOfRange { zoom: tile.z(), last: set.zooms().last })?;
    Ok(encode(&content, set)?)
}
