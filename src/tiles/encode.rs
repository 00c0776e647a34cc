//! One tile's content as a Mapbox Vector Tile 2.1. The only place that knows the crate `mvt`.
//!
//! What the crate does not do is done before: areas come cut, oriented and free of rings without area. One thing is
//! done here: a ring or line that begins where the one before it ended would lose its MoveTo, so a ring is begun at
//! another of its points, and a line goes into a feature of its own. It also leaves out the middle one of three points
//! of a ring on one row or column, which changes no area.

use mvt::{GeomData, GeomEncoder, GeomType, Layer, Tile};

use super::schema::{BORDERS, Border, LABELS, TileContent, area_layer, feature_id};
use super::space::EXTENT;
use super::tile_set::TileSet;
use crate::domain::tier::Tier;
use crate::geometry::point::{MultiPolygon, Point, TileGrid};

/// A tile could not be encoded.
#[derive(Debug, thiserror::Error)]
#[error("the tile could not be encoded: {0}")]
pub struct NotEncoded(#[from] mvt::Error);

/// The tile's bytes. Layers without a feature are left out; a tile without a layer has no bytes.
pub(super) fn encode(content: &TileContent, tiles: &TileSet) -> Result<Vec<u8>, NotEncoded> {
    let mut tile = Tile::new(EXTENT as u32);
    for tier in Tier::ALL {
        add_areas(&mut tile, tier, content, tiles)?;
    }
    add_borders(&mut tile, content, tiles)?;
    add_labels(&mut tile, content, tiles)?;
    Ok(tile.to_bytes()?)
}

fn add_layer(tile: &mut Tile, layer: Layer) -> Result<(), NotEncoded> {
    if layer.num_features() > 0 {
        tile.add_layer(layer)?;
    }
    Ok(())
}

fn add_areas(tile: &mut Tile, tier: Tier, content: &TileContent, tiles: &TileSet) -> Result<(), NotEncoded> {
    let mut layer = tile.create_layer(area_layer(tier));
    for area in content.areas.iter().filter(|area| area.tier == tier) {
        let grid = tiles.edition().planar.grid(area.grid);
        let mut feature = layer.into_feature(rings(&area.shape)?);
        feature.set_id(feature_id(&grid.code));
        feature.add_tag_string("code", &grid.code);
        feature.add_tag_string("name", &grid.name);
        if let Some(parent) = &grid.parent {
            feature.add_tag_string("parent", parent);
        }
        feature.add_tag_uint("color", u64::from(tiles.color(area.grid)));
        layer = feature.into_layer();
    }
    add_layer(tile, layer)
}

fn add_borders(tile: &mut Tile, content: &TileContent, tiles: &TileSet) -> Result<(), NotEncoded> {
    let planar = &tiles.edition().planar;
    let mut layer = tile.create_layer(BORDERS);
    for Border { tier, left, right, lines: all } in &content.borders {
        for part in without_contact(all) {
            let mut feature = layer.into_feature(lines(part)?);
            feature.add_tag_uint("tier", u64::from(tier.number()));
            feature.add_tag_string("left", &planar.grid(*left).code);
            if let Some(right) = right {
                feature.add_tag_string("right", &planar.grid(*right).code);
            }
            layer = feature.into_layer();
        }
    }
    add_layer(tile, layer)
}

fn add_labels(tile: &mut Tile, content: &TileContent, tiles: &TileSet) -> Result<(), NotEncoded> {
    let mut layer = tile.create_layer(LABELS);
    for label in &content.labels {
        let grid = tiles.edition().planar.grid(label.grid);
        let point = GeomEncoder::new(GeomType::Point).point(label.at.x, label.at.y)?.encode()?;
        let mut feature = layer.into_feature(point);
        feature.set_id(feature_id(&grid.code));
        feature.add_tag_uint("tier", u64::from(grid.tier.number()));
        feature.add_tag_string("code", &grid.code);
        feature.add_tag_string("name", &grid.name);
        layer = feature.into_layer();
    }
    add_layer(tile, layer)
}

/// Shells with a positive area in the tile's own coordinates, each followed by its holes: what the specification asks.
fn rings(shape: &MultiPolygon<TileGrid>) -> Result<GeomData, NotEncoded> {
    let mut encoder = GeomEncoder::new(GeomType::Polygon);
    let mut cursor = None;
    for (i, ring) in shape.iter().flat_map(|polygon| polygon.rings()).enumerate() {
        if i > 0 {
            encoder.complete_geom()?;
        }
        let first = ring.iter().position(|p| Some(*p) != cursor).expect("a ring has three points");
        for p in ring[first..].iter().chain(&ring[..first]) {
            encoder.add_point(p.x, p.y)?;
            cursor = Some(*p);
        }
    }
    Ok(encoder.encode()?)
}

fn lines(lines: &[Vec<Point<TileGrid>>]) -> Result<GeomData, NotEncoded> {
    let mut encoder = GeomEncoder::new(GeomType::Linestring);
    for (i, line) in lines.iter().enumerate() {
        if i > 0 {
            encoder.complete_geom()?;
        }
        for p in line {
            encoder.add_point(p.x, p.y)?;
        }
    }
    Ok(encoder.encode()?)
}

/// Runs of lines none of which begins where the one before it ended.
fn without_contact(lines: &[Vec<Point<TileGrid>>]) -> impl Iterator<Item = &[Vec<Point<TileGrid>>]> {
    lines.chunk_by(|line, next| line.last() != next.first())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn p(x: i32, y: i32) -> Point<TileGrid> {
        Point::new(x, y)
    }

    /// Numbers of MoveTo commands and of commands in all.
    fn commands(data: GeomData) -> (u32, u32) {
        let mut tile = Tile::new(4096);
        let layer = tile.create_layer("one").into_feature(data).into_layer();
        tile.add_layer(layer).unwrap();
        let bytes = tile.to_bytes().unwrap();
        let reader = fast_mvt::MvtReaderRef::new(&bytes).unwrap();
        let layer = reader.layers().next().unwrap();
        let data = layer.features().next().unwrap().geometry_commands();
        let (mut moves, mut all) = (0, 0);
        let mut at = 0;
        while at < data.len() {
            let (id, count) = (data[at] & 7, data[at] >> 3);
            moves += u32::from(id == 1);
            all += 1;
            at += 1 + if id == 7 { 0 } else { 2 * count as usize };
        }
        (moves, all)
    }

    #[test]
    fn a_ring_that_begins_where_the_last_one_ended_is_still_begun() {
        let triangle = |a, b, c| crate::geometry::point::Polygon { shell: vec![a, b, c], holes: Vec::new() };
        let touching = vec![triangle(p(0, 0), p(10, 0), p(5, 5)), triangle(p(5, 5), p(10, 10), p(0, 10))];
        assert_eq!(commands(rings(&touching).unwrap()), (2, 6));
    }

    #[test]
    fn a_line_that_begins_where_the_last_one_ended_is_a_feature_of_its_own() {
        let all = [vec![p(0, 0), p(1, 1)], vec![p(1, 1), p(2, 0)], vec![p(7, 7), p(8, 8)]];
        let parts: Vec<_> = without_contact(&all).map(|part| commands(lines(part).unwrap())).collect();
        assert_eq!(parts, [(1, 2), (2, 4)]);
    }
}
