-- From here on the edition is never changed.
UPDATE editions SET state = 'published', accepted = $2::json, report = $3::json, tier1_grids = $4, tier2_grids = $5,
    tier3_grids = $6, west = $7, south = $8, east = $9, north = $10
WHERE id = $1 AND state = 'draft'
