-- Features of a draft; the program appends VALUES with many rows.
INSERT INTO draft_features (edition, position, code, name, tier, parent, polygons, source, out_of_range, was)
