-- Sorted by (tier, code), which is the order of the primary key.
SELECT tier, code, name, parent, geom FROM grids WHERE edition = ?1 ORDER BY tier, code
