//! MBTiles 1.3: the tiles in an SQLite file, which GDAL, QGIS and tile servers read.

use std::path::Path;
use std::sync::Arc;

use serde_json::json;
use tokio::sync::mpsc;

use super::pyramid::draw;
use super::{About, ExportError};
use crate::store::mbtiles::MbtilesFile;
use crate::tiles::tile_set::TileSet;

/// Writes all tiles; equal ones are kept once. Answers how many there are.
pub async fn write(
    set: Arc<TileSet>,
    path: &Path,
    done: impl FnMut(usize) + Send + 'static,
) -> Result<usize, ExportError> {
    let mut file = MbtilesFile::create(path).await?;
    let (send, mut batches) = mpsc::channel(1);
    let metadata = metadata(About::of(&set));
    let drawing = tokio::task::spawn_blocking(move || {
        let gone = || ExportError::NotWritten(std::io::Error::other("the file is closed"));
        draw(&set, done, |tiles| send.blocking_send(tiles).map_err(|_| gone()))
    });
    let mut count = 0;
    let mut written = Ok(());
    while let Some(tiles) = batches.recv().await {
        count += tiles.len();
        written = file.add(&tiles).await;
        if written.is_err() {
            break;
        }
    }
    drop(batches);
    let drawn = drawing.await.unwrap_or_else(|failed| std::panic::resume_unwind(failed.into_panic()));
    // Whoever could not write knows why the drawing broke off.
    written?;
    drawn?;
    file.finish(&metadata).await?;
    Ok(count)
}

/// <https://github.com/mapbox/mbtiles-spec/blob/master/1.3/spec.md>
fn metadata(about: About) -> Vec<(&'static str, String)> {
    let About { json: about, attribution } = about;
    let mut rows = vec![
        ("name", about.name),
        ("format", "pbf".to_owned()),
        ("minzoom", about.minzoom.to_string()),
        ("maxzoom", about.maxzoom.to_string()),
        ("attribution", attribution),
        ("description", about.description.to_owned()),
        ("type", "overlay".to_owned()),
        ("version", "1".to_owned()),
        ("json", json!({"vector_layers": about.vector_layers}).to_string()),
    ];
    rows.extend(about.bounds.map(|[west, south, east, north]| ("bounds", format!("{west},{south},{east},{north}"))));
    rows.extend(about.center.map(|(lon, lat, zoom)| ("center", format!("{lon},{lat},{zoom}"))));
    rows
}
