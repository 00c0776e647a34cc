-- The bytes of a tile, by the hash of them; those that are there stay.
INSERT OR IGNORE INTO images (tile_id, tile_data) VALUES (?1, ?2)
