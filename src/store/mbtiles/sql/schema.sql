-- MBTiles 1.3 (https://github.com/mapbox/mbtiles-spec). `tiles` is a view so that equal tiles are kept once.
PRAGMA application_id = 0x4d504258;
CREATE TABLE metadata (name TEXT NOT NULL, value TEXT NOT NULL);
CREATE UNIQUE INDEX metadata_name ON metadata (name);
CREATE TABLE images (tile_id TEXT NOT NULL, tile_data BLOB NOT NULL);
CREATE UNIQUE INDEX images_id ON images (tile_id);
CREATE TABLE map (zoom_level INTEGER NOT NULL, tile_column INTEGER NOT NULL, tile_row INTEGER NOT NULL, tile_id TEXT NOT NULL);
CREATE UNIQUE INDEX map_place ON map (zoom_level, tile_column, tile_row);
CREATE VIEW tiles AS
SELECT map.zoom_level, map.tile_column, map.tile_row, images.tile_data
FROM map JOIN images ON images.tile_id = map.tile_id;
