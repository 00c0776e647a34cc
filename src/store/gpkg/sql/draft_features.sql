-- In the order they were read.
SELECT code, name, tier, parent, polygons, source, out_of_range, was FROM draft_features WHERE edition = ?1 ORDER BY position
