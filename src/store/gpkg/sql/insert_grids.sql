-- Grids of an edition while it is being published; the program appends VALUES with many rows.
INSERT INTO grids (edition, tier, code, name, parent, geom)
