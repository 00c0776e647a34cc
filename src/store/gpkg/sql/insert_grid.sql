INSERT INTO grids (edition, tier, code, name, parent, geom) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
