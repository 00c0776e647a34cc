-- A new draft.
INSERT INTO editions (name, state, source, created_at, accepted, report, tier1_grids, tier2_grids, tier3_grids, west, south, east, north)
VALUES ($1, 'draft', $2, $3, '[]', $4::json, $5, $6, $7, $8, $9, $10, $11) RETURNING id
