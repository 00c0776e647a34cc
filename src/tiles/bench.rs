//! How fast tiles are drawn, in this process, on one thread.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde::Serialize;

use super::cache::{TileError, tile_bytes};
use super::compress::Encoding;
use super::tile_set::TileSet;
use crate::geometry::mercator::TileCoord;
use crate::index::edition_map::EditionMap;

/// Cold tiles: built and encoded anew each time, from lines that are simplified already.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct TileFigures {
    /// Tiles that were drawn.
    pub tiles: usize,
    pub cold_per_s: f64,
    pub cold_ms_p50: f64,
    pub cold_ms_p99: f64,
    pub mean_bytes: f64,
    pub mean_bytes_gzip: f64,
}

/// Draws the given tiles in turn for about that long (each at least once, unless time runs out first). Tiles beyond
/// the edition's zooms and empty ones are left out.
pub fn bench(edition: &Arc<EditionMap>, tiles: &[TileCoord], time: Duration) -> Result<TileFigures, TileError> {
    let set = TileSet::new(Arc::clone(edition));
    let started = Instant::now();
    let mut times: Vec<Duration> = Vec::new();
    let (mut bytes, mut bytes_gzip) = (0, 0);
    for z in 0..=set.zooms().last {
        set.range_at(z);
    }
    'time: loop {
        let before = times.len();
        for &tile in tiles.iter().filter(|tile| tile.z() <= set.zooms().last) {
            let start = Instant::now();
            let drawn = tile_bytes(&set, tile)?;
            let taken = start.elapsed();
            if !drawn.is_empty() {
                times.push(taken);
                bytes += drawn.len();
                bytes_gzip += Encoding::Gzip.compress(&drawn)?.len();
            }
            if started.elapsed() > time {
                break 'time;
            }
        }
        if times.len() == before {
            break;
        }
    }
    let count = times.len();
    let mean = |sum: f64| if count == 0 { 0.0 } else { sum / count as f64 };
    let mean_s = mean(times.iter().map(Duration::as_secs_f64).sum());
    times.sort_unstable();
    let at = |share: f64| {
        times.get((count as f64 * share) as usize).or(times.last()).map_or(0.0, |time| time.as_secs_f64() * 1e3)
    };
    Ok(TileFigures {
        tiles: count,
        cold_per_s: if mean_s > 0.0 { 1.0 / mean_s } else { 0.0 },
        cold_ms_p50: at(0.5),
        cold_ms_p99: at(0.99),
        mean_bytes: mean(bytes as f64),
        mean_bytes_gzip: mean(bytes_gzip as f64),
    })
}

/// Up to `count` tiles of every zoom, spread evenly over the grids; the zooms in turn, so that each gets its share
/// however soon time runs out.
pub fn spread(edition: &Arc<EditionMap>, count: usize) -> Vec<TileCoord> {
    let set = TileSet::new(Arc::clone(edition));
    let by_zoom: Vec<Vec<TileCoord>> = (0..=set.zooms().last)
        .map(|z| {
            let tiles = set.label_tiles(z);
            let step = tiles.len().div_ceil(count.max(1)).max(1);
            tiles.into_iter().step_by(step).collect()
        })
        .collect();
    let most = by_zoom.iter().map(Vec::len).max().unwrap_or(0);
    (0..most).flat_map(|i| by_zoom.iter().filter_map(move |tiles| tiles.get(i).copied())).collect()
}
