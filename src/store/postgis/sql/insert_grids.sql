-- Grids of an edition while it is being published: an array for each column.
INSERT INTO grids (edition, tier, code, name, parent, geom)
SELECT $1, tier, code, name, parent, ST_GeomFromWKB(geom, 4326)
FROM UNNEST($2::smallint[], $3::text[], $4::text[], $5::text[], $6::bytea[]) AS grid (tier, code, name, parent, geom)
