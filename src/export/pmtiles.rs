//! PMTiles, version 3: one file from which browsers read single tiles by HTTP range requests.

use std::io::{Seek, Write};

use pmtiles::{Compression, PmTilesWriter, TileType};
use serde_json::json;

use super::pyramid::{archived, draw};
use super::{About, ExportError};
use crate::tiles::tile_set::TileSet;

/// Writes all tiles; equal ones are kept once. Some 60 bytes a tile are held until the end. Answers how many there are.
pub fn write(set: &TileSet, out: impl Write + Seek, done: impl FnMut(usize)) -> Result<usize, ExportError> {
    let About { json: about, attribution } = About::of(set);
    let metadata = json!({
        "name": about.name,
        "description": about.description,
        "version": about.version,
        "attribution": attribution,
        "type": "overlay",
        "vector_layers": about.vector_layers,
    });
    let mut archive = PmTilesWriter::new(TileType::Mvt)
        .precompressed(Compression::Gzip)
        .min_zoom(about.minzoom)
        .max_zoom(about.maxzoom)
        .metadata(metadata.to_string());
    if let (Some([west, south, east, north]), Some((lon, lat, zoom))) = (about.bounds, about.center) {
        archive = archive.bounds(west, south, east, north).center(lon, lat).center_zoom(zoom);
    }
    let mut archive = archive.create(out)?;
    let mut count = 0;
    draw(set, done, |tiles| {
        for (tile, bytes) in &tiles {
            archive.add_tile(archived(*tile), bytes)?;
        }
        count += tiles.len();
        Ok(())
    })?;
    archive.finalize()?;
    Ok(count)
}
