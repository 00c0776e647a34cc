//! All tiles of an edition in the order in which archives want them: zoom after zoom, along Hilbert's curve. They are drawn on
//! all processors, a batch at a time, so memory holds one batch whatever the edition's size.

use std::thread;

use pmtiles::TileId;

use super::ExportError;
use crate::geometry::mercator::TileCoord;
use crate::tiles::cache::{Encoding, TileError, tile_bytes};
use crate::tiles::tile_set::TileSet;

/// Tiles drawn between two writes.
const BATCH: usize = 512;

/// How far lines may reach over a tile's edges, in its sides: the buffer of an area is a quarter of this, and what rounding and
/// simplifying move is less than that.
const MARGIN: f64 = 1.0 / 16.0;

/// A tile that holds something, as gzip.
pub type Drawn = (TileCoord, Vec<u8>);

/// The tiles that any grid's box is near to, in order: all that hold something, and some that do not.
pub fn candidates(set: &TileSet) -> impl Iterator<Item = TileCoord> {
    (0..=set.zooms().last).flat_map(|zoom| OfZoom { set, zoom, open: TileCoord::new(0, 0, 0).into_iter().collect() })
}

/// Goes down to one zoom along the curve, past every tile near which there is nothing.
struct OfZoom<'s> {
    set: &'s TileSet,
    zoom: u8,
    /// The next one last.
    open: Vec<TileCoord>,
}

impl Iterator for OfZoom<'_> {
    type Item = TileCoord;

    fn next(&mut self) -> Option<TileCoord> {
        while let Some(tile) = self.open.pop() {
            if self.set.edition().in_box(tile.bounds(MARGIN)).is_empty() {
                continue;
            }
            if tile.z() == self.zoom {
                return Some(tile);
            }
            let (z, x, y) = (tile.z() + 1, tile.x() * 2, tile.y() * 2);
            let corners = [(x, y), (x + 1, y), (x, y + 1), (x + 1, y + 1)];
            let mut below: Vec<TileCoord> = corners.iter().filter_map(|&(x, y)| TileCoord::new(z, x, y).ok()).collect();
            below.sort_unstable_by_key(|&tile| std::cmp::Reverse(id(tile)));
            self.open.extend(below);
        }
        None
    }
}

/// Its number along the curve.
fn id(tile: TileCoord) -> u64 {
    TileId::from(archived(tile)).value()
}

pub(super) fn archived(tile: TileCoord) -> pmtiles::TileCoord {
    pmtiles::TileCoord::new(tile.z(), tile.x(), tile.y()).expect("both check the same ranges")
}

/// Draws everything and hands it over, batch after batch; `done` hears of the tiles looked at.
pub fn draw(
    set: &TileSet,
    mut done: impl FnMut(usize),
    mut take: impl FnMut(Vec<Drawn>) -> Result<(), ExportError>,
) -> Result<(), ExportError> {
    let workers = thread::available_parallelism().map_or(1, usize::from);
    let mut candidates = candidates(set);
    loop {
        let batch: Vec<TileCoord> = candidates.by_ref().take(BATCH).collect();
        if batch.is_empty() {
            return Ok(());
        }
        let parts = batch.chunks(batch.len().div_ceil(workers));
        let drawn: Vec<Result<Vec<Drawn>, TileError>> = thread::scope(|scope| {
            let running: Vec<_> = parts.map(|part| scope.spawn(move || draw_part(set, part))).collect();
            running
                .into_iter()
                .map(|thread| thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
                .collect()
        });
        let mut all = Vec::new();
        for part in drawn {
            all.extend(part?);
        }
        take(all)?;
        done(batch.len());
    }
}

fn draw_part(set: &TileSet, tiles: &[TileCoord]) -> Result<Vec<Drawn>, TileError> {
    let mut drawn = Vec::new();
    for &tile in tiles {
        let bytes = tile_bytes(set, tile)?;
        if !bytes.is_empty() {
            drawn.push((tile, Encoding::Gzip.compress(&bytes)?));
        }
    }
    Ok(drawn)
}
