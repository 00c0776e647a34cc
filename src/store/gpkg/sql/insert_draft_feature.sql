INSERT INTO draft_features (edition, position, code, name, tier, parent, polygons, source, out_of_range)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
