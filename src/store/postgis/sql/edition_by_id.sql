-- The edition of a number.
SELECT id, name, state, source, created_at, accepted::text AS accepted, tier1_grids, tier2_grids, tier3_grids, west, south, east, north
FROM editions WHERE id = $1
