-- Sorted by (tier, code); all three columns are named so that the unique index gives the order.
SELECT tier::bigint AS tier, code, name, parent, ST_AsBinary(geom, 'NDR') AS geom
FROM grids WHERE edition = $1 ORDER BY edition, grids.tier, code
