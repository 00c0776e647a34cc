-- In the order they were read.
SELECT code, name, tier::bigint AS tier, parent, polygons, source, out_of_range::text AS out_of_range, was::text AS was
FROM draft_features WHERE edition = $1 ORDER BY edition, position
