-- An edition of another store, under its own number; it is a draft until its grids are here.
INSERT INTO editions (id, name, state, source, created_at, accepted, report, tier1_grids, tier2_grids, tier3_grids, west, south, east, north)
VALUES (?1, ?2, 'draft', ?3, ?4, '[]', ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
